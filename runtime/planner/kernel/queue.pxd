# A monotone priority queue of ints for Dijkstra's algorithm: one list per small key, a binary heap
# for large keys. Keys never fall below the one popped last.

from libc.stdlib cimport free, malloc

cdef enum:
    LISTS = 8192  # keys below this have a list of their own

cdef struct Queue:
    int* head  # by key: the newest node of its list; -1: empty
    int* item  # by node
    int* next  # by node
    int nodes
    long long least  # no list below this key holds a node
    long long most  # nor does one above this
    long long* heap_key
    int* heap_item
    int heap_size


cdef inline bint start(Queue* q, int room) noexcept nogil:
    """Makes an empty queue for `room` pushes between two calls of `clear`; False: out of memory."""
    cdef int i
    q.head = <int*> malloc(LISTS * sizeof(int))
    q.item = <int*> malloc((room + 1) * sizeof(int))
    q.next = <int*> malloc((room + 1) * sizeof(int))
    q.heap_key = <long long*> malloc((room + 1) * sizeof(long long))
    q.heap_item = <int*> malloc((room + 1) * sizeof(int))
    q.nodes = q.heap_size = 0
    q.least = LISTS
    q.most = -1
    if not (q.head and q.item and q.next and q.heap_key and q.heap_item):
        return False
    for i in range(LISTS):
        q.head[i] = -1
    return True


cdef inline void finish(Queue* q) noexcept nogil:
    free(q.head)
    free(q.item)
    free(q.next)
    free(q.heap_key)
    free(q.heap_item)


cdef inline void clear(Queue* q) noexcept nogil:
    cdef long long key
    for key in range(q.least, q.most + 1):
        q.head[key] = -1
    q.nodes = q.heap_size = 0
    q.least = LISTS
    q.most = -1


cdef inline void heap_push(Queue* q, long long key, int item) noexcept nogil:
    cdef int at, up
    at = q.heap_size
    q.heap_size += 1
    while at > 0:
        up = (at - 1) // 2
        if q.heap_key[up] <= key:
            break
        q.heap_key[at] = q.heap_key[up]
        q.heap_item[at] = q.heap_item[up]
        at = up
    q.heap_key[at] = key
    q.heap_item[at] = item


cdef inline int heap_pop(Queue* q, long long* key) noexcept nogil:
    cdef int item = q.heap_item[0]
    cdef int at = 0, down, last
    cdef long long last_key
    key[0] = q.heap_key[0]
    q.heap_size -= 1
    last = q.heap_item[q.heap_size]
    last_key = q.heap_key[q.heap_size]
    while True:
        down = 2 * at + 1
        if down >= q.heap_size:
            break
        if down + 1 < q.heap_size and q.heap_key[down + 1] < q.heap_key[down]:
            down += 1
        if last_key <= q.heap_key[down]:
            break
        q.heap_key[at] = q.heap_key[down]
        q.heap_item[at] = q.heap_item[down]
        at = down
    q.heap_key[at] = last_key
    q.heap_item[at] = last
    return item


cdef inline void push(Queue* q, long long key, int item) noexcept nogil:
    if key >= LISTS:
        heap_push(q, key, item)
        return
    q.item[q.nodes] = item
    q.next[q.nodes] = q.head[key]
    q.head[key] = q.nodes
    q.nodes += 1
    if key < q.least:
        q.least = key
    if key > q.most:
        q.most = key


cdef inline int pop(Queue* q, long long* key) noexcept nogil:
    """An item of the least key, of equal ones in lists the newest; -1: the queue is empty."""
    cdef int node
    while q.least <= q.most:
        node = q.head[q.least]
        if node >= 0:
            q.head[q.least] = q.next[node]
            key[0] = q.least
            return q.item[node]
        q.least += 1
    if q.heap_size > 0:
        return heap_pop(q, key)
    return -1
