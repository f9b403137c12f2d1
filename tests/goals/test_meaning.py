"""What two goals are to each other, against a look at every state."""

from __future__ import annotations

from itertools import chain, combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planscript.runtime.goals import meaning
from planscript.runtime.goals.meaning import Relation, TooLarge, relation
from planscript.runtime.pddl.model import (
    And,
    Atom,
    Equals,
    Exists,
    ForAll,
    Formula,
    Imply,
    Not,
    Or,
    Parameter,
    Problem,
)
from planscript.runtime.pddl.reader import read_domain, read_formula, read_problem
from planscript.runtime.planner.semantics import Interpreter
from planscript.runtime.problems import invariants_of

DOMAIN = read_domain("""
(define (domain tables) (:requirements :adl :derived-predicates)
  (:types cup place)
  (:predicates (in ?c - cup ?p - place) (dry ?p - place) (full ?c - cup) (ready ?c - cup))
  (:derived (ready ?c - cup) (and (full ?c) (exists (?p - place) (and (dry ?p) (in ?c ?p)))))
  (:action move :parameters (?c - cup ?a ?b - place)
    :precondition (in ?c ?a) :effect (and (in ?c ?b) (not (in ?c ?a))))
  (:action fill :parameters (?c - cup) :effect (full ?c))
  (:action empty :parameters (?c - cup) :effect (not (full ?c))))
""")
PROBLEM = read_problem(
    """(define (problem p) (:domain tables) (:objects a b - cup k l - place)
  (:init (dry k) (in a k) (in b l)) (:goal (and)))""",
    "p",
    DOMAIN,
)
CUPS, PLACES = ("a", "b"), ("k", "l")
FACTS = [Atom("in", (c, p)) for c in CUPS for p in PLACES] + [Atom("full", (c,)) for c in CUPS]
DRY = Atom("dry", ("k",))
STATES = [
    frozenset(chosen) | {DRY}
    for chosen in chain.from_iterable(combinations(FACTS, n) for n in range(len(FACTS) + 1))
]
ONE_PLACE = [
    state for state in STATES
    if all(sum(Atom("in", (c, p)) in state for p in PLACES) <= 1 for c in CUPS)
]  # fmt: skip

cups = st.sampled_from((*CUPS, "?c"))
places = st.sampled_from((*PLACES, "?p"))
LEAVES: st.SearchStrategy[Formula] = st.one_of(
    st.builds(lambda c, p: Atom("in", (c, p)), cups, places),
    st.builds(lambda c: Atom("full", (c,)), cups),
    st.builds(lambda c: Atom("ready", (c,)), cups),
    st.builds(lambda p: Atom("dry", (p,)), places),
    st.builds(Equals, cups, cups),
)
FORMULAS: st.SearchStrategy[Formula] = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.lists(inner, max_size=3).map(lambda parts: And(tuple(parts))),
        st.lists(inner, max_size=3).map(lambda parts: Or(tuple(parts))),
        st.builds(Imply, inner, inner),
        st.builds(lambda body: ForAll((Parameter("?c", ("cup",)),), body), inner),
        st.builds(lambda body: Exists((Parameter("?p", ("place",)),), body), inner),
    ),
    max_leaves=8,
)


def closed(formula: Formula) -> Formula:
    free = (Parameter("?c", ("cup",)), Parameter("?p", ("place",)))
    return ForAll(free, formula)


def looked_at(one: Formula, other: Formula, states: list[frozenset[Atom]]) -> Relation:
    """The relation by the states in which the goals hold."""
    interpreter = Interpreter(PROBLEM)
    a, b = ({s for s in states if interpreter.holds(f, s)} for f in (one, other))
    if a == b:
        return "same"
    if not a & b:
        return "contradictory"
    return "stronger" if a < b else "weaker" if a > b else "independent"


@given(FORMULAS.map(closed), FORMULAS.map(closed))
def test_the_relation_is_that_of_the_states_in_which_goals_hold(
    one: Formula, other: Formula
) -> None:
    assert relation(one, other, PROBLEM) == looked_at(one, other, STATES)


@given(FORMULAS.map(closed), FORMULAS.map(closed))
def test_what_cannot_hold_at_once_is_known_from_the_actions(one: Formula, other: Formula) -> None:
    found = relation(one, other, PROBLEM, invariants_of(PROBLEM))
    assert found == looked_at(one, other, ONE_PLACE)


def between(one: str, other: str, problem: Problem = PROBLEM, **options: object) -> Relation:
    read = (read_formula(text, problem.domain, problem.objects) for text in (one, other))
    return relation(*read, problem, **options)  # type: ignore[arg-type]


def test_a_fact_that_no_action_changes_is_open_where_nobody_knows_it() -> None:
    assert between("(dry l)", "(full a)") == "contradictory"  # it never is
    unknown = frozenset([Atom("dry", ("l",))])
    assert between("(dry l)", "(full a)", unknown=unknown) == "independent"


def test_what_is_derived_from_itself_stands_for_itself() -> None:
    domain = read_domain("""(define (domain d) (:requirements :adl :derived-predicates)
      (:predicates (on ?a ?b) (above ?a ?b))
      (:derived (above ?a ?b) (or (on ?a ?b) (exists (?c) (and (on ?a ?c) (above ?c ?b)))))
      (:action put :parameters (?a ?b) :effect (on ?a ?b)))""")
    problem = read_problem(
        "(define (problem p) (:domain d) (:objects a b) (:init) (:goal (and)))", "p", domain
    )
    assert between("(above a b)", "(not (not (above a b)))", problem) == "same"
    assert between("(above a b)", "(above b a)", problem) == "independent"


def test_goals_that_take_too_long_are_not_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(meaning, "MOST_PARTS", 3)
    with pytest.raises(TooLarge):
        between("(forall (?c - cup) (full ?c))", "(full a)")
