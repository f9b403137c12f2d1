"""Reads a PDDL domain from its sections."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from planscript.lang.diagnostics import did_you_mean
from planscript.lang.records import replace
from planscript.runtime.pddl.definition import IMPLIED, Definition
from planscript.runtime.pddl.formulas import RESERVED, FormulaReader
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
    Not,
    Or,
    Parameter,
    Predicate,
)
from planscript.runtime.pddl.sexpr import Form, Node


class DomainReader(Definition):
    kind = "domain"
    sections = (
        ":requirements",
        ":types",
        ":constants",
        ":predicates",
        ":functions",
        ":action",
        ":derived",
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
            by_name.setdefault(self.word(form[1]), []).append(form)

        def parts(section: str) -> list[Node]:
            return [node for form in by_name.get(section, ()) for node in form[2:]]

        domain = Domain(name)
        reader = FormulaReader(self.text, domain, {}, self.warnings)
        self.read_requirements(parts(":requirements"), reader)
        domain = replace(domain, types=self._types(parts(":types"), reader))
        reader.domain = domain
        constants: dict[str, Parameter] = {}
        self.read_objects(parts(":constants"), reader, constants)
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
                self.warn("W0712", f"the type `{name}` is declared twice", item, "again here")
                above = above if types else declared[name]
            declared[name] = above
            places.setdefault(name, item)
            for node in types:
                parents.setdefault(self.words[node], node)
        for name, place in parents.items():
            if name != OBJECT and name not in declared:
                self.warn(
                    "W0707", f"the type `{name}` is not declared itself", place, "taken as a type"
                )
                declared[name] = (OBJECT,)
                places[name] = place
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
                self.text.fail(
                    "E0715",
                    f"the type `{name}` lies above itself",
                    places[name],
                    "among its own parents' parents",
                    "take one `- parent` out of the circle",
                )
            done.update(set(left) - set(later))
            left = later

    def _predicates(self, nodes: list[Node], reader: FormulaReader) -> dict[str, Predicate]:
        found: dict[str, Predicate] = {}
        for node in nodes:
            name = reader.head(node)
            assert not isinstance(node, int)
            if name == "=":
                self.warn("W0712", "`=` is built in", node, "this declaration is not needed")
                continue
            self._check_new(name, node, found, "predicate")
            found[name] = self._declared(node, reader)
        return found

    def _declared(self, node: Form, reader: FormulaReader) -> Predicate:
        def repeated(item: Node, name: str) -> str:
            self.warn("W0712", f"the parameter `{name}` occurs twice", item, "read as another one")
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
                if not isinstance(node, int) and self.word(node[1]) == name:
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
        variables = [n for n in head[2:] if isinstance(n, int) and self.words[n][0] == "?"]
        untyped = len(variables) == len(head) - 2
        if untyped and len(parameters) == len(declared.parameters):
            parameters = tuple(
                Parameter(mine.name, theirs.types)
                for mine, theirs in zip(parameters, declared.parameters, strict=True)
            )
        scope = {p.name: p.types for p in parameters}
        reader.applied(declared, [*head[:2], *variables], scope, "predicate")
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
        if len(form) < 3 or not self.word(form[2]) or self.word(form[2])[0] in "?:":
            self.text.fail("E0705", "an action without a name", form[1], "a name is missing here")
        name = self.word(form[2])
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
                inner = self.word(key[1]) if not isinstance(key, int) and len(key) > 1 else ""
                if inner.startswith(":"):
                    self.text.fail(
                        "E0703",
                        f"the section `({inner}` begins inside the action `{self.word(form[2])}`",
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
            declared.update(IMPLIED.get(flag, ()))
        for flag, node in reader.features.items():
            if flag not in declared:
                self.warn("W0713", f"`{flag}` is used but not declared", node, "used here")


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
