"""Reads a PDDL problem from its sections."""

from __future__ import annotations

from fractions import Fraction

from planscript.lang.records import replace
from planscript.runtime.pddl.definition import Definition, Warnings
from planscript.runtime.pddl.formulas import FormulaReader
from planscript.runtime.pddl.model import (
    TRUE,
    Atom,
    Domain,
    Formula,
    Increase,
    Problem,
    leaves,
)
from planscript.runtime.pddl.sexpr import Form, Node, Text
from planscript.runtime.pddl.terms import NUMBER


class ProblemReader(Definition):
    kind = "problem"
    sections = (":domain", ":requirements", ":objects", ":init", ":goal", ":metric")
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
            section = self.word(form[1])
            by_name.setdefault(section, []).extend(form[2:])
            places.setdefault(section, form)
        objects = dict(self.domain.constants)
        reader = FormulaReader(self.text, self.domain, objects, self.warnings)
        self._check_domain(by_name.get(":domain", []), places.get(":domain"))
        self.read_requirements(by_name.get(":requirements", []), reader)
        self.read_objects(by_name.get(":objects", []), reader, objects)
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
            self.warn("W0714", "the problem has no goal", self.text.forms[0], "any state will do")
        return replace(
            problem,
            init=frozenset(facts),
            values=values,
            goal=goal,
            minimise_cost=self._metric(by_name.get(":metric"), places.get(":metric"), reader),
        )

    def _check_domain(self, nodes: list[Node], form: Form | None) -> None:
        if form is None:
            self.warn("W0714", "the problem names no domain", self.text.forms[0])
        elif len(nodes) != 1 or not self.word(nodes[0]):
            self.text.fail("E0705", "expected the name of the domain", form, "", "`(:domain name)`")
        elif self.word(nodes[0]) != self.domain.name:
            self.warn(
                "W0714",
                f"the problem is of domain `{self.word(nodes[0])}`, but the domain is called "
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
            self.warn("W0705", "facts that are not listed are false", node, "not needed")
        elif name == "and":
            self.warn("W0705", "the facts of an init need no `and`", node[1], "not needed")
            for part in node[2:]:
                self._init_item(part, facts, values, reader)
        elif name == "at" and len(node) == 4 and NUMBER.fullmatch(self.word(node[2])):
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
        word = self.word(right)
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
                self.warn("W0705", "the cost of a plan begins with 0", right, "taken as 0")
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
        if len(nodes) != 2 or self.word(nodes[0]) not in ("minimize", "minimise", "maximize"):
            self.text.fail(
                "E0705", "a metric minimises an expression", form, "", "`minimize (total-cost)`"
            )
        if self.word(nodes[0]) == "maximize":
            reader.unsupported("metrics to maximise", nodes[0])
        measure = nodes[1]
        name = self.word(measure)
        if not isinstance(measure, int) and len(measure) == 2:
            name = self.word(measure[1])
        if name == "total-time":
            self.warn("W0713", "without durations, time counts steps", measure)
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
