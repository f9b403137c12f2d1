"""How deep syntax may nest, and a stack for what is nested deeply.

Stages walk trees by plain recursion. Where a tree is deeper than SHALLOW levels, the work is done
again on a thread with a large stack, so that no text can overflow the caller's.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from typing import TypeVar

MAX_DEPTH = 5000  # levels of nesting of a tree
SHALLOW = 100  # levels that need no preparation of the stack

_STACK_BYTES = 512 * 1024 * 1024  # reserved, not used, until the recursion gets there
_FRAMES_PER_LEVEL = 20

T = TypeVar("T")


class NestedDeeply(Exception):
    """The tree is deeper than the `max_depth` that was asked for."""


def at_any_depth(work: Callable[[int], T]) -> T:
    """`work(max_depth)`, first with SHALLOW; with MAX_DEPTH where that raises NestedDeeply."""
    try:
        return work(SHALLOW)
    except NestedDeeply:
        return _with_deep_stack(lambda: work(MAX_DEPTH))


def _with_deep_stack(work: Callable[[], T]) -> T:
    results: list[T] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            results.append(work())
        except BaseException as error:  # handed to the caller
            errors.append(error)

    size = threading.stack_size(_STACK_BYTES)
    limit = sys.getrecursionlimit()
    try:
        sys.setrecursionlimit(max(limit, MAX_DEPTH * _FRAMES_PER_LEVEL))
        thread = threading.Thread(target=run)
        thread.start()
        thread.join()
    finally:
        threading.stack_size(size)
        sys.setrecursionlimit(limit)
    if errors:
        raise errors[0]
    return results[0]
