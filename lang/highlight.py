"""The Pygments lexer of Planscript, from the keyword table; for REPL, notebooks and documents.

It colours what is being typed, right or wrong, and needs neither the grammar nor the tree.
"""

from __future__ import annotations

import re
from typing import Any, ClassVar

from pygments.lexer import (  # type: ignore[import-untyped,unused-ignore]
    RegexLexer,
    bygroups,
    include,
    words,
)
from pygments.token import (  # type: ignore[import-untyped,unused-ignore]
    Comment,
    Keyword,
    Name,
    Number,
    Operator,
    Punctuation,
    String,
    Text,
    Whitespace,
)

from planscript.lang import keywords

_CONSTANTS = ("true", "false", "none")
_OPERATOR_WORDS = ("and", "or", "not", "in", "implies")
_DECLARING = ("action", "derived", "domain", "error", "fn", "function", "goal", "perform")
_BLOCK_WORDS = tuple(
    sorted(keywords.ACTION_LINE | keywords.WORLD_LINE | {"types", "constants"} - {"goal"})
)
_PLAIN = tuple(sorted(keywords.HARD - {*_CONSTANTS, *_OPERATOR_WORDS, "fn"}))
_SIGNS = "|".join(re.escape(sign) for sign in keywords.SIGNS if sign not in "()[]{},:.")
_NAME = r"[^\W\d]\w*"
# what may follow a soft keyword that stands before an operand
_OPERAND = r"(?=[ \t]+(?:[^\W\d]|[\"'(]))(?![ \t]+(?:in|and|or|if|else|as|with)\b)"


def _text(quote: str, end: str) -> list[Any]:
    """The inside of a string that `quote` opened."""
    return [
        (end, String, "#pop"),
        (r"\{\{|\}\}", String.Escape),
        (r"\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.|\n)", String.Escape),
        (r"\{", String.Interpol, "slot"),
        (rf"[^{{}}\\{quote[0]}\n]+", String),
        (r"\n", String) if len(quote) == 3 else (r"\n", Whitespace, "#pop"),
        (r".", String),
    ]


class PlanscriptLexer(RegexLexer):  # type: ignore[misc,unused-ignore]
    """Colours Planscript."""

    name = "Planscript"
    aliases: ClassVar[list[str]] = ["planscript", "plan"]
    filenames: ClassVar[list[str]] = ["*.plan"]
    url = ""

    tokens: ClassVar[dict[str, list[Any]]] = {
        "root": [
            # words that open a line
            (
                rf"^([ \t]*)(domain|world|perform|predicate|action|derived|function|error|goal)"
                rf"([ \t]+)({_NAME})",
                bygroups(Whitespace, Keyword.Declaration, Whitespace, Name.Function),
            ),
            (
                rf"^([ \t]*)({'|'.join(_BLOCK_WORDS)})([ \t]*)(:)",
                bygroups(Whitespace, Keyword.Declaration, Whitespace, Punctuation),
            ),
            (
                rf"^([ \t]*)({'|'.join(sorted(keywords.SCRIPT_LINE))}|case){_OPERAND}",
                bygroups(Whitespace, Keyword),
            ),
            include("code"),
        ],
        "code": [
            (r"[ \t\f\r]+|\n", Whitespace),
            (r"#[^\n]*", Comment.Single),
            (r"[rR](\"\"\"|''')(?:.|\n)*?(?:\1|\Z)", String),
            (r"[rR](?:\"[^\"\n]*\"?|'[^'\n]*'?)", String),
            (r'"""', String, "text3"),
            (r"'''", String, "text3s"),
            (r'"', String, "text1"),
            (r"'", String, "text1s"),
            (
                r"0[xX][0-9a-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+",
                Number.Integer,
            ),
            (r"(?:\d[\d_]*)?\.\d[\d_]*(?:[eE][+-]?\d+)?|\d[\d_]*[eE][+-]?\d+", Number.Float),
            (r"\d[\d_]*", Number.Integer),
            (rf"(\.)([ \t]*)({_NAME})", bygroups(Punctuation, Whitespace, Name.Attribute)),
            (rf"(fn)([ \t]+)({_NAME})", bygroups(Keyword, Whitespace, Name.Function)),
            (words(_CONSTANTS, prefix=r"\b", suffix=r"\b"), Keyword.Constant),
            (words(_OPERATOR_WORDS, prefix=r"\b", suffix=r"\b"), Operator.Word),
            (words((*_PLAIN, "fn"), prefix=r"\b", suffix=r"\b"), Keyword),
            (rf"\b({'|'.join(sorted(keywords.PREFIX))})\b{_OPERAND}", Keyword),
            (rf"\b(keeping|allowing|with|as|of)\b{_OPERAND}", Keyword),
            (rf"({_NAME})([ \t]*)(?=\()", bygroups(Name.Function, Whitespace)),
            (_NAME, Name),
            (_SIGNS, Operator),
            (r"[()\[\]{},:.]", Punctuation),
            (r".", Text),
        ],
        "slot": [
            (r"\}", String.Interpol, "#pop"),
            (r"\n", Whitespace, "#pop"),
            (r":[^{}\"'\n]*(?=\})", String.Interpol),
            include("code"),
        ],
        "text3": _text('"""', '"""'),
        "text3s": _text("'''", "'''"),
        "text1": _text('"', '"'),
        "text1s": _text("'", "'"),
    }
