# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# mypy: ignore-errors
"""Novelty, compiled: as `novelty.py` beside the kernel, which names the source."""

import cython
from cython.cimports.libc.stdlib import calloc, free
from cython.cimports.runtime.planner.kernel.contract import (
    OUT_OF_MEMORY,
    Evaluator,
    ints,
    word,
    words,
)

Seen = cython.struct(
    evaluator=Evaluator,
    variables=cython.int,
    first=cython.p_int,  # fact (v, x) has number first[v] + x
    facts=cython.longlong,
    goals=cython.int,
    goal_var=cython.p_int,
    goal_val=cython.p_int,
    pairs=cython.bint,  # whether pairs of facts are compared
    # By goals missed: bits of the facts seen, then of the pairs (i, j) at i * facts + j; NULL: none.
    bits=cython.pointer(cython.pointer(word)),
    now=cython.p_int,  # the facts of the state in hand
)
N = cython.typedef(cython.pointer(Seen))


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
    now: cython.p_int = n.now
    bits: cython.pointer[word]
    row: cython.longlong
    at: cython.longlong
    i: cython.int
    j: cython.int
    missed: cython.int = 0
    new_fact: word = 0
    new_pair: word = 0
    for i in range(n.goals):
        missed += values[n.goal_var[i]] != n.goal_val[i]
    bits = n.bits[missed]
    if bits == cython.NULL:
        at = n.facts + (n.facts * n.facts if n.pairs else 0)
        bits = cython.cast(cython.pointer[word], calloc(at // 64 + 1, cython.sizeof(word)))
        if bits == cython.NULL:
            return OUT_OF_MEMORY
        n.bits[missed] = bits
    for i in range(n.variables):
        now[i] = n.first[i] + values[i]
    for i in range(n.variables):
        at = now[i]
        new_fact |= ~bits[at >> 6] & (cython.cast(word, 1) << (at & 63))
        bits[at >> 6] |= cython.cast(word, 1) << (at & 63)
        if not n.pairs:
            continue
        row = n.facts * (1 + at)
        for j in range(i + 1, n.variables):
            at = row + now[j]
            new_pair |= ~bits[at >> 6] & (cython.cast(word, 1) << (at & 63))
            bits[at >> 6] |= cython.cast(word, 1) << (at & 63)
    i = 0 if new_fact else 1 if new_pair else 2
    return i * cython.cast(cython.longlong, n.goals + 1) + missed


@cython.cclass
class Novelty:
    """The novelty of states among those evaluated; `address` is that of its `Evaluator`."""

    n: N
    owned: list

    def __init__(self, task, pairs: cython.bint):
        """With `pairs` also pairs of facts are compared."""
        n: N = cython.cast(N, calloc(1, cython.sizeof(Seen)))
        if n == cython.NULL:
            raise MemoryError
        self.n = n
        self.owned = []
        i: cython.int
        goal: list = list(task.goal)
        domains: list = [len(variable.values) for variable in task.variables]
        n.evaluator.data = n
        n.evaluator.evaluate = evaluate
        n.pairs = pairs
        n.variables = len(domains)
        n.first = ints(self.owned, n.variables + 1)
        n.now = ints(self.owned, n.variables)
        for i in range(n.variables):
            n.first[i + 1] = n.first[i] + domains[i]
        n.facts = n.first[n.variables]
        n.goals = len(goal)
        n.goal_var = ints(self.owned, n.goals)
        n.goal_val = ints(self.owned, n.goals)
        for i in range(n.goals):
            n.goal_var[i] = goal[i][0]
            n.goal_val[i] = goal[i][1]
        n.bits = cython.cast(cython.pointer[cython.pointer[word]], words(self.owned, n.goals + 1))

    def __dealloc__(self):
        i: cython.int
        if self.n == cython.NULL:
            return
        if self.n.bits != cython.NULL:
            for i in range(self.n.goals + 1):
                free(self.n.bits[i])
        free(self.n)

    @property
    def address(self):
        """Where the `Evaluator` is."""
        return cython.cast(cython.size_t, self.n)
