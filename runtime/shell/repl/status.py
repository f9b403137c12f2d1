"""The bottom line: the domain and world in scope, and whether the goal model is in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planscript.lang.diagnostics import display_width

if TYPE_CHECKING:
    from planscript.runtime.shell.repl.conversation import Conversation


def status_line(conversation: Conversation, width: int = 1000) -> str:
    """The text of the bottom line, in few words where the terminal has not `width` columns.

    Loads nothing that has not been used.
    """
    session = conversation.session
    acting = session.__dict__.get("acting")
    domain = world = "none"
    facts = ""
    if acting is not None and acting.domain is not None:
        domain = acting.names.show(acting.domain.name)
    if acting is not None and acting.world is not None:
        count = len(acting.world.state)
        world = acting.names.show(acting.world.name)
        facts = f" ({count} fact{'s' if count != 1 else ''})"
    model = "loaded" if session.model_loaded else "not loaded"
    parts = [f"domain {domain}", f"world {world}{facts}", f"goal model {model}"]
    short = [world, "model loaded" if session.model_loaded else "no model"]
    if conversation.plan is not None and 0 < conversation.walked < len(conversation.plan.steps):
        done, of = conversation.walked, len(conversation.plan.steps)
        parts.append(f"step {done} of {of}")
        short.append(f"step {done}/{of}")
    long = " " + " · ".join(parts)
    return long if display_width(long) <= width else " " + " · ".join(short)
