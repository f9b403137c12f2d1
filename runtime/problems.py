"""Problems as values: a problem is a world that has a goal, apart from the world in scope.

What the planning modules of the standard library share: taking such values from scripts, checking
them, and making plans, steps and objects of their worlds. Plans nothing itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from planscript.runtime import values
from planscript.runtime.errors import kind_in_words, run_error
from planscript.runtime.goals.meaning import predicates_in
from planscript.runtime.goals.say import Speaker
from planscript.runtime.lowering import NO_NAMES, Names, check_formula
from planscript.runtime.pddl.model import TRUE, Atom, Domain, Formula, Increase, Problem, leaves
from planscript.runtime.pddl.reader import read_formula
from planscript.runtime.planner.causal_links import CausalLink, causal_links
from planscript.runtime.planner.validate import validate
from planscript.runtime.world import World

if TYPE_CHECKING:
    from planscript.runtime.planner.invariants import Invariant
    from planscript.runtime.session import Session


def world_of(session: Session, value: Any, name: str) -> World:
    """The world that `value`, an argument of the function `name`, stands for."""
    if isinstance(value, values.WorldValue):
        return value.world if value.world is not None else session.acting.current_world()
    raise run_error("TypeError", f"{name}() takes a world, not {kind_in_words(value)}")


def goal_of(session: Session, world: World) -> Formula:
    """The goal of a world. Raises ValueError of the language where it has none."""
    if world.goal is None:
        raise run_error(
            "ValueError",
            f"the world `{world.names.show(world.name)}` has no goal",
            hint="planning.problem(goal, world) gives it one",
        )
    if isinstance(world.goal, values.GoalValue):
        return session.acting.formula_of(world.goal)
    return world.goal  # type: ignore[no-any-return]


def problem_of(session: Session, value: Any, name: str) -> tuple[World, Problem]:
    """The world of a problem, and what the planner is given for it.

    Raises ValueError of the language where facts of the world are not known.
    """
    world = world_of(session, value, name)
    if world.unknown:
        raise run_error(
            "ValueError",
            f"{name}() takes a world of which every fact is known",
            hint="`plan` and `achieve` find out what is not known",
        )
    return world, world.plain_problem(goal_of(session, world))


def formula_in(session: Session, goal: Any, world: World) -> Formula:
    """The formula, in a world, of a goal, of a text in words, or of a formula of PDDL as text.

    Raises GoalError of the language for a text that is not understood, ValueError and SourceError
    where the formula does not fit the world.
    """
    if type(goal) is str and goal.lstrip().startswith("("):
        return read_formula(goal, world.domain, world.objects)
    formula = session.acting.formula_of(session.acting.goal_value(goal), world=world)
    unknown = [name for name in predicates_in(formula) if name not in world.domain.predicates]
    if unknown:
        raise run_error("ValueError", f"the world has no predicate `{unknown[0]}`")
    check_formula(formula, world.domain, world.objects, world.names)
    return formula


def invariants_of(problem: Problem) -> list[Invariant]:
    """What the actions of a domain keep: of the facts of each instance at most one holds."""
    from planscript.runtime.planner.deadline import Deadline
    from planscript.runtime.planner.invariants import find_invariants
    from planscript.runtime.planner.normalise import Normaliser

    domain = problem.domain
    normaliser = Normaliser(problem)
    schemas = [s for action in domain.actions.values() for s in normaliser.schemas(action)]
    changing = [
        (name, len(domain.predicates[name].parameters))
        for name in domain.changed
        if name in domain.predicates and name not in domain.derived
    ]
    return find_invariants(schemas, sorted(changing), Deadline())


def copy_of(world: World, goal: Any = None, state: Iterable[Atom] | None = None) -> World:
    """The world as it stands (or in `state`), with this goal; changes of one leave the other alone."""
    whole = world.plain_problem(TRUE)
    return World(
        world.name,
        world.domain,
        world.names,
        whole.objects,
        world.state if state is None else state,
        whole.values,
        goal,
        whole.minimise_cost,
        world.unknown,
    )


def world_from(problem: Problem) -> World:
    """The world of a problem that was read from PDDL."""
    domain = problem.domain
    names = names_of(domain).extended(problem.objects)
    return World(
        problem.name,
        domain,
        names,
        problem.objects,
        problem.init,
        problem.values,
        problem.goal,
        problem.minimise_cost,
    )


def names_of(domain: Domain) -> Names:
    """How scripts write the names of a domain that was read from PDDL."""
    return NO_NAMES.extended(
        [domain.name, *domain.types, *domain.constants, *domain.predicates]
        + [*domain.functions, *domain.actions]
    )


def value_of(world: World) -> values.WorldValue:
    """The world as scripts see it."""
    return values.WorldValue(world.name, world)


def step_value(world: World, step: Atom) -> values.Step:
    """A ground action of a world as scripts see it."""
    args = tuple(object_value(world, key) for key in step.args)
    return values.Step(name=world.names.to_script(step.name), args=args, atom=step)


def object_value(world: World, key: str) -> values.Obj:
    """An object of a world as scripts see it."""
    kind = world.names.to_script(world.objects[key].types[0])
    return values.Obj(name=world.names.show(key), type=kind, key=key)


def plan_value(
    world: World,
    goal: Formula,
    steps: Sequence[Atom],
    cost: Any,
    stats: Mapping[str, Any],
    optimal: bool,
) -> values.PlanValue:
    """A plan as scripts see it."""
    made = tuple(step_value(world, step) for step in steps)
    aim = values.GoalValue(formula=goal)
    return values.PlanValue(made, values.number(cost), aim, stats, optimal)


def steps_of(value: Any, name: str) -> list[Atom]:
    """The ground actions of a plan, or of a list of steps."""
    steps = value.steps if isinstance(value, values.PlanValue) else value
    if not isinstance(steps, list | tuple):
        raise run_error("TypeError", f"{name}() takes a plan, not {kind_in_words(value)}")
    for step in steps:
        if not isinstance(step, values.Step):
            raise run_error("TypeError", f"a plan has steps, not {kind_in_words(step)}")
    return [step.atom for step in steps]


def valid_steps(problem: Problem, value: Any, name: str) -> list[Atom]:
    """The ground actions of a plan that reaches the goal; ValueError of the language otherwise."""
    steps = steps_of(value, name)
    verdict = validate(problem, steps)
    if verdict.failure is not None:
        where = "" if verdict.step is None else f"step {verdict.step + 1} fails: "
        raise run_error(
            "ValueError", f"{name}() takes a valid plan; {where}{verdict.failure.message}"
        )
    return steps


def speaker_of(session: Any, world: World, language: str, name: str) -> Speaker:
    """Who says things of a world in a language, in the words of the script where it is its domain."""
    if language not in ("en", "zh"):
        raise run_error("ValueError", f'the languages of {name}() are "en" and "zh"')
    said: Speaker = session.acting.speaker(language, world)
    return said


def states_of(problem: Problem, steps: Sequence[Atom]) -> list[frozenset[Atom]]:
    """The state before the first step, and after each step of a plan that can be carried out."""
    from planscript.runtime.planner.semantics import Interpreter

    interpreter = Interpreter(problem)
    states = [problem.init]
    for step in steps:
        states.append(interpreter.successor(states[-1], step))
    return states


def stages(problem: Problem, steps: Sequence[Atom]) -> list[int]:
    """For each step of a valid plan the earliest stage, from 0, at which it can be taken.

    Steps of one stage do not disturb one another: they can be taken in any order. The order kept
    is that of causal links and of interference (Bäckström, "Computational aspects of reordering
    plans", JAIR 9, 1998).
    """
    links = causal_links(problem, steps)
    writes = [_writes(problem.domain, step) for step in steps]
    found: list[int] = []
    for later in range(len(steps)):
        reads = [one for one in links if one.consumer == later]
        before = {one.producer for one in reads if one.producer >= 0}
        for earlier in range(later):
            if earlier not in before and _disturb(writes[earlier], writes[later], links, earlier):
                before.add(earlier)
        found.append(max((found[one] + 1 for one in before), default=0))
    return found


_Write = tuple[Atom, bool]  # a fact, perhaps with variables; whether it is made true


def _writes(domain: Domain, step: Atom) -> list[_Write]:
    action = domain.actions[step.name]
    binding = dict(zip((p.name for p in action.parameters), step.args, strict=True))
    found: list[_Write] = []
    for one in leaves(action.effect):
        if not isinstance(one, Increase):
            args = tuple(binding.get(arg, arg) for arg in one.atom.args)
            found.append((Atom(one.atom.name, args), type(one).__name__ == "Add"))
    return found


def _disturb(
    first: Sequence[_Write], second: Sequence[_Write], links: Sequence[CausalLink], reader: int
) -> bool:
    """Whether the second step undoes what the first writes or reads."""
    read = [
        (one.literal, True) if isinstance(one.literal, Atom) else (one.literal.part, False)
        for one in links
        if one.consumer == reader
    ]
    for atom, made in second:
        for other, value in (*first, *read):
            if made != value and isinstance(other, Atom) and _alike(atom, other):
                return True
    return False


def _alike(one: Atom, other: Atom) -> bool:
    """Whether the atoms may be the same; variables stand for anything."""
    return one.name == other.name and all(
        a == b or a[:1] == "?" or b[:1] == "?" for a, b in zip(one.args, other.args, strict=True)
    )
