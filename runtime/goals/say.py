"""Goals, facts, plans and states in words, English and Chinese.

The words come from glosses where a domain has them and from the names where it has none. What is
peculiar to a language stands in `say_en.py` and `say_zh.py`; this file knows structure alone: which
facts fold into one clause, how quantifiers nest, how steps follow one another.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import ModuleType

from planscript.runtime.goals import say_en, say_zh
from planscript.runtime.pddl.model import (
    And,
    Atom,
    Domain,
    Equals,
    Exists,
    ForAll,
    Formula,
    Imply,
    Not,
    Or,
    Parameter,
)

LANGUAGES: Mapping[str, ModuleType] = {"en": say_en, "zh": say_zh}
_HOLE = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True)
class Speaker:
    """Says things of one domain in one language.

    `objects` gives the types of the world's objects; `shown` the names as the user wrote them;
    `described` the words for objects and types that `describe` gave, by model name.
    """

    domain: Domain
    objects: Mapping[str, Parameter] = field(default_factory=dict)
    shown: Mapping[str, str] = field(default_factory=dict)
    described: Mapping[str, str] = field(default_factory=dict)
    language: str = "en"

    @property
    def rules(self) -> ModuleType:
        """The rules of the language: English where there are none of its own."""
        return LANGUAGES.get(self.language, say_en)

    # ------------------------------------------------ things

    def noun(self, term: str, bound: Mapping[str, str]) -> str:
        """An object, or a variable that `bound` gives words for."""
        if term in bound:
            return bound[term]
        if term in self.described:
            return self.described[term]
        types = self.objects[term].types if term in self.objects else ("object",)
        return str(self.rules.noun(self.shown.get(term, term), types, self.domain.ancestors))

    def kind(self, types: Sequence[str]) -> str:
        """A type, or several joined by "or"."""
        names = [self.described.get(t) or self.rules.words(self.shown.get(t, t)) for t in types]
        return str(self.rules.either(names))

    # ------------------------------------------------ facts

    def fact(self, atom: Atom, positive: bool = True) -> str:
        """One fact, or that it does not hold, as a clause."""
        return self._clause(atom, {}, positive)

    def facts(self, atoms: Iterable[Atom]) -> list[str]:
        """Facts as clauses; those that differ in one argument are folded into one."""
        return self._folded([(atom, True) for atom in atoms], {})

    def _template(self, atom: Atom) -> tuple[str, list[str]]:
        declared = self.domain.predicates.get(atom.name)
        names = [p.name[1:] for p in declared.parameters] if declared else []
        if len(names) != len(atom.args):
            names = [str(i) for i in range(len(atom.args))]
        gloss = declared.gloss.get(self.language) if declared else None
        if gloss is None:
            template = self.rules.predicate(self.shown.get(atom.name, atom.name), names)
        else:
            template = gloss
        return template, names

    def _clause(
        self,
        atom: Atom,
        bound: Mapping[str, str],
        positive: bool,
        plural: Mapping[int, str] | None = None,
    ) -> str:
        template, names = self._template(atom)
        if not positive:
            template = self.rules.negate(template)
        words = {
            name: (plural or {}).get(i) or self.noun(arg, bound)
            for i, (name, arg) in enumerate(zip(names, atom.args, strict=True))
        }
        words |= {str(i): words[name] for i, name in enumerate(names)}
        if plural and template.lstrip().startswith("{" + names[min(plural)] + "}"):
            template = self.rules.plural(template)
        return _HOLE.sub(lambda m: words.get(m[1].strip().lower(), m[0]), template)

    def _folded(self, literals: Sequence[tuple[Atom, bool]], bound: Mapping[str, str]) -> list[str]:
        """Clauses in order; literals equal but for one argument stand together."""
        left = list(literals)
        clauses = []
        while left:
            atom, positive = left.pop(0)
            position, group = self._largest_group(atom, positive, left)
            for other in group:
                left.remove((other, positive))
            if group:
                nouns = [self.noun(a.args[position], bound) for a in (atom, *group)]
                joined = self.rules.enumerate_nouns(nouns)
                clauses.append(self._clause(atom, bound, positive, {position: joined}))
            else:
                clauses.append(self._clause(atom, bound, positive))
        return clauses

    def _largest_group(
        self, atom: Atom, positive: bool, others: Sequence[tuple[Atom, bool]]
    ) -> tuple[int, list[Atom]]:
        best: tuple[int, list[Atom]] = (0, [])
        for i in range(len(atom.args)):
            group = []
            for other, sign in others:
                rest = other.args[:i] + other.args[i + 1 :]
                same = other.name == atom.name and len(other.args) == len(atom.args)
                if same and sign == positive and rest == atom.args[:i] + atom.args[i + 1 :]:
                    group.append(other)
            if len(group) > len(best[1]):
                best = (i, group)
        return best

    # ------------------------------------------------ goals

    def goal(self, formula: Formula) -> str:
        """A goal as one sentence, with its full stop."""
        return str(self.rules.sentence(self.formula(formula)))

    def formula(self, formula: Formula, bound: Mapping[str, str] | None = None) -> str:
        """A formula as a clause without a full stop."""
        return self._say(formula, dict(bound or {}))

    def _say(self, formula: Formula, bound: dict[str, str]) -> str:
        rules = self.rules
        match formula:
            case Atom():
                return self._clause(formula, bound, True)
            case Not(Atom() as atom):
                return self._clause(atom, bound, False)
            case Equals(left, right):
                return str(rules.same(self.noun(left, bound), self.noun(right, bound)))
            case Not(Equals(left, right)):
                return str(rules.different(self.noun(left, bound), self.noun(right, bound)))
            case Not(part):
                return str(rules.never(self._say(part, bound)))
            case And(parts):
                return str(rules.join_and(self._conjuncts(parts, bound))) if parts else rules.TRUE
            case Or(parts):
                clauses = [self._say(part, bound) for part in parts]
                return str(rules.join_or(clauses)) if parts else str(rules.FALSE)
            case Imply(left, right):
                return str(rules.if_then(self._say(left, bound), self._say(right, bound)))
            case ForAll(parameters, body):
                return self._quantified(parameters, body, bound, True)
            case Exists(parameters, body):
                return self._quantified(parameters, body, bound, False)

    def _conjuncts(self, parts: Sequence[Formula], bound: dict[str, str]) -> list[str]:
        literals: list[tuple[Atom, bool]] = []
        others: list[Formula] = []
        for part in parts:
            match part:
                case Atom():
                    literals.append((part, True))
                case Not(Atom() as atom):
                    literals.append((atom, False))
                case _:
                    others.append(part)
        return self._folded(literals, bound) + [self._say(part, bound) for part in others]

    def _quantified(
        self,
        parameters: Sequence[Parameter],
        body: Formula,
        bound: dict[str, str],
        universal: bool,
    ) -> str:
        rules = self.rules
        inner, body = self._distinct(parameters, body)
        if len(parameters) == 1 and not inner and _simple(body):
            variable, kind = parameters[0].name, self.kind(parameters[0].types)
            one = rules.every(kind) if universal else rules.some(kind)
            if universal and isinstance(body, Not):
                return str(self._say(body.part, {**bound, variable: rules.no(kind)}))
            return self._say(body, {**bound, variable: one})
        names = {}
        for i, p in enumerate(parameters):
            names[p.name] = rules.variable(self.kind(p.types), p.name[1:], len(parameters) > 1 or i)
        listed = [rules.typed(self.kind(p.types), names[p.name], universal) for p in parameters]
        said = self._say(body, {**bound, **names})
        return str(rules.quantified(listed, said, universal, bool(inner)))

    def _distinct(
        self, parameters: Sequence[Parameter], body: Formula
    ) -> tuple[list[Formula], Formula]:
        """The `(not (= a b))` conjuncts between the variables, and the rest of the body."""
        own = {p.name for p in parameters}
        if not isinstance(body, And):
            return [], body
        apart, rest = [], []
        for part in body.parts:
            match part:
                case Not(Equals(left, right)) if left in own and right in own:
                    apart.append(part)
                case _:
                    rest.append(part)
        pairs = len(parameters) * (len(parameters) - 1) // 2
        if len(apart) != pairs or not rest:
            return [], body
        return list(apart), rest[0] if len(rest) == 1 else And(tuple(rest))

    # ------------------------------------------------ plans

    def step(self, step: Atom, bound: Mapping[str, str] | None = None) -> str:
        """One step as a clause in the imperative; `bound` gives words for variables."""
        return self._step(step, bound or {})

    def _step(self, step: Atom, bound: Mapping[str, str]) -> str:
        declared = self.domain.actions.get(step.name)
        names = [p.name[1:] for p in declared.parameters] if declared else []
        if len(names) != len(step.args):
            names = [str(i) for i in range(len(step.args))]
        gloss = declared.gloss.get(self.language) if declared else None
        if gloss is None:
            template = self.rules.action(self.shown.get(step.name, step.name), names)
        else:
            template = gloss
        words = {n: self.noun(a, bound) for n, a in zip(names, step.args, strict=True)}
        words |= {str(i): words[name] for i, name in enumerate(names)}
        return _HOLE.sub(lambda m: words.get(m[1].strip().lower(), m[0]), template)

    def plan(self, steps: Sequence[Atom]) -> str:
        """A plan as one sentence (or, when long, several)."""
        if not steps:
            return str(self.rules.NOTHING_TO_DO)
        clauses = []
        before: Atom | None = None
        for step in steps:
            bound = {}
            if before is not None and step.args and before.args and step.args[0] == before.args[0]:
                if self.rules.IT is not None:
                    bound[step.args[0]] = self.rules.IT
            clauses.append(self._step(step, bound))
            before = step
        return str(self.rules.sequence(clauses))

    def state(self, state: Iterable[Atom]) -> str:
        """A state as sentences, folded, in the order of the predicates' declaration."""
        order = {name: i for i, name in enumerate(self.domain.predicates)}
        facts = sorted(state, key=lambda a: (order.get(a.name, len(order)), a.args))
        return str(self.rules.sentences(self.facts(facts)))


def _simple(body: Formula) -> bool:
    """Whether "every fruit" can stand in the place of the variable in the one clause."""
    match body:
        case Atom() | Not(Atom()):
            return True
    return False
