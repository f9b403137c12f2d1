"""Keeps groundings, so that a new goal or a changed start in a known world costs only its search.

A grounding serves another problem while domain, objects, costs and static facts are the same, the
new start lies within what was found reachable, and facts that exclude each other still do. Tasks
whose goals depend on the same variables share their `operators`, so a search can keep what it made
of them.
"""

from __future__ import annotations

from array import array
from collections import OrderedDict
from typing import TypeVar

from planscript.lang.records import replace
from planscript.runtime.pddl.model import Atom, Formula, Problem
from planscript.runtime.planner.deadline import Deadline
from planscript.runtime.planner.encoding import HOLDS
from planscript.runtime.planner.expansion import AnyOf
from planscript.runtime.planner.ground import Grounding, ground
from planscript.runtime.planner.reachability import GOAL
from planscript.runtime.planner.relevance import causes, closure, restricted
from planscript.runtime.planner.task import Operators, Task, Variable

MOST_WORLDS = 4  # groundings that are kept
MOST_GOALS = 4096  # goals that are remembered for each
MOST_PARTS = 64  # restrictions to the variables of a goal that are remembered for each
LARGEST = 200_000  # operators; a larger task is not kept
Facts = tuple[tuple[int, int], ...]  # (variable, value) pairs
_K = TypeVar("_K")
_V = TypeVar("_V")


class GroundingCache:
    """The last few groundings."""

    def __init__(self) -> None:
        self._worlds: list[_World] = []

    def task_of(self, problem: Problem, deadline: Deadline) -> tuple[Task, bool]:
        """The grounded task of the problem, and whether an earlier grounding served.

        Raises: as `ground`.
        """
        negated: set[int] = set()
        for world in self._worlds:
            if world.is_of(problem):
                self._worlds.remove(world)
                try:
                    task = world.task_of(problem)
                except _Unfit:
                    negated = world.negated
                    break
                self._worlds.append(world)
                return task, True
        world = _World(Grounding(problem, deadline, for_any_goal=True, also_negated=negated))
        try:
            task = world.task_of(problem)
        except _Unfit:
            return ground(problem, deadline), False
        if len(task.operators) <= LARGEST:
            self._worlds = [*self._worlds[-MOST_WORLDS + 1 :], world]
        return task, False


class _Unfit(Exception):
    """The grounding does not serve this problem."""


class _World:
    """A grounding, and the last problem that it served.

    `negated` are keys of the facts that goals negate: these need variables of their own.
    """

    def __init__(self, grounding: Grounding) -> None:
        self.grounding = grounding
        self.negated = set(grounding.negated)
        self._first = grounding.problem
        self._init = grounding.problem.init
        self._true = set(grounding.init)
        self._initial = list(grounding.task.initial)
        self._causes = causes(grounding.task)
        self._goals: OrderedDict[Formula, tuple[Facts, ...]] = OrderedDict()
        self._parts: OrderedDict[tuple[int, ...], Task] = OrderedDict()
        self._groups_of: dict[int, list[int]] = {}
        for number, group in enumerate(grounding.groups):
            for key in group:
                self._groups_of.setdefault(key, []).append(number)

    def is_of(self, problem: Problem) -> bool:
        """Whether the problem differs from the first one in init and goal only."""
        first = self._first
        return (
            (problem.domain is first.domain or problem.domain == first.domain)
            and (problem.objects is first.objects or problem.objects == first.objects)
            and (problem.values is first.values or problem.values == first.values)
            and problem.minimise_cost == first.minimise_cost
        )

    def task_of(self, problem: Problem) -> Task:
        """The task of the problem. Raises _Unfit."""
        if problem.init is not self._init:
            self._start_from(problem.init)
        goals = self._goals.get(problem.goal)
        if goals is None:
            goals = self._alternatives(problem.goal)
        _remember(self._goals, problem.goal, goals, MOST_GOALS)
        variables = tuple(closure(self._causes, {v for goal in goals for v, _ in goal}))
        part = self._parts.get(variables)
        if part is None:
            whole = self.grounding.task
            everything = len(variables) == len(whole.variables)
            part = whole if everything else restricted(whole, variables)
        _remember(self._parts, variables, part, MOST_PARTS)
        number = {old: new for new, old in enumerate(variables)}
        initial = tuple([self._initial[v] for v in variables])
        renumbered = [tuple([(number[v], x) for v, x in goal]) for goal in goals]
        if len(goals) > 1:
            return _with_goal_operators(replace(part, initial=initial), renumbered)
        goal = renumbered[0] if renumbered else ()
        return replace(part, initial=initial, goal=goal, goal_is_false=not goals)

    def _start_from(self, init: frozenset[Atom]) -> None:
        """Moves to another initial state."""
        grounding = self.grounding
        facts, encoding = grounding.facts, grounding.encoding
        removed = [facts.key(atom) for atom in self._init - init]
        added = [facts.key(atom) for atom in init - self._init]
        if not grounding.expander.possible.issuperset(added):
            raise _Unfit
        if not grounding.certain.isdisjoint(removed):
            raise _Unfit
        true = self._true
        true.difference_update(removed)
        true.update(added)
        self._init = init
        for number in {n for key in added for n in self._groups_of.get(key, ())}:
            if sum(key in true for key in grounding.groups[number]) > 1:
                raise _Unfit
        for key in (*removed, *added):
            code = encoding.true.get(key, HOLDS)
            if code < 0:
                continue
            variable = encoding.variable[code]
            value = encoding.value_in(variable, true)
            if value >= len(grounding.task.variables[variable].values):
                raise _Unfit
            self._initial[variable] = value

    def _alternatives(self, goal: Formula) -> tuple[Facts, ...]:
        """Conjunctions of which one must hold; none where the goal is never true."""
        encoding = self.grounding.encoding
        goals = self.grounding.goals(goal, name=_refuse)
        for literal in {literal for body in goals for literal in body if literal < 0}:
            code = encoding.code(literal)
            if code >= 0 and not encoding.single(code):
                self.negated.add(~literal)
                raise _Unfit
        found = []
        for codes in map(self.grounding.consistent, goals):
            if codes is not None:
                pairs = [(encoding.variable[code], encoding.value[code]) for code in codes]
                found.append(tuple(sorted(pairs)))
        return tuple(found)


def _refuse(disjunction: AnyOf) -> int:
    raise _Unfit


def _remember(known: OrderedDict[_K, _V], key: _K, value: _V, most: int) -> None:
    """Puts an entry last; drops the first where there are more than `most`."""
    known[key] = value
    known.move_to_end(key)
    if len(known) > most:
        known.popitem(last=False)


def _with_goal_operators(task: Task, goals: list[Facts]) -> Task:
    """The task with a new variable that operators without cost set where one of `goals` holds."""
    reached = len(task.variables)
    old = task.operators
    count = len(goals)
    pre_start, eff_start, cond_start = old.pre_start[:], old.eff_start[:], old.cond_start[:]
    pre_var, pre_val = old.pre_var[:], old.pre_val[:]
    for goal in goals:
        pre_var.extend([v for v, _ in goal])
        pre_val.extend([x for _, x in goal])
        pre_start.append(len(pre_var))
        eff_start.append(eff_start[-1] + 1)
        cond_start.append(cond_start[-1])
    operators = Operators(
        old.cost + array("q", [0] * count),
        pre_start,
        pre_var,
        pre_val,
        eff_start,
        old.eff_var + array("i", [reached] * count),
        old.eff_val + array("i", [0] * count),
        cond_start,
        old.cond_var,
        old.cond_val,
    )
    action_of, real = task.action_of, len(old)
    return replace(
        task,
        variables=(*task.variables, Variable((GOAL, None))),
        initial=(*task.initial, 1),
        goal=((reached, 0),),
        operators=operators,
        action_of=lambda o: action_of(o) if o < real else Atom(""),
    )
