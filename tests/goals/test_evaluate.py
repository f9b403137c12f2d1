"""Evaluation: which phenomena a row shows, and what risk at which coverage."""

from __future__ import annotations

import json
import math
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_model import ROOM

from planscript.runtime.goals.training.chart import line_chart
from planscript.runtime.goals.training.evaluate import Outcome, risk_coverage
from planscript.runtime.goals.training.phenomena import phenomena
from planscript.runtime.pddl.model import Parameter
from planscript.runtime.pddl.reader import read_domain, read_formula
from planscript.runtime.shell.cli import main

OBJECTS = {
    "desk-lamp": Parameter("desk-lamp", ("lamp",)),
    "lamp2": Parameter("lamp2", ("lamp",)),
    "hall": Parameter("hall", ("place",)),
}


@pytest.mark.parametrize(
    ("text", "goal", "shown"),
    [
        ("the desk lamp on", "(lit desk-lamp)", ["1 atom"]),
        ("the other one on", "(lit desk-lamp)", ["1 atom", "not by name"]),
        ("灯要亮着", "(lit desk-lamp)", ["1 atom", "other script"]),
        ("no lamp on", "(not (exists (?l - lamp) (lit ?l)))", ["1 atom", "negation", "exists"]),
        ("lamp 2 or the desk", "(or (lit lamp2) (lit desk-lamp))", ["2 atoms", "disjunction"]),
        (
            "two lamps on",
            "(exists (?a - lamp ?b - lamp) (and (not (= ?a ?b)) (lit ?a) (lit ?b)))",
            ["2 atoms", "exists", "counting"],
        ),
        (
            "those in the hall on",
            "(forall (?l - lamp) (imply (in ?l hall) (lit ?l)))",
            ["2 atoms", "implication", "for all", "by property"],
        ),
        (
            "desk lamp and lamp 2 on and in the hall",
            "(and (lit desk-lamp) (lit lamp2) (in desk-lamp hall) (in lamp2 hall))",
            ["4 atoms and more"],
        ),
    ],
)
def test_phenomena_are_read_off_goal_and_text(text: str, goal: str, shown: list[str]) -> None:
    formula = read_formula(goal, read_domain(ROOM), OBJECTS)
    assert phenomena(formula, text, OBJECTS) == shown


OUTCOMES = st.builds(
    Outcome,
    source=st.just("x"),
    refusable=st.booleans(),
    refused=st.booleans(),
    right=st.booleans(),
    listed=st.booleans(),
    confidence=st.floats(0, 1),
)


@given(st.lists(OUTCOMES, max_size=20))
def test_risk_is_of_the_surest_rows(results: list[Outcome]) -> None:
    curve = risk_coverage(results)
    accepted = [r for r in results if not r.refused]
    assert len(curve) == len(accepted)
    assert [c for *_, c in curve] == sorted((r.confidence for r in accepted), reverse=True)
    if accepted:
        coverage, risk, _ = curve[-1]
        assert math.isclose(coverage, len(accepted) / len(results))
        assert math.isclose(risk, sum(not r.right for r in accepted) / len(accepted))


NUMBERS = st.floats(-1e6, 1e6) | st.just(math.nan)


@given(
    st.dictionaries(st.text("a<&>", max_size=4), st.lists(st.tuples(NUMBERS, NUMBERS), max_size=5))
)
def test_a_chart_is_well_formed_and_inside_its_frame(
    series: dict[str, list[tuple[float, float]]],
) -> None:
    root = ElementTree.fromstring(line_chart("a < b", "x", series))
    lines = root.findall("{http://www.w3.org/2000/svg}polyline")
    assert len(lines) == len(series)
    for line in lines:
        for pair in str(line.get("points")).split():
            x, y = map(float, pair.split(","))
            assert 0 <= x <= 640 and 0 <= y <= 360


def test_eval_tells_phenomena_and_draws(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "domains").mkdir()
    (tmp_path / "domains" / "room.pddl").write_text(ROOM)
    row = {"id": "1", "domain": "room", "objects": {"A": "lamp"}, "text": "A on", "goal": "(lit a)"}
    other = {**row, "id": "2", "text": "hello", "goal": None}
    rows = tmp_path / "rows.jsonl"
    rows.write_text("".join(json.dumps(r) + "\n" for r in (row, other)))
    drawn = tmp_path / "risk.svg"
    assert main(["goals", "eval", str(rows), "--svg", str(drawn)]) == 0
    shown = capsys.readouterr().out
    assert "1 atom" in shown and "ALL" in shown
    assert ElementTree.parse(drawn).getroot().tag.endswith("svg")
    assert main(["goals", "eval", str(rows), "--svg", str(tmp_path / "no" / "x.svg")]) != 0
