"""Planning problems as values: solve, compare, measure and explain them, and choose among plans.

A problem is a world that has a goal: the one in scope where its `world` block has a `goal:`, one
that `problem` makes, or one of PDDL (module `pddl`). Nothing here changes a world.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from time import perf_counter
from typing import Any

from planscript.lang.diagnostics import did_you_mean
from planscript.runtime import problems, values
from planscript.runtime.constraints import StepPattern, constrained
from planscript.runtime.errors import kind_in_words, run_error
from planscript.runtime.library import Exports, want_items, want_number, want_text, want_whole
from planscript.runtime.pddl.model import (
    Add,
    And,
    Atom,
    Delete,
    Effects,
    Not,
    Parameter,
    Predicate,
    Problem,
)
from planscript.runtime.planner.solve import CONFIGURATIONS, Options, Plan, Result
from planscript.runtime.planner.solve import solve as find_plan
from planscript.runtime.planner.status import Status
from planscript.runtime.values import Builtin
from planscript.runtime.world import World
from planscript.stdlib._samples import SAMPLES, read_sample

COMPARED = ("astar", "wastar", "lazy_gbfs", "bfs")
TRIES = 8  # plans that are made for each one that several() chooses


def for_session(session: Any) -> list[Builtin]:
    """The functions of the module; the session says which world is in scope."""
    exports = Exports()

    @exports('sample(name="delivery")')
    def sample(name: str = "delivery") -> Any:
        """A small problem to try things on: "delivery", or "switches", which cannot be solved.

        >>> sample()
        <world parcels>
        >>> sample("switches").goal.pddl
        (lit three)
        """
        if want_text(name, "sample") not in SAMPLES:
            hint = did_you_mean(name, SAMPLES) or "there are: " + ", ".join(SAMPLES)
            raise run_error("ValueError", "there is no sample of this name", hint=hint)
        return problems.value_of(problems.world_from(read_sample(name)))

    @exports("problem(goal, world=none)")
    def problem(goal: Any, world: Any = None) -> Any:
        """The problem of reaching a goal from a world as it stands (none: the one in scope).

        The goal is a goal, a text in words, or a formula of PDDL as text.
        What happens later to the world does not change the problem.

        >>> let p = problem("(loaded book)", sample())
        >>> solve(p)
        plan [load(book, depot)]
        """
        scope = values.WorldValue("world", None) if world is None else world
        start = problems.world_of(session, scope, "problem")
        return problems.value_of(problems.copy_of(start, problems.formula_in(session, goal, start)))

    @exports('solve(problem, search="auto", heuristic="auto", timeout=none, weight=1)')
    def solve(
        problem: Any,
        search: str = "auto",
        heuristic: str = "auto",
        timeout: float | None = None,
        weight: float = 1,
    ) -> Any:
        """A plan for a problem; an error Unsolvable or PlanningLimit where there is none.

        `timeout` is in seconds. `planscript plan --help` lists searches and heuristics.

        >>> solve(sample()).cost
        9
        >>> let fast = solve(sample(), search="gbfs", heuristic="hff", timeout=10)
        >>> validate(sample(), fast)["valid"]
        true
        """
        world, wanted = problems.problem_of(session, problem, "solve")
        result = find_plan(wanted, _options(search, heuristic, timeout, weight))
        return _planned(world, wanted, result)

    @exports("compare(problem, searches=none, timeout=10)")
    def compare(problem: Any, searches: Any = None, timeout: float = 10) -> list[dict[str, Any]]:
        """How searches fare on a problem: a table (list of maps), one row a search.

        A search is named "astar", or "astar hmax" with a heuristic. `timeout` is in seconds, for each.

        >>> [row["cost"] for row in compare(sample(), ["astar lmcut", "bfs"])]
        [9, 13]
        >>> compare(sample("switches"), ["bfs"])[0]["status"]
        proved unsolvable
        """
        _, wanted = problems.problem_of(session, problem, "compare")
        rows = []
        for one in COMPARED if searches is None else want_items(searches, "compare"):
            search, _, heuristic = want_text(one, "compare", "searches by name").partition(" ")
            options = _options(search, heuristic or "auto", timeout, 1)
            begin = perf_counter()
            rows.append(_row(one, find_plan(wanted, options), perf_counter() - begin))
        return rows

    @exports("landmarks(problem)")
    def landmarks(problem: Any) -> list[list[str]]:
        """What every plan makes true at some time, what must come first standing first.

        Each is a list of facts of which one becomes true; mostly it is just one fact.

        >>> landmarks(problem("(at book farm)", sample()))
        [["van_at(farm)"], ["loaded(book)"], ["at(book, farm)"]]
        """
        world, wanted = problems.problem_of(session, problem, "landmarks")
        return _landmarks(world, wanted)

    @exports("validate(problem, plan)")
    def validate(problem: Any, plan: Any) -> dict[str, Any]:
        """Whether a plan (or list of steps) reaches the goal: a map with valid, cost, step, reason.

        `step` is the index of the step that fails, none where only the goal is missed.

        >>> validate(sample(), solve(sample()))["valid"]
        true
        >>> validate(sample(), solve(sample()).steps[:2])["reason"]
        the goal (at book farm) does not hold at the end
        """
        from planscript.runtime.planner.validate import validate as check

        _, wanted = problems.problem_of(session, problem, "validate")
        verdict = check(wanted, problems.steps_of(plan, "validate"))
        return {
            "valid": verdict.valid,
            "cost": values.number(verdict.cost),
            "step": verdict.step,
            "reason": verdict.failure.message if verdict.failure else "",
        }

    @exports('explain(problem, plan=none, language="en")')
    def explain(problem: Any, plan: Any = None, language: str = "en") -> str:
        """In words: what each step of a plan is for; without a plan, why the problem has none.

        >>> let p = problem("(loaded book)", sample())
        >>> explain(p, solve(p))
        1. Load the book at the depot: so that the book is in the van (the goal).
        >>> explain(sample("switches"))
        It can never hold that the three is lit.
        “light the three from a lamp” would make it so, but for that it must hold that a lamp is next to the three.
        No action ever makes it true that a lamp is next to the three.
        """
        world, wanted = problems.problem_of(session, problem, "explain")
        speaker = problems.speaker_of(session, world, language, "explain")
        if plan is not None:
            return _purposes(wanted, problems.valid_steps(wanted, plan, "explain"), speaker)
        from planscript.runtime.planner.explain import diagnose
        from planscript.runtime.why import Explainer

        result = find_plan(wanted, Options(search="fast", timeout=10.0))
        if result.plan is not None:
            return Explainer(speaker).reachable(result.plan.steps)
        if result.status not in (Status.UNSOLVABLE, Status.EXHAUSTED):
            return Explainer(speaker).limit(result.note or result.status.value)
        return Explainer(speaker).unreachable(diagnose(wanted))

    @exports("metrics(problem, plan)")
    def metrics(problem: Any, plan: Any) -> dict[str, Any]:
        """Figures of a plan: length, cost, makespan, width, actions and resources.

        `makespan` is the length when steps that do not disturb one another are taken at once, each in
        a unit of time; `width` the most steps at once; `resources` counts the steps of each object.

        >>> let m = metrics(sample(), solve(sample()))
        >>> m["length"], m["cost"], m["makespan"], m["width"]
        (6, 9, 4, 2)
        >>> m["resources"]["book"]
        2
        """
        world, wanted = problems.problem_of(session, problem, "metrics")
        steps = problems.valid_steps(wanted, plan, "metrics")
        stages = problems.stages(wanted, steps)
        show, script = world.names.show, world.names.to_script
        return {
            "length": len(steps),
            "cost": values.number(_cost(wanted, steps)),
            "makespan": max(stages, default=-1) + 1,
            "width": max(Counter(stages).values(), default=0),
            "actions": dict(Counter(script(step.name) for step in steps)),
            "resources": dict(
                Counter(show(arg) for step in steps for arg in dict.fromkeys(step.args))
            ),
        }

    @exports("several(problem, k=3, timeout=10)")
    def several(problem: Any, k: int = 3, timeout: float = 10) -> list[Any]:
        """Up to k plans that have as few steps in common as could be found, a good one first.

        Each lacks a step of every other one. `timeout` is in seconds, for each plan that is tried.

        >>> [p.cost for p in several(problem("(at book farm)", sample()), 2)]
        [7, 11]
        """
        world, wanted = problems.problem_of(session, problem, "several")
        want_whole(k, "several", 1, 100)
        options = _options("auto", "auto", timeout, 1)
        return [
            problems.plan_value(world, wanted.goal, plan.steps, plan.cost, {}, False)
            for plan in _several(wanted, k, options)
        ]

    @exports("pareto(problem, timeout=none)")
    def pareto(problem: Any, timeout: float | None = None) -> list[Any]:
        """The best trades of cost against length: no plan is both as cheap and as short as one of these.

        The cheapest comes first. `timeout` is in seconds, for each plan.

        >>> [(p.cost, p.length) for p in pareto(sample())]
        [(9, 6), (13, 5)]
        """
        world, wanted = problems.problem_of(session, problem, "pareto")
        options = _options("optimal", "auto", timeout, 1)
        return [
            problems.plan_value(world, wanted.goal, plan.steps, plan.cost, {}, True)
            for plan in _pareto(world, wanted, options)
        ]

    return exports


# ---------------------------------------------------------------- arguments


def _options(search: Any, heuristic: Any, timeout: Any, weight: Any) -> Options:
    from planscript.runtime.planner.heuristics import HEURISTICS
    from planscript.runtime.planner.search import SEARCHES

    searches = ["auto", *CONFIGURATIONS, *SEARCHES]
    for kind, name, known in (
        ("search", search, searches),
        *(
            ("heuristic", one, ["auto", *HEURISTICS])
            for one in want_text(heuristic, "heuristic").split(",")
        ),
    ):
        if type(name) is not str:
            raise run_error("TypeError", f"a {kind} is named by text, not {kind_in_words(name)}")
        if name not in known:
            hint = did_you_mean(name, known) or "there are: " + ", ".join(known)
            raise run_error("ValueError", f"there is no {kind} of this name", hint=hint)
    if timeout is not None and not 0 < want_number(timeout, "timeout") < 1e9:
        raise run_error("ValueError", "`timeout` is a number of seconds above 0")
    if not 1 <= want_number(weight, "weight") < 1e6:
        raise run_error("ValueError", "`weight` is at least 1")
    return Options(search, heuristic, Fraction(weight), timeout)


def _planned(world: World, wanted: Problem, result: Result) -> Any:
    if result.plan is None:
        raise _no_plan(wanted, result)
    stats = values.statistics_map(result)
    plan = result.plan
    return problems.plan_value(world, wanted.goal, plan.steps, plan.cost, stats, result.optimal)


def _no_plan(wanted: Problem, result: Result) -> Exception:
    if result.status is Status.UNSUPPORTED:
        return run_error("ValueError", result.note or result.status.value)
    if result.status in (Status.UNSOLVABLE, Status.EXHAUSTED):
        from planscript.runtime.planner.explain import diagnose, reason

        why = reason(diagnose(wanted))
        return run_error("Unsolvable", f"the goal cannot be reached: {why}", reason=why)
    why = result.note or result.status.value
    return run_error("PlanningLimit", f"no plan was found within the limits: {why}", reason=why)


# ---------------------------------------------------------------- figures


def _row(search: str, result: Result, seconds: float) -> dict[str, Any]:
    plan = result.plan
    return {
        "search": search,
        "status": result.status.value,
        "length": None if plan is None else len(plan.steps),
        "cost": None if plan is None else values.number(plan.cost),
        "optimal": result.optimal,
        "expanded": result.statistics.expanded,
        "evaluated": result.statistics.evaluated,
        "seconds": round(seconds, 4),
    }


def _cost(wanted: Problem, steps: Sequence[Atom]) -> Fraction:
    from planscript.runtime.planner.validate import validate

    return validate(wanted, steps).cost


def _landmarks(world: World, wanted: Problem) -> list[list[str]]:
    from planscript.runtime.planner.deadline import Deadline
    from planscript.runtime.planner.ground import ground
    from planscript.runtime.planner.landmarks import find

    task = ground(wanted, Deadline())
    found = find(task)
    order: list[int] = []
    left = set(range(len(found.landmarks)))
    while left:
        ready = [one for one in left if not found.before[one] & left - {one}] or [min(left)]
        order += sorted(ready)
        left -= set(ready)
    told: list[list[str]] = []
    for one in order:
        facts = [task.variables[v].values[x] for v, x in found.landmarks[one]]
        named = [
            fact for fact in facts if fact is not None and fact.name in world.domain.predicates
        ]
        if named and len(named) == len(facts) and not any(fact in wanted.init for fact in named):
            told.append(sorted(world.say_fact(fact) for fact in named))
    return told


def _purposes(wanted: Problem, steps: Sequence[Atom], speaker: Any) -> str:
    from planscript.runtime.planner.causal_links import causal_links, purpose

    words = {
        "en": (
            "so that {0} ({1})",
            "the goal",
            "for step {0}",
            "nothing later needs it",
            "{0}. {1}: {2}.",
            "; ",
        ),
        "zh": (
            "使“{0}”成立（{1}）",
            "目标",
            "为第{0}步",
            "后面的步骤都不需要它",
            "{0}. {1}：{2}。",
            "；",
        ),
    }[speaker.language]
    links = causal_links(wanted, steps)
    lines = []
    for index, step in enumerate(steps):
        reasons = []
        for link in purpose(links, index):
            literal = link.literal
            if isinstance(literal, Not):
                assert isinstance(literal.part, Atom)
                fact = speaker.fact(literal.part, False)
            else:
                fact = speaker.fact(literal)
            last = link.consumer == len(steps)
            reasons.append(
                words[0].format(fact, words[1] if last else words[2].format(link.consumer + 1))
            )
        title = speaker.rules.sentence(speaker.step(step)).rstrip(".。")
        lines.append(words[4].format(index + 1, title, words[5].join(reasons) or words[3]))
    return "\n".join(lines)


# ---------------------------------------------------------------- several plans


def _several(wanted: Problem, k: int, options: Options) -> list[Plan]:
    """Plans without one step of the plans before, made breadth first; then the farthest apart.

    The forbidding of steps is that of Lawler's K-best procedure (Management Science 18, 1972); the
    choice is greedy, by the Jaccard distance of the sets of steps.
    """
    first = find_plan(wanted, options)
    if first.plan is None:
        raise _no_plan(wanted, first)
    pool = [first.plan]
    known = {frozenset(first.plan.steps)}
    queue: list[tuple[frozenset[Atom], Plan]] = [(frozenset(), first.plan)]
    tried = {frozenset[Atom]()}
    for forbidden, plan in queue:
        for step in dict.fromkeys(plan.steps):
            without = forbidden | {step}
            if len(pool) >= TRIES * k or len(tried) > 4 * TRIES * k:
                break
            if without in tried:
                continue
            tried.add(without)
            patterns = [StepPattern(one.name, one.args) for one in sorted(without)]
            found = find_plan(constrained(wanted, None, patterns), options).plan
            if found is None:
                continue
            queue.append((without, found))
            if frozenset(found.steps) not in known:
                known.add(frozenset(found.steps))
                pool.append(found)
    chosen = [pool.pop(0)]
    while pool and len(chosen) < k:
        best = max(pool, key=lambda one: (min(_distance(one, c) for c in chosen), -one.cost))
        pool.remove(best)
        steps = set(best.steps)
        if all(steps - set(c.steps) and set(c.steps) - steps for c in chosen):
            chosen.append(best)
    return chosen


def _distance(one: Plan, other: Plan) -> Fraction:
    a, b = set(one.steps), set(other.steps)
    return 1 - Fraction(len(a & b), len(a | b) or 1)


def _pareto(world: World, wanted: Problem, options: Options) -> list[Plan]:
    """Cheapest plans under ever tighter bounds on their length (the epsilon-constraint method).

    Haimes, Lasdon and Wismer, "On a bicriterion formulation" (IEEE Trans. SMC 1, 1971).
    """
    result = find_plan(wanted, options)
    if result.plan is None:
        raise _no_plan(wanted, result)
    front = [result.plan]
    while front[-1].steps:
        result = find_plan(_at_most(wanted, len(front[-1].steps) - 1), options)
        if result.status is Status.UNSOLVABLE:
            break
        if result.plan is None:
            raise _no_plan(wanted, result)
        width = {name: len(action.parameters) for name, action in wanted.domain.actions.items()}
        steps = tuple(Atom(s.name, s.args[: width[s.name]]) for s in result.plan.steps)
        if result.plan.cost == front[-1].cost:
            front.pop()
        front.append(Plan(steps, result.plan.cost))
    return front


_TICK, _NOW, _NEXT = "tick--", "now--", "next--"  # no name of a script has two hyphens


def _at_most(wanted: Problem, length: int) -> Problem:
    """The problem whose plans have at most this many steps: each step moves a counter on."""
    domain = wanted.domain
    counter = tuple(Parameter(name, (_TICK,)) for name in ("?now--", "?then--"))
    actions = {}
    for name, action in domain.actions.items():
        here = And((Atom(_NOW, ("?now--",)), Atom(_NEXT, ("?now--", "?then--"))))
        moved = (Delete(Atom(_NOW, ("?now--",))), Add(Atom(_NOW, ("?then--",))))
        actions[name] = dataclasses.replace(
            action,
            parameters=(*action.parameters, *counter),
            precondition=And((action.precondition, here)),
            effect=Effects((action.effect, *moved)),
        )
    ticks = [f"{_TICK}{i}" for i in range(length + 1)]
    predicates = {
        **domain.predicates,
        _NOW: Predicate(_NOW, (Parameter("?a", (_TICK,)),)),
        _NEXT: Predicate(_NEXT, (Parameter("?a", (_TICK,)), Parameter("?b", (_TICK,)))),
    }
    counting = dataclasses.replace(
        domain, types={**domain.types, _TICK: ("object",)}, predicates=predicates, actions=actions
    )
    steps = zip(ticks, ticks[1:], strict=False)
    init = {Atom(_NOW, (ticks[0],)), *(Atom(_NEXT, pair) for pair in steps)}
    objects = {**wanted.objects, **{tick: Parameter(tick, (_TICK,)) for tick in ticks}}
    return dataclasses.replace(wanted, domain=counting, objects=objects, init=wanted.init | init)
