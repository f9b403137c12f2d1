"""The operators that need a guard, and the sizes that no single step may exceed.

One step of a script is one uninterruptible step of Python, so its work has to be bounded: a
product of huge numbers or a text repeated a billion times is refused before it is made.
"""

from __future__ import annotations

from typing import Any

from planscript.runtime.errors import kind_in_words, run_error

MAX_BITS = 1 << 21  # of a whole number: about 631,000 decimal digits
MAX_ITEMS = 1 << 26  # of a list made in one step
MAX_TEXT = 1 << 27  # characters of a text made in one step


def check_items(count: int, what: str = "a list") -> None:
    """Refuses to make a list of so many items in one step."""
    if count > MAX_ITEMS:
        raise run_error(
            "ValueError", f"{what} of {count:,} items is too large (at most {MAX_ITEMS:,})"
        )


def check_text(count: int) -> None:
    """Refuses to make a text of so many characters in one step."""
    if count > MAX_TEXT:
        raise run_error(
            "ValueError", f"a text of {count:,} characters is too long (at most {MAX_TEXT:,})"
        )


def check_bits(count: int) -> None:
    """Refuses to make a whole number of so many binary digits."""
    if count > MAX_BITS:
        raise run_error(
            "ValueError",
            "the number is too large: whole numbers have at most 631,000 digits",
            hint="keep the numbers small with `%`, or compute with floats",
        )


def mul(left: Any, right: Any) -> Any:
    """`left * right`, refusing results that are too large."""
    if type(left) is int and type(right) is int:
        if left.bit_length() + right.bit_length() > MAX_BITS:
            check_bits(left.bit_length() + right.bit_length())
        return left * right
    if type(left) is float or type(right) is float:
        return left * right
    for sequence, times in ((left, right), (right, left)):
        if isinstance(times, int):
            if isinstance(sequence, str):
                check_text(len(sequence) * times)
            elif isinstance(sequence, list | tuple):
                check_items(len(sequence) * times)
    return left * right


def power(left: Any, right: Any) -> Any:
    """`left ** right`, refusing results that are too large or not real."""
    if isinstance(left, int) and isinstance(right, int):
        if right > 0 and not -1 <= left <= 1:
            check_bits((left.bit_length() - 1) * right)
        if right < 0 and left == 0:
            raise run_error("ZeroDivision", "0 has no negative power")
    elif type(left) is float and left == 0.0 and isinstance(right, int | float) and right < 0:
        raise run_error("ZeroDivision", "0 has no negative power")
    result = left**right
    if type(result) is complex:
        raise run_error("ValueError", f"{left} ** {right} is not a real number")
    return result


def lshift(left: Any, right: Any) -> Any:
    """`left << right`, refusing results that are too large."""
    if isinstance(left, int) and isinstance(right, int) and left:
        check_bits(left.bit_length() + right)
    return left << right


def pos(value: Any) -> Any:
    """`+value` of a number (see `lang/host.py`: it keeps `%` from formatting text)."""
    return +value


def iterate(value: Any) -> Any:
    """What a loop or a builtin goes through; sets in an order that is the same in every run."""
    kind = type(value)
    if kind is list or kind is range or kind is str or kind is dict or kind is tuple:
        return value
    if kind is set:
        return ordered_set(value)
    try:
        return iter(value)
    except TypeError:
        hint = "use `range(n)` to count" if kind is int else ""
        raise run_error(
            "TypeError", f"cannot go through the items of {kind_in_words(value)}", hint=hint
        ) from None


def items_of(value: Any) -> Any:
    """As `iterate`, for builtins that go through all items in one step: no endless ranges."""
    if type(value) is range:
        check_items(len(value), "a range")
    return iterate(value)


def contains(container: Any, value: Any) -> bool:
    """`value in container`. Python goes through a range where the value is no whole number."""
    if type(container) is range and type(value) is not int and type(value) is not bool:
        check_items(len(container), "a range")
    return value in container


def ordered_set(value: set[Any]) -> list[Any]:
    """A set's items in an order that does not change from run to run."""
    try:
        return sorted(value)
    except TypeError:
        from planscript.runtime.display import literal

        return sorted(value, key=lambda item: (type(item).__name__, literal(item, 200)))
