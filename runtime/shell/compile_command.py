"""`planscript compile FILE`: writes what a script's goals mean into its lock file."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from planscript.runtime.goals.lock import Lock, lock_path, read_lock
from planscript.runtime.shell.report import report_one
from planscript.runtime.shell.session_arguments import add_session_arguments, make_session


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument("file", metavar="FILE", help="the script")
    parser.add_argument(
        "--check", action="store_true", help="write nothing; 1 where the lock file is out of date"
    )
    parser.add_argument("--renew", action="store_true", help="compile anew what is locked already")
    parser.add_argument(
        "--refusals", action="store_true", help="lock what is refused too: it is meant to be"
    )
    add_session_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Compiles; 1 where a goal was not understood (or, with --check, the lock is out of date)."""
    from planscript.runtime.script_goals import as_diagnostic, goals_of_file

    session = make_session(args)
    path = lock_path(args.file)
    old = read_lock(path)
    if not args.renew:
        for entry in old:
            session.compiler.lock.add(entry)
    meant = {entry.key for entry in old if entry.refused}
    fresh = Lock()
    doubts = skipped = 0
    for found in goals_of_file(session, args.file):
        diagnostic = as_diagnostic(found)
        refusal = found.doubt.entry if found.doubt is not None else None
        if refusal is not None and (args.refusals or refusal.key in meant):
            fresh.add(refusal)
        elif diagnostic is not None:
            doubts += 1
            report_one(diagnostic)
        elif found.compiled is None:
            skipped += 1
            place = f"{found.span.source}:{found.span.line}"
            print(f"{place}: not compiled: {found.skipped}", file=sys.stderr)
        else:
            fresh.add(found.compiled.entry)
    for entry in old:
        # Goals of slots whose types show only at run time were locked by `run --lock`.
        if skipped and fresh.find(entry.text, entry.signature, dict(entry.slots)) is None:
            fresh.add(entry)
    return _check(path, fresh, doubts) if args.check else _write(path, fresh, doubts, skipped)


def _check(path: Path, fresh: Lock, doubts: int) -> int:
    written = path.read_text(encoding="utf-8") if path.is_file() else ""
    if written == fresh.write() and not doubts:
        print(f"{path}: up to date, {len(fresh)} goals")
        return 0
    print(f"{path}: out of date; run `planscript compile` and review the difference")
    return 1


def _write(path: Path, fresh: Lock, doubts: int, skipped: int) -> int:
    path.write_text(fresh.write(), encoding="utf-8")
    more = f", {skipped} left for `run --lock`" if skipped else ""
    print(f"{path}: {len(fresh)} goals locked{more}" + (f", {doubts} refused" if doubts else ""))
    return 1 if doubts else 0
