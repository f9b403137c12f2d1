"""Which functions reach outside a run, so that a journal has to answer for them in a replay.

A function that needs a grant reaches outside, and so do clocks. Chance is made the same by its seed.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from planscript.lang.records import replace
from planscript.runtime.display import literal
from planscript.runtime.values import Builtin

if TYPE_CHECKING:
    from planscript.runtime.session import Session

_CLOCKS = frozenset(("time",))
_SAME_EVERY_TIME = frozenset(("events", "log"))  # what these declare is declared again in a replay
_ASK_THEMSELVES = frozenset(("pddl", "worlds"))  # for the text of a file: a journal has no worlds
_CHANGES = frozenset(("write", "run", "python"))  # grants to change things outside
_SHOWN = 200  # characters of an argument that tell one call from another


def recorded(session: Session, module: str, exports: Sequence[Builtin]) -> Sequence[Builtin]:
    """The functions of a module of the standard library, asked through the session's journal."""
    if module == "random":
        seed = next(one for one in exports if one.name == "seed")
        draw = session.outside("random seed", "random seed", lambda: int.from_bytes(os.urandom(6)))
        seed.run(draw)
    if module in _SAME_EVERY_TIME or module in _ASK_THEMSELVES:
        return exports
    return [
        _asked(session, module, one) if one.needs or module in _CLOCKS else one for one in exports
    ]


def _asked(session: Session, module: str, one: Builtin) -> Builtin:
    name = f"{module}.{one.name}"

    def run(*args: Any, **named: Any) -> Any:
        return session.outside(
            name,
            call_text(name, args, named),
            lambda: one.run(*args, **named),
            one.needs in _CHANGES,
        )

    run.__name__ = run.__qualname__ = one.name
    return replace(one, run=run)


def call_text(name: str, args: Sequence[Any], named: dict[str, Any]) -> str:
    """A call as text: what a journal knows it by."""
    shown = [literal(arg, _SHOWN) for arg in args]
    shown += [f"{key}={literal(value, _SHOWN)}" for key, value in named.items()]
    return f"{name}({', '.join(shown)})"
