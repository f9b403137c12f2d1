"""Errors of running scripts: kinds and values of the language, and Python's exceptions in its words.

`RunError` is the one exception that scripts can catch. Budgets (`LimitError`) are not caught by scripts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import CodeType, TracebackType
from typing import Any

from planscript.lang.diagnostics import Diagnostic, PlanscriptError, Span


@dataclass(frozen=True, eq=False)
class ErrorKind:
    """A kind of error: what stands after `catch`. Calling a user's kind makes an error value."""

    name: str
    parent: ErrorKind | None = None
    parameters: tuple[str, ...] = ()
    make: Any = None  # user-defined kinds: binds the arguments of a call to the parameters

    def is_below(self, other: ErrorKind) -> bool:
        """Whether this is `other` or a kind below it."""
        kind: ErrorKind | None = self
        while kind is not None:
            if kind is other:
                return True
            kind = kind.parent
        return False

    def __call__(self, *args: Any, **named: Any) -> ErrorValue:
        fields = self.make(*args, **named) if self.make is not None else _message_only(self, args)
        message = fields.get("message")
        if message is None:
            message = ", ".join(str(value) for value in fields.values()) or self.name
        return ErrorValue(self, str(message), fields)


def _message_only(kind: ErrorKind, args: tuple[Any, ...]) -> dict[str, Any]:
    if len(args) > 1:
        raise run_error("TypeError", f"{kind.name}() takes a message, {len(args)} values given")
    return {"message": args[0] if args else kind.name}


@dataclass(eq=False)
class ErrorValue:
    """What `catch ... as name` binds: `.kind`, `.message`, and the fields of its kind."""

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
            case "message":
                return self.message
            case "reason":
                return self.fields.get("reason", self.message)
            case "kind":
                return self.kind.name
            case "hint":
                return self.hint
            case "line":
                return self.place.line if self.place else None
        raise KeyError(name)


class RunError(PlanscriptError):
    """An error of the running script, with its value; `span` and `stack` are filled when it is caught
    or reported."""

    def __init__(self, value: ErrorValue) -> None:
        code = CODES.get(value.kind.name, "E0500")
        super().__init__(Diagnostic(code, _title(value), value.place, hint=value.hint))
        self.value = value

    def locate(self, span: Span | None, stack: tuple[tuple[str, Span], ...]) -> None:
        """Adds the place and the calls that led there, where they are not known yet."""
        old = self.diagnostics[0]
        if old.span is None and span is not None:
            self.value.place = span
            self.diagnostics = (
                Diagnostic(old.code, old.title, span, old.label, old.hint, old.severity, stack),
            )


def _title(value: ErrorValue) -> str:
    if value.kind.make is not None or value.kind.name in ("ActionFailed",):
        return f"{value.kind.name}: {value.message}"
    return value.message


def _kinds() -> dict[str, ErrorKind]:
    root = ErrorKind("Error")
    kinds = {"Error": root}
    tree = {
        "Error": "TypeError ValueError NameError LookupError ZeroDivision RecursionLimit Unsolvable "
        "PlanningLimit GaveUp GoalError ActionFailed ExpectationFailed IOError GrantError",
        "LookupError": "IndexError KeyError",
        "GoalError": "NotAGoal Inexpressible UnknownObject Ambiguous",
    }
    for parent, names in tree.items():
        for name in names.split():
            kinds[name] = ErrorKind(name, kinds[parent])
    return kinds


KINDS: Mapping[str, ErrorKind] = _kinds()

CODES: Mapping[str, str] = {
    "TypeError": "E0501",
    "ValueError": "E0502",
    "NameError": "E0503",
    "IndexError": "E0504",
    "KeyError": "E0505",
    "ZeroDivision": "E0506",
    "RecursionLimit": "E0507",
    "ExpectationFailed": "E0508",
    "IOError": "E0509",
    "GrantError": "E0510",
    "Unsolvable": "E0520",
    "PlanningLimit": "E0521",
    "GaveUp": "E0522",
    "ActionFailed": "E0523",
    "NotAGoal": "E0530",
    "Inexpressible": "E0531",
    "UnknownObject": "E0532",
    "Ambiguous": "E0533",
}


def run_error(kind: str, message: str, hint: str = "", **fields: Any) -> RunError:
    """An error of a built-in kind, to be raised."""
    return RunError(ErrorValue(KINDS[kind], message, fields, hint))


# ---------------------------------------------------------------- Python's exceptions


_TYPE_WORDS = {
    "int": "a whole number",
    "float": "a number",
    "str": "text",
    "bool": "true or false",
    "NoneType": "none",
    "list": "a list",
    "tuple": "a list",
    "dict": "a map",
    "set": "a set",
    "function": "a function",
    "builtin_function_or_method": "a function",
    "Builtin": "a function",
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
    "range": "a range",
}


def type_word(name: str) -> str:
    """A Python type's name in the words of the language."""
    return _TYPE_WORDS.get(name, "this value")


_VERBS = {
    "+": "add {0} and {1}",
    "+=": "add {0} and {1}",
    "-": "subtract {1} from {0}",
    "-=": "subtract {1} from {0}",
    "*": "multiply {0} by {1}",
    "/": "divide {0} by {1}",
    "/=": "divide {0} by {1}",
    "//": "divide {0} by {1}",
    "%": "take the remainder of {0} by {1}",
}

# (pattern of Python's message, what to say; {0}... are its groups, types put in words)
_MESSAGES: tuple[tuple[str, str], ...] = (
    (r"'(<=?|>=?)' not supported between instances of '(\w+)' and '(\w+)'",
     "cannot compare {1} and {2} with `{0}`"),
    (r"can only concatenate (\w+) \(not \"(\w+)\"\) to \w+", "cannot add {0} and {1}"),
    (r"'(\w+)' object is not callable", "{0} is not a function and cannot be called"),
    (r"'(\w+)' object is not subscriptable", "{0} has no items"),
    (r"'(\w+)' object is not iterable", "cannot go through {0}"),
    (r"cannot unpack non-iterable (\w+) object", "cannot take {0} apart"),
    (r"argument of type '(\w+)' is not iterable", "`in` cannot look into {0}"),
    (r"'(\w+)' object does not support item assignment", "the items of {0} cannot be changed"),
    (r"'(\w+)' object does not support item deletion", "the items of {0} cannot be removed"),
    (r"unhashable type: '(\w+)'", "{0} cannot be a key of a map or an item of a set"),
    (r"bad operand type for unary \+: '(\w+)'", "cannot take the remainder of {0}"),
    (r"bad operand type for unary (\S+): '(\w+)'", "`{0}` cannot stand before {1}"),
    (r"(?:list|tuple|string) indices must be integers or slices, not (\w+)",
     "the place in a list is a whole number, not {0}"),
    (r"string indices must be integers, not '(\w+)'",
     "the place in a text is a whole number, not {0}"),
    (r"slice indices must be integers.*", "the bounds of a slice are whole numbers"),
    (r"'in <string>' requires string as left operand, not (\w+)",
     "only text can be `in` text, not {0}"),
    (r"object of type '(\w+)' has no len\(\)", "{0} has no length"),
)  # fmt: skip


def _type_message(text: str) -> str:
    found = re.match(
        r"unsupported operand type\(s\) for (\S+)(?: or pow\(\))?: '(\w+)' and '(\w+)'", text
    )
    if found:
        sign = found[1].rstrip(":")
        verb = _VERBS.get(sign, "use `" + sign + "` on {0} and {1}")
        return "cannot " + verb.format(type_word(found[2]), type_word(found[3]))
    for pattern, words in _MESSAGES:
        found = re.match(pattern, text)
        if found:
            parts = [p if not p.isidentifier() else type_word(p) for p in found.groups()]
            said = words.format(*parts)
            return said[:1].lower() + said[1:]
    return _call_message(text)


def _call_message(text: str) -> str:
    """What Python says of wrong calls, with functions under their script names."""
    text = re.sub(r"^(?:[\w.<>]*\.)?(\w+|<lambda>)\(\)", r"\1()", text)
    found = re.match(
        r"(\S+\(\)) takes (?:from \d+ to )?(\d+) positional arguments? but (\d+) (?:was|were) given",
        text,
    )
    if found:
        plural = "" if found[2] == "1" else "s"
        return f"{found[1]} takes {found[2]} argument{plural}, {found[3]} given"
    found = re.match(r"(\S+\(\)) missing (\d+) required (?:positional|keyword-only) arguments?: (.+)",
                     text)  # fmt: skip
    if found:
        return f"{found[1]} lacks {found[3].replace(chr(39), '`')}"
    found = re.match(r"(\S+\(\)) got an unexpected keyword argument '(\w+)'", text)
    if found:
        return f"{found[1]} has no parameter `{found[2]}`"
    found = re.match(r"(\S+\(\)) got multiple values for argument '(\w+)'", text)
    if found:
        return f"{found[1]} is given `{found[2]}` twice"
    return "this cannot be done with values of these kinds"


def translate(error: BaseException) -> RunError:
    """The error of the language for an exception that Python raised in script code."""
    if isinstance(error, RunError):
        return error
    text = str(error)
    match error:
        case PlanscriptError():
            first = error.diagnostics[0]
            made = run_error("ValueError", first.title, first.hint)
            made.value.place = first.span
            made.diagnostics = error.diagnostics
            return made
        case ZeroDivisionError():
            return run_error("ZeroDivision", "division by zero")
        case IndexError():
            what = "list" if "list" in text else "text" if "string" in text else "list"
            if "pop from empty" in text:
                return run_error("IndexError", "the list is empty")
            return run_error("IndexError", f"no item at this place: the {what} is shorter")
        case KeyError():
            from planscript.runtime.display import literal

            key = error.args[0] if error.args else ""
            return run_error("KeyError", f"no key {literal(key, 80)} in this map")
        case RecursionError():
            return run_error("RecursionLimit", "calls are nested too deeply", hint="is there a case "
                             "in which the function does not call itself?")  # fmt: skip
        case NameError():
            found = re.search(r"'(\w+)'", text)
            name = found[1] if found else "this name"
            if "before" in text or "free variable" in text or "local variable" in text:
                return run_error("NameError", f"`{name}` has no value yet")
            return run_error("NameError", f"no name `{name}`")
        case OverflowError():
            return run_error("ValueError", "the number is too large for this")
        case UnicodeError():
            return run_error("ValueError", "this text cannot be encoded")
        case ValueError():
            return run_error("ValueError", _value_message(text))
        case MemoryError():
            return run_error("ValueError", "there is not enough memory for this")
        case RuntimeError() if "changed size" in text or "mutated" in text:
            return run_error("ValueError", "the map or set was changed while a loop goes through it",
                             hint="go through a copy: `for k in list(m):`")  # fmt: skip
        case TypeError():
            return run_error("TypeError", _type_message(text))
    raise error


def _value_message(text: str) -> str:
    found = re.match(r"too many values to unpack \(expected (\d+)\)", text)
    if found:
        return f"there are more than {found[1]} items to take apart"
    found = re.match(r"not enough values to unpack \(expected (?:at least )?(\d+), got (\d+)\)", text)
    if found:
        return f"{found[1]} items are needed here, there are {found[2]}"
    if "is not in list" in text or "not in" in text:
        return "the list does not contain this"
    if "substring not found" in text:
        return "the text does not contain this"
    if "negative shift" in text:
        return "cannot shift by a negative number"
    if "slice step cannot be zero" in text:
        return "the step of a slice cannot be 0"
    if "must be in range" in text or "not in range" in text:
        return "the number is outside the range that this takes"
    return "this value cannot be used here"


# ---------------------------------------------------------------- places


def frames(traceback: TracebackType | None, own: Mapping[str, str] | None = None) -> Iterator[
    tuple[str, Span]
]:
    """The script's frames of a traceback, outermost first: function name and place."""
    while traceback is not None:
        code = traceback.tb_frame.f_code
        if "_ps_nodes" in traceback.tb_frame.f_globals:
            span = place(code, traceback.tb_lasti)
            if span is not None:
                yield code.co_name, span
        traceback = traceback.tb_next


def place(code: CodeType, instruction: int) -> Span | None:
    """The stretch of the script that an instruction was made from."""
    if instruction < 0:
        return None
    for index, position in enumerate(code.co_positions()):
        if index == instruction // 2:
            line, end_line, column, end_column = position
            if line is None:
                return None
            start = 0 if column is None else column
            return Span(
                code.co_filename,
                line,
                start + 1,
                end_line or line,
                (start + 1 if end_column is None else end_column) + 1,
            )
    return None


def located(error: BaseException) -> RunError:
    """The translated error, with its place and the calls that led to it."""
    made = translate(error)
    found = list(frames(error.__traceback__))
    if found and made.diagnostics[0].span is None:
        calls = tuple((f"called in {name}", span) for name, span in reversed(found[:-1][-12:]))
        made.locate(found[-1][1], calls)
    return made
