"""Numbers for ground atoms while grounding: each atom has a key, an int, without being listed."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence

from planscript.runtime.pddl.model import Atom


class FactKeys:
    """Keys of all atoms over some predicates and objects.

    Each predicate has a block of keys that begins at `base[name]`; within it the arguments (object
    numbers) are digits in base `radix`. `arities` says how many arguments each predicate takes.
    """

    def __init__(self, arities: Mapping[str, int], objects: Sequence[str]) -> None:
        self.arity = dict(arities)
        self.objects = tuple(objects)
        self.numbers = {name: number for number, name in enumerate(objects)}
        self.radix = max(1, len(objects))
        self.base: dict[str, int] = {}
        self._names = list(arities)
        self._bases: list[int] = []
        following = 0
        for name, arity in arities.items():
            self.base[name] = following
            self._bases.append(following)
            following += self.radix**arity
        self.end = following

    def key(self, atom: Atom) -> int:
        """The key of a ground atom."""
        number = 0
        for arg in atom.args:
            number = number * self.radix + self.numbers[arg]
        return self.base[atom.name] + number

    def key_of(self, name: str, numbers: Sequence[int]) -> int:
        """The key of the atom of predicate `name` with these object numbers."""
        digits = 0
        for number in numbers:
            digits = digits * self.radix + number
        return self.base[name] + digits

    def keys_of(self, name: str, rows: Sequence[tuple[int, ...]]) -> list[int]:
        """The keys of many atoms of predicate `name`, given by their object numbers."""
        base, radix = self.base[name], self.radix
        if self.arity[name] == 0:
            return [base] * len(rows)
        if self.arity[name] == 1:
            return [base + a for (a,) in rows]
        if self.arity[name] == 2:
            return [base + a * radix + b for a, b in rows]
        return [self.key_of(name, row) for row in rows]

    def name(self, key: int) -> str:
        """The predicate of a key."""
        return self._names[bisect_right(self._bases, key) - 1]

    def atom(self, key: int) -> Atom:
        """The atom of a key; keys past the end belong to facts that stand for formulas."""
        if key >= self.end:
            return Atom(f"=formula {key - self.end}")
        block = bisect_right(self._bases, key) - 1
        name = self._names[block]
        rest = key - self._bases[block]
        objects, radix = self.objects, self.radix
        args: list[str] = []
        for _ in range(self.arity[name]):
            rest, digit = divmod(rest, radix)
            args.append(objects[digit])
        args.reverse()
        return Atom(name, tuple(args))
