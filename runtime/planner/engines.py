"""Runs one search by name: the compiled one where the kernel has it, else the readable one."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Literal

from planscript.lang.records import replace
from planscript.runtime.planner import kernel
from planscript.runtime.planner.heuristics import HEURISTICS, Blind, Heuristic
from planscript.runtime.planner.progress import NO_LIMITS, Limits, Progress
from planscript.runtime.planner.task import Task

if TYPE_CHECKING:
    from planscript.runtime.planner.relaxation import Costs

Estimated = Literal["real", "one", "plus_one"]


def run(
    task: Task,
    search: str,
    heuristics: Sequence[str],
    progress: Progress,
    *,
    costs: Estimated = "real",
    weight: Fraction = Fraction(1),
    limits: Limits = NO_LIMITS,
    seed: int = 0,
    reference: bool = False,
) -> list[int] | None:
    """A plan as operator numbers, or None when the search came to its end without one.

    Args:
        task: the task.
        search: which search.
        heuristics: the names of the heuristics it is to use.
        progress: what it counts in, and asks whether to go on.
        costs: whether estimates are of costs, of the number of steps, or of both added up.
        weight: of the estimate, in weighted searches.
        limits: for `astar`, `wastar` and `lazy_wastar`.
        seed: for searches that choose at random.
        reference: never use the compiled kernel.

    Raises:
        DeadlineExpired, MemoryError, OutOfWork: a limit was reached.
    """
    estimated = plus_one(task) if costs == "plus_one" else task
    if not reference and kernel.supports(search, heuristics):
        unit_costs = costs == "one"
        return kernel.run(
            task, search, heuristics, weight, unit_costs, limits, progress, estimated=estimated
        )
    scale: Costs = "one" if costs == "one" else "real"
    made = [HEURISTICS[name].make(estimated, scale) for name in heuristics]
    return _run_readable(task, search, made, progress, weight, limits, seed)


def _run_readable(
    task: Task,
    search: str,
    made: Sequence[Heuristic],
    progress: Progress,
    weight: Fraction,
    limits: Limits,
    seed: int,
) -> list[int] | None:
    # Loaded here because the kernel mostly runs in their place.
    from planscript.runtime.planner.best_first import astar, gbfs, lazy_gbfs, lazy_wastar
    from planscript.runtime.planner.bidirectional import bidirectional
    from planscript.runtime.planner.genetic import genetic
    from planscript.runtime.planner.idastar import idastar
    from planscript.runtime.planner.local_search import ehc, hill_climbing
    from planscript.runtime.planner.state_space import StateSpace
    from planscript.runtime.planner.stubborn_sets import StubbornSets, takes
    from planscript.runtime.planner.uninformed import bfs, dfs

    space = StateSpace(task)
    match search:
        case "astar" if limits is NO_LIMITS and takes(task):
            pruning = StubbornSets(task).prune
            return astar(space, made[0], weight, progress, pruning=pruning)
        case "astar" | "wastar":
            return astar(space, made[0], weight, progress, limits)
        case "lazy_wastar":
            return lazy_wastar(space, made, weight, progress, limits)
        case "idastar":
            return idastar(space, made[0], progress)
        case "gbfs":
            return gbfs(space, made[0], progress)
        case "lazy_gbfs":
            return lazy_gbfs(space, made, progress)
        case "ehc":
            return ehc(space, made[0], progress)
        case "hill_climbing":
            return hill_climbing(space, made[0], seed, progress)
        case "genetic":
            return genetic(space, made[0], seed, progress)
        case "bidirectional":
            return bidirectional(space, progress)
        case "bfs":
            return bfs(space, progress)
        case "dfs":
            return dfs(space, progress)
        case "iddfs":
            return idastar(space, Blind(task, "one"), progress, unit_costs=True)
        case _:
            raise ValueError(search)


def plus_one(task: Task) -> Task:
    """The task with every operator dearer by one, so that estimates count steps as well as costs.

    Where all operators cost the same it stays as it is.

    Source: Richter and Westphal, "The LAMA planner" (JAIR 39, 2010), section 4.1.
    """
    costs = task.operators.cost
    if not costs or min(costs) == max(costs) > 0:
        return task
    one = max(1, int(task.cost_scale))
    costs = array("q", [cost + one for cost in costs])
    return replace(task, operators=replace(task.operators, cost=costs))
