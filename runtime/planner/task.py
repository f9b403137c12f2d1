"""The grounded planning task: finite-domain variables, operators and axioms in flat arrays.

After Helmert, "The Fast Downward Planning System" (JAIR 26, 2006), section 4 (multi-valued planning
tasks). Arrays are in compressed-row form so that the kernel reads them without a Python object per
operator: row `i` of `x` is `x[x_start[i]:x_start[i + 1]]`.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable
from fractions import Fraction

from planscript.lang.records import dataclass, field
from planscript.runtime.pddl.model import Atom


@dataclass(frozen=True, slots=True)
class Variable:
    """A state variable.

    `values[v]` is the fact that value `v` stands for, or None for "none of the other values".
    `layer` is -1 for a variable that operators change, else the axiom layer that computes it;
    a derived variable has two values: 0 = the fact is false (None), 1 = it is true.
    """

    values: tuple[Atom | None, ...]
    layer: int = -1


@dataclass(frozen=True)
class Operators:
    """Ground operators (or axiom rules) in compressed rows. 'i' arrays hold 32-bit, 'q' 64-bit ints.

    Operator `o` is applicable where each (pre_var, pre_val) of its row holds. Its effects are
    numbered `eff_start[o] .. eff_start[o+1]`; effect `e` sets `eff_var[e]` to `eff_val[e]` where all
    of the effect's conditions (cond_var, cond_val in row `e` of cond) held before. Where two effects
    of one operator that fire set one variable, the one that makes a fact true wins (it stands last).
    """

    cost: array[int]  # 'q', length n; scaled to whole numbers, see Task.cost_scale
    pre_start: array[int]  # 'i', length n + 1
    pre_var: array[int]
    pre_val: array[int]
    eff_start: array[int]  # 'i', length n + 1
    eff_var: array[int]
    eff_val: array[int]
    cond_start: array[int]  # 'i', length len(eff_var) + 1
    cond_var: array[int]
    cond_val: array[int]

    def __len__(self) -> int:
        return len(self.cost)


@dataclass(frozen=True)
class Task:
    """A grounded task.

    `goal` lists (variable, value) pairs; a goal that no state satisfies is marked by `goal_is_false`.
    `axioms` are rules in the same form as operators: one effect each, cost 0, sorted by layer, head
    value 1; before each evaluation derived variables are reset to 0. `action_of(o)` gives the action
    name and its arguments of operator `o`, as in the PDDL text. A plan's cost in the user's units is
    the sum of `operators.cost` divided by `cost_scale`.
    """

    variables: tuple[Variable, ...]
    initial: tuple[int, ...]
    goal: tuple[tuple[int, int], ...]
    operators: Operators
    axioms: Operators
    action_of: Callable[[int], Atom]
    goal_is_false: bool = False
    cost_scale: Fraction = Fraction(1)
    has_conditional_effects: bool = False
    mutex_groups: tuple[tuple[tuple[int, int], ...], ...] = field(
        default=()
    )  # beyond the variables

    @property
    def has_axioms(self) -> bool:
        return len(self.axioms) > 0
