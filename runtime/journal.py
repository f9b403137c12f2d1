"""The journal of a run: what it did and what it was told, written as it happens, in one SQLite file.

A run is resumed or replayed by running its script again. Whatever reaches outside (planner, goal
model, input, files, clocks, Python) is *asked through the journal*: while there are records, they
answer; at their end the run goes on live. What the run tells (text printed, steps) is *noted*:
while there are records, it must be the same, otherwise the script has changed. The method is that
of event sourcing (Fowler 2005), as in durable execution engines.
"""

from __future__ import annotations

import json
import os
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal, NoReturn

from planscript.lang.diagnostics import Diagnostic, LimitError, SourceError
from planscript.runtime import values
from planscript.runtime.errors import KINDS, ErrorValue, RunError, run_error
from planscript.runtime.pddl.model import Atom
from planscript.runtime.policies import StepInDoubt

FORMAT = "planscript journal 1"
_SCHEMA = """
    CREATE TABLE header (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE record (
        number INTEGER PRIMARY KEY AUTOINCREMENT, at REAL NOT NULL, kind TEXT NOT NULL, data TEXT NOT NULL,
        answer TEXT);
"""
Mode = Literal["record", "resume", "replay"]


class ReplayEnds(LimitError):
    """A replay has come to the end of its journal."""


class TimedOutBefore(BaseException):
    """At this place of the recorded run the handler was stopped, because its time was over."""


@dataclass(frozen=True, slots=True)
class Record:
    """One line of the journal: a note, or a question with its answer (None: not answered yet)."""

    number: int
    at: float
    kind: str
    data: Any
    answer: Any


class Journal:
    """One journal, open in one run.

    `mode` "record" only writes; "resume" answers from the records and then goes on writing;
    "replay" answers from the records and ends with them.
    """

    def __init__(self, path: str, mode: Mode) -> None:
        self.path = path
        self.mode = mode
        self._connection = _opened(path, new=mode == "record")
        self._lock = None if mode == "replay" else _locked(path)
        self._taken = 0  # the number of the record that answered last
        self._last = 0
        if mode != "record":
            (last,) = self._connection.execute("SELECT max(number) FROM record").fetchone()
            self._last = last or 0

    def close(self) -> None:
        """Closes the file. All that was recorded is in it already."""
        self._connection.close()
        if self._lock is not None:
            os.close(self._lock)

    # ------------------------------------------------ header

    def describe(self, **about: Any) -> None:
        """Writes what the run is: its script, arguments, options."""
        with self._connection:
            self._connection.executemany(
                "INSERT OR REPLACE INTO header VALUES (?, ?)",
                [(name, json.dumps(value)) for name, value in about.items()],
            )

    def about(self) -> dict[str, Any]:
        """What the run is."""
        rows = self._connection.execute("SELECT name, value FROM header")
        return {name: json.loads(value) for name, value in rows}

    # ------------------------------------------------ records

    @property
    def replaying(self) -> bool:
        """Whether there are records left that answer."""
        return self._taken < self._last

    def records(self) -> Iterator[Record]:
        """All records, in order."""
        rows = self._connection.execute("SELECT number, at, kind, data, answer FROM record")
        for row in rows:
            yield _record(row)

    def last(self) -> Record | None:
        """The record that was written last."""
        query = "SELECT number, at, kind, data, answer FROM record ORDER BY number DESC LIMIT 1"
        row = self._connection.execute(query).fetchone()
        return None if row is None else _record(row)

    def note(self, kind: str, data: Any) -> None:
        """Records that something happens; while replaying, holds it against the record."""
        if self.replaying:
            self._take(kind, data)
        else:
            self._append(kind, data, None)

    def ask(
        self, kind: str, data: Any, live: Callable[[], Any], doubt: Callable[[], Any] | None = None
    ) -> Any:
        """The answer to a question: from the record, or live.

        `live()` gives the answer as plain data (see `encoded`); an error of the language that it
        raises is an answer too. With `doubt`, the question is recorded before it is answered, and
        `doubt()` is called where a run that is resumed finds it without an answer: it gives the
        answer, or raises.
        """
        if self.replaying:
            record = self._take(kind, data)
            if record.answer is not None:
                return _given(record.answer)
            if self.next_is("timeout"):
                raise TimedOutBefore
            if self.mode == "replay" or self.replaying:
                raise self._ends()
            number = record.number
            live = doubt or live
        elif doubt is not None:
            number = self._append(kind, data, None, careful=True)
        else:
            answer = _answer(live)
            self._append(kind, data, answer)
            return _given(answer)
        answer = _answer(live)
        self._answer(number, answer)
        return _given(answer)

    def leave_in_doubt(self) -> NoReturn:
        """Answers the question that was taken last with a doubt: its step is to be looked into."""
        self._answer(self._taken, {"doubt": True})
        raise StepInDoubt

    def _answer(self, number: int, answer: Any) -> None:
        self._connection.execute(
            "UPDATE record SET answer = ? WHERE number = ?", (_text(answer), number)
        )

    def next_is(self, kind: str) -> bool:
        """Whether the record that comes next is of this kind; False where there is none."""
        if not self.replaying:
            return False
        return self._peek().kind == kind

    def _peek(self) -> Record:
        query = (
            "SELECT number, at, kind, data, answer FROM record WHERE number > ? "
            "ORDER BY number LIMIT 1"
        )
        return _record(self._connection.execute(query, (self._taken,)).fetchone())

    def _take(self, kind: str, data: Any) -> Record:
        record = self._peek()
        if record.kind == "timeout" != kind:
            raise TimedOutBefore
        if record.kind != kind or (data is not None and _text(record.data) != _text(data)):
            raise LimitError(
                Diagnostic(
                    "E0907",
                    "the script has changed since this run",
                    label=f"here it does {_said(kind, data)}",
                    hint=f"record {record.number} of {self.path} is {_said(record.kind, record.data)}",
                )
            )
        self._taken = record.number
        return record

    def _append(self, kind: str, data: Any, answer: Any, careful: bool = False) -> int:
        if self.mode == "replay":
            raise self._ends()
        if careful:  # on the disk before the deed: it must be known even after a power cut
            self._connection.execute("PRAGMA synchronous = FULL")
        done = self._connection.execute(
            "INSERT INTO record (at, kind, data, answer) VALUES (?, ?, ?, ?)",
            (time.time(), kind, _text(data), None if answer is None else _text(answer)),
        )
        if careful:
            self._connection.execute("PRAGMA synchronous = NORMAL")
        assert done.lastrowid is not None
        return done.lastrowid

    def _ends(self) -> ReplayEnds:
        title = "the journal ends here: the run was cut off"
        return ReplayEnds(Diagnostic("W0908", title, severity="warning"))


def _record(row: tuple[Any, ...]) -> Record:
    number, at, kind, data, answer = row
    return Record(
        number, at, kind, json.loads(data), None if answer is None else json.loads(answer)
    )


def _opened(path: str, new: bool) -> sqlite3.Connection:
    """The file, which is the user's alone; raises SourceError where it cannot be had."""
    try:
        if new:
            if Path(path).exists():
                raise SourceError(
                    Diagnostic(
                        "E0906",
                        f"{path} is there already",
                        hint=f"`planscript resume {path}` goes on with it; "
                        "a new run takes a new file",
                    )
                )
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        elif not Path(path).is_file():
            raise SourceError(Diagnostic("E0903", f"no file {path}"))
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        if new:
            connection.executescript(f"BEGIN; {_SCHEMA} COMMIT;")
        else:
            connection.execute("SELECT count(*) FROM record")
    except (OSError, sqlite3.Error) as error:
        what = "make" if new else "read"
        raise SourceError(
            Diagnostic("E0906", f"cannot {what} the journal {path}: {error}")
        ) from None
    return connection


def _locked(path: str) -> int | None:
    """Holds the file for this process, so that no two go on with one run."""
    try:
        import fcntl
    except ImportError:  # not on this system
        return None
    # Not closed before the connection is: that would drop SQLite's own locks on the file.
    file = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise SourceError(Diagnostic("E0906", f"the run of {path} is still going on")) from None
    return file


# ---------------------------------------------------------------- answers


def _answer(live: Callable[[], Any]) -> Any:
    try:
        return {"value": encoded(live())}
    except RunError as error:
        value = error.value
        return {
            "error": value.kind.name,
            "message": value.message,
            "hint": value.hint,
            "fields": encoded({k: v for k, v in value.fields.items() if _is_data(v)}),
        }


def _given(answer: Any) -> Any:
    if "doubt" in answer:
        raise StepInDoubt
    if "error" not in answer:
        return decoded(answer["value"])
    kind = KINDS.get(answer["error"], KINDS["Error"])
    raise RunError(ErrorValue(kind, answer["message"], decoded(answer["fields"]), answer["hint"]))


def _is_data(value: Any) -> bool:
    try:
        encoded(value)
    except RunError:
        return False
    return True


def encoded(value: Any) -> Any:
    """A value of the language as JSON has it. Raises TypeError of the language for functions etc."""
    match value:
        case None | bool() | str():
            return value
        case int():
            return value if abs(value) < 1 << 53 else {"$": "int", "of": hex(value)}
        case float():
            return {"$": "float", "of": value.hex()}
        case Fraction():
            return {"$": "fraction", "of": str(value)}
        case Atom():
            return {"$": "atom", "of": [value.name, *value.args]}
        case values.Obj():
            return {"$": "object", "of": [value.name, value.type, value.key]}
        case list():
            return [encoded(item) for item in value]
        case tuple():
            return {"$": "tuple", "of": [encoded(item) for item in value]}
        case set() | frozenset():
            return {"$": "set", "of": sorted((encoded(item) for item in value), key=_text)}
        case dict():
            return {"$": "map", "of": [[encoded(k), encoded(v)] for k, v in value.items()]}
    raise run_error("TypeError", f"{values.kind_name(value)} cannot be kept in a journal")


def decoded(data: Any) -> Any:
    """The value that `encoded` made the data of."""
    if isinstance(data, list):
        return [decoded(item) for item in data]
    if not isinstance(data, dict):
        return data
    inside = data["of"]
    match data["$"]:
        case "int":
            return int(inside, 16)
        case "float":
            return float.fromhex(inside)
        case "fraction":
            return Fraction(inside)
        case "atom":
            return Atom(inside[0], tuple(inside[1:]))
        case "object":
            return values.Obj(*inside)
        case "tuple":
            return tuple(decoded(item) for item in inside)
        case "set":
            return {decoded(item) for item in inside}
    return {decoded(key): decoded(value) for key, value in inside}


# ---------------------------------------------------------------- events as plain data


def plain(value: Any) -> Any:
    """The details of an event as JSON has them: facts and steps as a script writes them."""
    match value:
        case str() | int() | float() | bool() | None:
            return value
        case Atom():
            return call(value)
        case (Atom() as atom, bool() as positive):
            return call(atom) if positive else f"not {call(atom)}"
        case Fraction():
            return int(value) if value.denominator == 1 else float(value)
        case frozenset() | set():
            return sorted(str(plain(one)) for one in value)
        case list() | tuple():
            return [plain(one) for one in value]
        case Mapping():
            return {str(name): plain(one) for name, one in value.items()}
    return str(value)


def call(atom: Atom) -> str:
    """A fact or step as a script writes it."""
    return f"{atom.name}({', '.join(atom.args)})"


def _text(data: Any) -> str:
    return json.dumps(data, separators=(",", ":"))


def _said(kind: str, data: Any) -> str:
    """A record in a few words."""
    if kind == "print":
        return f"print {_text(data)[:60]}"
    shown = data.get("step") or data.get("text") or data if isinstance(data, dict) else data
    return f"{kind} {shown if isinstance(shown, str) else _text(shown)[:80]}"
