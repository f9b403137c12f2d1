"""The world hooks of a script: declarations, goals, `achieve`, `plan`, `holds`, `now`, `say`.

Joins the parts: lowering (blocks to the planning model), the goal compiler, the planner and the
executor. One per session; the host of each module passes its calls on to it (see `lang/host.py`).
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from planscript.lang import syntax
from planscript.lang.diagnostics import Diagnostic, PlanscriptError, SourceError, did_you_mean
from planscript.runtime import values
from planscript.runtime.constraints import StepPattern, constrained
from planscript.runtime.declarations import Declarations
from planscript.runtime.display import show
from planscript.runtime.errors import kind_in_words, run_error
from planscript.runtime.executor import Executor, Outcome
from planscript.runtime.goals.compiler import GoalCompiler, GoalDoubt, Hole, Scope
from planscript.runtime.goals.say import Speaker
from planscript.runtime.lowering import check_formula, lower_formula
from planscript.runtime.pddl.model import Atom, Formula, Problem
from planscript.runtime.pddl.reader import read_formula
from planscript.runtime.pddl.writer import write_formula
from planscript.runtime.performing import Performer, Services, Surroundings
from planscript.runtime.planner.solve import Options, Plan, Planner, Result
from planscript.runtime.planner.status import Statistics, Status
from planscript.runtime.policies import Policy
from planscript.runtime.sensing import Literal
from planscript.runtime.why import DoneStep, Explainer, History, MadePlan
from planscript.runtime.world import World

_HAN = re.compile(r"[\u3400-\u9fff]")

# option of `with` -> the kinds of value that it takes
OPTIONS: Mapping[str, tuple[type, ...]] = {
    "search": (str,),
    "heuristic": (str,),
    "weight": (int, float),
    "timeout": (int, float),
    "max_memory": (int,),
    "validate": (bool,),
}
# options of acting -> the kinds of value that they take, and the least one
ACTING_OPTIONS: Mapping[str, tuple[tuple[type, ...], float]] = {
    "retries": ((int,), 0),
    "backoff": ((int, float), 0),
    "replans": ((int,), 0),
    "max_actions": ((int,), 1),
    "step_timeout": ((int, float), 1e-3),
}
Avoiding = Sequence[tuple[Any, Sequence[Any] | None]]


class Acting(Declarations):
    """Goals, plans and deeds in the world that a script declared.

    `resolve_path(path)` gives the file that a script means (and checks that it may be read);
    `emit(kind, details)` is told every event; `services` are what acting has from outside.
    """

    def __init__(
        self,
        compiler: GoalCompiler,
        resolve_path: Callable[[str], Path],
        emit: Callable[[str, Mapping[str, Any]], None] = lambda kind, details: None,
        language: str = "en",
        services: Services | None = None,
    ) -> None:
        super().__init__(resolve_path)
        self.compiler = compiler
        self.language = language
        self.around = Surroundings(services if services is not None else Services())
        self.history = History()
        self._tell = emit
        self._planner = Planner()
        self._executors: list[Executor] = []
        self._pursued: list[tuple[Formula, str, int]] = []  # goal, its text, plans so far
        self._told: set[tuple[str, Formula]] = set()  # meanings shown already

    # ------------------------------------------------ goals

    def goal_text(self, node: syntax.Text, parts: Sequence[Any]) -> Any:
        """The goal of natural language, compiled when it is first used."""
        pieces: list[str | Hole] = []
        for i, (written, value) in enumerate(zip(node.parts, parts, strict=True)):
            if isinstance(value, values.Obj) and not isinstance(written, str):
                named = isinstance(written.value, syntax.Name)
                name = written.value.id if named else f"{i}"  # type: ignore[union-attr]
                pieces.append(Hole(name, value.key))
            else:
                pieces.append(value if isinstance(value, str) else show(value))
        return values.GoalValue(pieces=tuple(pieces))

    def goal_formula(self, node: syntax.Formula, env: Mapping[str, Any]) -> Any:
        """The goal of a formula."""
        return values.GoalValue(formula=self._lower(node, env))

    def ask(self, node: syntax.Formula, env: Mapping[str, Any]) -> bool:
        """Whether the formula holds now."""
        return self.current_world().holds(self._lower(node, env))

    def world_goal(self, node: syntax.Goal, bindings: Mapping[str, Any]) -> Any:
        """The value of a world's `goal:`: text, a formula over its objects, or a named goal."""
        match node:
            case syntax.GoalText():
                parts = [
                    part if isinstance(part, str) else bindings.get(getattr(part.value, "id", ""))
                    for part in node.text.parts
                ]
                return self.goal_text(node.text, parts)
            case syntax.GoalFormula():
                names = {n.id for n in syntax.walk(node.formula) if isinstance(n, syntax.Name)}
                return self.goal_formula(
                    node.formula, {name: bindings[name] for name in names if name in bindings}
                )
        name = getattr(node.value, "id", "")
        if name not in bindings:
            raise SourceError(
                Diagnostic(
                    "E0616",
                    "this is no goal of a world",
                    node.span,
                    hint="write a text, a formula over the world's objects, or a named goal",
                )
            )
        return self.goal_value(bindings[name])

    def _lower(self, node: syntax.Formula, env: Mapping[str, Any]) -> Formula:
        domain = self.current_domain()
        objects = self.world.objects if self.world is not None else domain.constants

        def term_in(_: Any, scope: Mapping[str, str]) -> Callable[[syntax.Expression], str]:
            def term(expression: syntax.Expression) -> str:
                assert isinstance(expression, syntax.Name)
                bound = scope.get(expression.id.lower())
                if bound is not None:
                    return bound
                return self._term(env[expression.id], "a formula")

            return term

        def atom_name(atom: syntax.Atom) -> str:
            key = self.names.to_model(atom.name)
            if key not in domain.predicates:
                known = map(self.names.to_script, domain.predicates)
                raise SourceError(
                    Diagnostic(
                        "E0606",
                        f"no predicate `{atom.name}`",
                        atom.name_span,
                        hint=did_you_mean(atom.name, known),
                    )
                )
            return key

        def type_names(names: tuple[syntax.Name, ...]) -> tuple[str, ...]:
            return tuple(self.names.to_model(name.id) for name in names) or ("object",)

        def named_goal(
            atom: syntax.Atom, term: Callable[[syntax.Expression], str]
        ) -> Formula | None:
            goal = env.get(atom.name)
            if goal is None:
                return None
            args = [values.Obj(name=t, type="", key=t) for t in map(term, atom.args)]
            return self.formula_of(goal(*args) if atom.args else self.goal_value(goal))

        formula = lower_formula(
            node, term_in(node, {}), atom_name, type_names, term_in, {}, named_goal
        )
        check_formula(formula, domain, objects, self.names)
        return formula

    def goal_value(self, value: Any) -> Any:
        """The goal of a value: a goal, a named goal without parameters, or text."""
        if isinstance(value, values.GoalValue):
            return value
        if isinstance(value, str):
            return values.GoalValue(pieces=(value,))
        raise run_error(
            "TypeError",
            f"a goal is wanted here, not {kind_in_words(value)}",
            hint="a formula becomes a goal after the word: goal on(apple, table)",
        )

    def name_goal(self, node: syntax.GoalDef, make: Callable[..., Any]) -> Any:
        """What a named goal is bound to: a goal, or a function of objects that gives one."""
        if node.parameters is None:
            goal = make()
            self.formula_of(goal)
            return goal
        return make

    def formula_of(
        self, goal: Any, allowing: Sequence[Any] | None = None, world: World | None = None
    ) -> Formula:
        """The formula of a goal value; compiles its text when that has not been done.

        The text is about `world` (None: the one in scope). Raises GoalError (of the script) where
        it is no goal or is not understood.
        """
        if goal.formula is not None:
            return goal.formula  # type: ignore[no-any-return]
        world = self.current_world() if world is None else world
        scope = Scope(world.domain, world.objects, world.state)
        allowed = tuple(sorted(self._predicate_key(p) for p in allowing or ()))
        text = "".join(p if isinstance(p, str) else "{" + p.name + "}" for p in goal.pieces)
        speaker = self.speaker(self.language_of(text), world)
        found: list[Formula] = []
        holes = [[p.name, p.value] for p in goal.pieces if isinstance(p, Hole)]
        about = {"text": text, "holes": holes, "allowing": list(allowed)}
        answer = self.around.services.ask(
            "goal text", about, lambda: self._compiled(goal, scope, speaker, allowed, text, found)
        )
        if not found:  # the journal knew it
            found.append(read_formula(answer["pddl"], world.domain, world.objects))
        goal.formula, goal.confidence = found[0], answer["confidence"]
        goal.text = "".join(
            p if isinstance(p, str) else world.names.to_script(p.value) for p in goal.pieces
        )
        if (text, found[0]) in self._told:
            return found[0]
        self._told.add((text, found[0]))
        self.emit(
            "goal",
            {
                "text": text,
                "pddl": answer["pddl"],
                "words": speaker.goal(found[0]),
                "confidence": answer["confidence"],
                "origin": answer["origin"],
            },
        )
        return found[0]

    def _compiled(
        self,
        goal: Any,
        scope: Scope,
        speaker: Speaker,
        allowed: tuple[str, ...],
        text: str,
        found: list[Formula],
    ) -> Mapping[str, Any]:
        """What the compiler makes of a text, as plain data; the formula itself goes to `found`."""
        try:
            compiled = self.compiler.compile(goal.pieces, scope, speaker.goal, allowed)
        except GoalDoubt as doubt:
            readings = [
                {
                    "pddl": write_formula(r.goal),
                    "words": speaker.goal(r.goal),
                    "confidence": r.confidence,
                }
                for r in doubt.readings
            ]
            first = doubt.diagnostics[0]
            raise run_error(
                doubt.kind,
                first.title,
                hint=first.hint,
                text=text,
                readings=readings,
                unlinked=list(doubt.unlinked),
            ) from None
        found.append(compiled.goal)
        return {
            "pddl": write_formula(compiled.goal),
            "confidence": compiled.confidence,
            "origin": compiled.origin,
        }

    def _predicate_key(self, value: Any) -> str:
        if isinstance(value, values.PredicateValue):
            return self.names.to_model(value.name)
        raise run_error("TypeError", "`allowing` takes predicates of the domain")

    # ------------------------------------------------ acting

    def emit(self, kind: str, details: Mapping[str, Any]) -> None:
        """Tells an event to whoever listens."""
        self.history.hear(kind, details)
        self._tell(kind, details)

    @contextmanager
    def heard_by(self, listener: Callable[[str, Mapping[str, Any]], None]) -> Iterator[None]:
        """One more listens to what happens inside the `with`."""
        outer = self._tell

        def tell(kind: str, details: Mapping[str, Any]) -> None:
            listener(kind, details)
            outer(kind, details)

        self._tell = tell
        try:
            yield
        finally:
            self._tell = outer

    @contextmanager
    def world_kept(self) -> Iterator[None]:
        """After the `with`, the world is as it was before."""
        world = self.current_world()
        state, unknown, log = world.state, world.unknown, list(world.log)
        try:
            yield
        finally:
            world.state, world.unknown, world.log = state, unknown, log

    def achieve(
        self,
        goal: Any,
        keeping: Any | None,
        allowing: Sequence[Any] | None,
        avoiding: Avoiding,
        options: Mapping[str, Any],
        has_else: bool,
    ) -> bool:
        """Makes the goal true; False where it gave up and there is an `else` block."""
        formula = self.formula_of(goal, allowing)
        keep = None if keeping is None else self.formula_of(keeping, allowing)
        planning, policy, confirm = self._options(options)
        avoid = [*self._patterns(avoiding), *self._unconfirmed(confirm)]
        self._pursued.append((formula, goal.text or "", 0))
        try:
            outcome = self._with(
                policy, confirm, lambda one: one.achieve(formula, planning, policy, keep, avoid)
            )
        finally:
            self._pursued.pop()
        if outcome.status == "achieved":
            return True
        self.emit("gave_up", {"status": outcome.status, "reason": outcome.reason})
        if has_else:
            return False
        raise self._gave_up(outcome)

    def _patterns(self, avoiding: Avoiding) -> list[StepPattern]:
        found = []
        for action, args in avoiding:
            if not isinstance(action, values.ActionValue):
                raise run_error(
                    "TypeError", f"`avoiding` takes actions, not {kind_in_words(action)}"
                )
            terms = [a if a is None else self._term(a, f"{action.name}()") for a in args or ()]
            key = self.names.to_model(action.name)
            found.append(StepPattern(key, None if args is None else tuple(terms)))
        return found

    def _unconfirmed(self, confirm: Any) -> list[StepPattern]:
        """With `confirm=false`, no plan has a step that cannot be undone."""
        return [StepPattern(name) for name in sorted(self.irreversible)] if confirm is False else []

    def _with(self, policy: Policy, confirm: Any, run: Callable[[Executor], Outcome]) -> Outcome:
        performer = Performer(self, self.around, policy, confirm)
        executor = Executor(
            self.current_world(),
            self._solve,
            self._perform_noting(performer),
            self.emit,
            self._why_not,
            poll=performer.poll,
            judge=performer.judge,
            policy_of=performer.policy_of,
            approve=performer.approve,
            clear_up=performer.clear_up,
            pause=performer.pause,
            irreversible=self.irreversible,
        )
        self._executors.append(executor)
        self.around.performers.append(performer)
        try:
            return run(executor)
        finally:
            self._executors.pop()
            self.around.performers.pop()

    def _perform_noting(self, performer: Performer) -> Callable[[Atom], bool]:
        """Carries out a step, and notes by which handler and for which plan."""

        def perform(step: Atom) -> bool:
            handler = self.handlers.get(step.name)
            name = f"`perform {self.names.to_script(step.name)}`" if handler else ""
            plan = self.history.plans[-1] if self._pursued and self.history.plans else None
            self.history.steps.append(DoneStep(step, plan, name))
            return performer.perform(step)

        return perform

    def _gave_up(self, outcome: Outcome) -> PlanscriptError:
        kind = {"unsolvable": "Unsolvable", "limit": "PlanningLimit", "gave_up": "GaveUp"}
        title = {
            "unsolvable": "the goal cannot be reached",
            "limit": "no plan was found within the limits",
            "gave_up": "gave up acting",
        }
        return run_error(
            kind[outcome.status],
            f"{title[outcome.status]}: {outcome.reason}",
            reason=outcome.reason,
        )

    # ------------------------------------------------ planning

    def _solve(self, problem: Problem, options: Options) -> Result:
        """What the planner finds; the journal's answer where it has one."""
        services = self.around.services
        found: list[Result] = []

        def live() -> Mapping[str, Any]:
            self._tell("planning", {})
            try:
                result = self._planner.solve(problem, options)
            finally:
                self._tell("planned", {})
            found.append(result)
            return _plan_data(result) if services.journal is not None else {}

        answer = services.ask("solve", {"goal": write_formula(problem.goal)}, live)
        result = found[0] if found else _plan_result(answer)
        if result.plan is not None:
            self._remember(problem, result.plan.steps)
        return result

    def _remember(self, problem: Problem, planned: tuple[Atom, ...]) -> None:
        goal, text, number = self._pursued[-1] if self._pursued else (problem.goal, "", 0)
        if self._pursued:
            self._pursued[-1] = (goal, text, number + 1)
        steps = tuple(map(self.current_world().real, planned))
        self.history.plans.append(MadePlan(goal, text, problem, planned, steps, number + 1))

    def plan(
        self,
        goal: Any,
        keeping: Any | None,
        allowing: Sequence[Any] | None,
        avoiding: Avoiding,
        options: Mapping[str, Any],
    ) -> Any:
        """A plan for the goal from the world as it is, not carried out."""
        formula = self.formula_of(goal, allowing)
        keep = None if keeping is None else self.formula_of(keeping, allowing)
        planning, _, confirm = self._options(options)
        avoid = [*self._patterns(avoiding), *self._unconfirmed(confirm)]
        world = self.current_world()
        problem = constrained(world.problem(formula), *world.planned_with(keep, avoid))
        self._pursued.append((formula, goal.text or "", 0))
        try:
            result = self._solve(problem, planning)
        finally:
            self._pursued.pop()
        if result.plan is None:
            proven = result.status in (Status.UNSOLVABLE, Status.EXHAUSTED)
            raise self._gave_up(
                Outcome("unsolvable" if proven else "limit", self._why_not(problem, result))
            )
        steps = tuple(self.step_value(world.real(step)) for step in result.plan.steps)
        return values.PlanValue(
            steps=steps,
            cost=values.number(result.plan.cost),
            goal=goal,
            stats=values.statistics_map(result),
            optimal=result.optimal,
        )

    def step_value(self, atom: Atom) -> Any:
        """The script's value for a ground action."""
        args = tuple(self.object_value(arg) for arg in atom.args)
        return values.Step(name=self.names.to_script(atom.name), args=args, atom=atom)

    def execute(self, plan: Any) -> None:
        """Carries out a plan (or a list of steps) as it stands."""
        steps = plan.steps if isinstance(plan, values.PlanValue) else plan
        if not isinstance(steps, list | tuple) or any(
            not isinstance(step, values.Step) for step in steps
        ):
            raise run_error("TypeError", f"a plan is wanted here, not {kind_in_words(plan)}")
        outcome = self._with(
            Policy(), None, lambda executor: executor.execute([s.atom for s in steps])
        )
        if outcome.status != "achieved":
            raise self._gave_up(outcome)

    def holds(self, goal: Any) -> bool:
        """Whether the goal is true now."""
        return self.current_world().holds(self.formula_of(goal))

    def now(self, goal: Any) -> None:
        """Changes the world so that the conjunction of literals holds."""
        literals = self.current_world().now(self.formula_of(goal))
        self._noticed(literals)

    def tell(self, literals: Sequence[Literal]) -> None:
        """As `now`, for literals."""
        self.current_world().learn(literals, "now")
        self._noticed(literals)

    def _noticed(self, literals: Sequence[Literal]) -> None:
        for executor in self._executors[-1:]:
            executor.observe(literals)
        self.emit("now", {"facts": list(literals)})

    def _options(self, options: Mapping[str, Any]) -> tuple[Options, Policy, Any]:
        """How to plan, how long to go on, and what `confirm` says."""
        known = {**OPTIONS, **{name: kinds for name, (kinds, _) in ACTING_OPTIONS.items()}}
        given: dict[str, Any] = dict(options)
        confirm = given.pop("confirm", None)
        if confirm == "ask":
            confirm = None
        if confirm is not None and type(confirm) is not bool and not callable(confirm):
            raise run_error(
                "ValueError",
                'the option `confirm` is true, false, "ask" or a function of the step',
            )
        for name, value in given.items():
            kinds = known.get(name)
            if kinds is None:
                raise run_error("ValueError", f"no option `{name}`", hint=did_you_mean(name, known))
            if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
                raise run_error(
                    "TypeError", f"the option `{name}` cannot be {kind_in_words(value)}"
                )
            if name in ACTING_OPTIONS and given[name] < ACTING_OPTIONS[name][1]:
                raise run_error("ValueError", f"the option `{name}` cannot be {value}")
        if given.get("timeout", 1) <= 0 or given.get("weight", 1) < 1:
            raise run_error("ValueError", "`timeout` is above 0, `weight` at least 1")
        policy = {name: given.pop(name) for name in ACTING_OPTIONS if name in given}
        return Options(**given), Policy(**policy), confirm

    # ------------------------------------------------ words

    def _why_not(self, problem: Problem, result: Result) -> str:
        """Why there is no plan, in words."""
        from planscript.runtime.planner import explain

        if result.status not in (Status.UNSOLVABLE, Status.EXHAUSTED):
            return result.note or str(result.status.value)

        def live() -> str:
            return explain.reason(explain.diagnose(problem))

        return str(self.around.services.ask("reason", None, live))

    def why(self, step: Any, language: str | None = None) -> str:
        """Why a step is or was taken (none: the last one), in words."""
        if step is not None and not isinstance(step, values.Step):
            raise run_error("TypeError", f"why() takes a step, not {kind_in_words(step)}")
        explainer = Explainer(self.speaker(language))
        return explainer.why(None if step is None else step.atom, self.history)

    def why_not(self, goal: Any, language: str | None = None) -> str:
        """What stands in the way of a goal, in words."""
        return str(
            self.around.services.ask(
                "why not", None, lambda: self._obstacles(self.goal_value(goal), language)
            )
        )

    def _obstacles(self, goal: Any, language: str | None) -> str:
        from planscript.runtime.planner import explain

        explainer = Explainer(self.speaker(language))
        world, formula = self.current_world(), self.formula_of(goal)
        if world.certain(formula):
            return explainer.holds(formula)
        problem = world.problem(formula)
        result = self._planner.solve(problem, Options(search="fast", timeout=10.0))
        if result.plan is not None:
            return explainer.reachable([world.real(step) for step in result.plan.steps])
        if result.status not in (Status.UNSOLVABLE, Status.EXHAUSTED):
            return explainer.limit(result.note or str(result.status.value))
        known = dataclasses.replace(problem, domain=world.domain, init=world.state, goal=formula)
        return explainer.unreachable(explain.diagnose(known))

    def language_of(self, text: str) -> str:
        """The language that a text is written in: what it means is said in the same."""
        return "zh" if _HAN.search(text) else self.language

    def speaker(self, language: str | None = None, world: World | None = None) -> Speaker:
        """Who says things of a world (None: of the domain and world in scope)."""
        if world is not None and world.domain is not self.domain:
            shown = world.names.shown
            return Speaker(world.domain, world.objects, shown, {}, language or self.language)
        domain = self.current_domain()
        world = world or self.world
        objects = world.objects if world is not None else domain.constants
        chosen = language or self.language
        return Speaker(domain, objects, self.names.shown, self.described.get(chosen, {}), chosen)

    def say(self, value: Any, language: str | None = None) -> str:
        """A plan, step, goal, world, object or list of these in words."""
        speaker = self.speaker(language)
        match value:
            case values.PlanValue():
                return speaker.plan([step.atom for step in value.steps])
            case values.Step():
                return str(speaker.rules.sentence(speaker.step(value.atom)))
            case values.GoalValue():
                return speaker.goal(self.formula_of(value))
            case values.WorldValue():
                world = value.world or self.current_world()
                unsure = Explainer(speaker).unsure(world.unknown)
                return " ".join(part for part in (speaker.state(world.state), unsure) if part)
            case values.Obj():
                return speaker.noun(value.key, {})
            case list() if value and all(isinstance(v, values.Step) for v in value):
                return speaker.plan([step.atom for step in value])
        return str(show(value))

    def member(self, value: Any, name: str) -> Any:
        """The members of goals and worlds that have to be worked out."""
        if isinstance(value, values.WorldValue):
            return self._world_member(value.world or self.current_world(), name)
        formula = self.formula_of(value)
        match name:
            case "pddl":
                return write_formula(formula)
            case "words":
                return self.speaker().goal(formula)
            case "text":
                return value.text
        return value.confidence

    def _world_member(self, world: World, name: str) -> Any:
        match name:
            case "objects":
                from planscript.runtime.problems import object_value

                return [object_value(world, key) for key in world.objects]
            case "goal":
                if world.goal is None:
                    raise run_error(
                        "ValueError",
                        f"the world `{world.names.show(world.name)}` has no goal",
                        hint="a world block may have a `goal:`, a PDDL problem has one",
                    )
                if not isinstance(world.goal, values.GoalValue):
                    world.goal = values.GoalValue(formula=world.goal)
                return world.goal
        facts = world.unknown if name == "unknown" else world.state
        return sorted(world.say_fact(fact) for fact in facts)

    def settle(self, text: str, pddl: str) -> None:
        """Locks the meaning of a text, as the user chose it."""
        world = self.current_world()
        self.compiler.settle(
            text, pddl, Scope(world.domain, world.objects, world.state), self.speaker().goal
        )


def _plan_data(result: Result) -> Mapping[str, Any]:
    """A planner's result as plain data, for the journal."""
    plan = result.plan
    return {
        "status": result.status.name,
        "steps": None if plan is None else list(plan.steps),
        "cost": None if plan is None else plan.cost,
        "optimal": result.optimal,
        "note": result.note,
        "statistics": values.statistics_map(result),
    }


def _plan_result(data: Mapping[str, Any]) -> Result:
    """The result that `_plan_data` wrote down."""
    steps, cost = data["steps"], data["cost"]
    return Result(
        Status[data["status"]],
        None if steps is None else Plan(tuple(steps), cost),
        data["optimal"],
        Statistics(**data["statistics"]),
        data["note"],
    )
