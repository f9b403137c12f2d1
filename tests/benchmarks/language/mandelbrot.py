def escapes(x, y):
    a = 0.0
    b = 0.0
    for turn in range(50):
        aa = a * a
        bb = b * b
        if aa + bb > 4.0:
            return turn
        b = 2 * a * b + y
        a = aa - bb + x
    return 50


def run():
    total = 0
    for row in range(24):
        for column in range(60):
            total += escapes(column / 20 - 2.0, row / 12 - 1.0)
    return total
