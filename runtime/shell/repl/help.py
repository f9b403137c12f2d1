"""`name?` says what a name is, `name??` shows its source as well. Runs no code of the user."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from planscript.runtime.shell.repl.display import bounded, signature, state_table
from planscript.runtime.shell.repl.folding import tell

if TYPE_CHECKING:
    from planscript.runtime.session import Session
    from planscript.runtime.shell.repl.conversation import Conversation

DECLARING = "fn|goal|let|predicate|action|derived|function|domain|world|perform|error"


def explain_name(conversation: Conversation, name: str, source: bool) -> None:
    """Prints what a name is; with `source` where and how it was declared, too."""
    session = conversation.session
    tell("\n".join(_declared(session, name) or session.describe(name).splitlines()))
    if source:
        found = source_of(session, name)
        if found is None:
            tell("  its source is not a script of this session")
        else:
            where, lines = found
            tell(f"  from {where}:")
            print("\n".join(bounded([f"  {line}" for line in lines])))


def _declared(session: Session, name: str) -> list[str]:
    """What there is to say of a predicate, an action or an object of the world."""
    acting = session.__dict__.get("acting")
    if acting is None or acting.domain is None:
        return []
    key, domain = acting.names.to_model(name), acting.domain
    for kind, declared in (("predicate", domain.predicates), ("action", domain.actions)):
        if key in declared:
            one = declared[key]
            gloss = one.gloss.get(acting.language, "")
            lines = [f"{kind} {signature(key, one.parameters, acting)}"]
            lines += [f"  “{gloss}”"] if gloss else []
            if kind == "predicate" and acting.world is not None:
                count = sum(fact.name == key for fact in acting.world.state)
                lines.append(f"  holds now for: {count or 'nothing'}")
            if kind == "action" and key in acting.handlers:
                lines.append(f"  carried out by `perform {name}`")
            return lines
    if acting.world is not None and key in acting.world.objects:
        kinds = " or ".join(map(acting.names.to_script, acting.world.objects[key].types))
        return [f"{name}: {kinds}", *state_table(acting.world, name)]
    return []


def source_of(session: Session, name: str) -> tuple[str, list[str]] | None:
    """The file and the lines that declare a name, the newest first; None where there are none."""
    head = re.compile(rf"([ \t]*)({DECLARING})[ \t]+{re.escape(name)}\b")
    for where, text in reversed(session.texts.items()):
        lines = text.splitlines()
        for number, line in enumerate(lines):
            match = head.match(line)
            if match is not None:
                return f"{where}:{number + 1}", _block(lines[number:], len(match[1]))
    return None


def _block(lines: list[str], indent: int) -> list[str]:
    """The first line and those that stand deeper."""
    found = [lines[0]]
    for line in lines[1:]:
        if line.strip() and len(line) - len(line.lstrip()) <= indent:
            break
        found.append(line)
    while not found[-1].strip():
        found.pop()
    return [line[indent:] for line in found]
