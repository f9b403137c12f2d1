"""Reading inputs: the prompt with its history, colours, completion and bottom line."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from prompt_toolkit import PromptSession
from prompt_toolkit.application import get_app
from prompt_toolkit.completion import DynamicCompleter
from prompt_toolkit.history import FileHistory, History, InMemoryHistory

from planscript.runtime.shell.repl.colours import InputLexer
from planscript.runtime.shell.repl.keys import key_bindings
from planscript.runtime.shell.repl.status import status_line

if TYPE_CHECKING:
    from prompt_toolkit.completion import Completer

    from planscript.runtime.shell.repl.conversation import Conversation

CONTINUATION = "· "


def state_folder() -> Path:
    """Where history and chosen meanings are kept between conversations."""
    base = os.environ.get("XDG_STATE_HOME") or os.path.expanduser("~/.local/state")
    return Path(base) / "planscript"


def prompt_session(conversation: Conversation) -> PromptSession[str]:
    """The prompt of a conversation."""

    @cache  # made by its first use: the first prompt comes sooner
    def completer() -> Completer:
        from planscript.runtime.shell.repl.completer import ScopeCompleter

        return ScopeCompleter(conversation.session)

    return PromptSession(
        history=_history(conversation),
        multiline=True,
        lexer=InputLexer(),
        completer=DynamicCompleter(completer),
        complete_while_typing=False,
        key_bindings=key_bindings(),
        prompt_continuation=CONTINUATION,
        bottom_toolbar=lambda: status_line(conversation, get_app().output.get_size().columns),
        enable_history_search=True,  # the arrows go through the lines that begin as this one does
        input=conversation.input,
        output=conversation.output,
    )


def _history(conversation: Conversation) -> History:
    if conversation.input is not None:
        return InMemoryHistory()
    folder = state_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "history").open("a", encoding="utf-8"):
            return FileHistory(str(folder / "history"))
    except OSError:
        return InMemoryHistory()  # a home that cannot be written: kept for this conversation


def ask(conversation: Conversation, question: str) -> str | None:
    """One line from the user, not kept in the history; None where the user leaves it."""
    prompt: PromptSession[str] = PromptSession(
        input=conversation.input, output=conversation.output, history=InMemoryHistory()
    )
    try:
        return prompt.prompt(question).strip()
    except (EOFError, KeyboardInterrupt):
        return None
