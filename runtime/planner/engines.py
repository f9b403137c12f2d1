"""Runs one search by name: the compiled one where the kernel has it, else the readable one."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from planscript.runtime.planner import kernel
from planscript.runtime.planner.heuristics import HEURISTICS, Heuristic
from planscript.runtime.planner.progress import NO_LIMITS, Limits, Progress
from planscript.runtime.planner.task import Task

if TYPE_CHECKING:
    from planscript.runtime.planner.relaxation import Costs


def run(
    task: Task,
    search: str,
    heuristics: Sequence[str],
    progress: Progress,
    *,
    costs: Costs = "real",
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
        costs: whether estimates are of costs or of the number of steps.
        weight: of the estimate, in weighted searches.
        limits: for `astar`, `wastar` and `lazy_wastar`.
        seed: for searches that choose at random.
        reference: never use the compiled kernel.

    Raises:
        DeadlineExpired, MemoryError, OutOfWork: a limit was reached.
    """
    if not reference and kernel.supports(search, heuristics):
        return kernel.run(task, search, heuristics, weight, costs == "one", limits, progress)
    return _run_readable(task, search, heuristics, progress, costs, weight, limits, seed)


def _run_readable(
    task: Task,
    search: str,
    heuristics: Sequence[str],
    progress: Progress,
    costs: Costs,
    weight: Fraction,
    limits: Limits,
    seed: int,
) -> list[int] | None:
    # Loaded here because the kernel mostly runs in their place.
    from planscript.runtime.planner.best_first import astar, gbfs, lazy_gbfs, lazy_wastar
    from planscript.runtime.planner.idastar import idastar
    from planscript.runtime.planner.local_search import ehc, hill_climbing
    from planscript.runtime.planner.state_space import StateSpace
    from planscript.runtime.planner.uninformed import bfs, dfs, iddfs

    space = StateSpace(task)
    made: list[Heuristic] = [HEURISTICS[name].make(task, costs) for name in heuristics]
    match search:
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
        case "bfs":
            return bfs(space, progress)
        case "dfs":
            return dfs(space, progress)
        case "iddfs":
            return iddfs(space, progress)
        case _:
            raise ValueError(search)
