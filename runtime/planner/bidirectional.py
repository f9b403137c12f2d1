"""Bidirectional uniform-cost search: forward over states, backward over conditions, until they meet.

Backward search regresses the goal: what must hold before an operator so that a condition holds after
it. Conditions that demand two facts of which at most one can hold are dropped. Tasks with
conditional effects or derived predicates are not for it.

Sources: Nicholson, "Finding the shortest route between two points in a network" (Computer Journal 9,
1966) for when to stop; Bonet and Geffner, "Planning as heuristic search" (AIJ 129, 2001), section 6,
for regression with mutexes.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from heapq import heappop, heappush
from math import inf
from typing import Generic, TypeVar

from planscript.runtime.planner.progress import Progress
from planscript.runtime.planner.state_space import Fact, State, StateSpace, effects, facts
from planscript.runtime.planner.task import Task

Condition = frozenset[Fact]
Node = TypeVar("Node", bound=Hashable)


def bidirectional(space: StateSpace, progress: Progress) -> list[int] | None:
    """A plan of least cost, or None when all states or all conditions were seen without a meeting.

    The side with fewer open nodes goes on. It ends when no path that is still open on both sides can
    be cheaper than the best meeting so far.
    """
    task, counts = space.task, progress.statistics
    if task.goal_is_false:
        return None

    def successors(state: State) -> Iterable[tuple[int, State]]:
        return ((o, space.apply(state, o)) for o in space.applicable(state))

    goal = frozenset(task.goal)
    forward: _Side[State] = _Side(space.initial(), successors, space.cost)
    backward: _Side[Condition] = _Side(goal, Regression(task).steps, space.cost)
    meetings = _Meetings()
    best: float = inf
    met = (space.initial(), goal)
    meetings.with_condition(goal)
    new_pairs = meetings.with_state(met[0])
    while True:
        for state, condition in new_pairs:
            if forward.g[state] + backward.g[condition] < best:
                best, met = forward.g[state] + backward.g[condition], (state, condition)
        if forward.least() + backward.least() >= best or inf in (forward.least(), backward.least()):
            break
        progress.tick()
        if len(forward.open) <= len(backward.open):
            new_states = forward.expand()
            new_pairs = [pair for node in new_states for pair in meetings.with_state(node)]
            counts.generated += len(new_states)
        else:
            new_conditions = backward.expand()
            new_pairs = [pair for node in new_conditions for pair in meetings.with_condition(node)]
            counts.generated += len(new_conditions)
        counts.expanded += 1
    if best == inf:
        return None
    return forward.steps_to(met[0])[::-1] + backward.steps_to(met[1])


class _Side(Generic[Node]):
    """One direction: Dijkstra's algorithm, a node at a time."""

    def __init__(
        self,
        root: Node,
        neighbours: Callable[[Node], Iterable[tuple[int, Node]]],
        cost: Sequence[int],
    ) -> None:
        self.g: dict[Node, int] = {root: 0}
        self.open: list[tuple[int, int, Node]] = [(0, 0, root)]
        self._neighbours = neighbours
        self._cost = cost
        self._before: dict[Node, tuple[Node, int]] = {}
        self._pushes = 0

    def least(self) -> float:
        """The least g of an open node; infinite where none is open."""
        while self.open and self.open[0][0] > self.g[self.open[0][2]]:
            heappop(self.open)  # reached more cheaply since
        return self.open[0][0] if self.open else inf

    def expand(self) -> list[Node]:
        """Expands an open node of least g: the nodes reached for less than before."""
        g, _, node = heappop(self.open)
        found = []
        for operator, other in self._neighbours(node):
            total = g + self._cost[operator]
            if total < self.g.get(other, inf):
                self.g[other] = total
                self._before[other] = (node, operator)
                self._pushes += 1
                heappush(self.open, (total, self._pushes, other))
                found.append(other)
        return found

    def steps_to(self, node: Node) -> list[int]:
        """The operators between the root and a node, the last first."""
        steps = []
        while node in self._before:
            node, operator = self._before[node]
            steps.append(operator)
        return steps


class _Meetings:
    """Finds the states that satisfy a condition and the conditions that a state satisfies.

    Conditions on the same variables share an index from values to states and conditions.
    """

    def __init__(self) -> None:
        self._states: dict[State, None] = {}
        self._by_variables: dict[
            tuple[int, ...], dict[State, tuple[list[State], list[Condition]]]
        ] = {}

    def with_state(self, state: State) -> list[tuple[State, Condition]]:
        """The pairs that a state makes, which may be known already."""
        known = state in self._states
        self._states[state] = None
        found = []
        for variables, index in self._by_variables.items():
            states, conditions = index.setdefault(tuple([state[v] for v in variables]), ([], []))
            if not known:
                states.append(state)
            found += [(state, condition) for condition in conditions]
        return found

    def with_condition(self, condition: Condition) -> list[tuple[State, Condition]]:
        """The pairs that a condition makes, which may be known already."""
        ordered = sorted(condition)
        variables = tuple([v for v, _ in ordered])
        index = self._by_variables.get(variables)
        if index is None:
            index = self._by_variables[variables] = {}
            for state in self._states:
                values = tuple([state[v] for v in variables])
                index.setdefault(values, ([], []))[0].append(state)
        states, conditions = index.setdefault(tuple([x for _, x in ordered]), ([], []))
        if not conditions:  # else it is this one
            conditions.append(condition)
        return [(state, condition) for state in states]


class Regression:
    """From conditions back over operators, which must have no conditional effects."""

    def __init__(self, task: Task) -> None:
        self._pre: list[dict[int, int]] = []
        self._sets: list[dict[int, int]] = []
        self._set_by: dict[Fact, list[int]] = {}
        for o in range(len(task.operators)):
            self._pre.append(dict(facts(task.operators, o)))
            self._sets.append({v: x for _, v, x in effects(task.operators, o)})
            for fact in self._sets[o].items():
                self._set_by.setdefault(fact, []).append(o)
        self._groups: dict[Fact, list[int]] = {}  # in which mutex groups a fact stands
        for number, group in enumerate(task.mutex_groups):
            for fact in group:
                self._groups.setdefault(fact, []).append(number)

    def steps(self, condition: Condition) -> list[tuple[int, Condition]]:
        """Operators that make part of the condition true, each with what must hold before it."""
        candidates = {o for fact in condition for o in self._set_by.get(fact, ())}
        found = []
        for o in sorted(candidates):
            before = self._before(condition, o)
            if before is not None:
                found.append((o, before))
        return found

    def _before(self, condition: Condition, o: int) -> Condition | None:
        """None where the operator spoils the condition, or no state has what must hold."""
        needed = dict(self._pre[o])
        sets = self._sets[o]
        for v, x in condition:
            if v in sets:
                if sets[v] != x:
                    return None
            elif needed.setdefault(v, x) != x:
                return None
        groups: set[int] = set()
        for fact in needed.items():
            for number in self._groups.get(fact, ()):
                if number in groups:
                    return None
                groups.add(number)
        return frozenset(needed.items())
