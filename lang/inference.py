"""Which variables and expressions are surely of one kind, so that work on them needs no guard.

A guard keeps `*` from making huge things in one step, `%` from formatting text, `{x}` from
Python's own idea of text, and `x.name` from Python's own attributes. Here an expression is `int` (a
whole number that grows by addition at most, and so stays small), `big` (any whole number), `float`,
`number` (any of these), `str`, `list`, `dict`, `set`, or nothing known (None). A variable is what
all its values are; the kinds of all variables are found together, from below: `unset` stands for
what has no value yet, or what can only raise an error.

The kinds are ordered unset < int < big < number < None, float < number, and the others between
unset and None; every rule keeps that order, so that the search for all variables ends.
"""

from __future__ import annotations

from planscript.lang import syntax as s
from planscript.lang.methods import GIVES_LIST, GIVES_SMALL, GIVES_TEXT
from planscript.lang.scopes import Scope, Scopes, Source, Variable

_UNSET = "unset"
WHOLE = frozenset(("int", "big"))
NUMBERS = frozenset(("int", "big", "float", "number"))
_CONTAINERS = frozenset(("str", "list", "dict", "set"))

# What builtins give, however they are called.
_CALLS = {
    **dict.fromkeys(("len", "ord"), "int"),
    **dict.fromkeys(("round", "sum"), "number"),
    **dict.fromkeys(("str", "repr", "chr", "bin", "oct", "hex", "input", "type"), "str"),
    **dict.fromkeys(
        ("list", "sorted", "reversed", "enumerate", "zip", "filter", "items", "keys", "values"),
        "list",
    ),
    "int": "big",
    "float": "float",
    "set": "set",
}
_SAME = frozenset(("abs", "min", "max"))


class Inference:
    """The kinds of the variables of a module.

    `trusted`: nothing outside the text gives its module variables values (no conversation).
    """

    def __init__(self, scopes: Scopes, trusted: bool) -> None:
        self.kinds: dict[Variable, str | None] = {}
        for scope in scopes.of.values():
            for variable in scope.variables.values():
                known = trusted or variable.scope.kind != "module"
                ok = known and variable.sources and all(variable.sources)
                self.kinds[variable] = _UNSET if ok else None
        todo = [variable for variable, found in self.kinds.items() if found]
        changed = True
        while changed:
            changed = False
            for variable in todo:
                found = _join(self.kinds[variable], self._of_sources(variable))
                if found != self.kinds[variable]:
                    self.kinds[variable] = found
                    changed = True

    def of(self, node: s.Expression | s.Spread, scope: Scope) -> str | None:
        """The kind of an expression that stands in `scope`."""
        match node:
            case s.Constant():
                return _of_constant(node.value)
            case s.Name():
                variable = scope.lookup(node.id)
                return self.kinds.get(variable) if variable is not None else None
            case s.Text():
                return "str"
            case s.Sequence() | s.Comprehension():
                return {"list": "list", "set": "set", "map": "dict"}.get(node.kind)
            case s.Map():
                return "dict"
            case s.Unary():
                return _sign(node.op, self.of(node.operand, scope))
            case s.Binary():
                return _operation(node.op, self.of(node.left, scope), self.of(node.right, scope))
            case s.Conditional():
                return _join(self.of(node.then, scope), self.of(node.otherwise, scope))
            case s.Logic():
                return self._all((*node.parts,), scope)
            case s.Index():
                value = self.of(node.value, scope)
                if isinstance(node.index, s.Slice):
                    return value if value in ("str", "list") else None
                return value if value == "str" else None
            case s.Call():
                return self._call(node, scope)
            case _:
                return None

    def _all(self, nodes: tuple[s.Expression, ...], scope: Scope) -> str | None:
        """What holds for a value that is one of several expressions."""
        found = self.of(nodes[0], scope)
        for node in nodes[1:]:
            found = _join(found, self.of(node, scope))
        return found

    def _call(self, node: s.Call, scope: Scope) -> str | None:
        """A call of a builtin, or of a method of text."""
        function = node.function
        if isinstance(function, s.Attribute):
            if self.of(function.value, scope) != "str":
                return None
            name = function.name
            if name in GIVES_TEXT:
                return "str"
            return "list" if name in GIVES_LIST else "int" if name in GIVES_SMALL else None
        if not isinstance(function, s.Name) or scope.lookup(function.id) is not None:
            return None
        name = function.id
        if name in _CALLS:
            return _CALLS[name]
        values = tuple(one.value for one in node.arguments if isinstance(one, s.Argument))
        plain = all(isinstance(one, s.Argument) and not one.name for one in node.arguments)
        if name in _SAME and plain and len(values) >= (1 if name == "abs" else 2):
            found = self._all(values, scope)
            return None if name == "abs" and found not in NUMBERS else found
        return None

    def _of_sources(self, variable: Variable) -> str | None:
        found: str | None = _UNSET
        for source in variable.sources:
            assert source is not None
            found = _join(found, self._of_source(source, variable))
        return found

    def _of_source(self, source: Source, variable: Variable) -> str | None:
        how, node, scope = source
        if how == "value":
            return self.of(node, scope)
        if how == "each":  # what a loop goes through
            is_range = (
                isinstance(node, s.Call)
                and isinstance(node.function, s.Name)
                and node.function.id == "range"
                and scope.lookup("range") is None
            )
            if is_range:
                return "int"
            through = self.of(node, scope)
            return through if through in ("str", _UNSET) else None
        return _operation(node.op, self.kinds[variable], self.of(node.value, scope))


def _of_constant(value: object) -> str | None:
    if type(value) is int:
        return "int" if abs(value) < 1 << 64 else "big"
    return {float: "float", str: "str"}.get(type(value))


def _join(one: str | None, other: str | None) -> str | None:
    """What holds for a value that is either."""
    if one == _UNSET or one == other:
        return other
    if other == _UNSET:
        return one
    if one in WHOLE and other in WHOLE:
        return "big"
    return "number" if one in NUMBERS and other in NUMBERS else None


def _sign(op: str, inner: str | None) -> str | None:
    """The kind of `-x`, `+x`, `~x` or `not x`."""
    if op == "not" or inner == _UNSET:
        return None if op == "not" else _UNSET
    if inner in _CONTAINERS:
        return _UNSET
    if op == "~":
        return inner if inner in WHOLE else "big"
    return inner if inner in NUMBERS else "number"


def _operation(op: str, left: str | None, right: str | None) -> str | None:
    """The kind of the result of an operation."""
    if op == "implies":
        return None
    if _UNSET in (left, right):
        return _UNSET
    kinds = {left, right}
    if op in ("+", "*") and kinds & _CONTAINERS:
        return _of_sequences(op, kinds)
    if op == "*" and None in kinds:  # a number may repeat a text
        return "float" if "float" in kinds else None
    if op in ("-", "&", "|", "^") and kinds <= {"set", None}:
        return "set" if "set" in kinds else None
    if op == "+" and not kinds & NUMBERS:
        return None
    if kinds & _CONTAINERS:
        return _UNSET
    return _of_numbers(op, left, right)


def _of_sequences(op: str, kinds: set[str | None]) -> str | None:
    """`+` and `*` where one side is text or a container."""
    known = kinds & _CONTAINERS
    if len(known) > 1 or known & {"dict", "set"}:
        return _UNSET
    (kind,) = known
    if op == "+":
        return _UNSET if kinds & NUMBERS else kind
    return _UNSET if kinds == known or "float" in kinds else kind


def _of_numbers(op: str, left: str | None, right: str | None) -> str | None:
    """Where both sides are numbers, or it is an error."""
    is_float = "float" in (left, right)
    is_whole = left in WHOLE and right in WHOLE
    is_small = left == right == "int"
    match op:
        case "/":
            return "float"
        case "+" | "-" | "//":
            return "float" if is_float else "int" if is_small else "big" if is_whole else "number"
        case "*":
            return "float" if is_float else "big" if is_whole else "number"
        case "%":
            if is_float:
                return "float"
            return "int" if is_whole and right == "int" else "big" if is_whole else "number"
        case "**":
            return "float" if is_float else "number"
        case ">>":
            return left if left in WHOLE else "big"
        case "<<":
            return "big"
        case "&" | "|" | "^" if left is not None or right is not None:
            return "int" if is_small else "big"
        case _:
            return None
