"""Reads the names in PDDL text: terms, typed lists, and predicates applied to terms.

Checks that each name is declared, in the right number and of the right type; each complaint has its
place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import NoReturn

from planscript.lang.diagnostics import Diagnostic, Span, did_you_mean
from planscript.runtime.pddl.model import OBJECT, Atom, Domain, Parameter, Predicate
from planscript.runtime.pddl.sexpr import Form, Node, Text

NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?")

Scope = Mapping[str, tuple[str, ...]]  # the types of each variable in scope


class TermReader:
    """Reads names of one text.

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
    # ------------------------------------------------------------ terms

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
                declared_at(declared),
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
                    declared_at(declared),
                )
            args.append(name)
        return Atom(declared.name, tuple(args))

    def _overlap_object(self, types: tuple[str, ...], wanted: tuple[str, ...]) -> bool:
        """Whether an object declared with `types` is of one of `wanted`, as in Problem.by_type."""
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
                self.warn(
                    "W0705", f"`{word}` is read as `- {word[1:]}`", node, "a space is missing"
                )
                self.words[node] = word[1:]
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

    def exactly(self, node: Form, count: int) -> list[Node]:
        """The parts of a form behind its head, which must be `count` many."""
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


def declared_at(declared: Predicate) -> tuple[tuple[str, Span], ...]:
    return (("declared", declared.span),) if declared.span is not None else ()
