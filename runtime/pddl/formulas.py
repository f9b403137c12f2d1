"""Reads PDDL formulas and effects against the names that a domain declares."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import NoReturn

from planscript.lang.diagnostics import did_you_mean
from planscript.runtime.pddl.model import (
    TRUE,
    Add,
    And,
    Atom,
    Delete,
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
    When,
)
from planscript.runtime.pddl.sexpr import Form, Node
from planscript.runtime.pddl.terms import NUMBER, Scope, TermReader

CONNECTIVES = frozenset(("and", "or", "not", "imply", "forall", "exists", "when", "="))
NUMERIC_EFFECTS = frozenset(("increase", "decrease", "assign", "scale-up", "scale-down"))
RESERVED = CONNECTIVES | NUMERIC_EFFECTS

# What a name that no predicate bears would mean in a larger PDDL.
_UNSUPPORTED = {
    "preference": "preferences (PDDL 3)",
    **dict.fromkeys(("<", ">", "<=", ">="), "numeric conditions (PDDL 2.1 level 2)"),
    **dict.fromkeys(
        [
            "always",
            "sometime",
            "within",
            "at-most-once",
            "sometime-after",
            "sometime-before",
            "always-within",
            "hold-during",
            "hold-after",
        ],
        "trajectory constraints (PDDL 3)",
    ),
    **dict.fromkeys(("at", "over"), "timed conditions and effects (durative actions)"),
    **dict.fromkeys(("probabilistic", "oneof"), "effects with chance"),
    **dict.fromkeys(("knows", "unknown"), "incomplete knowledge"),
}


class FormulaReader(TermReader):
    """Reads formulas and effects of one text; see TermReader for its arguments."""

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
                (part,) = self.exactly(node, 1)
                result = self.formula(part, scope)
                flag = ":disjunctive" if not isinstance(result, Atom | Equals) else ":negative"
                self.need(f"{flag}-preconditions", node)
                return Not(result)
            case "imply":
                self.need(":disjunctive-preconditions", node)
                left, right = self.exactly(node, 2)
                return Imply(self.formula(left, scope), self.formula(right, scope))
            case "forall" | "exists":
                flag = "universal" if name == "forall" else "existential"
                self.need(f":{flag}-preconditions", node)
                variables, body = self.exactly(node, 2)
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
        left, right = self.exactly(node, 2)
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
                (part,) = self.exactly(node, 1)
                return Delete(self._changed_atom(part, scope))
            case "when":
                self.need(":conditional-effects", node)
                condition, effect = self.exactly(node, 2)
                return When(self.formula(condition, scope), self.effect(effect, scope))
            case "forall":
                self.need(":conditional-effects", node)
                variables, effect = self.exactly(node, 2)
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
        target, amount = self.exactly(node, 2)
        name = self.word(target) if isinstance(target, int) else self.head(target)
        if name != "total-cost":
            self.unsupported(
                f"numeric effects such as on `{name}`",
                node,
                "only `(increase (total-cost) amount)` is",
            )
        if not isinstance(target, int):
            self.exactly(target, 0)
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


def _extended(scope: Scope, parameters: Iterable[Parameter]) -> Scope:
    return {**scope, **{p.name: p.types for p in parameters}}


def _listing(names: Iterable[str], most: int = 6) -> str:
    shown = [f"`{name}`" for name in names]
    return ", ".join(shown[:most]) + (", ..." if len(shown) > most else "")
