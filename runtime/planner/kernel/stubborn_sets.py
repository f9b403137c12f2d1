# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# mypy: ignore-errors
"""Strong stubborn sets, compiled: as `stubborn_sets.py` beside the kernel, which names the source.

What interferes with an operator is found when the operator is first applicable.
"""

import cython
from cython.cimports.cpython.array import array
from cython.cimports.libc.stdlib import calloc, free, malloc
from cython.cimports.runtime.planner.kernel.contract import Pruner, ints

from planscript.runtime.planner.stubborn_sets import LEAST_SHARE, TRIAL

SHARE = cython.declare(cython.longlong, LEAST_SHARE)
EXPANSIONS = cython.declare(cython.longlong, TRIAL)
MOST_PAIRS = cython.declare(cython.longlong, 1 << 26)  # of interfering operators that are kept

Stubborn = cython.struct(
    pruner=Pruner,
    operators=cython.int,
    first=cython.p_int,  # fact (v, x) has number first[v] + x
    goals=cython.int,
    goal_var=cython.p_int,
    goal_val=cython.p_int,
    pre_start=cython.p_int,
    pre_var=cython.p_int,
    pre_val=cython.p_int,
    eff_start=cython.p_int,
    eff_var=cython.p_int,
    eff_val=cython.p_int,
    achiever_start=cython.p_int,  # rows of operators, by fact
    achiever=cython.p_int,
    achievers=cython.p_int,  # by fact: how many they are
    need_start=cython.p_int,  # rows of operators that need a value of a variable,
    need=cython.p_int,
    set_start=cython.p_int,  # and of those that set one
    set=cython.p_int,
    interfering=cython.pointer(cython.p_int),  # by operator: how many, then which; NULL: not known
    pairs=cython.longlong,
    mark=cython.p_int,  # by operator: the call in which it was chosen last
    round=cython.int,
    met=cython.p_int,  # by operator: the search for interference in which it was met last
    meeting=cython.int,
    stack=cython.p_int,
    row=cython.p_int,
    wanted=cython.p_int,  # by variable: what the operator in hand needs; -1: anything
    calls=cython.longlong,
    seen=cython.longlong,
    kept=cython.longlong,
    off=cython.bint,
)
S = cython.typedef(cython.pointer(Stubborn))


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def excluded(s: S, other: cython.int) -> cython.bint:
    """Whether an operator is never applicable together with the one in hand."""
    i: cython.int
    for i in range(s.pre_start[other], s.pre_start[other + 1]):
        if s.wanted[s.pre_var[i]] >= 0 and s.wanted[s.pre_var[i]] != s.pre_val[i]:
            return True
    return False


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def meet(s: S, count: cython.int, other: cython.int) -> cython.int:
    """Adds an operator to the row being made; how many there are then."""
    if s.met[other] == s.meeting:
        return count
    s.met[other] = s.meeting
    if excluded(s, other):
        return count
    s.row[count] = other
    return count + 1


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def sets_another(s: S, other: cython.int, v: cython.int, x: cython.int) -> cython.bint:
    i: cython.int
    for i in range(s.eff_start[other], s.eff_start[other + 1]):
        if s.eff_var[i] == v and s.eff_val[i] != x:
            return True
    return False


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def needs_another(s: S, other: cython.int, v: cython.int, x: cython.int) -> cython.bint:
    i: cython.int
    for i in range(s.pre_start[other], s.pre_start[other + 1]):
        if s.pre_var[i] == v and s.pre_val[i] != x:
            return True
    return False


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def find_interfering(s: S, o: cython.int) -> cython.p_int:
    """The row of operators that interfere with one; NULL: there is no room for it."""
    i: cython.int
    j: cython.int
    v: cython.int
    x: cython.int
    count: cython.int = 0
    made: cython.p_int
    s.meeting += 1
    s.met[o] = s.meeting
    for i in range(s.pre_start[o], s.pre_start[o + 1]):
        s.wanted[s.pre_var[i]] = s.pre_val[i]
    for i in range(s.eff_start[o], s.eff_start[o + 1]):
        v = s.eff_var[i]
        x = s.eff_val[i]
        for j in range(s.need_start[v], s.need_start[v + 1]):
            if needs_another(s, s.need[j], v, x):
                count = meet(s, count, s.need[j])
        for j in range(s.set_start[v], s.set_start[v + 1]):
            if sets_another(s, s.set[j], v, x):
                count = meet(s, count, s.set[j])
    for i in range(s.pre_start[o], s.pre_start[o + 1]):
        v = s.pre_var[i]
        x = s.pre_val[i]
        for j in range(s.set_start[v], s.set_start[v + 1]):
            if sets_another(s, s.set[j], v, x):
                count = meet(s, count, s.set[j])
    for i in range(s.pre_start[o], s.pre_start[o + 1]):
        s.wanted[s.pre_var[i]] = -1
    s.pairs += count
    if s.pairs > MOST_PAIRS:
        return cython.NULL
    made = cython.cast(cython.p_int, malloc((count + 1) * cython.sizeof(cython.int)))
    if made == cython.NULL:
        return made
    made[0] = count
    for i in range(count):
        made[i + 1] = s.row[i]
    s.interfering[o] = made
    return made


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def choose(s: S, depth: cython.int, o: cython.int) -> cython.int:
    """Puts an operator on the stack unless it was there; the depth then."""
    if s.mark[o] == s.round:
        return depth
    s.mark[o] = s.round
    s.stack[depth] = o
    return depth + 1


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def choose_achievers(
    s: S,
    depth: cython.int,
    values: cython.p_const_int,
    variables: cython.p_int,
    wanted: cython.p_int,
    size: cython.int,
) -> cython.int:
    """Chooses all that make true the one of some facts, as yet false, that the fewest do."""
    i: cython.int
    fact: cython.int
    best: cython.int = -1
    best_var: cython.int = -1
    for i in range(size):
        if values[variables[i]] == wanted[i]:
            continue
        fact = s.first[variables[i]] + wanted[i]
        if (
            best < 0
            or s.achievers[fact] < s.achievers[best]
            or (s.achievers[fact] == s.achievers[best] and variables[i] < best_var)
        ):
            best = fact
            best_var = variables[i]
    if best >= 0:
        for i in range(s.achiever_start[best], s.achiever_start[best + 1]):
            depth = choose(s, depth, s.achiever[i])
    return depth


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def prune(
    data: cython.p_void, values: cython.p_const_int, found: cython.p_int, count: cython.int
) -> cython.int:
    s: S = cython.cast(S, data)
    i: cython.int
    o: cython.int
    depth: cython.int
    before: cython.int
    kept: cython.int = 0
    row: cython.p_int
    if s.off or (s.calls >= EXPANSIONS and SHARE * (s.seen - s.kept) < s.seen):
        return count
    s.round += 1
    depth = choose_achievers(s, 0, values, s.goal_var, s.goal_val, s.goals)
    for i in range(s.goals):
        if values[s.goal_var[i]] != s.goal_val[i]:
            break
    else:
        return count
    s.calls += 1
    while depth > 0:
        depth -= 1
        o = s.stack[depth]
        before = s.pre_start[o]
        for i in range(before, s.pre_start[o + 1]):
            if values[s.pre_var[i]] != s.pre_val[i]:
                depth = choose_achievers(
                    s,
                    depth,
                    values,
                    s.pre_var + before,
                    s.pre_val + before,
                    s.pre_start[o + 1] - before,
                )
                break
        else:
            row = s.interfering[o]
            if row == cython.NULL:
                row = find_interfering(s, o)
            if row == cython.NULL:
                s.off = True
                return count
            for i in range(row[0]):
                depth = choose(s, depth, row[i + 1])
    for i in range(count):
        if s.mark[found[i]] == s.round:
            found[kept] = found[i]
            kept += 1
    s.seen += count
    s.kept += kept
    return kept


@cython.cclass
class StubbornSets:
    """Prunes the operators of a task; `address` is that of its `Pruner`."""

    s: S
    owned: list

    def __init__(self, task):
        s: S = cython.cast(S, calloc(1, cython.sizeof(Stubborn)))
        if s == cython.NULL:
            raise MemoryError
        self.s = s
        self.owned = [task]
        i: cython.int
        o: cython.int
        v: cython.int
        variables: cython.int = len(task.variables)
        operators = task.operators
        pre_start: array = operators.pre_start
        pre_var: array = operators.pre_var
        pre_val: array = operators.pre_val
        eff_start: array = operators.eff_start
        eff_var: array = operators.eff_var
        eff_val: array = operators.eff_val
        s.pruner.data = s
        s.pruner.prune = prune
        s.operators = len(operators)
        s.pre_start = pre_start.data.as_ints
        s.pre_var = pre_var.data.as_ints
        s.pre_val = pre_val.data.as_ints
        s.eff_start = eff_start.data.as_ints
        s.eff_var = eff_var.data.as_ints
        s.eff_val = eff_val.data.as_ints
        s.first = ints(self.owned, variables + 1)
        for v in range(variables):
            s.first[v + 1] = s.first[v] + len(task.variables[v].values)
        goal: list = list(task.goal)
        s.goals = len(goal)
        s.goal_var = ints(self.owned, s.goals)
        s.goal_val = ints(self.owned, s.goals)
        for i in range(s.goals):
            s.goal_var[i] = goal[i][0]
            s.goal_val[i] = goal[i][1]
        s.mark = ints(self.owned, s.operators)
        s.met = ints(self.owned, s.operators)
        s.stack = ints(self.owned, s.operators)
        s.row = ints(self.owned, s.operators)
        s.wanted = ints(self.owned, variables)
        for v in range(variables):
            s.wanted[v] = -1
        s.interfering = cython.cast(
            cython.pointer[cython.p_int], calloc(s.operators + 1, cython.sizeof(cython.p_int))
        )
        if s.interfering == cython.NULL:
            raise MemoryError
        self.list_rows(variables)

    def __dealloc__(self):
        o: cython.int
        if self.s != cython.NULL and self.s.interfering != cython.NULL:
            for o in range(self.s.operators):
                free(self.s.interfering[o])
            free(self.s.interfering)
        free(self.s)

    @cython.cfunc
    def list_rows(self, variables: cython.int):
        """Lists the achievers of facts, and the operators that need or set a variable."""
        s: S = self.s
        o: cython.int
        i: cython.int
        v: cython.int
        fact: cython.int
        facts: cython.int = s.first[variables]
        pres: cython.int = s.pre_start[s.operators]
        effs: cython.int = s.eff_start[s.operators]
        last: cython.p_int = ints(self.owned, facts)  # the operator, from 1, that was counted last
        s.achievers = ints(self.owned, facts)
        s.achiever_start = ints(self.owned, facts + 1)
        s.achiever = ints(self.owned, effs)
        s.need_start = ints(self.owned, variables + 1)
        s.need = ints(self.owned, pres)
        s.set_start = ints(self.owned, variables + 1)
        s.set = ints(self.owned, effs)
        for o in range(s.operators):
            for i in range(s.pre_start[o], s.pre_start[o + 1]):
                s.need_start[s.pre_var[i] + 1] += 1
            for i in range(s.eff_start[o], s.eff_start[o + 1]):
                fact = s.first[s.eff_var[i]] + s.eff_val[i]
                s.set_start[s.eff_var[i] + 1] += 1
                s.achiever_start[fact + 1] += 1
                if last[fact] != o + 1:
                    last[fact] = o + 1
                    s.achievers[fact] += 1
        for v in range(variables):
            s.need_start[v + 1] += s.need_start[v]
            s.set_start[v + 1] += s.set_start[v]
        for fact in range(facts):
            s.achiever_start[fact + 1] += s.achiever_start[fact]
        for o in range(s.operators):
            for i in range(s.pre_start[o], s.pre_start[o + 1]):
                v = s.pre_var[i]
                s.need[s.need_start[v]] = o
                s.need_start[v] += 1
            for i in range(s.eff_start[o], s.eff_start[o + 1]):
                v = s.eff_var[i]
                s.set[s.set_start[v]] = o
                s.set_start[v] += 1
                fact = s.first[v] + s.eff_val[i]
                s.achiever[s.achiever_start[fact]] = o
                s.achiever_start[fact] += 1
        for v in range(variables, 0, -1):
            s.need_start[v] = s.need_start[v - 1]
            s.set_start[v] = s.set_start[v - 1]
        s.need_start[0] = s.set_start[0] = 0
        for fact in range(facts, 0, -1):
            s.achiever_start[fact] = s.achiever_start[fact - 1]
        s.achiever_start[0] = 0

    @property
    def address(self):
        """Where the `Pruner` is."""
        return cython.cast(cython.size_t, self.s)
