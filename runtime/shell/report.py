"""Diagnostics and the progress of a run on a terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from planscript.lang.diagnostics import Diagnostic, PlanscriptError, draw


class Stream(Protocol):
    """What text can be written to."""

    def write(self, text: str, /) -> int:
        """Writes the text."""

    def flush(self) -> None:
        """Passes on what has been written."""

    def isatty(self) -> bool:
        """Whether it is a terminal."""


def coloured(stream: Stream) -> bool:
    """Whether to colour what goes to `stream`: a terminal, and no NO_COLOR (no-color.org)."""
    return not os.environ.get("NO_COLOR") and stream.isatty()


def report(
    error: PlanscriptError,
    texts: Mapping[str, str] | None = None,
    stream: Stream | None = None,
) -> None:
    """Draws each diagnostic of the error; `texts` gives sources that are no files."""
    for diagnostic in error.diagnostics:
        report_one(diagnostic, texts, stream)


def report_one(
    diagnostic: Diagnostic,
    texts: Mapping[str, str] | None = None,
    stream: Stream | None = None,
) -> None:
    """Draws one diagnostic with its source line where the source can be had."""
    out = sys.stderr if stream is None else stream
    text = None
    if diagnostic.span is not None:
        text = source_text(diagnostic.span.source, texts or {})
    print(draw(diagnostic, text, colour=coloured(out)), file=out)


def source_text(source: str, texts: Mapping[str, str]) -> str | None:
    """The text that a span points into, or None where it cannot be read."""
    if source in texts:
        return texts[source]
    try:
        return Path(source).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError, ValueError):
        return None
