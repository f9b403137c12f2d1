"""Worlds as values: snapshots, what changed between two, random ones, and worlds in files.

A world that a function here gives is apart from the one in scope; `restore` brings its facts back.
"""

from __future__ import annotations

import random as chance
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from planscript.runtime import problems
from planscript.runtime.errors import run_error
from planscript.runtime.library import Exports, want_map, want_text, want_whole
from planscript.runtime.pddl.model import TRUE, Atom, Parameter, Problem
from planscript.runtime.pddl.reader import read_problem
from planscript.runtime.pddl.writer import write_problem
from planscript.runtime.planner.semantics import Interpreter, State, Table, guards_of
from planscript.runtime.values import Builtin, TypeValue, WorldValue
from planscript.runtime.world import World
from planscript.stdlib import files

if TYPE_CHECKING:
    from planscript.runtime.planner.invariants import Invariant

MOST = 10_000  # objects of a world, and steps of a walk


def for_session(session: Any) -> list[Builtin]:
    """The functions of the module, under the grants of the session."""
    exports = Exports()
    outside = {one.name: one.run for one in files.for_session(session)}

    def scope(value: Any, name: str) -> World:
        given = WorldValue("world", None) if value is None else value
        return problems.world_of(session, given, name)

    @exports("snapshot(world=none)")
    def snapshot(world: Any = None) -> Any:
        """A world as it stands now (none: the one in scope), with its goal; it stays as it is.

        >>> import planning
        >>> diff(snapshot(planning.sample()), planning.sample())
        {"added": [], "removed": []}
        """
        now = scope(world, "snapshot")
        return problems.value_of(problems.copy_of(now, now.goal))

    @exports("restore(snapshot, world=none)")
    def restore(snapshot: Any, world: Any = None) -> None:
        """Makes the facts of a world (none: the one in scope) those of a snapshot of it.

        >>> import planning
        >>> let p = planning.sample()
        >>> restore(random(p, seed=1), p)
        >>> diff(p, random(p, seed=1))["added"]
        []
        """
        then, now = problems.world_of(session, snapshot, "restore"), scope(world, "restore")
        _same_domain(then, now, "restore")
        missing = {arg for fact in then.state for arg in fact.args} - set(now.objects)
        if missing:
            raise run_error("ValueError", f"the world has no object `{min(missing)}`")
        added, removed = then.state - now.state, now.state - then.state
        literals = [(fact, True) for fact in sorted(added)]
        literals += [(fact, False) for fact in sorted(removed)]
        if now is session.acting.world:
            session.acting.tell(literals)
        else:
            now.learn(literals, "restore")
        now.unknown = then.unknown

    @exports("diff(before, after)")
    def diff(before: Any, after: Any) -> dict[str, list[str]]:
        """The facts that hold in one of two worlds alone: a map with added and removed.

        >>> import planning
        >>> diff(planning.sample(), random(planning.sample(), steps=1, seed=2))
        {"added": ["van_at(farm)"], "removed": ["van_at(depot)"]}
        """
        old, new = (problems.world_of(session, one, "diff") for one in (before, after))
        _same_domain(old, new, "diff")
        return {
            "added": sorted(map(new.say_fact, new.state - old.state)),
            "removed": sorted(map(old.say_fact, old.state - new.state)),
        }

    @exports("random(world, steps=20, more={}, seed=0)")
    def random(world: Any, steps: int = 20, more: Any = None, seed: int = 0) -> Any:
        """A random world of the domain of another, the same one for the same seed.

        It is what `steps` random actions lead to, so that its facts go together. `more` gives the
        number of objects to add of each type; each begins like a random one of its type, as far as
        no action could take the facts apart again.

        >>> import planning
        >>> let w = random(planning.sample(), more={"parcel": 2}, seed=4)
        >>> [x.name for x in w.objects if x.type == "parcel"]
        ["book", "vase", "parcel1", "parcel2"]
        """
        start = problems.world_of(session, world, "random")
        if start.unknown:
            raise run_error("ValueError", "random() takes a world of which every fact is known")
        want_whole(steps, "random", 0, MOST)
        source = chance.Random(want_whole(seed, "random"))
        counts = {} if more is None else want_map(more, "random")
        problem = _enlarged(start, _counts(start, counts), source)
        made = World(
            start.name, start.domain, start.names, problem.objects, problem.init,
            problem.values, start.goal, problem.minimise_cost,
        )  # fmt: skip
        made.state = _walk(problem, steps, source)
        return problems.value_of(made)

    @exports("load(path, world=none)", needs="read")
    def load(path: str, world: Any = None) -> Any:
        """The world in a file that `save` wrote; its domain is that of `world` (none: in scope)."""
        want_text(path, "load", "a path as text")
        text = str(session.outside("worlds.load", path, lambda: outside["read"](path)))
        like = scope(world, "load")
        problem = read_problem(text, path, like.domain)
        names = like.names.extended(n for n in problem.objects if n not in like.names.shown)
        return problems.value_of(
            World(
                problem.name, like.domain, names, problem.objects, problem.init, problem.values,
                problem.goal, problem.minimise_cost,
            )
        )  # fmt: skip

    @exports("save(path, world=none)", needs="write")
    def save(path: str, world: Any = None) -> None:
        """Writes a world (none: the one in scope), with its goal, to a file, as a problem of PDDL."""
        session.grants.path(want_text(path, "save", "a path as text"), "write")
        now = scope(world, "save")
        if now.unknown:
            raise run_error("ValueError", "save() takes a world of which every fact is known")
        goal = TRUE if now.goal is None else problems.goal_of(session, now)
        try:
            text = write_problem(now.plain_problem(goal))
        except ValueError as error:
            raise run_error("ValueError", f"PDDL has no form for this world: {error}") from None
        session.outside("worlds.save", path, lambda: outside["write"](path, text), True)

    return exports


def _same_domain(one: World, other: World, name: str) -> None:
    if one.domain.name != other.domain.name or one.domain.predicates != other.domain.predicates:
        raise run_error("ValueError", f"{name}() takes two worlds of one domain")


# ---------------------------------------------------------------- random worlds


def _counts(world: World, counts: dict[Any, Any]) -> dict[str, int]:
    found: dict[str, int] = {}
    for kind, count in counts.items():
        name = kind.name if isinstance(kind, TypeValue) else want_text(kind, "random", "types")
        key = world.names.to_model(name)
        if key not in world.domain.types:
            raise run_error("ValueError", f"the domain has no type `{name}`")
        if not world.plain_problem(TRUE).by_type[key]:
            raise run_error("ValueError", f"the world has no {name} for others to be like")
        found[key] = want_whole(count, "random", 0, MOST)
    if sum(found.values()) + len(world.objects) > MOST:
        raise run_error("ValueError", f"a world has at most {MOST:,} objects")
    return found


def _enlarged(world: World, counts: dict[str, int], source: chance.Random) -> Problem:
    """The world with more objects, each with the facts of one that is there already."""
    problem = world.plain_problem(TRUE)
    objects, state, amounts = dict(problem.objects), set(problem.init), dict(problem.values)
    exclusive = _exclusive(problem) if any(counts.values()) else []
    for kind, count in counts.items():
        models = problem.by_type[kind]
        number = 0
        for _ in range(count):
            model = source.choice(models)
            number += 1
            while f"{kind}{number}" in objects:
                number += 1
            name = f"{kind}{number}"
            objects[name] = Parameter(name, problem.objects[model].types)
            for fact in sorted(problem.init):
                if model in fact.args:
                    copy = Atom(fact.name, tuple(name if a == model else a for a in fact.args))
                    if not any(_holds_already(part, copy, state) for part in exclusive):
                        state.add(copy)
            for term, amount in problem.values.items():
                if model in term.args:
                    args = tuple(name if a == model else a for a in term.args)
                    amounts[Atom(term.name, args)] = amount
    return Problem(
        problem.name, problem.domain, objects, frozenset(state), TRUE, amounts,
        problem.minimise_cost,
    )  # fmt: skip


def _exclusive(problem: Problem) -> list[Invariant]:
    """The invariants of the domain that hold in the problem: of each instance one fact at most."""
    found = problems.invariants_of(problem)
    return [one for one in found if _is_exclusive(one, problem.init)]


def _is_exclusive(invariant: Invariant, state: frozenset[Atom]) -> bool:
    parts = {part.predicate: part for part in invariant}
    instances = [parts[f.name].parameters(f.args) for f in state if f.name in parts]
    return len(instances) == len(set(instances))


def _holds_already(invariant: Invariant, fact: Atom, state: set[Atom]) -> bool:
    """Whether another fact holds of which at most one may, beside this one."""
    parts = {part.predicate: part for part in invariant}
    if fact.name not in parts:
        return False
    wanted = parts[fact.name].parameters(fact.args)
    return any(
        one.name in parts and parts[one.name].parameters(one.args) == wanted for one in state
    )


def _walk(problem: Problem, steps: int, source: chance.Random) -> frozenset[Atom]:
    """The state after random steps; fewer where none can be taken."""
    interpreter = Interpreter(problem)
    state = problem.init
    for _ in range(steps):
        possible = sorted(_applicable(problem, interpreter, state))
        if not possible:
            break
        state = interpreter.successor(state, source.choice(possible))
    return state


def _applicable(problem: Problem, interpreter: Interpreter, state: State) -> Iterator[Atom]:
    view = _Facts(state | interpreter.derived(state))
    for action in problem.domain.actions.values():
        condition = action.precondition
        guards = guards_of(condition, True)
        for binding in interpreter.bindings(action.parameters, guards, view, {}):
            if interpreter.true_in(condition, view, binding):
                step = Atom(action.name, tuple(binding[p.name] for p in action.parameters))
                if interpreter.failure(state, step) is None:  # its cost may not be defined
                    yield step


class _Facts:
    """Facts that formulas look at (see `semantics.Facts`)."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._tables: dict[str, Table] = {}
        for fact in state:
            self._tables.setdefault(fact.name, Table()).add(fact.args)

    def has(self, atom: Atom) -> bool:
        """Whether a ground atom holds."""
        return atom in self._state

    def rows(self, name: str) -> Table:
        """The arguments with which a predicate holds."""
        return self._tables.get(name) or Table()
