"""Finite-domain variables out of facts: which variable and value stands for which fact.

While operators are built, literals are codes: the number of the fact for "true", that number plus
`count` for "false". `variable` and `value` translate codes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from heapq import heapify, heappop, heapreplace

from planscript.runtime.planner.facts import FactKeys
from planscript.runtime.planner.task import Variable

HOLDS = -1  # a code: the literal is always true, or the effect never matters
NEVER = -2  # a code: the literal is always false


class Encoding:
    """The variables of a task and the codes of its literals.

    Args:
        facts: the facts by their keys.
        groups: keys of facts, in groups of which at most one holds in any state; each group becomes
            a variable.
        layers: key of a derived fact -> its axiom layer; each becomes a variable.
        certain: keys of facts that always hold.
        impossible: keys of facts that never hold.
        exclusive: groups of which at most one fact holds, as they were found.

    `mutex_groups` are the exclusive groups that span variables, in codes; `clubs[code]` are the
    numbers of those that hold the fact. `sharing` and `rivals` are the pairs of predicates with
    facts in one variable, and in one such group.
    """

    def __init__(
        self,
        facts: FactKeys,
        groups: Sequence[Sequence[int]],
        layers: Mapping[int, int],
        certain: Iterable[int] = (),
        impossible: Iterable[int] = (),
        exclusive: Iterable[Iterable[int]] = (),
    ) -> None:
        self.facts = facts
        self.groups = [*groups, *((key,) for key in layers)]
        self.layer = [-1] * len(groups) + list(layers.values())
        self.count = sum(map(len, self.groups))
        self.variable: list[int] = []
        self.value: list[int] = []
        none: list[int] = []
        self.keys: list[int] = []
        for number, group in enumerate(self.groups):
            size = len(group)
            self.keys += group
            self.variable += [number] * size
            if self.layer[number] < 0:
                self.value += range(size)
                none += [size] * size
            else:
                self.value.append(1)
                none.append(0)
        self.variable += self.variable
        self.value += none
        self.true = {key: code for code, key in enumerate(self.keys)}
        self.false = {key: code + self.count for code, key in enumerate(self.keys)}
        self.false.update(dict.fromkeys(certain, NEVER))
        self.true.update(dict.fromkeys(impossible, NEVER))
        self.mutex_groups: list[list[int]] = []
        self.clubs: list[AbstractSet[int]] = [frozenset()] * self.count
        self._join_clubs(exclusive)
        self.sharing = self._pairs(group for group in groups if len(group) > 1)
        self.rivals = self._pairs([self.keys[c] for c in group] for group in self.mutex_groups)

    def _join_clubs(self, exclusive: Iterable[Iterable[int]]) -> None:
        clubs: dict[int, set[int]] = {}
        for group in exclusive:
            codes = [self.true[key] for key in group if self.true.get(key, HOLDS) >= 0]
            if len({self.variable[code] for code in codes}) > 1:
                for code in codes:
                    clubs.setdefault(code, set()).add(len(self.mutex_groups))
                self.mutex_groups.append(codes)
        for code, numbers in clubs.items():
            self.clubs[code] = numbers

    def code(self, literal: int) -> int:
        """The code of a literal as in `expansion.py`: a key, or the complement of one."""
        if literal >= 0:
            return self.true.get(literal, HOLDS)
        return self.false.get(~literal, HOLDS)

    def single(self, code: int) -> bool:
        """Whether the variable of a code stands for one fact only."""
        return len(self.groups[self.variable[code]]) == 1

    def clash(self, codes: Iterable[int]) -> bool:
        """Whether two of the codes, all different, are facts of one exclusive group."""
        seen: set[int] = set()
        for code in codes:
            if code < self.count:
                clubs = self.clubs[code]
                if not seen.isdisjoint(clubs):
                    return True
                seen |= clubs
        return False

    def value_in(self, variable: int, state: AbstractSet[int]) -> int:
        """The value of a variable where just the facts `state` hold; a derived one has 0."""
        group = self.groups[variable]
        if self.layer[variable] >= 0:
            return 0
        return next((value for value, key in enumerate(group) if key in state), len(group))

    def initial(self, state: AbstractSet[int]) -> tuple[int, ...]:
        """The value of each variable where just the facts `state` hold; derived ones are 0."""
        return tuple([self.value_in(variable, state) for variable in range(len(self.groups))])

    def variables(self, empty: AbstractSet[int]) -> tuple[Variable, ...]:
        """The variables as the task wants them; those in `empty` can have none of their facts."""
        found = []
        for number, (group, layer) in enumerate(zip(self.groups, self.layer, strict=True)):
            atoms = tuple([self.facts.atom(key) for key in group])
            if layer >= 0:
                found.append(Variable((None, *atoms), layer))
            else:
                found.append(Variable((*atoms, None) if number in empty else atoms))
        return tuple(found)

    def _pairs(self, groups: Iterable[Iterable[int]]) -> set[tuple[str, str]]:
        """Pairs of predicates that have facts in one group."""
        pairs: set[tuple[str, str]] = set()
        for group in groups:
            names = {self.facts.name(key) for key in group}
            pairs.update((a, b) for a in names for b in names)
        return pairs


def cover(facts: Iterable[int], groups: Sequence[Sequence[int]]) -> list[list[int]]:
    """Splits facts into disjoint parts of groups, greedily the largest first, and single facts.

    After Helmert (AIJ 173, 2009), section 7. The result is in the order of the facts.
    """
    order = {key: place for place, key in enumerate(facts)}
    uncovered = dict.fromkeys(order)
    queue = [(-len(group), number) for number, group in enumerate(groups)]
    heapify(queue)
    chosen: list[list[int]] = []
    while queue:
        size, number = queue[0]
        left = [key for key in groups[number] if key in uncovered]
        if len(left) < 2:
            heappop(queue)
        elif len(left) < -size:
            heapreplace(queue, (-len(left), number))
        else:
            heappop(queue)
            chosen.append(left)
            for key in left:
                del uncovered[key]
    chosen += [[key] for key in uncovered]
    chosen.sort(key=lambda group: order[group[0]])
    return chosen
