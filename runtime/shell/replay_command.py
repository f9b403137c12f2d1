"""`planscript replay RUN.db`: runs the script of a recorded run again, on the record alone.

No planner, no goal model, no input, and nothing outside is touched: the journal answers.
"""

from __future__ import annotations

import argparse
import os

from planscript.runtime.journal import Journal, ReplayEnds
from planscript.runtime.shell.report import report
from planscript.runtime.shell.resume_command import checked_header
from planscript.runtime.shell.run_command import run_recorded
from planscript.runtime.shell.session_arguments import make_session
from planscript.runtime.shell.trace import narrator, together


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument("journal", metavar="RUN.db", help="the journal of the run")
    parser.add_argument(
        "--quiet", action="store_true", help="do not tell goals and plans on standard error"
    )


def run(args: argparse.Namespace) -> int:
    """Replays; 0 where the record was followed to its end.

    Raises LimitError at the place where the script has changed, and the error that the run ended
    with.
    """
    journal = Journal(args.journal, "replay")
    try:
        about = checked_header(journal)
        os.chdir(about["folder"])
        session = make_session(
            argparse.Namespace(**about["options"]),
            emit=together([] if args.quiet else [narrator()]),
            arguments=about["arguments"],
            journal=journal,
        )
        try:
            run_recorded(session, about["script"])
        except ReplayEnds as end:
            session.flush()
            report(end)
        finally:
            session.close()
    finally:
        journal.close()
    return 0
