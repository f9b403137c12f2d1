"""Text files, for scripts that may read or write them (`--allow-read`, `--allow-write`)."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from planscript.runtime.errors import run_error
from planscript.runtime.library import Exports, want_text
from planscript.runtime.values import Builtin

MAX_BYTES = 1 << 28  # of a file read at once


def for_session(session: Any) -> list[Builtin]:
    """The functions of the module, under the grants of the session.

    Paths are taken from the working directory.
    """
    exports = Exports()

    def reading(path: str, name: str) -> Path:
        found: Path = session.grants.path(want_text(path, name, "a path as text"), "read")
        return found

    def writing(path: str, name: str) -> Path:
        found: Path = session.grants.path(want_text(path, name, "a path as text"), "write")
        return found

    @exports("read(path)", needs="read")
    def read(path: str) -> str:
        """The text of a file in UTF-8."""
        found = reading(path, "read")

        def work() -> str:
            if found.stat().st_size > MAX_BYTES:
                raise run_error("IOError", f"{path} is too large to be read at once")
            return found.read_text(encoding="utf-8-sig").replace("\r\n", "\n")

        return str(_attempt(work, "read", path))

    @exports("lines(path)", needs="read")
    def lines(path: str) -> list[str]:
        """The lines of a file in UTF-8, without their ends."""
        return read(path).splitlines()

    @exports("write(path, text)", needs="write")
    def write(path: str, text: str) -> None:
        """Writes a text to a file, in UTF-8, in place of what was there."""
        found, text = writing(path, "write"), want_text(text, "write")
        _attempt(lambda: found.write_text(text, encoding="utf-8"), "write", path)

    @exports("append(path, text)", needs="write")
    def append(path: str, text: str) -> None:
        """Writes a text to the end of a file."""
        found, text = writing(path, "append"), want_text(text, "append")

        def work() -> None:
            with found.open("a", encoding="utf-8") as file:
                file.write(text)

        _attempt(work, "write", path)

    @exports("exists(path)", needs="read")
    def exists(path: str) -> bool:
        """Whether there is a file or folder of this name."""
        return reading(path, "exists").exists()

    @exports("names(folder)", needs="read")
    def names(folder: str) -> list[str]:
        """The names in a folder, in order; folders end in /."""
        found = reading(folder, "names")

        def work() -> list[str]:
            with os.scandir(found) as entries:
                return sorted(e.name + ("/" if e.is_dir() else "") for e in entries)

        return list(_attempt(work, "read", folder))

    @exports("remove(path)", needs="write")
    def remove(path: str) -> None:
        """Takes a file away."""
        found = writing(path, "remove")
        _attempt(found.unlink, "remove", path)

    @exports("make_folder(path)", needs="write")
    def make_folder(path: str) -> None:
        """Makes a folder, and those above it, where they are not there."""
        found = writing(path, "make_folder")
        _attempt(lambda: found.mkdir(parents=True, exist_ok=True), "make", path)

    return exports


def _attempt(work: Callable[[], Any], verb: str, path: str) -> Any:
    """What `work` gives; the errors of the system in the words of the language."""
    try:
        return work()
    except UnicodeError:
        raise run_error("IOError", f"{path} is not UTF-8 text") from None
    except FileNotFoundError:
        raise run_error("IOError", f"no file {path}") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise run_error("IOError", f"cannot {verb} {path}: {reason}") from None
