"""The heuristics by name: one table, what each can do, and how it is made.

The table is what `solve --list` prints. Each heuristic's algorithm is in its own file.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Protocol

from planscript.lang.records import dataclass
from planscript.runtime.planner.task import Task

if TYPE_CHECKING:
    from planscript.runtime.planner.relaxation import Costs
    from planscript.runtime.planner.state_space import State


class Heuristic(Protocol):
    """Estimates how far a state is from the goal."""

    def evaluate(self, state: State, parent: State | None = None) -> int:
        """The estimate; DEAD_END only where no plan exists. `parent` was evaluated before."""
        ...

    def preferred(self) -> list[int]:
        """Applicable operators that look useful in the state evaluated last, ascending."""
        ...


@dataclass(frozen=True, slots=True)
class HeuristicInfo:
    """A row of the table.

    `conditional_effects` and `axioms` tell which tasks it takes, `costs` whether it estimates what
    the steps cost (where not, it counts steps or facts, whatever they cost).
    """

    name: str
    make: Callable[[Task, Costs], Heuristic]
    admissible: bool
    description: str
    conditional_effects: bool = True
    axioms: bool = True
    costs: bool = True

    def unsupported(self, task: Task) -> str:
        """Why the heuristic does not take the task, or the empty string."""
        if task.has_conditional_effects and not self.conditional_effects:
            return f"the heuristic {self.name} does not take conditional effects"
        if task.has_axioms and not self.axioms:
            return f"the heuristic {self.name} does not take derived predicates"
        return ""


class Blind:
    """0 in goal states, elsewhere the cost of the cheapest operator."""

    def __init__(self, task: Task, costs: Costs) -> None:
        self._task = task
        cheapest = min(task.operators.cost, default=0)
        self._step = min(1, len(task.operators)) if costs == "one" else cheapest

    def evaluate(self, state: State, parent: State | None = None) -> int:
        reached = all(state[v] == x for v, x in self._task.goal)
        return 0 if reached and not self._task.goal_is_false else self._step

    def preferred(self) -> list[int]:
        return []


class GoalCount:
    """The number of goal facts that do not hold."""

    def __init__(self, task: Task, costs: Costs) -> None:
        self._goal = task.goal

    def evaluate(self, state: State, parent: State | None = None) -> int:
        return sum(state[v] != x for v, x in self._goal)

    def preferred(self) -> list[int]:
        return []


def _from(module: str, name: str) -> Callable[[Task, Costs], Heuristic]:
    """Makes a heuristic of another file, loaded only then: the kernel has most of them."""

    def make(task: Task, costs: Costs) -> Heuristic:
        return getattr(import_module(f"planscript.runtime.planner.{module}"), name)(task, costs)

    return make


HEURISTICS: dict[str, HeuristicInfo] = {
    info.name: info
    for info in (
        HeuristicInfo("blind", Blind, True, "0 at the goal, else the cheapest operator"),
        HeuristicInfo(
            "goal_count", GoalCount, False, "how many goal facts do not hold", costs=False
        ),
        HeuristicInfo(
            "hmax", _from("relaxation", "Hmax"), True, "the costliest goal fact, deletes ignored"
        ),
        HeuristicInfo(
            "h2",
            _from("critical_path", "H2"),
            True,
            "the costliest pair of goal facts",
            axioms=False,
        ),
        HeuristicInfo("hadd", _from("relaxation", "Hadd"), False, "the goal facts' costs summed"),
        HeuristicInfo(
            "hff", _from("relaxation", "Hff"), False, "the cost of a plan that ignores deletes"
        ),
        HeuristicInfo(
            "lmcount",
            _from("landmarks", "LmCount"),
            False,
            "landmarks still to be reached",
            costs=False,
        ),
        HeuristicInfo(
            "lmcp",
            _from("landmark_costs", "LmCp"),
            True,
            "landmarks still to be reached, that share costs",
        ),
        HeuristicInfo(
            "novelty",
            _from("novelty", "Novelty"),
            False,
            "whether facts or pairs of facts are new",
            costs=False,
        ),
        HeuristicInfo("lmcut", _from("lmcut", "LmCut"), True, "a sum of landmarks found as cuts"),
        HeuristicInfo(
            "pdb",
            _from("pattern_databases", "PatternDatabases"),
            True,
            "distances in projections that share costs",
        ),
    )
}
