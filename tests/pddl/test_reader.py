"""Reading PDDL: what is understood, what is forgiven, and what is refused at which place."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_domains import problems

from planscript.lang.diagnostics import Diagnostic, SourceError
from planscript.runtime.pddl.model import (
    And,
    Atom,
    Domain,
    Equals,
    Increase,
    Not,
    Parameter,
    Problem,
)
from planscript.runtime.pddl.reader import (
    read_domain,
    read_domain_file,
    read_formula,
    read_plan,
    read_problem,
)
from planscript.runtime.pddl.writer import write_domain, write_problem

DOMAIN = """(define (domain shelf)
  (:requirements :adl :action-costs)
  (:types fruit - object place)
  (:constants floor - place)
  (:predicates (on ?f - fruit ?p - place) (free) (ripe ?f - fruit))
  (:functions (total-cost) - number (weight ?f - fruit) - number)
  (:action move
    :parameters (?f - fruit ?from ?to - place)
    :precondition (and (on ?f ?from) (free))
    :effect (and (not (on ?f ?from)) (on ?f ?to) (increase (total-cost) (weight ?f)))))
"""

PROBLEM = """(define (problem p)
  (:domain shelf)
  (:objects apple pear - fruit shelf - place)
  (:init (on apple shelf) (on pear floor) (free) (= (weight apple) 1.5) (= (weight pear) 2))
  (:goal (and (on apple floor) (not (on pear floor))))
  (:metric minimize (total-cost)))
"""


def domain_of(text: str) -> tuple[Domain, list[Diagnostic]]:
    warnings: list[Diagnostic] = []
    return read_domain(text, "d.pddl", warnings), warnings


def problem_of(text: str, domain: str = DOMAIN) -> tuple[Problem, list[Diagnostic]]:
    warnings: list[Diagnostic] = []
    return read_problem(text, "p.pddl", read_domain(domain, "d.pddl"), warnings), warnings


def refused(read, *args) -> Diagnostic:
    """The one diagnostic that reading ends in."""
    with pytest.raises(SourceError) as caught:
        read(*args)
    (diagnostic,) = caught.value.diagnostics
    return diagnostic


def marked(text: str, diagnostic: Diagnostic) -> str:
    """The text that the diagnostic points at."""
    span = diagnostic.span
    assert span is not None
    lines = text.splitlines(keepends=True)[span.line - 1 : span.end_line]
    lines[-1] = lines[-1][: span.end_column - 1]
    return "".join(lines)[span.column - 1 :]


# ---------------------------------------------------------------- understood


def test_a_domain_and_a_problem_are_read() -> None:
    domain, warnings = domain_of(DOMAIN)
    assert not warnings
    assert domain.types == {"fruit": ("object",), "place": ("object",)}
    assert domain.constants == {"floor": Parameter("floor", ("place",))}
    move = domain.actions["move"]
    assert move.parameters[1] == Parameter("?from", ("place",))
    assert move.precondition == And((Atom("on", ("?f", "?from")), Atom("free")))
    assert move.effect.parts[2] == Increase(Atom("weight", ("?f",)))
    problem, warnings = problem_of(PROBLEM)
    assert not warnings
    assert list(problem.objects) == ["floor", "apple", "pear", "shelf"]
    assert Atom("on", ("apple", "shelf")) in problem.init
    assert len(problem.init) == 3
    assert problem.values[Atom("weight", ("apple",))] == Fraction(3, 2)
    assert problem.goal == And((Atom("on", ("apple", "floor")), Not(Atom("on", ("pear", "floor")))))
    assert problem.minimise_cost


def test_declarations_carry_their_places() -> None:
    domain, _ = domain_of(DOMAIN)
    assert domain.predicates["free"].span.line == 5
    assert domain.actions["move"].span.line == 7


def test_names_are_read_in_lower_case() -> None:
    domain, _ = domain_of(DOMAIN.replace("move", "MoVe").replace("?from", "?FROM"))
    assert domain == domain_of(DOMAIN)[0]


def test_either_may_stand_for_any_type() -> None:
    text = DOMAIN.replace("?p - place)", "?p - (either place fruit))", 1).replace(
        "?from ?to - place)", "?from ?to - (either place fruit))"
    )
    domain, _ = domain_of(text)
    assert domain.predicates["on"].parameters[1].types == ("place", "fruit")


def test_empty_conditions_are_true_and_comments_are_skipped() -> None:
    domain, _ = domain_of(
        "; a comment (with parentheses\n(define (domain d) (:predicates (p)) ; more )\n"
        "(:action a :parameters () :precondition () :effect (p)))"
    )
    assert domain.actions["a"].precondition == And(())


def test_derived_predicates_take_types_from_their_declaration() -> None:
    domain, _ = domain_of(
        "(define (domain d) (:types block) (:predicates (on ?x ?y - block) (above ?x ?y - block))"
        "(:derived (above ?x ?y) (or (on ?x ?y)"
        "(exists (?z - block) (and (on ?x ?z) (above ?z ?y))))))"
    )
    assert domain.derived == {"above"}
    assert domain.axioms[0].head.parameters[0] == Parameter("?x", ("block",))


def test_a_plan_is_read_with_its_comments() -> None:
    text = "; a plan\n(Move APPLE shelf floor)\n(noop)\n; cost = 2 (unit cost)\n"
    assert read_plan(text) == (Atom("move", ("apple", "shelf", "floor")), Atom("noop"))


def test_equality_is_built_in() -> None:
    problem, _ = problem_of(PROBLEM)
    goal = read_formula("(not (= apple pear))", problem.domain, problem.objects)
    assert goal == Not(Equals("apple", "pear"))


# ---------------------------------------------------------------- forgiven


@pytest.mark.parametrize(
    ("old", "new", "at"),
    [
        ("(on ?f ?from) (free)", "(on?f ?from) (free)", "?f"),
        ("(on ?f - fruit ?p - place)", "(on ?f - fruit ?f - place)", "?f"),
        ("fruit - object place", "fruit - thing place", "thing"),
        ("?f - fruit ?from", "?f -fruit ?from", "-fruit"),
        (":adl :action-costs", ":adl", "(increase (total-cost) (weight ?f))"),
        (":adl :action-costs", ":adl :action-costs :flying", ":flying"),
        ("(free) (ripe", "(free) (= ?x ?y) (ripe", "(= ?x ?y)"),
        ("fruit - object place", "fruit - object place fruit", "fruit"),
    ],
)
def test_slips_in_a_domain_are_forgiven_with_a_warning(old: str, new: str, at: str) -> None:
    text = DOMAIN.replace(old, new, 1)
    domain, warnings = domain_of(text)
    (warning,) = warnings
    assert warning.severity == "warning"
    assert marked(text, warning) == at
    assert domain.actions.keys() == {"move"}
    assert domain.actions["move"].effect == domain_of(DOMAIN)[0].actions["move"].effect


def test_requirements_may_be_declared_and_not_used() -> None:
    _, warnings = domain_of(DOMAIN.replace(":adl", ":adl :durative-actions :fluents"))
    assert not warnings


def test_parents_may_be_declared_after_their_children() -> None:
    domain, warnings = domain_of(DOMAIN.replace("fruit - object place", "fruit - food food place"))
    assert not warnings
    assert domain.is_subtype("fruit", "food")


@pytest.mark.parametrize(
    ("old", "new", "at"),
    [
        ("(:domain shelf)", "(:domain shelves)", "shelves"),
        ("apple pear -", "apple apple pear -", "apple"),
        ("shelf - place)", "shelf floor - place)", "floor"),
        ("(free)", "(free) (not (ripe apple))", "(not (ripe apple))"),
        ("(free)", "(and (free))", "and"),
        ("(free)", "(free) (= (total-cost) 3)", "3"),
    ],
)
def test_slips_in_a_problem_are_forgiven_with_a_warning(old: str, new: str, at: str) -> None:
    text = PROBLEM.replace(old, new, 1)
    problem, warnings = problem_of(text)
    (warning,) = warnings
    assert marked(text, warning) == at
    assert problem == problem_of(PROBLEM)[0]


@pytest.mark.parametrize("more", ["", "(= (total-cost) 0)"])
def test_the_cost_at_the_start_may_be_given_or_not(more: str) -> None:
    problem, warnings = problem_of(PROBLEM.replace("(free)", f"(free) {more}"))
    assert not warnings
    assert problem == problem_of(PROBLEM)[0]


def test_a_problem_may_lack_a_goal() -> None:
    text = PROBLEM.replace("(:goal (and (on apple floor) (not (on pear floor))))", "")
    problem, warnings = problem_of(text)
    assert problem.goal == And(())
    assert [warning.code for warning in warnings] == ["W0714"]


# ---------------------------------------------------------------- refused


WRONG_DOMAINS = [
    # (in place of, this), the code, the place, a part of the hint
    ("(free))\n    :eff", "(fre))\n    :eff", "E0706", "fre", "did you mean `free`"),
    ("(on ?f ?to)", "(on ?f)", "E0710", "(on ?f)", "`(on ?f - fruit ?p - place)`"),
    ("(on ?f ?to)", "(on ?to ?f)", "E0711", "?to", "`(on ?f - fruit ?p - place)`"),
    ("(on ?f ?to)", "(on ?f ?too)", "E0709", "?too", "did you mean `?to`"),
    ("(on ?f ?to)", "(on ?f to)", "E0708", "to", "did you mean the variable `?to`"),
    ("(on ?f ?to)", "(on ?f flor)", "E0708", "flor", "did you mean `floor`"),
    ("(ripe ?f - fruit)", "(ripe ?f - friut)", "E0707", "friut", "did you mean `fruit`"),
    ("(free) (ripe", "(free) (free) (ripe", "E0712", "free", ""),
    ("?from ?to - place", "?from ?from - place", "E0712", "?from", ""),
    ("(:functions", "(:action move) (:functions", "E0712", "move", ""),
    ("(free) (ripe", "(free) (weight ?f) (ripe", "E0712", "(weight ?f - fruit)", ""),
    ("(free) (ripe", "(free) (and ?f) (ripe", "E0712", "and", ""),
    ("fruit - object place", "fruit - place place - fruit", "E0715", "fruit", ""),
    (":precondition", ":precondtion", "E0714", ":precondtion", "did you mean `:precondition`"),
    ("(:constants", "(:constant", "E0714", ":constant", "did you mean `:constants`"),
    ("(:action move", "(:action", "E0705", ":action", ""),
    ("(:action move", "(:durative-action move", "E0713", ":durative-action", ""),
    (":precondition", ":duration (= ?duration 5) :condition", "E0713", ":duration", ""),
    ("(free))", "(> (weight ?f) 3))", "E0713", "(> (weight ?f) 3)", ""),
    ("(free))", "(= (weight ?f) 3))", "E0713", "(= (weight ?f) 3)", ""),
    ("(free))", "(preference p (free)))", "E0713", "(preference p (free))", ""),
    ("(free))", "(always (free)))", "E0713", "(always (free))", ""),
    ("(free))", "(not (free) (ripe ?f)))", "E0705", "(not (free) (ripe ?f))", "`(not formula)`"),
    ("(free))", "free)", "E0705", "free", "write `(free)`"),
    ("(free))", "((free)))", "E0705", "(free)", "begins with `and`"),
    ("(free))", "(forall ?x (free)))", "E0705", "?x", ""),
    ("(free))", "(when (free) (free)))", "E0705", "(when (free) (free))", "imply"),
    ("(free))", "(weight ?f))", "E0706", "weight", ""),
    ("(on ?f ?to)", "(on (weight ?f) ?to)", "E0713", "(weight ?f)", ""),
    ("(on ?f ?to)", "(or (free) (ripe ?f))", "E0705", "(or (free) (ripe ?f))", ""),
    ("(on ?f ?to)", "(not (and (free)))", "E0705", "(and (free))", "for each atom"),
    ("(on ?f ?to)", "(decrease (weight ?f) 1)", "E0713", "(decrease (weight ?f) 1)", "total-cost"),
    ("(on ?f ?to)", "(increase (weight ?f) 1)", "E0713", "(increase (weight ?f) 1)", "total-cost"),
    ("(weight ?f)))))", "-1))))", "E0705", "-1", ""),
    ("(weight ?f)))))", "(+ 1 (weight ?f))))))", "E0713", "(+ 1 (weight ?f))", "one function"),
    ("(weight ?f)))))", "(wait ?f)))))", "E0706", "wait", "did you mean `weight`"),
    ("(weight ?f - fruit) - number", "(weight ?f - fruit) - place", "E0713", "place", ""),
    ("(:types", "(:constraints (free)) (:types", "E0713", ":constraints", ""),
    ("(define (domain shelf)", "(define (problem shelf)", "E0705", "(problem shelf)", "swapped"),
    ("(define (domain shelf)", "(define (domain)", "E0705", "(domain)", ""),
    ("place)\n", "- place)\n", "E0705", "place", ""),
]


@pytest.mark.parametrize(("old", "new", "code", "at", "hint"), WRONG_DOMAINS)
def test_a_wrong_domain_is_refused_at_the_place(
    old: str, new: str, code: str, at: str, hint: str
) -> None:
    assert old in DOMAIN
    text = DOMAIN.replace(old, new, 1)
    diagnostic = refused(read_domain, text, "d.pddl")
    assert (diagnostic.code, marked(text, diagnostic)) == (code, at)
    assert hint in diagnostic.hint
    assert diagnostic.span.source == "d.pddl"


WRONG_PROBLEMS = [
    ("(on apple shelf)", "(on aple shelf)", "E0708", "aple", "did you mean `apple`"),
    ("(on apple shelf)", "(on shelf apple)", "E0711", "shelf", "`(on ?f - fruit ?p - place)`"),
    ("(on apple shelf)", "(on apple)", "E0710", "(on apple)", ""),
    ("(on apple shelf)", "(in apple shelf)", "E0706", "in", ""),
    ("(on apple shelf)", "(on ?f shelf)", "E0709", "?f", ""),
    ("(on apple floor)", "(on apple flor)", "E0708", "flor", "did you mean `floor`"),
    ("(on apple floor)", "(on ?f floor)", "E0709", "?f", ""),
    ("- fruit shelf", "- friut shelf", "E0707", "friut", "did you mean `fruit`"),
    ("shelf - place)", "apple - place)", "E0712", "apple", ""),
    ("(free)", "(at 5 (free))", "E0713", "(at 5 (free))", ""),
    ("(free)", "(= apple pear)", "E0713", "(= apple pear)", ""),
    ("(free)", "(or (free))", "E0705", "(or (free))", ""),
    ("(free)", "(not (on apple shelf))", "E0712", "(not (on apple shelf))", ""),
    ("(= (weight pear) 2)", "(= (weight pear) two)", "E0705", "two", ""),
    ("(= (weight pear) 2)", "(= (weight pear) -2)", "E0705", "-2", ""),
    ("(= (weight pear) 2)", "(= (weight shelf) 2)", "E0711", "shelf", ""),
    ("(= (weight pear) 2)", "(= (weight apple) 2)", "E0712", "(= (weight apple) 2)", ""),
    ("minimize (total-cost)", "maximize (total-cost)", "E0713", "maximize", ""),
    ("minimize (total-cost)", "minimize (weight pear)", "E0713", "(weight pear)", ""),
    ("(:metric", "(:goal (free)) (:metric", "E0712", ":goal", ""),
    ("(:metric", "(:constraints (free)) (:metric", "E0713", ":constraints", ""),
    ("(:metric", "(:metrics", "E0714", ":metrics", "did you mean `:metric`"),
    ("(define (problem p)", "(define (domain p)", "E0705", "(domain p)", "swapped"),
]


@pytest.mark.parametrize(("old", "new", "code", "at", "hint"), WRONG_PROBLEMS)
def test_a_wrong_problem_is_refused_at_the_place(
    old: str, new: str, code: str, at: str, hint: str
) -> None:
    assert old in PROBLEM
    text = PROBLEM.replace(old, new, 1)
    diagnostic = refused(problem_of, text)
    assert (diagnostic.code, marked(text, diagnostic)) == (code, at)
    assert hint in diagnostic.hint


def test_a_rule_that_depends_on_its_own_negation_is_refused() -> None:
    text = (
        "(define (domain d) (:predicates (p) (q) (r))"
        "(:derived (p) (not (q))) (:derived (q) (and (r) (p))))"
    )
    diagnostic = refused(read_domain, text, "d.pddl")
    assert diagnostic.code == "E0713"
    assert marked(text, diagnostic).startswith("(:derived (")


def test_a_derived_predicate_cannot_be_changed_or_given() -> None:
    text = (
        "(define (domain d) (:predicates (p) (q)) (:derived (p) (q))"
        "(:action a :parameters () :effect (q)))"
    )
    wrong = text.replace(":effect (q)", ":effect (p)")
    assert marked(wrong, refused(read_domain, wrong, "d.pddl")) == "(p)"
    problem = "(define (problem x) (:domain d) (:init (p)) (:goal (p)))"
    assert marked(problem, refused(problem_of, problem, text)) == "(p)"


# ---------------------------------------------------------------- parentheses and files


def test_a_truncated_file_says_which_parenthesis_was_never_closed() -> None:
    text = DOMAIN[: DOMAIN.index("(not (on ?f ?from))")]
    diagnostic = refused(read_domain, text, "d.pddl")
    assert diagnostic.code == "E0703"
    assert (diagnostic.span.line, diagnostic.span.column) == (10, 13)
    assert "3 `)` are missing" in diagnostic.hint


def test_an_unclosed_section_is_found_where_the_next_one_begins() -> None:
    text = DOMAIN.replace("(ripe ?f - fruit))", "(ripe ?f - fruit)")
    diagnostic = refused(read_domain, text, "d.pddl")
    assert diagnostic.code == "E0703"
    assert diagnostic.span.line == 5
    assert diagnostic.related[0][1].line == 6


def test_a_parenthesis_too_many_is_pointed_at() -> None:
    diagnostic = refused(read_domain, DOMAIN + ")", "d.pddl")
    assert (diagnostic.code, diagnostic.span.line) == ("E0703", 11)


@pytest.mark.parametrize("count", [300, 10_000, 100_000])
def test_deep_nesting_is_one_diagnostic(count: int) -> None:
    deep = "(not " * count + "(free)" + ")" * count
    text = PROBLEM.replace("(on apple floor)", deep)
    assert refused(problem_of, text).code == "E0704"
    assert refused(problem_of, "(" * count).code == "E0704"


def test_nesting_within_the_limit_is_read() -> None:
    deep = "(not " * 150 + "(free)" + ")" * 150
    problem, _ = problem_of(PROBLEM.replace("(on apple floor)", deep))
    assert read_problem(write_problem(problem), "p.pddl", problem.domain) == problem


@pytest.mark.parametrize("text", ["", "  \n", "; only a comment"])
def test_an_empty_file_is_refused(text: str) -> None:
    assert "is empty" in refused(read_domain, text, "d.pddl").title


def test_files_that_are_no_pddl_text_are_refused(tmp_path: Path) -> None:
    (tmp_path / "domain.pddl").write_text(DOMAIN)
    assert read_domain_file(tmp_path / "domain.pddl").name == "shelf"
    missing = refused(read_domain_file, tmp_path / "domian.pddl")
    assert missing.code == "E0701"
    assert "domain.pddl" in missing.hint
    assert "folder" in refused(read_domain_file, tmp_path).title
    assert refused(read_domain_file, "/dev/zero").code == "E0701"
    assert refused(read_domain_file, "a\0b").code == "E0701"
    (tmp_path / "latin.pddl").write_bytes(b"; ok\n(define (domain caf\xe9))")
    latin = refused(read_domain_file, tmp_path / "latin.pddl")
    assert (latin.code, latin.span.line, latin.span.column) == ("E0702", 2, 20)
    (tmp_path / "nul.pddl").write_bytes(b"(define\0 (domain d))")
    nul = refused(read_domain_file, tmp_path / "nul.pddl")
    assert (nul.code, nul.span.column) == ("E0702", 8)


def test_a_byte_order_mark_and_windows_lines_are_accepted(tmp_path: Path) -> None:
    path = tmp_path / "domain.pddl"
    path.write_bytes(b"\xef\xbb\xbf" + DOMAIN.replace("\n", "\r\n").encode())
    assert read_domain_file(path) == read_domain(DOMAIN, "d.pddl")


@pytest.mark.parametrize(
    ("text", "at"),
    [("move apple", "move"), ("(move (a))", "(a)"), ("()", "()"), ("0.5: (move a) [1]", "0.5:")],
)
def test_a_wrong_plan_is_refused_at_the_place(text: str, at: str) -> None:
    assert marked(text, refused(read_plan, text)) == at


@settings(max_examples=200, deadline=None)
@given(st.data(), problems())
def test_damaged_text_is_read_or_refused_but_never_crashes(
    data: st.DataObject, problem: Problem
) -> None:
    text = write_domain(problem.domain) + write_problem(problem)
    cut = text.index("(define (problem")
    parts = [text[:cut], text[cut:]]
    which = data.draw(st.integers(0, 1))
    at = data.draw(st.integers(0, len(parts[which]) - 1))
    until = at + data.draw(st.integers(0, 5))
    new = data.draw(st.text(" ()?-;=:abé0.\n", max_size=4))
    parts[which] = parts[which][:at] + new + parts[which][until:]
    try:
        domain = read_domain(parts[0], "d.pddl", [])
        read_problem(parts[1], "p.pddl", domain, [])
    except SourceError as error:
        (diagnostic,) = error.diagnostics
        assert diagnostic.span is not None
        source = parts[diagnostic.span.source == "p.pddl"]
        assert 1 <= diagnostic.span.line <= max(1, len(source.splitlines()))
