"""`planscript test PATH ...`: runs the `test` blocks of scripts."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from planscript.lang.diagnostics import Diagnostic, PlanscriptError, SourceError
from planscript.runtime.shell.report import report
from planscript.runtime.shell.session_arguments import add_session_arguments, make_session


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument("paths", nargs="+", metavar="PATH", help="scripts, or folders of scripts")
    add_session_arguments(parser)


def scripts(paths: list[str]) -> Iterator[str]:
    """The scripts that the paths mean: files, and all `.plan` files below folders."""
    for name in paths:
        path = Path(name)
        if path.is_dir():
            yield from map(str, sorted(path.rglob("*.plan")))
        elif path.is_file():
            yield name
        else:
            raise SourceError(Diagnostic("E0903", f"no file {name}"))


def run(args: argparse.Namespace) -> int:
    """Runs each script and its tests in a session of its own; 1 where one fails."""
    passed = failed = 0
    for path in scripts(args.paths):
        session = make_session(args)
        try:
            outcomes = session.run_tests(path)
        except PlanscriptError as error:
            failed += 1
            print(f"{path}: does not run")
            report(error, session.texts)
            continue
        finally:
            session.close()
        for name, failure in outcomes:
            if failure is None:
                passed += 1
            else:
                failed += 1
                print(f"{path}: {name}: failed")
                report(failure)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0
