"""The thread that script code runs in, and its watch over time, memory and Ctrl-C.

A thread of its own, because only there can the stack be made large enough for deep recursion: a
call that goes through Python's C code takes up to 700 bytes of it (measured on CPython 3.11). The
thread that started the script waits, watches the budgets, and reads standard input for it, so that
Ctrl-C works.
"""

from __future__ import annotations

import queue
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

from planscript.lang.diagnostics import LimitError
from planscript.runtime.limits import DEFAULT_DEPTH, Limits, too_large, too_slow

_STACK_BYTES = 512 * 1024 * 1024  # of address space; only what is used takes memory
_OWN_FRAMES = 60  # of Python calls around a script
_WATCH_SECONDS = 0.05
_PATIENCE = 5.0  # seconds that an interrupted script gets to end


class Interrupted(BaseException):
    """Raised in the script's thread when a budget is used up; no script can catch it."""


class ScriptThread(threading.Thread):
    """Runs one piece of work. Made and waited for by `run`."""

    def __init__(self, work: Callable[[], Any], limits: Limits) -> None:
        super().__init__(name="planscript", daemon=True)
        self.work = work
        self.limits = limits
        self.tracer = sys.gettrace()  # of a debugger, and of a profiler, in the thread that waits
        self.profiler: Any = sys.getprofile()
        self.result: Any = None
        self.failure: BaseException | None = None
        # what the script asks the waiting thread to do; None says that the script has ended
        self.requests: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()

    def run(self) -> None:
        """The body of the thread."""
        sys.setrecursionlimit((self.limits.depth or DEFAULT_DEPTH) + _OWN_FRAMES)
        if sys.gettrace() is None and self.tracer is not None:
            sys.settrace(self.tracer)
        if hasattr(self.profiler, "enable"):  # of cProfile; other profilers cannot follow
            self.profiler.enable()
        try:
            self.result = self.work()
        except BaseException as error:
            self.failure = error
        finally:
            sys.setprofile(None)
            self.requests.put(None)

    def interrupt(self, kind: type[BaseException]) -> None:
        """Raises `kind` in the script at its next instruction."""
        import ctypes

        if self.ident is not None and self.is_alive():
            ctypes.pythonapi.PyThreadState_SetAsyncExc(
                ctypes.c_ulong(self.ident), ctypes.py_object(kind)
            )


def run(work: Callable[[], Any], limits: Limits) -> Any:
    """Runs `work` with room for deep recursion, within the limits; returns what it returns.

    Raises whatever `work` raises, LimitError where time or memory is used up, KeyboardInterrupt on
    Ctrl-C. Called from script code, it runs `work` in the same thread.
    """
    if isinstance(threading.current_thread(), ScriptThread):
        return work()
    old_limit = sys.getrecursionlimit()
    old_size = threading.stack_size()
    try:
        threading.stack_size(_STACK_BYTES)
        thread = ScriptThread(work, limits)
        thread.start()
    finally:
        threading.stack_size(old_size)
    try:
        _wait(thread)
    finally:
        if not any(isinstance(one, ScriptThread) for one in threading.enumerate()):
            sys.setrecursionlimit(old_limit)
    if thread.failure is not None:
        raise thread.failure
    return thread.result


def _wait(thread: ScriptThread) -> None:
    """Serves the script until it ends; ends it where a budget is used up."""
    limits = thread.limits
    deadline = None if limits.seconds is None else time.monotonic() + limits.seconds
    memory = None if limits.memory_mb is None else resident_mb() + limits.memory_mb
    while True:
        try:
            request = thread.requests.get(timeout=_pause(deadline, memory))
            if request is None:
                thread.join()
                return
            request()
        except queue.Empty:
            if deadline is not None and time.monotonic() >= deadline:
                _end(thread, Interrupted)
                raise too_slow(limits) from thread.failure
            if memory is not None and resident_mb() > memory:
                _end(thread, Interrupted)
                raise too_large(limits) from thread.failure
        except KeyboardInterrupt:
            _end(thread, KeyboardInterrupt)
            raise


def _pause(deadline: float | None, memory: float | None) -> float | None:
    """How long to wait for the script before the budgets are looked at again."""
    if memory is not None:
        return _WATCH_SECONDS
    return None if deadline is None else max(0.0, deadline - time.monotonic())


def _end(thread: ScriptThread, kind: type[BaseException]) -> None:
    """Interrupts the script, again where its `finally` blocks go on, until it ends."""
    until = time.monotonic() + _PATIENCE
    while thread.is_alive() and time.monotonic() < until:
        thread.interrupt(kind)
        thread.join(0.2)


def in_waiting_thread(action: Callable[[], Any]) -> Any:
    """Does `action` in the thread that waits for the script (often the main one), and waits for it.

    For reading standard input: there Ctrl-C interrupts, and line editing works.
    """
    thread = threading.current_thread()
    if not isinstance(thread, ScriptThread):
        return action()
    done: queue.SimpleQueue[tuple[Any, BaseException | None]] = queue.SimpleQueue()

    def request() -> None:
        try:
            done.put((action(), None))
        except Exception as error:
            done.put((None, error))
        except BaseException as error:
            done.put((None, error))
            raise

    thread.requests.put(request)
    result, failure = done.get()
    if failure is not None:
        raise failure
    return result


def resident_mb() -> float:
    """The memory that this process takes, in megabytes."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * 4096 / 1e6
    except (OSError, ValueError, IndexError):
        import resource

        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak / 1e6 if sys.platform == "darwin" else peak / 1e3


__all__ = ["LimitError", "ScriptThread", "in_waiting_thread", "resident_mb", "run"]
