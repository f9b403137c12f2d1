"""What the lexer, the layout and the parser pass on: tokens and logical lines."""

from __future__ import annotations

from planscript.lang.diagnostics import Span
from planscript.lang.records import dataclass


class Token:
    """One token; `value` is what a number or string means, `spaced` tells of space before it."""

    __slots__ = ("type", "text", "value", "line", "column", "end_line", "end_column", "spaced")

    def __init__(
        self,
        type: str,
        text: str,
        line: int,
        column: int,
        end_line: int,
        end_column: int,
        value: object = None,
        spaced: bool = False,
    ) -> None:
        self.type = type
        self.text = text
        self.value = value
        self.line = line
        self.column = column
        self.end_line = end_line
        self.end_column = end_column
        self.spaced = spaced

    def span(self, source: str) -> Span:
        return Span(source, self.line, self.column, self.end_line, self.end_column)

    def __repr__(self) -> str:
        return f"{self.type}({self.text!r} {self.line}:{self.column})"


@dataclass
class Line:
    """A logical line: its indentation (spaces) and its tokens."""

    indent: int
    tokens: list[Token]
