"""Expands formulas on ground arguments: no quantifier is left, and what is decided is simplified.

A ground formula is a literal, or `AllOf` or `AnyOf` others. A literal is an int: the key of a fact
(see `facts.py`) where it must hold, the complement `~key` where it must not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import product

from planscript.runtime.pddl.model import (
    And,
    Atom,
    Equals,
    Exists,
    ForAll,
    Formula,
    Not,
    Or,
    Problem,
)
from planscript.runtime.planner.facts import FactKeys
from planscript.runtime.planner.normalise import Rule


@dataclass(frozen=True, slots=True)
class AllOf:
    parts: tuple[Ground, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    parts: tuple[Ground, ...]


Ground = int | AllOf | AnyOf
TRUE = AllOf(())
FALSE = AnyOf(())


class Expander:
    """Expands the formulas of one problem.

    `possible` are the keys of facts that can be true, `certain` those that always are. Both may
    change between calls; a fact of a predicate that never changes is in both or in neither.
    """

    def __init__(
        self,
        problem: Problem,
        keys: FactKeys,
        possible: set[int],
        certain: set[int],
    ) -> None:
        self.keys = keys
        self.possible = possible
        self.certain = certain
        self.binding: dict[str, int] = dict(keys.numbers)  # of variables and objects
        self._domains: dict[tuple[str, ...], tuple[int, ...]] = {}
        self._problem = problem

    def expand(self, formula: Formula) -> Ground:
        """The formula, in negation normal form, under the current `binding`."""
        match formula:
            case Atom():
                return self._literal(formula)
            case Not(Atom() as atom):
                return negation(self._literal(atom))
            case And(parts):
                return all_of(map(self.expand, parts))
            case Or(parts):
                return any_of(map(self.expand, parts))
            case ForAll():
                return all_of(self._instances(formula))
            case Exists():
                return any_of(self._instances(formula))
            case Equals(left, right):
                return TRUE if self.binding[left] == self.binding[right] else FALSE
            case Not(Equals(left, right)):
                return FALSE if self.binding[left] == self.binding[right] else TRUE
        raise TypeError(f"not in negation normal form: {formula!r}")

    def expand_rule(self, rule: Rule) -> Ground:
        """The whole condition of a rule, under the current `binding` of its variables.

        Its checks and inequalities are left out: they hold for every instance.
        """
        parts = [self._literal(atom) for atom in rule.atoms]
        parts += [negation(self._literal(atom)) for atom in rule.negated]
        parts += [self.expand(formula) for formula in rule.residual]
        return all_of(parts)

    def _literal(self, atom: Atom) -> Ground:
        binding = self.binding
        radix = self.keys.radix
        digits = 0
        for arg in atom.args:
            digits = digits * radix + binding[arg]
        key = self.keys.base[atom.name] + digits
        if key not in self.possible:
            return FALSE
        return TRUE if key in self.certain else key

    def _instances(self, formula: ForAll | Exists) -> Iterable[Ground]:
        names = [p.name for p in formula.parameters]
        domains = [self._domain(p.types) for p in formula.parameters]
        for values in product(*domains):
            self.binding.update(zip(names, values, strict=True))
            yield self.expand(formula.body)

    def _domain(self, types: tuple[str, ...]) -> tuple[int, ...]:
        found = self._domains.get(types)
        if found is None:
            numbers = self.keys.numbers
            found = tuple(numbers[name] for name in self._problem.of_types(types))
            self._domains[types] = found
        return found


def negation(ground: Ground) -> Ground:
    """The opposite of a literal or of a decided formula."""
    if isinstance(ground, int):
        return ~ground
    return FALSE if ground == TRUE else TRUE


def all_of(parts: Iterable[Ground]) -> Ground:
    """The conjunction, flattened; stops at the first part that is false."""
    flat: dict[Ground, None] = {}
    for part in parts:
        if isinstance(part, AllOf):
            flat.update(dict.fromkeys(part.parts))
        elif part == FALSE:
            return FALSE
        else:
            flat[part] = None
    if any(isinstance(part, int) and ~part in flat for part in flat):
        return FALSE
    return next(iter(flat)) if len(flat) == 1 else AllOf(tuple(flat))


def any_of(parts: Iterable[Ground]) -> Ground:
    """The disjunction, flattened; stops at the first part that is true."""
    flat: dict[Ground, None] = {}
    for part in parts:
        if isinstance(part, AnyOf):
            flat.update(dict.fromkeys(part.parts))
        elif part == TRUE:
            return TRUE
        else:
            flat[part] = None
    if any(isinstance(part, int) and ~part in flat for part in flat):
        return TRUE
    return next(iter(flat)) if len(flat) == 1 else AnyOf(tuple(flat))


def disjuncts(ground: Ground, most: int) -> list[frozenset[int]] | None:
    """The disjunctive normal form without contradictory or implied parts; None if above `most`."""
    found = _disjuncts(ground, most)
    if found is None:
        return None
    minimal: list[frozenset[int]] = []
    for one in sorted(found, key=len):
        if not any(other <= one for other in minimal):
            minimal.append(one)
    return minimal


def _disjuncts(ground: Ground, most: int) -> list[frozenset[int]] | None:
    if isinstance(ground, int):
        return [frozenset((ground,))]
    several = [_disjuncts(part, most) for part in ground.parts]
    if isinstance(ground, AnyOf):
        joined: list[frozenset[int]] = []
        for options in several:
            if options is None or len(joined) + len(options) > most:
                return None
            joined += options
        return joined
    crossed: list[frozenset[int]] = [frozenset()]
    for options in several:
        if options is None or len(crossed) * len(options) > most:
            return None
        crossed = [one | other for one in crossed for other in options]
    return [one for one in crossed if not any(~literal in one for literal in one)]


def split_conjunction(
    ground: Ground, name: Callable[[AnyOf], int], most: int
) -> list[frozenset[int]]:
    """Sets of literals of which one must hold entirely.

    The disjunctive normal form where it has no more than `most` parts; where it has more, the
    largest disjunctions are replaced by literals that `name` gives them.
    """
    found = disjuncts(ground, most)
    if found is not None:
        return found
    parts = ground.parts if isinstance(ground, AllOf) else (ground,)
    literals = frozenset(part for part in parts if isinstance(part, int))
    others = [part for part in parts if isinstance(part, AnyOf)]
    others.sort(key=lambda part: len(part.parts))
    several = [literals]
    for part in others:
        options = disjuncts(part, most)
        if options is None or len(several) * len(options) > most:
            options = [frozenset((name(part),))]
        several = [one | other for one in several for other in options]
    return [one for one in several if not any(~literal in one for literal in one)]
