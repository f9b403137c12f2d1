"""`planscript run FILE`: runs a script."""

from __future__ import annotations

import argparse

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
