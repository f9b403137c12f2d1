"""The compiled kernel against the readable searches: the same plans, the same counts."""

from __future__ import annotations

from itertools import product
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from random_tasks import Oracle, tasks

from planscript.runtime.planner import kernel
from planscript.runtime.planner.heuristics import HEURISTICS
from planscript.runtime.planner.search import SEARCHES, search
from planscript.runtime.planner.state_space import StateSpace
from planscript.runtime.planner.task import Task

pytestmark = pytest.mark.skipif(not kernel.loaded(), reason="the kernel is not compiled")

FEW = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None
)
PAIRS = [
    (name, heuristic)
    for name in sorted(kernel.SEARCHES)
    for heuristic in (sorted(kernel.HEURISTICS) if SEARCHES[name].heuristics else ("auto",))
] + [("lazy_gbfs", "hff,goal_count")]


@FEW
@given(task=tasks())
def test_states_and_steps(task: Task) -> None:
    from planscript.runtime.planner.kernel.space import PackedSpace

    packed, plain = PackedSpace(task), StateSpace(task)
    assert packed.complete(task.initial) == plain.initial()
    for state in list(Oracle(task).steps)[:50]:
        expected = [(o, plain.apply(state, o)) for o in plain.applicable(state)]
        assert packed.successors(state) == expected


@pytest.mark.parametrize("newest_first", [False, True])
@pytest.mark.parametrize("span", [1, 3, 40, 10**15])
def test_open_list(newest_first: bool, span: int) -> None:
    from planscript.runtime.planner.kernel.frontier import OpenList as Compiled
    from planscript.runtime.planner.open_list import OpenList

    random = Random(span)
    compiled, plain = Compiled(newest_first), OpenList[int](newest_first)
    for entry in range(5000):
        if random.random() < 0.55 or not plain:
            key = (random.randrange(span), random.randrange(span))
            compiled.push(*key, entry)
            plain.push(key, entry)
        else:
            assert compiled.pop() == plain.pop()
    while plain:
        assert compiled.pop() == plain.pop()
    assert len(compiled) == 0


@pytest.mark.parametrize(("name", "heuristic"), PAIRS)
@FEW
@given(task=tasks(costs=st.integers(1, 5)))
def test_same_search(name: str, heuristic: str, task: Task) -> None:
    """The same plan after the same expansions; but FF may break ties of axioms, which cost nothing,
    in its own way."""
    fast, slow = (search(task, name, heuristic, reference=slow) for slow in (False, True))
    assert fast.status is slow.status
    if task.has_axioms and "hff" in heuristic:
        return
    assert fast.operators == slow.operators
    for count in ("expanded", "generated", "reopened", "initial_h"):
        assert getattr(fast.statistics, count) == getattr(slow.statistics, count), count


@pytest.mark.parametrize("name", sorted(kernel.HEURISTICS & {"hmax", "hadd", "lmcut"}))
@FEW
@given(task=tasks())
def test_same_first_estimate(name: str, task: Task) -> None:
    assert HEURISTICS[name].unsupported(task) == ""
    for chosen in ("astar", "gbfs"):
        found = [search(task, chosen, name, reference=slow) for slow in (False, True)]
        assert found[0].statistics.initial_h == found[1].statistics.initial_h


def test_every_pair_says_what_it_can() -> None:
    for name, heuristic in product(SEARCHES, HEURISTICS):
        assert kernel.supports(name, [heuristic]) == (
            name in kernel.SEARCHES and heuristic in kernel.HEURISTICS
        )
