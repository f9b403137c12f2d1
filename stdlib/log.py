"""What a script tells of its work: lines with a level, a message and fields, to standard error or a
granted file. Each is one line, whatever is in it.
"""

from __future__ import annotations

import datetime
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from planscript.runtime.display import show
from planscript.runtime.errors import run_error
from planscript.runtime.library import Exports, want_text
from planscript.runtime.values import Builtin

LEVELS = ("debug", "info", "warning", "error")
FORMS = ("text", "json")
_TAKEN = ("time", "level", "message")  # what each line of JSON has


class _Log:
    """Where the lines of one session go, and which."""

    def __init__(self, session: Any) -> None:
        self.session = session
        self.least = "info"
        self.file: Path | None = None
        self.form = "text"

    def tell(self, level: str, message: Any, fields: dict[str, Any]) -> None:
        for name in fields:
            if name in _TAKEN:
                raise run_error("ValueError", f"a field of a log line cannot be called `{name}`")
        if LEVELS.index(level) < LEVELS.index(self.least):
            return
        journal = self.session.journal
        if journal is not None and journal.replaying:
            return  # it was told when the run was recorded
        now = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        made = _json_line if self.form == "json" else _text_line
        line = made(now, level, show(message), fields) + "\n"
        if self.file is None:
            sys.stderr.write(line)
            return
        try:
            with self.file.open("a", encoding="utf-8", errors="replace") as file:
                file.write(line)
        except OSError as error:
            reason = error.strerror or error
            raise run_error("IOError", f"cannot write {self.file}: {reason}") from None


def _json_line(now: str, level: str, message: str, fields: dict[str, Any]) -> str:
    plain = {name: _plain(value) for name, value in fields.items()}
    return json.dumps({"time": now, "level": level, "message": message, **plain})


def _plain(value: Any) -> Any:
    """Numbers, true, false, none and text as they are, all else as it is shown."""
    finite = type(value) is not float or value - value == 0
    return value if finite and type(value) in (bool, int, float, str, type(None)) else show(value)


def _text_line(now: str, level: str, message: str, fields: dict[str, Any]) -> str:
    words = [now, level, _one_line(message)]
    return " ".join(words + [f"{name}={_word(show(value))}" for name, value in fields.items()])


def _one_line(text: str) -> str:
    return "\\n".join(text.splitlines())


def _word(text: str) -> str:
    bare = text and not any(c.isspace() or not c.isprintable() or c in "\"='" for c in text)
    return text if bare else json.dumps(text, ensure_ascii=False)


def for_session(session: Any) -> list[Builtin]:
    """The functions of the module, which keep level and file for the session."""
    exports = Exports()
    log = _Log(session)

    def telling(level: str, doc: str) -> Callable[..., None]:
        def tell(message: Any, **fields: Any) -> None:
            log.tell(level, message, fields)

        tell.__doc__ = doc
        return exports(f"{level}(message, **fields)")(tell)

    telling(
        "debug",
        """What helps to find a mistake; not told unless `least("debug")` asks for it.

    >>> debug("looked at a shelf", shelf=3)
    """,
    )
    telling(
        "info",
        """What happens as it should.

    >>> info("parcel delivered", parcel="p1", minutes=12)
    """,
    )
    telling(
        "warning",
        """What may become a problem.

    >>> warning("battery is low", percent=11)
    """,
    )
    telling(
        "error",
        """What went wrong.

    >>> error("parcel lost", parcel="p2")
    """,
    )

    @exports("least(level)", cost="1")
    def least(level: str) -> None:
        """The least level that is told from now on: "debug", "info" (at first), "warning", "error".

        >>> least("warning")
        """
        if want_text(level, "least", "a level as text") not in LEVELS:
            raise run_error("ValueError", f"no level {level}", hint=f"levels: {', '.join(LEVELS)}")
        log.least = level

    @exports("to_file(path, form='text')", needs="write")
    def to_file(path: str, form: str = "text") -> None:
        """Adds the lines to the end of a file from now on; with the form "json", as JSON.

        A line of text is `2024-05-01T12:00:00Z info parcel delivered parcel=p1 minutes=12`.
        """
        file = session.grants.path(want_text(path, "to_file", "a path as text"), "write")
        if want_text(form, "to_file") not in FORMS:
            raise run_error("ValueError", f"no form {form}", hint='the forms are "text", "json"')
        log.file, log.form = file, form

    return exports
