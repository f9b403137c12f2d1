"""The searches by name: one table, and the front door that runs one on a grounded task.

The algorithms are beside this file, one family each; `engines.py` calls them.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from planscript.lang.diagnostics import did_you_mean
from planscript.lang.records import dataclass
from planscript.runtime.planner import engines
from planscript.runtime.planner.anytime import OnPlan, anytime
from planscript.runtime.planner.deadline import NEVER, Deadline, DeadlineExpired
from planscript.runtime.planner.heuristics import HEURISTICS
from planscript.runtime.planner.progress import OnProgress, Progress
from planscript.runtime.planner.state_space import DEAD_END
from planscript.runtime.planner.status import SearchResult, Statistics, Status
from planscript.runtime.planner.task import Task


@dataclass(frozen=True, slots=True)
class SearchInfo:
    """A row of the table.

    `optimal`: with an admissible heuristic no plan costs less ("fewest": no plan has fewer
    operators). `complete`: finding nothing proves that there is no plan. `heuristics` is how many
    it takes (0: none; 2: one or more, joined by commas); `heuristic` the one that suits it. `adl`:
    it takes conditional effects and derived predicates.
    """

    name: str
    optimal: bool | str
    complete: bool
    heuristics: int
    heuristic: str
    real_costs: bool
    description: str
    adl: bool = True

    def unsupported(self, task: Task) -> str:
        """Why the search does not take the task, or the empty string."""
        if task.has_conditional_effects and not self.adl:
            return f"the search {self.name} does not take conditional effects"
        if task.has_axioms and not self.adl:
            return f"the search {self.name} does not take derived predicates"
        return ""


SEARCHES: dict[str, SearchInfo] = {
    info.name: info
    for info in (
        SearchInfo("astar", True, True, 1, "lmcut", True, "A*, least cost so far plus estimate"),
        SearchInfo("wastar", False, True, 1, "hff", True, "A* with the estimate times a weight"),
        SearchInfo("lazy_wastar", False, True, 2, "hff", True, "weighted, estimates on expansion"),
        SearchInfo("idastar", True, True, 1, "lmcut", True, "A* by deepening, in little memory"),
        SearchInfo("gbfs", False, True, 1, "hff", False, "greedy best first, least estimate"),
        SearchInfo("lazy_gbfs", False, True, 2, "hff", False, "greedy, estimates on expansion"),
        SearchInfo("ehc", False, False, 1, "hff", False, "enforced hill climbing"),
        SearchInfo("hill_climbing", False, False, 1, "hff", False, "best successor, with restarts"),
        SearchInfo("genetic", False, False, 1, "hff", False, "breeds sequences of operators"),
        SearchInfo("anytime", False, True, 2, "hff,goal_count", True, "a plan, then better ones"),
        SearchInfo("bfs", "fewest", True, 0, "", True, "breadth first"),
        SearchInfo(
            "bidirectional", True, True, 0, "", True, "least cost first from both ends", adl=False
        ),
        SearchInfo("dfs", False, True, 0, "", True, "depth first, each state once"),
        SearchInfo("iddfs", "fewest", True, 0, "", True, "depth first to growing depth"),
    )
}
WEIGHTED = ("wastar", "lazy_wastar")
DEFAULT_WEIGHT = 3  # of these where the caller names none above 1


def search(
    task: Task,
    search: str,
    heuristic: str = "auto",
    *,
    weight: Fraction | float = 1,
    deadline: Deadline = NEVER,
    max_memory_mb: int | None = None,
    seed: int = 0,
    on_progress: OnProgress | None = None,
    on_plan: OnPlan | None = None,
    reference: bool = False,
) -> SearchResult:
    """Searches for a plan of a grounded task.

    Args:
        task: the task.
        search: a name in SEARCHES.
        heuristic: a name in HEURISTICS, or several joined by commas where the search takes them, or
            "auto" for the one that suits the search. Where it takes none, "auto" or "blind".
        weight: what weighted searches multiply the estimate with.
        deadline: when to stop.
        max_memory_mb: the most resident memory of the process, in MB.
        seed: of what hill climbing and the genetic algorithm choose at random.
        on_progress: handed the statistics about ten times a second.
        on_plan: handed each better plan and its cost, where a search goes on after the first.
        reference: never use the compiled kernel.

    Returns: the plan, or why there is none: UNSOLVABLE where that is proved, EXHAUSTED where an
        incomplete search failed, TIMEOUT, OUT_OF_MEMORY, or UNSUPPORTED with a note.
    """
    chosen, note = _choose(task, search, heuristic)
    if note:
        return SearchResult(Status.UNSUPPORTED, note=note)
    info = SEARCHES[search]
    progress = Progress(deadline, max_memory_mb, on_progress)
    counts = progress.statistics
    counts.operators, counts.axioms = len(task.operators), len(task.axioms)
    counts.variables = len(task.variables)
    ratio = Fraction(weight).limit_denominator(1000)
    if search not in WEIGHTED:
        ratio = Fraction(1)
    elif ratio <= 1:
        ratio = Fraction(DEFAULT_WEIGHT)
    optimal = False
    try:
        if search == "anytime":
            plan, optimal = anytime(task, chosen, progress, on_plan, reference)
        else:
            plan = engines.run(
                task,
                search,
                chosen,
                progress,
                costs="real" if info.real_costs else "one",
                weight=ratio,
                seed=seed,
                reference=reference,
            )
    except DeadlineExpired as expired:
        return SearchResult(Status.TIMEOUT, statistics=counts, note=str(expired))
    except MemoryError as error:
        return SearchResult(Status.OUT_OF_MEMORY, statistics=counts, note=str(error))
    if plan is None:
        proved = info.complete or counts.initial_h == DEAD_END
        status = Status.UNSOLVABLE if proved else Status.EXHAUSTED
        return SearchResult(status, statistics=counts)
    cost = sum(task.operators.cost[o] for o in plan)
    optimal = optimal or cost == 0 or _optimal(task, info, chosen)
    return SearchResult(Status.SOLVED, plan, cost, optimal, counts)


def _choose(task: Task, search: str, heuristic: str) -> tuple[list[str], str]:
    """The heuristics to use, or why the combination is refused."""
    info = SEARCHES.get(search)
    if info is None:
        return [], f"no search is called {search!r}. {did_you_mean(search, SEARCHES)}".rstrip()
    refusal = info.unsupported(task)
    if not refusal and info.heuristics == 0 and heuristic not in ("auto", "blind"):
        refusal = f"the search {search} takes no heuristic"
    if refusal or info.heuristics == 0:
        return [], refusal
    names = (info.heuristic if heuristic == "auto" else heuristic).split(",")
    if len(names) > info.heuristics:
        return [], f"{search} takes one heuristic, not {len(names)}"
    for name in names:
        if name not in HEURISTICS:
            return [], f"no heuristic is called {name!r}. {did_you_mean(name, HEURISTICS)}".rstrip()
        refusal = HEURISTICS[name].unsupported(task)
        if refusal:
            return [], refusal
    return names, ""


def _optimal(task: Task, info: SearchInfo, heuristics: Sequence[str]) -> bool:
    if info.optimal == "fewest":
        costs = task.operators.cost
        return min(costs) == max(costs)
    return bool(info.optimal) and all(HEURISTICS[name].admissible for name in heuristics)


__all__ = ["SEARCHES", "SearchInfo", "Statistics", "search"]
