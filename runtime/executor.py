"""Acting: plan, check, perform, observe, and plan anew when the world is not as expected.

Works on a `World`, ground actions and goals; knows nothing of scripts, words or the model.
Everything is bounded: failed steps by `retries`, plans by `max_replans`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from planscript.runtime.pddl.model import (
    And,
    Atom,
    Domain,
    Equals,
    Formula,
    Not,
    Or,
    Parameter,
    Problem,
)
from planscript.runtime.planner.solve import Options, Result
from planscript.runtime.planner.status import Status
from planscript.runtime.world import World, overlay

Plan = tuple[Atom, ...]
Perform = Callable[[Atom], bool]
Emit = Callable[[str, Mapping[str, Any]], None]


class StepFailed(Exception):
    """A handler could not carry out its step; the message says why."""


@dataclass(frozen=True, slots=True)
class Policy:
    """How long to go on.

    `retries`: how often one and the same step may fail before it is left out of further plans;
    `max_replans`: how many plans may be made for one goal.
    """

    retries: int = 3
    max_replans: int = 50


@dataclass(frozen=True)
class Outcome:
    """How an attempt ended.

    `status` is "achieved", "unsolvable" (no plan from here), "limit" (time, memory, search bounds)
    or "gave_up" (steps kept failing); `reason` says why in words, `result` is the planner's last.
    """

    status: Literal["achieved", "unsolvable", "limit", "gave_up"]
    reason: str = ""
    steps: tuple[Atom, ...] = ()
    plans: int = 0
    result: Result | None = None


@dataclass
class Executor:
    """Pursues goals in one world.

    `solve` plans; `perform` carries out one step and says whether it had a handler (it raises
    StepFailed where the handler failed; facts that the handler observes it writes to the world);
    `emit(kind, details)` is told every event as it happens; `why_not` explains a problem that has
    no plan.
    """

    world: World
    solve: Callable[[Problem, Options], Result]
    perform: Perform
    emit: Emit
    why_not: Callable[[Problem, Result], str]
    _observed: list[tuple[Atom, bool]] = field(default_factory=list)

    def observe(self, literals: Sequence[tuple[Atom, bool]]) -> None:
        """The world was told these literals (`now`) while a step was being carried out."""
        self._observed.extend(literals)

    def achieve(
        self,
        goal: Formula,
        options: Options,
        policy: Policy = Policy(),
        keeping: Formula | None = None,
    ) -> Outcome:
        """Makes the goal true, or says why it gave up.

        `keeping` holds in every state on the way. Where a step fails or the world differs from
        what was expected, the rest of the plan goes on if it still leads to the goal; otherwise a
        new plan is made.
        """
        failures: dict[Atom, int] = {}
        done: list[Atom] = []
        plans = 0
        last_failure = ""
        while not self.world.holds(goal):
            if plans > policy.max_replans:
                return Outcome(
                    "gave_up", f"{plans} plans have not reached the goal", tuple(done), plans
                )
            excluded = frozenset(s for s, n in failures.items() if n > policy.retries)
            problem = constrained(self.world.problem(goal), keeping, excluded)
            result = self.solve(problem, options)
            if result.plan is None:
                return self._no_plan(problem, result, excluded, last_failure, done, plans)
            plans += 1
            steps = result.plan.steps
            self.emit("plan", {"steps": steps, "cost": result.plan.cost, "replan": plans > 1})
            failure = self._follow(list(steps), goal, keeping, done)
            if failure is not None:
                step, last_failure = failure
                failures[step] = failures.get(step, 0) + 1
        self.emit("achieved", {"goal": goal})
        return Outcome("achieved", "", tuple(done), plans)

    def execute(self, steps: Sequence[Atom]) -> Outcome:
        """Carries out a plan as it stands; stops where a step cannot be done."""
        done: list[Atom] = []
        for step in steps:
            if not self.world.applicable(step):
                reason = f"the precondition of {self.world.say_fact(step)} does not hold"
                return Outcome("gave_up", reason, tuple(done))
            failed = self._carry_out(step)
            if failed is not None:
                return Outcome("gave_up", failed, tuple(done))
            done.append(step)
        return Outcome("achieved", "", tuple(done))

    def _follow(
        self, steps: list[Atom], goal: Formula, keeping: Formula | None, done: list[Atom]
    ) -> tuple[Atom, str] | None:
        """Carries out steps as long as they lead to the goal; the step that failed and why."""
        while steps:
            step = steps.pop(0)
            if not self.world.applicable(step):
                self.emit("obstacle", {"step": step, "reason": "its precondition does not hold"})
                return None
            expected = self.world.successor(step)
            failed = self._carry_out(step)
            if failed is not None:
                return step, failed
            done.append(step)
            if self.world.state != expected:
                self.emit(
                    "deviation",
                    {
                        "step": step,
                        "missing": expected - self.world.state,
                        "unexpected": self.world.state - expected,
                    },
                )
                if not self._still_valid(steps, goal, keeping):
                    return None
        return None

    def _still_valid(self, steps: Sequence[Atom], goal: Formula, keeping: Formula | None) -> bool:
        state = self.world.state
        for step in steps:
            if keeping is not None and not self.world.holds(keeping, state):
                return False
            if not self.world.applicable(step, state):
                return False
            state = self.world.successor(step, state)
        return self.world.holds(goal, state)

    def _carry_out(self, step: Atom) -> str | None:
        """One step; None, or why it failed. What the handler observed outweighs the effects."""
        before = self.world.state
        outer, self._observed = self._observed, []
        self.emit("step", {"step": step})
        try:
            self.perform(step)
        except StepFailed as failure:
            self.emit("failed", {"step": step, "reason": str(failure)})
            return str(failure) or "the step failed"
        else:
            after = self.world.successor(step, before)
            if self.world.state == before and not self._observed:
                self.world.set_state(after, "step")
            else:
                told = [(a, True) for a in self.world.state - before]
                told += [(a, False) for a in before - self.world.state]
                self.world.set_state(overlay(after, [*told, *self._observed]), "step")
            self.emit("done", {"step": step})
            return None
        finally:
            self._observed = [*outer, *self._observed] if outer else outer

    def _no_plan(
        self,
        problem: Problem,
        result: Result,
        excluded: frozenset[Atom],
        last_failure: str,
        done: list[Atom],
        plans: int,
    ) -> Outcome:
        if excluded:
            names = ", ".join(sorted(self.world.say_fact(step) for step in excluded))
            reason = f"{names} keeps failing ({last_failure}), and there is no plan without it"
            return Outcome("gave_up", reason, tuple(done), plans, result)
        reason = self.why_not(problem, result)
        proven = result.status in (Status.UNSOLVABLE, Status.EXHAUSTED)
        return Outcome("unsolvable" if proven else "limit", reason, tuple(done), plans, result)


def constrained(
    problem: Problem, keeping: Formula | None, excluded: frozenset[Atom] = frozenset()
) -> Problem:
    """The problem with `keeping` true in every state, and without the excluded ground actions.

    A state is left only by an action, so `keeping` is a precondition of each action and part of the
    goal.
    """
    if keeping is None and not excluded:
        return problem
    domain = problem.domain
    actions = {}
    for name, action in domain.actions.items():
        parts = [action.precondition]
        if keeping is not None:
            parts.append(keeping)
        parts += [_not_with(action.parameters, step) for step in excluded if step.name == name]
        actions[name] = dataclasses.replace(action, precondition=And(tuple(parts)))
    changed = Domain(
        domain.name,
        domain.requirements,
        domain.types,
        domain.constants,
        domain.predicates,
        domain.functions,
        actions,
        domain.axioms,
    )
    goal = problem.goal if keeping is None else And((problem.goal, keeping))
    return dataclasses.replace(problem, domain=changed, goal=goal)


def _not_with(parameters: Sequence[Parameter], step: Atom) -> Formula:
    """That the parameters are not just the arguments of `step`."""
    return Or(tuple(Not(Equals(p.name, a)) for p, a in zip(parameters, step.args, strict=True)))
