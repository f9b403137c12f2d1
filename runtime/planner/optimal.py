"""The cheapest plan by A* with two heuristics that take turns, as neither is the better one always.

LM-cut tells much of a state but takes long; pattern databases take time to make and then none to
ask. Each search goes on where it was stopped, so both together take no more than about twice the
time of the better one. The first turn is long enough for most small tasks, which so do without
pattern databases.
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf

from planscript.runtime.planner import kernel
from planscript.runtime.planner.deadline import Deadline, DeadlineExpired
from planscript.runtime.planner.progress import Progress
from planscript.runtime.planner.status import SearchResult, Statistics, Status
from planscript.runtime.planner.task import Task

HEURISTICS = ("lmcut", "pdb")
FIRST_TURN = 0.3  # seconds; each round doubles it

Resumable = Callable[[Progress], list[int] | None]


def supported() -> bool:
    """Whether the kernel has what is needed."""
    return kernel.supports("astar", HEURISTICS)


def optimal(task: Task, deadline: Deadline, max_memory_mb: int | None = None) -> SearchResult:
    """Searches for a plan such that none costs less.

    Args:
        task: the task; conditional effects and derived predicates are welcome.
        deadline: when to stop.
        max_memory_mb: the most resident memory of the process, in MB.

    Returns: the plan, or UNSOLVABLE, TIMEOUT or OUT_OF_MEMORY. The statistics are of all searches.
    """
    searches: dict[str, Resumable] = {}
    counts: dict[str, Statistics] = {}
    left = list(HEURISTICS)
    seconds = FIRST_TURN
    try:
        while True:
            for name in list(left):
                deadline.check()
                # A single search that is left needs no more turns.
                turn = deadline.within(seconds if len(left) > 1 else inf)
                try:
                    if name not in searches:
                        making = Progress(deadline, max_memory_mb, None)
                        searches[name] = kernel.resumable_astar(task, name, making)
                        turn = deadline.within(seconds)
                    progress = Progress(turn, max_memory_mb, None)
                    counts[name] = progress.statistics
                    plan = searches[name](progress)
                except DeadlineExpired:
                    deadline.check()
                    continue
                except MemoryError:
                    searches.pop(name, None)  # makes room for the other
                    left.remove(name)
                    if not left:
                        raise
                    continue
                return _result(task, plan, _sum(counts))
            seconds *= 2
    except DeadlineExpired as expired:
        return SearchResult(Status.TIMEOUT, statistics=_sum(counts), note=str(expired))
    except MemoryError as error:
        return SearchResult(Status.OUT_OF_MEMORY, statistics=_sum(counts), note=str(error))


def _result(task: Task, plan: list[int] | None, counts: Statistics) -> SearchResult:
    if plan is None:
        return SearchResult(Status.UNSOLVABLE, statistics=counts)
    cost = sum(task.operators.cost[o] for o in plan)
    return SearchResult(Status.SOLVED, plan, cost, True, counts)


def _sum(counts: dict[str, Statistics]) -> Statistics:
    total = Statistics()
    for one in counts.values():
        total.expanded += one.expanded
        total.evaluated += one.evaluated
        total.generated += one.generated
        total.reopened += one.reopened
        if one.initial_h is not None:
            total.initial_h = max(total.initial_h or 0, one.initial_h)
    return total
