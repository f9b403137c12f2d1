"""JSON: the text form of plain data (RFC 8259). Tuples are written as lists; none is null."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from planscript.runtime.display import digits, read_digits
from planscript.runtime.errors import kind_in_words, run_error
from planscript.runtime.library import Exports, want_text, want_whole
from planscript.runtime.operators import check_bits, check_text

EXPORTS = Exports()


@EXPORTS("parse(text)")
def parse(text: str) -> Any:
    r"""The data that a JSON text stands for.

    >>> parse('{{"name": "Ada", "tags": [1, 2.5, null, true]}}')
    {"name": "Ada", "tags": [1, 2.5, none, true]}
    """
    try:
        return json.loads(want_text(text, "parse"), parse_int=_whole, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise run_error(
            "ValueError",
            f"this is not JSON: {_said(error.msg)} at line {error.lineno}, column {error.colno}",
        ) from None


def _whole(text: str) -> int:
    check_bits(len(text) * 10 // 3)
    bare = text.removeprefix("-")
    return -read_digits(bare) if bare != text else read_digits(bare)


def _no_constant(text: str) -> None:
    raise run_error("ValueError", f"this is not JSON: {text} is no number of JSON")


def _said(message: str) -> str:
    return message[:1].lower() + message[1:].replace("enclosed in double quotes", 'in "..."')


@EXPORTS("write(data, indent=none)")
def write(data: Any, indent: int | None = None) -> str:
    """The JSON text of plain data; `indent` blanks for each level give it lines.

    >>> write([1, none, true, "é"])
    [1, null, true, "é"]
    >>> write({"a": [1, 2]}, 2)
    {
      "a": [
        1,
        2
      ]
    }
    """
    if indent is not None:
        want_whole(indent, "write", 0, 40)
    pieces: list[str] = []
    size = 0
    for piece in _pieces(data, indent):
        pieces.append(piece)
        size += len(piece)
        check_text(size)
    return "".join(pieces)


def _pieces(data: Any, indent: int | None) -> Iterator[str]:
    """Depth first with a stack, so that no nesting is too deep; `open_ids` finds circles."""
    stack: list[tuple[Iterator[Any], str, int]] = [(iter([data]), "", 0)]
    open_ids: set[int] = set()
    first = True
    while stack:
        items, closing, identity = stack[-1]
        try:
            one = next(items)
        except StopIteration:
            stack.pop()
            open_ids.discard(identity)
            yield (_line(indent, len(stack) - 1) if not first and closing else "") + closing
            first = False
            continue
        if len(stack) > 1:
            yield ("" if first else "," if indent is not None else ", ") + _line(
                indent, len(stack) - 1
            )
        first = False
        if closing == "}":
            key, one = one
            yield _scalar(key, "a key of JSON is text") + ": "
        if type(one) not in (list, tuple, dict):
            yield _scalar(one)
            continue
        if id(one) in open_ids:
            raise run_error("ValueError", "the data contain themselves: JSON has no form for that")
        open_ids.add(id(one))
        is_map = type(one) is dict
        yield "{" if is_map else "["
        stack.append((iter(one.items() if is_map else one), "}" if is_map else "]", id(one)))
        first = True


def _line(indent: int | None, depth: int) -> str:
    return "" if indent is None else "\n" + " " * (indent * depth)


def _scalar(value: Any, key: str = "") -> str:
    if type(value) is str:
        return json.dumps(value, ensure_ascii=False)
    if key:
        raise run_error("TypeError", f"{key}, not {kind_in_words(value)}")
    if value is None:
        return "null"
    if type(value) is bool:
        return "true" if value else "false"
    if type(value) is int:
        return digits(value)
    if type(value) is float:
        if value != value or value in (float("inf"), float("-inf")):
            raise run_error("ValueError", f"JSON has no form for {value}")
        return repr(value)
    raise run_error(
        "TypeError",
        f"JSON has no form for {kind_in_words(value)}",
        hint="turn it into text, a number, a list or a map first",
    )
