"""What the work of builtins costs where steps are counted (`--max-steps`).

Each builtin declares how its work grows with its arguments (`values.Builtin.cost`). Under a budget
of steps it takes that many from it before it begins, so that a script cannot do much work in few
steps; what it calls back counts by itself.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import update_wrapper
from typing import Any

from planscript.lang.methods import LONG
from planscript.lang.records import dataclass
from planscript.runtime.values import Builtin

_SIZED = frozenset((list, tuple, dict, set, str, range))
_WORD = 64  # characters of a text, or bits of a whole number, that count as one item


def _log(n: float) -> float:
    return math.log2(n) if n > 2 else 1.0


# The ways to grow: from the sizes of the arguments (the largest first) to steps.
GROWTH: Mapping[str, Callable[[float, float, float], float]] = {
    "1": lambda n, m, k: 0,
    "n": lambda n, m, k: n,
    "n log n": lambda n, m, k: n * _log(n),
    "n log log n": lambda n, m, k: n * _log(_log(n)),
    "n m": lambda n, m, k: n * max(m, 1),
    "n m k": lambda n, m, k: n * max(m, 1) * max(k, 1),
    "n^2": lambda n, m, k: n * n,
    "n^3": lambda n, m, k: n * n * n,
    "sqrt(sqrt(n))": lambda n, m, k: n,  # n is a number: its digits are what we have
}


def size(value: Any) -> int:
    """How many items a value stands for: text counts 64 characters as one, numbers 64 bits."""
    kind = type(value)
    if kind is str:
        return len(value) // _WORD
    if kind in _SIZED:
        return len(value)
    return value.bit_length() // _WORD if kind is int else 0


def charge_of(cost: str, args: tuple[Any, ...]) -> int:
    """The steps that a call with these arguments takes."""
    sizes = sorted(map(size, args), reverse=True)[:3]
    return int(GROWTH[cost](*sizes, *(0,) * (3 - len(sizes))))


def metered(one: Builtin, charge: Callable[[int], None]) -> Builtin:
    """The builtin, taking its work off the budget of steps before it begins."""
    if one.cost == "1":
        return one

    def run(*args: Any, **named: Any) -> Any:
        charge(charge_of(one.cost, (*args, *named.values()) if named else args))
        return one.run(*args, **named)

    update_wrapper(run, one.run)
    return Builtin(one.name, run, one.signature, one.doc, one.needs, one.cost)


@dataclass(frozen=True, slots=True)
class MeteredMembers:
    """`value.name` under a budget of steps: methods take their work off it before they begin."""

    member: Callable[[Any, str], Any]
    charge: Callable[[int], None]

    def __call__(self, value: Any, name: str) -> Any:
        """The member, as `member` gives it."""
        found = self.member(value, name)
        if name not in LONG.get(type(value).__name__, ()):
            return found
        cost = "n log n" if name == "sort" else "n"

        def call(*args: Any, **named: Any) -> Any:
            self.charge(charge_of(cost, (value, *args)))
            return found(*args, **named)

        call.__name__ = call.__qualname__ = name
        return call
