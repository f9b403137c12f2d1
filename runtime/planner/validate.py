"""Whether a plan is valid, what it costs, and otherwise which step fails and why.

An independent check of the planner: it rests on `semantics.py` alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from planscript.lang.records import dataclass
from planscript.runtime.pddl.model import Atom, Formula, Problem
from planscript.runtime.pddl.writer import write_formula
from planscript.runtime.planner.semantics import (
    Failure,
    InapplicableAction,
    Interpreter,
    State,
    Step,
)

__all__ = [
    "Failure",
    "InapplicableAction",
    "Interpreter",
    "Step",
    "Validation",
    "applicable",
    "evaluate",
    "successor",
    "validate",
]


@dataclass(frozen=True, slots=True)
class Validation:
    """The verdict on a plan.

    `cost` is the cost of the steps that could be taken, in the problem's units. Where the plan is
    not valid, `step` is the index of the step that fails, counted from 0, or None where all steps
    can be taken but the goal is not met; `failure` says why.
    """

    valid: bool
    cost: Fraction
    step: int | None = None
    failure: Failure | None = None


def validate(problem: Problem, plan: Sequence[Atom]) -> Validation:
    """Whether `plan` leads from the initial state of `problem` to its goal, and at what cost."""
    interpreter = Interpreter(problem)
    state = problem.init
    cost = Fraction(0)
    for index, action in enumerate(plan):
        step = interpreter.attempt(state, action)
        if isinstance(step, Failure):
            return Validation(False, cost, index, step)
        state, cost = step.state, cost + step.cost
    unmet = interpreter.unmet(problem.goal, state)
    if unmet is not None:
        message = f"the goal {write_formula(unmet)} does not hold at the end"
        return Validation(False, cost, None, Failure("goal", message, unmet))
    return Validation(True, cost)


def evaluate(formula: Formula, state: State, problem: Problem) -> bool:
    """Whether a formula without free variables holds in `state` (axioms of the domain included)."""
    return Interpreter(problem).holds(formula, state)


def applicable(problem: Problem, state: State, action: Atom) -> bool:
    """Whether `action` exists, is applied to objects of its types, and can be taken in `state`."""
    return Interpreter(problem).failure(state, action) is None


def successor(problem: Problem, state: State, action: Atom) -> frozenset[Atom]:
    """The state after `action` in `state`.

    Raises InapplicableAction where it cannot be taken.
    """
    return Interpreter(problem).successor(state, action)
