"""Searches that use no estimate: breadth first, depth first, and depth first by growing depth."""

from __future__ import annotations

from collections import deque

from planscript.runtime.planner.progress import Progress, trace
from planscript.runtime.planner.state_space import State, StateSpace


def bfs(space: StateSpace, progress: Progress) -> list[int] | None:
    """Breadth first: a plan of fewest operators, or None when all reachable states were seen."""
    return _graph_search(space, progress, newest_first=False)


def dfs(space: StateSpace, progress: Progress) -> list[int] | None:
    """Depth first, each state visited once: some plan, or None when the states are exhausted."""
    return _graph_search(space, progress, newest_first=True)


def _graph_search(space: StateSpace, progress: Progress, *, newest_first: bool) -> list[int] | None:
    counts = progress.statistics
    start = space.initial()
    if space.is_goal(start):
        return []
    parents: dict[State, tuple[State, int] | None] = {start: None}
    todo = deque([start])
    while todo:
        state = todo.pop() if newest_first else todo.popleft()
        counts.expanded += 1
        progress.tick()
        for operator in space.applicable(state):
            successor = space.apply(state, operator)
            counts.generated += 1
            if successor in parents:
                continue
            parents[successor] = (state, operator)
            if space.is_goal(successor):
                return trace(parents, successor)
            todo.append(successor)
    return None


def iddfs(space: StateSpace, progress: Progress) -> list[int] | None:
    """Depth first to depth 0, 1, 2 and so on: a plan of fewest operators in memory of its length.

    A state on the current path is not entered again. Source: Korf, "Depth-first
    iterative-deepening" (AIJ 27, 1985). Returns None when a whole round met no state
    at its depth limit.
    """
    depth = 0
    while True:
        plan, cut = _depth_limited(space, depth, progress)
        if plan is not None or not cut:
            return plan
        depth += 1


def _depth_limited(
    space: StateSpace, limit: int, progress: Progress
) -> tuple[list[int] | None, bool]:
    """A plan of at most `limit` operators; and whether the limit cut anything off."""
    counts = progress.statistics
    start = space.initial()
    if space.is_goal(start):
        return [], False
    if limit == 0:
        return None, True
    path = [start]
    on_path = {start}
    plan: list[int] = []
    choices = [iter(space.applicable(start))]
    cut = False
    while choices:
        operator = next(choices[-1], None)
        if operator is None:
            choices.pop()
            on_path.discard(path.pop())
            if plan:
                plan.pop()
            continue
        state = space.apply(path[-1], operator)
        counts.generated += 1
        if state in on_path:
            continue
        plan.append(operator)
        if space.is_goal(state):
            return plan, False
        if len(plan) == limit:
            cut = True
            plan.pop()
            progress.tick()
            continue
        counts.expanded += 1
        progress.tick()
        path.append(state)
        on_path.add(state)
        choices.append(iter(space.applicable(state)))
    return None, cut
