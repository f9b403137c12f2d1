"""Values as text: for `print` and `{value}` (`show`) and as literals (`literal`); and format specs.

Cyclic and deeply nested values are safe: nothing here recurses.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from planscript.runtime import values
from planscript.runtime.errors import ErrorKind, ErrorValue, run_error

_BIG = 10**4000  # beyond the digits that Python turns into text at once


def show(value: Any) -> str:
    """The text of a value as `print` and interpolation show it: text itself without quotes."""
    if type(value) is str:
        return value
    return literal(value)


def literal(value: Any, limit: int | None = None) -> str:
    """The text of a value as it would be written in a script; cut after `limit` characters."""
    pieces: list[str] = []
    size = 0
    for piece in _pieces(value):
        pieces.append(piece)
        size += len(piece)
        if limit is not None and size > limit:
            return "".join(pieces)[:limit] + " …"
    return "".join(pieces)


def _pieces(value: Any) -> Iterator[str]:
    """Depth first with a stack of iterators; `open_ids` finds values inside themselves."""
    stack: list[Iterator[Any]] = [iter([value])]
    closers: list[tuple[str, int]] = []
    open_ids: set[int] = set()
    while stack:
        try:
            one = next(stack[-1])
        except StopIteration:
            stack.pop()
            if closers:
                closing, identity = closers.pop()
                open_ids.discard(identity)
                yield closing
            continue
        if isinstance(one, _Raw):
            yield one
            continue
        parts = _parts(one)
        if parts is None:
            yield _atom(one)
        elif id(one) in open_ids:
            yield "[...]" if not isinstance(one, dict) else "{...}"
        else:
            opening, items, closing = parts
            yield opening
            open_ids.add(id(one))
            closers.append((closing, id(one)))
            stack.append(items)


class _Raw(str):
    """Text that stands as it is among the parts of a value."""

    __slots__ = ()


def _parts(value: Any) -> tuple[str, Iterator[Any], str] | None:
    if isinstance(value, list | tuple):
        return "[", _separated(value), "]"
    if isinstance(value, dict):
        return "{", _entries(value), "}"
    if isinstance(value, set):
        return ("{", _separated(_ordered(value)), "}") if value else ("set(", iter(()), ")")
    return None


def _ordered(value: set[Any]) -> list[Any]:
    """A set's items in an order that does not change from run to run."""
    try:
        return sorted(value)
    except TypeError:
        return sorted(value, key=lambda item: (type(item).__name__, literal(item)))


def _separated(items: Any) -> Iterator[Any]:
    for i, item in enumerate(items):
        if i:
            yield _Raw(", ")
        yield item


def _entries(value: dict[Any, Any]) -> Iterator[Any]:
    for i, (key, item) in enumerate(value.items()):
        if i:
            yield _Raw(", ")
        yield key
        yield _Raw(": ")
        yield item


def _atom(value: Any) -> str:
    match value:
        case None:
            return "none"
        case True:
            return "true"
        case False:
            return "false"
        case str():
            return quoted(value)
        case int():
            return digits(value)
        case float():
            return repr(value)
        case values.Obj() | values.TypeValue():
            return value.name
        case values.Step():
            return f"{value.name}({', '.join(arg.name for arg in value.args)})"
        case values.PlanValue():
            return "plan [" + ", ".join(_atom(step) for step in value.steps) + "]"
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
        case range():
            return "range(" + ", ".join(map(str, (value.start, value.stop, value.step))) + ")"
    name = getattr(value, "__name__", "") or getattr(value, "name", "")
    return f"<fn {name}>" if callable(value) and name != "<lambda>" else "<fn>"


def goal_text(goal: values.GoalValue) -> str:
    """A goal as PDDL, or as its text where it has not been compiled yet."""
    if goal.formula is not None:
        from planscript.runtime.pddl.writer import write_formula

        return f"goal {write_formula(goal.formula)}"
    text = "".join(p if isinstance(p, str) else "{" + p.name + "}" for p in goal.pieces)
    return f"goal {quoted(' '.join(text.split()))}"


def digits(value: int) -> str:
    """A whole number in decimal digits; ValueError of the language beyond 4,000,000 digits."""
    if -_BIG < value < _BIG:
        return str(value)
    if value.bit_length() > 13_000_000:
        raise run_error("ValueError", "the number has too many digits to be written out")
    sign, value = ("-", -value) if value < 0 else ("", value)
    return sign + _long_digits(value)


def _long_digits(value: int) -> str:
    """By halving, which is faster than Python's quadratic way, and free of its limit of digits."""
    size = 4000
    powers = [10**size]
    while powers[-1] <= value:
        powers.append(powers[-1] ** 2)
    parts = [value]
    for i in range(len(powers) - 1, -1, -1):
        parts = [half for part in parts for half in divmod(part, powers[i])]
    return "".join(str(part).zfill(size) for part in parts).lstrip("0") or "0"


_ESCAPES = {"\n": "\\n", "\t": "\\t", "\r": "\\r", '"': '\\"', "\\": "\\\\"}


def quoted(text: str) -> str:
    """A text as a string literal of the language."""
    return '"' + "".join(_ESCAPES.get(c, c) if c.isprintable() or c in _ESCAPES else
                         f"\\u{{{ord(c):x}}}" for c in text) + '"'  # fmt: skip


_SPEC = re.compile(
    r"(?:(?P<fill>.)?(?P<align>[<>^=]))?(?P<sign>[+\- ])?(?P<zero>0)?(?P<width>\d+)?"
    r"(?P<group>[,_])?(?:\.(?P<precision>\d+))?(?P<type>[bdeEfFgGoxX%s])?"
)


def formatted(value: Any, spec: str) -> str:
    """The text of `{value:spec}`; the specs are those of Python for numbers and text.

    Raises ValueError of the language for a spec that is wrong or does not fit the value.
    """
    found = _SPEC.fullmatch(spec)
    if found is None:
        raise run_error("ValueError", f"`{spec}` is no way to format a value",
                        hint='for example {x:.2f}, {x:>8} or {x:,}')  # fmt: skip
    if int(found["width"] or 0) > 100_000 or int(found["precision"] or 0) > 10_000:
        raise run_error("ValueError", f"the width in `{spec}` is too large")
    kind = found["type"]
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if is_number and kind != "s":
        if isinstance(value, float) and kind and kind in "bdoxX":
            raise run_error("ValueError", f"`{kind}` formats whole numbers only")
        return format(value, spec)
    if (kind and kind != "s") or found["sign"] or found["group"] or found["align"] == "=":
        raise run_error("ValueError", f"`{spec}` formats numbers, not {values.kind_name(value)}")
    return format(show(value), spec.replace("0", "", 1) if found["zero"] else spec)
