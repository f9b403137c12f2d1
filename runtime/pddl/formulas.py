"""Reads PDDL formulas, effects and typed lists against the names that a domain declares.

Names, arities and types are checked here, each complaint with its place. Sections of a file are
`reader.py`'s concern.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import NoReturn

from planscript.lang.diagnostics import Diagnostic, Span, did_you_mean
from planscript.runtime.pddl.model import (
    OBJECT,
    TRUE,
    Add,
    And,
    Atom,
    Delete,
    Domain,
    Effect,
    Effects,
    Equals,
    Exists,
    ForAll,
    ForAllEffect,
    Formula,
    Imply,
    Increase,
    Not,
    Or,
    Parameter,
    Predicate,
    When,
)
from planscript.runtime.pddl.sexpr import Form, Node, Text

NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?")
CONNECTIVES = frozenset(("and", "or", "not", "imply", "forall", "exists", "when", "="))
NUMERIC_EFFECTS = frozenset(("increase", "decrease", "assign", "scale-up", "scale-down"))
RESERVED = CONNECTIVES | NUMERIC_EFFECTS

# What a name that no predicate bears would mean in a larger PDDL.
_UNSUPPORTED = {
    "preference": "preferences (PDDL 3)",
    **dict.fromkeys(("<", ">", "<=", ">="), "numeric conditions (PDDL 2.1 level 2)"),
    **dict.fromkeys(
        (
            "always sometime within at-most-once sometime-after sometime-before always-within"
            " hold-during hold-after"
        ).split(),
        "trajectory constraints (PDDL 3)",
    ),
    **dict.fromkeys(("at", "over"), "timed conditions and effects (durative actions)"),
    **dict.fromkeys(("probabilistic", "oneof"), "effects with chance"),
    **dict.fromkeys(("knows", "unknown"), "incomplete knowledge"),
}

Scope = Mapping[str, tuple[str, ...]]  # the types of each variable in scope


class FormulaReader:
    """Reads formulas and effects of one text.

    `domain` gives types, predicates and functions; `objects` the names that may stand as terms.
    `features` collects the requirement flags that the text needs, with the first place of each.
    """

    def __init__(
        self,
        text: Text,
        domain: Domain,
        objects: Mapping[str, Parameter],
        warnings: list[Diagnostic] | None,
    ) -> None:
        self.text = text
        self.words = text.words
        self.domain = domain
        self.objects = objects
        self.warnings = warnings
        self.features: dict[str, Node] = {}

    def warn(self, code: str, title: str, node: Node, label: str = "", hint: str = "") -> None:
        """Note a warning, if anybody listens."""
        if self.warnings is not None:
            self.warnings.append(self.text.warning(code, title, node, label, hint))

    def need(self, flag: str, node: Node) -> None:
        """Note that the text uses what the requirement `flag` announces."""
        self.features.setdefault(flag, node)

    def unsupported(self, what: str, node: Node, hint: str = "") -> NoReturn:
        """Refuse a construct of a larger PDDL."""
        self.text.fail("E0713", f"{what} are not supported", node, "not supported", hint)

    # ------------------------------------------------------------ formulas

    def formula(self, node: Node, scope: Scope) -> Formula:
        """A formula over the variables in `scope`; `()` is true."""
        if isinstance(node, int):
            word = self.words[node]
            self.text.fail(
                "E0705",
                f"expected a formula, found `{word}`",
                node,
                "a formula stands in parentheses",
                f"write `({word})`" if word in self.domain.predicates else "",
            )
        if len(node) == 1:
            return TRUE
        name, parts = self.head(node), node[2:]
        match name:
            case "and":
                return And(tuple([self.formula(part, scope) for part in parts]))
            case "or":
                self.need(":disjunctive-preconditions", node)
                return Or(tuple([self.formula(part, scope) for part in parts]))
            case "not":
                (part,) = self._exactly(node, 1)
                result = self.formula(part, scope)
                flag = ":disjunctive" if not isinstance(result, Atom | Equals) else ":negative"
                self.need(f"{flag}-preconditions", node)
                return Not(result)
            case "imply":
                self.need(":disjunctive-preconditions", node)
                left, right = self._exactly(node, 2)
                return Imply(self.formula(left, scope), self.formula(right, scope))
            case "forall" | "exists":
                flag = "universal" if name == "forall" else "existential"
                self.need(f":{flag}-preconditions", node)
                variables, body = self._exactly(node, 2)
                parameters = self.parameters(variables)
                result = self.formula(body, _extended(scope, parameters))
                return (ForAll if name == "forall" else Exists)(parameters, result)
            case "=":
                self.need(":equality", node)
                return self._equals(node, scope)
            case "when":
                self.text.fail(
                    "E0705",
                    "`when` is an effect, not a condition",
                    node,
                    "in a condition",
                    "write `(imply condition formula)`",
                )
        return self.atom(node, scope)

    def _equals(self, node: Form, scope: Scope) -> Equals:
        left, right = self._exactly(node, 2)
        for side in (left, right):
            name = self.words[side] if isinstance(side, int) else ""
            if not name or (NUMBER.fullmatch(name) and name not in self.objects):
                self.unsupported("numeric conditions (PDDL 2.1 level 2)", node)
        self.term_types(left, scope)
        self.term_types(right, scope)
        return Equals(self.word(left), self.word(right))

    def atom(self, node: Node, scope: Scope) -> Atom:
        """A predicate of the domain applied to terms of fitting types."""
        name = self.head(node)
        assert not isinstance(node, int)
        predicate = self.domain.predicates.get(name)
        if predicate is None:
            self._unknown_predicate(node, name)
        return self.applied(predicate, node, scope, "predicate")

    def _unknown_predicate(self, node: Form, name: str) -> NoReturn:
        if name in _UNSUPPORTED:
            self.unsupported(_UNSUPPORTED[name], node)
        if name.startswith(":"):
            self.text.fail(
                "E0703",
                f"the section `({name}` begins inside a formula",
                node[1],
                "a `)` is missing before this",
                "close the section above it",
            )
        if name in NUMERIC_EFFECTS:
            self.text.fail("E0705", f"`{name}` is an effect, not a condition", node)
        if name in self.domain.functions:
            self.text.fail("E0706", f"`{name}` is a numeric function, not a predicate", node[1])
        known = self.domain.predicates
        self.text.fail(
            "E0706",
            f"no predicate `{name}`",
            node[1],
            "not declared",
            did_you_mean(name, [*known, *CONNECTIVES])
            or (f"declare it under :predicates; there are {_listing(known)}" if known else ""),
        )

    def applied(self, declared: Predicate, node: Form, scope: Scope, kind: str) -> Atom:
        """`node` as `declared` (a predicate or function) applied to checked terms."""
        terms = node[2:]
        if len(terms) != len(declared.parameters):
            count = len(declared.parameters)
            self.text.fail(
                "E0710",
                f"`{declared.name}` takes {count} argument{'s' * (count != 1)}, not {len(terms)}",
                node,
                "wrong number of arguments",
                f"it is declared as {signature(declared)}",
                _declared_at(declared),
            )
        args = []
        for term, parameter in zip(terms, declared.parameters, strict=True):
            types = self.term_types(term, scope)
            name = self.word(term)
            if name[0] == "?":
                fits = self._overlap(types, parameter.types)
                if fits and not self.domain.fits(types, parameter.types):
                    self.warn(
                        "W0711",
                        f"`{name}` is {described(types)}, wider than `{declared.name}` takes",
                        term,
                        f"only {described(parameter.types)} can ever fit",
                    )
            else:
                fits = self._overlap_object(types, parameter.types)
            if not fits:
                self.text.fail(
                    "E0711",
                    f"`{name}` is {described(types)}, but `{declared.name}` takes "
                    f"{described(parameter.types)} here",
                    term,
                    "wrong type",
                    f"the {kind} is declared as {signature(declared)}",
                    _declared_at(declared),
                )
            args.append(name)
        return Atom(declared.name, tuple(args))

    def _overlap_object(self, types: tuple[str, ...], wanted: tuple[str, ...]) -> bool:
        """Whether an object declared with `types` is of one of `wanted` (as Problem.by_type has it)."""
        return any(self.domain.is_subtype(t, w) for t in types for w in wanted)

    def _overlap(self, one: tuple[str, ...], other: tuple[str, ...]) -> bool:
        """Whether some type lies below both."""
        if self.domain.compatible(one, other):
            return True
        return any(
            not above.isdisjoint(one) and not above.isdisjoint(other)
            for above in self.domain.ancestors.values()
        )

    def term_types(self, node: Node, scope: Scope) -> tuple[str, ...]:
        """The declared types of a variable in scope or of a known object."""
        if not isinstance(node, int):
            name = self.head(node) if len(node) > 1 and isinstance(node[1], int) else ""
            if name in self.domain.functions or name in self.domain.predicates:
                self.unsupported("functions as terms (object fluents)", node)
            self.text.fail("E0705", "expected a variable or an object", node, "not a name")
        name = self.words[node]
        if name[0] == "?":
            if name not in scope:
                self.text.fail(
                    "E0709",
                    f"the variable `{name}` is not bound",
                    node,
                    "not among the parameters",
                    did_you_mean(name, scope) or "declare it in :parameters or a quantifier",
                )
            return scope[name]
        if name not in self.objects:
            self.text.fail(
                "E0708",
                f"no object `{name}`",
                node,
                "not declared",
                f"did you mean the variable `?{name}`?"
                if "?" + name in scope
                else did_you_mean(name, self.objects) or "declare it in :objects or :constants",
            )
        return self.objects[name].types

    # ------------------------------------------------------------ effects

    def effect(self, node: Node, scope: Scope) -> Effect:
        """An effect over the variables in `scope`; `()` changes nothing."""
        if isinstance(node, int):
            word = self.words[node]
            self.text.fail("E0705", f"expected an effect, found `{word}`", node)
        if len(node) == 1:
            return Effects(())
        name, parts = self.head(node), node[2:]
        match name:
            case "and":
                return Effects(tuple([self.effect(part, scope) for part in parts]))
            case "not":
                (part,) = self._exactly(node, 1)
                return Delete(self._changed_atom(part, scope))
            case "when":
                self.need(":conditional-effects", node)
                condition, effect = self._exactly(node, 2)
                return When(self.formula(condition, scope), self.effect(effect, scope))
            case "forall":
                self.need(":conditional-effects", node)
                variables, effect = self._exactly(node, 2)
                parameters = self.parameters(variables)
                return ForAllEffect(parameters, self.effect(effect, _extended(scope, parameters)))
            case "increase":
                return self._increase(node, scope)
            case "decrease" | "assign" | "scale-up" | "scale-down":
                self.unsupported(
                    f"numeric effects such as `{name}`",
                    node,
                    "only `(increase (total-cost) amount)` is",
                )
            case "or" | "exists" | "imply" | "=":
                self.text.fail(
                    "E0705",
                    f"`{name}` cannot stand in an effect",
                    node,
                    "a condition, not an effect",
                    "an effect is an atom, `not` an atom, `and`, `when`, `forall` or `increase`",
                )
        return Add(self._changed_atom(node, scope))

    def _changed_atom(self, node: Node, scope: Scope) -> Atom:
        name = self.head(node)
        if name in CONNECTIVES:
            self.text.fail(
                "E0705",
                "an effect can only make a single atom false",
                node,
                f"`not` of `{name}`",
                "write `(not (predicate ...))` for each atom",
            )
        atom = self.atom(node, scope)
        if name in self.domain.derived:
            self.text.fail(
                "E0705",
                f"`{name}` is derived by a rule, so no action can change it",
                node,
                "change what it is derived from instead",
            )
        return atom

    def _increase(self, node: Form, scope: Scope) -> Effect:
        target, amount = self._exactly(node, 2)
        name = self.word(target) if isinstance(target, int) else self.head(target)
        if name != "total-cost":
            self.unsupported(
                f"numeric effects such as on `{name}`",
                node,
                "only `(increase (total-cost) amount)` is",
            )
        if not isinstance(target, int):
            self._exactly(target, 0)
        self.need(":action-costs", node)
        if "total-cost" not in self.domain.functions:
            self.text.fail(
                "E0706",
                "`(total-cost)` is not declared",
                target,
                "",
                "declare `(:functions (total-cost) - number)`",
            )
        if isinstance(amount, int):
            word = self.words[amount]
            if not NUMBER.fullmatch(word):
                self.text.fail(
                    "E0705",
                    f"expected a number or a function, found `{word}`",
                    amount,
                    "",
                    f"write `({word})`" if word in self.domain.functions else "",
                )
            if Fraction(word) < 0:
                self.text.fail("E0705", "a cost cannot be negative", amount, "negative")
            return Increase(Fraction(word))
        name = self.head(amount)
        if name in ("+", "-", "*", "/"):
            self.unsupported("sums and products as costs", amount, "use a number or one function")
        if name == "total-cost":
            self.unsupported("costs that depend on the cost so far", amount)
        return Increase(self.function_atom(amount, scope))

    def function_atom(self, node: Form, scope: Scope) -> Atom:
        """A numeric function of the domain applied to terms of fitting types."""
        name = self.head(node)
        function = self.domain.functions.get(name)
        if function is None:
            self.text.fail(
                "E0706",
                f"no numeric function `{name}`",
                node[1],
                "not declared",
                did_you_mean(name, self.domain.functions) or "declare it under :functions",
            )
        return self.applied(function, node, scope, "function")

    # ------------------------------------------------------------ typed lists

    def parameters(self, node: Node) -> tuple[Parameter, ...]:
        """`(?x ?y - type ...)` with distinct variables and known types."""
        if isinstance(node, int):
            self.text.fail(
                "E0705", "expected a list of variables in parentheses", node, "", "`(?x - type)`"
            )
        return self.variables(node[1:])

    def variables(
        self, nodes: Sequence[Node], repeated: Callable[[Node, str], str] | None = None
    ) -> tuple[Parameter, ...]:
        """Typed variables; `repeated` renames one that occurs twice (None: that is an error)."""
        found: dict[str, Parameter] = {}
        for item, types in self.typed(nodes):
            name = self.word(item)
            if name[0] != "?" or name == "?":
                self.text.fail(
                    "E0705",
                    f"expected a variable, found `{name}`",
                    item,
                    "variables begin with `?`",
                    f"write `?{name.strip('?') or 'x'}`",
                )
            if name in found:
                if repeated is None:
                    self.text.fail(
                        "E0712", f"the variable `{name}` is declared twice", item, "again here"
                    )
                name = repeated(item, name)
                while name in found:
                    name += "_"
            found[name] = Parameter(name, self.known_types(types))
        return tuple(found.values())

    def known_types(self, nodes: Sequence[int]) -> tuple[str, ...]:
        """The names of declared types; none means `object`."""
        names: list[str] = []
        for node in nodes:
            name = self.words[node]
            if name != OBJECT and name not in self.domain.types:
                self.text.fail(
                    "E0707",
                    f"no type `{name}`",
                    node,
                    "not declared",
                    did_you_mean(name, [*self.domain.types, OBJECT]) or "declare it under :types",
                )
            if name not in names:
                names.append(name)
        return tuple(names) or (OBJECT,)

    def typed(self, nodes: Sequence[Node]) -> list[tuple[Node, list[int]]]:
        """A typed list as (item, the words that name its types) in order."""
        found: list[tuple[Node, list[int]]] = []
        pending: list[Node] = []
        at = 0
        while at < len(nodes):
            node = nodes[at]
            at += 1
            word = self.words[node] if isinstance(node, int) else ""
            if not word.startswith("-"):
                pending.append(node)
                continue
            self.need(":typing", node)
            if word == "-":
                if at == len(nodes):
                    self.text.fail("E0705", "a type is missing after `-`", node, "ends here")
                kind = nodes[at]
                at += 1
            else:
                assert isinstance(node, int)
                kind = node
                self.words[node] = word[1:]
                self.warn(
                    "W0705", f"`{word}` is read as `- {word[1:]}`", node, "a space is missing"
                )
            if not pending:
                self.text.fail("E0705", "a type without a name before it", kind, "whose type?")
            types = self._type_words(kind)
            found += [(item, types) for item in pending]
            pending = []
        found += [(item, []) for item in pending]
        return found

    def _type_words(self, kind: Node) -> list[int]:
        if isinstance(kind, int):
            if self.words[kind][0] in "?-:":
                self.text.fail("E0705", f"expected a type, found `{self.words[kind]}`", kind)
            return [kind]
        if len(kind) < 3 or self.head(kind) != "either":
            self.text.fail("E0705", "expected a type or `(either ...)`", kind, "", "`(either a b)`")
        for part in kind[2:]:
            self.word(part)
        return [part for part in kind[2:] if isinstance(part, int)]

    # ------------------------------------------------------------ words

    def word(self, node: Node) -> str:
        """The word at `node`, which must not be a form."""
        if not isinstance(node, int):
            self.text.fail("E0705", f"expected a name, found `{self.text.show(node)}`", node)
        return self.words[node]

    def head(self, node: Node) -> str:
        """The first word of a form."""
        if isinstance(node, int):
            self.text.fail("E0705", f"expected `(...)`, found `{self.words[node]}`", node)
        if len(node) == 1:
            self.text.fail("E0705", "empty parentheses", node, "a name is missing")
        first = node[1]
        if not isinstance(first, int):
            self.text.fail(
                "E0705",
                "expected a name after `(`",
                first,
                "not a name",
                "a list of conditions begins with `and`",
            )
        return self.words[first]

    def _exactly(self, node: Form, count: int) -> list[Node]:
        parts = node[2:]
        if len(parts) != count:
            self.text.fail(
                "E0705",
                f"`{self.head(node)}` takes {count or 'no'} part{'s' * (count != 1)}, "
                f"not {len(parts)}",
                node,
                "",
                _SHAPES.get(self.head(node), ""),
            )
        return parts


_SHAPES = {
    "not": "`(not formula)`",
    "imply": "`(imply condition formula)`",
    "forall": "`(forall (?x - type) formula)`; join several formulas by `and`",
    "exists": "`(exists (?x - type) formula)`; join several formulas by `and`",
    "when": "`(when condition effect)`; join several effects by `and`",
    "=": "`(= a b)`",
    "increase": "`(increase (total-cost) amount)`",
}


def _extended(scope: Scope, parameters: Iterable[Parameter]) -> Scope:
    return {**scope, **{p.name: p.types for p in parameters}}


def _listing(names: Iterable[str], most: int = 6) -> str:
    shown = [f"`{name}`" for name in names]
    return ", ".join(shown[:most]) + (", ..." if len(shown) > most else "")


def described(types: tuple[str, ...]) -> str:
    """Types in words: "a `ball`", "a `ball` or `box`"."""
    return "a " + " or ".join(f"`{name}`" for name in types)


def signature(declared: Predicate) -> str:
    """A declaration as it would be written in PDDL."""
    words = [declared.name]
    for p in declared.parameters:
        kind = p.types[0] if len(p.types) == 1 else f"(either {' '.join(p.types)})"
        words.append(p.name if kind == OBJECT else f"{p.name} - {kind}")
    return f"`({' '.join(words)})`"


def _declared_at(declared: Predicate) -> tuple[tuple[str, Span], ...]:
    return (("declared", declared.span),) if declared.span is not None else ()
