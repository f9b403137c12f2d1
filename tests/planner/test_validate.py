"""Validating plans: the verdict, the cost, and what exactly failed."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_domains import all_actions, formulas, problems, states

from planscript.runtime.pddl.model import (
    Add,
    And,
    Atom,
    Delete,
    Effect,
    Effects,
    Equals,
    Exists,
    ForAll,
    ForAllEffect,
    Formula,
    Imply,
    Increase,
    Not,
    Or,
    Parameter,
    Problem,
    When,
)
from planscript.runtime.pddl.reader import read_domain, read_formula, read_plan, read_problem
from planscript.runtime.pddl.writer import write_formula
from planscript.runtime.planner.validate import (
    Failure,
    InapplicableAction,
    Interpreter,
    Step,
    Validation,
    applicable,
    evaluate,
    successor,
    validate,
)

BLOCKS = """(define (domain blocks)
  (:types block)
  (:predicates (on ?x ?y - block) (table ?x - block) (clear ?x - block) (above ?x ?y - block))
  (:functions (total-cost) (weight ?x - block))
  (:derived (above ?x ?y)
    (or (on ?x ?y) (exists (?z - block) (and (on ?x ?z) (above ?z ?y)))))
  (:action stack :parameters (?x ?y - block)
    :precondition (and (clear ?x) (clear ?y) (table ?x) (not (= ?x ?y)))
    :effect (and (on ?x ?y) (not (table ?x)) (not (clear ?y)) (increase (total-cost) (weight ?x))))
  (:action sweep :parameters ()
    :precondition (forall (?x - block) (imply (clear ?x) (exists (?y - block) (above ?x ?y))))
    :effect (forall (?x - block) (and (table ?x) (clear ?x)
      (forall (?y - block) (when (on ?x ?y) (not (on ?x ?y))))))))
"""
THREE = """(define (problem three) (:domain blocks) (:objects a b c - block)
  (:init (table a) (table b) (table c) (clear a) (clear b) (clear c)
    (= (weight a) 0.5) (= (weight b) 2))
  (:goal (above a c)) (:metric minimize (total-cost)))
"""


def three(goal: str = "(above a c)") -> Problem:
    domain = read_domain(BLOCKS, "blocks.pddl")
    return read_problem(THREE.replace("(above a c)", goal), "three.pddl", domain)


def verdict(plan: str, goal: str = "(above a c)") -> Validation:
    return validate(three(goal), read_plan(plan))


def test_a_valid_plan_is_accepted_with_its_exact_cost() -> None:
    assert verdict("(stack b c) (stack a b)") == Validation(True, Fraction(5, 2))


def test_without_a_metric_each_action_costs_one() -> None:
    text = THREE.replace("(:metric minimize (total-cost))", "")
    problem = read_problem(text, "three.pddl", read_domain(BLOCKS, "blocks.pddl"))
    assert validate(problem, read_plan("(stack b c) (stack a b)")).cost == 2


def test_a_goal_that_is_not_reached_is_named() -> None:
    found = verdict("(stack b c)", "(and (above b c) (above a c) (clear c))")
    assert (found.valid, found.step, found.cost) == (False, None, 2)
    assert found.failure == Failure(
        "goal", "the goal (above a c) does not hold at the end", Atom("above", ("a", "c"))
    )


@pytest.mark.parametrize(
    ("plan", "step", "why", "part"),
    [
        ("(stack b c) (stack a c)", 1, "precondition", "(clear c)"),
        ("(stack a a)", 0, "precondition", "(not (= a a))"),
        ("(stack b a) (stack c b)", 1, "undefined cost", None),
        ("(stack a b) (sweep)", 1, "precondition", "imply"),
        ("(stick a b)", 0, "unknown action", None),
        ("(stack a)", 0, "wrong number of arguments", None),
        ("(stack a d)", 0, "unknown object", None),
    ],
)
def test_the_failing_step_and_condition_are_named(
    plan: str, step: int, why: str, part: str | None
) -> None:
    found = verdict(plan)
    assert not found.valid
    assert found.failure is not None
    assert (found.step, found.failure.why) == (step, why)
    if part is None:
        assert found.failure.formula is None
    else:
        assert part in write_formula(found.failure.formula)
        assert part in found.failure.message


def test_an_object_of_the_wrong_type_is_named() -> None:
    text = BLOCKS.replace("(:types block)", "(:types block table)")
    problem = read_problem(
        THREE.replace("c - block", "c - block t - table"),
        "three.pddl",
        read_domain(text, "blocks.pddl"),
    )
    found = validate(problem, read_plan("(stack a t)"))
    assert found.failure.why == "wrong type"
    assert "`t` is a `table`" in found.failure.message


def test_an_unknown_name_in_a_plan_gets_a_suggestion() -> None:
    assert "did you mean `stack`" in verdict("(stak a b)").failure.message


def test_a_fact_that_is_deleted_and_added_at_once_is_true() -> None:
    domain = read_domain(
        "(define (domain d) (:predicates (p) (q))"
        "(:action a :parameters () :effect (and (p) (not (p)) (when (q) (not (q))))))",
        "d.pddl",
    )
    problem = read_problem("(define (problem x) (:domain d) (:init (q)))", "p.pddl", domain)
    assert successor(problem, problem.init, Atom("a")) == {Atom("p")}


def test_conditions_of_effects_are_evaluated_before_the_action() -> None:
    domain = read_domain(
        "(define (domain d) (:predicates (p) (q))"
        "(:action swap :parameters () :effect (and (when (p) (and (q) (not (p))))"
        " (when (q) (and (p) (not (q)))))))",
        "d.pddl",
    )
    problem = read_problem("(define (problem x) (:domain d) (:init (p)))", "p.pddl", domain)
    assert successor(problem, problem.init, Atom("swap")) == {Atom("q")}


def test_an_action_that_cannot_be_taken_raises_with_the_reason() -> None:
    problem = three()
    state = successor(problem, problem.init, Atom("stack", ("a", "b")))
    assert applicable(problem, state, Atom("stack", ("b", "a"))) is False
    with pytest.raises(InapplicableAction) as caught:
        successor(problem, state, Atom("stack", ("b", "a")))
    assert caught.value.failure.formula == Atom("clear", ("b",))
    assert "(clear b)" in caught.value.diagnostics[0].title


def test_derived_facts_are_true_where_the_rules_say_so() -> None:
    problem = three()
    interpreter = Interpreter(problem)
    state = frozenset({Atom("on", ("a", "b")), Atom("on", ("b", "c"))})
    assert interpreter.derived(state) == {
        Atom("above", pair) for pair in (("a", "b"), ("b", "c"), ("a", "c"))
    }
    goal = read_formula("(forall (?x - block) (not (above ?x ?x)))", problem.domain, {})
    assert evaluate(goal, state, problem)


def test_a_rule_that_negates_another_waits_until_that_one_is_done() -> None:
    domain = read_domain(
        "(define (domain d) (:predicates (edge ?a ?b) (path ?a ?b) (cut-off ?a ?b))"
        "(:derived (cut-off ?a ?b) (not (path ?a ?b)))"
        "(:derived (path ?a ?b) (or (edge ?a ?b) (exists (?c) (and (edge ?a ?c) (path ?c ?b))))))",
        "d.pddl",
    )
    problem = read_problem(
        "(define (problem p) (:domain d) (:objects a b c d)"
        " (:init (edge a b) (edge b c) (edge c d)))",
        "p.pddl",
        domain,
    )
    interpreter = Interpreter(problem)
    assert not interpreter.holds(Atom("cut-off", ("a", "d")), problem.init)
    assert interpreter.holds(Atom("cut-off", ("d", "a")), problem.init)
    assert len(interpreter.derived(problem.init)) == 16


def test_a_quantifier_ranges_over_objects_of_its_type_only() -> None:
    domain = read_domain(
        "(define (domain d) (:types box ball) (:predicates (red ?x)) (:action a :parameters ()"
        " :effect (forall (?x - box) (when (red ?x) (not (red ?x))))))",
        "d.pddl",
    )
    problem = read_problem(
        "(define (problem p) (:domain d) (:objects a - box b - ball) (:init (red b)))",
        "p.pddl",
        domain,
    )
    some = read_formula("(exists (?x - box) (red ?x))", domain, problem.objects)
    assert not evaluate(some, problem.init, problem)
    assert successor(problem, problem.init, Atom("a")) == problem.init


def test_quantifiers_over_many_objects_follow_the_facts() -> None:
    """Four variables over 400 objects: 2.56e10 combinations, but few facts."""
    domain = read_domain(
        "(define (domain d) (:predicates (next ?x ?y)) (:action a :parameters () :effect ()))",
        "d.pddl",
    )
    names = [f"o{i}" for i in range(400)]
    facts = " ".join(f"(next {a} {b})" for a, b in zip(names, names[1:], strict=False))
    problem = read_problem(
        f"(define (problem p) (:domain d) (:objects {' '.join(names)}) (:init {facts}))",
        "p.pddl",
        domain,
    )
    chain = "(and (next ?a ?b) (next ?b ?c) (next ?c ?d))"
    some = read_formula(f"(exists (?a ?b ?c ?d) {chain})", domain, problem.objects)
    ring = read_formula(
        f"(forall (?a ?b ?c ?d) (imply {chain} (not (next ?d ?a))))", domain, problem.objects
    )
    assert evaluate(some, problem.init, problem)
    assert evaluate(ring, problem.init, problem)


# ---------------------------------------------------------------- against the definitions


def naive_holds(formula: Formula, facts: frozenset[Atom], problem: Problem, env: dict) -> bool:
    """Truth by the book: every quantifier tries every object."""

    def bound(term: str) -> str:
        return env.get(term, term)

    def instances(parameters: tuple[Parameter, ...], body: Formula) -> list[bool]:
        return [
            naive_holds(
                body,
                facts,
                problem,
                {**env, **dict(zip((p.name for p in parameters), choice, strict=True))},
            )
            for choice in product(*(problem.of_types(p.types) for p in parameters))
        ]

    match formula:
        case Atom(name, args):
            return Atom(name, tuple(map(bound, args))) in facts
        case Equals(left, right):
            return bound(left) == bound(right)
        case Not(part):
            return not naive_holds(part, facts, problem, env)
        case And(parts):
            return all(naive_holds(part, facts, problem, env) for part in parts)
        case Or(parts):
            return any(naive_holds(part, facts, problem, env) for part in parts)
        case Imply(left, right):
            return naive_holds(right, facts, problem, env) or not naive_holds(
                left, facts, problem, env
            )
        case ForAll(parameters, body):
            return all(instances(parameters, body))
        case Exists(parameters, body):
            return any(instances(parameters, body))


def naive_closure(state: frozenset[Atom], problem: Problem) -> frozenset[Atom]:
    """State and derived facts. Random axioms only look at predicates declared before theirs."""
    facts = state
    for name in problem.domain.predicates:
        axioms = [axiom for axiom in problem.domain.axioms if axiom.head.name == name]
        grown = True
        while grown:
            more = {
                Atom(name, choice)
                for axiom in axioms
                for choice in product(*(problem.of_types(p.types) for p in axiom.head.parameters))
                if naive_holds(
                    axiom.body,
                    facts,
                    problem,
                    dict(zip((p.name for p in axiom.head.parameters), choice, strict=True)),
                )
            }
            grown = not more <= facts
            facts |= more
    return facts


def naive_effects(
    effect: Effect, facts: frozenset[Atom], problem: Problem, env: dict
) -> list[tuple[str, Atom | Fraction]]:
    def bound(atom: Atom) -> Atom:
        return Atom(atom.name, tuple(env.get(term, term) for term in atom.args))

    match effect:
        case Add(atom):
            return [("add", bound(atom))]
        case Delete(atom):
            return [("delete", bound(atom))]
        case Increase(amount):
            return [("cost", problem.values[bound(amount)] if isinstance(amount, Atom) else amount)]
        case Effects(parts):
            return [e for part in parts for e in naive_effects(part, facts, problem, env)]
        case When(condition, inner):
            if not naive_holds(condition, facts, problem, env):
                return []
            return naive_effects(inner, facts, problem, env)
        case ForAllEffect(parameters, inner):
            return [
                e
                for choice in product(*(problem.of_types(p.types) for p in parameters))
                for e in naive_effects(
                    inner,
                    facts,
                    problem,
                    {**env, **dict(zip((p.name for p in parameters), choice, strict=True))},
                )
            ]


@settings(max_examples=200, deadline=None)
@given(st.data(), problems())
def test_formulas_are_true_as_defined(data: st.DataObject, problem: Problem) -> None:
    formula = data.draw(formulas(problem))
    state = data.draw(states(problem))
    expected = naive_holds(formula, naive_closure(state, problem), problem, {})
    interpreter = Interpreter(problem)
    assert interpreter.holds(formula, state) == expected
    unmet = interpreter.unmet(formula, state)
    assert (unmet is None) == expected
    if unmet is not None:
        assert not interpreter.holds(unmet, state)


@settings(max_examples=200, deadline=None)
@given(st.data(), problems(conditional_costs=True))
def test_actions_do_as_defined(data: st.DataObject, problem: Problem) -> None:
    actions = all_actions(problem)
    if not actions:
        return
    action = data.draw(st.sampled_from(actions))
    state = data.draw(states(problem))
    schema = problem.domain.actions[action.name]
    env = dict(zip((p.name for p in schema.parameters), action.args, strict=True))
    facts = naive_closure(state, problem)
    found = Interpreter(problem).attempt(state, action)
    if not naive_holds(schema.precondition, facts, problem, env):
        assert isinstance(found, Failure)
        assert found.why == "precondition"
        return
    effects = naive_effects(schema.effect, facts, problem, env)
    added = {what for kind, what in effects if kind == "add"}
    deleted = {what for kind, what in effects if kind == "delete"}
    cost = sum((what for kind, what in effects if kind == "cost"), Fraction(0))
    assert found == Step(
        frozenset((state - deleted) | added), cost if problem.minimise_cost else Fraction(1)
    )
