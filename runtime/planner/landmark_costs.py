"""Admissible landmarks: each missing one costs what the cheapest operator that achieves it can spare.

An operator shares its cost evenly among the missing landmarks that it can achieve, so that no plan
pays twice for one step. Only what is certain counts: a landmark that no path has passed must still
come, whatever path led here; reasonable orders are not used. Landmarks with derived facts are
followed but cost nothing, as axioms achieve them.

Source: Karpas and Domshlak, "Cost-optimal planning with landmarks" (IJCAI 2009), uniform
partitioning.
"""

from __future__ import annotations

from dataclasses import dataclass

from planscript.runtime.planner.landmarks import (
    FoundLandmarks,
    Landmark,
    LandmarkGraph,
    Path,
    find,
    unordered,
)
from planscript.runtime.planner.relaxation import Costs
from planscript.runtime.planner.state_space import CEILING, DEAD_END, State, effects, facts
from planscript.runtime.planner.task import Task

PARTS = 720720  # of a unit of cost; it can be shared evenly by any number up to 16


@dataclass(frozen=True, slots=True)
class Shares:
    """What is to be shared: `costs` of operators in so many `parts` of a unit.

    `achievers[l]` are the operators that can make landmark `l` true; None: axioms do.
    """

    graph: LandmarkGraph
    achievers: list[list[int] | None]
    costs: list[int]
    parts: int


def shares(task: Task, found: FoundLandmarks, costs: Costs) -> Shares:
    """The landmarks with the operators that achieve them and what these cost."""
    graph = unordered(task, found)
    paid = [1] * len(task.operators) if costs == "one" else list(task.operators.cost)
    most = CEILING // max(1, len(graph.landmarks))  # so that no sum overflows
    parts = max(1, min(PARTS, most // max(1, max(paid, default=0))))
    return Shares(
        graph, _achievers(task, graph.landmarks), [min(most, cost * parts) for cost in paid], parts
    )


def _achievers(task: Task, landmarks: list[Landmark]) -> list[list[int] | None]:
    """An operator that needs a fact of the landmark does not make it true: it was so before."""
    found: list[list[int] | None] = [
        None if any(task.variables[v].layer >= 0 for v, _ in one) else [] for one in landmarks
    ]
    place = {fact: i for i, one in enumerate(landmarks) for fact in one}
    for o in range(len(task.operators)):
        for conditions, v, x in effects(task.operators, o):
            i = place.get((v, x))
            if i is None:
                continue
            achieving = found[i]
            if achieving is None or achieving[-1:] == [o]:
                continue
            if not {*facts(task.operators, o), *conditions}.intersection(landmarks[i]):
                achieving.append(o)
    return found


class LmCp:
    """The costs of the missing landmarks, rounded up, as plans cost whole numbers."""

    def __init__(self, task: Task, costs: Costs) -> None:
        self._shares = shares(task, find(task), costs)
        self._path = Path(self._shares.graph)

    def evaluate(self, state: State, parent: State | None = None) -> int:
        shares = self._shares
        rows = [shares.achievers[i] for i in sorted(self._path.missing(state, parent))]
        charged = [row for row in rows if row is not None]
        if [] in charged:
            return DEAD_END
        sharing: dict[int, int] = {}
        for row in charged:
            for o in row:
                sharing[o] = sharing.get(o, 0) + 1
        total = sum(min(shares.costs[o] // sharing[o] for o in row) for row in charged)
        return -(-total // shares.parts)

    def preferred(self) -> list[int]:
        return []
