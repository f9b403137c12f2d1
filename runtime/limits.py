"""Budgets of a run: steps, depth of calls, memory, wall time. What exceeds one ends the run.

The budgets of time and memory are kept by `script_thread.py`; the depth of calls is Python's own
limit of recursion.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from planscript.lang.diagnostics import Diagnostic, LimitError

DEFAULT_DEPTH = 60_000  # calls within calls; beyond it a script gets an error that it can catch


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


def counter(limits: Limits) -> Callable[[], None]:
    """What compiled code calls at loop turns and function entries when steps are counted."""
    left = limits.steps or 0

    def step() -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise exceeded(
                f"the script takes more than {limits.steps:,} steps", "raise --max-steps"
            )

    return step
