"""Expands formulas on ground arguments: no quantifier is left, and what is decided is simplified.

A ground formula is a literal, or `AllOf` or `AnyOf` others. A literal is an int: the key of a fact
(see `facts.py`) where it must hold, the complement `~key` where it must not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import product
from typing import TypeAlias

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
from planscript.runtime.planner.formulas import free_variables
from planscript.runtime.planner.normalise import Rule


class _Compound:
    """A formula of parts; equal to one of the same kind with the same parts."""

    __slots__ = ("parts", "_hash")

    def __init__(self, parts: tuple[Ground, ...]) -> None:
        self.parts = parts
        self._hash = hash((type(self), parts))

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, _Compound)
            and type(other) is type(self)
            and other._hash == self._hash
            and other.parts == self.parts
        )


class AllOf(_Compound):
    """All of the parts hold."""

    __slots__ = ()


class AnyOf(_Compound):
    """Some of the parts hold."""

    __slots__ = ()


Ground: TypeAlias = "int | AllOf | AnyOf"
Expansion = Callable[[], Ground]
TRUE = AllOf(())  # there is only one, so that `is` can tell
FALSE = AnyOf(())


class Expander:
    """Expands the formulas of one problem.

    `possible` are the keys of facts that can be true, `certain` those that always are; a fact of a
    predicate that never changes is in both or in neither. Where they have changed, `forget` must be
    called. Formulas are compiled to closures, and what a formula is for some values of its free
    variables is remembered.
    """

    def __init__(
        self, problem: Problem, keys: FactKeys, possible: set[int], certain: set[int]
    ) -> None:
        self.keys = keys
        self.possible = possible
        self.certain = certain
        self.binding: dict[str, int] = dict(keys.numbers)  # of variables and objects
        self._problem = problem
        self._known: list[dict[tuple[int, ...], Ground]] = []

    def expand(self, formula: Formula) -> Ground:
        """A formula without free variables, in negation normal form."""
        return self._compiled(formula)()

    def compiled(self, formula: Formula) -> Expansion:
        """A function that expands the formula under the current `binding` of its variables."""
        names = sorted(free_variables(formula))
        expand = self._compiled(formula)
        binding = self.binding
        known: dict[tuple[int, ...], Ground] = {}
        self._known.append(known)

        def remembered() -> Ground:
            values = tuple([binding[name] for name in names])
            found = known.get(values)
            if found is None:
                found = known[values] = expand()
            return found

        return remembered

    def compiled_rule(self, rule: Rule) -> Expansion:
        """A function that expands the whole condition of a rule.

        Its checks and inequalities are left out: they hold for every instance.
        """
        literals = [self._compiled(atom) for atom in rule.atoms]
        literals += [self._compiled(Not(atom)) for atom in rule.negated]
        residual = [self.compiled(formula) for formula in rule.residual]
        return lambda: all_of([part() for part in (*literals, *residual)])

    def forget(self) -> None:
        """Forgets what formulas were before `possible` or `certain` changed."""
        for known in self._known:
            known.clear()

    def _compiled(self, formula: Formula) -> Expansion:
        match formula:
            case Atom():
                return self._literal(formula)
            case Not(Atom() as atom):
                literal = self._literal(atom)
                return lambda: negation(literal())
            case And(parts):
                several = [self._compiled(part) for part in self._quick_first(parts)]
                return lambda: all_of(part() for part in several)
            case Or(parts):
                several = [self._compiled(part) for part in self._quick_first(parts)]
                return lambda: any_of(part() for part in several)
            case ForAll():
                instances = self._instances(formula)
                return lambda: all_of(instances())
            case Exists():
                instances = self._instances(formula)
                return lambda: any_of(instances())
            case Equals(left, right):
                binding = self.binding
                return lambda: TRUE if binding[left] == binding[right] else FALSE
            case Not(Equals(left, right)):
                binding = self.binding
                return lambda: FALSE if binding[left] == binding[right] else TRUE
        raise TypeError(f"not in negation normal form: {formula!r}")

    def _quick_first(self, parts: Sequence[Formula]) -> list[Formula]:
        """The parts, those first that are likely to decide: literals, and of them the static."""
        changed = self._problem.domain.changed

        def rank(part: Formula) -> int:
            inner = part.part if isinstance(part, Not) else part
            if isinstance(inner, Equals):
                return 0
            return 1 + (inner.name in changed) if isinstance(inner, Atom) else 3

        return sorted(parts, key=rank)

    def _literal(self, atom: Atom) -> Expansion:
        binding, possible, certain = self.binding, self.possible, self.certain
        base, radix = self.keys.base[atom.name], self.keys.radix
        args = atom.args

        def literal() -> Ground:
            digits = 0
            for arg in args:
                digits = digits * radix + binding[arg]
            key = base + digits
            if key not in possible:
                return FALSE
            return TRUE if key in certain else key

        return literal

    def _instances(self, formula: ForAll | Exists) -> Callable[[], Iterator[Ground]]:
        names = [p.name for p in formula.parameters]
        numbers = self.keys.numbers
        objects = [self._problem.of_types(p.types) for p in formula.parameters]
        domains = [[numbers[name] for name in one] for one in objects]
        binding = self.binding
        body = self._compiled(formula.body)

        def one_variable() -> Iterator[Ground]:
            name = names[0]
            for binding[name] in domains[0]:
                yield body()

        def variables() -> Iterator[Ground]:
            for values in product(*domains):
                binding.update(zip(names, values, strict=True))
                yield body()

        return one_variable if len(names) == 1 else variables


def negation(ground: Ground) -> Ground:
    """The opposite of a literal or of a decided formula."""
    if isinstance(ground, int):
        return ~ground
    return TRUE if ground is FALSE else FALSE


def all_of(parts: Iterable[Ground]) -> Ground:
    """The conjunction, flattened; stops at the first part that is false."""
    flat: dict[Ground, None] = {}
    for part in parts:
        if type(part) is int:
            if ~part in flat:
                return FALSE
            flat[part] = None
        elif part is FALSE:
            return FALSE
        elif isinstance(part, AllOf):
            flat.update(dict.fromkeys(part.parts))
        else:
            flat[part] = None
    if len(flat) < 2:
        return next(iter(flat), TRUE)
    if any(type(part) is int and ~part in flat for part in flat):
        return FALSE
    return AllOf(tuple(flat))


def any_of(parts: Iterable[Ground]) -> Ground:
    """The disjunction, flattened; stops at the first part that is true."""
    flat: dict[Ground, None] = {}
    for part in parts:
        if type(part) is int:
            if ~part in flat:
                return TRUE
            flat[part] = None
        elif part is TRUE:
            return TRUE
        elif isinstance(part, AnyOf):
            flat.update(dict.fromkeys(part.parts))
        else:
            flat[part] = None
    if len(flat) < 2:
        return next(iter(flat), FALSE)
    if any(type(part) is int and ~part in flat for part in flat):
        return TRUE
    return AnyOf(tuple(flat))


def literals(ground: Ground) -> Iterator[int]:
    """The literals in a ground formula."""
    if isinstance(ground, int):
        yield ground
    else:
        for part in ground.parts:
            yield from literals(part)


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
