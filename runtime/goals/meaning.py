"""What two goals of one world have to do with each other: the same, one more than the other, never both.

Both are grounded over the objects of the world; what no action can change is looked up there. Whether
one can hold without the other is then a question of propositional logic, answered by cases with unit
propagation (Davis, Logemann, Loveland, "A machine program for theorem-proving", CACM 5, 1962).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import product
from typing import TYPE_CHECKING, Literal

from planscript.runtime.pddl.model import (
    FALSE,
    TRUE,
    And,
    Atom,
    Equals,
    Exists,
    ForAll,
    Formula,
    Imply,
    Not,
    Or,
    Problem,
)
from planscript.runtime.planner.semantics import ground_atom, substitute

if TYPE_CHECKING:
    from planscript.runtime.planner.invariants import Invariant

Relation = Literal["same", "stronger", "weaker", "contradictory", "independent"]
MOST_PARTS = 50_000  # of a grounded goal
MOST_CASES = 5_000

Binding = Mapping[str, str]


class TooLarge(Exception):
    """The goals are too large to be compared."""


def relation(
    one: Formula,
    other: Formula,
    problem: Problem,
    invariants: Sequence[Invariant] = (),
    unknown: AbstractSet[Atom] = frozenset(),
) -> Relation:
    """What `one` is to `other` in every state that the problem's actions may lead to.

    "stronger": whenever `one` holds, `other` does, and not the other way about. The `invariants` that
    hold in the initial state hold in these states (see `planner/invariants.py`); `unknown` are facts
    that may be true there or not. Raises TooLarge.
    """
    grounding = _Grounding(problem, unknown)
    a, not_a = (grounding.ground(one, sign, {}) for sign in (True, False))
    b, not_b = (grounding.ground(other, sign, {}) for sign in (True, False))
    atoms = {atom for part in (a, b) for atom, _ in _literals(part)}
    rivals = _rivals(atoms, invariants, problem.init | unknown)
    only_one = _satisfiable(_joined(True, (a, not_b)), rivals)
    only_other = _satisfiable(_joined(True, (b, not_a)), rivals)
    if not only_one and not only_other:
        return "same"
    if not _satisfiable(_joined(True, (a, b)), rivals):
        return "contradictory"
    if only_one and only_other:
        return "independent"
    return "weaker" if only_one else "stronger"


# ---------------------------------------------------------------- grounding


class _Grounding:
    """Formulas over objects, with negations at the facts, without what is settled in the world."""

    def __init__(self, problem: Problem, unknown: AbstractSet[Atom]) -> None:
        self._problem = problem
        self._open = problem.domain.changed | {fact.name for fact in unknown}
        self._unfolded = _not_recursive(problem)
        self._left = MOST_PARTS

    def ground(self, part: Formula, sign: bool, binding: Binding) -> Formula:
        """The part, or where `sign` is false its negation, with the variables in `binding`."""
        self._left -= 1
        if self._left < 0:
            raise TooLarge
        match part:
            case Atom():
                return self._fact(ground_atom(part, binding), sign)
            case Equals(left, right):
                same = binding.get(left, left) == binding.get(right, right)
                return TRUE if same == sign else FALSE
            case Not(inner):
                return self.ground(inner, not sign, binding)
            case Imply(left, right):
                ends = (self.ground(left, not sign, binding), self.ground(right, sign, binding))
                return _joined(not sign, ends)
            case And(parts) | Or(parts):
                both = isinstance(part, And) == sign
                return _joined(both, [self.ground(one, sign, binding) for one in parts])
            case ForAll(parameters, body) | Exists(parameters, body):
                ranges = [self._problem.of_types(p.types) for p in parameters]
                names = [p.name for p in parameters]
                cases = (dict(zip(names, chosen, strict=True)) for chosen in product(*ranges))
                told = [self.ground(body, sign, {**binding, **case}) for case in cases]
                return _joined(isinstance(part, ForAll) == sign, told)

    def _fact(self, fact: Atom, sign: bool) -> Formula:
        if fact.name in self._unfolded:
            bodies = []
            for axiom in self._problem.domain.axioms:
                if axiom.head.name == fact.name:
                    names = (p.name for p in axiom.head.parameters)
                    binding = dict(zip(names, fact.args, strict=True))
                    bodies.append(self.ground(substitute(axiom.body, binding), sign, {}))
            return _joined(not sign, bodies)
        if fact.name not in self._open:
            return TRUE if (fact in self._problem.init) == sign else FALSE
        return fact if sign else Not(fact)


def _not_recursive(problem: Problem) -> set[str]:
    """The derived predicates that do not depend on themselves: they stand for what derives them."""
    needs: dict[str, set[str]] = {}
    for axiom in problem.domain.axioms:
        needs.setdefault(axiom.head.name, set()).update(predicates_in(axiom.body))
    found = set()
    for name in needs:
        seen: set[str] = set()
        todo = [*needs[name]]
        while todo:
            one = todo.pop()
            if one not in seen:
                seen.add(one)
                todo += needs.get(one, ())
        if name not in seen:
            found.add(name)
    return found


def predicates_in(formula: Formula) -> Iterator[str]:
    """The predicates in a formula, each as often as it stands there."""
    todo: list[Formula] = [formula]
    while todo:
        match todo.pop():
            case Atom(name, _):
                yield name
            case Not(part) | ForAll(_, part) | Exists(_, part):
                todo.append(part)
            case And(parts) | Or(parts):
                todo += parts
            case Imply(left, right):
                todo += (left, right)


def _joined(both: bool, parts: Iterable[Formula]) -> Formula:
    """The conjunction (or disjunction) of parts, flat, each part once."""
    neutral, absorbing = (TRUE, FALSE) if both else (FALSE, TRUE)
    flat: dict[Formula, None] = {}
    for part in parts:
        if part == absorbing:
            return absorbing
        if isinstance(part, And if both else Or):
            flat |= dict.fromkeys(part.parts)
        else:
            flat[part] = None
    if len(flat) == 1:
        return next(iter(flat))
    if not flat:
        return neutral
    return And(tuple(flat)) if both else Or(tuple(flat))


# ---------------------------------------------------------------- facts that exclude each other


def _rivals(
    atoms: Iterable[Atom], invariants: Sequence[Invariant], state: AbstractSet[Atom]
) -> dict[Atom, set[Atom]]:
    """For each of the atoms those others of which, beside it, none can hold."""
    atoms = list(atoms)
    found: dict[Atom, set[Atom]] = {}
    for invariant in invariants:
        parts = {part.predicate: part for part in invariant}
        weights: dict[tuple[str, ...], int] = {}
        for fact in state:
            if fact.name in parts:
                instance = parts[fact.name].parameters(fact.args)
                weights[instance] = weights.get(instance, 0) + 1
        groups: dict[tuple[str, ...], set[Atom]] = {}
        for atom in atoms:
            if atom.name in parts:
                groups.setdefault(parts[atom.name].parameters(atom.args), set()).add(atom)
        for instance, group in groups.items():
            if weights.get(instance, 0) <= 1:
                for atom in group:
                    found.setdefault(atom, set()).update(group - {atom})
    return found


# ---------------------------------------------------------------- search by cases


def _satisfiable(formula: Formula, rivals: Mapping[Atom, AbstractSet[Atom]]) -> bool:
    """Whether the facts can be such that the formula, with negations at the facts, holds."""
    todo = [formula]
    for _ in range(MOST_CASES):
        if not todo:
            return False
        left = _propagated(todo.pop(), rivals)
        if left == TRUE:
            return True
        if left == FALSE:
            continue
        # `left` is a disjunction, or a conjunction of some: one of its smallest is settled.
        choice = min(left.parts, key=_size) if isinstance(left, And) else left
        atom, sign = next(_literals(choice))
        for value in (not sign, sign):
            todo.append(_joined(True, (atom if value else Not(atom), left)))
    raise TooLarge


def _propagated(formula: Formula, rivals: Mapping[Atom, AbstractSet[Atom]]) -> Formula:
    """The formula once every fact that it states has been used up."""
    while True:
        stated = formula.parts if isinstance(formula, And) else (formula,)
        known: dict[Atom, bool] = {}
        for part in stated:
            if isinstance(part, Or | And):
                continue
            ((atom, sign),) = _literals(part)
            pairs = [(atom, sign)]
            if sign:
                pairs += [(rival, False) for rival in rivals.get(atom, ())]
            for one, value in pairs:
                if known.setdefault(one, value) != value:
                    return FALSE
        if not known:
            return formula
        formula = _settled(formula, known)


def _settled(formula: Formula, known: Mapping[Atom, bool]) -> Formula:
    match formula:
        case And(parts) | Or(parts):
            return _joined(isinstance(formula, And), [_settled(one, known) for one in parts])
        case Not(Atom() as atom):
            return formula if atom not in known else FALSE if known[atom] else TRUE
        case Atom():
            return formula if formula not in known else TRUE if known[formula] else FALSE
    raise AssertionError(formula)


def _literals(formula: Formula) -> Iterator[tuple[Atom, bool]]:
    todo: list[Formula] = [formula]
    while todo:
        match todo.pop():
            case Atom() as atom:
                yield atom, True
            case Not(Atom() as atom):
                yield atom, False
            case And(parts) | Or(parts):
                todo += reversed(parts)


def _size(formula: Formula) -> int:
    return sum(1 for _ in _literals(formula))
