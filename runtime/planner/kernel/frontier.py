# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# mypy: ignore-errors
"""Open lists: a bucket of entries per key, a heap over the keys. As `open_list.OpenList`.

Keys are pairs of any 64-bit numbers, so huge costs only make the heap larger.
"""

import cython
from cython.cimports.libc.stdlib import calloc, free, malloc, realloc
from cython.cimports.runtime.planner.kernel.contract import OUT_OF_MEMORY, Frontier

# Entries stand in chunks: a link to the next chunk of the bucket, then the entries.
CHUNK = cython.declare(cython.longlong, 16)
NONE = cython.declare(cython.longlong, -1)

Bucket = cython.struct(
    first=cython.longlong,
    second=cython.longlong,
    head=cython.longlong,  # the chunk to take from, as an index into `chunks`
    tail=cython.longlong,  # the chunk to add to
    taken=cython.int,  # the place in the head chunk to take from (oldest first)
    added=cython.int,  # the place in the tail chunk to add to
)
Buckets = cython.struct(
    frontier=Frontier,  # first, so that a pointer to it is a pointer to the whole
    newest_first=cython.bint,
    buckets=cython.pointer(Bucket),
    bucket_count=cython.int,
    bucket_room=cython.int,
    recent=cython.int,  # the bucket pushed to last
    heap=cython.p_int,  # of buckets that are not empty
    heap_size=cython.int,
    table=cython.p_int,  # from a key's hash to its bucket plus 1
    table_size=cython.longlong,
    chunks=cython.p_longlong,
    chunk_end=cython.longlong,
    chunk_room=cython.longlong,
    spare=cython.longlong,  # a chain of chunks to use again
)
F = cython.typedef(cython.pointer(Frontier))
B = cython.typedef(cython.pointer(Buckets))


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
@cython.inline
def before(b: B, left: cython.int, right: cython.int) -> cython.bint:
    x: cython.pointer[Bucket] = cython.address(b.buckets[left])
    y: cython.pointer[Bucket] = cython.address(b.buckets[right])
    return x.first < y.first or (x.first == y.first and x.second < y.second)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def place_of(b: B, first: cython.longlong, second: cython.longlong) -> cython.longlong:
    """Where the table has, or would have, the bucket of a key."""
    h: cython.ulonglong = cython.cast(cython.ulonglong, first) * cython.cast(
        cython.ulonglong, 0x9E3779B97F4A7C15
    )
    h = (h ^ (h >> 32) ^ cython.cast(cython.ulonglong, second)) * cython.cast(
        cython.ulonglong, 0xFF51AFD7ED558CCD
    )
    at: cython.longlong = cython.cast(cython.longlong, (h >> 32) & (b.table_size - 1))
    bucket: cython.pointer[Bucket]
    while b.table[at] != 0:
        bucket = cython.address(b.buckets[b.table[at] - 1])
        if bucket.first == first and bucket.second == second:
            break
        at = (at + 1) & (b.table_size - 1)
    return at


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def grow_buckets(b: B) -> cython.bint:
    """Doubles the room for buckets; False: out of memory."""
    room: cython.int = 2 * b.bucket_room
    i: cython.int
    buckets: cython.pointer[Bucket] = cython.cast(
        cython.pointer[Bucket], realloc(b.buckets, room * cython.sizeof(Bucket))
    )
    if buckets == cython.NULL:
        return False
    b.buckets = buckets
    heap: cython.p_int = cython.cast(
        cython.p_int, realloc(b.heap, room * cython.sizeof(cython.int))
    )
    if heap == cython.NULL:
        return False
    b.heap = heap
    table: cython.p_int = cython.cast(cython.p_int, calloc(4 * room, cython.sizeof(cython.int)))
    if table == cython.NULL:
        return False
    free(b.table)
    b.table = table
    b.table_size = 4 * room
    b.bucket_room = room
    for i in range(b.bucket_count):
        b.table[place_of(b, b.buckets[i].first, b.buckets[i].second)] = i + 1
    return True


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def bucket_of(b: B, first: cython.longlong, second: cython.longlong) -> cython.int:
    """The number of the key's bucket, made where there is none; OUT_OF_MEMORY."""
    bucket: cython.pointer[Bucket] = cython.address(b.buckets[b.recent])
    at: cython.longlong
    if b.bucket_count > 0 and bucket.first == first and bucket.second == second:
        return b.recent
    at = place_of(b, first, second)
    if b.table[at] == 0:
        if b.bucket_count == b.bucket_room:
            if not grow_buckets(b):
                return OUT_OF_MEMORY
            at = place_of(b, first, second)
        bucket = cython.address(b.buckets[b.bucket_count])
        bucket.first = first
        bucket.second = second
        bucket.head = NONE
        b.bucket_count += 1
        b.table[at] = b.bucket_count
    b.recent = b.table[at] - 1
    return b.recent


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def new_chunk(b: B) -> cython.longlong:
    chunk: cython.longlong = b.spare
    chunks: cython.p_longlong
    if chunk != NONE:
        b.spare = b.chunks[chunk]
        return chunk
    if b.chunk_end == b.chunk_room:
        chunks = cython.cast(
            cython.p_longlong,
            realloc(b.chunks, 2 * b.chunk_room * cython.sizeof(cython.longlong)),
        )
        if chunks == cython.NULL:
            return NONE
        b.chunks = chunks
        b.chunk_room *= 2
    chunk = b.chunk_end
    b.chunk_end += CHUNK
    return chunk


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def push(
    frontier: F, first: cython.longlong, second: cython.longlong, entry: cython.longlong
) -> cython.int:
    b: B = cython.cast(B, frontier)
    number: cython.int = bucket_of(b, first, second)
    bucket: cython.pointer[Bucket]
    chunk: cython.longlong
    at: cython.int
    up: cython.int
    if number < 0:
        return OUT_OF_MEMORY
    bucket = cython.address(b.buckets[number])
    if bucket.head == NONE or bucket.added == CHUNK:
        chunk = new_chunk(b)
        if chunk == NONE:
            return OUT_OF_MEMORY
        b.chunks[chunk] = NONE
        if bucket.head == NONE:  # it was empty: it joins the heap
            bucket.head = chunk
            bucket.taken = 1
            at = b.heap_size
            b.heap_size += 1
            while at > 0:
                up = (at - 1) // 2
                if not before(b, number, b.heap[up]):
                    break
                b.heap[at] = b.heap[up]
                at = up
            b.heap[at] = number
        elif b.newest_first:
            b.chunks[chunk] = bucket.tail
        else:
            b.chunks[bucket.tail] = chunk
        bucket.tail = chunk
        bucket.added = 1
    b.chunks[bucket.tail + bucket.added] = entry
    bucket.added += 1
    frontier.size += 1
    return 0


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def drop_top(b: B) -> cython.void:
    """Takes the least bucket, now empty, off the heap."""
    at: cython.int = 0
    down: cython.int
    last: cython.int
    b.buckets[b.heap[0]].head = NONE
    b.heap_size -= 1
    last = b.heap[b.heap_size]
    while True:
        down = 2 * at + 1
        if down >= b.heap_size:
            break
        if down + 1 < b.heap_size and before(b, b.heap[down + 1], b.heap[down]):
            down += 1
        if not before(b, b.heap[down], last):
            break
        b.heap[at] = b.heap[down]
        at = down
    b.heap[at] = last


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def pop(frontier: F, first: cython.p_longlong) -> cython.longlong:
    b: B = cython.cast(B, frontier)
    bucket: cython.pointer[Bucket] = cython.address(b.buckets[b.heap[0]])
    entry: cython.longlong
    chunk: cython.longlong
    first[0] = bucket.first
    frontier.size -= 1
    if b.newest_first:
        chunk = bucket.tail
        bucket.added -= 1
        entry = b.chunks[chunk + bucket.added]
        if bucket.added == 1:
            bucket.tail = b.chunks[chunk]
            bucket.added = cython.cast(cython.int, CHUNK)
            b.chunks[chunk] = b.spare
            b.spare = chunk
            if bucket.tail == NONE:
                drop_top(b)
        return entry
    chunk = bucket.head
    entry = b.chunks[chunk + bucket.taken]
    bucket.taken += 1
    if chunk == bucket.tail and bucket.taken == bucket.added:
        b.chunks[chunk] = b.spare
        b.spare = chunk
        drop_top(b)
    elif bucket.taken == CHUNK:
        bucket.head = b.chunks[chunk]
        bucket.taken = 1
        b.chunks[chunk] = b.spare
        b.spare = chunk
    return entry


@cython.cclass
class OpenList:
    """An empty open list; `address` is that of its C structure."""

    b: B

    def __init__(self, newest_first: cython.bint = False):
        b: B = cython.cast(B, calloc(1, cython.sizeof(Buckets)))
        if b == cython.NULL:
            raise MemoryError
        self.b = b
        b.frontier.push = push
        b.frontier.pop = pop
        b.newest_first = newest_first
        b.bucket_room = 16
        b.table_size = 4 * b.bucket_room
        b.chunk_room = 16 * CHUNK
        b.spare = NONE
        b.buckets = cython.cast(
            cython.pointer[Bucket], malloc(b.bucket_room * cython.sizeof(Bucket))
        )
        b.heap = cython.cast(cython.p_int, malloc(b.bucket_room * cython.sizeof(cython.int)))
        b.table = cython.cast(cython.p_int, calloc(b.table_size, cython.sizeof(cython.int)))
        b.chunks = cython.cast(
            cython.p_longlong, malloc(b.chunk_room * cython.sizeof(cython.longlong))
        )
        if (
            b.buckets == cython.NULL
            or b.heap == cython.NULL
            or b.table == cython.NULL
            or b.chunks == cython.NULL
        ):
            raise MemoryError

    def __dealloc__(self):
        if self.b != cython.NULL:
            free(self.b.buckets)
            free(self.b.heap)
            free(self.b.table)
            free(self.b.chunks)
        free(self.b)

    @property
    def address(self):
        """Where the C structure is."""
        return cython.cast(cython.size_t, self.b)

    def push(self, first, second, entry):
        """Adds an entry under the key (first, second)."""
        if push(cython.address(self.b.frontier), first, second, entry) < 0:
            raise MemoryError

    def pop(self):
        """An entry of the least key. Raises IndexError where there is none."""
        first: cython.longlong = 0
        if self.b.frontier.size == 0:
            raise IndexError("pop from an empty open list")
        return pop(cython.address(self.b.frontier), cython.address(first))

    def __len__(self):
        return self.b.frontier.size
