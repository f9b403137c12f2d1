"""The heuristic h2: the cost of the costliest pair of goal facts, each pair reached on its own.

The cost of a pair is the least over the operators that add both of its facts, or add one and leave
the other as it is; of what these need, again the costliest pair counts. A conditional effect adds
where its conditions hold too, and what only conditional effects would undo may stay, so estimates
never exceed the true distance. Not for derived predicates.

Source: Haslum and Geffner, "Admissible heuristics for optimal planning" (AIPS 2000).
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations_with_replacement

from planscript.runtime.planner.relaxation import Costs
from planscript.runtime.planner.state_space import CEILING, DEAD_END, Fact, State, effects, facts
from planscript.runtime.planner.task import Task


class H2:
    """Lowers the costs of pairs by all operators until none gets cheaper."""

    def __init__(self, task: Task, costs: Costs) -> None:
        self._task = task
        self._facts = [
            (v, x) for v, var in enumerate(task.variables) for x in range(len(var.values))
        ]
        operators = range(len(task.operators))
        self._paid = [1 if costs == "one" else task.operators.cost[o] for o in operators]
        # By operator: each fact that it adds, with all that must hold for that.
        self._adds = [
            [
                ((v, x), frozenset((*facts(task.operators, o), *conditions)))
                for conditions, v, x in effects(task.operators, o)
            ]
            for o in operators
        ]
        self._overwritten = [
            {v for conditions, v, _ in effects(task.operators, o) if not conditions}
            for o in operators
        ]
        self._cost: dict[frozenset[Fact], int] = {}  # of pairs, and of facts by themselves

    def evaluate(self, state: State, parent: State | None = None) -> int:
        if self._task.goal_is_false:
            return DEAD_END
        true = combinations_with_replacement(enumerate(state), 2)
        self._cost = {frozenset(pair): 0 for pair in true}
        while sum(self._lower(o) for o in range(len(self._paid))):
            pass
        return self._costliest(self._task.goal)

    def preferred(self) -> list[int]:
        return []

    def _lower(self, o: int) -> bool:
        """Lowers the costs of the pairs that an operator can reach; whether any was higher."""
        lower = False
        for i, (fact, needs) in enumerate(self._adds[o]):
            before = self._costliest(needs)
            if before == DEAD_END:
                continue
            lower |= self._reach(fact, fact, before, o)
            for other, its_needs in self._adds[o][i + 1 :]:
                if other[0] != fact[0]:
                    lower |= self._reach(fact, other, self._costliest(needs | its_needs), o)
            for stays in self._facts:
                if stays[0] != fact[0] and stays[0] not in self._overwritten[o]:
                    together = max(self._of(stays, need) for need in (stays, *needs))
                    lower |= self._reach(fact, stays, max(before, together), o)
        return lower

    def _reach(self, fact: Fact, other: Fact, before: int, o: int) -> bool:
        total = min(CEILING, before + self._paid[o])
        if before == DEAD_END or total >= self._of(fact, other):
            return False
        self._cost[frozenset((fact, other))] = total
        return True

    def _of(self, fact: Fact, other: Fact) -> int:
        return self._cost.get(frozenset((fact, other)), DEAD_END)

    def _costliest(self, together: Iterable[Fact]) -> int:
        """The highest cost of two of these facts."""
        pairs = combinations_with_replacement(together, 2)
        return max((self._of(*pair) for pair in pairs), default=0)
