"""Texts that are refused: which kind of doubt, which names were meant, and how a lock records it."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest

from planscript.runtime.goals.compiler import GoalCompiler, GoalDoubt, Scope
from planscript.runtime.goals.doubts import near_names, unknown_objects
from planscript.runtime.goals.lock import Lock, parse_lock
from planscript.runtime.goals.predict import Prediction
from planscript.runtime.pddl.model import Formula, Parameter
from planscript.runtime.pddl.reader import read_domain, read_formula
from planscript.runtime.pddl.writer import write_formula
from planscript.runtime.shell.cli import main

DEPOT = """(define (domain depot) (:types parcel truck place fruit)
  (:predicates (at ?p - parcel ?x - place) (ripe ?f - fruit)))"""
KINDS = {
    **dict.fromkeys(("parcel1", "parcel2", "parcel3"), "parcel"),
    **dict.fromkeys(("t1", "t2"), "truck"),
    **dict.fromkeys(("loc1-1", "loc1-2", "gate_4", "箱子1"), "place"),
    **dict.fromkeys(("banana", "red-apple"), "fruit"),
}
SCOPE = Scope(
    read_domain(DEPOT), {n: Parameter(n, (kind,)) for n, kind in KINDS.items()}, frozenset()
)


@pytest.mark.parametrize(
    ("text", "unknown", "near"),
    [
        ("parcel 9 is at gate 4", "parcel 9", ["parcel3", "parcel2", "parcel1"]),
        ("Parcel_0 to gate_4", "Parcel_0", ["parcel1", "parcel2", "parcel3"]),
        ("load t7", "t7", ["t2", "t1"]),
        ("truck number 3 goes home", "truck number 3", ["t2", "t1"]),
        ("把箱子5打开", "箱子5", ["箱子1"]),
    ],
)
def test_a_number_that_no_such_thing_has_names_no_object(
    text: str, unknown: str, near: list[str]
) -> None:
    assert unknown_objects(text, (), SCOPE) == [unknown]
    assert near_names(unknown, SCOPE) == near


@pytest.mark.parametrize(
    "text",
    [
        "parcel 2 and parcel3 at gate 4",
        "move 9 parcels by truck 2",
        "move by truck 3 parcels",
        "parcels at loc 1-2",
        "go to loc1_1",
        "at 7 o'clock",
        "the parcel 20% later",
    ],
)
def test_numbers_that_count_or_are_there_are_no_unknown_objects(text: str) -> None:
    assert unknown_objects(text, (), SCOPE) == []


def test_a_word_that_is_almost_a_name_is_an_unknown_object_where_a_thing_is_named() -> None:
    assert unknown_objects("ripen the bananna", ["bananna"], SCOPE) == ["bananna"]
    assert near_names("bananna", SCOPE) == ["banana"]
    assert near_names("aple", SCOPE) == ["red-apple"]
    assert unknown_objects("ripen the bananna", [], SCOPE) == []  # it was understood
    assert unknown_objects("ripen the zebra", ["zebra"], SCOPE) == []
    assert unknown_objects("the parcels", ["parcels"], SCOPE) == []  # a type's name
    assert unknown_objects("please banaan it", ["banaan"], SCOPE) == []  # stands as a verb


class Oracle:
    """Stands for the model: understands every text in the same way."""

    threshold = 0.5
    identity = "oracle"

    def __init__(self, pddl: str | None, confidence: float, unlinked: tuple[str, ...] = ()) -> None:
        goal = None if pddl is None else read_formula(pddl, SCOPE.domain, SCOPE.objects)
        likely = read_formula("(ripe banana)", SCOPE.domain, SCOPE.objects)
        self.answer = Prediction(
            goal, confidence, [(goal or likely, confidence)], goal is None, unlinked
        )

    def prepare(self, *_: object) -> None:
        """Needs no preparing."""

    def predict(self, text: str, prepared: object, **_: object) -> Prediction:
        """Always the same."""
        return self.answer


def doubt(text: str, oracle: Oracle, lock: Lock | None = None) -> GoalDoubt:
    compiler = GoalCompiler(lock)
    compiler._model = oracle  # type: ignore[assignment]
    with pytest.raises(GoalDoubt) as caught:
        compiler.compile([text], SCOPE, say)
    return caught.value


def say(goal: Formula) -> str:
    return f"in words: {write_formula(goal)}"


CASES = [
    ("nice weather", Oracle(None, 0.0), "NotAGoal"),
    ("paint it", Oracle(None, 0.0, ("paint",)), "Inexpressible"),
    ("the banana", Oracle("(ripe banana)", 0.3), "Ambiguous"),
    ("parcel 9 to gate 4", Oracle("(at parcel1 gate_4)", 0.99), "UnknownObject"),
    ("ripen the bananna", Oracle("(ripe red-apple)", 0.99, ("bananna",)), "UnknownObject"),
    ("ripen the bananna", Oracle(None, 0.0, ("bananna",)), "UnknownObject"),
]


@pytest.mark.parametrize(("text", "oracle", "kind"), CASES)
def test_each_kind_of_doubt_and_its_record(text: str, oracle: Oracle, kind: str) -> None:
    found = doubt(text, oracle)
    assert found.kind == kind and not found.locked
    assert found.entry is not None
    recorded = parse_lock(Lock([found.entry]).write(), "x.lock")
    again = doubt(text, Oracle("(ripe banana)", 1.0), recorded)  # the lock is asked first
    assert again.locked and again.kind == kind
    assert again.diagnostics == found.diagnostics or kind in ("NotAGoal", "Ambiguous")
    assert again.diagnostics[0].title == found.diagnostics[0].title


def test_readings_are_told_in_words() -> None:
    hint = doubt("the banana", Oracle("(ripe banana)", 0.3)).diagnostics[0].hint
    assert "in words: (ripe banana)" in hint


def test_a_misspelt_name_that_was_understood_is_no_doubt() -> None:
    compiler = GoalCompiler()
    compiler._model = Oracle("(ripe banana)", 0.9, ("bananna",))  # type: ignore[assignment]
    done = compiler.compile(["ripen the bananna"], SCOPE, say)
    assert write_formula(done.goal) == "(ripe banana)"
    assert math.isclose(done.confidence, 0.9)


SCRIPT = """domain room:
    types: lamp
    predicate lit(l: lamp): "{l} is on"
    action light(l: lamp): "switch {l} on"
        effect: lit(l)
world w of room:
    objects: lamp1, lamp2: lamp
try:
    achieve "lamp 7 is on"
catch UnknownObject as doubt:
    print("no such lamp")
"""


def test_a_refusal_is_locked_when_it_is_said_to_be_meant(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script = tmp_path / "lamps.plan"
    script.write_text(SCRIPT)
    assert main(["compile", str(script)]) == 1
    assert "E0807" in capsys.readouterr().err
    assert main(["compile", "--check", str(script)]) == 1
    assert main(["compile", "--refusals", str(script)]) == 0
    assert main(["compile", "--check", str(script)]) == 0
    assert main(["compile", str(script)]) == 0  # what is recorded stays so
    assert main(["compile", "--renew", str(script)]) == 0
    assert main(["goals", "show", str(script)]) == 0
    capsys.readouterr()
    assert main(["run", "--frozen", str(script)]) == 0
    assert "no such lamp" in capsys.readouterr().out


def test_a_damaged_record_of_a_refusal_is_another_kind_of_error() -> None:
    found = doubt("nice weather", Oracle(None, 0.0))
    assert found.entry is not None
    strange = replace(found.entry, perhaps=((0.5, "(no-such-thing)"),))
    lock = Lock([strange])
    compiler = GoalCompiler(lock)
    with pytest.raises(Exception, match="no-such-thing"):
        compiler.compile(["nice weather"], SCOPE, say)
