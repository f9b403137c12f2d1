# What the modules of the kernel hand to each other: C structures with the functions that work on
# them. They pass between modules as integer addresses, so that no module links against another.

from cpython.array cimport array, clone

ctypedef unsigned long long word

cdef enum:
    OUT_OF_MEMORY = -2  # what functions that number things return when they cannot

cdef extern from *:
    """
    #define DEAD_END (1LL << 62)
    #define CEILING (1LL << 60)
    """
    const long long DEAD_END  # as in state_space.py
    const long long CEILING

# The packed transition system (space.py). `values` is a state as one int per variable, `packed` the
# same state in `words` words.
cdef struct Space:
    int variables
    int words
    int operators
    bint conditional  # whether any operator has conditional effects
    const long long* cost
    void (*unpack)(Space*, const word* packed, int* values) noexcept nogil
    # Writes the applicable operators to `found` (room for all) and returns how many there are.
    int (*applicable)(Space*, const int* values, int* found) noexcept nogil
    void (*successor)(Space*, const int* values, const word* packed, int operator, word* after) noexcept nogil

# The states seen so far (registry.py), numbered from 0; state i is data[i * words ...].
cdef struct Registry:
    int words
    int count
    word* data
    long long room  # bytes that the table may still take when it grows; the caller sets it
    # The number of the state: a new one (the old `count`) where it was unknown; or OUT_OF_MEMORY.
    int (*insert)(Registry*, const word* packed) noexcept nogil

# An open list (frontier.py): entries in buckets by key (first, second), least key first.
cdef struct Frontier:
    long long size
    int (*push)(Frontier*, long long first, long long second, long long entry) noexcept nogil  # 0 or OUT_OF_MEMORY
    long long (*pop)(Frontier*, long long* first) noexcept nogil  # it must not be empty

# The delete relaxation (relaxed_task.py): rows of facts that an operator needs (never none) and adds,
# rows of operators that need a fact. The last operator reaches the fact `goal`.
cdef struct Relaxed:
    int facts
    int operators
    int truth  # a fact that always holds
    int goal
    int variables
    const int* first  # fact (v, x) has number first[v] + x
    const int* derived  # by variable: its facts come from axioms
    const int* variable_of  # of a fact; -1: it is an auxiliary one
    const int* need_start
    const int* need
    const int* add_start
    const int* add
    const int* by_start
    const int* by
    const long long* cost
    const int* owner  # the operator of the task; -1: an axiom, or reaching the goal
    int owners

# A heuristic. The numbers are those of the registry: `state` was just reached from `parent` (-1: it
# is the initial state). `preferred` has room for all operators; NULL: they are not wanted.
cdef struct Evaluator:
    void* data
    long long (*evaluate)(void* data, const int* values, int state, int parent,
                          int* preferred, int* preferred_count) noexcept nogil

# Drops operators that a search need not try.
cdef struct Pruner:
    void* data
    # Moves those of the `count` applicable operators to the front that are kept; how many they are.
    int (*prune)(void* data, const int* values, int* found, int count) noexcept nogil


# Zeroed arrays that live as long as the list that owns them.

cdef inline int* ints(list owned, Py_ssize_t size):
    cdef array made = clone(array("i"), size + 1, True)
    owned.append(made)
    return made.data.as_ints

cdef inline long long* longs(list owned, Py_ssize_t size):
    cdef array made = clone(array("q"), size + 1, True)
    owned.append(made)
    return made.data.as_longlongs

cdef inline word* words(list owned, Py_ssize_t size):
    cdef array made = clone(array("Q"), size + 1, True)
    owned.append(made)
    return made.data.as_ulonglongs
