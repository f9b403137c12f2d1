def jumps_of(code):
    jumps = {}
    stack = []
    for i in range(len(code)):
        if code[i] == "[":
            stack.append(i)
        elif code[i] == "]":
            start = stack.pop()
            jumps[i] = start
            jumps[start] = i
    return jumps


def execute(code):
    jumps = jumps_of(code)
    tape = [0] * 300
    pointer = 0
    at = 0
    written = []
    size = len(code)
    while at < size:
        sign = code[at]
        if sign == ">":
            pointer += 1
        elif sign == "<":
            pointer -= 1
        elif sign == "+":
            tape[pointer] = (tape[pointer] + 1) % 256
        elif sign == "-":
            tape[pointer] = (tape[pointer] - 1) % 256
        elif sign == ".":
            written.append(chr(tape[pointer]))
        elif sign == "[":
            if tape[pointer] == 0:
                at = jumps[at]
        elif tape[pointer] != 0:
            at = jumps[at]
        at += 1
    return "".join(written)


def run():
    # rows of 1 to 24 stars, each counted out anew
    setup = ">>>++++++[->+++++++<]>>++++++++++<<<<<"
    row = "+[->+>+<<]>>[-<<+>>]<[->>>.<<<]>>>>.<<<<<"
    return execute(setup + row * 24)
