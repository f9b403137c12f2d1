"""What each step of a plan is for: causal links from a fact's producer to its consumers.

After McAllester & Rosenblitt, "Systematic nonlinear planning" (AAAI 1991). Of a disjunction or an
`exists`, the links support the first part that holds; a derived fact is traced to the facts that
it was derived from.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from planscript.runtime.pddl.model import (
    And,
    Atom,
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
    Problem,
    When,
)
from planscript.runtime.planner.semantics import (
    Binding,
    Interpreter,
    State,
    Table,
    ground_atom,
    guards_of,
)

START = -1  # the producer of a fact that held from the beginning

Literal = Atom | Not  # a ground atom, or the negation of one


@dataclass(frozen=True, slots=True)
class CausalLink:
    """Step `producer` (or START) makes `literal` true, and step `consumer` needs it.

    Steps are counted from 0; a consumer equal to the length of the plan is the goal.
    """

    producer: int
    literal: Literal
    consumer: int


def causal_links(problem: Problem, plan: Sequence[Atom]) -> tuple[CausalLink, ...]:
    """The links of a valid plan, ordered by consumer. A step needs its precondition and the
    conditions of its conditional effects that act.

    Raises InapplicableAction where a step cannot be taken, and ValueError where the goal is missed.
    """
    interpreter = Interpreter(problem)
    made: dict[Literal, int] = {}
    links: list[CausalLink] = []
    state = problem.init

    def consume(support: _Support, needs: Iterable[Literal], consumer: int) -> None:
        for literal in support.settled(needs):
            links.append(CausalLink(made.get(literal, START), literal, consumer))

    for index, action in enumerate(plan):
        after = interpreter.successor(state, action)
        schema = problem.domain.actions[action.name]
        names = (p.name for p in schema.parameters)
        binding = dict(zip(names, action.args, strict=True))
        support = _Support(interpreter, state)
        needs = support.of_action(schema.precondition, schema.effect, binding)
        consume(support, needs, index)
        for atom in after - state:
            made[atom] = index
        for atom in state - after:
            made[Not(atom)] = index
        state = after
    support = _Support(interpreter, state)
    if not support.holds(problem.goal, {}):
        raise ValueError("the plan does not reach the goal")
    consume(support, support.of(problem.goal, {}, True), len(plan))
    return tuple(links)


def purpose(links: Sequence[CausalLink], step: int) -> tuple[CausalLink, ...]:
    """What step number `step` (from 0) is for: the links that it produces."""
    return tuple(link for link in links if link.producer == step)


class _Support:
    """The ground literals of a state that make formulas true in it."""

    def __init__(self, interpreter: Interpreter, state: State) -> None:
        self.interpreter = interpreter
        self.state = state
        self.derived = interpreter.problem.domain.derived
        self._tables: dict[str, Table] | None = None
        self._reasons: dict[Atom, tuple[Literal, ...]] = {}

    # ------------------------------------------------------------ the state, as formulas see it

    def has(self, atom: Atom) -> bool:
        """Whether a ground atom holds."""
        if atom.name in self.derived:
            return atom.args in self.rows(atom.name).rows
        return atom in self.state

    def rows(self, name: str) -> Table:
        """The argument tuples for which predicate `name` holds."""
        if self._tables is None:
            names = self.interpreter.problem.domain.predicates
            self._tables = tables = {one: Table() for one in names}
            # Sorted, so that the same witness is named in each run.
            for fact in sorted(self.state, key=lambda atom: (atom.name, atom.args)):
                tables[fact.name].add(fact.args)
            self._derive(tables)
        return self._tables[name]

    def _derive(self, tables: dict[str, Table]) -> None:
        """Derive facts one by one, each with its reasons: so no fact is a reason for itself."""
        for layer in self.interpreter.strata:
            grown = True
            while grown:
                grown = False
                for axiom in layer:
                    parameters, table = axiom.head.parameters, tables[axiom.head.name]
                    guards = guards_of(axiom.body, True)
                    for binding in list(self.interpreter.bindings(parameters, guards, self, {})):
                        row = tuple(binding[p.name] for p in parameters)
                        if row not in table.rows and self.holds(axiom.body, binding):
                            reasons = tuple(self.settled(self.of(axiom.body, binding, True)))
                            self._reasons[Atom(axiom.head.name, row)] = reasons
                            table.add(row)
                            grown = True

    def holds(self, formula: Formula, binding: Binding) -> bool:
        """Whether `formula` is true."""
        return self.interpreter.true_in(formula, self, binding)

    # ------------------------------------------------------------ support

    def of_action(
        self, precondition: Formula, effect: Effect, binding: Binding
    ) -> Iterator[Literal]:
        """What an action needs in order to be taken and to have the effects that it has here."""
        yield from self.of(precondition, binding, True)
        yield from self._of_effect(effect, binding)

    def _of_effect(self, effect: Effect, binding: Binding) -> Iterator[Literal]:
        match effect:
            case Effects(parts):
                for part in parts:
                    yield from self._of_effect(part, binding)
            case When(condition, inner):
                if self.holds(condition, binding):
                    yield from self.of(condition, binding, True)
                    yield from self._of_effect(inner, binding)
            case ForAllEffect(parameters, inner):
                guards = guards_of(inner.condition, True) if isinstance(inner, When) else []
                for extended in self.interpreter.bindings(parameters, guards, self, binding):
                    yield from self._of_effect(inner, extended)

    def of(self, formula: Formula, binding: Binding, wanted: bool) -> Iterator[Literal]:
        """Literals that give `formula` the truth value `wanted`, which it must have."""
        match formula:
            case Atom():
                yield from self._of_atom(ground_atom(formula, binding), wanted)
            case Equals():
                return
            case Not(part):
                yield from self.of(part, binding, not wanted)
            case And(parts) | Or(parts):
                if isinstance(formula, And) == wanted:
                    for part in parts:
                        yield from self.of(part, binding, wanted)
                else:
                    decisive = (one for one in parts if self.holds(one, binding) == wanted)
                    yield from self.of(next(decisive), binding, wanted)
            case Imply(left, right):
                yield from self.of(Or((Not(left), right)), binding, wanted)
            case ForAll(parameters, body) | Exists(parameters, body):
                if isinstance(formula, ForAll) == wanted:
                    for extended in self.interpreter.bindings(parameters, (), self, binding):
                        yield from self.of(body, extended, wanted)
                    return
                guards = guards_of(body, wanted)
                for extended in self.interpreter.bindings(parameters, guards, self, binding):
                    if self.holds(body, extended) == wanted:
                        yield from self.of(body, extended, wanted)
                        return

    def _of_atom(self, atom: Atom, wanted: bool) -> Iterator[Literal]:
        if wanted and atom.name in self.derived:
            self.rows(atom.name)  # derives
            yield from self._reasons[atom]
        else:
            yield atom if wanted else Not(atom)

    def settled(self, literals: Iterable[Literal]) -> Iterator[Literal]:
        """`literals`, each once; for a derived fact that is false, what makes its rules fail."""
        seen: set[Literal] = set()
        todo = deque(literals)
        while todo:
            literal = todo.popleft()
            if literal in seen:
                continue
            seen.add(literal)
            atom = literal.part if isinstance(literal, Not) else literal
            assert isinstance(atom, Atom)
            if atom.name not in self.derived:
                yield literal
                continue
            for axiom in self.interpreter.problem.domain.axioms:
                if axiom.head.name == atom.name:
                    names = (p.name for p in axiom.head.parameters)
                    binding = dict(zip(names, atom.args, strict=True))
                    todo.extend(self.of(axiom.body, binding, False))
