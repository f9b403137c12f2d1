"""Which parts of a goal hinder each other: a few that together hold in no reachable state.

Two parts that exclude each other by an invariant are found without search. Otherwise parts are left
out, large groups first, as long as a complete search proves that what remains still has no plan.
That is the search for a minimal unsatisfiable subset by deletion, after Zeller and Hildebrandt,
"Simplifying and isolating failure-inducing input" (IEEE TSE 28, 2002), section 3.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import chain, combinations, islice

from planscript.runtime.pddl.model import And, Formula, Problem
from planscript.runtime.planner.deadline import Deadline, DeadlineExpired
from planscript.runtime.planner.lifted_relaxation import conjuncts
from planscript.runtime.planner.reuse import GroundingCache
from planscript.runtime.planner.search import search
from planscript.runtime.planner.status import Status
from planscript.runtime.planner.task import Task

PATIENCE = 2.0  # seconds, where the caller names no deadline
SHARE = 0.25  # of the time left that a single proof may take
MOST_LOOKS = 300  # at one or two parts without search


def conflict(problem: Problem, deadline: Deadline | None = None) -> tuple[Formula, ...]:
    """Parts of the goal that no reachable state has together; empty where none are proved to be so.

    Fewer of them can hold together, as far as there was time to find out; so one part alone is one
    that cannot even be reached by itself.

    Args:
        problem: one for which no plan was found.
        deadline: when to stop (None: after PATIENCE).
    """
    seeker = _Seeker(problem, deadline or Deadline(PATIENCE))
    parts = list(dict.fromkeys(conjuncts(problem.goal)))
    try:
        few = chain(combinations(parts, 1), combinations(parts, 2))
        for some in islice(few, MOST_LOOKS):
            if seeker.excluded(some):
                return tuple(seeker.smallest(list(some)))
        return tuple(seeker.smallest(parts))
    except (DeadlineExpired, MemoryError):
        return tuple(seeker.proved)


class _Seeker:
    """Asks for other goals in the world of a problem; `proved` are parts that have no plan."""

    def __init__(self, problem: Problem, deadline: Deadline) -> None:
        self.proved: list[Formula] = []
        self._problem = problem
        self._deadline = deadline
        self._groundings = GroundingCache()

    def excluded(self, parts: Sequence[Formula]) -> bool:
        """Whether invariants alone show that the parts never hold together."""
        return self._task(parts).goal_is_false

    def smallest(self, parts: list[Formula]) -> list[Formula]:
        """As few of the parts as can be proved to have no plan; none where not even all can."""
        if not self._has_no_plan(parts):
            return []
        self.proved = parts
        size = len(parts)
        while size > 1:
            size = (size + 1) // 2
            at = 0
            while at < len(self.proved):
                rest = self.proved[:at] + self.proved[at + size :]
                if rest and self._has_no_plan(rest):
                    self.proved = rest
                else:
                    at += size
        return self.proved

    def _has_no_plan(self, parts: Sequence[Formula]) -> bool:
        task = self._task(parts)
        if task.goal_is_false:
            return True
        limit = self._deadline.within(SHARE * self._deadline.remaining())
        return search(task, "lazy_gbfs", "hff", deadline=limit).status is Status.UNSOLVABLE

    def _task(self, parts: Sequence[Formula]) -> Task:
        self._deadline.check()
        asked = replace(self._problem, goal=And(tuple(parts)))
        return self._groundings.task_of(asked, self._deadline)[0]
