"""`planscript solve` and `planscript validate` as other programs use them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

DOMAIN = """(define (domain lamps) (:requirements :strips :action-costs)
    (:predicates (lit ?x) (near ?x ?y) (dark))
    (:functions (total-cost))
    (:action light :parameters (?x ?y) :precondition (and (lit ?x) (near ?x ?y))
        :effect (and (lit ?y) (increase (total-cost) 1.5))))"""
PROBLEM = """(define (problem three) (:domain lamps) (:objects a b c)
    (:init (lit a) (near a b) (near b c)) (:goal {goal}) {metric})"""


def planscript(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "planscript.runtime", *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    return write(tmp_path, "(lit c)")


def write(folder: Path, goal: str, metric: str = "") -> tuple[str, str]:
    domain, problem = folder / "d.pddl", folder / "p.pddl"
    domain.write_text(DOMAIN, encoding="utf-8")
    problem.write_text(PROBLEM.format(goal=goal, metric=metric), encoding="utf-8")
    return str(domain), str(problem)


def write_bomb(folder: Path) -> tuple[str, str]:
    variables = " ".join(f"?x{i}" for i in range(8))
    condition = " ".join(f"(p ?x{i})" for i in range(8))
    domain, problem = folder / "d.pddl", folder / "p.pddl"
    domain.write_text(
        f"""(define (domain bomb) (:predicates (p ?x) (q {variables}) (r))
            (:action boom :parameters ({variables}) :precondition (and {condition})
                :effect (q {variables})))"""
    )
    objects = " ".join(f"o{i}" for i in range(60))
    init = " ".join(f"(p o{i})" for i in range(60))
    problem.write_text(
        f"(define (problem b) (:domain bomb) (:objects {objects}) (:init {init}) (:goal (r)))"
    )
    return str(domain), str(problem)


def test_a_plan_goes_to_standard_output_and_nothing_else_does(files: tuple[str, str]) -> None:
    done = planscript("solve", *files)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "(light a b)\n(light b c)\n; cost = 2 (unit cost)\n"


def test_a_plan_file_holds_the_plan(files: tuple[str, str], tmp_path: Path) -> None:
    plan = tmp_path / "plan"
    done = planscript("solve", *files, "--optimal", "--plan-file", str(plan))
    assert (done.returncode, done.stdout) == (0, "")
    assert plan.read_text() == "(light a b)\n(light b c)\n; cost = 2 (unit cost)\n"


def test_costs_that_the_metric_counts_are_general_and_may_be_fractions(tmp_path: Path) -> None:
    files = write(tmp_path, "(lit b)", "(:metric minimize (total-cost))")
    done = planscript("solve", *files)
    assert done.stdout.endswith("; cost = 1.5 (general cost)\n")


def test_no_plan_is_exit_code_11(tmp_path: Path) -> None:
    done = planscript("solve", *write(tmp_path, "(dark)"))
    assert (done.returncode, done.stdout) == (11, "")
    assert "proved unsolvable" in done.stderr


def test_time_out_is_exit_code_23(tmp_path: Path) -> None:
    done = planscript("solve", *write_bomb(tmp_path), "--timeout", "0.5")
    assert done.returncode == 23
    assert "out of time" in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="the system does not tell memory")
def test_too_little_memory_is_exit_code_22(tmp_path: Path) -> None:
    done = planscript("solve", *write_bomb(tmp_path), "--max-memory", "120", "--timeout", "60")
    assert done.returncode == 22
    assert "out of memory" in done.stderr


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--search", "astarr"), 33, "did you mean `astar`"),
        (("--search", "astar", "--heuristic", "lmcat"), 33, "did you mean `lmcut`"),
        (("--timeout", "0"), 2, "above 0"),
        (("--optimal", "--fast"), 2, "not allowed with"),
    ],
)
def test_a_wrong_option_is_named(
    files: tuple[str, str], words: tuple[str, ...], code: int, said: str
) -> None:
    done = planscript("solve", *files, *words)
    assert done.returncode == code
    assert said in done.stderr


def test_bad_input_is_exit_code_31_and_shows_the_place(tmp_path: Path) -> None:
    done = planscript("solve", *write(tmp_path, "(litt c)"))
    assert done.returncode == 31
    assert "p.pddl:2" in done.stderr and "did you mean `lit`" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_missing_file_is_exit_code_31(files: tuple[str, str]) -> None:
    done = planscript("solve", files[0], files[1] + "x")
    assert done.returncode == 31
    assert "no file" in done.stderr


def test_a_plan_file_that_cannot_be_written_is_said(files: tuple[str, str], tmp_path: Path) -> None:
    done = planscript("solve", *files, "--plan-file", str(tmp_path / "none" / "plan"))
    assert done.returncode == 31
    assert "cannot be written" in done.stderr


def test_the_list_names_searches_and_heuristics() -> None:
    done = planscript("solve", "--list")
    assert done.returncode == 0
    for name in ("astar", "gbfs", "lmcut", "hff", "fast", "optimal"):
        assert name in done.stdout


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_an_interrupt_ends_it_quietly(tmp_path: Path) -> None:
    running = subprocess.Popen(
        [sys.executable, "-m", "planscript.runtime", "solve", *write_bomb(tmp_path)],
        stderr=subprocess.PIPE,
        text=True,
    )
    time.sleep(1.5)
    running.send_signal(signal.SIGINT)
    said = running.communicate(timeout=60)[1]
    assert running.returncode == 130
    assert "Traceback" not in said


def write_ferry(folder: Path, cars: int) -> tuple[str, str]:
    """Cars to be ferried, two at a time: easily planned, but hard to be sure of the best plan."""
    domain, problem = folder / "d.pddl", folder / "p.pddl"
    domain.write_text(
        """(define (domain ferry) (:requirements :strips)
            (:predicates (at ?c ?p) (ferry ?p) (on ?c ?deck) (free ?deck) (car ?c) (place ?p)
                (deck ?d))
            (:action sail :parameters (?a ?b) :precondition (and (ferry ?a) (place ?b))
                :effect (and (not (ferry ?a)) (ferry ?b)))
            (:action board :parameters (?c ?p ?d)
                :precondition (and (car ?c) (ferry ?p) (at ?c ?p) (free ?d))
                :effect (and (not (at ?c ?p)) (not (free ?d)) (on ?c ?d)))
            (:action leave :parameters (?c ?p ?d)
                :precondition (and (car ?c) (ferry ?p) (on ?c ?d))
                :effect (and (at ?c ?p) (free ?d) (not (on ?c ?d)))))"""
    )
    names = [f"c{i}" for i in range(cars)]
    init = " ".join(f"(car {name}) (at {name} left)" for name in names)
    goal = " ".join(f"(at {name} right)" for name in names)
    problem.write_text(
        f"""(define (problem f) (:domain ferry) (:objects {" ".join(names)} left right low high)
            (:init {init} (ferry left) (place left) (place right) (free low) (free high)
                (deck low) (deck high)) (:goal (and {goal})))"""
    )
    return str(domain), str(problem)


def costs_told(said: str) -> list[int]:
    return [int(line.split()[1]) for line in said.splitlines() if line.startswith("cost ")]


def test_anytime_tells_of_each_better_plan_and_knows_when_none_is(tmp_path: Path) -> None:
    done = planscript("solve", *write_ferry(tmp_path, 3), "--anytime")
    assert done.returncode == 0
    told = costs_told(done.stderr)
    assert told == sorted(set(told), reverse=True)
    assert told[-1] == 3 + 3 + 3
    assert done.stdout.endswith("; cost = 9 (unit cost)\n")
    assert done.stderr.endswith("no plan costs less\n")


def test_anytime_keeps_the_best_plan_when_time_is_up(tmp_path: Path) -> None:
    plan = tmp_path / "plan"
    words = ("--search", "anytime", "--timeout", "3", "--plan-file", str(plan))
    done = planscript("solve", *write_ferry(tmp_path, 40), *words)
    assert (done.returncode, done.stdout) == (0, "")
    assert f"; cost = {costs_told(done.stderr)[-1]} " in plan.read_text()
    assert done.stderr.endswith("a plan may cost less\n")


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_anytime_keeps_the_best_plan_at_an_interrupt(tmp_path: Path) -> None:
    running = subprocess.Popen(
        [sys.executable, "-m", "planscript.runtime", "solve"]
        + [*write_ferry(tmp_path, 40), "--anytime"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert running.stderr is not None
    first = running.stderr.readline()
    running.send_signal(signal.SIGINT)
    plan, said = running.communicate(timeout=60)
    assert running.returncode == 0
    assert f"; cost = {costs_told(first + said)[-1]} " in plan


def test_validate_prints_the_cost_of_a_valid_plan(files: tuple[str, str], tmp_path: Path) -> None:
    plan = tmp_path / "plan"
    plan.write_text("(light a b)\n(LIGHT b c)\n")
    done = planscript("validate", *files, str(plan))
    assert (done.returncode, done.stdout) == (0, "valid, cost = 2\n")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("(light a b)\n(light c b)\n", ("step 2", "(light c b)", "lit c")),
        ("(light a b)\n", ("goal", "lit c")),
        ("(extinguish a)\n", ("step 1", "extinguish")),
    ],
)
def test_validate_names_the_step_and_the_literal_that_fail(
    files: tuple[str, str], tmp_path: Path, text: str, said: tuple[str, ...]
) -> None:
    plan = tmp_path / "plan"
    plan.write_text(text)
    done = planscript("validate", *files, str(plan))
    assert done.returncode == 1
    for words in said:
        assert words in done.stdout


def test_explain_says_what_each_step_is_for(files: tuple[str, str]) -> None:
    said = planscript("explain", *files)
    assert said.returncode == 0, said.stderr
    lines = [line.strip() for line in said.stdout.splitlines()]
    assert lines[0] == "Wanted: C is lit."
    assert lines[1].startswith("1. ")
    assert lines[2] == "for step 2: B is lit."
    assert lines[3].startswith("2. ")
    assert lines[4] == "as wanted: C is lit."
    assert lines[5] == "It costs 2, and no plan costs less."


def test_explain_says_what_never_comes_about(tmp_path: Path) -> None:
    said = planscript("explain", *write(tmp_path, "(and (lit b) (dark))"))
    assert said.returncode == 1
    assert "dark" in said.stdout
    assert "Traceback" not in said.stdout + said.stderr


def test_explain_takes_no_time_limit_below_zero(files: tuple[str, str]) -> None:
    said = planscript("explain", "--timeout", "-1", *files)
    assert said.returncode != 0
    assert "--timeout" in said.stderr
