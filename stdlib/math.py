"""Numbers: roots, powers and logarithms, angles, and whole numbers with their divisors and
primes.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from planscript.runtime.errors import run_error
from planscript.runtime.library import Exports, want_items, want_number, want_whole
from planscript.runtime.operators import check_bits, check_items, mul

EXPORTS = Exports()
CONSTANTS = {"pi": math.pi, "e": math.e, "tau": math.tau, "inf": math.inf, "nan": math.nan}


def _real(function: Callable[..., float], name: str, *values: Any) -> float:
    """A function of Python's `math`, with errors in the words of the language."""
    for value in values:
        want_number(value, name)
    try:
        return function(*values)
    except ValueError:
        said = ", ".join(f"{value:g}" if abs(value) < 1e300 else "..." for value in values)
        raise run_error(
            "ValueError", f"{name}({said}) has no value among the real numbers"
        ) from None
    except OverflowError:
        raise run_error("ValueError", f"the result of {name}() is too large for a float") from None


# ---------------------------------------------------------------- rounding


@EXPORTS("floor(x)", cost="1")
def floor(x: float) -> int:
    """The largest whole number that is not above x.

    >>> floor(-2.5)
    -3
    """
    return _rounded(math.floor, "floor", x)


@EXPORTS("ceil(x)", cost="1")
def ceil(x: float) -> int:
    """The smallest whole number that is not below x.

    >>> ceil(2.1)
    3
    """
    return _rounded(math.ceil, "ceil", x)


@EXPORTS("trunc(x)", cost="1")
def trunc(x: float) -> int:
    """x without what stands after the point.

    >>> trunc(-2.9)
    -2
    """
    return _rounded(math.trunc, "trunc", x)


def _rounded(function: Callable[[float], int], name: str, x: float) -> int:
    try:
        return function(want_number(x, name))
    except (OverflowError, ValueError):
        raise run_error("ValueError", f"{x} is no whole number") from None


@EXPORTS("sign(x)", cost="1")
def sign(x: float) -> int:
    """-1, 0 or 1, as x is below, at or above zero.

    >>> sign(-3.5)
    -1
    """
    want_number(x, "sign")
    return (x > 0) - (x < 0)


@EXPORTS("clamp(x, low, high)", cost="1")
def clamp(x: float, low: float, high: float) -> float:
    """x, or the nearer bound where x is outside them.

    >>> clamp(12, 0, 10)
    10
    """
    for value in (x, low, high):
        want_number(value, "clamp")
    if low > high:
        raise run_error("ValueError", "the low bound of clamp() is above the high one")
    return low if x < low else high if x > high else x


@EXPORTS("is_close(a, b, tolerance=1e-9)", cost="1")
def is_close(a: float, b: float, tolerance: float = 1e-9) -> bool:
    """Whether two numbers are equal but for a relative tolerance (and 1e-12 near zero).

    >>> is_close(0.1 + 0.2, 0.3)
    true
    """
    for value in (a, b, tolerance):
        want_number(value, "is_close")
    return math.isclose(a, b, rel_tol=abs(tolerance), abs_tol=1e-12)


@EXPORTS("is_nan(x)", cost="1")
def is_nan(x: float) -> bool:
    """Whether x is the float that stands for no number.

    >>> is_nan(inf - inf)
    true
    """
    return bool(want_number(x, "is_nan") != x)


@EXPORTS("is_finite(x)", cost="1")
def is_finite(x: float) -> bool:
    """Whether x is neither infinite nor nan.

    >>> is_finite(1e308 * 10)
    false
    """
    return type(want_number(x, "is_finite")) is int or math.isfinite(x)


# ---------------------------------------------------------------- roots, powers, logarithms


@EXPORTS("sqrt(x)", cost="1")
def sqrt(x: float) -> float:
    """The square root of x.

    >>> sqrt(2)
    1.4142135623730951
    """
    return _real(math.sqrt, "sqrt", x)


@EXPORTS("cbrt(x)", cost="1")
def cbrt(x: float) -> float:
    """The cube root of x.

    >>> cbrt(-27)
    -3.0
    """
    root = _real(math.cbrt, "cbrt", x)
    whole = round(root) if abs(root) < 1e15 else root
    return float(whole) if whole**3 == x else root


@EXPORTS("isqrt(n)")
def isqrt(n: int) -> int:
    """The whole part of the square root of a whole number.

    >>> isqrt(10 ** 20 + 1)
    10000000000
    """
    return math.isqrt(want_whole(n, "isqrt", 0))


@EXPORTS("exp(x)", cost="1")
def exp(x: float) -> float:
    """e to the power of x.

    >>> exp(0)
    1.0
    """
    return _real(math.exp, "exp", x)


@EXPORTS("log(x, base=e)", cost="1")
def log(x: float, base: float | None = None) -> float:
    """The logarithm of x: the natural one, or to a base.

    >>> log(8, 2)
    3.0
    >>> log(e)
    1.0
    """
    if base is None:
        return _real(math.log, "log", x)
    if base == 1:
        raise run_error("ValueError", "there is no logarithm to the base 1")
    if base == 2:
        return _real(math.log2, "log", x)
    if base == 10:
        return _real(math.log10, "log", x)
    return _real(math.log, "log", x, base)


@EXPORTS("hypot(*sides)")
def hypot(*sides: float) -> float:
    """The square root of the sum of squares: the length of a vector.

    >>> hypot(3, 4)
    5.0
    """
    return _real(math.hypot, "hypot", *sides)


# ---------------------------------------------------------------- angles


@EXPORTS("sin(x)", cost="1")
def sin(x: float) -> float:
    """The sine of an angle in radians.

    >>> sin(pi / 2)
    1.0
    """
    return _real(math.sin, "sin", x)


@EXPORTS("cos(x)", cost="1")
def cos(x: float) -> float:
    """The cosine of an angle in radians.

    >>> cos(0)
    1.0
    """
    return _real(math.cos, "cos", x)


@EXPORTS("tan(x)", cost="1")
def tan(x: float) -> float:
    """The tangent of an angle in radians.

    >>> tan(0)
    0.0
    """
    return _real(math.tan, "tan", x)


@EXPORTS("asin(x)", cost="1")
def asin(x: float) -> float:
    """The angle, in radians, whose sine is x.

    >>> asin(1) == pi / 2
    true
    """
    return _real(math.asin, "asin", x)


@EXPORTS("acos(x)", cost="1")
def acos(x: float) -> float:
    """The angle, in radians, whose cosine is x.

    >>> acos(1)
    0.0
    """
    return _real(math.acos, "acos", x)


@EXPORTS("atan(x)", cost="1")
def atan(x: float) -> float:
    """The angle, in radians, whose tangent is x.

    >>> atan(0)
    0.0
    """
    return _real(math.atan, "atan", x)


@EXPORTS("atan2(y, x)", cost="1")
def atan2(y: float, x: float) -> float:
    """The angle, in radians, of the point (x, y) seen from the origin.

    >>> atan2(1, 1) == pi / 4
    true
    """
    return _real(math.atan2, "atan2", y, x)


@EXPORTS("sinh(x)", cost="1")
def sinh(x: float) -> float:
    """The hyperbolic sine of x.

    >>> sinh(0)
    0.0
    """
    return _real(math.sinh, "sinh", x)


@EXPORTS("cosh(x)", cost="1")
def cosh(x: float) -> float:
    """The hyperbolic cosine of x.

    >>> cosh(0)
    1.0
    """
    return _real(math.cosh, "cosh", x)


@EXPORTS("tanh(x)", cost="1")
def tanh(x: float) -> float:
    """The hyperbolic tangent of x.

    >>> tanh(0)
    0.0
    """
    return _real(math.tanh, "tanh", x)


@EXPORTS("degrees(x)", cost="1")
def degrees(x: float) -> float:
    """An angle in radians as degrees.

    >>> degrees(pi)
    180.0
    """
    return _real(math.degrees, "degrees", x)


@EXPORTS("radians(x)", cost="1")
def radians(x: float) -> float:
    """An angle in degrees as radians.

    >>> radians(180) == pi
    true
    """
    return _real(math.radians, "radians", x)


# ---------------------------------------------------------------- whole numbers


@EXPORTS("gcd(*numbers)", cost="n^2")
def gcd(*numbers: int) -> int:
    """The greatest common divisor of whole numbers.

    >>> gcd(12, 18, 27)
    3
    """
    return math.gcd(*(want_whole(n, "gcd") for n in numbers))


@EXPORTS("lcm(*numbers)", cost="n^2")
def lcm(*numbers: int) -> int:
    """The least common multiple of whole numbers.

    >>> lcm(4, 6)
    12
    """
    check_bits(sum(want_whole(n, "lcm").bit_length() for n in numbers))
    return math.lcm(*numbers)


@EXPORTS("factorial(n)", cost="n^2")
def factorial(n: int) -> int:
    """1 * 2 * ... * n.

    >>> factorial(20)
    2432902008176640000
    """
    return math.factorial(want_whole(n, "factorial", 0, 130_000))


@EXPORTS("comb(n, k)", cost="n^2")
def comb(n: int, k: int) -> int:
    """In how many ways k of n things can be chosen.

    >>> comb(49, 6)
    13983816
    """
    want_whole(n, "comb", 0)
    chosen = min(want_whole(k, "comb", 0), max(n - k, 0))
    check_bits(chosen * n.bit_length())
    return math.comb(n, k)


@EXPORTS("perm(n, k=n)", cost="n^2")
def perm(n: int, k: int | None = None) -> int:
    """In how many orders k of n things can be put.

    >>> perm(5, 2)
    20
    """
    want_whole(n, "perm", 0)
    chosen = n if k is None else want_whole(k, "perm", 0)
    check_bits(min(chosen, n) * n.bit_length())
    return math.perm(n, chosen)


@EXPORTS("product(numbers)")
def product(numbers: Any) -> Any:
    """The numbers multiplied; 1 where there are none.

    >>> product([2, 3, 7])
    42
    """
    found: Any = 1
    for n in want_items(numbers, "product"):
        found = mul(found, want_number(n, "product"))
    return found


@EXPORTS("digits(n, base=10)")
def digits(n: int, base: int = 10) -> list[int]:
    """The digits of a whole number, the highest first.

    >>> digits(2024)
    [2, 0, 2, 4]
    >>> digits(10, 2)
    [1, 0, 1, 0]
    """
    rest = want_whole(n, "digits", 0)
    want_whole(base, "digits", 2)
    if rest.bit_length() > 100_000:
        raise run_error("ValueError", "the number is too large for digits()")
    found = [rest % base]
    while rest >= base:
        rest //= base
        found.append(rest % base)
    return found[::-1]


@EXPORTS("is_prime(n)", cost="n^3")
def is_prime(n: int) -> bool:
    """Whether n is a prime number (below 3.3e24 with certainty, above with overwhelming
    probability).

    >>> is_prime(2 ** 61 - 1)
    true
    >>> is_prime(1)
    false
    """
    if want_whole(n, "is_prime") < 2:
        return False
    if n.bit_length() > 5000:
        raise run_error("ValueError", "the number is too large for is_prime()")
    for p in _WITNESSES:
        if n % p == 0:
            return n == p
    # Miller and Rabin's test; these bases decide it below 3.3e24 (Sorenson and Webster, 2015).
    odd, twos = n - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    for base in _WITNESSES:
        power = pow(base, odd, n)
        if power in (1, n - 1):
            continue
        for _ in range(twos - 1):
            power = power * power % n
            if power == n - 1:
                break
        else:
            return False
    return True


_WITNESSES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41)


@EXPORTS("primes(limit)", cost="n log log n")
def primes(limit: int) -> list[int]:
    """The prime numbers below a limit, in order (the sieve of Eratosthenes).

    >>> primes(30)
    [2, 3, 5, 7, 11, 13, 17, 19, 23, 29]
    """
    check_items(want_whole(limit, "primes"))
    sieve = bytearray([1]) * max(limit, 2)
    sieve[0] = sieve[1] = 0
    for n in range(2, math.isqrt(max(limit, 1)) + 1):
        if sieve[n]:
            sieve[n * n :: n] = bytes(len(range(n * n, len(sieve), n)))
    return [n for n in range(limit) if sieve[n]]


@EXPORTS("prime_factors(n)", cost="sqrt(sqrt(n))")
def prime_factors(n: int) -> list[int]:
    """The prime factors of a whole number, in order, each as often as it divides the number.

    >>> prime_factors(360)
    [2, 2, 2, 3, 3, 5]
    """
    rest = want_whole(n, "prime_factors", 1)
    if rest.bit_length() > 100:
        raise run_error("ValueError", "the number is too large to be factored")
    found: list[int] = []
    for p in _WITNESSES:
        while rest % p == 0:
            found.append(p)
            rest //= p
    todo = [rest] if rest > 1 else []
    while todo:
        one = todo.pop()
        if is_prime(one):
            found.append(one)
        else:
            part = _factor(one)
            todo += [part, one // part]
    return sorted(found)


def _factor(n: int) -> int:
    """A proper factor of a composite number without small factors: Pollard's rho (1975), with
    Brent's way of multiplying differences before each gcd."""
    root = math.isqrt(n)
    if root * root == n:
        return root
    for shift in range(1, 100):
        slow = fast = saved = 2
        gathered, divisor = 1, 1
        while divisor == 1:
            saved = slow, fast  # type: ignore[assignment]
            for _ in range(128):
                slow = (slow * slow + shift) % n
                fast = (fast * fast + shift) % n
                fast = (fast * fast + shift) % n
                gathered = gathered * abs(slow - fast) % n
            divisor = math.gcd(gathered, n)
        if divisor == n:  # too much at once: again from the last stop, one step at a time
            slow, fast = saved  # type: ignore[misc]
            divisor = 1
            while divisor == 1:
                slow = (slow * slow + shift) % n
                fast = (fast * fast + shift) % n
                fast = (fast * fast + shift) % n
                divisor = math.gcd(abs(slow - fast), n)
        if divisor != n:
            return divisor
    raise run_error("ValueError", f"{n} could not be factored")


@EXPORTS("divisors(n)", cost="sqrt(sqrt(n))")
def divisors(n: int) -> list[int]:
    """The whole numbers that divide n, in order.

    >>> divisors(28)
    [1, 2, 4, 7, 14, 28]
    """
    found = [1]
    before = 0
    powers: list[int] = []
    for p in prime_factors(n):
        powers = [d * p for d in (powers if p == before else found)]
        found += powers
        before = p
    return sorted(found)
