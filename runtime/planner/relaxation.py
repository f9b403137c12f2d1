"""Delete relaxation and the heuristics read off its costs: hmax, hadd and FF.

Relaxed operators have preconditions and add facts, and never delete. A conditional effect becomes a
relaxed operator of its own (conditions joined to the preconditions) that still knows its owner; an
axiom is one that costs nothing. That a derived fact is false is a fact too, reached for nothing
when every rule for it is blocked, and a rule is blocked by the opposite of any of its conditions; a
rule that is recursive counts as blocked from the start. So every real plan stays a relaxed plan:
hmax stays admissible and dead ends stay safe.

Sources: Bonet and Geffner, "Planning as heuristic search" (AIJ 129, 2001) for hmax and hadd;
Hoffmann and Nebel, "The FF planning system" (JAIR 14, 2001) for relaxed plans and helpful actions;
relaxed plans are extracted along the cheapest hadd supporters (Keyder and Geffner, ECAI 2008).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import count, groupby
from operator import itemgetter
from typing import Literal

from planscript.runtime.planner.state_space import (
    CEILING,
    DEAD_END,
    Fact,
    State,
    effects,
    facts,
)
from planscript.runtime.planner.task import Operators, Task

Costs = Literal["real", "one"]  # "one": every operator counts 1, so estimates are plan lengths
AXIOM = -1  # the owner of a relaxed operator that stands for an axiom


@dataclass(frozen=True, slots=True)
class RelaxedOperator:
    """Fact numbers it needs and adds, its cost, and the operator it stems from (or AXIOM)."""

    needs: tuple[int, ...]
    adds: tuple[int, ...]
    cost: int
    owner: int


class RelaxedTask:
    """The delete relaxation of a task; fact (v, x) has number `first[v] + x`.

    Facts beyond `first[-1]` stand for blocked axiom rules.
    """

    def __init__(self, task: Task, costs: Costs) -> None:
        self.first = [0]
        for variable in task.variables:
            self.first.append(self.first[-1] + len(variable.values))
        self.fact_count = self.first[-1]
        self._derived = [variable.layer >= 0 for variable in task.variables]
        self.goal = self.numbers(task.goal)
        self.goal_is_false = task.goal_is_false
        self.operators: list[RelaxedOperator] = []
        for o in range(len(task.operators)):
            self._add(task.operators, o, 1 if costs == "one" else task.operators.cost[o], o)
        for rule in range(len(task.axioms)):
            self._add(task.axioms, rule, 0, AXIOM)
        self._add_blocked_rules(task)
        self.needed_by: list[list[int]] = [[] for _ in range(self.fact_count)]
        for number, operator in enumerate(self.operators):
            for fact in operator.needs:
                self.needed_by[fact].append(number)

    def true_facts(self, state: State) -> list[int]:
        """The facts that an exploration starts from; derived facts come from their rules."""
        return [
            first + value
            for first, value, derived in zip(self.first, state, self._derived, strict=False)
            if not derived
        ]

    def numbers(self, conditions: Sequence[Fact]) -> tuple[int, ...]:
        """Fact numbers, ascending, each once."""
        return tuple(sorted({self.first[v] + x for v, x in conditions}))

    def _add(self, operators: Operators, o: int, cost: int, owner: int) -> None:
        """Makes a relaxed operator of each run of effects with the same conditions."""
        for conditions, run in groupby(effects(operators, o), key=itemgetter(0)):
            needs = self.numbers((*facts(operators, o), *conditions))
            adds = tuple(self.first[variable] + value for _, variable, value in run)
            self.operators.append(RelaxedOperator(needs, adds, cost, owner))

    def _add_blocked_rules(self, task: Task) -> None:
        """What makes derived facts false."""
        blocked: dict[int, list[int]] = {
            v: [] for v, derived in enumerate(self._derived) if derived
        }
        for rule in range(len(task.axioms)):
            [(conditions, head, _)] = effects(task.axioms, rule)
            body = {*facts(task.axioms, rule), *conditions}
            layer = task.variables[head].layer
            if any(task.variables[v].layer == layer for v, _ in body):
                continue  # it may be recursive
            blocked[head].append(self.fact_count)
            for v, x in sorted(body):
                for other in range(len(task.variables[v].values)):
                    if other != x:
                        needs = (self.first[v] + other,)
                        opposite = RelaxedOperator(needs, (self.fact_count,), 0, AXIOM)
                        self.operators.append(opposite)
            self.fact_count += 1
        for v, rules in blocked.items():
            false = RelaxedOperator(tuple(rules), (self.first[v],), 0, AXIOM)
            self.operators.append(false)


class Exploration:
    """Costs of all facts from a state, by Dijkstra's algorithm over relaxed operators.

    `cost[f]` is the cost of fact `f` (DEAD_END: unreachable); `supporter[f]` the relaxed operator
    that reaches it at that cost (-1: true in the state), of several the one whose needs were met
    first. Of equally cheap facts the one reached last is settled first: on the tasks measured this
    makes relaxed plans that mislead a search less than other ways to break ties.
    """

    def __init__(self, relaxed: RelaxedTask, combine: Literal["max", "sum"]) -> None:
        self._relaxed = relaxed
        self._sum = combine == "sum"
        self.cost: list[int] = []
        self.supporter: list[int] = []

    def explore(self, state: State) -> int:
        """Fills `cost` and `supporter`; returns the cost of the goal facts together."""
        relaxed = self._relaxed
        operators = relaxed.operators
        cost = self.cost = [DEAD_END] * relaxed.fact_count
        supporter = self.supporter = [-1] * relaxed.fact_count
        unmet = [len(operator.needs) for operator in operators]
        so_far = [0] * len(operators)
        queue: list[tuple[int, int, int]] = []
        pushes = count()

        def reach(fact: int, total: int) -> None:
            cost[fact] = total
            heappush(queue, (total, -next(pushes), fact))

        def fire(number: int, paid: int) -> None:
            operator = operators[number]
            total = min(CEILING, paid + operator.cost)
            for fact in operator.adds:
                if total < cost[fact]:
                    reach(fact, total)
                    supporter[fact] = number

        for fact in relaxed.true_facts(state):
            reach(fact, 0)
        for number, needs in enumerate(unmet):
            if needs == 0:
                fire(number, 0)
        while queue:
            paid, _, fact = heappop(queue)
            if paid > cost[fact]:
                continue
            for number in relaxed.needed_by[fact]:
                so_far[number] = (
                    min(CEILING, so_far[number] + paid) if self._sum else max(so_far[number], paid)
                )
                unmet[number] -= 1
                if unmet[number] == 0:
                    fire(number, so_far[number])
        return self._together([cost[fact] for fact in relaxed.goal])

    def _together(self, costs: list[int]) -> int:
        if self._relaxed.goal_is_false or DEAD_END in costs:
            return DEAD_END
        return min(CEILING, sum(costs)) if self._sum else max(costs, default=0)


class Hmax:
    """The cost of the costliest goal fact, reached through the costliest preconditions."""

    combine: Literal["max", "sum"] = "max"

    def __init__(self, task: Task, costs: Costs) -> None:
        self._exploration = Exploration(RelaxedTask(task, costs), self.combine)

    def evaluate(self, state: State, parent: State | None = None) -> int:
        return self._exploration.explore(state)

    def preferred(self) -> list[int]:
        return []


class Hadd(Hmax):
    """The sum of the costs of the goal facts, as if each were reached on its own."""

    combine = "sum"


class Hff:
    """The cost of a relaxed plan; its operators that are applicable are preferred."""

    def __init__(self, task: Task, costs: Costs) -> None:
        self._relaxed = RelaxedTask(task, costs)
        self._exploration = Exploration(self._relaxed, "sum")
        self._preferred: list[int] = []

    def evaluate(self, state: State, parent: State | None = None) -> int:
        self._preferred = []
        if self._exploration.explore(state) == DEAD_END:
            return DEAD_END
        plan = self._relaxed_plan()
        owners = {operator.owner: operator.cost for operator in plan if operator.owner != AXIOM}
        preferred = {
            operator.owner
            for operator in plan
            if operator.owner != AXIOM and self._holds(operator.needs, state)
        }
        self._preferred = sorted(preferred)
        return min(CEILING, sum(owners.values()))

    def preferred(self) -> list[int]:
        return self._preferred

    def _relaxed_plan(self) -> list[RelaxedOperator]:
        supporter = self._exploration.supporter
        plan: set[int] = set()
        seen = set(self._relaxed.goal)
        todo = list(seen)
        while todo:
            number = supporter[todo.pop()]
            if number == -1 or number in plan:
                continue
            plan.add(number)
            for fact in self._relaxed.operators[number].needs:
                if fact not in seen:
                    seen.add(fact)
                    todo.append(fact)
        return [self._relaxed.operators[number] for number in sorted(plan)]

    def _holds(self, needs: tuple[int, ...], state: State) -> bool:
        """Whether the facts hold; those of operators are facts of variables."""
        first = self._relaxed.first
        for fact in needs:
            variable = bisect_right(first, fact) - 1
            if state[variable] != fact - first[variable]:
                return False
        return True
