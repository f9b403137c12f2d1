"""States of a grounded task and steps between them: applicable operators, successors, axioms.

Plain and readable; the compiled kernel does the same with packed states. Knows nothing of search.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from copy import copy
from typing import Final

from planscript.runtime.planner.task import Operators, Task

State = tuple[int, ...]  # the value of each variable, derived ones included
Fact = tuple[int, int]  # (variable, value)

DEAD_END: Final = 1 << 62  # the estimate of a state from which no plan leads to the goal
CEILING: Final = 1 << 60  # sums of costs stop growing here, so that 64 bits hold them


class StateSpace:
    """The transition system of a task.

    The order of successors is part of the contract with the kernel: by the operator's list of
    precondition variables, compared as Python tuples, then by operator number.
    """

    def __init__(self, task: Task) -> None:
        self.task = task
        operators = task.operators
        self.preconditions: list[tuple[Fact, ...]] = [
            facts(operators, o) for o in range(len(operators))
        ]
        self.effects: list[list[tuple[tuple[Fact, ...], int, int]]] = [
            effects(operators, o) for o in range(len(operators))
        ]
        self.cost: array[int] = operators.cost
        self.goal = task.goal
        self._axioms = AxiomEvaluator(task) if task.has_axioms else None
        self._watched, self._always = _watch(self.preconditions)
        order = sorted(
            range(len(operators)), key=lambda o: ([v for v, _ in self.preconditions[o]], o)
        )
        self._rank = [0] * len(operators)
        for place, o in enumerate(order):
            self._rank[o] = place

    def of(self, task: Task) -> StateSpace:
        """The same transitions for a task that differs in initial state and goal at most."""
        other = copy(self)
        other.task, other.goal = task, task.goal
        return other

    def initial(self) -> State:
        """The initial state, its derived variables computed."""
        return self._complete(list(self.task.initial))

    def is_goal(self, state: State) -> bool:
        """Whether every goal fact holds (and the goal is not marked as false)."""
        return not self.task.goal_is_false and all(state[v] == x for v, x in self.goal)

    def applicable(self, state: State) -> list[int]:
        """The operators whose preconditions hold, in the order of the contract."""
        found = list(self._always)
        for variable, value in enumerate(state):
            for o in self._watched.get((variable, value), ()):
                if all(state[v] == x for v, x in self.preconditions[o]):
                    found.append(o)
        found.sort(key=self._rank.__getitem__)
        return found

    def apply(self, state: State, operator: int) -> State:
        """The state after an applicable operator; of effects on one variable the last one wins."""
        after = list(state)
        for conditions, variable, value in self.effects[operator]:
            if all(state[v] == x for v, x in conditions):
                after[variable] = value
        return self._complete(after)

    def _complete(self, values: list[int]) -> State:
        if self._axioms is not None:
            self._axioms.evaluate(values)
        return tuple(values)


class AxiomEvaluator:
    """Computes derived variables layer by layer, each layer by counting unmet conditions.

    Within a layer this is forward chaining on Horn rules (Dowling and Gallier, 1984); a condition
    that a fact of a lower layer is false is looked up, as that layer is finished.
    """

    def __init__(self, task: Task) -> None:
        self._derived = [v for v, variable in enumerate(task.variables) if variable.layer >= 0]
        layers: dict[int, list[tuple[tuple[Fact, ...], int]]] = {}
        for rule in range(len(task.axioms)):
            [(conditions, head, _)] = effects(task.axioms, rule)
            body = facts(task.axioms, rule) + conditions
            layers.setdefault(task.variables[head].layer, []).append((body, head))
        self._layers = [_Layer(layers[number]) for number in sorted(layers)]

    def evaluate(self, values: list[int]) -> None:
        """Sets the derived variables in `values` from the others."""
        for variable in self._derived:
            values[variable] = 0
        for layer in self._layers:
            layer.evaluate(values)


class _Layer:
    def __init__(self, rules: list[tuple[tuple[Fact, ...], int]]) -> None:
        self.rules = rules
        self.waiting: dict[int, list[int]] = {}  # a head of this layer -> rules that need it true
        heads = {head for _, head in rules}
        for number, (body, _) in enumerate(rules):
            for variable, value in body:
                if value == 1 and variable in heads:
                    self.waiting.setdefault(variable, []).append(number)

    def evaluate(self, values: list[int]) -> None:
        unmet = [sum(values[v] != x for v, x in body) for body, _ in self.rules]
        ready = [head for count, (_, head) in zip(unmet, self.rules, strict=True) if count == 0]
        while ready:
            head = ready.pop()
            if values[head] == 1:
                continue
            values[head] = 1
            for number in self.waiting.get(head, ()):
                unmet[number] -= 1
                if unmet[number] == 0:
                    ready.append(self.rules[number][1])


def facts(operators: Operators, o: int) -> tuple[Fact, ...]:
    """The preconditions of operator `o`, by variable."""
    row = range(operators.pre_start[o], operators.pre_start[o + 1])
    return tuple(sorted((operators.pre_var[i], operators.pre_val[i]) for i in row))


def effects(operators: Operators, o: int) -> list[tuple[tuple[Fact, ...], int, int]]:
    """The effects of operator `o` as (conditions, variable, value), in order."""
    found = []
    for e in range(operators.eff_start[o], operators.eff_start[o + 1]):
        row = range(operators.cond_start[e], operators.cond_start[e + 1])
        conditions = tuple((operators.cond_var[i], operators.cond_val[i]) for i in row)
        found.append((conditions, operators.eff_var[e], operators.eff_val[e]))
    return found


def _watch(
    preconditions: Sequence[tuple[Fact, ...]],
) -> tuple[dict[Fact, list[int]], list[int]]:
    """Files each operator under its rarest precondition; those without any come apart."""
    uses: dict[Fact, int] = {}
    for row in preconditions:
        for fact in row:
            uses[fact] = uses.get(fact, 0) + 1
    watched: dict[Fact, list[int]] = {}
    always = []
    for o, row in enumerate(preconditions):
        if row:
            watched.setdefault(min(row, key=uses.__getitem__), []).append(o)
        else:
            always.append(o)
    return watched, always
