"""Trials of a problem in a noisy world, in which steps fail; nothing is performed for real."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Sequence
from typing import Any

from planscript.runtime import problems
from planscript.runtime.errors import run_error
from planscript.runtime.library import Exports, want_map, want_number, want_whole
from planscript.runtime.pddl.model import Atom, Problem
from planscript.runtime.planner.semantics import Interpreter
from planscript.runtime.planner.solve import Options
from planscript.runtime.planner.solve import solve as find_plan
from planscript.runtime.values import ActionValue, Builtin
from planscript.runtime.world import World

MOST_RUNS = 10_000


def for_session(session: Any) -> list[Builtin]:
    """The functions of the module; the session says which world is in scope."""
    exports = Exports()

    @exports("run(problem, plan=none, faults={}, runs=100, max_steps=100, seed=0)")
    def run(
        problem: Any,
        plan: Any = None,
        faults: Any = None,
        runs: int = 100,
        max_steps: int = 100,
        seed: int = 0,
    ) -> dict[str, Any]:
        """How a plan (none: one that is made) fares where actions fail, over many runs.

        `faults` gives for actions the chance, from 0 to 1, that a step fails: then it has no effect,
        and a new plan is made. A run ends at the goal or after `max_steps` steps, failed ones
        included. The result is a map: runs, success_rate, and the means of steps, faults and replans.
        The same seed gives the same result.

        >>> import planning
        >>> run(planning.sample(), runs=10)
        {"runs": 10, "success_rate": 1.0, "steps": 6.0, "faults": 0.0, "replans": 0.0}
        >>> let noisy = run(planning.sample(), faults={"drive": 0.5}, runs=50)
        >>> noisy["success_rate"], noisy["steps"] > 6
        (1.0, true)
        >>> run(planning.sample(), faults={"load": 1}, runs=5)["success_rate"]
        0.0
        """
        world, wanted = problems.problem_of(session, problem, "run")
        chances = _chances(world, {} if faults is None else want_map(faults, "run"))
        want_whole(runs, "run", 1, MOST_RUNS)
        want_whole(max_steps, "run", 1, MOST_RUNS)
        chance = random.Random(want_whole(seed, "run"))
        first = _planned(wanted) if plan is None else problems.valid_steps(wanted, plan, "run")
        if first is None:
            raise run_error("Unsolvable", "there is no plan to try: planning.explain() says why")
        known: dict[frozenset[Atom], Sequence[Atom] | None] = {wanted.init: first}
        told = [_trial(wanted, known, chances, max_steps, chance) for _ in range(runs)]
        done, steps, failed, replans = (sum(column) for column in zip(*told, strict=True))
        return {
            "runs": runs,
            "success_rate": done / runs,
            "steps": steps / runs,
            "faults": failed / runs,
            "replans": replans / runs,
        }

    return exports


def _chances(world: World, faults: dict[Any, Any]) -> dict[str, float]:
    found = {}
    for action, share in faults.items():
        name = action.name if isinstance(action, ActionValue) else action
        key = world.names.to_model(name) if type(name) is str else ""
        if key not in world.domain.actions:
            raise run_error("ValueError", "`faults` names actions of the problem's domain")
        if not 0 <= want_number(share, "run") <= 1:
            raise run_error("ValueError", "the chance of a fault is from 0 to 1")
        found[key] = float(share)
    return found


def _planned(wanted: Problem) -> Sequence[Atom] | None:
    plan = find_plan(wanted, Options(search="auto", timeout=10.0)).plan
    return None if plan is None else plan.steps


def _trial(
    wanted: Problem,
    known: dict[frozenset[Atom], Sequence[Atom] | None],
    chances: dict[str, float],
    max_steps: int,
    chance: random.Random,
) -> tuple[int, int, int, int]:
    """Whether a run came to the goal, its steps, faults and new plans; `known` are plans made."""
    interpreter = Interpreter(wanted)
    state, left = wanted.init, list(known[wanted.init] or ())
    steps = faults = replans = 0
    while left and steps < max_steps:
        step = left.pop(0)
        steps += 1
        if chance.random() >= chances.get(step.name, 0.0):
            state = interpreter.successor(state, step)
            continue
        faults += 1
        replans += 1
        if state not in known:
            known[state] = _planned(dataclasses.replace(wanted, init=state))
        left = list(known[state] or ())
    return int(interpreter.holds(wanted.goal, state)), steps, faults, replans
