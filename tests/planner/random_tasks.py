"""Random small grounded tasks for hypothesis, and an oracle that explores all of their states.

The oracle reads the task on its own: it shares no code with the planner.
"""

from __future__ import annotations

import heapq
from array import array
from dataclasses import dataclass
from math import inf

from hypothesis import strategies as st

from planscript.runtime.pddl.model import Atom
from planscript.runtime.planner.task import Operators, Task, Variable

Facts = tuple[tuple[int, int], ...]
State = tuple[int, ...]


@dataclass(frozen=True)
class Row:
    """An operator or axiom before it is laid out in arrays."""

    preconditions: Facts
    effects: tuple[tuple[Facts, int, int], ...]
    cost: int


def lay_out(rows: list[Row]) -> Operators:
    """The rows as compressed arrays."""
    laid = Operators(
        array("q"), array("i", [0]), *(array("i") for _ in range(2)), array("i", [0]),
        *(array("i") for _ in range(2)), array("i", [0]), *(array("i") for _ in range(2)),
    )  # fmt: skip
    for row in rows:
        laid.cost.append(row.cost)
        for v, x in row.preconditions:
            laid.pre_var.append(v)
            laid.pre_val.append(x)
        laid.pre_start.append(len(laid.pre_var))
        for conditions, v, x in row.effects:
            laid.eff_var.append(v)
            laid.eff_val.append(x)
            for cv, cx in conditions:
                laid.cond_var.append(cv)
                laid.cond_val.append(cx)
            laid.cond_start.append(len(laid.cond_var))
        laid.eff_start.append(len(laid.eff_var))
    return laid


@st.composite
def tasks(
    draw: st.DrawFn,
    conditional: bool = True,
    axioms: bool = True,
    costs: st.SearchStrategy[int] | None = None,
) -> Task:
    """A task of at most 4 ordinary and 3 derived variables, and at most 10 operators."""
    integer = st.integers
    costs = integer(0, 4) if costs is None else costs
    sizes = draw(st.lists(integer(2, 4), min_size=1, max_size=4))
    derived = draw(integer(0, 3)) if axioms and draw(st.booleans()) else 0
    layers = sorted(draw(st.lists(integer(0, 2), min_size=derived, max_size=derived)))
    ordinary, count = len(sizes), len(sizes) + derived
    sizes += [2] * derived

    def facts(up_to: int, most: int) -> Facts:
        chosen = draw(st.sets(integer(0, up_to - 1), max_size=most))
        return tuple((v, draw(integer(0, sizes[v] - 1))) for v in sorted(chosen))

    rows = []
    for _ in range(draw(integer(0, 10))):
        effects = []
        for v in draw(st.lists(integer(0, ordinary - 1), min_size=1, max_size=3)):
            conditions = facts(count, 2) if conditional and draw(st.booleans()) else ()
            effects.append((conditions, v, draw(integer(0, sizes[v] - 1))))
        rows.append(Row(facts(count, 3), tuple(effects), draw(costs)))
    rules = []
    for head in range(ordinary, count):
        layer = layers[head - ordinary]
        for _ in range(draw(integer(0, 3))):
            body = dict(facts(count, 3))
            for v in list(body):  # stratified: same layer only positively, higher layers never
                if v >= ordinary and layers[v - ordinary] == layer:
                    body[v] = 1
                elif v >= ordinary and layers[v - ordinary] > layer:
                    del body[v]
            split = draw(st.booleans())
            conditions = tuple(body.items())
            rules.append(
                Row(() if split else conditions, ((conditions if split else (), head, 1),), 0)
            )
    variables = tuple(
        Variable(
            tuple(Atom(f"v{v}", (str(x),)) for x in range(size)),
            -1 if v < ordinary else layers[v - ordinary],
        )
        for v, size in enumerate(sizes)
    )
    initial = tuple(draw(integer(0, size - 1)) for size in sizes[:ordinary]) + (0,) * derived
    operators = lay_out(rows)
    return Task(
        variables,
        initial,
        facts(count, 3),
        operators,
        lay_out(rules),
        lambda o: Atom(f"operator-{o}"),
        has_conditional_effects=len(operators.cond_var) > 0,
    )


class Oracle:
    """All reachable states of a small task, and the least cost from each to the goal."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self.initial = self.complete(task.initial)
        self.steps: dict[State, list[tuple[int, State]]] = {}
        todo = [self.initial]
        while todo:
            state = todo.pop()
            if state in self.steps:
                continue
            self.steps[state] = [
                (o, self.after(state, o))
                for o in range(len(task.operators))
                if self.applicable(state, o)
            ]
            todo += [after for _, after in self.steps[state]]
        self.distance = self._distances(task.operators.cost)
        self.length = self._distances([1] * len(task.operators))

    def complete(self, values: tuple[int, ...]) -> State:
        """Derived variables by naive iteration, layer by layer."""
        variables, rules = self.task.variables, self.task.axioms
        state = [0 if variables[v].layer >= 0 else x for v, x in enumerate(values)]
        for layer in sorted({variable.layer for variable in variables} - {-1}):
            changed = True
            while changed:
                changed = False
                for r in range(len(rules)):
                    head = rules.eff_var[rules.eff_start[r]]
                    if variables[head].layer != layer or state[head]:
                        continue
                    met = self._row(rules.pre_start, r, rules.pre_var, rules.pre_val, state)
                    e = rules.eff_start[r]
                    if met and self._row(
                        rules.cond_start, e, rules.cond_var, rules.cond_val, state
                    ):
                        state[head] = 1
                        changed = True
        return tuple(state)

    def applicable(self, state: State, o: int) -> bool:
        operators = self.task.operators
        return self._row(operators.pre_start, o, operators.pre_var, operators.pre_val, state)

    def after(self, state: State, o: int) -> State:
        operators = self.task.operators
        values = list(state)
        for e in range(operators.eff_start[o], operators.eff_start[o + 1]):
            if self._row(operators.cond_start, e, operators.cond_var, operators.cond_val, state):
                values[operators.eff_var[e]] = operators.eff_val[e]
        return self.complete(tuple(values))

    def is_goal(self, state: State) -> bool:
        return all(state[v] == x for v, x in self.task.goal)

    def run(self, plan: list[int]) -> State:
        """The state after the plan; every operator must be applicable in its turn."""
        state = self.initial
        for o in plan:
            assert self.applicable(state, o), f"operator {o} is not applicable"
            state = self.after(state, o)
        return state

    def _distances(self, costs) -> dict[State, float]:  # type: ignore[no-untyped-def]
        back: dict[State, list[tuple[int, State]]] = {}
        for state, steps in self.steps.items():
            for o, after in steps:
                back.setdefault(after, []).append((costs[o], state))
        distance: dict[State, float] = dict.fromkeys(self.steps, inf)
        queue = [(0, state) for state in self.steps if self.is_goal(state)]
        distance.update((state, 0) for _, state in queue)
        heapq.heapify(queue)
        while queue:
            paid, state = heapq.heappop(queue)
            if paid > distance[state]:
                continue
            for cost, before in back.get(state, ()):
                if paid + cost < distance[before]:
                    distance[before] = paid + cost
                    heapq.heappush(queue, (paid + cost, before))
        return distance

    @staticmethod
    def _row(start, i, variables, values, state) -> bool:  # type: ignore[no-untyped-def]
        return all(state[variables[k]] == values[k] for k in range(start[i], start[i + 1]))
