"""The thread of a script: deep recursion, budgets, interrupts, standard input."""

import os
import signal
import sys
import threading
import time

import pytest

from planscript.lang.diagnostics import LimitError
from planscript.runtime.limits import Limits
from planscript.runtime.script_thread import in_waiting_thread, resident_mb, run


def depth(n: int) -> int:
    return 0 if n == 0 else 1 + depth(n - 1)


def test_recursion_is_deep_and_ends_in_an_exception() -> None:
    assert run(lambda: depth(50_000), Limits()) == 50_000
    with pytest.raises(RecursionError):
        run(lambda: depth(1_000_000), Limits())


def test_recursion_through_c_code_does_not_crash() -> None:
    def spread(n: int) -> int:
        return 0 if n == 0 else 1 + spread(*[n - 1])

    def by_key(n: int) -> int:
        return 0 if n == 0 else min([n - 1], key=by_key)

    class Callable:
        def __call__(self, n: int) -> int:
            return 0 if n == 0 else 1 + self(n - 1)

    for function in (spread, by_key, Callable()):
        with pytest.raises(RecursionError):
            run(lambda f=function: f(10**7), Limits())  # type: ignore[misc]


def test_the_recursion_limit_of_the_program_around_it_is_kept() -> None:
    before = sys.getrecursionlimit()
    run(lambda: depth(5000), Limits())
    assert sys.getrecursionlimit() == before


def endless() -> None:
    while True:
        pass


def test_time_runs_out() -> None:
    with pytest.raises(LimitError, match="longer than 0.2 seconds"):
        run(endless, Limits(seconds=0.2))


def test_time_runs_out_for_a_script_that_catches_everything() -> None:
    def stubborn() -> None:
        while True:
            try:
                endless()
            except Exception:
                pass

    with pytest.raises(LimitError):
        run(stubborn, Limits(seconds=0.2))


def test_memory_runs_out() -> None:
    def hoard() -> None:
        kept = []
        while True:
            kept.append(bytes(1_000_000))

    with pytest.raises(LimitError, match="more than 100 MB"):
        run(hoard, Limits(memory_mb=100))
    assert resident_mb() > 1


def test_what_the_work_raises_and_returns_comes_back() -> None:
    assert run(lambda: 42, Limits(seconds=10)) == 42
    with pytest.raises(KeyError):
        run(lambda: {}["x"], Limits())


def test_work_within_work_stays_in_the_thread() -> None:
    inner = run(lambda: run(threading.current_thread, Limits()), Limits())
    outer = run(threading.current_thread, Limits())
    assert inner.name == outer.name == "planscript"
    assert run(lambda: run(threading.get_ident, Limits()) == threading.get_ident(), Limits())


def test_the_waiting_thread_serves_the_script() -> None:
    main = threading.get_ident()
    assert run(lambda: in_waiting_thread(threading.get_ident), Limits()) == main
    with pytest.raises(ValueError, match="no"):
        run(lambda: in_waiting_thread(lambda: int("no")), Limits())


def test_ctrl_c_interrupts_the_script() -> None:
    threading.Timer(0.2, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        run(endless, Limits())
    assert time.monotonic() - began < 20
    assert not any(t.name == "planscript" for t in threading.enumerate())
