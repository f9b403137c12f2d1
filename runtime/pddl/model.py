"""The planning model: types, predicates, formulas, effects, actions, domains and problems.

Plain frozen data; reading and writing PDDL text is in `reader.py` and `writer.py`. All names are
lower case. Terms are strings: a variable begins with `?`, anything else names an object.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple

from planscript.lang.diagnostics import Span
from planscript.lang.records import dataclass, field

OBJECT = "object"  # the root of the type hierarchy


@dataclass(frozen=True, slots=True)
class Parameter:
    """A typed variable or object; more than one type means `(either a b)`."""

    name: str
    types: tuple[str, ...] = (OBJECT,)


# ---------------------------------------------------------------- formulas


class Atom(NamedTuple):
    """`(name arg ...)`: a predicate applied to terms. A ground atom is a fact.

    There may be a million of them, and a tuple is the quickest to make and to look up.
    """

    name: str
    args: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Equals:
    """`(= left right)` on terms."""

    left: str
    right: str


@dataclass(frozen=True, slots=True)
class Not:
    part: Formula


@dataclass(frozen=True, slots=True)
class And:
    """`And(())` is true."""

    parts: tuple[Formula, ...] = ()


@dataclass(frozen=True, slots=True)
class Or:
    """`Or(())` is false."""

    parts: tuple[Formula, ...] = ()


@dataclass(frozen=True, slots=True)
class Imply:
    left: Formula
    right: Formula


@dataclass(frozen=True, slots=True)
class ForAll:
    parameters: tuple[Parameter, ...]
    body: Formula


@dataclass(frozen=True, slots=True)
class Exists:
    parameters: tuple[Parameter, ...]
    body: Formula


Formula = Atom | Equals | Not | And | Or | Imply | ForAll | Exists
TRUE = And(())
FALSE = Or(())

# ---------------------------------------------------------------- effects


@dataclass(frozen=True, slots=True)
class Add:
    atom: Atom


@dataclass(frozen=True, slots=True)
class Delete:
    atom: Atom


@dataclass(frozen=True, slots=True)
class Increase:
    """`(increase (total-cost) amount)`; the amount is a number or a function read from the init."""

    amount: Fraction | Atom


@dataclass(frozen=True, slots=True)
class When:
    condition: Formula
    effect: Effect


@dataclass(frozen=True, slots=True)
class ForAllEffect:
    parameters: tuple[Parameter, ...]
    effect: Effect


@dataclass(frozen=True, slots=True)
class Effects:
    """All of these happen at once."""

    parts: tuple[Effect, ...] = ()


Effect = Add | Delete | Increase | When | ForAllEffect | Effects

# ---------------------------------------------------------------- domain and problem


@dataclass(frozen=True, slots=True)
class Predicate:
    """A predicate or (in `Domain.functions`) a numeric function, with its gloss by language.

    Glosses are templates such as "{f} is on {s}" over the parameter names without `?`.
    """

    name: str
    parameters: tuple[Parameter, ...] = ()
    gloss: Mapping[str, str] = field(default_factory=dict)
    span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Action:
    name: str
    parameters: tuple[Parameter, ...]
    precondition: Formula = TRUE
    effect: Effect = Effects(())
    gloss: Mapping[str, str] = field(default_factory=dict)
    span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Axiom:
    """`(:derived (name ?x ...) body)`."""

    head: Predicate
    body: Formula
    span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Domain:
    """A planning domain.

    `types` maps each type but `object` to its parents (more than one for `either`); every mapping
    keeps the order of declaration. `uses_costs` says whether `(total-cost)` is declared.
    """

    name: str
    requirements: frozenset[str] = frozenset()
    types: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    constants: Mapping[str, Parameter] = field(default_factory=dict)
    predicates: Mapping[str, Predicate] = field(default_factory=dict)
    functions: Mapping[str, Predicate] = field(default_factory=dict)
    actions: Mapping[str, Action] = field(default_factory=dict)
    axioms: tuple[Axiom, ...] = ()

    @cached_property
    def ancestors(self) -> Mapping[str, frozenset[str]]:
        """For each type, itself and all types above it, `object` included."""
        closed: dict[str, frozenset[str]] = {OBJECT: frozenset((OBJECT,))}
        for name in self.types:
            seen: set[str] = set()
            todo = [name]
            while todo:
                one = todo.pop()
                if one not in seen:
                    seen.add(one)
                    todo.extend(self.types.get(one, ()))
            closed[name] = frozenset(seen | {OBJECT})
        return closed

    def is_subtype(self, name: str, above: str) -> bool:
        """Whether everything of type `name` is of type `above`."""
        return above == OBJECT or above in self.ancestors.get(name, ())

    def fits(self, types: tuple[str, ...], wanted: tuple[str, ...]) -> bool:
        """Whether each of `types` is a subtype of one of `wanted`."""
        return all(any(self.is_subtype(t, w) for w in wanted) for t in types)

    def compatible(self, one: tuple[str, ...], other: tuple[str, ...]) -> bool:
        """Whether some object could be of both (one is below the other somewhere)."""
        return any(self.is_subtype(a, b) or self.is_subtype(b, a) for a in one for b in other)

    @cached_property
    def changed(self) -> frozenset[str]:
        """Predicates that some action or axiom can change; all others are static."""
        names = {axiom.head.name for axiom in self.axioms}
        for action in self.actions.values():
            parts = leaves(action.effect)
            names |= {part.atom.name for part in parts if not isinstance(part, Increase)}
        return frozenset(names)

    @cached_property
    def derived(self) -> frozenset[str]:
        """Predicates that axioms define."""
        return frozenset(axiom.head.name for axiom in self.axioms)


@dataclass(frozen=True)
class Problem:
    """A planning problem of a domain.

    `objects` holds the problem's own objects and the domain's constants. `values` gives numeric
    functions of ground terms. `minimise_cost` says whether the metric is `(total-cost)`; without
    it every action costs 1.
    """

    name: str
    domain: Domain
    objects: Mapping[str, Parameter]
    init: frozenset[Atom]
    goal: Formula = TRUE
    values: Mapping[Atom, Fraction] = field(default_factory=dict)
    minimise_cost: bool = False

    @cached_property
    def by_type(self) -> Mapping[str, tuple[str, ...]]:
        """For each type, the names of the objects of it or of a type below it, in order."""
        found: dict[str, list[str]] = {OBJECT: []}
        for name in self.domain.types:
            found[name] = []
        for name, declared in self.objects.items():
            above: set[str] = set()
            for one in declared.types:
                above |= self.domain.ancestors[one]
            for one in above:
                found[one].append(name)
        return {name: tuple(names) for name, names in found.items()}

    def of_types(self, types: tuple[str, ...]) -> tuple[str, ...]:
        """The objects of any of these types, without repetition, in order."""
        if len(types) == 1:
            return self.by_type[types[0]]
        wanted = {name for one in types for name in self.by_type[one]}
        return tuple(name for name in self.objects if name in wanted)


def leaves(effect: Effect) -> Iterator[Add | Delete | Increase]:
    """The simple effects inside `effect`, in order."""
    todo = [effect]
    while todo:
        one = todo.pop()
        if isinstance(one, Effects):
            todo.extend(reversed(one.parts))
        elif isinstance(one, When | ForAllEffect):
            todo.append(one.effect)
        else:
            yield one
