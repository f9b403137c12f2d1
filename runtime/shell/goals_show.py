"""`planscript goals show FILE`: what each natural-language goal of a script is taken to mean."""

from __future__ import annotations

import argparse

from planscript.lang.diagnostics import display_width
from planscript.runtime.shell.session_arguments import add_session_arguments, make_session


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument("file", metavar="FILE", help="the script")
    add_session_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Shows place, text, PDDL, words and confidence of each goal; 1 where one was refused that is not locked so."""
    from planscript.runtime.goals.lock import lock_path, read_lock
    from planscript.runtime.pddl.writer import write_formula
    from planscript.runtime.script_goals import goals_of_file

    session = make_session(args)
    for entry in read_lock(lock_path(args.file)):
        session.compiler.lock.add(entry)
    refused = 0
    for found in goals_of_file(session, args.file):
        place = f"{found.span.source}:{found.span.line}:{found.span.column}"
        print(place)
        _row("text", found.text)
        if found.compiled is not None:
            entry = found.compiled.entry
            _row("pddl", entry.pddl)
            _row("means", entry.says)
            origin = "locked" if found.compiled.origin == "lock" else "by the model"
            _row("sure", f"{entry.confidence:.0%} ({origin})")
        elif found.doubt is not None:
            refused += not found.doubt.locked
            _row(found.doubt.kind, found.doubt.diagnostics[0].title)
            for reading in found.doubt.readings[:3]:
                words = session.acting.speaker(session.acting.language_of(found.text))
                _row("perhaps", f"{words.goal(reading.goal)} [{reading.confidence:.0%}]")
                _row("", write_formula(reading.goal))
        else:
            _row("later", found.skipped)
        print()
    return 1 if refused else 0


def _row(label: str, text: str) -> None:
    print(f"  {label}{' ' * max(1, 12 - display_width(label))}{text}")
