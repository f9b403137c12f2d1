"""Pattern databases over small patterns, which share the operators' costs.

Patterns are goal variables with variables that matter to them. In one order after another each
pattern takes of every operator's cost what its distances need, and leaves the rest to those after
it; so the distances of one order may be added up, and the estimate is the best of all orders.

Sources: Pommerening, Roeger and Helmert, "Getting the most out of pattern databases for classical
planning" (IJCAI 2013) for the patterns; Seipp, Keller and Helmert, "Saturated cost partitioning for
optimal classical planning" (JAIR 67, 2020) for sharing costs, the greedy orders and their choice.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from math import prod
from random import Random
from typing import Protocol

from planscript.lang.records import dataclass
from planscript.runtime.planner.projections import Projection
from planscript.runtime.planner.relaxation import Costs
from planscript.runtime.planner.state_space import CEILING, DEAD_END, State, StateSpace
from planscript.runtime.planner.task import Task

LARGEST_PATTERN = 3  # variables
MOST_STATES = 20_000  # of one projection
MOST_PATTERNS = 400
MOST_TRANSITIONS = 1_000_000  # of all projections together
MOST_WORK = 12_000_000  # transitions looked at while costs are shared
SAMPLES = 40
LONGEST_WALK = 40


class AnyProjection(Protocol):
    """What sharing costs needs of a projection, plain or compiled."""

    pattern: tuple[int, ...]
    transitions: int

    def number(self, state: Sequence[int]) -> int: ...
    def distances(self, costs: array[int]) -> array[int]: ...
    def charge(self, costs: array[int], distance: array[int], sign: int) -> None: ...
    def stolen(self, costs: array[int], distance: array[int], demand: array[int]) -> int: ...


@dataclass(frozen=True, slots=True)
class Database:
    """The distances of a projection, by place in the list of projections."""

    projection: int
    distances: array[int]


Order = list[Database]  # whose distances may be added up


def patterns(task: Task) -> list[tuple[int, ...]]:
    """Patterns, the small ones first: goal variables, and what they depend on.

    A pattern grows by a variable that one of its own depends on, or by a goal variable that depends
    on one of its own.
    """
    ordinary = {v for v, variable in enumerate(task.variables) if variable.layer < 0}
    depends: list[set[int]] = [set() for _ in task.variables]
    operators = task.operators
    for o in range(len(operators)):
        needs = set(operators.pre_var[operators.pre_start[o] : operators.pre_start[o + 1]])
        for e in range(operators.eff_start[o], operators.eff_start[o + 1]):
            conditions = operators.cond_var[operators.cond_start[e] : operators.cond_start[e + 1]]
            depends[operators.eff_var[e]].update(needs, conditions)
    goals = sorted({v for v, _ in task.goal} & ordinary)
    near = [(found & ordinary) - {v} for v, found in enumerate(depends)]
    for goal in goals:
        for v in depends[goal] & ordinary - {goal}:
            near[v].add(goal)
    domains = [len(variable.values) for variable in task.variables]
    found: dict[tuple[int, ...], None] = {}
    layer: list[tuple[int, ...]] = [(goal,) for goal in goals if domains[goal] <= MOST_STATES]
    for _ in range(LARGEST_PATTERN):
        found.update(dict.fromkeys(layer))
        if len(found) >= MOST_PATTERNS:
            break
        grown: dict[tuple[int, ...], None] = {}
        for pattern in layer:
            size = prod(domains[v] for v in pattern)
            for v in sorted({v for member in pattern for v in near[member]} - set(pattern)):
                if size * domains[v] <= MOST_STATES:
                    grown[tuple(sorted((*pattern, v)))] = None
        layer = list(grown)
    return list(found)[:MOST_PATTERNS]


def project_all(
    task: Task, project: Callable[[tuple[int, ...]], AnyProjection], look: Callable[[], None]
) -> list[AnyProjection]:
    """The projections to the patterns, as far as there is room for them."""
    made: list[AnyProjection] = []
    room = MOST_TRANSITIONS
    for pattern in patterns(task):
        look()
        try:
            projection = project(pattern)
        except OverflowError:
            continue
        room -= projection.transitions
        if room < 0:
            break
        made.append(projection)
    return made


def share_costs(
    task: Task,
    costs: array[int],
    projections: Sequence[AnyProjection],
    look: Callable[[], None],
) -> list[Order]:
    """Orders of databases such that the best sum is high in many states.

    The first order is for the initial state; each other one raised the estimate of one of some
    states that random walks reach. `look` is called now and then and may raise.
    """
    sharing = _Sharing(costs, projections, look)
    if not sharing.useful:
        return []
    space = StateSpace(task)
    initial = space.initial()
    orders = [sharing.order_for(initial)]
    if not orders[0]:
        return orders
    start = [projection.number(initial) for projection in projections]
    length = _sum(orders[0], start) * len(costs) // max(1, sum(costs))
    random = Random(0)
    samples = []
    for _ in range(SAMPLES):
        look()
        walked = _walk(space, random, random.randint(1, min(LONGEST_WALK, 2 * length + 1)))
        samples.append((walked, [projection.number(walked) for projection in projections]))
    best = [_sum(orders[0], numbers) for _, numbers in samples]
    for state, _ in samples:
        if sharing.work > MOST_WORK:
            break
        order = sharing.order_for(state)
        sums = [_sum(order, numbers) for _, numbers in samples]
        if any(new > old for new, old in zip(sums, best, strict=True)):
            orders.append(order)
            best = [max(pair) for pair in zip(sums, best, strict=True)]
    return orders


class _Sharing:
    """Parts the costs among projections in the greedy order for a state."""

    def __init__(
        self, costs: array[int], projections: Sequence[AnyProjection], look: Callable[[], None]
    ) -> None:
        self._costs = costs
        self._projections = projections
        self._look = look
        self.work = 0
        self._alone: list[array[int]] = []
        demand = array("q", bytes(8 * len(costs)))
        for projection in projections:
            look()
            distance = projection.distances(costs)
            projection.charge(demand, distance, 1)
            self._alone.append(distance)
            self.work += projection.transitions
        self.useful = [i for i, distance in enumerate(self._alone) if any(distance)]
        self._stolen = [
            projection.stolen(costs, distance, demand)
            for projection, distance in zip(projections, self._alone, strict=True)
        ]

    def order_for(self, state: State) -> Order:
        """First those that promise the state much and take little that others want."""

        def promise(i: int) -> float:
            h = self._alone[i][self._projections[i].number(state)]
            return -min(h, DEAD_END) / max(1, self._stolen[i])

        left = array("q", self._costs)
        order = []
        for i in sorted(self.useful, key=promise):
            projection = self._projections[i]
            distance = projection.distances(left)
            self.work += projection.transitions
            if any(distance):
                projection.charge(left, distance, -1)
                order.append(Database(i, distance))
        self._look()
        return order


def _sum(order: Order, numbers: Sequence[int]) -> int:
    total = 0
    for database in order:
        distance = database.distances[numbers[database.projection]]
        if distance == DEAD_END:
            return DEAD_END
        total += distance
    return min(CEILING, total)


def _walk(space: StateSpace, random: Random, steps: int) -> State:
    state = space.initial()
    for _ in range(steps):
        applicable = space.applicable(state)
        if not applicable:
            break
        state = space.apply(state, random.choice(applicable))
    return state


class PatternDatabases:
    """The best sum of distances over all orders."""

    def __init__(self, task: Task, costs: Costs) -> None:
        paid = task.operators.cost
        if costs == "one":
            paid = array("q", [1]) * len(paid)
        self._false = task.goal_is_false
        self._projections = project_all(task, lambda pattern: Projection(task, pattern), _go_on)
        self._orders = share_costs(task, paid, self._projections, _go_on)

    def evaluate(self, state: State, parent: State | None = None) -> int:
        if self._false:
            return DEAD_END
        numbers = [projection.number(state) for projection in self._projections]
        return max((_sum(order, numbers) for order in self._orders), default=0)

    def preferred(self) -> list[int]:
        return []


def _go_on() -> None:
    """Never stops."""
