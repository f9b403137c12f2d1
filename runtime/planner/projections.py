"""Projections of a task to a few of its variables, and the exact distances in them.

What a projection cannot see it takes to be as needed: conditions on other variables hold, effects
under such conditions may fire or not, and derived variables take no part. So every plan of the task
is a path in each projection, also where there are conditional effects and axioms.

Source: Edelkamp, "Planning with pattern databases" (ECP 2001).
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from heapq import heappop, heappush
from itertools import product
from math import prod

from planscript.runtime.planner.state_space import CEILING, DEAD_END, Fact, effects, facts
from planscript.runtime.planner.task import Task

MOST_OUTCOMES = 64  # of one operator in one abstract state

Conditional = tuple[tuple[Fact, ...], bool, int, int]  # (seen conditions, unseen ones?, var, value)


class Projection:
    """The transitions of a projection. States are numbered in mixed radix, first variable first."""

    def __init__(self, task: Task, pattern: Sequence[int]) -> None:
        """Lays out the projection to the variables `pattern`.

        Raises:
            OverflowError: an operator has too many outcomes.
        """
        self.pattern = tuple(pattern)
        domains = [range(len(task.variables[v].values)) for v in pattern]
        self.size = prod(len(domain) for domain in domains)
        factor = 1
        self.factors: list[int] = []
        for domain in domains:
            self.factors.append(factor)
            factor *= len(domain)
        place = {v: i for i, v in enumerate(pattern)}
        self._goals = self._matching(domains, {place[v]: x for v, x in task.goal if v in place})
        # Of each operator the steps (from, to) that change something.
        self._steps: list[tuple[int, list[tuple[int, int]]]] = []
        for o in range(len(task.operators)):
            needs = dict(facts(task.operators, o))
            seen = _seen_effects(effects(task.operators, o), needs, place)
            if not seen:
                continue
            steps = []
            fixed = {place[v]: x for v, x in needs.items() if v in place}
            for state in self._matching(domains, fixed):
                steps += [(state, after) for after in self._outcomes(state, seen, domains)]
            if steps:
                self._steps.append((o, steps))
        self.transitions = sum(len(steps) for _, steps in self._steps)

    def number(self, state: Sequence[int]) -> int:
        """The abstract state of a state of the task."""
        return sum(f * state[v] for v, f in zip(self.pattern, self.factors, strict=True))

    def distances(self, costs: Sequence[int]) -> array[int]:
        """The distance of each abstract state to a goal under these costs of operators."""
        arriving: dict[int, list[tuple[int, int]]] = {}
        for o, steps in self._steps:
            for before, after in steps:
                arriving.setdefault(after, []).append((costs[o], before))
        distance = array("q", [DEAD_END]) * self.size
        queue = []
        for state in self._goals:
            distance[state] = 0
            queue.append((0, state))
        while queue:
            paid, state = heappop(queue)
            if paid > distance[state]:
                continue
            for cost, before in arriving.get(state, ()):
                total = min(CEILING, paid + cost)
                if total < distance[before]:
                    distance[before] = total
                    heappush(queue, (total, before))
        return distance

    def charge(self, costs: array[int], distance: Sequence[int], sign: int) -> None:
        """Adds to the costs (or takes off: -1) what the distances need of each operator."""
        for o, needed in self._saturated(distance):
            costs[o] = min(CEILING, costs[o] + sign * needed)

    def stolen(self, costs: Sequence[int], distance: Sequence[int], demand: Sequence[int]) -> int:
        """What the distances need of the operators that are wanted for more than they cost."""
        return sum(
            min(needed, max(0, demand[o] - costs[o])) for o, needed in self._saturated(distance)
        )

    def _saturated(self, distance: Sequence[int]) -> list[tuple[int, int]]:
        """Of each operator the least cost with which the distances stay as they are."""
        found = []
        for o, steps in self._steps:
            drops = [
                distance[before] - distance[after]
                for before, after in steps
                if distance[after] != DEAD_END
            ]
            found.append((o, max(0, max(drops, default=0))))
        return found

    def _matching(self, domains: Sequence[range], fixed: dict[int, int]) -> list[int]:
        """The abstract states in which these places have these values."""
        choices = [(fixed[i],) if i in fixed else tuple(d) for i, d in enumerate(domains)]
        return [
            sum(f * x for f, x in zip(self.factors, values, strict=True))
            for values in product(*choices)
        ]

    def _outcomes(self, state: int, seen: list[Conditional], domains: Sequence[range]) -> list[int]:
        """The abstract states, other than this one, to which an operator may lead from it."""

        def value(of: int, i: int) -> int:
            return of // self.factors[i] % len(domains[i])

        outcomes = {state}
        for conditions, unseen, i, x in seen:
            if any(value(state, j) != y for j, y in conditions):
                continue
            fired = {after + (x - value(after, i)) * self.factors[i] for after in outcomes}
            outcomes = outcomes | fired if unseen else fired
            if len(outcomes) > MOST_OUTCOMES:
                raise OverflowError("an operator has too many outcomes")
        return sorted(outcomes - {state})


def _seen_effects(
    rows: list[tuple[tuple[Fact, ...], int, int]], needs: dict[int, int], place: dict[int, int]
) -> list[Conditional]:
    """The effects on the pattern; conditions that the operator's needs decide are left out."""
    seen: list[Conditional] = []
    for conditions, variable, x in rows:
        if variable not in place or any(needs.get(v, y) != y for v, y in conditions):
            continue
        left = [(v, y) for v, y in conditions if v not in needs]
        inside = tuple((place[v], y) for v, y in left if v in place)
        seen.append((inside, len(inside) < len(left), place[variable], x))
    return seen
