"""Handlers in Python, where that is granted: plain or async, with a time limit; they return facts."""

from __future__ import annotations

import io
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from planscript.runtime.grants import Grants
from planscript.runtime.session import Session

ROBOT = """
import asyncio, threading
forever = threading.Event()

def press(lamp):
    return None
async def press_slowly(lamp):
    await asyncio.sleep(0)
    return {f"lit({lamp})": True, "warm()": True}
def press_other(lamp):
    return [f"not lit({lamp})", "lit(blue)"]
def hang(lamp):
    forever.wait()
async def hang_async(lamp):
    await asyncio.Event().wait()
def broken(lamp):
    raise RuntimeError("no current")
def nonsense(lamp):
    return f"litt({lamp})"
"""
ROOM = """
import python.robot_of_tests as robot
domain lamps:
    types: lamp
    predicate lit(l: lamp)
    predicate warm()
    action press(l: lamp):
        effect: lit(l)
world room of lamps:
    objects: red, blue: lamp
"""
Told = Callable[[str], list[str]]


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Told]:
    (tmp_path / "robot_of_tests.py").write_text(ROBOT, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)

    def run(handler: str) -> list[str]:
        out = io.StringIO()
        text = f"""
            {handler}
            try:
                achieve lit(red)
                print(lit(red), lit(blue), warm())
            catch Error as e:
                print(e.kind, e.message)
            """
        Session(stdout=out, grants=Grants(python=True)).run_text(ROOM + textwrap.dedent(text))
        return out.getvalue().splitlines()

    yield run
    sys.modules.pop("robot_of_tests", None)


def test_a_function_that_returns_nothing_has_done_its_step(told: Told) -> None:
    assert told("perform press = robot.press") == ["true false false"]


def test_an_async_function_is_awaited_and_its_facts_are_observed(told: Told) -> None:
    assert told("perform press = robot.press_slowly") == ["true false true"]


def test_facts_that_contradict_the_effects_count_more(told: Told) -> None:
    (line,) = told("perform press = robot.press_other with retries=0")
    assert "press(red) failed (it had no effect)" in line  # at the second time, blue is lit


@pytest.mark.parametrize("name", ["hang", "hang_async"])
def test_one_that_takes_too_long_has_failed(told: Told, name: str) -> None:
    (line,) = told(f"perform press = robot.{name} with retries=0, step_timeout=0.05")
    assert "press(red) failed (it took longer than 0.05 seconds)" in line


def test_what_it_raises_is_the_reason_of_the_failure(told: Told) -> None:
    (line,) = told("perform press = robot.broken with retries=0")
    assert "press(red) failed (robot_of_tests.broken() of Python: no current)" in line


def test_text_that_is_no_fact_is_an_error(told: Told) -> None:
    assert told("perform press = robot.nonsense") == [
        "ValueError what `perform press` returned: no predicate `litt` that could be told"
    ]
