"""The LALR tables of `grammar.lark`, made by lark; nothing else of Planscript knows lark.

lark's own loop is not used: here each rule's exact span is wanted, and recovery after an error.
Building the tables takes a second; `keep_tables_in` names a place to keep them between processes.
"""

from __future__ import annotations

import functools
from importlib import resources
from typing import Any, Protocol

from planscript.lang.records import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """How to reduce by a rule.

    `take` lists the positions that become parts, with the number of absent (None) parts before each
    and whether the part is a list to splice in; `absent` counts those at the end.
    """

    size: int
    origin: str
    method: str  # "" where the only part stands for the whole, "*" where the parts are a list
    take: tuple[tuple[int, int, bool], ...]
    absent: int

    def parts(self, values: list[Any]) -> list[Any]:
        """The parts of a reduction, absent ones as None; a helper rule's list grows in place."""
        take = self.take
        if self.method == "*" and take and take[0][2] and not take[0][1]:
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
        for _ in range(self.absent):
            parts.append(None)
        return parts  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True)
class Tables:
    """LALR(1) tables: by state and token type, the next state (>= 0) or `-1 - rule`."""

    actions: tuple[dict[str, int], ...]
    gotos: tuple[dict[str, int], ...]
    rules: tuple[Rule, ...]
    start: int
    accept: int

    def expected(self, states: list[int]) -> set[str]:
        """The token types that could stand in place of the wrong one."""
        return {kind for kind in self.actions[states[-1]] if self._accepts(states, kind)}

    def _accepts(self, states: list[int], kind: str) -> bool:
        stack = list(states)
        while True:
            action = self.actions[stack[-1]].get(kind)
            if action is None:
                return False
            if action >= 0:
                return True
            rule = self.rules[-1 - action]
            del stack[-rule.size :]
            stack.append(self.gotos[stack[-1]][rule.origin])
            if stack[-1] == self.accept:
                return kind == "$END"


class Store(Protocol):
    """Keeps plain data (numbers, text, tuples, lists, maps) between processes, or loses it."""

    def load(self, name: str, key: str) -> Any:
        """What was saved under this name with this very key; None where there is nothing."""

    def save(self, name: str, key: str, data: Any) -> None:
        """Keeps the data in place of what was saved under this name."""


_stores: list[Store] = []  # none or one: the tables are the same wherever they come from


def keep_tables_in(store: Store) -> None:
    """Lets the first use of the grammar in this process look into the store before it builds."""
    _stores[:] = [store]


@functools.cache
def grammar_tables() -> Tables:
    """The tables of the grammar, from the store where they are there."""
    text = resources.files("planscript.lang").joinpath("grammar.lark").read_text("utf-8")
    for store in _stores:
        kept = store.load("grammar", text)
        if kept is not None:
            actions, gotos, rules, start, accept = kept
            return Tables(actions, gotos, tuple(Rule(*rule) for rule in rules), start, accept)
    made = _built(text)
    rules = tuple((r.size, r.origin, r.method, r.take, r.absent) for r in made.rules)
    for store in _stores:
        store.save("grammar", text, (made.actions, made.gotos, rules, made.start, made.accept))
    return made


def _built(text: str) -> Tables:
    import lark

    class NoLexer(lark.lexer.Lexer):
        def __init__(self, conf: Any) -> None: ...

        def lex(self, *_: Any) -> Any:
            raise NotImplementedError

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
    rules: list[Rule] = []
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
    return Tables(tuple(actions), tuple(gotos), tuple(rules), start, accept)


LAYOUT = frozenset(("NEWLINE", "INDENT", "DEDENT"))


def _is_dropped(symbol: Any, spelled: dict[str, str]) -> bool:
    """Whether a symbol is only punctuation: a keyword, a sign, or layout."""
    return symbol.name in LAYOUT or (symbol.is_term and symbol.name in spelled)


def _rule(rule: Any, spelled: dict[str, str], void: set[str]) -> Rule:
    """A rule of lark's as a `Rule`; `void` names the rules that are only punctuation."""
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
    return Rule(len(rule.expansion), str(rule.origin.name), method, tuple(take), absent)
