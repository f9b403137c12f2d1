"""Properties of the module `math`, against plain definitions."""

import math as python
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planscript.runtime.errors import RunError
from planscript.stdlib import math


def slow_prime(n: int) -> bool:
    return n > 1 and all(n % d for d in range(2, int(n**0.5) + 1))


@given(st.integers(-5, 50_000))
def test_primes_are_numbers_without_divisors(n: int) -> None:
    assert math.is_prime(n) == slow_prime(n)


@pytest.mark.parametrize("n", [561, 3215031751, 3825123056546413051, 318665857834031151167461])
def test_numbers_that_fool_weaker_tests_are_not_prime(n: int) -> None:
    assert not math.is_prime(n)


@given(st.integers(0, 3000))
def test_the_sieve_agrees_with_the_test_of_one_number(limit: int) -> None:
    assert math.primes(limit) == [n for n in range(limit) if slow_prime(n)]


@given(st.integers(1, 10**12))
def test_prime_factors_are_prime_and_multiply_to_the_number(n: int) -> None:
    factors = math.prime_factors(n)
    assert python.prod(factors) == n
    assert all(map(math.is_prime, factors))
    assert factors == sorted(factors)


@pytest.mark.parametrize("n", [1000003 * 1000033, 999983**2, 2**67 - 1, 4, 1])
def test_large_numbers_are_factored(n: int) -> None:
    assert python.prod(math.prime_factors(n)) == n


@given(st.integers(1, 3000))
def test_divisors_are_the_numbers_that_divide(n: int) -> None:
    assert math.divisors(n) == [d for d in range(1, n + 1) if n % d == 0]


@given(st.integers(0, 10**30), st.integers(2, 40))
def test_digits_make_the_number_again(n: int, base: int) -> None:
    assert sum(d * base**i for i, d in enumerate(reversed(math.digits(n, base)))) == n


@given(st.floats(-1e9, 1e9))
def test_floor_and_ceil_enclose_the_number(x: float) -> None:
    assert math.floor(x) <= Fraction(x) <= math.ceil(x)
    assert math.ceil(x) - math.floor(x) == (x != int(x))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: math.sqrt(-1), "sqrt(-1) has no value among the real numbers"),
        (lambda: math.sqrt("4"), "sqrt() takes a number, not text"),
        (lambda: math.log(0), "log(0) has no value among the real numbers"),
        (lambda: math.log(8, 1), "there is no logarithm to the base 1"),
        (lambda: math.exp(1000), "the result of exp() is too large for a float"),
        (lambda: math.sqrt(10**400), "the result of sqrt() is too large for a float"),
        (lambda: math.floor(float("inf")), "inf is no whole number"),
        (lambda: math.factorial(-1), "factorial() takes a number of at least 0, not -1"),
        (lambda: math.factorial(10**9), "factorial() takes a number of at most 130,000"),
        (lambda: math.factorial(2.0), "factorial() takes a whole number, not 2.0"),
        (lambda: math.comb(10**9, 10**8), "the number is too large"),
        (lambda: math.primes(10**12), "is too large"),
        (lambda: math.is_prime(True), "is_prime() takes a whole number, not true"),
        (lambda: math.prime_factors(2**200 + 1), "too large to be factored"),
        (lambda: math.clamp(1, 3, 2), "the low bound of clamp() is above the high one"),
    ],
)
def test_bad_input_is_said_in_words(call, message: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(RunError) as caught:
        call()
    assert message in caught.value.diagnostics[0].title
