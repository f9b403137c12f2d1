"""Values as text: for `print` and `{value}` (`show`) and as literals (`literal`); and numbers as
digits.

Cyclic, shared and deeply nested values are safe: nothing here recurses, and the length is bounded.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from planscript.runtime import values
from planscript.runtime.errors import ErrorKind, ErrorValue, run_error
from planscript.runtime.operators import MAX_BITS, ordered_set

MAX_SHOWN = 1 << 24  # characters of a list, map or set written out
_FEW_DIGITS = 10**4000  # beyond these Python refuses to write a number out


def show(value: Any) -> str:
    """The text of a value as `print` and interpolation show it: text itself without quotes."""
    kind = type(value)
    if kind is str:
        return value  # type: ignore[no-any-return]
    if kind is int:
        try:
            return repr(value)
        except ValueError:  # more digits than Python writes at once
            return digits(value)
    return literal(value)


def literal(value: Any, limit: int | None = None) -> str:
    """The text of a value as it would be written in a script; cut after `limit` characters.

    Raises ValueError of the language where the whole text would be too long.
    """
    pieces: list[str] = []
    size = 0
    bound = MAX_SHOWN if limit is None else limit
    for piece in _pieces(value, limit):
        pieces.append(piece)
        size += len(piece)
        if size > bound:
            if limit is None:
                raise run_error("ValueError", "the value is too large to be written out")
            return "".join(pieces)[:limit] + "…"
    return "".join(pieces)


class _Raw(str):
    """Text that stands as it is among the parts of a value."""

    __slots__ = ()


def _pieces(value: Any, limit: int | None) -> Iterator[str]:
    """Depth first, with a stack of iterators; `open_ids` finds values inside themselves."""
    stack: list[Iterator[Any]] = [iter((value,))]
    closers: list[tuple[str, int]] = [("", 0)]
    open_ids: set[int] = set()
    while stack:
        for one in stack[-1]:
            kind = type(one)
            if kind is _Raw:
                yield one
            elif kind is str:
                yield quoted(one if limit is None else one[: limit + 1])
            elif kind in _CONTAINERS:
                if id(one) in open_ids:
                    yield _INSIDE_ITSELF[kind]
                    continue
                opening, items, closing = _parts(one)
                yield opening
                open_ids.add(id(one))
                closers.append((closing, id(one)))
                stack.append(items)
                break
            else:
                yield _atom(one)
        else:
            stack.pop()
            closing, identity = closers.pop()
            open_ids.discard(identity)
            yield closing


_CONTAINERS = frozenset((list, tuple, dict, set, values.PlanValue, values.Step))
_INSIDE_ITSELF: Mapping[type, str] = {list: "[...]", tuple: "(...)", dict: "{...}", set: "{...}"}


def _parts(value: Any) -> tuple[str, Iterator[Any], str]:
    match value:
        case list():
            return "[", _separated(value), "]"
        case tuple():
            return "(", _separated(value), ",)" if len(value) == 1 else ")"
        case dict():
            return "{", _entries(value), "}"
        case set():
            return ("{", _separated(ordered_set(value)), "}") if value else ("set(", iter(()), ")")
        case values.Step():
            return f"{value.name}(", _separated(value.args), ")"
    return "plan [", _separated(value.steps), "]"


def _separated(items: Any) -> Iterator[Any]:
    first = True
    for item in items:
        if not first:
            yield _COMMA
        first = False
        yield item


def _entries(value: dict[Any, Any]) -> Iterator[Any]:
    first = True
    for key, item in value.items():
        if not first:
            yield _COMMA
        first = False
        yield key
        yield _COLON
        yield item


_COMMA = _Raw(", ")
_COLON = _Raw(": ")


def _atom(value: Any) -> str:
    match value:
        case None:
            return "none"
        case bool():
            return "true" if value else "false"
        case int():
            return digits(value)
        case float():
            return repr(value)
        case range():
            bounds = (value.start, value.stop, value.step)
            return "range(" + ", ".join(map(digits, bounds[: 3 if value.step != 1 else 2])) + ")"
        case values.Obj() | values.TypeValue():
            return value.name
        case values.GoalValue():
            return goal_text(value)
        case values.PredicateValue():
            return f"<predicate {value.name}>"
        case values.ActionValue():
            return f"<action {value.name}>"
        case values.DomainValue():
            return f"<domain {value.name}>"
        case values.WorldValue():
            return f"<world {value.name}>"
        case values.Module():
            return f"<module {value.name}>"
        case ErrorValue():
            return f"{value.kind.name}: {value.message}"
        case ErrorKind():
            return f"<error {value.name}>"
    name = getattr(value, "__name__", "<lambda>")
    if callable(value):
        return "<fn>" if name == "<lambda>" else f"<fn {name}>"
    return f"<{values.kind_name(value)}>"


def goal_text(goal: values.GoalValue) -> str:
    """A goal as PDDL, or as its text where it has not been compiled yet."""
    if goal.formula is not None:
        from planscript.runtime.pddl.writer import write_formula

        return f"goal {write_formula(goal.formula)}"
    text = "".join(p if isinstance(p, str) else "{" + p.name + "}" for p in goal.pieces)
    return f"goal {quoted(' '.join(text.split()))}"


_ESCAPES = {"\n": "\\n", "\t": "\\t", "\r": "\\r", '"': '\\"', "\\": "\\\\"}


def quoted(text: str) -> str:
    """A text as a string literal of the language."""
    if text.isprintable() and '"' not in text and "\\" not in text:
        return f'"{text}"'
    return '"' + "".join(map(_escaped, text)) + '"'


def _escaped(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    if character.isprintable():
        return character
    code = ord(character)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


# ---------------------------------------------------------------- whole numbers and digits


def digits(value: int) -> str:
    """A whole number in decimal digits. Raises ValueError of the language beyond MAX_BITS."""
    if -_FEW_DIGITS < value < _FEW_DIGITS:
        return int.__repr__(value)
    if value.bit_length() > MAX_BITS:
        raise run_error("ValueError", "the number has too many digits to be written out")
    return ("-" if value < 0 else "") + _long_digits(abs(value))


def _long_digits(value: int) -> str:
    """By halving, with decimal's fast multiplication: nearly linear, where Python's `str` is
    quadratic.

    The method is that of CPython 3.12's `_pylong.int_to_decimal_string`.
    """
    import decimal

    powers: dict[int, decimal.Decimal] = {}

    def power_of_two(width: int) -> decimal.Decimal:
        if width not in powers:
            half = width >> 1
            powers[width] = (
                decimal.Decimal(1 << width)
                if width <= 128
                else power_of_two(half) * power_of_two(width - half)
            )
        return powers[width]

    def convert(number: int, width: int) -> decimal.Decimal:
        if width <= 128:
            return decimal.Decimal(number)
        half = width >> 1
        high = number >> half
        low = convert(number - (high << half), half)
        return low + convert(high, width - half) * power_of_two(half)

    with decimal.localcontext() as context:
        context.prec = decimal.MAX_PREC
        context.Emax = decimal.MAX_EMAX
        context.Emin = decimal.MIN_EMIN
        context.traps[decimal.Inexact] = True
        return str(convert(value, value.bit_length()))


def read_digits(text: str) -> int:
    """The whole number of a text of decimal digits alone, however long (within MAX_BITS)."""
    if len(text) <= 4000:
        return int(text)
    low = len(text) // 2
    shift: int = 10**low
    return read_digits(text[:-low]) * shift + read_digits(text[-low:])
