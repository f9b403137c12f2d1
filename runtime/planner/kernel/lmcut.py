# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# mypy: ignore-errors
"""LM-cut, compiled: as `lmcut.py` beside the kernel, which names the sources.

Two things make it quick. After a cut, hmax is not computed anew: only what became cheaper is passed
on. And the cut is found from the goal zone alone: a fact that costs less than the goal is reached
from the state without entering the zone, as no fact of the zone costs less than the goal.
"""

import cython
from cython.cimports.libc.stdlib import calloc, free
from cython.cimports.libc.string import memcpy, memset
from cython.cimports.runtime.planner.kernel.contract import (
    DEAD_END,
    Evaluator,
    Relaxed,
    ints,
    longs,
)
from cython.cimports.runtime.planner.kernel.queue import Queue, clear, finish, pop, push, start

Cutter = cython.struct(
    evaluator=Evaluator,
    relaxed=cython.pointer(Relaxed),
    by_add_start=cython.p_int,  # rows of the operators that add a fact
    by_add=cython.p_int,
    group_start=cython.p_int,  # by owner: its relaxed operators, which stand in a row
    needs=cython.p_int,
    unmet=cython.p_int,
    left=cython.p_longlong,  # by operator: the cost that is left
    cost=cython.p_longlong,  # by fact: hmax under these costs; UNREACHED
    supporter=cython.p_int,  # by operator: the costliest fact that it needs; -1: unreached
    queue=Queue,
    # Marks count rounds, so that none needs to be wiped.
    round=cython.int,
    zone_mark=cython.p_int,  # by fact: the goal zone
    asked=cython.p_int,  # by fact: when it was asked whether it is reached without the zone,
    answer=cython.p_int,  # and the answer
    operator_mark=cython.p_int,
    owner_mark=cython.p_int,
    used=cython.p_int,  # by fact: how many zones of this evaluation held it
    stack=cython.p_int,
    entries=cython.p_int,  # operators that add facts of the zone at a cost
)
C = cython.typedef(cython.pointer(Cutter))

UNREACHED = cython.declare(cython.longlong, 0x7F7F7F7F7F7F7F7F)  # as memset makes it


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def fire(c: C, number: cython.int, reached: cython.longlong) -> cython.void:
    """Passes the cost at which an operator is done on to the facts that it adds."""
    r: cython.pointer[Relaxed] = c.relaxed
    i: cython.int
    for i in range(r.add_start[number], r.add_start[number + 1]):
        if reached < c.cost[r.add[i]]:
            c.cost[r.add[i]] = reached
            push(cython.address(c.queue), reached, r.add[i])


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def first_hmax(c: C, values: cython.p_const_int) -> cython.void:
    """Computes hmax of all facts, and the supporters."""
    r: cython.pointer[Relaxed] = c.relaxed
    i: cython.int
    v: cython.int
    fact: cython.int
    number: cython.int
    paid: cython.longlong = 0
    memcpy(c.unmet, c.needs, r.operators * cython.sizeof(cython.int))
    memcpy(c.left, r.cost, r.operators * cython.sizeof(cython.longlong))
    memset(c.cost, 0x7F, r.facts * cython.sizeof(cython.longlong))
    memset(c.supporter, 0xFF, r.operators * cython.sizeof(cython.int))
    memset(c.used, 0, r.facts * cython.sizeof(cython.int))
    clear(cython.address(c.queue))
    for v in range(r.variables):
        if not r.derived[v]:
            c.cost[r.first[v] + values[v]] = 0
            push(cython.address(c.queue), 0, r.first[v] + values[v])
    c.cost[r.truth] = 0
    push(cython.address(c.queue), 0, r.truth)
    while True:
        fact = pop(cython.address(c.queue), cython.address(paid))
        if fact < 0:
            return
        if paid != c.cost[fact]:
            continue
        for i in range(r.by_start[fact], r.by_start[fact + 1]):
            number = r.by[i]
            c.unmet[number] -= 1
            if c.unmet[number] == 0:
                c.supporter[number] = fact
                fire(c, number, paid + c.left[number])


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def pass_on(c: C) -> cython.void:
    """Passes on the facts in the queue, which became cheaper.

    Of equally costly facts an operator keeps its supporter or takes the one that was in the fewest
    zones, so that landmarks spread. Facts that cost more than the goal can wait: it gets no dearer.
    """
    r: cython.pointer[Relaxed] = c.relaxed
    cost: cython.p_longlong = c.cost
    i: cython.int
    j: cython.int
    fact: cython.int
    number: cython.int
    costliest: cython.int
    paid: cython.longlong = 0
    while True:
        fact = pop(cython.address(c.queue), cython.address(paid))
        if fact < 0 or paid > cost[r.goal]:
            return
        if paid != cost[fact]:
            continue
        for i in range(r.by_start[fact], r.by_start[fact + 1]):
            number = r.by[i]
            if c.supporter[number] != fact:
                continue
            costliest = fact
            for j in range(r.need_start[number], r.need_start[number + 1]):
                if cost[r.need[j]] > cost[costliest] or (
                    cost[r.need[j]] == cost[costliest] and c.used[r.need[j]] < c.used[costliest]
                ):
                    costliest = r.need[j]
            c.supporter[number] = costliest
            fire(c, number, cost[costliest] + c.left[number])


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def find_zone(c: C) -> cython.int:
    """Marks the facts from which the goal is reached for nothing along supporters.

    Lists in `entries` the operators that add one of them at a cost; returns how many.
    """
    r: cython.pointer[Relaxed] = c.relaxed
    count: cython.int = 0
    depth: cython.int = 1
    fact: cython.int
    number: cython.int
    i: cython.int
    c.stack[0] = r.goal
    c.zone_mark[r.goal] = c.round
    while depth > 0:
        depth -= 1
        fact = c.stack[depth]
        for i in range(c.by_add_start[fact], c.by_add_start[fact + 1]):
            number = c.by_add[i]
            fact = c.supporter[number]
            if fact < 0 or c.operator_mark[number] == c.round:
                continue
            c.operator_mark[number] = c.round
            if c.left[number] > 0:
                c.entries[count] = number
                count += 1
            elif c.zone_mark[fact] != c.round:
                c.zone_mark[fact] = c.round
                c.used[fact] += 1
                c.stack[depth] = fact
                depth += 1
    return count


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def reached_before_zone(c: C, target: cython.int, bound: cython.longlong) -> cython.bint:
    """Whether a fact outside of the zone is reached from the state without entering the zone.

    Goes back along supporters until a fact costs less than `bound`, the cost of the goal.
    """
    depth: cython.int = 0
    seen: cython.int = 0
    found: cython.bint = False
    fact: cython.int = target
    before: cython.int
    i: cython.int
    if c.cost[fact] < bound:
        return True
    if c.asked[fact] == c.round:
        return c.answer[fact]
    # The facts seen on the way are all unreached where this one is.
    c.stack[0] = fact
    c.asked[fact] = c.round
    c.answer[fact] = False
    depth = 0
    seen = 1
    while depth < seen and not found:
        fact = c.stack[depth]
        depth += 1
        for i in range(c.by_add_start[fact], c.by_add_start[fact + 1]):
            before = c.supporter[c.by_add[i]]
            if before < 0 or c.zone_mark[before] == c.round:
                continue
            if c.cost[before] < bound or (c.asked[before] == c.round and c.answer[before]):
                found = True
                break
            if c.asked[before] != c.round:
                c.asked[before] = c.round
                c.answer[before] = False
                c.stack[seen] = before
                seen += 1
    if found:
        for i in range(seen):  # of the others nothing is known
            c.asked[c.stack[i]] = 0
        c.asked[target] = c.round
        c.answer[target] = True
    return found


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
    c: C = cython.cast(C, data)
    r: cython.pointer[Relaxed] = c.relaxed
    total: cython.longlong = 0
    charge: cython.longlong
    bound: cython.longlong
    count: cython.int
    cut: cython.int
    i: cython.int
    number: cython.int
    owner: cython.int
    first_hmax(c, values)
    if c.cost[r.goal] == UNREACHED:
        return DEAD_END
    while c.cost[r.goal] > 0:
        c.round += 1
        bound = c.cost[r.goal]
        count = find_zone(c)
        charge = UNREACHED
        cut = 0
        for i in range(count):
            number = c.entries[i]
            if c.zone_mark[c.supporter[number]] == c.round:
                continue
            if reached_before_zone(c, c.supporter[number], bound):
                charge = min(charge, c.left[number])
                c.entries[cut] = number
                cut += 1
        total += charge
        clear(cython.address(c.queue))
        for i in range(cut):
            owner = r.owner[c.entries[i]]
            if c.owner_mark[owner] == c.round:
                continue
            c.owner_mark[owner] = c.round
            for number in range(c.group_start[owner], c.group_start[owner + 1]):
                c.left[number] -= charge
                if c.supporter[number] >= 0:
                    fire(c, number, c.cost[c.supporter[number]] + c.left[number])
        pass_on(c)
    return total


@cython.cclass
class LmCut:
    """LM-cut on a `RelaxedTask`; `address` is that of its `Evaluator`."""

    c: C
    owned: list

    def __init__(self, relaxed):
        c: C = cython.cast(C, calloc(1, cython.sizeof(Cutter)))
        if c == cython.NULL:
            raise MemoryError
        self.c = c
        self.owned = [relaxed]
        r: cython.pointer[Relaxed] = cython.cast(
            cython.pointer[Relaxed], cython.cast(cython.size_t, relaxed.address)
        )
        i: cython.int
        o: cython.int
        fact: cython.int
        pushes: cython.longlong = r.variables + 1
        c.evaluator.data = c
        c.evaluator.evaluate = evaluate
        c.relaxed = r
        c.by_add_start = ints(self.owned, r.facts + 1)
        c.by_add = ints(self.owned, r.add_start[r.operators])
        c.group_start = ints(self.owned, r.owners + 1)
        c.needs = ints(self.owned, r.operators)
        c.unmet = ints(self.owned, r.operators)
        c.left = longs(self.owned, r.operators)
        c.cost = longs(self.owned, r.facts)
        c.supporter = ints(self.owned, r.operators)
        c.zone_mark = ints(self.owned, r.facts)
        c.asked = ints(self.owned, r.facts)
        c.answer = ints(self.owned, r.facts)
        c.operator_mark = ints(self.owned, r.operators)
        c.owner_mark = ints(self.owned, r.owners)
        c.stack = ints(self.owned, r.facts)
        c.used = ints(self.owned, r.facts)
        c.entries = ints(self.owned, r.operators)
        for o in range(r.operators):
            c.needs[o] = r.need_start[o + 1] - r.need_start[o]
            # It fires once for each supporter it may have.
            pushes += (c.needs[o] + 1) * (r.add_start[o + 1] - r.add_start[o])
            if r.owner[o] >= 0:
                c.group_start[r.owner[o] + 1] += 1
            for i in range(r.add_start[o], r.add_start[o + 1]):
                c.by_add_start[r.add[i] + 1] += 1
        for o in range(r.owners):
            c.group_start[o + 1] += c.group_start[o]
        for fact in range(r.facts):
            c.by_add_start[fact + 1] += c.by_add_start[fact]
        for o in range(r.operators):
            for i in range(r.add_start[o], r.add_start[o + 1]):
                fact = r.add[i]
                c.by_add[c.by_add_start[fact]] = o
                c.by_add_start[fact] += 1
        for fact in range(r.facts, 0, -1):
            c.by_add_start[fact] = c.by_add_start[fact - 1]
        c.by_add_start[0] = 0
        if pushes > 0x7FFFFFFF or not start(
            cython.address(c.queue), cython.cast(cython.int, pushes)
        ):
            raise MemoryError("the relaxed task is too large for LM-cut")

    def __dealloc__(self):
        if self.c != cython.NULL:
            finish(cython.address(self.c.queue))
        free(self.c)

    @property
    def address(self):
        """Where the `Evaluator` is."""
        return cython.cast(cython.size_t, self.c)
