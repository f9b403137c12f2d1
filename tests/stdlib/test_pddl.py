"""`pddl`: problems and plans as text and back, and in files where that is granted."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest

from planscript.lang.diagnostics import PlanscriptError
from planscript.runtime.grants import Grants
from planscript.runtime.session import Session

START = "import pddl\nimport planning\n"


def run(script: str, **options: Any) -> dict[str, Any]:
    return Session(stdout=io.StringIO(), **options).run_text(START + script)


def test_what_is_written_reads_as_the_same_world() -> None:
    names = run(
        "let w = planning.sample()\nlet d, p = pddl.write(w)\nlet again = pddl.read(d, p)\n"
        "let d2, p2 = pddl.write(again)\n"
    )
    assert (names["d"], names["p"]) == (names["d2"], names["p2"])
    assert names["again"].world.state == names["w"].world.state
    assert run("let w = planning.sample()\nlet a = planning.solve(w).cost\n"
               "let b = planning.solve(pddl.read(*pddl.write(w))).cost\n")["b"] == 9  # fmt: skip


def test_the_world_of_a_script_becomes_pddl_as_it_stands() -> None:
    names = run(
        "domain d:\n    predicate wet()\n    action dry():\n        precondition: wet()\n"
        "        effect: not wet()\nworld w of d:\n    init: wet()\n    goal: not wet()\n"
        "let before = pddl.write(world)\nachieve not wet()\nlet after = pddl.write(world)\n"
    )
    assert "(:init (wet))" in " ".join(names["before"][1].split())
    assert "(wet)\n" not in names["after"][1].split("(:goal")[0]


def test_a_plan_reads_as_its_steps() -> None:
    names = run(
        "let w = planning.sample()\nlet found = planning.solve(w)\n"
        "let steps = pddl.read_plan(w, pddl.write_plan(found))\n"
        "let verdict = planning.validate(w, steps)\n"
    )
    assert names["steps"] == names["found"][:]
    assert names["verdict"]["valid"]


def test_files_are_written_and_read_where_granted(tmp_path: Path) -> None:
    grants = Grants(read=(tmp_path,), write=(tmp_path,))
    d, p = tmp_path / "d.pddl", tmp_path / "p.pddl"
    names = run(
        f'pddl.save("{d}", "{p}", planning.sample())\nlet w = pddl.load("{d}", "{p}")\n',
        grants=grants,
    )
    assert names["w"].world.state == run("let w = planning.sample()\n")["w"].world.state
    with pytest.raises(PlanscriptError, match="may not write"):
        run(f'pddl.save("{d}", "{p}", planning.sample())\n', grants=Grants(read=(tmp_path,)))
    with pytest.raises(PlanscriptError, match="may not read"):
        run(f'pddl.load("{d}", "{p}")\n')


@pytest.mark.parametrize(
    ("call", "words"),
    [
        ('read("(define", "")', "parenthesis is not closed"),
        ('read(1, "")', "takes text"),
        ("write(3)", "takes a world"),
        ('read_plan(planning.sample(), "(fly book)")', "no action `fly`"),
        ('read_plan(planning.sample(), "(load book)")', "takes 2 objects"),
        ('read_plan(planning.sample(), "(load book moon)")', "no object `moon`"),
        ('read_plan(planning.sample(), "load")', "expected `(`"),
        ("write_plan([1])", "a plan has steps"),
    ],
)
def test_bad_input_is_told_in_words(call: str, words: str) -> None:
    with pytest.raises(PlanscriptError) as caught:
        run(f"pddl.{call}\n")
    assert words in str(caught.value)
