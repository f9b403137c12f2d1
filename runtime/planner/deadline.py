"""The one deadline that reading, grounding, heuristics, search and validation share.

It bounds wall time and memory and carries the caller's wish to stop. It kills nothing by itself:
the work asks it now and then.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from math import inf
from time import monotonic

LOOK_SECONDS = 0.01  # between two looks at the memory


class DeadlineExpired(Exception):
    """Time is up, or the caller wants to stop (`interrupted`); `solve` turns it into a status."""

    def __init__(self, interrupted: bool = False) -> None:
        super().__init__("interrupted" if interrupted else "time is up")
        self.interrupted = interrupted


class Deadline:
    """A point in time after which work stops, with a memory ceiling beside it.

    `seconds` counts from now (None: no limit); `interrupt` is asked whenever the deadline is, and
    stops the work when it says True; `max_memory` is in MB of resident memory of the process
    (None: no limit).
    """

    __slots__ = ("_end", "_interrupt", "_max_bytes", "_next_look", "started")

    def __init__(
        self,
        seconds: float | None = None,
        interrupt: Callable[[], bool] | None = None,
        max_memory: int | None = None,
    ) -> None:
        self.started = monotonic()
        self._end = inf if seconds is None else self.started + seconds
        self._interrupt = interrupt
        self._max_bytes = None if max_memory is None else max_memory << 20
        self._next_look = self.started  # at the memory, which takes longer than at the clock

    def elapsed(self) -> float:
        """Seconds since the deadline was made."""
        return monotonic() - self.started

    def remaining(self) -> float:
        """Seconds that are left: `inf` without a limit, never negative, 0 once interrupted."""
        return 0.0 if self.interrupted() else max(0.0, self._end - monotonic())

    def interrupted(self) -> bool:
        """Whether the caller wants to stop."""
        return self._interrupt is not None and self._interrupt()

    def expired(self) -> bool:
        """Whether the work should stop now, for time or on the caller's wish."""
        return monotonic() >= self._end or self.interrupted()

    def check(self) -> None:
        """Raise where the work should stop.

        Raises:
            DeadlineExpired: time is up, or the caller wants to stop.
            MemoryError: the process holds more memory than allowed.
        """
        if self.interrupted():
            raise DeadlineExpired(interrupted=True)
        now = monotonic()
        if now >= self._end:
            raise DeadlineExpired
        if self._max_bytes is not None and now >= self._next_look:
            self._next_look = now + LOOK_SECONDS
            if resident_bytes() > self._max_bytes:
                raise MemoryError(f"more than {self._max_bytes >> 20} MB in use")

    def within(self, seconds: float) -> Deadline:
        """A deadline `seconds` from now, or this one's end where that comes first."""
        inner = Deadline(seconds, self._interrupt)
        inner._end = min(inner._end, self._end)
        inner._max_bytes = self._max_bytes
        return inner


NEVER = Deadline()


def resident_bytes() -> int:
    """Resident memory of this process; where the system does not tell, the highest it ever was."""
    try:
        with open("/proc/self/statm", "rb", buffering=0) as statm:
            return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return peak_bytes()


def peak_bytes() -> int:
    """The most resident memory that this process ever had; 0 where the system does not tell."""
    try:
        import resource
    except ImportError:
        return 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
