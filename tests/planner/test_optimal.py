"""The front door for cheapest plans: two searches that take turns."""

from __future__ import annotations

from math import inf

import pytest
from hypothesis import HealthCheck, given, settings
from random_tasks import Oracle, Row, lay_out, tasks

from planscript.runtime.pddl.model import Atom
from planscript.runtime.planner import optimal as module
from planscript.runtime.planner.deadline import Deadline
from planscript.runtime.planner.optimal import optimal, supported
from planscript.runtime.planner.status import Status
from planscript.runtime.planner.task import Task, Variable

pytestmark = pytest.mark.skipif(not supported(), reason="the kernel is not compiled")


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None
)
@given(task=tasks())
def test_no_plan_costs_less(task: Task) -> None:
    """Also with conditional effects and axioms."""
    oracle = Oracle(task)
    found = optimal(task, Deadline(60))
    if oracle.distance[oracle.initial] == inf:
        assert found.status is Status.UNSOLVABLE
        return
    assert found.operators is not None
    assert found.optimal
    assert oracle.is_goal(oracle.run(found.operators))
    assert found.cost == oracle.distance[oracle.initial]


def counter(bits: int) -> Task:
    """A binary counter from 0 to all ones: one plan of 2**bits - 1 steps, and no shortcut."""
    rows = [
        Row(
            ((bit, 0), *((lower, 1) for lower in range(bit))),
            (((), bit, 1), *(((), lower, 0) for lower in range(bit))),
            3,
        )
        for bit in range(bits)
    ]
    variables = (Variable((None, Atom("set"))),) * bits
    goal = tuple((bit, 1) for bit in range(bits))
    return Task(
        variables, (0,) * bits, goal, lay_out(rows), lay_out([]), lambda o: Atom(f"set-{o}")
    )


def test_searches_go_on_where_they_were_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    """With turns of no length each call takes a few steps of its search."""
    monkeypatch.setattr(module, "FIRST_TURN", 0)
    found = optimal(counter(10), Deadline(60))
    assert found.status is Status.SOLVED
    assert found.cost == 3 * 1023


def test_time_and_memory_run_out() -> None:
    task = counter(40)
    assert optimal(task, Deadline(0.1)).status is Status.TIMEOUT
    assert optimal(task, Deadline(60), 1).status is Status.OUT_OF_MEMORY
