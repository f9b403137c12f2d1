"""The LM-cut heuristic: a sum of disjunctive action landmarks, cuts of a justification graph.

Source: Helmert and Domshlak, "Landmarks, critical paths and abstractions: what's the difference
anyway?" (ICAPS 2009). Where conditional effects part an operator into several relaxed ones, these
share its one cost, so that each landmark charges the operator at most once (Roeger, Pommerening and
Helmert, "Optimal planning in the presence of conditional effects", ECAI 2014, the plain form).
"""

from __future__ import annotations

from heapq import heappop, heappush

from planscript.runtime.planner.relaxation import AXIOM, Costs, RelaxedTask
from planscript.runtime.planner.state_space import DEAD_END, State
from planscript.runtime.planner.task import Task


class LmCut:
    """Repeats: hmax under the costs that are left; cut before the goal zone; charge the cut."""

    def __init__(self, task: Task, costs: Costs) -> None:
        relaxed = self._relaxed = RelaxedTask(task, costs)
        # Two more facts: one that always holds, for operators that need none, and the goal.
        self._truth = relaxed.fact_count
        self._goal = self._truth + 1
        self._needs = [operator.needs or (self._truth,) for operator in relaxed.operators]
        self._adds = [operator.adds for operator in relaxed.operators]
        # Costs are kept per operator of the task; axioms and reaching the goal share a cost of 0.
        self._owner = [operator.owner for operator in relaxed.operators]
        self._costs = [1 if costs == "one" else cost for cost in task.operators.cost]
        self._needs.append(relaxed.goal or (self._truth,))
        self._adds.append((self._goal,))
        self._owner.append(AXIOM)
        self._costs.append(0)  # at index AXIOM == -1
        self._needed_by: list[list[int]] = [[] for _ in range(self._goal + 1)]
        self._added_by: list[list[int]] = [[] for _ in range(self._goal + 1)]
        for number, (needs, adds) in enumerate(zip(self._needs, self._adds, strict=True)):
            for fact in needs:
                self._needed_by[fact].append(number)
            for fact in adds:
                self._added_by[fact].append(number)

    def evaluate(self, state: State, parent: State | None = None) -> int:
        if self._relaxed.goal_is_false:
            return DEAD_END
        true_facts = [*self._relaxed.true_facts(state), self._truth]
        left = list(self._costs)
        total = 0
        while True:
            hmax, supporter = self._hmax(true_facts, left)
            if hmax[self._goal] == DEAD_END:
                return DEAD_END
            if hmax[self._goal] == 0:
                return total
            zone = self._goal_zone(supporter, left)
            cut = self._cut(true_facts, supporter, zone)
            charge = min(left[owner] for owner in cut)
            for owner in cut:
                left[owner] -= charge
            total += charge

    def preferred(self) -> list[int]:
        return []

    def _hmax(self, true_facts: list[int], left: list[int]) -> tuple[list[int], list[int]]:
        """hmax of all facts, and of each relaxed operator the costliest fact that it needs."""
        cost = [DEAD_END] * (self._goal + 1)
        supporter = [-1] * len(self._needs)
        unmet = [len(needs) for needs in self._needs]
        queue: list[tuple[int, int]] = []
        for fact in true_facts:
            cost[fact] = 0
            queue.append((0, fact))
        while queue:
            paid, fact = heappop(queue)
            if paid > cost[fact]:
                continue
            for number in self._needed_by[fact]:
                unmet[number] -= 1
                if unmet[number]:
                    continue
                supporter[number] = fact  # settled last, so none costs more
                reached = paid + left[self._owner[number]]
                for added in self._adds[number]:
                    if reached < cost[added]:
                        cost[added] = reached
                        heappush(queue, (reached, added))
        return cost, supporter

    def _goal_zone(self, supporter: list[int], left: list[int]) -> set[int]:
        """The facts from which the goal is reached for nothing along supporters."""
        zone = {self._goal}
        todo = [self._goal]
        while todo:
            for number in self._added_by[todo.pop()]:
                fact = supporter[number]
                if fact != -1 and fact not in zone and left[self._owner[number]] == 0:
                    zone.add(fact)
                    todo.append(fact)
        return zone

    def _cut(self, true_facts: list[int], supporter: list[int], zone: set[int]) -> set[int]:
        """The owners of the operators by which, coming from the state, the zone is entered."""
        cut: set[int] = set()
        seen = set(true_facts)
        todo = list(seen)
        while todo:
            fact = todo.pop()
            for number in self._needed_by[fact]:
                if supporter[number] != fact:
                    continue
                if not zone.isdisjoint(self._adds[number]):
                    cut.add(self._owner[number])
                    continue
                for added in self._adds[number]:
                    if added not in seen:
                        seen.add(added)
                        todo.append(added)
        return cut
