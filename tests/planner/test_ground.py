"""Grounding keeps the meaning of a problem: the grounded task moves just as PDDL says.

The oracle is the validator's interpreter, which shares no code with grounding.
"""

from __future__ import annotations

import heapq
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from moving_domains import moving_problems
from random_domains import all_actions, formulas, problems, states

from planscript.lang.diagnostics import SourceError
from planscript.runtime.pddl.model import Atom, Problem
from planscript.runtime.pddl.reader import read_domain, read_problem
from planscript.runtime.planner.deadline import Deadline, DeadlineExpired
from planscript.runtime.planner.ground import Grounding, ground
from planscript.runtime.planner.reuse import GroundingCache
from planscript.runtime.planner.state_space import StateSpace
from planscript.runtime.planner.task import Task
from planscript.runtime.planner.validate import Interpreter, Step

MOST_STATES = 400
many = settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)


# ---------------------------------------------------------------- oracles


def lifted_cost(problem: Problem) -> Fraction | None | str:
    """The least cost of a plan by uniform-cost search on sets of facts; None: there is no plan.

    "large" where too many states are reachable.
    """
    interpreter = Interpreter(problem)
    actions = all_actions(problem)
    best = {problem.init: Fraction(0)}
    queue = [(Fraction(0), 0, problem.init)]
    count = 0
    while queue:
        cost, _, state = heapq.heappop(queue)
        if cost > best[state]:
            continue
        if interpreter.unmet(problem.goal, state) is None:
            return cost
        if len(best) > MOST_STATES:
            return "large"
        for action in actions:
            step = interpreter.attempt(state, action)
            if isinstance(step, Step) and cost + step.cost < best.get(step.state, cost + step.cost + 1):
                best[step.state] = cost + step.cost
                count += 1
                heapq.heappush(queue, (cost + step.cost, count, step.state))
    return None


def grounded_cost(task: Task) -> Fraction | None:
    """The least cost of a plan of a grounded task."""
    space = StateSpace(task)
    start = space.initial()
    best = {start: 0}
    queue = [(0, start)]
    while queue:
        cost, state = heapq.heappop(queue)
        if cost > best[state]:
            continue
        if space.is_goal(state):
            return Fraction(cost) / task.cost_scale
        for o in space.applicable(state):
            after = space.apply(state, o)
            total = cost + task.operators.cost[o]
            if total < best.get(after, total + 1):
                best[after] = total
                heapq.heappush(queue, (total, after))
    return None


def facts_of(grounding: Grounding, state: tuple[int, ...]) -> frozenset[Atom]:
    """The basic facts that hold in a state of a grounding made for any goal."""
    always = {grounding.facts.atom(key) for key in grounding.certain}
    held = {
        variable.values[value]
        for variable, value in zip(grounding.task.variables, state, strict=True)
        if variable.layer < 0
    }
    return frozenset(always | (held - {None}))


# ---------------------------------------------------------------- properties


either = st.one_of(problems(), moving_problems())


@many
@given(either)
def test_grounded_task_makes_the_same_moves(problem: Problem) -> None:
    grounding = Grounding(problem, for_any_goal=True)
    task = grounding.task
    space = StateSpace(task)
    interpreter = Interpreter(problem)
    actions = all_actions(problem)
    start = space.initial()
    assert facts_of(grounding, start) == problem.init
    seen = {start}
    todo = [start]
    while todo and len(seen) < MOST_STATES:
        state = todo.pop()
        facts = facts_of(grounding, state)
        moves = set()
        for o in space.applicable(state):
            after = space.apply(state, o)
            cost = Fraction(task.operators.cost[o]) / task.cost_scale
            moves.add((task.action_of(o), facts_of(grounding, after), cost))
            if after not in seen:
                seen.add(after)
                todo.append(after)
        for action in actions:
            step = interpreter.attempt(facts, action)
            if isinstance(step, Step):
                # An operator that never changes anything may be left out.
                move = (action, step.state, step.cost)
                assert move in moves or step.state == facts
                moves.discard(move)
        assert not moves


@many
@given(either)
def test_grounded_task_has_the_same_optimal_cost(problem: Problem) -> None:
    wanted = lifted_cost(problem)
    if wanted != "large":
        assert grounded_cost(ground(problem)) == wanted


@many
@given(problems())
def test_derived_facts_hold_where_the_axioms_say_so(problem: Problem) -> None:
    grounding = Grounding(problem, for_any_goal=True)
    space = StateSpace(grounding.task)
    interpreter = Interpreter(problem)
    state = space.initial()
    for _ in range(3):
        facts = facts_of(grounding, state)
        for variable, value in zip(grounding.task.variables, state, strict=True):
            atom = variable.values[1] if variable.layer >= 0 else None
            if atom is not None and not atom.name.startswith("="):
                assert interpreter.holds(atom, facts) == bool(value)
        following = space.applicable(state)
        if not following:
            break
        state = space.apply(state, following[0])


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(problems(), st.data())
def test_a_kept_grounding_answers_as_a_fresh_one(problem: Problem, data: st.DataObject) -> None:
    cache = GroundingCache()
    for _ in range(3):
        wanted = lifted_cost(problem)
        task, _ = cache.task_of(problem, Deadline())
        if wanted != "large":
            assert grounded_cost(task) == wanted
        problem = Problem(
            problem.name,
            problem.domain,
            problem.objects,
            data.draw(states(problem)) if data.draw(st.booleans()) else problem.init,
            data.draw(formulas(problem)),
            problem.values,
            problem.minimise_cost,
        )


@many
@given(moving_problems())
def test_mutex_groups_hold_in_every_reachable_state(problem: Problem) -> None:
    task = ground(problem)
    space = StateSpace(task)
    seen = {space.initial()}
    todo = list(seen)
    while todo and len(seen) < MOST_STATES:
        state = todo.pop()
        for group in task.mutex_groups:
            assert sum(state[v] == x for v, x in group) <= 1
        for o in space.applicable(state):
            after = space.apply(state, o)
            if after not in seen:
                seen.add(after)
                todo.append(after)
