"""Checks of script code: names, calls, the places of statements, what is never used or reached."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from planscript.lang import keywords
from planscript.lang import syntax as s
from planscript.lang.diagnostics import Span, did_you_mean, nearest
from planscript.lang.scopes import Read, Scope, Scopes, Variable
from planscript.lang.vocabulary import Vocabulary
from planscript.lang.worldcheck import (
    OPTIONS,
    PERFORM_OPTIONS,
    TEST_OPTIONS,
    Report,
    WorldCheck,
    kind_words,
)

_ENDS = (s.Return, s.Break, s.Continue, s.Raise, s.Fail)


class Checks:
    """Checks of one module; `names`, `module`, `unused` and `hidden` are called in turn."""

    def __init__(
        self,
        report: Report,
        scopes: Scopes,
        builtins: frozenset[str],
        world: WorldCheck,
        vocabulary: Vocabulary,
        interactive: bool,
    ) -> None:
        self.interactive = interactive
        self.report = report
        self.scopes = scopes
        self.builtins = builtins
        self.world = world
        self.vocabulary = vocabulary
        self.value_goals: set[s.GoalFormula] = set()
        self.scope = scopes.module
        self.loops = 0  # loops around, in this function
        self.in_function = False
        self.in_catch = False
        self.in_final: int | None = None  # loops around the innermost `finally`, if in one

    # ------------------------------------------------ names

    def names(self) -> None:
        """Every name that is read must exist, and have a value."""
        reported: set[str] = set()
        for read in self.scopes.reads:
            name = read.name
            if name in reported:
                continue
            variable = read.scope.lookup(name)
            if variable is not None:
                if self._is_too_early(read, variable):
                    reported.add(name)
                    self.report.error(
                        "E0217",
                        f"`{name}` has no value yet here",
                        read.span,
                        related=(("it gets one here", variable.span),) if variable.span else (),
                    )
            elif name not in self.builtins and name != "object" and not self.vocabulary.is_open:
                reported.add(name)
                self._unknown(read.node, name, read.span, read.scope)

    def _is_too_early(self, read: Read, variable: Variable) -> bool:
        """Whether a name is read before its variable can have a value, in whatever order."""
        return (
            read.order < variable.first
            and not read.in_loop
            and variable.scope.kind != "comprehension"
            and read.scope.function is variable.scope
            and not (variable.scope.kind == "module" and variable.name in self.builtins)
        )

    def _unknown(self, node: Any, name: str, span: Span, scope: Scope) -> None:
        if isinstance(node, s.Atom):
            self.world.unknown_predicate(node, scope)
            return
        if isinstance(node, s.PatternStep):
            hint = did_you_mean(name, self.vocabulary.actions)
            self.report.error("E0205", f"no action `{name}`", span, hint=hint)
            return
        hint = did_you_mean(name, self._visible(scope))
        if name in keywords.FOREIGN_NAMES:
            instead = keywords.FOREIGN_NAMES[name]
            hint = f"write `{instead}`" if instead else ""
        elif not hint and (word := nearest(name, keywords.HARD | keywords.SOFT)):
            hint = f"did you mean the word `{word}`?"
        self.report.error("E0201", f"no name `{name}` is known here", span, hint=hint)

    def _visible(self, scope: Scope | None) -> set[str]:
        found = set(self.builtins)
        while scope is not None:
            found |= scope.variables.keys()
            scope = scope.parent
        return found

    def hidden(self) -> None:
        """Warns of names of the world that script code binds anew."""
        for variable in self.scopes.module.variables.values():
            if variable.hidden_by is not None:
                self.report.warn(
                    "W0303",
                    f"this hides the {variable.kind} `{variable.name}`",
                    variable.hidden_by,
                    hint="choose another name",
                )

    def unused(self) -> None:
        """Warns of variables of functions that are never read."""
        for node, scope in self.scopes.of.items():
            if scope.kind != "function" or isinstance(node, s.GoalDef):
                continue
            for name, variable in scope.variables.items():
                if variable.reads or name.startswith("_") or variable.span is None:
                    continue
                if variable.kind in ("variable", "function", "module", "imported"):
                    self.report.warn(
                        "W0301",
                        f"`{name}` is never used",
                        variable.span,
                        hint="leave it out, or begin its name with `_`",
                    )

    # ------------------------------------------------ statements

    def module(self, tree: s.Module) -> None:
        self._block(tree.body)

    def _block(self, block: s.Block) -> None:
        ended: Any = None
        functions: set[str] = set()
        for statement in block:
            if ended is not None:
                word = type(ended).__name__.lower()
                self.report.warn(
                    "W0302",
                    "this is never reached",
                    statement.span,
                    hint=f"the block ends with the `{word}` above it",
                )
                ended = None
            self._visit(statement)
            if isinstance(statement, _ENDS):
                ended = statement
            elif isinstance(statement, s.Function):
                if statement.name in functions:
                    self.report.warn(
                        "W0305",
                        f"`{statement.name}` is defined again; the first is never used",
                        statement.name_span,
                    )
                functions.add(statement.name)
            elif isinstance(statement, s.Evaluate):
                self._forgotten(statement.value)

    def _forgotten(self, value: s.Expression) -> None:
        """Warns of a value that is worked out for nothing."""
        if self.interactive:
            return
        if isinstance(value, s.Comparison):
            hint = "write `=` to give a name a value" if value.rest[0][0] == "==" else ""
            self.report.warn(
                "W0306", "this compares, and nothing comes of it", value.span, "", hint
            )
        elif isinstance(value, s.Call) and isinstance(value.function, s.Name):
            variable = self.scope.lookup(value.function.id)
            if variable is not None and variable.kind in ("predicate", "action"):
                is_fact = variable.kind == "predicate"
                self.report.warn(
                    "W0306",
                    "this asks the world, and nothing comes of it"
                    if is_fact
                    else "this makes a step, and nothing comes of it",
                    value.span,
                    hint="write `now` before it to make it true" if is_fact else "",
                )

    def _visit(self, node: Any) -> None:
        method = _CHECKS.get(type(node))
        if method is not None:
            method(self, node)
        else:
            self._inside(node)

    def _inside(self, node: Any) -> None:
        """The parts of a node."""
        for child in s.children(node):
            self._visit(child)

    def _closure(self, node: Any, body: Callable[[], None]) -> None:
        """The inside of a function."""
        saved = self.scope, self.loops, self.in_function, self.in_catch, self.in_final
        self.scope = self.scopes.of[node]
        self.loops, self.in_function, self.in_catch, self.in_final = 0, True, False, None
        body()
        self.scope, self.loops, self.in_function, self.in_catch, self.in_final = saved

    def _function(self, node: s.Function) -> None:
        self._parameters(node.parameters)
        self._closure(node, lambda: self._block(node.body))

    def _lambda(self, node: s.Lambda) -> None:
        self._parameters(node.parameters)
        self._closure(node, lambda: self._visit(node.body))

    def _test(self, node: s.Test) -> None:
        for fault in node.faults:
            self.world.performed(fault.action, fault.name_span)
        for event in node.events:
            self.world.literals(event.formula)
            self._formula(event.formula)
        self.world.options(node.options, TEST_OPTIONS)
        for option in node.options:
            self._visit(option.value)
        self._closure(node, lambda: self._block(node.body))

    def _goal_def(self, node: s.GoalDef) -> None:
        self.world.parameters(node.parameters or ())
        self.world.once("parameter", ((one.name, one.span) for one in node.parameters or ()))
        self._closure(node, lambda: self._visit(node.goal))

    def _perform(self, node: s.Perform) -> None:
        self._parameters(node.parameters)
        self.world.perform(node)
        self.world.options(node.options, PERFORM_OPTIONS)
        for option in node.options:
            self._visit(option.value)
        self._closure(node, lambda: self._block(node.body))
        for clause in node.clauses:
            self._closure(clause, lambda clause=clause: self._block(clause.body))  # type: ignore[misc]

    def _perform_by(self, node: s.PerformBy) -> None:
        self.world.performed(node.action, node.name_span)
        self.world.options(node.options, PERFORM_OPTIONS)
        self._visit(node.value)
        for option in node.options:
            self._visit(option.value)

    def _error_def(self, node: s.ErrorDef) -> None:
        self._parameters(node.parameters)

    def _parameters(self, parameters: tuple[s.Parameter, ...]) -> None:
        names: set[str] = set()
        rest: s.Parameter | None = None
        keywords_seen: s.Parameter | None = None
        default: s.Parameter | None = None
        for one in parameters:
            if one.default is not None:
                self._visit(one.default)
            if one.name in names:
                self.report.error("E0119", f"two parameters are called `{one.name}`", one.span)
            names.add(one.name)
            if keywords_seen is not None:
                self.report.error(
                    "E0120", f"`**{keywords_seen.name}` must be the last parameter", one.span
                )
            elif one.kind == "rest":
                if rest is not None:
                    self.report.error("E0120", "a function has one `*rest` only", one.span)
                rest = one
            elif one.kind == "keywords":
                keywords_seen = one
            elif one.default is not None:
                default = one
            elif default is not None and rest is None:
                self.report.error(
                    "E0120",
                    f"`{one.name}` needs a default value",
                    one.span,
                    f"it stands after `{default.name}`, which has one",
                )

    def _loop(self, node: s.For | s.While) -> None:
        if isinstance(node, s.For):
            self._visit(node.iterable)
            self._visit_target(node.target)
        else:
            self._visit(node.condition)
        self.loops += 1
        self._block(node.body)
        self.loops -= 1
        self._block(node.otherwise)

    def _visit_target(self, target: Any) -> None:
        if not isinstance(target, s.Name):
            self._visit(target)

    def _if(self, node: s.If) -> None:
        self._visit(node.condition)
        self._block(node.body)
        self._block(node.otherwise)

    def _try(self, node: s.Try) -> None:
        self._block(node.body)
        for number, catch in enumerate(node.catches):
            for kind in catch.kinds:
                self._visit(kind)
            if not catch.kinds and number + 1 < len(node.catches):
                self.report.warn(
                    "W0302",
                    "the `catch` blocks below are never reached",
                    catch.span,
                    hint="a `catch` without a kind catches every error; let it be the last",
                )
            saved, self.in_catch = self.in_catch, True
            self._block(catch.body)
            self.in_catch = saved
        if node.final is not None:
            saved_final, self.in_final = self.in_final, self.loops
            self._block(node.final)
            self.in_final = saved_final

    def _match(self, node: s.Match) -> None:
        self._visit(node.subject)
        for number, case in enumerate(node.cases):
            if (
                isinstance(case.pattern, s.PatternAny | s.PatternName)
                and case.pattern not in self.scopes.compared
                and case.guard is None
                and number + 1 < len(node.cases)
            ):
                self.report.warn(
                    "W0302",
                    "the cases below are never reached",
                    case.pattern.span,
                    hint="this pattern matches everything; let it be the last",
                )
            self._binds_once(case.pattern)
            self._visit(case.pattern)
            if case.guard is not None:
                self._visit(case.guard)
            self._block(case.body)

    def _binds_once(self, pattern: Any) -> None:
        """Reports a name that a pattern binds twice: it would not mean that both are equal."""
        seen: set[str] = set()
        todo: list[Any] = [pattern]
        while todo:
            node = todo.pop()
            if isinstance(node, s.PatternOr):  # of which one matches; all bind the same names
                todo.append(node.options[0])
                for option in node.options[1:]:
                    self._binds_once(option)
                continue
            if isinstance(node, s.PatternName | s.PatternAs | s.PatternRest):
                if node.name in seen and node not in self.scopes.compared:
                    self.report.error(
                        "E0119",
                        f"this pattern binds `{node.name}` twice",
                        node.span,
                        hint="give the second another name, and compare the two after `if`",
                    )
                if node.name is not None:
                    seen.add(node.name)
            todo += reversed(list(s.children(node)))

    def _pattern_or(self, node: s.PatternOr) -> None:
        bound = [self._bound_names(option) for option in node.options]
        for option, names in zip(node.options, bound, strict=True):
            if names != bound[0]:
                self.report.error(
                    "E0120",
                    "the alternatives of a pattern bind different names",
                    option.span,
                    hint="let each alternative bind the same names, or use `_`",
                )
                break
        self._inside(node)

    def _bound_names(self, pattern: Any) -> set[str]:
        return {
            node.name
            for node in s.walk(pattern)
            if isinstance(node, s.PatternName | s.PatternAs | s.PatternRest)
            and node.name is not None
            and node not in self.scopes.compared
        }

    def _pattern_step(self, node: s.PatternStep) -> None:
        variable = self.scope.lookup(node.name)
        if variable is not None and variable.kind == "action":
            self.world.count(
                "action",
                node.name,
                self.vocabulary.actions.get(node.name, []),
                len(node.args),
                node.span,
            )
        self._inside(node)

    def _break(self, node: s.Break | s.Continue) -> None:
        word = "break" if isinstance(node, s.Break) else "continue"
        if not self.loops:
            self.report.error("E0210", f"`{word}` stands outside a loop", node.span)
        elif self.in_final is not None and self.loops <= self.in_final:
            self._leaves_final(word, node.span)

    def _return(self, node: s.Return) -> None:
        if not self.in_function:
            self.report.error("E0210", "`return` stands outside a function", node.span)
        elif self.in_final is not None:
            self._leaves_final("return", node.span)
        self._inside(node)

    def _leaves_final(self, word: str, span: Span) -> None:
        self.report.error(
            "E0210",
            f"`{word}` cannot leave a `finally` block",
            span,
            hint="it would hide the error that the block is run for",
        )

    def _raise(self, node: s.Raise) -> None:
        if node.value is None and not self.in_catch:
            self.report.error("E0210", "`raise` without an error stands outside `catch`", node.span)
        self._inside(node)

    def _top_level(self, node: Any) -> None:
        """Domains, worlds, tests and descriptions belong to the module."""
        if self.in_function:
            word = {
                s.DomainDef: "domain",
                s.DomainFile: "domain",
                s.WorldDef: "world",
                s.WorldFile: "world",
                s.Describe: "describe",
            }[type(node)]
            self.report.error(
                "E0210",
                f"`{word}` stands inside a function",
                node.span,
                hint="declare it at the top level of the script",
            )
        self.world.declaration(node)

    # ------------------------------------------------ expressions

    def _comprehension(self, node: s.Comprehension) -> None:
        self._visit(node.clauses[0].iterable)
        outer, self.scope = self.scope, self.scopes.of[node]
        for number, clause in enumerate(node.clauses):
            if number:
                self._visit(clause.iterable)
            for condition in clause.conditions:
                self._visit(condition)
        if node.key is not None:
            self._visit(node.key)
        self._visit(node.element)
        self.scope = outer

    def _call(self, node: s.Call) -> None:
        self._inside(node)
        named: set[str] = set()
        for one in node.arguments:
            if isinstance(one, s.Argument):
                if one.name is not None and one.name in named:
                    self.report.error(
                        "E0119", f"the argument `{one.name}` is given twice", one.span
                    )
                elif one.name is None and named:
                    self.report.error(
                        "E0120",
                        "a plain argument stands after a named one",
                        one.span,
                        hint="put the named arguments last",
                    )
                if one.name is not None:
                    named.add(one.name)
            elif one.keywords:
                named.add("**")
        if isinstance(node.function, s.Name):
            self._known_call(node, self.scope.lookup(node.function.id))

    def _known_call(self, node: s.Call, variable: Variable | None) -> None:
        """Checks the number of arguments where it is known what is called."""
        if variable is None or variable.changes or variable.declarations > 1:
            return
        plain = [one for one in node.arguments if isinstance(one, s.Argument)]
        if len(plain) < len(node.arguments):
            return
        named = {one.name for one in plain if one.name is not None}
        positional = [one.value for one in plain if one.name is None]
        name = variable.name
        match variable.kind:
            case "function" | "error" if variable.node is not None:  # known from earlier input
                self._count_parameters(node, variable, len(positional), named)
            case "predicate" | "action" if not named:
                table = (
                    self.vocabulary.predicates
                    if variable.kind == "predicate"
                    else self.vocabulary.actions
                )
                self.world.arguments(
                    variable.kind, name, table.get(name, []), positional, node.span, self.scope, {}
                )
            case "object" | "constant" | "domain" | "world" | "module":
                self.report.error(
                    "E0206",
                    f"`{name}` is {kind_words(variable.kind)} and cannot be called",
                    node.span,
                )

    def _count_parameters(
        self, node: s.Call, variable: Variable, positional: int, named: set[str]
    ) -> None:
        parameters: tuple[s.Parameter, ...] = variable.node.parameters
        plain = [one for one in parameters if one.kind == "plain"]
        rest = next((i for i, p in enumerate(parameters) if p.kind == "rest"), None)
        before_rest = plain if rest is None else plain[:rest]
        takes_any = any(one.kind == "keywords" for one in parameters)
        names = {one.name for one in plain}
        what = f"`{variable.name}`"
        if rest is None and positional > len(before_rest):
            self.report.error(
                "E0206",
                f"{what} takes {_counted(len(before_rest), 'argument')}, not {positional}",
                node.span,
                related=_declared_at(variable),
            )
            return
        for name in sorted(named - names):
            if not takes_any:
                self.report.error(
                    "E0206",
                    f"{what} has no parameter `{name}`",
                    node.span,
                    hint=did_you_mean(name, names),
                    related=_declared_at(variable),
                )
                return
        given = {one.name for one in before_rest[:positional]}
        for name in sorted(named & given):
            self.report.error("E0206", f"{what} gets `{name}` twice", node.span)
            return
        missing = [
            one.name
            for one in plain
            if one.default is None and one.name not in given and one.name not in named
        ]
        if missing:
            self.report.error(
                "E0206",
                f"the call of {what} lacks {' and '.join(f'`{name}`' for name in missing)}",
                node.span,
                related=_declared_at(variable),
            )

    # ------------------------------------------------ goals

    def _goal_formula(self, node: s.GoalFormula) -> None:
        formula = node.formula
        if isinstance(formula, s.Atom):
            variable = self.scope.lookup(formula.name)
            if variable is not None and variable.kind not in (
                "predicate",
                "numeric",
                "known",
                "imported",
            ):
                self.value_goals.add(node)
                for arg in formula.args:
                    self._visit(arg)
                return
        self._formula(formula)

    def _formula(self, formula: s.Formula) -> None:
        self.world.formula(formula, self.scope, {})
        for node in s.walk(formula):
            if isinstance(node, s.Atom):
                for arg in node.args:
                    if not isinstance(arg, s.Name):
                        self._visit(arg)

    def _ask(self, node: s.Ask) -> None:
        self._formula(node.formula)

    def _now(self, node: s.Now) -> None:
        self.world.literals(node.formula)
        self._formula(node.formula)

    def _acting(self, node: s.Achieve | s.Plan) -> None:
        self.world.options(node.options, OPTIONS)
        for avoided in node.avoiding:
            self.world.avoided(avoided)
            for arg in avoided.args or ():
                if arg is not None:
                    self._visit(arg)
        self._visit(node.goal)
        if node.keeping is not None:
            self._visit(node.keeping)
        for option in node.options:
            self._visit(option.value)
        for name in node.allowing or ():
            self.world.allowed(name, self.scope)
        if isinstance(node, s.Achieve) and node.otherwise is not None:
            self._block(node.otherwise)


def _declared_at(variable: Variable) -> tuple[tuple[str, Span], ...]:
    return (("declared here", variable.span),) if variable.span else ()


def _counted(number: int, noun: str) -> str:
    if number == 0:
        return f"no {noun}s"
    return f"{number} {noun}" + ("" if number == 1 else "s")


_CHECKS: dict[type, Callable[[Checks, Any], None]] = {
    s.Function: Checks._function,
    s.Lambda: Checks._lambda,
    s.Test: Checks._test,
    s.GoalDef: Checks._goal_def,
    s.Perform: Checks._perform,
    s.PerformBy: Checks._perform_by,
    s.ErrorDef: Checks._error_def,
    s.For: Checks._loop,
    s.While: Checks._loop,
    s.If: Checks._if,
    s.Try: Checks._try,
    s.Match: Checks._match,
    s.PatternOr: Checks._pattern_or,
    s.PatternStep: Checks._pattern_step,
    s.Break: Checks._break,
    s.Continue: Checks._break,
    s.Return: Checks._return,
    s.Raise: Checks._raise,
    s.DomainDef: Checks._top_level,
    s.DomainFile: Checks._top_level,
    s.WorldDef: Checks._top_level,
    s.WorldFile: Checks._top_level,
    s.Describe: Checks._top_level,
    s.Comprehension: Checks._comprehension,
    s.Call: Checks._call,
    s.GoalFormula: Checks._goal_formula,
    s.Ask: Checks._ask,
    s.Now: Checks._now,
    s.Achieve: Checks._acting,
    s.Plan: Checks._acting,
}
