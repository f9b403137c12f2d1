"""Makes a plan cheaper: drops steps that are not needed, and plans short stretches of it anew.

The result is never dearer. The work is counted, not timed, so the same plan always comes out.

Sources: Nakhost and Mueller, "Action elimination and plan neighborhood graph search" (ICAPS 2010)
for dropping steps; Siddiqui and Haslum, "Continuing plan quality optimisation" (JAIR 54, 2015) for
windows over a reordered plan.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import cache
from typing import Any

from planscript.lang.records import dataclass, replace
from planscript.runtime.planner import kernel
from planscript.runtime.planner.best_first import astar
from planscript.runtime.planner.deadline import DeadlineExpired
from planscript.runtime.planner.heuristics import GoalCount
from planscript.runtime.planner.progress import Limits, OutOfWork, Progress
from planscript.runtime.planner.state_space import State, StateSpace, effects, facts
from planscript.runtime.planner.task import Task

SHORTEST = 4  # steps in the first windows
LONGEST = 40
STATES = 1000  # that the search of one of the first windows may generate
WINDOW = 40  # generated states that are as much work as making ready to search a window
STEP = 20  # generated states that are as much work as following one step of a plan
LOOKS = 4  # looks at a step while dropping that are as much work as a generated state


def improve(
    task: Task, plan: Sequence[int], most: int, progress: Progress, reference: bool = False
) -> list[int]:
    """A plan of the task that costs no more than the given one.

    Windows are searched by A* with the number of goal facts that do not hold, as if no step reached
    two of them: it may miss the best steps, but is fast.

    Args:
        task: the task.
        plan: a plan of it.
        most: how much work to put in, in states generated.
        progress: asked whether to go on.
        reference: never use the compiled kernel.

    Returns: the cheapest plan found, also where time or memory ran out meanwhile.
    """
    if not any(task.operators.cost[o] for o in plan):
        return list(plan)
    improver = _Improver(task, list(plan), most, progress, reference)
    try:
        improver.eliminate()
        improver.windows()
    except (DeadlineExpired, MemoryError):
        pass
    return improver.plan


class _Improver:
    """Holds the cheapest plan so far in `plan`."""

    def __init__(
        self, task: Task, plan: list[int], most: int, progress: Progress, reference: bool
    ) -> None:
        self.plan = plan
        self._task = task
        self._progress = progress
        self._left = most
        self._cost = task.operators.cost
        self._compiled = not reference and kernel.supports("astar", ["goal_count"])
        self._space: Any = kernel.packed_space(task) if self._compiled else StateSpace(task)
        self._basis = _basis(task)
        self.reads = cache(self._reads)
        self.sets = cache(self._sets)

    # ---------------------------------------------------------------- dropping steps

    def eliminate(self) -> None:
        """Drops each step with all later ones that then cannot be taken, where the goal remains."""
        if self._task.has_axioms:
            return
        bits = _Bits(self._task)
        state = bits.pack(self._task.initial)
        steps = [bits.step(o) for o in self.plan]
        at = 0
        while at < len(steps) and self._left > 0:
            kept, after = steps[:at], state
            for step in steps[at + 1 :]:
                if after & step.mask == step.value:
                    after = after & step.keep | step.put if step.changes is None else step.of(after)
                    kept.append(step)
            self._left -= (len(steps) - at) // LOOKS
            self._progress.tick()
            if bits.is_goal(after):
                steps = kept
                self.plan = [step.operator for step in steps]
            else:
                state = steps[at].of(state)
                at += 1

    # ---------------------------------------------------------------- windows

    def windows(self) -> None:
        """Plans windows of growing length anew, on the plan as it is and reordered."""
        length, states = SHORTEST, STATES
        while length <= LONGEST and self._left > 0:
            self._pass(length, states)
            reordered = self.chained(self.plan)
            if reordered != self.plan:
                self.plan = reordered
                self._pass(length, states)
            if length >= len(self.plan):
                break
            length, states = length * 3 // 2, states * 2

    def _pass(self, length: int, states: int) -> None:
        """Looks once at each window of a length, from the front on."""
        trajectory = self._trajectory(self.plan)
        needed = self._needed(self.plan, trajectory)
        self._left -= STEP * len(self.plan)
        at = 0
        while at < len(self.plan) and self._left > 0:
            end = min(len(self.plan), at + length)
            steps = self.plan[at:end]
            found = self._window(steps, trajectory[at], trajectory[end], needed[end], states)
            if found is None:
                at += length // 2
                continue
            self.plan = self.plan[:at] + found + self.plan[end:]
            trajectory = self._trajectory(self.plan)
            needed = self._needed(self.plan, trajectory)
            self._left -= STEP * len(self.plan)

    def _window(
        self, steps: list[int], start: State, end: State, needed: int, states: int
    ) -> list[int] | None:
        """Cheaper steps from `start` to a state as `end` in the needed variables."""
        cost = sum(self._cost[o] for o in steps)
        if cost == 0:
            return None
        goal = tuple([(v, x) for v, x in enumerate(end) if needed >> v & 1])
        view = replace(self._task, initial=start, goal=goal, goal_is_false=False)
        limits = Limits(bound=cost, admissible=True, most=min(states, self._left))
        weight = Fraction(max(1, cost // len(steps)))
        progress = self._progress.apart()
        try:
            if self._compiled:
                return kernel.run(
                    view, "wastar", ["goal_count"], weight, True, limits, progress, self._space
                )
            space = self._space.of(view)
            return astar(space, GoalCount(view, "one"), weight, progress, limits)
        except OutOfWork:
            return None
        finally:
            self._left -= progress.statistics.generated + WINDOW

    def _trajectory(self, plan: Sequence[int]) -> list[State]:
        """The states before, between and after the steps."""
        first = self._task.initial
        states = [self._space.complete(first) if self._compiled else self._space.initial()]
        for o in plan:
            states.append(self._space.apply(states[-1], o))
        return states

    def _needed(self, plan: Sequence[int], trajectory: Sequence[State]) -> list[int]:
        """Bits of the variables on whose values the rest of the plan depends, before each step."""
        needed = self._closed([v for v, _ in self._task.goal])
        found = [needed]
        for o, state in zip(reversed(plan), reversed(trajectory[:-1]), strict=True):
            for conditions, variable, _ in effects(self._task.operators, o):
                if all(state[v] == x for v, x in conditions):
                    needed &= ~(1 << variable)
            needed |= self.reads(o)
            found.append(needed)
        found.reverse()
        return found

    # ---------------------------------------------------------------- order

    def chained(self, plan: Sequence[int]) -> list[int]:
        """The same steps in an order in which those that depend on each other stand together.

        Only steps change places of which neither sets a variable that the other reads or sets, so
        the plan leads to the same state.
        """
        writer: dict[int, int] = {}
        readers: dict[int, list[int]] = {}
        followers: list[list[int]] = [[] for _ in plan]
        waiting = [0] * len(plan)
        for i, o in enumerate(plan):
            reads, sets = self.reads(o), self.sets(o)
            before = set()
            for v in _ones(reads | sets):
                if v in writer:
                    before.add(writer[v])
                if sets >> v & 1:
                    before.update(readers.get(v, ()))
                    writer[v], readers[v] = i, []
                else:
                    readers.setdefault(v, []).append(i)
            before.discard(i)
            waiting[i] = len(before)
            for j in before:
                followers[j].append(i)
        ready = [i for i in reversed(range(len(plan))) if waiting[i] == 0]
        order = []
        while ready:
            i = ready.pop()
            order.append(plan[i])
            for j in reversed(followers[i]):
                waiting[j] -= 1
                if waiting[j] == 0:
                    ready.append(j)
        return order

    def _reads(self, o: int) -> int:
        """Bits of the variables that decide whether an operator can be taken and what it does."""
        variables = [v for v, _ in facts(self._task.operators, o)]
        for conditions, _, _ in effects(self._task.operators, o):
            variables += [v for v, _ in conditions]
        return self._closed(variables)

    def _sets(self, o: int) -> int:
        bits = 0
        for _, variable, _ in effects(self._task.operators, o):
            bits |= 1 << variable
        return bits

    def _closed(self, variables: Sequence[int]) -> int:
        """Bits of variables, and for derived ones of those that they are derived from."""
        bits = 0
        for v in variables:
            bits |= self._basis[v] if v in self._basis else 1 << v
        return bits


def _ones(bits: int) -> list[int]:
    found = []
    while bits:
        lowest = bits & -bits
        found.append(lowest.bit_length() - 1)
        bits ^= lowest
    return found


def _basis(task: Task) -> dict[int, int]:
    """For each derived variable, bits of the others that it is derived from, however indirectly."""
    layers = [variable.layer for variable in task.variables]
    basis = {v: 0 for v, layer in enumerate(layers) if layer >= 0}
    changed = bool(basis)
    while changed:
        changed = False
        for rule in range(len(task.axioms)):
            [(conditions, head, _)] = effects(task.axioms, rule)
            bits = basis[head]
            for v, _ in (*facts(task.axioms, rule), *conditions):
                bits |= basis[v] if v in basis else 1 << v
            if bits != basis[head]:
                basis[head] = bits
                changed = True
    return basis


Change = tuple[int, int, int, int]  # where state & mask == value: state & keep | put


@dataclass(frozen=True, slots=True)
class _Step:
    """An operator on states as whole numbers; `changes` are its effects where any is conditional."""

    operator: int
    mask: int
    value: int
    keep: int
    put: int
    changes: list[Change] | None

    def of(self, state: int) -> int:
        """The state after the step, which must be applicable."""
        if self.changes is None:
            return state & self.keep | self.put
        after = state
        for mask, value, keep, put in self.changes:
            if state & mask == value:
                after = after & keep | put
        return after


class _Bits:
    """States as whole numbers, on which a step is a few operations. Without axioms."""

    def __init__(self, task: Task) -> None:
        self._operators = task.operators
        self._shift = []
        self._mask = []
        width = 0
        for variable in task.variables:
            bits = (len(variable.values) - 1).bit_length()
            self._shift.append(width)
            self._mask.append(((1 << bits) - 1) << width)
            width += bits
        self._goal = self._test(task.goal)

    def pack(self, state: State) -> int:
        packed = 0
        for value, shift in zip(state, self._shift, strict=True):
            packed |= value << shift
        return packed

    def is_goal(self, state: int) -> bool:
        mask, value = self._goal
        return state & mask == value

    def step(self, o: int) -> _Step:
        changes: list[Change] = []
        for conditions, v, x in effects(self._operators, o):
            mask, value = self._test(conditions)
            keep, put = ~self._mask[v], x << self._shift[v]
            if changes and changes[-1][:2] == (mask, value):
                _, _, kept, made = changes.pop()
                keep, put = keep & kept, made & keep | put
            changes.append((mask, value, keep, put))
        mask, value = self._test(facts(self._operators, o))
        if len(changes) == 1 and changes[0][0] == 0:
            return _Step(o, mask, value, *changes[0][2:], None)
        return _Step(o, mask, value, -1, 0, changes)

    def _test(self, conditions: Sequence[tuple[int, int]]) -> tuple[int, int]:
        mask = value = 0
        for v, x in conditions:
            mask |= self._mask[v]
            value |= x << self._shift[v]
        return mask, value
