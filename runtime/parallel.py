"""One function of a script called with many items, in several processes at once.

Each worker (`worker.py`) is a fresh process that loads the script anew; items and answers go through
pipes as lines of JSON. The items of a worker that dies are given to others. The grants and budgets are
those of the session; that workers start further workers is not among them.
"""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planscript.runtime.errors import RunError, run_error
from planscript.runtime.journal import encoded
from planscript.runtime.library import want_function
from planscript.runtime.python_messages import script_name
from planscript.runtime.translate import SCRIPT_MARK

if TYPE_CHECKING:
    from planscript.runtime.session import Session
    from planscript.runtime.worker import Answer

RETRIES = 2  # more runs of an item whose worker died
_SLICE = 0.05  # seconds between looks for Ctrl-C and budgets
_SENDABLE = "numbers, text, true, false, none, lists, tuples, maps and sets can be sent"


def answers(
    session: Session, name: str, function: Any, items: Sequence[Any], workers: int
) -> list[Answer]:
    """What the function gives for each item, in the order of the items (see `worker.Caller`).

    `name` is the function that scripts call, for errors. Raises TypeError of the language where the
    function or an item cannot be sent, LoadError where a worker cannot load the script, LimitError
    where a budget is used up.
    """
    setup = json.dumps(setup_of(session, name, function))
    tasks = [json.dumps(_sent(item, name)) for item in items]
    found: list[Answer | None] = [None] * len(tasks)
    if session.cluster is None:
        arriving = _Pool(setup, tasks, workers).run()
    else:
        from planscript.runtime.cluster import run_on

        arriving = run_on(session.cluster, setup, tasks)
    for index, answer in arriving:
        _check(session, answer)
        found[index] = answer
    return [answer for answer in found if answer is not None]


def _check(session: Session, answer: Answer) -> None:
    """Takes what an item printed and the steps that it took; raises where the run cannot go on."""
    from planscript.runtime.limits import exceeded

    if "failed" in answer:
        raise run_error(
            "LoadError",
            f"a worker cannot load the script: {answer['failed']}",
            hint="of the script that is run, workers have the declarations, and the numbers, text, "
            "lists and maps that names at its top were bound to",
        )
    if "limit" in answer:
        raise exceeded(answer["limit"], answer["hint"])
    session.show(answer.get("printed", ""))
    session.steps.charge(answer.get("steps", 0))


# ---------------------------------------------------------------- what a worker is told


def setup_of(session: Session, name: str, function: Any) -> dict[str, Any]:
    """What a worker has to know to be a session like this one, with this function."""
    source = _source(name, function)
    path = Path(source).resolve()
    whole = session.modules.is_loaded(path)
    grants, limits = session.grants, session.limits
    bindings = {} if whole else _own(function.__globals__)
    return {
        "source": source,
        "path": str(path),
        "whole": whole,
        "function": function.__name__,
        "values": {key: encoded(value) for key, value in bindings.items() if _is_data(value)},
        "root": str(session.root.resolve()),
        "folder": os.getcwd(),
        "search_path": _paths(session.modules.search_path),
        "grants": {
            "read": _paths(grants.read),
            "write": _paths(grants.write),
            "env": grants.env,
            "run": None if grants.run is None else list(grants.run),
            "python": grants.python,
        },
        "limits": {
            "steps": session.steps.remaining,
            "depth": limits.depth,
            "memory_mb": limits.memory_mb,
        },
        "goals": session.goal_options,
        "language": session.language,
        "lock": session.lock_text() if "compiler" in session.__dict__ else "",
        "arguments": session.arguments,
    }


def _source(name: str, function: Any) -> str:
    """The file of a function that stands at the top of a script."""
    want_function(function, name)
    if not _is_at_top(function):
        raise run_error(
            "TypeError",
            f"{name}() takes a function that stands at the top of a script or module",
            hint="a worker finds it there by its name; give what else it needs in each item",
        )
    source = str(function.__code__.co_filename)
    if not Path(source).is_file():
        what = script_name(function.__name__)
        raise run_error(
            "TypeError", f"`{what}` is not in a file, from which a worker could load it"
        )
    return source


def _is_at_top(function: Any) -> bool:
    """Whether it is a function of a script that is found there by its name."""
    if type(function).__name__ != "function" or SCRIPT_MARK not in function.__globals__:
        return False
    return function.__globals__.get(function.__name__) is function


def _own(bindings: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in bindings.items() if not name.startswith(("_ps_", "__"))}


def _paths(given: Sequence[Path] | None) -> list[str] | None:
    return None if given is None else [str(one.resolve()) for one in given]


def _is_data(value: Any) -> bool:
    try:
        encoded(value)
    except (RunError, RecursionError):
        return False
    return True


def _sent(item: Any, name: str) -> Any:
    try:
        return encoded(item)
    except RunError:
        raise run_error(
            "TypeError", f"{name}() cannot send an item to a worker", hint=_SENDABLE
        ) from None


# ---------------------------------------------------------------- workers


class _Worker:
    """A process that serves, and the item that it is at (None: none)."""

    def __init__(self, setup: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "planscript.runtime.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,  # Ctrl-C is for us; and what it starts can be ended with it
        )
        self.item: int | None = None
        self.ready = False
        self._text = b""
        self.send(setup)

    def send(self, line: str) -> None:
        """One line to the worker; that it has died is seen when its answer is read."""
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(line.encode() + b"\n")
            self.process.stdin.flush()
        except OSError:
            pass

    def answer(self) -> tuple[Answer | None, bool]:
        """An answer that has arrived, if one has; and whether the worker has ended."""
        assert self.process.stdout is not None
        piece = os.read(self.process.stdout.fileno(), 1 << 20)
        self._text += piece
        line, end, rest = self._text.partition(b"\n")
        if end:
            self._text = rest
            return json.loads(line), False
        return None, not piece

    def stop(self) -> None:
        """Ends the process, and what it started."""
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except (OSError, AttributeError):  # it has just ended; or a system without groups
            self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            assert stream is not None
            try:
                stream.close()
            except OSError:
                pass  # what was not sent is lost with it


class _Pool:
    """Workers, and the items that wait for one."""

    def __init__(self, setup: str, tasks: Sequence[str], workers: int) -> None:
        self.setup = setup
        self.tasks = tasks
        self.workers = min(workers, len(tasks))
        self.waiting = deque(range(len(tasks)))
        self.deaths = [0] * len(tasks)
        self.false_starts = 0
        self.selector = selectors.DefaultSelector()

    def run(self) -> Iterator[tuple[int, Answer]]:
        """Answers as they arrive, each with the number of its item."""
        left = len(self.tasks)
        try:
            while left:
                busy = len(self.selector.get_map())
                for _ in range(min(self.workers - busy, len(self.waiting))):
                    worker = _Worker(self.setup)
                    self.selector.register(worker.process.stdout, selectors.EVENT_READ, worker)  # type: ignore[arg-type]
                for key, _ in self.selector.select(_SLICE):
                    for told in self._heard(key.data):
                        left -= 1
                        yield told
        finally:
            for key in list(self.selector.get_map().values()):
                key.data.stop()
            self.selector.close()

    def _heard(self, worker: _Worker) -> Iterator[tuple[int, Answer]]:
        answer, ended = worker.answer()
        if ended:
            yield from self._died(worker)
        elif answer is not None:
            item, worker.item = worker.item, None
            if "failed" in answer:
                yield 0, answer
            elif item is not None:
                yield item, answer
            worker.ready = True
            if self.waiting:
                worker.item = self.waiting.popleft()
                worker.send(self.tasks[worker.item])

    def _died(self, worker: _Worker) -> Iterator[tuple[int, Answer]]:
        """Its item goes to the front of the queue, unless it was the end of other workers too."""
        self.selector.unregister(worker.process.stdout)  # type: ignore[arg-type]
        worker.stop()
        item = worker.item
        if item is None:
            self.false_starts += not worker.ready
            if self.false_starts > RETRIES:
                raise run_error("IOError", "the workers end before they have begun")
            return
        self.deaths[item] += 1
        if self.deaths[item] <= RETRIES:
            self.waiting.appendleft(item)
        else:
            yield item, lost(f"its worker ended {self.deaths[item]} times")


def lost(why: str) -> Answer:
    """The answer for an item whose workers died."""
    return {"error": {"kind": "IOError", "message": why, "hint": "", "place": ""}}
