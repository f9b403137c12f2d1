"""Comma-separated values (RFC 4180): text to rows and back. Values are text; `tables` works with
rows.
"""

from __future__ import annotations

from typing import Any

from planscript.runtime.display import show
from planscript.runtime.errors import kind_in_words, run_error
from planscript.runtime.library import Exports, want_items, want_text
from planscript.runtime.operators import check_text

EXPORTS = Exports()


@EXPORTS("parse(text, separator=',')")
def parse(text: str, separator: str = ",") -> list[dict[str, str]]:
    r"""The rows of a text whose first line names the columns, as maps from column to text.

    >>> parse("name,age\nAda,36\n\"Bo, jr\",7\n")
    [{"name": "Ada", "age": "36"}, {"name": "Bo, jr", "age": "7"}]
    """
    table = rows(text, separator)
    if not table:
        return []
    head, *body = table
    if len(set(head)) < len(head):
        raise run_error("ValueError", "the first line of the table names a column twice")
    for number, row in enumerate(body, 2):
        if len(row) != len(head):
            raise run_error(
                "ValueError",
                f"row {number} of the table has {len(row)} values for {len(head)} columns",
            )
    return [dict(zip(head, row, strict=True)) for row in body]


@EXPORTS("rows(text, separator=',')")
def rows(text: str, separator: str = ",") -> list[list[str]]:
    r"""The rows of a text as lists of text, the first line too.

    >>> rows("a;b\n1;\"x\"\"y\"\n", ";")
    [["a", "b"], ["1", "x\"y"]]
    """
    want_text(text, "rows")
    _sign(separator, "rows")
    found: list[list[str]] = []
    row: list[str] = []
    at, line = 0, 1
    while at < len(text):
        if text[at] == '"':
            value, at = _quoted(text, at + 1, line)
        else:
            start = at
            while at < len(text) and text[at] not in (separator, "\n", "\r"):
                at += 1
            value = text[start:at]
        row.append(value)
        line += value.count("\n")
        if text[at : at + 1] == separator:
            at += 1
            if at == len(text):
                row.append("")
            continue
        if text[at : at + 1] not in ("", "\n", "\r"):
            raise run_error("ValueError", f"line {line}: text goes on after a closing quote")
        at += 2 if text.startswith("\r\n", at) else 1
        line += 1
        if row != [""]:
            found.append(row)
        row = []
    return [*found, row] if row else found


def _quoted(text: str, at: int, line: int) -> tuple[str, int]:
    """The value whose opening quote stands just before `at`, and where it ends."""
    parts: list[str] = []
    while True:
        end = text.find('"', at)
        if end < 0:
            raise run_error("ValueError", f"line {line}: the closing quote is missing")
        parts.append(text[at:end])
        if text[end + 1 : end + 2] != '"':
            return '"'.join(parts), end + 1
        at = end + 2


def _sign(separator: str, name: str) -> None:
    if len(want_text(separator, name)) != 1 or separator in '"\n\r':
        raise run_error("ValueError", f"the separator of {name}() is one character")


@EXPORTS("write(rows, separator=',')")
def write(rows: Any, separator: str = ",") -> str:
    """The text of rows: maps (their keys become the first line) or lists.

    >>> write([{"name": "Ada", "age": 36}])
    name,age
    Ada,36
    >>> write([[1, "a,b"]])
    1,"a,b"
    """
    _sign(separator, "write")
    table = list(want_items(rows, "write"))
    if table and type(table[0]) is dict:
        head: dict[Any, None] = {}
        for row in table:
            if type(row) is not dict:
                raise run_error("TypeError", f"a row is {kind_in_words(row)}, not a map")
            head |= dict.fromkeys(row)
        table = [list(head), *([row.get(key, "") for key in head] for row in table)]
    lines = [
        separator.join(_written(value, separator) for value in want_items(row, "write"))
        for row in table
    ]
    check_text(sum(map(len, lines)))
    return "".join(line + "\n" for line in lines)


def _written(value: Any, separator: str) -> str:
    text = "" if value is None else show(value)
    if any(sign in text for sign in (separator, '"', "\n", "\r")):
        return '"' + text.replace('"', '""') + '"'
    return text
