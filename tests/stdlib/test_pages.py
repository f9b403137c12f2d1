"""`docs/stdlib` and `help` show what the modules say of their functions."""

from __future__ import annotations

import io

import stdlib_pages

from planscript.runtime.session import Session


def test_the_pages_are_current() -> None:
    found = {p.name: p.read_text(encoding="utf-8") for p in stdlib_pages.FOLDER.glob("*.md")}
    assert found == stdlib_pages.pages(), "write them anew: python tests/stdlib_pages.py"


def shown(script: str) -> str:
    out = io.StringIO()
    Session(stdout=out).run_text(script)
    return out.getvalue()


def test_help_shows_signature_contract_and_examples() -> None:
    assert shown("import text\nhelp(text.lower)\n") == (
        "lower(text)\n  The text in small letters.\n\n  >>> lower(\"ÀB\")\n  àb\n"
    )  # fmt: skip
    assert shown("import lists\nhelp(lists.take)\n").startswith(
        "take(items, n)\n  The first n items.\n\n  >>> take([1, 2, 3], 2)\n  [1, 2]\n"
    )


def test_help_on_what_needs_a_grant_says_so() -> None:
    assert shown("import env\nhelp(env.names)\n").endswith("\n\n  needs --allow-env\n")


def test_help_on_a_module_lists_what_is_in_it() -> None:
    told = shown("import stats\nhelp(stats)\n")
    assert told.startswith("module stats\n  stats: describing numbers.\n")
    assert "functions: correlation, " in told
    assert "math" not in told, "what a module imports is not its own"
    assert "values: e, inf, nan, pi, tau\n" in shown("import math\nhelp(math)\n")


def test_a_conversation_shows_the_same_text() -> None:
    session = Session()
    session.evaluate("import text\nlet lower = text.lower\n")
    assert session.describe("lower") + "\n" == shown("import text\nhelp(text.lower)\n")
