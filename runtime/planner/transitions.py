"""Which facts no variable can come to, by its own transitions: sharper than ignoring deletes.

After the simplification of domain transition graphs in Helmert (AIJ 173, 2009), section 8.
"""

from __future__ import annotations

from collections.abc import Sequence

from planscript.runtime.planner.assembly import OperatorTable

ANY = -1  # a transition that does not ask for the variable's value


def decided(table: OperatorTable, initial: Sequence[int]) -> tuple[set[int], set[int]]:
    """Keys of facts that hold in every reachable state, and of facts that hold in none.

    `initial` is the value of each variable at first. Derived variables are left alone.
    """
    encoding = table.encoding
    variable = encoding.variable
    transitions: dict[int, set[tuple[int, int]]] = {}
    for o in range(len(table)):
        before = {variable[c]: c for c in table.pre[table.pre_start[o] : table.pre_start[o + 1]]}
        for code in table.eff[table.eff_start[o] : table.eff_start[o + 1]]:
            own = variable[code]
            transitions.setdefault(own, set()).add((before.get(own, ANY), code))
    always: set[int] = set()
    never: set[int] = set()
    first = 0
    for number, group in enumerate(encoding.groups):
        codes = range(first, first + len(group))
        first += len(group)
        if encoding.layer[number] >= 0:
            continue
        value = initial[number]
        start = codes[value] if value < len(group) else codes[0] + encoding.count
        found = _closure(start, transitions.get(number, set()), encoding.count)
        never.update(encoding.keys[code] for code in codes if code not in found)
        if len(found) == 1 and value < len(group):
            always.add(encoding.keys[start])
    return always, never


def _closure(start: int, transitions: set[tuple[int, int]], count: int) -> set[int]:
    """The codes that are reached from `start`; all codes for "none" of a variable are one."""

    def same(code: int) -> int:
        return min(code, count)

    following: dict[int, set[int]] = {}
    for before, after in transitions:
        following.setdefault(before if before == ANY else same(before), set()).add(same(after))
    found = {same(start)} | following.get(ANY, set())
    todo = list(found)
    while todo:
        for code in following.get(todo.pop(), ()):
            if code not in found:
                found.add(code)
                todo.append(code)
    return found
