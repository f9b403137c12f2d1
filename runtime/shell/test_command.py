"""`planscript test PATH ...`: runs the `test` blocks of scripts, and holds them to their comments."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from planscript.lang.diagnostics import Diagnostic, PlanscriptError, SourceError
from planscript.runtime.shell.report import report
from planscript.runtime.shell.session_arguments import (
    add_session_arguments,
    make_session,
    session_options,
)


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
    """Runs each script and its tests in a session of its own; 1 where one fails.

    A script that says in comments what it prints (`# expect: ...`) is held to that; one that says
    `# module:` is there to be imported.
    """
    from planscript.runtime.expectations import check_expectations, marks_of

    passed = failed = 0
    for path in scripts(args.paths):
        marks = marks_of(Path(path).read_text(encoding="utf-8", errors="replace"))
        if "module" in marks:
            continue
        reports: list[str] = []
        if marks:
            outcomes = check_expectations(path, marks, reports, **session_options(args))
        else:
            outcomes = _own_tests(path, args, reports)
        for line in reports:
            print(f"{path}: {line}" if not line.startswith(" ") else line)
        for name, failure in outcomes:
            if failure is None:
                passed += 1
            else:
                failed += 1
                print(f"{path}: {name}: failed")
                report(failure)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


def _own_tests(
    path: str, args: argparse.Namespace, reports: list[str]
) -> list[tuple[str, PlanscriptError | None]]:
    session = make_session(args)
    try:
        return session.run_tests(path)
    except PlanscriptError as error:
        return [("the script itself", error)]
    finally:
        reports += [line for report in session.reports for line in report.lines()]
        session.close()
