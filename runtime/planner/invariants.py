"""Finds invariants of a domain and from them groups of facts of which at most one holds.

A candidate says: for given objects, the number of true facts among its parts never grows. It is
proved over the lifted actions, or refined by what the offending action deletes. After Edelkamp &
Helmert (ECP 1999) and Helmert (AIJ 173, 2009), section 5.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import product
from operator import itemgetter
from typing import NamedTuple

from planscript.runtime.pddl.model import Atom
from planscript.runtime.planner.deadline import Deadline
from planscript.runtime.planner.formulas import substitute_atom
from planscript.runtime.planner.normalise import EffectRule, Rule, Schema
from planscript.runtime.planner.reachability import Reached

MOST_CANDIDATES = 2000
MOST_PARTS = 6
Terms = tuple[str, ...]


class Part(NamedTuple):
    """Facts of one predicate: parameter i of the invariant is argument `order[i]`.

    At most one argument is no parameter: `counted` is its position, or -1.
    """

    predicate: str
    order: tuple[int, ...]
    counted: int

    def parameters(self, args: Terms) -> Terms:
        """The invariant's parameters where a fact has these arguments."""
        return tuple([args[i] for i in self.order])


Invariant = tuple[Part, ...]  # at most one part for a predicate, sorted


def find_invariants(
    schemas: Sequence[Schema], candidates: Iterable[tuple[str, int]], deadline: Deadline
) -> list[Invariant]:
    """The invariants that can be proved over the schemas.

    `candidates` are the predicates that change (derived ones left out) with their arities.
    """
    moves = [_Move(schema) for schema in schemas]
    adders: dict[str, list[_Move]] = {}
    for move in moves:
        for name in {change.atom.name for change in move.adds}:
            adders.setdefault(name, []).append(move)
    queue: deque[Invariant] = deque()
    allowed = set()
    for name, arity in candidates:
        allowed.add(name)
        everything = tuple(range(arity))
        queue.append((Part(name, everything, -1),))
        for counted in range(arity):
            queue.append((Part(name, everything[:counted] + everything[counted + 1 :], counted),))
    seen = set(queue)
    found = []
    while queue and len(seen) <= MOST_CANDIDATES:
        deadline.check()
        candidate = queue.popleft()
        refinements = _prove(candidate, adders)
        if refinements is None:
            if len(candidate) > 1 or candidate[0].counted >= 0:
                found.append(candidate)
            continue
        for part in refinements:
            refined = _canonical((*candidate, part))
            if part.predicate in allowed and len(refined) <= MOST_PARTS and refined not in seen:
                seen.add(refined)
                queue.append(refined)
    return found


def instantiate(
    invariants: Sequence[Invariant], reached: Reached, init: AbstractSet[int]
) -> list[list[int]]:
    """Groups of reachable facts of which exactly one holds at first and at most one ever.

    Each group lists keys of facts and has at least two.
    """
    facts = {name: reached.keys.keys_of(name, rows) for name, rows in reached.tuples.items()}
    groups: list[list[int]] = []
    for invariant in invariants:
        weights: dict[object, int] = {}
        for part in invariant:
            pick = _picker(part.order)
            for key, values in zip(
                facts[part.predicate], reached.tuples[part.predicate], strict=True
            ):
                if key in init:
                    instance = pick(values)
                    weights[instance] = weights.get(instance, 0) + 1
        members: dict[object, list[int]] = {k: [] for k, weight in weights.items() if weight == 1}
        if not members:
            continue
        for part in invariant:
            instances = map(_picker(part.order), reached.tuples[part.predicate])
            for instance, key in zip(instances, facts[part.predicate], strict=True):
                if instance in members:
                    members[instance].append(key)
        groups += [group for group in members.values() if len(group) > 1]
    return groups


def _picker(order: tuple[int, ...]):  # type: ignore[no-untyped-def]
    """A function that takes the values at these positions, as something to compare."""
    return itemgetter(*order) if order else lambda values: ()


# ---------------------------------------------------------------- proof


class _Change(NamedTuple):
    """An add or delete effect: its conditions beside the precondition, and its own variables."""

    atom: Atom
    given: tuple[Atom, ...] = ()
    negated: tuple[Atom, ...] = ()
    others: frozenset[object] = frozenset()
    own: frozenset[str] = frozenset()
    domains: tuple[tuple[str, frozenset[int]], ...] = ()


class _Move:
    """A schema as the proof sees it."""

    def __init__(self, schema: Schema) -> None:
        rule = schema.rule
        self.rule = rule
        self.domains = {
            name: frozenset(domain)
            for name, domain in zip(rule.variables, rule.domains, strict=True)
        }
        self.adds = [_Change(atom) for atom in schema.adds]
        self.deletes = [_Change(atom) for atom in schema.deletes]
        for effect in schema.effects:
            (self.adds if effect.adds else self.deletes).append(_conditional(effect, rule))


def _conditional(effect: EffectRule, schema: Rule) -> _Change:
    rule = effect.rule
    own = rule.variables[len(schema.variables) :]
    domains = rule.domains[len(schema.variables) :]
    return _Change(
        effect.atom,
        rule.atoms,
        rule.negated,
        frozenset((*rule.unequal, *rule.checks, *rule.residual)),
        frozenset(own),
        tuple((name, frozenset(domain)) for name, domain in zip(own, domains, strict=True)),
    )


def _prove(candidate: Invariant, adders: Mapping[str, list[_Move]]) -> list[Part] | None:
    """None where the candidate is an invariant, else parts that may make one of it."""
    parts = {part.predicate: part for part in candidate}
    for move in {id(m): m for name in parts for m in adders.get(name, ())}.values():
        adds = [change for change in move.adds if change.atom.name in parts]
        for number, one in enumerate(adds):
            for other in adds[number + (not one.own) :]:
                if _too_heavy(move, one, other, parts):
                    return []
        for change in adds:
            if not _is_balanced(move, change, parts):
                return list(_refinements(move, change, parts))
    return None


def _too_heavy(move: _Move, one: _Change, other: _Change, parts: Mapping[str, Part]) -> bool:
    """Whether the two adds can make different facts of one instance true at once."""
    renamed = {name: f"{name}'" for name in other.own}
    second = substitute_atom(other.atom, renamed)
    same = _Classes({**move.domains, **dict(one.domains)})
    same.domains.update((renamed[name], domain) for name, domain in other.domains)
    wanted = zip(
        parts[one.atom.name].parameters(one.atom.args),
        parts[second.name].parameters(second.args),
        strict=True,
    )
    if not all(same.join(a, b) for a, b in wanted):
        return False
    if one.atom.name == second.name and same.equal(one.atom.args, second.args):
        return False
    if any(same.root(a) == same.root(b) for a, b in move.rule.unequal):
        return False
    holds = [*move.rule.atoms, *one.given, *(substitute_atom(a, renamed) for a in other.given)]
    instance = [same.root(a) for a in parts[one.atom.name].parameters(one.atom.args)]
    covered = {
        atom.name
        for atom in holds
        if atom.name in parts
        and [same.root(a) for a in parts[atom.name].parameters(atom.args)] == instance
    }
    if len(covered) > 1:
        return False  # two facts of one instance would have to be true before
    absent = [*move.rule.negated, *one.negated]
    absent += [substitute_atom(a, renamed) for a in other.negated]
    return not any(a.name == b.name and same.equal(a.args, b.args) for a in holds for b in absent)


def _is_balanced(move: _Move, change: _Change, parts: Mapping[str, Part]) -> bool:
    """Whether with the added fact another of its instance, true before, is deleted."""
    wanted = parts[change.atom.name].parameters(change.atom.args)
    if change.atom in move.rule.atoms or change.atom in change.given:
        return True
    for delete in move.deletes:
        part = parts.get(delete.atom.name)
        if part is not None and any(
            part.parameters(args) == wanted for args in _deleted(move, change, delete)
        ):
            return True
    return False


def _refinements(move: _Move, change: _Change, parts: Mapping[str, Part]) -> Iterator[Part]:
    """Parts that would balance the add."""
    wanted = parts[change.atom.name].parameters(change.atom.args)
    for delete in move.deletes:
        name = delete.atom.name
        if name in parts or not 0 <= len(delete.atom.args) - len(wanted) <= 1:
            continue
        for args in _deleted(move, change, delete):
            places = [[i for i, arg in enumerate(args) if arg == term] for term in wanted]
            for order in product(*places):
                left = set(range(len(args))) - set(order)
                if len(set(order)) == len(order) and len(left) <= 1:
                    yield Part(name, order, left.pop() if left else -1)


def _deleted(move: _Move, change: _Change, delete: _Change) -> Iterator[Terms]:
    """Arguments of facts that are surely true before and deleted whenever `change` happens."""
    holds = (*move.rule.atoms, *change.given)
    absent = {*move.rule.negated, *change.negated}
    for fact in holds:
        binding = _match(delete.atom, fact, delete.own)
        if binding is None:
            continue
        if not all(substitute_atom(a, binding) in holds for a in delete.given):
            continue
        if not all(substitute_atom(a, binding) in absent for a in delete.negated):
            continue
        if delete.others and not (
            delete.others <= change.others and all(a == b for a, b in binding.items())
        ):
            continue
        if all(
            _domain_of(binding.get(name, name), move, change) <= domain
            for name, domain in delete.domains
        ):
            yield fact.args


def _domain_of(term: str, move: _Move, change: _Change) -> frozenset[int]:
    return move.domains.get(term) or dict(change.domains).get(term, frozenset((-1,)))


def _match(pattern: Atom, fact: Atom, own: AbstractSet[str]) -> dict[str, str] | None:
    """What the pattern's own variables must be for it to be the fact."""
    if pattern.name != fact.name:
        return None
    binding: dict[str, str] = {}
    for term, value in zip(pattern.args, fact.args, strict=True):
        if term in own:
            if binding.setdefault(term, value) != value:
                return None
        elif term != value:
            return None
    return binding


def _canonical(parts: Iterable[Part]) -> Invariant:
    """The same invariant with its parameters in the order of its first part's arguments."""
    ordered = sorted(parts, key=lambda part: part.predicate)
    first = ordered[0].order
    ranks = sorted(range(len(first)), key=lambda i: first[i])
    return tuple(
        Part(part.predicate, tuple([part.order[i] for i in ranks]), part.counted)
        for part in ordered
    )


class _Classes:
    """Terms that are taken to be equal (union-find), with the objects that each can be."""

    def __init__(self, domains: dict[str, frozenset[int]]) -> None:
        self.domains = domains
        self._parent: dict[str, str] = {}

    def root(self, term: str) -> str:
        while term in self._parent:
            term = self._parent[term]
        return term

    def equal(self, one: Terms, other: Terms) -> bool:
        return all(self.root(a) == self.root(b) for a, b in zip(one, other, strict=True))

    def join(self, one: str, other: str) -> bool:
        """Takes two terms as equal; False where they cannot be."""
        gone, kept = self.root(one), self.root(other)
        if gone == kept:
            return True
        if gone not in self.domains:
            gone, kept = kept, gone
        if gone not in self.domains:
            return False  # two objects
        if kept in self.domains:
            common = self.domains[gone] & self.domains[kept]
            if not common:
                return False
            self.domains[kept] = common
        self._parent[gone] = kept
        return True
