"""Many goals on one small world, as a script asks for them: milliseconds from goal to validated plan.

    python tests/benchmarks/many_goals.py [--goals 1000]

The same goals go to Kairos' Python API and, the first few, to unified-planning with Fast Downward, where
they are installed (`pip install kairos-planner unified-planning up-fast-downward`).
"""

from __future__ import annotations

import argparse
import importlib.util
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).parent))
from tasks import DELIVERY, delivery  # noqa: E402

from planscript.runtime.pddl.reader import read_domain, read_formula, read_problem  # noqa: E402
from planscript.runtime.planner.solve import Options, Planner, Status  # noqa: E402

SIZE = 4  # parcels of the world: 8 places, one van that holds two, 146 ground actions


def goals(count: int) -> list[str]:
    """Conjunctions over one to three parcels and sometimes the van, each different."""
    rng, found = Random(7), dict[str, None]()
    while len(found) < count:
        atoms = [
            f"(parcel-at parcel{i} place{rng.randrange(SIZE + 4)})"
            for i in sorted(rng.sample(range(SIZE), rng.randint(1, 3)))
        ]
        if rng.random() < 0.5:
            atoms.append(f"(van-at van0 place{rng.randrange(SIZE + 4)})")
        found[f"(and {' '.join(atoms)})"] = None
    return list(found)


def with_goal(text: str, goal: str) -> str:
    """The problem's text with another goal."""
    return text[: text.index("(:goal")] + f"(:goal {goal})\n  (:metric minimize (total-cost)))"


def planscript(text: str) -> Callable[[str], bool]:
    """Plans for a goal on the world of `text`; says whether there was a validated plan."""
    domain = read_domain(DELIVERY)
    problem = read_problem(text, "<made>", domain)
    planner, options = Planner(), Options(search="fast")

    def ask(goal: str) -> bool:
        wanted = read_formula(goal, domain, problem.objects, "goal")
        return planner.solve(replace(problem, goal=wanted), options).status is Status.SOLVED

    return ask


def kairos(text: str) -> Callable[[str], bool] | None:
    """The same by Kairos."""
    if importlib.util.find_spec("kairos") is None:
        return None
    import kairos as peer

    domain, planner = peer.parse_domain(DELIVERY), peer.Planner()

    def ask(goal: str) -> bool:
        problem = peer.parse_problem(with_goal(text, goal), domain)
        result = planner.solve(problem, timeout=10, anytime=False, threads=1)
        return bool(result.status == peer.Status.SOLVED)

    return ask


def unified_planning(text: str) -> Callable[[str], bool] | None:
    """The same by unified-planning and Fast Downward."""
    if importlib.util.find_spec("up_fast_downward") is None:
        return None
    if importlib.util.find_spec("unified_planning") is None:
        return None
    from unified_planning.io import PDDLReader
    from unified_planning.shortcuts import OneshotPlanner, get_environment

    get_environment().credits_stream = None

    def ask(goal: str) -> bool:
        problem = PDDLReader().parse_problem_string(DELIVERY, with_goal(text, goal))
        with OneshotPlanner(name="fast-downward") as planner:
            return planner.solve(problem).plan is not None

    return ask


def main() -> None:
    """Measures and prints a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--goals", type=int, default=1000)
    parser.add_argument("--slow-goals", type=int, default=10, help="for unified-planning (10)")
    arguments = parser.parse_args()
    text = delivery(SIZE, Random(3))
    wanted = goals(arguments.goals)
    print("| | goals | solved | median ms | 99th percentile ms | median / ours |")
    print("| --- | --- | --- | --- | --- | --- |")
    ours = 0.0
    for name, ask, share in (
        ("planscript", planscript(text), wanted),
        ("kairos (Python)", kairos(text), wanted),
        ("unified-planning", unified_planning(text), wanted[: arguments.slow_goals]),
    ):
        if ask is None:
            print(f"{name} is not installed and takes no part", file=sys.stderr)
            continue
        times, solved = [], 0
        for goal in share:
            begin = time.perf_counter()
            solved += ask(goal)
            times.append((time.perf_counter() - begin) * 1000)
        median = statistics.median(times)
        ours = ours or median
        late = sorted(times)[int(len(times) * 0.99)]
        print(
            f"| {name} | {len(share)} | {solved} | {median:.2f} | {late:.2f} | {median / ours:.1f} |"
        )


if __name__ == "__main__":
    main()
