"""Anytime planning: a first plan fast, then cheaper ones, until none is cheaper or time is up.

Three ways to a cheaper plan take turns, each time for twice as long: mending the plan, weighted A*
with weights that fall from plan to plan, begun anew each time, and A* that proves when there is no
cheaper one. What costs as much as the best plan so far is cut off.

Source: Richter, Thayer and Ruml, "The joy of forgetting: faster anytime search via restarting"
(ICAPS 2010).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

from planscript.runtime.planner import engines
from planscript.runtime.planner.deadline import DeadlineExpired
from planscript.runtime.planner.improve import improve
from planscript.runtime.planner.progress import Limits, Progress
from planscript.runtime.planner.task import Task

WEIGHTS = (5, 3, 2, 1)
SHARE = 0.25  # seconds that each search has in the first turn
PROVER = "lmcut"  # the admissible heuristic
WORK = 50_000  # states that mending may generate in the first turn

OnPlan = Callable[[list[int], int], None]


def anytime(
    task: Task,
    heuristics: Sequence[str],
    progress: Progress,
    on_plan: OnPlan | None = None,
    reference: bool = False,
) -> tuple[list[int] | None, bool]:
    """The cheapest plan found, and whether it is proved that none is cheaper.

    Args:
        task: the task.
        heuristics: what guides the first search and weighted A*.
        progress: asked whether to go on.
        on_plan: handed each better plan and its cost.
        reference: never use the compiled kernel.

    Returns: the plan, also where time or memory ran out after the first; None where it is proved
        that there is none.

    Raises:
        DeadlineExpired, MemoryError: there was no first plan before a limit was reached.
    """
    seeker = _Seeker(task, list(heuristics), progress, on_plan, reference)
    seeker.begin()
    try:
        proved = seeker.best is None or seeker.go_on()
    except (DeadlineExpired, MemoryError):
        proved = False
    return seeker.best, proved


class _Seeker:
    def __init__(
        self,
        task: Task,
        heuristics: list[str],
        progress: Progress,
        on_plan: OnPlan | None,
        reference: bool,
    ) -> None:
        self.best: list[int] | None = None
        self._task = task
        self._heuristics = heuristics
        self._progress = progress
        self._on_plan = on_plan
        self._reference = reference
        self._cost = 0
        self._weights = list(WEIGHTS)
        self._out_of_memory: set[str] = set()  # searches that were
        self._ended = False

    def begin(self) -> None:
        """Looks for a first plan."""
        plan = engines.run(
            self._task,
            "lazy_gbfs",
            self._heuristics,
            self._progress,
            costs="one",
            reference=self._reference,
        )
        if plan is not None:
            self._keep(plan)

    def go_on(self) -> bool:
        """Looks for better plans; True once it is proved that there is none."""
        seconds, work = SHARE, WORK
        while True:
            found = self._mend(work)
            for step in (self._weighted, self._prove):
                if self._cost == 0 or step(seconds):
                    return True
            if not found and len(self._out_of_memory) == 2:
                return False
            seconds, work = 2 * seconds, 2 * work

    def _mend(self, work: int) -> bool:
        """Whether the best plan could be mended."""
        assert self.best is not None
        better = improve(self._task, self.best, work, self._progress.apart(), self._reference)
        self._progress.look()
        return self._keep(better)

    def _weighted(self, seconds: float) -> bool:
        """Weighted A*, again after each plan that it finds; True: there is no better plan."""
        while self._cost > 0:
            weight = Fraction(self._weights[0])
            limits = Limits(bound=self._cost)
            plan = self._search("lazy_wastar", self._heuristics, weight, limits, seconds)
            if plan is None:
                return self._ended
            self._keep(plan)
            self._mend(WORK)
            if len(self._weights) > 1:
                del self._weights[0]
        return True

    def _prove(self, seconds: float) -> bool:
        """A*: what it finds is optimal, and where it finds nothing, the best plan is."""
        limits = Limits(bound=self._cost, admissible=True)
        plan = self._search("astar", [PROVER], Fraction(1), limits, seconds)
        if plan is not None:
            self._keep(plan)
        return self._ended

    def _search(
        self, name: str, heuristics: list[str], weight: Fraction, limits: Limits, seconds: float
    ) -> list[int] | None:
        """A plan within the limits; `_ended` tells whether the search came to its end."""
        self._ended = False
        if name in self._out_of_memory:
            return None
        progress = self._progress.apart(seconds)
        try:
            plan = engines.run(
                self._task,
                name,
                heuristics,
                progress,
                costs="real" if name == "astar" else "plus_one",
                weight=weight,
                limits=limits,
                reference=self._reference,
            )
            self._ended = True
            return plan
        except DeadlineExpired:
            return None
        except MemoryError:
            self._out_of_memory.add(name)
            return None
        finally:
            self._progress.add(progress.statistics)
            self._progress.look()

    def _keep(self, plan: list[int]) -> bool:
        """Whether the plan is the best so far, which is then told."""
        cost = sum(self._task.operators.cost[o] for o in plan)
        if self.best is not None and cost >= self._cost:
            return False
        self.best, self._cost = plan, cost
        if self._on_plan is not None:
            self._on_plan(plan, cost)
        return True
