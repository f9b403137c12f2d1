"""`planscript resume RUN.db`: goes on with a recorded run that was cut off."""

from __future__ import annotations

import argparse
import os
import stat
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from planscript.lang.diagnostics import Diagnostic, LimitError, SourceError
from planscript.runtime.journal import FORMAT, Journal
from planscript.runtime.shell.run_command import run_recorded
from planscript.runtime.shell.session_arguments import make_session
from planscript.runtime.shell.trace import narrator, together


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument("journal", metavar="RUN.db", help="the journal of the run")
    parser.add_argument(
        "--in-doubt",
        choices=("ask", "again", "done", "stop"),
        default="ask",
        help="a call that may have been made when the run was cut off: ask (default), make it "
        "again, take it as done, or stop",
    )
    parser.add_argument(
        "--only-new", action="store_true", help="do not print again what the run has printed"
    )
    parser.add_argument(
        "--quiet", action="store_true", help="do not tell goals and plans on standard error"
    )


def run(args: argparse.Namespace) -> int:
    """Goes on with the run. Raises PlanscriptError where the script has changed before that."""
    journal = Journal(args.journal, "resume")
    try:
        about = checked_header(journal)
        ended = how_it_ended(journal)
        if ended is not None:
            print(f"the run has ended{': ' + ended if ended else ''}", file=sys.stderr)
            return 1 if ended else 0
        os.chdir(about["folder"])
        session = make_session(
            argparse.Namespace(**about["options"]),
            emit=together([] if args.quiet else [narrator()]),
            arguments=about["arguments"],
            journal=journal,
            confirm=confirming(about),
            doubt=lambda question: _settled(question, args.in_doubt),
        )
        session.tell_only_new = args.only_new
        try:
            if about["events"]:
                session.inbox.watch(Path(about["events"]))
            run_recorded(session, about["script"])
        finally:
            session.close()
    finally:
        journal.close()
    return 0


def checked_header(journal: Journal) -> dict[str, Any]:
    """What the run was. Raises SourceError for a file that is not to be trusted.

    The run's grants are taken from the journal, so only its owner may be able to write to it.
    """
    about = journal.about()
    if about.get("format") != FORMAT:
        raise SourceError(Diagnostic("E0906", f"{journal.path} is no journal of a run"))
    found = os.stat(journal.path)
    if hasattr(os, "getuid"):
        if found.st_uid != os.getuid() or found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
            raise SourceError(
                Diagnostic(
                    "E0906",
                    f"{journal.path} can be written by others, and it says what a script may do",
                    hint=f"chmod 600 {journal.path}, if it is yours and you trust it",
                )
            )
    return about


def how_it_ended(journal: Journal) -> str | None:
    """The error that the run ended with, empty for a good end; None where it has not ended."""
    last = journal.last()
    return str(last.data["error"]) if last is not None and last.kind == "end" else None


def confirming(about: Mapping[str, Any]) -> Any:
    """What the run was to do before steps that cannot be undone (None: ask)."""
    if about["confirm"] == "ask":
        return None
    return lambda question: bool(about["confirm"] == "yes")


def _settled(question: str, how: str) -> Literal["done", "again"]:
    if how == "again" or how == "done":
        return "again" if how == "again" else "done"
    if how == "ask" and sys.stdin.isatty():
        while True:
            print(f"{question}. Was it done? [y]es, [n]o: do it now, [s]top: ", file=sys.stderr)
            answer = sys.stdin.readline().strip().lower()[:1]
            if answer in ("y", "n"):
                return "done" if answer == "y" else "again"
            if answer in ("s", ""):
                break
    raise LimitError(
        Diagnostic(
            "E0909",
            f"{question}, and nobody knows whether it was done",
            hint="resume with --in-doubt=again or --in-doubt=done, or give the handler an "
            "`on doubt:` clause that finds out",
        )
    )
