def run():
    counts = {}
    groups = {}
    for i in range(15000):
        key = i * i % 1009
        counts[key] = counts.get(key, 0) + 1
        if key not in groups:
            groups[key] = []
        groups[key].append(i)
    best = 0
    for key, count in counts.items():
        if count > best and len(groups[key]) == count:
            best = count
    return best
