# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# mypy: ignore-errors
"""Landmarks found and counted, compiled: as `landmarks.py` beside the kernel, which names the sources.

The orders between landmarks are made there, for both.
"""

import cython
from cython.cimports.cpython.array import array
from cython.cimports.libc.stdlib import calloc, free, realloc
from cython.cimports.libc.string import memset
from cython.cimports.runtime.planner.kernel.contract import (
    OUT_OF_MEMORY,
    Evaluator,
    Relaxed,
    ints,
    word,
    words,
)

from planscript.runtime.planner.landmarks import (
    LARGEST_DISJUNCTION,
    FoundLandmarks,
    order,
)

MOST = cython.declare(cython.int, LARGEST_DISJUNCTION)
MOST_BYTES = 1 << 29  # of sets while landmarks are sought
SLICE = cython.declare(cython.int, 2000)  # operators between two looks at the clock

Labels = cython.struct(
    relaxed=cython.pointer(Relaxed),
    facts=cython.int,  # of the task; those above are auxiliary
    size=cython.int,  # words of a set of facts
    sets=cython.pointer(word),  # by fact: the facts without which it cannot be reached
    reached=cython.p_int,  # by fact: whether it can be; 2: it is there at first
    united=cython.pointer(word),
    queue=cython.p_int,  # a ring of operators
    waiting=cython.p_int,
    begin=cython.int,
    count=cython.int,
)
L = cython.typedef(cython.pointer(Labels))


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def unite(x: L, number: cython.int) -> cython.bint:
    """The union of the sets of all that an operator needs; False: not all of it is reached."""
    r: cython.pointer[Relaxed] = x.relaxed
    i: cython.int
    k: cython.int
    size: cython.int = x.size
    united: cython.pointer[word] = x.united
    source: cython.pointer[word]
    for i in range(r.need_start[number], r.need_start[number + 1]):
        if x.reached[r.need[i]] == 0:
            return False
    memset(united, 0, size * cython.sizeof(word))
    for i in range(r.need_start[number], r.need_start[number + 1]):
        source = x.sets + cython.cast(cython.longlong, r.need[i]) * size
        for k in range(size):
            united[k] |= source[k]
    return True


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def improve(x: L, fact: cython.int) -> cython.bint:
    """Narrows the set of a fact by `united` and the fact itself; whether that changed it."""
    k: cython.int
    kept: word
    changed: word = x.reached[fact] == 0
    target: cython.pointer[word] = x.sets + cython.cast(cython.longlong, fact) * x.size
    of_others: word = x.united[fact >> 6]
    if x.reached[fact] == 0:
        x.reached[fact] = 1
        memset(target, 0xFF, x.size * cython.sizeof(word))
    x.united[fact >> 6] |= cython.cast(word, 1) << (fact & 63)
    for k in range(x.size):
        kept = target[k] & x.united[k]
        changed |= target[k] ^ kept
        target[k] = kept
    x.united[fact >> 6] = of_others
    return changed != 0


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def propagate(x: L, budget: cython.int) -> cython.bint:
    """Works off up to `budget` operators of the queue; whether it is empty."""
    r: cython.pointer[Relaxed] = x.relaxed
    number: cython.int
    i: cython.int
    j: cython.int
    fact: cython.int
    other: cython.int
    while x.count > 0:
        if budget == 0:
            return False
        budget -= 1
        number = x.queue[x.begin]
        x.begin = x.begin + 1 if x.begin + 1 < r.operators else 0
        x.count -= 1
        x.waiting[number] = False
        if not unite(x, number):
            continue
        for i in range(r.add_start[number], r.add_start[number + 1]):
            fact = r.add[i]
            if x.reached[fact] == 2 or not improve(x, fact):
                continue
            for j in range(r.by_start[fact], r.by_start[fact + 1]):
                other = r.by[j]
                if not x.waiting[other]:
                    x.waiting[other] = True
                    x.queue[(cython.cast(cython.longlong, x.begin) + x.count) % r.operators] = other
                    x.count += 1
    return True


# What the first achievers of a landmark share.
Shared = cython.struct(
    added_by_start=cython.p_int,  # rows of operators that add a fact
    added_by=cython.p_int,
    achievers=cython.int,
    needed=cython.p_int,  # by fact: how many of the achievers need it
    added=cython.p_int,  # and how many add it
    added_last=cython.p_int,  # by fact: the serial number of the last of them
    serial=cython.int,  # of achievers, over all landmarks
    seen=cython.p_int,  # the facts counted
    seen_count=cython.int,
    operator_mark=cython.p_int,  # by operator: the round in which it was looked at
    round=cython.int,
    # By predicate: how many achievers need a fact of it, which was the last, and those facts.
    name_of=cython.p_int,  # of a fact; -1: none
    covers=cython.p_int,
    covered_by=cython.p_int,
    choice=cython.p_int,  # rows of MOST + 1
    choices=cython.p_int,  # how many facts; MOST + 1: too many
    named=cython.p_int,  # the predicates met, in order
    named_count=cython.int,
)
H = cython.typedef(cython.pointer(Shared))


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def count_in(s: H, counts: cython.p_int, fact: cython.int) -> cython.void:
    if s.needed[fact] == 0 and s.added[fact] == 0:
        s.seen[s.seen_count] = fact
        s.seen_count += 1
    counts[fact] += 1


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def choose(s: H, fact: cython.int, number: cython.int) -> cython.void:
    """Notes a fact that an achiever needs among those of its predicate."""
    name: cython.int = s.name_of[fact]
    row: cython.p_int
    i: cython.int
    at: cython.int
    if name < 0:
        return
    row = s.choice + name * (MOST + 1)
    if s.covers[name] == 0:
        s.named[s.named_count] = name
        s.named_count += 1
        s.choices[name] = 0
        s.covered_by[name] = -1
    if s.covered_by[name] != number:
        s.covered_by[name] = number
        s.covers[name] += 1
    at = 0
    while at < s.choices[name] and row[at] < fact:
        at += 1
    if (at < s.choices[name] and row[at] == fact) or s.choices[name] > MOST:
        return
    for i in range(s.choices[name], at, -1):
        row[i] = row[i - 1]
    row[at] = fact
    s.choices[name] += 1


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def share(x: L, s: H, facts: cython.p_int, size: cython.int) -> cython.void:
    """Counts what the operators need and add that can be first to reach one of the facts."""
    r: cython.pointer[Relaxed] = x.relaxed
    i: cython.int
    j: cython.int
    k: cython.int
    number: cython.int
    first: cython.bint
    s.round += 1
    s.achievers = 0
    for i in range(s.seen_count):
        s.needed[s.seen[i]] = 0
        s.added[s.seen[i]] = 0
    s.seen_count = 0
    for i in range(s.named_count):
        s.covers[s.named[i]] = 0
    s.named_count = 0
    for i in range(size):
        if x.reached[facts[i]] == 2:
            return
    for k in range(size):
        for i in range(s.added_by_start[facts[k]], s.added_by_start[facts[k] + 1]):
            number = s.added_by[i]
            if s.operator_mark[number] == s.round or not unite(x, number):
                continue
            s.operator_mark[number] = s.round
            first = True
            for j in range(size):
                if x.united[facts[j] >> 6] >> (facts[j] & 63) & 1:
                    first = False
            if not first:
                continue
            s.achievers += 1
            s.serial += 1
            for j in range(r.need_start[number], r.need_start[number + 1]):
                count_in(s, s.needed, r.need[j])
                choose(s, r.need[j], number)
            for j in range(r.add_start[number], r.add_start[number + 1]):
                if s.added_last[r.add[j]] != s.serial:  # an operator may list a fact twice
                    s.added_last[r.add[j]] = s.serial
                    count_in(s, s.added, r.add[j])


@cython.cclass
class Finder:
    """Finds the landmarks of a task, as `landmarks.find`."""

    x: Labels
    s: Shared
    owned: list
    task: object

    def __init__(self, task, relaxed):
        """Prepares the search on the task's whole `RelaxedTask`.

        Raises:
            MemoryError: the sets of landmarks would be too large.
        """
        x: L = cython.address(self.x)
        r: cython.pointer[Relaxed] = cython.cast(
            cython.pointer[Relaxed], cython.cast(cython.size_t, relaxed.address)
        )
        v: cython.int
        i: cython.int
        fact: cython.int
        self.owned = [relaxed]
        self.task = task
        x.relaxed = r
        x.facts = r.first[r.variables]
        x.size = (r.facts + 63) // 64
        if cython.cast(cython.longlong, r.facts) * x.size * 8 > MOST_BYTES:
            raise MemoryError("the task is too large to seek its landmarks")
        x.sets = words(self.owned, r.facts * x.size)
        x.reached = ints(self.owned, r.facts)
        x.united = words(self.owned, x.size)
        x.queue = ints(self.owned, r.operators)
        x.waiting = ints(self.owned, r.operators)
        for v in range(r.variables):
            if not r.derived[v]:
                self.begin_with(r.first[v] + task.initial[v])
        self.begin_with(r.truth)
        x.begin = 0
        x.count = r.operators
        for i in range(r.operators):
            x.queue[i] = i
            x.waiting[i] = True

    @cython.cfunc
    def begin_with(self, fact: cython.int):
        x: L = cython.address(self.x)
        x.reached[fact] = 2
        x.sets[cython.cast(cython.longlong, fact) * x.size + (fact >> 6)] |= cython.cast(
            word, 1
        ) << (fact & 63)

    def find(self, progress):
        """The landmarks, as `FoundLandmarks`."""
        x: L = cython.address(self.x)
        done: cython.bint = False
        while not done:
            with cython.nogil:
                done = propagate(x, SLICE)
            progress.look()
        return self.collect(progress)

    @cython.cfunc
    def prepare_sharing(self):
        x: L = cython.address(self.x)
        s: H = cython.address(self.s)
        r: cython.pointer[Relaxed] = x.relaxed
        i: cython.int
        o: cython.int
        fact: cython.int
        names: dict = {}
        s.added_by_start = ints(self.owned, r.facts + 1)
        s.added_by = ints(self.owned, r.add_start[r.operators])
        for i in range(r.add_start[r.operators]):
            s.added_by_start[r.add[i] + 1] += 1
        for fact in range(r.facts):
            s.added_by_start[fact + 1] += s.added_by_start[fact]
        for o in range(r.operators):
            for i in range(r.add_start[o], r.add_start[o + 1]):
                fact = r.add[i]
                s.added_by[s.added_by_start[fact]] = o
                s.added_by_start[fact] += 1
        for fact in range(r.facts, 0, -1):
            s.added_by_start[fact] = s.added_by_start[fact - 1]
        s.added_by_start[0] = 0
        s.needed = ints(self.owned, r.facts)
        s.added = ints(self.owned, r.facts)
        s.added_last = ints(self.owned, r.facts)
        s.seen = ints(self.owned, r.facts)
        s.operator_mark = ints(self.owned, r.operators)
        s.name_of = ints(self.owned, r.facts)
        fact = 0
        for variable in self.task.variables:
            for atom in variable.values:
                s.name_of[fact] = -1 if atom is None else names.setdefault(atom.name, len(names))
                fact += 1
        while fact < r.facts:
            s.name_of[fact] = -1
            fact += 1
        s.covers = ints(self.owned, len(names))
        s.covered_by = ints(self.owned, len(names))
        s.choice = ints(self.owned, len(names) * (MOST + 1))
        s.choices = ints(self.owned, len(names))
        s.named = ints(self.owned, len(names))

    @cython.cfunc
    def members(self, facts: tuple) -> list:
        """The facts of the task without which none of these is reached, themselves excepted."""
        x: L = cython.address(self.x)
        i: cython.int
        k: cython.int
        fact: cython.int
        bits: word
        found: list = []
        for k in range(x.size):
            bits = ~cython.cast(word, 0)
            for fact in facts:
                bits &= x.sets[cython.cast(cython.longlong, fact) * x.size + k]
            while bits:
                i = 0
                while not bits >> i & 1:
                    i += 1
                bits &= bits - 1
                if 64 * k + i < x.facts and (64 * k + i) not in facts:
                    found.append(64 * k + i)
        return found

    @cython.cfunc
    def collect(self, progress):
        x: L = cython.address(self.x)
        s: H = cython.address(self.s)
        r: cython.pointer[Relaxed] = x.relaxed
        i: cython.int
        fact: cython.int
        size: cython.int
        row: array = array("i", [0] * (MOST + 1))
        simple: list = self.members((r.goal,)) if x.reached[r.goal] else []
        sets: list = [(fact,) for fact in simple]
        place: dict = {fact: i for i, fact in enumerate(simple)}
        disjunctive: dict = {}
        needed: list = []
        together: list = []
        self.prepare_sharing()
        for facts in sets:  # grows on the way
            size = 0
            for fact in facts:
                row.data.as_ints[size] = fact
                size += 1
            share(x, s, row.data.as_ints, size)
            sooner: set = set()
            adds: list = []
            for i in range(s.seen_count):
                fact = s.seen[i]
                if s.needed[fact] == s.achievers and fact in place:
                    sooner.add(place[fact])
                if s.added[fact] == s.achievers and fact < x.facts and fact not in facts:
                    adds.append(fact)
            for choice in self.disjunctions():
                if any([fact in place for fact in choice]):
                    continue
                known = {disjunctive.get(fact) for fact in choice}
                if known == {None}:
                    for fact in choice:
                        disjunctive[fact] = len(sets)
                    known = {len(sets)}
                    sets.append(choice)
                number = known.pop()
                if not known and number is not None and sets[number] == choice:
                    sooner.add(number)
            needed.append(sooner)
            together.append([self.fact(fact) for fact in sorted(adds)])
            if len(needed) % 16 == 0:
                progress.look()
        before: list = []
        for i, facts in enumerate(sets):
            earlier = {place[fact] for fact in self.members(facts) if fact in place}
            before.append(earlier | needed[i])
        landmarks = [tuple([self.fact(fact) for fact in facts]) for facts in sets]
        return FoundLandmarks(landmarks, before, needed, together)

    @cython.cfunc
    def disjunctions(self) -> list:
        s: H = cython.address(self.s)
        i: cython.int
        j: cython.int
        name: cython.int
        found: list = []
        for i in range(s.named_count):
            name = s.named[i]
            if s.covers[name] == s.achievers and 1 < s.choices[name] <= MOST:
                facts = [s.choice[name * (MOST + 1) + j] for j in range(s.choices[name])]
                if not any([self.x.reached[cython.cast(cython.int, f)] == 2 for f in facts]):
                    found.append(tuple(sorted(facts)))
        found.sort()
        return found

    @cython.cfunc
    def fact(self, number: cython.int) -> tuple:
        """(variable, value) of a fact."""
        r: cython.pointer[Relaxed] = self.x.relaxed
        v: cython.int = r.variable_of[number]
        return (v, number - r.first[v])


Counter = cython.struct(
    evaluator=Evaluator,
    count=cython.int,  # landmarks
    size=cython.int,  # words of a set of landmarks
    start=cython.p_int,  # rows of facts, of which one must be true
    var=cython.p_int,
    val=cython.p_int,
    predecessors=cython.pointer(word),  # rows of sets
    needed_by=cython.pointer(word),
    goals=cython.pointer(word),
    true=cython.pointer(word),
    # By state: whether its set of reached landmarks is known, and that set.
    known=cython.p_char,
    reached=cython.pointer(word),
    room=cython.longlong,
    # Rows of operators that make a landmark true, and what these need.
    achiever_start=cython.p_int,
    achiever=cython.p_int,
    pre_start=cython.p_int,
    pre_var=cython.p_int,
    pre_val=cython.p_int,
    listed=cython.p_int,  # by operator: the evaluation in which it was listed as preferred
    round=cython.int,
)
N = cython.typedef(cython.pointer(Counter))


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def make_room(n: N, state: cython.int) -> cython.bint:
    """Grows the sets to hold those of a state; False: out of memory."""
    room: cython.longlong = max(2 * n.room, cython.cast(cython.longlong, state) + 256)
    known: cython.p_char
    reached: cython.pointer[word]
    if state < n.room:
        return True
    known = cython.cast(cython.p_char, realloc(n.known, room))
    if known == cython.NULL:
        return False
    n.known = known
    memset(known + n.room, 0, room - n.room)
    reached = cython.cast(
        cython.pointer[word], realloc(n.reached, room * n.size * cython.sizeof(word))
    )
    if reached == cython.NULL:
        return False
    n.reached = reached
    n.room = room
    return True


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
@cython.inline
def within(
    left: cython.pointer[word], right: cython.pointer[word], size: cython.int
) -> cython.bint:
    """Whether one set is part of another."""
    k: cython.int
    for k in range(size):
        if left[k] & ~right[k]:
            return False
    return True


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def prefer(
    n: N, values: cython.p_const_int, reached: cython.pointer[word], preferred: cython.p_int
) -> cython.int:
    """Lists the applicable operators that reach a landmark whose turn it is; how many."""
    l: cython.int
    i: cython.int
    j: cython.int
    o: cython.int
    count: cython.int = 0
    n.round += 1
    for l in range(n.count):
        if reached[l >> 6] >> (l & 63) & 1:
            continue
        if not within(n.predecessors + l * n.size, reached, n.size):
            continue
        for i in range(n.achiever_start[l], n.achiever_start[l + 1]):
            o = n.achiever[i]
            if n.listed[o] == n.round:
                continue
            n.listed[o] = n.round
            for j in range(n.pre_start[o], n.pre_start[o + 1]):
                if values[n.pre_var[j]] != n.pre_val[j]:
                    break
            else:
                preferred[count] = o
                count += 1
    return count


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
    n: N = cython.cast(N, data)
    size: cython.int = n.size
    l: cython.int
    i: cython.int
    k: cython.int
    bit: word
    missing: cython.longlong = 0
    before: cython.pointer[word]
    reached: cython.pointer[word]
    if not make_room(n, state):
        return OUT_OF_MEMORY
    memset(n.true, 0, size * cython.sizeof(word))
    for l in range(n.count):
        for i in range(n.start[l], n.start[l + 1]):
            if values[n.var[i]] == n.val[i]:
                n.true[l >> 6] |= cython.cast(word, 1) << (l & 63)
                break
    reached = n.reached + cython.cast(cython.longlong, state) * size
    if not n.known[state]:
        n.known[state] = True
        before = n.reached + cython.cast(cython.longlong, parent) * size
        for k in range(size):
            reached[k] = before[k] if parent >= 0 else 0
        for l in range(n.count):
            bit = cython.cast(word, 1) << (l & 63)
            if n.true[l >> 6] & bit and not reached[l >> 6] & bit:
                if parent < 0:
                    for k in range(size):
                        if n.predecessors[l * size + k]:
                            break
                    else:
                        reached[l >> 6] |= bit
                elif within(n.predecessors + l * size, before, size):
                    reached[l >> 6] |= bit
    for l in range(n.count):
        bit = cython.cast(word, 1) << (l & 63)
        if not reached[l >> 6] & bit or (
            not n.true[l >> 6] & bit
            and (n.goals[l >> 6] & bit or not within(n.needed_by + l * size, reached, size))
        ):
            missing += 1
    if preferred != cython.NULL:
        preferred_count[0] = prefer(n, values, reached, preferred)
    return missing


@cython.cclass
class LandmarkCount:
    """The landmark count on a `LandmarkGraph`; `address` is that of its `Evaluator`."""

    n: N
    owned: list

    def __init__(self, task, graph):
        n: N = cython.cast(N, calloc(1, cython.sizeof(Counter)))
        if n == cython.NULL:
            raise MemoryError
        self.n = n
        self.owned = [task]
        l: cython.int
        i: cython.int
        end: cython.int = 0
        pre_start: array = task.operators.pre_start
        pre_var: array = task.operators.pre_var
        pre_val: array = task.operators.pre_val
        landmarks: list = graph.landmarks
        n.evaluator.data = n
        n.evaluator.evaluate = evaluate
        n.count = len(landmarks)
        n.size = max(1, (n.count + 63) // 64)
        n.start = ints(self.owned, n.count + 1)
        n.var = ints(self.owned, sum([len(facts) for facts in landmarks]))
        n.val = ints(self.owned, sum([len(facts) for facts in landmarks]))
        n.predecessors = words(self.owned, n.count * n.size)
        n.needed_by = words(self.owned, n.count * n.size)
        n.goals = words(self.owned, n.size)
        n.true = words(self.owned, n.size)
        n.pre_start = pre_start.data.as_ints
        n.pre_var = pre_var.data.as_ints
        n.pre_val = pre_val.data.as_ints
        n.listed = ints(self.owned, len(task.operators))
        for l in range(n.count):
            for v, x in landmarks[l]:
                n.var[end] = v
                n.val[end] = x
                end += 1
            n.start[l + 1] = end
            for i in graph.predecessors[l]:
                n.predecessors[l * n.size + (i >> 6)] |= cython.cast(word, 1) << (i & 63)
            for i in graph.needed_by[l]:
                n.needed_by[l * n.size + (i >> 6)] |= cython.cast(word, 1) << (i & 63)
        for l in graph.goals:
            n.goals[l >> 6] |= cython.cast(word, 1) << (l & 63)
        self.list_achievers(task)

    def __dealloc__(self):
        if self.n != cython.NULL:
            free(self.n.known)
            free(self.n.reached)
        free(self.n)

    @cython.cfunc
    def list_achievers(self, task):
        """Fills the rows of operators that make a landmark true."""
        n: N = self.n
        l: cython.int
        i: cython.int
        o: cython.int
        e: cython.int
        v: cython.int
        fact: cython.int
        eff_start: array = task.operators.eff_start
        eff_var: array = task.operators.eff_var
        eff_val: array = task.operators.eff_val
        temporary: list = []
        count: cython.int = len(task.variables)
        first: cython.p_int = ints(temporary, count + 1)
        landmark_of: cython.p_int
        for v in range(count):
            first[v + 1] = first[v] + len(task.variables[v].values)
        landmark_of = ints(temporary, first[count])  # numbered from 1
        for l in range(n.count):
            for i in range(n.start[l], n.start[l + 1]):
                landmark_of[first[n.var[i]] + n.val[i]] = l + 1
        n.achiever_start = ints(self.owned, n.count + 2)
        for e in range(len(eff_var)):
            fact = first[eff_var.data.as_ints[e]] + eff_val.data.as_ints[e]
            n.achiever_start[landmark_of[fact] + 1] += landmark_of[fact] > 0
        for l in range(n.count):
            n.achiever_start[l + 2] += n.achiever_start[l + 1]
        n.achiever = ints(self.owned, n.achiever_start[n.count + 1])
        for o in range(len(task.operators)):
            for e in range(eff_start.data.as_ints[o], eff_start.data.as_ints[o + 1]):
                fact = first[eff_var.data.as_ints[e]] + eff_val.data.as_ints[e]
                l = landmark_of[fact]
                if l > 0:
                    n.achiever[n.achiever_start[l]] = o
                    n.achiever_start[l] += 1

    @property
    def address(self):
        """Where the `Evaluator` is."""
        return cython.cast(cython.size_t, self.n)


def landmark_count(task, relaxed, progress):
    """The heuristic of a task, found on its whole `RelaxedTask`."""
    return LandmarkCount(task, order(task, Finder(task, relaxed).find(progress)))
