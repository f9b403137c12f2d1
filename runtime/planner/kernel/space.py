# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# mypy: ignore-errors
"""Packed states and the steps between them: the compiled form of `state_space.py`.

A state is a few 64-bit words. Applicable operators come from a decision tree over preconditions, in
the order that `state_space.StateSpace` promises; unconditional effects are masks on words.
Source of the tree: Helmert, "The Fast Downward planning system" (JAIR 26, 2006), section 5.3.1.
"""

from typing import Any

import cython
from cython.cimports.cpython.array import array
from cython.cimports.libc.stdlib import calloc, free, realloc
from cython.cimports.libc.string import memcpy
from cython.cimports.runtime.planner.kernel.contract import Space, ints, word, words

# A node of the decision tree, in ints: the variable it asks (-1: none), the node for operators that
# do not depend on it (-1: none), the number of operators whose preconditions are all met here, the
# children by value (-1: none), those operators.
ASKS = cython.declare(cython.int, 0)
ELSE = cython.declare(cython.int, 1)
DONE = cython.declare(cython.int, 2)
CHILDREN = cython.declare(cython.int, 3)

Packed = cython.struct(
    space=Space,  # first, so that a pointer to it is a pointer to the whole
    word_of=cython.p_int,
    shift_of=cython.p_int,
    mask_of=cython.pointer(word),
    domain=cython.p_int,
    first=cython.p_int,  # fact (v, x) has number first[v] + x
    tree=cython.p_int,
    tree_size=cython.longlong,
    tree_room=cython.longlong,
    stack=cython.p_int,
    # Rows of changes by operators without conditional effects: after = before & keep | set.
    patch_start=cython.p_int,
    patch_word=cython.p_int,
    patch_keep=cython.pointer(word),
    patch_set=cython.pointer(word),
    # The task's effects, for the other operators.
    eff_start=cython.p_int,
    eff_var=cython.p_int,
    eff_val=cython.p_int,
    cond_start=cython.p_int,
    cond_var=cython.p_int,
    cond_val=cython.p_int,
    # Axioms: rule r derives head[r] from needs[r] conditions; row f of `waiting` lists the rules
    # that have condition f. Rules stand in order of their layers.
    rules=cython.int,
    layers=cython.int,
    layer_start=cython.p_int,
    layer_of=cython.p_int,  # by variable
    head=cython.p_int,
    needs=cython.p_int,
    waiting_start=cython.p_int,
    waiting=cython.p_int,
    unmet=cython.p_int,
    queue=cython.p_int,
    values=cython.p_int,
)
P = cython.typedef(cython.pointer(Packed))
SpaceP = cython.typedef(cython.pointer(Space))
State = cython.typedef(cython.pointer(cython.const[word]))


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
@cython.inline
def put(p: P, packed: cython.pointer[word], v: cython.int, x: cython.int) -> cython.void:
    w: cython.int = p.word_of[v]
    shift: cython.int = p.shift_of[v]
    packed[w] = (packed[w] & ~(p.mask_of[v] << shift)) | (cython.cast(word, x) << shift)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def unpack(space: SpaceP, packed: State, values: cython.p_int) -> cython.void:
    p: P = cython.cast(P, space)
    word_of: cython.p_int = p.word_of
    shift_of: cython.p_int = p.shift_of
    mask_of: cython.pointer[word] = p.mask_of
    v: cython.int
    for v in range(space.variables):
        values[v] = cython.cast(cython.int, (packed[word_of[v]] >> shift_of[v]) & mask_of[v])


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def applicable(space: SpaceP, values: cython.p_const_int, found: cython.p_int) -> cython.int:
    p: P = cython.cast(P, space)
    tree: cython.p_int = p.tree
    domain: cython.p_int = p.domain
    stack: cython.p_int = p.stack
    count: cython.int = 0
    depth: cython.int = 1
    node: cython.int
    variable: cython.int
    child: cython.int
    i: cython.int
    at: cython.int
    stack[0] = 0
    while depth > 0:
        depth -= 1
        node = stack[depth]
        while node >= 0:
            variable = tree[node + ASKS]
            at = node + CHILDREN
            if variable >= 0:
                at += domain[variable]
            for i in range(tree[node + DONE]):
                found[count] = tree[at + i]
                count += 1
            if variable < 0:
                break
            child = tree[node + CHILDREN + values[variable]]
            node = tree[node + ELSE]
            if child >= 0:
                if node >= 0:
                    stack[depth] = node
                    depth += 1
                node = child
    return count


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def successor(
    space: SpaceP,
    values: cython.p_const_int,
    packed: State,
    operator: cython.int,
    after: cython.pointer[word],
) -> cython.void:
    p: P = cython.cast(P, space)
    i: cython.int
    e: cython.int
    w: cython.int
    for i in range(space.words):
        after[i] = packed[i]
    for i in range(p.patch_start[operator], p.patch_start[operator + 1]):
        w = p.patch_word[i]
        after[w] = (after[w] & p.patch_keep[i]) | p.patch_set[i]
    if p.patch_start[operator] == p.patch_start[operator + 1]:
        for e in range(p.eff_start[operator], p.eff_start[operator + 1]):
            for i in range(p.cond_start[e], p.cond_start[e + 1]):
                if values[p.cond_var[i]] != p.cond_val[i]:
                    break
            else:
                put(p, after, p.eff_var[e], p.eff_val[e])
    if p.rules > 0:
        derive(p, after)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def meet(p: P, fact: cython.int) -> cython.void:
    i: cython.int
    for i in range(p.waiting_start[fact], p.waiting_start[fact + 1]):
        p.unmet[p.waiting[i]] -= 1


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def derive(p: P, packed: cython.pointer[word]) -> cython.void:
    """Sets the derived variables of a packed state from the others, layer by layer."""
    values: cython.p_int = p.values
    unmet: cython.p_int = p.unmet
    v: cython.int
    i: cython.int
    r: cython.int
    layer: cython.int
    ready: cython.int
    unpack(cython.address(p.space), packed, values)
    memcpy(unmet, p.needs, p.rules * cython.sizeof(cython.int))
    for v in range(p.space.variables):
        if p.layer_of[v] < 0:
            meet(p, p.first[v] + values[v])
        else:
            values[v] = 0
    for layer in range(p.layers):
        ready = 0
        for r in range(p.layer_start[layer], p.layer_start[layer + 1]):
            if unmet[r] == 0:
                p.queue[ready] = r
                ready += 1
        while ready > 0:
            ready -= 1
            v = p.head[p.queue[ready]]
            if values[v] == 1:
                continue
            values[v] = 1
            for i in range(p.waiting_start[p.first[v] + 1], p.waiting_start[p.first[v] + 2]):
                r = p.waiting[i]
                unmet[r] -= 1
                if unmet[r] == 0 and p.layer_of[p.head[r]] == layer:
                    p.queue[ready] = r
                    ready += 1
        for v in range(p.space.variables):
            if p.layer_of[v] == layer:
                put(p, packed, v, values[v])
                if values[v] == 0:
                    meet(p, p.first[v])


Builder = cython.struct(
    p=P,
    variable_of=cython.p_int,  # of a fact
    pre_start=cython.p_int,  # rows of preconditions as fact numbers, ascending
    pre=cython.p_int,
    order=cython.p_int,
    spare=cython.p_int,
)
B = cython.typedef(cython.pointer(Builder))


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
@cython.inline
def needed(b: B, i: cython.int, depth: cython.int) -> cython.int:
    """The precondition at `depth` of the i-th operator in order."""
    return b.pre[b.pre_start[b.order[i]] + depth]


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def split_done(b: B, lo: cython.int, hi: cython.int, depth: cython.int) -> cython.int:
    """Moves operators with just `depth` preconditions to the front; where the others begin."""
    i: cython.int
    o: cython.int
    done: cython.int = lo
    others: cython.int = 0
    for i in range(lo, hi):
        o = b.order[i]
        if b.pre_start[o + 1] - b.pre_start[o] == depth:
            b.order[done] = o
            done += 1
        else:
            b.spare[others] = o
            others += 1
    for i in range(others):
        b.order[done + i] = b.spare[i]
    return done


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def sort_by(b: B, lo: cython.int, hi: cython.int, depth: cython.int) -> cython.void:
    """Sorts operators stably by their precondition at `depth` (merge sort)."""
    i: cython.int
    j: cython.int
    k: cython.int
    fact: cython.int
    middle: cython.int = (lo + hi) // 2
    if hi - lo < 2:
        return
    sort_by(b, lo, middle, depth)
    sort_by(b, middle, hi, depth)
    if needed(b, middle - 1, depth) <= needed(b, middle, depth):
        return
    for i in range(lo, middle):
        b.spare[i - lo] = b.order[i]
    i = 0
    j = middle
    k = lo
    while i < middle - lo:
        fact = b.pre[b.pre_start[b.spare[i]] + depth]
        while j < hi and needed(b, j, depth) < fact:
            b.order[k] = b.order[j]
            j += 1
            k += 1
        b.order[k] = b.spare[i]
        i += 1
        k += 1


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def new_node(p: P, variable: cython.int, done: cython.int) -> cython.int:
    size: cython.longlong = CHILDREN + done + (p.domain[variable] if variable >= 0 else 0)
    node: cython.int = cython.cast(cython.int, p.tree_size)
    i: cython.longlong
    grown: cython.p_int
    if p.tree_size + size > p.tree_room:
        p.tree_room = 2 * p.tree_room + size + 256
        if p.tree_room > 0x7FFFFFFF:
            return -1
        grown = cython.cast(cython.p_int, realloc(p.tree, p.tree_room * cython.sizeof(cython.int)))
        if grown == cython.NULL:
            return -1
        p.tree = grown
    for i in range(size):
        p.tree[node + i] = -1
    p.tree[node + ASKS] = variable
    p.tree[node + DONE] = done
    p.tree_size += size
    return node


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def grow(b: B, lo: cython.int, hi: cython.int, depth: cython.int) -> cython.int:
    """The node for operators order[lo:hi], which share their first `depth` preconditions.

    -1: out of memory. Recursion is as deep as an operator has preconditions.
    """
    p: P = b.p
    top: cython.int = -1
    before: cython.int = -1
    node: cython.int
    child: cython.int
    variable: cython.int
    fact: cython.int
    i: cython.int
    begin: cython.int = split_done(b, lo, hi, depth)
    done: cython.int = begin - lo
    sort_by(b, begin, hi, depth)
    while top < 0 or begin < hi:
        variable = b.variable_of[needed(b, begin, depth)] if begin < hi else -1
        node = new_node(p, variable, done)
        if node < 0:
            return -1
        for i in range(done):
            p.tree[node + CHILDREN + (p.domain[variable] if variable >= 0 else 0) + i] = b.order[
                lo + i
            ]
        done = 0
        if top < 0:
            top = node
        else:
            p.tree[before + ELSE] = node
        before = node
        while begin < hi:
            fact = needed(b, begin, depth)
            if b.variable_of[fact] != variable:
                break
            i = begin + 1
            while i < hi and needed(b, i, depth) == fact:
                i += 1
            child = grow(b, begin, i, depth + 1)
            if child < 0:
                return -1
            p.tree[node + CHILDREN + fact - p.first[variable]] = child
            begin = i
    return top


@cython.cclass
class PackedSpace:
    """The packed transition system of a task; `address` is that of its C structure."""

    p: P
    owned: list

    def __init__(self, task: Any) -> None:
        """Lays out the task, whose arrays stay shared and must not change.

        Raises:
            MemoryError: the task does not fit.
        """
        p: P = cython.cast(P, calloc(1, cython.sizeof(Packed)))
        if p == cython.NULL:
            raise MemoryError
        self.p = p
        self.owned = [task]
        v: cython.int
        n: cython.int = len(task.variables)
        domains: list = [len(variable.values) for variable in task.variables]
        cost: array = task.operators.cost
        p.space.variables = n
        p.space.operators = len(cost)
        p.space.cost = cost.data.as_longlongs
        p.space.conditional = len(task.operators.cond_var) > 0
        p.space.unpack = unpack
        p.space.applicable = applicable
        p.space.successor = successor
        p.domain = ints(self.owned, n)
        p.first = ints(self.owned, n + 1)
        p.values = ints(self.owned, n)
        for v in range(n):
            p.domain[v] = domains[v]
            p.first[v + 1] = p.first[v] + p.domain[v]
        self.assign_bits(domains)
        self.set_effects(task.operators)
        self.set_axioms(task)
        self.build_tree(task.operators)

    def __dealloc__(self):
        if self.p != cython.NULL:
            free(self.p.tree)
        free(self.p)

    @property
    def address(self) -> Any:
        """Where the C structure is."""
        return cython.cast(cython.size_t, self.p)

    def packed(self, values: Any) -> Any:
        """The words of the state, its derived variables computed."""
        p: P = self.p
        v: cython.int
        made: array = array("Q", bytes(8 * p.space.words))
        for v in range(p.space.variables):
            put(p, made.data.as_ulonglongs, v, values[v])
        if p.rules > 0:
            derive(p, made.data.as_ulonglongs)
        return made

    def complete(self, values: Any) -> Any:
        """The state with its derived variables computed."""
        return self.unpacked(self.packed(values))

    def successors(self, values: Any) -> Any:
        """The applicable operators in order, each with the state it leads to."""
        p: P = self.p
        i: cython.int
        state: array = array("i", values)
        packed: array = self.packed(values)
        after: array = array("Q", bytes(8 * p.space.words))
        found: array = array("i", bytes(4 * p.space.operators + 4))
        steps: list = []
        for i in range(applicable(cython.address(p.space), state.data.as_ints, found.data.as_ints)):
            successor(
                cython.address(p.space),
                state.data.as_ints,
                packed.data.as_ulonglongs,
                found[i],
                after.data.as_ulonglongs,
            )
            steps.append((found[i], self.unpacked(after)))
        return steps

    def apply(self, values: Any, operator: cython.int) -> Any:
        """The state after an applicable operator."""
        p: P = self.p
        state: array = array("i", values)
        packed: array = self.packed(values)
        after: array = array("Q", bytes(8 * p.space.words))
        successor(
            cython.address(p.space),
            state.data.as_ints,
            packed.data.as_ulonglongs,
            operator,
            after.data.as_ulonglongs,
        )
        return self.unpacked(after)

    @cython.cfunc
    def unpacked(self, packed: array):
        values: array = array("i", bytes(4 * self.p.space.variables + 4))
        unpack(cython.address(self.p.space), packed.data.as_ulonglongs, values.data.as_ints)
        return tuple(values[: self.p.space.variables])

    @cython.cfunc
    def assign_bits(self, domains: list):
        """Gives each variable its bits: the widest first, in the first word with room."""
        p: P = self.p
        v: cython.int
        w: cython.int
        bits: cython.int
        p.word_of = ints(self.owned, p.space.variables)
        p.shift_of = ints(self.owned, p.space.variables)
        p.mask_of = words(self.owned, p.space.variables)
        used: list = [0]
        w = 0
        before: cython.int = 64
        for v in sorted(range(len(domains)), key=domains.__getitem__, reverse=True):
            bits = (domains[v] - 1).bit_length()
            if bits < before:
                w = 0
            before = bits
            while w < len(used) and used[w] + bits > 64:
                w += 1
            if w == len(used):
                used.append(0)
            p.word_of[v] = w
            p.shift_of[v] = used[w] & 63
            p.mask_of[v] = (cython.cast(word, 1) << bits) - 1
            used[w] += bits
        p.space.words = len(used)

    @cython.cfunc
    def set_effects(self, operators):
        p: P = self.p
        eff_start: array = operators.eff_start
        eff_var: array = operators.eff_var
        eff_val: array = operators.eff_val
        cond_start: array = operators.cond_start
        cond_var: array = operators.cond_var
        cond_val: array = operators.cond_val
        p.eff_start = eff_start.data.as_ints
        p.eff_var = eff_var.data.as_ints
        p.eff_val = eff_val.data.as_ints
        p.cond_start = cond_start.data.as_ints
        p.cond_var = cond_var.data.as_ints
        p.cond_val = cond_val.data.as_ints
        p.patch_start = ints(self.owned, p.space.operators + 1)
        p.patch_word = ints(self.owned, len(eff_var))
        p.patch_keep = words(self.owned, len(eff_var))
        p.patch_set = words(self.owned, len(eff_var))
        o: cython.int
        e: cython.int
        i: cython.int
        w: cython.int
        v: cython.int
        shift: cython.int
        end: cython.int = 0
        for o in range(p.space.operators):
            p.patch_start[o] = end
            if p.cond_start[p.eff_start[o]] < p.cond_start[p.eff_start[o + 1]]:
                continue
            for e in range(p.eff_start[o], p.eff_start[o + 1]):
                v = p.eff_var[e]
                w = p.word_of[v]
                shift = p.shift_of[v]
                i = p.patch_start[o]
                while i < end and p.patch_word[i] != w:
                    i += 1
                if i == end:
                    p.patch_word[i] = w
                    p.patch_keep[i] = ~cython.cast(word, 0)
                    end += 1
                p.patch_keep[i] &= ~(p.mask_of[v] << shift)
                p.patch_set[i] &= ~(p.mask_of[v] << shift)
                p.patch_set[i] |= cython.cast(word, p.eff_val[e]) << shift
        p.patch_start[p.space.operators] = end

    @cython.cfunc
    def set_axioms(self, task):
        p: P = self.p
        v: cython.int
        r: cython.int
        i: cython.int
        e: cython.int
        fact: cython.int
        layers: list = sorted({variable.layer for variable in task.variables} - {-1})
        number: dict = {layer: i for i, layer in enumerate(layers)}
        p.layer_of = ints(self.owned, p.space.variables)
        for v in range(p.space.variables):
            p.layer_of[v] = number.get(task.variables[v].layer, -1)
        axioms = task.axioms
        p.rules = len(axioms)
        if p.rules == 0:
            return
        pre_start: array = axioms.pre_start
        pre_var: array = axioms.pre_var
        pre_val: array = axioms.pre_val
        eff_start: array = axioms.eff_start
        eff_var: array = axioms.eff_var
        cond_start: array = axioms.cond_start
        cond_var: array = axioms.cond_var
        cond_val: array = axioms.cond_val
        p.layers = len(layers)
        p.layer_start = ints(self.owned, p.layers + 1)
        p.head = ints(self.owned, p.rules)
        p.needs = ints(self.owned, p.rules)
        p.unmet = ints(self.owned, p.rules)
        p.queue = ints(self.owned, len(pre_var) + len(cond_var) + p.rules)
        p.waiting_start = ints(self.owned, p.first[p.space.variables] + 2)
        p.waiting = ints(self.owned, len(pre_var) + len(cond_var))
        for r in range(p.rules):
            e = eff_start.data.as_ints[r]
            p.head[r] = eff_var.data.as_ints[e]
            p.layer_start[p.layer_of[p.head[r]] + 1] = r + 1
            for i in range(pre_start.data.as_ints[r], pre_start.data.as_ints[r + 1]):
                fact = p.first[pre_var.data.as_ints[i]] + pre_val.data.as_ints[i]
                p.waiting_start[fact + 2] += 1
                p.needs[r] += 1
            for i in range(cond_start.data.as_ints[e], cond_start.data.as_ints[e + 1]):
                fact = p.first[cond_var.data.as_ints[i]] + cond_val.data.as_ints[i]
                p.waiting_start[fact + 2] += 1
                p.needs[r] += 1
        for i in range(p.layers):
            p.layer_start[i + 1] = max(p.layer_start[i], p.layer_start[i + 1])
        for fact in range(p.first[p.space.variables]):
            p.waiting_start[fact + 2] += p.waiting_start[fact + 1]
        for r in range(p.rules):
            e = eff_start.data.as_ints[r]
            for i in range(pre_start.data.as_ints[r], pre_start.data.as_ints[r + 1]):
                fact = p.first[pre_var.data.as_ints[i]] + pre_val.data.as_ints[i]
                p.waiting[p.waiting_start[fact + 1]] = r
                p.waiting_start[fact + 1] += 1
            for i in range(cond_start.data.as_ints[e], cond_start.data.as_ints[e + 1]):
                fact = p.first[cond_var.data.as_ints[i]] + cond_val.data.as_ints[i]
                p.waiting[p.waiting_start[fact + 1]] = r
                p.waiting_start[fact + 1] += 1

    @cython.cfunc
    def build_tree(self, operators):
        p: P = self.p
        b = cython.declare(Builder)
        temporary: list = []
        v: cython.int
        o: cython.int
        i: cython.int
        j: cython.int
        fact: cython.int
        begin: cython.int
        size: cython.int
        n: cython.int = p.space.operators
        pre_start: array = operators.pre_start
        pre_var: array = operators.pre_var
        pre_val: array = operators.pre_val
        b.p = p
        b.variable_of = ints(temporary, p.first[p.space.variables])
        b.pre_start = pre_start.data.as_ints
        b.pre = ints(temporary, len(pre_var))
        b.order = ints(temporary, n)
        b.spare = ints(temporary, n)
        for v in range(p.space.variables):
            for fact in range(p.first[v], p.first[v + 1]):
                b.variable_of[fact] = v
        for o in range(n):
            b.order[o] = o
            begin = b.pre_start[o]
            for i in range(begin, b.pre_start[o + 1]):  # insertion sort: rows are short
                fact = p.first[pre_var.data.as_ints[i]] + pre_val.data.as_ints[i]
                j = i
                while j > begin and b.pre[j - 1] > fact:
                    b.pre[j] = b.pre[j - 1]
                    j -= 1
                b.pre[j] = fact
        size = 1
        for o in range(n):
            size = max(size, b.pre_start[o + 1] - b.pre_start[o])
        p.stack = ints(self.owned, size + 1)
        if grow(cython.address(b), 0, n, 0) < 0:
            raise MemoryError
