"""The functions that every script has without an import.

Each is declared with its signature, what it does, and how its work grows. They are plain Python
functions, so that a call costs no more than one in Python. What needs the session (print, input,
say) is in `session_builtins.py`.
"""

from __future__ import annotations

import builtins as python
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from planscript.runtime.display import literal, read_digits, show
from planscript.runtime.errors import ErrorKind, ErrorValue, kind_in_words, not_whole, run_error
from planscript.runtime.operators import (
    MAX_BITS,
    check_bits,
    items_of,
    power,
)
from planscript.runtime.values import Builtin, kind_name

# ---------------------------------------------------------------- conversions


def to_str(value: Any = "") -> str:
    return show(value)


def to_repr(value: Any) -> str:
    return literal(value)


def to_bool(value: Any = False) -> bool:
    return True if value else False


def to_int(value: Any = 0, base: int = 10) -> int:
    if isinstance(value, str):
        return _whole(value, base)
    if not isinstance(value, int | float):
        raise run_error("TypeError", f"int() takes a number or text, not {kind_in_words(value)}")
    return int(value)


def _whole(text: str, base: int) -> int:
    if type(base) is not int or not (base == 0 or 2 <= base <= 36):
        raise run_error("ValueError", "the base of int() is a whole number from 2 to 36")
    bare = text.strip()
    if len(bare) > 4000:
        check_bits(len(bare) * 4 if base != 10 else len(bare) * 10 // 3)
        negative, unsigned = bare[0] == "-", bare.lstrip("+-").replace("_", "")
        if base == 10 and unsigned.isdecimal() and len(bare) - len(unsigned) <= 1:
            return -read_digits(unsigned) if negative else read_digits(unsigned)
    try:
        return int(bare, base)
    except ValueError:
        raise run_error(
            "ValueError",
            f"{literal(text, 60)} is no whole number",
            hint="float(x) reads fractions" if _is_float(bare) else "",
        ) from None


def _is_float(text: str) -> bool:
    try:
        return float(text) == float(text)
    except ValueError:
        return False


def to_float(value: Any = 0.0) -> float:
    if isinstance(value, str):
        try:
            return float(value)
        except ValueError:
            raise run_error("ValueError", f"{literal(value, 60)} is no number") from None
    if not isinstance(value, int | float):
        raise run_error("TypeError", f"float() takes a number or text, not {kind_in_words(value)}")
    return float(value)


def to_list(items: Any = ()) -> list[Any]:
    return list(items_of(items))


def to_tuple(items: Any = ()) -> tuple[Any, ...]:
    return tuple(to_list(items))


def to_set(items: Any = ()) -> set[Any]:
    return set(items if type(items) is set else items_of(items))


def to_map(pairs: Any = (), *lists: Any, **more: Any) -> Any:
    if lists:  # as in Python: map(function, items)
        return apply_to(pairs, *lists)
    if callable(pairs):
        raise run_error("TypeError", "map(function, items) also takes the items")
    return dict(pairs if type(pairs) is dict else items_of(pairs), **more)


def from_code(code: int) -> str:
    if type(code) is not int:
        raise run_error("TypeError", f"chr() takes a whole number, not {not_whole(code)}")
    if not (0 <= code < 0x110000 and not 0xD800 <= code < 0xE000):
        raise run_error("ValueError", f"{show(code)} is the code of no character")
    return python.chr(code)


def to_code(character: str) -> int:
    if type(character) is not str or len(character) != 1:
        raise run_error("TypeError", f"ord() takes one character, not {literal(character, 40)}")
    return python.ord(character)


def in_base(name: str, form: str) -> Callable[[int], str]:
    def run(number: int) -> str:
        if type(number) is not int:
            raise run_error("TypeError", f"{name}() takes a whole number, not {not_whole(number)}")
        return format(number, form)

    return run


# ---------------------------------------------------------------- numbers


def _number(value: Any, name: str) -> None:
    if not isinstance(value, int | float):
        raise run_error("TypeError", f"{name}() takes numbers, not {kind_in_words(value)}")


def rounded(number: Any, places: int | None = None) -> Any:
    _number(number, "round")
    if places is None:
        return round(number)
    if type(places) is not int:
        raise run_error("TypeError", "the places of round() are a whole number")
    if isinstance(number, int) and -places > MAX_BITS:
        return 0
    return round(number, places)


def divided(dividend: Any, divisor: Any) -> tuple[Any, Any]:
    _number(dividend, "divmod")
    _number(divisor, "divmod")
    quotient, rest = divmod(dividend, divisor)
    return quotient, rest


def to_power(base: Any, exponent: Any, modulus: int | None = None) -> Any:
    _number(base, "pow")
    _number(exponent, "pow")
    if modulus is None:
        return power(base, exponent)
    if not all(isinstance(n, int) for n in (base, exponent, modulus)):
        raise run_error("TypeError", "pow() with a modulus takes whole numbers")
    if modulus == 0:
        raise run_error("ZeroDivision", "the modulus of pow() is 0")
    if exponent.bit_length() * modulus.bit_length() ** 2 > 1 << 40:
        raise run_error("ValueError", "the numbers are too large for pow()")
    try:
        return pow(base, exponent, modulus)
    except ValueError:
        raise run_error("ValueError", f"{show(base)} has no inverse mod {show(modulus)}") from None


def total(items: Iterable[Any], start: Any = 0) -> Any:
    if isinstance(start, str | list | tuple):
        raise run_error(
            "TypeError",
            f"sum() adds numbers, and starts with {kind_in_words(start)}",
            hint='"".join(texts) puts texts together, flatten(lists) of `lists` lists',
        )
    return python.sum(items_of(items), start)


def extreme(name: str) -> Callable[..., Any]:
    pick = getattr(python, name)

    def run(*given: Any, key: Callable[[Any], Any] | None = None, **more: Any) -> Any:
        if more and set(more) != {"default"}:
            raise run_error("TypeError", f"{name}() has no parameter `{min(more)}`")
        if not given:
            raise run_error("TypeError", f"{name}() takes a list, or several values")
        items = list(items_of(given[0])) if len(given) == 1 else list(given)
        if not items:
            if more:
                return more["default"]
            raise run_error(
                "ValueError",
                f"{name}() of nothing",
                hint=f"{name}(items, default=0) gives a value where there are no items",
            )
        return pick(items, key=key)

    return run


# ---------------------------------------------------------------- sequences


def make_range(*bounds: int) -> range:
    for bound in bounds:
        if type(bound) is not int:
            raise run_error("TypeError", f"range() takes whole numbers, not {not_whole(bound)}")
    if not 1 <= len(bounds) <= 3:
        raise run_error("TypeError", f"range() takes 1 to 3 numbers, {len(bounds)} given")
    if len(bounds) == 3 and bounds[2] == 0:
        raise run_error("ValueError", "the step of a range cannot be 0")
    made = range(*bounds)
    try:
        len(made)
    except OverflowError:
        raise run_error("ValueError", "the range is too long") from None
    return made


def in_order(
    items: Any, key: Callable[[Any], Any] | None = None, reverse: bool = False
) -> list[Any]:
    return python.sorted(items_of(items), key=key, reverse=bool(reverse))


def backwards(items: Any) -> list[Any]:
    return to_list(items)[::-1]


def numbered(items: Any, start: int = 0) -> list[tuple[int, Any]]:
    if type(start) is not int:
        raise run_error("TypeError", "the start of enumerate() is a whole number")
    return list(enumerate(items_of(items), start))


def pairs(*lists: Any) -> list[tuple[Any, ...]]:
    return list(zip(*map(items_of, lists), strict=False))


def apply_to(function: Callable[..., Any], *lists: Any) -> list[Any]:
    if not callable(function):
        raise run_error("TypeError", f"map() applies a function, not {kind_in_words(function)}")
    if len(lists) == 1:
        return [function(item) for item in items_of(lists[0])]
    return [function(*items) for items in pairs(*lists)]


def keep(function: Callable[[Any], Any] | None, items: Any) -> list[Any]:
    if function is None:
        return [item for item in items_of(items) if item]
    if not callable(function):
        raise run_error("TypeError", f"filter() asks a function, not {kind_in_words(function)}")
    return [item for item in items_of(items) if function(item)]


def some(items: Any) -> bool:
    return any(items_of(items))


def every(items: Any) -> bool:
    return all(items_of(items))


def append(items: list[Any], item: Any) -> None:
    if type(items) is not list:
        raise run_error("TypeError", f"append() takes a list, not {kind_in_words(items)}")
    items.append(item)


def map_part(name: str) -> Callable[[Any], list[Any]]:
    def run(m: Any) -> list[Any]:
        if type(m) is not dict:
            raise run_error("TypeError", f"{name}() takes a map, not {kind_in_words(m)}")
        return list(getattr(m, name)())

    return run


# ---------------------------------------------------------------- kinds


def kind_of(value: Any) -> str:
    return kind_name(value)


def is_a(value: Any, kind: Any) -> bool:
    if type(kind) in (list, tuple):
        return any(is_a(value, one) for one in kind)
    if isinstance(kind, ErrorKind):
        return isinstance(value, ErrorValue) and value.kind.is_below(kind)
    name = kind if isinstance(kind, str) else getattr(kind, "__name__", "")
    if name not in KIND_NAMES or not (isinstance(kind, str) or callable(kind)):
        raise run_error(
            "TypeError", "isinstance() takes a kind such as int, str, list, or a kind of error"
        )
    found = kind_name(value)
    return found == name or (name == "int" and found == "bool")


def is_callable(value: Any) -> bool:
    return callable(value)


KIND_NAMES = frozenset(
    "bool int float str none list tuple map set range function object type predicate action step "
    "domain world goal plan module error".split()
)

# name, function, signature, what it does, how its work grows
_TABLE: tuple[tuple[str, Callable[..., Any], str, str, str], ...] = (
    ("len", len, "(x)", "How many items or characters x has.", "1"),
    ("range", make_range, "(start=0, stop, step=1)", "Whole numbers from start, below stop.", "1"),
    ("str", to_str, '(x="")', "x as text.", "n"),
    ("repr", to_repr, "(x)", "x as it would be written in a script.", "n"),
    ("int", to_int, "(x=0, base=10)", "x as a whole number; fractions are cut off.", "n"),
    ("float", to_float, "(x=0.0)", "x as a number with a fraction.", "1"),
    ("bool", to_bool, "(x=false)", "Whether x counts as true.", "1"),
    ("list", to_list, "(items=[])", "A new list of the items.", "n"),
    ("tuple", to_tuple, "(items=())", "A tuple of the items.", "n"),
    ("map", to_map, "(pairs=[])", "A new map of (key, value) pairs; also map(f, items).", "n"),
    ("set", to_set, "(items=[])", "A new set of the items.", "n"),
    ("abs", abs, "(x)", "x without its sign.", "1"),
    ("min", extreme("min"), "(items, key=none, default)", "The smallest item.", "n"),
    ("max", extreme("max"), "(items, key=none, default)", "The largest item.", "n"),
    ("sum", total, "(items, start=0)", "The numbers added up.", "n"),
    ("round", rounded, "(x, places=none)", "x rounded; halves go to even.", "1"),
    ("divmod", divided, "(a, b)", "(a // b, a % b).", "1"),
    ("pow", to_power, "(a, b, modulus=none)", "a ** b, or a ** b % modulus at once.", "n"),
    ("sorted", in_order, "(items, key, reverse=false)", "A new list, smallest first.", "n log n"),
    ("reversed", backwards, "(items)", "A new list, last item first.", "n"),
    ("enumerate", numbered, "(items, start=0)", "A list of (number, item).", "n"),
    ("zip", pairs, "(a, b, ...)", "A list of the first items, the second items, and so on.", "n"),
    ("filter", keep, "(f, items)", "The items for which f(item) is true.", "n"),
    ("any", some, "(items)", "Whether one of the items is true.", "n"),
    ("all", every, "(items)", "Whether all of the items are true.", "n"),
    ("items", map_part("items"), "(m)", "The (key, value) pairs of a map.", "n"),
    ("keys", map_part("keys"), "(m)", "The keys of a map.", "n"),
    ("values", map_part("values"), "(m)", "The values of a map.", "n"),
    ("append", append, "(items, item)", "Adds the item at the end of the list.", "1"),
    ("type", kind_of, "(x)", "The name of the kind of x.", "1"),
    ("isinstance", is_a, "(x, kind)", "Whether x is of that kind.", "1"),
    ("callable", is_callable, "(x)", "Whether x can be called.", "1"),
    ("chr", from_code, "(code)", "The character with this code.", "1"),
    ("ord", to_code, "(character)", "The code of a character.", "1"),
    ("bin", in_base("bin", "#b"), "(x)", "A whole number in binary digits.", "n"),
    ("oct", in_base("oct", "#o"), "(x)", "A whole number in octal digits.", "n"),
    ("hex", in_base("hex", "#x"), "(x)", "A whole number in hexadecimal digits.", "n"),
)  # fmt: skip


def _declared() -> dict[str, Builtin]:
    found: dict[str, Builtin] = {}
    for name, run, signature, doc, cost in _TABLE:
        if run.__module__ == __name__:
            # Python names the function in what it says of wrong calls.
            run.__name__ = run.__qualname__ = name
        found[name] = Builtin(name, run, signature, doc, "", cost)
    return found


BUILTINS: Mapping[str, Builtin] = _declared()
