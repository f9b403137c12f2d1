"""`planscript fmt FILE ...`: writes scripts in the one style."""

from __future__ import annotations

import argparse
import difflib
import sys
from pathlib import Path

from planscript.lang.diagnostics import Diagnostic, SourceError
from planscript.lang.formatter import format_text
from planscript.runtime.shell.report import report
from planscript.runtime.shell.test_command import scripts
from planscript.runtime.sources import read_source

STANDARD_INPUT = "-"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument(
        "paths",
        nargs="+",
        metavar="FILE",
        help="scripts, or folders of scripts; - reads standard input and writes standard output",
    )
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--check", action="store_true", help="write nothing; 1 where any would change")
    how.add_argument("--diff", action="store_true", help="write nothing; show what would change")


def run(args: argparse.Namespace) -> int:
    """Formats each file in place.

    A file that is no script is left alone and its diagnostics are shown. Returns 2 where there was
    one, 1 where `--check` or `--diff` found something to change, else 0.
    """
    changed = wrong = total = 0
    for path in _files(args.paths):
        total += 1
        try:
            text = sys.stdin.read() if path == STANDARD_INPUT else read_source(path)
            formatted = format_text(text, path)
        except SourceError as error:
            wrong += 1
            report(error, {path: text} if path == STANDARD_INPUT else None)
            continue
        if args.diff:
            _show_difference(path, text, formatted)
        elif path == STANDARD_INPUT and not args.check:
            sys.stdout.write(formatted)
        if formatted == text:
            continue
        changed += 1
        if args.check:
            print(f"{path} would change")
        elif not args.diff and path != STANDARD_INPUT:
            _write(path, formatted)
            print(f"{path} formatted")
    if STANDARD_INPUT not in args.paths:
        would = "to change" if args.check or args.diff else "changed"
        said = f"{total} file{'s' if total != 1 else ''}, {changed} {would}"
        said += f", {wrong} not formatted" if wrong else ""
        print(said, file=sys.stderr if args.diff else sys.stdout)
    return 2 if wrong else 1 if changed and (args.check or args.diff) else 0


def _files(paths: list[str]) -> list[str]:
    found: list[str] = []
    for path in paths:
        found += [path] if path == STANDARD_INPUT else scripts([path])
    return found


def _show_difference(path: str, text: str, formatted: str) -> None:
    old, new = text.splitlines(keepends=True), formatted.splitlines(keepends=True)
    for line in difflib.unified_diff(old, new, path, path):
        sys.stdout.write(line if line.endswith("\n") else line + "\n\\ No newline at end of file\n")


def _write(path: str, text: str) -> None:
    try:
        Path(path).write_text(text, encoding="utf-8")
    except OSError as error:
        raise SourceError(
            Diagnostic("E0903", f"cannot write {path}: {error.strerror or error}")
        ) from None
