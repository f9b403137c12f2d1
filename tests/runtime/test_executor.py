"""Acting: steps are checked before, the world after; trouble leads to a new plan or a reason."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planscript.runtime.constraints import StepPattern, constrained
from planscript.runtime.executor import Executor, StepFailed
from planscript.runtime.lowering import NO_NAMES
from planscript.runtime.pddl.model import (
    Action,
    Add,
    And,
    Atom,
    Delete,
    Domain,
    Effects,
    Equals,
    Not,
    Parameter,
    Predicate,
    Problem,
)
from planscript.runtime.planner.solve import Options, Plan, Planner, Result
from planscript.runtime.planner.status import Status
from planscript.runtime.policies import Policy
from planscript.runtime.world import World

B, R, Q = Parameter("?b", ("box",)), Parameter("?r", ("room",)), Parameter("?q", ("room",))


def at(box: str, room: str) -> Atom:
    return Atom("at", (box, room))


DOMAIN = Domain(
    "boxes",
    types={"box": ("object",), "room": ("object",)},
    predicates={"at": Predicate("at", (B, R)), "shut": Predicate("shut", (R,))},
    actions={
        "carry": Action(
            "carry",
            (B, R, Q),
            And((Atom("at", ("?b", "?r")), Not(Equals("?r", "?q")), Not(Atom("shut", ("?q",))))),
            Effects((Add(Atom("at", ("?b", "?q"))), Delete(Atom("at", ("?b", "?r"))))),
        )
    },
)
OBJECTS = {b: Parameter(b, ("box",)) for b in ("b1", "b2", "b3")}
OBJECTS |= {r: Parameter(r, ("room",)) for r in ("hall", "attic", "cellar")}


class Recorder:
    def __init__(self) -> None:
        self.events: list[tuple[str, Mapping[str, Any]]] = []

    def __call__(self, kind: str, details: Mapping[str, Any]) -> None:
        self.events.append((kind, details))

    def kinds(self) -> list[str]:
        return [kind for kind, _ in self.events]


def make(
    perform: Callable[[World, Executor, Atom], None] | None = None,
) -> tuple[World, Executor, Recorder]:
    world = World("w", DOMAIN, NO_NAMES, OBJECTS, [at(b, "hall") for b in ("b1", "b2", "b3")], {})
    recorder = Recorder()

    def carry_out(step: Atom) -> bool:
        if perform is not None:
            perform(world, executor, step)
        return perform is not None

    executor = Executor(
        world, Planner().solve, carry_out, recorder, lambda problem, result: "no way"
    )
    return world, executor, recorder


GOAL = And((at("b1", "attic"), at("b2", "attic")))


def test_without_handlers_the_effects_happen() -> None:
    world, executor, _ = make()
    outcome = executor.achieve(GOAL, Options())
    assert outcome.status == "achieved" and len(outcome.steps) == 2
    assert world.holds(GOAL)


def test_a_goal_that_holds_already_needs_no_plan() -> None:
    _, executor, recorder = make()
    outcome = executor.achieve(at("b1", "hall"), Options())
    assert outcome.status == "achieved" and outcome.plans == 0
    assert recorder.kinds() == ["achieved"]


def test_a_step_that_fails_once_is_tried_again() -> None:
    failed: list[Atom] = []

    def perform(world: World, executor: Executor, step: Atom) -> None:
        if not failed:
            failed.append(step)
            raise StepFailed("slipped")

    world, executor, recorder = make(perform)
    outcome = executor.achieve(GOAL, Options())
    assert outcome.status == "achieved" and outcome.plans == 1
    assert recorder.kinds()[1:5] == ["step", "failed", "retry", "step"]


def test_a_step_that_always_fails_ends_with_its_reason() -> None:
    def perform(world: World, executor: Executor, step: Atom) -> None:
        if step.args[2] == "attic":
            raise StepFailed("the ladder is missing")

    _, executor, _ = make(perform)
    outcome = executor.achieve(GOAL, Options(), Policy(retries=1))
    assert outcome.status == "gave_up"
    assert "the ladder is missing" in outcome.reason


def test_what_a_handler_observes_outweighs_the_planned_effect() -> None:
    moved: list[Atom] = []

    def perform(world: World, executor: Executor, step: Atom) -> None:
        if not moved:  # the first box ends in the wrong room
            moved.append(step)
            told = And((Not(at(step.args[0], step.args[2])), at(step.args[0], "cellar")))
            executor.observe(world.now(told))

    world, executor, recorder = make(perform)
    outcome = executor.achieve(GOAL, Options())
    assert outcome.status == "achieved"
    assert "deviation" in recorder.kinds()
    assert world.holds(GOAL)


def test_a_deviation_that_does_not_matter_does_not_stop_the_plan() -> None:
    def perform(world: World, executor: Executor, step: Atom) -> None:
        executor.observe(world.now(Atom("shut", ("cellar",))))

    _, executor, recorder = make(perform)
    outcome = executor.achieve(GOAL, Options())
    assert outcome.status == "achieved" and outcome.plans == 1
    assert "deviation" in recorder.kinds()


def test_an_unreachable_goal_says_why() -> None:
    world, executor, _ = make()
    world.now(Atom("shut", ("attic",)))
    outcome = executor.achieve(GOAL, Options())
    assert outcome.status == "unsolvable" and outcome.reason == "no way"


def test_keeping_holds_in_every_state_on_the_way() -> None:
    world, executor, recorder = make()
    keep = Not(at("b3", "attic"))
    outcome = executor.achieve(at("b3", "cellar"), Options(), keeping=keep)
    assert outcome.status == "achieved"
    blocked = executor.achieve(at("b3", "attic"), Options(), keeping=keep)
    assert blocked.status == "unsolvable"


def test_an_excluded_step_is_in_no_plan() -> None:
    world, _, _ = make()
    step = Atom("carry", ("b1", "hall", "attic"))
    problem = constrained(
        world.problem(at("b1", "attic")), None, (StepPattern(step.name, step.args),)
    )
    plan = Planner().solve(problem, Options()).plan
    assert plan is not None and step not in plan.steps


def test_the_part_of_a_broken_plan_that_still_works_is_kept_where_that_is_cheaper() -> None:
    def carry(box: str, room: str, to: str) -> Atom:
        return Atom("carry", (box, room, to))

    def roundabout(problem: Problem, options: Options) -> Result:
        """A search that carries each box through the cellar, and is not sure that it is best."""
        steps: list[Atom] = []
        boxes = [b for b in ("b1", "b2", "b3") if at(b, "attic") not in problem.init]
        for box in boxes:
            if len(boxes) == 3 and not moved:  # the first time it goes straight
                steps.append(carry(box, "hall", "attic"))
            elif len(boxes) == 1:
                steps.append(carry(box, "hall", "attic"))
            else:
                steps += [carry(box, "hall", "cellar"), carry(box, "cellar", "attic")]
        plan = Plan(tuple(steps), Fraction(len(steps)))
        return Result(Status.SOLVED, plan)

    moved: list[Atom] = []

    def perform(world: World, executor: Executor, step: Atom) -> None:
        if not moved:  # the first box falls down again: the rest still works, but is not enough
            executor.observe(world.now(And((at("b1", "hall"), Not(at("b1", "attic"))))))
            executor.observe(world.now(Atom("shut", ("hall",))))
        moved.append(step)

    world, executor, recorder = make(perform)
    executor.solve = roundabout
    goal = And(tuple(at(b, "attic") for b in ("b1", "b2", "b3")))
    outcome = executor.achieve(goal, Options())
    assert outcome.status == "achieved" and outcome.plans == 2
    (kept,) = [details["steps"] for kind, details in recorder.events if kind == "keep"]
    assert kept == [carry("b2", "hall", "attic"), carry("b3", "hall", "attic")]
    assert moved[1:] == [*kept, carry("b1", "hall", "attic")]


def test_executing_a_plan_stops_at_a_step_that_cannot_be_done() -> None:
    world, executor, _ = make()
    steps = [Atom("carry", ("b1", "hall", "attic")), Atom("carry", ("b1", "hall", "attic"))]
    outcome = executor.execute(steps)
    assert outcome.status == "gave_up" and outcome.steps == tuple(steps[:1])
    assert "carry(b1, hall, attic)" in outcome.reason


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.floats(0, 0.9), st.floats(0, 0.9))
def test_whatever_happens_no_step_starts_unfit_and_every_run_ends(
    seed: int, failing: float, meddling: float
) -> None:
    chance = random.Random(seed)
    started: list[bool] = []

    def perform(world: World, executor: Executor, step: Atom) -> None:
        started.append(world.applicable(step))
        if chance.random() < meddling:
            box = chance.choice(("b1", "b2", "b3"))
            rooms = ("hall", "attic", "cellar")
            to = chance.choice(rooms)
            told = And((at(box, to), *(Not(at(box, r)) for r in rooms if r != to)))
            executor.observe(world.now(told))
        if chance.random() < failing:
            raise StepFailed("fault")

    world, executor, _ = make(perform)
    outcome = executor.achieve(GOAL, Options(), Policy(retries=2, replans=12))
    assert all(started)
    assert (outcome.status == "achieved") == world.holds(GOAL)


def test_nothing_but_literals_can_be_told() -> None:
    world, _, _ = make()
    from planscript.lang.diagnostics import PlanscriptError
    from planscript.runtime.pddl.model import Or

    with pytest.raises(PlanscriptError, match="now"):
        world.now(Or((at("b1", "hall"), at("b2", "hall"))))
    with pytest.raises(PlanscriptError, match="both true and false"):
        world.now(And((at("b1", "attic"), Not(at("b1", "attic")))))
