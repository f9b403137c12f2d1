"""`planscript check FILE ...`: checks scripts without running them."""

from __future__ import annotations

import argparse

from planscript.lang.diagnostics import Diagnostic, PlanscriptError
from planscript.runtime.shell.report import report_one


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument("files", nargs="+", metavar="FILE", help="the scripts")


def run(args: argparse.Namespace) -> int:
    """Reports all that is wrong; 2 where anything is an error."""
    from planscript.runtime.session import Session

    errors = warnings = 0
    for path in args.files:
        session = Session()
        found: tuple[Diagnostic, ...]
        try:
            found = tuple(session.check_file(path))
        except PlanscriptError as error:
            found = error.diagnostics
        finally:
            session.close()
        for diagnostic in found:
            report_one(diagnostic)
        errors += sum(d.severity == "error" for d in found)
        warnings += sum(d.severity == "warning" for d in found)
    files = f"{len(args.files)} file{'s' if len(args.files) != 1 else ''}"
    print(f"{files} checked: {errors} errors, {warnings} warnings")
    return 2 if errors else 0
