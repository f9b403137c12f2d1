"""The names of the domains and worlds that a script has in scope, with their types.

Made from `domain` and `world` blocks and from the signatures of PDDL files; the resolver asks it
whether a term fits. It reports nothing itself.
"""

from __future__ import annotations

from collections.abc import Iterable

from planscript.lang import syntax as s
from planscript.lang.records import dataclass, field
from planscript.lang.signature import DomainSignature, Slot

OBJECT = "object"


@dataclass(slots=True)
class Vocabulary:
    """What is declared, over all domains and worlds of a script.

    A name may stand in several domains with different parameters: it then has several signatures.
    `is_open`: a file could not be looked into, so that there may be more names than these.
    """

    types: dict[str, tuple[str, ...]] = field(default_factory=dict)
    predicates: dict[str, list[tuple[Slot, ...]]] = field(default_factory=dict)
    functions: dict[str, list[tuple[Slot, ...]]] = field(default_factory=dict)
    actions: dict[str, list[tuple[Slot, ...]]] = field(default_factory=dict)
    objects: dict[str, tuple[str, ...]] = field(default_factory=dict)
    is_open: bool = False

    def add(self, signature: DomainSignature) -> None:
        """Takes in the names of a domain or world."""
        for name, parents in signature.types.items():
            self.types.setdefault(name, parents)
        for mine, theirs in (
            (self.predicates, signature.predicates),
            (self.functions, signature.functions),
            (self.actions, signature.actions),
        ):
            for name, slots in theirs.items():
                if slots not in mine.setdefault(name, []):
                    mine[name].append(slots)
        self.objects |= {**signature.constants, **signature.objects}

    def ancestors(self, name: str) -> set[str]:
        """A type and all above it."""
        found = {OBJECT}
        todo = [name]
        while todo:
            one = todo.pop()
            if one not in found:
                found.add(one)
                todo += self.types.get(one, ())
        return found

    def is_below(self, name: str, above: str) -> bool:
        return above == OBJECT or above in self.ancestors(name)

    def accepts(self, wanted: tuple[str, ...], given: tuple[str, ...], exact: bool) -> bool:
        """Whether something of types `given` may stand where one of `wanted` is asked for.

        `exact`: the types are those of one object, so that it must be below a wanted type; else it
        is enough that some object could be of both.
        """
        if not wanted or not given:
            return True
        known = all(t == OBJECT or t in self.types for t in (*wanted, *given))
        if not known:
            return True
        if exact:
            return all(any(self.is_below(g, w) for w in wanted) for g in given)
        return any(self._overlap(g, w) for g in given for w in wanted)

    def _overlap(self, one: str, other: str) -> bool:
        if self.is_below(one, other) or self.is_below(other, one):
            return True
        # a third type may lie below both
        return any(self.is_below(t, one) and self.is_below(t, other) for t in self.types)


def type_names(types: Iterable[s.Name]) -> tuple[str, ...]:
    return tuple(one.id for one in types)


def slots_of(parameters: Iterable[s.Typed]) -> tuple[Slot, ...]:
    """The parameters of a declaration."""
    return tuple(Slot(one.name, type_names(one.types)) for one in parameters)


def domain_signature(node: s.DomainDef) -> DomainSignature:
    """The names that a `domain` block declares."""
    predicates = {one.name: slots_of(one.parameters) for one in node.derived}
    predicates |= {one.name: slots_of(one.parameters) for one in node.predicates}
    types = {one.name: type_names(one.parents) for one in node.types}
    for one in node.types:  # a parent need not be declared itself
        for parent in one.parents:
            if parent.id != OBJECT:
                types.setdefault(parent.id, ())
    return DomainSignature(
        node.name,
        types,
        predicates,
        {one.name: slots_of(one.parameters) for one in node.functions},
        {one.name: slots_of(one.parameters) for one in node.actions},
        {one.name: type_names(one.types) or (OBJECT,) for one in node.constants},
    )


def world_signature(node: s.WorldDef) -> DomainSignature:
    """The names that a `world` block declares."""
    objects = {one.name: type_names(one.types) or (OBJECT,) for one in node.objects}
    return DomainSignature(node.domain.id, objects=objects)
