"""Commands about files: `:load :reload :save :lock`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from planscript.lang.diagnostics import Diagnostic, SourceError

if TYPE_CHECKING:
    from planscript.runtime.shell.repl.conversation import Conversation


_DECLARES = re.compile(r"(fn|domain|world|perform|goal|describe|error|test)\b")


def load_command(conversation: Conversation, rest: str) -> None:
    """Runs a script."""
    if not rest:
        print("usage: :load FILE")
    else:
        conversation.load(rest)


def reload_command(conversation: Conversation, rest: str) -> None:
    """Runs the last script again, as it is on disk now."""
    if conversation.script is None:
        print("nothing has been loaded; :load FILE runs a script")
    elif conversation.load(conversation.script):
        print(f"loaded {conversation.script} again")


def save_command(conversation: Conversation, rest: str) -> None:
    """Writes the inputs that went well. Raises SourceError where that is not possible."""
    if not rest:
        print("usage: :save FILE")
        return
    path = Path(rest)
    if path.exists():
        answer = conversation.ask(f"{rest} exists; write over it? [y/N] ")
        if (answer or "").lower() not in ("y", "yes"):
            print("not written")
            return
    try:
        path.write_text("".join(f"{text}\n" for text in conversation.inputs), encoding="utf-8")
    except OSError as error:
        reason = error.strerror or str(error)
        raise SourceError(Diagnostic("E0903", f"cannot write {rest}: {reason}")) from None
    conversation.saved = len(conversation.inputs)
    print(f"{len(conversation.inputs)} inputs written to {rest}")


def keep_unsaved(conversation: Conversation) -> None:
    """Keeps what was declared and not saved in a file of the user's state, and says where."""
    from planscript.runtime.shell.repl.reading import state_folder

    if not any(map(_DECLARES.match, conversation.inputs[conversation.saved :])):
        return
    path = state_folder() / "unsaved.plan"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(f"{text}\n" for text in conversation.inputs), encoding="utf-8")
    except OSError:
        print("what you declared is not saved")
    else:
        print(f"what you declared is kept until the next time in {path}")


def lock_command(conversation: Conversation, rest: str) -> None:
    """Prints the text of the lock, or writes it to a file. Raises SourceError."""
    if rest:
        conversation.session.save_lock(rest)
        print(f"written to {rest}")
    else:
        print(conversation.session.lock_text(), end="")
