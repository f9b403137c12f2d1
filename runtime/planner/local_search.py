"""Local search: enforced hill climbing, and hill climbing by the best successor. Both may fail.

Source of enforced hill climbing: Hoffmann and Nebel, "The FF planning system" (JAIR 14, 2001).
"""

from __future__ import annotations

from collections import deque
from random import Random

from planscript.runtime.planner.heuristics import Heuristic
from planscript.runtime.planner.progress import Progress, trace
from planscript.runtime.planner.state_space import DEAD_END, State, StateSpace

RESTARTS = 20  # of hill climbing, each with other choices among equals
PLATEAU = 100  # steps without progress that hill climbing allows itself


def ehc(space: StateSpace, heuristic: Heuristic, progress: Progress) -> list[int] | None:
    """Enforced hill climbing: from each state breadth first to a better one, and on from there.

    First only along preferred operators; where these lead nowhere, along all. None: stuck.
    """
    state = space.initial()
    h = progress.statistics.initial_h = heuristic.evaluate(state)
    progress.statistics.evaluated += 1
    if h == DEAD_END:
        return None
    plan: list[int] = []
    preferred = heuristic.preferred()
    while not space.is_goal(state):
        found = None
        if preferred:
            found = _better(space, heuristic, state, h, preferred, progress)
        found = found or _better(space, heuristic, state, h, None, progress)
        if found is None:
            return None
        steps, state, h, preferred = found
        plan += steps
    return plan


def _better(
    space: StateSpace,
    heuristic: Heuristic,
    start: State,
    h: int,
    preferred: list[int] | None,
    progress: Progress,
) -> tuple[list[int], State, int, list[int]] | None:
    """Steps to the next state of an estimate below `h` (or the goal), and what is known there."""
    counts = progress.statistics
    parents: dict[State, tuple[State, int] | None] = {start: None}
    todo: deque[tuple[State, list[int] | None]] = deque([(start, preferred)])
    while todo:
        state, useful = todo.popleft()
        counts.expanded += 1
        for operator in space.applicable(state):
            if useful is not None and operator not in useful:
                continue
            successor = space.apply(state, operator)
            counts.generated += 1
            if successor in parents:
                continue
            parents[successor] = (state, operator)
            estimate = heuristic.evaluate(successor, state)
            counts.evaluated += 1
            progress.tick()
            if estimate == DEAD_END:
                continue
            onward = heuristic.preferred()
            if estimate < h or space.is_goal(successor):
                return trace(parents, successor), successor, estimate, onward
            todo.append((successor, None if preferred is None else onward))
    return None


def hill_climbing(
    space: StateSpace, heuristic: Heuristic, seed: int, progress: Progress
) -> list[int] | None:
    """Goes on to the best successor not yet visited; starts anew where stuck. None: failed."""
    random = Random(seed)
    for _ in range(RESTARTS):
        plan = _climb(space, heuristic, random, progress)
        if plan is not None:
            return plan
    return None


def _climb(
    space: StateSpace, heuristic: Heuristic, random: Random, progress: Progress
) -> list[int] | None:
    counts = progress.statistics
    state = space.initial()
    best = counts.initial_h = heuristic.evaluate(state)
    counts.evaluated += 1
    visited = {state}
    plan: list[int] = []
    waiting = PLATEAU
    while not space.is_goal(state):
        counts.expanded += 1
        options: list[tuple[int, float, State, int]] = []
        for operator in space.applicable(state):
            successor = space.apply(state, operator)
            counts.generated += 1
            if successor in visited:
                continue
            estimate = heuristic.evaluate(successor, state)
            counts.evaluated += 1
            progress.tick()
            if estimate != DEAD_END:
                options.append((estimate, random.random(), successor, operator))
        if not options or waiting == 0:
            return None
        h, _, state, operator = min(options)
        waiting = PLATEAU if h < best else waiting - 1
        best = min(h, best)
        visited.add(state)
        plan.append(operator)
    return plan
