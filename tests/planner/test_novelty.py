"""Novelty against its definition, on any sequence of states of random small tasks."""

from __future__ import annotations

from itertools import combinations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from random_tasks import Oracle, tasks

from planscript.runtime.planner.novelty import Novelty
from planscript.runtime.planner.task import Task


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None
)
@given(task=tasks(), choices=st.lists(st.integers(0, 1000), min_size=1, max_size=30))
def test_a_state_is_novel_by_what_no_earlier_state_had(task: Task, choices: list[int]) -> None:
    """Earlier ones that miss as many goals, that is; new facts count before new pairs."""
    novelty = Novelty(task, "one")
    states = list(Oracle(task).steps)
    earlier: list[tuple[int, tuple[int, ...]]] = []
    for choice in choices:
        state = states[choice % len(states)]
        missed = sum(state[v] != x for v, x in task.goal)
        peers = [set(enumerate(other)) for count, other in earlier if count == missed]
        width = 3
        for size in (2, 1):
            for part in combinations(enumerate(state), size):
                if not any(peer.issuperset(part) for peer in peers):
                    width = size
        expected = (width - 1) * (len(task.goal) + 1) + missed
        assert novelty.evaluate(state) == expected
        earlier.append((missed, state))
