"""What Planscript itself says in a terminal is folded between words; elsewhere it stays as it is.

Values and what scripts print are not folded: they are to be copied as they are.
"""

from __future__ import annotations

import os
import re
import sys
from typing import TextIO

from planscript.lang.diagnostics import display_width

LEAST = 20  # columns; a narrower terminal is left to fold by itself
_EXCERPT = re.compile(r" *\d* \|")  # a line of a source, or the marks below it
# A colour, blanks, or what is kept together: a word, or one wide character (Chinese has no blanks).
_PIECE = re.compile(r"\x1b\[[0-9;]*m| +|[\u2e80-\u9fff\uac00-\ud7a3\uff00-\uff60]|[^ \x1b\u2e80-\u9fff\uac00-\ud7a3\uff00-\uff60]+|\x1b")  # fmt: skip
_STOPS = "，。、；：！？）”"  # do not begin a line
_CELL = re.compile(r"\S {2,}(?=\S)")


def tell(text: str) -> None:
    """Prints a text to standard output, folded."""
    print(text, file=Folding(sys.stdout))


class Folding:
    """A stream that folds what is written, one or more whole lines at a time, where it is shown."""

    def __init__(self, out: TextIO) -> None:
        self._out = out

    def write(self, text: str) -> int:
        """Writes the text."""
        width = columns(self._out)
        if width is None:
            return self._out.write(text)
        lines = [folded for line in text.split("\n") for folded in fold(line, width)]
        return self._out.write("\n".join(lines))

    def flush(self) -> None:
        """Passes on what has been written."""
        self._out.flush()

    def isatty(self) -> bool:
        """Whether it is a terminal."""
        return self._out.isatty()


def columns(out: TextIO) -> int | None:
    """How wide a terminal is; None for what is no terminal, or is too narrow to fold in."""
    try:
        width = os.get_terminal_size(out.fileno()).columns if out.isatty() else 0
    except (OSError, ValueError, AttributeError):
        return None
    return width if width >= LEAST else None


def fold(line: str, width: int) -> list[str]:
    """The line in pieces of at most `width` columns, broken between words where there are any.

    The pieces after the first stand below the last cell of a table's row, or a little deeper than
    the line itself.
    """
    if display_width(_visible(line)) <= width or _EXCERPT.match(line):
        return [line]
    hang = _hang(_visible(line), width)
    lines, room = [""], width  # of the last line
    blanks = ""
    for piece in _PIECE.findall(line):
        if piece[0] == "\x1b" and len(piece) > 1:
            lines[-1] += blanks + piece
            room, blanks = room - len(blanks), ""
            continue
        if piece[0] == " ":
            blanks += piece
            continue
        needed = len(blanks) + display_width(piece)
        if needed > room and piece not in _STOPS and lines[-1].strip():
            lines.append(" " * hang)
            room, blanks = width - hang, ""
            needed = display_width(piece)
        lines[-1] += blanks
        room, blanks = room - len(blanks), ""
        while display_width(piece) > max(room, 2) and piece not in _STOPS:
            head = _first(piece, room)
            lines[-1] += head
            lines.append(" " * hang)
            room, piece = width - hang, piece[len(head) :]
        lines[-1] += piece
        room -= display_width(piece)
    return lines


def _visible(line: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", line)


def _hang(line: str, width: int) -> int:
    """Where the pieces after the first begin."""
    cells = [match.end() for match in _CELL.finditer(line)]
    last = display_width(line[: cells[-1]]) if cells else width
    indent = len(line) - len(line.lstrip(" "))
    return last if last <= width // 2 else min(indent + 2, width // 2)


def _first(word: str, room: int) -> str:
    """As many characters of a word as there is room for, one at least."""
    taken = 1
    while taken < len(word) and display_width(word[: taken + 1]) <= room:
        taken += 1
    return word[:taken]
