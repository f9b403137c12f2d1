"""Best-first search: A*, weighted A*, greedy search, and both with deferred evaluation.

Sources: Hart, Nilsson and Raphael, "A formal basis for the heuristic determination of minimum cost
paths" (1968); Richter and Helmert, "Preferred operators and deferred evaluation in satisficing
planning" (ICAPS 2009).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

from planscript.runtime.planner.heuristics import Heuristic
from planscript.runtime.planner.open_list import Alternation, OpenList
from planscript.runtime.planner.progress import NO_LIMITS, Limits, Progress, trace
from planscript.runtime.planner.state_space import CEILING, DEAD_END, State, StateSpace

BOOST = 1000  # entries for which preferred operators go first after progress
Pruning = Callable[[State, list[int]], list[int]]  # keeps some of the applicable operators


def all_of_them(state: State, applicable: list[int]) -> list[int]:
    """Prunes none of the applicable operators."""
    return applicable


def astar(
    space: StateSpace,
    heuristic: Heuristic,
    weight: Fraction,
    progress: Progress,
    limits: Limits = NO_LIMITS,
    pruning: Pruning = all_of_them,
) -> list[int] | None:
    """Expands by least f = g + weight * h, then least h, then newest; reopens.

    With weight 1 (or 0) and an admissible heuristic the plan is optimal. Returns the plan, or None
    when all reachable states were expanded that are not dead ends and keep to the bound.

    Raises OutOfWork where the limits cut it off.
    """
    counts = progress.statistics
    start = space.initial()
    parents: dict[State, tuple[State, int] | None] = {start: None}
    g_of = {start: 0}
    h_of = {start: heuristic.evaluate(start)}
    counts.initial_h = h_of[start]
    counts.evaluated += 1
    closed: set[State] = set()
    open_list: OpenList[tuple[int, State]] = OpenList(newest_first=True)

    def push(state: State) -> None:
        if h_of[state] == DEAD_END or limits.exclude(g_of[state], h_of[state]):
            return
        f = weight.denominator * g_of[state] + weight.numerator * h_of[state]
        open_list.push((min(CEILING, f), h_of[state]), (g_of[state], state))

    push(start)
    while open_list:
        limits.check(counts)
        g, state = open_list.pop()
        if g != g_of[state] or state in closed:
            continue  # a cheaper path was found since
        if space.is_goal(state):
            return trace(parents, state)
        closed.add(state)
        counts.expanded += 1
        progress.tick()
        for operator in pruning(state, space.applicable(state)):
            successor = space.apply(state, operator)
            counts.generated += 1
            cost = g + space.cost[operator]
            if successor not in h_of:
                h_of[successor] = heuristic.evaluate(successor, state)
                counts.evaluated += 1
                progress.tick()
            elif cost >= g_of[successor]:
                continue
            elif successor in closed:
                closed.discard(successor)
                counts.reopened += 1
            g_of[successor] = cost
            parents[successor] = (state, operator)
            push(successor)
    return None


def gbfs(space: StateSpace, heuristic: Heuristic, progress: Progress) -> list[int] | None:
    """Expands by least h, then oldest; evaluates each state when it is generated.

    States reached by a preferred operator also stand in an open list of their own that takes turns
    with the first and is boosted after progress. Returns the plan, or None when all reachable
    states that are not dead ends were expanded.
    """
    counts = progress.statistics
    start = space.initial()
    parents: dict[State, tuple[State, int] | None] = {start: None}
    best = counts.initial_h = heuristic.evaluate(start)
    counts.evaluated += 1
    closed: set[State] = set()
    preferred_of = {start: heuristic.preferred()}
    open_lists: Alternation[State] = Alternation((OpenList(), OpenList()))
    if best != DEAD_END:
        open_lists.lists[0].push((best,), start)
    while open_lists:
        state = open_lists.pop()
        if state in closed:
            continue
        if space.is_goal(state):
            return trace(parents, state)
        closed.add(state)
        counts.expanded += 1
        progress.tick()
        preferred = preferred_of.pop(state)
        for operator in space.applicable(state):
            successor = space.apply(state, operator)
            counts.generated += 1
            if successor in parents:
                continue
            parents[successor] = (state, operator)
            h = heuristic.evaluate(successor, state)
            counts.evaluated += 1
            progress.tick()
            if h == DEAD_END:
                continue
            preferred_of[successor] = heuristic.preferred()
            if h < best:
                best = h
                open_lists.boost([1], BOOST)
            open_lists.lists[0].push((h,), successor)
            if operator in preferred:
                open_lists.lists[1].push((h,), successor)
    return None


def lazy_gbfs(
    space: StateSpace, heuristics: Sequence[Heuristic], progress: Progress
) -> list[int] | None:
    """Expands by least h of the parent, then oldest; evaluates a state only when it is expanded.

    Each heuristic has two open lists, for all steps and for those by preferred operators (of any
    heuristic); they take turns, and preferred ones are boosted after a new minimum. Returns the
    plan, or None when all reachable states that are not dead ends were expanded.
    """
    return _lazy(space, heuristics, 0, 1, progress, NO_LIMITS)


def lazy_wastar(
    space: StateSpace,
    heuristics: Sequence[Heuristic],
    weight: Fraction,
    progress: Progress,
    limits: Limits = NO_LIMITS,
) -> list[int] | None:
    """As `lazy_gbfs`, but by least f = g + weight * h of the parent; a state that is reached more
    cheaply is evaluated and expanded again.

    Returns the plan, or None when all reachable states were expanded that are not dead ends and
    keep to the bound. Raises OutOfWork where the limits cut it off.
    """
    return _lazy(space, heuristics, weight.denominator, weight.numerator, progress, limits)


def _lazy(
    space: StateSpace,
    heuristics: Sequence[Heuristic],
    weight_g: int,
    weight_h: int,
    progress: Progress,
    limits: Limits,
) -> list[int] | None:
    counts = progress.statistics
    parents: dict[State, tuple[State, int] | None] = {}
    g_of: dict[State, int] = {}
    best = [DEAD_END] * len(heuristics)
    open_lists: Alternation[tuple[State, int]] = Alternation(
        [OpenList() for _ in range(2 * len(heuristics))]
    )

    def expand(state: State, parent: State | None, g: int) -> bool:
        """Evaluates a state and lists what follows on it; whether it is a goal."""
        nonlocal best
        estimates = []
        for heuristic in heuristics:
            estimates.append(heuristic.evaluate(state, parent))
            if estimates[-1] == DEAD_END:
                break
        counts.evaluated += 1
        progress.tick()
        if parent is None:
            counts.initial_h = estimates[0]
        if DEAD_END in estimates:
            return False
        if space.is_goal(state):
            return True
        counts.expanded += 1
        if any(h < least for h, least in zip(estimates, best, strict=True)):
            best = [min(pair) for pair in zip(estimates, best, strict=True)]
            open_lists.boost(range(1, 2 * len(heuristics), 2), BOOST)
        preferred = {o for heuristic in heuristics for o in heuristic.preferred()}
        keys = [min(CEILING, weight_g * g + weight_h * h) for h in estimates]
        for operator in space.applicable(state):
            counts.generated += 1
            for i, key in enumerate(keys):
                open_lists.lists[2 * i].push((key,), (state, operator))
                if operator in preferred:
                    open_lists.lists[2 * i + 1].push((key,), (state, operator))
        return False

    step: tuple[State, int] | None = None
    while True:
        state = space.initial() if step is None else space.apply(*step)
        g = 0 if step is None else g_of[step[0]] + space.cost[step[1]]
        if state not in parents or (weight_g > 0 and g < g_of[state]):
            counts.reopened += state in parents
            parents[state] = step
            g_of[state] = g
            if not limits.exclude(g, 0):
                limits.check(counts)
                if expand(state, None if step is None else step[0], g):
                    return trace(parents, state)
        if not open_lists:
            return None
        step = open_lists.pop()
