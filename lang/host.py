"""The host protocol: all that generated code asks of the runtime, and nothing more.

Generated code runs in a globals dict that holds `__builtins__` (a dict with the builtins of the
language under their script names, and nothing of Python's), what `CompiledModule.bind(host)` gives,
and the names that the script and its declarations bind. The methods below are called through global
names `_ps_NAME`, which `bind` fills from the host, so a host may implement them as plain functions.
Every error that a hook raises is located by the frame it was called from (`co_positions`), in
lines and characters of the script.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NoReturn, Protocol

from planscript.lang import syntax


class Host(Protocol):
    """One per module; made by the session. `Any` stands for a value of the language.

    Values: int, float, str, bool, None, list, dict, set, tuple (from `(a, b)` and `return a, b`),
    functions, and whatever classes of its own the runtime has. Numbers, text, lists, maps, sets are
    exactly of these Python types: `x + y`, `x[i]`, `x == y`, `x < y`, `x and y`, calls, slices and
    unpacking are Python's own operations.
    """

    catchable: type[BaseException] | tuple[type[BaseException], ...]
    """What `try`/`catch` intercepts: `Exception`. Limits are re-raised by `caught`."""

    # ------------------------------------------------ operators that need a guard

    def mul(self, left: Any, right: Any) -> Any:
        """`left * right`, refusing results that are too large."""

    def pow(self, left: Any, right: Any) -> Any:
        """`left ** right`, refusing results that are too large."""

    def lshift(self, left: Any, right: Any) -> Any:
        """`left << right`, refusing results that are too large."""

    def pos(self, value: Any) -> Any:
        """`+value` of a number.

        `left % right` is compiled to Python's `(+left) % right`, so that text formatting is out
        of reach: a TypeError "bad operand type for unary +" of script code is therefore about `%`.
        """

    # ------------------------------------------------ values

    def attr(self, value: Any, name: str) -> Any:
        """`value.name`, and the method of `value.name(...)`: white-listed members only."""

    def set_attr(self, value: Any, name: str, new: Any) -> None:
        """`value.name = new`."""

    def show(self, value: Any) -> str:
        """The text of `{value}` in a string."""

    def format(self, value: Any, spec: str) -> str:
        """The text of `{value:spec}` in a string."""

    def iter(self, value: Any) -> Iterable[Any]:
        """What `for` and comprehensions go through (the keys of a map)."""

    def bounded(self, value: Any) -> Iterable[Any]:
        """As `iter`, of what is gone through in one step: refuses a range that is too long."""

    def contains(self, container: Any, value: Any) -> bool:
        """`value in container`, refusing to look through a range that is too long."""

    def echo(self, value: Any) -> None:
        """A top-level expression statement of interactive input gave `value`."""

    # ------------------------------------------------ match

    def is_list(self, value: Any) -> bool:
        """Whether a list pattern may look into `value` (then `len`, index and slice work)."""

    def is_map(self, value: Any, keys: Sequence[Any]) -> bool:
        """Whether `value` is a map that has all of `keys`."""

    def without(self, value: Any, keys: Sequence[Any]) -> Any:
        """The map `value` without `keys` (for `**rest`)."""

    def step_args(self, value: Any, kind: Any, count: int) -> Sequence[Any] | None:
        """The arguments of a plan step, if `value` is a step of action `kind` with `count` of them.

        Where `kind` is a kind of error: the fields of an error of that kind. Else None.
        """

    # ------------------------------------------------ modules

    def import_module(self, name: str, is_path: bool) -> Any:
        """The module; `from m import a` then asks `attr(module, "a")`."""

    # ------------------------------------------------ declarations
    # The host binds the declared names in the module's globals.

    def declare_domain(self, node: syntax.DomainDef | syntax.DomainFile) -> None: ...

    def declare_world(self, node: syntax.WorldDef | syntax.WorldFile) -> None: ...

    def describe(self, node: syntax.Describe) -> None: ...

    def perform(
        self,
        node: syntax.Perform | syntax.PerformBy,
        handler: Any,
        clauses: Mapping[str, Callable[..., Any]],
        options: Mapping[str, Any],
    ) -> None:
        """Registers `handler` for the action `node.action`.

        `clauses` are its `on fail` and `on doubt`: functions of the step's objects and a failure.
        """

    def name_goal(self, node: syntax.GoalDef, make: Callable[..., Any]) -> Any:
        """What `node.name` is bound to. `make(*args)` gives the goal (what a `goal_*` gave)."""

    def define_error(self, node: syntax.ErrorDef) -> Any:
        """The kind of error that `node.name` is bound to; calling it makes an error value."""

    def test(
        self,
        node: syntax.Test,
        body: Callable[[], Any],
        events: Sequence[Any],
        options: Mapping[str, Any],
    ) -> None:
        """Registers a `test` block; `events` are the goals of `node.events`."""

    def expect(self, value: Any, node: syntax.Expect, sides: tuple[Any, Any] | None) -> None:
        """Fails the test where `value` is false.

        `sides`: the values of the two sides, where the expression is a plain comparison.
        """

    # ------------------------------------------------ goals and acting

    def goal_text(self, node: syntax.Text, parts: Sequence[Any]) -> Any:
        """The goal of natural language.

        `parts` are the pieces of text and the values of the slots, one for each of `node.parts`.
        """

    def goal_formula(self, node: syntax.Formula, env: Mapping[str, Any]) -> Any:
        """The goal of a formula.

        Each term of `node` is a `Name`: bound by a quantifier inside the formula, or a key of
        `env` (an object of the world is there under its own name; the value of a longer expression
        under a made-up name that begins with `_ps`). An atom's name is a predicate of the domain in
        scope, or, where it is a key of `env`, a named goal to put in its place.
        """

    def goal_value(self, value: Any) -> Any:
        """The goal of a value: a goal, a named goal without parameters, or text."""

    def ask(self, node: syntax.Formula, env: Mapping[str, Any]) -> bool:
        """Whether the formula (see `goal_formula`) holds in the current world."""

    def achieve(
        self,
        goal: Any,
        keeping: Any | None,
        allowing: Sequence[Any] | None,
        avoiding: Sequence[tuple[Any, Sequence[Any] | None]],
        options: Mapping[str, Any],
        has_else: bool,
    ) -> bool:
        """False: given up, run the `else` block. Without one, raises instead.

        `goal` and `keeping` are results of `goal_text`, `goal_formula` or `goal_value`; `avoiding`
        holds actions with their arguments, None for any (or None for all arguments).
        """

    def plan(
        self,
        goal: Any,
        keeping: Any | None,
        allowing: Sequence[Any] | None,
        avoiding: Sequence[tuple[Any, Sequence[Any] | None]],
        options: Mapping[str, Any],
    ) -> Any: ...

    def holds(self, goal: Any) -> bool: ...

    def now(self, goal: Any) -> None:
        """Changes the world so that the goal (a conjunction of literals) holds."""

    # ------------------------------------------------ errors

    def fail(self, value: Any) -> NoReturn: ...

    def raise_(self, value: Any) -> NoReturn:
        """`raise value`."""

    def caught(self, error: BaseException) -> Any:
        """The error value for an exception; a limit is raised again."""

    def matches(self, error: Any, kind: Any) -> bool:
        """Whether `catch kind` catches the error value."""

    # ------------------------------------------------ budgets

    ticks: Iterator[bool]
    """Gives True for each step of the script: code compiled with step counting takes one at each
    loop turn and function entry. It raises LimitError, again and again, where none is left."""
