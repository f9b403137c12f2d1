"""What PDDL domains and problems share: `(define (KIND name) (:section ...) ...)`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from planscript.lang.diagnostics import Diagnostic, did_you_mean
from planscript.runtime.pddl.model import Parameter
from planscript.runtime.pddl.sexpr import Form, Node, Text
from planscript.runtime.pddl.terms import TermReader, described

Warnings = list[Diagnostic] | None


class Definition:
    """What domains and problems share: `(define (KIND name) (:section ...) ...)`."""

    kind = ""
    sections: tuple[str, ...] = ()
    once: tuple[str, ...] = ()  # sections that may not be repeated
    unsupported: Mapping[str, str] = {}

    def __init__(self, text: Text, warnings: Warnings) -> None:
        self.text = text
        self.words = text.words
        self.warnings = warnings
        self.requirements: dict[str, Node] = {}
        if warnings is not None:
            for index in text.glued():
                warnings.append(
                    text.warning(
                        "W0705",
                        f"no space before `{self.words[index]}`",
                        index,
                        "read as a new word",
                    )
                )

    def open(self) -> tuple[str, list[Form]]:
        """The name, and the sections in order."""
        text = self.text
        if not text.forms:
            text.fail_empty(f"a {self.kind}")
        top = text.forms[0]
        form = f"`(define ({self.kind} NAME) ...)`"
        if isinstance(top, int) or len(top) < 2 or top[1:2] == [] or self.word(top[1]) != "define":
            text.fail("E0705", f"a {self.kind} begins with {form}", top, "expected `(define`")
        if len(text.forms) > 1:
            text.fail(
                "E0703",
                f"text after the end of the {self.kind}",
                text.forms[1],
                "outside",
                "is there a `)` too many above?",
            )
        head = top[2] if len(top) > 2 else top
        if isinstance(head, int) or head is top or not 2 <= len(head) <= 3:
            text.fail("E0705", f"a {self.kind} begins with {form}", head, "expected the name")
        kind = self.word(head[1])
        if kind != self.kind:
            hint = ""
            if kind in ("domain", "problem"):
                hint = "the domain comes first, then the problem: are the files swapped?"
            text.fail("E0705", f"expected a {self.kind}, found a {kind}", head, "", hint)
        if len(head) < 3 or not self.word(head[2]):
            text.fail("E0705", f"the {self.kind} has no name", head, "a name is missing")
        sections = []
        seen: dict[str, Form] = {}
        for node in top[3:]:
            if isinstance(node, int) or len(node) < 2 or not self.word(node[1]):
                text.fail("E0705", "expected a section", node, "", "a section begins with `(:name`")
            name = self.word(node[1])
            self._check_section(name, node)
            if name in seen and name not in (":action", ":derived"):
                if name in self.once:
                    text.fail(
                        "E0712",
                        f"`{name}` is given twice",
                        node[1],
                        "again here",
                        related=(("first", text.span(seen[name][1])),),
                    )
                self.warn("W0712", f"`{name}` is given in two parts", node[1], "read as one")
            seen.setdefault(name, node)
            sections.append(node)
        return self.word(head[2]), sections

    def _check_section(self, name: str, node: Form) -> None:
        if name in self.unsupported:
            what = self.unsupported[name]
            hint = "write `:action`, which takes no time" if name == ":durative-action" else ""
            self.text.fail("E0713", f"{what} are not supported", node[1], "not supported", hint)
        if name not in self.sections:
            self.text.fail(
                "E0714",
                f"a {self.kind} has no section `{name}`",
                node[1],
                "",
                did_you_mean(name, self.sections) or f"there are {', '.join(self.sections)}",
            )

    def word(self, node: Node) -> str:
        return self.words[node] if isinstance(node, int) else ""

    def warn(self, code: str, title: str, node: Node, label: str = "", hint: str = "") -> None:
        if self.warnings is not None:
            self.warnings.append(self.text.warning(code, title, node, label, hint))

    def read_requirements(self, nodes: Sequence[Node], reader: TermReader) -> None:
        for node in nodes:
            flag = reader.word(node)
            if flag not in _FLAGS:
                self.warn(
                    "W0714",
                    f"no requirement `{flag}` is known",
                    node,
                    "ignored",
                    did_you_mean(flag, _FLAGS),
                )
            self.requirements[flag] = node

    def read_objects(
        self, nodes: Sequence[Node], reader: TermReader, known: dict[str, Parameter]
    ) -> None:
        """Add the typed names in `nodes` to `known`."""
        for item, types in reader.typed(nodes):
            name = reader.word(item)
            if name[0] in "?:":
                self.text.fail("E0705", f"`{name}` cannot name an object", item)
            declared = Parameter(name, reader.known_types(types))
            if name in known:
                if known[name] != declared:
                    self.text.fail(
                        "E0712",
                        f"the object `{name}` is declared twice, and differently",
                        item,
                        f"here {described(declared.types)}, before {described(known[name].types)}",
                        "give each object one declaration",
                    )
                self.warn("W0712", f"the object `{name}` is declared twice", item, "again here")
            known[name] = declared


_ADL = (
    ":strips",
    ":typing",
    ":negative-preconditions",
    ":disjunctive-preconditions",
    ":equality",
    ":universal-preconditions",
    ":existential-preconditions",
    ":conditional-effects",
)
IMPLIED = {  # requirement flags that stand for others
    ":adl": _ADL,
    ":ucpop": _ADL,
    ":quantified-preconditions": (":universal-preconditions", ":existential-preconditions"),
    ":fluents": (":action-costs",),
    ":numeric-fluents": (":action-costs",),
    ":disjunctive-preconditions": (":negative-preconditions",),
}
_FLAGS = frozenset(
    (
        *_ADL,
        *IMPLIED,
        ":derived-predicates",
        ":action-costs",
        ":domain-axioms",
        ":durative-actions",
        ":duration-inequalities",
        ":continuous-effects",
        ":timed-initial-literals",
        ":constraints",
        ":preferences",
        ":object-fluents",
        ":goal-utilities",
    )
)
