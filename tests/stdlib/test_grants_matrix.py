"""Every function of the library, without any grant: those that reach outside are refused, and say
which option allows them; all others do what their examples say.

The rows are the modules themselves, so that a new module is in the matrix at once.
"""

from __future__ import annotations

import inspect
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from planscript.runtime.errors import RunError
from planscript.runtime.examples import run_examples
from planscript.runtime.grants import Grants
from planscript.runtime.modules import stdlib_names
from planscript.runtime.session import Session

# What a required parameter is given; a text where it is not named here.
GIVEN: dict[str, Any] = {}


def function_of(module: str, name: str, grants: Grants = Grants()) -> Callable[..., Any]:
    """The function in a session with these grants."""
    session = Session(grants=grants)
    return session.run_text(f"import {module} as it\n")["it"].members[name]  # type: ignore[no-any-return]


def matrix() -> list[tuple[str, str, str]]:
    """Module, function, the grant that it needs."""
    found = []
    for module in stdlib_names():
        session = Session()
        for name, value in session.run_text(f"import {module} as it\n")["it"].members.items():
            if callable(value):
                known = session.builtin_of(value)
                found.append((module, name, known.needs if known else ""))
    return found


MATRIX = matrix()


def arguments(function: Callable[..., Any]) -> list[Any]:
    parameters = inspect.signature(function).parameters.values()
    return [
        GIVEN.get(p.name, "x")
        for p in parameters
        if p.default is p.empty and p.kind is p.POSITIONAL_OR_KEYWORD
    ]


@pytest.mark.parametrize(("module", "name", "need"), [one for one in MATRIX if one[2]])
def test_what_reaches_outside_is_refused_and_names_the_option(
    module: str, name: str, need: str
) -> None:
    function = function_of(module, name)
    with pytest.raises(RunError) as caught:
        function(*arguments(function))
    assert caught.value.value.kind.name == "GrantError"
    assert f"--allow-{need}" in caught.value.diagnostics[0].hint


@pytest.mark.parametrize(("module", "name", "need"), [one for one in MATRIX if one[2]])
def test_the_grant_that_it_names_is_the_one_that_it_needs(
    module: str, name: str, need: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    allowed = {"read": (tmp_path,), "write": (tmp_path,), "run": ("x",)}.get(need, True)
    function = function_of(module, name, Grants(**{need: allowed}))  # type: ignore[arg-type]
    try:
        function(*arguments(function))
    except RunError as error:  # there is no file x, but it was looked for
        assert error.value.kind.name != "GrantError"


@pytest.mark.parametrize("module", stdlib_names())
def test_what_stays_inside_works_without_grants(module: str) -> None:
    session = Session(stdin=io.StringIO(), stdout=io.StringIO())
    names = session.run_text(f"import {module} as it\n")["it"].members
    outcomes = run_examples(session, names)
    assert [(what, str(error)) for what, error in outcomes if error is not None] == []
    shown = {what.split(": ")[0] for what, _ in outcomes}
    assert shown >= {name for of, name, need in MATRIX if of == module and not need}


def test_the_matrix_has_both_kinds() -> None:
    assert {need for _, _, need in MATRIX} >= {"", "read", "write", "env"}
