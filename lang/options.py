"""The options of `with`: after `achieve` and `plan`, after `perform`, after `test`; and what each
takes, so that a wrong value is seen before the script runs.
"""

from __future__ import annotations

from collections.abc import Mapping

from planscript.lang import syntax as s
from planscript.lang.diagnostics import did_you_mean
from planscript.lang.records import dataclass

SEARCHES = frozenset(
    "auto optimal fast astar wastar lazy_wastar idastar gbfs lazy_gbfs ehc hill_climbing genetic "
    "anytime bfs bidirectional dfs iddfs".split()
)
HEURISTICS = frozenset(
    "auto blind goal_count hmax h2 hadd hff lmcount lmcp novelty lmcut pdb".split()
)  # several, joined by commas, where the search takes them


@dataclass(frozen=True, slots=True)
class Takes:
    """What an option takes: `what`, in words; kinds of constants; the least number; or names."""

    what: str
    kinds: tuple[type, ...]
    least: float = 0
    names: frozenset[str] = frozenset()


_SECONDS = Takes("seconds", (int, float), 0.001)
_COUNT = Takes("a whole number", (int,))

VALUES: Mapping[str, Takes] = {
    "search": Takes("the name of a search", (str,), 0, SEARCHES),
    "heuristic": Takes("the name of a heuristic", (str,), 0, HEURISTICS),
    "weight": Takes("a number", (int, float)),
    "timeout": Takes("seconds", (int, float)),
    "max_memory": Takes("megabytes as a whole number", (int,), 1),
    "validate": Takes("true or false", (bool,)),
    "retries": _COUNT,
    "backoff": Takes("seconds", (int, float)),
    "replans": _COUNT,
    "max_actions": Takes("a whole number", (int,), 1),
    "step_timeout": _SECONDS,
}


def wrong_value(option: s.Argument) -> tuple[str, str] | None:
    """What is wrong with the constant that an option is given, and a hint; None for nothing.

    What is not a constant is seen when the script runs.
    """
    takes = VALUES.get(option.name or "")
    known, value = _constant(option.value)
    if takes is None or not known:
        return None
    if type(value) not in takes.kinds:
        return f"`{option.name}` takes {takes.what}", ""
    if takes.names and isinstance(value, str):
        for name in value.split(","):
            if name.strip() not in takes.names:
                shown = ", ".join(sorted(takes.names))
                hint = did_you_mean(name.strip(), takes.names).replace("`", '"')
                return f'no {option.name} is called "{name.strip()}"', hint or f"there are: {shown}"
    if isinstance(value, int | float) and value < takes.least:
        return f"`{option.name}` is at least {takes.least:g}, not {value:g}", ""
    return None


def _constant(value: s.Expression | s.Spread) -> tuple[bool, object]:
    """Whether the value is known from the text, and the value."""
    match value:
        case s.Constant():
            return True, value.value
        case s.Text() if value.plain is not None:
            return True, value.plain
        case s.Unary(op="-", operand=s.Constant(value=int() | float() as number)):
            return True, -number
        case s.Sequence() | s.Map():
            return True, value
        case _:
            return False, None
