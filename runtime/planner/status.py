"""How planning ended: the statuses, the figures, and what a search returns. Plain data only."""

from __future__ import annotations

from enum import Enum

from planscript.lang.records import dataclass, field


class Status(Enum):
    """The outcome of planning; the value is a word for people."""

    SOLVED = "solved"
    UNSOLVABLE = "proved unsolvable"
    EXHAUSTED = "no plan found by an incomplete search"
    TIMEOUT = "out of time"
    OUT_OF_MEMORY = "out of memory"
    UNSUPPORTED = "not supported by this search or heuristic"


@dataclass(slots=True)
class Statistics:
    """What planning took: seconds, sizes of the grounded task, counts of the search, memory."""

    ground_seconds: float = 0.0
    search_seconds: float = 0.0
    validate_seconds: float = 0.0
    facts: int = 0
    variables: int = 0
    operators: int = 0
    axioms: int = 0
    expanded: int = 0
    evaluated: int = 0
    generated: int = 0
    reopened: int = 0
    initial_h: int | None = None
    peak_memory: int = 0  # bytes; 0 where it was not asked
    grounding_reused: bool = False


@dataclass(frozen=True, slots=True)
class SearchResult:
    """What a search returns.

    `operators` is the plan as operator numbers of the task, in order (None: no plan); `cost` is
    their summed cost in the task's scaled units; `optimal` says that no plan costs less.
    """

    status: Status
    operators: list[int] | None = None
    cost: int | None = None
    optimal: bool = False
    statistics: Statistics = field(default_factory=Statistics)
    note: str = ""
