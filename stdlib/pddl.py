"""PDDL, the text form of planning problems, to and from worlds and plans.

A problem of PDDL is a world with a goal; the modules `planning`, `viz`, `worlds` and `simulate` take
it. What is read is PDDL 2.1 level 1 with ADL, derived predicates and action costs.
"""

from __future__ import annotations

from typing import Any

from planscript.runtime import problems, values
from planscript.runtime.errors import run_error
from planscript.runtime.library import Exports, want_text
from planscript.runtime.pddl import reader, writer
from planscript.runtime.pddl.model import TRUE, Atom
from planscript.runtime.values import Builtin
from planscript.runtime.world import World
from planscript.stdlib import files


def for_session(session: Any) -> list[Builtin]:
    """The functions of the module, under the grants of the session."""
    exports = Exports()
    outside = {one.name: one.run for one in files.for_session(session)}

    @exports("read(domain, problem)")
    def read(domain: str, problem: str) -> Any:
        """The world, with its goal, that the texts of a domain and a problem describe.

        >>> let d = "(define (domain d) (:predicates (wet)) (:action dry :effect (not (wet))))"
        >>> let w = read(d, "(define (problem p) (:domain d) (:init (wet)) (:goal (not (wet))))")
        >>> w.facts, w.goal.pddl
        (["wet()"], "(not (wet))")
        """
        return _read(want_text(domain, "read"), want_text(problem, "read"), "domain", "problem")

    @exports("write(world)")
    def write(world: Any) -> tuple[str, str]:
        """A world as it stands, with its goal, as the texts of a domain and a problem.

        >>> import planning
        >>> let d, p = write(planning.sample())
        >>> read(d, p).goal.pddl
        (and (at book farm) (at vase farm))
        """
        return _write(session, problems.world_of(session, world, "write"))

    @exports("read_plan(world, text)")
    def read_plan(world: Any, text: str) -> list[Any]:
        """The steps of a plan in the form of the planning competitions, one in brackets a line.

        >>> import planning
        >>> read_plan(planning.sample(), "(load book depot)\\n(drive depot mill)")
        [load(book, depot), drive(depot, mill)]
        """
        place = problems.world_of(session, world, "read_plan")
        steps = reader.read_plan(want_text(text, "read_plan"), "plan")
        return [problems.step_value(place, _checked(place, step)) for step in steps]

    @exports("write_plan(plan)")
    def write_plan(plan: Any) -> str:
        """A plan, or a list of steps, in the form of the planning competitions.

        >>> import planning
        >>> write_plan(planning.solve(planning.problem("(loaded book)", planning.sample())))
        (load book depot)
        """
        steps = problems.steps_of(plan, "write_plan")
        return "".join(f"({' '.join((step.name, *step.args))})\n" for step in steps)

    @exports("load(domain_path, problem_path)", needs="read")
    def load(domain_path: str, problem_path: str) -> Any:
        """The world, with its goal, that two files describe."""

        def text_of(path: str) -> str:
            want_text(path, "load", "paths as text")
            return str(session.outside("pddl.load", path, lambda: outside["read"](path)))

        return _read(text_of(domain_path), text_of(problem_path), domain_path, problem_path)

    @exports("save(domain_path, problem_path, world)", needs="write")
    def save(domain_path: str, problem_path: str, world: Any) -> None:
        """Writes a world as it stands, with its goal, to the files of a domain and a problem."""
        for path in (domain_path, problem_path):
            session.grants.path(want_text(path, "save", "paths as text"), "write")
        texts = _write(session, problems.world_of(session, world, "save"))
        write_file = outside["write"]
        for path, text in zip((domain_path, problem_path), texts, strict=True):
            session.outside("pddl.save", path, lambda p=path, t=text: write_file(p, t), True)

    return exports


def _read(domain: str, problem: str, domain_source: str, problem_source: str) -> values.WorldValue:
    read = reader.read_domain(domain, domain_source)
    return problems.value_of(
        problems.world_from(reader.read_problem(problem, problem_source, read))
    )


def _write(session: Any, world: World) -> tuple[str, str]:
    if world.unknown:
        raise run_error("ValueError", "PDDL has no form for facts that are not known")
    goal = TRUE if world.goal is None else problems.goal_of(session, world)
    problem = world.plain_problem(goal)
    try:
        return writer.write_domain(problem.domain), writer.write_problem(problem)
    except ValueError as error:
        raise run_error("ValueError", f"PDDL has no form for this world: {error}") from None


def _checked(world: World, step: Atom) -> Atom:
    """The step, whose action and objects have to be there."""
    action = world.domain.actions.get(step.name)
    if action is None:
        raise run_error("ValueError", f"the domain has no action `{step.name}`")
    if len(action.parameters) != len(step.args):
        count = len(action.parameters)
        raise run_error("ValueError", f"`{step.name}` takes {count} objects, not {len(step.args)}")
    for arg in step.args:
        if arg not in world.objects:
            raise run_error("ValueError", f"the world has no object `{arg}`")
    return step
