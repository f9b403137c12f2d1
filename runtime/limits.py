"""Budgets of a run: steps, depth of calls, memory, wall time. What exceeds one ends the run.

The budgets of time and memory are kept by `script_thread.py`; the depth of calls is Python's own
limit of recursion.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice, repeat
from operator import length_hint

from planscript.lang.diagnostics import Diagnostic, LimitError
from planscript.lang.records import dataclass

DEFAULT_DEPTH = 60_000  # calls within calls; beyond it a script gets an error that it can catch
_CHUNK = 1024  # steps handed out at once


@dataclass(frozen=True, slots=True)
class Limits:
    """None means no budget. A run that exceeds one ends with LimitError, which no script can catch.

    `depth` counts calls within calls, `memory_mb` what the process takes more than at the start of
    the run, `seconds` wall time.
    """

    steps: int | None = None
    depth: int | None = None
    memory_mb: int | None = None
    seconds: float | None = None


def exceeded(what: str, hint: str = "") -> LimitError:
    """The error that ends a run."""
    return LimitError(Diagnostic("E0590", what, hint=hint))


def too_slow(limits: Limits) -> LimitError:
    """The time is used up."""
    return exceeded(f"the script runs longer than {limits.seconds:g} seconds", "raise --timeout")


def too_large(limits: Limits) -> LimitError:
    """The memory is used up."""
    return exceeded(f"the script takes more than {limits.memory_mb:,} MB", "raise --max-memory")


def too_deep(limits: Limits) -> LimitError:
    """The depth of calls is used up."""
    return exceeded(f"calls are nested more than {limits.depth:,} deep", "raise --max-depth")


class Steps:
    """Counts the steps of a run. `ticks` gives True for each step (`lang/host.py` says when).

    It raises LimitError once all are taken, and again at each further step, so that a `finally`
    block cannot go on either. The steps are handed out in chunks that C code takes apart: a step
    costs about as much as adding two numbers.
    """

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.left = limits.steps  # of those not handed out yet; None: no budget
        self.chunk: Iterator[bool] = iter(())
        self.ticks: Iterator[bool] = chain.from_iterable(_Chunks(self))

    def next_chunk(self) -> Iterator[bool]:
        """More steps, or what raises LimitError."""
        count = _CHUNK if self.left is None else min(_CHUNK, self.left)
        if not count:
            return self
        if self.left is not None:
            self.left -= count
        self.chunk = repeat(True, count)
        return self.chunk

    @property
    def remaining(self) -> int | None:
        """How many steps are left; None: there is no budget."""
        return None if self.left is None else self.left + length_hint(self.chunk)

    def charge(self, count: int) -> None:
        """Takes many steps at once: the work of a builtin. Raises LimitError."""
        if self.left is None:
            return
        self.left -= count
        if self.left < 0:  # the rest is taken from the chunk that is being used
            short, self.left = -self.left, 0
            if len(list(islice(self.chunk, min(short, _CHUNK)))) < short:
                next(self)

    def __iter__(self) -> Iterator[bool]:
        return self

    def __next__(self) -> bool:
        raise exceeded(
            f"the script takes more than {self.limits.steps:,} steps", "raise --max-steps"
        )


class _Chunks:
    """An endless iterator that never raises: `chain` would end with it, and count no more."""

    def __init__(self, steps: Steps) -> None:
        self.steps = steps

    def __iter__(self) -> _Chunks:
        return self

    def __next__(self) -> Iterator[bool]:
        return self.steps.next_chunk()
