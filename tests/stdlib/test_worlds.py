"""`worlds`: snapshots that stay, what changed, random worlds that could be, worlds in files."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planscript.lang.diagnostics import PlanscriptError
from planscript.runtime.grants import Grants
from planscript.runtime.session import Session

LIGHTS = """
import worlds
domain lights:
    types:
        lamp
    predicate lit(l: lamp)
    action press(l: lamp):
        precondition: not lit(l)
        effect: lit(l)
world room of lights:
    objects:
        a, b: lamp
    init: lit(a)
    goal: lit(b)
"""


def run(script: str, **options: Any) -> dict[str, Any]:
    return Session(stdout=io.StringIO(), **options).run_text(script)


def library(name: str) -> dict[str, Any]:
    return run(f"import {name} as it\n")["it"].members  # type: ignore[no-any-return]


def test_a_snapshot_stays_and_brings_the_world_back() -> None:
    names = run(
        LIGHTS
        + "let before = worlds.snapshot()\nachieve lit(b)\n"
        + "let changed = worlds.diff(before, world)\nworlds.restore(before)\n"
        + "let dark = not lit(b)\nlet same = worlds.diff(before, world)\n"
        + "achieve lit(b)\nlet again = lit(b)\n"
    )
    assert names["changed"] == {"added": ["lit(b)"], "removed": []}
    assert names["dark"] and names["again"]
    assert names["same"] == {"added": [], "removed": []}


@given(st.integers(0, 10**6), st.integers(0, 30), st.integers(0, 3), st.integers(0, 3))
def test_a_random_world_is_the_same_for_its_seed_and_could_be(
    seed: int, steps: int, parcels: int, places: int
) -> None:
    of = library("worlds")
    sample = library("planning")["sample"]()
    more = {"parcel": parcels, "place": places}
    made = of["random"](sample, steps, more, seed).world
    assert made.state == of["random"](sample, steps, more, seed).world.state
    assert len(made.objects) == 5 + parcels + places
    vans = [fact for fact in made.state if fact.name == "van-at"]
    assert len(vans) == 1, "there is one van"
    spots = [fact.args[0] for fact in made.state if fact.name in ("at", "loaded")]
    assert sorted(spots) == sorted(made.objects_of("parcel")), "a parcel is in one place"


def test_a_world_is_written_and_read_where_granted(tmp_path: Path) -> None:
    path = tmp_path / "w.pddl"
    grants = Grants(read=(tmp_path,), write=(tmp_path,))
    names = run(
        f'import planning\nimport worlds\nlet w = worlds.random(planning.sample(), 7, {{"parcel": 2}}, 3)\n'
        f'worlds.save("{path}", w)\nlet again = worlds.load("{path}", w)\n'
        "let same = worlds.diff(w, again)\nlet goals = [again.goal.pddl, w.goal.pddl]\n",
        grants=grants,
    )
    assert names["same"] == {"added": [], "removed": []}
    assert names["goals"][0] == names["goals"][1]
    with pytest.raises(PlanscriptError, match="may not read"):
        run(f'{LIGHTS}worlds.load("{path}")\n')
    with pytest.raises(PlanscriptError, match="may not write"):
        run(f'{LIGHTS}worlds.save("{path}")\n')


@pytest.mark.parametrize(
    ("call", "words"),
    [
        ("snapshot(3)", "takes a world"),
        ("restore(planning.sample())", "two worlds of one domain"),
        ("diff(world, planning.sample())", "two worlds of one domain"),
        ("random(world, -1)", "at least 0"),
        ('random(world, 1, {"boat": 1})', "no type `boat`"),
        ('random(world, 1, {"lamp": 100000})', "at most 10,000"),
        ("random(world, 1, [])", "takes a map"),
    ],
)
def test_bad_input_is_told_in_words(call: str, words: str) -> None:
    with pytest.raises(PlanscriptError) as caught:
        run(f"{LIGHTS}import planning\nworlds.{call}\n")
    assert words in str(caught.value)
