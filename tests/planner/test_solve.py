"""The planner's front door: what a caller gets back, whatever the problem and the options."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from random_domains import problems

from planscript.runtime.pddl.model import Atom, Problem
from planscript.runtime.pddl.reader import read_domain, read_problem
from planscript.runtime.planner import optimal
from planscript.runtime.planner import search as searches
from planscript.runtime.planner.deadline import Deadline
from planscript.runtime.planner.solve import (
    InvalidPlanError,
    Options,
    Planner,
    Status,
    solve,
)
from planscript.runtime.planner.status import SearchResult
from planscript.runtime.planner.validate import validate

DOMAIN = """(define (domain ferry) (:requirements :strips :typing :action-costs)
    (:types car place)
    (:predicates (at ?c - car ?p - place) (ferry ?p - place) (aboard ?c - car) (empty))
    (:functions (total-cost) (fare ?a ?b - place))
    (:action sail :parameters (?a ?b - place) :precondition (ferry ?a)
        :effect (and (not (ferry ?a)) (ferry ?b) (increase (total-cost) (fare ?a ?b))))
    (:action board :parameters (?c - car ?p - place)
        :precondition (and (ferry ?p) (at ?c ?p) (empty))
        :effect (and (not (at ?c ?p)) (not (empty)) (aboard ?c)))
    (:action leave :parameters (?c - car ?p - place)
        :precondition (and (ferry ?p) (aboard ?c))
        :effect (and (at ?c ?p) (empty) (not (aboard ?c)))))"""


def ferry(goal: str, metric: bool = False, start: str = "(at red left) (at blue left)") -> Problem:
    fares = "(= (fare left right) 2.5) (= (fare right left) 0.5)"
    fares += " (= (fare left left) 0) (= (fare right right) 0)"
    text = f"""(define (problem p) (:domain ferry)
        (:objects red blue - car left right - place)
        (:init (ferry left) (empty) {start} {fares})
        (:goal {goal}) {"(:metric minimize (total-cost))" if metric else ""})"""
    return read_problem(text, "p", read_domain(DOMAIN, "d"))


BOTH = "(and (at red right) (at blue right))"


def test_the_default_finds_a_plan_that_no_other_undercuts() -> None:
    result = solve(ferry(BOTH))
    assert result.status is Status.SOLVED
    assert result.plan is not None and result.plan.cost == 7
    assert result.optimal


def test_costs_are_in_the_units_of_the_problem() -> None:
    result = solve(ferry(BOTH, metric=True), Options(search="optimal"))
    assert result.plan is not None and result.plan.cost == Fraction(11, 2)


@pytest.mark.parametrize("name", sorted(searches.SEARCHES))
def test_every_search_gives_a_valid_plan_or_says_that_it_failed(name: str) -> None:
    problem = ferry(BOTH)
    result = solve(problem, Options(search=name, timeout=20))
    if result.plan is None:
        assert result.status is Status.EXHAUSTED
    else:
        assert validate(problem, result.plan.steps).valid


def test_an_unreachable_goal_is_proved_so_without_search() -> None:
    result = solve(ferry("(and (aboard red) (aboard blue))"))
    assert result.status is Status.UNSOLVABLE
    assert result.plan is None
    assert result.statistics.expanded == 0


def test_a_goal_that_holds_already_has_the_empty_plan() -> None:
    result = solve(ferry("(at red left)"))
    assert result.plan is not None
    assert result.plan.steps == () and result.plan.cost == 0 and result.optimal


def test_the_artificial_step_of_a_disjunctive_goal_is_not_in_the_plan() -> None:
    result = solve(ferry("(or (at red right) (and (aboard blue) (ferry right)))"))
    assert result.plan is not None
    assert [step.name for step in result.plan.steps] == ["board", "sail"]


def test_time_that_is_up_is_a_status_not_an_error() -> None:
    result = solve(ferry(BOTH), deadline=Deadline(0))
    assert result.status is Status.TIMEOUT


def test_the_caller_can_stop_it() -> None:
    result = solve(ferry(BOTH), interrupt=lambda: True)
    assert (result.status, result.note) == (Status.TIMEOUT, "interrupted")


def test_memory_that_is_used_up_is_a_status() -> None:
    result = solve(ferry(BOTH), Options(max_memory=1))
    assert result.status is Status.OUT_OF_MEMORY


def test_a_heuristic_of_unknown_name_is_refused_with_a_word() -> None:
    result = solve(ferry(BOTH), Options(search="astar", heuristic="lmcutt"))
    assert result.status is Status.UNSUPPORTED
    assert "lmcut" in result.note


@pytest.mark.parametrize("search", ["auto", "fast", "optimal"])
def test_a_wrong_plan_is_never_returned(search: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(task: object, *args: object, **options: object) -> SearchResult:
        return SearchResult(Status.SOLVED, [0], 1, True)

    monkeypatch.setattr(searches, "search", wrong)
    monkeypatch.setattr(optimal, "optimal", wrong)
    with pytest.raises(InvalidPlanError):
        solve(ferry(BOTH), Options(search=search))


def test_a_planner_keeps_its_world_over_goals_and_starts() -> None:
    planner = Planner()
    first = planner.solve(ferry("(at red right)"))
    assert not first.statistics.grounding_reused
    moved = ferry("(at blue right)", start="(at red right) (at blue left)")
    second = planner.solve(moved)
    assert second.statistics.grounding_reused
    assert second.plan is not None
    assert second.plan.steps == (
        Atom("board", ("blue", "left")),
        Atom("sail", ("left", "right")),
        Atom("leave", ("blue", "right")),
    )


def test_a_planner_grounds_again_where_facts_no_longer_exclude_each_other() -> None:
    planner = Planner()
    planner.solve(ferry("(at red right)"))
    twice = ferry("(at red right)", start="(at red left) (at red right) (at blue left)")
    result = planner.solve(twice)
    assert not result.statistics.grounding_reused
    assert result.plan is not None and result.plan.cost == 0


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(problems())
def test_the_configurations_agree_on_whether_there_is_a_plan(problem: Problem) -> None:
    best = solve(problem, Options(search="optimal", timeout=20))
    quick = solve(problem, Options(search="fast", timeout=20))
    assert (best.plan is None) == (quick.plan is None)
    if best.plan is not None and quick.plan is not None:
        assert best.plan.cost <= quick.plan.cost
    else:
        assert best.status is quick.status is Status.UNSOLVABLE
