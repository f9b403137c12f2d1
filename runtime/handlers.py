"""Handlers: how the steps of an action are carried out, with their clauses and their time-outs.

Carries out and reports; what follows from a failure is decided elsewhere (`policies.py`).
"""

from __future__ import annotations

import ctypes
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from planscript.runtime.errors import run_error


@dataclass(frozen=True, slots=True)
class Handler:
    """A handler of an action.

    `run` takes the objects of the step and returns the facts that it observed, or none. `clauses`
    are its `on fail` and `on doubt`: they take the objects, and a failure (none for `on doubt`).
    `options` outweigh those of `achieve`.
    """

    run: Callable[..., Any]
    clauses: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)


class TooLong(BaseException):
    """A handler has taken longer than it may; no script can catch it."""


class _Stop(BaseException):
    """Raised inside a handler whose time is over; no script can catch it."""


def within(seconds: float | None, work: Callable[[], Any]) -> Any:
    """What `work()` gives; raises TooLong where that takes more than so many seconds.

    Script code is stopped at its next instruction. A call of Python's that does not return is
    waited for elsewhere (`call_bounded`).
    """
    if seconds is None:
        return work()
    watch = _Watch(seconds)
    try:
        try:
            with watch:
                return work()
        finally:
            watch.await_stop()
    except _Stop:
        raise TooLong from None


class _Watch:
    """Stops the thread that entered it when the time is over, and never after it has left."""

    def __init__(self, seconds: float) -> None:
        self._thread = threading.get_ident()
        self._lock = threading.Lock()
        self._over = self._stopped = False
        self._timer = threading.Timer(seconds, self._stop)
        self._timer.daemon = True

    def __enter__(self) -> None:
        self._timer.start()

    def __exit__(self, *_: Any) -> None:
        with self._lock:
            self._over = True
        self._timer.cancel()

    def _stop(self) -> None:
        with self._lock:
            if not self._over:
                self._stopped = True
                ctypes.pythonapi.PyThreadState_SetAsyncExc(
                    ctypes.c_ulong(self._thread), ctypes.py_object(_Stop)
                )

    def await_stop(self) -> None:
        """Where the order to stop was given in the last moment, waits until it arrives."""
        while self._stopped:
            self._stopped = False
            time.sleep(0.001)


def call_bounded(seconds: float | None, work: Callable[[], Any]) -> Any:
    """What a call of Python's gives; awaits it where it is a coroutine.

    Raises TooLong where it takes more than so many seconds; the call is then left to itself.
    """
    if seconds is None:
        return _awaited(work())
    found: list[Any] = []
    failed: list[BaseException] = []

    def run() -> None:
        try:
            found.append(_awaited(work()))
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=run, daemon=True, name="planscript handler")
    thread.start()
    thread.join(max(seconds, 0.0))
    if failed:
        raise failed[0]
    if not found:
        raise TooLong
    return found[0]


def _awaited(result: Any) -> Any:
    if not hasattr(result, "__await__"):
        return result
    import asyncio

    async def wait() -> Any:
        return await result

    return asyncio.run(wait())


def checked_options(options: Mapping[str, Any]) -> Mapping[str, Any]:
    """The options of `perform ... with`. Raises errors of the language."""
    for name, value in options.items():
        least = 0 if name == "retries" else 0.0
        right = type(value) is int if name == "retries" else type(value) in (int, float)
        if not right or value < least or (name == "step_timeout" and value == 0):
            raise run_error(
                "ValueError",
                f"the option `{name}` of a handler takes a number, at least 0"
                if name != "step_timeout"
                else "the option `step_timeout` takes a number of seconds above 0",
            )
    return dict(options)
