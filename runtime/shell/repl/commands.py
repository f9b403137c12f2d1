"""The `:commands`, by name: what each takes, what it is for, and what runs it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Literal

from planscript.lang.diagnostics import nearest
from planscript.runtime.shell.repl.folding import tell

if TYPE_CHECKING:
    from planscript.runtime.shell.repl.conversation import Conversation

Takes = Literal["", "file", "goal", "name", "input", "number", "on or off"]


@dataclass(frozen=True)
class Command:
    """A command: the module that has its function, what it takes (for completion), what it does."""

    module: str
    usage: str
    about: str
    takes: Takes = ""


COMMANDS: dict[str, Command] = {
    "help": Command("about", "", "this page"),
    "load": Command("files", "FILE", "run a script; its names stay", "file"),
    "reload": Command("files", "", "run the script loaded last once more"),
    "save": Command("files", "FILE", "write the inputs that went well as a script", "file"),
    "domain": Command("worlds", "", "the predicates and actions in scope"),
    "objects": Command("worlds", "[TYPE]", "the objects of the world, by type", "name"),
    "state": Command("worlds", "[NAME]", "the facts that hold now (of a predicate or object)", "name"),
    "goal": Command("plans", "[GOAL]", "the last goal, or what a text means; nothing is done", "goal"),
    "plan": Command("plans", "[GOAL]", "make a plan and show it; without a goal, the last one", "goal"),
    "step": Command("plans", "", "carry out the next step of the plan"),
    "run": Command("plans", "", "carry out the rest of the plan"),
    "abort": Command("plans", "", "drop the plan"),
    "undo": Command("worlds", "[N]", "restore the world as it was N inputs ago", "number"),
    "why": Command("plans", "[N | GOAL]", "why the last step, step N, or why not a goal", "goal"),
    "explore": Command("explore", "[GOAL]", "walk through the search for a goal by hand", "goal"),
    "time": Command("about", "[INPUT | on | off]", "how long an input takes", "input"),
    "trace": Command("about", "[on | off]", "what happened; tell every event as it happens", "on or off"),
    "grants": Command("about", "", "what scripts may touch"),
    "lock": Command("files", "[FILE]", "what the goals so far mean; write them to a file", "file"),
    "quit": Command("about", "", "leave (also Ctrl-D)"),
}  # fmt: skip


def run_command(conversation: Conversation, line: str) -> None:
    """Runs `:name rest`. The beginning of one name is enough; an unknown name is answered with the
    nearest ones.
    """
    typed, _, rest = line[1:].partition(" ")
    begun = [name for name in COMMANDS if typed and name.startswith(typed)]
    name = typed if typed in COMMANDS or len(begun) != 1 else begun[0]
    found = COMMANDS.get(name)
    if found is None:
        near = nearest(name, COMMANDS)
        if len(begun) > 1:
            tell(f"no command :{name}; it may be {', '.join(f':{one}' for one in begun)}")
        else:
            tell(f"no command :{name}" + (f"; did you mean :{near}?" if near else "; see :help"))
        return
    module = import_module(f"planscript.runtime.shell.repl.{found.module}")
    run: Callable[[Conversation, str], None] = getattr(module, f"{name}_command")
    run(conversation, rest.strip())
