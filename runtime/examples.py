"""Examples in the documentation of functions: read and run.

An example is a line that begins with `>>> `, followed by the lines that it prints; the value of an
expression is printed as by `print`.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from planscript.lang.diagnostics import PlanscriptError
from planscript.runtime.display import show
from planscript.runtime.errors import run_error
from planscript.runtime.library import without_margin

if TYPE_CHECKING:
    from planscript.runtime.session import Session

Outcome = tuple[str, PlanscriptError | None]
PROMPT = ">>> "


def examples_of(doc: str) -> list[tuple[str, str]]:
    """The examples in a text: what is typed, and what is printed."""
    found: list[tuple[str, list[str]]] = []
    margin: int | None = None  # of the example that is being read
    for line in doc.split("\n"):
        bare = line.strip()
        if bare.startswith(PROMPT):
            found.append((bare[len(PROMPT) :], []))
            margin = len(line) - len(line.lstrip())
        elif margin is not None and bare:
            found[-1][1].append(line[margin:].rstrip())
        else:
            margin = None
    return [(typed, "\n".join(printed)) for typed, printed in found]


def run_examples(
    session: Session, bindings: Mapping[str, Any], source: str | None = None
) -> list[Outcome]:
    """Runs the examples of the functions among the bindings, in a copy of these bindings.

    With `source`, only of the functions that are written there, not of what it imports.

    Gives the outcome of each: its name ("chunk: chunk([1], 2)") and what was wrong, or None.
    """
    outcomes: list[Outcome] = []
    scope = dict(bindings)
    for name, value in bindings.items():
        if source is not None and _written_in(value) != source:
            continue
        for typed, printed in examples_of(doc_of(session, value)):
            outcomes.append((f"{name}: {typed}", _failure(session, scope, typed, printed)))
    return outcomes


def _written_in(value: Any) -> str | None:
    """The source of a function of a script."""
    code = getattr(value, "__code__", None) if type(value).__name__ == "function" else None
    return getattr(code, "co_filename", None)


def doc_of(session: Session, value: Any) -> str:
    """What is written about a function; empty where nothing is, or where it is no function."""
    known = session.builtin_of(value)
    if known is not None:
        return known.doc
    if type(value).__name__ == "function":
        return without_margin(getattr(value, "__doc__", None) or "")
    return ""


def _failure(
    session: Session, scope: dict[str, Any], typed: str, printed: str
) -> PlanscriptError | None:
    outer, session.stdout = session.stdout, io.StringIO()
    try:
        value = session.evaluate_in(scope, typed)
        found = session.stdout.getvalue()
    except PlanscriptError as error:
        return error
    finally:
        session.stdout = outer
    if value is not None:
        found += show(value)
    if found.strip() == printed.strip():
        return None
    return run_error("ExpectationFailed", f"{typed} gives {found.strip()}, not {printed}")
