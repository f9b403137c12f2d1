"""Strong stubborn sets: of operators that can as well wait, A* need not try every order.

A set of operators that holds what is needed towards one goal fact, with each operator that cannot
be applied what it needs, and with each that can all that interfere with it: some cheapest plan
begins with an operator of it. Not for conditional effects or axioms.

Source: Wehrle and Helmert, "Efficient stubborn sets: generalized algorithms and selection
strategies" (ICAPS 2014).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from planscript.runtime.planner.state_space import Fact, State, effects, facts
from planscript.runtime.planner.task import Task

TRIAL = 1000  # expansions after which pruning must have paid
LEAST_SHARE = 5  # it pays where one in so many operators was pruned


def takes(task: Task) -> bool:
    """Whether stubborn sets are defined for the task."""
    return not task.has_conditional_effects and not task.has_axioms


class StubbornSets:
    """Prunes applicable operators, and stops doing so where few are pruned."""

    def __init__(self, task: Task) -> None:
        self._goal = task.goal
        operators = range(len(task.operators))
        self._needs = [facts(task.operators, o) for o in operators]
        self._sets = [
            tuple({(v, x): None for _, v, x in effects(task.operators, o)}) for o in operators
        ]
        self._achievers: dict[Fact, list[int]] = {}
        for o, changes in enumerate(self._sets):
            for fact in changes:
                self._achievers.setdefault(fact, []).append(o)
        self._interfering: dict[int, list[int]] = {}
        self._calls = self._seen = self._kept = 0

    def prune(self, state: State, applicable: list[int]) -> list[int]:
        """Those of the applicable operators that are to be tried, in the same order."""
        unmet = [(v, x) for v, x in self._goal if state[v] != x]
        if not unmet or (
            self._calls >= TRIAL and LEAST_SHARE * (self._seen - self._kept) < self._seen
        ):
            return applicable
        self._calls += 1
        chosen: set[int] = set()
        todo = list(self._achieving(unmet))
        ready = set(applicable)
        while todo:
            o = todo.pop()
            if o in chosen:
                continue
            chosen.add(o)
            if o in ready:
                todo += self._interfering_with(o)
            else:
                todo += self._achieving([(v, x) for v, x in self._needs[o] if state[v] != x])
        kept = [o for o in applicable if o in chosen]
        self._seen += len(applicable)
        self._kept += len(kept)
        return kept

    def _achieving(self, unmet: Sequence[Fact]) -> Iterable[int]:
        """The operators that make true the one of these facts that the fewest do."""
        return min((self._achievers.get(fact, []) for fact in sorted(unmet)), key=len)

    def _interfering_with(self, o: int) -> list[int]:
        if o not in self._interfering:
            self._interfering[o] = [
                other
                for other in range(len(self._needs))
                if other != o
                and not _differ(self._needs[o], self._needs[other])
                and (
                    _differ(self._sets[o], self._needs[other])
                    or _differ(self._sets[other], self._needs[o])
                    or _differ(self._sets[o], self._sets[other])
                )
            ]
        return self._interfering[o]


def _differ(left: Sequence[Fact], right: Sequence[Fact]) -> bool:
    """Whether some variable has one value on the left and another on the right."""
    return any(v == w and x != y for v, x in left for w, y in right)
