"""What happened in a run, as it happens: for the person at the terminal, and as JSON lines.

The readable form goes to standard error, so that standard output is the script's alone.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from planscript.lang.diagnostics import Diagnostic, SourceError
from planscript.runtime.journal import call, plain
from planscript.runtime.shell.report import Stream, coloured

Listener = Callable[[str, Mapping[str, Any]], None]


def narrator(stream: Stream | None = None) -> Listener:
    """A listener that tells goals, plans and troubles in words, one line each."""
    out: Stream = sys.stderr if stream is None else stream
    dim, off = ("\x1b[2m", "\x1b[0m") if coloured(out) else ("", "")

    def line(text: str) -> None:
        print(f"{dim}{text}{off}", file=out, flush=True)

    def tell(kind: str, details: Mapping[str, Any]) -> None:
        match kind:
            case "loading":
                line("· loading the goal model …")
            case "goal":
                sure = "locked" if details["origin"] == "lock" else f"{details['confidence']:.0%}"
                line(f"· “{' '.join(details['text'].split())}”")
                line(f"  is taken to mean: {details['words']} [{sure}]")
                line(f"  {details['pddl']}")
            case "plan":
                steps = details["steps"]
                word = "new plan" if details["replan"] else "plan"
                shown = ", ".join(call(s) for s in steps[:8]) + (" …" if len(steps) > 8 else "")
                line(f"· {word}, {len(steps)} steps: {shown or 'nothing to do'}")
            case "deviation":
                lost = ", ".join(sorted(map(call, details["missing"])))
                new = ", ".join(sorted(map(call, details["unexpected"])))
                parts = [f"expected {lost}" if lost else "", f"found {new}" if new else ""]
                line(
                    f"· not as planned after {call(details['step'])}: "
                    + "; ".join(p for p in parts if p)
                )
            case "failed":
                line(f"· {call(details['step'])} failed: {details['reason']}")
            case "obstacle":
                line(f"· {call(details['step'])} cannot be done now: {details['reason']}")
            case "retry":
                line(f"· {call(details['step'])} is tried again")
            case "exclude":
                line(f"· {call(details['step'])} {details['reason']}: plans leave it out")
            case "skip":
                line(f"· not needed any more: {', '.join(map(call, details['steps']))}")
            case "event":
                line(f"· from outside: {', '.join(plain(details['facts']))}")
            case "ignored":
                line(f"· ignored from outside: {details['text']} ({details['reason']})")
            case "gave_up":
                line(f"· gave up: {details['reason']}")

    return tell


def jsonl_tracer(path: str) -> tuple[Listener, Callable[[], None]]:
    """A listener that writes every event as a line of JSON, and what closes the file.

    Raises SourceError where the file cannot be written.
    """
    try:
        out = Path(path).open("w", encoding="utf-8")
    except OSError as error:
        raise SourceError(
            Diagnostic("E0901", f"cannot write the trace {path}: {error.strerror or error}")
        ) from None
    start = time.monotonic()

    def write(kind: str, details: Mapping[str, Any]) -> None:
        if kind in ("planning", "planned"):
            return  # only for who waits; `plan` tells what came of it
        row = {"at": round(time.monotonic() - start, 4), "event": kind}
        row |= {name: plain(value) for name, value in details.items()}
        out.write(json.dumps(row, ensure_ascii=False) + "\n")
        out.flush()

    return write, out.close


def together(listeners: list[Listener]) -> Listener:
    """One listener that tells all of them."""

    def tell(kind: str, details: Mapping[str, Any]) -> None:
        for listener in listeners:
            listener(kind, details)

    return tell
