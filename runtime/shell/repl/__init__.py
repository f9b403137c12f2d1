"""The interactive session, one file per aspect; this one is the command `planscript repl`.

conversation.py runs inputs and shows what they give; reading.py, keys.py, completer.py and
status.py are the prompt, piped.py stands in for it where nobody types; goals.py is what follows
`>`; help.py answers `name?`; commands.py lists the `:commands`, which are in about.py, files.py,
worlds.py, plans.py and explore.py; display.py shapes what is shown, folding.py folds it to the
terminal, progress.py tells that work goes on. Each is loaded by its first use.
"""

from __future__ import annotations

import argparse
import sys

from planscript.runtime.shell.session_arguments import add_session_arguments, make_session


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the REPL."""
    parser.add_argument("files", nargs="*", metavar="FILE", help="scripts to run first")
    add_session_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Talks until the user leaves (Ctrl-D or `:quit`)."""
    from planscript.runtime.shell.repl.conversation import Conversation

    conversation = Conversation(lambda emit: make_session(args, emit=emit, interactive=True))
    try:
        for path in args.files:
            conversation.load(path)
        conversation.loop()
        if len(conversation.inputs) > conversation.saved and sys.stdin.isatty():
            from planscript.runtime.shell.repl.files import keep_unsaved

            keep_unsaved(conversation)
    finally:
        conversation.close()
    return 0
