"""Whatever a function of the library is given, a script sees a result or an error of the language."""

from __future__ import annotations

import inspect
import io
import random
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from planscript.lang.diagnostics import LimitError, PlanscriptError
from planscript.runtime.limits import Limits
from planscript.runtime.modules import stdlib_names
from planscript.runtime.session import Session
from planscript.runtime.values import Module

JUNK: tuple[Any, ...] = (
    None, True, -1, 0, 3, 10**30, 1.5, float("inf"), float("nan"), "", "x", "苹果 {", [], [1, "a"],
    [None], {}, {"a": 1}, {1: [2]}, {1, 2}, (1, 2), lambda *given: given[0] if given else None,
    lambda: 0, Module("m", {}),
)  # fmt: skip
CALLS = 60  # of one function
PYTHON_WORDS = re.compile(
    r"NoneType|\bdict\b|\bstr\b|\bint\b|object is|positional|not subscriptable|__"
)


def calls(function: Callable[..., Any]) -> Iterator[tuple[Any, ...]]:
    """Arguments for a function, few enough and too many: a choice that is the same in every run."""
    parameters = inspect.signature(function).parameters.values()
    required = sum(p.default is p.empty and p.kind is p.POSITIONAL_OR_KEYWORD for p in parameters)
    if required < 2:
        yield from ((one,) * required for one in JUNK)
    chance = random.Random(function.__name__)
    for _ in range(CALLS):
        yield tuple(chance.choice(JUNK) for _ in range(chance.randint(0, len(parameters) + 1)))


def functions() -> list[tuple[str, str]]:
    found = []
    for name in stdlib_names():
        members = Session().run_text(f"import {name} as it\n")["it"].members
        found += [(name, key) for key, value in members.items() if callable(value)]
    return found


@pytest.mark.parametrize(("module", "name"), functions())
def test_bad_input_gives_an_error_of_the_language(module: str, name: str) -> None:
    script = f"import {module} as it\nfn call(given):\n    return it.{name}(*given)\n"

    def fresh() -> tuple[Session, dict[str, Any]]:
        session = Session(limits=Limits(steps=3000), stdin=io.StringIO(), stdout=io.StringIO())
        return session, session.run_text(script)

    session, names = fresh()
    for given in calls(names["it"].members[name]):
        try:
            session.bounded(lambda: session.guarded(lambda: names["call"](given)))  # noqa: B023
        except LimitError:
            session, names = fresh()
        except PlanscriptError as error:
            title = error.diagnostics[0].title
            assert title and not PYTHON_WORDS.search(title), (given, title)
