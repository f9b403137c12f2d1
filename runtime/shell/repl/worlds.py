"""Commands about the domain and the world in scope: `:domain :objects :state :undo`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planscript.lang.diagnostics import display_width
from planscript.runtime.shell.repl.display import (
    bounded,
    difference,
    padded,
    signature,
    state_table,
)
from planscript.runtime.shell.repl.folding import tell

if TYPE_CHECKING:
    from planscript.runtime.shell.repl.conversation import Conversation
    from planscript.runtime.world import World


def world_of(conversation: Conversation) -> World | None:
    """The world in scope; where there is none, says so."""
    world: World | None = conversation.session.acting.world
    if world is None:
        tell("no world is in scope; declare one, or :load a script that does")
    return world


def domain_command(conversation: Conversation, rest: str) -> None:
    """Prints types, predicates and actions."""
    acting = conversation.session.acting
    domain = acting.domain
    if domain is None:
        tell("no domain is in scope; declare one, or :load a script that does")
        return
    tell(f"domain {acting.names.show(domain.name)}")
    if domain.types:
        tell(f"  types {', '.join(map(acting.names.to_script, domain.types))}")
    lines = []
    for kind, declared in (("predicate", domain.predicates), ("action", domain.actions)):
        for one in declared.values():
            gloss = one.gloss.get(acting.language, "")
            said = f"  {kind} {signature(one.name, one.parameters, acting)}"
            lines.append(said + (f': "{gloss}"' if gloss else ""))
    tell("\n".join(bounded(lines)))


def objects_command(conversation: Conversation, rest: str) -> None:
    """Prints the objects by type."""
    world = world_of(conversation)
    if world is None:
        return
    names = conversation.session.acting.names
    kinds: dict[str, list[str]] = {}
    for key, declared in world.objects.items():
        kind = " or ".join(map(names.to_script, declared.types))
        kinds.setdefault(kind, []).append(names.to_script(key))
    if rest:
        key = names.to_model(rest)
        if key != "object" and key not in world.domain.types:
            tell(f"no type `{rest}`; the types are {', '.join(kinds)}")
            return
        kinds = {rest: [names.to_script(one) for one in world.objects_of(key)]}
    width = max(map(display_width, kinds), default=0)
    for kind, found in kinds.items():
        more = f" … {len(found) - 40} more" if len(found) > 40 else ""
        tell(f"  {padded(kind, width)}  {', '.join(found[:40]) or 'none'}{more}")


def state_command(conversation: Conversation, rest: str) -> None:
    """Prints the facts that hold."""
    world = world_of(conversation)
    if world is not None:
        tell("\n".join(state_table(world, rest)))


def undo_command(conversation: Conversation, rest: str) -> None:
    """Restores the world as it was before the last input (or the last N) that changed it."""
    if rest and not (rest.isdecimal() and int(rest) > 0):
        tell("usage: :undo [N]")
        return
    snapshots, now = conversation.snapshots, conversation.snapshot()
    undone, walked = 0, 0
    while snapshots and undone < int(rest or 1):
        if now is None or snapshots[-1].world is not now.world:
            break  # another world is in scope since
        before = snapshots.pop()
        before.world.state, before.world.unknown = before.state, before.unknown
        del before.world.log[before.changes :]
        walked = before.walked if before.plan is conversation.plan else 0
        undone += 1
    if now is None or not undone:
        tell("nothing to undo")
        return
    conversation.walked = walked
    tell("\n".join(difference(now.world, now.state, now.world.state)))
