"""Reading the files of scripts."""

from __future__ import annotations

import re
from pathlib import Path

from planscript.lang.diagnostics import Diagnostic, SourceError


def read_source(path: str) -> str:
    """The text of a script file (see `text_of`). Raises SourceError where it cannot be had."""
    try:
        data = Path(path).read_bytes()
    except FileNotFoundError:
        raise SourceError(Diagnostic("E0903", f"no file {path}")) from None
    except IsADirectoryError:
        raise SourceError(Diagnostic("E0903", f"{path} is a folder, not a script")) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise SourceError(Diagnostic("E0903", f"cannot read {path}: {reason}")) from None
    return text_of(data, path)


def text_of(data: bytes, path: str) -> str:
    """The text of a script, with plain line ends; `path` names it in errors.

    Raises SourceError for what is not UTF-8, and for a planner's output, whose file name also ends
    in `.plan`.
    """
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise SourceError(
            Diagnostic(
                "E0904",
                f"{path} is not UTF-8 text (line {line})",
                hint="save it in the encoding UTF-8",
            )
        ) from None
    if is_planner_output(text):
        raise SourceError(
            Diagnostic(
                "E0902",
                f"{path} is a plan that a planner wrote, not a script",
                hint=f"check it with `planscript validate DOMAIN PROBLEM {path}`",
            )
        )
    return text


# `(pick a b)`, `12: (PICK A B)`, `0.001: (pick a b) [1.0]` (temporal), and `; cost = 5 (unit cost)`
_STEP = re.compile(
    r"(?:\d+(?:\.\d+)?\s*:\s*)?\(\s*[^\s()\"'.,]+(?:\s+[^\s()\"'.,]+)*\s*\)\s*(?:\[[\d.]+\])?"
)


def is_planner_output(text: str) -> bool:
    """Whether a text is a plan in the format of the International Planning Competition."""
    lines = [line for line in map(str.strip, text.split("\n")) if line]
    return bool(lines) and all(line[0] == ";" or _STEP.fullmatch(line) for line in lines)


def first_comment(text: str) -> str:
    """What a script says of itself: the comment that it opens with."""
    lines: list[str] = []
    for line in text.split("\n"):
        if not line.startswith("#"):
            break
        lines.append(line.lstrip("# "))
    return "\n".join(lines)
