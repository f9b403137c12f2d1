"""The functions that every script has, and the guarded operators.

Each is declared with its signature, what it does, the grant it needs and how its work grows. Sizes are
capped where one call could otherwise fill the memory or run for minutes without an interrupt.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from planscript.runtime import values
from planscript.runtime.display import _ordered, literal, show
from planscript.runtime.errors import KINDS, ErrorKind, ErrorValue, run_error, type_word
from planscript.runtime.values import Builtin, kind_name

MAX_BITS = 50_000_000  # of a whole number
MAX_ITEMS = 100_000_000  # of a list or text made in one step


def word(value: Any) -> str:
    """What kind of thing a value is, in words."""
    return type_word(type(value).__name__)


# ---------------------------------------------------------------- operators


def mul(left: Any, right: Any) -> Any:
    """`left * right`, refusing results that are too large."""
    kind, other = type(left), type(right)
    if kind is int and other is int:
        if left.bit_length() + right.bit_length() > MAX_BITS:
            raise run_error("ValueError", "the product is too large")
        return left * right
    for sequence, times in ((left, right), (right, left)):
        if (
            isinstance(sequence, str | list | tuple)
            and isinstance(times, int)
            and len(sequence) * times > MAX_ITEMS
        ):
            raise run_error("ValueError", f"{word(sequence)} of this length would be too large")
    return left * right


def power(left: Any, right: Any) -> Any:
    """`left ** right`, refusing results that are too large or not real."""
    if isinstance(left, int) and isinstance(right, int) and right > 0:
        if left.bit_length() * right > MAX_BITS:
            raise run_error("ValueError", "the power is too large")
    result = left**right
    if isinstance(result, complex):
        raise run_error("ValueError", "the result is not a real number")
    return result


def lshift(left: Any, right: Any) -> Any:
    """`left << right`, refusing results that are too large."""
    if isinstance(left, int) and isinstance(right, int) and left.bit_length() + right > MAX_BITS:
        raise run_error("ValueError", "the number is too large")
    return left << right


def pos(value: Any) -> Any:
    """`+value` of a number (see `lang/host.py`: it keeps `%` from formatting text)."""
    return +value


def iterate(value: Any) -> Any:
    """What a loop goes through; sets in an order that is the same in every run."""
    if type(value) is set:
        return _ordered(value)
    return value


# ---------------------------------------------------------------- conversions


def to_int(value: Any = 0, base: int | None = None) -> int:
    try:
        if isinstance(value, str):
            if len(value) > 1_000_000:
                raise run_error("ValueError", "the text is too long for a number")
            text = value.strip().replace("_", " _")
            if " " in text:
                raise ValueError
            return _parsed(text, 10 if base is None else base)
        return int(value)
    except (ValueError, TypeError, OverflowError):
        raise run_error("ValueError", f"{literal(value, 60)} is no whole number") from None


def _parsed(text: str, base: int) -> int:
    if len(text) <= 4000 or base != 10:
        return int(text, base)
    half = len(text) // 2  # Python limits the digits that it reads at once
    sign = -1 if text[0] == "-" else 1
    digits = text.lstrip("+-")
    if not digits.isdecimal():
        raise ValueError
    half = len(digits) // 2
    low = len(digits) - half
    return sign * (_parsed(digits[:half], 10) * 10**low + _parsed(digits[half:], 10))


def to_float(value: Any = 0.0) -> float:
    try:
        return float(value)
    except (ValueError, TypeError, OverflowError):
        raise run_error("ValueError", f"{literal(value, 60)} is no number") from None


def to_list(value: Any = ()) -> list[Any]:
    return list(iterate(value))


def to_map(value: Any = (), *lists: Any, **more: Any) -> Any:
    if lists:  # the habit from Python: map(function, items)
        return apply_to(value, *lists)
    try:
        return dict(value, **more)
    except (ValueError, TypeError):
        raise run_error("TypeError", "map() takes a map or a list of [key, value] pairs") from None


def to_set(value: Any = ()) -> set[Any]:
    return set(value)


# ---------------------------------------------------------------- numbers and sequences


def length(value: Any) -> int:
    return len(value)


def make_range(*bounds: int) -> range:
    for bound in bounds:
        if type(bound) is not int:
            raise run_error("TypeError", f"range() takes whole numbers, not {word(bound)}")
    if not 1 <= len(bounds) <= 3:
        raise run_error("TypeError", f"range() takes 1 to 3 numbers, {len(bounds)} given")
    if len(bounds) == 3 and bounds[2] == 0:
        raise run_error("ValueError", "the step of a range cannot be 0")
    return range(*bounds)


def rounded(value: Any, digits: int | None = None) -> Any:
    if not isinstance(value, int | float):
        raise run_error("TypeError", f"round() takes a number, not {word(value)}")
    return round(value) if digits is None else round(value, digits)


def ordered(items: Any, key: Callable[[Any], Any] | None = None, reverse: bool = False) -> list[Any]:
    return sorted(items, key=key, reverse=bool(reverse))


def extreme(pick: Callable[..., Any], name: str) -> Callable[..., Any]:
    def run(*given: Any, key: Callable[[Any], Any] | None = None, **more: Any) -> Any:
        if set(more) - {"default"}:
            raise run_error("TypeError", f"{name}() has no parameter `{min(more)}`")
        items = given[0] if len(given) == 1 else given
        items = list(items)
        if not items:
            if more:
                return more["default"]
            raise run_error("ValueError", f"{name}() of nothing")
        return pick(items, key=key)

    return run


def total(items: Iterable[Any], start: Any = 0) -> Any:
    for item in items:
        start = start + item
    return start


def from_code(code: int) -> str:
    try:
        return chr(code)
    except (ValueError, OverflowError, TypeError):
        raise run_error("ValueError", f"{literal(code, 60)} is no character code") from None


def to_code(text: str) -> int:
    if not isinstance(text, str) or len(text) != 1:
        raise run_error("TypeError", "ord() takes one character")
    return ord(text)


def append(items: list[Any], item: Any) -> None:
    if type(items) is not list:
        raise run_error("TypeError", f"append() takes a list, not {word(items)}")
    items.append(item)


def map_part(name: str) -> Callable[[Any], list[Any]]:
    def run(value: Any) -> list[Any]:
        if type(value) is not dict:
            raise run_error("TypeError", f"{name}() takes a map, not {word(value)}")
        return list(getattr(value, name)())

    return run


def is_a(value: Any, kind: Any) -> bool:
    if isinstance(kind, ErrorKind):
        return isinstance(value, ErrorValue) and value.kind.is_below(kind)
    if isinstance(kind, Builtin):
        kind = kind.name
    if not isinstance(kind, str):
        raise run_error("TypeError", "isinstance() takes a kind such as int, str, list or an error")
    return kind_name(value) == kind or (kind == "float" and kind_name(value) == "int")


def apply_to(function: Callable[..., Any], *lists: Iterable[Any]) -> list[Any]:
    return [function(*items) for items in zip(*map(iterate, lists), strict=False)]


def keep(function: Callable[[Any], Any] | None, items: Iterable[Any]) -> list[Any]:
    return [x for x in iterate(items) if (x if function is None else function(x))]


def pairs(*lists: Iterable[Any]) -> list[Any]:
    return [list(items) for items in zip(*map(iterate, lists), strict=False)]


def numbered(items: Iterable[Any], start: int = 0) -> list[Any]:
    return [[i, item] for i, item in enumerate(iterate(items), start)]


def backwards(items: Any) -> list[Any]:
    return list(iterate(items))[::-1]


# name, function, signature, what it does, how its work grows
_TABLE: tuple[tuple[str, Callable[..., Any], str, str, str], ...] = (
    ("len", length, "(x)", "How many items or characters x has.", "1"),
    ("range", make_range, "(start, stop, step)", "Whole numbers from start up to, not with, stop.", "1"),
    ("str", lambda x="": show(x), "(x)", "x as text.", "n"),
    ("repr", lambda x: literal(x), "(x)", "x as it would be written in a script.", "n"),
    ("int", to_int, "(x, base=10)", "x as a whole number; text is read, fractions are cut.", "n"),
    ("float", to_float, "(x)", "x as a number with a fraction.", "n"),
    ("bool", lambda x=False: bool(x), "(x)", "Whether x counts as true.", "1"),
    ("list", to_list, "(items)", "A new list of the items.", "n"),
    ("map", to_map, "(pairs)", "A new map of a map or [key, value] pairs.", "n"),
    ("set", to_set, "(items)", "A new set of the items.", "n"),
    ("abs", abs, "(x)", "x without its sign.", "1"),
    ("min", extreme(min, "min"), "(items, key, default)", "The smallest item.", "n"),
    ("max", extreme(max, "max"), "(items, key, default)", "The largest item.", "n"),
    ("sum", total, "(items, start=0)", "The items added up.", "n"),
    ("round", rounded, "(x, digits)", "x rounded to digits after the point (halves to even).", "1"),
    ("sorted", ordered, "(items, key, reverse=false)", "A new list, smallest first.", "n log n"),
    ("reversed", backwards, "(items)", "A new list, last item first.", "n"),
    ("enumerate", numbered, "(items, start=0)", "A list of [number, item].", "n"),
    ("zip", pairs, "(a, b, ...)", "A list of the first items, the second items, and so on.", "n"),
    ("apply", apply_to, "(function, items, ...)", "A list of function(item) for each item.", "n"),
    ("filter", keep, "(function, items)", "The items for which function(item) is true.", "n"),
    ("any", any, "(items)", "Whether one of the items is true.", "n"),
    ("all", all, "(items)", "Whether all of the items are true.", "n"),
    ("items", map_part("items"), "(m)", "The [key, value] pairs of a map.", "n"),
    ("keys", map_part("keys"), "(m)", "The keys of a map.", "n"),
    ("values", map_part("values"), "(m)", "The values of a map.", "n"),
    ("append", append, "(items, item)", "Adds the item at the end of the list.", "1"),
    ("type", kind_name, "(x)", "The name of the kind of x.", "1"),
    ("isinstance", is_a, "(x, kind)", "Whether x is of that kind.", "1"),
    ("chr", from_code, "(code)", "The character with this code.", "1"),
    ("ord", to_code, "(text)", "The code of a character.", "1"),
    ("divmod", lambda a, b: list(divmod(a, b)), "(a, b)", "[a // b, a % b].", "1"),
    ("bin", lambda x: format(x, "#b"), "(x)", "A whole number in binary digits.", "n"),
    ("hex", lambda x: format(x, "#x"), "(x)", "A whole number in hexadecimal digits.", "n"),
    ("callable", callable, "(x)", "Whether x can be called.", "1"),
)  # fmt: skip

NAMES: frozenset[str] = frozenset(row[0] for row in _TABLE) | {
    "print", "input", "objects", "say", "execute", "cost", "why_not", "help", "arguments",
}  # fmt: skip


def plain_builtins() -> dict[str, Any]:
    """The builtins that need no session, by name, and the kinds of errors."""
    found: dict[str, Any] = {
        name: Builtin(name, run, signature, doc, "", cost)
        for name, run, signature, doc, cost in _TABLE
    }
    # Called in inner loops: the bare Python function is several times faster than a wrapper.
    found |= {"len": len, "abs": abs, "any": any, "all": all}
    found |= KINDS
    return found


def session_builtins(functions: Mapping[str, tuple[Callable[..., Any], str, str]]) -> dict[str, Any]:
    """Builtins that the session carries out: name -> (function, signature, what it does)."""
    return {
        name: Builtin(name, run, signature, doc)
        for name, (run, signature, doc) in functions.items()
    }


__all__ = [
    "NAMES", "iterate", "lshift", "mul", "plain_builtins", "pos", "power", "session_builtins",
    "values", "word",
]  # fmt: skip
