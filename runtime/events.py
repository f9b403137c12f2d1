"""What happens outside while a script acts: facts that come in from a queue, a file, a function.

The executor takes them between two steps. Nothing here touches the world.
"""

from __future__ import annotations

import queue
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from planscript.runtime.pddl.model import Atom


@dataclass(frozen=True, slots=True)
class Event:
    """Literals that have become true outside; `interrupt` says to stop what is being done."""

    literals: tuple[tuple[Atom, bool], ...]
    interrupt: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Arrival:
    """An event as it came in: facts as a script writes them, not read yet."""

    text: str
    interrupt: bool = False


class Inbox:
    """Where arrivals wait. `post` may be called from any thread."""

    def __init__(self) -> None:
        self._posted: queue.SimpleQueue[Arrival] = queue.SimpleQueue()
        self._files: list[_Tail] = []

    def post(self, text: str, interrupt: bool = False) -> None:
        """An event from another thread: facts such as "on(apple, floor) and not free()"."""
        self._posted.put(Arrival(text, interrupt))

    def watch(self, path: Path) -> None:
        """Each line that is added to the file from now on is an event; `!` before it interrupts."""
        self._files.append(_Tail(path))

    def arrivals(self) -> list[Arrival]:
        """What has come in since it was asked last."""
        found = []
        while not self._posted.empty():
            found.append(self._posted.get())
        for file in self._files:
            for line in file.lines():
                said = line.strip()
                if said and not said.startswith("#"):
                    found.append(Arrival(said.lstrip("!").strip(), said.startswith("!")))
        return found


class _Tail:
    """The lines that are added to a file, which need not exist yet."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.position = path.stat().st_size if path.exists() else 0
        self.rest = b""

    def lines(self) -> Sequence[str]:
        try:
            with self.path.open("rb") as file:
                if file.seek(0, 2) < self.position:  # it was written anew
                    self.position, self.rest = 0, b""
                file.seek(self.position)
                added = file.read()
        except OSError:
            return ()
        self.position += len(added)
        *whole, self.rest = (self.rest + added).split(b"\n")
        return [line.decode("utf-8", "replace") for line in whole]


@dataclass(frozen=True, slots=True)
class Posted:
    """An event of the script's own: facts as it gave them, not read yet, or why to stop."""

    facts: Any
    interrupt: str = ""


class ScriptEvents:
    """Events of the script's own: what it posts, and functions that it has asked between steps."""

    def __init__(self, sources: Iterable[Callable[[], Any]] = ()) -> None:
        self.posted: deque[Posted] = deque()
        self.sources = list(sources)

    def post(self, event: Posted) -> None:
        """One more event, to be taken before the next step."""
        self.posted.append(event)

    def take(self) -> list[Posted]:
        """What the script has posted, then what its functions tell, which may post as well."""
        for source in self.sources:
            told = source()
            if told is not None:
                self.posted.append(Posted(told))
        found = list(self.posted)
        self.posted.clear()
        return found
