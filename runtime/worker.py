"""A worker of `parallel.map`: it loads a script, and calls one of its functions with items.

`python -P -m planscript.runtime.worker` reads lines of JSON: first what the session is to be (made by
`parallel.py`), then one item a line. It answers each with a line of JSON.
"""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from threading import local
from typing import Any

from planscript.lang.diagnostics import LimitError, PlanscriptError
from planscript.runtime.errors import RunError, run_error
from planscript.runtime.goals.lock import parse_lock
from planscript.runtime.grants import Grants
from planscript.runtime.journal import decoded, encoded
from planscript.runtime.limits import Limits
from planscript.runtime.session import Session

Answer = dict[str, Any]


class Caller:
    """A session in which a script is loaded, and the function of it that is called."""

    def __init__(self, setup: Mapping[str, Any]) -> None:
        if os.path.isdir(setup["folder"]):  # on a cluster it need not be there
            os.chdir(setup["folder"])
        self.session = _session(setup)
        path, source = setup["path"], setup["source"]
        if setup["whole"]:
            bindings = self.session.bindings_of(path, source)
        else:
            values = {name: decoded(value) for name, value in setup["values"].items()}
            bindings = self.session.declarations_of(path, source, values)
        self.name = setup["function"]
        self.function = bindings[self.name]

    def answer(self, data: Any) -> Answer:
        """What the function gives for an item: its value or its error, what it printed, its steps."""
        session, out = self.session, io.StringIO()
        session.stdout = out
        before = session.steps.remaining
        try:
            found: Answer = {
                "value": session.bounded(lambda: session.guarded(lambda: self._call(data)))
            }
        except LimitError as error:
            found = {"limit": error.diagnostics[0].title, "hint": error.diagnostics[0].hint}
        except PlanscriptError as error:
            found = {"error": _told(session.error_of(error))}
        if before is not None:
            found["steps"] = before - (session.steps.remaining or 0)
        return {**found, "printed": out.getvalue()}

    def _call(self, data: Any) -> Any:
        value = self.function(decoded(data))
        try:
            return encoded(value)
        except RunError:
            raise run_error(
                "TypeError",
                f"{self.name}() gives a value that a worker cannot send back",
                hint="numbers, text, true, false, none, lists, tuples, maps and sets can be sent",
            ) from None


def _session(setup: Mapping[str, Any]) -> Session:
    def paths(given: list[str] | None) -> tuple[Path, ...] | None:
        return None if given is None else tuple(map(Path, given))

    grants, run = setup["grants"], setup["grants"]["run"]
    session = Session(
        stdin=io.StringIO(),
        stdout=io.StringIO(),
        grants=Grants(
            read=paths(grants["read"]),
            write=paths(grants["write"]),
            env=grants["env"],
            run=None if run is None else tuple(run),
            python=grants["python"],
        ),
        limits=Limits(**setup["limits"]),
        search_path=paths(setup["search_path"]) or (),
        language=setup["language"],
        arguments=setup["arguments"],
        **setup["goals"],
    )
    session.root = Path(setup["root"])
    for entry in parse_lock(setup["lock"], "the lock") if setup["lock"] else ():
        session.compiler.lock.add(entry)
    return session


def _told(error: RunError) -> dict[str, Any]:
    value = error.value
    return {
        "kind": value.kind.name,
        "message": value.message,
        "hint": value.hint,
        "place": value.attribute("place"),
    }


_kept = local()  # of each thread of a cluster's worker: the setup that was loaded last, its caller


def answer_alone(setup: str, item: str) -> str:
    """As a worker answers one item, for workers that are not of our making (`cluster.py`)."""
    if getattr(_kept, "setup", None) != setup:
        try:
            _kept.caller = Caller(json.loads(setup))
        except PlanscriptError as error:
            return json.dumps({"failed": error.diagnostics[0].title})
        _kept.setup = setup
    return json.dumps(_kept.caller.answer(json.loads(item)))


def main() -> None:
    """Serves until standard input ends."""
    # What else writes to standard output must not come between the answers.
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as out:
        os.dup2(2, 1)

        def send(answer: Answer) -> None:
            out.write(json.dumps(answer) + "\n")
            out.flush()

        try:
            caller = Caller(json.loads(sys.stdin.readline()))
        except PlanscriptError as error:
            send({"failed": error.diagnostics[0].title})
            return
        send({"ready": True})
        for line in sys.stdin:
            send(caller.answer(json.loads(line)))


if __name__ == "__main__":
    try:
        main()
    except (KeyboardInterrupt, BrokenPipeError):
        os._exit(1)  # who asked has gone
