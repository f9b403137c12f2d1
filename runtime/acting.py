"""The world hooks of a script: declarations, goals, `achieve`, `plan`, `holds`, `now`, `say`.

Joins the parts: lowering (blocks to the planning model), the goal compiler, the planner and the
executor. One per session; the host of each module passes its calls on to it (see `lang/host.py`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from planscript.lang import syntax
from planscript.lang.diagnostics import Diagnostic, PlanscriptError, SourceError, did_you_mean
from planscript.runtime import values
from planscript.runtime.declarations import Declarations
from planscript.runtime.display import show
from planscript.runtime.errors import run_error
from planscript.runtime.executor import Executor, Outcome, Policy, StepFailed, constrained
from planscript.runtime.goals.compiler import GoalCompiler, GoalDoubt, Hole, Scope
from planscript.runtime.goals.say import Speaker
from planscript.runtime.lowering import check_formula, lower_formula
from planscript.runtime.pddl.model import Atom, Formula, Problem
from planscript.runtime.pddl.writer import write_formula
from planscript.runtime.planner.solve import Options, Planner, Result
from planscript.runtime.planner.status import Status

_HAN = re.compile(r"[\u3400-\u9fff]")

# option of `with` -> the kinds of value that it takes
OPTIONS: Mapping[str, tuple[type, ...]] = {
    "search": (str,),
    "heuristic": (str,),
    "weight": (int, float),
    "timeout": (int, float),
    "max_memory": (int,),
    "retries": (int,),
    "validate": (bool,),
}


class Acting(Declarations):
    """Goals, plans and deeds in the world that a script declared.

    `resolve_path(path)` gives the file that a script means (and checks that it may be read);
    `emit(kind, details)` is told every event.
    """

    def __init__(
        self,
        compiler: GoalCompiler,
        resolve_path: Callable[[str], Path],
        emit: Callable[[str, Mapping[str, Any]], None] = lambda kind, details: None,
        language: str = "en",
    ) -> None:
        super().__init__(resolve_path)
        self.compiler = compiler
        self.language = language
        self.emit = emit
        self._planner = Planner()
        self._executors: list[Executor] = []
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
        raise run_error("TypeError", f"a goal is wanted here, not {values.kind_name(value)}")

    def name_goal(self, node: syntax.GoalDef, make: Callable[..., Any]) -> Any:
        """What a named goal is bound to: a goal, or a function of objects that gives one."""
        if node.parameters is None:
            goal = make()
            self.formula_of(goal)
            return goal
        return make

    def formula_of(self, goal: Any, allowing: Sequence[Any] | None = None) -> Formula:
        """The formula of a goal value; compiles its text when that has not been done.

        Raises GoalError (of the script) where the text is no goal or is not understood.
        """
        if goal.formula is not None:
            return goal.formula  # type: ignore[no-any-return]
        world = self.current_world()
        scope = Scope(world.domain, world.objects, world.state)
        allowed = tuple(sorted(self._predicate_key(p) for p in allowing or ()))
        text = "".join(p if isinstance(p, str) else "{" + p.name + "}" for p in goal.pieces)
        speaker = self.speaker(self.language_of(text))
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
        goal.formula, goal.confidence, goal.text = compiled.goal, compiled.confidence, text
        if (text, compiled.goal) in self._told:
            return compiled.goal
        self._told.add((text, compiled.goal))
        self.emit(
            "goal",
            {
                "text": text,
                "pddl": write_formula(compiled.goal),
                "words": speaker.goal(compiled.goal),
                "confidence": compiled.confidence,
                "origin": compiled.origin,
            },
        )
        return compiled.goal

    def _predicate_key(self, value: Any) -> str:
        if isinstance(value, values.PredicateValue):
            return self.names.to_model(value.name)
        raise run_error("TypeError", "`allowing` takes predicates of the domain")

    # ------------------------------------------------ acting

    def achieve(
        self,
        goal: Any,
        keeping: Any | None,
        allowing: Sequence[Any] | None,
        avoiding: Sequence[tuple[Any, Sequence[Any] | None]],
        options: Mapping[str, Any],
        has_else: bool,
    ) -> bool:
        """Makes the goal true; False where it gave up and there is an `else` block."""
        formula = self.formula_of(goal, allowing)
        keep = None if keeping is None else self.formula_of(keeping, allowing)
        planning, policy = self._options(options)
        executor = self._executor()
        outcome = self._with(executor, lambda: executor.achieve(formula, planning, policy, keep))
        if outcome.status == "achieved":
            return True
        self.emit("gave_up", {"status": outcome.status, "reason": outcome.reason})
        if has_else:
            return False
        raise self._gave_up(outcome)

    def _with(self, executor: Executor, run: Callable[[], Outcome]) -> Outcome:
        self._executors.append(executor)
        try:
            return run()
        finally:
            self._executors.pop()

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

    def _executor(self) -> Executor:
        return Executor(
            self.current_world(), self._planner.solve, self._perform, self.emit, self.why_not
        )

    def _perform(self, step: Atom) -> bool:
        handler = self.handlers.get(step.name)
        if handler is None:
            return False
        try:
            handler(*(self.object_value(arg) for arg in step.args))
        except PlanscriptError as error:
            reason = values.failure_reason(error)
            if reason is None:
                raise
            raise StepFailed(reason) from None
        return True

    def plan(
        self,
        goal: Any,
        keeping: Any | None,
        allowing: Sequence[Any] | None,
        avoiding: Sequence[tuple[Any, Sequence[Any] | None]],
        options: Mapping[str, Any],
    ) -> Any:
        """A plan for the goal from the world as it is, not carried out."""
        formula = self.formula_of(goal, allowing)
        keep = None if keeping is None else self.formula_of(keeping, allowing)
        planning, _ = self._options(options)
        problem = constrained(self.current_world().problem(formula), keep)
        result = self._planner.solve(problem, planning)
        if result.plan is None:
            proven = result.status in (Status.UNSOLVABLE, Status.EXHAUSTED)
            raise self._gave_up(
                Outcome("unsolvable" if proven else "limit", self.why_not(problem, result))
            )
        steps = tuple(self.step_value(step) for step in result.plan.steps)
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
            raise run_error("TypeError", f"a plan is wanted here, not {values.kind_name(plan)}")
        executor = self._executor()
        outcome = self._with(executor, lambda: executor.execute([s.atom for s in steps]))
        if outcome.status != "achieved":
            raise self._gave_up(outcome)

    def holds(self, goal: Any) -> bool:
        """Whether the goal is true now."""
        return self.current_world().holds(self.formula_of(goal))

    def now(self, goal: Any) -> None:
        """Changes the world so that the conjunction of literals holds."""
        literals = self.current_world().now(self.formula_of(goal))
        for executor in self._executors[-1:]:
            executor.observe(literals)

    def _options(self, options: Mapping[str, Any]) -> tuple[Options, Policy]:
        for name, value in options.items():
            kinds = OPTIONS.get(name)
            if kinds is None:
                raise run_error(
                    "ValueError", f"no option `{name}`", hint=did_you_mean(name, OPTIONS)
                )
            if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
                raise run_error(
                    "TypeError", f"the option `{name}` cannot be {values.kind_name(value)}"
                )
        retries = options.get("retries", Policy().retries)
        if retries < 0 or options.get("timeout", 1) <= 0 or options.get("weight", 1) < 1:
            raise run_error(
                "ValueError", "retries is at least 0, timeout above 0, weight at least 1"
            )
        given = {k: v for k, v in options.items() if k != "retries"}
        return Options(**given), Policy(retries=retries)

    # ------------------------------------------------ words

    def why_not(self, problem: Problem, result: Result) -> str:
        """Why there is no plan, in words."""
        from planscript.runtime.planner import explain

        if result.status not in (Status.UNSOLVABLE, Status.EXHAUSTED):
            return result.note or str(result.status.value)
        return explain.reason(explain.diagnose(problem))

    def language_of(self, text: str) -> str:
        """The language that a text is written in: what it means is said in the same."""
        return "zh" if _HAN.search(text) else self.language

    def speaker(self, language: str | None = None) -> Speaker:
        """Who says things of the domain and world in scope."""
        domain = self.current_domain()
        objects = self.world.objects if self.world is not None else domain.constants
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
                return speaker.state(value.world.state)
            case values.Obj():
                return speaker.noun(value.key, {})
            case list() if value and all(isinstance(v, values.Step) for v in value):
                return speaker.plan([step.atom for step in value])
        return str(show(value))

    def member(self, value: Any, name: str) -> Any:
        """The members of goals and worlds that have to be worked out."""
        if isinstance(value, values.WorldValue):
            if name == "objects":
                return [self.object_value(key) for key in value.world.objects]
            return sorted(value.world.say_fact(fact) for fact in value.world.state)
        formula = self.formula_of(value)
        match name:
            case "pddl":
                return write_formula(formula)
            case "words":
                return self.speaker().goal(formula)
            case "text":
                return value.text
        return value.confidence

    def settle(self, text: str, pddl: str) -> None:
        """Locks the meaning of a text, as the user chose it."""
        world = self.current_world()
        self.compiler.settle(
            text, pddl, Scope(world.domain, world.objects, world.state), self.speaker().goal
        )
