"""Goal corpora: what is read, what is kept unseen, and which faults the checker reports."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from planscript.lang.diagnostics import SourceError
from planscript.runtime.goals.training import check
from planscript.runtime.goals.training.corpus import (
    OWN,
    read_own_worlds,
    read_world,
    read_worlds,
    unseen_names,
)
from planscript.runtime.goals.training.external import read_external
from planscript.runtime.pddl.model import And, Atom, Not

DOMAIN = """(define (domain shop) (:requirements :strips :typing :negative-preconditions)
 (:types thing place - object cup - thing)
 (:predicates (isOn ?t - thing ?p - place) (clean ?t - thing))
 (:action put :parameters (?t - thing ?a ?b - place) :precondition (isOn ?t ?a)
  :effect (and (isOn ?t ?b) (not (isOn ?t ?a))))
 (:action wash :parameters (?t - thing) :effect (clean ?t)))
"""
PROBLEM = """(define (problem shop-1) (:domain shop)
 (:objects cup1 cup2 - cup shelf table - place)
 (:init (isOn cup1 shelf) (clean cup2)) (:goal (clean cup1)))
"""
GLOSSES = (
    "isOn\t{0} is on {1}\t{0}在{1}上\nclean\t{0} is clean\t{0}是干净的\n"
    "put\tput {0} from {1} on {2}\t把{0}从{1}放到{2}上\nwash\twash {0}\t洗{0}\n"
)
GOALS = (
    "en\twash cup1\t(clean cup1)\n"
    "en\tcup2 on the table, dirty\t(and (isOn cup2 table) (not (clean cup2)))\n"
    "zh\t洗杯子\t(clean cup2)\nen\thello\tnull\n"
)


def write(folder: Path, **changed: str) -> Path:
    files = {"domain.pddl": DOMAIN, "problem.pddl": PROBLEM, "glosses.tsv": GLOSSES}
    files["goals.tsv"] = GOALS
    folder.mkdir(parents=True)
    for name, text in files.items():
        key = name.split(".")[0]
        (folder / name).write_text(changed.get(key, text), encoding="utf-8")
    return folder


def test_a_folder_becomes_a_world_with_glosses_by_parameter_name(tmp_path: Path) -> None:
    world = read_world(write(tmp_path / "shop"))
    assert world.domain.predicates["ison"].gloss["en"] == "{t} is on {p}"
    assert world.domain.actions["put"].gloss["zh"] == "把{t}从{a}放到{b}上"
    assert world.spelling["ison"] == "isOn"
    assert [row.lang for row in world.rows] == ["en", "en", "zh", "en"]
    expected = And((Atom("ison", ("cup2", "table")), Not(Atom("clean", ("cup2",)))))
    assert world.rows[1].goal == expected
    assert world.rows[3].goal is None
    assert Atom("ison", ("cup1", "shelf")) in (world.init or ())


@pytest.mark.parametrize(
    ("goals", "word"),
    [
        ("en\twash it\t(cleen cup1)\n", "cleen"),
        ("en\twash it\t(clean cup9)\n", "cup9"),
        ("fr\tlaver\t(clean cup1)\n", "fr"),
        ("en\twash it (clean cup1)\n", "column"),
    ],
)
def test_a_wrong_row_is_an_error_with_its_line(tmp_path: Path, goals: str, word: str) -> None:
    folder = write(tmp_path / "shop", goals="en\twash cup1\t(clean cup1)\n" + goals)
    with pytest.raises(SourceError) as caught:
        read_world(folder)
    diagnostic = caught.value.diagnostics[0]
    assert word in diagnostic.title + diagnostic.label + diagnostic.hint
    assert "goals.tsv" in diagnostic.span.source  # type: ignore[union-attr]


def test_fifteen_domains_are_kept_unseen_by_the_hash_of_their_name(tmp_path: Path) -> None:
    names = [f"shop-{number}" for number in range(17)]
    for name in names:
        write(tmp_path / name)
    digest = {name: hashlib.sha256(name.encode()).hexdigest() for name in names}
    unseen = unseen_names(tmp_path)
    assert len(unseen) == 15
    rest = set(names) - unseen
    assert max(digest[n] for n in unseen) < min(digest[n] for n in rest)
    assert {world.name for world in read_worlds(tmp_path)} == rest
    assert {world.name for world in read_worlds(tmp_path, unseen=True)} == unseen


def test_the_project_s_own_corpus_has_no_faults() -> None:
    errors = []
    for folder in sorted(path.parent for path in OWN.glob("*/goals.tsv")):
        findings, _ = check.check_folder(folder)
        errors += [f"{folder.name}: {error}" for error in findings.errors]
    assert errors == []
    assert read_own_worlds()


@pytest.mark.parametrize(
    ("changed", "complaint"),
    [
        ({"goals": GOALS + "en\tWash cup1!\t(clean cup1)\n"}, "same text as line 1"),
        ({"goals": GOALS + "zh\twash cup2\t(clean cup2)\n"}, "no Chinese"),
        (
            {"goals": GOALS + "en\twash all\t(forall (?c - cup) (clean cup1))\n"},
            "?c is not used",
        ),
        (
            {"goals": GOALS + "en\twash twice\t(and (clean cup1) (clean cup1))\n"},
            "said twice",
        ),
        ({"glosses": GLOSSES.replace("wash\twash {0}\t洗{0}\n", "")}, "`wash` has no gloss"),
        ({"glosses": GLOSSES.replace("is on {1}", "is on it")}, "lacks {p}"),
        ({"problem": PROBLEM.replace("cup2 - cup", "cup2 cup - cup")}, "named like types: cup"),
    ],
)
def test_the_checker_names_the_fault(
    tmp_path: Path, changed: dict[str, str], complaint: str
) -> None:
    lines: list[str] = []
    write(tmp_path / "shop", **changed)
    assert check.main([str(tmp_path)], lines.append) == 1
    assert any("error" in line and complaint in line for line in lines)


def test_the_checker_says_which_goal_has_no_plan(tmp_path: Path) -> None:
    write(tmp_path / "shop")
    lines: list[str] = []
    assert check.main([str(tmp_path), "--plan"], lines.append) == 0
    assert [line for line in lines if "no plan" in line] == [
        "  warning: goals.tsv:2: no plan (proved unsolvable)"
    ]


def test_sets_kept_for_measuring_cannot_be_read_for_training(tmp_path: Path) -> None:
    for name in ("libero", "partnr", "alfred_dev", "llmp"):
        with pytest.raises(ValueError, match="kept for measuring"):
            read_external(tmp_path, (name,))
    assert read_external(tmp_path) == []
