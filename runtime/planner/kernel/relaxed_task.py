# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# mypy: ignore-errors
"""The delete relaxation of a task in arrays: as `relaxation.RelaxedTask`, with two facts more.

One always holds, so that every relaxed operator needs something; the other is the goal, which the
last relaxed operator adds.
"""

import cython
from cython.cimports.cpython.array import array
from cython.cimports.libc.stdlib import calloc, free
from cython.cimports.runtime.planner.kernel.contract import Relaxed, ints, longs

AXIOM = cython.declare(cython.int, -1)

# Rows of conditions and effects of the task's operators or axioms.
Rows = cython.struct(
    count=cython.int,
    pre_start=cython.p_int,
    pre_var=cython.p_int,
    pre_val=cython.p_int,
    eff_start=cython.p_int,
    eff_var=cython.p_int,
    eff_val=cython.p_int,
    cond_start=cython.p_int,
    cond_var=cython.p_int,
    cond_val=cython.p_int,
)
# The relaxed operators being made.
Draft = cython.struct(
    first=cython.p_int,
    need_start=cython.p_int,
    need=cython.p_int,
    add_start=cython.p_int,
    add=cython.p_int,
    cost=cython.p_longlong,
    owner=cython.p_int,
    operators=cython.int,
    needs=cython.int,
    adds=cython.int,
    truth=cython.int,
)
D = cython.typedef(cython.pointer(Draft))
RowsP = cython.typedef(cython.pointer(Rows))


@cython.cfunc
def rows_of(operators, rows: RowsP):
    pre_start: array = operators.pre_start
    pre_var: array = operators.pre_var
    pre_val: array = operators.pre_val
    eff_start: array = operators.eff_start
    eff_var: array = operators.eff_var
    eff_val: array = operators.eff_val
    cond_start: array = operators.cond_start
    cond_var: array = operators.cond_var
    cond_val: array = operators.cond_val
    rows.count = len(operators)
    rows.pre_start = pre_start.data.as_ints
    rows.pre_var = pre_var.data.as_ints
    rows.pre_val = pre_val.data.as_ints
    rows.eff_start = eff_start.data.as_ints
    rows.eff_var = eff_var.data.as_ints
    rows.eff_val = eff_val.data.as_ints
    rows.cond_start = cond_start.data.as_ints
    rows.cond_var = cond_var.data.as_ints
    rows.cond_val = cond_val.data.as_ints


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def add_need(d: D, fact: cython.int) -> cython.void:
    """Puts a fact in its place among the needs of the operator being made, each only once."""
    begin: cython.int = d.need_start[d.operators]
    at: cython.int = d.needs
    i: cython.int
    while at > begin and d.need[at - 1] >= fact:
        if d.need[at - 1] == fact:
            return
        at -= 1
    for i in range(d.needs, at, -1):
        d.need[i] = d.need[i - 1]
    d.need[at] = fact
    d.needs += 1


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def finish(d: D, cost: cython.longlong, owner: cython.int) -> cython.void:
    """Ends the operator being made."""
    if d.needs == d.need_start[d.operators]:
        d.need[d.needs] = d.truth
        d.needs += 1
    d.cost[d.operators] = cost
    d.owner[d.operators] = owner
    d.operators += 1
    d.need_start[d.operators] = d.needs
    d.add_start[d.operators] = d.adds


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def same_conditions(rows: RowsP, e: cython.int) -> cython.bint:
    """Whether effect `e` and the one before have the same conditions."""
    i: cython.int
    size: cython.int = rows.cond_start[e + 1] - rows.cond_start[e]
    a: cython.int = rows.cond_start[e - 1]
    b: cython.int = rows.cond_start[e]
    if b - a != size:
        return False
    for i in range(size):
        if rows.cond_var[a + i] != rows.cond_var[b + i]:
            return False
        if rows.cond_val[a + i] != rows.cond_val[b + i]:
            return False
    return True


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def needs_within(rows: RowsP) -> cython.longlong:
    """No fewer than the needs of all relaxed operators of these rows."""
    o: cython.int
    e: cython.int
    total: cython.longlong = 0
    for o in range(rows.count):
        for e in range(rows.eff_start[o], rows.eff_start[o + 1]):
            if e == rows.eff_start[o] or not same_conditions(rows, e):
                total += rows.pre_start[o + 1] - rows.pre_start[o] + 1
                total += rows.cond_start[e + 1] - rows.cond_start[e]
    return total


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def relax(
    d: D, rows: RowsP, o: cython.int, cost: cython.longlong, owner: cython.int
) -> cython.void:
    """Makes a relaxed operator of each run of effects with the same conditions."""
    e: cython.int = rows.eff_start[o]
    i: cython.int
    while e < rows.eff_start[o + 1]:
        for i in range(rows.pre_start[o], rows.pre_start[o + 1]):
            add_need(d, d.first[rows.pre_var[i]] + rows.pre_val[i])
        for i in range(rows.cond_start[e], rows.cond_start[e + 1]):
            add_need(d, d.first[rows.cond_var[i]] + rows.cond_val[i])
        while True:
            d.add[d.adds] = d.first[rows.eff_var[e]] + rows.eff_val[e]
            d.adds += 1
            e += 1
            if e == rows.eff_start[o + 1] or not same_conditions(rows, e):
                break
        finish(d, cost, owner)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def drop_useless(d: D, needed: cython.p_int) -> cython.void:
    """Drops adds that the operator needs itself or that none needs, and operators without adds."""
    o: cython.int
    i: cython.int
    j: cython.int
    fact: cython.int
    kept: cython.int = 0
    needs: cython.int = 0
    adds: cython.int = 0
    need_end: cython.int = 0
    add_end: cython.int = 0
    for i in range(d.needs):
        needed[d.need[i]] = True
    for o in range(d.operators):
        i = add_end
        add_end = d.add_start[o + 1]
        while i < add_end:
            fact = d.add[i]
            j = need_end
            while j < d.need_start[o + 1] and d.need[j] != fact:
                j += 1
            if needed[fact] and j == d.need_start[o + 1]:
                d.add[adds] = fact
                adds += 1
            i += 1
        i = need_end
        need_end = d.need_start[o + 1]
        if adds == d.add_start[kept]:
            continue
        while i < need_end:
            d.need[needs] = d.need[i]
            needs += 1
            i += 1
        d.cost[kept] = d.cost[o]
        d.owner[kept] = d.owner[o]
        kept += 1
        d.need_start[kept] = needs
        d.add_start[kept] = adds
    d.operators = kept
    d.needs = needs
    d.adds = adds


@cython.cclass
class RelaxedTask:
    """The delete relaxation of a task; `address` is that of its C structure."""

    r: cython.pointer[Relaxed]
    owned: list

    def __init__(self, task, unit_costs: cython.bint, whole: cython.bint = False):
        """Relaxes the task. With `unit_costs` every operator costs 1.

        What cannot matter to the goal is left out, unless it is to be `whole`.
        """
        r: cython.pointer[Relaxed] = cython.cast(
            cython.pointer[Relaxed], calloc(1, cython.sizeof(Relaxed))
        )
        if r == cython.NULL:
            raise MemoryError
        self.r = r
        self.owned = [task]
        draft = cython.declare(Draft)
        d: D = cython.address(draft)
        operators = cython.declare(Rows)
        axioms = cython.declare(Rows)
        v: cython.int
        x: cython.int
        i: cython.int
        o: cython.int
        variables: list = list(task.variables)
        derived: cython.p_int = ints(self.owned, len(variables))
        variable_of: cython.p_int
        cost: array = task.operators.cost
        rows_of(task.operators, cython.address(operators))
        rows_of(task.axioms, cython.address(axioms))
        r.variables = len(variables)
        d.first = ints(self.owned, r.variables + 1)
        for v in range(r.variables):
            d.first[v + 1] = d.first[v] + len(variables[v].values)
            derived[v] = variables[v].layer >= 0
        blocked = self.blocked_rules(task, cython.address(axioms), d.first[r.variables])
        r.truth = d.truth = d.first[r.variables] + len(blocked)
        r.goal = r.truth + 1
        r.facts = r.goal + 2  # the last one never holds
        variable_of = ints(self.owned, r.facts)
        for i in range(d.first[r.variables], r.facts):
            variable_of[i] = -1
        for v in range(r.variables):
            for i in range(d.first[v], d.first[v + 1]):
                variable_of[i] = v

        room: cython.longlong = len(task.operators.eff_var) + len(task.axioms) + 1
        needs: cython.longlong = needs_within(cython.address(operators))
        needs += needs_within(cython.address(axioms)) + len(task.goal) + 1
        for _, _, body in blocked:
            for fact in body:
                v = variable_of[cython.cast(cython.int, fact)]
                room += d.first[v + 1] - d.first[v]
                needs += d.first[v + 1] - d.first[v]
            needs += 1
        for v in range(r.variables):
            if derived[v]:
                room += 1
                needs += 1
        if needs > 0x7FFFFFFF or room > 0x7FFFFFFF:
            raise MemoryError("the relaxed task is too large")
        d.need_start = ints(self.owned, room + 1)
        d.need = ints(self.owned, needs)
        d.add_start = ints(self.owned, room + 1)
        d.add = ints(self.owned, room)
        d.cost = longs(self.owned, room)
        d.owner = ints(self.owned, room)
        d.operators = d.needs = d.adds = 0
        for o in range(operators.count):
            relax(
                d, cython.address(operators), o, 1 if unit_costs else cost.data.as_longlongs[o], o
            )
        for o in range(axioms.count):
            relax(d, cython.address(axioms), o, 0, AXIOM)
        for number, _, body in blocked:
            for fact in body:
                v = variable_of[cython.cast(cython.int, fact)]
                for x in range(d.first[v], d.first[v + 1]):
                    if x != cython.cast(cython.int, fact):
                        add_need(d, x)
                        d.add[d.adds] = number
                        d.adds += 1
                        finish(d, 0, AXIOM)
        rules: dict = {}
        for number, head, _ in blocked:
            rules.setdefault(head, []).append(number)
        for v in range(r.variables):
            if derived[v]:
                for number in rules.get(v, ()):
                    add_need(d, number)
                d.add[d.adds] = d.first[v]
                d.adds += 1
                finish(d, 0, AXIOM)
        for v, x in task.goal:
            add_need(d, d.first[v] + x)
        if task.goal_is_false:
            add_need(d, r.facts - 1)
        d.add[d.adds] = r.goal
        d.adds += 1
        finish(d, 0, AXIOM)

        needed: cython.p_int = ints(self.owned, r.facts)
        needed[r.goal] = True
        if not whole:
            drop_useless(d, needed)
        r.operators = d.operators
        r.owners = operators.count
        r.first = d.first
        r.derived = derived
        r.variable_of = variable_of
        r.need_start = d.need_start
        r.need = d.need
        r.add_start = d.add_start
        r.add = d.add
        r.cost = d.cost
        r.owner = d.owner
        self.turn_round(d)

    def __dealloc__(self):
        free(self.r)

    @property
    def address(self):
        """Where the C structure is."""
        return cython.cast(cython.size_t, self.r)

    @cython.cfunc
    def blocked_rules(self, task, axioms: RowsP, first_number: cython.int) -> list:
        """Axiom rules that are surely not recursive: (a fact for "blocked", head, body facts)."""
        found: list = []
        r: cython.int
        e: cython.int
        i: cython.int
        layers: list = [variable.layer for variable in task.variables]
        first: list = []
        end: cython.int = 0
        for variable in task.variables:
            first.append(end)
            end += len(variable.values)
        for r in range(axioms.count):
            e = axioms.eff_start[r]
            pairs: set = {
                (axioms.pre_var[i], axioms.pre_val[i])
                for i in range(axioms.pre_start[r], axioms.pre_start[r + 1])
            }
            for i in range(axioms.cond_start[e], axioms.cond_start[e + 1]):
                pairs.add((axioms.cond_var[i], axioms.cond_val[i]))
            layer = layers[axioms.eff_var[e]]
            if not any(layers[v] == layer for v, _ in pairs):
                body = [first[v] + x for v, x in sorted(pairs)]
                found.append((first_number + len(found), axioms.eff_var[e], body))
        return found

    @cython.cfunc
    def turn_round(self, d: D):
        """Lists for each fact the operators that need it, in ascending order."""
        r: cython.pointer[Relaxed] = self.r
        by_start: cython.p_int = ints(self.owned, r.facts + 1)
        by: cython.p_int = ints(self.owned, d.needs)
        i: cython.int
        o: cython.int
        fact: cython.int
        for i in range(d.needs):
            by_start[d.need[i] + 1] += 1
        for fact in range(r.facts):
            by_start[fact + 1] += by_start[fact]
        for o in range(d.operators):
            for i in range(d.need_start[o], d.need_start[o + 1]):
                fact = d.need[i]
                by[by_start[fact]] = o
                by_start[fact] += 1
        for fact in range(r.facts, 0, -1):
            by_start[fact] = by_start[fact - 1]
        by_start[0] = 0
        r.by_start = by_start
        r.by = by
