"""The compiled kernel against the readable searches: the same plans, the same counts."""

from __future__ import annotations

from itertools import product
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from random_tasks import Oracle, tasks

from planscript.runtime.planner import kernel, landmarks
from planscript.runtime.planner.deadline import NEVER
from planscript.runtime.planner.heuristics import HEURISTICS
from planscript.runtime.planner.progress import Progress
from planscript.runtime.planner.search import SEARCHES, search
from planscript.runtime.planner.state_space import DEAD_END, StateSpace
from planscript.runtime.planner.task import Task

pytestmark = pytest.mark.skipif(not kernel.loaded(), reason="the kernel is not compiled")

FEW = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None
)
PAIRS = [
    (name, heuristic)
    for name in sorted(kernel.SEARCHES)
    for heuristic in (sorted(kernel.HEURISTICS) if SEARCHES[name].heuristics else ("auto",))
    if heuristic == "auto" or kernel.supports(name, [heuristic])
] + [("lazy_gbfs", "hff,lmcount")]


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
    """The same plan after the same expansions.

    But LM-cut may break ties in its own way.
    """
    if name in kernel.DEEPENING and len(Oracle(task).steps) > 12:
        return  # these walk all acyclic paths
    fast, slow = (search(task, name, heuristic, reference=slow) for slow in (False, True))
    assert fast.status is slow.status
    if name == "astar" and HEURISTICS[heuristic].admissible:
        assert fast.cost == slow.cost
    if heuristic == "lmcut":
        return
    assert fast.operators == slow.operators
    for count in ("expanded", "generated", "reopened", "initial_h"):
        assert getattr(fast.statistics, count) == getattr(slow.statistics, count), count


@pytest.mark.parametrize("unit_costs", [False, True])
@FEW
@given(task=tasks())
def test_estimates(unit_costs: bool, task: Task) -> None:
    """In every state hmax and hadd are those of the readable ones; LM-cut is admissible, and where
    there are no conditional effects at least hmax."""
    from planscript.runtime.planner.kernel.best_first import estimate
    from planscript.runtime.planner.kernel.lmcut import LmCut
    from planscript.runtime.planner.kernel.relaxation import RelaxationHeuristic
    from planscript.runtime.planner.kernel.relaxed_task import RelaxedTask

    oracle = Oracle(task)
    distance = oracle.length if unit_costs else oracle.distance
    relaxed = RelaxedTask(task, unit_costs)
    lmcut = LmCut(relaxed)
    for name in ("hmax", "hadd"):
        compiled = RelaxationHeuristic(relaxed, name)
        plain = HEURISTICS[name].make(task, "one" if unit_costs else "real")
        for state in oracle.steps:
            h = estimate(compiled, state)
            assert h == plain.evaluate(state), name
            if name == "hmax":
                landmarks = estimate(lmcut, state)
                assert (landmarks == DEAD_END) == (h == DEAD_END)
                assert landmarks == DEAD_END or landmarks <= distance[state]
                assert task.has_conditional_effects or landmarks >= h


@FEW
@given(task=tasks())
def test_same_landmarks(task: Task) -> None:
    from planscript.runtime.planner.kernel.landmarks import Finder
    from planscript.runtime.planner.kernel.relaxed_task import RelaxedTask

    progress = Progress(NEVER, None, None)
    found = Finder(task, RelaxedTask(task, True, True)).find(progress)
    assert found == landmarks.find(task)


def test_every_pair_says_what_it_can() -> None:
    for name, heuristic in product(SEARCHES, HEURISTICS):
        forgets = name in kernel.DEEPENING and heuristic in kernel.OF_THE_PATH
        assert kernel.supports(name, [heuristic]) == (
            name in kernel.SEARCHES and heuristic in kernel.HEURISTICS and not forgets
        )
