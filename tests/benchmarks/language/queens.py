def place(n, row, columns, up, down):
    if row == n:
        return 1
    found = 0
    for column in range(n):
        if column in columns or row + column in up or row - column in down:
            continue
        columns.add(column)
        up.add(row + column)
        down.add(row - column)
        found += place(n, row + 1, columns, up, down)
        columns.remove(column)
        up.remove(row + column)
        down.remove(row - column)
    return found


def run():
    return place(7, 0, set(), set(), set())
