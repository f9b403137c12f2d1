"""Landmarks: facts that every plan makes true at some time, in the order in which it must do so.

The landmark count of LAMA guides greedy search: how many landmarks a path has yet to reach, or must
reach again. The estimate depends on the path, not only on the state.

Sources: Zhu and Givan, "Landmark extraction via planning graph propagation" (ICAPS 2003 doctoral
consortium) and Keyder, Richter and Helmert, "Sound and complete landmarks for and/or graphs" (ECAI
2010) for finding them; Hoffmann, Porteous and Sebastia, "Ordered landmarks in planning" (JAIR 22,
2004) for their orders; Richter and Westphal, "The LAMA planner" (JAIR 39, 2010) for the count.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from planscript.runtime.planner.relaxation import Costs, RelaxedOperator, RelaxedTask
from planscript.runtime.planner.state_space import Fact, State
from planscript.runtime.planner.task import Task

LARGEST_DISJUNCTION = 4

Landmark = tuple[Fact, ...]  # one of these facts; mostly there is just one


@dataclass(frozen=True, slots=True)
class FoundLandmarks:
    """What propagation finds. Numbers are places in `landmarks`.

    `before[l]` are the landmarks that come before `l` in every plan; `needed[l]` those that must
    hold just before `l` first becomes true; `together[l]` are facts that become true with `l`,
    whichever way it is first reached.
    """

    landmarks: list[Landmark]
    before: list[set[int]]
    needed: list[set[int]]
    together: list[list[Fact]]


@dataclass(frozen=True, slots=True)
class LandmarkGraph:
    """Landmarks and their orders; numbers are places in `landmarks`.

    `predecessors[l]` must be reached before `l` counts as reached; `needed_by[l]` are the landmarks
    just before which `l` must hold; `goals` hold at the end.
    """

    landmarks: list[Landmark]
    predecessors: list[set[int]]
    needed_by: list[set[int]]
    goals: set[int]


def find(task: Task) -> FoundLandmarks:
    """The landmarks of the delete relaxation."""
    return _Finder(task).find()


class _Finder:
    def __init__(self, task: Task) -> None:
        self._task = task
        self._relaxed = RelaxedTask(task, "one")
        self._facts = [
            (v, x) for v, var in enumerate(task.variables) for x in range(len(var.values))
        ]
        self._initial = set(self._relaxed.true_facts(task.initial))
        self._before = self._propagate()
        self._added_by: list[list[int]] = [[] for _ in range(self._relaxed.fact_count)]
        for number, operator in enumerate(self._relaxed.operators):
            for fact in operator.adds:
                self._added_by[fact].append(number)

    def find(self) -> FoundLandmarks:
        goal = self._before_all(self._relaxed.goal)
        simple = sorted(fact for fact in goal or () if fact < len(self._facts))
        sets: list[tuple[int, ...]] = [(fact,) for fact in simple]
        place = {fact: i for i, (fact,) in enumerate(sets)}
        disjunctive: dict[int, int] = {}  # a fact to the disjunction that has it
        needed: list[set[int]] = []
        together: list[list[Fact]] = []
        for facts in sets:  # grows on the way
            achievers = self._first_achievers(facts)
            shared = _common([set(operator.needs) for operator in achievers])
            needed.append({place[fact] for fact in shared if fact in place})
            adds = _common([set(operator.adds) for operator in achievers]) - set(facts)
            together.append([self._facts[fact] for fact in sorted(adds) if fact < len(self._facts)])
            for choice in self._disjunctions(achievers):
                if any(fact in place for fact in choice):
                    continue
                known = {disjunctive.get(fact) for fact in choice}
                if known == {None}:
                    for fact in choice:
                        disjunctive[fact] = len(sets)
                    known = {len(sets)}
                    sets.append(choice)
                number = known.pop()
                if not known and number is not None and sets[number] == choice:
                    needed[-1].add(number)
        before = []
        for facts in sets:
            earlier = _common([set(self._before[fact]) for fact in facts]) - set(facts)
            before.append({place[fact] for fact in earlier if fact in place})
        for i, sooner in enumerate(needed):
            before[i] |= sooner
        return FoundLandmarks(
            [tuple(self._facts[fact] for fact in facts) for facts in sets], before, needed, together
        )

    def _propagate(self) -> dict[int, frozenset[int]]:
        """For each fact that can be reached the facts without which it cannot, to a fixed point."""
        operators = self._relaxed.operators
        self._before = before = {fact: frozenset((fact,)) for fact in self._initial}
        queue = deque(range(len(operators)))
        waiting = set(queue)
        while queue:
            number = queue.popleft()
            waiting.discard(number)
            found = self._before_all(operators[number].needs)
            if found is None:
                continue
            for fact in operators[number].adds:
                known = before.get(fact)
                better = found | {fact} if known is None else known & (found | {fact})
                if fact in self._initial or better == known:
                    continue
                before[fact] = frozenset(better)
                for other in self._relaxed.needed_by[fact]:
                    if other not in waiting:
                        waiting.add(other)
                        queue.append(other)
        return before

    def _before_all(self, needs: Iterable[int]) -> set[int] | None:
        """The facts without which these cannot all be reached; None: they cannot be reached."""
        found: set[int] = set()
        for fact in needs:
            if fact not in self._before:
                return None
            found |= self._before[fact]
        return found

    def _first_achievers(self, facts: tuple[int, ...]) -> list[RelaxedOperator]:
        """The operators that can be the first to make one of the facts true."""
        if not self._initial.isdisjoint(facts):
            return []
        found = []
        for number in sorted({number for fact in facts for number in self._added_by[fact]}):
            operator = self._relaxed.operators[number]
            earlier = self._before_all(operator.needs)
            if earlier is not None and earlier.isdisjoint(facts):
                found.append(operator)
        return found

    def _disjunctions(self, achievers: list[RelaxedOperator]) -> list[tuple[int, ...]]:
        """Sets of facts of one predicate of which each achiever needs one, none true at first.

        In the order of their facts, whatever the order of the achievers.
        """
        by_name: dict[str, set[int]] = {}
        covers: dict[str, int] = {}
        for operator in achievers:
            names: dict[str, set[int]] = {}
            for fact in operator.needs:
                if fact < len(self._facts):
                    variable, value = self._facts[fact]
                    atom = self._task.variables[variable].values[value]
                    if atom is not None:
                        names.setdefault(atom.name, set()).add(fact)
            for name, facts in names.items():
                by_name.setdefault(name, set()).update(facts)
                covers[name] = covers.get(name, 0) + 1
        return sorted(
            tuple(sorted(facts))
            for name, facts in by_name.items()
            if covers[name] == len(achievers)
            and 1 < len(facts) <= LARGEST_DISJUNCTION
            and self._initial.isdisjoint(facts)
        )


def _common(sets: list[set[int]]) -> set[int]:
    return set.intersection(*sets) if sets else set()


def unordered(task: Task, found: FoundLandmarks) -> LandmarkGraph:
    """The landmarks as they are certain: each counts as reached as soon as it is true."""
    goal = set(task.goal)
    goals = {i for i, facts in enumerate(found.landmarks) if len(facts) == 1 and facts[0] in goal}
    needed_by: list[set[int]] = [set() for _ in found.landmarks]
    for later, sooner in enumerate(found.needed):
        for i in sooner:
            needed_by[i].add(later)
    return LandmarkGraph(found.landmarks, [set() for _ in found.landmarks], needed_by, goals)


def order(task: Task, found: FoundLandmarks) -> LandmarkGraph:
    """Adds the orders that are certain, and reasonable ones: `a` before `b` where reaching `a` would
    undo `b`.

    That is so where `b` must hold at the end, or just before some landmark that `a` precedes too,
    and `b` cannot hold together with `a`, with what `a` needs, or with what comes with `a`. Orders
    that would close a cycle are left out; disjunctions take no part.
    """
    graph = unordered(task, found)
    exclusive = _Exclusive(task, found.landmarks)
    predecessors = graph.predecessors
    for sooner, before in zip(predecessors, found.before, strict=True):
        sooner |= before
    for a, facts in enumerate(found.landmarks):
        if len(facts) > 1 or task.initial[facts[0][0]] == facts[0][1]:
            continue
        simple = [found.landmarks[i] for i in found.needed[a] if len(found.landmarks[i]) == 1]
        nearby = [facts[0], *(fact for (fact,) in simple), *found.together[a]]
        undone = {b for fact in nearby for b in exclusive.with_fact(fact)}
        for b in sorted(undone - predecessors[a] - {a}):
            if a in predecessors[b] or _reaches(predecessors, a, b):
                continue
            if b in graph.goals or any(a in found.before[x] for x in graph.needed_by[b]):
                predecessors[b].add(a)
    return graph


class _Exclusive:
    """Which simple landmarks cannot be true together with a fact."""

    def __init__(self, task: Task, landmarks: Sequence[Landmark]) -> None:
        self._place = {facts[0]: i for i, facts in enumerate(landmarks) if len(facts) == 1}
        self._by_variable: dict[int, list[Fact]] = {}
        self._groups: dict[Fact, list[tuple[Fact, ...]]] = {}
        for fact in self._place:
            self._by_variable.setdefault(fact[0], []).append(fact)
        for group in task.mutex_groups:
            for fact in group:
                self._groups.setdefault(fact, []).append(group)

    def with_fact(self, fact: Fact) -> set[int]:
        """The landmarks that exclude the fact."""
        others = set(self._by_variable.get(fact[0], ()))
        for group in self._groups.get(fact, ()):
            others.update(group)
        return {self._place[other] for other in others if other != fact and other in self._place}


def _reaches(predecessors: Sequence[set[int]], start: int, target: int) -> bool:
    """Whether `target` is among the predecessors of `start`, or theirs, and so on."""
    seen = {start}
    todo = [start]
    while todo:
        for i in predecessors[todo.pop()]:
            if i == target:
                return True
            if i not in seen:
                seen.add(i)
                todo.append(i)
    return False


class Path:
    """Which landmarks the paths to states have reached; of each state the path that came first.

    A landmark is reached when it is true and all its predecessors were reached before. It is needed
    again when it is false and is a goal or must hold just before a landmark that is not reached.
    """

    def __init__(self, graph: LandmarkGraph) -> None:
        self._graph = graph
        self._reached: dict[State, set[int]] = {}

    def missing(self, state: State, parent: State | None) -> set[int]:
        """The landmarks not yet reached on the path to a state, or needed again."""
        graph = self._graph
        before = set() if parent is None else self._reached[parent]
        true = {
            i for i, facts in enumerate(graph.landmarks) if any(state[v] == x for v, x in facts)
        }
        if state not in self._reached:
            now = {i for i in true - before if graph.predecessors[i] <= before}
            self._reached[state] = before | now
        reached = self._reached[state]
        again = {i for i in reached - true if i in graph.goals or not graph.needed_by[i] <= reached}
        return again | (set(range(len(graph.landmarks))) - reached)

    def reached(self, state: State) -> set[int]:
        """The landmarks that were reached on the path to a state."""
        return self._reached[state]


class LmCount:
    """How many landmarks are missing on the path to a state.

    Operators that reach a landmark whose turn it is are preferred.
    """

    def __init__(self, task: Task, costs: Costs) -> None:
        self._graph = order(task, find(task))
        self._path = Path(self._graph)
        self._achievers: list[list[int]] = [[] for _ in self._graph.landmarks]
        self._task = task
        place = {fact: i for i, facts in enumerate(self._graph.landmarks) for fact in facts}
        operators = task.operators
        for o in range(len(operators)):
            for e in range(operators.eff_start[o], operators.eff_start[o + 1]):
                fact = (operators.eff_var[e], operators.eff_val[e])
                if fact in place and o not in self._achievers[place[fact]][-1:]:
                    self._achievers[place[fact]].append(o)
        self._state: State = ()

    def evaluate(self, state: State, parent: State | None = None) -> int:
        self._state = state
        return len(self._path.missing(state, parent))

    def preferred(self) -> list[int]:
        reached = self._path.reached(self._state)
        operators = self._task.operators
        found: set[int] = set()
        for i, sooner in enumerate(self._graph.predecessors):
            if i not in reached and sooner <= reached:
                found.update(self._achievers[i])
        return sorted(
            o
            for o in found
            if all(
                self._state[operators.pre_var[i]] == operators.pre_val[i]
                for i in range(operators.pre_start[o], operators.pre_start[o + 1])
            )
        )
