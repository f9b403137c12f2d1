"""Brings actions, axioms and goals into the form that grounding works on: rules.

A rule is a conjunction of literals over typed variables, beside the few formulas that do not fit
(`checks` and `residual`). Nothing is grounded here. After Helmert, "Concise finite-domain
representations for PDDL planning tasks" (AIJ 173, 2009), section 3, but quantifiers and large
disjunctions are left whole: on ground arguments most of them collapse.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import product
from typing import NamedTuple, TypeVar

from planscript.lang.diagnostics import Diagnostic, SourceError, Span
from planscript.runtime.pddl.model import (
    FALSE,
    TRUE,
    Action,
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
    Problem,
    When,
)
from planscript.runtime.planner.formulas import (
    conjunction,
    disjunction,
    free_variables,
    is_literals,
    substitute,
    substitute_atom,
)

_T = TypeVar("_T")
MOST_BRANCHES = 8  # a disjunction is split into rules only while there are no more than this


class Rule(NamedTuple):
    """A conjunction over typed variables.

    `domains[i]` are the objects (by number) that `variables[i]` ranges over. `checks` hold only
    static predicates; `residual` are formulas (in negation normal form) that neither are static nor
    were split.
    """

    variables: tuple[str, ...]
    domains: tuple[tuple[int, ...], ...]
    atoms: tuple[Atom, ...] = ()
    negated: tuple[Atom, ...] = ()
    unequal: tuple[tuple[str, str], ...] = ()
    checks: tuple[Formula, ...] = ()
    residual: tuple[Formula, ...] = ()


class EffectRule(NamedTuple):
    """A conditional or quantified effect; its rule's variables begin with those of the schema."""

    rule: Rule
    atom: Atom
    adds: bool


class Schema(NamedTuple):
    """One branch of an action: `arguments` are the action's arguments as terms over the rule."""

    action: Action
    rule: Rule
    arguments: tuple[str, ...]
    adds: tuple[Atom, ...]
    deletes: tuple[Atom, ...]
    effects: tuple[EffectRule, ...]
    costs: tuple[Fraction | Atom, ...]


class AxiomRule(NamedTuple):
    """One branch of an axiom."""

    rule: Rule
    head: Atom
    span: Span | None


class Normaliser:
    """Makes the rules of one problem; `numbers` numbers its objects."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.numbers = {name: number for number, name in enumerate(problem.objects)}
        self._changed = problem.domain.changed
        self._fresh = 0

    # ------------------------------------------------ what grounding asks for

    def schemas(self, action: Action) -> list[Schema]:
        """The schemas that together stand for the action."""
        own = list(action.parameters)
        effects: list[_FlatEffect] = []
        costs: list[Fraction | Atom] = []
        self._flatten(action, action.effect, _FlatEffect(), {}, effects, costs)
        found = []
        extra: list[Parameter] = []
        for leaves in self._split(self.nnf(action.precondition), extra):
            core = self._rule([*own, *extra], leaves, keep=len(own))
            if core is None:
                continue
            rule, terms = core
            adds: list[Atom] = []
            deletes: list[Atom] = []
            others: list[EffectRule] = []
            for one in effects:
                if one.parameters or one.condition != TRUE:
                    others += self._effect_rules(rule, terms, one)
                else:
                    (adds if one.adds else deletes).append(substitute_atom(one.atom, terms))
            found.append(
                Schema(
                    action,
                    rule,
                    tuple(terms[p.name] for p in own),
                    _unique(adds),
                    _unique(deletes),
                    tuple(others),
                    tuple(
                        c if isinstance(c, Fraction) else substitute_atom(c, terms) for c in costs
                    ),
                )
            )
        return found

    def axioms(self) -> list[AxiomRule]:
        """The rules of all axioms of the domain."""
        found = []
        for axiom in self.problem.domain.axioms:
            own = list(axiom.head.parameters)
            head = Atom(axiom.head.name, tuple(p.name for p in own))
            extra: list[Parameter] = []
            for leaves in self._split(self.nnf(axiom.body), extra):
                core = self._rule([*own, *extra], leaves, keep=len(own))
                if core is not None:
                    rule, terms = core
                    found.append(AxiomRule(rule, substitute_atom(head, terms), axiom.span))
        return found

    def nnf(self, formula: Formula, positive: bool = True) -> Formula:
        """Negation normal form; no variable is bound twice, and no bound name is free elsewhere."""
        return self._nnf(formula, positive, {})

    # ------------------------------------------------ negation normal form

    def _nnf(self, formula: Formula, positive: bool, names: Mapping[str, str]) -> Formula:
        match formula:
            case Atom():
                atom = substitute_atom(formula, names)
                return atom if positive else Not(atom)
            case Equals(left, right):
                left, right = names.get(left, left), names.get(right, right)
                if left == right:
                    return TRUE if positive else FALSE
                if left in self.numbers and right in self.numbers:
                    return FALSE if positive else TRUE
                return Equals(left, right) if positive else Not(Equals(left, right))
            case Not(part):
                return self._nnf(part, not positive, names)
            case Imply(left_side, right_side):
                parts: Iterable[Formula] = (
                    self._nnf(left_side, not positive, names),
                    self._nnf(right_side, positive, names),
                )
                return disjunction(parts) if positive else conjunction(parts)
            case And(several) | Or(several):
                parts = [self._nnf(part, positive, names) for part in several]
                joined = isinstance(formula, And) == positive
                return conjunction(parts) if joined else disjunction(parts)
            case ForAll(parameters, body) | Exists(parameters, body):
                renamed = self._renamed(parameters)
                inner = {
                    **names,
                    **{p.name: r.name for p, r in zip(parameters, renamed, strict=True)},
                }
                inside = self._nnf(body, positive, inner)
                universal = isinstance(formula, ForAll) == positive
                if inside == (TRUE if universal else FALSE):
                    return inside
                return ForAll(renamed, inside) if universal else Exists(renamed, inside)
        raise TypeError(f"not a formula: {formula!r}")

    def _renamed(self, parameters: Sequence[Parameter]) -> tuple[Parameter, ...]:
        """The parameters under names that no text holds, so that nothing is captured."""
        renamed = []
        for parameter in parameters:
            self._fresh += 1
            renamed.append(Parameter(f"{parameter.name}#{self._fresh}", parameter.types))
        return tuple(renamed)

    # ------------------------------------------------ splitting

    def _split(self, formula: Formula, extra: list[Parameter]) -> list[list[Formula]]:
        """Conjunctions of leaves that together equal the formula; `extra` gets bound variables."""
        if isinstance(formula, And):
            several: list[list[Formula]] = [[]]
            for part in formula.parts:
                options = self._split(part, extra)
                if len(several) * len(options) > MOST_BRANCHES:
                    options = [[part]]
                several = [[*one, *other] for one, other in product(several, options)]
            return several
        if isinstance(formula, Exists) and not self.is_static(formula):
            extra.extend(formula.parameters)
            return self._split(formula.body, extra)
        if formula == FALSE:
            return []
        if (
            isinstance(formula, Or)
            and len(formula.parts) <= MOST_BRANCHES
            and not self.is_static(formula)
            and all(is_literals(part) for part in formula.parts)
        ):
            return [list(part.parts) if isinstance(part, And) else [part] for part in formula.parts]
        return [[formula]]

    def is_static(self, formula: Formula) -> bool:
        """Whether nothing that the formula mentions can ever change."""
        match formula:
            case Atom(name, _):
                return name not in self._changed
            case Not(part) | ForAll(_, part) | Exists(_, part):
                return self.is_static(part)
            case And(parts) | Or(parts):
                return all(self.is_static(part) for part in parts)
        return True

    # ------------------------------------------------ rules

    def _rule(
        self,
        parameters: Sequence[Parameter],
        leaves: Sequence[Formula],
        keep: int,
        outer: Rule | None = None,
    ) -> tuple[Rule, dict[str, str]] | None:
        """The rule of a conjunction of leaves, equalities resolved; None where it is never true.

        The first `keep` parameters are variables even where no leaf mentions them. The variables of
        the rule `outer`, whose values are given, come first. The mapping tells each parameter's
        term in the rule.
        """
        domains = {p.name: self._numbers_of(p) for p in parameters}
        if not all(domains.values()):
            return None
        given: tuple[str, ...] = ()
        if outer is not None:
            given = outer.variables
            domains = {**dict(zip(given, outer.domains, strict=True)), **domains}
        merged = self._merge(domains, leaves, given)
        if merged is None:
            return None
        terms, leaves = merged
        atoms: list[Atom] = []
        negated: list[Atom] = []
        unequal: list[tuple[str, str]] = []
        checks: list[Formula] = []
        residual: list[Formula] = []
        for leaf in leaves:
            leaf = substitute(leaf, terms)
            match leaf:
                case Atom():
                    atoms.append(leaf)
                case Not(Atom() as atom):
                    negated.append(atom)
                case Not(Equals(left, right)):
                    if left == right:
                        return None
                    if left in domains or right in domains:
                        unequal.append((left, right))
                case _:
                    (checks if self.is_static(leaf) else residual).append(leaf)
        if set(atoms) & set(negated):
            return None
        used = {arg for atom in (*atoms, *negated) for arg in atom.args}
        used.update(term for pair in unequal for term in pair)
        used.update(*map(free_variables, (*checks, *residual)))
        used.update(terms[p.name] for p in parameters[:keep])
        names = [p.name for i, p in enumerate(parameters) if i < keep or p.name in used]
        variables = (*given, *(name for name in names if terms[name] == name))
        rule = Rule(
            variables,
            tuple(domains[name] for name in variables),
            _unique(atoms),
            _unique(negated),
            _unique(unequal),
            tuple(checks),
            tuple(residual),
        )
        return rule, terms

    def _merge(
        self, domains: dict[str, tuple[int, ...]], leaves: Sequence[Formula], given: Sequence[str]
    ) -> tuple[dict[str, str], list[Formula]] | None:
        """The term that each variable becomes by the equalities, and the other leaves.

        Narrows the domains. An equality between given terms stays a leaf. None: never true.
        """
        terms = {name: name for name in domains}
        rest: list[Formula] = []

        def root(term: str) -> str:
            while terms.get(term, term) != term:
                term = terms[term]
            return term

        for leaf in leaves:
            if not isinstance(leaf, Equals):
                rest.append(leaf)
                continue
            gone, kept = root(leaf.left), root(leaf.right)
            if gone == kept:
                continue
            if gone not in domains or gone in given:
                gone, kept = kept, gone
            if gone not in domains or gone in given:
                if gone not in domains and kept not in domains:
                    return None  # two objects
                rest.append(Equals(gone, kept))
                continue
            range_ = domains[kept] if kept in domains else (self.numbers[kept],)
            common = tuple(sorted(set(domains[gone]) & set(range_)))
            if not common:
                return None
            if kept in domains:
                domains[kept] = common
            terms[gone] = kept
        return {name: root(name) for name in terms}, rest

    def _numbers_of(self, parameter: Parameter) -> tuple[int, ...]:
        return tuple(self.numbers[name] for name in self.problem.of_types(parameter.types))

    # ------------------------------------------------ effects

    def _flatten(
        self,
        action: Action,
        effect: Effect,
        around: _FlatEffect,
        names: Mapping[str, str],
        effects: list[_FlatEffect],
        costs: list[Fraction | Atom],
    ) -> None:
        """Collects the simple effects in `effect`; `around` has the quantifiers and conditions."""
        match effect:
            case Add(atom) | Delete(atom):
                atom = substitute_atom(atom, names)
                effects.append(around._replace(atom=atom, adds=isinstance(effect, Add)))
            case Increase(amount):
                if around.parameters or around.condition != TRUE:
                    raise SourceError(
                        Diagnostic(
                            "E0731",
                            f"the cost of `{action.name}` depends on a condition",
                            action.span,
                            hint="make one action for each cost",
                        )
                    )
                costs.append(amount)
            case When(condition, inner):
                both = conjunction((around.condition, self._nnf(condition, True, names)))
                if both != FALSE:
                    within = around._replace(condition=both)
                    self._flatten(action, inner, within, names, effects, costs)
            case ForAllEffect(parameters, inner):
                renamed = self._renamed(parameters)
                new = {p.name: r.name for p, r in zip(parameters, renamed, strict=True)}
                within = around._replace(parameters=(*around.parameters, *renamed))
                self._flatten(action, inner, within, {**names, **new}, effects, costs)
            case Effects(parts):
                for part in parts:
                    self._flatten(action, part, around, names, effects, costs)

    def _effect_rules(
        self, schema: Rule, terms: Mapping[str, str], effect: _FlatEffect
    ) -> list[EffectRule]:
        """The rules of one conditional or quantified effect of a schema."""
        found = []
        extra: list[Parameter] = []
        condition = substitute(effect.condition, terms)
        for leaves in self._split(condition, extra):
            own = (*effect.parameters, *extra)
            core = self._rule(own, leaves, keep=len(effect.parameters), outer=schema)
            if core is not None:
                atom = substitute_atom(substitute_atom(effect.atom, terms), core[1])
                found.append(EffectRule(core[0], atom, effect.adds))
        return found


class _FlatEffect(NamedTuple):
    """A simple effect with the quantifiers and conditions around it."""

    parameters: tuple[Parameter, ...] = ()
    condition: Formula = TRUE
    atom: Atom = Atom("")
    adds: bool = True


def _unique(items: Iterable[_T]) -> tuple[_T, ...]:
    return tuple(dict.fromkeys(items))
