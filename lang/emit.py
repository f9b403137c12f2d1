"""The ground that code generation stands on: located Python nodes, hooks, variables, temporaries.

The layers of the generator are this, `codegen_expressions.py`, `codegen_patterns.py`, `codegen.py`.
"""

from __future__ import annotations

import ast
from typing import Any, TypeVar

from planscript.lang import syntax as s
from planscript.lang.diagnostics import Span
from planscript.lang.inference import Inference
from planscript.lang.scopes import Scope, Scopes, Variable

LOAD, STORE = ast.Load(), ast.Store()
_Located = TypeVar("_Located", bound=ast.AST)


class Emit:
    """Makes Python nodes for one module.

    `hooks` collects the names of the hooks that the code uses, `nodes` the syntax nodes it hands to
    the host, `raw` the Python values it needs under `_ps_` names, `titles` what tracebacks show for
    made-up function names. `scope` is where code is being generated for.
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
        self.in_comprehension = False

    # ------------------------------------------------ nodes

    def _at(self, node: _Located, span: Span) -> _Located:
        """Locates a Python node."""
        place: Any = node
        place.lineno = span.line
        place.col_offset = span.column - 1
        place.end_lineno = span.end_line
        place.end_col_offset = span.end_column - 1
        return node

    def _load(self, name: str, span: Span) -> ast.Name:
        return self._at(ast.Name(name, LOAD), span)

    def _put(self, name: str, span: Span) -> ast.Name:
        return self._at(ast.Name(name, STORE), span)

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
        return self._at(ast.Tuple(items, LOAD), span)

    def _index(self, value: ast.expr, number: int, span: Span) -> ast.expr:
        return self._at(ast.Subscript(value, self._constant(number, span), LOAD), span)

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

    def _is_boxed(self, name: str) -> bool:
        variable = self.scope.lookup(name)
        return variable is not None and variable.boxed

    def _fresh_box(self, variable: Variable, span: Span) -> ast.stmt:
        empty: ast.expr = self._constant(None, span)
        if variable.kind == "parameter":
            empty = self._load(variable.name, span)
        box = self._at(ast.List([empty], LOAD), span)
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
        return self._at(ast.Subscript(box, self._constant(0, span), STORE), span)

    def _count(self, span: Span) -> list[ast.stmt]:
        return [self._do(self._tick(span), span)] if self.counting else []

    def _tick(self, span: Span) -> ast.expr:
        """A condition that counts a step and is true.

        `True in ticks` takes one item off an iterator: of all the ways to count without losing the
        count in an exception, the cheapest in CPython (a third of a call's cost).
        """
        self.hooks.add("ticks")
        true = self._constant(True, span)
        return self._at(ast.Compare(true, [ast.In()], [self._load("_ps_ticks", span)]), span)

    def _captured(self, inner: Scope) -> list[tuple[str, ast.expr]]:
        """The Python name of each captured variable, and its value here."""
        span: Span = inner.node.span
        found: list[tuple[str, ast.expr]] = []
        for name, variable in inner.captures.items():
            python = "_ps_box_" + name if variable.boxed else name
            found.append((python, self._load(python, span)))
        return found
