"""Reading the files of scripts."""

from __future__ import annotations

from pathlib import Path

from planscript.lang.diagnostics import Diagnostic, SourceError


def read_source(path: str) -> str:
    """The text of a script, with plain line ends. Raises SourceError where it cannot be had."""
    try:
        data = Path(path).read_bytes()
    except FileNotFoundError:
        raise SourceError(Diagnostic("E0903", f"no file {path}")) from None
    except IsADirectoryError:
        raise SourceError(Diagnostic("E0903", f"{path} is a folder, not a script")) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise SourceError(Diagnostic("E0903", f"cannot read {path}: {reason}")) from None
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise SourceError(
            Diagnostic(
                "E0904",
                f"{path} is not UTF-8 text (line {line})",
                hint="save it in the encoding UTF-8",
            )
        ) from None


def first_comment(text: str) -> str:
    """What a script says of itself: the comment that it opens with."""
    lines: list[str] = []
    for line in text.split("\n"):
        if not line.startswith("#"):
            break
        lines.append(line.lstrip("# "))
    return "\n".join(lines)
