"""Patterns of `match` -> conditions that bind names."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from planscript.lang import syntax as s
from planscript.lang.codegen_expressions import Expressions
from planscript.lang.diagnostics import Span
from planscript.lang.emit import LOAD


class Patterns(Expressions):
    """Generates the tests of patterns."""

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

    def _all(self, tests: list[ast.expr], span: Span) -> ast.expr:
        if not tests:
            return self._constant(True, span)
        if len(tests) == 1:
            return tests[0]
        return self._at(ast.BoolOp(ast.And(), tests), span)

    def _bind(self, name: str, value: ast.expr, span: Span) -> ast.expr:
        """An expression that binds a name and is true."""
        if self._is_boxed(name):
            box = self._at(ast.List([value], LOAD), span)
            return self._walrus("_ps_box_" + name, box, span)
        bound = self._walrus(name, value, span)
        return self._at(ast.List([bound], LOAD), span)

    def _named(self, value: ast.expr, tests: list[ast.expr], span: Span) -> Callable[[], ast.expr]:
        """Keeps a value under a temporary name, so that it can be looked into repeatedly."""
        if isinstance(value, ast.Name):
            name = value.id
        else:
            name = self._temporary()
            kept = self._walrus(name, value, span)
            tests.append(self._at(ast.List([kept], LOAD), span))
        return lambda: self._load(name, span)

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
                    rest = ast.Subscript(get(), self._at(part, span), LOAD)
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
            part = ast.Subscript(get(), self._expression(key), LOAD)
            tests += self._pattern(one, self._at(part, one.span))
        if pattern.rest is not None and pattern.rest.name is not None:
            rest = self._hook("without", [get(), keys], span)
            tests.append(self._bind(pattern.rest.name, rest, span))
