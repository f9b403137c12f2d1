"""`{value:spec}`: widths, signs, precision and alignment, as in Python for numbers and text.

The spec is taken apart here; values of scripts are never handed to Python's `str.format`, which
would let a spec reach into Python's objects.
"""

from __future__ import annotations

import re
from typing import Any

from planscript.runtime.display import digits, show
from planscript.runtime.errors import kind_in_words, run_error

_SPEC = re.compile(
    r"(?:(?P<fill>.)?(?P<align>[<>^=]))?(?P<sign>[+\- ])?(?P<alternate>#)?(?P<zero>0)?"
    r"(?P<width>\d+)?(?P<group>[,_])?(?:\.(?P<precision>\d+))?(?P<type>[a-zA-Z%])?",
    re.DOTALL,
)
_WHOLE = "bcdoxX"
_REAL = "eEfFgG%"
_EXAMPLES = "for example {x:.2f}, {x:>8}, {x:,} or {x:05d}"


def formatted(value: Any, spec: str) -> str:
    """The text of `{value:spec}`.

    Raises ValueError of the language for a spec that is wrong or does not fit the value.
    """
    found = _SPEC.fullmatch(spec)
    if found is None or (found["type"] or "s") not in _WHOLE + _REAL + "s":
        raise run_error("ValueError", f"`{spec}` is no way to format a value", hint=_EXAMPLES)
    width, precision = int(found["width"] or 0), int(found["precision"] or 0)
    if width > 100_000 or precision > 10_000:
        raise run_error("ValueError", f"the width in `{spec}` is too large")
    number = type(value) is int or type(value) is float
    if not number or found["type"] == "s":
        return _text(value, found, spec)
    kind = found["type"] or ""
    if type(value) is float and kind and kind in _WHOLE:
        raise run_error("ValueError", f"`{kind}` formats whole numbers, not {value!r}")
    if type(value) is int and kind in ("", "d") and found["precision"]:
        raise run_error(
            "ValueError", f"`{spec}` does not fit a whole number", hint="add `f`: {x:.2f}"
        )
    if kind == "c" and not (0 <= value < 0x110000 and not 0xD800 <= value < 0xE000):
        raise run_error("ValueError", f"{show(value)} is no character code")
    if type(value) is int and value.bit_length() > 12_000:
        return _huge(value, found, spec)
    try:
        return format(value, spec)
    except ValueError:
        raise run_error(
            "ValueError", f"`{spec}` is no way to format a number", hint=_EXAMPLES
        ) from None


def _text(value: Any, found: re.Match[str], spec: str) -> str:
    """Text, and whatever is not a number, shown and then aligned."""
    kind = found["type"]
    if (kind and kind != "s") or found["sign"] or found["group"] or found["alternate"]:
        raise run_error("ValueError", f"`{spec}` formats numbers, not {kind_in_words(value)}")
    if found["align"] == "=":
        raise run_error("ValueError", "`=` aligns numbers; use <, > or ^")
    text = show(value)
    if found["precision"]:
        text = text[: int(found["precision"])]
    fill = found["fill"] or ("0" if found["zero"] else " ")
    return _aligned("", text, found["align"] or "<", fill, int(found["width"] or 0))


def _huge(value: int, found: re.Match[str], spec: str) -> str:
    """A whole number too long for Python's own `format`, in decimal digits."""
    if found["type"] not in (None, "d") or found["alternate"]:
        raise run_error("ValueError", f"the number is too large for `{spec}`")
    text = digits(abs(value))
    if found["group"]:
        first = len(text) % 3 or 3
        groups = [text[:first], *(text[i : i + 3] for i in range(first, len(text), 3))]
        text = found["group"].join(groups)
    sign = "-" if value < 0 else found["sign"] if found["sign"] in ("+", " ") else ""
    fill = found["fill"] or ("0" if found["zero"] else " ")
    align = found["align"] or ("=" if found["zero"] else ">")
    return _aligned(sign or "", text, align, fill, int(found["width"] or 0))


def _aligned(sign: str, text: str, align: str, fill: str, width: int) -> str:
    room = max(0, width - len(sign) - len(text))
    match align:
        case "<":
            return sign + text + fill * room
        case ">":
            return fill * room + sign + text
        case "=":
            return sign + fill * room + text
    return fill * (room // 2) + sign + text + fill * (room - room // 2)
