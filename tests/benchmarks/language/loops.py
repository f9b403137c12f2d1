def run():
    total = 0
    for a in range(40):
        for b in range(40):
            for c in range(20):
                if (a * b + c) % 7 == 3:
                    total += a - b + c
    i = 0
    while i < 20000:
        total = (total * 31 + i) % 65521
        i += 1
    return total
