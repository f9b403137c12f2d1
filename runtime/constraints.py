"""What a plan may not do: leave states where `keeping` is false, or take steps that are to be avoided.

Only changes problems, so that whatever plans for them keeps the constraints; the executor checks
them again while acting.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

from planscript.runtime.pddl.model import FALSE, And, Atom, Equals, Formula, Not, Or, Problem


@dataclass(frozen=True, slots=True)
class StepPattern:
    """Steps of one action: with these arguments, None standing for any; `args` None: all steps."""

    action: str
    args: tuple[str | None, ...] | None = None

    def matches(self, step: Atom) -> bool:
        """Whether the step is one of these."""
        if step.name != self.action:
            return False
        pairs = zip(self.args or (), step.args, strict=False)
        return all(wanted is None or wanted == given for wanted, given in pairs)


def constrained(
    problem: Problem,
    keeping: Formula | None = None,
    avoiding: Sequence[StepPattern] = (),
) -> Problem:
    """The problem with `keeping` true in every state, and without the steps of `avoiding`.

    A state is left only by an action, so `keeping` is a precondition of each action and part of the
    goal.
    """
    if keeping is None and not avoiding:
        return problem
    actions = {}
    for name, action in problem.domain.actions.items():
        parts = [action.precondition]
        if keeping is not None:
            parts.append(keeping)
        terms = [p.name for p in action.parameters]
        parts += [_other_than(terms, one) for one in avoiding if one.action == name]
        actions[name] = dataclasses.replace(action, precondition=And(tuple(parts)))
    domain = dataclasses.replace(problem.domain, actions=actions)
    goal = problem.goal if keeping is None else And((problem.goal, keeping))
    return dataclasses.replace(problem, domain=domain, goal=goal)


def _other_than(terms: Sequence[str], pattern: StepPattern) -> Formula:
    """That the terms do not match the pattern."""
    if pattern.args is None:
        return FALSE
    pairs = zip(terms, pattern.args, strict=True)
    return Or(tuple(Not(Equals(term, arg)) for term, arg in pairs if arg is not None))
