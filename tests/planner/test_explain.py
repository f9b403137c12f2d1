"""Why there is no plan, and what the steps of a plan are for."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import deque

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from random_domains import all_actions, all_facts, formulas, problems, states

from planscript.runtime.pddl.model import And, Atom, Formula, Not, Or, Problem
from planscript.runtime.pddl.reader import read_domain, read_plan, read_problem
from planscript.runtime.planner.causal_links import START, CausalLink, causal_links, purpose
from planscript.runtime.planner.conflicts import conflict
from planscript.runtime.planner.deadline import Deadline, DeadlineExpired
from planscript.runtime.planner.explain import Unreachable, describe, diagnose, reason
from planscript.runtime.planner.lifted_relaxation import LiftedRelaxation
from planscript.runtime.planner.validate import Interpreter, Step

FRUIT = """(define (domain fruit) (:types fruit place)
  (:predicates (on ?f - fruit ?p - place) (holding ?f - fruit) (hand-empty) (locked ?p - place)
    (adjacent ?a ?b - place) (at ?p - place))
  (:action go :parameters (?a ?b - place)
    :precondition (and (at ?a) (adjacent ?a ?b) (not (locked ?b)))
    :effect (and (at ?b) (not (at ?a))))
  (:action pick :parameters (?f - fruit ?p - place)
    :precondition (and (on ?f ?p) (hand-empty) (at ?p))
    :effect (and (holding ?f) (not (on ?f ?p)) (not (hand-empty))))
  (:action put :parameters (?f - fruit ?p - place)
    :precondition (and (holding ?f) (at ?p))
    :effect (and (on ?f ?p) (hand-empty) (not (holding ?f)))))
"""
INIT = """(on apple table) (at table) (hand-empty) (adjacent table shelf) (adjacent shelf table)
  (adjacent shelf attic) (adjacent attic shelf)"""


def fruit(goal: str, init: str = INIT) -> Problem:
    text = f"""(define (problem p) (:domain fruit)
      (:objects apple pear - fruit table shelf attic - place) (:init {init}) (:goal {goal}))"""
    return read_problem(text, "p.pddl", read_domain(FRUIT, "fruit.pddl"))


def chain(cause: Unreachable) -> list[str]:
    """The formulas from the goal down to the nearest root cause, and the last reason."""
    found = [str(cause.formula)]
    while cause.blocked or cause.parts:
        cause = cause.blocked[0].needs if cause.blocked else cause.parts[0]
        found.append(str(cause.formula))
    return [*found, cause.why]


def test_a_fact_that_nothing_makes_true_is_the_root() -> None:
    (cause,) = diagnose(fruit("(and (at shelf) (adjacent table attic))")).causes
    assert cause == Unreachable(Atom("adjacent", ("table", "attic")), "no achiever")


def test_the_chain_of_needs_leads_to_the_root() -> None:
    diagnosis = diagnose(fruit("(on apple attic)", INIT + "(locked attic)"))
    (cause,) = diagnosis.causes
    assert chain(cause) == [
        str(Atom("on", ("apple", "attic"))),
        str(Atom("at", ("attic",))),
        str(Not(Atom("locked", ("attic",)))),
        "no achiever",
    ]
    assert cause.blocked[0].by == Atom("put", ("apple", "attic"))
    assert describe(diagnosis).splitlines() == [
        "on(apple, attic) can never hold:",
        "  put(apple, attic) would make it so, but needs at(attic)",
        "    at(attic) can never hold:",
        "      go(?a, attic) would make it so, but needs not locked(attic)",
        "        no action ever makes locked(attic) false, and it is true at the start",
    ]


def test_the_reason_in_one_sentence_names_the_goal_and_the_root() -> None:
    assert reason(diagnose(fruit("(on apple attic)", INIT + "(locked attic)"))) == (
        "on(apple, attic) can never hold, because it needs at(attic), which needs"
        " not locked(attic), and no action ever makes locked(attic) false,"
        " and it is true at the start"
    )
    assert reason(diagnose(fruit("(adjacent table attic)"))) == (
        "no action ever makes adjacent(table, attic) true, and it is false at the start"
    )


def test_a_condition_that_fails_only_together_with_others_names_them() -> None:
    init = INIT.replace("(adjacent table shelf)", "")
    (cause,) = diagnose(fruit("(at attic)", init)).causes
    (blocked,) = cause.blocked
    assert blocked.by == Atom("go", ("shelf", "attic"))
    assert blocked.given == (Atom("adjacent", ("shelf", "attic")),)
    assert blocked.needs.formula == Atom("at", ("shelf",))
    (nearer,) = [one for one in blocked.needs.blocked if one.by.args[0] == "attic"]
    assert nearer.needs.why == "circular"


def test_things_that_need_each_other_are_called_a_circle() -> None:
    diagnosis = diagnose(fruit("(on pear shelf)"))
    assert chain(diagnosis.causes[0])[-1] == "circular"
    assert "circle" in describe(diagnosis)


def test_the_way_to_a_far_root_is_the_shortest() -> None:
    """A long corridor behind a locked door: the chain goes straight to the door."""
    rooms = [f"r{i}" for i in range(30)]
    doors = " ".join(
        f"(adjacent {a} {b}) (adjacent {b} {a})" for a, b in zip(rooms, rooms[1:], strict=False)
    )
    text = f"""(define (problem p) (:domain fruit) (:objects {" ".join(rooms)} - place)
      (:init (at r0) {doors} (locked r1)) (:goal (at r20)))"""
    problem = read_problem(text, "p.pddl", read_domain(FRUIT, "fruit.pddl"))
    found = chain(diagnose(problem).causes[0])
    assert found[-2:] == [str(Not(Atom("locked", ("r1",)))), "no achiever"]
    assert len(found) == 22


def test_each_part_of_an_or_is_explained() -> None:
    (cause,) = diagnose(fruit("(or (holding pear) (at attic))", INIT + "(locked attic)")).causes
    assert isinstance(cause.formula, Or)
    assert {part.formula for part in cause.parts} == {
        Atom("holding", ("pear",)),
        Atom("at", ("attic",)),
    }


def test_the_objects_that_a_forall_fails_for_are_named() -> None:
    diagnosis = diagnose(fruit("(forall (?f - fruit) (on ?f shelf))"))
    assert [cause.formula for cause in diagnosis.causes] == [Atom("on", ("pear", "shelf"))]


def test_a_missing_object_is_named() -> None:
    text = "(define (problem p) (:domain fruit) (:objects table - place) (:goal (hand-empty)))"
    problem = read_problem(text, "p.pddl", read_domain(FRUIT, "fruit.pddl"))
    assert "there is no object ?f of type fruit" in describe(diagnose(problem))


def test_a_contradiction_is_named() -> None:
    diagnosis = diagnose(fruit("(and (at table) (not (at table)))"))
    assert diagnosis.contradiction == Atom("at", ("table",))
    assert "both true and false" in describe(diagnosis)


def test_parts_that_exclude_each_other_are_named() -> None:
    diagnosis = diagnose(fruit("(and (on apple shelf) (at table) (hand-empty) (at shelf))"))
    assert diagnosis.causes == ()
    assert diagnosis.rivals == (Atom("at", ("table",)), Atom("at", ("shelf",)))
    assert describe(diagnosis) == "at(table) and at(shelf) can never hold together"


def test_parts_that_only_search_shows_to_exclude_each_other_are_named() -> None:
    """With one key and doors that lock behind, only one of the two rooms is ever seen."""
    domain = read_domain(
        "(define (domain d) (:types room) (:predicates (key) (seen ?r - room) (calm))"
        "(:action look :parameters (?r - room) :precondition (key)"
        "  :effect (and (seen ?r) (not (key))))"
        "(:action rest :parameters () :effect (calm)))",
        "d.pddl",
    )
    text = """(define (problem p) (:domain d) (:objects a b - room) (:init (key))
      (:goal (and (seen a) (calm) (seen b))))"""
    diagnosis = diagnose(read_problem(text, "p.pddl", domain))
    assert diagnosis.rivals == (Atom("seen", ("a",)), Atom("seen", ("b",)))


def test_a_single_part_that_no_order_of_steps_reaches_is_named() -> None:
    goal = "(or (and (at table) (at shelf)) (and (hand-empty) (holding apple)))"
    diagnosis = diagnose(fruit(goal))
    assert len(diagnosis.rivals) == 1
    assert "can never hold, though nothing it needs is out of reach" in describe(diagnosis)


def test_where_nothing_is_proved_it_says_no_more_than_it_knows() -> None:
    diagnosis = diagnose(fruit("(on apple shelf)"))
    assert (diagnosis.causes, diagnosis.rivals) == ((), ())
    assert "hinder each other" in describe(diagnosis)


def test_conditions_that_become_possible_late_are_looked_at_again() -> None:
    domain = read_domain(
        "(define (domain d) (:predicates (p) (q) (r) (s))"
        "(:action third :parameters () :precondition (or (q) (s)) :effect (r))"
        "(:action second :parameters () :precondition (or (p) (s)) :effect (q))"
        "(:action first :parameters () :effect (p)))",
        "d.pddl",
    )
    problem = read_problem("(define (problem x) (:domain d) (:goal (r)))", "p.pddl", domain)
    assert diagnose(problem).causes == ()


def test_the_deadline_is_kept() -> None:
    rooms = " ".join(f"r{i}" for i in range(60))
    text = f"""(define (problem p) (:domain fruit) (:objects {rooms} - place a b c - fruit)
      (:init (at r0)) (:goal (at r1)))"""
    domain = read_domain(FRUIT.replace("(adjacent ?a ?b) (not", "(not"), "fruit.pddl")
    with pytest.raises(DeadlineExpired):
        diagnose(read_problem(text, "p.pddl", domain), Deadline(0))


# ---------------------------------------------------------------- against all reachable states

SMALL = 300


def reachable(problem: Problem) -> list[frozenset[Atom]]:
    """Reachable states, breadth first, the first SMALL of them."""
    interpreter = Interpreter(problem)
    actions = all_actions(problem)
    seen = {problem.init}
    queue = deque(seen)
    while queue and len(seen) < SMALL:
        state = queue.popleft()
        for action in actions:
            step = interpreter.attempt(state, action)
            if isinstance(step, Step) and step.state not in seen:
                seen.add(step.state)
                queue.append(step.state)
    return list(seen)


RANDOM = settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))


@RANDOM
@given(st.data(), problems())
def test_what_some_reachable_state_makes_true_is_never_called_unreachable(
    data: st.DataObject, problem: Problem
) -> None:
    relaxation = LiftedRelaxation(problem)
    formula = data.draw(formulas(problem))
    interpreter = Interpreter(problem)
    for state in reachable(problem):
        assert all(relaxation.has(fact) for fact in state | interpreter.derived(state))
        assert all(relaxation.can_be_false(f) for f in all_facts(problem) if f not in state)
        if interpreter.holds(formula, state):
            assert relaxation.possible(formula, {})


@RANDOM
@given(problems())
def test_a_diagnosis_is_given_only_where_no_state_reaches_the_goal(problem: Problem) -> None:
    diagnosis = diagnose(problem)
    assert describe(diagnosis)
    if diagnosis.causes or diagnosis.contradiction is not None:
        interpreter = Interpreter(problem)
        assert not any(interpreter.holds(problem.goal, state) for state in reachable(problem))


@RANDOM
@given(problems())
def test_rivals_never_hold_together_and_any_fewer_of_them_do(problem: Problem) -> None:
    states_of = reachable(problem)
    rivals = conflict(problem, Deadline(60))
    if len(states_of) == SMALL:
        return  # there may be more
    interpreter = Interpreter(problem)

    def hold(parts: tuple[Formula, ...]) -> bool:
        return any(interpreter.holds(And(parts), state) for state in states_of)

    assert bool(rivals) != hold((problem.goal,))
    if rivals:
        assert not hold(rivals)
        assert all(hold(tuple(one for one in rivals if one != part)) for part in rivals)


@RANDOM
@given(problems())
def test_reachability_is_that_of_firing_rules_until_nothing_changes(problem: Problem) -> None:
    relaxation = LiftedRelaxation(problem)
    reached = set(problem.init)
    for rule in relaxation.rules:
        for binding in relaxation.solutions(rule.conditions, rule.parameters):
            for atom in rule.added:
                fact = Atom(atom.name, tuple(binding.get(t, t) for t in atom.args))
                assert relaxation.has(fact)
                reached.add(fact)
    for name in problem.domain.predicates:
        assert relaxation.rows(name).rows == {
            fact.args: None for fact in reached if fact.name == name
        }


# ---------------------------------------------------------------- causal links


def test_each_step_says_what_it_is_for() -> None:
    problem = fruit("(on apple shelf)")
    plan = read_plan("(pick apple table) (go table shelf) (put apple shelf)")
    links = causal_links(problem, plan)
    assert purpose(links, 0) == (CausalLink(0, Atom("holding", ("apple",)), 2),)
    assert purpose(links, 1) == (CausalLink(1, Atom("at", ("shelf",)), 2),)
    assert purpose(links, 2) == (CausalLink(2, Atom("on", ("apple", "shelf")), 3),)
    assert CausalLink(START, Not(Atom("locked", ("shelf",))), 1) in links


def test_a_step_that_serves_nothing_has_no_purpose() -> None:
    problem = fruit("(at shelf)")
    links = causal_links(problem, read_plan("(pick apple table) (go table shelf)"))
    assert purpose(links, 0) == ()


def test_a_derived_fact_is_traced_to_what_it_comes_from() -> None:
    domain = read_domain(
        "(define (domain d) (:predicates (edge ?a ?b) (path ?a ?b) (shut))"
        "(:derived (path ?a ?b) (or (edge ?a ?b) (exists (?c) (and (edge ?a ?c) (path ?c ?b)))))"
        "(:action build :parameters (?a ?b) :effect (edge ?a ?b))"
        "(:action cut :parameters (?a ?b) :effect (not (edge ?a ?b))))",
        "d.pddl",
    )
    text = "(define (problem p) (:domain d) (:objects a b c) (:init (edge b c)) (:goal {}))"
    problem = read_problem(text.format("(path a c)"), "p.pddl", domain)
    links = causal_links(problem, read_plan("(build a b)"))
    assert links == (
        CausalLink(0, Atom("edge", ("a", "b")), 1),
        CausalLink(START, Atom("edge", ("b", "c")), 1),
    )
    problem = read_problem(text.format("(not (path b c))"), "p.pddl", domain)
    links = causal_links(problem, read_plan("(cut b c)"))
    assert CausalLink(0, Not(Atom("edge", ("b", "c"))), 1) in links


def test_a_plan_that_misses_the_goal_has_no_links() -> None:
    with pytest.raises(ValueError, match="goal"):
        causal_links(fruit("(at shelf)"), ())


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data(), problems())
def test_the_links_of_a_goal_suffice_for_it(data: st.DataObject, problem: Problem) -> None:
    """Whatever else is changed in the state, the goal stays true while its links do."""
    interpreter = Interpreter(problem)
    state, other = data.draw(states(problem)), data.draw(states(problem))
    goal = problem.goal if interpreter.holds(problem.goal, state) else Not(problem.goal)
    start = Problem(problem.name, problem.domain, problem.objects, state, goal)
    needed = [link.literal for link in causal_links(start, ())]
    positive = {literal for literal in needed if isinstance(literal, Atom)}
    negative = {literal.part for literal in needed if isinstance(literal, Not)}
    assert positive <= state
    assert not negative & state
    assert interpreter.holds(goal, (other | positive) - negative)


def test_an_empty_goal_needs_nothing() -> None:
    assert causal_links(fruit("(and)"), ()) == ()
    assert diagnose(fruit("(and)")).goal == And(())


def test_an_explanation_is_the_same_in_each_run() -> None:
    """Sets of texts come in another order in each process; nothing that is told may depend on it."""
    domain = """(define (domain shop) (:types book genre)
      (:predicates (of ?b - book ?g - genre) (disliked ?b - book) (recommended ?g - genre))
      (:action recommend :parameters (?b - book ?g - genre)
        :precondition (and (of ?b ?g) (not (disliked ?b))) :effect (recommended ?g)))"""
    books = ["emma", "dune", "walden", "ulysses", "solaris", "candide"]
    facts = " ".join(f"(of {book} novel) (disliked {book})" for book in books)
    problem = f"""(define (problem p) (:domain shop) (:objects {" ".join(books)} atlas - book novel - genre)
      (:init {facts}) (:goal (recommended novel)))"""
    program = f"""
from planscript.runtime.pddl.reader import read_domain, read_problem
from planscript.runtime.planner.explain import describe, diagnose
print(describe(diagnose(read_problem({problem!r}, "p", read_domain({domain!r}, "d")))))"""
    assert len(told_in_four_runs(program)) == 1


def test_what_a_step_is_for_is_the_same_in_each_run() -> None:
    domain = """(define (domain lamps) (:types lamp) (:predicates (lit ?l - lamp))
      (:action light :parameters (?l - lamp) :effect (lit ?l)))"""
    problem = """(define (problem p) (:domain lamps) (:objects a b c d e f - lamp)
      (:init (lit a) (lit b) (lit c) (lit d) (lit e)) (:goal (exists (?l - lamp) (lit ?l))))"""
    program = f"""
from planscript.runtime.pddl.model import Atom
from planscript.runtime.pddl.reader import read_domain, read_problem
from planscript.runtime.planner.causal_links import causal_links
problem = read_problem({problem!r}, "p", read_domain({domain!r}, "d"))
print(causal_links(problem, [Atom("light", ("f",))]))"""
    assert len(told_in_four_runs(program)) == 1


def told_in_four_runs(program: str) -> set[str]:
    """What a program in Python prints, with sets in other orders each time."""
    told = set()
    for seed in range(4):
        around = {**os.environ, "PYTHONHASHSEED": str(seed)}
        ran = subprocess.run(
            [sys.executable, "-c", program], env=around, capture_output=True, text=True, check=True
        )
        told.add(ran.stdout)
    return told
