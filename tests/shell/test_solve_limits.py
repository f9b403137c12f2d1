"""Tasks that are far too large: `planscript solve` ends by itself, with the status that says why."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import pytest

pytest.importorskip("resource", reason="the system limits no resources")
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="memory is limited otherwise")

CPU_SECONDS = 4  # that the process may take for a time limit of one second, or it is killed
FREE = 1.2  # times the memory limit is what the process may hold


@dataclass(frozen=True)
class Ended:
    code: int
    said: str
    peak_mb: float


# A process of its own between the tests and the command: what Linux reports as a child's peak begins with
# the size of the process that started it.
STARTER = """
import json, resource, subprocess, sys
def limit():
    resource.setrlimit(resource.RLIMIT_CPU, (int(sys.argv[1]),) * 2)
ended = subprocess.run(sys.argv[2:], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, preexec_fn=limit)
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print(json.dumps([ended.returncode, ended.stdout, peak / 1024]))
"""


def planscript(*words: str | Path, cpu_seconds: int = 60) -> Ended:
    """Runs the command; the system kills it where it takes more time than `cpu_seconds`."""
    command = [sys.executable, "-m", "planscript.runtime", *map(str, words)]
    ended = subprocess.run(
        [sys.executable, "-c", STARTER, str(cpu_seconds), *command],
        capture_output=True,
        text=True,
        check=True,
    )
    return Ended(*json.loads(ended.stdout))


def write(folder: Path, domain: str, problem: str) -> tuple[Path, Path]:
    files = folder / "d.pddl", folder / "p.pddl"
    files[0].write_text(domain, encoding="utf-8")
    files[1].write_text(problem, encoding="utf-8")
    return files


def bomb(folder: Path) -> tuple[Path, Path]:
    """One action with 8 parameters over 60 objects: 1.7e14 instances, all of them reachable."""
    variables = " ".join(f"?x{i}" for i in range(8))
    condition = " ".join(f"(p ?x{i})" for i in range(8))
    names = [f"o{i}" for i in range(60)]
    return write(
        folder,
        f"""(define (domain bomb) (:predicates (p ?x) (q {variables}) (r))
            (:action boom :parameters ({variables}) :precondition (and {condition})
                :effect (and (q {variables}) (r))))""",
        f"""(define (problem b) (:domain bomb) (:objects {" ".join(names)})
            (:init {" ".join(f"(p {name})" for name in names)}) (:goal (r)))""",
    )


def switches(folder: Path) -> tuple[Path, Path]:
    """40 lamps, one of them lit, and switches that change two at once: all are never lit, but to be
    sure of that takes a look at half of 1e12 states."""
    lamps = [f"(lit{i})" for i in range(40)]
    actions = []
    for i, pair in enumerate(zip(lamps, lamps[1:], strict=False)):
        for now in product((True, False), repeat=2):
            before, after = (
                " ".join(
                    one if lit is now_lit else f"(not {one})"
                    for one, lit in zip(pair, now, strict=True)
                )
                for now_lit in (True, False)
            )
            name = f"switch{i}-{''.join('ft'[lit] for lit in now)}"
            actions.append(
                f"(:action {name} :parameters () :precondition (and {before}) :effect (and {after}))"
            )
    return write(
        folder,
        f"""(define (domain lamps) (:requirements :negative-preconditions)
            (:predicates {" ".join(lamps)}) {" ".join(actions)})""",
        f"(define (problem s) (:domain lamps) (:init (lit0)) (:goal (and {' '.join(lamps)})))",
    )


def line(folder: Path, goal: int) -> tuple[Path, Path]:
    """A way of 100,000 steps, each an atom at the start."""
    places = [f"o{i}" for i in range(100_001)]
    ways = " ".join(f"(next {a} {b})" for a, b in zip(places, places[1:], strict=False))
    return write(
        folder,
        """(define (domain line) (:predicates (next ?a ?b) (at ?a))
            (:action go :parameters (?a ?b) :precondition (and (at ?a) (next ?a ?b))
                :effect (and (at ?b) (not (at ?a)))))""",
        f"""(define (problem l) (:domain line) (:objects {" ".join(places)})
            (:init (at o0) {ways}) (:goal (at {places[goal]})))""",
    )


def far(folder: Path) -> tuple[Path, Path]:
    return line(folder, 100_000)


@pytest.mark.parametrize("make", [bomb, switches, far])
@pytest.mark.parametrize("kind", ["--fast", "--optimal", "--anytime"])
def test_time_is_up_in_time(tmp_path: Path, make, kind: str) -> None:  # type: ignore[no-untyped-def]
    ended = planscript("solve", *make(tmp_path), kind, "--timeout", "1", cpu_seconds=CPU_SECONDS)
    assert ended.code == 23, ended.said
    assert ended.said == "no plan: out of time (after 1 s; raise --timeout)\n"


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (bomb, ("--fast",)),
        (bomb, ("--optimal",)),
        (far, ("--fast",)),
        (switches, ("--search", "bfs")),
        (switches, ("--search", "dfs")),
        (switches, ("--search", "astar", "--heuristic", "blind")),
        (switches, ("--search", "lazy_gbfs", "--heuristic", "goal_count")),
    ],
)
def test_memory_is_used_up_and_no_more(tmp_path: Path, make, words: tuple[str, ...]) -> None:  # type: ignore[no-untyped-def]
    ended = planscript("solve", *make(tmp_path), *words, "--max-memory", "100")
    assert ended.code == 22, ended.said
    assert ended.said == "no plan: out of memory (above 100 MB; raise --max-memory)\n"
    assert ended.peak_mb < 100 * FREE


@pytest.mark.parametrize("make", [bomb, switches])
def test_explain_says_which_limit_was_hit(tmp_path: Path, make) -> None:  # type: ignore[no-untyped-def]
    files = make(tmp_path)
    late = planscript("explain", *files, "--timeout", "1", cpu_seconds=CPU_SECONDS)
    assert late.code == 23, late.said
    assert late.said.endswith("No plan was found: out of time (after 1 s; raise --timeout).\n")


def test_explain_keeps_to_its_memory(tmp_path: Path) -> None:
    ended = planscript("explain", *far(tmp_path), "--max-memory", "100")
    assert ended.code == 22, ended.said
    assert ended.said.endswith("out of memory (above 100 MB; raise --max-memory).\n")
    assert ended.peak_mb < 100 * FREE


def test_a_hundred_thousand_atoms_are_read_and_solved(tmp_path: Path) -> None:
    assert planscript("solve", *line(tmp_path, 20)).code == 0
