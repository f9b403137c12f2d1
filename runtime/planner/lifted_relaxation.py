"""What can ever become true or false when actions undo nothing: reachability without grounding.

The delete relaxation (Bonet & Geffner, AIJ 129, 2001), with negated facts treated in the same way:
once a fact can be false it stays possibly false. What is not reached here is reached by no plan;
the converse does not hold. For explanations; planning has its own, faster code.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from planscript.runtime.pddl.model import (
    Action,
    Add,
    And,
    Atom,
    Delete,
    Effect,
    Effects,
    Equals,
    Exists,
    ForAll,
    ForAllEffect,
    Formula,
    Imply,
    Not,
    Or,
    Parameter,
    Problem,
    When,
)
from planscript.runtime.planner.deadline import Deadline
from planscript.runtime.planner.semantics import (
    Binding,
    Interpreter,
    Table,
    ground_atom,
    guards_of,
    substitute,
)

CHECK_EVERY = 1024  # instances between two looks at the deadline


@dataclass(frozen=True, slots=True)
class Rule:
    """Under `conditions` (all of them), `added` can become true and `deleted` false.

    `source` is the action, or the head of an axiom (`is_axiom`), over its own parameters;
    `parameters` also holds the variables of quantified effects.
    """

    source: Atom
    is_axiom: bool
    parameters: tuple[Parameter, ...]
    conditions: tuple[Formula, ...]
    added: tuple[Atom, ...] = ()
    deleted: tuple[Atom, ...] = ()


class LiftedRelaxation:
    """The relaxed reachable facts of a problem.

    Raises DeadlineExpired where `deadline` passes.
    """

    def __init__(self, problem: Problem, deadline: Deadline | None = None) -> None:
        self.problem = problem
        self.interpreter = Interpreter(problem)
        self.rules = tuple(_rules(problem))
        self._deadline = deadline
        self._count = 0
        self._derived = problem.domain.derived
        self._tables: dict[str, Table] = {name: Table() for name in problem.domain.predicates}
        self._freed: set[Atom] = set()
        # Sorted: the order of a set of facts differs from run to run, and it decides what is told.
        for fact in sorted(problem.init, key=lambda atom: (atom.name, atom.args)):
            self._tables[fact.name].add(fact.args)
        self._saturate()

    # ------------------------------------------------------------ questions

    def has(self, atom: Atom) -> bool:
        """Whether a ground atom can ever be true."""
        return atom.args in self._tables[atom.name].rows

    def rows(self, name: str) -> Table:
        """The argument tuples for which predicate `name` can ever be true."""
        return self._tables[name]

    def can_be_false(self, atom: Atom) -> bool:
        """Whether a ground atom can ever be false (of derived atoms it is assumed)."""
        return atom.name in self._derived or atom not in self.problem.init or atom in self._freed

    def possible(self, formula: Formula, binding: Binding, wanted: bool = True) -> bool:
        """Whether each literal that `formula` needs in order to be `wanted` can ever hold."""
        match formula:
            case Atom():
                atom = ground_atom(formula, binding)
                return self.has(atom) if wanted else self.can_be_false(atom)
            case Equals(left, right):
                return (binding.get(left, left) == binding.get(right, right)) == wanted
            case Not(part):
                return self.possible(part, binding, not wanted)
            case And(parts) | Or(parts):
                every = isinstance(formula, And) == wanted
                found = (self.possible(part, binding, wanted) for part in parts)
                return all(found) if every else any(found)
            case Imply(left_part, right_part):
                as_or = Or((Not(left_part), right_part))
                return self.possible(as_or, binding, wanted)
            case ForAll(parameters, body) | Exists(parameters, body):
                every = isinstance(formula, ForAll) == wanted
                # What must hold of one counterexample (or witness) narrows the choice; what all
                # must fulfil does not, for a literal and its negation may both be possible.
                guards = () if every else guards_of(body, wanted)
                found = (
                    self.possible(body, extended, wanted)
                    for extended in self.interpreter.bindings(parameters, guards, self, binding)
                )
                return all(found) if every else any(found)

    def solutions(
        self, conditions: Sequence[Formula], parameters: Sequence[Parameter]
    ) -> Iterator[Binding]:
        """The choices of objects for `parameters` under which each condition is possible."""
        guards = [guard for one in conditions for guard in guards_of(one, True)]
        for binding in self.interpreter.bindings(parameters, guards, self, {}):
            self._tick()
            if all(self.possible(one, binding) for one in conditions):
                yield binding

    # ------------------------------------------------------------ saturation

    def _saturate(self) -> None:
        """Fire rules until nothing new is reached; a new fact wakes the rules that wait for it."""
        states = [_RuleState(rule) for rule in self.rules]
        waiting: dict[str, list[tuple[_RuleState, Atom]]] = {}
        for state in states:
            for guard in state.guards:
                waiting.setdefault(guard.name, []).append((state, guard))
        queue: deque[Atom] = deque()
        for state in states:
            for binding in list(
                self.interpreter.bindings(state.rule.parameters, state.guards, self, {})
            ):
                self._meet(state, binding, queue)
        progress = True
        while progress:
            while queue:
                fact = queue.popleft()
                for state, guard in waiting.get(fact.name, ()):
                    for binding in list(self._woken(state, guard, fact)):
                        self._meet(state, binding, queue)
            # Conditions beyond plain facts (negation, `or`, quantifiers) may have become possible.
            progress = False
            for state in states:
                for key in list(state.pending):
                    binding = state.pending[key]
                    self._tick()
                    if self._ready(state, binding):
                        del state.pending[key]
                        self._fire(state.rule, binding, queue)
                        progress = True

    def _woken(self, state: _RuleState, guard: Atom, fact: Atom) -> Iterator[Binding]:
        """The instances of a rule in which `guard` is `fact`."""
        types = {p.name: p.types for p in state.rule.parameters}
        binding = self.interpreter.matched(guard, fact.args, types, {})
        if binding is None:
            return
        left = [p for p in state.rule.parameters if p.name not in binding]
        others = [other for other in state.guards if other is not guard]
        yield from self.interpreter.bindings(left, others, self, binding)

    def _meet(self, state: _RuleState, binding: Binding, queue: deque[Atom]) -> None:
        """Fire an instance, or keep it for later."""
        self._tick()
        key = tuple(binding[p.name] for p in state.rule.parameters)
        if key in state.seen:
            return
        state.seen.add(key)
        if self._ready(state, binding):
            self._fire(state.rule, binding, queue)
        else:
            state.pending[key] = binding

    def _ready(self, state: _RuleState, binding: Binding) -> bool:
        return all(self.possible(one, binding) for one in state.rule.conditions)

    def _fire(self, rule: Rule, binding: Binding, queue: deque[Atom]) -> None:
        for atom in rule.added:
            fact = ground_atom(atom, binding)
            if not self.has(fact):
                self._tables[fact.name].add(fact.args)
                queue.append(fact)
        self._freed.update(ground_atom(atom, binding) for atom in rule.deleted)

    def _tick(self) -> None:
        self._count += 1
        if self._deadline is not None and self._count % CHECK_EVERY == 0:
            self._deadline.check()


@dataclass(slots=True)
class _RuleState:
    """A rule during saturation: its plain conditions, the instances met, those not yet possible."""

    rule: Rule
    guards: list[Atom] = field(init=False)
    seen: set[tuple[str, ...]] = field(default_factory=set)
    pending: dict[tuple[str, ...], Binding] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.guards = [guard for one in self.rule.conditions for guard in guards_of(one, True)]


# ---------------------------------------------------------------- rules of a problem


def _rules(problem: Problem) -> Iterator[Rule]:
    for action in problem.domain.actions.values():
        yield from _rules_of_action(action)
    for axiom in problem.domain.axioms:
        head = Atom(axiom.head.name, tuple(p.name for p in axiom.head.parameters))
        conditions = tuple(conjuncts(axiom.body))
        yield Rule(head, True, axiom.head.parameters, conditions, added=(head,))


def _rules_of_action(action: Action) -> Iterator[Rule]:
    source = Atom(action.name, tuple(p.name for p in action.parameters))
    # An effect with the parameters and conditions around it, and how its variables are called here.
    todo: deque[tuple[Effect, tuple[Parameter, ...], tuple[Formula, ...], Mapping[str, str]]]
    todo = deque([(action.effect, action.parameters, tuple(conjuncts(action.precondition)), {})])
    while todo:
        effect, parameters, conditions, names = todo.popleft()
        match effect:
            case Effects(parts):
                added = tuple(ground_atom(one.atom, names) for one in parts if isinstance(one, Add))
                deleted = tuple(
                    ground_atom(one.atom, names) for one in parts if isinstance(one, Delete)
                )
                if added or deleted:
                    yield Rule(source, False, parameters, conditions, added, deleted)
                for part in parts:
                    if isinstance(part, Effects | When | ForAllEffect):
                        todo.append((part, parameters, conditions, names))
            case Add() | Delete():
                todo.append((Effects((effect,)), parameters, conditions, names))
            case When(condition, inner):
                more = tuple(conjuncts(substitute(condition, names)))
                todo.append((inner, parameters, (*conditions, *more), names))
            case ForAllEffect(own, inner):
                taken = {p.name for p in parameters}
                renamed = {p.name: _fresh(p.name, taken) for p in own}
                own = tuple(Parameter(renamed[p.name], p.types) for p in own)
                todo.append((inner, (*parameters, *own), conditions, {**names, **renamed}))


def _fresh(name: str, taken: AbstractSet[str]) -> str:
    while name in taken:
        name += "'"
    return name


def conjuncts(formula: Formula) -> Iterator[Formula]:
    """The parts that `formula` needs all together."""
    match formula:
        case And(parts):
            for part in parts:
                yield from conjuncts(part)
        case Not(Not(part)):
            yield from conjuncts(part)
        case Not(Or(parts)):
            for part in parts:
                yield from conjuncts(Not(part))
        case Not(Imply(left, right)):
            yield from conjuncts(left)
            yield from conjuncts(Not(right))
        case _:
            yield formula


def variables_of(formulas: Iterable[Formula]) -> frozenset[str]:
    """The free variables of `formulas`."""
    found: set[str] = set()
    for formula in formulas:
        match formula:
            case Atom(_, args):
                found.update(term for term in args if term[0] == "?")
            case Equals(left, right):
                found.update(term for term in (left, right) if term[0] == "?")
            case Not(part):
                found |= variables_of((part,))
            case And(parts) | Or(parts):
                found |= variables_of(parts)
            case Imply(left_part, right_part):
                found |= variables_of((left_part, right_part))
            case ForAll(parameters, body) | Exists(parameters, body):
                found |= variables_of((body,)) - {p.name for p in parameters}
    return frozenset(found)
