"""The current state of a world: which facts hold, questions about it, changes to it, snapshots.

States are sets of ground atoms over `runtime/pddl/model.py`; the meaning of formulas and actions is
that of `runtime/planner/validate.py`. What is planned on is the *belief*: the state, and a marker
for each fact that is not known (`sensing.py`). Nothing here plans or talks to handlers.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from planscript.lang.diagnostics import Diagnostic, PlanscriptError
from planscript.runtime.constraints import StepPattern
from planscript.runtime.lowering import Names
from planscript.runtime.pddl.model import (
    And,
    Atom,
    Domain,
    Formula,
    Not,
    Parameter,
    Problem,
)
from planscript.runtime.planner.validate import Interpreter
from planscript.runtime.sensing import Literal, Sensing

Belief = frozenset[Atom]


@dataclass(frozen=True, slots=True)
class Change:
    """One change of the world: what became true, what became false, and why."""

    added: frozenset[Atom]
    deleted: frozenset[Atom]
    cause: str


class World:
    """A domain, its objects, and the facts that hold now.

    `unknown` are facts of which nobody knows whether they hold (they count as false where a script
    asks); `observes` gives the facts that each action finds out.
    """

    def __init__(
        self,
        name: str,
        domain: Domain,
        names: Names,
        objects: Mapping[str, Parameter],
        init: Iterable[Atom],
        values: Mapping[Atom, Fraction],
        goal: Formula | None = None,
        minimise_cost: bool = False,
        unknown: Iterable[Atom] = (),
        observes: Mapping[str, tuple[Atom, ...]] | None = None,
    ) -> None:
        self.name = name
        self.domain = domain
        self.names = names
        self.goal: Any = goal  # a formula, or the goal value of a script
        self._problem = Problem(
            name, domain, dict(objects), frozenset(init), And(()), dict(values), minimise_cost
        )
        self._interpreter = Interpreter(self._problem)
        self.state: frozenset[Atom] = self._problem.init
        self.unknown = frozenset(unknown) - self.state
        self.sensing: Sensing | None = None
        self._planning = self._interpreter
        if self.unknown or observes:
            self.sensing = Sensing(domain, observes or {}, {fact.name for fact in self.unknown})
            compiled = dataclasses.replace(self._problem, domain=self.sensing.domain)
            self._planning = Interpreter(compiled)
        self.log: list[Change] = []

    @property
    def objects(self) -> Mapping[str, Parameter]:
        """The objects and constants by their model names."""
        return self._problem.objects

    def objects_of(self, type_name: str) -> tuple[str, ...]:
        """The model names of the objects of a type, in order of declaration."""
        return self._problem.by_type[type_name]

    def problem(self, goal: Formula) -> Problem:
        """The planning problem: from the world as it is believed to be now to `goal`."""
        sensing = self.sensing
        return dataclasses.replace(
            self._problem,
            domain=self.domain if sensing is None else sensing.domain,
            init=self.belief,
            goal=goal if sensing is None else sensing.certain(goal),
        )

    def plain_problem(self, goal: Formula) -> Problem:
        """The planning problem from the facts that hold now to `goal`, as if all were known."""
        return dataclasses.replace(self._problem, domain=self.domain, init=self.state, goal=goal)

    def holds(self, formula: Formula, state: frozenset[Atom] | None = None) -> bool:
        """Whether the formula is true now (or in `state`), derived predicates included."""
        return self._interpreter.holds(formula, self.state if state is None else state)

    # ------------------------------------------------ belief: what plans are made and checked on

    @property
    def belief(self) -> Belief:
        """The facts that hold, and the markers of those that are not known."""
        if self.sensing is None or not self.unknown:
            return self.state
        return self.state | {self.sensing.marker(fact) for fact in self.unknown}

    def certain(self, formula: Formula, belief: Belief | None = None) -> bool:
        """Whether the formula is known to be true now (or in `belief`)."""
        if self.sensing is not None:
            formula = self.sensing.certain(formula)
        return self._planning.holds(formula, self.belief if belief is None else belief)

    def successor(self, step: Atom, belief: Belief | None = None) -> Belief:
        """The belief after a step of a plan; its precondition must hold."""
        return self._planning.successor(self.belief if belief is None else belief, step)

    def applicable(self, step: Atom, belief: Belief | None = None) -> bool:
        """Whether the precondition of a step of a plan is known to hold."""
        return self._planning.failure(self.belief if belief is None else belief, step) is None

    def believe(self, belief: Belief, cause: str) -> None:
        """Replaces state and unknown facts."""
        if self.sensing is not None:
            known = frozenset(f for f in self.unknown if self.sensing.marker(f) not in belief)
            self.unknown -= known
            belief = frozenset(fact for fact in belief if fact.name in self.domain.predicates)
        self.set_state(belief, cause)

    def planned_with(
        self, keeping: Formula | None, avoiding: Iterable[StepPattern]
    ) -> tuple[Formula | None, list[StepPattern]]:
        """The constraints on plans, in the terms of the domain that is planned in."""
        patterns = list(avoiding)
        if self.sensing is None:
            return keeping, patterns
        variants = [
            StepPattern(name, one.args)
            for one in patterns
            for name in self.sensing.variants_of(one.action)
        ]
        keeping = None if keeping is None else self.sensing.certain(keeping)
        return keeping, [*patterns, *variants]

    def real(self, step: Atom) -> Atom:
        """The step that is carried out for a step of a plan (see `sensing.py`)."""
        return step if self.sensing is None else self.sensing.real(step)

    def observed_by(self, step: Atom) -> list[Atom]:
        """The ground facts that a step finds out."""
        return [] if self.sensing is None else self.sensing.observed(step)

    # ------------------------------------------------ changes

    def set_state(self, state: frozenset[Atom], cause: str) -> None:
        """Replaces the state and logs the difference."""
        if state != self.state:
            self.log.append(Change(state - self.state, self.state - state, cause))
            self.state = state

    def learn(self, literals: Iterable[Literal], cause: str) -> None:
        """Makes each literal true; its fact is known from now on."""
        told = list(literals)
        self.unknown -= {atom for atom, _ in told}
        self.set_state(overlay(self.state, told), cause)

    def now(self, formula: Formula, cause: str = "now") -> list[tuple[Atom, bool]]:
        """Makes a conjunction of ground literals true; returns the literals.

        Raises PlanscriptError for anything but literals, for a derived predicate, and for a
        formula that says a fact and its opposite.
        """
        literals = self.literals(formula)
        wanted: dict[Atom, bool] = {}
        for atom, positive in literals:
            if wanted.setdefault(atom, positive) != positive:
                raise _refused(f"`now` cannot make {self.say_fact(atom)} both true and false")
        self.learn(literals, cause)
        return literals

    def literals(self, formula: Formula) -> list[tuple[Atom, bool]]:
        """The ground literals of a conjunction, each with its sign."""
        found: list[tuple[Atom, bool]] = []
        todo: list[Formula] = [formula]
        while todo:
            part = todo.pop()
            match part:
                case And(parts):
                    todo.extend(reversed(parts))
                case Atom():
                    found.append((part, True))
                case Not(Atom() as atom):
                    found.append((atom, False))
                case _:
                    raise _refused(
                        "`now` takes facts and `not` facts joined by `and`",
                        "write each fact that becomes true or false",
                    )
        for atom, _ in found:
            if atom.name in self.domain.derived:
                raise _refused(
                    f"`{self.names.to_script(atom.name)}` is derived: it follows from other facts",
                    "change the facts that it follows from",
                )
        return found

    def say_fact(self, atom: Atom) -> str:
        """The fact as a script writes it: `on(apple, table)`."""
        inside = ", ".join(self.names.to_script(arg) for arg in atom.args)
        return f"{self.names.to_script(atom.name)}({inside})"


def overlay(state: frozenset[Atom], literals: Iterable[tuple[Atom, bool]]) -> frozenset[Atom]:
    """The state with each literal made true, in order."""
    facts = set(state)
    for atom, positive in literals:
        (facts.add if positive else facts.discard)(atom)
    return frozenset(facts)


def _refused(title: str, hint: str = "") -> PlanscriptError:
    return PlanscriptError(Diagnostic("E0617", title, hint=hint))
