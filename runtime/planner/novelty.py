"""Novelty: whether a state has a fact, or a pair of facts, that no state seen before it had.

States are compared with those that miss as many goals. The estimate puts novel states first and,
of equally novel ones, those that miss fewer goals; it tells nothing of the distance to the goal.

Source: Lipovetzky and Geffner, "Best-first width search: exploration and exploitation in classical
planning" (AAAI 2017), the measure <w, #g> with w partitioned by #g.
"""

from __future__ import annotations

from itertools import combinations

from planscript.runtime.planner.relaxation import Costs
from planscript.runtime.planner.state_space import State
from planscript.runtime.planner.task import Task

MOST_PAIRS = 1 << 31  # over all numbers of goals; above this only single facts are compared


class Novelty:
    """(w - 1) * (number of goals + 1) + goals missed, where w is 1 for a new fact, 2 for a new pair,
    else 3."""

    def __init__(self, task: Task, costs: Costs) -> None:
        self._goal = task.goal
        self._pairs = compares_pairs(task)
        self._seen: dict[int, set[object]] = {}

    def evaluate(self, state: State, parent: State | None = None) -> int:
        missed = sum(state[v] != x for v, x in self._goal)
        seen = self._seen.setdefault(missed, set())
        facts = list(enumerate(state))
        width = 3
        if self._pairs:
            pairs = set(combinations(facts, 2))
            width = 3 if pairs <= seen else 2
            seen |= pairs
        if not seen.issuperset(facts):
            width = 1
            seen.update(facts)
        return (width - 1) * (len(self._goal) + 1) + missed

    def preferred(self) -> list[int]:
        return []


def compares_pairs(task: Task) -> bool:
    """Whether there are few enough pairs of facts to remember them."""
    facts = sum([len(variable.values) for variable in task.variables])
    return facts * facts * (len(task.goal) + 1) <= MOST_PAIRS
