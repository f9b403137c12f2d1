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
from dataclasses import replace
from types import CodeType
from typing import Any, TypeVar

from planscript.lang import syntax as s
from planscript.lang.diagnostics import Span
from planscript.lang.inference import Inference
from planscript.lang.scopes import Scope, Scopes, Variable

# Methods that mean in Python what they mean in Planscript, with work in proportion to their result,
# and give no Python object away: called directly where the receiver is of this very type.
FAST_METHODS: dict[str, str] = {
    name: kind
    for kind, names in (
        ("list", "append insert pop reverse"),
        ("dict", "get setdefault"),
        ("set", "add discard"),
        ("str", "endswith find isalpha isdigit isspace lower split startswith strip upper"),
    )
    for name in names.split()
}

_BINARY: dict[str, type[ast.operator]] = {
    "+": ast.Add,
    "-": ast.Sub,
    "*": ast.Mult,
    "/": ast.Div,
    "//": ast.FloorDiv,
    "%": ast.Mod,
    "&": ast.BitAnd,
    "|": ast.BitOr,
    "^": ast.BitXor,
    "<<": ast.LShift,
    ">>": ast.RShift,
}
_GUARDED = {"*": "mul", "**": "pow", "<<": "lshift"}
_COMPARE: dict[str, type[ast.cmpop]] = {
    "==": ast.Eq,
    "!=": ast.NotEq,
    "<": ast.Lt,
    "<=": ast.LtE,
    ">": ast.Gt,
    ">=": ast.GtE,
    "in": ast.In,
    "not in": ast.NotIn,
}
_LOAD, _STORE = ast.Load(), ast.Store()
_Located = TypeVar("_Located", bound=ast.AST)
_TYPES = {"list": list, "dict": dict, "set": set, "str": str}


class Codegen:
    """Generates the code of one module.

    After `module`, `hooks` names the hooks that the code uses, `nodes` the syntax nodes it hands to
    the host, and `raw` the Python values it needs under `_ps_` names.
    """

    def __init__(
        self,
        scopes: Scopes,
        value_goals: set[s.GoalFormula],
        *,
        nodes_name: str,
        counting: bool = False,
        interactive: bool = False,
        trusted: bool = True,
    ) -> None:
        self.scopes = scopes
        self.inference = Inference(scopes, trusted)
        self.value_goals = value_goals
        self.nodes_name = nodes_name
        self.counting = counting
        self.interactive = interactive
        self.scope = scopes.module
        self.hooks: set[str] = set()
        self.raw: dict[str, Any] = {}
        self.nodes: list[Any] = []
        self.titles: dict[str, str] = {}  # made-up function names -> what tracebacks show
        self.counter = 0
        self.quantified: tuple[frozenset[str], ...] = ()

    def module(self, tree: s.Module) -> CodeType:
        """The code of a module. Raises SyntaxError, RecursionError or ValueError of CPython's
        compiler for what is too large or too deep for it."""
        body = self._block(tree.body)
        boxes = [self._fresh_box(v, s_one(tree)) for v in self.scope.variables.values() if v.boxed]
        made = ast.Module(boxes + body, [])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)  # worded for Python
            code = compile(made, tree.source, "exec", dont_inherit=True, optimize=2)
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

    # ------------------------------------------------ making Python nodes

    def _at(self, node: _Located, span: Span) -> _Located:
        """Locates a Python node."""
        place: Any = node
        place.lineno = span.line
        place.col_offset = span.column - 1
        place.end_lineno = span.end_line
        place.end_col_offset = span.end_column - 1
        return node

    def _load(self, name: str, span: Span) -> ast.Name:
        return self._at(ast.Name(name, _LOAD), span)

    def _put(self, name: str, span: Span) -> ast.Name:
        return self._at(ast.Name(name, _STORE), span)

    def _set(self, name: str, value: ast.expr, span: Span) -> ast.stmt:
        return self._at(ast.Assign([self._put(name, span)], value), span)

    def _constant(self, value: Any, span: Span) -> ast.expr:
        return self._at(ast.Constant(value), span)

    def _hook(self, name: str, args: list[ast.expr], span: Span) -> ast.expr:
        """A call of a hook of the host."""
        self.hooks.add(name)
        return self._call(self._load("_ps_" + name, span), args, span)

    def _call(self, function: ast.expr, args: list[ast.expr], span: Span) -> ast.expr:
        return self._at(ast.Call(function, args, []), span)

    def _do(self, value: ast.expr, span: Span) -> ast.stmt:
        return self._at(ast.Expr(value), span)

    def _tuple(self, items: list[ast.expr], span: Span) -> ast.expr:
        return self._at(ast.Tuple(items, _LOAD), span)

    def _index(self, value: ast.expr, number: int, span: Span) -> ast.expr:
        return self._at(ast.Subscript(value, self._constant(number, span), _LOAD), span)

    def _node(self, node: Any, span: Span) -> ast.expr:
        """A syntax node, for the host."""
        self.nodes.append(node)
        return self._index(self._load(self.nodes_name, span), len(self.nodes) - 1, span)

    def _raw(self, name: str, value: Any, span: Span) -> ast.expr:
        self.raw["_ps_" + name] = value
        return self._load("_ps_" + name, span)

    def _temporary(self) -> str:
        self.counter += 1
        return f"_ps_{self.counter}"

    def _walrus(self, name: str, value: ast.expr, span: Span) -> ast.expr:
        return self._at(ast.NamedExpr(self._put(name, span), value), span)

    # ------------------------------------------------ variables

    def _variable(self, name: str, span: Span) -> ast.expr:
        variable = self.scope.lookup(name)
        if variable is not None and variable.boxed:
            return self._index(self._load("_ps_box_" + name, span), 0, span)
        return self._load(name, span)

    def _fresh_box(self, variable: Variable, span: Span) -> ast.stmt:
        empty: ast.expr = self._constant(None, span)
        if variable.kind == "parameter":
            empty = self._load(variable.name, span)
        box = self._at(ast.List([empty], _LOAD), span)
        return self._set("_ps_box_" + variable.name, box, span)

    def _store(self, name: str, value: ast.expr, span: Span) -> list[ast.stmt]:
        """Statements that give a variable its value."""
        variable = self.scope.lookup(name)
        if variable is None or not variable.boxed:
            return [self._set(name, value, span)]
        targets = [self._boxed_target(name, span)]
        if self.scope.kind == "module":  # where the names of a module are looked up
            targets.append(self._put(name, span))
        return [self._at(ast.Assign(targets, value), span)]

    def _boxed_target(self, name: str, span: Span) -> ast.expr:
        box = self._load("_ps_box_" + name, span)
        return self._at(ast.Subscript(box, self._constant(0, span), _STORE), span)

    def _target(self, target: s.Target | s.Expression, after: list[ast.stmt]) -> ast.expr:
        """The Python target; `after` gets the statements that must follow the assignment."""
        span = target.span
        match target:
            case s.Name():
                variable = self.scope.lookup(target.id)
                if variable is not None and variable.boxed:
                    if self.scope.kind == "module":
                        after.append(self._set(target.id, self._variable(target.id, span), span))
                    return self._boxed_target(target.id, span)
                return self._put(target.id, span)
            case s.Index():
                value = self._expression(target.value)
                index = self._subscript(target.index)
                return self._at(ast.Subscript(value, index, _STORE), span)
            case s.Attribute():
                temporary = self._temporary()
                after.append(self._set_attribute(target, self._load(temporary, span)))
                return self._put(temporary, span)
            case _:
                assert isinstance(target, s.Sequence)
                items: list[ast.expr] = []
                for item in target.items:
                    if isinstance(item, s.Spread):
                        inner = self._target(item.value, after)
                        items.append(self._at(ast.Starred(inner, _STORE), item.span))
                    else:
                        items.append(self._target(item, after))
                return self._at(ast.Tuple(items, _STORE), span)

    def _set_attribute(self, target: s.Attribute, value: ast.expr) -> ast.stmt:
        args = [
            self._expression(target.value),
            self._constant(target.name, target.name_span),
            value,
        ]
        return self._do(self._hook("set_attr", args, target.span), target.span)

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
        made = self._expression(value)
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
        native = node.op not in _GUARDED and node.op != "%"
        if native or (node.op == "*" and self._is_tame(target, node.value)):
            after: list[ast.stmt] = []
            python: Any = self._target(target, after)
            return [self._at(ast.AugAssign(python, _BINARY[node.op](), value), span), *after]
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
        old = self._at(ast.Subscript(*place, _LOAD), target.span)
        new = self._operate(node.op, old, value, None, node.value, span)
        into = self._at(ast.Subscript(*place, _STORE), target.span)
        return [*before, self._at(ast.Assign([into], new), span)]

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

    def _count(self, span: Span) -> list[ast.stmt]:
        return [self._do(self._hook("step", [], span), span)] if self.counting else []

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
                    [_COMPARE[op]()],
                    [self._walrus(other, self._expression(right), right.span)],
                ),
                value.span,
            )
            sides = self._tuple([self._load(one, span), self._load(other, span)], span)
        else:
            compared = self._expression(value)
        args = [compared, self._node(node, span), sides]
        return [self._do(self._hook("expect", args, span), span)]

    # ------------------------------------------------ functions

    def _function(self, node: s.Function) -> list[ast.stmt]:
        inner = self.scopes.of[node]
        if not inner.captures and not self._is_boxed(node.name):
            return [self._define(node, node.name, node.parameters, node.body)]
        value, before = self._made(node, node.name, node.parameters, node.body, node.span)
        return before + self._store(node.name, value, node.span)

    def _is_boxed(self, name: str) -> bool:
        variable = self.scope.lookup(name)
        return variable is not None and variable.boxed

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

    def _captured(self, inner: Scope) -> list[tuple[str, ast.expr]]:
        """The Python name of each captured variable, and its value here."""
        span: Span = inner.node.span
        found: list[tuple[str, ast.expr]] = []
        for name, variable in inner.captures.items():
            python = "_ps_box_" + name if variable.boxed else name
            found.append((python, self._load(python, span)))
        return found

    def _define(
        self, node: Any, name: str, parameters: tuple[s.Parameter, ...], body: s.Block
    ) -> ast.stmt:
        arguments = self._parameters(parameters)
        outer, self.scope = self.scope, self.scopes.of[node]
        made = self._prologue(node.span)
        made += self._body(body, node.span)
        self.scope = outer
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
                rest = self._at(ast.Starred(self._load(variable.name, span), _LOAD), span)
                as_list = self._at(ast.List([rest], _LOAD), span)
                made.append(self._set(variable.name, as_list, span))
        made += [self._fresh_box(v, span) for v in scope.variables.values() if v.boxed]
        return made + self._count(span)

    def _parameters(self, parameters: tuple[s.Parameter, ...]) -> ast.arguments:
        plain: list[ast.arg] = []
        after_rest: list[ast.arg] = []
        defaults: list[ast.expr] = []
        after_defaults: list[ast.expr | None] = []
        rest: ast.arg | None = None
        keywords: ast.arg | None = None
        for one in parameters:
            arg = self._at(ast.arg(one.name), one.span)
            if one.kind == "rest":
                rest = arg
            elif one.kind == "keywords":
                keywords = arg
            elif rest is not None:
                after_rest.append(arg)
                default = None if one.default is None else self._expression(one.default)
                after_defaults.append(default)
            else:
                plain.append(arg)
                if one.default is not None:
                    defaults.append(self._expression(one.default))
        return ast.arguments([], plain, rest, after_rest, after_defaults, keywords, defaults)

    def _arguments(self, plain: list[ast.arg]) -> ast.arguments:
        return ast.arguments([], plain, None, [], [], None, [])

    def _lambda(self, node: s.Lambda) -> ast.expr:
        arguments = self._parameters(node.parameters)
        return self._lambda_of(node, arguments, lambda: self._expression(node.body))

    def _lambda_of(
        self, node: Any, arguments: ast.arguments, body: Callable[[], ast.expr]
    ) -> ast.expr:
        span = node.span
        inner = self.scopes.of[node]
        captured = self._captured(inner)
        outer, self.scope = self.scope, inner
        made = body()
        if self.counting:
            # the step first, then the value
            both = self._tuple([self._hook("step", [], span), made], span)
            made = self._index(both, 1, span)
        self.scope = outer
        result = self._at(ast.Lambda(arguments, made), span)
        if not captured:
            return result
        names = self._arguments([self._at(ast.arg(one), span) for one, _ in captured])
        factory = self._at(ast.Lambda(names, result), span)
        return self._call(factory, [one for _, one in captured], span)

    # ------------------------------------------------ declarations

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
        args = [self._node(node, node.span), handler]
        return [*before, self._do(self._hook("perform", args, node.span), node.span)]

    def _test(self, node: s.Test) -> list[ast.stmt]:
        body, before = self._closure(node, f'test "{node.name}"', (), node.body)
        args = [self._constant(node.name, node.span), body]
        return [*before, self._do(self._hook("test", args, node.span), node.span)]

    def _goal_def(self, node: s.GoalDef) -> list[ast.stmt]:
        names = [self._at(ast.arg(one.name), one.span) for one in node.parameters or ()]
        make = self._lambda_of(node, self._arguments(names), lambda: self._goal(node.goal))
        value = self._hook("name_goal", [self._node(node, node.span), make], node.span)
        return self._store(node.name, value, node.span)

    # ------------------------------------------------ goals and acting

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

    def _goal_arguments(self, node: s.Achieve | s.Plan) -> list[ast.expr]:
        span = node.span
        keeping = self._constant(None, span) if node.keeping is None else self._goal(node.keeping)
        allowing: ast.expr = self._constant(None, span)
        if node.allowing is not None:
            allowing = self._tuple([self._expression(name) for name in node.allowing], span)
        keys: list[ast.expr | None] = []
        values: list[ast.expr] = []
        for option in node.options:
            keys.append(self._constant(option.name, option.span))
            values.append(self._expression(option.value))
        options = self._at(ast.Dict(keys, values), span)
        return [self._goal(node.goal), keeping, allowing, options]

    def _goal(self, goal: s.Goal) -> ast.expr:
        match goal:
            case s.GoalText():
                text = goal.text
                parts = [
                    self._constant(part, text.span)
                    if isinstance(part, str)
                    else self._expression(part.value)
                    for part in text.parts
                ]
                args = [self._node(text, text.span), self._tuple(parts, text.span)]
                return self._hook("goal_text", args, goal.span)
            case s.GoalFormula() if goal not in self.value_goals:
                return self._formula_hook("goal_formula", goal.formula, goal.span)
            case s.GoalFormula():
                atom = goal.formula
                assert isinstance(atom, s.Atom)
                function = self._variable(atom.name, atom.name_span)
                args = [self._expression(arg) for arg in atom.args]
                value = self._call(function, args, atom.span)
                return self._hook("goal_value", [value], goal.span)
            case _:
                return self._hook("goal_value", [self._expression(goal.value)], goal.span)

    def _formula_hook(self, hook: str, formula: s.Formula, span: Span) -> ast.expr:
        env: dict[str, ast.expr] = {}
        plain = self._plain(formula, env, frozenset())
        keys: list[ast.expr | None] = [self._constant(name, span) for name in env]
        made = self._at(ast.Dict(keys, list(env.values())), span)
        return self._hook(hook, [self._node(plain, span), made], span)

    def _plain(self, formula: Any, env: dict[str, ast.expr], bound: frozenset[str]) -> Any:
        """The formula with a name for each term; `env` gets the values of the names."""
        match formula:
            case s.Atom():
                if self._is_value(formula.name):
                    env[formula.name] = self._variable(formula.name, formula.name_span)
                args = tuple(self._term(arg, env, bound) for arg in formula.args)
                return replace(formula, args=args)
            case s.Equals():
                left = self._term(formula.left, env, bound)
                return replace(formula, left=left, right=self._term(formula.right, env, bound))
            case s.Not():
                return replace(formula, part=self._plain(formula.part, env, bound))
            case s.And() | s.Or():
                parts = tuple(self._plain(part, env, bound) for part in formula.parts)
                return replace(formula, parts=parts)
            case s.Implies():
                left = self._plain(formula.left, env, bound)
                return replace(formula, left=left, right=self._plain(formula.right, env, bound))
            case _:
                assert isinstance(formula, s.ForAll | s.Exists)
                bound = bound | {typed.name for typed in formula.parameters}
                return replace(formula, body=self._plain(formula.body, env, bound))

    def _is_value(self, name: str) -> bool:
        """Whether an atom's name is a named goal or another value, not a predicate."""
        variable = self.scope.lookup(name)
        return variable is not None and variable.kind not in ("predicate", "numeric")

    def _term(self, term: Any, env: dict[str, ast.expr], bound: frozenset[str]) -> s.Name:
        if isinstance(term, s.Name):
            if term.id not in bound and term.id not in env:
                env[term.id] = self._variable(term.id, term.span)
            return term
        name = f"_ps_term_{len(env)}"
        env[name] = self._expression(term)
        return s.Name(name, term.span)

    def _now(self, node: s.Now) -> list[ast.stmt]:
        goal = self._formula_hook("goal_formula", node.formula, node.formula.span)
        return [self._do(self._hook("now", [goal], node.span), node.span)]

    def _plan(self, node: s.Plan) -> ast.expr:
        return self._hook("plan", self._goal_arguments(node), node.span)

    def _holds(self, node: s.Holds) -> ast.expr:
        return self._hook("holds", [self._goal(node.goal)], node.span)

    def _goal_literal(self, node: s.GoalLiteral) -> ast.expr:
        return self._goal(node.goal)

    def _ask(self, node: s.Ask) -> ast.expr:
        return self._formula_hook("ask", node.formula, node.span)

    # ------------------------------------------------ match

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

    def _all(self, tests: list[ast.expr], span: Span) -> ast.expr:
        if not tests:
            return self._constant(True, span)
        if len(tests) == 1:
            return tests[0]
        return self._at(ast.BoolOp(ast.And(), tests), span)

    def _bind(self, name: str, value: ast.expr, span: Span) -> ast.expr:
        """An expression that binds a name and is true."""
        if self._is_boxed(name):
            box = self._at(ast.List([value], _LOAD), span)
            return self._walrus("_ps_box_" + name, box, span)
        bound = self._walrus(name, value, span)
        return self._at(ast.List([bound], _LOAD), span)

    def _named(self, value: ast.expr, tests: list[ast.expr], span: Span) -> Callable[[], ast.expr]:
        """Keeps a value under a temporary name, so that it can be looked into repeatedly."""
        if isinstance(value, ast.Name):
            name = value.id
        else:
            name = self._temporary()
            kept = self._walrus(name, value, span)
            tests.append(self._at(ast.List([kept], _LOAD), span))
        return lambda: self._load(name, span)

    def _pattern(self, pattern: Any, value: ast.expr) -> list[ast.expr]:
        """Conditions, to be tested in order, for `value` to match; they bind the names."""
        span = pattern.span
        tests: list[ast.expr] = []
        match pattern:
            case s.PatternAny():
                pass
            case s.PatternValue():
                tests.append(self._equals(value, pattern.value, span))
            case s.PatternName() if pattern in self.scopes.compared:
                known = self._variable(pattern.name, span)
                tests.append(self._at(ast.Compare(value, [ast.Eq()], [known]), span))
            case s.PatternName():
                tests.append(self._bind(pattern.name, value, span))
            case s.PatternAs():
                get = self._named(value, tests, span)
                tests += self._pattern(pattern.pattern, get())
                tests.append(self._bind(pattern.name, get(), span))
            case s.PatternOr():
                get = self._named(value, tests, span)
                options = [
                    self._all(self._pattern(option, get()), option.span)
                    for option in pattern.options
                ]
                tests.append(self._at(ast.BoolOp(ast.Or(), options), span))
            case s.PatternList():
                self._list_pattern(pattern, self._named(value, tests, span), tests)
            case s.PatternMap():
                self._map_pattern(pattern, self._named(value, tests, span), tests)
            case s.PatternStep():
                args = self._temporary()
                kind = self._variable(pattern.name, pattern.name_span)
                count = self._constant(len(pattern.args), span)
                found = self._walrus(
                    args, self._hook("step_args", [value, kind, count], span), span
                )
                none = self._constant(None, span)
                tests.append(self._at(ast.Compare(found, [ast.IsNot()], [none]), span))
                for number, one in enumerate(pattern.args):
                    part = self._index(self._load(args, one.span), number, one.span)
                    tests += self._pattern(one, part)
        return tests

    def _equals(self, value: ast.expr, wanted: s.Expression, span: Span) -> ast.expr:
        singleton = isinstance(wanted, s.Constant) and (
            wanted.value is None or isinstance(wanted.value, bool)
        )
        op: ast.cmpop = ast.Is() if singleton else ast.Eq()
        return self._at(ast.Compare(value, [op], [self._expression(wanted)]), span)

    def _list_pattern(
        self, pattern: s.PatternList, get: Callable[[], ast.expr], tests: list[ast.expr]
    ) -> None:
        span, items = pattern.span, pattern.items
        at = next((i for i, one in enumerate(items) if isinstance(one, s.PatternRest)), None)
        fixed = len(items) - (at is not None)
        tests.append(self._hook("is_list", [get()], span))
        length = self._call(self._raw("len", len, span), [get()], span)
        op: ast.cmpop = ast.Eq() if at is None else ast.GtE()
        tests.append(self._at(ast.Compare(length, [op], [self._constant(fixed, span)]), span))
        for number, one in enumerate(items):
            after = len(items) - number  # counted from the end, behind the rest
            if isinstance(one, s.PatternRest):
                if one.name is not None:
                    stop = None if after == 1 else self._constant(1 - after, span)
                    part = ast.Slice(self._constant(number, span), stop, None)
                    rest = ast.Subscript(get(), self._at(part, span), _LOAD)
                    tests.append(self._bind(one.name, self._at(rest, span), one.span))
            else:
                position = number if at is None or number < at else -after
                tests += self._pattern(one, self._index(get(), position, one.span))

    def _map_pattern(
        self, pattern: s.PatternMap, get: Callable[[], ast.expr], tests: list[ast.expr]
    ) -> None:
        span = pattern.span
        keys = self._tuple([self._expression(key) for key, _ in pattern.entries], span)
        tests.append(self._hook("is_map", [get(), keys], span))
        for key, one in pattern.entries:
            part = ast.Subscript(get(), self._expression(key), _LOAD)
            tests += self._pattern(one, self._at(part, one.span))
        if pattern.rest is not None and pattern.rest.name is not None:
            rest = self._hook("without", [get(), keys], span)
            tests.append(self._bind(pattern.rest.name, rest, span))

    # ------------------------------------------------ expressions

    def _expression(self, node: s.Expression) -> ast.expr:
        return _EXPRESSIONS[type(node)](self, node)

    def _literal(self, node: s.Constant) -> ast.expr:
        return self._constant(node.value, node.span)

    def _name(self, node: s.Name) -> ast.expr:
        return self._variable(node.id, node.span)

    def _text(self, node: s.Text) -> ast.expr:
        span = node.span
        if not any(isinstance(part, s.Slot) for part in node.parts):
            return self._constant(node.plain, span)
        parts: list[ast.expr] = []
        for part in node.parts:
            if isinstance(part, str):
                parts.append(self._constant(part, span))
            elif part.spec is None and self.inference.of(part.value, self.scope) == "int":
                value = self._expression(part.value)
                parts.append(self._at(ast.FormattedValue(value, -1, None), part.span))
            else:
                parts.append(self._at(ast.FormattedValue(self._slot(part), -1, None), part.span))
        return self._at(ast.JoinedStr(parts), span)

    def _slot(self, slot: s.Slot) -> ast.expr:
        value = self._expression(slot.value)
        if slot.spec is None:
            return self._hook("show", [value], slot.span)
        return self._hook("format", [value, self._text(slot.spec)], slot.span)

    def _sequence(self, node: s.Sequence) -> ast.expr:
        items = [self._item(item) for item in node.items]
        match node.kind:
            case "list":
                made: ast.expr = ast.List(items, _LOAD)
            case "set":
                made = ast.Set(items)
            case _:
                made = ast.Tuple(items, _LOAD)
        return self._at(made, node.span)

    def _item(self, item: s.Expression | s.Spread) -> ast.expr:
        if isinstance(item, s.Spread):
            values = self._iterable(item.value)
            return self._at(ast.Starred(values, _LOAD), item.span)
        return self._expression(item)

    def _map(self, node: s.Map) -> ast.expr:
        keys: list[ast.expr | None] = []
        values: list[ast.expr] = []
        for entry in node.entries:
            keys.append(None if isinstance(entry, s.Spread) else self._expression(entry.key))
            values.append(self._expression(entry.value))
        return self._at(ast.Dict(keys, values), node.span)

    def _unary(self, node: s.Unary) -> ast.expr:
        operand = self._expression(node.operand)
        if node.op == "+":
            return self._hook("pos", [operand], node.span)
        if node.op == "-" and isinstance(operand, ast.Constant) and _is_number(operand.value):
            return self._constant(-operand.value, node.span)  # type: ignore[operator]
        op = {"-": ast.USub, "~": ast.Invert, "not": ast.Not}[node.op]
        return self._at(ast.UnaryOp(op(), operand), node.span)

    def _binary(self, node: s.Binary) -> ast.expr:
        left, right = self._expression(node.left), self._expression(node.right)
        if node.op == "implies":
            negated = self._at(ast.UnaryOp(ast.Not(), left), node.left.span)
            return self._at(ast.BoolOp(ast.Or(), [negated, right]), node.span)
        return self._operate(node.op, left, right, node.left, node.right, node.span)

    def _operate(
        self,
        op: str,
        left: ast.expr,
        right: ast.expr,
        left_node: s.Expression | None,
        right_node: s.Expression | None,
        span: Span,
    ) -> ast.expr:
        """A binary operation: Python's own, or a hook where that could run away."""
        if op == "%":
            # Python's `%` formats text; unary plus admits numbers only (see Host.pos).
            if left_node is None or self.inference.of(left_node, self.scope) is None:
                left = self._at(ast.UnaryOp(ast.UAdd(), left), span)
        elif op == "*":
            if not self._is_tame(left_node, right_node):
                return self._hook("mul", [left, right], span)
        elif op in _GUARDED:
            return self._hook(_GUARDED[op], [left, right], span)
        return self._at(ast.BinOp(left, _BINARY[op](), right), span)

    def _is_tame(self, left: s.Expression | None, right: s.Expression | None) -> bool:
        """Whether a product is of moderate size, or no larger than a factor of it by much."""
        if _is_small(left) or _is_small(right):
            return True
        if left is None or right is None:
            return False
        classes = {self.inference.of(left, self.scope), self.inference.of(right, self.scope)}
        return classes <= {"int", "float"}

    def _logic(self, node: s.Logic) -> ast.expr:
        parts = [self._expression(part) for part in node.parts]
        op = ast.And() if node.op == "and" else ast.Or()
        return self._at(ast.BoolOp(op, parts), node.span)

    def _comparison(self, node: s.Comparison) -> ast.expr:
        first = self._expression(node.first)
        ops = [_COMPARE[op]() for op, _ in node.rest]
        others = [self._expression(other) for _, other in node.rest]
        return self._at(ast.Compare(first, ops, others), node.span)

    def _conditional(self, node: s.Conditional) -> ast.expr:
        condition = self._expression(node.condition)
        then, otherwise = self._expression(node.then), self._expression(node.otherwise)
        return self._at(ast.IfExp(condition, then, otherwise), node.span)

    def _call_node(self, node: s.Call) -> ast.expr:
        args: list[ast.expr] = []
        keywords: list[ast.keyword] = []
        for one in node.arguments:
            if isinstance(one, s.Spread):
                if one.keywords:
                    value = self._expression(one.value)
                    keywords.append(self._at(ast.keyword(None, value), one.span))
                else:
                    values = self._iterable(one.value)
                    args.append(self._at(ast.Starred(values, _LOAD), one.span))
            elif one.name is None:
                args.append(self._expression(one.value))
            else:
                value = self._expression(one.value)
                keywords.append(self._at(ast.keyword(one.name, value), one.span))
        function = node.function
        if isinstance(function, s.Attribute) and isinstance(function.value, s.Name):
            if (kind := FAST_METHODS.get(function.name)) is not None:
                return self._method_call(node, function, kind, args, keywords)
        called = self._expression(function)
        return self._at(ast.Call(called, args, keywords), node.span)

    def _method_call(
        self,
        node: s.Call,
        method: s.Attribute,
        kind: str,
        args: list[ast.expr],
        keywords: list[ast.keyword],
    ) -> ast.expr:
        """A call of a method that a built-in type has: for that type without the host."""
        span = method.span
        receiver = self._expression(method.value)
        actual = self._call(self._raw("type", type, span), [receiver], span)
        wanted = self._raw(kind, _TYPES[kind], span)
        test = self._at(ast.Compare(actual, [ast.Is()], [wanted]), span)
        direct = self._at(ast.Attribute(receiver, method.name, _LOAD), span)
        hosted = self._attribute(method)
        if any(isinstance(one, ast.Call | ast.IfExp) for arg in args for one in ast.walk(arg)):
            # the arguments are not written twice, lest nested calls grow exponentially
            chosen = self._at(ast.IfExp(test, direct, hosted), span)
            return self._at(ast.Call(chosen, args, keywords), node.span)
        quick = self._at(ast.Call(direct, args, keywords), node.span)
        slow = self._at(ast.Call(hosted, args, keywords), node.span)
        return self._at(ast.IfExp(test, quick, slow), node.span)

    def _attribute(self, node: s.Attribute) -> ast.expr:
        name = self._constant(node.name, node.name_span)
        return self._hook("attr", [self._expression(node.value), name], node.span)

    def _index_node(self, node: s.Index) -> ast.expr:
        value, index = self._expression(node.value), self._subscript(node.index)
        return self._at(ast.Subscript(value, index, _LOAD), node.span)

    def _subscript(self, index: s.Expression | s.Slice) -> ast.expr:
        if not isinstance(index, s.Slice):
            return self._expression(index)
        parts = [
            None if part is None else self._expression(part)
            for part in (index.start, index.stop, index.step)
        ]
        return self._at(ast.Slice(*parts), index.span)

    def _iterable(self, node: s.Expression) -> ast.expr:
        """What a loop goes through."""
        value = self._expression(node)
        if isinstance(node, s.Call) and isinstance(node.function, s.Name):
            if node.function.id in ("range", "enumerate", "zip", "reversed", "sorted"):
                if self.scope.lookup(node.function.id) is None:
                    return value
        if isinstance(node, s.Sequence) and node.kind != "set":
            return value
        return self._hook("iter", [value], node.span)

    def _comprehension(self, node: s.Comprehension) -> ast.expr:
        outer = self.scope
        inner = self.scopes.of[node]
        generators: list[ast.comprehension] = []
        for number, clause in enumerate(node.clauses):
            self.scope = inner if number else outer
            iterable = self._iterable(clause.iterable)
            self.scope = inner
            target = self._target(clause.target, [])
            conditions = [self._expression(one) for one in clause.conditions]
            if self.counting:
                conditions.insert(0, self._counted(clause.span))
            generators.append(ast.comprehension(target, iterable, conditions, 0))
        self.scope = inner
        element = self._expression(node.element)
        key = None if node.key is None else self._expression(node.key)
        self.scope = outer
        made: ast.expr
        if key is not None:
            made = ast.DictComp(key, element, generators)
        elif node.kind == "set":
            made = ast.SetComp(element, generators)
        else:
            made = ast.ListComp(element, generators)
        return self._at(made, node.span)

    def _counted(self, span: Span) -> ast.expr:
        """A condition that counts a step and is true."""
        return self._at(
            ast.Compare(self._hook("step", [], span), [ast.Is()], [self._constant(None, span)]),
            span,
        )


def s_one(tree: s.Module) -> Span:
    """The first character of a module."""
    return Span(tree.source, 1, 1, 1, 1)


def _is_number(value: object) -> bool:
    return type(value) in (int, float)


def _is_small(node: s.Expression | None) -> bool:
    """Whether multiplying by this makes nothing much larger."""
    return (
        isinstance(node, s.Constant)
        and type(node.value) in (int, float)
        and (type(node.value) is float or abs(node.value) <= 16)  # type: ignore[arg-type]
    )


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
    s.GoalDef: Codegen._goal_def,
    s.Describe: Codegen._describe,
    s.ErrorDef: Codegen._error_def,
    s.DomainDef: Codegen._domain,
    s.DomainFile: Codegen._domain,
    s.WorldDef: Codegen._world,
    s.WorldFile: Codegen._world,
}
_EXPRESSIONS: dict[type, Callable[[Codegen, Any], ast.expr]] = {
    s.Constant: Codegen._literal,
    s.Text: Codegen._text,
    s.Name: Codegen._name,
    s.Sequence: Codegen._sequence,
    s.Map: Codegen._map,
    s.Unary: Codegen._unary,
    s.Binary: Codegen._binary,
    s.Logic: Codegen._logic,
    s.Comparison: Codegen._comparison,
    s.Conditional: Codegen._conditional,
    s.Call: Codegen._call_node,
    s.Attribute: Codegen._attribute,
    s.Index: Codegen._index_node,
    s.Lambda: Codegen._lambda,
    s.Comprehension: Codegen._comprehension,
    s.Ask: Codegen._ask,
    s.Plan: Codegen._plan,
    s.Holds: Codegen._holds,
    s.GoalLiteral: Codegen._goal_literal,
}
