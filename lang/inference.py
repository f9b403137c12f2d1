"""Which variables and expressions are surely numbers, so that operators on them need no guard.

A guard keeps `*` from making huge things in one step, `%` from formatting text, and `{x}`
from Python's own idea of text. Here an expression is INT (a whole number that grows by addition at
most, and so stays small), BIG (any whole number), FLOAT, or nothing known (None). A variable is
what all its values are; the classes of all variables are found together, from below.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from planscript.lang import syntax as s
from planscript.lang.scopes import Scope, Scopes, Source, Variable

Class: TypeAlias = Literal["int", "big", "float"]
_UNSET = "unset"  # no value seen yet

_TO_INT = frozenset(("len", "ord"))
_SAME = frozenset(("abs", "min", "max"))


class Inference:
    """The classes of the variables of a module.

    `trusted`: nothing outside the text gives its module variables values (no conversation).
    """

    def __init__(self, scopes: Scopes, trusted: bool) -> None:
        self.classes: dict[Variable, str | None] = {}
        for scope in scopes.of.values():
            for variable in scope.variables.values():
                known = trusted or variable.scope.kind != "module"
                ok = known and variable.sources and all(variable.sources)
                self.classes[variable] = _UNSET if ok else None
        todo = [variable for variable, found in self.classes.items() if found]
        changed = True
        while changed:
            changed = False
            for variable in todo:
                found = self._of_sources(variable)
                if found != self.classes[variable]:
                    self.classes[variable] = found
                    changed = True

    def of(self, node: s.Expression | s.Spread, scope: Scope) -> str | None:
        """The class of an expression that stands in `scope`."""
        match node:
            case s.Constant():
                if type(node.value) is int:
                    return "int" if abs(node.value) < 1 << 64 else "big"
                return "float" if type(node.value) is float else None
            case s.Name():
                variable = scope.lookup(node.id)
                return self.classes.get(variable) if variable is not None else None
            case s.Unary():
                inner = self.of(node.operand, scope)
                return None if node.op == "not" or (node.op == "~" and inner == "float") else inner
            case s.Binary():
                left, right = self.of(node.left, scope), self.of(node.right, scope)
                return _operation(node.op, left, right)
            case s.Conditional():
                return _join(self.of(node.then, scope), self.of(node.otherwise, scope))
            case s.Call():
                return self._call(node, scope)
            case _:
                return None

    def _call(self, node: s.Call, scope: Scope) -> str | None:
        """A call of a builtin that gives numbers."""
        if not isinstance(node.function, s.Name) or scope.lookup(node.function.id) is not None:
            return None
        name = node.function.id
        if name in _TO_INT:
            return "int"
        values = [one.value for one in node.arguments if isinstance(one, s.Argument)]
        plain = all(isinstance(one, s.Argument) and not one.name for one in node.arguments)
        if name in _SAME and plain and len(values) >= (1 if name == "abs" else 2):
            found = self.of(values[0], scope)
            for value in values[1:]:
                found = _join(found, self.of(value, scope))
            return found
        return None

    def _of_sources(self, variable: Variable) -> str | None:
        found: str | None = _UNSET
        for source in variable.sources:
            assert source is not None
            found = _join(found, self._of_source(source, variable))
        return found

    def _of_source(self, source: Source, variable: Variable) -> str | None:
        kind, node, scope = source
        if kind == "value":
            return self.of(node, scope)
        if kind == "each":  # what a loop goes through
            is_range = (
                isinstance(node, s.Call)
                and isinstance(node.function, s.Name)
                and node.function.id == "range"
                and scope.lookup("range") is None
            )
            return "int" if is_range else None
        return _operation(node.op, self.classes[variable], self.of(node.value, scope))


def _join(one: str | None, other: str | None) -> str | None:
    """What holds for a value that is either."""
    if one == _UNSET or one == other:
        return other
    if other == _UNSET:
        return one
    return "big" if {one, other} == {"int", "big"} else None


def _operation(op: str, left: str | None, right: str | None) -> str | None:
    """The class of the result of an operation on numbers."""
    if left is None or right is None:
        return None
    if _UNSET in (left, right):
        return _UNSET
    is_float = "float" in (left, right)
    both_small = left == right == "int"
    match op:
        case "+" | "-" | "//":
            return "float" if is_float else "int" if both_small else "big"
        case "*":
            return "float" if is_float else "big"
        case "/":
            return "float"
        case "%":
            return "float" if is_float else "int" if right == "int" else "big"
        case "&" | "|" | "^":
            return None if is_float else "int" if both_small else "big"
        case ">>":
            return None if is_float else left
        case _:
            return None
