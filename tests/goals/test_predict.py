"""Predictions: always typed goals, whatever the weights and the text; rows files in and out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from random_schemas import World, complaints, worlds
from small_model import ROOM, small_model

from planscript.lang.diagnostics import SourceError
from planscript.runtime.goals.predict import GoalModel, is_trivial
from planscript.runtime.goals.rows import read_rows
from planscript.runtime.pddl.model import Parameter
from planscript.runtime.pddl.reader import read_domain, read_formula
from planscript.runtime.shell.cli import main


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(worlds(), st.text(max_size=60), st.integers(0, 50))
def test_whatever_the_weights_and_the_text_readings_are_typed(
    world: World, text: str, seed: int
) -> None:
    domain, objects = world
    model = small_model(seed, sharpness=5)
    model.refuse_above = 2.0
    found = model.predict(text, model.prepare(domain, objects), beam=3)
    assert 0 <= found.confidence <= 1
    assert (found.goal is None) == found.refused
    for goal, share in found.alternatives:
        assert complaints(goal, domain, objects) == []
        assert 0 <= share <= 1


@pytest.mark.parametrize(
    ("goal", "trivial"),
    [
        ("(imply (lit lamp) (lit lamp))", True),
        ("(and (lit lamp) (not (lit lamp)))", True),
        ("(forall (?x - thing) (or (not (lit ?x)) (lit ?x)))", True),
        ("(imply (not (lit lamp)) (lit lamp))", True),
        ("(imply (lit lamp) (lit fan))", False),
        ("(forall (?x - thing) (and (lit ?x) (not (lit lamp))))", False),
    ],
)
def test_what_holds_always_or_never_is_no_wish(goal: str, trivial: bool) -> None:
    domain = read_domain(
        "(define (domain d) (:types thing) (:predicates (lit ?x - thing)))", "d.pddl"
    )
    things = {name: Parameter(name, ("thing",)) for name in ("lamp", "fan")}
    assert is_trivial(read_formula(goal, domain, things, "goal")) is trivial


def test_a_world_of_many_objects_is_cut_down_to_those_named() -> None:
    model = small_model()
    model.refuse_above = 2.0
    objects = {f"l{i}": Parameter(f"l{i}", ("lamp",)) for i in range(3000)}
    prepared = model.prepare(read_domain(ROOM), {"l2999": objects["l2999"], **objects})
    found = model.predict("l2345 please", prepared)
    assert found.goal is not None


def test_only_allowed_predicates_are_used() -> None:
    model = small_model(3, sharpness=5)
    model.refuse_above = 2.0
    objects = {"a": Parameter("a", ("lamp",)), "p": Parameter("p", ("place",))}
    prepared = model.prepare(read_domain(ROOM), objects)
    found = model.predict("light the lamp", prepared, allowed_predicates={"in"})
    assert all("lit" not in str(goal) for goal, _ in found.alternatives)


def test_a_text_without_words_is_refused() -> None:
    model = small_model()
    objects = {"a": Parameter("a", ("lamp",))}
    for text in ("", "   \n"):
        assert model.predict(text, model.prepare(read_domain(ROOM), objects)).refused


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    (tmp_path / "domains").mkdir()
    (tmp_path / "domains" / "room.pddl").write_text(ROOM)
    row = {"id": "1", "domain": "room", "text": "lamp A on", "objects": {"A": "lamp"}}
    other = {**row, "id": "2", "text": "把灯打开", "init": ["(lit A)"], "goal": "(lit a)"}
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(r) + "\n" for r in (row, other)))
    return path


def test_predict_writes_one_line_a_row(rows: Path) -> None:
    out = rows.with_name("pred.jsonl")
    domains = str(rows.parent / "domains")
    assert main(["goals", "predict", str(rows), "--domains", domains, "--out", str(out)]) == 0
    lines = [json.loads(line) for line in out.read_text().splitlines()]
    assert [line["id"] for line in lines] == ["1", "2"]
    for line in lines:
        assert set(line) == {"id", "goal", "confidence", "alternatives"}
        assert line["goal"] is None or line["goal"].startswith("(")
        assert 0 <= line["confidence"] <= 1


def test_the_shipped_model_understands_a_plain_wish() -> None:
    model = GoalModel.load()
    objects = {"desk-lamp": Parameter("desk-lamp", ("lamp",))}
    found = model.predict("The desk lamp should be lit.", model.prepare(read_domain(ROOM), objects))
    assert str(found.goal) == "Atom(name='lit', args=('desk-lamp',))"


@pytest.mark.parametrize(
    "line",
    [
        "not json",
        "[]",
        '{"id": 1}',
        '{"id": 1, "domain": "room", "text": "x", "objects": {"a": "ghost"}}',
        '{"id": 1, "domain": "missing", "text": "x", "objects": {}}',
        '{"id": 1, "domain": "room", "text": "x", "objects": [1]}',
    ],
)
def test_a_bad_row_is_an_error_of_the_file(rows: Path, line: str) -> None:
    rows.write_text(line + "\n")
    with pytest.raises(SourceError):
        list(read_rows(rows))
