"""Heuristics against the true distances of all states of random small tasks."""

from __future__ import annotations

from math import inf
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from random_tasks import Oracle, Row, lay_out, tasks

from planscript.runtime.pddl.model import Atom
from planscript.runtime.planner import landmarks
from planscript.runtime.planner.heuristics import HEURISTICS
from planscript.runtime.planner.state_space import DEAD_END
from planscript.runtime.planner.task import Task, Variable

FEW = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None
)


@pytest.mark.parametrize("name", HEURISTICS)
@pytest.mark.parametrize("costs", ["real", "one"])
@FEW
@given(task=tasks())
def test_estimates(name: str, costs: str, task: Task) -> None:
    """Admissible ones never exceed the true distance; a dead end is one; goals may be told."""
    info = HEURISTICS[name]
    if info.unsupported(task):
        return
    oracle = Oracle(task)
    heuristic = info.make(task, costs)
    distance = oracle.distance if costs == "real" else oracle.length
    before = {after: state for state, steps in oracle.steps.items() for _, after in steps}
    seen = {oracle.initial: heuristic.evaluate(oracle.initial)}
    todo = [oracle.initial]
    while todo:
        state = todo.pop()
        for _, after in oracle.steps[state]:
            if after not in seen:
                seen[after] = heuristic.evaluate(after, state)
                assert all(oracle.applicable(after, o) for o in heuristic.preferred())
                todo.append(after)
    assert set(before) <= set(seen)
    for state, h in seen.items():
        assert h >= 0
        if h == DEAD_END:
            assert distance[state] == inf
        elif info.admissible:
            assert h <= distance[state]


@FEW
@given(task=tasks(conditional=False, axioms=False))
def test_without_conditional_effects_lmcut_is_at_least_hmax(task: Task) -> None:
    """Helmert and Domshlak's theorem: the sum of the cuts dominates hmax."""
    oracle = Oracle(task)
    lmcut, hmax = (HEURISTICS[name].make(task, "real") for name in ("lmcut", "hmax"))
    for state in oracle.steps:
        assert lmcut.evaluate(state) >= hmax.evaluate(state)


@FEW
@given(task=tasks(axioms=False))
def test_h2_is_at_least_hmax(task: Task) -> None:
    """Also with conditional effects; and it sees some dead ends that hmax does not."""
    h2, hmax = (HEURISTICS[name].make(task, "real") for name in ("h2", "hmax"))
    for state in Oracle(task).steps:
        assert h2.evaluate(state) >= hmax.evaluate(state)


@settings(FEW, max_examples=300)
@given(task=tasks(), random=st.randoms(use_true_random=False))
def test_landmarks_cost_too_little_on_whatever_path(task: Task, random: Random) -> None:
    """Each state is met first on some path, long or short."""
    oracle = Oracle(task)
    heuristic = HEURISTICS["lmcp"].make(task, "real")
    seen = {oracle.initial}
    heuristic.evaluate(oracle.initial)
    todo = [(oracle.initial, after) for _, after in oracle.steps[oracle.initial]]
    while todo:
        parent, state = todo.pop(random.randrange(len(todo)))
        if state in seen:
            continue
        seen.add(state)
        h = heuristic.evaluate(state, parent)
        assert (inf if h == DEAD_END else h) <= oracle.distance[state]
        todo += [(state, after) for _, after in oracle.steps[state]]


def test_an_operator_is_not_paid_twice_for_two_landmarks() -> None:
    """One step of cost 5 lights both lamps; by lamps alone there would be 2 steps."""
    rows = [Row((), (((), 0, 1), ((), 1, 1)), 5), Row(((2, 0),), (((), 2, 1),), 3)]
    lamp = Variable((None, Atom("lit")))
    goal = ((0, 1), (1, 1), (2, 1))
    task = Task((lamp,) * 3, (0, 0, 0), goal, lay_out(rows), lay_out([]), lambda o: Atom(f"{o}"))
    costs = HEURISTICS["lmcp"].make(task, "real")
    count = HEURISTICS["lmcount"].make(task, "real")
    assert costs.evaluate((0, 0, 0)) == 8
    assert count.evaluate((0, 0, 0)) == 3
    assert costs.evaluate((1, 1, 0), (0, 0, 0)) == 3


@settings(FEW, max_examples=200)
@given(task=tasks(conditional=False, axioms=False))
def test_h2_is_exact_for_two_variables(task: Task) -> None:
    """Then its pairs are whole states, where no operator sets a variable twice."""
    operators = task.operators
    for o in range(len(operators)):
        changed = operators.eff_var[operators.eff_start[o] : operators.eff_start[o + 1]]
        if len(set(changed)) < len(changed):
            return
    if len(task.variables) > 2:
        return
    oracle = Oracle(task)
    h2 = HEURISTICS["h2"].make(task, "real")
    for state in oracle.steps:
        estimate = h2.evaluate(state)
        assert (inf if estimate == DEAD_END else estimate) == oracle.distance[state]


@FEW
@given(task=tasks())
def test_landmarks_are_passed_by_every_plan(task: Task) -> None:
    """Without the states in which a landmark holds the goal is out of reach; and before such a state
    is reached, the landmarks before it have been."""
    oracle = Oracle(task)
    if oracle.distance[oracle.initial] == inf:
        return
    found = landmarks.find(task)

    def holds(state: tuple[int, ...], number: int) -> bool:
        return any(state[v] == x for v, x in found.landmarks[number])

    def reached_without(number: int) -> set[tuple[int, ...]]:
        """The states on paths on which the landmark never holds, and those just after these."""
        seen = {oracle.initial}
        todo = [oracle.initial]
        while todo:
            state = todo.pop()
            if holds(state, number):
                continue
            for _, after in oracle.steps[state]:
                if after not in seen:
                    seen.add(after)
                    todo.append(after)
        return seen

    for number, sooner in enumerate(found.before):
        without = {s for s in reached_without(number) if not holds(s, number)}
        assert not any(oracle.is_goal(state) for state in without)
        for other in sooner:
            early = {s for s in reached_without(other) if not holds(s, other)}
            assert not any(holds(state, number) for state in early)
