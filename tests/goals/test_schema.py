"""What the model sees of a domain: items, relations, words of names, and likeness by spelling."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from random_schemas import World, worlds

from planscript.runtime.goals.linking import (
    F_BEST,
    F_EXACT,
    F_INITIALS,
    F_ONLY,
    F_SHARE,
    F_STEM,
    F_TYPO,
    F_WHOLE,
    NameIndex,
)
from planscript.runtime.goals.schema import ACTION, PREDICATE, RELATIONS, THING, TYPE, Schema
from planscript.runtime.goals.tokens import split_name
from planscript.runtime.pddl.reader import read_domain

CAFE = """(define (domain cafe) (:types cup place - object mug - cup)
  (:predicates (on ?c - cup ?p - place) (dirty ?c - cup) (shady ?p - place))
  (:action put :parameters (?c - cup ?p - place) :effect (on ?c ?p))
  (:action rinse :parameters (?c - cup) :precondition (dirty ?c) :effect (not (dirty ?c))))"""


def relation(schema: Schema, one: tuple[int, str], other: tuple[int, str]) -> str:
    index = {(item.kind, item.name): i for i, item in enumerate(schema.items)}
    return RELATIONS[schema.relations[index[one], index[other]]]


@pytest.fixture
def cafe() -> Schema:
    domain = read_domain(CAFE)
    from planscript.runtime.pddl.model import Atom, Parameter

    objects = {"m1": Parameter("m1", ("mug",)), "bar": Parameter("bar", ("place",))}
    return Schema(domain, objects, [Atom("dirty", ("m1",))])


def test_actions_say_what_they_make_true_and_false(cafe: Schema) -> None:
    assert relation(cafe, (ACTION, "put"), (PREDICATE, "on")) == "adds"
    assert relation(cafe, (ACTION, "rinse"), (PREDICATE, "dirty")) == "deletes"


def test_types_predicates_and_things_are_related(cafe: Schema) -> None:
    assert relation(cafe, (TYPE, "mug"), (TYPE, "cup")) == "type below"
    assert relation(cafe, (THING, "m1"), (TYPE, "mug")) == "thing of"
    assert relation(cafe, (THING, "m1"), (TYPE, "cup")) == "thing below"
    assert relation(cafe, (PREDICATE, "on"), (TYPE, "place")) == "predicate takes type 1"
    assert relation(cafe, (PREDICATE, "dirty"), (THING, "m1")) == "true of"
    assert relation(cafe, (PREDICATE, "shady"), (PREDICATE, "shady")) == "static"


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(worlds())
def test_items_stand_in_the_order_of_the_grammars_symbols(world: World) -> None:
    domain, objects = world
    schema = Schema(domain, objects)
    names = [item.name for item in schema.items if item.kind != ACTION]
    first = schema.grammar.size - len(names)
    assert [schema.grammar.name(first + i) for i in range(len(names))] == names
    assert schema.relations.shape == (len(schema), len(schema))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("tile_4-1", ("tile", "4", "1")),
        ("isLit", ("is", "lit")),
        ("glass-jar2", ("glass", "jar", "2")),
        ("HTTPServer", ("http", "server")),
        ("Café", ("cafe",)),
    ],
)
def test_names_are_cut_into_words(name: str, words: tuple[str, ...]) -> None:
    assert split_name(name) == words


def features(text: str, *names: str) -> np.ndarray:
    return NameIndex([split_name(n) for n in names], [0] * len(names)).features(text.split())


@pytest.mark.parametrize(
    "text", ["court room 1", "courtroom one", "courtroom 1", "first courtroom"]
)
def test_ways_to_write_a_numbered_name_spell_the_whole_name(text: str) -> None:
    found = features(text, "courtroom1", "courtroom2")
    assert found[:, 0, F_WHOLE].any() and not found[:, 1, F_WHOLE].any()


def test_each_kind_of_likeness_is_told_apart() -> None:
    assert features("washed", "washed")[0, 0, F_EXACT]
    assert features("washing", "washed")[0, 0, F_STEM]
    assert features("ambluance", "ambulance")[0, 0, F_TYPO]
    assert features("tv", "top-vault")[0, 0, F_INITIALS]
    assert not features("zebra", "washed").any()


def test_the_better_covered_of_two_names_wins() -> None:
    found = features("the red mug", "red-mug", "red-plate")
    assert found[1, 0, F_SHARE] > found[1, 1, F_SHARE]
    assert found[1, 0, F_BEST] and not found[1, 1, F_BEST]
    assert found[1, 0, F_ONLY]


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=12), st.text(max_size=12))
def test_features_of_any_text_are_finite(name: str, text: str) -> None:
    found = NameIndex([split_name(name)], [0]).features(text.split())
    assert np.isfinite(found).all() and found.min(initial=0) >= 0
