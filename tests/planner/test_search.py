"""Every search with every heuristic, against an oracle that explores all of random small tasks."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import combinations
from math import inf

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from random_tasks import Oracle, Row, lay_out, tasks

from planscript.runtime.pddl.model import Atom
from planscript.runtime.planner.deadline import Deadline
from planscript.runtime.planner.heuristics import HEURISTICS
from planscript.runtime.planner.search import SEARCHES, search
from planscript.runtime.planner.status import Status
from planscript.runtime.planner.task import Task, Variable

PAIRS = [
    (name, heuristic)
    for name, info in SEARCHES.items()
    for heuristic in (HEURISTICS if info.heuristics else ("auto",))
] + [("lazy_gbfs", "hff,lmcount")]
FEW = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None
)


@pytest.mark.parametrize(("name", "heuristic"), PAIRS)
@FEW
@given(task=tasks())
def test_plans_hold_and_claims_are_true(name: str, heuristic: str, task: Task) -> None:
    """A plan reaches the goal at its cost; "optimal" and "unsolvable" are said only when so."""
    oracle = Oracle(task)
    if name in ("iddfs", "idastar") and len(oracle.steps) > 12:
        return  # these walk all acyclic paths
    least = oracle.distance[oracle.initial]
    found = search(task, name, heuristic, weight=Fraction(3, 2))
    info = SEARCHES[name]
    if found.status is Status.SOLVED:
        assert found.operators is not None
        assert oracle.is_goal(oracle.run(found.operators))
        assert found.cost == sum(task.operators.cost[o] for o in found.operators)
        assert found.cost >= least
        if found.optimal:
            assert found.cost == least
        if info.optimal == "fewest":
            assert len(found.operators) == oracle.length[oracle.initial]
        if name == "anytime":
            assert found.optimal  # there is time enough
        if info.optimal is True and (heuristic == "auto" or HEURISTICS[heuristic].admissible):
            assert found.optimal
    elif found.status is Status.UNSOLVABLE:
        assert least == inf
    elif found.status is Status.EXHAUSTED:
        assert not info.complete
    else:
        assert found.status is Status.UNSUPPORTED
        assert info.unsupported(task) or HEURISTICS[heuristic].unsupported(task)
        assert found.note
    if info.complete and found.status is not Status.UNSUPPORTED:
        assert found.status is (Status.UNSOLVABLE if least == inf else Status.SOLVED)


@settings(FEW, max_examples=200)
@given(task=tasks(conditional=False, axioms=False), mutexes=st.booleans())
def test_two_directions_meet_in_an_optimal_plan(task: Task, mutexes: bool) -> None:
    """Also where all pairs of facts are told that no reachable state has both of."""
    oracle = Oracle(task)
    if mutexes:
        seen = [set(enumerate(state)) for state in oracle.steps]
        facts = [(v, x) for v, one in enumerate(task.variables) for x in range(len(one.values))]
        pairs = [pair for pair in combinations(facts, 2) if not any(s >= set(pair) for s in seen)]
        task = replace(task, mutex_groups=tuple(pairs))
    least = oracle.distance[oracle.initial]
    found = search(task, "bidirectional")
    assert found.status is (Status.UNSOLVABLE if least == inf else Status.SOLVED)
    assert least == inf or (found.cost == least and found.optimal)


@pytest.mark.parametrize("reference", [False, True])
@FEW
@given(task=tasks())
def test_anytime_tells_of_ever_cheaper_plans(reference: bool, task: Task) -> None:
    oracle = Oracle(task)
    told: list[int] = []

    def on_plan(plan: list[int], cost: int) -> None:
        assert oracle.is_goal(oracle.run(plan))
        assert cost == sum(task.operators.cost[o] for o in plan)
        told.append(cost)

    found = search(task, "anytime", on_plan=on_plan, reference=reference)
    least = oracle.distance[oracle.initial]
    assert told == sorted(set(told), reverse=True)
    assert (found.cost if told else inf) == least
    assert told[-1:] == [found.cost] * bool(told)


def counter(bits: int, cost: int = 1) -> Task:
    """A binary counter from 0 to all ones: one plan of 2**bits - 1 steps, and no shortcut."""
    rows = [
        Row(
            ((bit, 0), *((lower, 1) for lower in range(bit))),
            (((), bit, 1), *(((), lower, 0) for lower in range(bit))),
            cost,
        )
        for bit in range(bits)
    ]
    variable = Variable((None, Atom("set")))
    return Task(
        (variable,) * bits,
        (0,) * bits,
        tuple((bit, 1) for bit in range(bits)),
        lay_out(rows),
        lay_out([]),
        lambda o: Atom(f"set-{o}"),
    )


@pytest.mark.parametrize("name", SEARCHES)
def test_time_runs_out(name: str) -> None:
    found = search(counter(40), name, deadline=Deadline(0.05))
    assert found.status is Status.TIMEOUT or (
        found.status is Status.EXHAUSTED and not SEARCHES[name].complete
    )
    assert found.operators is None


@pytest.mark.parametrize("name", ["astar", "gbfs", "lazy_gbfs", "bfs", "dfs"])
def test_an_interrupt_stops_the_search(name: str) -> None:
    asked = []

    def interrupt() -> bool:
        asked.append(True)
        return len(asked) > 5

    found = search(counter(40), name, deadline=Deadline(interrupt=interrupt))
    assert found.status is Status.TIMEOUT
    assert "interrupted" in found.note


@pytest.mark.parametrize("name", ["astar", "gbfs", "lazy_gbfs", "bfs", "dfs"])
def test_memory_runs_out(name: str) -> None:
    found = search(counter(40), name, "blind", deadline=Deadline(60), max_memory_mb=1)
    assert found.status is Status.OUT_OF_MEMORY


@pytest.mark.parametrize("cost", [0, 1, 10**9])
def test_costs_of_any_size(cost: int) -> None:
    found = search(counter(6, cost), "astar", "lmcut")
    assert (found.status, found.cost) == (Status.SOLVED, 63 * cost)
    assert found.optimal


def test_bidirectional_search_says_what_it_does_not_take() -> None:
    rows = [Row((), ((((0, 0),), 0, 1),), 1)]
    task = replace(counter(1), operators=lay_out(rows), has_conditional_effects=True)
    found = search(task, "bidirectional")
    assert found.status is Status.UNSUPPORTED
    assert "conditional effects" in found.note


def test_the_genetic_algorithm_finds_a_plan_and_the_same_one_again() -> None:
    first, second = (search(counter(3), "genetic", seed=7) for _ in range(2))
    assert first.status is Status.SOLVED
    assert first.operators == second.operators


def test_unknown_names_are_refused_with_the_nearest() -> None:
    assert "astar" in search(counter(2), "astr").note
    assert "lmcut" in search(counter(2), "astar", "lmcutt").note
    assert search(counter(2), "astar", "hmax,hff").status is Status.UNSUPPORTED


def test_a_false_goal_is_proved_unsolvable() -> None:
    task = replace(counter(3), goal_is_false=True)
    for name, info in SEARCHES.items():
        expected = Status.UNSOLVABLE if info.complete else Status.EXHAUSTED
        assert search(task, name).status in (expected, Status.UNSOLVABLE), name


def test_progress_is_reported() -> None:
    seen: list[int] = []
    search(
        counter(40),
        "bfs",
        deadline=Deadline(0.5),
        on_progress=lambda counts: seen.append(counts.expanded),
    )
    assert len(seen) >= 2
    assert seen == sorted(seen)
