"""Text -> syntax tree, or a SourceError with all syntax errors of the text.

The grammar (`grammar.lark`) is turned into LALR tables by lark, once and when first needed; the
loop that runs them is here, so that no stage recurses and each rule's exact span is known. The
top-level statements are parsed one by one; after a syntax error the line is replaced by a harmless
one and the statement is parsed again, so that one run reports the errors of several lines.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from importlib import resources
from typing import Any

from planscript.lang import keywords, syntax
from planscript.lang.builder import Builder
from planscript.lang.depth import MAX_DEPTH, NestedDeeply, at_any_depth
from planscript.lang.diagnostics import Diagnostic, SourceError, Span, nearest
from planscript.lang.lexer import Token, lex

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

    That is an open bracket or triple-quoted string, a line that ends with `:` or an operator, or
    a block (which an empty line ends).
    """
    lexed = lex(text, "<input>")
    if lexed.unfinished:
        return True
    code = [token for token in lexed.tokens if token.type not in ("NEWLINE", "DEDENT", "INDENT")]
    if not code or text.endswith("\n\n"):
        return False
    if code[-1].type in (":", ",", "and", "or", "not", "=", "+", "-", "*", "/", "implies"):
        return True
    if text.rstrip(" ").endswith("\\"):
        return True
    inside = lexed.tokens[-1].type == "DEDENT"
    return inside and not text.endswith("\n\n")


def _sorted(diagnostics: list[Diagnostic]) -> list[Diagnostic]:
    return sorted(diagnostics, key=lambda d: (d.span.line, d.span.column) if d.span else (0, 0))


# ---------------------------------------------------------------- tables


@dataclass(frozen=True, slots=True)
class _Rule:
    """How to reduce by a rule.

    `take` lists the positions that become parts, with the number of absent (None) parts before each
    and whether the part is a list to splice in; `absent` counts those at the end.
    """

    size: int
    origin: str
    method: str  # "" where the only part stands for the whole, "*" where the parts are a list
    take: tuple[tuple[int, int, bool], ...]
    absent: int


@dataclass(frozen=True, slots=True)
class _Tables:
    """LALR(1) tables: by state and token type, the next state (>= 0) or `-1 - rule`."""

    actions: tuple[dict[str, int], ...]
    gotos: tuple[dict[str, int], ...]
    rules: tuple[_Rule, ...]
    start: int
    accept: int


@functools.cache
def _tables() -> _Tables:
    """Builds the tables from the grammar."""
    import lark

    class NoLexer(lark.lexer.Lexer):
        def __init__(self, conf: Any) -> None: ...

        def lex(self, *_: Any) -> Any:
            raise NotImplementedError

    text = resources.files("planscript.lang").joinpath("grammar.lark").read_text("utf-8")
    grammar = lark.Lark(text, parser="lalr", lexer=NoLexer)
    # A keyword or sign goes by its spelling, in the tables as in the tokens.
    spelled = {
        term.name: term.pattern.value
        for term in grammar.terminals
        if isinstance(term.pattern, lark.lexer.PatternStr)
    }
    table = grammar.parser.parser._parse_table
    void = {
        rule.origin.name
        for rule in grammar.rules
        if rule.origin.name.startswith("_")
        and all(_is_dropped(symbol, spelled) for symbol in rule.expansion)
        and not rule.options.keep_all_tokens
    }
    numbers: dict[Any, int] = {}
    rules: list[_Rule] = []
    actions: list[dict[str, int]] = []
    gotos: list[dict[str, int]] = []
    for state in range(len(table.states)):
        actions.append({})
        gotos.append({})
        for symbol, (action, argument) in table.states[state].items():
            if action is lark.parsers.lalr_analysis.Reduce:
                if argument not in numbers:
                    numbers[argument] = len(rules)
                    rules.append(_rule(argument, spelled, void))
                actions[state][spelled.get(symbol, str(symbol))] = -1 - numbers[argument]
            elif symbol.isupper() or symbol.startswith("__ANON") or symbol == "$END":
                actions[state][spelled.get(symbol, str(symbol))] = argument
            else:
                gotos[state][str(symbol)] = argument
    start, accept = table.start_states["start"], table.end_states["start"]
    return _Tables(tuple(actions), tuple(gotos), tuple(rules), start, accept)


_LAYOUT = frozenset(("NEWLINE", "INDENT", "DEDENT"))


def _is_dropped(symbol: Any, spelled: dict[str, str]) -> bool:
    """Whether a symbol is only punctuation: a keyword, a sign, or layout."""
    return symbol.name in _LAYOUT or (symbol.is_term and symbol.name in spelled)


def _rule(rule: Any, spelled: dict[str, str], void: set[str]) -> _Rule:
    """A rule of lark's as a `_Rule`; `void` names the rules that are only punctuation."""
    options = rule.options
    # empty_indices: one entry for each symbol (False) and each absent part (True), in order
    before = [len(run) for run in "".join("01"[e] for e in options.empty_indices).split("0")]
    if not options.empty_indices:
        before = [0] * (len(rule.expansion) + 1)
    take: list[tuple[int, int, bool]] = []
    absent = 0
    for position, symbol in enumerate(rule.expansion):
        absent += before[position]
        dropped = _is_dropped(symbol, spelled) and not options.keep_all_tokens
        if not dropped and symbol.name not in void:
            spliced = not symbol.is_term and symbol.name.startswith("_")
            take.append((position, absent, spliced))
            absent = 0
    absent += before[len(rule.expansion)]
    method = str(rule.alias or rule.origin.name)
    if rule.origin.name.startswith("_"):
        method = "*"
    elif (
        rule.alias is None and options.expand1 and len(take) == 1 and not take[0][1] and not absent
    ):
        method = ""
    return _Rule(len(rule.expansion), str(rule.origin.name), method, tuple(take), absent)


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
        elif at_start and depth == 0 and (token.type not in _FOLLOWERS or not units):
            units.append([])
        units[-1].append(token)
        at_start = token.type == "NEWLINE"
    return units


_FOLLOWERS = frozenset(("else", "elif", "catch", "finally"))
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
        self.tables = _tables()
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
                    value = _parts(rule, parts)
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

    # ------------------------------------------------ what to say

    def _explain(self, error: _Error) -> Diagnostic | None:
        """What is wrong at a token; None where an error before it explains it."""
        tokens, index = self.tokens, error.index
        expected = self._expected(error.states)
        token = tokens[index] if index < len(tokens) else tokens[-1]
        start = self._line_start(min(index, len(tokens) - 1))
        first = tokens[start]
        before = tokens[index - 1] if index else None
        span = token.span(self.source)
        if id(first) in self.replaced:
            return None
        if first.type in _FOLLOWERS and index == start:
            return self._stray(first, start)
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
            header = tokens[self._line_start(index - 1)]
            return Diagnostic(
                "E0108",
                f"a block is missing after `{header.text}`",
                header.span(self.source),
                hint="indent the next lines by four spaces, or write `pass` for an empty block",
            )
        if token.type == "NEWLINE" and ":" in expected and self._is_header(first, start):
            place = Span(self.source, token.line, token.column, token.line, token.column + 1)
            return Diagnostic(
                "E0107",
                f"`:` is missing at the end of this `{first.text}` line",
                place,
                hint="a line that opens a block ends with `:`",
            )
        return Diagnostic(
            "E0101", self._title(token, before), span, *self._advice(index, start, expected)
        )

    def _title(self, token: Token, before: Token | None) -> str:
        if token.type in ("NEWLINE", "$END", "DEDENT"):
            return "the line ends too early"
        return f"{_shown(token)} does not fit here"

    def _advice(self, index: int, start: int, expected: set[str]) -> tuple[str, str]:
        """The label and the hint for an unexpected token."""
        tokens = self.tokens
        token = tokens[index] if index < len(tokens) else tokens[-1]
        before = tokens[index - 1] if index > start else None
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

    def _stray(self, first: Token, start: int) -> Diagnostic:
        owners = {
            "else": "`if`, `for`, `while` or `achieve`",
            "elif": "`if`",
            "catch": "`try`",
            "finally": "`try`",
        }
        return Diagnostic(
            "E0101",
            f"`{first.text}` belongs to no block above",
            first.span(self.source),
            hint=f"it follows the block of {owners[first.text]}, at the same indentation",
        )

    def _is_header(self, first: Token, start: int) -> bool:
        words = keywords.HARD_LINE | keywords.SCRIPT_LINE | keywords.DOMAIN_LINE | {"case"}
        return first.type in words | keywords.ACTION_LINE | keywords.WORLD_LINE

    def _expected(self, states: list[int]) -> set[str]:
        """The token types that could stand in place of the wrong one."""
        return {kind for kind in self.tables.actions[states[-1]] if self._accepts(states, kind)}

    def _accepts(self, states: list[int], kind: str) -> bool:
        stack = list(states)
        while True:
            action = self.tables.actions[stack[-1]].get(kind)
            if action is None:
                return False
            if action >= 0:
                return True
            rule = self.tables.rules[-1 - action]
            del stack[-rule.size :]
            stack.append(self.tables.gotos[stack[-1]][rule.origin])
            if stack[-1] == self.tables.accept:
                return kind == "$END"

    # ------------------------------------------------ going on after an error

    def _line_start(self, index: int) -> int:
        """The first token of the logical line that the token at `index` is in."""
        if self.tokens[index].type in ("INDENT", "DEDENT") and index + 1 < len(self.tokens):
            return index
        while index > 0 and self.tokens[index - 1].type not in _LAYOUT:
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
        expected = self._expected(error.states)
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
    ("if", "while", "for", "fn", "try", "test", "perform", "NAME", "elif", "else", "catch")
)
_OPERANDS = frozenset(("NAME", "STRING", "TEXT_START", "NUMBER"))
_NO_STATEMENT = {
    "del": "maps and lists have the method `pop`",
    "class": "there are no classes; use maps, or `error Name(field)` for errors",
    "global": "declare the name with `let` outside; assigning to it then changes it",
    "nonlocal": "declare the name with `let` outside; assigning to it then changes it",
}


def _parts(rule: _Rule, values: list[Any]) -> list[Any]:
    """The parts of a reduction, absent ones as None; a helper rule's list grows in place."""
    take = rule.take
    if rule.method == "*" and take and take[0][2] and not take[0][1]:
        parts = values[take[0][0]]
        take = take[1:]
    else:
        parts = []
    for position, absent, spliced in take:
        for _ in range(absent):
            parts.append(None)
        if spliced:
            parts += values[position]
        else:
            parts.append(values[position])
    for _ in range(rule.absent):
        parts.append(None)
    return parts  # type: ignore[no-any-return]


# ---------------------------------------------------------------- words for tokens


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
