"""The values of scripts that are not Python's own: things of the world, plans, goals, modules.

Numbers, text, lists, maps, sets and functions are Python's. None of the classes here has a method
that a script could reach by name: `members.py` decides what `value.name` gives.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from planscript.lang.records import dataclass, field
from planscript.runtime.errors import RunError

if TYPE_CHECKING:
    from fractions import Fraction

    from planscript.runtime.goals.compiler import Hole
    from planscript.runtime.pddl.model import Atom, Formula
    from planscript.runtime.planner.solve import Result
    from planscript.runtime.world import World


@dataclass(frozen=True, slots=True)
class Obj:
    """An object of the world; `key` is its name in the planning model. Objects sort by name."""

    name: str = field(compare=False)
    type: str = field(compare=False)
    key: str

    def __lt__(self, other: object) -> bool:
        return self.key < other.key if type(other) is Obj else NotImplemented

    def __le__(self, other: object) -> bool:
        return self.key <= other.key if type(other) is Obj else NotImplemented


@dataclass(frozen=True, slots=True)
class TypeValue:
    """A type of the domain."""

    name: str


@dataclass(frozen=True, slots=True)
class PredicateValue:
    """A predicate; calling it asks the current world."""

    name: str
    ask: Callable[..., bool] = field(compare=False)

    def __call__(self, *args: Any) -> bool:
        return self.ask(*args)


@dataclass(frozen=True, slots=True)
class ActionValue:
    """An action; calling it makes a step."""

    name: str
    make: Callable[..., Step] = field(compare=False)

    def __call__(self, *args: Any) -> Step:
        return self.make(*args)


@dataclass(frozen=True, slots=True)
class Step:
    """A ground action."""

    name: str
    args: tuple[Obj, ...]
    atom: Atom = field(compare=False)


@dataclass(frozen=True, slots=True)
class DomainValue:
    name: str


@dataclass(frozen=True, slots=True, eq=False)
class WorldValue:
    """A world; `world` None stands for the one that is in scope."""

    name: str
    world: World | None


@dataclass(slots=True, eq=False)
class GoalValue:
    """A goal: a formula, or the pieces of a text that is compiled when the goal is first used."""

    pieces: tuple[str | Hole, ...] = ()
    formula: Formula | None = None
    confidence: float | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class PlanValue:
    """A plan: its steps in order, what it costs, and what it is for."""

    steps: tuple[Step, ...]
    cost: int | float
    goal: GoalValue
    stats: Mapping[str, Any]
    optimal: bool

    def __iter__(self) -> Iterator[Step]:
        return iter(self.steps)

    def __len__(self) -> int:
        return len(self.steps)

    def __bool__(self) -> bool:
        return True  # a plan without steps is a plan

    def __getitem__(self, index: int) -> Any:
        found = self.steps[index]
        return list(found) if isinstance(found, tuple) else found


@dataclass(slots=True, eq=False)
class Module:
    """An imported module: its name and what it exports."""

    name: str
    members: dict[str, Any]
    doc: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Builtin:
    """What is known of a function that Python carries out; scripts see the bare `run`.

    `needs` names the grant that it asks for; `cost` says how its work grows with its arguments
    ("1", "n", "n log n"). `doc` may hold examples: lines that begin with `>>> `, each with what it
    shows.
    """

    name: str
    run: Callable[..., Any]
    signature: str
    doc: str
    needs: str = ""
    cost: str = "1"


_KINDS: Mapping[type, str] = {
    bool: "bool",
    int: "int",
    float: "float",
    str: "str",
    type(None): "none",
    list: "list",
    tuple: "tuple",
    dict: "map",
    set: "set",
    range: "range",
    Obj: "object",
    TypeValue: "type",
    PredicateValue: "predicate",
    ActionValue: "action",
    Step: "step",
    DomainValue: "domain",
    WorldValue: "world",
    GoalValue: "goal",
    PlanValue: "plan",
    Module: "module",
}


def kind_name(value: Any) -> str:
    """The name of the kind of a value, as `type(value)` gives it."""
    known = _KINDS.get(type(value))
    if known is not None:
        return known
    if type(value).__name__ in ("ErrorValue", "ErrorKind"):
        return "error"
    return "function" if callable(value) else "iterator"


def number(value: Fraction) -> int | float:
    """A fraction as a number of the language."""
    return value.numerator if value.denominator == 1 else float(value)


def failure_reason(error: BaseException) -> str | None:
    """Why a step failed, if the error is a `fail`; None for other errors."""
    if isinstance(error, RunError) and error.value.kind.name == "ActionFailed":
        return error.value.message
    return None


def statistics_map(result: Result) -> dict[str, Any]:
    """The planner's statistics as a map of the language."""
    from dataclasses import asdict
    from fractions import Fraction

    return {
        name: number(value) if isinstance(value, Fraction) else value
        for name, value in asdict(result.statistics).items()
    }
