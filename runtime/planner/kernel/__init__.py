"""The searches compiled with Cython; `runtime/planner/search.py` names them all.

The modules beside this file are compiled when the package is installed. Without a compiler they are
not there, and the readable searches run instead.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import cache
from importlib import import_module
from typing import Any

from planscript.runtime.planner.progress import NO_LIMITS, Limits, Progress
from planscript.runtime.planner.task import Task

HEURISTICS = frozenset(
    {"blind", "goal_count", "hmax", "hadd", "hff", "lmcount", "lmcut", "novelty", "pdb"}
)
DEEPENING = frozenset({"idastar", "iddfs"})
SEARCHES = DEEPENING | {"astar", "wastar", "lazy_wastar", "gbfs", "lazy_gbfs", "bfs", "dfs"}
OF_THE_PATH = frozenset({"lmcount"})  # heuristics that need to know the states seen by number

MODULES = {  # of each heuristic; the others are in `relaxation`
    "blind": "goal_heuristics",
    "goal_count": "goal_heuristics",
    "lmcount": "landmarks",
    "lmcut": "lmcut",
    "novelty": "novelty",
    "pdb": "projections",
}


def loaded() -> bool:
    """Whether the compiled modules are there."""
    return supports("astar", sorted(HEURISTICS))


@cache
def _loads(module: str) -> bool:
    try:
        import_module(f"planscript.runtime.planner.kernel.{module}")
    except (ImportError, AttributeError):  # as source text they do not import
        return False
    return True


def supports(search: str, heuristics: Sequence[str]) -> bool:
    """Whether the kernel has this search with these heuristics, and they are compiled."""
    if search not in SEARCHES or not HEURISTICS.issuperset(heuristics):
        return False
    deepening = search in DEEPENING
    if deepening and not OF_THE_PATH.isdisjoint(heuristics):
        return False
    modules = {MODULES.get(name, "relaxation") for name in heuristics or ["blind"]}
    if search == "astar":
        modules.add("stubborn_sets")
    engine = "deepening" if deepening else "best_first"
    return all(map(_loads, ("space", engine, *sorted(modules))))


def packed_space(task: Task) -> Any:
    """The compiled transition system of a task."""
    from planscript.runtime.planner.kernel.space import PackedSpace

    return PackedSpace(task)


def run(
    task: Task,
    search: str,
    heuristics: Sequence[str],
    weight: Fraction,
    unit_costs: bool,
    limits: Limits,
    progress: Progress,
    space: Any = None,
    estimated: Task | None = None,
) -> list[int] | None:
    """A plan, or None when all reachable states were seen that are not dead ends and keep to limits.

    `space` is what `packed_space` made of a task that differs in initial state and goal at most;
    `estimated` is a task that differs in costs at most, which the estimates are to be of.

    Raises:
        DeadlineExpired, MemoryError, OutOfWork: a limit was reached.
    """
    space = space or packed_space(task)
    if search in DEEPENING:
        return _deepen(task, search, heuristics, space, progress)
    from planscript.runtime.planner.kernel.best_first import Search

    evaluators = _evaluators(estimated or task, heuristics, unit_costs, progress)
    plan: list[int] | None
    match search:
        case "astar" | "wastar":
            eager = Search(task, space, evaluators, 1, True)
            if search == "astar" and limits is NO_LIMITS:
                _prune(eager, task)
            eager.limit(limits.bound, limits.most, limits.admissible)
            plan = eager.eager(weight.denominator, weight.numerator, progress)
        case "lazy_wastar":
            lazy = Search(task, space, evaluators, 2 * len(evaluators), False)
            lazy.limit(limits.bound, limits.most, limits.admissible)
            plan = lazy.lazy(weight.denominator, weight.numerator, progress)
        case "gbfs":
            plan = Search(task, space, evaluators, 2, False).eager(0, 1, progress)
        case "lazy_gbfs":
            plan = Search(task, space, evaluators, 2 * len(evaluators), False).lazy(0, 1, progress)
        case _:
            plan = Search(task, space, [], 1, search == "dfs").graph(progress)
    return plan


def resumable_astar(
    task: Task, heuristic: str, progress: Progress
) -> Callable[[Progress], list[int] | None]:
    """A* as a function that, where its progress stopped it, goes on when it is called again.

    Raises:
        DeadlineExpired, MemoryError: a limit was reached while the heuristic was made.
    """
    from planscript.runtime.planner.kernel.best_first import Search

    evaluators = _evaluators(task, [heuristic], False, progress)
    made = Search(task, packed_space(task), evaluators, 1, True)
    _prune(made, task)
    return lambda progress: made.eager(1, 1, progress)


def _deepen(
    task: Task, search: str, heuristics: Sequence[str], space: Any, progress: Progress
) -> list[int] | None:
    from planscript.runtime.planner.kernel.deepening import Deepening

    unit_costs = search == "iddfs"
    names = ["blind"] if unit_costs else heuristics
    [evaluator] = _evaluators(task, names, unit_costs, progress)
    return Deepening(task, space, evaluator, unit_costs).run(progress)


def _evaluators(
    task: Task, names: Sequence[str], unit_costs: bool, progress: Progress
) -> list[Any]:
    from planscript.runtime.planner.kernel.relaxed_task import RelaxedTask

    relaxed = None
    made: list[Any] = []
    for name in names:
        if name in ("blind", "goal_count"):
            from planscript.runtime.planner.kernel.goal_heuristics import GoalHeuristic

            made.append(GoalHeuristic(task, name, unit_costs))
            continue
        if name == "lmcount":
            from planscript.runtime.planner.kernel.landmarks import landmark_count

            made.append(landmark_count(task, RelaxedTask(task, unit_costs, True), progress))
            continue
        if name == "novelty":
            from planscript.runtime.planner.kernel.novelty import Novelty
            from planscript.runtime.planner.novelty import compares_pairs

            made.append(Novelty(task, compares_pairs(task)))
            continue
        if name == "pdb":
            made.append(_pattern_databases(task, unit_costs, progress))
            continue
        relaxed = relaxed or RelaxedTask(task, unit_costs)
        if name == "lmcut":
            from planscript.runtime.planner.kernel.lmcut import LmCut

            made.append(LmCut(relaxed))
        else:
            from planscript.runtime.planner.kernel.relaxation import RelaxationHeuristic

            made.append(RelaxationHeuristic(relaxed, name))
    return made


def _pattern_databases(task: Task, unit_costs: bool, progress: Progress) -> Any:
    from planscript.runtime.planner.kernel.projections import pattern_databases

    costs = task.operators.cost
    return pattern_databases(task, array("q", [1]) * len(costs) if unit_costs else costs, progress)


def _prune(search: Any, task: Task) -> None:
    from planscript.runtime.planner.stubborn_sets import takes

    if takes(task):
        from planscript.runtime.planner.kernel.stubborn_sets import StubbornSets

        search.prune_with(StubbornSets(task))
