"""The host of one module: what `lang/host.py` asks for, joined from the parts of the runtime."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NoReturn

from planscript.lang import syntax
from planscript.lang.diagnostics import LimitError
from planscript.runtime import builtins, values
from planscript.runtime.display import formatted, literal, show
from planscript.runtime.errors import (
    KINDS,
    ErrorKind,
    ErrorValue,
    RunError,
    located,
    run_error,
    type_word,
)
from planscript.runtime.members import member

if TYPE_CHECKING:
    from planscript.runtime.session import Session


class ModuleHost:
    """Serves the generated code of one module of a session."""

    catchable = Exception

    def __init__(self, session: Session, folder: str, bindings: dict[str, Any]) -> None:
        self.session = session
        self.folder = folder
        self.bindings = bindings
        self.tests: list[tuple[str, Callable[[], Any]]] = []
        acting = session.acting
        self.mul = builtins.mul
        self.pow = builtins.power
        self.lshift = builtins.lshift
        self.pos = builtins.pos
        self.iter = builtins.iterate
        self.show = show
        self.format = formatted
        self.step = session.count_step
        self.goal_text = acting.goal_text
        self.goal_formula = acting.goal_formula
        self.goal_value = acting.goal_value
        self.ask = acting.ask
        self.achieve = acting.achieve
        self.plan = acting.plan
        self.holds = acting.holds
        self.now = acting.now
        self.describe = acting.describe
        self.perform = acting.perform
        self.name_goal = acting.name_goal

    # ------------------------------------------------ values

    def attr(self, value: Any, name: str) -> Any:
        """`value.name`."""
        return member(value, name, self.session.acting.member)

    def set_attr(self, value: Any, name: str, new: Any) -> NoReturn:
        """No value of the language has members that can be set."""
        raise run_error(
            "TypeError",
            f"`{name}` of {type_word(type(value).__name__)} cannot be set",
            hint='keep changing data in a map: m["' + name + '"] = ...',
        )

    def echo(self, value: Any) -> None:
        """A top-level expression of interactive input."""
        self.session.echo(value)

    # ------------------------------------------------ match

    def is_list(self, value: Any) -> bool:
        """Whether a list pattern may look into the value."""
        return isinstance(value, list | tuple)

    def is_map(self, value: Any, keys: Sequence[Any]) -> bool:
        """Whether it is a map that has all the keys."""
        return isinstance(value, dict) and all(key in value for key in keys)

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
                names = kind.parameters or ("message",)
                found = [value.fields.get(name, value.message) for name in names]
        return found if found is not None and len(found) == count else None

    # ------------------------------------------------ modules and declarations

    def import_module(self, name: str, is_path: bool) -> Any:
        """The module of this name or path."""
        return self.session.modules.load(name, is_path, self.folder)

    def declare_domain(self, node: syntax.DomainDef | syntax.DomainFile) -> None:
        """Puts a domain in scope."""
        self.session.acting.declare_domain(node, self.bindings)

    def declare_world(self, node: syntax.WorldDef | syntax.WorldFile) -> None:
        """Puts a world in scope."""
        self.session.acting.declare_world(node, self.bindings)

    def define_error(self, node: syntax.ErrorDef) -> ErrorKind:
        """The kind of error that a script defines."""
        names = tuple(parameter.name for parameter in node.parameters)

        def make(*args: Any, **named: Any) -> dict[str, Any]:
            fields = dict(zip(names, args, strict=False))
            wrong = [name for name in named if name not in names or name in fields]
            fields |= named
            missing = [name for name in names if name not in fields]
            if wrong or missing or len(args) > len(names):
                raise run_error(
                    "TypeError", f"{node.name}() takes {', '.join(names) or 'no values'}"
                )
            return fields

        return ErrorKind(node.name, KINDS["Error"], names, make)

    def test(self, name: str, body: Callable[[], Any]) -> None:
        """Keeps a `test` block for `planscript test`; a run does not run it."""
        self.tests.append((name, body))

    def expect(self, value: Any, node: syntax.Expect, sides: tuple[Any, Any] | None) -> None:
        """Fails where the value is false."""
        if value:
            return
        message = "this was expected to be true"
        if sides is not None:
            left, right = literal(sides[0], 200), literal(sides[1], 200)
            message = f"expected the two sides to agree: {left} and {right}"
        raise run_error("ExpectationFailed", message)

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
                "TypeError",
                f"`raise` takes an error or text, not {type_word(type(value).__name__)}",
            )
        raise value.raised if value.raised is not None else RunError(value)

    def caught(self, error: BaseException) -> ErrorValue:
        """The error value for an exception."""
        if isinstance(error, LimitError) or not isinstance(error, Exception):
            raise error
        made = located(error)
        made.value.raised = made
        return made.value

    def matches(self, error: ErrorValue, kind: Any) -> bool:
        """Whether `catch kind` catches the error."""
        if not isinstance(kind, ErrorKind):
            raise run_error(
                "TypeError", f"`catch` takes kinds of errors, not {type_word(type(kind).__name__)}"
            )
        return error.kind.is_below(kind)


