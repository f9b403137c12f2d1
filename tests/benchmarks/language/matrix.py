def multiply(a, b):
    made = []
    for i in range(len(a)):
        row = []
        for j in range(len(b[0])):
            total = 0
            for k in range(len(b)):
                total += a[i][k] * b[k][j]
            row.append(total)
        made.append(row)
    return made


def run():
    a = [[i * j % 7 for j in range(24)] for i in range(24)]
    b = [[i + j for j in range(24)] for i in range(24)]
    return multiply(multiply(a, b), a)[3]
