# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# mypy: ignore-errors
"""The states that a search has seen: packed, numbered, found again by an open-addressing table."""

import cython
from cython.cimports.libc.stdlib import calloc, free, realloc
from cython.cimports.runtime.planner.kernel.contract import OUT_OF_MEMORY, Registry, word

States = cython.struct(
    registry=Registry,  # first, so that a pointer to it is a pointer to the whole
    # Each slot holds half of the state's hash above, its number plus 1 below; 0: free.
    slots=cython.pointer(word),
    slot_count=cython.longlong,  # a power of 2
    room=cython.longlong,  # states that `data` has room for
)
S = cython.typedef(cython.pointer(States))
R = cython.typedef(cython.pointer(Registry))
State = cython.typedef(cython.pointer(cython.const[word]))

FIRST_ROOM = cython.declare(cython.longlong, 256)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
@cython.inline
def hash_of(packed: State, words: cython.int) -> word:
    """Mixes the words by multiplication and shifts (the finalizer of MurmurHash3)."""
    h: word = cython.cast(word, 0x9E3779B97F4A7C15)
    i: cython.int
    for i in range(words):
        h = (h ^ packed[i]) * cython.cast(word, 0xFF51AFD7ED558CCD)
        h ^= h >> 32
    h *= cython.cast(word, 0xC4CEB9FE1A85EC53)
    return h ^ (h >> 29)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def insert(registry: R, packed: State) -> cython.int:
    s: S = cython.cast(S, registry)
    words: cython.int = registry.words
    h: word = hash_of(packed, words)
    tag: word = h >> 32 << 32
    mask: word = s.slot_count - 1
    at: word = h & mask
    slot: word
    number: cython.longlong
    known: cython.pointer[word]
    i: cython.int
    while s.slots[at] != 0:
        slot = s.slots[at]
        if slot >> 32 << 32 == tag:
            number = cython.cast(cython.longlong, slot << 32 >> 32) - 1
            known = registry.data + number * words
            i = 0
            while i < words and known[i] == packed[i]:
                i += 1
            if i == words:
                return cython.cast(cython.int, number)
        at = (at + 1) & mask
    number = registry.count
    if number == s.room:
        if number > 0x3FFFFFFF:
            return OUT_OF_MEMORY
        known = cython.cast(
            cython.pointer[word], realloc(registry.data, 2 * number * words * cython.sizeof(word))
        )
        if known == cython.NULL:
            return OUT_OF_MEMORY
        registry.data = known
        s.room = 2 * number
    known = registry.data + number * words
    for i in range(words):
        known[i] = packed[i]
    s.slots[at] = tag | cython.cast(word, number + 1)
    registry.count += 1
    if registry.count * 5 > s.slot_count * 3 and not rehash(s):
        return OUT_OF_MEMORY
    return cython.cast(cython.int, number)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def rehash(s: S) -> cython.bint:
    """Doubles the table; False where that is more than there is room for."""
    size: cython.longlong = 2 * s.slot_count
    mask: word = size - 1
    at: word
    number: cython.int
    h: word
    slots: cython.pointer[word]
    words: cython.int = s.registry.words
    if size * cython.cast(cython.longlong, cython.sizeof(word)) > s.registry.room:
        return False
    slots = cython.cast(cython.pointer[word], calloc(size, cython.sizeof(word)))
    if slots == cython.NULL:
        return False
    for number in range(s.registry.count):
        h = hash_of(s.registry.data + cython.cast(cython.longlong, number) * words, words)
        at = h & mask
        while slots[at] != 0:
            at = (at + 1) & mask
        slots[at] = (h >> 32 << 32) | cython.cast(word, number + 1)
    free(s.slots)
    s.slots = slots
    s.slot_count = size
    return True


@cython.cclass
class StateRegistry:
    """An empty registry of states of so many words; `address` is that of its C structure."""

    s: S

    def __init__(self, words: cython.int):
        s: S = cython.cast(S, calloc(1, cython.sizeof(States)))
        if s == cython.NULL:
            raise MemoryError
        self.s = s
        s.registry.words = words
        s.registry.insert = insert
        s.registry.room = 0x7FFFFFFFFFFFFFFF
        s.room = FIRST_ROOM
        s.slot_count = 4 * FIRST_ROOM
        s.registry.data = cython.cast(
            cython.pointer[word], calloc(s.room * words, cython.sizeof(word))
        )
        s.slots = cython.cast(cython.pointer[word], calloc(s.slot_count, cython.sizeof(word)))
        if s.registry.data == cython.NULL or s.slots == cython.NULL:
            raise MemoryError

    def __dealloc__(self):
        if self.s != cython.NULL:
            free(self.s.registry.data)
            free(self.s.slots)
        free(self.s)

    @property
    def address(self):
        """Where the C structure is."""
        return cython.cast(cython.size_t, self.s)
