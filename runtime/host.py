"""The host of one module: what `lang/host.py` asks for, joined from the parts of the runtime."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NoReturn

from planscript.lang.diagnostics import Diagnostic, SourceError
from planscript.runtime import operators, values
from planscript.runtime.display import literal, show
from planscript.runtime.errors import (
    KINDS,
    ErrorKind,
    ErrorValue,
    RunError,
    kind_in_words,
    run_error,
)
from planscript.runtime.format_spec import formatted
from planscript.runtime.members import NATIVE, member

if TYPE_CHECKING:
    from planscript.lang import syntax
    from planscript.runtime.session import Session

Goal = values.GoalValue


class ModuleHost:
    """Serves the generated code of one module of a session.

    `folder` is where the module's imports and files are taken from, `bindings` its global names.
    """

    catchable = Exception

    def __init__(self, session: Session, folder: str, bindings: dict[str, Any]) -> None:
        self.session = session
        self.folder = folder
        self.bindings = bindings
        self.tests: list[tuple[syntax.Test, Callable[[], Any], Sequence[Any], Mapping[str, Any]]]
        self.tests = []
        self.mul = operators.mul
        self.pow = operators.power
        self.lshift = operators.lshift
        self.pos = operators.pos
        self.iter = operators.iterate
        self.bounded = operators.items_of
        self.contains = operators.contains
        self.show = show
        self.format = formatted
        self.ticks = session.steps.ticks

        # Acting is loaded by the first use of the world: a script without goals starts without it.
        def describe(value: Any, name: str) -> Any:
            return session.acting.member(value, name)

        def attr(value: Any, name: str) -> Any:
            if name in NATIVE.get(type(value), ()):
                return getattr(value, name)
            return member(value, name, describe)

        self.attr = attr
        if session.limits.steps is not None:
            from planscript.runtime.charges import MeteredMembers

            self.attr = MeteredMembers(attr, session.steps.charge)

    # ------------------------------------------------ values

    def set_attr(self, value: Any, name: str, new: Any) -> NoReturn:
        """No value of the language has members that can be set."""
        raise run_error(
            "TypeError",
            f"`{name}` of {kind_in_words(value)} cannot be set",
            hint='keep data that changes in a map: m["' + name + '"] = ...',
        )

    def echo(self, value: Any) -> None:
        """A top-level expression of interactive input."""
        self.session.echo(value)

    # ------------------------------------------------ match

    def is_list(self, value: Any) -> bool:
        """Whether a list pattern may look into the value."""
        return type(value) is list or type(value) is tuple

    def is_map(self, value: Any, keys: Sequence[Any]) -> bool:
        """Whether it is a map that has all the keys."""
        return type(value) is dict and all(key in value for key in keys)

    def without(self, value: Any, keys: Sequence[Any]) -> dict[Any, Any]:
        """The map without the keys."""
        return {key: item for key, item in value.items() if key not in keys}

    def step_args(self, value: Any, kind: Any, count: int) -> Sequence[Any] | None:
        """The arguments of a step of the action, or the fields of an error of the kind."""
        found: Sequence[Any] | None = None
        if isinstance(value, values.Step) and isinstance(kind, values.ActionValue):
            found = value.args if value.name == kind.name else None
        elif isinstance(value, ErrorValue) and isinstance(kind, ErrorKind):
            if value.kind.is_below(kind):
                names = kind.parameters if kind.bind is not None else ("message",)
                found = [value.fields.get(name, value.message) for name in names]
        return found if found is not None and len(found) == count else None

    # ------------------------------------------------ modules and declarations

    def import_module(self, name: str, is_path: bool) -> values.Module:
        """The module of this name or path."""
        return self.session.modules.load(name, is_path, self.folder)

    def declare_domain(self, node: syntax.DomainDef | syntax.DomainFile) -> None:
        """Puts a domain in scope and binds its names."""
        self.session.acting.declare_domain(node, self.bindings)

    def declare_world(self, node: syntax.WorldDef | syntax.WorldFile) -> None:
        """Puts a world in scope and binds its objects."""
        self.session.acting.declare_world(node, self.bindings)

    def describe(self, node: syntax.Describe) -> None:
        """Adds glosses."""
        self.session.acting.describe(node)

    def perform(
        self,
        node: syntax.Perform | syntax.PerformBy,
        handler: Any,
        clauses: Mapping[str, Callable[..., Any]],
        options: Mapping[str, Any],
    ) -> None:
        """Registers a handler of an action."""
        self.session.acting.perform(node, handler, clauses, options)

    def name_goal(self, node: syntax.GoalDef, make: Callable[..., Any]) -> Any:
        """What a named goal is bound to."""
        return self.session.acting.name_goal(node, make)

    def define_error(self, node: syntax.ErrorDef) -> ErrorKind:
        """The kind of error that a script defines."""
        names = tuple(parameter.name for parameter in node.parameters)
        defaults = {
            parameter.name: _constant(parameter)
            for parameter in node.parameters
            if parameter.default is not None
        }

        def bind(*args: Any, **named: Any) -> dict[str, Any]:
            given = dict(zip(names, args, strict=False))
            twice = [name for name in named if name in given]
            unknown = [name for name in named if name not in names]
            found = defaults | given | named
            missing = [name for name in names if name not in found]
            if len(args) > len(names) or twice or unknown or missing:
                wanted = f"takes ({', '.join(names)})" if names else "takes no values"
                raise run_error("TypeError", f"{node.name} {wanted}")
            return {name: found[name] for name in names}

        return ErrorKind(node.name, KINDS["Error"], names, bind)

    def test(
        self,
        node: syntax.Test,
        body: Callable[[], Any],
        events: Sequence[Any],
        options: Mapping[str, Any],
    ) -> None:
        """Keeps a `test` block for `planscript test`; a run does not run it."""
        self.tests.append((node, body, events, options))

    def expect(self, value: Any, node: syntax.Expect, sides: tuple[Any, Any] | None) -> None:
        """Fails where the value is false."""
        if value:
            return
        message = "this was expected to be true"
        if sides is not None:
            sign = node.value.rest[0][0]  # type: ignore[union-attr]
            message = f"expected {literal(sides[0], 200)} {sign} {literal(sides[1], 200)}"
        raise run_error("ExpectationFailed", message)

    # ------------------------------------------------ goals and acting

    def goal_text(self, node: syntax.Text, parts: Sequence[Any]) -> Goal:
        """The goal of natural language."""
        return self.session.acting.goal_text(node, parts)  # type: ignore[no-any-return]

    def goal_formula(self, node: syntax.Formula, env: Mapping[str, Any]) -> Goal:
        """The goal of a formula."""
        return self.session.acting.goal_formula(node, env)  # type: ignore[no-any-return]

    def goal_value(self, value: Any) -> Goal:
        """The goal of a value."""
        return self.session.acting.goal_value(value)  # type: ignore[no-any-return]

    def ask(self, node: syntax.Formula, env: Mapping[str, Any]) -> bool:
        """Whether the formula holds now."""
        return self.session.acting.ask(node, env)

    def achieve(
        self,
        goal: Goal,
        keeping: Goal | None,
        allowing: Sequence[Any] | None,
        avoiding: Sequence[tuple[Any, Sequence[Any] | None]],
        options: Mapping[str, Any],
        has_else: bool,
    ) -> bool:
        """Makes the goal true; False where it gave up and there is an `else` block."""
        return self.session.acting.achieve(goal, keeping, allowing, avoiding, options, has_else)

    def plan(
        self,
        goal: Goal,
        keeping: Goal | None,
        allowing: Sequence[Any] | None,
        avoiding: Sequence[tuple[Any, Sequence[Any] | None]],
        options: Mapping[str, Any],
    ) -> values.PlanValue:
        """A plan for the goal, not carried out."""
        acting = self.session.acting
        found: values.PlanValue = acting.plan(goal, keeping, allowing, avoiding, options)
        return found

    def holds(self, goal: Goal) -> bool:
        """Whether the goal is true now."""
        return self.session.acting.holds(goal)

    def now(self, goal: Goal) -> None:
        """Changes the world."""
        self.session.acting.now(goal)

    # ------------------------------------------------ errors

    def fail(self, value: Any) -> NoReturn:
        """`fail reason`: the step that is being performed has failed."""
        reason = "it failed" if value is None else show(value)
        raise run_error("ActionFailed", reason, reason=reason)

    def raise_(self, value: Any) -> NoReturn:
        """`raise value`."""
        if isinstance(value, ErrorKind):
            value = value()
        if isinstance(value, str):
            raise run_error("Error", value)
        if not isinstance(value, ErrorValue):
            raise run_error(
                "TypeError", f"`raise` takes an error or text, not {kind_in_words(value)}"
            )
        raise value.raised if value.raised is not None else RunError(value)

    def caught(self, error: BaseException) -> ErrorValue:
        """The error value for an exception; what no script may catch is raised again."""
        if not isinstance(error, Exception):
            raise error
        made = self.session.error_of(error)
        made.value.raised = made
        return made.value

    def matches(self, error: ErrorValue, kind: Any) -> bool:
        """Whether `catch kind` catches the error."""
        if not isinstance(kind, ErrorKind):
            raise run_error(
                "TypeError", f"`catch` takes kinds of errors, not {kind_in_words(kind)}"
            )
        return error.kind.is_below(kind)


def _constant(parameter: syntax.Parameter) -> Any:
    """The default of a field of an error: a constant or a text without slots."""
    default: Any = parameter.default
    name = type(default).__name__
    if name == "Constant":
        return default.value
    if name == "Text" and default.plain is not None:
        return default.plain
    raise SourceError(
        Diagnostic(
            "E0591",
            f"the default of `{parameter.name}` is not a constant",
            parameter.span,
            hint="a field of an error has a number, a text, true, false or none as its default",
        )
    )
