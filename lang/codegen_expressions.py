"""Expressions, goals and assignment targets -> Python expressions."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from planscript.lang import syntax as s
from planscript.lang.diagnostics import Span
from planscript.lang.emit import LOAD, STORE, Emit
from planscript.lang.inference import NUMBERS, WHOLE
from planscript.lang.methods import LIKELY, LONG, NATIVE

BINARY: dict[str, type[ast.operator]] = {
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
GUARDED = {"*": "mul", "**": "pow", "<<": "lshift"}
COMPARE: dict[str, type[ast.cmpop]] = {
    "==": ast.Eq,
    "!=": ast.NotEq,
    "<": ast.Lt,
    "<=": ast.LtE,
    ">": ast.Gt,
    ">=": ast.GtE,
    "in": ast.In,
    "not in": ast.NotIn,
}
_TYPES = {"list": list, "dict": dict, "set": set, "str": str, "range": range}


class Expressions(Emit):
    """Generates Python expressions."""

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
            else:
                parts.append(self._at(ast.FormattedValue(self._slot(part), -1, None), part.span))
        return self._at(ast.JoinedStr(parts), span)

    def _slot(self, slot: s.Slot) -> ast.expr:
        value, span = self._expression(slot.value), slot.span
        if slot.spec is not None:
            return self._hook("format", [value, self._text(slot.spec)], span)
        if self.inference.of(slot.value, self.scope) in ("int", "float", "str"):
            return value  # Python writes it as Planscript does
        shown = self._hook("show", [value], span)
        if isinstance(value, ast.Name):
            return self._at(ast.IfExp(self._is_exactly(value, "str", span), value, shown), span)
        return shown

    def _is_exactly(self, value: ast.expr, kind: str, span: Span) -> ast.expr:
        """Whether the value is of this very kind."""
        actual = self._call(self._raw("type", type, span), [value], span)
        wanted = self._raw(kind, _TYPES[kind], span)
        return self._at(ast.Compare(actual, [ast.Is()], [wanted]), span)

    def _sequence(self, node: s.Sequence) -> ast.expr:
        items = [self._item(item) for item in node.items]
        match node.kind:
            case "list":
                made: ast.expr = ast.List(items, LOAD)
            case "set":
                made = ast.Set(items)
            case _:
                made = ast.Tuple(items, LOAD)
        return self._at(made, node.span)

    def _item(self, item: s.Expression | s.Spread) -> ast.expr:
        if isinstance(item, s.Spread):
            values = self._bounded(item.value)
            return self._at(ast.Starred(values, LOAD), item.span)
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
            if left_node is None or self.inference.of(left_node, self.scope) not in NUMBERS:
                left = self._at(ast.UnaryOp(ast.UAdd(), left), span)
        elif op == "*":
            if not self._is_tame(left_node, right_node):
                return self._hook("mul", [left, right], span)
        elif op in GUARDED:
            return self._hook(GUARDED[op], [left, right], span)
        return self._at(ast.BinOp(left, BINARY[op](), right), span)

    def _is_tame(self, left: s.Expression | None, right: s.Expression | None) -> bool:
        """Whether a product is of moderate size, or no larger than a factor of it by much."""
        if _is_small(left) or _is_small(right):
            return True
        if left is None or right is None:
            return False
        kinds = {self.inference.of(left, self.scope), self.inference.of(right, self.scope)}
        if "float" in kinds or kinds == {"int"}:
            return True
        constant = isinstance(left, s.Constant) or isinstance(right, s.Constant)
        return constant and kinds <= WHOLE and "int" in kinds  # a few digits more

    def _logic(self, node: s.Logic) -> ast.expr:
        parts = [self._expression(part) for part in node.parts]
        op = ast.And() if node.op == "and" else ast.Or()
        return self._at(ast.BoolOp(op, parts), node.span)

    def _bounded(self, node: s.Expression) -> ast.expr:
        """What Python will go through in one step: a range must not be endless, then."""
        value = self._expression(node)
        if self.inference.of(node, self.scope) in ("list", "str", "dict"):
            return value
        return self._hook("bounded", [value], node.span)

    def _membership(self, node: s.Comparison) -> ast.expr:
        """`x in y`: Python looks through a whole range for what is no whole number."""
        (op, other), first, span = node.rest[0], node.first, node.span
        left, right = self._expression(first), self._expression(other)
        native = self._at(ast.Compare(left, [COMPARE[op]()], [right]), span)
        if self.inference.of(other, self.scope) is not None or isinstance(other, s.Constant):
            return native
        if self.inference.of(first, self.scope) in WHOLE or isinstance(other, s.Sequence):
            return native
        found = self._hook("contains", [right, left], span)
        if op == "not in":
            found = self._at(ast.UnaryOp(ast.Not(), found), span)
        if not (isinstance(right, ast.Name) and isinstance(left, ast.Name | ast.Constant)):
            return found
        return self._at(ast.IfExp(self._is_exactly(right, "range", span), found, native), span)

    def _comparison(self, node: s.Comparison) -> ast.expr:
        if len(node.rest) == 1 and node.rest[0][0] in ("in", "not in"):
            return self._membership(node)
        first = self._expression(node.first)
        ops = [COMPARE[op]() for op, _ in node.rest]
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
                    values = self._bounded(one.value)
                    args.append(self._at(ast.Starred(values, LOAD), one.span))
            elif one.name is None:
                args.append(self._expression(one.value))
            else:
                value = self._expression(one.value)
                keywords.append(self._at(ast.keyword(one.name, value), one.span))
        if isinstance(node.function, s.Attribute):
            return self._method_call(node, node.function, args, keywords)
        called = self._expression(node.function)
        return self._at(ast.Call(called, args, keywords), node.span)

    def _method_call(
        self,
        node: s.Call,
        method: s.Attribute,
        args: list[ast.expr],
        keywords: list[ast.keyword],
    ) -> ast.expr:
        """A call of a member: where it is a method of Python's own, without the host."""
        span, name = method.span, method.name
        receiver = self._expression(method.value)
        kind = self.inference.of(method.value, self.scope)
        metered = self.counting and name in LONG.get(kind or LIKELY.get(name, ""), ())
        if metered:
            return self._at(ast.Call(self._member(receiver, method), args, keywords), node.span)
        if kind in _TYPES and name in NATIVE[kind]:
            direct = self._at(ast.Attribute(receiver, name, LOAD), span)
            return self._at(ast.Call(direct, args, keywords), node.span)
        likely = LIKELY.get(name) if kind is None else None
        simple = isinstance(method.value, s.Name)
        if likely is None or not (simple or self._may_keep()):
            return self._at(ast.Call(self._member(receiver, method), args, keywords), node.span)
        again = receiver
        if not simple:
            kept = self._temporary()
            receiver, again = self._walrus(kept, receiver, span), self._load(kept, span)
        test = self._is_exactly(receiver, likely, span)
        direct = self._at(ast.Attribute(again, name, LOAD), span)
        hosted = self._member(again, method)
        if any(isinstance(one, ast.IfExp) for arg in args for one in ast.walk(arg)):
            # the arguments are not written twice, lest nested calls grow exponentially
            chosen = self._at(ast.IfExp(test, direct, hosted), span)
            return self._at(ast.Call(chosen, args, keywords), node.span)
        quick = self._at(ast.Call(direct, args, keywords), node.span)
        slow = self._at(ast.Call(hosted, args, keywords), node.span)
        return self._at(ast.IfExp(test, quick, slow), node.span)

    def _may_keep(self) -> bool:
        """Whether an expression here may give a name a value (in Python's comprehensions not)."""
        return not self.in_comprehension

    def _member(self, value: ast.expr, node: s.Attribute) -> ast.expr:
        name = self._constant(node.name, node.name_span)
        return self._hook("attr", [value, name], node.span)

    def _attribute(self, node: s.Attribute) -> ast.expr:
        return self._member(self._expression(node.value), node)

    def _index_node(self, node: s.Index) -> ast.expr:
        value, index = self._expression(node.value), self._subscript(node.index)
        return self._at(ast.Subscript(value, index, LOAD), node.span)

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
        if isinstance(node, s.Sequence) and node.kind == "tuple":
            return value
        if self.inference.of(node, self.scope) in ("list", "str", "dict"):
            return value
        return self._hook("iter", [value], node.span)

    def _comprehension(self, node: s.Comprehension) -> ast.expr:
        outer = self.scope
        inner = self.scopes.of[node]
        outside, self.in_comprehension = self.in_comprehension, True
        generators: list[ast.comprehension] = []
        for number, clause in enumerate(node.clauses):
            self.scope = inner if number else outer
            iterable = self._iterable(clause.iterable)
            self.scope = inner
            target = self._target(clause.target, [])
            conditions = [self._expression(one) for one in clause.conditions]
            if self.counting:
                conditions.insert(0, self._tick(clause.span))
            generators.append(ast.comprehension(target, iterable, conditions, 0))
        self.scope = inner
        element = self._expression(node.element)
        key = None if node.key is None else self._expression(node.key)
        self.scope, self.in_comprehension = outer, outside
        made: ast.expr
        if key is not None:
            made = ast.DictComp(key, element, generators)
        elif node.kind == "set":
            made = ast.SetComp(element, generators)
        else:
            made = ast.ListComp(element, generators)
        return self._at(made, node.span)

    # ------------------------------------------------ functions without a name

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
            made = self._at(ast.IfExp(self._tick(span), made, self._constant(None, span)), span)
        self.scope = outer
        result = self._at(ast.Lambda(arguments, made), span)
        if not captured:
            return result
        names = self._arguments([self._at(ast.arg(one), span) for one, _ in captured])
        factory = self._at(ast.Lambda(names, result), span)
        return self._call(factory, [one for _, one in captured], span)

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

    # ------------------------------------------------ targets

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
                return self._at(ast.Subscript(value, index, STORE), span)
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
                        items.append(self._at(ast.Starred(inner, STORE), item.span))
                    else:
                        items.append(self._target(item, after))
                return self._at(ast.Tuple(items, STORE), span)

    def _set_attribute(self, target: s.Attribute, value: ast.expr) -> ast.stmt:
        args = [
            self._expression(target.value),
            self._constant(target.name, target.name_span),
            value,
        ]
        return self._do(self._hook("set_attr", args, target.span), target.span)

    # ------------------------------------------------ goals and formulas

    def _goal_arguments(self, node: s.Achieve | s.Plan) -> list[ast.expr]:
        span = node.span
        keeping = self._constant(None, span) if node.keeping is None else self._goal(node.keeping)
        allowing: ast.expr = self._constant(None, span)
        if node.allowing is not None:
            allowing = self._tuple([self._expression(name) for name in node.allowing], span)
        avoiding = self._tuple([self._avoided(one) for one in node.avoiding], span)
        options = self._options_map(node.options, span)
        return [self._goal(node.goal), keeping, allowing, avoiding, options]

    def _avoided(self, node: s.Avoided) -> ast.expr:
        """The action and its arguments, None for `_`."""
        action = self._variable(node.action, node.name_span)
        args: ast.expr = self._constant(None, node.span)
        if node.args is not None:
            values = [
                self._constant(None, node.span) if arg is None else self._expression(arg)
                for arg in node.args
            ]
            args = self._tuple(values, node.span)
        return self._tuple([action, args], node.span)

    def _options_map(self, options: tuple[s.Argument, ...], span: Span) -> ast.expr:
        keys: list[ast.expr | None] = []
        values: list[ast.expr] = []
        for option in options:
            keys.append(self._constant(option.name, option.span))
            values.append(self._expression(option.value))
        return self._at(ast.Dict(keys, values), span)

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

    def _plan(self, node: s.Plan) -> ast.expr:
        return self._hook("plan", self._goal_arguments(node), node.span)

    def _holds(self, node: s.Holds) -> ast.expr:
        return self._hook("holds", [self._goal(node.goal)], node.span)

    def _goal_literal(self, node: s.GoalLiteral) -> ast.expr:
        return self._goal(node.goal)

    def _ask(self, node: s.Ask) -> ast.expr:
        return self._formula_hook("ask", node.formula, node.span)


def _is_number(value: object) -> bool:
    return type(value) in (int, float)


def _is_small(node: s.Expression | None) -> bool:
    """Whether multiplying by this makes nothing much larger."""
    return (
        isinstance(node, s.Constant)
        and type(node.value) in (int, float)
        and (type(node.value) is float or abs(node.value) <= 16)  # type: ignore[arg-type]
    )


_EXPRESSIONS: dict[type, Callable[[Any, Any], ast.expr]] = {
    s.Constant: Expressions._literal,
    s.Text: Expressions._text,
    s.Name: Expressions._name,
    s.Sequence: Expressions._sequence,
    s.Map: Expressions._map,
    s.Unary: Expressions._unary,
    s.Binary: Expressions._binary,
    s.Logic: Expressions._logic,
    s.Comparison: Expressions._comparison,
    s.Conditional: Expressions._conditional,
    s.Call: Expressions._call_node,
    s.Attribute: Expressions._attribute,
    s.Index: Expressions._index_node,
    s.Lambda: Expressions._lambda,
    s.Comprehension: Expressions._comprehension,
    s.Ask: Expressions._ask,
    s.Plan: Expressions._plan,
    s.Holds: Expressions._holds,
    s.GoalLiteral: Expressions._goal_literal,
}
