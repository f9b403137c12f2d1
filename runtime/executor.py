"""Acting: plan, check, perform, observe, and go on, try again or plan anew when the world differs.

Works on a `World`, ground actions and goals; knows nothing of scripts, words or the model. The
cycle is that of Ghallab, Nau & Traverso, "Automated Planning and Acting" (2016), section 2.1.
Everything is bounded by the `Policy`.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Literal

from planscript.runtime.constraints import StepPattern, constrained
from planscript.runtime.events import Event
from planscript.runtime.pddl.model import Atom, Formula, Problem
from planscript.runtime.planner.solve import Options, Result
from planscript.runtime.planner.status import Status
from planscript.runtime.planner.validate import validate
from planscript.runtime.policies import Decision, Failure, Policy, StepInDoubt, decide
from planscript.runtime.world import Belief, World, overlay

Plan = tuple[Atom, ...]
Emit = Callable[[str, Mapping[str, Any]], None]


class StepFailed(Exception):
    """A handler could not carry out its step; the message says why."""

    def __init__(self, reason: str, timed_out: bool = False) -> None:
        super().__init__(reason)
        self.timed_out = timed_out


@dataclass(frozen=True)
class Outcome:
    """How an attempt ended.

    `status` is "achieved", "unsolvable" (no plan from here), "limit" (time, memory, search bounds)
    or "gave_up" (a bound of the policy, or an order to stop); `reason` says why in words, `result`
    is the planner's last.
    """

    status: Literal["achieved", "unsolvable", "limit", "gave_up"]
    reason: str = ""
    steps: tuple[Atom, ...] = ()
    plans: int = 0
    result: Result | None = None


def _no_events() -> Sequence[Event]:
    return ()


def _nothing_clears_up(step: Atom) -> bool:
    return False


@dataclass
class Executor:
    """Pursues goals in one world.

    Args:
        world: what is acted in.
        solve: plans.
        perform: carries out a step and says whether it had a handler; raises StepFailed where the
            handler failed. What the handler observes it writes to the world.
        emit: is told every event as it happens.
        why_not: explains a problem that has no plan.
        poll: gives the outside events that have come in.
        judge: the decision of the script's `on fail` clause about a failure, if it makes one.
        policy_of: the policy for the steps of an action.
        approve: whether a step that cannot be undone may be carried out.
        clear_up: finds out whether a step in doubt was done, and writes what it found to the
            world; False where it says that the step was done as planned.
        pause: waits for so many seconds.
        irreversible: the actions that cannot be undone.
    """

    world: World
    solve: Callable[[Problem, Options], Result]
    perform: Callable[[Atom], bool]
    emit: Emit
    why_not: Callable[[Problem, Result], str]
    poll: Callable[[], Sequence[Event]] = _no_events
    judge: Callable[[Failure], Decision | None] = lambda failure: None
    policy_of: Callable[[Atom, Policy], Policy] = lambda step, policy: policy
    approve: Callable[[Atom], bool] = lambda step: True
    clear_up: Callable[[Atom], bool] = _nothing_clears_up
    pause: Callable[[float], None] = lambda seconds: None
    irreversible: frozenset[str] = frozenset()
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
        avoiding: Sequence[StepPattern] = (),
    ) -> Outcome:
        """Makes the goal true, or says why it gave up.

        `keeping` holds in every state on the way, and no step of `avoiding` is taken. Where a step
        fails or the world differs from what was expected, the rest of the plan goes on if it still
        leads to the goal; otherwise a new plan is made.
        """
        return _Pursuit(self, goal, options, policy, keeping, avoiding).run()

    def execute(self, steps: Sequence[Atom]) -> Outcome:
        """Carries out a plan as it stands; stops where a step cannot be done."""
        done: list[Atom] = []
        for step in steps:
            interrupted = self.take_events()
            if interrupted:
                return Outcome("gave_up", interrupted, tuple(done))
            if not self.world.applicable(step):
                reason = f"the precondition of {self.world.say_fact(step)} does not hold"
                return Outcome("gave_up", reason, tuple(done))
            if not self.may(step):
                return Outcome(
                    "gave_up", f"{self.world.say_fact(step)} was not confirmed", tuple(done)
                )
            try:
                failure = self.carry_out(step)
            except StepInDoubt:
                failure = None if self.clear_up(step) else StepFailed("it was cut off")
            if failure is not None:
                return Outcome("gave_up", str(failure), tuple(done))
            done.append(step)
        return Outcome("achieved", "", tuple(done))

    # ------------------------------------------------ one step

    def take_events(self) -> str:
        """Writes to the world what came in from outside; why to stop, if an event says so."""
        interrupted = ""
        for event in self.poll():
            self.world.learn(event.literals, "event")
            self.emit("event", {"facts": event.literals, "interrupt": event.interrupt})
            if event.interrupt and not interrupted:
                said = ", ".join(self._say(literal) for literal in event.literals)
                interrupted = f"interrupted: {event.reason or said}"
        return interrupted

    def _say(self, literal: tuple[Atom, bool]) -> str:
        return ("" if literal[1] else "not ") + self.world.say_fact(literal[0])

    def may(self, step: Atom) -> bool:
        """Whether the step can be undone, or was approved."""
        if step.name not in self.irreversible or self.approve(step):
            return True
        self.emit("refused", {"step": step})
        return False

    def carry_out(self, planned: Atom) -> StepFailed | None:
        """One step of a plan; None, or how it failed.

        What the handler observed outweighs the effects; where it leaves the world as it was, the
        step has failed. Raises StepInDoubt.
        """
        world = self.world
        step, before = world.real(planned), world.belief
        outer, self._observed = self._observed, []
        self.emit("step", {"step": step})
        try:
            handled = self.perform(step)
            self._settle(planned if not handled else step, before)
            silent = [f for f in world.observed_by(step) if handled and f in world.unknown]
            if silent:
                raise StepFailed(f"it told nothing about {', '.join(map(world.say_fact, silent))}")
            if world.belief == before != world.successor(planned, before):
                raise StepFailed("it had no effect")
        except StepFailed as failure:
            self.emit("failed", {"step": step, "reason": str(failure), "observed": self._observed})
            return failure
        else:
            self.emit("done", {"step": step, "observed": self._observed})
            return None
        finally:
            self._observed = [*outer, *self._observed] if outer else outer

    def _settle(self, step: Atom, before: Belief) -> None:
        """The world after a step: its effects, and on top of them what was observed."""
        world = self.world
        after = world.successor(step, before)
        if world.belief != before or self._observed:
            known, now = world.unknown, world.belief
            told = [(a, True) for a in now - before] + [(a, False) for a in before - now]
            after = overlay(after, [*told, *self._observed])
            if world.sensing is not None:
                lost = {world.sensing.marker(atom) for atom, _ in self._observed}
                after -= lost - {world.sensing.marker(fact) for fact in known}
        world.believe(after, "step")


@dataclass
class _Pursuit:
    """One goal that is being pursued: the rest of the plan, and what has been tried."""

    executor: Executor
    goal: Formula
    options: Options
    policy: Policy
    keeping: Formula | None
    avoiding: Sequence[StepPattern]
    steps: list[Atom] = field(default_factory=list)  # of the plan, still to be done
    done: list[Atom] = field(default_factory=list)
    failures: Counter[Atom] = field(default_factory=Counter)
    excluded: dict[Atom, str] = field(default_factory=dict)  # and why
    plans: int = 0
    actions: int = 0
    broken: list[Atom] = field(default_factory=list)  # the plan before, where it broke down
    unchecked: bool = False  # the world has changed since the rest of the plan was checked

    def run(self) -> Outcome:
        world, emit = self.executor.world, self.executor.emit
        while True:
            state = world.belief
            interrupted = self.executor.take_events()
            if interrupted:
                return self._end("gave_up", interrupted)
            self.unchecked = self.unchecked or world.belief != state
            if self.keeping is not None and not world.certain(self.keeping):
                return self._end("gave_up", "what was to be kept does not hold (any more)")
            if world.certain(self.goal):
                emit("achieved", {"goal": self.goal, "steps": len(self.done), "plans": self.plans})
                return self._end("achieved")
            if self.unchecked:
                self._check_rest()
            ended = self._act() if self.steps else self._plan()
            if ended is not None:
                return ended

    def _end(self, status: Any, reason: str = "", result: Result | None = None) -> Outcome:
        return Outcome(status, reason, tuple(self.done), self.plans, result)

    # ------------------------------------------------ the rest of the plan

    def _check_rest(self) -> None:
        """Keeps the rest of the plan if it still leads to the goal, or the part that does."""
        self.unchecked = False
        for skipped in range(len(self.steps)):
            if self._leads_to_goal(self.steps[skipped:]):
                if skipped:
                    passed = [self.executor.world.real(step) for step in self.steps[:skipped]]
                    self.executor.emit("skip", {"steps": passed})
                    del self.steps[:skipped]
                return
        if self.steps:
            world = self.executor.world
            step = next((s for s in self.steps if not world.applicable(s)), self.steps[0])
            reason = "the rest of the plan no longer leads to the goal"
            if step is self.steps[0] and not world.applicable(step):
                reason = "its precondition does not hold"
            self.executor.emit("obstacle", {"step": world.real(step), "reason": reason})
            self.broken, self.steps = self.steps, []

    def _leads_to_goal(self, steps: Sequence[Atom]) -> bool:
        end = self._after(steps)
        return end is not None and self.executor.world.certain(self.goal, end)

    def _after(self, steps: Sequence[Atom]) -> Belief | None:
        """The belief after the steps; None where one cannot be taken or a constraint is broken."""
        world, belief = self.executor.world, self.executor.world.belief
        for step in steps:
            if not world.applicable(step, belief):
                return None
            belief = world.successor(step, belief)
            if self.keeping is not None and not world.certain(self.keeping, belief):
                return None
        return belief

    # ------------------------------------------------ planning

    def _plan(self) -> Outcome | None:
        """Makes a plan; the outcome where there is none."""
        if self.plans > self.policy.replans:
            return self._end("gave_up", f"{self.plans} plans have not reached the goal")
        world = self.executor.world
        problem = self._problem(world.belief)
        result = self.executor.solve(problem, self.options)
        if result.plan is None:
            return self._no_plan(problem, result)
        self.plans += 1
        self.steps, cost = list(result.plan.steps), result.plan.cost
        if self.broken and not result.optimal:
            self.steps, cost = self._cheaper(problem, self.steps, cost)
        self.broken = []
        self.executor.emit(
            "plan",
            {
                "steps": [world.real(step) for step in self.steps],
                "cost": cost,
                "replan": self.plans > 1,
            },
        )
        return None

    def _cheaper(
        self, problem: Problem, fresh: list[Atom], cost: Fraction
    ) -> tuple[list[Atom], Fraction]:
        """The fresh plan, or the broken one with a new end, if that is cheaper.

        An optimal plan is never dearer than one with a given beginning, so this is asked only where
        the search has not proved the fresh plan optimal.
        """
        world, prefix = self.executor.world, list(self.broken)
        while prefix and self._after(prefix) is None:
            prefix.pop()
        belief = self._after(prefix)
        if not prefix or belief is None:
            return fresh, cost
        result = self.executor.solve(self._problem(belief), self.options)
        if result.plan is None:
            return fresh, cost
        repaired = [*prefix, *result.plan.steps]
        verdict = validate(problem, repaired)
        if not verdict.valid or verdict.cost >= cost:
            return fresh, cost
        self.executor.emit("keep", {"steps": [world.real(step) for step in prefix]})
        return repaired, verdict.cost

    def _problem(self, belief: Belief) -> Problem:
        world = self.executor.world
        problem = dataclasses.replace(world.problem(self.goal), init=belief)
        avoiding = [*self.avoiding]
        avoiding += [StepPattern(step.name, step.args) for step in self.excluded]
        return constrained(problem, *world.planned_with(self.keeping, avoiding))

    def _no_plan(self, problem: Problem, result: Result) -> Outcome:
        proven = result.status in (Status.UNSOLVABLE, Status.EXHAUSTED)
        if self.excluded and proven:
            say = self.executor.world.say_fact
            reasons = "; ".join(f"{say(step)} {why}" for step, why in self.excluded.items())
            return self._end("gave_up", f"{reasons}, and there is no plan without it", result)
        reason = self.executor.why_not(problem, result)
        return self._end("unsolvable" if proven else "limit", reason, result)

    # ------------------------------------------------ acting

    def _act(self) -> Outcome | None:
        """Carries out the next step; the outcome where that ends the pursuit."""
        executor, world, planned = self.executor, self.executor.world, self.steps[0]
        step = world.real(planned)
        if not world.applicable(planned) or any(one.matches(step) for one in self.avoiding):
            reason = "its precondition does not hold, or it is to be avoided"
            executor.emit("obstacle", {"step": step, "reason": reason})
            self.steps = []
            return None
        expected = world.successor(planned)
        if expected == world.belief:  # what it is for has been achieved already
            executor.emit("skip", {"steps": [step]})
            del self.steps[0]
            return None
        if self.actions >= self.policy.max_actions:
            return self._end("gave_up", f"{self.actions} steps have not reached the goal")
        if not executor.may(step):
            self._exclude(step, "was not confirmed")
            return None
        self.actions += 1
        try:
            failure = executor.carry_out(planned)
        except StepInDoubt:
            self._doubt(planned, expected)
            return None
        if failure is not None:
            return self._failed(planned, failure)
        self.done.append(step)
        del self.steps[0]
        self._compare(step, expected)
        return None

    def _compare(self, step: Atom, expected: Belief) -> None:
        now = self.executor.world.belief
        if now != expected:
            self.executor.emit(
                "deviation",
                {"step": step, "missing": expected - now, "unexpected": now - expected},
            )
            self.unchecked = True

    def _doubt(self, planned: Atom, expected: Belief) -> None:
        """A step may have been done before the process ended: find out and go on."""
        world = self.executor.world
        as_planned = self.executor.clear_up(world.real(planned))
        if as_planned:
            world.believe(expected, "step")
        done = world.belief == expected or self._leads_to_goal(self.steps[1:])
        self.executor.emit("cleared_up", {"step": world.real(planned), "done": done})
        if done:
            self.done.append(world.real(planned))
            del self.steps[0]
        self.unchecked = True

    def _failed(self, planned: Atom, failed: StepFailed) -> Outcome | None:
        executor, step = self.executor, self.executor.world.real(planned)
        self.failures[step] += 1
        failure = Failure(step, str(failed), self.failures[step], failed.timed_out)
        policy = executor.policy_of(step, self.policy)
        decision = executor.judge(failure) or decide(failure, policy)
        match decision.kind:
            case "give_up":
                return self._end("gave_up", decision.reason or failure.reason)
            case "exclude":
                times = "" if failure.attempts == 1 else f" {failure.attempts} times"
                self._exclude(step, f"failed{times} ({failure.reason})")
            case "replan":
                self.steps = []
            case "retry":
                if self._leads_to_goal(self.steps):
                    executor.emit(
                        "retry",
                        {"step": step, "attempt": failure.attempts + 1}
                        | ({"pause": decision.pause} if decision.pause else {}),
                    )
                    if decision.pause > 0:
                        executor.pause(decision.pause)
                self.unchecked = True
        return None

    def _exclude(self, step: Atom, why: str) -> None:
        self.executor.emit("exclude", {"step": step, "reason": why})
        self.excluded[step] = why
        self.steps = []
