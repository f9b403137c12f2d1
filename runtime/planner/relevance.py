"""Which variables matter for a goal, and the task without the others.

Backward over the causal graph: a variable matters if the goal mentions it, or if an operator or
axiom that changes a variable that matters depends on it (Helmert 2006, section 6).
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet

from planscript.lang.records import replace
from planscript.runtime.pddl.model import Atom
from planscript.runtime.planner.task import Operators, Task

SAMPLE = 16  # where every sixteenth operator shows that all variables matter, that is enough
Causes = Mapping[int, AbstractSet[int]]


def relevant_variables(task: Task) -> list[int]:
    """The variables that the task's goal depends on, in order."""
    goal = [variable for variable, _ in task.goal]
    if len(task.operators) > 64 * SAMPLE:
        found = closure(causes(task, SAMPLE), goal)
        if len(found) == len(task.variables):
            return found
    return closure(causes(task), goal)


def causes(task: Task, step: int = 1) -> Causes:
    """For each variable, those that its changes depend on; from every `step`-th operator."""
    found: dict[int, set[int]] = {}
    for part, stride in ((task.operators, step), (task.axioms, 1)):
        pre_start, pre_var = part.pre_start, part.pre_var
        eff_start, eff_var = part.eff_start, part.eff_var
        cond_start, cond_var = part.cond_start, part.cond_var
        for o in range(0, len(part), stride):
            first, last = eff_start[o], eff_start[o + 1]
            needed = set(pre_var[pre_start[o] : pre_start[o + 1]])
            needed.update(cond_var[cond_start[first] : cond_start[last]])
            for variable in eff_var[first:last]:
                known = found.get(variable)
                if known is None:
                    found[variable] = set(needed)
                else:
                    known |= needed
    return found


def closure(causes: Causes, goal: Iterable[int]) -> list[int]:
    """The goal's variables and all that they depend on, in order."""
    found = set(goal)
    todo = list(found)
    while todo:
        for cause in causes.get(todo.pop(), ()):
            if cause not in found:
                found.add(cause)
                todo.append(cause)
    return sorted(found)


def restricted(task: Task, variables: Sequence[int]) -> Task:
    """The task with these variables only, renumbered in their order.

    They must be closed under `causes`, and include the goal's. Operators without effect are gone.
    """
    number = {old: new for new, old in enumerate(variables)}
    operators, origin = _restricted(task.operators, number)
    action_of = task.action_of

    def original(operator: int) -> Atom:
        return action_of(origin[operator])

    groups = []
    for group in task.mutex_groups:
        kept = tuple([(number[v], x) for v, x in group if v in number])
        if len(kept) > 1:
            groups.append(kept)
    return replace(
        task,
        variables=tuple([task.variables[v] for v in variables]),
        initial=tuple([task.initial[v] for v in variables]),
        goal=tuple([(number[v], x) for v, x in task.goal]),
        operators=operators,
        axioms=_restricted(task.axioms, number)[0],
        action_of=original,
        has_conditional_effects=len(operators.cond_var) > 0,
        mutex_groups=tuple(groups),
    )


def _restricted(old: Operators, number: Mapping[int, int]) -> tuple[Operators, list[int]]:
    """The operators that change one of the variables in `number`, and which they were."""
    new = Operators(array("q"), *(array("i", (0,) if start else ()) for start in _STARTS))
    origin = []
    for o in range(len(old)):
        effects = [
            e for e in range(old.eff_start[o], old.eff_start[o + 1]) if old.eff_var[e] in number
        ]
        if not effects:
            continue
        origin.append(o)
        new.cost.append(old.cost[o])
        begin, end = old.pre_start[o], old.pre_start[o + 1]
        new.pre_var.extend([number[v] for v in old.pre_var[begin:end]])
        new.pre_val.extend(old.pre_val[begin:end])
        new.pre_start.append(len(new.pre_var))
        for e in effects:
            new.eff_var.append(number[old.eff_var[e]])
            new.eff_val.append(old.eff_val[e])
            begin, end = old.cond_start[e], old.cond_start[e + 1]
            new.cond_var.extend([number[v] for v in old.cond_var[begin:end]])
            new.cond_val.extend(old.cond_val[begin:end])
            new.cond_start.append(len(new.cond_var))
        new.eff_start.append(len(new.eff_var))
    return new, origin


_STARTS = (True, False, False, True, False, False, True, False, False)  # fields after the cost
