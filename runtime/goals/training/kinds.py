"""Objects become kinds: "put the apple on the table" where `apple` is a type.

Simulators and robots give every kind of thing a type of its own, with instances `apple_1` or with no
objects at all while the world is not known. What named an object then means the only instance of its
kind, or any instance where there are several or none is known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import replace
from random import Random

from planscript.runtime.goals.training.corpus import Example
from planscript.runtime.goals.training.rename import Renaming, atoms, terms
from planscript.runtime.pddl.model import Domain, Exists, Formula, Parameter

MOST = 16  # kinds in one world
_ENDINGS = ("_1", "-1", "1", "_01", "_0", "-a")


def as_kinds(examples: Sequence[Example], proper: Set[str], rng: Random) -> list[Example]:
    """A batch (one domain, one world) in which objects that have words for names are kinds.

    `proper` are objects that stay, such as people: nobody says "the" before their names. Half of the
    batches have instances, the others nothing but types. The batch itself comes back where it has no
    objects that can become kinds.
    """
    first = examples[0]
    domain, objects = first.domain, first.objects
    asked = {n for e in examples if e.goal is not None for n in terms(e.goal)}
    able = [
        name
        for name in objects
        if name not in domain.constants
        and not any(c.isdigit() for c in name)
        and name not in domain.types
        and name not in proper
        and len(name) > 2
    ]
    able = [n for n in able if n in asked] + rng.sample(
        rest := [n for n in able if n not in asked], min(len(rest), 6)
    )
    able = able[:MOST]
    if not able:
        return list(examples)
    kinds = set(rng.sample(able, max(1, round(len(able) * rng.choice((0.5, 1.0, 1.0))))))
    others = {n: o for n, o in objects.items() if n not in kinds and (n in asked or n not in able)}
    types = {**domain.types, **{n: objects[n].types for n in objects if n in kinds}}
    if rng.random() < 0.5:
        return _without_objects(examples, replace(domain, types=types), others, kinds)
    return _with_instances(examples, replace(domain, types=types), others, kinds, rng)


def _without_objects(
    examples: Sequence[Example],
    domain: Domain,
    others: Mapping[str, Parameter],
    kinds: set[str],
) -> list[Example]:
    """Only types; what is left of the objects belongs to the domain."""
    domain = replace(domain, constants={**domain.constants, **others})
    return [
        replace(
            e,
            domain=domain,
            objects=domain.constants,
            init=None,
            goal=None if e.goal is None else _some(e.goal, kinds),
        )
        for e in examples
    ]


def _with_instances(
    examples: Sequence[Example],
    domain: Domain,
    others: Mapping[str, Parameter],
    kinds: set[str],
    rng: Random,
) -> list[Example]:
    """One instance of most kinds, two or three of some."""
    ending = rng.choice(_ENDINGS)
    several = {name for name in sorted(kinds) if rng.random() < 0.2}
    objects = dict(others)
    single: dict[str, str] = {}
    for name in sorted(kinds):
        instance = name + ending
        if instance in objects or instance in domain.types:
            return list(examples)
        objects[instance] = Parameter(instance, (name,))
        single[name] = instance
        for number in range(2, rng.choice((3, 4)) if name in several else 2):
            objects[f"{name}_{number}"] = Parameter(f"{name}_{number}", (name,))
    to_instances = Renaming(objects=single)
    init = None
    if examples[0].init is not None:
        known = {*objects, *single}
        held = [f for f in examples[0].init if all(a in known for a in f.args)]
        init = frozenset(to_instances.atom(fact) for fact in held)
    return [
        replace(
            e,
            domain=domain,
            objects=objects,
            init=init,
            goal=None if e.goal is None else to_instances.formula(_some(e.goal, several)),
        )
        for e in examples
    ]


def _some(goal: Formula, kinds: set[str]) -> Formula:
    """The goal about some instance of each of the kinds that it names."""
    named = [name for name in _in_order(goal) if name in kinds]
    if not named:
        return goal
    variables = {name: f"?some{number}" for number, name in enumerate(named)}
    body = Renaming(objects=variables).formula(goal)
    found = tuple(Parameter(variables[name], (name,)) for name in named)
    if isinstance(body, Exists):
        return Exists((*found, *body.parameters), body.body)
    return Exists(found, body)


def _in_order(goal: Formula) -> list[str]:
    """The objects that the goal names, as they come."""
    order = [arg for atom in atoms(goal) for arg in atom.args if arg[0] != "?"]
    return list(dict.fromkeys((*order, *sorted(terms(goal)))))
