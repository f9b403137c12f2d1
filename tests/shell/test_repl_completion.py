"""What Tab offers, and that it runs nothing."""

from __future__ import annotations

import pytest
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document

from planscript.runtime.session import Session
from planscript.runtime.shell.repl.completer import ScopeCompleter


@pytest.fixture
def session(fruit: str) -> Session:
    made = Session(interactive=True)
    made.load_file(fruit)
    return made


def offered(session: Session, text: str) -> dict[str, int]:
    """What is offered, and how many characters before the cursor it stands for."""
    found = ScopeCompleter(session).get_completions(Document(text), CompleteEvent())
    return {completion.text: -completion.start_position for completion in found}


def test_names_keywords_predicates_actions_and_objects(session: Session) -> None:
    session.evaluate("let my_fruit = apple")
    assert "my_fruit" in offered(session, "my_")
    assert "achieve" in offered(session, "achi")
    assert "apple" in offered(session, "on(app")
    assert "move" in offered(session, "let s = mo")
    assert {"_plan", "_goal", "_error"} <= set(offered(session, "_"))


def test_members_of_values(session: Session) -> None:
    session.evaluate("let text = [1]")
    assert "append" in offered(session, "text.app")


def test_goals_are_completed_from_objects_and_glosses(session: Session) -> None:
    assert offered(session, "> put the app")["apple"] == 3
    assert offered(session, "> the apple i")["is on"] == 1
    assert offered(session, "> the apple is o")["is on"] == 4
    assert "achieve" not in offered(session, "> achi")
    assert {"apple", "pear", "is on"} <= set(offered(session, "> put the "))


def test_goals_in_chinese_are_completed_within_the_word(session: Session) -> None:
    session.evaluate('describe apple: zh: "苹果"')
    assert set(offered(session, "> 把苹")) == {"苹果"}


@pytest.mark.parametrize("opening", ['achieve "', "let g = goal '", 'achieve """\n    '])
def test_texts_are_completed_like_goals(session: Session, opening: str) -> None:
    assert "apple" in offered(session, opening + "the app")
    assert "is on" in offered(session, opening + "the apple is")
    assert "append" not in offered(session, opening + "the app")


def test_a_slot_and_the_code_after_a_text_are_completed_as_code(session: Session) -> None:
    session.evaluate("let my_fruit = apple")
    assert "my_fruit" in offered(session, 'achieve "{my_f')
    assert "my_fruit" in offered(session, 'print("it\'s", my_f')
    assert "my_fruit" in offered(session, "# it's\nmy_f")


def test_commands_and_what_they_take(session: Session, fruit: str) -> None:
    assert {"objects"} == set(offered(session, ":obj"))
    assert "fruit" in offered(session, ":objects fr")
    assert "on" in offered(session, ":state o")
    assert "is on" in offered(session, ":plan the apple is")
    assert "off" in offered(session, ":trace o")
    assert "achieve" in offered(session, ":time achi")
    assert "it.plan" in offered(session, f":load {fruit[:-7]}")


def test_without_a_world_goals_offer_nothing_and_load_nothing() -> None:
    session = Session(interactive=True)
    assert offered(session, "> the") == {}
    assert "acting" not in session.__dict__


def test_completion_runs_no_code_of_the_user(session: Session) -> None:
    session.evaluate("let calls = []")
    session.evaluate("fn noisy(): calls.append(1)")
    session.evaluate("let table_of = {noisy: noisy}")
    for text in ("noisy().", "noisy.", "calls.", "table_of[noisy()].", 'f"{noisy()', "> noisy()"):
        offered(session, text)
    assert session.evaluate("calls") == []
