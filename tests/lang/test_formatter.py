"""What `planscript fmt` writes: the same script, in one style, whatever the white space was."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import planscript.stdlib
from planscript.lang.diagnostics import SourceError
from planscript.lang.formatter import format_text
from planscript.lang.lexer import lex
from planscript.lang.parser import parse
from planscript.lang.syntax import same

ROOT = Path(__file__).parent.parent
FOLDERS = [ROOT, ROOT.parent / "examples", Path(planscript.stdlib.__file__).parent]
SCRIPTS = sorted(path for folder in FOLDERS for path in folder.rglob("*.plan"))


def sound(text: str) -> bool:
    try:
        parse(text)
    except SourceError:
        return False
    return True


TEXTS = {
    str(path.relative_to(path.parents[1])): path.read_text(encoding="utf-8") for path in SCRIPTS
}
TEXTS = {name: text for name, text in TEXTS.items() if sound(text)}


OWN = [name for name in TEXTS if name.startswith(("stdlib/", "examples/"))]


def comments(text: str) -> list[str]:
    return [comment.text.rstrip() for comment in lex(text, "a.plan").comments]


def check(text: str) -> str:
    """Formats a script that parses, and holds the result to what a formatter promises."""
    formatted = format_text(text)
    assert same(parse(text), parse(formatted))
    assert comments(text) == comments(formatted)
    assert format_text(formatted) == formatted
    return formatted


@pytest.mark.parametrize("name", TEXTS)
def test_meaning_and_comments_stay_and_a_second_pass_changes_nothing(name: str) -> None:
    check(TEXTS[name])


@pytest.mark.parametrize("name", OWN)
def test_what_comes_with_planscript_is_formatted(name: str) -> None:
    assert format_text(TEXTS[name]) == TEXTS[name], "run: planscript fmt stdlib examples"


# ---------------------------------------------------------------- the same for other white space


def respaced(text: str, chance: random.Random) -> str:
    """The script with other white space between its tokens, where white space means nothing."""
    tokens = [t for t in lex(text, "a.plan").tokens if t.type not in ("INDENT", "DEDENT")]
    rows = text.split("\n")
    depth = texts = 0
    edits: list[tuple[int, int, int, str]] = []
    for before, token in zip(tokens, tokens[1:], strict=False):
        depth += (before.type in "([{") - (before.type in ")]}")
        texts += (before.type == "TEXT_START") - (before.type == "TEXT_END")
        if texts or before.line != token.line or "NEWLINE" in (before.type, token.type):
            continue
        if before.end_line != token.line or token.type == "TEXT_START" and token.text[0] in "rR":
            continue
        gap = rows[token.line - 1][before.end_column - 1 : token.column - 1]
        if gap.strip(" ") or chance.random() < 0.5:
            continue
        if gap:
            wide = ["  ", "     ", " \\\n  "] + (["\n", "\n  \n", " # why\n"] if depth else [])
            edits.append((token.line, before.end_column, len(gap), chance.choice(wide)))
        elif depth and token.type in ")]},":
            edits.append((token.line, before.end_column, 0, chance.choice([" ", "\n", "\n\n  "])))
        elif depth and before.type in "([{,":
            edits.append((token.line, before.end_column, 0, chance.choice([" ", "\n "])))
    for line, column, size, new in reversed(edits):
        row = rows[line - 1]
        rows[line - 1] = row[: column - 1] + new + row[column - 1 + size :]
    return "\n".join(rows)


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(sorted(TEXTS)), st.integers(0, 2**32))
def test_white_space_of_any_kind(name: str, seed: int) -> None:
    text = respaced(TEXTS[name], random.Random(seed))
    if sound(text):
        check(text)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(sorted(TEXTS)), st.integers(20, 99), st.data())
def test_names_of_any_length(name: str, length: int, data: st.DataObject) -> None:
    """Longer names push the ends of lines over the margin."""
    text = TEXTS[name]
    names = sorted({t.text for t in lex(text, "a.plan").tokens if t.type == "NAME"})
    if not names:
        return
    chosen = data.draw(st.sampled_from(names))
    rows = text.split("\n")
    for token in reversed(lex(text, "a.plan").tokens):
        if token.text == chosen and token.type == "NAME":
            row = rows[token.line - 1]
            new = chosen + "x" * (length - len(chosen))
            rows[token.line - 1] = row[: token.column - 1] + new + row[token.end_column - 1 :]
    text = "\n".join(rows)
    if sound(text):
        check(text)


def test_a_long_name_behind_a_quantifier_leaves_nothing_to_a_second_pass() -> None:
    name = "c" + "x" * 44
    text = TEXTS["acting/derived.plan"].replace(
        "c: block (on(a, c) and above(c", f"{name}: block (on(a, {name}) and above({name}"
    )
    assert text != TEXTS["acting/derived.plan"]
    check(text)


# ---------------------------------------------------------------- the style


@pytest.mark.parametrize(
    ("text", "formatted"),
    [
        ("let  x=1", "let x = 1\n"),
        ("print( 1,2 ,sep = '-' )", "print(1, 2, sep='-')\n"),
        ("f (x) [ 1 : 2 ] . y", "f(x)[1:2].y\n"),
        ("x = -y ** - 2", "x = -y ** -2\n"),
        ("x = a if not(b) else(c)", "x = a if not (b) else (c)\n"),
        ("m = {'a':1,**n}", "m = {'a': 1, **n}\n"),
        ("f(*xs,** m)", "f(*xs, **m)\n"),
        ("g = fn (x,y = 2) :x*y", "g = fn(x, y=2): x * y\n"),
        ("g = lambda x=1:x", "g = lambda x=1: x\n"),
        ("xs[fn(a):a]", "xs[fn(a): a]\n"),
        ("for a,b in m:print(a)", "for a, b in m: print(a)\n"),
        ("if x:\n  y()\nelse :\n  z()", "if x:\n    y()\nelse:\n    z()\n"),
        ("achieve on(a,b)with weight = 2,timeout=5", "achieve on(a, b) with weight=2, timeout=5\n"),
        ("achieve forall x:t(on(x,b))", "achieve forall x: t (on(x, b))\n"),
        (
            'test "t" with faults go:5 %,seed = 1:\n  pass',
            'test "t" with faults go: 5%, seed=1:\n    pass\n',
        ),
        ("plan(3)\nprint(plan (x))", "plan(3)\nprint(plan (x))\n"),
        ('print("{ x+1 }" , r"\\d")', 'print("{ x+1 }", r"\\d")\n'),
        ("x = (1,)", "x = (1,)\n"),
        ("x = [1,2,]", "x = [1, 2]\n"),
        ("x = [\n1,\n2]", "x = [\n    1,\n    2,\n]\n"),
        ("x = [\n1,2,\n3,4]", "x = [\n    1, 2,\n    3, 4,\n]\n"),
        ("x = f(a,\n  b)", "x = f(a, b)\n"),
        ("x = a \\\n  + b", "x = a \\\n    + b\n"),
        ("a()\n\n\n\n\nb()\n\n", "a()\n\n\nb()\n"),
        ("\n\na()", "a()\n"),
        ("", ""),
        ("# only\n", "# only\n"),
        ("a()   # why   \nb()# too", "a()   # why\nb()  # too\n"),
        ("if x:\n  a()\n  # in\n# out\nb()", "if x:\n    a()\n    # in\n# out\nb()\n"),
        ("f(a, # one\nb)", "f(\n    a,  # one\n    b,\n)\n"),
        ("f(\n# first\na)", "f(\n    # first\n    a,\n)\n"),
        (
            "goal g(a: t,\n b: t): on(a, b)\n   and on(b, a)",
            "goal g(a: t, b: t): on(a, b)\n    and on(b, a)\n",
        ),
    ],
)
def test_the_style(text: str, formatted: str) -> None:
    assert check(text) == formatted


def test_long_calls_lists_and_maps_have_a_line_for_each_element() -> None:
    words = ", ".join(f"fn_{n}(x)" for n in range(12))
    assert check(f"let x = f({words})").split("\n")[:3] == [
        "let x = f(",
        "    fn_0(x),",
        "    fn_1(x),",
    ]
    entries = ", ".join(f'"key{n}": {n}' for n in range(12))
    assert check(f"let x = {{{entries}}}").split("\n")[1] == '    "key0": 0,'


def test_long_lists_of_numbers_are_filled() -> None:
    lines = check(f"let x = {list(range(80))}").split("\n")
    assert len(lines) < 8 and max(map(len, lines)) <= 100


def test_long_conditions_are_broken_at_and() -> None:
    facts = " and ".join(f"on(block{n}, table)" for n in range(9))
    lines = check(f"now {facts}").splitlines()
    assert len(lines) > 1 and all(line.startswith("    and ") for line in lines[1:])
    assert max(map(len, lines)) <= 100


def test_a_comment_below_a_comment_stays_below_it() -> None:
    text = "let first=1 # one\n            # and more\nx = 2\n"
    assert check(text) == "let first = 1  # one\n               # and more\nx = 2\n"


def test_aligned_glosses_and_comments_stay_aligned() -> None:
    text = (
        "domain d:\n"
        '    predicate p():        "so"      # one\n'
        '    predicate longer():   "thus"    # two\n'
    )
    assert check(text) == text


def test_strings_stay_as_they_are() -> None:
    text = 'achieve """\n  all   is well\n\n\n\n   at {place}\n"""\n'
    assert check(text) == text


def test_brackets_in_brackets_in_brackets() -> None:
    for depth in (10, 300):
        check("x = " + "[" * depth + "1, 2" + "]" * depth)
        check("x = " + "f(" * depth + "\n1, 2" + ")" * depth)


def test_what_is_no_script_is_refused() -> None:
    with pytest.raises(SourceError):
        format_text("let = 3\n")
