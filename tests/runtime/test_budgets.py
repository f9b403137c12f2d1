"""Budgets: every builtin does the work that it declares, and takes it off the budget of steps."""

from __future__ import annotations

import io
import sys
import tracemalloc
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from planscript.lang.diagnostics import LimitError
from planscript.runtime.builtins import BUILTINS
from planscript.runtime.charges import GROWTH, charge_of
from planscript.runtime.errors import KINDS
from planscript.runtime.grants import Grants
from planscript.runtime.limits import Limits, Steps
from planscript.runtime.modules import stdlib_folder
from planscript.runtime.session import Session
from planscript.runtime.session_builtins import session_builtins
from planscript.runtime.values import Builtin

MODULES = sorted(path.stem for path in stdlib_folder().glob("[a-z]*.py"))
SMALL, LARGE = 500, 4000  # sizes of arguments


def session() -> Session:
    stream = io.StringIO("\n" * 10)
    return Session(stdout=stream, stdin=stream, grants=Grants(env=True))


def all_builtins() -> list[tuple[str, Builtin]]:
    one = session()
    found = [("", b) for b in (*BUILTINS.values(), *session_builtins(one).values())]
    for name in MODULES:
        module: Any = import_module(f"planscript.stdlib.{name}")
        found += [(name, b) for b in getattr(module, "EXPORTS", ())]
        if hasattr(module, "for_session"):
            found += [(name, b) for b in module.for_session(one)]
    return found


def words(n: int) -> str:
    return ("ab cd " * n)[:n]


def numbers(n: int) -> list[int]:
    return [i * 7919 % 10007 for i in range(n)]


def pairs(n: int) -> list[tuple[int, int]]:
    return [(i, i) for i in range(n)]


def whole(n: int) -> int:
    return 7**n


# How to call each builtin with arguments of a size, by "module.name" or name; the rest are called
# with numbers, lists or text according to the names of their parameters.
CALLS: dict[str, Callable[[int], Sequence[Any]]] = {
    "range": lambda n: (n,),
    "int": lambda n: ("7" * n,),
    "float": lambda n: (1.5,),
    "map": lambda n: (pairs(n),),
    "abs": lambda n: (1.5,),
    "round": lambda n: (1.5,),
    "divmod": lambda n: (7, 2),
    "pow": lambda n: (3, whole(n // 50), 10007),
    "sum": lambda n: (numbers(n),),
    "zip": lambda n: (numbers(n), numbers(n)),
    "filter": lambda n: (None, numbers(n)),
    "items": lambda n: (dict(pairs(n)),),
    "keys": lambda n: (dict(pairs(n)),),
    "values": lambda n: (dict(pairs(n)),),
    "append": lambda n: (numbers(n), 1),
    "isinstance": lambda n: (numbers(n), "list"),
    "chr": lambda n: (65,),
    "ord": lambda n: ("a",),
    "bin": lambda n: (whole(n),),
    "oct": lambda n: (whole(n),),
    "hex": lambda n: (whole(n),),
    "csv.parse": lambda n: ("a,b\n" * n,),
    "csv.rows": lambda n: ("a,b\n" * n,),
    "csv.write": lambda n: ([["a", 1]] * n,),
    "json.parse": lambda n: ("[" + "1," * n + "1]",),
    "json.write": lambda n: (numbers(n),),
    "math.isqrt": lambda n: (whole(n // 50),),
    "math.factorial": lambda n: (n // 20,),
    "math.comb": lambda n: (n // 20, n // 40),
    "math.perm": lambda n: (n // 20, n // 40),
    "math.gcd": lambda n: (whole(n // 20), whole(n // 20)),
    "math.lcm": lambda n: (whole(n // 20), whole(n // 20)),
    "math.digits": lambda n: (whole(n // 20),),
    "math.is_prime": lambda n: (2**61 - 1,),
    "math.primes": lambda n: (n,),
    "math.prime_factors": lambda n: (n * n + 1,),
    "math.divisors": lambda n: (n * n,),
    "math.clamp": lambda n: (5, 1, 9),
    "text.join": lambda n: (["ab"] * n, ","),
    "text.between": lambda n: (words(n), "a", "b"),
    "text.replace": lambda n: (words(n), "a", "xy"),
    "text.find": lambda n: (words(n), "zz"),
    "text.find_all": lambda n: (words(n), "a"),
    "text.count": lambda n: (words(n), "a"),
    "text.starts_with": lambda n: (words(n), "ab"),
    "text.ends_with": lambda n: (words(n), "ab"),
    "text.pad_left": lambda n: ("a", n),
    "text.pad_right": lambda n: ("a", n),
    "text.center": lambda n: ("a", n),
    "text.truncate": lambda n: (words(n), n // 2),
    "text.glob": lambda n: (words(n), "a*b"),
    "text.distance": lambda n: (words(n // 20), words(n // 20)),
    "text.similarity": lambda n: (words(n // 20), words(n // 20)),
    "text.nearest": lambda n: ("abc", ["abd", "xyz"] * (n // 100)),
    "time.parse": lambda n: ("2024-02-29",),
    "time.moment": lambda n: (2024,),
    "time.duration": lambda n: ("5m",),
    "random.integer": lambda n: (1, 6),
    "random.choice": lambda n: (numbers(n),),
    "random.weighted": lambda n: (dict.fromkeys(range(n), 1),),
    "random.word": lambda n: (n,),
    "random.chance": lambda n: (0.5,),
    "math.hypot": lambda n: [3.0] * n,
    "random.sample": lambda n: (numbers(n), 5),
    "env.get": lambda n: ("HOME",),
}
BY_PARAMETER: dict[str, Callable[[int], Any]] = {
    "text": words,
    "items": numbers,
    "numbers": numbers,
    "weights": lambda n: [1] * n,
    "x": lambda n: 0.5,
    "a": lambda n: 0.5,
    "b": lambda n: 0.5,
    "y": lambda n: 0.5,
    "f": lambda n: bool,
    "n": lambda n: 12,
    "seed": lambda n: 7,
    "moment": lambda n: 1.0e9,
    "seconds": lambda n: 60,
    "months": lambda n: 3,
}
OF_ANYTHING = frozenset("len str repr bool type callable list tuple set min max sorted reversed "
                        "enumerate any all print".split())  # fmt: skip
# Their work is that of planning: it grows with worlds, whose limit is the time.
OF_WORLDS = frozenset("planning viz pddl worlds simulate goals".split())
# They touch files, programs, the clock, the world or the user; what they do is tested where they are.
OF_THE_OUTSIDE = frozenset("files process parallel log dialog".split())
ELSEWHERE = frozenset(
    "input objects say execute cost help why why_not retry skip exclude replan give_up "
    "time.sleep random.generator random.seed events.post events.interrupt events.ask "
    "events.watch".split()
)


def arguments(module: str, one: Builtin, n: int) -> Sequence[Any]:
    name = f"{module}.{one.name}" if module else one.name
    if name in CALLS:
        return CALLS[name](n)
    if not module and one.name in OF_ANYTHING:
        return (numbers(n),)
    wanted = one.signature.strip("()").split(", ")
    required = [p for p in wanted if p and "=" not in p]
    return [BY_PARAMETER[p.lstrip("*")](n) for p in required]


def work(run: Callable[..., Any], args: Sequence[Any]) -> tuple[int, int]:
    """The lines of Python that a call runs, and the bytes that it needs at most."""
    lines = 0

    def trace(frame: Any, event: str, _: Any) -> Any:
        nonlocal lines
        lines += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        run(*args)
    finally:
        sys.settrace(before)
    tracemalloc.start()
    try:
        run(*args)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    return lines, peak


MEASURED = [
    (module, one)
    for module, one in all_builtins()
    if module not in OF_THE_OUTSIDE | OF_WORLDS
    and (f"{module}.{one.name}" if module else one.name) not in ELSEWHERE
]


@pytest.mark.parametrize(
    ("module", "one"), MEASURED, ids=lambda v: getattr(v, "name", v) or "builtins"
)
def test_the_work_of_a_builtin_grows_as_it_declares(module: str, one: Builtin) -> None:
    small, large = (arguments(module, one, n) for n in (SMALL, LARGE))
    work(one.run, small)  # what the first call loads does not count
    lines, peak = work(one.run, small)
    more_lines, more_peak = work(one.run, large)
    growth = GROWTH[one.cost](LARGE, LARGE, LARGE) / max(GROWTH[one.cost](SMALL, SMALL, SMALL), 1)
    times = max(growth, 1) * 1.5
    assert more_lines <= times * lines + 60
    free = (
        4000 if one.cost == "1" else 200_000
    )  # Python keeps a few thousand tuples for small calls
    assert more_peak <= times * peak + free


@pytest.mark.parametrize(
    ("module", "one"), all_builtins(), ids=lambda v: getattr(v, "name", v) or "builtins"
)
def test_every_builtin_declares_its_cost_and_a_grant_that_exists(module: str, one: Builtin) -> None:
    assert one.cost in GROWTH
    assert one.needs in ("", "read", "write", "env", "run", "python", "parallel")
    if module == "files":
        assert one.needs in ("read", "write")
    if module == "env":
        assert one.needs == "env"


@pytest.mark.parametrize("module", ["env", "files"])
def test_what_needs_a_grant_is_refused_without_it(module: str, tmp_path: Path) -> None:
    bare = Session()
    found: Any = import_module(f"planscript.stdlib.{module}")
    for one in found.for_session(bare):
        wanted = one.signature.strip("()").split(", ")
        args = [str(tmp_path / "x") for p in wanted if p and "=" not in p and p[0] != "*"]
        with pytest.raises(Exception) as caught:
            one.run(*args)
        assert caught.value.value.kind is KINDS["GrantError"], one.name


@pytest.mark.parametrize("cost", sorted(GROWTH))
def test_charges_grow_with_the_arguments(cost: str) -> None:
    charges = [charge_of(cost, ([0] * n, [0] * n)) for n in (10, 100, 1000)]
    assert charges == sorted(charges)
    assert (charges[-1] == 0) == (cost == "1")


# ---------------------------------------------------------------- the budget of steps


@pytest.mark.parametrize("total", [0, 1, 5, 1023, 1024, 1025, 5000])
@pytest.mark.parametrize("charged", [0, 1, 700, 1024, 3000])
def test_steps_are_counted_exactly(total: int, charged: int) -> None:
    steps = Steps(Limits(steps=total))
    taken = 0
    with pytest.raises(LimitError):
        while True:
            if taken == 3 and charged:
                steps.charge(charged)
                taken += charged
            next(steps.ticks)
            taken += 1
    assert (
        taken == total
        or (total > 3 and taken < total < taken + charged)
        or (charged and taken - charged <= 3 and total < 3 + charged)
    )
    for _ in range(5):
        with pytest.raises(LimitError):
            next(steps.ticks)
        with pytest.raises(LimitError):
            steps.charge(1)


@pytest.mark.parametrize(
    "line",
    [
        "sum(range(100000))",
        "sorted(range(100000))",
        "let xs = list(range(100000))",
        "print([0] * 50000)",
        "xs.sort()",
        "xs.index(-1)",
        "ys.copy()",
        "', '.join(texts)",
        "for x in range(100000): pass",
        "[x for x in range(100000)]",
        "map(fn(x): x, range(100000))",
        "let n = 0\nwhile n < 100000: n += 1",
        "import math\nmath.product(xs)",
    ],
)
def test_much_work_takes_many_steps(line: str) -> None:
    text = f"let xs = [0] * 50000\nlet ys = xs\nlet texts = ['a'] * 50000\n{line}\n"
    with pytest.raises(LimitError):
        Session(stdout=io.StringIO(), limits=Limits(steps=20_000)).run_text(text)


@pytest.mark.parametrize(
    "limits", [Limits(steps=2000), Limits(depth=200), Limits(seconds=0.2), Limits(memory_mb=30)]
)
@pytest.mark.parametrize(
    "escape",
    [
        "try: spend()\ncatch Error: print('caught')",
        "try: spend()\ncatch: print('caught')",
        "try: spend()\nfinally: spend()",
        "try:\n    try: spend()\n    finally: print('finally')\ncatch: print('caught')",
        "fn again():\n    try: spend()\n    catch: again()\nagain()",
        "sorted([2, 1], key=fn(x): spend())",
        "while true:\n    try: spend()\n    catch: continue",
    ],
)
def test_no_script_catches_a_budget_error(limits: Limits, escape: str) -> None:
    spend = "fn spend(xs=[]):\n    let n = 0\n    while true:\n        n += 1\n"
    if limits.depth:
        spend = "fn spend(): return 1 + spend()\n"
    if limits.memory_mb:
        spend = "fn spend(xs=[]):\n    while true: xs.append('x' * 1000000)\n"
    stream = io.StringIO()
    with pytest.raises(LimitError):
        Session(stdout=stream, limits=limits).run_text(spend + escape + "\n")
    assert "caught" not in stream.getvalue()


def test_recursion_a_hundred_thousand_deep_ends_in_an_error_of_the_language() -> None:
    from planscript.runtime.errors import RunError

    for text in (
        "fn f(n): return 0 if n == 0 else 1 + f(n - 1)\nprint(f(100000))\n",
        "fn f(n): return max([n], key=fn(x): f(n - 1)) if n else 0\nf(100000)\n",
        "fn f(n): return map(fn(x): f(n - 1), [n]) if n else 0\nf(100000)\n",
    ):
        with pytest.raises(RunError) as caught:
            Session(stdout=io.StringIO()).run_text(text)
        assert caught.value.value.kind is KINDS["RecursionLimit"]
