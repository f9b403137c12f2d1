"""The current state of a world: which facts hold, questions about it, changes to it, snapshots.

States are sets of ground atoms over `runtime/pddl/model.py`; the meaning of formulas and actions is
that of `runtime/planner/validate.py`. Nothing here plans or talks to handlers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from planscript.lang.diagnostics import Diagnostic, PlanscriptError
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


@dataclass(frozen=True, slots=True)
class Change:
    """One change of the world: what became true, what became false, and why."""

    added: frozenset[Atom]
    deleted: frozenset[Atom]
    cause: str


class World:
    """A domain, its objects, and the facts that hold now."""

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
    ) -> None:
        self.name = name
        self.domain = domain
        self.names = names
        self.goal = goal
        self._problem = Problem(
            name, domain, dict(objects), frozenset(init), And(()), dict(values), minimise_cost
        )
        self._interpreter = Interpreter(self._problem)
        self.state: frozenset[Atom] = self._problem.init
        self.log: list[Change] = []

    @property
    def objects(self) -> Mapping[str, Parameter]:
        """The objects and constants by their model names."""
        return self._problem.objects

    def objects_of(self, type_name: str) -> tuple[str, ...]:
        """The model names of the objects of a type, in order of declaration."""
        return self._problem.by_type[type_name]

    def problem(self, goal: Formula) -> Problem:
        """The planning problem: from the world as it is now to `goal`."""
        base = self._problem
        return Problem(
            self.name,
            self.domain,
            base.objects,
            self.state,
            goal,
            base.values,
            base.minimise_cost,
        )

    def holds(self, formula: Formula, state: frozenset[Atom] | None = None) -> bool:
        """Whether the formula is true now (or in `state`), derived predicates included."""
        return self._interpreter.holds(formula, self.state if state is None else state)

    def successor(self, step: Atom, state: frozenset[Atom] | None = None) -> frozenset[Atom]:
        """The state after the ground action `step`; its precondition must hold."""
        return self._interpreter.successor(self.state if state is None else state, step)

    def applicable(self, step: Atom, state: frozenset[Atom] | None = None) -> bool:
        """Whether the precondition of the ground action `step` holds."""
        return self._interpreter.failure(self.state if state is None else state, step) is None

    def set_state(self, state: frozenset[Atom], cause: str) -> None:
        """Replaces the state and logs the difference."""
        if state != self.state:
            self.log.append(Change(state - self.state, self.state - state, cause))
            self.state = state

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
        self.set_state(overlay(self.state, literals), cause)
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
    return PlanscriptError(Diagnostic("E0701", title, hint=hint))
