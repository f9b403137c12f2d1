"""Text -> syntax tree, or a SourceError with all syntax errors of the text.

The grammar (`grammar.lark`) is turned into LALR tables by lark, once and when first needed; the
loop that runs them is here, so that no stage recurses and each rule's exact span is known. The
top-level statements are parsed one by one; after a syntax error the line is replaced by a harmless
one and the statement is parsed again, so that one run reports the errors of several lines.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from planscript.lang import syntax
from planscript.lang.builder import Builder
from planscript.lang.depth import MAX_DEPTH, NestedDeeply, at_any_depth
from planscript.lang.diagnostics import Diagnostic, SourceError, Span
from planscript.lang.lexer import lex
from planscript.lang.syntax_errors import FOLLOWERS, SyntaxMistake
from planscript.lang.tables import LAYOUT, grammar_tables
from planscript.lang.tokens import Token

MAX_ERRORS = 20  # syntax errors reported in one run


def parse(text: str, source: str = "<input>") -> syntax.Module:
    """The syntax tree of a script.

    Raises SourceError with every syntax error found, in the order of the text.
    """
    return at_any_depth(lambda max_depth: parse_to_depth(text, source, max_depth))


def parse_to_depth(text: str, source: str, max_depth: int) -> syntax.Module:
    """As `parse`; raises NestedDeeply where the tree is deeper (see `depth.py`)."""
    lexed = lex(text, source)
    diagnostics = list(lexed.diagnostics)
    wrong_lines = {d.span.line for d in diagnostics if d.span}
    body: list[Any] = []
    for unit in _units(lexed.tokens):
        statement, found = _Unit(unit, source, max_depth).parse()
        for one in found:
            # An error of the lexer is the cause of what the parser says about the same line.
            if one.span is None or one.span.line not in wrong_lines:
                diagnostics.append(one)
        if len(diagnostics) >= MAX_ERRORS:
            break
        body.append(statement)
    if diagnostics:
        raise SourceError(*_sorted(diagnostics)[:MAX_ERRORS])
    return syntax.Module(tuple(body), source)


def is_unfinished(text: str) -> bool:
    """Whether the text stops in the middle of something that a further line could finish.

    That is an open bracket or triple-quoted string, a line that ends with `:`, or with what goes
    on in the next line (`,`, `and`, `or`, `not`), or a block (which an empty line ends).
    """
    lexed = lex(text, "<input>")
    if lexed.unfinished:
        return True
    code = [token for token in lexed.tokens if token.type not in ("NEWLINE", "DEDENT", "INDENT")]
    if not code or text.endswith("\n\n"):
        return False
    if code[-1].type in (":", ",", "and", "or", "not"):
        return True
    if text.rstrip(" ").endswith("\\"):
        return True
    inside = lexed.tokens[-1].type == "DEDENT"
    return inside and not text.endswith("\n\n")


def _sorted(diagnostics: list[Diagnostic]) -> list[Diagnostic]:
    return sorted(diagnostics, key=lambda d: (d.span.line, d.span.column) if d.span else (0, 0))


# ---------------------------------------------------------------- one top-level statement


def _units(tokens: list[Token]) -> list[list[Token]]:
    """The tokens of each top-level statement."""
    units: list[list[Token]] = []
    depth = 0
    at_start = True
    for token in tokens:
        if token.type == "INDENT":
            depth += 1
        elif token.type == "DEDENT":
            depth -= 1
            units[-1].append(token)
            continue
        elif at_start and depth == 0 and (token.type not in FOLLOWERS or not units):
            units.append([])
        units[-1].append(token)
        at_start = token.type == "NEWLINE"
    return units


# What may stand in a block of any kind.
_HARMLESS = "pass"


class _Error(Exception):
    """The token at `index` of the unit does not fit; the parser is in `states`."""

    def __init__(self, index: int, states: list[int]) -> None:
        self.index = index
        self.states = states


class _Unit:
    """Parses the tokens of one top-level statement, with recovery."""

    def __init__(self, tokens: list[Token], source: str, max_depth: int) -> None:
        self.tokens = tokens
        self.source = source
        self.max_depth = max_depth
        self.tables = grammar_tables()
        self.replaced: set[int] = set()  # ids of tokens put in place of a wrong line

    def parse(self) -> tuple[Any, list[Diagnostic]]:
        """The statement (None where wrong) and what is wrong with it."""
        diagnostics: list[Diagnostic] = []
        for _ in range(MAX_ERRORS):
            builder = Builder(self.source)
            try:
                statement = self._run(builder)
            except _Error as error:
                if (found := self._explain(error)) is not None:
                    diagnostics.append(found)
                rest = self._repair(error)
                if rest:
                    diagnostics += _Unit(rest, self.source, self.max_depth).parse()[1]
                if not self.tokens:
                    return None, diagnostics
            else:
                if diagnostics:
                    return None, diagnostics
                return statement, builder.diagnostics
        return None, diagnostics

    def _run(self, builder: Builder) -> Any:
        """The LALR loop. Raises _Error at a token that does not fit."""
        tables = self.tables
        actions, gotos, rules = tables.actions, tables.gotos, tables.rules
        source = self.source
        methods: dict[str, Callable[..., Any]] = {}
        states = [tables.start]
        values: list[Any] = []
        begins: list[Token] = []  # the first and the last token of each value
        ends: list[Token] = []
        depths: list[int] = []
        tokens = self.tokens
        last = tokens[-1]
        end = Token("$END", "", last.end_line, last.end_column, last.end_line, last.end_column)
        for index in range(len(tokens) + 1):
            token = tokens[index] if index < len(tokens) else end
            kind = token.type
            while True:
                action = actions[states[-1]].get(kind)
                if action is None:
                    raise _Error(index, states)
                if action >= 0:
                    states.append(action)
                    values.append(token)
                    begins.append(token)
                    ends.append(token)
                    depths.append(0)
                    break
                rule = rules[-1 - action]
                size = rule.size
                if size == 1 and not rule.method:  # the value stays what it is
                    states[-1] = gotos[states[-2]][rule.origin]
                    continue
                parts = values[-size:]
                begin, stop = begins[-size], ends[-1]
                depth = max(depths[-size:])
                del states[-size:], values[-size:], begins[-size:], ends[-size:], depths[-size:]
                value: Any
                if rule.method == "":
                    value = parts[rule.take[0][0]]
                else:
                    value = rule.parts(parts)
                    if rule.method != "*":
                        method = methods.get(rule.method)
                        if method is None:
                            method = methods[rule.method] = getattr(builder, rule.method)
                        span = Span(
                            source, begin.line, begin.column, stop.end_line, stop.end_column
                        )
                        if rule.method != "group":
                            depth += 1
                            if depth > self.max_depth:
                                self._too_deep(span)
                        value = method(span, *value)
                states.append(gotos[states[-1]][rule.origin])
                values.append(value)
                begins.append(begin)
                ends.append(stop)
                depths.append(depth)
                if kind == "$END" and states[-1] == tables.accept:
                    return values[-1]
        raise AssertionError("the end of the text was not accepted")

    def _too_deep(self, span: Span) -> None:
        if self.max_depth < MAX_DEPTH:
            raise NestedDeeply
        raise SourceError(
            Diagnostic(
                "E0116",
                "nested too deeply",
                span,
                f"more than {MAX_DEPTH} levels",
                "take it apart: name the inner parts with `let`",
            )
        )

    def _explain(self, error: _Error) -> Diagnostic | None:
        """What is wrong at a token; None where an error before it explains it."""
        start = self._line_start(min(error.index, len(self.tokens) - 1))
        if id(self.tokens[start]) in self.replaced:
            return None
        expected = self.tables.expected(error.states)
        return SyntaxMistake(self.tokens, error.index, start, expected, self.source).explain()

    # ------------------------------------------------ going on after an error

    def _line_start(self, index: int) -> int:
        """The first token of the logical line that the token at `index` is in."""
        if self.tokens[index].type in ("INDENT", "DEDENT") and index + 1 < len(self.tokens):
            return index
        while index > 0 and self.tokens[index - 1].type not in LAYOUT:
            index -= 1
        return index

    def _block_end(self, index: int) -> int:
        """The position after the DEDENT that matches the INDENT at `index`."""
        depth = 0
        for at in range(index, len(self.tokens)):
            kind = self.tokens[at].type
            depth += (kind == "INDENT") - (kind == "DEDENT")
            if depth == 0:
                return at + 1
        return len(self.tokens)

    def _repair(self, error: _Error) -> list[Token]:
        """Changes the tokens so that parsing gets past the error.

        Gives the tokens behind the end of the statement, where it is those that do not fit.
        """
        tokens = self.tokens
        index = min(error.index, len(tokens) - 1)
        token = tokens[index]
        expected = self.tables.expected(error.states)
        if token.type == "INDENT":
            end = self._block_end(index)
            self.tokens = tokens[:index] + tokens[index + 1 : end - 1] + tokens[end:]
            return []
        if expected == {"INDENT"}:
            block = [self._new(kind, token) for kind in ("INDENT", "pass", "NEWLINE", "DEDENT")]
            self.tokens = tokens[: error.index] + block + tokens[error.index :]
            return []
        if token.type == "NEWLINE" and ":" in expected and tokens[index - 1].type != ":":
            following = tokens[index + 1].type if index + 1 < len(tokens) else ""
            if following == "INDENT":
                self.tokens = tokens[:index] + [self._new(":", token)] + tokens[index:]
                return []
        start = self._line_start(index)
        if tokens[start].type in ("DEDENT", "$END"):
            self.tokens = []
            return []
        stop = start
        while stop < len(tokens) and tokens[stop].type != "NEWLINE":
            stop += 1
        stop += 1
        line = [self._new(_HARMLESS, tokens[start]), self._new("NEWLINE", tokens[start])]
        if stop < len(tokens) and tokens[stop].type == "INDENT":
            if tokens[start].type in _SCRIPT_BLOCKS:
                kinds = ("if", "true", ":", "NEWLINE")
                line = [self._new(kind, tokens[start]) for kind in kinds]
            else:
                stop = self._block_end(stop)
        if id(tokens[start]) in self.replaced:  # the harmless line did not fit either
            line = []
        if expected == {"$END"}:
            self.tokens = tokens[:start]
            return line + tokens[stop:] if line else tokens[start:]
        self.tokens = tokens[:start] + line + tokens[stop:]
        return []

    def _new(self, kind: str, at: Token) -> Token:
        token = Token(kind, kind, at.line, at.column, at.end_line, at.end_column)
        self.replaced.add(id(token))
        self._keep.append(token)
        return token

    @functools.cached_property
    def _keep(self) -> list[Token]:
        """Tokens whose ids are in `replaced` must stay alive."""
        return []


_SCRIPT_BLOCKS = frozenset(
    ("if", "while", "for", "fn", "try", "test", "perform", "on", "NAME", "elif", "else", "catch")
)
