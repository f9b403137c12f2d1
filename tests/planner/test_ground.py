"""Grounding keeps the meaning of a problem: the grounded task moves just as PDDL says.

The oracle is the validator's interpreter, which shares no code with grounding.
"""

from __future__ import annotations

import heapq
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from moving_domains import moving_problems
from random_domains import all_actions, formulas, problems, states

from planscript.lang.diagnostics import SourceError, Span
from planscript.runtime.pddl.model import And, Atom, Axiom, Domain, Not, Predicate, Problem
from planscript.runtime.pddl.reader import read_domain, read_problem
from planscript.runtime.planner.deadline import Deadline, DeadlineExpired, resident_bytes
from planscript.runtime.planner.ground import Grounding, ground
from planscript.runtime.planner.reuse import GroundingCache
from planscript.runtime.planner.state_space import StateSpace
from planscript.runtime.planner.task import Task
from planscript.runtime.planner.validate import Interpreter, Step

MOST_STATES = 400
many = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


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
            if isinstance(step, Step) and cost + step.cost < best.get(
                step.state, cost + step.cost + 1
            ):
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


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
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


# ---------------------------------------------------------------- examples


def read(domain: str, problem: str) -> Problem:
    text = f"(define (domain d) (:requirements :adl :derived-predicates :action-costs) {domain})"
    return read_problem(f"(define (problem p) (:domain d) {problem})", "p", read_domain(text, "d"))


PATHS = """
    (:predicates (road ?x ?y) (open ?x ?y) (path ?x ?y) (cut-off ?x))
    (:derived (path ?x ?y) (or (open ?x ?y) (exists (?z) (and (open ?x ?z) (path ?z ?y)))))
    (:derived (cut-off ?x) (not (exists (?y) (path ?x ?y))))
    (:action unlock :parameters (?x ?y)
        :precondition (road ?x ?y) :effect (open ?x ?y))
    (:action lock :parameters (?x ?y)
        :precondition (open ?x ?y) :effect (not (open ?x ?y)))
"""


def test_derived_predicates_may_be_recursive_and_negated_in_a_higher_layer() -> None:
    problem = read(
        PATHS,
        """(:objects a b c) (:init (road a b) (road b c) (open b c))
           (:goal (and (path a c) (cut-off c)))""",
    )
    task = ground(problem)
    assert grounded_cost(task) == 1
    layers = {
        variable.values[1]: variable.layer for variable in task.variables if variable.layer >= 0
    }
    assert all(layers[atom] > 0 for atom in layers if atom is not None and atom.name == "cut-off")


def test_axioms_that_negate_themselves_are_refused_with_their_place() -> None:
    """The reader refuses them in PDDL text; a domain may come from elsewhere."""
    domain = Domain(
        "d",
        predicates={name: Predicate(name) for name in "pqr"},
        axioms=(
            Axiom(Predicate("p"), Not(Atom("q")), Span("here", 3, 1, 3, 9)),
            Axiom(Predicate("q"), And((Atom("r"), Atom("p"))), Span("here", 4, 1, 4, 9)),
        ),
    )
    with pytest.raises(SourceError) as caught:
        ground(Problem("p", domain, {}, frozenset(), Atom("p")))
    [diagnostic] = caught.value.diagnostics
    assert diagnostic.code == "E0732"
    assert diagnostic.span is not None and diagnostic.span.source == "here"


TRAVEL = """
    (:predicates (at ?x) (road ?x ?y))
    (:functions (total-cost) (toll ?x ?y))
    (:action go :parameters (?x ?y) :precondition (and (at ?x) (road ?x ?y))
        :effect (and (at ?y) (not (at ?x)) (increase (total-cost) (toll ?x ?y))))
"""


def test_costs_are_read_from_the_init_and_kept_exact() -> None:
    problem = read(
        TRAVEL,
        """(:objects a b c) (:init (at a) (road a b) (road b c) (road a c)
           (= (toll a b) 0.25) (= (toll b c) 1000000000) (= (toll a c) 1000000000.5))
           (:goal (at c)) (:metric minimize (total-cost))""",
    )
    task = ground(problem)
    assert grounded_cost(task) == Fraction(1000000000) + Fraction(1, 4)


def test_a_cost_without_value_is_an_error_only_where_an_action_needs_it() -> None:
    init = "(:objects a b c) (:init (at a) (road a b) (road c a) (= (toll a b) 3)"
    rest = "(:goal (at b)) (:metric minimize (total-cost))"
    assert grounded_cost(ground(read(TRAVEL, f"{init}) {rest}"))) == 3
    with pytest.raises(SourceError) as caught:
        ground(read(TRAVEL, f"{init} (road b c)) {rest}"))
    [diagnostic] = caught.value.diagnostics
    assert diagnostic.code == "E0733"
    assert "(toll b c)" in diagnostic.title


def test_a_position_is_one_variable_and_static_facts_are_none() -> None:
    problem = read(
        TRAVEL,
        """(:objects a b c) (:init (at a) (road a b) (road b c)) (:goal (at c))""",
    )
    task = ground(problem)
    [position] = task.variables
    assert set(position.values) == {Atom("at", (x,)) for x in "abc"}
    assert len(task.operators) == 2


def test_names_that_are_words_of_python_are_only_names() -> None:
    problem = read(
        """(:predicates (import ?lambda ?def) (exec ?class))
           (:action return :parameters (?x0 ?new) :precondition (and (import ?x0 ?new) (exec ?x0))
               :effect (exec ?new))""",
        "(:objects none eval-) (:init (import none eval-) (exec none)) (:goal (exec eval-))",
    )
    task = ground(problem)
    assert [task.action_of(o) for o in range(len(task.operators))] == [
        Atom("return", ("none", "eval-"))
    ]


@pytest.mark.parametrize(
    ("goal", "cost"),
    [
        ("(or (at b) (at c))", 1),
        ("(exists (?x) (and (at ?x) (not (= ?x a))))", 1),
        ("(forall (?x) (imply (at ?x) (= ?x c)))", 2),
        ("(not (at a))", 1),
        ("(and)", 0),
        ("(or)", None),
        ("(and (at a) (at b))", None),
        ("(or (at a) (and (at b) (not (at b))))", 0),
    ],
)
def test_a_goal_may_have_any_shape(goal: str, cost: int | None) -> None:
    problem = read(TRAVEL, f"(:objects a b c) (:init (at a) (road a b) (road b c)) (:goal {goal})")
    task = ground(problem)
    assert grounded_cost(task) == cost
    kept, _ = GroundingCache().task_of(problem, Deadline())
    assert grounded_cost(kept) == cost


def test_a_goal_with_more_alternatives_than_fit_into_operators_needs_axioms() -> None:
    objects = [f"o{i}" for i in range(14)]
    pairs = " ".join(f"(or (on o{i}) (on o{i + 1}))" for i in range(0, 14, 2))
    problem = read(
        "(:predicates (on ?x)) (:action put :parameters (?x) :effect (on ?x))",
        f"(:objects {' '.join(objects)}) (:init) (:goal (and {pairs}))",
    )
    task = ground(problem)
    assert task.has_axioms
    assert grounded_cost(task) == 7


def test_a_universal_precondition_over_static_guards_leaves_only_what_matters() -> None:
    problem = read(
        """(:predicates (needs ?o ?p) (made ?p) (shipped ?o))
           (:action make :parameters (?p) :effect (made ?p))
           (:action ship :parameters (?o)
               :precondition (forall (?p) (imply (needs ?o ?p) (made ?p))) :effect (shipped ?o))""",
        "(:objects o1 o2 p1 p2 p3) (:init (needs o1 p1) (needs o1 p2)) (:goal (shipped o1))",
    )
    task = ground(problem)
    assert not task.has_axioms
    assert grounded_cost(task) == 3
    operators = task.operators
    [ship] = [o for o in range(len(operators)) if task.action_of(o) == Atom("ship", ("o1",))]
    assert operators.pre_start[ship + 1] - operators.pre_start[ship] == 2


@pytest.mark.parametrize(
    ("condition", "lit"),
    [
        ("(= ?x a)", "a"),
        ("(= a ?x)", "a"),
        ("(not (= ?x a))", "bc"),
        ("(not (= a ?x))", "bc"),
        ("(or (= ?x a) (= c ?x))", "ac"),
        ("(exists (?y) (and (= ?y ?x) (= ?y b)))", "b"),
        ("(and (= ?x a) (= ?x b))", ""),
        ("(and (= b a) (= ?x b))", ""),
    ],
)
def test_a_condition_of_an_effect_may_compare_a_parameter_with_an_object(
    condition: str, lit: str
) -> None:
    for object_ in "abc":
        problem = read(
            f"""(:constants a b c) (:predicates (pressed ?x) (lit))
                (:action press :parameters (?x)
                    :effect (and (pressed ?x) (when {condition} (lit))))""",
            f"(:init) (:goal (and (pressed {object_}) (lit)))",
        )
        task = ground(problem)
        cost = None if not lit else 1 if object_ in lit else 2
        assert grounded_cost(task) == cost, (condition, object_)


def bomb() -> Problem:
    """An action whose 8 parameters range over 60 objects each."""
    variables = " ".join(f"?x{i}" for i in range(8))
    condition = " ".join(f"(p ?x{i})" for i in range(8))
    objects = " ".join(f"o{i}" for i in range(60))
    init = " ".join(f"(p o{i})" for i in range(60))
    return read(
        f"""(:predicates (p ?x) (q {variables}) (r))
            (:action boom :parameters ({variables}) :precondition (and {condition})
                :effect (q {variables}))""",
        f"(:objects {objects}) (:init {init}) (:goal (r))",
    )


def test_a_grounding_bomb_ends_when_time_is_up() -> None:
    with pytest.raises(DeadlineExpired):
        ground(bomb(), Deadline(0.2))


def test_a_grounding_bomb_ends_when_the_caller_wants() -> None:
    asked = iter([False] * 5 + [True] * 1000)
    with pytest.raises(DeadlineExpired) as caught:
        ground(bomb(), Deadline(interrupt=lambda: next(asked)))
    assert caught.value.interrupted


def test_instances_that_go_one_by_one_end_when_the_caller_wants() -> None:
    problem = read(
        """(:predicates (on ?a ?b) (off ?a ?b) (seen ?a))
           (:action look :parameters (?a ?b)
            :precondition (and (on ?a ?b) (forall (?c ?d) (or (on ?c ?d) (off ?d ?c))))
            :effect (and (seen ?a) (not (on ?a ?b)) (off ?a ?b)))""",
        f"(:objects {' '.join(f'o{i}' for i in range(9))}) (:init {init_of_pairs(9)}) (:goal (seen o1))",
    )
    asked = 0

    def ask() -> bool:
        nonlocal asked
        asked += 1
        return False

    ground(problem, Deadline(interrupt=ask))
    assert asked > 81 / 2  # instances of `look`


def init_of_pairs(count: int) -> str:
    return " ".join(f"(on o{i} o{j})" for i in range(count) for j in range(count))


def test_a_grounding_bomb_ends_at_the_memory_limit() -> None:
    with pytest.raises(MemoryError):
        ground(bomb(), Deadline(60, max_memory=(resident_bytes() >> 20) + 30))


def test_an_action_may_have_more_parameters_than_python_nests_loops() -> None:
    count = 30
    variables = " ".join(f"?x{i}" for i in range(count))
    chain = " ".join(f"(next ?x{i} ?x{i + 1})" for i in range(count - 1))
    objects = " ".join(f"o{i}" for i in range(count))
    facts = " ".join(f"(next o{i} o{i + 1})" for i in range(count - 1))
    problem = read(
        f"""(:predicates (next ?x ?y) (start) (done {variables}))
            (:action walk :parameters ({variables}) :precondition (and (start) {chain})
                :effect (done {variables}))""",
        f"(:objects {objects}) (:init (start) {facts}) (:goal (done {objects}))",
    )
    assert grounded_cost(ground(problem)) == 1


def test_a_second_goal_in_a_known_world_is_not_grounded_again() -> None:
    cache = GroundingCache()
    facts = "(:objects a b c) (:init (at {}) (road a b) (road b c) (road c a)) (:goal {})"
    domain = read_domain(f"(define (domain d) {TRAVEL})", "d")

    def task_of(start: str, goal: str) -> tuple[Task, bool]:
        text = f"(define (problem p) (:domain d) {facts.format(start, goal)})"
        return cache.task_of(read_problem(text, "p", domain), Deadline())

    first, reused = task_of("a", "(at c)")
    assert not reused and grounded_cost(first) == 2
    second, reused = task_of("b", "(at a)")
    assert reused and grounded_cost(second) == 2
    assert second.operators is first.operators
    third, reused = task_of("b", "(at b)")
    assert reused and grounded_cost(third) == 0


def test_a_kept_grounding_leaves_out_what_a_goal_does_not_depend_on() -> None:
    problem = read(
        """(:types truck parcel place) (:predicates (at ?t - truck ?p - place)
               (lies ?c - parcel ?p - place) (in ?c - parcel ?t - truck))
           (:action drive :parameters (?t - truck ?a ?b - place)
               :precondition (at ?t ?a) :effect (and (not (at ?t ?a)) (at ?t ?b)))
           (:action load :parameters (?c - parcel ?t - truck ?a - place)
               :precondition (and (at ?t ?a) (lies ?c ?a))
               :effect (and (not (lies ?c ?a)) (in ?c ?t)))
           (:action drop :parameters (?c - parcel ?t - truck ?a - place)
               :precondition (and (at ?t ?a) (in ?c ?t))
               :effect (and (lies ?c ?a) (not (in ?c ?t))))""",
        """(:objects t - truck x y - parcel a b c - place)
           (:init (at t a) (lies x b) (lies y c)) (:goal (lies x c))""",
    )
    task, _ = GroundingCache().task_of(problem, Deadline())
    assert len(task.variables) == 2
    assert grounded_cost(task) == grounded_cost(ground(problem)) == 4
