"""Guards are left out only where the values are surely numbers of moderate size."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from script_host import TestHost, run_text

from planscript.lang.compile import CompiledModule

Compiled = Callable[..., CompiledModule]


@pytest.mark.parametrize(
    "body",
    [
        "for i in range(n):\n        for j in range(n): print(i * j)",
        "let i = 2\n    while i < 9:\n        print(i * i)\n        i += 1",
        "let a, b = 1, 2\n    a, b = b, a + b\n    print(a * b)",
        "print(len(n) * len(n))",
        "let x = 1.5\n    x = x / 3 + 2\n    print(x * x)",
        "print([i * i for i in range(n)])",
        "let m = 0\n    for i in range(n): m = (i * i + m) % 1000\n    print(m * m)",
        "print(n * 2, 3 * n)",
        "let t = 0\n    for i in range(n): t -= i // 2\n    print(t * t)",
    ],
)
def test_products_that_need_no_guard(compiled: Compiled, body: str) -> None:
    assert "mul" not in compiled(f"fn f(n):\n    {body}\nf(1)").hooks


@pytest.mark.parametrize(
    "body",
    [
        "print(n * n)",
        "let x = 3\n    while true: x = x * x",
        "let x = 3\n    while true: x *= x",
        "let y = 2\n    for i in range(n): y = y * i\n    print(y * y)",
        "for i in n: print(i * i)",
        "let x = 2\n    if n: x = 'a'\n    print(x * x)",
        "let x = 2\n    fn g(): x = [0]\n    g()\n    print(x * x)",
        "let x = [0]\n    print(x * len(n))",
        "let range = n\n    for i in range(3): print(i * i)",
        "fn len(x): return x\n    print(len(n) * len(n))",
        "let x, *y = n\n    print(x * x)",
        "match n:\n        case [x]: print(x * x)",
        "let x = 100\n    print(n * 100)",
        "print(n * 100000)",
        "let x = true\n    print(x * x)",
    ],
)
def test_products_that_need_one(compiled: Compiled, body: str) -> None:
    assert "mul" in compiled(f"fn f(n):\n    {body}\nf(1)").hooks


def test_in_a_conversation_module_variables_are_not_trusted(compiled: Compiled) -> None:
    text = "let n = 1\nfn f(): return n * n\n"
    assert "mul" not in compiled(text).hooks
    assert "mul" in compiled(text, interactive=True).hooks


def test_text_goes_through_the_host_but_for_whole_numbers() -> None:
    host = TestHost()
    shown: list[object] = []

    def show(value: object) -> str:
        shown.append(value)
        return str(value)

    host.show = show  # type: ignore[method-assign]
    run_text("x = true\nlet ys = ['{i} {x} {1.5}' for i in range(2)]\nprint(ys)", host)
    assert shown[:2] == [True, True] and host.printed == ["['0 True 1.5', '1 True 1.5']"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("let t = 0\nfor i in range(5): t += i * i % 3\nprint(t)", "3"),
        ("let a, b = 0, 1\nfor i in range(10): a, b = b, a + b\nprint(a * b)", "4895"),
        ("print(sum([i * j for i in range(4) for j in range(i)]))", "11"),
        (
            "let xs = [1]\nlet n = 3\nxs *= n\nprint(xs, 'ab' * n, n * [0])",
            "[1, 1, 1] ababab [0, 0, 0]",
        ),
    ],
)
def test_results_are_the_same_with_and_without_guards(text: str, expected: str) -> None:
    assert run_text(text).printed == [expected]
    assert run_text(text, interactive=True).printed == [expected]
