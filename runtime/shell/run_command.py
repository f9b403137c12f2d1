"""`planscript run FILE`: runs a script."""

from __future__ import annotations

import argparse
from pathlib import Path

from planscript.lang.diagnostics import Diagnostic, SourceError
from planscript.runtime.shell.session_arguments import add_session_arguments, make_session
from planscript.runtime.shell.trace import Listener, jsonl_tracer, narrator, together


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument("file", metavar="FILE", help="the script")
    parser.add_argument("arguments", nargs="*", metavar="ARG", help="the script's own `arguments`")
    parser.add_argument("--trace", metavar="FILE.jsonl", help="write every event as a line of JSON")
    parser.add_argument(
        "--quiet", action="store_true", help="do not tell goals and plans on standard error"
    )
    parser.add_argument(
        "--lock", action="store_true", help="write the goals that were compiled to the lock file"
    )
    add_session_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Runs the script. Raises PlanscriptError for what is wrong with it."""
    refuse_planner_output(args.file)
    listeners: list[Listener] = [] if args.quiet else [narrator()]
    close = None
    if args.trace:
        tracer, close = jsonl_tracer(args.trace)
        listeners.append(tracer)
    session = make_session(args, emit=together(listeners), arguments=args.arguments)
    try:
        session.run_file(args.file)
        if args.lock:
            session.write_lock(args.file)
    finally:
        session.close()
        if close is not None:
            close()
    return 0


def refuse_planner_output(path: str) -> None:
    """Says so where a `.plan` file is a planner's output and no script."""
    try:
        with Path(path).open(encoding="utf-8") as file:
            lines = [line.strip() for line in file.readlines(65536)]
    except (OSError, UnicodeDecodeError):
        return  # the session reports it
    said = [line for line in lines if line and not line.startswith(";")]
    if said and all(line.startswith("(") and line.endswith(")") for line in said):
        raise SourceError(
            Diagnostic(
                "E0902",
                f"{path} is a plan that a planner wrote, not a script",
                hint="check it with `planscript validate DOMAIN PROBLEM PLAN`",
            )
        )
