"""One world under other names: the schema that a batch of examples shares.

Renames symbols, adds distractors from other worlds, leaves out what a batch does not need, drops
glosses and actions. Sentences are not touched here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, replace
from random import Random
from typing import TypeVar

from planscript.runtime.goals.training.corpus import World
from planscript.runtime.goals.training.rename import (
    Change,
    Renaming,
    can_turn,
    mentioned,
    strip_action,
)
from planscript.runtime.goals.training.synonyms import (
    Names,
    new_noun,
    new_predicate,
    restyled,
    spelled,
    turnable,
)
from planscript.runtime.pddl.model import Atom, Domain, Parameter

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Rates:
    """How often a variant departs from the world as written; each is a probability."""

    rename: float = 0.7  # predicates, types, actions get other names at all
    strength: float = 0.5  # ... and then each of them with this probability
    opposite: float = 0.4  # a variant may turn predicates into their opposites and converses
    nouns: float = 0.15  # a type's noun becomes a synonym
    no_gloss: float = 0.7
    no_actions: float = 0.15
    drop_action: float = 0.1
    distract: float = 0.4  # symbols borrowed from another world
    drop_unused: float = 0.25  # a predicate that the batch does not need goes


@dataclass(frozen=True, slots=True)
class Variant:
    """The new domain and world, and how to get there from the old one."""

    world: World  # the old one
    domain: Domain
    objects: Mapping[str, Parameter]
    init: frozenset[Atom] | None
    renaming: Renaming


def make_variant(
    world: World,
    objects: Mapping[str, Parameter],
    needed: frozenset[str],
    others: Iterable[World],
    rates: Rates,
    rng: Random,
    gone: frozenset[str] = frozenset(),
) -> Variant:
    """A variant with some of the world's objects, in which the predicates `needed` can be said.

    `others`: worlds to borrow distractors from (none: no distractors). `gone`: old names of
    predicates that the variant lacks.
    """
    names = Names(rng)
    renaming = _renaming(world, names, rates, rng)
    old = without_predicates(world.domain, gone) if gone else world.domain
    init: frozenset[Atom] | None = None
    if world.init is not None:
        held = (fact for fact in world.init if _stands(fact, objects, gone))
        init = renaming.facts(held, old, objects)
    domain = renaming.domain(old)
    objects = renaming.world(objects)
    kept = {renaming.predicates[n].name if n in renaming.predicates else n for n in needed}
    if rng.random() < 0.5:
        domain = _without(domain, kept, rates.drop_unused, rng)
    if init is not None:
        init = frozenset(fact for fact in init if fact.name in domain.predicates)
    for other in others:
        if rng.random() < rates.distract:
            domain, objects = _distracted(domain, objects, other, rng)
    domain = _actions(domain, rates, rng)
    return Variant(world, _glosses(domain, rates, rng), objects, init, renaming)


def _stands(fact: Atom, objects: Mapping[str, Parameter], gone: Set[str]) -> bool:
    return fact.name not in gone and all(arg in objects for arg in fact.args)


def _renaming(world: World, names: Names, rates: Rates, rng: Random) -> Renaming:
    old, spelling = world.domain, world.spelling
    for symbols in (world.objects, old.types, old.predicates, old.actions):
        names.taken |= set(symbols)
    if rng.random() > rates.rename:
        if rng.random() < 0.5 and not spelling:
            return Renaming()
        # Case carries word boundaries that lower-case names lose, so most variants write them out.
        return Renaming(
            {
                n: Change(names.take(restyled(spelled(n, spelling), names), n))
                for n in old.predicates
            },
            {n: names.take(restyled(spelled(n, spelling), names), n) for n in old.types},
            {},
            {n: names.take(restyled(spelled(n, spelling), names), n) for n in old.actions},
        )
    may_turn = turnable(old, world.objects) if rng.random() < rates.opposite else frozenset()
    predicates = {
        name: new_predicate(
            predicate,
            spelled(name, spelling),
            names,
            may_turn=name in may_turn and can_turn(predicate, old, world.objects),
            strength=rates.strength,
        )
        for name, predicate in old.predicates.items()
    }
    types = {
        name: names.take(new_noun(spelled(name, spelling), names, rates.nouns), name)
        for name in old.types
    }
    actions = {n: names.take(restyled(spelled(n, spelling), names), n) for n in old.actions}
    return Renaming(predicates, types, {}, actions)


def _without(domain: Domain, kept: set[str], rate: float, rng: Random) -> Domain:
    """The domain less some predicates that nobody needs, and less the actions that mention them."""
    gone = {n for n in domain.predicates if n not in kept and rng.random() < rate}
    return without_predicates(domain, gone) if gone else domain


def without_predicates(domain: Domain, gone: Set[str]) -> Domain:
    """The domain without these predicates; actions lose the effects and conditions on them.

    An action that is left without effect goes too.
    """
    actions = {}
    for name, action in domain.actions.items():
        left = strip_action(action, gone)
        if left is not None:
            actions[name] = left
    return replace(
        domain,
        predicates={n: p for n, p in domain.predicates.items() if n not in gone},
        actions=actions,
        axioms=tuple(a for a in domain.axioms if a.head.name not in gone),
    )


def _distracted(
    domain: Domain,
    objects: Mapping[str, Parameter],
    other: World,
    rng: Random,
) -> tuple[Domain, Mapping[str, Parameter]]:
    """With a few predicates, types and objects of another world added."""
    strange = other.domain
    taken = set(domain.predicates) | set(domain.types) | set(objects) | set(domain.actions)
    free = [name for name in strange.predicates if name not in taken]
    chosen = rng.sample(free, min(len(free), rng.randint(1, 5)))
    types = dict(domain.types)
    wanted: set[str] = set()
    predicates = dict(domain.predicates)
    for name in chosen:
        predicate = strange.predicates[name]
        ups = {up for p in predicate.parameters for t in p.types for up in strange.ancestors[t]}
        if any(up != "object" and up in taken for up in ups):
            continue
        wanted |= ups - {"object"}
        predicates[name] = predicate
    for name in strange.types:
        if name in wanted:
            types[name] = strange.types[name]
    things = dict(objects)
    for thing in other.objects.values():
        free_name = thing.name not in taken and thing.name not in types
        if free_name and wanted.issuperset(thing.types) and rng.random() < 0.5:
            things[thing.name] = thing
    actions = dict(domain.actions)
    for name, action in strange.actions.items():
        if name in taken or name in predicates or rng.random() < 0.3:
            continue
        left = strip_action(action, set(strange.predicates) - set(chosen))
        if left is None or not mentioned(left) <= set(predicates):
            continue
        if all(wanted.issuperset(p.types) for p in left.parameters):
            actions[name] = left
    return (
        replace(
            domain,
            types=_shuffled(types, rng) if rng.random() < 0.3 else types,
            predicates=_shuffled(predicates, rng),
            actions=_shuffled(actions, rng),
        ),
        things,
    )


def _shuffled(mapping: Mapping[str, T], rng: Random) -> dict[str, T]:
    items = list(mapping.items())
    rng.shuffle(items)
    return dict(items)


def _actions(domain: Domain, rates: Rates, rng: Random) -> Domain:
    if rng.random() < rates.no_actions:
        return replace(domain, actions={})
    if rng.random() < 0.3:
        left = {n: a for n, a in domain.actions.items() if rng.random() >= rates.drop_action}
        return replace(domain, actions=left)
    return domain


def _glosses(domain: Domain, rates: Rates, rng: Random) -> Domain:
    kept: tuple[str, ...] = ("en", "zh")
    if rng.random() < rates.no_gloss:
        kept = ()
    elif rng.random() < 0.5:
        kept = (rng.choice(kept),)
    partial = rng.random() < 0.3

    def gloss(full: Mapping[str, str]) -> dict[str, str]:
        if partial and rng.random() < 0.4:
            return {}
        return {lang: text for lang, text in full.items() if lang in kept}

    return replace(
        domain,
        predicates={n: replace(p, gloss=gloss(p.gloss)) for n, p in domain.predicates.items()},
        actions={n: replace(a, gloss=gloss(a.gloss)) for n, a in domain.actions.items()},
    )
