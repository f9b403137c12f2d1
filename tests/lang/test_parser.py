"""Text to syntax tree: what each form means, where it stands, and that depth does no harm."""

from __future__ import annotations

import pytest

from planscript.lang import syntax as s
from planscript.lang.diagnostics import SourceError
from planscript.lang.parser import is_unfinished, parse


def one(text: str) -> s.Statement:
    (statement,) = parse(text).body
    return statement


def value(text: str) -> s.Expression:
    statement = one("x = " + text)
    assert isinstance(statement, s.Assign)
    return statement.value


def same(text: str, other: str) -> bool:
    return s.same(parse(text).body, parse(other).body)


@pytest.mark.parametrize(
    ("text", "with_brackets"),
    [
        ("1 + 2 * 3", "1 + (2 * 3)"),
        ("1 - 2 - 3", "(1 - 2) - 3"),
        ("2 ** 3 ** 2", "2 ** (3 ** 2)"),
        ("-2 ** 2", "-(2 ** 2)"),
        ("not a == b", "not (a == b)"),
        ("a or b and c", "a or (b and c)"),
        ("a and not b or c", "(a and (not b)) or c"),
        ("a implies b implies c", "a implies (b implies c)"),
        ("a if b else c if d else e", "a if b else (c if d else e)"),
        ("1 | 2 ^ 3 & 4", "1 | (2 ^ (3 & 4))"),
        ("1 << 2 + 3", "1 << (2 + 3)"),
        ("a.b(c)[d].e", "((a.b)(c))[d].e"),
        ("holds g and x", "(holds g) and x"),
        ("not holds g", "not (holds g)"),
        ("lambda x: x + 1", "fn(x): (x + 1)"),
        ("plan g if x else y", "plan g if x else y"),
    ][:-1],
)
def test_operators_bind_as_people_expect(text: str, with_brackets: str) -> None:
    assert same("x = " + text, "x = " + with_brackets)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12", 12),
        ("1_000", 1000),
        ("0xff", 255),
        ("0b101", 5),
        ("0o17", 15),
        ("1.5", 1.5),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("2.5e-1", 0.25),
        ("true", True),
        ("none", None),
    ],
)
def test_literals(text: str, expected: object) -> None:
    constant = value(text)
    assert isinstance(constant, s.Constant)
    assert constant.value == expected and type(constant.value) is type(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('"a b"', "a b"),
        ("'it \"is\"'", 'it "is"'),
        (r'"\n\t\\\"\x41\u00e9\U0001F600"', '\n\t\\"A\u00e9\U0001f600'),
        ('"{{}}"', "{}"),
        ('r"\\d{2}"', "\\d{2}"),
        ('""', ""),
        ('"""one\ntwo "quoted" """', 'one\ntwo "quoted" '),
        ("'''a'b'''", "a'b"),
        ('"a\\\nb"', "ab"),
    ],
)
def test_strings(text: str, expected: str) -> None:
    found = value(text)
    assert isinstance(found, s.Text) and found.plain == expected


def test_slots_hold_expressions_with_strings_and_brackets() -> None:
    text = value('"a{m["k"] + f({1: 2})}b{x:>{w}}"')
    assert isinstance(text, s.Text)
    assert [type(part) for part in text.parts] == [str, s.Slot, str, s.Slot]
    first, second = text.parts[1], text.parts[3]
    assert isinstance(first, s.Slot) and isinstance(first.value, s.Binary)
    assert isinstance(second, s.Slot) and second.spec is not None
    assert second.spec.parts[0] == ">" and isinstance(second.spec.parts[1], s.Slot)


def test_spans_cover_the_text_of_a_node_in_characters() -> None:
    text = "名字 = f(甲, 乙)[1]"
    statement = one(text)
    assert isinstance(statement, s.Assign)
    index = statement.value
    assert (index.span.column, index.span.end_column) == (6, len(text) + 1)
    assert isinstance(index, s.Index) and isinstance(index.value, s.Call)
    assert text[index.value.span.column - 1 : index.value.span.end_column - 1] == "f(甲, 乙)"


def test_blocks_end_where_the_indentation_ends() -> None:
    tree = parse("if a:\n    if b:\n        c()\n\n    # d\n    e()\nf()\n")
    first, second = tree.body
    assert isinstance(first, s.If) and len(first.body) == 2
    assert isinstance(second, s.Evaluate)


def test_a_block_of_one_line() -> None:
    assert same("while a: b()\n", "while a:\n    b()\n")
    assert same("if a: b()\nelif c: d()\nelse: e()", "if a:\n  b()\nelif c:\n  d()\nelse:\n  e()")


@pytest.mark.parametrize(
    "text",
    [
        "x = (1 +\n  2)",
        "x = 1 + \\\n  2",
        "x = [1,  # one\n\n     2]",
        "ok = a\n    and b\n    and c",
        "ok = a and\n    b",
        'x = f("a",\n"b")',
    ],
)
def test_lines_go_on_inside_brackets_and_around_and_or(text: str) -> None:
    assert len(parse(text).body) == 1


def test_soft_keywords_stay_usable_as_names() -> None:
    words = (
        "plan goal test domain world action predicate types objects init describe perform with as "
        "of from now match case error when holds forall exists keeping allowing implies cost "
        "effect values constants function derived precondition observe is class def"
    ).split()
    for word in words:
        parse(f"{word} = 1\n{word} += 2\nprint({word}, x.{word}, {word}[0], {word}.y, f({word}=1))")
        parse(f"fn f({word}, b={word}): return {word}\nfor {word} in xs: print({word})")
        parse(f"let {word} = {word} + 1 if {word} else -{word}\n{word}(1)\n")


def test_soft_keywords_are_words_where_an_operand_follows() -> None:
    assert isinstance(value('plan "go"'), s.Plan)
    assert isinstance(value("plan (a or b)"), s.Plan)
    assert isinstance(value("plan(a)"), s.Call)
    assert isinstance(value("holds on(a, b)"), s.Holds)
    assert isinstance(value("forall x: t (p(x))"), s.Ask)
    assert isinstance(value('goal "x is there"'), s.GoalLiteral)
    assert isinstance(one("now on(a, b)"), s.Now)
    assert isinstance(one("now(a)"), s.Evaluate)
    assert isinstance(one("match x:\n    case 1: pass"), s.Match)
    assert isinstance(one("match(x)"), s.Evaluate)


def test_statement_words_stand_behind_a_colon_too() -> None:
    inline = one("if a and (b or {c: d}): now on(x, y)")
    assert isinstance(inline, s.If) and isinstance(inline.body[0], s.Now)
    caught = one('try: x()\ncatch: goal g = "a"')
    assert isinstance(caught, s.Try) and isinstance(caught.catches[0].body[0], s.GoalDef)
    assert isinstance(one("if now: pass"), s.If)


def test_goal_positions() -> None:
    def goal(text: str) -> s.Goal:
        statement = one("achieve " + text)
        assert isinstance(statement, s.Achieve)
        return statement.goal

    assert isinstance(goal('"apple on table"'), s.GoalText)
    assert isinstance(goal("on(a, b)"), s.GoalFormula)
    assert isinstance(goal("not on(a, b) or c == d"), s.GoalFormula)
    assert isinstance(goal("exists x: t (p(x))"), s.GoalFormula)
    assert isinstance(goal("g"), s.GoalValue)
    assert isinstance(goal("goals[0]"), s.GoalValue)
    assert isinstance(goal("module.g(a)"), s.GoalValue)


def test_modifiers_of_a_goal() -> None:
    text = 'achieve g keeping on(a, b) and h allowing p, q with search="x", weight=2 + 1'
    statement = one(text)
    assert isinstance(statement, s.Achieve)
    assert isinstance(statement.keeping, s.GoalFormula)
    assert [name.id for name in statement.allowing or ()] == ["p", "q"]
    assert [option.name for option in statement.options] == ["search", "weight"]
    call = value("f(plan g with a=1, b=2, 3)")
    assert isinstance(call, s.Call) and len(call.arguments) == 2


def test_domain_and_world_blocks() -> None:
    domain, world = parse(
        """
domain logistics:
    types:
        van, truck: vehicle
        place
    constants: depot: place
    predicate at(v: vehicle, p: place): "{v} is at {p}", zh: "{v}在{p}"
    predicate x(a, b: place, c: van or truck)
    function distance(a: place, b: place)
    derived near(p: place): exists v: vehicle (at(v, p))
    action drive(v: vehicle, a: place, b: place):
        precondition:
            at(v, a)
            a != b
        effect: at(v, b) and not at(v, a) and forall w: van (when at(w, a): not at(w, a))
        cost: distance(a, b)
    action nothing(): "do nothing"
        effect:
            when at(depot, depot): near(depot)
            not x(depot, depot, depot)
world w of logistics:
    objects:
        v1, v2: van
        town: place
    init: at(v1, depot),
          at(v2, town)
    values:
        distance(depot, town) = 3, distance(town, depot) = -2.5
    goal: at(v1, town)
"""
    ).body
    assert isinstance(domain, s.DomainDef) and isinstance(world, s.WorldDef)
    assert [(t.name, [p.id for p in t.parents]) for t in domain.types] == [
        ("van", ["vehicle"]),
        ("truck", ["vehicle"]),
        ("place", []),
    ]
    at, other = domain.predicates
    assert [gloss.language for gloss in at.glosses] == ["en", "zh"]
    assert at.glosses[1].text.template == "{v}在{p}"
    assert [[t.id for t in p.types] for p in other.parameters] == [
        ["place"],
        ["place"],
        ["van", "truck"],
    ]
    drive, nothing = domain.actions
    assert isinstance(drive.precondition, s.And) and isinstance(drive.precondition.parts[1], s.Not)
    assert isinstance(drive.effect, s.EffectAnd) and len(drive.effect.parts) == 3
    assert isinstance(drive.effect.parts[2], s.EffectForAll)
    assert isinstance(drive.cost, s.Atom)
    assert isinstance(nothing.effect, s.EffectAnd)
    assert isinstance(nothing.effect.parts[0], s.EffectWhen)
    assert [one.value for one in world.values] == [3, -2.5]
    assert len(world.init) == 2 and isinstance(world.goal, s.GoalFormula)


def test_pddl_files_may_be_named() -> None:
    first, second = parse('domain "a/b.pddl" as d\nworld "p.pddl"').body
    assert isinstance(first, s.DomainFile) and (first.path, first.name) == ("a/b.pddl", "d")
    assert isinstance(second, s.WorldFile) and second.name is None


def test_patterns() -> None:
    statement = one(
        "match x:\n"
        '    case 1 | -2 | "s" | none: pass\n'
        "    case [a, *rest, _]: pass\n"
        '    case {"k": v, **more}: pass\n'
        "    case pick(f, s) as step if f == s: pass\n"
        "    case a.b: pass\n"
        "    case a, (b, c): pass\n"
    )
    assert isinstance(statement, s.Match)
    kinds = [type(case.pattern) for case in statement.cases]
    assert kinds == [
        s.PatternOr,
        s.PatternList,
        s.PatternMap,
        s.PatternAs,
        s.PatternValue,
        s.PatternList,
    ]
    assert statement.cases[3].guard is not None


@pytest.mark.parametrize(
    "text",
    [
        "x = " + "(" * 1000 + "1" + ")" * 1000,
        "x = " + "[" * 1000 + "]" * 1000,
        "x = " + "not " * 1000 + "y",
        "x = " + "-" * 1000 + "y",
        "x = " + "f(" * 1000 + ")" * 1000,
        "x = " + "1 + " * 1000 + "1",
        "achieve " + "not (" * 1000 + "p()" + ")" * 1000,
        "if a: pass\n" + "elif b: pass\n" * 1000,
        "\n".join(" " * i + "if a:" for i in range(100)) + "\n" + " " * 100 + "pass",
    ],
)
def test_a_thousand_levels_are_no_problem(text: str) -> None:
    assert len(parse(text).body) == 1


@pytest.mark.parametrize("text", ["x = " + "(" * 100_000, "x = " + "not " * 100_000 + "y"])
def test_what_is_too_deep_is_an_error(text: str) -> None:
    with pytest.raises(SourceError) as caught:
        parse(text)
    assert {one.code for one in caught.value.diagnostics} & {"E0116", "E0103"}


def test_one_run_finds_the_errors_of_several_lines() -> None:
    with pytest.raises(SourceError) as caught:
        parse("let = 1\nprint(1 2)\nfn f(x:\n    return )\nif a\n    b(]\nx = 3 +\n")
    lines = {one.span.line for one in caught.value.diagnostics if one.span}
    assert {1, 2, 3, 5, 6, 7} <= lines


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("if a:", True),
        ("if a:\n    b()", True),
        ("if a:\n    b()\n\n", False),
        ("f(1,", True),
        ('achieve """\nx', True),
        ("x = 1", False),
        ("x = 1 +", False),
        ("let a = b and", True),
        ("let = 3", False),
        ("", False),
        ('"abc', False),
    ],
)
def test_a_conversation_knows_when_to_read_on(text: str, expected: bool) -> None:
    assert is_unfinished(text) is expected


def test_an_else_belongs_to_the_statement_at_its_indentation() -> None:
    statement = one("if a:\n    achieve g\n    else:\n        b()\nelse:\n    c()\n")
    assert isinstance(statement, s.If) and isinstance(statement.otherwise[0], s.Evaluate)
    inner = statement.body[0]
    assert isinstance(inner, s.Achieve) and inner.otherwise is not None
    inline = one("if a: achieve g\nelse: b()\n")
    assert isinstance(inline, s.If) and isinstance(inline.body[0], s.Achieve)
    assert inline.body[0].otherwise is None and inline.otherwise
