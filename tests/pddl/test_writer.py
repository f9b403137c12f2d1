"""What is written as PDDL reads back as the same model."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from random_domains import problems

from planscript.lang.diagnostics import Diagnostic
from planscript.runtime.pddl.model import Atom, Problem
from planscript.runtime.pddl.reader import read_domain, read_formula, read_plan, read_problem
from planscript.runtime.pddl.writer import (
    write_domain,
    write_formula,
    write_number,
    write_plan,
    write_problem,
)


@settings(max_examples=200, deadline=None)
@given(problems(conditional_costs=True))
def test_a_written_domain_and_problem_read_back_equal(problem: Problem) -> None:
    domain = read_domain(write_domain(problem.domain), "domain.pddl")
    assert domain == problem.domain
    assert list(domain.types) == list(problem.domain.types)
    warnings: list[Diagnostic] = []
    again = read_problem(write_problem(problem), "problem.pddl", domain, warnings)
    assert again == problem
    assert not warnings
    assert list(again.objects) == list(problem.objects)


@settings(max_examples=100, deadline=None)
@given(problems())
def test_a_written_formula_reads_back_equal(problem: Problem) -> None:
    text = write_formula(problem.goal)
    assert read_formula(text, problem.domain, problem.objects) == problem.goal


@settings(max_examples=30, deadline=None)
@given(problems())
def test_case_and_white_space_do_not_matter(problem: Problem) -> None:
    text = write_domain(problem.domain).upper().replace("(", " (\n\t").replace(")", " ) ; end\n")
    assert read_domain(text, "domain.pddl") == problem.domain


def test_a_plan_is_written_one_step_a_line_with_its_cost_last() -> None:
    plan = (Atom("pick-up", ("a",)), Atom("noop"))
    text = write_plan(plan, 2, general=False)
    assert text == "(pick-up a)\n(noop)\n; cost = 2 (unit cost)\n"
    assert read_plan(text) == plan
    assert write_plan((), Fraction(5, 4), general=True) == "; cost = 1.25 (general cost)\n"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction(0), "0"),
        (Fraction(7), "7"),
        (Fraction(1, 8), "0.125"),
        (Fraction(-1, 20), "-0.05"),
        (Fraction(10**30 + 1, 10), "100000000000000000000000000000.1"),
    ],
)
def test_numbers_are_written_in_decimal_exactly(value: Fraction, text: str) -> None:
    assert write_number(value) == text


def test_a_number_without_a_finite_decimal_is_refused_in_pddl_but_shown_in_a_plan() -> None:
    with pytest.raises(ValueError, match="1/3"):
        write_number(Fraction(1, 3))
    assert write_plan((), Fraction(1, 3), general=True) == "; cost = 1/3 (general cost)\n"
