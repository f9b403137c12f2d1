"""Plans made cheaper: still plans, never dearer, without the waste that a person would see."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from random_tasks import Oracle, Row, lay_out, tasks

from planscript.runtime.pddl.model import Atom
from planscript.runtime.planner.deadline import NEVER, Deadline
from planscript.runtime.planner.improve import improve
from planscript.runtime.planner.progress import Progress
from planscript.runtime.planner.search import search
from planscript.runtime.planner.status import Status
from planscript.runtime.planner.task import Task, Variable

MUCH = 100_000
MANY = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None
)


def improved(task: Task, plan: list[int], most: int = MUCH, reference: bool = False) -> list[int]:
    return improve(task, plan, most, Progress(NEVER, None, None), reference)


@MANY
@given(task=tasks(), wandering=st.lists(st.integers(0, 30), max_size=12), most=st.integers(0, MUCH))
def test_it_stays_a_plan_and_is_never_dearer(task: Task, wandering: list[int], most: int) -> None:
    """The plans to improve wander about first."""
    oracle = Oracle(task)
    plan, state = [], oracle.initial
    for choice in wandering:
        if oracle.steps[state]:
            operator, state = oracle.steps[state][choice % len(oracle.steps[state])]
            plan.append(operator)
    found = search(task_from(task, state), "dfs")
    if found.status is not Status.SOLVED:
        return
    assert found.operators is not None
    plan += found.operators
    better = improved(task, plan, most)
    assert oracle.is_goal(oracle.run(better))
    cost = task.operators.cost
    assert sum(cost[o] for o in better) <= sum(cost[o] for o in plan)
    assert better == improved(task, plan, most, reference=True)


def task_from(task: Task, state: tuple[int, ...]) -> Task:
    from dataclasses import replace

    return replace(task, initial=state)


def deliveries(parcels: int) -> Task:
    """A van with room for two parcels, its places 0 and 1; each parcel is at 0, at 1, or aboard.

    Variables: where the van is, how many parcels are aboard, where each parcel is.
    """
    rows = [Row(((0, x),), (((), 0, 1 - x),), 1) for x in (0, 1)]
    for parcel in range(2, parcels + 2):
        for x in (0, 1):
            for load in (0, 1):
                more = (((), parcel, 2), ((), 1, load + 1))
                less = (((), parcel, x), ((), 1, load))
                rows.append(Row(((0, x), (1, load), (parcel, x)), more, 1))
                rows.append(Row(((0, x), (1, load + 1), (parcel, 2)), less, 1))
    values = [Variable(tuple(Atom(str(x)) for x in range(n))) for n in (2, 3, *[3] * parcels)]
    return Task(
        tuple(values),
        (0,) * len(values),
        tuple((parcel, 1) for parcel in range(2, parcels + 2)),
        lay_out(rows),
        lay_out([]),
        lambda o: Atom(f"step-{o}"),
    )


def one_by_one(task: Task) -> list[int]:
    """The plan that carries one parcel at a time."""
    oracle = Oracle(task)
    plan, state = [], oracle.initial

    def go(variable: int, value: int) -> None:
        nonlocal state
        for operator, after in oracle.steps[state]:
            if after[variable] == value and after[variable] != state[variable]:
                plan.append(operator)
                state = after
                return

    for parcel in range(2, len(task.variables)):
        for variable, value in ((parcel, 2), (0, 1), (parcel, 1), (0, 0)):
            go(variable, value)
    return plan


def test_steps_that_undo_each_other_are_dropped() -> None:
    task = deliveries(1)
    plan = one_by_one(task)
    drive, back = plan[1], plan[3]
    assert improved(task, [drive, back, drive, back, *plan]) == plan[:3]


def test_a_van_with_room_for_two_takes_two() -> None:
    task = deliveries(4)
    assert len(one_by_one(task)) == 16
    assert len(improved(task, one_by_one(task))) == 8 + 3


def test_without_work_or_time_the_plan_stays_as_it_is() -> None:
    task = deliveries(4)
    plan = one_by_one(task)
    assert improved(task, plan, most=0) == plan
    late = Progress(Deadline(0), None, None)
    assert improve(task, plan, MUCH, late) == plan
