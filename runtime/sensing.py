"""Planning with facts that nobody knows yet, as long as some action can find them out.

An action that observes a fact becomes several: one for each outcome. The planner takes the outcome
that suits it (all-outcomes determinisation: Yoon, Fern & Givan, "FF-Replan", ICAPS 2007); where the
answer differs, the executor plans anew. That a fact is not known is itself a fact, its marker:
while it holds, neither the fact nor its negation may be relied upon.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from itertools import product

from planscript.runtime.pddl.model import (
    Add,
    And,
    Atom,
    Axiom,
    Delete,
    Domain,
    Effect,
    Effects,
    Exists,
    ForAll,
    ForAllEffect,
    Formula,
    Imply,
    Increase,
    Not,
    Or,
    Predicate,
    When,
)

Literal = tuple[Atom, bool]


class Sensing:
    """A domain as it is planned in.

    `observes` gives the facts that each action finds out, over its parameters; `unsure` names the
    predicates of which facts may be unknown.
    """

    def __init__(
        self, domain: Domain, observes: Mapping[str, tuple[Atom, ...]], unsure: Iterable[str]
    ) -> None:
        self.unsure = frozenset(unsure) | {a.name for atoms in observes.values() for a in atoms}
        self.observes = observes
        self._variants: dict[str, tuple[str, tuple[bool, ...]]] = {}
        self.domain = self._compiled(domain)

    def marker(self, fact: Atom) -> Atom:
        """The fact that `fact` is not known."""
        return Atom(_marker(fact.name), fact.args)

    def real(self, step: Atom) -> Atom:
        """The step that is carried out for a step of a plan."""
        if step.name in self._variants:
            return Atom(self._variants[step.name][0], step.args)
        return step

    def variants_of(self, action: str) -> list[str]:
        """The actions that stand for this one in plans, beside itself."""
        return [name for name, (real, _) in self._variants.items() if real == action]

    def observed(self, step: Atom) -> list[Atom]:
        """The ground facts that a step finds out."""
        step = self.real(step)
        if step.name not in self.observes:
            return []
        names = (p.name for p in self.domain.actions[step.name].parameters)
        binding = dict(zip(names, step.args, strict=True))
        return [
            Atom(atom.name, tuple(binding.get(arg, arg) for arg in atom.args))
            for atom in self.observes[step.name]
        ]

    def certain(self, formula: Formula, positive: bool = True) -> Formula:
        """The formula that holds where `formula` is known to hold.

        With `positive` False: one that fails only where `formula` is known to fail.
        """
        match formula:
            case Atom(name, args) if name in self.unsure and not positive:
                return Or((formula, Atom(_marker(name), args)))
            case Not(part):
                return Not(self.certain(part, not positive))
            case And(parts):
                return And(tuple(self.certain(part, positive) for part in parts))
            case Or(parts):
                return Or(tuple(self.certain(part, positive) for part in parts))
            case Imply(left, right):
                return Imply(self.certain(left, not positive), self.certain(right, positive))
            case ForAll(parameters, body):
                return ForAll(parameters, self.certain(body, positive))
            case Exists(parameters, body):
                return Exists(parameters, self.certain(body, positive))
        return formula

    # ------------------------------------------------ the domain

    def _compiled(self, domain: Domain) -> Domain:
        predicates = dict(domain.predicates)
        for name in sorted(self.unsure):
            predicates[_marker(name)] = Predicate(_marker(name), domain.predicates[name].parameters)
        actions = {}
        for action in domain.actions.values():
            plain = dataclasses.replace(
                action,
                precondition=self.certain(action.precondition),
                effect=self._effect(action.effect),
            )
            atoms = self.observes.get(action.name, ())
            actions[action.name] = plain
            for outcome in product((True, False), repeat=len(atoms)) if atoms else ():
                found = [
                    f"{'' if holds else 'not '}{atom.name}"
                    for atom, holds in zip(atoms, outcome, strict=True)
                ]
                name = f"{action.name} finding {' and '.join(found)}"
                learned = tuple(map(self._learned, atoms, outcome))
                actions[name] = dataclasses.replace(
                    plain, name=name, effect=Effects((plain.effect, *learned))
                )
                self._variants[name] = (action.name, outcome)
        axioms = tuple(
            Axiom(axiom.head, self.certain(axiom.body), axiom.span) for axiom in domain.axioms
        )
        return dataclasses.replace(domain, predicates=predicates, actions=actions, axioms=axioms)

    def _learned(self, atom: Atom, holds: bool) -> Effect:
        marker = Atom(_marker(atom.name), atom.args)
        parts: tuple[Effect, ...] = (Delete(marker), Add(atom)) if holds else (Delete(marker),)
        return When(marker, Effects(parts))

    def _effect(self, effect: Effect) -> Effect:
        """The effect; what it makes true or false is known afterwards."""
        match effect:
            case Add(atom) | Delete(atom) if atom.name in self.unsure:
                return Effects((effect, Delete(Atom(_marker(atom.name), atom.args))))
            case Add() | Delete() | Increase():
                return effect
            case When(condition, inner):
                return When(self.certain(condition), self._effect(inner))
            case ForAllEffect(parameters, inner):
                return ForAllEffect(parameters, self._effect(inner))
            case Effects(parts):
                return Effects(tuple(map(self._effect, parts)))


def _marker(predicate: str) -> str:
    return f"unknown {predicate}"
