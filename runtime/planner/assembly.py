"""Puts operators together: preconditions and effects in codes, in compressed rows.

`assemble` decides how one operator looks in finite-domain variables. `OperatorTable` collects them:
row by row, or column by column for the many instances of one schema that look alike.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from itertools import combinations, repeat
from operator import eq
from typing import NamedTuple

from planscript.runtime.planner.encoding import HOLDS, Encoding
from planscript.runtime.planner.task import Operators


class Shape(NamedTuple):
    """How an operator looks; literals are given by their places in the list that it came from.

    `effects` holds (place, adds, places of conditions), deletes first.
    """

    precondition: tuple[int, ...]
    effects: tuple[tuple[int, bool, tuple[int, ...]], ...]


def assemble(
    codes: Sequence[int],
    precondition: Iterable[int],
    effects: Sequence[tuple[int, bool, tuple[int, ...]]],
    encoding: Encoding,
) -> Shape | None:
    """The operator in finite-domain variables, maybe without effects; None: never applicable.

    Args:
        codes: the codes of all literals that the other arguments name by their places here;
            negative codes must not be named.
        precondition: places of literals that must hold.
        effects: (place of a fact, whether it is added, places of conditions).

    Of effects on one fact the add wins (PDDL); a delete takes its variable to "none" only where the
    fact held, so it needs that as a condition unless the precondition says so. A delete whose
    variable gets another value anyway is left out.
    """
    variable = encoding.variable
    held: dict[int, int] = {}  # variable -> code that the precondition demands
    kept = []
    for place in precondition:
        code = codes[place]
        if held.setdefault(variable[code], code) != code:
            return None
        kept.append(place)
    kept = list({codes[place]: place for place in kept}.values())
    if encoding.clash([codes[place] for place in kept]):
        return None  # two facts that exclude each other
    added: dict[int, int] = {}  # variable -> code that is added without condition
    for place, adds, conditions in effects:
        if adds and not conditions:
            code = codes[place]
            if added.setdefault(variable[code], code) != code:
                return None
    deletes: dict[tuple[int, frozenset[int]], tuple[int, bool, tuple[int, ...]]] = {}
    gains: dict[tuple[int, frozenset[int]], tuple[int, bool, tuple[int, ...]]] = {}
    for place, adds, conditions in effects:
        code = codes[place]
        left = _left_to_test(conditions, codes, held, variable)
        if left is None:
            continue
        own = variable[code]
        if adds:
            if held.get(own) == code and not conditions:
                continue
            gains[code, frozenset(codes[c] for c in left)] = (place, True, left)
            continue
        if own in added:
            continue
        if own in held:
            if held[own] != code:
                continue
        else:
            demanded = [codes[c] for c in left if variable[codes[c]] == own]
            if demanded and demanded[0] != code:
                continue
            if not demanded and not encoding.single(code):
                left = (*left, place)
        deletes[code, frozenset(codes[c] for c in left)] = (place, False, left)
    for key in gains.keys() & deletes.keys():
        del deletes[key]
    return Shape(tuple(kept), (*deletes.values(), *gains.values()))


def _left_to_test(
    conditions: tuple[int, ...], codes: Sequence[int], held: dict[int, int], variable: list[int]
) -> tuple[int, ...] | None:
    """The conditions that the precondition does not imply; None where they can never hold."""
    seen: dict[int, int] = {}
    left = []
    for place in conditions:
        code = codes[place]
        own = variable[code]
        known = held.get(own, seen.get(own))
        if known is None:
            seen[own] = code
            left.append(place)
        elif known != code:
            return None
    return tuple(left)


class Column(NamedTuple):
    """One literal of a schema over all of its instances, as codes; `name` is its predicate."""

    name: str
    codes: list[int]


class OperatorTable:
    """Operators under construction; `dropped` counts those that can never be applied."""

    def __init__(self, encoding: Encoding) -> None:
        self.encoding = encoding
        self.dropped = 0
        self.cost = array("q")
        self.pre_start = array("i", (0,))
        self.pre = array("i")
        self.eff_start = array("i", (0,))
        self.eff = array("i")
        self.cond_start = array("i", (0,))
        self.cond = array("i")

    def __len__(self) -> int:
        return len(self.cost)

    def add(
        self,
        precondition: Iterable[int],
        effects: Iterable[tuple[int, bool, Iterable[int]]],
        cost: int,
    ) -> bool:
        """Adds one operator, literals as codes; says whether it can ever be applied and matter."""
        codes: list[int] = []

        def place(code: int) -> int:
            codes.append(code)
            return len(codes) - 1

        shape = assemble(
            codes,
            [place(code) for code in precondition],
            [(place(fact), adds, tuple(map(place, given))) for fact, adds, given in effects],
            self.encoding,
        )
        if shape is None:
            self.dropped += 1
            return False
        if not shape.effects:
            return False
        self.append(
            [codes[p] for p in shape.precondition],
            (
                (self._target(codes[p], adds), [codes[c] for c in given])
                for p, adds, given in shape.effects
            ),
            cost,
        )
        return True

    def append(
        self, precondition: Iterable[int], effects: Iterable[tuple[int, Iterable[int]]], cost: int
    ) -> None:
        """Adds one operator as it is: effects are (code to make true, codes of conditions)."""
        self.cost.append(cost)
        self.pre.extend(precondition)
        self.pre_start.append(len(self.pre))
        for code, conditions in effects:
            self.eff.append(code)
            self.cond.extend(conditions)
            self.cond_start.append(len(self.cond))
        self.eff_start.append(len(self.eff))

    def add_columns(
        self,
        precondition: Sequence[Column],
        adds: Sequence[Column],
        deletes: Sequence[Column],
        costs: int | list[int],
        rows: int,
    ) -> list[range | list[int]]:
        """Adds the operators of a whole schema without conditional effects.

        The result lists, in the order in which operators were added, the row of each.

        Rows are put into classes by which of their literals are decided, share a variable or are
        equal: within a class all operators have the same shape.
        """
        columns = [*precondition, *adds, *deletes]
        added: list[range | list[int]] = []
        for members in self._classes(columns, len(precondition), len(deletes), rows):
            lists = [column.codes for column in columns]
            if not isinstance(members, range):
                lists = [[codes[row] for row in members] for codes in lists]
            first = [codes[0] for codes in lists]
            start, end = len(precondition), len(precondition) + len(adds)
            if any(code < HOLDS for code in first[:start]):
                continue
            shape = assemble(
                first,
                [place for place in range(start) if first[place] >= 0],
                [
                    (place, place < end, ())
                    for place in range(start, len(first))
                    if first[place] >= 0
                ],
                self.encoding,
            )
            if shape is None:
                self.dropped += len(members)
                continue
            if not shape.effects:
                continue
            self._extend(shape, lists, len(members))
            if isinstance(costs, int):
                self.cost.extend(repeat(costs, len(members)))
            else:
                self.cost.extend([costs[row] for row in members])
            added.append(members)
        return added

    def _classes(
        self,
        columns: Sequence[Column],
        conditions: int,
        deletes: int,
        rows: int,
    ) -> list[range | list[int]]:
        """The rows in classes of equal shape.

        The first `conditions` columns are the precondition, the last `deletes` what is deleted.
        """
        differing: list[list[int] | list[bool]] = []

        def note(flags: list[bool]) -> None:
            if 0 < sum(flags) < rows:
                differing.append(flags)

        variable = self.encoding.variable
        of_variable: dict[int, list[int]] = {}
        for number, column in enumerate(columns):
            lowest = min(column.codes)
            if lowest < 0 and max(column.codes) != lowest:
                differing.append([min(code, 0) for code in column.codes])
            if lowest >= 0:
                of_variable[number] = list(map(variable.__getitem__, column.codes))
            elif max(column.codes) >= 0:
                of_variable[number] = [
                    variable[code] if code >= 0 else code for code in column.codes
                ]
        single = self.encoding.single
        for column in columns[-deletes:] if deletes else ():
            if max(column.codes) >= 0 and not any(
                column.codes is other.codes for other in columns[:conditions]
            ):
                note([code >= 0 and single(code) for code in column.codes])
        for a, b in combinations(of_variable, 2):
            names = (columns[a].name, columns[b].name)
            one, other = columns[a].codes, columns[b].codes
            if one is other:
                continue
            if names[0] == names[1] or names in self.encoding.sharing:
                note(list(map(eq, of_variable[a], of_variable[b])))
                note(list(map(eq, one, other)))
            if b < conditions and names in self.encoding.rivals:
                note(self._clashes(one, other))
        if not differing:
            return [range(rows)]
        classes: dict[tuple[int, ...], list[int]] = {}
        for row, signature in enumerate(zip(*differing, strict=True)):
            classes.setdefault(signature, []).append(row)
        return list(classes.values())

    def _clashes(self, one: list[int], other: list[int]) -> list[bool]:
        """For each row, whether the two literals are facts of one exclusive group."""
        clubs, count = self.encoding.clubs, self.encoding.count
        return [
            0 <= a < count and 0 <= b < count and not clubs[a].isdisjoint(clubs[b])
            for a, b in zip(one, other, strict=True)
        ]

    def _extend(self, shape: Shape, lists: Sequence[list[int]], rows: int) -> None:
        """Adds the operators of one shape, without their costs."""
        count = self.encoding.count
        _interleave(self.pre, [lists[place] for place in shape.precondition], rows)
        _advance(self.pre_start, len(shape.precondition), rows)
        targets = [
            lists[place] if adds else [code + count for code in lists[place]]
            for place, adds, _ in shape.effects
        ]
        _interleave(self.eff, targets, rows)
        _advance(self.eff_start, len(shape.effects), rows)
        conditions = [lists[place] for _, _, given in shape.effects for place in given]
        if not conditions:
            self.cond_start.extend(repeat(len(self.cond), rows * len(shape.effects)))
            return
        end = len(self.cond)
        for _ in range(rows):
            for _, _, given in shape.effects:
                end += len(given)
                self.cond_start.append(end)
        _interleave(self.cond, conditions, rows)

    def _target(self, code: int, adds: bool) -> int:
        return code if adds else code + self.encoding.count

    def operators(self) -> Operators:
        """The operators with variables and values in place of codes."""
        variable, value = self.encoding.variable.__getitem__, self.encoding.value.__getitem__
        return Operators(
            self.cost,
            self.pre_start,
            array("i", map(variable, self.pre)),
            array("i", map(value, self.pre)),
            self.eff_start,
            array("i", map(variable, self.eff)),
            array("i", map(value, self.eff)),
            self.cond_start,
            array("i", map(variable, self.cond)),
            array("i", map(value, self.cond)),
        )


def _interleave(target: array[int], columns: Sequence[list[int]], rows: int) -> None:
    """Appends the columns row by row."""
    width = len(columns)
    if width == 0:
        return
    if width == 1:
        target.extend(columns[0])
        return
    flat = [0] * (rows * width)
    for place, column in enumerate(columns):
        flat[place::width] = column
    target.extend(flat)


def _advance(starts: array[int], step: int, rows: int) -> None:
    """Appends the ends of `rows` further rows, each `step` long."""
    last = starts[-1]
    if step == 0:
        starts.extend(repeat(last, rows))
    else:
        starts.extend(range(last + step, last + step * rows + 1, step))
