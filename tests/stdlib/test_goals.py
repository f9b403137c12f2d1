"""`goals`: texts as goals of any world, in two languages, and what two of them have in common."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest

from planscript.lang.diagnostics import PlanscriptError
from planscript.runtime.errors import RunError
from planscript.runtime.goals.predict import Prediction
from planscript.runtime.journal import Journal
from planscript.runtime.pddl.reader import read_formula
from planscript.runtime.session import Session

WORLD = """import goals
import worlds
domain d:
    types: cup, place
    predicate at(c: cup, p: place): "{c} is at {p}", zh: "{c}在{p}"
    action move(c: cup, a: place, b: place): "move {c} from {a} to {b}", zh: "把{c}从{a}移到{b}"
        precondition: at(c, a)
        effect: at(c, b) and not at(c, a)
world w of d:
    objects:
        mug, jug: cup
        sink, shelf: place
    init: at(mug, sink), at(jug, sink)
describe mug: "the mug", zh: "杯子"
describe shelf: "the shelf", zh: "架子"
"""
MEANINGS = {
    "put the mug away": [("(at mug shelf)", 0.9), ("(at mug sink)", 0.05)],
    "the mug goes on the shelf": [("(at mug shelf)", 0.95)],
    "把杯子放到架子上": [("(at mug shelf)", 0.8)],
    "everything on the shelf": [("(forall (?c - cup) (at ?c shelf))", 0.9)],
    "tidy up, perhaps": [("(at mug shelf)", 0.3), ("(at jug shelf)", 0.2)],
}


class Reader:
    """Stands for the model: knows some texts."""

    threshold = 0.5
    identity = "reader"

    def __init__(self) -> None:
        self.asked: list[str] = []

    def prepare(self, domain: Any, objects: Any, init: Any) -> Any:
        """What formulas are read against."""
        return domain, objects

    def predict(self, text: str, prepared: Any, **_: object) -> Prediction:
        """The readings of a text that is known; others are no goals."""
        self.asked.append(text)
        found = [(read_formula(pddl, *prepared), sure) for pddl, sure in MEANINGS.get(text, ())]
        best = found[0] if found else (None, 0.0)
        return Prediction(best[0], best[1], found, not found)


def run(line: str, **options: Any) -> Any:
    """The value of an expression in the world above."""
    return told(line, **options)[0]


def told(line: str, reader: Reader | None = None, **options: Any) -> tuple[Any, Reader]:
    session = Session(stdout=io.StringIO(), **options)
    reader = reader or Reader()
    session.compiler._model = reader  # type: ignore[assignment]
    return session.run_text(f"{WORLD}let it = {line}\n")["it"], reader


def test_a_text_is_compiled_at_once_and_knows_how_sure_it_is() -> None:
    line = 'goals.compile("put the mug away")\nlet it = [it.pddl, it.confidence, it.words]'
    assert run(line) == ["(at mug shelf)", 0.9, "The mug is at the shelf."]


def test_a_text_about_another_world_is_understood_there() -> None:
    line = 'worlds.random(w, 0, {"cup": 1})\nnow at(mug, shelf)\n'
    line += 'let it = goals.say("everything on the shelf", "en", it)'
    assert run(line) == "Every cup is at the shelf."


def test_readings_come_with_words_and_the_likeliest_first() -> None:
    line = '[(r["words"], r["confidence"]) for r in goals.alternatives("tidy up, perhaps")]'
    assert run(line) == [("The mug is at the shelf.", 0.3), ("The jug is at the shelf.", 0.2)]
    assert len(run('goals.alternatives("tidy up, perhaps", k=1)')) == 1
    assert run('goals.alternatives("a poem")') == []


def test_a_reading_is_a_goal_to_act_on() -> None:
    line = 'goals.alternatives("tidy up, perhaps")\nachieve it[1]["goal"]\nlet it = at(jug, shelf)'
    assert run(line) is True


def test_what_compiles_is_the_first_of_the_readings() -> None:
    line = (
        'goals.compile("put the mug away").pddl\n'
        'let it = [it, goals.alternatives("put the mug away")[0]["goal"].pddl]'
    )
    assert run(line) == ["(at mug shelf)"] * 2


@pytest.mark.parametrize(
    ("text", "sure"), [("put the mug away", 0.9), ("tidy up, perhaps", 0.3), ("a poem", 0.0)]
)
def test_confidence_is_that_of_the_best_reading(text: str, sure: float) -> None:
    assert run(f'goals.confidence("{text}")') == sure


def test_a_text_is_translated_into_the_other_language() -> None:
    assert run('goals.translate("put the mug away")') == "杯子在架子。"
    assert run('goals.translate("把杯子放到架子上")') == "The mug is at the shelf."
    assert run('goals.translate("put the mug away", "en")') == "The mug is at the shelf."


@pytest.mark.parametrize("function", ["compile", "translate", "say"])
def test_what_is_not_understood_is_an_error_with_the_readings(function: str) -> None:
    with pytest.raises(RunError) as caught:
        run(f'goals.{function}("tidy up, perhaps")')
    assert caught.value.value.kind.name == "Ambiguous"
    readings = caught.value.value.fields["readings"]
    assert [one["pddl"] for one in readings] == ["(at mug shelf)", "(at jug shelf)"]
    with pytest.raises(RunError) as caught:
        run(f'goals.{function}("a poem")')
    assert caught.value.value.kind.name == "NotAGoal"


@pytest.mark.parametrize(
    ("a", "b", "relation"),
    [
        ('"put the mug away"', '"把杯子放到架子上"', "same"),
        ('"everything on the shelf"', '"put the mug away"', "stronger"),
        ('"put the mug away"', "goal at(mug, shelf) and at(jug, shelf)", "weaker"),
        ('"put the mug away"', "goal at(mug, sink)", "contradictory"),
        ('"put the mug away"', "goal at(jug, sink)", "independent"),
    ],
)
def test_texts_and_goals_are_compared_by_what_they_mean(a: str, b: str, relation: str) -> None:
    assert run(f"goals.compare({a}, {b})") == relation
    assert run(f"goals.same_meaning({a}, {b})") is (relation == "same")


def test_frozen_goals_are_read_from_the_lock_alone() -> None:
    settled = "1\ntest"
    session = Session(stdout=io.StringIO(), frozen=True)
    names = session.run_text(WORLD)
    session.settle("put the mug away", "(at jug shelf)")
    found = names["goals"].members["alternatives"]("put the mug away")
    assert [(one["words"], one["confidence"]) for one in found] == [
        ("The jug is at the shelf.", 1.0)
    ]
    with pytest.raises(RunError) as caught:
        names["goals"].members["alternatives"](settled)
    assert "not locked" in str(caught.value)
    assert not session.model_loaded


def test_what_a_person_chose_stands_before_what_the_model_finds() -> None:
    session = Session(stdout=io.StringIO())
    session.compiler._model = Reader()  # type: ignore[assignment]
    names = session.run_text(WORLD)
    session.settle("put the mug away", "(at jug shelf)")
    found = names["goals"].members["alternatives"]("put the mug away")
    assert [one["words"] for one in found] == [
        "The jug is at the shelf.", "The mug is at the shelf.", "The mug is at the sink.",
    ]  # fmt: skip


def test_a_replay_asks_the_journal_and_not_the_model(tmp_path: Path) -> None:
    line = 'goals.confidence("put the mug away")\nlet other = goals.translate("put the mug away")'
    journal = Journal(str(tmp_path / "run.journal"), "record")
    assert told(line, journal=journal)[1].asked == ["put the mug away"] * 2
    journal.close()
    again = Journal(str(tmp_path / "run.journal"), "replay")
    value, reader = told(line, journal=again)
    again.close()
    assert (value, reader.asked) == (0.9, [])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("compile(3)", "compile() takes text, not a number"),
        ('say("(at mug sink)", "fr")', 'the languages of say() are "en" and "zh"'),
        ("same_meaning(3, 4)", "a goal is wanted here, not a number"),
        ('compile("(at mug sink)", 3)', "compile() takes a world, not a number"),
        ('compile("(at mug moon)")', "no object `moon`"),
        ('alternatives("x", k=0)', "alternatives() takes a number of at least 1, not 0"),
    ],
)
def test_bad_input_is_said_in_words(call: str, message: str) -> None:
    with pytest.raises(PlanscriptError) as caught:
        run(f"goals.{call}")
    assert caught.value.diagnostics[0].title == message
