def power_mod(base, exponent, modulus):
    result = 1
    base = base % modulus
    while exponent > 0:
        if exponent % 2 == 1:
            result = result * base % modulus
        base = base * base % modulus
        exponent //= 2
    return result


def factorial(n):
    return 1 if n < 2 else n * factorial(n - 1)


def digit_sum(n):
    return sum([int(digit) for digit in str(n)])


def run():
    total = 0
    for n in range(400):
        total += power_mod(n, 65537, 99991)
    return total + digit_sum(factorial(200))
