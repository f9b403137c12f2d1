# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# mypy: ignore-errors
"""Depth-first search to a growing bound on f = g + h, compiled: as `idastar.py`, which names the
source. It holds no states but those of the current path."""

from time import perf_counter
from typing import Any

import cython
from cython.cimports.cpython.array import array
from cython.cimports.libc.stdlib import free, realloc
from cython.cimports.runtime.planner.kernel.contract import (
    DEAD_END,
    Evaluator,
    Space,
    ints,
    word,
    words,
)

SLICE_SECONDS = 0.005

# How a slice ended.
RUNNING = cython.declare(cython.int, 0)
SOLVED = cython.declare(cython.int, 1)
EXHAUSTED = cython.declare(cython.int, 2)
NO_MEMORY = cython.declare(cython.int, 3)

Place = cython.struct(  # on the path
    g=cython.longlong,
    hash=word,  # of its state
    first=cython.longlong,  # the operators to try, in `operators`
    next=cython.longlong,
    end=cython.longlong,
)
Walk = cython.struct(
    space=cython.pointer(Space),
    evaluator=cython.pointer(Evaluator),
    unit_costs=cython.bint,
    goal_count=cython.int,  # -1: the goal is false
    goal_var=cython.p_int,
    goal_val=cython.p_int,
    bound=cython.longlong,
    beyond=cython.longlong,  # the least f above the bound in this round
    depth=cython.int,  # of the last place; -1: a round is to begin
    room=cython.int,  # places that there is room for
    path=cython.pointer(Place),
    states=cython.pointer(word),  # packed, by depth
    operators=cython.p_int,
    operator_room=cython.longlong,
    start=cython.pointer(word),
    after=cython.pointer(word),
    values=cython.p_int,
    after_values=cython.p_int,
    expanded=cython.longlong,
    evaluated=cython.longlong,
    generated=cython.longlong,
    initial_h=cython.longlong,
)
W = cython.typedef(cython.pointer(Walk))


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def is_goal(w: W, values: cython.p_int) -> cython.bint:
    i: cython.int
    for i in range(w.goal_count):
        if values[w.goal_var[i]] != w.goal_val[i]:
            return False
    return w.goal_count >= 0


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def hash_of(w: W, packed: cython.pointer[word]) -> word:
    h: word = cython.cast(word, 0x9E3779B97F4A7C15)
    i: cython.int
    for i in range(w.space.words):
        h = (h ^ packed[i]) * cython.cast(word, 0xFF51AFD7ED558CCD)
        h ^= h >> 32
    return h


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def on_path(w: W, packed: cython.pointer[word], hash: word) -> cython.bint:
    depth: cython.int
    i: cython.int
    size: cython.int = w.space.words
    known: cython.pointer[word]
    for depth in range(w.depth, -1, -1):
        if w.path[depth].hash == hash:
            known = w.states + cython.cast(cython.longlong, depth) * size
            i = 0
            while i < size and known[i] == packed[i]:
                i += 1
            if i == size:
                return True
    return False


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def evaluate(w: W, values: cython.p_int) -> cython.longlong:
    w.evaluated += 1
    return w.evaluator.evaluate(w.evaluator.data, values, 0, -1, cython.NULL, cython.NULL)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def make_room(w: W) -> cython.bint:
    """Room for one more place and all operators on it; False: out of memory."""
    path: cython.pointer[Place]
    states: cython.pointer[word]
    operators: cython.p_int
    used: cython.longlong = w.path[w.depth].end if w.depth >= 0 else 0
    room: cython.longlong
    if w.depth + 1 >= w.room:
        room = 2 * w.room + 64
        path = cython.cast(cython.pointer[Place], realloc(w.path, room * cython.sizeof(Place)))
        if path == cython.NULL:
            return False
        w.path = path
        states = cython.cast(
            cython.pointer[word], realloc(w.states, room * w.space.words * cython.sizeof(word))
        )
        if states == cython.NULL:
            return False
        w.states = states
        w.room = cython.cast(cython.int, room)
    if used + w.space.operators > w.operator_room:
        room = 2 * w.operator_room + w.space.operators
        operators = cython.cast(
            cython.p_int, realloc(w.operators, (room + 1) * cython.sizeof(cython.int))
        )
        if operators == cython.NULL:
            return False
        w.operators = operators
        w.operator_room = room
    return True


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def enter(
    w: W, packed: cython.pointer[word], values: cython.p_int, hash: word, g: cython.longlong
) -> cython.bint:
    """Goes on to a state and lists its operators; False: out of memory."""
    place: cython.pointer[Place]
    i: cython.int
    count: cython.int
    first: cython.longlong = w.path[w.depth].end if w.depth >= 0 else 0
    if not make_room(w):
        return False
    w.depth += 1
    w.expanded += 1
    for i in range(w.space.words):
        w.states[cython.cast(cython.longlong, w.depth) * w.space.words + i] = packed[i]
    count = w.space.applicable(w.space, values, w.operators + first)
    place = w.path + w.depth
    place.g = g
    place.hash = hash
    place.first = place.next = first
    place.end = first + count
    return True


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def begin_round(w: W) -> cython.int:
    space: cython.pointer[Space] = w.space
    space.unpack(space, w.start, w.values)
    if w.evaluated == 0:
        w.beyond = w.initial_h = evaluate(w, w.values)
    w.bound = w.beyond
    if w.bound == DEAD_END:
        return EXHAUSTED
    if is_goal(w, w.values):
        return SOLVED
    w.beyond = DEAD_END
    return RUNNING if enter(w, w.start, w.values, hash_of(w, w.start), 0) else NO_MEMORY


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def walk_slice(w: W, budget: cython.longlong) -> cython.int:
    """Tries up to `budget` operators."""
    space: cython.pointer[Space] = w.space
    place: cython.pointer[Place]
    state: cython.pointer[word]
    operator: cython.int
    ended: cython.int
    hash: word
    g: cython.longlong
    h: cython.longlong
    while budget > 0:
        budget -= 1
        if w.depth < 0:
            ended = begin_round(w)
            if ended != RUNNING:
                return ended
        place = w.path + w.depth
        if place.next == place.end:
            w.depth -= 1
            continue
        operator = w.operators[place.next]
        place.next += 1
        w.generated += 1
        state = w.states + cython.cast(cython.longlong, w.depth) * space.words
        if space.conditional:
            space.unpack(space, state, w.values)
        space.successor(space, w.values, state, operator, w.after)
        hash = hash_of(w, w.after)
        if on_path(w, w.after, hash):
            continue
        g = place.g + (1 if w.unit_costs else space.cost[operator])
        space.unpack(space, w.after, w.after_values)
        h = evaluate(w, w.after_values)
        if h < 0:
            return NO_MEMORY
        if h == DEAD_END:
            continue
        if g + h > w.bound:
            w.beyond = min(w.beyond, g + h)
            continue
        if is_goal(w, w.after_values):
            return SOLVED
        if not enter(w, w.after, w.after_values, hash, g):
            return NO_MEMORY
    return RUNNING


@cython.cclass
class Deepening:
    """One search of a task."""

    w: Walk
    owned: list

    def __init__(self, task, space, evaluator, unit_costs: cython.bint):
        """A search of the task.

        Args:
            task: the grounded task.
            space: its `PackedSpace`.
            evaluator: an object whose `address` is that of an `Evaluator` that depends only on the
                state, not on the path to it.
            unit_costs: whether every operator counts 1.
        """
        w: W = cython.address(self.w)
        i: cython.int
        goal: list = list(task.goal)
        self.owned = [task, space, evaluator]
        w.space = cython.cast(cython.pointer[Space], cython.cast(cython.size_t, space.address))
        w.evaluator = cython.cast(
            cython.pointer[Evaluator], cython.cast(cython.size_t, evaluator.address)
        )
        w.unit_costs = unit_costs
        w.goal_count = -1 if task.goal_is_false else len(goal)
        w.goal_var = ints(self.owned, len(goal))
        w.goal_val = ints(self.owned, len(goal))
        for i in range(len(goal)):
            w.goal_var[i] = goal[i][0]
            w.goal_val[i] = goal[i][1]
        w.depth = -1
        w.start = words(self.owned, w.space.words)
        w.after = words(self.owned, w.space.words)
        w.values = ints(self.owned, w.space.variables)
        w.after_values = ints(self.owned, w.space.variables)
        initial: array = array("Q", space.packed(task.initial))
        for i in range(w.space.words):
            w.start[i] = initial.data.as_ulonglongs[i]

    def __dealloc__(self):
        free(self.w.path)
        free(self.w.states)
        free(self.w.operators)

    def run(self, progress: Any) -> Any:
        """The plan as a list of operators, or None where every path without a cycle was seen."""
        w: W = cython.address(self.w)
        budget: cython.longlong = 16
        ended: cython.int = RUNNING
        counts = progress.statistics
        clock = perf_counter
        while ended == RUNNING:
            started = clock()
            with cython.nogil:
                ended = walk_slice(w, budget)
            taken = clock() - started
            counts.expanded = w.expanded
            counts.evaluated = w.evaluated
            counts.generated = w.generated
            counts.initial_h = w.initial_h
            if ended == RUNNING:
                progress.look()
                if taken < SLICE_SECONDS / 2:
                    budget *= 2
                elif taken > SLICE_SECONDS * 2 and budget > 1:
                    budget //= 2
        if ended == NO_MEMORY:
            raise MemoryError("the search has no more memory")
        return self.plan() if ended == SOLVED else None

    @cython.cfunc
    def plan(self):
        depth: cython.int
        return [self.w.operators[self.w.path[depth].next - 1] for depth in range(self.w.depth + 1)]
