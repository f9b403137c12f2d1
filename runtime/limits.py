"""Budgets of a run: steps, depth of calls, memory, wall time. What exceeds one ends the run."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from planscript.lang.diagnostics import Diagnostic, LimitError

DEFAULT_DEPTH = 20_000
_STACK_BYTES = 512 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """None means no limit; `depth` falls back to DEFAULT_DEPTH."""

    steps: int | None = None
    depth: int | None = None
    memory_mb: int | None = None
    seconds: float | None = None


def exceeded(what: str, hint: str = "") -> LimitError:
    """The error that ends a run."""
    return LimitError(Diagnostic("E0590", what, hint=hint))


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


def run_bounded(work: Callable[[], Any], limits: Limits) -> Any:
    """Runs `work` in a thread whose stack is large enough for deep recursion, within the limits.

    Ctrl-C and the wall-time budget interrupt it at the next bytecode instruction. Raises whatever
    `work` raises, LimitError where a budget is used up.
    """
    import ctypes

    outcome: list[Any] = []
    failure: list[BaseException] = []

    def body() -> None:
        sys.setrecursionlimit((limits.depth or DEFAULT_DEPTH) + 200)
        try:
            outcome.append(work())
        except BaseException as error:
            failure.append(error)

    def interrupt(kind: type[BaseException]) -> None:
        if thread.ident is not None:
            ctypes.pythonapi.PyThreadState_SetAsyncExc(
                ctypes.c_ulong(thread.ident), ctypes.py_object(kind)
            )

    old_limit = sys.getrecursionlimit()
    old_size = threading.stack_size(_STACK_BYTES)
    try:
        thread = threading.Thread(target=body, name="script", daemon=True)
        thread.start()
    finally:
        threading.stack_size(old_size)
    try:
        thread.join(limits.seconds)
        if thread.is_alive():
            interrupt(_OutOfTime)
            thread.join(5)
            raise exceeded(
                f"the script runs longer than {limits.seconds:g} seconds", "raise --timeout"
            )
    except KeyboardInterrupt:
        interrupt(KeyboardInterrupt)
        thread.join(5)
        raise
    finally:
        sys.setrecursionlimit(old_limit)
    if failure:
        raise failure[0]
    return outcome[0] if outcome else None


class _OutOfTime(BaseException):
    """Raised in the script's thread when its time is used up; no script can catch it."""
