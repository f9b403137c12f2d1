"""Errors of running scripts: the kinds of errors, their values, and how the runtime raises them.

`RunError` is the one exception that scripts can catch; budgets (`LimitError`) they cannot.
Exceptions of Python's own are put into these words by `translate.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from planscript.lang.diagnostics import Diagnostic, PlanscriptError, Span
from planscript.lang.records import dataclass, field


@dataclass(frozen=True, slots=True, eq=False)
class ErrorKind:
    """A kind of error: what stands after `catch`. Calling it makes an error value.

    `bind`, of kinds that scripts define, turns the arguments of such a call into fields.
    """

    name: str
    parent: ErrorKind | None = None
    parameters: tuple[str, ...] = ()
    bind: Callable[..., dict[str, Any]] | None = None

    def is_below(self, other: ErrorKind) -> bool:
        """Whether this is `other` or a kind below it."""
        kind: ErrorKind | None = self
        while kind is not None:
            if kind is other:
                return True
            kind = kind.parent
        return False

    def __call__(self, *args: Any, **named: Any) -> ErrorValue:
        from planscript.runtime.display import literal, show

        if self.bind is not None:
            fields = self.bind(*args, **named)
            said = fields.get("message")
            if said is None:
                said = ", ".join(f"{name}={literal(one, 200)}" for name, one in fields.items())
            return ErrorValue(self, show(said), fields)
        if len(args) > 1:
            raise run_error("TypeError", f"{self.name}() takes one message, {len(args)} given")
        return ErrorValue(self, show(args[0]) if args else self.name, named)


@dataclass(slots=True, eq=False)
class ErrorValue:
    """What `catch ... as name` binds: `.kind`, `.message`, `.place` and the fields of its kind."""

    kind: ErrorKind
    message: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    hint: str = ""
    place: Span | None = None
    raised: RunError | None = None

    def attribute(self, name: str) -> Any:
        """The field of this name; raises KeyError where there is none."""
        if name in self.fields:
            return self.fields[name]
        match name:
            case "message" | "reason":
                return self.message
            case "kind":
                return self.kind.name
            case "hint":
                return self.hint
            case "line":
                return self.place.line if self.place else None
            case "place":
                at = self.place
                return f"{at.source}:{at.line}:{at.column}" if at else ""
        raise KeyError(name)


class RunError(PlanscriptError):
    """An error of the running script, with its value."""

    def __init__(self, value: ErrorValue) -> None:
        title = value.message
        if value.kind.bind is not None:
            title = f"{value.kind.name}: {title}" if title else value.kind.name
        super().__init__(Diagnostic(code_of(value.kind), title, value.place, hint=value.hint))
        self.value = value

    def locate(self, span: Span, related: tuple[tuple[str, Span], ...] = ()) -> None:
        """Adds the place, and the calls that led there, where they are not known yet."""
        old = self.diagnostics[0]
        if old.span is None:
            self.value.place = span
            self.diagnostics = (
                Diagnostic(old.code, old.title, span, old.label, old.hint, old.severity, related),
            )


# kind, the kind above it, code
_TREE = """
    Error             -         E0500
    TypeError         Error     E0501
    ValueError        Error     E0502
    NameError         Error     E0503
    LookupError       Error     E0504
    IndexError        LookupError E0504
    KeyError          LookupError E0505
    ZeroDivision      Error     E0506
    RecursionLimit    Error     E0507
    ExpectationFailed Error     E0508
    IOError           Error     E0509
    EndOfInput        IOError   E0509
    GrantError        Error     E0510
    LoadError         Error     E0511
    Unsolvable        Error     E0520
    PlanningLimit     Error     E0521
    GaveUp            Error     E0522
    ActionFailed      Error     E0523
    GoalError         Error     E0530
    NotAGoal          GoalError E0530
    Inexpressible     GoalError E0531
    UnknownObject     GoalError E0532
    Ambiguous         GoalError E0533
"""


def _read_tree() -> tuple[dict[str, ErrorKind], dict[str, str]]:
    kinds: dict[str, ErrorKind] = {}
    codes: dict[str, str] = {}
    for line in _TREE.split("\n"):
        if line.strip():
            name, parent, code = line.split()
            kinds[name] = ErrorKind(name, kinds.get(parent))
            codes[name] = code
    return kinds, codes


KINDS: Mapping[str, ErrorKind]
CODES: Mapping[str, str]
KINDS, CODES = _read_tree()


def code_of(kind: ErrorKind) -> str:
    """The code of a kind of error; kinds that scripts define share one."""
    return "E0500" if kind.bind is not None else CODES.get(kind.name, "E0500")


def run_error(kind: str, message: str, hint: str = "", **fields: Any) -> RunError:
    """An error of a built-in kind, to be raised."""
    return RunError(ErrorValue(KINDS[kind], message, fields, hint))


# ---------------------------------------------------------------- values in words


_WORDS: Mapping[str, str] = {
    "int": "a number",
    "float": "a number",
    "str": "text",
    "bool": "true/false",
    "NoneType": "none",
    "list": "a list",
    "tuple": "a tuple",
    "dict": "a map",
    "set": "a set",
    "range": "a range",
    "function": "a function",
    "method": "a function",
    "builtin_function_or_method": "a function",
    "type": "a function",
    "Obj": "an object of the world",
    "TypeValue": "a type",
    "PredicateValue": "a predicate",
    "ActionValue": "an action",
    "Step": "a step",
    "PlanValue": "a plan",
    "GoalValue": "a goal",
    "WorldValue": "a world",
    "DomainValue": "a domain",
    "Module": "a module",
    "ErrorValue": "an error",
    "ErrorKind": "a kind of error",
}


def type_word(name: str) -> str:
    """A Python type's name in the words of the language."""
    return _WORDS.get(name, "this value")


def kind_in_words(value: Any) -> str:
    """What kind of thing a value is: "a number", "text", "a list"."""
    if type(value) is bool:
        return "true" if value else "false"
    return type_word(type(value).__name__)


def not_whole(value: Any) -> str:
    """What stands where a whole number is wanted: a float is shown, so that its fraction is seen."""
    return repr(value) if type(value) is float else kind_in_words(value)
