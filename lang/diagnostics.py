"""The one Diagnostic, the errors that carry it, and how it is drawn.

Every error that a user can meet, of a script or of a PDDL file, is a `Diagnostic` with a place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Literal

from planscript.lang.records import dataclass

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of source text.

    `source` is the file name as the user wrote it (or "<input>"); lines and columns count from 1,
    columns in characters; `end_column` is the column just after the last character.
    """

    source: str
    line: int
    column: int
    end_line: int
    end_column: int

    def to(self, other: Span) -> Span:
        """The stretch from the start of this span to the end of `other`."""
        return Span(self.source, self.line, self.column, other.end_line, other.end_column)


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One message to the user.

    `code` is stable ("E0101"), `title` says what is wrong in the words of the language, `label` is
    printed beside the marked place, `hint` says what to write instead, `related` holds further
    places.
    """

    code: str
    title: str
    span: Span | None = None
    label: str = ""
    hint: str = ""
    severity: Severity = "error"
    related: tuple[tuple[str, Span], ...] = ()


class PlanscriptError(Exception):
    """The root of all errors that Planscript raises on purpose; holds at least one diagnostic."""

    def __init__(self, *diagnostics: Diagnostic) -> None:
        super().__init__(diagnostics[0].title if diagnostics else "")
        self.diagnostics: tuple[Diagnostic, ...] = diagnostics


class SourceError(PlanscriptError):
    """The text (of a script, a PDDL file, a lock file, a model file) is wrong; nothing has run."""


class LimitError(PlanscriptError):
    """A budget of the run (steps, depth, memory, time) is used up; scripts cannot catch it."""


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that `name` most likely misspells, or None."""
    from difflib import get_close_matches  # takes 2 ms to load

    names = sorted(set(known))
    for one in names:
        if one.lower() == name.lower() or (len(name) > 1 and sorted(one) == sorted(name)):
            return one  # differs in case, or in the order of its letters
    found = get_close_matches(name, names, n=1, cutoff=0.6)
    return found[0] if found else None


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A hint "did you mean `x`?", or the empty string where nothing is near."""
    near = nearest(name, known)
    return f"did you mean `{near}`?" if near else ""


def draw(diagnostic: Diagnostic, text: str | None = None, *, colour: bool = False) -> str:
    """The diagnostic as lines for a terminal, with the source line and the place marked.

    `text` is the whole source that the span points into (None: no excerpt). `colour` adds ANSI
    codes. The result has no trailing newline.
    """

    def paint(code: str, what: str) -> str:
        return f"\x1b[{code}m{what}\x1b[0m" if colour and what else what

    accent = "1;31" if diagnostic.severity == "error" else "1;33"
    head = paint(accent, f"{diagnostic.severity}[{diagnostic.code}]")
    lines = [f"{head}: {paint('1', diagnostic.title)}"]
    if diagnostic.span is not None:
        lines += _excerpt(diagnostic.span, diagnostic.label, text, paint, accent)
    for label, span in diagnostic.related:
        lines += [f"  {label}: {span.source}:{span.line}:{span.column}"]
    if diagnostic.hint:
        lines.append(f"  {paint('1;36', 'help')}: {diagnostic.hint}")
    return "\n".join(lines)


def _excerpt(
    span: Span, label: str, text: str | None, paint: Callable[[str, str], str], accent: str
) -> list[str]:
    place = f"  --> {span.source}:{span.line}:{span.column}"
    source: Sequence[str] = text.split("\n") if text is not None else ()
    if not 0 < span.line <= len(source):
        return [place + (f": {label}" if label else "")]
    number = str(span.line)
    row = "".join(c if c.isprintable() else " " for c in source[span.line - 1])
    last = span.end_column if span.end_line == span.line else len(row) + 1
    start = span.column - 1
    offset, row = _window(row, start)
    width = max(1, min(last - span.column, len(row) - (start - offset)))
    marks = " " * display_width(row[: start - offset]) + "^" * max(
        1, display_width(row[start - offset : start - offset + width])
    )
    pad = " " * len(number)
    return [
        place,
        f" {pad} |",
        f" {number} | {row}",
        f" {pad} | {paint(accent, marks)}{' ' + label if label else ''}",
    ]


def _window(row: str, start: int, room: int = 160) -> tuple[int, str]:
    """The part of a very long line that holds column `start`, and where it begins."""
    if len(row) <= room:
        return 0, row
    begin = max(0, start - room // 2)
    return begin, row[begin : begin + room]


def display_width(text: str) -> int:
    """Columns that `text` takes on a terminal (East Asian wide characters take two)."""
    from unicodedata import combining, east_asian_width

    return sum(0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in text)
