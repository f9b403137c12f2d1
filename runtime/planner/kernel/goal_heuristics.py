# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# mypy: ignore-errors
"""The blind heuristic and the goal count, compiled: as those of `heuristics.py`."""

import cython
from cython.cimports.libc.stdlib import calloc, free
from cython.cimports.runtime.planner.kernel.contract import Evaluator, ints

Goal = cython.struct(
    evaluator=Evaluator,
    count=cython.int,
    variables=cython.p_int,
    values=cython.p_int,
    step=cython.longlong,  # the estimate of the blind heuristic outside of the goal
    false=cython.bint,
)
G = cython.typedef(cython.pointer(Goal))


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def goal_count(
    data: cython.p_void,
    values: cython.p_const_int,
    state: cython.int,
    parent: cython.int,
    preferred: cython.p_int,
    preferred_count: cython.p_int,
) -> cython.longlong:
    g: G = cython.cast(G, data)
    i: cython.int
    missing: cython.longlong = 0
    for i in range(g.count):
        missing += values[g.variables[i]] != g.values[i]
    return missing


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def blind(
    data: cython.p_void,
    values: cython.p_const_int,
    state: cython.int,
    parent: cython.int,
    preferred: cython.p_int,
    preferred_count: cython.p_int,
) -> cython.longlong:
    g: G = cython.cast(G, data)
    i: cython.int
    for i in range(g.count):
        if values[g.variables[i]] != g.values[i]:
            return g.step
    return g.step if g.false else 0


@cython.cclass
class GoalHeuristic:
    """ "blind" or "goal_count"; `address` is that of its `Evaluator`."""

    g: G
    owned: list

    def __init__(self, task, kind: str, unit_costs: cython.bint):
        g: G = cython.cast(G, calloc(1, cython.sizeof(Goal)))
        if g == cython.NULL:
            raise MemoryError
        self.g = g
        self.owned = []
        i: cython.int
        goal: list = list(task.goal)
        g.evaluator.data = g
        g.evaluator.evaluate = blind if kind == "blind" else goal_count
        g.count = len(goal)
        g.variables = ints(self.owned, g.count)
        g.values = ints(self.owned, g.count)
        for i in range(g.count):
            g.variables[i] = goal[i][0]
            g.values[i] = goal[i][1]
        g.false = task.goal_is_false
        if unit_costs:
            g.step = min(1, len(task.operators))
        else:
            g.step = min(task.operators.cost, default=0)

    def __dealloc__(self):
        free(self.g)

    @property
    def address(self):
        """Where the `Evaluator` is."""
        return cython.cast(cython.size_t, self.g)
