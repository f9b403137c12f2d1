"""Every function of the standard library is documented with examples, and the examples are true."""

from pathlib import Path

import pytest

from planscript.runtime.examples import doc_of, examples_of, run_examples
from planscript.runtime.modules import stdlib_folder, stdlib_names
from planscript.runtime.session import Session


def members(name: str) -> tuple[Session, dict[str, object]]:
    session = Session()
    names = session.run_text(f"import {name} as it\n")
    return session, names["it"].members


@pytest.mark.parametrize("name", stdlib_names())
def test_the_examples_of_a_module_are_true(name: str) -> None:
    session, found = members(name)
    outcomes = run_examples(session, found)
    assert [(what, str(error)) for what, error in outcomes if error is not None] == []


@pytest.mark.parametrize("name", stdlib_names())
def test_every_function_says_what_it_does_and_shows_it(name: str) -> None:
    session, found = members(name)
    functions = [key for key, value in found.items() if callable(value)]
    assert functions
    for key in functions:
        doc = doc_of(session, found[key])
        assert doc and not doc.startswith(">>>"), key
        known = session.builtin_of(found[key])
        assert examples_of(doc) or (known is not None and known.needs), key


@pytest.mark.parametrize("name", stdlib_names())
def test_every_module_says_what_it_is_for(name: str) -> None:
    (path,) = Path(stdlib_folder()).glob(f"{name}.*")
    first = path.read_text(encoding="utf-8").split("\n", 1)[0]
    assert first.startswith(("#", '"""')) and len(first) > 20
