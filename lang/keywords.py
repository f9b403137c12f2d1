"""The words and signs of the language: one table for lexer, diagnostics and highlighter.

Hard keywords are reserved. Soft keywords are words only where the text around them says so (see
`lexer.py`); everywhere else they are ordinary names.
"""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


HARD: frozenset[str] = _words(
    "achieve and break catch continue elif else expect fail false finally fn for if import in "
    "lambda let none not or pass raise return true try while"
)

# Soft keywords that open a line, by the kind of block the line stands in.
SCRIPT_LINE: frozenset[str] = _words(
    "describe domain error from goal match now on perform test world"
)
DOMAIN_LINE: frozenset[str] = _words("action constants derived function predicate types")
ACTION_LINE: frozenset[str] = _words("cost effect irreversible observe precondition")
WORLD_LINE: frozenset[str] = _words("goal init objects unknown values")
MATCH_LINE: frozenset[str] = frozenset(("case",))

# Soft keywords before an operand (`plan "..."`, `forall x: t (...)`) and between two operands.
PREFIX: frozenset[str] = _words("exists forall goal holds plan when")
INFIX: frozenset[str] = _words("allowing as avoiding implies keeping of with")

SOFT: frozenset[str] = (
    SCRIPT_LINE | DOMAIN_LINE | ACTION_LINE | WORLD_LINE | MATCH_LINE | PREFIX | INFIX
)

# Words that open a statement; used to guess what a misspelt first word was meant to be.
HARD_LINE: frozenset[str] = _words(
    "achieve break catch continue elif else expect fail finally fn for if import let pass raise "
    "return try while"
)

# Habits from other languages, and what to write here.
FOREIGN: dict[str, str] = {
    "assert": "expect",
    "begin": ":",
    "const": "let",
    "def": "fn",
    "elseif": "elif",
    "elsif": "elif",
    "except": "catch",
    "foreach": "for",
    "func": "fn",
    "function": "fn",
    "require": "import",
    "switch": "match",
    "throw": "raise",
    "unless": "if not",
    "use": "import",
    "var": "let",
}
FOREIGN_NAMES: dict[str, str] = {
    "False": "false",
    "None": "none",
    "True": "true",
    "nil": "none",
    "null": "none",
    "self": "",
    "undefined": "none",
}
FOREIGN_SIGNS: dict[str, str] = {
    "&&": "and",
    "||": "or",
    "!": "not",
    "++": "+= 1",
    "--": "-= 1",
    "=>": "fn(x): ...",
    "->": ":",
    ":=": "=",
    "===": "==",
    "!==": "!=",
    "<>": "!=",
    ";": "\n",
    "?": "x if condition else y",
    "$": "",
    "，": ",",
    "：": ":",
    "（": "(",
    "）": ")",
    "【": "[",
    "】": "]",
    "；": "\n",
    "“": '"',
    "”": '"',
    "‘": "'",
    "’": "'",
    "。": ".",
    "、": ",",
    "＝": "=",
    "！": "not",
}

# Signs, longest first so that an alternation of them is greedy.
SIGNS: tuple[str, ...] = tuple(
    sorted(
        _words(
            "+ - * / // % ** & | ^ ~ << >> == != < <= > >= "
            "= += -= *= /= //= %= **= &= |= ^= <<= >>= "
            "( ) [ ] { } , : ."
        ),
        key=lambda sign: (-len(sign), sign),
    )
)
