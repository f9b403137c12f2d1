"""Consistent renaming of a domain's symbols in domains, facts and formulas.

A `Renaming` says what each predicate, type, object and action is called afterwards, which
predicates turn into their opposite and which swap their arguments. What the names are is decided
elsewhere (`synonyms.py`); nothing here knows any word.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field, replace
from itertools import product

from planscript.runtime.pddl.model import (
    Action,
    Add,
    And,
    Atom,
    Axiom,
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

MOST_FACTS = 400  # a predicate is not turned over where that would need more initial facts


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of a predicate.

    `opposite`: the new predicate holds exactly where the old one does not. `order[i]` is the index
    of the old argument that the new one takes in place i. None: as before.
    """

    name: str
    opposite: bool = False
    order: tuple[int, ...] | None = None
    gloss: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Renaming:
    """New names by old names; what is not mentioned stays."""

    predicates: Mapping[str, Change] = field(default_factory=dict)
    types: Mapping[str, str] = field(default_factory=dict)
    objects: Mapping[str, str] = field(default_factory=dict)
    actions: Mapping[str, str] = field(default_factory=dict)

    def atom(self, atom: Atom) -> Atom:
        """The atom with its new names, regardless of `opposite`."""
        objects = self.objects
        args = tuple(objects.get(term, term) for term in atom.args)
        change = self.predicates.get(atom.name)
        if change is None:
            return Atom(atom.name, args)
        if change.order is not None:
            args = tuple(args[index] for index in change.order)
        return Atom(change.name, args)

    def parameter(self, parameter: Parameter) -> Parameter:
        """The parameter or object with its new types (a variable keeps its name)."""
        types = tuple(self.types.get(name, name) for name in parameter.types)
        return Parameter(self.objects.get(parameter.name, parameter.name), types)

    def formula(self, formula: Formula) -> Formula:
        """The formula in the new names; opposites are negated, double negation dropped."""
        match formula:
            case Atom():
                change = self.predicates.get(formula.name)
                new = self.atom(formula)
                return Not(new) if change is not None and change.opposite else new
            case Not(Atom() as atom):
                change = self.predicates.get(atom.name)
                new = self.atom(atom)
                return new if change is not None and change.opposite else Not(new)
            case Not(part):
                return Not(self.formula(part))
            case Equals(left, right):
                return Equals(self.objects.get(left, left), self.objects.get(right, right))
            case And(parts):
                return And(tuple(self.formula(part) for part in parts))
            case Or(parts):
                return Or(tuple(self.formula(part) for part in parts))
            case Imply(left, right):
                return Imply(self.formula(left), self.formula(right))
            case ForAll(parameters, body):
                return ForAll(tuple(map(self.parameter, parameters)), self.formula(body))
            case Exists(parameters, body):
                return Exists(tuple(map(self.parameter, parameters)), self.formula(body))

    def effect(self, effect: Effect) -> Effect:
        """The effect in the new names; opposites swap add and delete."""
        match effect:
            case Add(atom):
                change = self.predicates.get(atom.name)
                turned = change is not None and change.opposite
                return Delete(self.atom(atom)) if turned else Add(self.atom(atom))
            case Delete(atom):
                change = self.predicates.get(atom.name)
                turned = change is not None and change.opposite
                return Add(self.atom(atom)) if turned else Delete(self.atom(atom))
            case Effects(parts):
                return Effects(tuple(self.effect(part) for part in parts))
            case When(condition, part):
                return When(self.formula(condition), self.effect(part))
            case ForAllEffect(parameters, part):
                return ForAllEffect(tuple(map(self.parameter, parameters)), self.effect(part))
            case Increase():
                return effect

    def domain(self, domain: Domain) -> Domain:
        """The domain in the new names, declarations in their old order."""
        types = {
            self.types.get(name, name): tuple(self.types.get(up, up) for up in parents)
            for name, parents in domain.types.items()
        }
        constants = (self.parameter(constant) for constant in domain.constants.values())
        predicates = (self._predicate(one) for one in domain.predicates.values())
        functions = (self._predicate(one) for one in domain.functions.values())
        actions = (self._action(action) for action in domain.actions.values())
        return replace(
            domain,
            types=types,
            constants={one.name: one for one in constants},
            predicates={one.name: one for one in predicates},
            functions={one.name: one for one in functions},
            actions={one.name: one for one in actions},
            axioms=tuple(
                Axiom(self._predicate(a.head), self.formula(a.body)) for a in domain.axioms
            ),
        )

    def world(self, objects: Mapping[str, Parameter]) -> dict[str, Parameter]:
        """The objects under their new names."""
        return {one.name: one for one in map(self.parameter, objects.values())}

    def facts(
        self, facts: Iterable[Atom], domain: Domain, objects: Mapping[str, Parameter]
    ) -> frozenset[Atom]:
        """The state in the new names; `domain` and `objects` are the old ones."""
        new: set[Atom] = set()
        turned = {n for n, c in self.predicates.items() if c.opposite and n in domain.predicates}
        held: dict[str, set[Atom]] = {name: set() for name in turned}
        for fact in facts:
            if fact.name in turned:
                held[fact.name].add(fact)
            else:
                new.add(self.atom(fact))
        for name, true in held.items():
            for atom in ground_atoms(domain.predicates[name], domain, objects):
                if atom not in true:
                    new.add(self.atom(atom))
        return frozenset(new)

    def _predicate(self, predicate: Predicate) -> Predicate:
        parameters = tuple(map(self.parameter, predicate.parameters))
        change = self.predicates.get(predicate.name)
        if change is None:
            return replace(predicate, parameters=parameters)
        if change.order is not None:
            parameters = tuple(parameters[index] for index in change.order)
        gloss = predicate.gloss if change.gloss is None else change.gloss
        return replace(predicate, name=change.name, parameters=parameters, gloss=gloss)

    def _action(self, action: Action) -> Action:
        return replace(
            action,
            name=self.actions.get(action.name, action.name),
            parameters=tuple(map(self.parameter, action.parameters)),
            precondition=self.formula(action.precondition),
            effect=self.effect(action.effect),
        )


def ground_atoms(
    predicate: Predicate, domain: Domain, objects: Mapping[str, Parameter]
) -> list[Atom]:
    """All atoms of the predicate over the objects."""
    columns = [
        [one.name for one in objects.values() if domain.fits(one.types, parameter.types)]
        for parameter in predicate.parameters
    ]
    return [Atom(predicate.name, args) for args in product(*columns)]


def can_turn(predicate: Predicate, domain: Domain, objects: Mapping[str, Parameter]) -> bool:
    """Whether the opposite of the predicate would hold of a reasonable number of things."""
    count = 1
    for parameter in predicate.parameters:
        count *= sum(domain.fits(one.types, parameter.types) for one in objects.values())
    return count <= MOST_FACTS and predicate.name not in domain.derived


def atoms(formula: Formula) -> list[Atom]:
    """Every atom of the formula, in order of appearance."""
    found: list[Atom] = []
    todo: list[Formula] = [formula]
    while todo:
        match todo.pop():
            case Atom() as atom:
                found.append(atom)
            case Not(part):
                todo.append(part)
            case And(parts) | Or(parts):
                todo.extend(reversed(parts))
            case Imply(left, right):
                todo += (right, left)
            case ForAll(_, body) | Exists(_, body):
                todo.append(body)
            case Equals():
                pass
    return found


def terms(formula: Formula) -> set[str]:
    """The objects (not variables) that the formula names."""
    found: set[str] = set()
    todo: list[Formula] = [formula]
    while todo:
        match todo.pop():
            case Atom(_, args):
                found.update(args)
            case Equals(left, right):
                found.update((left, right))
            case Not(part):
                todo.append(part)
            case And(parts) | Or(parts):
                todo.extend(parts)
            case Imply(left, right):
                todo += (left, right)
            case ForAll(_, body) | Exists(_, body):
                todo.append(body)
    return {name for name in found if not name.startswith("?")}


def quantified(formula: Formula) -> set[str]:
    """The types that the formula quantifies over."""
    found: set[str] = set()
    todo: list[Formula] = [formula]
    while todo:
        match todo.pop():
            case Atom() | Equals():
                pass
            case Not(part):
                todo.append(part)
            case And(parts) | Or(parts):
                todo.extend(parts)
            case Imply(left, right):
                todo += (left, right)
            case ForAll(parameters, body) | Exists(parameters, body):
                todo.append(body)
                for parameter in parameters:
                    found.update(parameter.types)
    return found


def strip(formula: Formula, gone: Set[str]) -> Formula | None:
    """The formula without the parts that mention a predicate in `gone`; None if nothing is left."""
    match formula:
        case Atom():
            return None if formula.name in gone else formula
        case Equals():
            return formula
        case And(parts):
            left = [one for one in (strip(part, gone) for part in parts) if one is not None]
            return And(tuple(left))
        case _:
            return None if any(atom.name in gone for atom in atoms(formula)) else formula


def strip_effect(effect: Effect, gone: Set[str]) -> Effect | None:
    """The effect without what touches or asks for a predicate in `gone`."""
    match effect:
        case Add(atom) | Delete(atom):
            return None if atom.name in gone else effect
        case Effects(parts):
            left = [one for one in (strip_effect(part, gone) for part in parts) if one is not None]
            return Effects(tuple(left)) if left else None
        case When(condition, part):
            inner = strip_effect(part, gone)
            left_condition = strip(condition, gone)
            if inner is None or left_condition is None:
                return None
            return When(left_condition, inner)
        case ForAllEffect(parameters, part):
            inner = strip_effect(part, gone)
            return None if inner is None else ForAllEffect(parameters, inner)
        case Increase():
            return None


def strip_action(action: Action, gone: Set[str]) -> Action | None:
    """The action without predicates in `gone`; None where no effect is left."""
    effect = strip_effect(action.effect, gone)
    if effect is None:
        return None
    precondition = strip(action.precondition, gone)
    return replace(
        action, effect=effect, precondition=And(()) if precondition is None else precondition
    )


def mentioned(action: Action) -> set[str]:
    """The predicates that the action asks for or changes."""
    names = {atom.name for atom in atoms(action.precondition)}
    todo = [action.effect]
    while todo:
        match todo.pop():
            case Add(atom) | Delete(atom):
                names.add(atom.name)
            case Effects(parts):
                todo.extend(parts)
            case When(condition, part):
                names |= {atom.name for atom in atoms(condition)}
                todo.append(part)
            case ForAllEffect(_, part):
                todo.append(part)
            case Increase():
                pass
    return names
