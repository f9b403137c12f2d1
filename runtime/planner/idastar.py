"""IDA*: depth-first search bounded by f = g + h, the bound growing; optimal, in little memory.

With unit costs and the blind heuristic this is depth-first search by growing depth.

Source: Korf, "Depth-first iterative-deepening: an optimal admissible tree search" (AIJ 27, 1985).
"""

from __future__ import annotations

from collections.abc import Iterator

from planscript.runtime.planner.heuristics import Heuristic
from planscript.runtime.planner.progress import Progress
from planscript.runtime.planner.state_space import DEAD_END, State, StateSpace


def idastar(
    space: StateSpace, heuristic: Heuristic, progress: Progress, unit_costs: bool = False
) -> list[int] | None:
    """An optimal plan where the heuristic is admissible, or None where there is none.

    With `unit_costs` every operator counts 1.

    A state on the current path is not entered again, so a round in which no state exceeds the bound
    has seen every path without a cycle.
    """
    start = space.initial()
    bound = progress.statistics.initial_h = _evaluate(heuristic, start, None, progress)
    while bound != DEAD_END:
        plan, bound = _bounded(space, heuristic, start, bound, unit_costs, progress)
        if plan is not None:
            return plan
    return None


def _bounded(
    space: StateSpace,
    heuristic: Heuristic,
    start: State,
    bound: int,
    unit_costs: bool,
    progress: Progress,
) -> tuple[list[int] | None, int]:
    """A plan of f within the bound, or the least f that was beyond it (DEAD_END: none was)."""
    if space.is_goal(start):
        return [], bound
    counts = progress.statistics
    beyond = DEAD_END
    path = [start]
    on_path = {start}
    plan: list[int] = []
    paid = [0]
    choices: list[Iterator[int]] = [iter(space.applicable(start))]
    counts.expanded += 1
    while choices:
        operator = next(choices[-1], None)
        if operator is None:
            choices.pop()
            on_path.discard(path.pop())
            paid.pop()
            if plan:
                plan.pop()
            continue
        state = space.apply(path[-1], operator)
        counts.generated += 1
        if state in on_path:
            continue
        g = paid[-1] + (1 if unit_costs else space.cost[operator])
        h = _evaluate(heuristic, state, path[-1], progress)
        if h == DEAD_END:
            continue
        if g + h > bound:
            beyond = min(beyond, g + h)
            continue
        plan.append(operator)
        if space.is_goal(state):
            return plan, bound
        counts.expanded += 1
        path.append(state)
        on_path.add(state)
        paid.append(g)
        choices.append(iter(space.applicable(state)))
    return None, beyond


def _evaluate(heuristic: Heuristic, state: State, parent: State | None, progress: Progress) -> int:
    progress.statistics.evaluated += 1
    progress.tick()
    return heuristic.evaluate(state, parent)
