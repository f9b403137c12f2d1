def run():
    lines = []
    for i in range(4000):
        word = f"item{i % 97}"
        line = f"{word}: {i * 3}, {word.upper()}"
        if line.endswith("7") or "7, " in line:
            line = line.replace("item", "thing")
        lines.append(line)
    text = "\n".join(lines)
    letters = 0
    for line in text.split("\n"):
        letters += len(line.strip()) - line.find(":")
    return letters
