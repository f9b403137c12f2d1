"""Resolved tree -> Python's `ast` -> code object, every node with its line and column.

The generated code is ordinary Python: names are Python names, so it runs at the speed of CPython
bytecode and its tracebacks, debuggers and profilers work on the lines of the script. It reaches the
runtime only through the hooks of `lang/host.py`, under global names `_ps_NAME`. Columns count
characters, from 0 as in Python. Names that a script cannot write: `_ps_box_x` holds a variable that
a closure in a loop captures and that changes later (a list of one element), `_ps_1`, `_ps_2` ...
hold intermediate values.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Callable, Iterable
from types import CodeType
from typing import Any

from planscript.lang import syntax as s
from planscript.lang.codegen_expressions import BINARY, COMPARE, GUARDED
from planscript.lang.codegen_patterns import Patterns
from planscript.lang.diagnostics import Span
from planscript.lang.emit import LOAD, STORE


class Codegen(Patterns):
    """Generates the code of one module; the layers below it are listed in `emit.py`."""

    def module(self, tree: s.Module) -> CodeType:
        """The code of a module. Raises SyntaxError, RecursionError or ValueError of CPython's
        compiler for what is too large or too deep for it."""
        body = self._block(tree.body)
        start = Span(tree.source, 1, 1, 1, 1)
        boxes = [self._fresh_box(v, start) for v in self.scope.variables.values() if v.boxed]
        made = ast.Module(boxes + body, [])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)  # worded for Python
            code = compile(made, tree.source, "exec", dont_inherit=True, optimize=1)
        return self._renamed(code, "")

    def _renamed(self, code: CodeType, outer: str) -> CodeType:
        """The code with qualified names as the script has them, without factories."""
        constants = []
        for constant in code.co_consts:
            if isinstance(constant, CodeType):
                name = self.titles.get(constant.co_name, constant.co_name)
                path = outer if name == "_ps_make" else f"{outer}.{name}".lstrip(".")
                inner = self._renamed(constant, path)
                constant = inner.replace(
                    co_name=name, co_qualname=name if name == "_ps_make" else path
                )
            constants.append(constant)
        return code.replace(co_consts=tuple(constants))

    # ------------------------------------------------ statements

    def _block(self, block: Iterable[s.Statement]) -> list[ast.stmt]:
        made: list[ast.stmt] = []
        for statement in block:
            made += _STATEMENTS[type(statement)](self, statement)
        return made

    def _body(self, block: s.Block, span: Span) -> list[ast.stmt]:
        return self._block(block) or [self._at(ast.Pass(), span)]

    def _let(self, node: s.Let) -> list[ast.stmt]:
        return self._assign_to((node.target,), node.value, node.span)

    def _assignment(self, node: s.Assign) -> list[ast.stmt]:
        return self._assign_to(node.targets, node.value, node.span)

    def _assign_to(
        self, targets: tuple[s.Target, ...], value: s.Expression, span: Span
    ) -> list[ast.stmt]:
        at_once = any(_takes_all(target) for target in targets)
        made = self._bounded(value) if at_once else self._expression(value)
        after: list[ast.stmt] = []
        python = [self._target(target, after) for target in targets]
        return [self._at(ast.Assign(python, made), span), *after]

    def _augment(self, node: s.Augment) -> list[ast.stmt]:
        span, target = node.span, node.target
        if isinstance(target, s.Attribute):
            holder = self._temporary()
            first = self._set(holder, self._expression(target.value), span)
            name = self._constant(target.name, target.name_span)
            old = self._hook("attr", [self._load(holder, span), name], target.span)
            new = self._operate(node.op, old, self._expression(node.value), None, None, span)
            args = [self._load(holder, span), name, new]
            return [first, self._do(self._hook("set_attr", args, span), span)]
        value = self._expression(node.value)
        if node.op == "+" and self.inference.of(node.value, self.scope) is None:
            value = self._not_endless(value, node.value.span)  # a list takes all of it in one step
        native = node.op not in GUARDED and node.op != "%"
        if native or (node.op == "*" and self._is_tame(target, node.value)):
            after: list[ast.stmt] = []
            python: Any = self._target(target, after)
            return [self._at(ast.AugAssign(python, BINARY[node.op](), value), span), *after]
        if isinstance(target, s.Name):
            old = self._variable(target.id, target.span)
            new = self._operate(node.op, old, value, target, node.value, span)
            return self._store(target.id, new, span)
        holder, key = self._temporary(), self._temporary()
        before = [
            self._set(holder, self._expression(target.value), span),
            self._set(key, self._subscript(target.index), span),
        ]
        place = (self._load(holder, span), self._load(key, span))
        old = self._at(ast.Subscript(*place, LOAD), target.span)
        new = self._operate(node.op, old, value, None, node.value, span)
        into = self._at(ast.Subscript(*place, STORE), target.span)
        return [*before, self._at(ast.Assign([into], new), span)]

    def _not_endless(self, value: ast.expr, span: Span) -> ast.expr:
        """The value, which must not be an endless range."""
        if isinstance(value, ast.Constant):
            return value
        kept = value
        if not isinstance(value, ast.Name):
            name = self._temporary()
            value, kept = self._walrus(name, value, span), self._load(name, span)
        bounded = self._hook("bounded", [kept], span)
        return self._at(ast.IfExp(self._is_exactly(value, "range", span), bounded, kept), span)

    def _evaluate(self, node: s.Evaluate) -> list[ast.stmt]:
        value = self._expression(node.value)
        if self.interactive and self.scope.kind == "module":
            value = self._hook("echo", [value], node.span)
        return [self._do(value, node.span)]

    def _if(self, node: s.If) -> list[ast.stmt]:
        condition = self._expression(node.condition)
        body = self._body(node.body, node.span)
        return [self._at(ast.If(condition, body, self._block(node.otherwise)), node.span)]

    def _turn(self, loop: Any, span: Span) -> list[ast.stmt]:
        """What each turn of a loop begins with."""
        made = [
            self._fresh_box(variable, span)
            for variable in self.scope.variables.values()
            if variable.boxed and loop in variable.loops
        ]
        return made + self._count(span)

    def _while(self, node: s.While) -> list[ast.stmt]:
        condition = self._expression(node.condition)
        body = self._turn(node, node.span) + self._body(node.body, node.span)
        return [self._at(ast.While(condition, body, self._block(node.otherwise)), node.span)]

    def _for(self, node: s.For) -> list[ast.stmt]:
        iterable = self._iterable(node.iterable)
        before = self._turn(node, node.span)
        after: list[ast.stmt] = []
        target: ast.expr
        if isinstance(node.target, s.Name):
            variable = self.scope.lookup(node.target.id)
            if variable is not None and variable.boxed:
                name = self._temporary()
                target = self._put(name, node.target.span)
                before += self._store(
                    node.target.id, self._load(name, node.target.span), node.target.span
                )
            else:
                target = self._put(node.target.id, node.target.span)
        elif self._has_box(node.target):
            name = self._temporary()
            target = self._put(name, node.target.span)
            python = self._target(node.target, after)
            unpack = ast.Assign([python], self._load(name, node.target.span))
            before.append(self._at(unpack, node.target.span))
        else:
            target = self._target(node.target, after)
        body = before + after + self._body(node.body, node.span)
        made = ast.For(target, iterable, body, self._block(node.otherwise))
        return [self._at(made, node.span)]

    def _has_box(self, target: s.Target) -> bool:
        for one in s.walk(target):
            if isinstance(one, s.Name) and (found := self.scope.lookup(one.id)) and found.boxed:
                return True
        return False

    def _break(self, node: s.Break) -> list[ast.stmt]:
        return [self._at(ast.Break(), node.span)]

    def _continue(self, node: s.Continue) -> list[ast.stmt]:
        return [self._at(ast.Continue(), node.span)]

    def _pass(self, node: s.Pass) -> list[ast.stmt]:
        return [self._at(ast.Pass(), node.span)]

    def _return(self, node: s.Return) -> list[ast.stmt]:
        value = None if node.value is None else self._expression(node.value)
        return [self._at(ast.Return(value), node.span)]

    def _raise(self, node: s.Raise) -> list[ast.stmt]:
        if node.value is None:
            return [self._at(ast.Raise(None, None), node.span)]
        raised = self._hook("raise_", [self._expression(node.value)], node.span)
        return [self._do(raised, node.span)]

    def _fail(self, node: s.Fail) -> list[ast.stmt]:
        value = self._or_none(node.value, node.span)
        return [self._do(self._hook("fail", [value], node.span), node.span)]

    def _or_none(self, value: s.Expression | None, span: Span) -> ast.expr:
        return self._constant(None, span) if value is None else self._expression(value)

    def _try(self, node: s.Try) -> list[ast.stmt]:
        span = node.span
        body = self._body(node.body, span)
        handlers: list[ast.ExceptHandler] = []
        if node.catches:
            raised, error = self._temporary(), self._temporary()
            caught = self._hook("caught", [self._load(raised, span)], span)
            chain: list[ast.stmt] = [self._at(ast.Raise(None, None), span)]
            for catch in reversed(node.catches):
                chain = self._catch(catch, error, chain)
            self.hooks.add("catchable")
            handler = ast.ExceptHandler(
                self._load("_ps_catchable", span), raised, [self._set(error, caught, span), *chain]
            )
            handlers = [self._at(handler, span)]
        final = [] if node.final is None else self._body(node.final, span)
        return [self._at(ast.Try(body, handlers, [], final), span)]

    def _catch(self, node: s.Catch, error: str, otherwise: list[ast.stmt]) -> list[ast.stmt]:
        span = node.span
        body: list[ast.stmt] = []
        if node.name is not None:
            body += self._store(node.name, self._load(error, span), span)
        body += self._body(node.body, span)
        if not node.kinds:
            return body
        tests = [
            self._hook("matches", [self._load(error, k.span), self._expression(k)], k.span)
            for k in node.kinds
        ]
        condition = tests[0] if len(tests) == 1 else self._at(ast.BoolOp(ast.Or(), tests), span)
        return [self._at(ast.If(condition, body, otherwise), span)]

    def _import(self, node: s.Import) -> list[ast.stmt]:
        args = [self._constant(node.module, node.span), self._constant(node.is_path, node.span)]
        return self._store(node.alias, self._hook("import_module", args, node.span), node.span)

    def _from_import(self, node: s.FromImport) -> list[ast.stmt]:
        span = node.span
        module = self._temporary()
        args = [self._constant(node.module, span), self._constant(node.is_path, span)]
        made = [self._set(module, self._hook("import_module", args, span), span)]
        for one in node.names:
            name = self._constant(one.name, one.span)
            value = self._hook("attr", [self._load(module, one.span), name], one.span)
            made += self._store(one.alias, value, one.span)
        return made

    def _expect(self, node: s.Expect) -> list[ast.stmt]:
        span, value = node.span, node.value
        sides: ast.expr = self._constant(None, span)
        if isinstance(value, s.Comparison) and len(value.rest) == 1:
            (op, right), left = value.rest[0], value.first
            one, other = self._temporary(), self._temporary()
            compared: ast.expr = self._at(
                ast.Compare(
                    self._walrus(one, self._expression(left), left.span),
                    [COMPARE[op]()],
                    [self._walrus(other, self._expression(right), right.span)],
                ),
                value.span,
            )
            sides = self._tuple([self._load(one, span), self._load(other, span)], span)
        else:
            compared = self._expression(value)
        args = [compared, self._node(node, span), sides]
        return [self._do(self._hook("expect", args, span), span)]

    def _match(self, node: s.Match) -> list[ast.stmt]:
        span = node.span
        subject = self._temporary()
        first = self._set(subject, self._expression(node.subject), span)
        chain: list[ast.stmt] = []
        for case in reversed(node.cases):
            tests = self._pattern(case.pattern, self._load(subject, case.span))
            if case.guard is not None:
                tests.append(self._expression(case.guard))
            body = self._body(case.body, case.span)
            if not tests:
                tests = [self._constant(True, case.span)]
            chain = [self._at(ast.If(self._all(tests, case.span), body, chain), case.span)]
        return [first, *chain]

    # ------------------------------------------------ functions

    def _function(self, node: s.Function) -> list[ast.stmt]:
        inner = self.scopes.of[node]
        if not inner.captures and not self._is_boxed(node.name):
            return [self._define(node, node.name, node.parameters, node.body)]
        value, before = self._made(node, node.name, node.parameters, node.body, node.span)
        return before + self._store(node.name, value, node.span)

    def _closure(
        self, node: Any, title: str, parameters: tuple[s.Parameter, ...], body: s.Block
    ) -> tuple[ast.expr, list[ast.stmt]]:
        """A function without a name of its own: the value, and the statements before it."""
        name = self._temporary() + "_fn"
        self.titles[name] = title
        return self._made(node, name, parameters, body, node.span)

    def _made(
        self, node: Any, name: str, parameters: tuple[s.Parameter, ...], body: s.Block, span: Span
    ) -> tuple[ast.expr, list[ast.stmt]]:
        """A function as a value, through a factory that takes the captured variables."""
        captured = self._captured(self.scopes.of[node])
        define = self._define(node, name, parameters, body)
        if not captured:
            return self._load(name, span), [define]
        arguments = self._arguments([self._at(ast.arg(one), span) for one, _ in captured])
        result = self._at(ast.Return(self._load(name, span)), span)
        factory = ast.FunctionDef("_ps_make", arguments, [define, result], [], None)
        value = self._call(self._load("_ps_make", span), [one for _, one in captured], span)
        return value, [self._at(factory, span)]

    def _define(
        self, node: Any, name: str, parameters: tuple[s.Parameter, ...], body: s.Block
    ) -> ast.stmt:
        arguments = self._parameters(parameters)
        outer, self.scope = self.scope, self.scopes.of[node]
        prologue = self._prologue(node.span)
        made = self._body(body, node.span)
        self.scope = outer
        first = 1 if _is_documentation(made[0]) else 0  # what Python keeps for `help` comes first
        made[first:first] = prologue
        return self._at(ast.FunctionDef(name, arguments, made, [], None), node.span)

    def _prologue(self, span: Span) -> list[ast.stmt]:
        scope = self.scope
        made: list[ast.stmt] = []
        outside = [v for v in scope.outer.values() if not v.boxed]
        for kind, names in (
            (ast.Global, [v.name for v in outside if v.scope.kind == "module"]),
            (ast.Nonlocal, [v.name for v in outside if v.scope.kind != "module"]),
        ):
            if names:
                made.append(self._at(kind(names), span))
        for variable in scope.variables.values():
            if isinstance(variable.node, s.Parameter) and variable.node.kind == "rest":
                # Python gives the rest as a tuple
                rest = self._at(ast.Starred(self._load(variable.name, span), LOAD), span)
                as_list = self._at(ast.List([rest], LOAD), span)
                made.append(self._set(variable.name, as_list, span))
        made += [self._fresh_box(v, span) for v in scope.variables.values() if v.boxed]
        return made + self._count(span)

    # ------------------------------------------------ declarations and acting

    def _declaration(self, hook: str) -> Callable[[Any], list[ast.stmt]]:
        def make(node: Any) -> list[ast.stmt]:
            return [self._do(self._hook(hook, [self._node(node, node.span)], node.span), node.span)]

        return make

    def _domain(self, node: Any) -> list[ast.stmt]:
        return self._declaration("declare_domain")(node)

    def _world(self, node: Any) -> list[ast.stmt]:
        return self._declaration("declare_world")(node)

    def _describe(self, node: s.Describe) -> list[ast.stmt]:
        return self._declaration("describe")(node)

    def _error_def(self, node: s.ErrorDef) -> list[ast.stmt]:
        kind = self._hook("define_error", [self._node(node, node.span)], node.span)
        return self._store(node.name, kind, node.span)

    def _perform(self, node: s.Perform) -> list[ast.stmt]:
        title = f"perform {node.action}"
        handler, before = self._closure(node, title, node.parameters, node.body)
        keys: list[ast.expr | None] = []
        clauses: list[ast.expr] = []
        for clause in node.clauses:
            title = f"on {clause.event} of {node.action}"
            value, more = self._closure(clause, title, clause.parameters, clause.body)
            before += more
            keys.append(self._constant(clause.event, clause.span))
            clauses.append(value)
        made = self._at(ast.Dict(keys, clauses), node.span)
        args = [
            self._node(node, node.span),
            handler,
            made,
            self._options_map(node.options, node.span),
        ]
        return [*before, self._do(self._hook("perform", args, node.span), node.span)]

    def _perform_by(self, node: s.PerformBy) -> list[ast.stmt]:
        args = [
            self._node(node, node.span),
            self._expression(node.value),
            self._at(ast.Dict([], []), node.span),
            self._options_map(node.options, node.span),
        ]
        return [self._do(self._hook("perform", args, node.span), node.span)]

    def _test(self, node: s.Test) -> list[ast.stmt]:
        body, before = self._closure(node, f'test "{node.name}"', (), node.body)
        events = [
            self._formula_hook("goal_formula", event.formula, event.span) for event in node.events
        ]
        args = [
            self._node(node, node.span),
            body,
            self._tuple(events, node.span),
            self._options_map(node.options, node.span),
        ]
        return [*before, self._do(self._hook("test", args, node.span), node.span)]

    def _goal_def(self, node: s.GoalDef) -> list[ast.stmt]:
        names = [self._at(ast.arg(one.name), one.span) for one in node.parameters or ()]
        make = self._lambda_of(node, self._arguments(names), lambda: self._goal(node.goal))
        value = self._hook("name_goal", [self._node(node, node.span), make], node.span)
        return self._store(node.name, value, node.span)

    def _achieve(self, node: s.Achieve) -> list[ast.stmt]:
        span = node.span
        otherwise = node.otherwise
        args = self._goal_arguments(node)
        args.append(self._constant(otherwise is not None, span))
        done = self._hook("achieve", args, span)
        if otherwise is None:
            return [self._do(done, span)]
        failed = self._at(ast.UnaryOp(ast.Not(), done), span)
        return [self._at(ast.If(failed, self._body(otherwise, span), []), span)]

    def _now(self, node: s.Now) -> list[ast.stmt]:
        goal = self._formula_hook("goal_formula", node.formula, node.formula.span)
        return [self._do(self._hook("now", [goal], node.span), node.span)]


_STATEMENTS: dict[type, Callable[[Codegen, Any], list[ast.stmt]]] = {
    s.Let: Codegen._let,
    s.Assign: Codegen._assignment,
    s.Augment: Codegen._augment,
    s.Evaluate: Codegen._evaluate,
    s.If: Codegen._if,
    s.While: Codegen._while,
    s.For: Codegen._for,
    s.Break: Codegen._break,
    s.Continue: Codegen._continue,
    s.Pass: Codegen._pass,
    s.Return: Codegen._return,
    s.Function: Codegen._function,
    s.Try: Codegen._try,
    s.Raise: Codegen._raise,
    s.Fail: Codegen._fail,
    s.Match: Codegen._match,
    s.Import: Codegen._import,
    s.FromImport: Codegen._from_import,
    s.Test: Codegen._test,
    s.Expect: Codegen._expect,
    s.Achieve: Codegen._achieve,
    s.Now: Codegen._now,
    s.Perform: Codegen._perform,
    s.PerformBy: Codegen._perform_by,
    s.GoalDef: Codegen._goal_def,
    s.Describe: Codegen._describe,
    s.ErrorDef: Codegen._error_def,
    s.DomainDef: Codegen._domain,
    s.DomainFile: Codegen._domain,
    s.WorldDef: Codegen._world,
    s.WorldFile: Codegen._world,
}


def _takes_all(target: s.Target | s.Expression) -> bool:
    """Whether Python goes through the whole value to assign it."""
    if isinstance(target, s.Sequence):
        return any(isinstance(item, s.Spread) for item in target.items)
    return isinstance(target, s.Index) and isinstance(target.index, s.Slice)


def _is_documentation(statement: ast.stmt) -> bool:
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )
