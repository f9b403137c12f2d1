"""Reads PDDL: domains, problems, single formulas and plans, from text or from files.

PDDL 2.1 level 1 with ADL, derived predicates and action costs (Fox & Long 2003; Edelkamp & Hoffmann
2004; IPC 2008). Names are taken in lower case. Whatever is wrong, or belongs to a larger PDDL, is a
`SourceError` with its place; slips that do not change the meaning are warnings, appended to the
list passed as `warnings`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from planscript.lang.diagnostics import Diagnostic, Span, did_you_mean
from planscript.runtime.pddl.formulas import NUMBER, RESERVED, FormulaReader, described
from planscript.runtime.pddl.model import (
    OBJECT,
    TRUE,
    Action,
    And,
    Atom,
    Axiom,
    Domain,
    Effects,
    Exists,
    ForAll,
    Formula,
    Imply,
    Increase,
    Not,
    Or,
    Parameter,
    Predicate,
    Problem,
    leaves,
)
from planscript.runtime.pddl.sexpr import Form, Node, Text, read_text

Warnings = list[Diagnostic] | None


def read_domain(text: str, source: str = "<input>", warnings: Warnings = None) -> Domain:
    """The domain in `text`; `source` names it in messages. Raises SourceError."""
    return _DomainReader(Text(text, source), warnings).read()


def read_problem(text: str, source: str, domain: Domain, warnings: Warnings = None) -> Problem:
    """The problem of `domain` in `text`; `source` names it in messages. Raises SourceError."""
    return _ProblemReader(Text(text, source), domain, warnings).read()


def read_domain_file(path: str | os.PathLike[str], warnings: Warnings = None) -> Domain:
    """The domain in a file. Raises SourceError, also where the file cannot be read."""
    return read_domain(read_text(path), os.fspath(path), warnings)


def read_problem_file(
    path: str | os.PathLike[str], domain: Domain, warnings: Warnings = None
) -> Problem:
    """The problem of `domain` in a file. Raises SourceError, also where the file cannot be read."""
    return read_problem(read_text(path), os.fspath(path), domain, warnings)


def read_formula(
    text: str,
    domain: Domain,
    objects: Mapping[str, Parameter],
    source: str = "<input>",
    warnings: Warnings = None,
) -> Formula:
    """One formula without free variables, such as `(and (on a b) (clear a))`.

    `objects` are the names that may stand as terms (a problem's, or a domain's constants). Raises
    SourceError.
    """
    cut = Text(text, source)
    if not cut.forms:
        raise_empty(cut, "a formula")
    if len(cut.forms) > 1:
        cut.fail(
            "E0705",
            "more than one formula",
            cut.forms[1],
            "begins here",
            "join them: `(and first second)`",
        )
    return FormulaReader(cut, domain, objects, warnings).formula(cut.forms[0], {})


def read_plan(text: str, source: str = "<input>") -> tuple[Atom, ...]:
    """A plan in the form of the IPC: one `(action object ...)` a line, `;` begins a comment.

    Whether the names mean anything is for the validator to say. Raises SourceError.
    """
    cut = Text(text, source)
    steps = []
    for node in cut.forms:
        if isinstance(node, int):
            word = cut.words[node]
            hint = "a step is `(action object ...)`"
            if word.endswith(":") or (word == "[" or NUMBER.fullmatch(word)):
                cut.fail("E0713", "plans with times are not supported", node, "a time", hint)
            cut.fail("E0705", f"expected `(`, found `{word}`", node, "not a step", hint)
        if len(node) == 1:
            cut.fail("E0705", "a step without an action", node, "empty")
        words = []
        for part in node[1:]:
            if not isinstance(part, int):
                cut.fail("E0705", "a form inside a step", part, "a step holds only names")
            words.append(cut.words[part])
        steps.append(Atom(words[0], tuple(words[1:])))
    return tuple(steps)


def read_plan_file(path: str | os.PathLike[str]) -> tuple[Atom, ...]:
    """The plan in a file. Raises SourceError, also where the file cannot be read."""
    return read_plan(read_text(path), os.fspath(path))


# ---------------------------------------------------------------- the outer form


def raise_empty(cut: Text, wanted: str) -> None:
    """Complain that a text holds nothing (not even a word to point at)."""
    from planscript.lang.diagnostics import SourceError

    raise SourceError(
        Diagnostic(
            "E0705", f"`{cut.source}` is empty: {wanted} was expected", Span(cut.source, 1, 1, 1, 1)
        )
    )


class _Definition:
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
            raise_empty(text, f"a {self.kind}")
        top = text.forms[0]
        form = f"`(define ({self.kind} NAME) ...)`"
        if isinstance(top, int) or len(top) < 2 or top[1:2] == [] or self._word(top[1]) != "define":
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
        kind = self._word(head[1])
        if kind != self.kind:
            hint = ""
            if kind in ("domain", "problem"):
                hint = "the domain comes first, then the problem: are the files swapped?"
            text.fail("E0705", f"expected a {self.kind}, found a {kind}", head, "", hint)
        if len(head) < 3 or not self._word(head[2]):
            text.fail("E0705", f"the {self.kind} has no name", head, "a name is missing")
        sections = []
        seen: dict[str, Form] = {}
        for node in top[3:]:
            if isinstance(node, int) or len(node) < 2 or not self._word(node[1]):
                text.fail("E0705", "expected a section", node, "", "a section begins with `(:name`")
            name = self._word(node[1])
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
                self._warn("W0712", f"`{name}` is given in two parts", node[1], "read as one")
            seen.setdefault(name, node)
            sections.append(node)
        return self._word(head[2]), sections

    def _check_section(self, name: str, node: Form) -> None:
        if name in self.unsupported:
            self.text.fail("E0713", f"{self.unsupported[name]} are not supported", node[1])
        if name not in self.sections:
            self.text.fail(
                "E0714",
                f"a {self.kind} has no section `{name}`",
                node[1],
                "",
                did_you_mean(name, self.sections) or f"there are {', '.join(self.sections)}",
            )

    def _word(self, node: Node) -> str:
        return self.words[node] if isinstance(node, int) else ""

    def _warn(self, code: str, title: str, node: Node, label: str = "", hint: str = "") -> None:
        if self.warnings is not None:
            self.warnings.append(self.text.warning(code, title, node, label, hint))

    def _read_requirements(self, nodes: Sequence[Node], reader: FormulaReader) -> None:
        for node in nodes:
            flag = reader.word(node)
            if flag not in _FLAGS:
                self._warn(
                    "W0714",
                    f"no requirement `{flag}` is known",
                    node,
                    "ignored",
                    did_you_mean(flag, _FLAGS),
                )
            self.requirements[flag] = node

    def _objects(
        self, nodes: Sequence[Node], reader: FormulaReader, known: dict[str, Parameter]
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
                self._warn("W0712", f"the object `{name}` is declared twice", item, "again here")
            known[name] = declared


_ADL = (
    ":strips :typing :negative-preconditions :disjunctive-preconditions :equality"
    " :universal-preconditions :existential-preconditions :conditional-effects"
).split()
_IMPLIED = {
    ":adl": _ADL,
    ":ucpop": _ADL,
    ":quantified-preconditions": [":universal-preconditions", ":existential-preconditions"],
    ":fluents": [":action-costs"],
    ":numeric-fluents": [":action-costs"],
    ":disjunctive-preconditions": [":negative-preconditions"],
}
_FLAGS = frozenset(
    [
        *_ADL,
        *_IMPLIED,
        *":derived-predicates :action-costs :domain-axioms :durative-actions".split(),
        *":duration-inequalities :continuous-effects :timed-initial-literals".split(),
        *":constraints :preferences :object-fluents :goal-utilities".split(),
    ]
)


# ---------------------------------------------------------------- domains


class _DomainReader(_Definition):
    kind = "domain"
    sections = tuple(
        ":requirements :types :constants :predicates :functions :action :derived".split()
    )
    unsupported = {
        ":durative-action": "durative actions",
        ":process": "processes",
        ":event": "events",
        ":constraints": "trajectory constraints (PDDL 3)",
        ":axiom": "old-style axioms (write `(:derived ...)`)",
        ":task": "task networks",
        ":method": "task networks",
        ":safety": "safety constraints",
    }

    def read(self) -> Domain:
        name, sections = self.open()
        # Sections refer to each other, but may stand in any order.
        by_name: dict[str, list[Form]] = {}
        for form in sections:
            by_name.setdefault(self._word(form[1]), []).append(form)

        def parts(section: str) -> list[Node]:
            return [node for form in by_name.get(section, ()) for node in form[2:]]

        domain = Domain(name)
        reader = FormulaReader(self.text, domain, {}, self.warnings)
        self._read_requirements(parts(":requirements"), reader)
        domain = replace(domain, types=self._types(parts(":types"), reader))
        reader.domain = domain
        constants: dict[str, Parameter] = {}
        self._objects(parts(":constants"), reader, constants)
        predicates = self._predicates(parts(":predicates"), reader)
        functions = self._functions(parts(":functions"), reader)
        for both in predicates.keys() & functions.keys():
            self.text.fail(
                "E0712",
                f"`{both}` is declared as a predicate and as a function",
                self._declaration(by_name[":functions"], both),
            )
        domain = replace(domain, constants=constants, predicates=predicates, functions=functions)
        reader.domain, reader.objects = domain, constants
        axioms = [self._axiom(form, reader) for form in by_name.get(":derived", ())]
        domain = replace(domain, axioms=tuple(axioms))
        reader.domain = domain
        self._check_strata(domain, by_name.get(":derived", []))
        actions: dict[str, Action] = {}
        for form in by_name.get(":action", ()):
            action = self._action(form, reader)
            if action.name in actions:
                first = actions[action.name].span
                self.text.fail(
                    "E0712",
                    f"the action `{action.name}` is declared twice",
                    form[2],
                    "again here",
                    related=(("first", first),) if first else (),
                )
            actions[action.name] = action
        self._check_requirements(reader)
        return replace(domain, actions=actions, requirements=frozenset(self.requirements))

    def _types(self, nodes: list[Node], reader: FormulaReader) -> dict[str, tuple[str, ...]]:
        declared: dict[str, tuple[str, ...]] = {}
        places: dict[str, Node] = {}
        parents: dict[str, Node] = {}
        for item, types in reader.typed(nodes):
            name = reader.word(item)
            above = tuple(dict.fromkeys(self.words[node] for node in types)) or (OBJECT,)
            if name == OBJECT:
                if types and above != (OBJECT,):
                    self.text.fail(
                        "E0715", "`object` is above all types", item, f"declared below `{above[0]}`"
                    )
                continue
            if name[0] in "?:":
                self.text.fail("E0705", f"`{name}` cannot name a type", item)
            if name in declared:
                if types and declared[name] not in (above, (OBJECT,)):
                    self.text.fail(
                        "E0712",
                        f"the type `{name}` is declared twice, and differently",
                        item,
                        f"here below `{above[0]}`, before below `{declared[name][0]}`",
                        "write `- (either a b)` for more than one parent",
                    )
                self._warn("W0712", f"the type `{name}` is declared twice", item, "again here")
                above = above if types else declared[name]
            declared[name] = above
            places.setdefault(name, item)
            for node in types:
                parents.setdefault(self.words[node], node)
        for name, node in parents.items():
            if name != OBJECT and name not in declared:
                self._warn(
                    "W0707", f"the type `{name}` is not declared itself", node, "taken as a type"
                )
                declared[name] = (OBJECT,)
                places[name] = node
        self._check_cycles(declared, places)
        return declared

    def _check_cycles(
        self, declared: Mapping[str, tuple[str, ...]], places: Mapping[str, Node]
    ) -> None:
        done: set[str] = {OBJECT}
        left = list(declared)
        while left:
            later = [name for name in left if not done.issuperset(declared[name])]
            if len(later) == len(left):
                # Each of these has a parent among these: walk up until a name comes again.
                name, seen = later[0], set[str]()
                while name not in seen:
                    seen.add(name)
                    name = next(above for above in declared[name] if above not in done)
                self.text.fail("E0715", f"the type `{name}` lies above itself", places[name])
            done.update(set(left) - set(later))
            left = later

    def _predicates(self, nodes: list[Node], reader: FormulaReader) -> dict[str, Predicate]:
        found: dict[str, Predicate] = {}
        for node in nodes:
            name = reader.head(node)
            assert not isinstance(node, int)
            if name == "=":
                self._warn("W0712", "`=` is built in", node, "this declaration is not needed")
                continue
            self._check_new(name, node, found, "predicate")
            found[name] = self._declared(node, reader)
        return found

    def _declared(self, node: Form, reader: FormulaReader) -> Predicate:
        def repeated(item: Node, name: str) -> str:
            self._warn("W0712", f"the parameter `{name}` occurs twice", item, "read as another one")
            return name + "2"

        return Predicate(
            reader.head(node), reader.variables(node[2:], repeated), span=self.text.span(node)
        )

    def _check_new(self, name: str, node: Form, known: Mapping[str, Predicate], kind: str) -> None:
        if name in RESERVED or name[0] in "?:":
            self.text.fail("E0712", f"`{name}` cannot name a {kind}", node[1], "a word of PDDL")
        if name in known:
            first = known[name].span
            self.text.fail(
                "E0712",
                f"the {kind} `{name}` is declared twice",
                node[1],
                "again here",
                "",
                (("first", first),) if first else (),
            )

    def _functions(self, nodes: list[Node], reader: FormulaReader) -> dict[str, Predicate]:
        found: dict[str, Predicate] = {}
        for item, types in reader.typed(nodes):
            for node in types:
                if self.words[node] != "number":
                    reader.unsupported("functions whose values are objects (object fluents)", node)
            name = reader.head(item)
            assert not isinstance(item, int)
            self._check_new(name, item, found, "function")
            found[name] = self._declared(item, reader)
            if name == "total-cost" and found[name].parameters:
                self.text.fail("E0710", "`(total-cost)` takes no arguments", item)
        return found

    def _declaration(self, sections: list[Form], name: str) -> Node:
        for section in sections:
            for node in section[2:]:
                if not isinstance(node, int) and self._word(node[1]) == name:
                    return node
        return sections[0]

    def _axiom(self, form: Form, reader: FormulaReader) -> Axiom:
        reader.need(":derived-predicates", form)
        if len(form) != 4:
            self.text.fail(
                "E0705", "a rule has a head and a body", form, "", "`(:derived (name ?x) formula)`"
            )
        head = form[2]
        name = reader.head(head)
        assert not isinstance(head, int)
        declared = reader.domain.predicates.get(name)
        parameters = reader.variables(head[2:])
        if declared is None:
            self.text.fail(
                "E0706",
                f"no predicate `{name}`",
                head[1],
                "not declared",
                did_you_mean(name, reader.domain.predicates) or "declare it under :predicates",
            )
        if len(parameters) == len(declared.parameters):
            typed = any(isinstance(node, int) and self.words[node] == "-" for node in head[2:])
            if not typed:  # the declaration says the types
                parameters = tuple(
                    Parameter(mine.name, theirs.types)
                    for mine, theirs in zip(parameters, declared.parameters, strict=True)
                )
        scope = {p.name: p.types for p in parameters}
        untyped: Form = [head[0], head[1]]
        untyped += [item for item, _ in reader.typed(head[2:])]
        reader.applied(declared, untyped, scope, "predicate")
        body = reader.formula(form[3], scope)
        return Axiom(Predicate(name, parameters), body, self.text.span(form))

    def _check_strata(self, domain: Domain, forms: list[Form]) -> None:
        """Refuse rules where a predicate depends on its own negation (Thiebaux et al. 2005)."""
        layer = dict.fromkeys(domain.derived, 0)
        changed = True
        while changed:
            changed = False
            for axiom, form in zip(domain.axioms, forms, strict=True):
                name = axiom.head.name
                for used, positive in _occurrences(axiom.body):
                    least = layer.get(used, -1) + (not positive)
                    if least > layer[name]:
                        layer[name] = least
                        changed = True
                        if least > len(layer):
                            self.text.fail(
                                "E0713",
                                f"the rule for `{name}` depends on its own negation",
                                form,
                                f"through `{used}`",
                                "rules must be stratified",
                            )

    def _action(self, form: Form, reader: FormulaReader) -> Action:
        if len(form) < 3 or not self._word(form[2]) or self._word(form[2])[0] in "?:":
            self.text.fail("E0705", "an action without a name", form[1], "a name is missing here")
        name = self._word(form[2])
        given: dict[str, Node] = {}
        known = (":parameters", ":precondition", ":effect")
        for key, value in self._pairs(form, known):
            word = self.words[key]
            if word in (":duration", ":condition"):
                reader.unsupported("durative actions", key)
            if word not in known:
                self.text.fail(
                    "E0714",
                    f"an action has no part `{word}`",
                    key,
                    "",
                    did_you_mean(word, known) or f"there are {', '.join(known)}",
                )
            if word in given:
                self.text.fail(
                    "E0712",
                    f"`{word}` is given twice in the action `{name}`",
                    key,
                    "again here",
                    "join the two by `and`",
                )
            given[word] = value
        parameters = reader.parameters(given[":parameters"]) if ":parameters" in given else ()
        scope = {p.name: p.types for p in parameters}
        precondition = (
            reader.formula(given[":precondition"], scope) if ":precondition" in given else TRUE
        )
        effect = reader.effect(given[":effect"], scope) if ":effect" in given else Effects(())
        return Action(name, parameters, precondition, effect, span=self.text.span(form[2]))

    def _pairs(self, form: Form, known: tuple[str, ...]) -> Iterator[tuple[int, Node]]:
        nodes = form[3:]
        at = 0
        while at < len(nodes):
            key = nodes[at]
            if not isinstance(key, int) or self.words[key][0] != ":":
                inner = self._word(key[1]) if not isinstance(key, int) and len(key) > 1 else ""
                if inner.startswith(":"):
                    self.text.fail(
                        "E0703",
                        f"the section `({inner}` begins inside the action `{self._word(form[2])}`",
                        key,
                        "a `)` is missing before this",
                    )
                self.text.fail(
                    "E0705",
                    f"expected one of {', '.join(known)}, found `{self.text.show(key)}`",
                    key,
                    "is a `)` misplaced before this?",
                )
            if at + 1 == len(nodes):
                self.text.fail("E0705", f"nothing after `{self.words[key]}`", key, "ends here")
            yield key, nodes[at + 1]
            at += 2

    def _check_requirements(self, reader: FormulaReader) -> None:
        if self.warnings is None:
            return
        declared = set(self.requirements)
        for flag in self.requirements:
            declared.update(_IMPLIED.get(flag, ()))
        for flag, node in reader.features.items():
            if flag not in declared:
                self._warn("W0713", f"`{flag}` is used but not declared", node, "used here")


def _occurrences(formula: Formula) -> Iterator[tuple[str, bool]]:
    """The predicates in `formula`, each with whether it stands unnegated."""
    todo: list[tuple[Formula, bool]] = [(formula, True)]
    while todo:
        one, positive = todo.pop()
        match one:
            case Atom(name, _):
                yield name, positive
            case Not(part):
                todo.append((part, not positive))
            case And(parts) | Or(parts):
                todo += [(part, positive) for part in parts]
            case Imply(left, right):
                todo += [(left, not positive), (right, positive)]
            case ForAll(_, body) | Exists(_, body):
                todo.append((body, positive))


# ---------------------------------------------------------------- problems


class _ProblemReader(_Definition):
    kind = "problem"
    sections = tuple(":domain :requirements :objects :init :goal :metric".split())
    once = (":domain", ":goal", ":metric")
    unsupported = {
        ":constraints": "trajectory constraints (PDDL 3)",
        ":htn": "task networks",
        ":length": "bounds on the plan's length",
    }

    def __init__(self, text: Text, domain: Domain, warnings: Warnings) -> None:
        super().__init__(text, warnings)
        self.domain = domain

    def read(self) -> Problem:
        name, sections = self.open()
        by_name: dict[str, list[Node]] = {}
        places: dict[str, Form] = {}
        for form in sections:
            section = self._word(form[1])
            by_name.setdefault(section, []).extend(form[2:])
            places.setdefault(section, form)
        objects = dict(self.domain.constants)
        reader = FormulaReader(self.text, self.domain, objects, self.warnings)
        self._check_domain(by_name.get(":domain", []), places.get(":domain"))
        self._read_requirements(by_name.get(":requirements", []), reader)
        self._objects(by_name.get(":objects", []), reader, objects)
        problem = Problem(name, self.domain, objects, frozenset())
        facts, values = self._init(by_name.get(":init", []), problem, reader)
        goal: Formula = TRUE
        if ":goal" in places:
            parts = by_name[":goal"]
            if len(parts) != 1:
                self.text.fail(
                    "E0705",
                    f"`:goal` takes one formula, not {len(parts)}",
                    places[":goal"],
                    "",
                    "join several formulas by `and`",
                )
            goal = reader.formula(parts[0], {})
        else:
            self._warn("W0714", "the problem has no goal", self.text.forms[0], "any state will do")
        return replace(
            problem,
            init=frozenset(facts),
            values=values,
            goal=goal,
            minimise_cost=self._metric(by_name.get(":metric"), places.get(":metric"), reader),
        )

    def _check_domain(self, nodes: list[Node], form: Form | None) -> None:
        if form is None:
            self._warn("W0714", "the problem names no domain", self.text.forms[0])
        elif len(nodes) != 1 or not self._word(nodes[0]):
            self.text.fail("E0705", "expected the name of the domain", form, "", "`(:domain name)`")
        elif self._word(nodes[0]) != self.domain.name:
            self._warn(
                "W0714",
                f"the problem is of domain `{self._word(nodes[0])}`, but the domain is called "
                f"`{self.domain.name}`",
                nodes[0],
            )

    def _init(
        self, nodes: list[Node], problem: Problem, reader: FormulaReader
    ) -> tuple[set[Atom], dict[Atom, Fraction]]:
        words = self.words
        facts: set[Atom] = set()
        values: dict[Atom, Fraction] = {}
        derived = self.domain.derived
        fitting = {
            name: [frozenset(problem.of_types(p.types)) for p in predicate.parameters]
            for name, predicate in self.domain.predicates.items()
            if name not in derived
        }
        for node in nodes:
            # Nearly all of a large file is flat, correct atoms: their words lie side by side.
            if isinstance(node, list) and isinstance(node[-1], int):
                last = node[-1]
                if last - node[0] == len(node) - 1:  # type: ignore[operator]
                    first = node[0] + 1  # type: ignore[operator]
                    sets = fitting.get(words[first])
                    if sets is not None and len(sets) == last - first:
                        args = words[first + 1 : last + 1]
                        for arg, allowed in zip(args, sets, strict=True):
                            if arg not in allowed:
                                break
                        else:
                            facts.add(Atom(words[first], tuple(args)))
                            continue
            self._init_item(node, facts, values, reader)
        return facts, values

    def _init_item(
        self, node: Node, facts: set[Atom], values: dict[Atom, Fraction], reader: FormulaReader
    ) -> None:
        """An item of the init that is no plain correct fact."""
        name = reader.head(node)
        assert not isinstance(node, int)
        if name == "=":
            self._init_value(node, values, reader)
        elif name == "not":
            if len(node) != 3:
                self.text.fail("E0705", "`not` takes one atom", node)
            atom = self._fact(node[2], reader)
            if atom in facts:
                self.text.fail("E0712", "this fact is also given as true", node, "said to be false")
            self._warn("W0705", "facts that are not listed are false", node, "not needed")
        elif name == "and":
            self._warn("W0705", "the facts of an init need no `and`", node[1], "not needed")
            for part in node[2:]:
                self._init_item(part, facts, values, reader)
        elif name == "at" and len(node) == 4 and NUMBER.fullmatch(self._word(node[2])):
            reader.unsupported("timed initial literals", node)
        elif name in ("or", "oneof", "unknown", "forall", "exists", "imply", "when"):
            self.text.fail("E0705", f"`{name}` cannot stand in an init", node, "only facts can")
        else:
            facts.add(self._fact(node, reader))

    def _fact(self, node: Node, reader: FormulaReader) -> Atom:
        atom = reader.atom(node, {})
        if atom.name in self.domain.derived:
            self.text.fail(
                "E0705",
                f"`{atom.name}` is derived by a rule, so it cannot be given",
                node,
                "in the init",
            )
        return atom

    def _init_value(self, node: Form, values: dict[Atom, Fraction], reader: FormulaReader) -> None:
        if len(node) != 4:
            self.text.fail("E0705", "`=` takes a function and a number", node, "", "`(= (f a) 3)`")
        left, right = node[2], node[3]
        word = self._word(right)
        if isinstance(left, int):
            if self.words[left] not in self.domain.functions:
                reader.unsupported("equations between objects in an init", node)
            left = [left, left]  # a function without arguments, written without parentheses
        function = reader.function_atom(left, {})
        if not NUMBER.fullmatch(word):
            if word in reader.objects:
                reader.unsupported("functions whose values are objects (object fluents)", right)
            self.text.fail("E0705", f"expected a number, found `{self.text.show(right)}`", right)
        value = Fraction(word)
        if function.name == "total-cost":
            if value:
                self._warn("W0705", "the cost of a plan begins with 0", right, "taken as 0")
            return
        if values.get(function, value) != value:
            self.text.fail(
                "E0712", "this function has been given another value", node, "again here"
            )
        if value < 0 and function.name in self._cost_functions():
            self.text.fail("E0705", "a cost cannot be negative", right, "negative")
        values[function] = value

    def _cost_functions(self) -> set[str]:
        return {
            part.amount.name
            for action in self.domain.actions.values()
            for part in leaves(action.effect)
            if isinstance(part, Increase) and isinstance(part.amount, Atom)
        }

    def _metric(self, nodes: list[Node] | None, form: Form | None, reader: FormulaReader) -> bool:
        """Whether the metric is the plan's cost."""
        if nodes is None or form is None:
            return False
        if len(nodes) != 2 or self._word(nodes[0]) not in ("minimize", "minimise", "maximize"):
            self.text.fail(
                "E0705", "a metric minimises an expression", form, "", "`minimize (total-cost)`"
            )
        if self._word(nodes[0]) == "maximize":
            reader.unsupported("metrics to maximise", nodes[0])
        measure = nodes[1]
        name = self._word(measure)
        if not isinstance(measure, int) and len(measure) == 2:
            name = self._word(measure[1])
        if name == "total-time":
            self._warn("W0713", "without durations, time counts steps", measure)
            return False
        if name != "total-cost":
            reader.unsupported(
                f"metrics such as `{self.text.show(measure)}`", measure, "only `(total-cost)` is"
            )
        if name not in self.domain.functions:
            self.text.fail(
                "E0706",
                "the domain does not declare `(total-cost)`",
                measure,
                "",
                "declare `(:functions (total-cost) - number)` in the domain",
            )
        return True
