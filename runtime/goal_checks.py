"""What can be said of a script's goals before it runs: already true, contradictory, out of reach.

Only what is certain is said. Predicates that the script itself changes with `now` count as free:
they may become true or false at any time. A goal with slots is warned of where the warning is right
for all objects that may fill them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from itertools import combinations, product
from math import prod
from typing import TYPE_CHECKING

from planscript.lang import syntax
from planscript.lang.diagnostics import Diagnostic, PlanscriptError
from planscript.runtime.goals.compiler import GoalDoubt, Scope, fill
from planscript.runtime.pddl.model import (
    TRUE,
    Action,
    Add,
    And,
    Atom,
    Delete,
    Domain,
    Effects,
    Formula,
    Or,
    Problem,
)
from planscript.runtime.planner.deadline import Deadline, DeadlineExpired
from planscript.runtime.planner.explain import diagnose
from planscript.runtime.planner.lifted_relaxation import conjuncts
from planscript.runtime.planner.reuse import GroundingCache
from planscript.runtime.script_goals import ScopedGoal, Types, compile_text, parsed, scoped_goals
from planscript.runtime.why import Explainer

if TYPE_CHECKING:
    from planscript.runtime.acting import Acting
    from planscript.runtime.goals.say import Speaker
    from planscript.runtime.session import Session
    from planscript.runtime.world import World

PATIENCE = 5.0  # seconds for what can be said of one goal
MOST_INSTANCES = 200  # of a goal with slots
MOST_PARTS = 20  # of a goal, among which two that exclude each other are looked for

# A text that is not taken as a goal: the code of the error in a run -> that of the warning.
_DOUBTS = {
    "E0803": "W0803",
    "E0804": "W0804",
    "E0805": "W0805",
    "E0806": "W0806",
    "E0807": "W0807",
}


def check_goals(session: Session, path: str) -> Iterator[Diagnostic]:
    """Warnings about the goals of a script file, in the order of the text.

    The session has run nothing yet; what its compiler has locked needs no model.
    Raises SourceError for a declaration that is wrong.
    """
    acting = session.acting
    module = parsed(session, path)
    checks: _WorldChecks | None = None
    for goal in scoped_goals(module, acting):
        doubt, instances = _instances(goal, acting)
        if doubt is not None and not doubt.locked:
            yield _as_warning(doubt, goal)
        if instances and acting.world is not None and goal.use in ("sought", "named"):
            if checks is None or checks.world is not acting.world:
                checks = _WorldChecks(acting.world, _free_predicates(module, acting))
            found = checks.verdict(goal, instances, acting)
            if found is not None:
                yield found


def _as_warning(doubt: GoalDoubt, goal: ScopedGoal) -> Diagnostic:
    first = doubt.diagnostics[0]
    code = _DOUBTS[first.code]
    return Diagnostic(code, first.title, goal.node.span, hint=first.hint, severity="warning")


# ---------------------------------------------------------------- goals as formulas


def _instances(goal: ScopedGoal, acting: Acting) -> tuple[GoalDoubt | None, list[Formula]]:
    """The doubt about a goal, and its formulas: one for each way to fill its slots.

    No formulas where that is known only when the script runs.
    """
    node, world = goal.node, acting.world
    if world is None:
        return None, []
    try:
        if isinstance(node, syntax.GoalText):
            found = compile_text(node.text, goal, acting)
            if found.compiled is None:
                return found.doubt, []
            entry = found.compiled.entry
            scope = Scope(world.domain, world.objects, world.state)
            fillings = _fillings([name for name, _ in entry.slots], goal.types, acting)
            return None, [fill(entry.pddl, filling, scope) for filling in fillings]
        if isinstance(node, syntax.GoalFormula):
            names = _free_names(node.formula, acting)
            if names is not None:
                return None, [
                    acting.goal_formula(
                        node.formula, {n: acting.object_value(key) for n, key in filling.items()}
                    ).formula
                    for filling in _fillings(names, goal.types, acting)
                ]
    except PlanscriptError:
        pass  # a run will tell: it is an error there
    return None, []


def _free_names(formula: syntax.Formula, acting: Acting) -> list[str] | None:
    """The names for objects in a formula; None where it has more than predicates of names."""
    assert acting.domain is not None
    found: dict[str, None] = {}
    todo: list[tuple[syntax.Formula, frozenset[str]]] = [(formula, frozenset())]
    while todo:
        one, bound = todo.pop()
        terms: tuple[syntax.Expression, ...] = ()
        match one:
            case syntax.Atom(name=name, args=terms):
                if acting.names.to_model(name) not in acting.domain.predicates:
                    return None
            case syntax.Equals(left, right):
                terms = (left, right)
            case syntax.ForAll(parameters, body) | syntax.Exists(parameters, body):
                todo.append((body, bound | {p.name for p in parameters}))
            case syntax.Not(part):
                todo.append((part, bound))
            case syntax.And(parts) | syntax.Or(parts):
                todo += [(part, bound) for part in parts]
            case syntax.Implies(left_part, right_part):
                todo += [(left_part, bound), (right_part, bound)]
        for term in terms:
            if not isinstance(term, syntax.Name):
                return None
            if term.id not in bound:
                found[term.id] = None
    return list(found)


def _fillings(names: Sequence[str], types: Types, acting: Acting) -> list[dict[str, str]]:
    """Each way to put objects (model names) in the place of names; none where there are too many."""
    world = acting.world
    assert world is not None
    choices: list[tuple[str, ...]] = []
    for name in names:
        key = acting.names.to_model(name)
        if name in types:
            choices.append(tuple(world.objects_of(acting.names.to_model(types[name]))))
        else:
            choices.append((key,) if key in world.objects else ())
    if prod(map(len, choices)) > MOST_INSTANCES:
        return []
    return [dict(zip(names, chosen, strict=True)) for chosen in product(*choices)]


# ---------------------------------------------------------------- the world as it may become


def _free_predicates(module: syntax.Module, acting: Acting) -> frozenset[str]:
    """Predicates (model names) that may change by other things than actions."""
    assert acting.domain is not None
    free: set[str] = set()
    for node in syntax.walk(module):
        match node:
            case syntax.Import(module="events") | syntax.FromImport(module="events"):
                return frozenset(acting.domain.predicates)
            case syntax.Now(formula=formula) | syntax.Event(formula=formula):
                atoms = [one for one in syntax.walk(formula) if isinstance(one, syntax.Atom)]
                free |= {acting.names.to_model(atom.name) for atom in atoms}
    return frozenset(free)


def _freed(domain: Domain, free: frozenset[str]) -> Domain:
    """The domain with actions that make facts of the free predicates true and false at any time."""
    actions: dict[str, Action] = dict(domain.actions)
    for name in sorted((free & domain.predicates.keys()) - set(domain.derived)):
        parameters = domain.predicates[name].parameters
        atom = Atom(name, tuple(p.name for p in parameters))
        for sign, effect in (("+", Add(atom)), ("-", Delete(atom))):
            actions[f"now{sign}{name}"] = Action(
                f"now{sign}{name}", parameters, TRUE, Effects((effect,))
            )
    return dataclasses.replace(domain, actions=actions) if free else domain


class _WorldChecks:
    """What can be said of goals in one world."""

    def __init__(self, world: World, free: frozenset[str]) -> None:
        self.world = world
        self._groundings = GroundingCache()
        self._is_too_large = False  # a world that could not be grounded in time
        self._planned = _freed(world.problem(TRUE).domain, free)
        self._plain = _freed(world.domain, free)

    def verdict(
        self, goal: ScopedGoal, instances: Sequence[Formula], acting: Acting
    ) -> Diagnostic | None:
        """The warning about a goal that is one of these formulas; None where all is well."""
        whole = instances[0] if len(instances) == 1 else And(tuple(instances))
        text = goal.node.text.template if isinstance(goal.node, syntax.GoalText) else ""
        speaker = acting.speaker(acting.language_of(text))
        words = speaker.goal(instances[0]) if text and len(instances) == 1 else ""
        name = self.world.names.show(self.world.name)

        def warning(code: str, title: str, hint: str) -> Diagnostic:
            return Diagnostic(code, title, goal.node.span, words, hint, severity="warning")

        try:
            if goal.is_first and self.world.certain(whole):
                return warning(
                    "W0820",
                    f"this goal is already true in the world `{name}`",
                    "no step will be taken; leave it out, or say what is to change",
                )
            if self._may_hold(instances):
                return None
            first = dataclasses.replace(self.world.plain_problem(instances[0]), domain=self._plain)
            diagnosis = diagnose(first, Deadline(PATIENCE))
            reasons = Explainer(speaker).unreachable(diagnosis).replace("\n", " ")
            if diagnosis.causes and diagnosis.contradiction is None:
                title = f"no plan leads to this goal in the world `{name}`"
                return warning("W0822", title, reasons)
            if diagnosis.contradiction is None:
                reasons = self._rivals(instances[0], speaker) or reasons
            return warning("W0821", "this goal contradicts itself: it can never hold", reasons)
        except (DeadlineExpired, MemoryError, PlanscriptError):
            return None

    def _may_hold(self, goals: Sequence[Formula]) -> bool:
        """Whether one of the goals is not ruled out by relaxed reachability and invariants."""
        goal = goals[0] if len(goals) == 1 else Or(tuple(goals))
        if self._is_too_large:
            return True
        problem: Problem = dataclasses.replace(self.world.problem(goal), domain=self._planned)
        try:
            task, _ = self._groundings.task_of(problem, Deadline(PATIENCE))
        except DeadlineExpired:
            self._is_too_large = True
            return True
        return not task.goal_is_false

    def _rivals(self, goal: Formula, speaker: Speaker) -> str:
        """Two parts of a goal that exclude each other, in words."""
        parts = list(conjuncts(goal))[:MOST_PARTS]
        for one, other in combinations(parts, 2):
            if not self._may_hold([And((one, other))]):
                return f"“{speaker.goal(one)}” and “{speaker.goal(other)}” exclude each other"
        return ""
