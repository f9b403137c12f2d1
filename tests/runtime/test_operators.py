"""The guarded operators give Python's results, or refuse what is too large."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planscript.runtime import operators
from planscript.runtime.builtins import BUILTINS
from planscript.runtime.errors import RunError

NUMBERS = st.integers(-(10**6), 10**6) | st.floats(-1e6, 1e6)


@given(NUMBERS, NUMBERS)
def test_products_are_pythons(a: float, b: float) -> None:
    assert operators.mul(a, b) == a * b


@given(st.integers(-50, 50), st.integers(0, 60))
def test_powers_are_pythons(a: int, b: int) -> None:
    assert operators.power(a, b) == a**b


@given(st.text(max_size=5) | st.lists(st.integers(), max_size=5), st.integers(-2, 9))
def test_repetition_is_pythons(sequence: object, times: int) -> None:
    assert operators.mul(sequence, times) == sequence * times  # type: ignore[operator]
    assert operators.mul(times, sequence) == sequence * times  # type: ignore[operator]


@pytest.mark.parametrize(
    "work",
    [
        lambda: operators.power(9, 9**7),
        lambda: operators.power(2, 10**18),
        lambda: operators.lshift(1, 10**12),
        lambda: operators.mul("x", 10**10),
        lambda: operators.mul(10**10, [0]),
        lambda: operators.mul(1 << 2_000_000, 1 << 2_000_000),
        lambda: BUILTINS["list"].run(range(10**12)),
        lambda: BUILTINS["sum"].run(range(10**12)),
        lambda: BUILTINS["any"].run(range(10**12)),
        lambda: BUILTINS["max"].run(range(10**12)),
        lambda: BUILTINS["sorted"].run(range(10**12)),
        lambda: BUILTINS["zip"].run(range(10**12), range(10**12)),
        lambda: BUILTINS["range"].run(10**30),
        lambda: BUILTINS["int"].run("9" * 10**7),
        lambda: BUILTINS["str"].run(1 << 3_000_000),
        lambda: BUILTINS["pow"].run(3, 1 << 100_000, (1 << 100_000) + 1),
    ],
)
def test_what_would_fill_the_memory_or_run_for_minutes_is_refused(work) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(RunError) as caught:
        work()
    assert "too" in caught.value.diagnostics[0].title


def test_rounding_far_left_of_the_point_does_not_hang() -> None:
    assert BUILTINS["round"].run(5, -(10**9)) == 0


def test_small_cases_at_the_edges() -> None:
    assert operators.power(1, 10**100) == 1
    assert operators.power(-1, 10**100 + 1) == -1
    assert operators.power(0, 10**100) == 0
    assert operators.lshift(0, 10**18) == 0
    assert operators.power(2, -1) == 0.5


@pytest.mark.parametrize(
    ("left", "right", "message"),
    [
        (0, -1, "0 has no negative power"),
        (0.0, -2, "0 has no negative power"),
        (-8, 1 / 3, "is not a real number"),
    ],
)
def test_powers_that_do_not_exist(left: float, right: float, message: str) -> None:
    with pytest.raises(RunError, match=message):
        operators.power(left, right)
