# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# mypy: ignore-errors
"""Projections of a task, compiled: as `projections.py` beside the kernel; and the sum of databases.

Operators that do the same in a projection share their transitions there.
"""

import cython
from cython.cimports.cpython.array import array
from cython.cimports.libc.stdlib import calloc, free, realloc
from cython.cimports.runtime.planner.kernel.contract import (
    CEILING,
    DEAD_END,
    Evaluator,
    ints,
    longs,
)
from cython.cimports.runtime.planner.kernel.queue import Queue, finish, pop, push, start

from planscript.runtime.planner.projections import MOST_OUTCOMES

MOST = cython.declare(cython.int, MOST_OUTCOMES)
WIDEST = 8  # variables of a pattern
ALIKE_WIDTH = cython.declare(cython.int, 3)  # up to so many variables operators are compared,
ALIKE_VALUES = cython.declare(cython.int, 1000)  # of up to so many values

Frame = cython.struct(  # what all projections of a task share
    variables=cython.int,
    operators=cython.int,
    domain=cython.p_int,
    goal=cython.p_int,  # by variable: the value wanted; -1: any
    touch_start=cython.p_int,  # rows of operators that change a variable
    touch=cython.p_int,
    pre_start=cython.p_int,
    pre_var=cython.p_int,
    pre_val=cython.p_int,
    eff_start=cython.p_int,
    eff_var=cython.p_int,
    eff_val=cython.p_int,
    cond_start=cython.p_int,
    cond_var=cython.p_int,
    cond_val=cython.p_int,
    place=cython.p_int,  # by variable: its place in the pattern in hand; -1: none
    need=cython.p_int,  # by variable: what the operator in hand needs; -1: any
    mark=cython.p_int,  # by operator: the projection in which it was seen last
    round=cython.int,
)
Graph = cython.struct(  # one projection
    width=cython.int,
    size=cython.int,
    domain=cython.int[8],
    factor=cython.int[8],
    # Transitions as they are found, in order of their groups of operators that do the same.
    count=cython.longlong,
    room=cython.longlong,
    before=cython.p_int,
    after=cython.p_int,
    groups=cython.int,
    group_start=cython.p_int,  # rows of transitions
    member_start=cython.p_int,  # rows of operators
    member=cython.p_int,
    # The same by the state they lead to.
    arrive_start=cython.p_int,
    arrive_from=cython.p_int,
    arrive_by=cython.p_int,  # the group
    goals=cython.p_int,
    goal_count=cython.int,
)
F = cython.typedef(cython.pointer(Frame))
G = cython.typedef(cython.pointer(Graph))


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
@cython.inline
def value(g: G, state: cython.int, i: cython.int) -> cython.int:
    return state // g.factor[i] % g.domain[i]


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def next_matching(g: G, fixed: cython.p_int, values: cython.p_int) -> cython.bint:
    """Steps on to the next values, those that are fixed excepted; False: there are no more."""
    i: cython.int
    for i in range(g.width):
        if fixed[i] >= 0:
            continue
        values[i] += 1
        if values[i] < g.domain[i]:
            return True
        values[i] = 0
    return False


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
@cython.inline
def number_of(g: G, values: cython.p_int) -> cython.int:
    i: cython.int
    number: cython.int = 0
    for i in range(g.width):
        number += g.factor[i] * values[i]
    return number


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def add_transition(g: G, before: cython.int, after: cython.int) -> cython.bint:
    grown: cython.p_int
    if g.count == g.room:
        g.room = 2 * g.room + 64
        grown = cython.cast(cython.p_int, realloc(g.before, g.room * cython.sizeof(cython.int)))
        if grown == cython.NULL:
            return False
        g.before = grown
        grown = cython.cast(cython.p_int, realloc(g.after, g.room * cython.sizeof(cython.int)))
        if grown == cython.NULL:
            return False
        g.after = grown
    g.before[g.count] = before
    g.after[g.count] = after
    g.count += 1
    return True


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def may_fire(f: F, e: cython.int) -> cython.bint:
    """Whether the needs of the operator in hand leave an effect's conditions possible."""
    i: cython.int
    for i in range(f.cond_start[e], f.cond_start[e + 1]):
        if f.need[f.cond_var[i]] >= 0 and f.need[f.cond_var[i]] != f.cond_val[i]:
            return False
    return True


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def signature(f: F, g: G, o: cython.int) -> cython.longlong:
    """What an operator with plain effects needs and sets; -1: it is of no such kind."""
    e: cython.int
    i: cython.int
    at: cython.int
    effect = cython.declare(cython.int[8])
    if g.width > ALIKE_WIDTH:
        return -1
    for i in range(g.width):
        effect[i] = -1
        if g.domain[i] > ALIKE_VALUES:
            return -1
    for e in range(f.eff_start[o], f.eff_start[o + 1]):
        at = f.place[f.eff_var[e]]
        if at < 0 or not may_fire(f, e):
            continue
        for i in range(f.cond_start[e], f.cond_start[e + 1]):
            if f.need[f.cond_var[i]] < 0:
                return -1
        effect[at] = f.eff_val[e]
    return key_of(f, g, o, effect)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def key_of(f: F, g: G, o: cython.int, effect: cython.p_int) -> cython.longlong:
    i: cython.int
    key: cython.longlong = 0
    need = cython.declare(cython.int[8])
    for i in range(g.width):
        need[i] = -1
    for i in range(f.pre_start[o], f.pre_start[o + 1]):
        if f.place[f.pre_var[i]] >= 0:
            need[f.place[f.pre_var[i]]] = f.pre_val[i]
    for i in range(g.width):
        key = (key << 20) | ((need[i] + 1) << 10) | (effect[i] + 1)
    return key


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def outcomes_of(f: F, g: G, o: cython.int, state: cython.int, found: cython.p_int) -> cython.int:
    """The abstract states to which an operator may lead from one; how many, or -1: too many."""
    count: cython.int = 1
    before: cython.int
    e: cython.int
    i: cython.int
    j: cython.int
    k: cython.int
    at: cython.int
    v: cython.int
    after: cython.int
    unseen: cython.bint
    found[0] = state
    for e in range(f.eff_start[o], f.eff_start[o + 1]):
        at = f.place[f.eff_var[e]]
        if at < 0 or not may_fire(f, e):
            continue
        unseen = False
        for i in range(f.cond_start[e], f.cond_start[e + 1]):
            v = f.cond_var[i]
            if f.need[v] >= 0:
                continue
            if f.place[v] < 0:
                unseen = True
            elif value(g, state, f.place[v]) != f.cond_val[i]:
                break
        else:
            before = count
            if not unseen:
                count = 0
            # Those found so far are read ahead of where the new ones are written.
            for j in range(before):
                after = found[j]
                after += (f.eff_val[e] - value(g, after, at)) * g.factor[at]
                k = 0
                while k < count and found[k] != after:
                    k += 1
                if k == count:
                    if count > MOST:
                        return -1
                    found[count] = after
                    count += 1
            if count > MOST:
                return -1
    return count


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def add_operator(f: F, g: G, o: cython.int) -> cython.int:
    """Adds the transitions of an operator; 0, or -1: out of memory, -2: too many outcomes."""
    i: cython.int
    count: cython.int
    state: cython.int
    fixed = cython.declare(cython.int[8])
    values = cython.declare(cython.int[8])
    found = cython.declare(cython.int[128])
    for i in range(g.width):
        fixed[i] = -1
    for i in range(f.pre_start[o], f.pre_start[o + 1]):
        if f.place[f.pre_var[i]] >= 0:
            fixed[f.place[f.pre_var[i]]] = f.pre_val[i]
    for i in range(g.width):
        values[i] = max(0, fixed[i])
    while True:
        state = number_of(g, values)
        count = outcomes_of(f, g, o, state, found)
        if count < 0:
            return -2
        for i in range(count):
            if found[i] != state and not add_transition(g, state, found[i]):
                return -1
        if not next_matching(g, fixed, values):
            return 0


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def need_of(f: F, o: cython.int, forget: cython.bint) -> cython.void:
    """Takes what an operator needs in hand, or forgets it."""
    i: cython.int
    for i in range(f.pre_start[o], f.pre_start[o + 1]):
        f.need[f.pre_var[i]] = -1 if forget else f.pre_val[i]


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def touches(f: F, g: G, o: cython.int) -> cython.bint:
    """Whether an operator may change the pattern at all."""
    e: cython.int
    for e in range(f.eff_start[o], f.eff_start[o + 1]):
        if f.place[f.eff_var[e]] >= 0 and may_fire(f, e):
            return True
    return False


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def needed_by_group(g: G, distance: cython.p_longlong, group: cython.int) -> cython.longlong:
    """The least cost of a group with which the distances stay as they are."""
    i: cython.int
    needed: cython.longlong = 0
    for i in range(g.group_start[group], g.group_start[group + 1]):
        if distance[g.after[i]] != DEAD_END:
            needed = max(needed, distance[g.before[i]] - distance[g.after[i]])
    return needed


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def compute(g: G, costs: cython.p_longlong, distance: cython.p_longlong) -> cython.bint:
    """Dijkstra's algorithm from the goals; False: out of memory."""
    queue = cython.declare(Queue)
    q: cython.pointer[Queue] = cython.address(queue)
    cost: cython.p_longlong = cython.cast(
        cython.p_longlong, calloc(g.groups + 1, cython.sizeof(cython.longlong))
    )
    i: cython.int
    j: cython.int
    state: cython.int
    before: cython.int
    paid: cython.longlong = 0
    total: cython.longlong
    if cost == cython.NULL:
        return False
    if not start(q, cython.cast(cython.int, g.count) + g.goal_count):
        finish(q)
        free(cost)
        return False
    for i in range(g.groups):
        cost[i] = DEAD_END
        for j in range(g.member_start[i], g.member_start[i + 1]):
            cost[i] = min(cost[i], costs[g.member[j]])
    for i in range(g.size):
        distance[i] = DEAD_END
    for i in range(g.goal_count):
        distance[g.goals[i]] = 0
        push(q, 0, g.goals[i])
    while True:
        state = pop(q, cython.address(paid))
        if state < 0:
            break
        if paid != distance[state]:
            continue
        for i in range(g.arrive_start[state], g.arrive_start[state + 1]):
            before = g.arrive_from[i]
            total = min(CEILING, paid + cost[g.arrive_by[i]])
            if total < distance[before]:
                distance[before] = total
                push(q, total, before)
    finish(q)
    free(cost)
    return True


@cython.cclass
class Projector:
    """Makes the projections of a task."""

    f: Frame
    owned: list

    def __init__(self, task):
        f: F = cython.address(self.f)
        v: cython.int
        x: cython.int
        o: cython.int
        e: cython.int
        operators = task.operators
        pre_start: array = operators.pre_start
        pre_var: array = operators.pre_var
        pre_val: array = operators.pre_val
        eff_start: array = operators.eff_start
        eff_var: array = operators.eff_var
        eff_val: array = operators.eff_val
        cond_start: array = operators.cond_start
        cond_var: array = operators.cond_var
        cond_val: array = operators.cond_val
        self.owned = [task]
        f.pre_start = pre_start.data.as_ints
        f.pre_var = pre_var.data.as_ints
        f.pre_val = pre_val.data.as_ints
        f.eff_start = eff_start.data.as_ints
        f.eff_var = eff_var.data.as_ints
        f.eff_val = eff_val.data.as_ints
        f.cond_start = cond_start.data.as_ints
        f.cond_var = cond_var.data.as_ints
        f.cond_val = cond_val.data.as_ints
        f.variables = len(task.variables)
        f.operators = len(operators)
        f.domain = ints(self.owned, f.variables)
        f.goal = ints(self.owned, f.variables)
        f.place = ints(self.owned, f.variables)
        f.need = ints(self.owned, f.variables)
        f.mark = ints(self.owned, f.operators)
        f.touch_start = ints(self.owned, f.variables + 1)
        f.touch = ints(self.owned, len(eff_var))
        for v in range(f.variables):
            f.domain[v] = len(task.variables[v].values)
            f.goal[v] = f.place[v] = f.need[v] = -1
        for v, x in task.goal:
            f.goal[v] = x
        for e in range(len(eff_var)):
            f.touch_start[f.eff_var[e] + 1] += 1
        for v in range(f.variables):
            f.touch_start[v + 1] += f.touch_start[v]
        for o in range(f.operators):
            for e in range(f.eff_start[o], f.eff_start[o + 1]):
                v = f.eff_var[e]
                f.touch[f.touch_start[v]] = o
                f.touch_start[v] += 1
        for v in range(f.variables, 0, -1):
            f.touch_start[v] = f.touch_start[v - 1]
        f.touch_start[0] = 0

    def project(self, pattern: tuple):
        """The projection to these variables.

        Raises:
            OverflowError: an operator has too many outcomes.
        """
        made = Projection(pattern)
        made.fill(self)
        return made


@cython.cclass
class Projection:
    """As `projections.Projection`; made by a `Projector`."""

    g: Graph
    owned: list
    pattern = cython.declare(tuple, visibility="readonly")
    transitions = cython.declare(object, visibility="readonly")

    def __init__(self, pattern: tuple):
        if len(pattern) > WIDEST:
            raise OverflowError("the pattern is too large")
        self.pattern = pattern
        self.owned = []
        self.transitions = 0

    def __dealloc__(self):
        free(self.g.before)
        free(self.g.after)

    @cython.cfunc
    def fill(self, projector: Projector):
        f: F = cython.address(projector.f)
        g: G = cython.address(self.g)
        i: cython.int
        j: cython.int
        o: cython.int
        v: cython.int
        ended: cython.int = 0
        key: cython.longlong
        alike: dict = {}
        groups: list = []
        members: cython.int = 0
        g.width = len(self.pattern)
        g.size = 1
        for i in range(g.width):
            v = self.pattern[i]
            f.place[v] = i
            g.domain[i] = f.domain[v]
            g.factor[i] = g.size
            g.size *= g.domain[i]
        f.round += 1
        for i in range(g.width):
            v = self.pattern[i]
            for j in range(f.touch_start[v], f.touch_start[v + 1]):
                o = f.touch[j]
                if f.mark[o] == f.round:
                    continue
                f.mark[o] = f.round
                need_of(f, o, False)
                if touches(f, g, o):
                    key = signature(f, g, o)
                    row: list = alike.get(key) if key >= 0 else None
                    if row is None:
                        row = [o]
                        groups.append(row)
                        if key >= 0:
                            alike[key] = row
                    else:
                        row.append(o)
                    members += 1
                need_of(f, o, True)
        g.groups = len(groups)
        g.group_start = ints(self.owned, g.groups + 1)
        g.member_start = ints(self.owned, g.groups + 1)
        g.member = ints(self.owned, members)
        members = 0
        for i in range(g.groups):
            row = groups[i]
            for o in row:
                g.member[members] = o
                members += 1
            g.member_start[i + 1] = members
            o = row[0]
            need_of(f, o, False)
            if ended == 0:
                ended = add_operator(f, g, o)
            need_of(f, o, True)
            g.group_start[i + 1] = cython.cast(cython.int, g.count)
        self.find_goals(f)
        for i in range(g.width):
            v = self.pattern[i]
            f.place[v] = -1
        if ended == -2:
            raise OverflowError("an operator has too many outcomes")
        if ended == -1 or g.count > 0x3FFFFFFF:
            raise MemoryError("a projection is too large")
        self.transitions = g.count + members  # looking at it takes so long
        self.turn_round()

    @cython.cfunc
    def find_goals(self, f: F):
        g: G = cython.address(self.g)
        i: cython.int
        fixed = cython.declare(cython.int[8])
        values = cython.declare(cython.int[8])
        g.goals = ints(self.owned, g.size)
        for i in range(g.width):
            fixed[i] = f.goal[cython.cast(cython.int, self.pattern[i])]
            values[i] = max(0, fixed[i])
        while True:
            g.goals[g.goal_count] = number_of(g, values)
            g.goal_count += 1
            if not next_matching(g, fixed, values):
                return

    @cython.cfunc
    def turn_round(self):
        """Lists the transitions by the state that they lead to."""
        g: G = cython.address(self.g)
        i: cython.int
        group: cython.int
        at: cython.int
        g.arrive_start = ints(self.owned, g.size + 1)
        g.arrive_from = ints(self.owned, g.count)
        g.arrive_by = ints(self.owned, g.count)
        for i in range(cython.cast(cython.int, g.count)):
            g.arrive_start[g.after[i] + 1] += 1
        for i in range(g.size):
            g.arrive_start[i + 1] += g.arrive_start[i]
        for group in range(g.groups):
            for i in range(g.group_start[group], g.group_start[group + 1]):
                at = g.arrive_start[g.after[i]]
                g.arrive_start[g.after[i]] += 1
                g.arrive_from[at] = g.before[i]
                g.arrive_by[at] = group
        for i in range(g.size, 0, -1):
            g.arrive_start[i] = g.arrive_start[i - 1]
        g.arrive_start[0] = 0

    def number(self, state) -> int:
        """The abstract state of a state of the task."""
        i: cython.int
        number: cython.int = 0
        for i in range(self.g.width):
            number += self.g.factor[i] * cython.cast(cython.int, state[self.pattern[i]])
        return number

    def distances(self, costs: array) -> array:
        """The distance of each abstract state to a goal under these costs of operators."""
        made: array = array("q", bytes(8 * self.g.size))
        enough: cython.bint
        with cython.nogil:
            enough = compute(
                cython.address(self.g), costs.data.as_longlongs, made.data.as_longlongs
            )
        if not enough:
            raise MemoryError
        return made

    def charge(self, costs: array, distance: array, sign: cython.int):
        """Adds to the costs (or takes off: -1) what the distances need of each operator."""
        g: G = cython.address(self.g)
        cost: cython.p_longlong = costs.data.as_longlongs
        i: cython.int
        group: cython.int
        needed: cython.longlong
        for group in range(g.groups):
            needed = needed_by_group(g, distance.data.as_longlongs, group)
            for i in range(g.member_start[group], g.member_start[group + 1]):
                cost[g.member[i]] = min(CEILING, cost[g.member[i]] + sign * needed)

    def stolen(self, costs: array, distance: array, demand: array) -> int:
        """What the distances need of the operators that are wanted for more than they cost."""
        g: G = cython.address(self.g)
        i: cython.int
        o: cython.int
        group: cython.int
        needed: cython.longlong
        over: cython.longlong
        total: object = 0
        part: cython.longlong
        for group in range(g.groups):
            needed = needed_by_group(g, distance.data.as_longlongs, group)
            if needed == 0:
                continue
            part = 0
            for i in range(g.member_start[group], g.member_start[group + 1]):
                o = g.member[i]
                over = demand.data.as_longlongs[o] - costs.data.as_longlongs[o]
                if over > 0:
                    part = min(CEILING, part + min(needed, over))
            total += part
        return total


Sum = cython.struct(
    evaluator=Evaluator,
    false=cython.bint,
    projections=cython.int,
    part_start=cython.p_int,  # by projection: rows of variables and their factors
    part_var=cython.p_int,
    part_factor=cython.p_int,
    number=cython.p_int,  # by projection: the abstract state in hand
    orders=cython.int,
    order_start=cython.p_int,  # rows of databases
    projection=cython.p_int,
    table=cython.pointer(cython.p_longlong),
)
S = cython.typedef(cython.pointer(Sum))


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
    s: S = cython.cast(S, data)
    i: cython.int
    j: cython.int
    number: cython.int
    distance: cython.longlong
    total: cython.longlong
    best: cython.longlong = 0
    if s.false:
        return DEAD_END
    for i in range(s.projections):
        number = 0
        for j in range(s.part_start[i], s.part_start[i + 1]):
            number += s.part_factor[j] * values[s.part_var[j]]
        s.number[i] = number
    for i in range(s.orders):
        total = 0
        for j in range(s.order_start[i], s.order_start[i + 1]):
            distance = s.table[j][s.number[s.projection[j]]]
            if distance == DEAD_END:
                return DEAD_END
            total += distance
        best = max(best, min(CEILING, total))
    return best


@cython.cclass
class DatabaseSum:
    """The best sum over orders of databases; `address` is that of its `Evaluator`."""

    s: S
    owned: list

    def __init__(self, task, projections: list, orders: list):
        s: S = cython.cast(S, calloc(1, cython.sizeof(Sum)))
        if s == cython.NULL:
            raise MemoryError
        self.s = s
        used: dict = {}
        for order in orders:
            for database in order:
                used.setdefault(database.projection, len(used))
        self.owned = [projections, orders]
        i: cython.int = 0
        j: cython.int = 0
        end: cython.int = 0
        projection: Projection
        table: array
        s.evaluator.data = s
        s.evaluator.evaluate = evaluate
        s.false = task.goal_is_false
        s.projections = len(used)
        s.orders = len(orders)
        s.part_start = ints(self.owned, s.projections + 1)
        s.part_var = ints(self.owned, WIDEST * s.projections)
        s.part_factor = ints(self.owned, WIDEST * s.projections)
        s.number = ints(self.owned, s.projections)
        for place in used:
            projection = projections[place]
            for j in range(projection.g.width):
                s.part_var[end] = projection.pattern[j]
                s.part_factor[end] = projection.g.factor[j]
                end += 1
            i += 1
            s.part_start[i] = end
        count = sum([len(order) for order in orders])
        s.order_start = ints(self.owned, s.orders + 1)
        s.projection = ints(self.owned, count)
        s.table = cython.cast(cython.pointer[cython.p_longlong], longs(self.owned, count))
        end = 0
        for i in range(s.orders):
            for database in orders[i]:
                table = database.distances
                s.projection[end] = used[database.projection]
                s.table[end] = table.data.as_longlongs
                end += 1
            s.order_start[i + 1] = end

    def __dealloc__(self):
        free(self.s)

    @property
    def address(self):
        """Where the `Evaluator` is."""
        return cython.cast(cython.size_t, self.s)


def pattern_databases(task, costs: array, progress):
    """The heuristic of a task under these costs of operators."""
    from planscript.runtime.planner.pattern_databases import project_all, share_costs

    projections = project_all(task, Projector(task).project, progress.look)
    return DatabaseSum(task, projections, share_costs(task, costs, projections, progress.look))
