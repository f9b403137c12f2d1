# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# mypy: ignore-errors
"""Best-first and uninformed searches, compiled: as `best_first.py` and `uninformed.py`.

A search runs in slices of a few milliseconds without the interpreter lock; between two slices the
caller's `Progress` looks at the clock, the memory and the wish to stop.
"""

from time import perf_counter
from typing import Any

import cython
from cython.cimports.cpython.array import array
from cython.cimports.libc.stdlib import calloc, free, malloc, realloc
from cython.cimports.runtime.planner.kernel.contract import (
    CEILING,
    DEAD_END,
    OUT_OF_MEMORY,
    Evaluator,
    Frontier,
    Pruner,
    Registry,
    Space,
    ints,
    longs,
    word,
    words,
)

from planscript.runtime.planner.kernel.frontier import OpenList
from planscript.runtime.planner.kernel.registry import StateRegistry
from planscript.runtime.planner.progress import OutOfWork

BOOST = cython.declare(cython.longlong, 1000)
SLICE_SECONDS = 0.005

# How a slice ended.
RUNNING = cython.declare(cython.int, 0)
SOLVED = cython.declare(cython.int, 1)
EXHAUSTED = cython.declare(cython.int, 2)
NO_MEMORY = cython.declare(cython.int, 3)
CUT = cython.declare(cython.int, 4)  # it generated as many states as it may

Node = cython.struct(
    g=cython.longlong,
    h=cython.longlong,
    parent=cython.int,  # the state it was reached from; -1: the initial state
    operator=cython.int,
)
Engine = cython.struct(
    space=cython.pointer(Space),
    registry=cython.pointer(Registry),
    evaluators=cython.pointer(cython.pointer(Evaluator)),
    evaluator_count=cython.int,
    # Open lists taken in turns, as `open_list.Alternation`; odd ones are for preferred operators.
    frontiers=cython.pointer(cython.pointer(Frontier)),
    frontier_count=cython.int,
    priority=cython.p_longlong,
    best=cython.p_longlong,  # the least estimate of each evaluator so far
    h=cython.p_longlong,
    goal_count=cython.int,  # -1: the goal is false
    goal_var=cython.p_int,
    goal_val=cython.p_int,
    # f = weight_g * g + weight_h * h; weight_g == 0: greedy, nothing is reopened.
    weight_g=cython.longlong,
    weight_h=cython.longlong,
    bound=cython.longlong,  # plans must cost less
    admissible=cython.bint,  # whether the estimate may be held against the bound
    most=cython.longlong,  # how many states may be generated
    wants_preferred=cython.bint,
    pruner=cython.pointer(Pruner),  # NULL: all applicable operators are tried
    nodes=cython.pointer(Node),
    closed=cython.p_char,
    room=cython.longlong,  # states that `nodes` and `closed` have room for
    # The state in hand, and its successor.
    current=cython.pointer(word),
    after=cython.pointer(word),
    values=cython.p_int,
    after_values=cython.p_int,
    found=cython.p_int,
    preferred=cython.p_int,
    preferred_in=cython.p_int,  # by operator: the round in which it was preferred last
    round=cython.int,
    state=cython.int,  # the state that is being expanded,
    next=cython.int,  # which of its operators is next,
    count=cython.int,  # and how many there are
    reached=cython.int,  # the goal state
    expanded=cython.longlong,
    evaluated=cython.longlong,
    generated=cython.longlong,
    reopened=cython.longlong,
)
E = cython.typedef(cython.pointer(Engine))


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def is_goal(e: E, values: cython.p_int) -> cython.bint:
    i: cython.int
    for i in range(e.goal_count):
        if values[e.goal_var[i]] != e.goal_val[i]:
            return False
    return e.goal_count >= 0


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def add_state(e: E, packed: cython.pointer[word]) -> cython.int:
    """The number of a state, with room for its node; or OUT_OF_MEMORY."""
    number: cython.int = e.registry.insert(e.registry, packed)
    nodes: cython.pointer[Node]
    closed: cython.p_char
    if number < e.room or number < 0:
        return number
    nodes = cython.cast(cython.pointer[Node], realloc(e.nodes, 2 * e.room * cython.sizeof(Node)))
    if nodes == cython.NULL:
        return OUT_OF_MEMORY
    e.nodes = nodes
    closed = cython.cast(cython.p_char, realloc(e.closed, 2 * e.room))
    if closed == cython.NULL:
        return OUT_OF_MEMORY
    e.closed = closed
    e.room *= 2
    return number


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def load(e: E, state: cython.int) -> cython.void:
    """Takes a known state in hand."""
    i: cython.int
    words: cython.int = e.space.words
    for i in range(words):
        e.current[i] = e.registry.data[cython.cast(cython.longlong, state) * words + i]


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def next_entry(e: E, key: cython.p_longlong) -> cython.longlong:
    """An entry of the list whose turn it is; -1 where all are empty."""
    i: cython.int
    chosen: cython.int = -1
    for i in range(e.frontier_count):
        if e.frontiers[i].size > 0 and (chosen < 0 or e.priority[i] < e.priority[chosen]):
            chosen = i
    if chosen < 0:
        return -1
    e.priority[chosen] += 1
    return e.frontiers[chosen].pop(e.frontiers[chosen], key)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def boost(e: E) -> cython.void:
    i: cython.int
    for i in range(1, e.frontier_count, 2):
        e.priority[i] -= BOOST


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def prefer(e: E, count: cython.int) -> cython.void:
    """Marks the operators that an evaluator just listed."""
    i: cython.int
    for i in range(count):
        e.preferred_in[e.preferred[i]] = e.round


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def priority_of(e: E, g: cython.longlong, h: cython.longlong) -> cython.longlong:
    """f, no larger than CEILING."""
    if h > CEILING // e.weight_h:
        return CEILING
    return min(CEILING, e.weight_g * g + e.weight_h * h)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def too_dear(e: E, g: cython.longlong, h: cython.longlong) -> cython.bint:
    """Whether no plan through a state keeps to the bound, as far as this is known."""
    return g >= e.bound or (e.admissible and h >= e.bound - g)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def push_state(e: E, state: cython.int, is_preferred: cython.bint) -> cython.bint:
    node: cython.pointer[Node] = e.nodes + state
    f: cython.longlong = priority_of(e, node.g, node.h)
    if e.frontiers[0].push(e.frontiers[0], f, node.h, state) < 0:
        return False
    return not is_preferred or e.frontiers[1].push(e.frontiers[1], f, node.h, state) == 0


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def evaluate(e: E, which: cython.int, values: cython.p_int, state: cython.int) -> cython.longlong:
    """An estimate, with no preferred operators asked for."""
    evaluator: cython.pointer[Evaluator] = e.evaluators[which]
    return evaluator.evaluate(
        evaluator.data, values, state, e.nodes[state].parent, cython.NULL, cython.NULL
    )


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def begin(e: E) -> cython.int:
    """Evaluates the initial state (in hand, numbered 0) and opens it."""
    e.nodes[0].g = 0
    e.nodes[0].parent = -1
    e.nodes[0].operator = -1
    e.closed[0] = False
    e.space.unpack(e.space, e.current, e.values)
    e.nodes[0].h = evaluate(e, 0, e.values, 0)
    e.evaluated += 1
    e.best[0] = e.nodes[0].h
    if e.nodes[0].h < 0:
        return NO_MEMORY
    if e.nodes[0].h == DEAD_END or too_dear(e, 0, e.nodes[0].h):
        return EXHAUSTED
    if not push_state(e, 0, False):
        return NO_MEMORY
    return RUNNING


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def expand_next(e: E) -> cython.int:
    """Takes the next state to expand in hand, and lists its operators; EXHAUSTED, SOLVED."""
    space: cython.pointer[Space] = e.space
    state: cython.int
    entry: cython.longlong
    key: cython.longlong = 0
    count: cython.int = 0
    evaluator: cython.pointer[Evaluator] = e.evaluators[0]
    e.next = e.count = 0
    entry = next_entry(e, cython.address(key))
    if entry < 0:
        return EXHAUSTED
    state = cython.cast(cython.int, entry)
    if e.closed[state] or key != priority_of(e, e.nodes[state].g, e.nodes[state].h):
        return RUNNING  # expanded since, or reached more cheaply
    load(e, state)
    space.unpack(space, e.current, e.values)
    if is_goal(e, e.values):
        e.reached = state
        return SOLVED
    e.closed[state] = True
    e.expanded += 1
    if e.wants_preferred:
        e.round += 1
        evaluator.evaluate(
            evaluator.data,
            e.values,
            state,
            e.nodes[state].parent,
            e.preferred,
            cython.address(count),
        )
        prefer(e, count)
    e.state = state
    e.count = space.applicable(space, e.values, e.found)
    if e.pruner != cython.NULL:
        e.count = e.pruner.prune(e.pruner.data, e.values, e.found, e.count)
    e.generated += e.count
    return RUNNING


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def follow(e: E, operator: cython.int) -> cython.int:
    """Generates the successor of the state in hand by an operator, and opens it where it pays."""
    space: cython.pointer[Space] = e.space
    known: cython.int = e.registry.count
    child: cython.int
    cost: cython.longlong
    node: cython.pointer[Node]
    space.successor(space, e.values, e.current, operator, e.after)
    child = add_state(e, e.after)
    if child < 0:
        return NO_MEMORY
    cost = e.nodes[e.state].g + space.cost[operator]
    node = e.nodes + child
    if child < known and (e.weight_g == 0 or cost >= node.g):
        return RUNNING
    node.g = cost
    node.parent = e.state
    node.operator = operator
    if child == known:
        e.closed[child] = False
        space.unpack(space, e.after, e.after_values)
        node.h = evaluate(e, 0, e.after_values, child)
        e.evaluated += 1
        if node.h < 0:
            return NO_MEMORY
        if node.h < e.best[0]:
            e.best[0] = node.h
            if e.wants_preferred:
                boost(e)
    elif e.closed[child]:
        e.closed[child] = False
        e.reopened += 1
    if node.h == DEAD_END or too_dear(e, cost, node.h):
        return RUNNING
    if push_state(e, child, e.wants_preferred and e.preferred_in[operator] == e.round):
        return RUNNING
    return NO_MEMORY


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def eager_slice(e: E, budget: cython.longlong) -> cython.int:
    """Expands states, evaluating their successors: `budget` steps of this."""
    ended: cython.int = RUNNING
    if e.evaluated == 0:
        return begin(e)
    while budget > 0 and ended == RUNNING:
        budget -= 1
        if e.next == e.count:
            ended = CUT if e.generated >= e.most else expand_next(e)
        else:
            e.next += 1
            ended = follow(e, e.found[e.next - 1])
    return ended


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def lazy_slice(e: E, budget: cython.longlong) -> cython.int:
    """Takes up to `budget` steps from the open lists, evaluating the states they lead to."""
    space: cython.pointer[Space] = e.space
    state: cython.int
    parent: cython.int
    operator: cython.int
    known: cython.int
    i: cython.int
    j: cython.int
    count: cython.int
    progress: cython.bint
    key: cython.longlong = 0
    entry: cython.longlong
    g: cython.longlong = 0
    node: cython.pointer[Node]
    f: cython.pointer[Frontier]
    while budget > 0:
        budget -= 1
        if e.evaluated == 0:
            state = 0
            parent = -1
            operator = -1
        else:
            entry = next_entry(e, cython.address(key))
            if entry < 0:
                return EXHAUSTED
            parent = cython.cast(cython.int, entry >> 32)
            operator = cython.cast(cython.int, entry & 0x7FFFFFFF)
            load(e, parent)
            if space.conditional:
                space.unpack(space, e.current, e.values)
            space.successor(space, e.values, e.current, operator, e.after)
            known = e.registry.count
            state = add_state(e, e.after)
            if state < 0:
                return NO_MEMORY
            g = e.nodes[parent].g + space.cost[operator]
            if state != known:
                if e.weight_g == 0 or g >= e.nodes[state].g:
                    continue
                e.reopened += 1
            load(e, state)
        node = e.nodes + state
        node.parent = parent
        node.operator = operator
        node.g = g
        if g >= e.bound:
            continue
        if e.generated >= e.most:
            return CUT
        space.unpack(space, e.current, e.values)
        e.evaluated += 1
        e.round += 1
        progress = False
        for i in range(e.evaluator_count):
            count = 0
            e.h[i] = e.evaluators[i].evaluate(
                e.evaluators[i].data, e.values, state, parent, e.preferred, cython.address(count)
            )
            if i == 0:
                node.h = e.h[0]
            if e.h[i] < 0:
                return NO_MEMORY
            if e.h[i] == DEAD_END:
                break
            progress = progress or e.h[i] < e.best[i]
            prefer(e, count)
        if e.evaluator_count > 0 and e.h[i] == DEAD_END:
            continue
        if is_goal(e, e.values):
            e.reached = state
            return SOLVED
        e.expanded += 1
        if progress:
            for i in range(e.evaluator_count):
                e.best[i] = min(e.best[i], e.h[i])
            boost(e)
        count = space.applicable(space, e.values, e.found)
        e.generated += count
        for i in range(count):
            operator = e.found[i]
            entry = (cython.cast(cython.longlong, state) << 32) | operator
            for j in range(e.evaluator_count):
                f = e.frontiers[2 * j]
                key = priority_of(e, g, e.h[j])
                if f.push(f, key, 0, entry) < 0:
                    return NO_MEMORY
                if e.preferred_in[operator] == e.round:
                    f = e.frontiers[2 * j + 1]
                    if f.push(f, key, 0, entry) < 0:
                        return NO_MEMORY
    return RUNNING


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def graph_slice(e: E, budget: cython.longlong) -> cython.int:
    """Expands up to `budget` states of one open list; asks each new state if it is a goal."""
    space: cython.pointer[Space] = e.space
    state: cython.int
    child: cython.int
    known: cython.int
    i: cython.int
    count: cython.int
    key: cython.longlong = 0
    entry: cython.longlong
    f: cython.pointer[Frontier] = e.frontiers[0]
    if e.registry.count == 1 and e.expanded == 0 and f.size == 0:
        e.nodes[0].parent = -1
        space.unpack(space, e.current, e.values)
        if is_goal(e, e.values):
            e.reached = 0
            return SOLVED
        if f.push(f, 0, 0, 0) < 0:
            return NO_MEMORY
    while budget > 0:
        budget -= 1
        if f.size == 0:
            return EXHAUSTED
        entry = f.pop(f, cython.address(key))
        state = cython.cast(cython.int, entry)
        load(e, state)
        space.unpack(space, e.current, e.values)
        e.expanded += 1
        count = space.applicable(space, e.values, e.found)
        for i in range(count):
            space.successor(space, e.values, e.current, e.found[i], e.after)
            e.generated += 1
            known = e.registry.count
            child = add_state(e, e.after)
            if child < 0:
                return NO_MEMORY
            if child != known:
                continue
            e.nodes[child].parent = state
            e.nodes[child].operator = e.found[i]
            space.unpack(space, e.after, e.after_values)
            if is_goal(e, e.after_values):
                e.reached = child
                return SOLVED
            if f.push(f, 0, 0, child) < 0:
                return NO_MEMORY
    return RUNNING


@cython.cclass
class Search:
    """One search of a task: its space, its evaluators, and all that it has seen."""

    e: Engine
    owned: list

    def __init__(self, task, space, evaluators, lists: cython.int, newest_first: cython.bint):
        """A search with that many open lists.

        Args:
            task: the grounded task.
            space: its `PackedSpace`.
            evaluators: objects whose `address` is that of an `Evaluator`.
            lists: how many open lists; the odd ones are for preferred operators.
            newest_first: whether entries of one key come last in, first out.
        """
        e: E = cython.address(self.e)
        i: cython.int
        registry = StateRegistry(address_of_space(space).words)
        open_lists = [OpenList(newest_first) for _ in range(lists)]
        self.owned = [task, space, evaluators, registry, open_lists]
        e.space = address_of_space(space)
        e.registry = cython.cast(
            cython.pointer[Registry], cython.cast(cython.size_t, registry.address)
        )
        e.evaluator_count = len(evaluators)
        e.evaluators = cython.cast(
            cython.pointer[cython.pointer[Evaluator]], words(self.owned, e.evaluator_count)
        )
        for i in range(e.evaluator_count):
            e.evaluators[i] = cython.cast(
                cython.pointer[Evaluator], cython.cast(cython.size_t, evaluators[i].address)
            )
        e.frontier_count = lists
        e.frontiers = cython.cast(
            cython.pointer[cython.pointer[Frontier]], words(self.owned, lists)
        )
        for i in range(lists):
            e.frontiers[i] = cython.cast(
                cython.pointer[Frontier], cython.cast(cython.size_t, open_lists[i].address)
            )
        e.priority = longs(self.owned, lists)
        e.best = longs(self.owned, e.evaluator_count)
        e.h = longs(self.owned, e.evaluator_count)
        for i in range(e.evaluator_count):
            e.best[i] = DEAD_END
        self.set_goal(task)
        e.current = words(self.owned, e.space.words)
        e.after = words(self.owned, e.space.words)
        e.values = ints(self.owned, e.space.variables)
        e.after_values = ints(self.owned, e.space.variables)
        e.found = ints(self.owned, e.space.operators)
        e.preferred = ints(self.owned, e.space.operators)
        e.preferred_in = ints(self.owned, e.space.operators)
        e.weight_h = 1
        e.bound = DEAD_END
        e.most = DEAD_END
        e.room = 256
        e.nodes = cython.cast(cython.pointer[Node], malloc(e.room * cython.sizeof(Node)))
        e.closed = cython.cast(cython.p_char, calloc(e.room, 1))
        if e.nodes == cython.NULL or e.closed == cython.NULL:
            raise MemoryError
        initial: array = array("Q", space.packed(task.initial))
        for i in range(e.space.words):
            e.current[i] = initial.data.as_ulonglongs[i]
        if add_state(e, e.current) < 0:
            raise MemoryError

    def __dealloc__(self):
        free(self.e.nodes)
        free(self.e.closed)

    @cython.cfunc
    def set_goal(self, task):
        e: E = cython.address(self.e)
        i: cython.int
        goal: list = list(task.goal)
        e.goal_count = -1 if task.goal_is_false else len(goal)
        e.goal_var = ints(self.owned, len(goal))
        e.goal_val = ints(self.owned, len(goal))
        for i in range(len(goal)):
            e.goal_var[i] = goal[i][0]
            e.goal_val[i] = goal[i][1]

    def limit(self, bound: Any, most: Any, admissible: cython.bint) -> None:
        """Looks only for plans cheaper than `bound`, generating not many more than `most` states.

        None: no limit. `admissible`: the estimate is held against the bound.
        """
        self.e.bound = DEAD_END if bound is None else bound
        self.e.most = DEAD_END if most is None else most
        self.e.admissible = admissible

    def prune_with(self, pruner: Any) -> None:
        """Lets an object whose `address` is that of a `Pruner` drop operators in eager search."""
        self.owned.append(pruner)
        self.e.pruner = cython.cast(
            cython.pointer[Pruner], cython.cast(cython.size_t, pruner.address)
        )

    def eager(self, weight_g: cython.longlong, weight_h: cython.longlong, progress: Any) -> Any:
        """Expands by least f = weight_g * g + weight_h * h; weight_g 0: greedy search."""
        self.e.weight_g = weight_g
        self.e.weight_h = weight_h
        self.e.wants_preferred = self.e.frontier_count > 1
        return self.run(0, progress)

    def lazy(self, weight_g: cython.longlong, weight_h: cython.longlong, progress: Any) -> Any:
        """As `eager`, but evaluates a state only when it is taken from an open list."""
        self.e.weight_g = weight_g
        self.e.weight_h = weight_h
        return self.run(1, progress)

    def graph(self, progress: Any) -> Any:
        """Uninformed search in the order of its one open list."""
        return self.run(2, progress)

    @cython.cfunc
    def run(self, kind: cython.int, progress):
        """The plan as a list of operators, or None when the states are exhausted.

        Raises OutOfWork where the limit of generated states cut it off.
        """
        e: E = cython.address(self.e)
        budget: cython.longlong = 16
        ended: cython.int = RUNNING
        counts = progress.statistics
        clock = perf_counter
        while ended == RUNNING:
            e.registry.room = progress.room()
            started = clock()
            with cython.nogil:
                if kind == 0:
                    ended = eager_slice(e, budget)
                elif kind == 1:
                    ended = lazy_slice(e, budget)
                else:
                    ended = graph_slice(e, budget)
            taken = clock() - started
            counts.expanded = e.expanded
            counts.evaluated = e.evaluated
            counts.generated = e.generated
            counts.reopened = e.reopened
            if counts.initial_h is None and e.evaluated > 0:
                counts.initial_h = e.nodes[0].h
            if ended == RUNNING:
                progress.look()
                if taken < SLICE_SECONDS / 2:
                    budget *= 2
                elif taken > SLICE_SECONDS * 2 and budget > 1:
                    budget //= 2
        if ended == NO_MEMORY:
            raise MemoryError("the search has no more memory")
        if ended == CUT:
            raise OutOfWork
        return self.plan() if ended == SOLVED else None

    @cython.cfunc
    def plan(self):
        steps: list = []
        state: cython.int = self.e.reached
        while self.e.nodes[state].parent >= 0:
            steps.append(self.e.nodes[state].operator)
            state = self.e.nodes[state].parent
        steps.reverse()
        return steps


@cython.cfunc
def address_of_space(space) -> cython.pointer[Space]:
    return cython.cast(cython.pointer[Space], cython.cast(cython.size_t, space.address))


def estimate(evaluator: Any, values: Any) -> Any:
    """What an evaluator says of one state, which it takes for the initial one."""
    e: cython.pointer[Evaluator] = cython.cast(
        cython.pointer[Evaluator], cython.cast(cython.size_t, evaluator.address)
    )
    state: array = array("i", values)
    return e.evaluate(e.data, state.data.as_ints, 0, -1, cython.NULL, cython.NULL)
