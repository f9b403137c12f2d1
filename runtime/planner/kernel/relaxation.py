# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# mypy: ignore-errors
"""hmax, hadd and FF, compiled: as `relaxation.py` beside the kernel, which names the sources.

The exploration stops once the goal is settled, as costs and supporters of settled facts are final.
"""

import cython
from cython.cimports.libc.stdlib import calloc, free
from cython.cimports.libc.string import memcpy, memset
from cython.cimports.runtime.planner.kernel.contract import (
    CEILING,
    DEAD_END,
    Evaluator,
    Relaxed,
    ints,
    longs,
    words,
)
from cython.cimports.runtime.planner.kernel.queue import Queue, clear, finish, pop, push, start

MAX = cython.declare(cython.int, 0)
ADD = cython.declare(cython.int, 1)
FF = cython.declare(cython.int, 2)
KINDS = {"hmax": 0, "hadd": 1, "hff": 2}

Firing = cython.struct(  # what is read when an operator's needs are met, side by side
    cost=cython.longlong,
    row=cython.int,  # where its facts begin: those it needs, then those it adds
    adds=cython.int,  # where the latter begin
    end=cython.int,
    needs=cython.int,
)
Exploration = cython.struct(
    evaluator=Evaluator,
    kind=cython.int,
    relaxed=cython.pointer(Relaxed),
    operators=cython.pointer(Firing),
    facts=cython.p_int,
    needs=cython.p_int,  # by operator: how many facts it needs
    unmet=cython.p_int,  # and how many of these are not settled
    cost=cython.p_longlong,  # by fact; UNREACHED
    supporter=cython.p_int,  # by fact: the operator that reaches it at that cost; -1: it held
    queue=Queue,
    # For extracting plans: the number of the evaluation in which a thing was seen last.
    round=cython.int,
    fact_seen=cython.p_int,
    operator_seen=cython.p_int,
    owner_seen=cython.p_int,
    stack=cython.p_int,
)
X = cython.typedef(cython.pointer(Exploration))

UNREACHED = cython.declare(cython.longlong, 0x7F7F7F7F7F7F7F7F)  # as memset makes it


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def explore(x: X, values: cython.p_const_int) -> cython.longlong:
    """Settles facts by rising cost until the goal is; returns its cost or DEAD_END."""
    r: cython.pointer[Relaxed] = x.relaxed
    operator: cython.pointer[Firing]
    facts: cython.p_int = x.facts
    unmet: cython.p_int = x.unmet
    cost: cython.p_longlong = x.cost
    supporter: cython.p_int = x.supporter
    queue: cython.pointer[Queue] = cython.address(x.queue)
    by_start: cython.p_const_int = r.by_start
    by: cython.p_const_int = r.by
    adds_up: cython.bint = x.kind != MAX
    goal: cython.int = r.goal
    v: cython.int
    i: cython.int
    j: cython.int
    fact: cython.int
    added: cython.int
    number: cython.int
    paid: cython.longlong = 0
    total: cython.longlong
    memcpy(unmet, x.needs, r.operators * cython.sizeof(cython.int))
    memset(cost, 0x7F, r.facts * cython.sizeof(cython.longlong))
    clear(queue)
    for v in range(r.variables):
        if not r.derived[v]:
            fact = r.first[v] + values[v]
            cost[fact] = 0
            supporter[fact] = -1
            push(queue, 0, fact)
    cost[r.truth] = 0
    supporter[r.truth] = -1
    push(queue, 0, r.truth)
    while True:
        fact = pop(queue, cython.address(paid))
        if fact < 0:
            return DEAD_END
        if paid != cost[fact]:
            continue
        if fact == goal:
            return paid
        for i in range(by_start[fact], by_start[fact + 1]):
            number = by[i]
            unmet[number] -= 1
            if unmet[number] > 0:
                continue
            operator = x.operators + number
            total = operator.cost
            if not adds_up:
                total += paid  # facts settle by rising cost: this one is the costliest
            elif operator.needs < 4:  # then no sum overflows
                for j in range(operator.row, operator.adds):
                    total += cost[facts[j]]
            else:
                for j in range(operator.row, operator.adds):
                    total = min(CEILING, total + cost[facts[j]])
            if total > CEILING:
                total = CEILING
            for j in range(operator.adds, operator.end):
                added = facts[j]
                if total < cost[added]:
                    cost[added] = total
                    supporter[added] = number
                    push(queue, total, added)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def holds(
    r: cython.pointer[Relaxed], number: cython.int, values: cython.p_const_int
) -> cython.bint:
    """Whether the state has all that the relaxed operator needs."""
    i: cython.int
    v: cython.int
    for i in range(r.need_start[number], r.need_start[number + 1]):
        v = r.variable_of[r.need[i]]
        if v >= 0 and values[v] != r.need[i] - r.first[v]:
            return False
    return True


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def relaxed_plan(
    x: X, values: cython.p_const_int, preferred: cython.p_int, preferred_count: cython.p_int
) -> cython.longlong:
    """The cost of the relaxed plan along supporters; lists its operators that are applicable."""
    r: cython.pointer[Relaxed] = x.relaxed
    total: cython.longlong = 0
    depth: cython.int = 1
    number: cython.int
    owner: cython.int
    fact: cython.int
    i: cython.int
    x.round += 1
    x.stack[0] = r.goal
    while depth > 0:
        depth -= 1
        number = x.supporter[x.stack[depth]]
        if number < 0 or x.operator_seen[number] == x.round:
            continue
        x.operator_seen[number] = x.round
        owner = r.owner[number]
        if owner >= 0 and x.owner_seen[owner] != x.round:
            x.owner_seen[owner] = x.round
            total = min(CEILING, total + r.cost[number])
        if preferred != cython.NULL and owner >= 0 and holds(r, number, values):
            preferred[preferred_count[0]] = owner
            preferred_count[0] += 1
        for i in range(r.need_start[number], r.need_start[number + 1]):
            fact = r.need[i]
            if x.fact_seen[fact] != x.round:
                x.fact_seen[fact] = x.round
                x.stack[depth] = fact
                depth += 1
    return total


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def evaluate(
    data: cython.p_void,
    values: cython.p_const_int,
    state: cython.int,
    parent: cython.int,
    preferred: cython.p_int,
    preferred_count: cython.p_int,
) -> cython.longlong:
    x: X = cython.cast(X, data)
    cost: cython.longlong = explore(x, values)
    if x.kind != FF or cost == DEAD_END:
        return cost
    return relaxed_plan(x, values, preferred, preferred_count)


@cython.cclass
class RelaxationHeuristic:
    """hmax, hadd or FF on a `RelaxedTask`; `address` is that of its `Evaluator`."""

    x: X
    owned: list

    def __init__(self, relaxed, kind: str):
        """Makes the heuristic of that name."""
        x: X = cython.cast(X, calloc(1, cython.sizeof(Exploration)))
        if x == cython.NULL:
            raise MemoryError
        self.x = x
        self.owned = [relaxed]
        r: cython.pointer[Relaxed] = cython.cast(
            cython.pointer[Relaxed], cython.cast(cython.size_t, relaxed.address)
        )
        i: cython.int
        j: cython.int
        end: cython.int = 0
        x.evaluator.data = x
        x.evaluator.evaluate = evaluate
        x.kind = KINDS[kind]
        x.relaxed = r
        x.needs = ints(self.owned, r.operators)
        x.unmet = ints(self.owned, r.operators)
        x.operators = cython.cast(cython.pointer[Firing], words(self.owned, 3 * r.operators))
        x.facts = ints(self.owned, r.need_start[r.operators] + r.add_start[r.operators])
        x.cost = longs(self.owned, r.facts)
        x.supporter = ints(self.owned, r.facts)
        for i in range(r.operators):
            x.needs[i] = x.operators[i].needs = r.need_start[i + 1] - r.need_start[i]
            x.operators[i].cost = r.cost[i]
            x.operators[i].row = end
            for j in range(r.need_start[i], r.need_start[i + 1]):
                x.facts[end] = r.need[j]
                end += 1
            x.operators[i].adds = end
            for j in range(r.add_start[i], r.add_start[i + 1]):
                x.facts[end] = r.add[j]
                end += 1
            x.operators[i].end = end
        if x.kind == FF:
            x.fact_seen = ints(self.owned, r.facts)
            x.operator_seen = ints(self.owned, r.operators)
            x.owner_seen = ints(self.owned, r.owners)
            x.stack = ints(self.owned, r.facts)
        # Each operator fires once, and each firing pushes each of its adds once at most.
        if not start(cython.address(x.queue), r.add_start[r.operators] + r.variables + 1):
            raise MemoryError

    def __dealloc__(self):
        if self.x != cython.NULL:
            finish(cython.address(self.x.queue))
        free(self.x)

    @property
    def address(self):
        """Where the `Evaluator` is."""
        return cython.cast(cython.size_t, self.x)
