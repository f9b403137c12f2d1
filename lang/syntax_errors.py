"""What to say about a token that does not fit: the place, what was expected, what was meant."""

from __future__ import annotations

from planscript.lang import keywords
from planscript.lang.diagnostics import Diagnostic, Span, nearest
from planscript.lang.tokens import Token

# Words that go on with the statement above.
FOLLOWERS = frozenset(("else", "elif", "catch", "finally", "on"))
_HEADERS = (
    keywords.HARD_LINE
    | keywords.SCRIPT_LINE
    | keywords.DOMAIN_LINE
    | keywords.ACTION_LINE
    | keywords.WORLD_LINE
    | keywords.MATCH_LINE
)
_OPERANDS = frozenset(("NAME", "STRING", "TEXT_START", "NUMBER"))
_NO_STATEMENT = {
    "del": "maps and lists have the method `pop`",
    "class": "there are no classes; use maps, or `error Name(field)` for errors",
    "global": "declare the name with `let` outside; assigning to it then changes it",
    "nonlocal": "declare the name with `let` outside; assigning to it then changes it",
}


class SyntaxMistake:
    """The token at `index` does not fit; its line begins at `start`, `expected` would fit."""

    def __init__(
        self, tokens: list[Token], index: int, start: int, expected: set[str], source: str
    ) -> None:
        self.tokens = tokens
        self.index = index
        self.start = start
        self.expected = expected
        self.source = source
        self.token = tokens[index] if index < len(tokens) else tokens[-1]
        self.before = tokens[index - 1] if index else None

    def explain(self) -> Diagnostic:
        """What to tell the user."""
        index, start, expected = self.index, self.start, self.expected
        token, before, first = self.token, self.before, self.tokens[start]
        span = token.span(self.source)
        if first.type in FOLLOWERS and index == start:
            return self._stray(first)
        if index == start + 1 and first.type == "NAME" and token.type in _OPERANDS:
            return self._no_statement(first, token)
        if token.type == "INDENT":
            return Diagnostic(
                "E0105",
                "this line is indented, but no block begins here",
                span,
                hint="lines of one block begin at one column",
            )
        if before is not None and before.type == "NEWLINE" and expected == {"INDENT"}:
            header = self._header()
            return Diagnostic(
                "E0108",
                f"a block is missing after `{header.text}`",
                header.span(self.source),
                hint="indent the next lines by four spaces, or write `pass` for an empty block",
            )
        if token.type == "NEWLINE" and ":" in expected and first.type in _HEADERS:
            place = Span(self.source, token.line, token.column, token.line, token.column + 1)
            return Diagnostic(
                "E0107",
                f"`:` is missing at the end of this `{first.text}` line",
                place,
                hint="a line that opens a block ends with `:`",
            )
        return Diagnostic("E0101", _title(token), span, *self._advice())

    def _advice(self) -> tuple[str, str]:
        """The label and the hint for an unexpected token."""
        tokens, index, start, expected = self.tokens, self.index, self.start, self.expected
        token, before = self.token, self.before if index > start else None
        label = _wanted(expected)
        if before is not None and before.type in ("let", "for") and "NAME" in expected:
            label = "expected a name"
        if (
            before is not None
            and before.type in ("+", "-")
            and tokens[index - 2].type == before.type
        ):
            return label, f"write `{before.text}= 1` to count"
        if tokens[start].type == "fn" and tokens[start + 1].type == "(" and token.type == "NEWLINE":
            return label, "a function needs a name: `fn name(...):`"
        if token.type == "SLOT_END" and before is not None and before.type == "SLOT":
            return label, "write `{{` and `}}` for braces in text"
        if token.type == "=" and ("==" in expected or ":" in expected):
            return label, "write `==` to compare"
        if token.type in ("NAME", "STRING", "TEXT_START", "NUMBER") and before is not None:
            word = token.text
            if word == "is" and "==" in expected:
                return label, "write `==` to compare, `x == none` for a missing value"
            if token.type == "NAME" and before.type == "else" and word == "if":
                return label, "write `elif`"
            words = {w for w in expected if w.isalpha() and w.islower()}
            if token.type == "NAME" and (near := nearest(word, words)):
                return label, f"did you mean `{near}`?"
            if "," in expected and before.type not in ("NAME",) and ")" in expected:
                return label, "is a `,` missing before it?"
            if token.type in ("STRING", "TEXT_START") and before.type == "STRING":
                return label, "join strings with `+`"
        if token.type in keywords.HARD and "NAME" in expected:
            return label, f"`{token.text}` is a word of the language and cannot be a name"
        if token.type == "if" and before is not None and before.type == "else":
            return label, "write `elif`"
        if token.type == ":" and before is not None and "=" in expected and index == start + 1:
            return label, "variables have no declared types; write `=`"
        if token.type == "{" and ":" in expected:
            return label, "a block begins with `:` and an indented line"
        return label, ""

    def _no_statement(self, first: Token, token: Token) -> Diagnostic:
        word = first.text
        hint = _NO_STATEMENT.get(word) or f"to call it, write `{word}(...)`"
        if token.type == "NAME" and word not in _NO_STATEMENT:
            hint = f"to give it a value, write `{word} = ...`; {hint}"
        return Diagnostic(
            "E0109", f"no statement begins with `{word}`", first.span(self.source), hint=hint
        )

    def _stray(self, first: Token) -> Diagnostic:
        owners = {
            "else": "`if`, `for`, `while` or `achieve`",
            "elif": "`if`",
            "catch": "`try`",
            "finally": "`try`",
            "on": "`perform`",
        }
        return Diagnostic(
            "E0101",
            f"`{first.text}` belongs to no block above",
            first.span(self.source),
            hint=f"it follows the block of {owners[first.text]}, at the same indentation",
        )

    def _header(self) -> Token:
        """The first token of the line before."""
        at = self.index - 1
        while at > 0 and self.tokens[at - 1].type not in ("NEWLINE", "INDENT", "DEDENT"):
            at -= 1
        return self.tokens[at]


# ---------------------------------------------------------------- words for tokens


def _title(token: Token) -> str:
    if token.type in ("NEWLINE", "$END", "DEDENT"):
        return "the line ends too early"
    return f"{_shown(token)} does not fit here"


def _shown(token: Token) -> str:
    match token.type:
        case "STRING" | "TEXT_START" | "TEXT":
            return "this text"
        case "NUMBER":
            return f"the number `{token.text}`"
        case "NAME":
            return f"the name `{token.text}`"
        case "SLOT_END":
            return "`}`"
        case "SPEC":
            return "`:`"
        case "OPTION_COMMA":
            return "`,`"
        case _:
            return f"`{token.text}`"


def _wanted(expected: set[str]) -> str:
    """A short "expected ..." from the token types that would fit."""
    if {"NAME", "NUMBER", "["} <= expected:
        return "expected a value"
    found: list[str] = []
    for kind, words in (
        ("NAME", "a name"),
        ("STRING", "text"),
        ("NUMBER", "a number"),
        ("INDENT", "an indented block"),
    ):
        if kind in expected:
            found.append(words)
    signs = [sign for sign in ": ) ] } SLOT_END".split() if sign in expected]
    if not signs:
        signs = [sign for sign in "in = else as of import".split() if sign in expected]
    signs += [sign for sign in "," if sign in expected]
    signs = signs or [sign for sign in "(" if sign in expected]
    found += ["`}`" if sign == "SLOT_END" else f"`{sign}`" for sign in signs]
    if "NEWLINE" in expected:
        found.append("the end of the line")
    if not found:
        found = [f"`{kind}`" for kind in sorted(expected) if kind.islower()]
    found = [one for one in found if one][:4]
    if not found:
        return ""
    if len(found) == 1:
        return f"expected {found[0]}"
    return "expected " + ", ".join(found[:-1]) + " or " + found[-1]
