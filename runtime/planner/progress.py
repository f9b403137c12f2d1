"""What a running search counts, and where it notices that it must stop."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING

from planscript.lang.records import dataclass
from planscript.runtime.planner.deadline import Deadline, resident_bytes
from planscript.runtime.planner.status import Statistics

if TYPE_CHECKING:
    from planscript.runtime.planner.state_space import State

OnProgress = Callable[[Statistics], None]
REPORT_SECONDS = 0.1
LOOK_EVERY = 64  # ticks between two looks at the memory in use
NO_LIMIT = (1 << 63) - 1


class OutOfWork(Exception):
    """A search generated as many states as its caller allowed."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a search for a better plan need not do.

    `bound`: plans must cost less (None: any plan will do). `admissible`: the estimate is held
    against the bound. `most`: how many states may be generated (None: any number).
    """

    bound: int | None = None
    admissible: bool = False
    most: int | None = None

    def exclude(self, g: int, h: int) -> bool:
        """Whether no plan through a state keeps to the bound, as far as this is known."""
        return self.bound is not None and g + (h if self.admissible else 0) >= self.bound

    def check(self, statistics: Statistics) -> None:
        """Raises OutOfWork once as many states were generated as may be."""
        if self.most is not None and statistics.generated >= self.most:
            raise OutOfWork


NO_LIMITS = Limits()


class Progress:
    """The statistics of one search; `tick` is called at least once per expansion or evaluation.

    `on_progress` is handed the statistics about ten times a second.
    """

    def __init__(
        self, deadline: Deadline, max_memory_mb: int | None, on_progress: OnProgress | None
    ) -> None:
        self.statistics = Statistics()
        self._deadline = deadline
        self._max_memory_mb = max_memory_mb
        self._max_bytes = None if max_memory_mb is None else max_memory_mb << 20
        self._on_progress = on_progress
        self._ticks = 0
        self._next_report = monotonic() + REPORT_SECONDS

    def tick(self) -> None:
        """Raises DeadlineExpired or MemoryError where the search must stop; reports at times."""
        self._ticks += 1
        if self._ticks % LOOK_EVERY == 0:
            self.look()
        elif self._deadline.expired():
            self._deadline.check()

    def look(self) -> None:
        """As `tick`, and always looks at the memory in use."""
        self._deadline.check()
        if self._max_bytes is not None and resident_bytes() > self._max_bytes:
            raise MemoryError(f"more than {self._max_bytes >> 20} MB in use")
        if self._on_progress is not None and monotonic() >= self._next_report:
            self._on_progress(self.statistics)
            self._next_report = monotonic() + REPORT_SECONDS

    def apart(self, seconds: float | None = None) -> Progress:
        """One with the same limits, or less time, that counts on its own and does not report."""
        deadline = self._deadline if seconds is None else self._deadline.within(seconds)
        return Progress(deadline, self._max_memory_mb, None)

    def add(self, counts: Statistics) -> None:
        """Adds what a search counted apart."""
        self.statistics.expanded += counts.expanded
        self.statistics.evaluated += counts.evaluated
        self.statistics.generated += counts.generated
        self.statistics.reopened += counts.reopened

    def room(self) -> int:
        """Bytes that may still be taken."""
        if self._max_bytes is None:
            return NO_LIMIT
        return max(0, self._max_bytes - resident_bytes())


def trace(parents: dict[State, tuple[State, int] | None], state: State) -> list[int]:
    """The operators that led from the initial state to `state`."""
    plan = []
    step = parents[state]
    while step is not None:
        state, operator = step
        plan.append(operator)
        step = parents[state]
    plan.reverse()
    return plan
