"""`planning`: problems as values; plans that are compared, measured, explained and chosen among."""

from __future__ import annotations

import random
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planscript.lang.diagnostics import PlanscriptError
from planscript.runtime.errors import RunError
from planscript.runtime.session import Session

LIGHTS = """
import planning
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


def run(script: str) -> dict[str, Any]:
    return Session().run_text(script)


def library() -> dict[str, Any]:
    return run("import planning\n")["planning"].members  # type: ignore[no-any-return]


def problem(domain: str, facts: str, goal: str) -> Any:
    """A problem of the delivery sample's domain with other facts."""
    from planscript.runtime import problems
    from planscript.runtime.pddl.reader import read_problem
    from planscript.stdlib._samples import read_sample

    text = f"(define (problem p) (:domain {domain}) {facts} (:goal {goal}) (:metric minimize (total-cost)))"
    read = read_problem(text, "p", read_sample(domain).domain)
    return problems.value_of(problems.world_from(read))


@st.composite
def deliveries(draw: st.DrawFn) -> Any:
    """Places on a ring road with some short cuts, parcels at random places."""
    places = [f"l{i}" for i in range(draw(st.integers(2, 4)))]
    parcels = [f"p{i}" for i in range(draw(st.integers(1, 2)))]
    roads = {(a, places[(i + 1) % len(places)]) for i, a in enumerate(places)}
    roads |= set(draw(st.lists(st.tuples(*(st.sampled_from(places),) * 2), max_size=3)))
    facts = " ".join(
        f"(road {a} {b}) (= (km {a} {b}) {draw(st.integers(0, 9))})"
        for a, b in sorted(roads)
        if a != b
    )
    at = " ".join(f"(at {p} {draw(st.sampled_from(places))})" for p in parcels)
    goal = " ".join(f"(at {p} {draw(st.sampled_from(places))})" for p in parcels)
    return problem(
        "delivery",
        f"(:objects {' '.join(places)} - place {' '.join(parcels)} - parcel)"
        f"(:init (van-at l0) {at} {facts} (= (total-cost) 0))",
        f"(and {goal})",
    )


# ---------------------------------------------------------------- problems and plans


def test_the_world_in_scope_is_a_problem_where_it_has_a_goal() -> None:
    names = run(LIGHTS + "let found = planning.solve(world)\nlet same = planning.solve(room)\n")
    assert [s.args[0].name for s in names["found"].steps] == ["b"]
    assert names["same"].cost == 1


def test_the_objects_of_a_problem_that_is_not_in_scope_are_its_own() -> None:
    names = run("import planning\nlet found = [str(x) for x in planning.sample().objects]\n")
    assert names["found"] == ["depot", "mill", "farm", "book", "vase"]


def test_a_problem_does_not_change_with_the_world_and_can_be_carried_out() -> None:
    names = run(
        LIGHTS
        + "let p = planning.problem(goal lit(b))\nexecute(planning.solve(p))\n"
        + "let now_lit = lit(b)\nlet again = planning.solve(p).length\n"
    )
    assert (names["now_lit"], names["again"]) == (True, 1)


@pytest.mark.parametrize(
    ("call", "kind", "words"),
    [
        ("solve(sample('switches'))", "Unsolvable", "cannot be reached"),
        ("solve(sample(), search='atsar')", "ValueError", "no search of this name"),
        ("solve(sample(), heuristic='hfff')", "ValueError", "no heuristic of this name"),
        ("solve(sample(), timeout=0)", "ValueError", "above 0"),
        ("solve(sample(), weight=0)", "ValueError", "at least 1"),
        ("solve(sample)", "TypeError", "a world"),
        ("solve(world)", "NameError", "no world is in scope"),
        ("validate(sample(), 3)", "TypeError", "takes a plan"),
        ("validate(sample(), [3])", "TypeError", "a plan has steps"),
        ("metrics(sample(), [])", "ValueError", "valid plan"),
        ("explain(sample(), none, 'fr')", "ValueError", "languages"),
        ("several(sample(), 0)", "ValueError", "at least 1"),
        ("pareto(sample('switches'))", "Unsolvable", "cannot be reached"),
        ("sample('delivry')", "ValueError", "no sample"),
        ("problem('(at book moon)', sample())", "", "moon"),
        ("problem(4, sample())", "TypeError", "a goal is wanted"),
    ],
)
def test_bad_input_is_told_in_words(call: str, kind: str, words: str) -> None:
    session = Session()
    members = session.run_text("import planning\n")["planning"].members
    with pytest.raises(PlanscriptError) as caught:
        session.evaluate_in(dict(members), call.replace("'", '"'))
    assert words in str(caught.value)
    if isinstance(caught.value, RunError):
        assert caught.value.value.kind.name == kind


def test_a_goal_of_another_domain_is_refused() -> None:
    with pytest.raises(PlanscriptError, match="no predicate `lit`"):
        run(LIGHTS + "planning.problem(goal lit(b), planning.sample())\n")


# ---------------------------------------------------------------- figures


def test_a_comparison_has_a_row_for_each_search() -> None:
    sample, compare = library()["sample"], library()["compare"]
    rows = compare(sample(), ["astar lmcut", "astar blind", "gbfs"])
    assert [row["search"] for row in rows] == ["astar lmcut", "astar blind", "gbfs"]
    assert rows[0]["expanded"] < rows[1]["expanded"]
    assert rows[0]["cost"] == rows[1]["cost"] <= rows[2]["cost"]


@given(deliveries())
def test_every_plan_passes_every_landmark(task: Any) -> None:
    of = library()
    world = task.world
    plan = of["solve"](task, "gbfs")
    from planscript.runtime import problems

    states = problems.states_of(world.plain_problem(world.goal), [s.atom for s in plan.steps])
    seen = {world.say_fact(fact) for state in states for fact in state}
    assert all(seen.intersection(choice) for choice in of["landmarks"](task))


@given(deliveries(), st.randoms(use_true_random=False))
def test_steps_of_one_stage_can_be_taken_in_any_order(task: Any, chance: random.Random) -> None:
    from planscript.runtime import problems

    of = library()
    plan = of["solve"](task)
    wanted = task.world.plain_problem(task.world.goal)
    stage = problems.stages(wanted, [s.atom for s in plan.steps])
    order = sorted(range(len(stage)), key=lambda i: (stage[i], chance.random()))
    assert of["validate"](task, [plan.steps[i] for i in order])["valid"]
    figures = of["metrics"](task, plan)
    assert (
        figures["makespan"] <= figures["length"] <= figures["makespan"] * max(figures["width"], 1)
    )


def test_an_explanation_names_the_step_that_needs_it_in_both_languages() -> None:
    of = library()
    plan = of["solve"](of["sample"]())
    told = of["explain"](of["sample"](), plan)
    assert len(told.splitlines()) == plan.__len__()
    assert "for step" in told and "the goal" in told
    assert "目标" in of["explain"](of["sample"](), plan, "zh")
    assert "Nothing stands in the way" in of["explain"](of["sample"]())


# ---------------------------------------------------------------- several plans


@given(deliveries(), st.integers(1, 4))
def test_several_plans_are_valid_and_none_has_all_steps_of_another(task: Any, k: int) -> None:
    of = library()
    plans = of["several"](task, k)
    assert 1 <= len(plans) <= k
    assert all(of["validate"](task, plan)["valid"] for plan in plans)
    steps = [{s.atom for s in plan.steps} for plan in plans]
    for i, one in enumerate(steps):
        assert not any(one <= other for j, other in enumerate(steps) if i != j)


@given(deliveries())
def test_no_plan_beats_the_pareto_front(task: Any) -> None:
    of = library()
    front = of["pareto"](task)
    assert all(of["validate"](task, plan) == {
        "valid": True, "cost": plan.cost, "step": None, "reason": ""
    } for plan in front)  # fmt: skip
    for cheap, short in pairwise(front):
        assert cheap.cost < short.cost and len(cheap) > len(short)
    assert front[0].cost == of["solve"](task, "astar").cost
    assert len(front[-1]) == len(of["solve"](task, "bfs"))
