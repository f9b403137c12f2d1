"""Stubborn sets: what they leave out is never needed; compiled as plain."""

from __future__ import annotations

from math import inf

import pytest
from hypothesis import HealthCheck, given, settings
from random_tasks import Oracle, Row, lay_out, tasks

from planscript.runtime.pddl.model import Atom
from planscript.runtime.planner import kernel
from planscript.runtime.planner.search import search
from planscript.runtime.planner.state_space import StateSpace
from planscript.runtime.planner.status import Status
from planscript.runtime.planner.stubborn_sets import StubbornSets, takes
from planscript.runtime.planner.task import Task, Variable

FEW = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None
)


def switches(count: int) -> Task:
    """So many switches to be turned on, each on its own: the order does not matter."""
    rows = [Row(((v, 0),), (((), v, 1),), 1) for v in range(count)]
    variable = Variable((None, Atom("on")))
    return Task(
        (variable,) * count,
        (0,) * count,
        tuple((v, 1) for v in range(count)),
        lay_out(rows),
        lay_out([]),
        lambda o: Atom(f"turn-{o}"),
    )


@FEW
@given(task=tasks(conditional=False, axioms=False))
def test_a_cheapest_plan_remains(task: Task) -> None:
    """From every state that leads to the goal some step kept leads there at the least cost; and
    where no steps cost nothing, plans made of these steps alone reach the goal."""
    oracle, space, sets = Oracle(task), StateSpace(task), StubbornSets(task)
    for state, steps in oracle.steps.items():
        if oracle.is_goal(state) or oracle.distance[state] == inf:
            continue
        kept = set(sets.prune(state, space.applicable(state)))
        assert kept <= {o for o, _ in steps}
        best = min(task.operators.cost[o] + oracle.distance[s] for o, s in steps if o in kept)
        assert best == oracle.distance[state]


def test_independent_operators_are_tried_in_one_order() -> None:
    found = search(switches(12), "astar", "blind")
    assert found.status is Status.SOLVED
    assert found.statistics.expanded == 12


def test_operators_that_interfere_are_all_kept() -> None:
    """Each resets what the next one needs, all around."""
    values = Variable(tuple(Atom("at", (str(x),)) for x in range(6)))
    variables = (values,) * 5
    rows = [
        Row(((v, x),), (((), v, (x + step) % 6), ((), (v + 1) % 5, 0)), 1)
        for v in range(5)
        for x in range(6)
        for step in (1, 5)
    ]
    goal = tuple((v, 3) for v in range(5))
    task = Task(variables, (0,) * 5, goal, lay_out(rows), lay_out([]), lambda o: Atom(f"turn-{o}"))
    space, sets = StateSpace(task), StubbornSets(task)
    state = space.initial()
    assert sets.prune(state, space.applicable(state)) == space.applicable(state)


def test_they_leave_conditional_effects_alone() -> None:
    task = switches(3)
    assert takes(task)
    conditional = lay_out([Row((), ((((0, 0),), 0, 1),), 1)])
    assert not takes(
        Task(
            task.variables, task.initial, task.goal, conditional, task.axioms, task.action_of,
            has_conditional_effects=True,
        )
    )  # fmt: skip


@pytest.mark.skipif(not kernel.loaded(), reason="the kernel is not compiled")
@FEW
@given(task=tasks(conditional=False, axioms=False))
def test_compiled_search_prunes_the_same(task: Task) -> None:
    fast, slow = (search(task, "astar", "blind", reference=plain) for plain in (False, True))
    assert fast.operators == slow.operators
    assert fast.statistics.generated == slow.statistics.generated
