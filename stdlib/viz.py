"""Pictures of plans and worlds: text, Mermaid, Graphviz DOT, SVG, and a page of HTML.

Each function draws a world, or with a plan, the plan for a problem (a world that has a goal). They
give text; the module `files` writes it to where it belongs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from planscript.runtime import problems
from planscript.runtime.errors import run_error
from planscript.runtime.library import Exports, want_text
from planscript.runtime.operators import check_text
from planscript.runtime.pddl.model import Atom, Not, Problem
from planscript.runtime.planner.causal_links import START, causal_links
from planscript.runtime.values import Builtin
from planscript.runtime.world import World

MOST = 2000  # things that are drawn in one picture


@dataclass(frozen=True, slots=True)
class Graph:
    """Nodes, each a text; edges as (from, to, text) by the places of the nodes."""

    nodes: tuple[str, ...]
    edges: tuple[tuple[int, int, str], ...]


def for_session(session: Any) -> list[Builtin]:
    """The functions of the module; the session says which world is in scope."""
    exports = Exports()

    def planned(problem: Any, plan: Any, name: str) -> tuple[World, Problem, list[Atom]]:
        world, wanted = problems.problem_of(session, problem, name)
        steps = problems.valid_steps(wanted, plan, name)
        _check_size(len(steps), name)
        return world, wanted, steps

    def graph(world: Any, plan: Any, name: str) -> Graph:
        if plan is None:
            found = state_graph(problems.world_of(session, world, name))
        else:
            found = plan_graph(*planned(world, plan, name))
        _check_size(len(found.nodes) + len(found.edges), name)
        return found

    @exports("text(world, plan=none)")
    def text(world: Any, plan: Any = None) -> str:
        """The facts of a world, a line for each predicate; or a plan, a line for each stage.

        Steps on one line do not disturb one another.

        >>> import planning
        >>> let p = planning.sample()
        >>> text(p, planning.solve(p))
        1  load(book, depot)  load(vase, depot)
        2  drive(depot, mill)
        3  drive(mill, farm)
        4  unload(book, farm)  unload(vase, farm)
        >>> text(p)
        at      book, depot; vase, depot
        road    depot, farm; depot, mill; mill, farm
        van_at  depot
        """
        if plan is None:
            return _state_text(problems.world_of(session, world, "text"))
        place, wanted, steps = planned(world, plan, "text")
        stages = problems.stages(wanted, steps)
        rows: dict[int, list[str]] = {}
        for stage, step in zip(stages, steps, strict=True):
            rows.setdefault(stage, []).append(place.say_fact(step))
        width = len(str(len(rows)))
        return "\n".join(f"{i + 1:>{width}}  {'  '.join(sorted(rows[i]))}" for i in sorted(rows))

    @exports("mermaid(world, plan=none)")
    def mermaid(world: Any, plan: Any = None) -> str:
        """The objects and their facts, or the steps of a plan and what they need, as Mermaid text.

        >>> import planning
        >>> let p = planning.problem("(loaded book)", planning.sample())
        >>> mermaid(p, planning.solve(p))
        flowchart LR
            n0["start"]
            n1["load(book, depot)"]
            n2["goal"]
            n0 -->|"at(book, depot)"| n1
            n0 -->|"van_at(depot)"| n1
            n1 -->|"loaded(book)"| n2
        """
        found = graph(world, plan, "mermaid")
        lines = ["flowchart LR"]
        lines += [f'    n{i}["{_mermaid(node)}"]' for i, node in enumerate(found.nodes)]
        lines += [f'    n{a} -->|"{_mermaid(told)}"| n{b}' for a, b, told in found.edges]
        return _bounded(lines)

    @exports("dot(world, plan=none)")
    def dot(world: Any, plan: Any = None) -> str:
        """The same graph as mermaid() draws, as Graphviz DOT text.

        >>> import planning
        >>> let p = planning.problem("(loaded book)", planning.sample())
        >>> dot(p, planning.solve(p))
        digraph {
            rankdir=LR
            node [shape=box]
            n0 [label="start"]
            n1 [label="load(book, depot)"]
            n2 [label="goal"]
            n0 -> n1 [label="at(book, depot)"]
            n0 -> n1 [label="van_at(depot)"]
            n1 -> n2 [label="loaded(book)"]
        }
        """
        found = graph(world, plan, "dot")
        lines = ["digraph {", "    rankdir=LR", "    node [shape=box]"]
        lines += [f'    n{i} [label="{_dot(node)}"]' for i, node in enumerate(found.nodes)]
        lines += [f'    n{a} -> n{b} [label="{_dot(told)}"]' for a, b, told in found.edges]
        return _bounded([*lines, "}"])

    @exports("svg(world, plan=none)")
    def svg(world: Any, plan: Any = None) -> str:
        """A picture as SVG: the objects of a world and their facts, or a plan along its stages.

        >>> import planning
        >>> let p = planning.sample()
        >>> svg(p, planning.solve(p))[:40]
        <svg xmlns="http://www.w3.org/2000/svg"
        """  # noqa: W291
        from planscript.stdlib._drawing import draw_graph, draw_stages

        if plan is None:
            return draw_graph(graph(world, None, "svg"))
        place, wanted, steps = planned(world, plan, "svg")
        return draw_stages([place.say_fact(step) for step in steps], problems.stages(wanted, steps))

    @exports('html(problem, plan, title="", language="en")')
    def html(problem: Any, plan: Any, title: str = "", language: str = "en") -> str:
        """A page of HTML with the timeline of a plan and the world at each step.

        It is one file without scripts and without anything from the network. `language` is "en" or
        "zh", for the words in which steps and goal are told.

        >>> import planning
        >>> let p = planning.sample()
        >>> "The van is at the depot" in html(p, planning.solve(p))
        true
        """
        from planscript.stdlib._page import page

        place, wanted, steps = planned(problem, plan, "html")
        speaker = problems.speaker_of(session, place, language, "html")
        if len(wanted.init) * (len(steps) + 1) > 200 * MOST:
            raise run_error(
                "ValueError", "html() takes a plan and a world of a size that a page holds"
            )
        return page(place, wanted, steps, speaker, want_text(title, "html"))

    return exports


def state_graph(world: World, state: frozenset[Atom] | None = None) -> Graph:
    """Objects, each with the facts that are about it alone, and edges for facts of two and more."""
    facts = sorted(world.state if state is None else state)
    place = {key: i for i, key in enumerate(world.objects)}
    labels = [[world.names.show(key)] for key in place]
    edges = []
    loose = []
    for fact in facts:
        name = world.names.to_script(fact.name)
        if not fact.args:
            loose.append(name)
        elif len(set(fact.args)) == 1:
            labels[place[fact.args[0]]].append(name)
        else:
            between = [world.names.show(arg) for arg in fact.args[1:-1]]
            told = f"{name} ({', '.join(between)})" if between else name
            edges.append((place[fact.args[0]], place[fact.args[-1]], told))
    nodes = [f"{first}: {', '.join(rest)}" if rest else first for first, *rest in labels]
    return Graph((*nodes, *loose), tuple(edges))


def plan_graph(world: World, wanted: Problem, steps: Sequence[Atom]) -> Graph:
    """The start, the steps and the goal; an edge for each fact that one makes for another."""
    nodes = ("start", *map(world.say_fact, steps), "goal")
    edges = []
    for link in causal_links(wanted, steps):
        literal = link.literal
        if isinstance(literal, Not):
            assert isinstance(literal.part, Atom)
            told = "not " + world.say_fact(literal.part)
        else:
            told = world.say_fact(literal)
        edges.append((link.producer - START, link.consumer - START, told))
    return Graph(nodes, tuple(sorted(edges)))


def _state_text(world: World) -> str:
    rows: dict[str, list[str]] = {}
    for fact in sorted(world.state):
        told = ", ".join(map(world.names.show, fact.args))
        rows.setdefault(world.names.to_script(fact.name), []).append(told)
    width = max(map(len, rows), default=0)
    return _bounded([f"{name:<{width}}  {'; '.join(told)}".rstrip() for name, told in rows.items()])


def _bounded(lines: Sequence[str]) -> str:
    check_text(sum(map(len, lines)) + len(lines))
    return "\n".join(lines)


def _check_size(size: int, name: str) -> None:
    if size > MOST:
        raise run_error("ValueError", f"{name}() draws at most {MOST} things, not {size}")


_MERMAID: Mapping[str, str] = {
    "#": "#35;", '"': "#quot;", "<": "#lt;", ">": "#gt;", "&": "#amp;", "`": "#96;", "\n": " ",
}  # fmt: skip


def _mermaid(text: str) -> str:
    return "".join(_MERMAID.get(one, one) for one in text)


def _dot(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
