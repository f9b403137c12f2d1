"""No text whatever makes the language raise anything but a SourceError."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from script_host import compile_text

from planscript.lang import parser
from planscript.lang.diagnostics import SourceError, draw
from planscript.lang.highlight import PlanscriptLexer
from planscript.lang.keywords import HARD, SIGNS, SOFT
from planscript.lang.resolver import Known

SAMPLES = [
    'let xs = [1, 2]\nfor x in xs:\n    print("{x:>3} and {xs[0]}")\nelse:\n    pass\n',
    "fn f(a, b=1, *rest):\n    try:\n        return a / b\n    catch ZeroDivision as e:\n"
    "        raise\n    finally:\n        print(e)\n",
    'domain d:\n    types:\n        a, b: c\n    predicate p(x: a or b): "{x} is p", zh: "p"\n'
    '    action go(x: a): "go {x}"\n        precondition: not p(x)\n'
    "        effect: p(x) and forall y: b (when p(y): not p(y))\n        cost: 2\n",
    "world w of d:\n    objects: x, y: a\n    init: p(x),\n        p(y)\n    values: f(x) = 3\n",
    'achieve """\n  all is well\n""" keeping p(x) with search="astar", weight=2\nelse:\n    pass\n',
    'match s:\n    case go(x, _) | stop(x, _) as z if x: pass\n    case [1, *r, {"k": v}]: pass\n',
    "goal g(x: a): forall y: a (p(y) implies x == y)\nlet p = plan g(x)\nif holds g(x): now p(x)\n",
    'import text\nfrom lists import group_by as g\nimport "a/b.plan" as c\nerror E(x)\n'
    'test "t":\n    expect 1 < 2\ndescribe p(x): "{x}"\nperform go(x):\n    fail "no"\n',
    "a, *b = {k: v for k, v in m if v for z in k}\nx.y[1:2] **= lambda q: -q if q else ~q\n",
]
PIECES = sorted(HARD | SOFT) + list(SIGNS) + [
    "x", "on", "42", "1.5", '"', "'", '"""', "{", "}", '"a{b}c"', "\n", "\n    ", "\n        ",
    " ", "\t", "#", "\\", "，", "é", "变", "\0", "@", ";",
]  # fmt: skip


def check(text: str, **options: Any) -> None:
    try:
        compile_text(text, **options)
    except SourceError as error:
        assert error.diagnostics
        for one in error.diagnostics:
            assert draw(one, text)
            assert one.code and one.title
            if one.span is not None:
                assert one.span.line >= 1 and one.span.column >= 1


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.text(max_size=80))
def test_any_text(text: str) -> None:
    check(text)


@settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.sampled_from(PIECES), max_size=25))
def test_any_words(pieces: list[str]) -> None:
    check(" ".join(pieces))
    check("".join(pieces))


@settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(SAMPLES), st.data())
def test_any_mutation(sample: str, data: st.DataObject) -> None:
    text = sample
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(text)))
        stop = data.draw(st.integers(start, min(len(text), start + 12)))
        text = text[:start] + data.draw(st.sampled_from(["", *PIECES])) + text[stop:]
    check(text)
    assert isinstance(parser.is_unfinished(text), bool)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=25))
def test_highlighting_keeps_every_character(pieces: list[str]) -> None:
    text = "".join(pieces) + "\n"
    lexer = PlanscriptLexer(stripnl=False, ensurenl=False)
    assert "".join(value for _, value in lexer.get_tokens(text)) == text


# ---------------------------------------------------------------- sentences of the grammar


def grammar_rules() -> dict[str, list[list[str]]]:
    """For each rule, its expansions, as spelled."""
    import lark

    class NoLexer(lark.lexer.Lexer):
        def __init__(self, conf: Any) -> None: ...

        def lex(self, *_: Any) -> Any: ...

    from importlib import resources

    text = resources.files("planscript.lang").joinpath("grammar.lark").read_text("utf-8")
    grammar = lark.Lark(text, parser="lalr", lexer=NoLexer)
    spelled = {
        t.name: t.pattern.value
        for t in grammar.terminals
        if isinstance(t.pattern, lark.lexer.PatternStr)
    }
    found: dict[str, list[list[str]]] = {}
    for rule in grammar.rules:
        symbols = [
            spelled.get(one.name, one.name) if one.is_term else f"<{one.name}>"
            for one in rule.expansion
        ]
        found.setdefault(f"<{rule.origin.name}>", []).append(symbols)
    return found


def shortest(rules: dict[str, list[list[str]]]) -> dict[str, int]:
    """The least depth of a derivation from each rule."""
    depth: dict[str, int] = {}
    while len(depth) < len(rules):
        for name, expansions in rules.items():
            for symbols in expansions:
                inner = [depth.get(one) for one in symbols if one in rules]
                if None not in inner:
                    best = 1 + max((one for one in inner if one is not None), default=0)
                    if best < depth.get(name, 10**6):
                        depth[name] = best
    return depth


TOKENS = {
    "NAME": ["x", "on", "f"],
    "NUMBER": ["1", "2.5"],
    "STRING": ['"s"', "'it'"],
    "GOAL_LITERAL": ["goal"],
    "OPTION_COMMA": [","],
}


def derive(rules: dict[str, list[list[str]]], depth: dict[str, int], seed: int) -> str:
    """A random sentence of the grammar, laid out as text."""
    chance = random.Random(seed)
    out: list[str] = []
    indent = 0
    budget = 120
    todo = ["<statement>"]
    inside_text = 0
    while todo:
        symbol = todo.pop()
        if symbol in rules:
            budget -= 1
            options = rules[symbol]
            if budget < 0 or chance.random() < 0.6:

                def cost(symbols: list[str]) -> int:
                    return max((depth[one] for one in symbols if one in rules), default=0)

                least = min(map(cost, options))
                options = [one for one in options if cost(one) == least]
            todo += reversed(chance.choice(options))
        elif symbol == "NEWLINE":
            out.append("\n" + "    " * indent)
        elif symbol == "INDENT":
            indent += 1
            out.append("    ")
        elif symbol == "DEDENT":
            indent -= 1
            out.append("\n" + "    " * indent)
        elif symbol == "TEXT_START":
            inside_text += 1
            out.append(' "')
        elif symbol == "TEXT_END":
            inside_text -= 1
            out.append('"')
        elif symbol in ("SLOT", "SLOT_END", "SPEC"):
            out.append({"SLOT": "{", "SLOT_END": "}", "SPEC": ":"}[symbol])
        elif symbol == "TEXT":
            out.append("words")
        else:
            at_start = not out or not "".join(out[-2:]).rpartition("\n")[2].strip()
            space = "" if at_start and (not out or "\n" in "".join(out[-2:])) else " "
            out.append(space + chance.choice(TOKENS.get(symbol, [symbol])))
    return "".join(out) + "\n"


@pytest.fixture(scope="module")
def sentences() -> list[str]:
    rules = grammar_rules()
    depth = shortest(rules)
    return [derive(rules, depth, seed) for seed in range(800)]


def test_sentences_of_the_grammar_reach_every_rule(sentences: list[str]) -> None:
    parsed = 0
    for text in sentences:
        try:
            parser.parse(text)
        except SourceError:
            continue  # some sentences mean nothing, such as `1 = 2`
        parsed += 1
    assert parsed > len(sentences) // 3


def test_sentences_of_the_grammar_compile_or_are_refused(sentences: list[str]) -> None:
    known = Known({"x": "known", "on": "known", "f": "known"})
    for text in sentences:
        check(text)
        check(text, known=known, counting=True)
