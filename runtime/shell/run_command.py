"""`planscript run FILE`: runs a script, or with `-` what stands on standard input."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from planscript.lang.diagnostics import LimitError, PlanscriptError, SourceError
from planscript.runtime.shell.report import report
from planscript.runtime.shell.session_arguments import (
    SESSION_ARGUMENTS,
    add_session_arguments,
    make_session,
)
from planscript.runtime.shell.trace import Listener, jsonl_tracer, narrator, together
from planscript.runtime.sources import text_of

if TYPE_CHECKING:
    from planscript.runtime.journal import Journal
    from planscript.runtime.session import Session


STDIN = "-"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument("file", metavar="FILE", help="the script; - is standard input")
    parser.add_argument("arguments", nargs="*", metavar="ARG", help="the script's own `arguments`")
    parser.add_argument("--trace", metavar="FILE.jsonl", help="write every event as a line of JSON")
    parser.add_argument(
        "--quiet", action="store_true", help="do not tell goals and plans on standard error"
    )
    parser.add_argument(
        "--lock", action="store_true", help="write the goals that were compiled to the lock file"
    )
    parser.add_argument(
        "--journal",
        metavar="RUN.db",
        help="record the run as it happens, to be resumed, replayed or traced",
    )
    parser.add_argument(
        "--events", metavar="FILE", help="take lines added to the file as events from outside"
    )
    parser.add_argument(
        "--confirm",
        choices=("ask", "yes", "no"),
        default="ask",
        help="what to do before steps that cannot be undone (default: ask)",
    )
    add_session_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Runs the script. Raises PlanscriptError for what is wrong with it."""
    if args.file == STDIN and (args.lock or args.journal):
        print("planscript run: --lock and --journal need a script in a file", file=sys.stderr)
        return 2
    listeners: list[Listener] = [] if args.quiet else [narrator()]
    close = None
    if args.trace:
        tracer, close = jsonl_tracer(args.trace)
        listeners.append(tracer)
    journal = _new_journal(args) if args.journal else None
    confirm = None if args.confirm == "ask" else lambda question: bool(args.confirm == "yes")
    session = make_session(
        args,
        emit=together(listeners),
        arguments=args.arguments,
        journal=journal,
        confirm=confirm,
    )
    try:
        if args.events:
            session.inbox.watch(Path(args.events))
        if args.file == STDIN:
            return _run_stdin(session)
        run_recorded(session, args.file)
        if args.lock:
            session.write_lock(args.file)
    finally:
        session.close()
        if journal is not None:
            journal.close()
        if close is not None:
            close()
    return 0


def _run_stdin(session: Session) -> int:
    """Runs what stands on standard input; reports what goes wrong, with its lines."""
    try:
        session.run_text(text_of(sys.stdin.buffer.read(), "<stdin>"), "<stdin>")
    except PlanscriptError as error:
        report(error, session.texts)
        return 2 if isinstance(error, SourceError) else 1
    return 0


def run_recorded(session: Session, script: str) -> None:
    """Runs the script; how it ends goes to the journal, where there is one.

    A run that is interrupted or uses up a budget has not ended: it can be resumed.
    """
    journal = session.journal
    try:
        session.run_file(script)
    except LimitError:
        raise
    except PlanscriptError as error:
        if journal is not None:
            journal.note("end", {"error": error.diagnostics[0].title})
        raise
    if journal is not None:
        journal.note("end", {"error": ""})


def _new_journal(args: argparse.Namespace) -> Journal:
    from planscript.runtime.journal import FORMAT, Journal

    given = vars(args)
    journal = Journal(args.journal, "record")
    journal.describe(
        format=FORMAT,
        script=args.file,
        folder=os.getcwd(),
        arguments=args.arguments,
        confirm=args.confirm,
        events=args.events,
        options={name: given[name] for name in SESSION_ARGUMENTS},
    )
    return journal
