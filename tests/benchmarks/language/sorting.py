def run():
    people = []
    seed = 12345
    for i in range(4000):
        seed = (seed * 1103515245 + 12345) % 2147483648
        people.append({"name": f"p{seed % 1000}", "age": seed % 90, "id": i})
    by_age = sorted(people, key=lambda p: (p["age"], p["name"]))
    people.sort(key=lambda p: -p["id"])
    return by_age[10]["id"] + by_age[2000]["id"] + people[5]["id"]
