"""Commands about the conversation itself: `:help :time :trace :grants :quit`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from planscript.runtime.journal import plain
from planscript.runtime.shell.repl.display import bounded
from planscript.runtime.shell.repl.folding import tell

if TYPE_CHECKING:
    from planscript.runtime.shell.repl.conversation import Conversation

HELP = """\
A line of Planscript is run; the value of an expression is shown and kept as `_`.
A line that begins with > is a goal in words, which is achieved:  > the apple is on the table
NAME? says what a name is, NAME?? shows its source.
_plan and _goal are the last plan and its goal, _error is the last error.
A block ends with an empty line. Tab completes, Ctrl-R searches the history, the arrows go
through the inputs that begin like this one, Ctrl-C stops what runs."""


def help_command(conversation: Conversation, rest: str) -> None:
    """Prints the commands, or one of them."""
    from planscript.runtime.shell.repl.commands import COMMANDS

    name = rest.removeprefix(":")
    if name in COMMANDS:
        found = COMMANDS[name]
        tell(f":{name} {found.usage}".rstrip() + f"\n  {found.about}")
        return
    tell(HELP)
    for name, command in COMMANDS.items():
        tell(f"  {f':{name} {command.usage}':<26} {command.about}".rstrip())


def time_command(conversation: Conversation, rest: str) -> None:
    """Runs an input and tells how long it took; or whether to tell that from now on."""
    if rest in ("on", "off"):
        conversation.timing = rest == "on"
    elif rest:
        conversation.handle(rest)
        if not conversation.timing:
            tell(f"  {conversation.seconds:.3f} s")
    else:
        tell(f"  {conversation.seconds:.3f} s")


def trace_command(conversation: Conversation, rest: str) -> None:
    """Shows the events of the last input, or whether to tell all as they happen."""
    if rest in ("on", "off"):
        conversation.tracing = rest == "on"
    elif not conversation.events:
        tell("  nothing has happened in the world")
    else:
        lines = []
        for kind, details in conversation.events:
            said = json.dumps(plain(details), ensure_ascii=False)
            lines.append(f"  {kind:<10} {said if len(said) <= 160 else said[:160] + '…'}")
        tell("\n".join(bounded(lines)))


def grants_command(conversation: Conversation, rest: str) -> None:
    """Prints what was granted at the start."""
    grants = conversation.session.grants
    for what, paths in (("read", grants.read), ("write", grants.write)):
        below = ", ".join(map(str, paths or ()))
        tell(f"  {what:<7} " + (f"below {below}" if below else f"no (--allow-{what}[=PATH])"))
    programs = ", ".join("all" if name == "*" else name for name in grants.run or ())
    tell(f"  {'run':<7} " + (programs or "no (--allow-run[=NAME])"))
    for what in ("env", "python"):
        tell(f"  {what:<7} " + ("yes" if getattr(grants, what) else f"no (--allow-{what})"))


def quit_command(conversation: Conversation, rest: str) -> None:
    """Leaves."""
    conversation.leaving = True
