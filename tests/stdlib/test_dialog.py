"""`dialog`: questions are asked until they are answered; answers come from input or in advance."""

import io
from typing import Any

import pytest

from planscript.runtime.errors import RunError
from planscript.runtime.session import Session


def talk(call: str, *answers: str) -> tuple[Any, str]:
    """The value of a call, and what the terminal shows, where this is typed."""
    out = io.StringIO()
    session = Session(stdin=io.StringIO("".join(a + "\n" for a in answers)), stdout=out)
    return session.run_text(f"import dialog\nlet it = dialog.{call}\n")["it"], out.getvalue()


def test_an_empty_answer_is_the_default_or_none_at_all() -> None:
    assert talk('ask("Name?")', "", "  Ada ") == ("Ada", "Name? Name? ")
    assert talk('ask("Name?", "Bob")', "") == ("Bob", "Name? [Bob] ")


@pytest.mark.parametrize(
    ("typed", "chosen"), [("2", "coffee"), ("TEA", "tea"), ("t", "tea"), ("", "water")]
)
def test_an_option_is_chosen_by_number_name_or_beginning(typed: str, chosen: str) -> None:
    assert talk('choose("What?", ["tea", "coffee", "water"], "water")', typed)[0] == chosen


def test_what_may_mean_two_options_is_asked_again() -> None:
    value, shown = talk('choose("Who?", ["Ann", "Anna", "Bo"])', "9", "an", "ann")
    assert value == "Ann"
    assert "Please say a number up to 3." in shown and "Please say Ann or Anna." in shown


@pytest.mark.parametrize(
    ("typed", "meant"), [("y", True), ("No", False), ("是", True), ("不", False), ("", False)]
)
def test_yes_and_no_in_two_languages(typed: str, meant: bool) -> None:
    assert talk('confirm("Sure?", false)', typed)[0] is meant


def test_slots_that_are_known_are_not_asked_for() -> None:
    slots = (
        '{"size": {"question": "Size?", "options": ["S", "M"]}, "to": "Where?", "n": "How many?"}'
    )
    value, shown = talk(f"fill({slots}, " + '{"n": 3})', "M", "Rome")
    assert value == {"n": 3, "size": "M", "to": "Rome"}
    assert "How many?" not in shown


def test_the_end_of_input_is_an_error_of_its_own() -> None:
    with pytest.raises(RunError) as caught:
        talk('ask("Name?")', "")
    assert caught.value.value.kind.name == "EndOfInput"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("ask(3)", "ask() takes a question as text, not a number"),
        ('ask("x", check=3)', "ask() takes a function, not a number"),
        ('choose("x", [])', "choose() has no options to choose from"),
        ('confirm("x", 1)', "the default of confirm() is true or false, not a number"),
        ('fill({"a": {"options": [1]}})', "the slot a has no question"),
        ('fill({"a": {"question": "x", "kind": 1}})', "the slot a has a key kind"),
        ("answer_with([3])", "answer_with() takes answers as text, not a number"),
    ],
)
def test_bad_input_is_said_in_words(call: str, message: str) -> None:
    with pytest.raises(RunError) as caught:
        talk(call, "never read")
    assert message == caught.value.diagnostics[0].title
