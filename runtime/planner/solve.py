"""The planner's front door: options in, a validated plan and statistics out.

Grounds, searches by the chosen configuration and validates the plan with independent code, all
under one deadline. Holds no algorithm of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from time import perf_counter
from typing import Protocol

from planscript.lang.records import dataclass, field
from planscript.runtime.pddl.model import Atom, Problem
from planscript.runtime.planner.deadline import Deadline, DeadlineExpired, peak_bytes
from planscript.runtime.planner.status import SearchResult, Statistics, Status
from planscript.runtime.planner.task import Task

__all__ = ["Options", "Plan", "Planner", "Result", "Statistics", "Status", "solve"]

# What the configurations stand for: (search, heuristic) pairs, tried in turn while a pair does not
# support the task or, being incomplete, finds nothing.
CONFIGURATIONS: dict[str, tuple[tuple[str, str], ...]] = {
    "fast": (("lazy_gbfs", "hff,goal_count"), ("gbfs", "goal_count")),
    "optimal": (("astar", "lmcut"), ("astar", "hmax"), ("astar", "blind")),
}
OPTIMAL_SHARE = 0.5  # of the time left that `auto` gives to proving optimality,
OPTIMAL_SECONDS = 5.0  # but not more than this
# The states that improving a plan of "fast" may generate: about a sixth of the time spent before.
IMPROVING, PER_OPERATOR, PER_EVALUATION = 10000, 5, 12
LONG = 0.05  # seconds after which it is worth a system call to ask for the memory used


@dataclass(frozen=True, slots=True)
class Options:
    """How to plan.

    `search` is a configuration or a search by name. The configurations: "optimal" proves that no
    plan costs less; "fast" improves the first plan a little; "auto" tries "optimal" for at most 5 s or
    half of the time there is, then "fast". With a search by name, `heuristic` "auto" is the one
    that suits it. `weight` multiplies the heuristic in weighted searches. `timeout` is in seconds
    for everything together, `max_memory` in MB of the whole process; None: no limit.
    """

    search: str = "auto"
    heuristic: str = "auto"
    weight: Fraction | float = 1
    timeout: float | None = None
    max_memory: int | None = None
    validate: bool = True
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """Ground actions in order, and what they cost together."""

    steps: tuple[Atom, ...]
    cost: Fraction


@dataclass(frozen=True, slots=True)
class Result:
    """How planning ended; `optimal` says that no plan costs less, `note` adds words for people."""

    status: Status
    plan: Plan | None = None
    optimal: bool = False
    statistics: Statistics = field(default_factory=Statistics)
    note: str = ""


OnPlan = Callable[[list[int], int], None]  # takes the operators of a plan and their cost


class Grounder(Protocol):
    """Makes the grounded task of a problem; says whether it could reuse an earlier grounding."""

    def __call__(self, problem: Problem, deadline: Deadline) -> tuple[Task, bool]: ...


def solve(
    problem: Problem,
    options: Options | None = None,
    deadline: Deadline | None = None,
    interrupt: Callable[[], bool] | None = None,
    on_plan: Callable[[Plan], None] | None = None,
) -> Result:
    """Plans for the problem.

    Args:
        problem: what to plan for.
        options: how (None: the defaults).
        deadline: one that began earlier, such as before reading (None: `options.timeout` from now).
        interrupt: asked every few milliseconds; planning stops soon after it says True.
        on_plan: handed each plan, all of them valid, where a search goes on after the first.

    Returns: the result; its status is never SOLVED without a plan that the validator accepted
        (unless `options.validate` is off).

    Raises:
        SourceError: the problem cannot be grounded (a cost without value, unstratified axioms).
        InvalidPlanError: the planner made a plan that does not hold, which is a bug in it.
    """
    return _solve(problem, options or Options(), deadline, interrupt, _ground_afresh, on_plan)


class InvalidPlanError(Exception):
    """The validator refused a plan that the search returned: a bug, not the user's mistake."""


class Planner:
    """A planner that keeps the last grounding while domain and objects stay the same."""

    def __init__(self) -> None:
        from planscript.runtime.planner.reuse import GroundingCache

        self._cache = GroundingCache()

    def solve(
        self,
        problem: Problem,
        options: Options | None = None,
        deadline: Deadline | None = None,
        interrupt: Callable[[], bool] | None = None,
    ) -> Result:
        """As the function `solve`, but a known world is not grounded again."""
        return _solve(problem, options or Options(), deadline, interrupt, self._cache.task_of)


def _ground_afresh(problem: Problem, deadline: Deadline) -> tuple[Task, bool]:
    from planscript.runtime.planner.ground import ground

    return ground(problem, deadline), False


def _solve(
    problem: Problem,
    options: Options,
    deadline: Deadline | None,
    interrupt: Callable[[], bool] | None,
    grounder: Grounder,
    on_plan: Callable[[Plan], None] | None = None,
) -> Result:
    if deadline is None:
        deadline = Deadline(options.timeout, interrupt, options.max_memory)
    statistics = Statistics()
    try:
        result = _stages(problem, options, deadline, grounder, statistics, on_plan)
    except DeadlineExpired as expired:
        result = Result(Status.TIMEOUT, note=str(expired))
    except MemoryError:
        result = Result(Status.OUT_OF_MEMORY)
    if deadline.elapsed() > LONG:
        statistics.peak_memory = peak_bytes()
    return Result(result.status, result.plan, result.optimal, statistics, result.note)


def _stages(
    problem: Problem,
    options: Options,
    deadline: Deadline,
    grounder: Grounder,
    statistics: Statistics,
    on_plan: Callable[[Plan], None] | None,
) -> Result:
    plans: list[tuple[list[int], Plan]] = []  # each better than the one before

    def tell(operators: list[int], _: int) -> None:
        plans.append((operators, _plan(problem, task, operators, options, statistics)))
        if on_plan is not None:
            on_plan(plans[-1][1])

    begin = perf_counter()
    task, statistics.grounding_reused = grounder(problem, deadline)
    statistics.ground_seconds = perf_counter() - begin
    statistics.facts = sum(len(v.values) - (None in v.values) for v in task.variables)
    statistics.variables = len(task.variables)
    statistics.operators = len(task.operators)
    statistics.axioms = len(task.axioms)
    begin = perf_counter()
    found = _search(task, options, deadline, statistics, tell)
    statistics.search_seconds = perf_counter() - begin
    if found.operators is None:
        return Result(found.status, note=found.note)
    if plans and plans[-1][0] == found.operators:
        plan = plans[-1][1]
    else:
        plan = _plan(problem, task, found.operators, options, statistics)
    return Result(Status.SOLVED, plan, found.optimal, note=found.note)


def _plan(
    problem: Problem, task: Task, operators: list[int], options: Options, statistics: Statistics
) -> Plan:
    """The plan in the words of the problem, validated."""
    atoms = (task.action_of(o) for o in operators)
    steps = tuple(atom for atom in atoms if atom.name)  # a nameless operator only marks the goal
    cost = Fraction(sum(task.operators.cost[o] for o in operators)) / task.cost_scale
    if options.validate:
        begin = perf_counter()
        _validate(problem, steps, cost)
        statistics.validate_seconds += perf_counter() - begin
    return Plan(steps, cost)


def _search(
    task: Task, options: Options, deadline: Deadline, statistics: Statistics, tell: OnPlan
) -> SearchResult:
    if task.goal_is_false:
        return SearchResult(Status.UNSOLVABLE, note="the goal cannot become true")
    if options.search in CONFIGURATIONS:
        return _in_turn(task, options.search, options, deadline, statistics)
    if options.search != "auto":
        return _one(task, options.search, options.heuristic, options, deadline, statistics, tell)
    share = min(OPTIMAL_SECONDS, OPTIMAL_SHARE * deadline.remaining())
    found = _in_turn(task, "optimal", options, deadline.within(share), statistics)
    if found.status in (Status.SOLVED, Status.UNSOLVABLE):
        return found
    deadline.check()
    return _in_turn(task, "fast", options, deadline, statistics)


def _in_turn(
    task: Task, name: str, options: Options, deadline: Deadline, statistics: Statistics
) -> SearchResult:
    """The first decisive result of the configuration's searches."""
    if name == "optimal" and options.heuristic == "auto":
        from planscript.runtime.planner.optimal import optimal, supported

        if supported():
            found = optimal(task, deadline, options.max_memory)
            _count(statistics, found.statistics)
            return found
    found = SearchResult(Status.UNSUPPORTED)
    for search, heuristic in CONFIGURATIONS[name]:
        if options.heuristic != "auto":
            heuristic = options.heuristic
        found = _one(task, search, heuristic, options, deadline, statistics)
        if found.status not in (Status.UNSUPPORTED, Status.EXHAUSTED):
            break
    if name == "fast" and found.operators is not None and not found.optimal:
        return _improved(task, found, options, deadline)
    return found


def _improved(
    task: Task, found: SearchResult, options: Options, deadline: Deadline
) -> SearchResult:
    """The plan that was found, made cheaper where little work does it."""
    from planscript.runtime.planner.improve import improve
    from planscript.runtime.planner.progress import Progress

    assert found.operators is not None
    work = IMPROVING + PER_OPERATOR * len(task.operators)
    work += PER_EVALUATION * found.statistics.evaluated
    progress = Progress(deadline, options.max_memory, None)
    plan = improve(task, found.operators, work, progress)
    cost = sum(task.operators.cost[o] for o in plan)
    return SearchResult(Status.SOLVED, plan, cost, cost == 0, found.statistics, found.note)


def _one(
    task: Task,
    search: str,
    heuristic: str,
    options: Options,
    deadline: Deadline,
    statistics: Statistics,
    tell: OnPlan | None = None,
) -> SearchResult:
    from planscript.runtime.planner.search import search as run

    try:
        found = run(
            task,
            search,
            heuristic,
            weight=options.weight,
            deadline=deadline,
            max_memory_mb=options.max_memory,
            seed=options.seed,
            on_plan=tell,
        )
    except DeadlineExpired as expired:
        return SearchResult(Status.TIMEOUT, note=str(expired))
    except MemoryError:
        return SearchResult(Status.OUT_OF_MEMORY)
    _count(statistics, found.statistics)
    return found


def _count(statistics: Statistics, counts: Statistics) -> None:
    statistics.expanded += counts.expanded
    statistics.evaluated += counts.evaluated
    statistics.generated += counts.generated
    statistics.reopened += counts.reopened
    statistics.initial_h = counts.initial_h


def _validate(problem: Problem, steps: tuple[Atom, ...], cost: Fraction) -> None:
    from planscript.runtime.planner.validate import validate

    verdict = validate(problem, steps)
    if not verdict.valid:
        raise InvalidPlanError(f"the planner made a plan that does not hold: {verdict}")
    if verdict.cost != cost:
        raise InvalidPlanError(f"the plan costs {verdict.cost}, the planner counted {cost}")
