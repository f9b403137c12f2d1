"""Projections and pattern databases: compiled as plain, never above the true distance."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from math import inf

import pytest
from hypothesis import HealthCheck, given, settings
from random_tasks import Oracle, tasks

from planscript.runtime.planner import kernel
from planscript.runtime.planner.deadline import NEVER
from planscript.runtime.planner.pattern_databases import PatternDatabases, patterns
from planscript.runtime.planner.progress import Progress
from planscript.runtime.planner.projections import Projection
from planscript.runtime.planner.state_space import DEAD_END
from planscript.runtime.planner.task import Task

COMPILED = pytest.mark.skipif(not kernel.loaded(), reason="the kernel is not compiled")
FEW = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None
)


def projected(task: Task, pattern: Sequence[int]) -> Projection | None:
    try:
        return Projection(task, pattern)
    except OverflowError:
        return None


@FEW
@given(task=tasks())
def test_every_step_is_one_in_each_projection(task: Task) -> None:
    """So distances are consistent: along a step they fall by no more than its cost."""
    oracle = Oracle(task)
    costs = task.operators.cost
    for pattern in patterns(task):
        projection = projected(task, pattern)
        if projection is None:
            continue
        distance = projection.distances(costs)
        for state, steps in oracle.steps.items():
            here = distance[projection.number(state)]
            assert here == 0 or not oracle.is_goal(state)
            for o, after in steps:
                there = distance[projection.number(after)]
                assert there == DEAD_END or here <= costs[o] + there


@FEW
@given(task=tasks())
def test_costs_that_are_taken_keep_the_distances(task: Task) -> None:
    costs = task.operators.cost
    for pattern in patterns(task):
        projection = projected(task, pattern)
        if projection is None:
            continue
        distance = projection.distances(costs)
        taken = array("q", bytes(8 * len(costs)))
        projection.charge(taken, distance, 1)
        assert all(0 <= part <= cost for part, cost in zip(taken, costs, strict=True))
        assert projection.distances(taken) == distance


@COMPILED
@FEW
@given(task=tasks())
def test_compiled_projections_are_the_same(task: Task) -> None:
    from planscript.runtime.planner.kernel.projections import Projector

    projector = Projector(task)
    costs = task.operators.cost
    for pattern in patterns(task):
        plain = projected(task, pattern)
        if plain is None:
            with pytest.raises(OverflowError):
                projector.project(pattern)
            continue
        compiled = projector.project(pattern)
        distance = compiled.distances(costs)
        assert distance == plain.distances(costs)
        taken = [array("q", bytes(8 * len(costs))) for _ in range(2)]
        plain.charge(taken[0], distance, 1)
        compiled.charge(taken[1], distance, 1)
        assert taken[0] == taken[1]
        assert plain.stolen(costs, distance, taken[0] * 1) == 0
        demand = array("q", [2 * cost for cost in costs])
        assert compiled.stolen(costs, distance, demand) == plain.stolen(costs, distance, demand)


@COMPILED
@FEW
@given(task=tasks())
def test_compiled_estimates_are_the_same(task: Task) -> None:
    from planscript.runtime.planner.kernel.best_first import estimate
    from planscript.runtime.planner.kernel.projections import pattern_databases

    oracle = Oracle(task)
    plain = PatternDatabases(task, "real")
    compiled = pattern_databases(task, task.operators.cost, Progress(NEVER, None, None))
    for state in oracle.steps:
        h = plain.evaluate(state)
        assert estimate(compiled, state) == h
        assert h <= oracle.distance[state] or oracle.distance[state] == inf
