def counter(step):
    count = 0

    def next():
        nonlocal count
        count += step
        return count

    return next


def run():
    counters = [counter(k) for k in range(10)]
    total = 0
    for _ in range(2000):
        for c in counters:
            total += c()

    def add(x):
        return x + total % 10

    return sum(map(add, range(5000)))
