"""Faults and events for `test` blocks: what goes wrong, when, and what became of it.

    test "tidies up" with faults pick: 20%, event not free() after 3 steps, seed=1, runs=50:

The same seed gives the same faults.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from planscript.runtime.errors import run_error
from planscript.runtime.events import Event
from planscript.runtime.pddl.model import Atom
from planscript.runtime.sensing import Literal

DEFAULT_RUNS = 20


class Faults:
    """What goes wrong in one run of a test."""

    def __init__(
        self,
        shares: Mapping[str, float],
        events: Sequence[tuple[int, tuple[Literal, ...]]],
        seed: int,
        run: int,
    ) -> None:
        self._shares = shares
        self._events = sorted(events, key=lambda event: event[0])
        self._chance = random.Random(f"{seed} {run}")
        self._steps = 0

    def strikes(self, step: Atom) -> bool:
        """Whether this step, which is about to be carried out, fails."""
        self._steps += 1
        share = self._shares.get(step.name, 0.0)
        return share > 0 and self._chance.random() < share

    def due(self) -> list[Event]:
        """The events that are due after the steps so far."""
        found = []
        while self._events and self._events[0][0] <= self._steps:
            found.append(Event(self._events.pop(0)[1]))
        return found


@dataclass
class Trial:
    """One run: whether it came to a good end, why not, and what it took."""

    number: int
    failure: str = ""
    steps: int = 0
    failed_steps: int = 0
    plans: int = 0
    replans: int = 0

    def hear(self, kind: str, details: Mapping[str, Any]) -> None:
        """Counts the events of the run."""
        self.steps += kind == "step"
        self.failed_steps += kind == "failed"
        self.plans += kind == "plan"
        self.replans += kind == "plan" and bool(details.get("replan"))


@dataclass
class Report:
    """The runs of one test."""

    name: str
    seed: int
    at_least: float = 1.0
    trials: list[Trial] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """The share of runs that came to a good end."""
        return sum(not trial.failure for trial in self.trials) / max(len(self.trials), 1)

    def check(self) -> None:
        """Raises ExpectationFailed where fewer runs than wanted came to a good end."""
        if self.rate < self.at_least:
            worst = next(trial for trial in self.trials if trial.failure)
            good = sum(not trial.failure for trial in self.trials)
            raise run_error(
                "ExpectationFailed",
                f"{good} of {len(self.trials)} runs succeeded, {self.at_least:.0%} were wanted; "
                f"run {worst.number} failed: {worst.failure}",
            )

    def lines(self) -> list[str]:
        """The report, as lines of text."""
        count = len(self.trials)

        def mean(name: str) -> str:
            return f"{sum(getattr(trial, name) for trial in self.trials) / max(count, 1):.1f}"

        good = sum(not trial.failure for trial in self.trials)
        lines = [
            f"{self.name}: {good} of {count} runs succeeded ({self.rate:.0%}), seed {self.seed}",
            f"  a run took {mean('steps')} steps ({mean('failed_steps')} of them failed) "
            f"and {mean('replans')} replans",
        ]
        reasons: dict[str, list[int]] = {}
        for trial in self.trials:
            if trial.failure:
                reasons.setdefault(trial.failure, []).append(trial.number)
        for reason, numbers in sorted(reasons.items(), key=lambda item: -len(item[1]))[:5]:
            shown = ", ".join(map(str, numbers[:8])) + (", ..." if len(numbers) > 8 else "")
            lines.append(f"  {len(numbers)} failed: {reason} (runs {shown})")
        return lines


@dataclass(frozen=True, slots=True)
class Conditions:
    """The options of a test: how many runs, from which seed, and how many must succeed."""

    runs: int = 1
    seed: int = 0
    at_least: float = 1.0


def conditions_of(options: Mapping[str, Any], disturbed: bool) -> Conditions:
    """The options, checked. `disturbed`: the test has faults or events."""
    runs = options.get("runs", DEFAULT_RUNS if disturbed else 1)
    seed, least = options.get("seed", 0), options.get("at_least", 1.0)
    if type(runs) is not int or runs < 1 or type(seed) is not int:
        raise run_error("ValueError", "`runs` is a whole number from 1, `seed` a whole number")
    if type(least) not in (int, float) or not 0 <= least <= 1:
        raise run_error("ValueError", "`at_least` is the share of runs that must succeed, 0 to 1")
    return Conditions(runs, seed, least)
