"""Open lists: entries in buckets by key, buckets in a heap; and several lists taken in turns."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from heapq import heappop, heappush
from typing import Generic, TypeVar

Entry = TypeVar("Entry")
Key = tuple[int, ...]


class OpenList(Generic[Entry]):
    """Gives out an entry of the least key.

    Entries of one key come first in, first out, or, with `newest_first`, last in, first out: a
    choice that decides how many states a search expands.
    """

    def __init__(self, newest_first: bool = False) -> None:
        self._newest_first = newest_first
        self._buckets: dict[Key, deque[Entry]] = {}
        self._keys: list[Key] = []

    def push(self, key: Key, entry: Entry) -> None:
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = self._buckets[key] = deque()
            heappush(self._keys, key)
        bucket.append(entry)

    def pop(self) -> Entry:
        key = self._keys[0]
        bucket = self._buckets[key]
        entry = bucket.pop() if self._newest_first else bucket.popleft()
        if not bucket:
            heappop(self._keys)
            del self._buckets[key]
        return entry

    def __bool__(self) -> bool:
        return bool(self._keys)


class Alternation(Generic[Entry]):
    """Takes open lists in turns, those given a boost first.

    Each list has a priority, which grows by 1 with each entry taken from it; the next entry comes
    from the list of least priority that is not empty, of equal ones the first. Source: Roeger and
    Helmert, "The more, the merrier" (ICAPS 2010); boosting after Richter and Helmert, "Preferred
    operators and deferred evaluation in satisficing planning" (ICAPS 2009).
    """

    def __init__(self, lists: Sequence[OpenList[Entry]]) -> None:
        self.lists = lists
        self._priority = [0] * len(lists)

    def pop(self) -> Entry:
        """An entry; at least one list must not be empty."""
        ready = [i for i, open_list in enumerate(self.lists) if open_list]
        chosen = min(ready, key=self._priority.__getitem__)
        self._priority[chosen] += 1
        return self.lists[chosen].pop()

    def boost(self, which: Sequence[int], by: int) -> None:
        """Lets the lists numbered `which` go first for the next `by` entries."""
        for i in which:
            self._priority[i] -= by

    def __bool__(self) -> bool:
        return any(self.lists)
