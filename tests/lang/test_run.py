"""What scripts do when they run: values, control flow, functions, patterns, places."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from typing import Any

import pytest
from script_host import ScriptError, TestHost, compile_text, run_text

Lines = Callable[[str], list[str]]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("7 // 2, -7 // 2, -7 % 3, 7 / 2", "(3, -4, 2, 3.5)"),
        ("2 ** 10, 3 * 4, 20 * 30, 1 << 4, 255 >> 4", "(1024, 12, 600, 16, 15)"),
        ("5 & 3, 5 | 3, 5 ^ 3, ~5", "(1, 7, 6, -6)"),
        ("{1, 2} | {3}, {1, 2} & {2}, {1, 2} - {1}", "({1, 2, 3}, {2}, {2})"),
        ("1 < 2 < 3, 1 < 3 < 2", "(True, False)"),
        ("0 or 'a', 1 and 0, not 0", "('a', 0, True)"),
        ("true implies false, false implies false", "(False, True)"),
        ("[1, *[2, 3]], (1, *[2])", "([1, 2, 3], (1, 2))"),
        ("{'a': 1, **{'b': 2}}", "{'a': 1, 'b': 2}"),
        ("'abcdef'[1:4], 'abc'[-1], 'abc'[::-1], [1, 2, 3][:2]", "('bcd', 'c', 'cba', [1, 2])"),
        ("[x * y for x in range(3) if x for y in range(3) if y]", "[1, 2, 2, 4]"),
        ("{k: v for k, v in items({'a': 1})}, {x % 2 for x in range(4)}", "({'a': 1}, {0, 1})"),
        ("sum(x for x in range(4))", "6"),
        ("1 if 0 else 2", "2"),
        ("(fn(x, y=2): x + y)(1), (lambda: 3)()", "(3, 3)"),
        ("'a' in 'abc', 3 not in [1]", "(True, True)"),
        ("()", "()"),
    ],
)
def test_expressions(lines: Lines, expression: str, expected: str) -> None:
    assert lines(f"print(({expression}))") == [expected]


def test_interpolation_uses_the_host_for_every_value(lines: Lines) -> None:
    assert lines('x = none\nprint("{x} {1 + 1:>4} {x:{"a"}b} {{}}")') == [
        "none <2:>4> <none:ab> {}"
    ]


def test_formatting_by_percent_is_out_of_reach() -> None:
    with pytest.raises(TypeError):
        run_text('x = "%s"\nprint(x % 3)')
    with pytest.raises(TypeError):
        run_text('print("%s" % 3)')
    with pytest.raises(TypeError):
        run_text('x = "%s"\nx %= 3')


def test_destructuring_and_swaps(lines: Lines) -> None:
    assert lines(
        "a, b = 1, 2\n"
        "a, b = b, a\n"
        "first, *rest = [1, 2, 3]\n"
        "(p, q), r = [[4, 5], 6]\n"
        "m = {}\n"
        "m['k'], m['l'] = 7, 8\n"
        "x = y = []\n"
        "x.append(1)\n"
        "print(a, b, first, rest, p, q, r, m, y)"
    ) == ["2 1 1 [2, 3] 4 5 6 {'k': 7, 'l': 8} [1]"]


def test_augmented_assignment_evaluates_its_place_once(lines: Lines) -> None:
    assert lines(
        "let log = []\n"
        "fn at():\n"
        "    log.append(1)\n"
        "    return 0\n"
        "xs = [3]\n"
        "xs[at()] *= 5\n"
        "xs[at()] += 1\n"
        "xs[at()] **= 2\n"
        "print(xs, len(log))"
    ) == ["[256] 3"]


def test_loops(lines: Lines) -> None:
    assert lines(
        "for i in range(5):\n"
        "    if i == 1: continue\n"
        "    if i == 3: break\n"
        "    print(i)\n"
        "else:\n"
        "    print('never')\n"
        "i = 0\n"
        "while i < 2:\n"
        "    i += 1\n"
        "else:\n"
        "    print('done', i)\n"
        "for k, v in items({'a': 1}): print(k, v)"
    ) == ["0", "2", "done 2", "a 1"]


def test_functions(lines: Lines) -> None:
    assert lines(
        "fn f(a, b=2, *rest, **more):\n"
        "    return [a, b, rest, more]\n"
        "print(f(1))\n"
        "print(f(1, 3, 4, 5, k=6))\n"
        "print(f(b=1, a=2))\n"
        "print(f(*[1, 2, 3], **{'z': 1}))\n"
        "fn nothing(): pass\n"
        "print(nothing())\n"
        "fn outer(n):\n"
        "    fn inner(): return n * 2\n"
        "    return inner\n"
        "print(outer(4)())\n"
        "fn fact(n): return 1 if n == 0 else n * fact(n - 1)\n"
        "print(fact(30))"
    ) == [
        "[1, 2, [], {}]",
        "[1, 3, [4, 5], {'k': 6}]",
        "[2, 1, [], {}]",
        "[1, 2, [3], {'z': 1}]",
        "none",
        "8",
        "265252859812191058636308480000000",
    ]


# ---------------------------------------------------------------- variables


def test_let_outside_is_what_a_function_assigns_to(lines: Lines) -> None:
    assert lines(
        "let n = 0\nfn set(): n = 5\nset()\nprint(n)\n"
        "fn counter():\n"
        "    let count = 0\n"
        "    fn up():\n"
        "        count += 1\n"
        "        return count\n"
        "    return up\n"
        "let up = counter()\nup()\nprint(up(), counter()())"
    ) == ["5", "2 1"]


def test_a_plain_variable_outside_is_left_alone_unless_read_first(lines: Lines) -> None:
    assert lines(
        "n = 1\n"
        "fn local(): n = 5\n"
        "local()\nprint(n)\n"
        "fn reads():\n    n = n + 1\n"
        "reads()\nprint(n)\n"
        "fn adds(): n += 10\n"
        "adds()\nprint(n)"
    ) == ["1", "2", "12"]


def test_a_parameter_outside_is_assigned_to(lines: Lines) -> None:
    assert lines(
        "fn f(total):\n    fn add(x): total = total + x\n    add(3)\n    return total\nprint(f(4))"
    ) == ["7"]


def test_comprehension_variables_stay_inside(lines: Lines) -> None:
    assert lines("x = 1\nys = [x for x in range(3)]\nprint(x, ys)") == ["1 [0, 1, 2]"]


CAPTURES = """
{indent}let fs = []
{indent}for i in range(3):
{indent}    let n = i * 10
{indent}    fn bump():
{indent}        n += 1
{indent}        return n
{indent}    fs.append(bump)
{indent}    fs.append(fn(): i)
{indent}    fs.append(fn(): n)
{indent}    bump()
{indent}print([f() for f in fs])
"""


@pytest.mark.parametrize("counting", [False, True])
def test_closures_keep_the_variables_of_their_turn(counting: bool) -> None:
    expected = ["[2, 0, 2, 12, 1, 12, 22, 2, 22]"]
    assert run_text(CAPTURES.format(indent=""), counting=counting).printed == expected
    inside = "fn main():" + CAPTURES.format(indent="    ") + "main()\n"
    assert run_text(inside, counting=counting).printed == expected


def test_closures_in_loops_call_themselves_and_each_other(lines: Lines) -> None:
    assert lines(
        "let fs = []\n"
        "for k in range(2):\n"
        "    fn down(n): return k if n == 0 else down(n - 1)\n"
        "    fn even(n): return true if n == 0 else odd(n - 1)\n"
        "    fn odd(n): return false if n == 0 else even(n - 1)\n"
        "    fs.append(down)\n"
        "    fs.append(even)\n"
        "print([f(3) for f in fs])"
    ) == ["[0, False, 1, False]"]


def test_loops_that_share_a_name_do_not_share_turns(lines: Lines) -> None:
    assert lines(
        "let fs = []\n"
        "for i in range(2): fs.append(fn(): i)\n"
        "for i in range(5, 7): fs.append(fn(): i)\n"
        "print([f() for f in fs], i)"
    ) == ["[0, 1, 5, 6] 6"]


def test_closures_of_comprehensions_and_while_loops(lines: Lines) -> None:
    assert lines(
        "let fs = [fn(): (i, j) for i in range(2) for j in [i]]\n"
        "print([f() for f in fs])\n"
        "let gs = []\n"
        "k = 0\n"
        "while k < 2:\n"
        "    let mine = k\n"
        "    gs.append(fn(): mine)\n"
        "    k += 1\n"
        "print([g() for g in gs])"
    ) == ["[(0, 0), (1, 1)]", "[0, 1]"]


def test_pattern_variables_are_captured_too(lines: Lines) -> None:
    assert lines(
        "let fs = []\n"
        "for x in [[1, 2], [3, 4]]:\n"
        "    match x:\n"
        "        case [a, b]: fs.append(fn(): a + b)\n"
        "print([f() for f in fs])"
    ) == ["[3, 7]"]


# ---------------------------------------------------------------- match


MATCH = """
fn kind(x):
    match x:
        case 0 | -1: return "small"
        case true: return "yes"
        case none: return "nothing"
        case "a": return "letter"
        case []: return "empty"
        case [one]: return "one {one}"
        case [first, *_, last] if first == last: return "ring {first}"
        case [first, *middle, last]: return "{first} {middle} {last}"
        case {"k": {"deep": v}, **rest}: return "deep {v} {rest}"
        case {"k": v}: return "k {v}"
        case 1.5 as y: return "float {y}"
        case _: return "other"
"""


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("0", "small"),
        ("-1", "small"),
        ("true", "yes"),
        ("none", "nothing"),
        ("'a'", "letter"),
        ("[]", "empty"),
        ("[7]", "one 7"),
        ("[1, 2, 1]", "ring 1"),
        ("(1, 2, 3, 4)", "1 [2, 3] 4".replace("[2, 3]", "(2, 3)")),
        ("{'k': {'deep': 3}, 'z': 4}", "deep 3 {'z': 4}"),
        ("{'k': 5}", "k 5"),
        ("1.5", "float 1.5"),
        ("'abc'", "other"),
    ],
)
def test_match(lines: Lines, value: str, expected: str) -> None:
    assert lines(MATCH + f"print(kind({value}))") == [expected]


# ---------------------------------------------------------------- errors


def test_try_catch_finally(lines: Lines) -> None:
    assert lines(
        "error Mine(a)\n"
        "error Other()\n"
        "fn f(n):\n"
        "    try:\n"
        "        if n == 0: return 'fine'\n"
        "        if n == 1: raise Mine(1)\n"
        "        if n == 2: raise Other()\n"
        "        return 1 / 0\n"
        "    catch Mine as e:\n"
        "        return e.value\n"
        "    catch ZeroDivision, Other:\n"
        "        return 'two kinds'\n"
        "    finally:\n"
        "        print('finally')\n"
        "for n in range(4): print(f(n))"
    ) == ["finally", "fine", "finally", "[1]", "finally", "two kinds", "finally", "two kinds"]


def test_what_is_not_caught_goes_on(lines: Lines) -> None:
    with pytest.raises(ScriptError, match="why"):
        lines("error A()\ntry:\n    fail 'why'\ncatch A: pass")
    with pytest.raises(ZeroDivisionError):
        lines("try:\n    1 / 0\ncatch:\n    raise")


def test_nested_handlers_keep_their_errors(lines: Lines) -> None:
    assert lines(
        "error A(x)\n"
        "try:\n"
        "    raise A(1)\n"
        "catch A as outer:\n"
        "    try:\n"
        "        raise A(2)\n"
        "    catch A as inner:\n"
        "        print(inner.value)\n"
        "    print(outer.value)"
    ) == ["[2]", "[1]"]


# ---------------------------------------------------------------- the rest of the statements


def test_imports(lines: Lines) -> None:
    assert lines(
        "import numbers\n"
        'import "lib/my-robots.plan"\n'
        "from tools import double as twice, name\n"
        "print(numbers.name, my_robots.is_path, twice(4), name)"
    ) == ["numbers true 8 tools"]


def test_tests_and_expectations() -> None:
    host = run_text('test "adds":\n    expect 1 + 1 == 2\n    expect [1] == [2]\n')
    assert not host.printed
    with pytest.raises(ScriptError) as caught:
        host.tests["adds"]()
    assert caught.value.value == ([1], [2])


def test_names_of_an_earlier_input_stay_known() -> None:
    host = TestHost()
    first = run_text("let n = 1\nfn f(): return n", host)
    known = compile_text("let n = 1\nfn f(): return n").known
    second = run_text("fn g(): n = 7\ng()\nprint(f())\nn", first, known=known, interactive=True)
    assert second.printed == ["7"] and second.echoed == [None, None, 7]


def test_unicode_names_are_one_name_in_each_normal_form(lines: Lines) -> None:
    assert lines("caf\u00e9 = 1\nprint(cafe\u0301)\n变量 = 2\nprint(变量)") == ["1", "2"]


def test_python_keywords_are_names(lines: Lines) -> None:
    assert lines("class = 1\nfn def(is, *del): return [is, del]\nprint(class, def(2, 3))") == [
        "1 [2, [3]]"
    ]


def test_recursion_uses_no_stack_of_the_machine(lines: Lines) -> None:
    import sys

    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(60_000)
    try:
        assert lines("fn d(n): return 0 if n == 0 else 1 + d(n - 1)\nprint(d(50000))") == ["50000"]
    finally:
        sys.setrecursionlimit(limit)


@pytest.mark.parametrize(
    "text",
    [
        "x = " + "[" * 1000 + "]" * 1000,
        "x = " + "1 + " * 1000 + "1",
        "x = " + "not " * 1000 + "1",
        "x = " + "-" * 1000 + "1",
        "x = 0\nif x == 1: pass\n" + "elif x == 2: pass\n" * 1000,
    ],
)
def test_a_thousand_levels_compile_and_run(text: str) -> None:
    run_text(text)


# ---------------------------------------------------------------- steps, lines, places


def test_steps_are_counted_at_loop_turns_and_calls() -> None:
    text = "fn f(): pass\nfor i in range(10): f()\nxs = [fn(): x for x in range(5)]\nxs[0]()"
    assert run_text(text).steps == 0
    assert run_text(text, counting=True).steps == 10 + 10 + 5 + 1


def test_tracebacks_show_functions_and_lines_of_the_script() -> None:
    text = "fn outer():\n    fn inner(x):\n        return 1 / x\n    return inner(0)\nouter()\n"
    with pytest.raises(ZeroDivisionError) as caught:
        run_text(text)
    frames = traceback.extract_tb(caught.value.__traceback__)
    shown = [(f.name, f.lineno) for f in frames if f.filename == "test.plan"]
    assert shown == [("<module>", 5), ("outer", 4), ("inner", 3)]
    code = caught.tb
    while code.tb_next:
        code = code.tb_next
    assert code.tb_frame.f_code.co_qualname == "outer.inner"
    assert list(code.tb_frame.f_code.co_positions())[code.tb_lasti // 2] == (3, 3, 15, 20)


def test_columns_count_characters() -> None:
    with pytest.raises(ZeroDivisionError) as caught:
        run_text("说 = '变量'; ".replace("; ", "\n") + "x = len('变量') + 1 / 0\n")
    code = caught.tb
    while code.tb_next:
        code = code.tb_next
    assert list(code.tb_frame.f_code.co_positions())[code.tb_lasti // 2] == (2, 2, 16, 21)


def test_every_line_of_a_script_is_seen_by_a_tracer() -> None:
    import sys

    text = (
        "let n = 0\n"
        "for i in range(2):\n"
        "    n += i\n"
        "    fn f(): return i\n"
        "    f()\n"
        "try:\n"
        "    n / 0\n"
        "catch:\n"
        "    n = 3\n"
        "match n:\n"
        "    case 3:\n"
        "        n = 4\n"
    )
    module = compile_text(text)
    host = TestHost()
    host.globals["__builtins__"] = {"range": range}
    host.globals |= module.bind(host)  # type: ignore[arg-type]
    seen: set[int] = set()

    def trace(frame: Any, event: str, _: Any) -> Any:
        if event == "line" and frame.f_code.co_filename == "test.plan":
            seen.add(frame.f_lineno)
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        exec(module.code, host.globals)
    finally:
        sys.settrace(before)
    assert {1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12} <= seen


def test_a_text_that_begins_a_function_describes_it() -> None:
    host = run_text('fn f(x):\n    "Doubles x."\n    return x * 2\n')
    assert host.globals["f"].__doc__ == "Doubles x."
