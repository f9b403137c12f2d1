"""Logical lines -> the tokens of the grammar: indentation, and which words are keywords where.

A soft keyword is a word of the language only in certain places: at the beginning of a line (by the
kind of block that the line stands in), before an operand, between two operands.
"""

from __future__ import annotations

from planscript.lang import keywords
from planscript.lang.diagnostics import Diagnostic, nearest
from planscript.lang.tokens import Line, Token


def lay_out(lines: list[Line], source: str, diagnostics: list[Diagnostic]) -> list[Token]:
    """The tokens of the lines with NEWLINE, INDENT, DEDENT; adds to `diagnostics` what is wrong."""
    return _Layout(lines, source, diagnostics).run()


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_LINE_WORDS = {
    "script": keywords.SCRIPT_LINE,
    "domain": keywords.DOMAIN_LINE,
    "action": keywords.ACTION_LINE,
    "world": keywords.WORLD_LINE,
    "match": keywords.MATCH_LINE,
    "names": frozenset[str](),
    "facts": frozenset[str](),
}
_BLOCK_OF = {
    "domain": "domain",
    "action": "action",
    "world": "world",
    "match": "match",
    "types": "names",
    "constants": "names",
    "objects": "names",
    "init": "facts",
    "values": "facts",
    "unknown": "facts",
    "precondition": "facts",
    "effect": "facts",
    "observe": "facts",
}
_OPENERS = frozenset(_BLOCK_OF) | _words(
    "if elif else while for fn try catch finally case test perform on"
)
# Lines whose block may stand behind the `:`.
_INLINE = _words("if elif else while for fn try catch finally case test perform on")
_MODIFIERS = _words("with keeping allowing avoiding")
_ENDS_OPERAND = _words("NAME NUMBER STRING TEXT_END ) ] } true false none")
_STARTS_OPERAND = _words("NAME NUMBER STRING TEXT_START ( [ { not - true false none fn lambda")


class _Layout:
    """Adds NEWLINE, INDENT and DEDENT and gives soft keywords their type, line by line."""

    def __init__(self, lines: list[Line], source: str, diagnostics: list[Diagnostic]) -> None:
        self.lines = lines
        self.source = source
        self.diagnostics = diagnostics
        self.tokens: list[Token] = []

    def run(self) -> list[Token]:
        # (indentation, kind of block, whether an INDENT token opened it)
        blocks: list[tuple[int, str, bool]] = [(0, "script", False)]
        opened: str | None = None  # the kind of block that the line before announced
        for number, line in enumerate(self.lines):
            first = line.tokens[0]
            if line.indent > blocks[-1][0]:
                if opened is not None:
                    self.tokens.append(self._mark("INDENT", first))
                else:
                    self._indentation(first, "this line is indented, but no block begins here")
                blocks.append((line.indent, opened or blocks[-1][1], opened is not None))
            while line.indent < blocks[-1][0]:
                _, _, real = blocks.pop()
                if real:
                    self.tokens.append(self._mark("DEDENT", first))
                if line.indent > blocks[-1][0]:
                    self._indentation(first, "this line is at the level of no block above it")
                    break
            following = self.lines[number + 1] if number + 1 < len(self.lines) else None
            self._words(line, blocks[-1][1], following)
            self.tokens += line.tokens
            opens = line.tokens[-2].type == ":" or first.type in _OPENERS
            opened = _BLOCK_OF.get(first.type, "script") if opens else None
        last = self.tokens[-1] if self.tokens else Token("NEWLINE", "", 1, 1, 1, 1)
        self.tokens += [self._mark("DEDENT", last) for _, _, real in blocks[1:] if real]
        return self.tokens

    def _mark(self, type: str, at: Token) -> Token:
        return Token(type, "", at.line, at.column, at.end_line, at.end_column)

    def _indentation(self, at: Token, title: str) -> None:
        if any(d.code == "E0106" and d.span and d.span.line == at.line for d in self.diagnostics):
            return
        self.diagnostics.append(
            Diagnostic(
                "E0105",
                title,
                at.span(self.source),
                hint="lines of one block begin at one column, four spaces inside the line above",
            )
        )

    def _words(self, line: Line, context: str, following: Line | None) -> None:
        tokens = line.tokens
        self._first_word(line, context, following)
        if (start := self._inline_start(tokens)) is not None:
            self._first_word(Line(line.indent, tokens[start:]), "script", None)
        names_until = 0  # the names that `forall` and `exists` bind, with their types
        for i in range(len(tokens)):
            token = tokens[i]
            if token.type != "NAME" or token.text not in keywords.SOFT or i < names_until:
                continue
            before = tokens[i - 1] if i else None
            after = tokens[i + 1]
            if before is not None and (before.type in (".", "import", "fn") or after.type == "="):
                continue
            ends = before is not None and before.type in _ENDS_OPERAND
            if token.text in keywords.INFIX:
                named = before is not None and before.type in ("catch", "fail")
                if ends or (token.text == "as" and named and after.type == "NAME"):
                    token.type = token.text
                    if token.text in ("allowing", "avoiding", "with"):
                        self._option_commas(tokens, i)
            elif token.text in keywords.PREFIX and not ends:
                if token.text == "when":
                    if context in ("action", "facts") and self._operand_follows(tokens, i):
                        token.type = "when"
                elif token.text in ("forall", "exists"):
                    if after.type == "NAME" and not self._is_infix(tokens, i + 1):
                        token.type = token.text
                        names_until = i + 1
                        while tokens[names_until].type in ("NAME", ",", ":", "or"):
                            names_until += 1
                elif self._operand_follows(tokens, i):
                    token.type = "GOAL_LITERAL" if token.text == "goal" else token.text
        if tokens[0].type == "test":
            self._test_words(tokens)

    def _test_words(self, tokens: list[Token]) -> None:
        """Gives the words of `test "name" with faults a: 5%, event f after 3 steps:` their type."""
        for i in range(2, len(tokens) - 1):
            token, before, after = tokens[i], tokens[i - 1], tokens[i + 1]
            if token.type == "OPTION_COMMA":
                token.type = ","
            if token.type != "NAME":
                continue
            begins = before.type in ("with", ",") and after.type not in ("=", ":", "(")
            if token.text in ("faults", "event") and begins:
                token.type = token.text
            elif token.text == "after" and after.type == "NUMBER":
                token.type = "after"
            elif token.text in ("step", "steps") and before.type == "NUMBER":
                token.type = "steps"

    def _inline_start(self, tokens: list[Token]) -> int | None:
        """Where the statement begins in a line such as `if a: b()`."""
        if tokens[0].type not in _INLINE:
            return None
        depth = 0
        lambdas = 0
        for i in range(1, len(tokens) - 2):
            kind = tokens[i].type
            if kind in ("(", "[", "{", "SLOT", "TEXT_START"):
                depth += 1
            elif kind in (")", "]", "}", "SLOT_END", "TEXT_END"):
                depth -= 1
            elif depth == 0 and kind in ("lambda", "fn"):
                lambdas += 1
            elif depth == 0 and kind == ":":
                if lambdas == 0:
                    return i + 1
                lambdas -= 1
        return None

    def _operand_follows(self, tokens: list[Token], i: int) -> bool:
        """Whether an operand of a prefix word at `i` follows; `word(` without space is a call."""
        after = tokens[i + 1]
        if after.type == "NAME":
            return not self._is_infix(tokens, i + 1)
        if after.type == "not":
            return tokens[i + 2].type != "in"
        return after.type in ("STRING", "TEXT_START") or (after.type == "(" and after.spaced)

    def _is_infix(self, tokens: list[Token], i: int) -> bool:
        """Whether the word at `i` stands between operands: not in `goal with(x)`, `goal with`."""
        if tokens[i].text not in keywords.INFIX:
            return False
        after = tokens[i + 1]
        if after.type in ("(", "["):
            return after.spaced
        return after.type in _STARTS_OPERAND

    def _option_commas(self, tokens: list[Token], i: int) -> None:
        """Marks the commas that go on with the options of `with` or the names of `allowing`."""
        depth = 0
        for j in range(i + 1, len(tokens)):
            kind = tokens[j].type
            if kind in ("(", "[", "{", "SLOT"):
                depth += 1
            elif kind in (")", "]", "}", "SLOT_END"):
                depth -= 1
                if depth < 0:
                    return
            elif depth == 0 and kind == "," and tokens[j + 1].type == "NAME":
                if (tokens[j + 2].type == "=") == (tokens[i].text == "with"):
                    tokens[j].type = "OPTION_COMMA"
            elif depth == 0 and kind == "NAME" and tokens[j].text in _MODIFIERS:
                if tokens[j - 1].type in _ENDS_OPERAND:
                    return

    def _first_word(self, line: Line, context: str, following: Line | None) -> None:
        tokens = line.tokens
        token, after = tokens[0], tokens[1]
        if token.type != "NAME":
            return
        word = token.text
        if word in _LINE_WORDS[context] and self._opens_line(word, line, context, following):
            token.type = word
            return
        if context in ("names", "facts"):
            return
        adjacent = after.type in ("NAME", "STRING", "TEXT_START", "NUMBER", "none", "true", "false")
        if after.type == "NAME" and after.text in keywords.INFIX:
            adjacent = False
        if word in keywords.PREFIX or not (adjacent or after.type == ":"):
            return
        self._misspelt(token, after, context, alone=not adjacent)

    def _opens_line(self, word: str, line: Line, context: str, following: Line | None) -> bool:
        tokens = line.tokens
        after = tokens[1]
        then = tokens[2] if len(tokens) > 2 else after
        if context != "script":
            return after.type not in ("=", ".")
        named = after.type == "NAME" and (
            after.text != "as" or then.type != "NAME" or then.text == "of"
        )
        quoted = after.type in ("STRING", "TEXT_START")
        match word:
            case "describe":
                return named and then.type in ("(", ":")
            case "goal":
                return named and then.type in ("=", "(", ":", "NEWLINE")
            case "now":
                denied = after.type == "not" and then.type != "in"
                return named or denied or (after.type == "(" and after.spaced)
            case "test":
                return quoted or (named and then.type == ":")
            case "error" | "perform":
                return named
            case "on":
                return after.type in ("fail", "NAME") and (then.type == ":" or then.text == "as")
            case "match":
                return (
                    tokens[-2].type == ":"
                    and after.type in _STARTS_OPERAND
                    and (after.type not in ("(", "[", "-") or after.spaced)
                    and following is not None
                    and following.indent > line.indent
                )
            case _:
                return named or quoted

    def _misspelt(self, token: Token, after: Token, context: str, alone: bool) -> None:
        """The line begins with a word that cannot stand there: take it for the nearest keyword."""
        word = token.text
        if alone:
            known = {
                "script": {"else", "try", "finally", "catch"},
                "domain": {"types", "constants"},
                "action": set(keywords.ACTION_LINE),
                "world": set(keywords.WORLD_LINE),
            }.get(context, set())
        elif context == "script":
            known = set(keywords.HARD_LINE | keywords.SCRIPT_LINE)
            known -= {"else", "try", "finally", "pass", "break", "continue"}
        else:
            known = set(_LINE_WORDS[context])
        meant = keywords.FOREIGN.get(word) if context == "script" else None
        hint = f"write `{meant}`" if meant else ""
        if not meant and (meant := nearest(word.lower(), known)):
            hint = f"did you mean `{meant}`?"
        if not meant:
            return
        self.diagnostics.append(
            Diagnostic(
                "E0109", f"no statement begins with `{word}`", token.span(self.source), hint=hint
            )
        )
        if meant in keywords.HARD or meant in _LINE_WORDS[context]:
            token.type = token.text = meant
