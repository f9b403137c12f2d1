"""`planscript trace RUN.db`: shows what a recorded run did, as it stands in its journal."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Mapping
from typing import Any

from planscript.runtime.journal import Journal, Record, decoded


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument("journal", metavar="RUN.db", help="the journal of the run")
    parser.add_argument("--json", action="store_true", help="each record as a line of JSON")


def run(args: argparse.Namespace) -> int:
    """Prints the records, one a line."""
    journal = Journal(args.journal, "replay")
    try:
        about = journal.about()
        if not args.json:
            print(f"{about.get('script', '?')} {' '.join(about.get('arguments', []))}".rstrip())
        start: float | None = None
        for record in journal.records():
            start = record.at if start is None else start
            if args.json:
                print(json.dumps(_row(record, start), ensure_ascii=False))
            else:
                print(f"{record.number:>5} {record.at - start:>9.3f}s  {line(record)}")
    finally:
        journal.close()
    return 0


def _row(record: Record, start: float) -> Mapping[str, Any]:
    return {
        "number": record.number,
        "at": round(record.at - start, 4),
        "kind": record.kind,
        "data": record.data,
        "answer": record.answer,
    }


def line(record: Record) -> str:
    """One record in words."""
    make = _LINES.get(record.kind)
    return make(record) if make is not None else f"{record.kind} {_short(record.data)}"


def _short(data: Any, most: int = 100) -> str:
    text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
    return text if len(text) <= most else text[:most] + "…"


def _answered(record: Record) -> str:
    answer = record.answer
    if answer is None:
        return "not answered: cut off"
    if "doubt" in answer:
        return "cut off; it was looked into"
    if "error" in answer:
        return f"{answer['error']}: {answer['message']}"
    return _short(repr(decoded(answer["value"])) if answer["value"] is not None else "done")


def _steps(record: Record) -> str:
    return ", ".join(record.data["steps"]) or "nothing to do"


def _observed(record: Record) -> str:
    observed = record.data.get("observed")
    return f" (observed {', '.join(observed)})" if observed else ""


def _solved(record: Record) -> str:
    answer = decoded(record.answer["value"]) if record.answer and "value" in record.answer else {}
    if answer.get("steps") is None:
        return f"planned: {answer.get('status', 'cut off').lower()}"
    return f"planned: {len(answer['steps'])} steps, cost {answer['cost']}"


def _ended(record: Record) -> str:
    return f"ended with an error: {record.data['error']}" if record.data["error"] else "ended"


_LINES: Mapping[str, Callable[[Record], str]] = {
    "print": lambda r: f"printed {json.dumps(r.data, ensure_ascii=False)}",
    "input": lambda r: f"read {_answered(r)}",
    "call": lambda r: f"called {r.data} -> {_answered(r)}",
    "goal text": lambda r: f"asked what “{_short(' '.join(r.data['text'].split()))}” means",
    "goal": lambda r: f"goal {r.data['pddl']}: {r.data['words']}",
    "solve": _solved,
    "reason": lambda r: f"no plan, because: {_answered(r)}",
    "plan": lambda r: f"{'new plan' if r.data['replan'] else 'plan'}: {_steps(r)}",
    "step": lambda r: f"step {r.data['step']}",
    "done": lambda r: f"  done{_observed(r)}",
    "failed": lambda r: f"  failed: {r.data['reason']}{_observed(r)}",
    "timeout": lambda r: f"  {r.data['step']} ran out of time",
    "retry": lambda r: f"  tried again ({r.data['attempt']})",
    "exclude": lambda r: f"left out from now on: {r.data['step']} {r.data['reason']}",
    "obstacle": lambda r: f"cannot go on with {r.data['step']}: {r.data['reason']}",
    "skip": lambda r: f"not needed any more: {_steps(r)}",
    "keep": lambda r: f"kept of the old plan: {_steps(r)}",
    "deviation": lambda r: (
        f"  not as planned: expected {', '.join(r.data['missing']) or 'nothing more'}; "
        f"found {', '.join(r.data['unexpected']) or 'nothing more'}"
    ),
    "now": lambda r: f"told {', '.join(r.data['facts'])}",
    "arrival": lambda r: f"from outside: {_answered(r)}",
    "event": lambda r: f"event {', '.join(r.data['facts'])}",
    "confirm": lambda r: f"asked “{r.data}” -> {_answered(r)}",
    "cleared_up": lambda r: (
        f"{r.data['step']} had been {'done' if r.data['done'] else 'left undone'}"
    ),
    "achieved": lambda r: "achieved",
    "gave_up": lambda r: f"gave up: {r.data['reason']}",
    "end": _ended,
}
