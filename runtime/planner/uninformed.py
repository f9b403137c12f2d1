"""Searches that use no estimate: breadth first and depth first."""

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
