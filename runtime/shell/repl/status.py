"""The bottom line: the domain and world in scope, and whether the goal model is in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from planscript.runtime.shell.repl.conversation import Conversation


def status_line(conversation: Conversation) -> str:
    """The text of the bottom line. Loads nothing that has not been used."""
    session = conversation.session
    acting = session.__dict__.get("acting")
    domain = world = "none"
    if acting is not None and acting.domain is not None:
        domain = acting.names.show(acting.domain.name)
    if acting is not None and acting.world is not None:
        facts = len(acting.world.state)
        world = f"{acting.names.show(acting.world.name)} ({facts} fact{'s' if facts != 1 else ''})"
    model = "loaded" if session.model_loaded else "not loaded"
    parts = [f"domain {domain}", f"world {world}", f"goal model {model}"]
    if conversation.plan is not None and 0 < conversation.walked < len(conversation.plan.steps):
        parts.append(f"step {conversation.walked} of {len(conversation.plan.steps)}")
    return " " + " · ".join(parts)
