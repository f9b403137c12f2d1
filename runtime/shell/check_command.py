"""`planscript check FILE ...`: checks scripts and their goals without running them."""

from __future__ import annotations

import argparse

from planscript.lang.diagnostics import Diagnostic, PlanscriptError
from planscript.runtime.shell.report import report_one
from planscript.runtime.shell.session_arguments import add_session_arguments, make_session


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument("files", nargs="+", metavar="FILE", help="the scripts")
    parser.add_argument(
        "--no-goals", action="store_true", help="leave the goals alone: do not compile them"
    )
    add_session_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Reports all that is wrong; 2 where anything is an error."""
    errors = warnings = 0
    for path in args.files:
        found = _check(path, args)
        for diagnostic in found:
            report_one(diagnostic)
        errors += sum(d.severity == "error" for d in found)
        warnings += sum(d.severity == "warning" for d in found)
    told = [_counted(len(args.files), "file"), _counted(errors, "error")]
    print(f"{told[0]} checked: {told[1]}, {_counted(warnings, 'warning')}")
    return 2 if errors else 0


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'s' if number != 1 else ''}"


def _check(path: str, args: argparse.Namespace) -> list[Diagnostic]:
    """What is wrong with one file, in the order of its text."""
    session = make_session(args)
    found: list[Diagnostic] = []
    try:
        found += session.check_file(path)
        if not args.no_goals and not any(d.severity == "error" for d in found):
            found += session.check_goals(path)
    except PlanscriptError as error:
        found += error.diagnostics
    finally:
        session.close()
    return sorted(found, key=lambda d: (d.span.line, d.span.column) if d.span else (0, 0))
