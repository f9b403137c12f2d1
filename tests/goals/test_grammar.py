"""Whatever the scores, the grammar yields goals that are well formed and typed, and finishes."""

from __future__ import annotations

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from random_schemas import World, complaints, worlds

from planscript.runtime.goals.grammar import ALSO, COUNTS, Grammar
from planscript.runtime.goals.notation import to_formula, to_symbols
from planscript.runtime.pddl.model import Domain, Parameter
from planscript.runtime.pddl.reader import read_domain, read_formula
from planscript.runtime.pddl.writer import write_formula

SHELF = """(define (domain shelf) (:types mug plate - dish shelf - place dish place - object)
  (:predicates (on ?d - dish ?p - place) (clean ?d - dish) (lit))
  (:action put :parameters (?d - dish ?p - place) :effect (on ?d ?p)))"""


def walk(grammar: Grammar, rng: random.Random) -> list[int]:
    """A sequence chosen blindly among what is allowed."""
    state, symbols = grammar.start(), []
    while not state.finished:
        allowed = grammar.allowed(state)
        assert allowed, [grammar.name(s) for s in symbols]
        assert len(allowed) == len(set(allowed))
        symbols.append(rng.choice(allowed))
        state = grammar.advance(state, symbols[-1])
    return symbols


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(worlds(), st.integers(0, 2**32), st.integers(40, 96))
def test_every_random_walk_ends_in_a_typed_goal(world: World, seed: int, limit: int) -> None:
    domain, objects = world
    grammar = Grammar(domain, objects, limit=limit)
    if not grammar.possible:
        return
    symbols = walk(grammar, random.Random(seed))
    assert len(symbols) <= grammar.limit
    goal = to_formula(grammar, symbols)
    assert complaints(goal, domain, objects) == []
    assert read_formula(write_formula(goal), domain, objects, "goal") is not None


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(worlds(), st.integers(0, 2**32))
def test_a_goal_read_back_says_the_same(world: World, seed: int) -> None:
    domain, objects = world
    grammar = Grammar(domain, objects)
    if not grammar.possible:
        return
    goal = to_formula(grammar, walk(grammar, random.Random(seed)))
    again = to_symbols(grammar, goal)
    if again is not None:
        assert grammar.accepts(again)
        twice = to_symbols(grammar, to_formula(grammar, again))
        assert twice == again


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(worlds(), st.integers(0, 2**32), st.data())
def test_predicates_that_are_not_allowed_never_appear(
    world: World, seed: int, data: st.DataObject
) -> None:
    domain, objects = world
    chosen = data.draw(st.sets(st.sampled_from(sorted(domain.predicates) or ["none"])))
    grammar = Grammar(domain, objects, chosen)
    if grammar.possible:
        goal = write_formula(to_formula(grammar, walk(grammar, random.Random(seed))))
        assert not any(f"({name}" in goal for name in set(domain.predicates) - chosen)


@pytest.fixture
def shelf() -> Grammar:
    domain = read_domain(SHELF)
    objects = {n: Parameter(n, (t,)) for n, t in [("a", "mug"), ("b", "mug"), ("s", "shelf")]}
    return Grammar(domain, objects)


def test_a_list_with_one_destination_is_said_short(shelf: Grammar) -> None:
    goal = read_formula("(and (on a s) (on b s))", shelf.domain, _objects(shelf), "goal")
    symbols = to_symbols(shelf, goal)
    assert symbols is not None and ALSO in symbols and len(symbols) == 6
    assert to_formula(shelf, symbols) == goal


def test_two_different_things_are_counted(shelf: Grammar) -> None:
    goal = read_formula(
        "(exists (?x ?y - mug) (and (not (= ?x ?y)) (clean ?x) (clean ?y) (on ?x s) (on ?y s)))",
        shelf.domain,
        _objects(shelf),
        "goal",
    )
    symbols = to_symbols(shelf, goal)
    assert symbols is not None and symbols[0] == COUNTS[2]
    text = write_formula(to_formula(shelf, symbols))
    assert text.count("(clean") == text.count("(on") == 2 and text.count("(=") == 1


def test_denying_both_differs_from_denying_one_of_two(shelf: Grammar) -> None:
    for text in ("(not (and (clean a) (clean b)))", "(and (not (clean a)) (not (clean b)))"):
        goal = read_formula(text, shelf.domain, _objects(shelf), "goal")
        symbols = to_symbols(shelf, goal)
        assert symbols is not None
        assert to_formula(shelf, symbols) == goal


def test_a_domain_in_which_nothing_can_be_said_says_so() -> None:
    assert not Grammar(Domain("empty"), {}).possible


def _objects(grammar: Grammar) -> dict[str, Parameter]:
    return {
        "a": Parameter("a", ("mug",)),
        "b": Parameter("b", ("mug",)),
        "s": Parameter("s", ("shelf",)),
    }
