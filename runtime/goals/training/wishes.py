"""What a random wish is made of: formulas, symbols and objects of a world, deeds with effects."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from random import Random

from planscript.runtime.goals.training.phrases import Clause, Speech, base
from planscript.runtime.goals.training.told import Told
from planscript.runtime.pddl.model import (
    OBJECT,
    Action,
    Add,
    And,
    Atom,
    Delete,
    Effects,
    Equals,
    Exists,
    Formula,
    Not,
    Parameter,
    Predicate,
)

Said = tuple[str, Formula]


def conjunction(parts: Sequence[Formula]) -> Formula:
    """`parts` as one formula, nested conjunctions flattened, repetitions dropped."""
    flat: list[Formula] = []
    for part in parts:
        for one in part.parts if isinstance(part, And) else (part,):
            if one not in flat:
                flat.append(one)
    return flat[0] if len(flat) == 1 else And(tuple(flat))


def literal(name: str, args: Sequence[str], positive: bool) -> Formula:
    """The atom, denied or not."""
    atom = Atom(name, tuple(args))
    return atom if positive else Not(atom)


@dataclass(frozen=True, slots=True)
class Deed:
    """An action's gloss as an imperative whose effect is `atom` (denied or not).

    `atom.args` and `template` use the action's parameter names; `extra` are parameters that the
    sentence names but the goal does not (from where, by whom), with their types.
    """

    template: str
    atom: Atom
    positive: bool
    types: Mapping[str, tuple[str, ...]]
    extra: tuple[str, ...]


_DROPPED = (
    " from {%s}", " out of {%s}", " off {%s}", " using {%s}", " with {%s}", " by {%s}", " via {%s}",
    " in {%s}", " at {%s}", " on {%s}", " for {%s}", " through {%s}", "use {%s} to ", "let {%s} ",
    "have {%s} ", "get {%s} to ", "用{%s}", "从{%s}里", "从{%s}中", "从{%s}", "由{%s}", "让{%s}",
    "在{%s}里", "在{%s}上", "在{%s}",
)  # fmt: skip


def deeds(actions: Sequence[Action], lang: str) -> list[Deed]:
    """The actions that can be asked for by name and have one effect that a person would mean."""
    found = []
    for action in actions:
        gloss = action.gloss.get(lang)
        if not gloss:
            continue
        parts = action.effect.parts if isinstance(action.effect, Effects) else (action.effect,)
        adds = [part.atom for part in parts if isinstance(part, Add)]
        cuts = [part.atom for part in parts if isinstance(part, Delete)]
        if len(adds) == 1:
            atom, positive = adds[0], True
            if any(c.args and c.args[0] not in atom.args for c in cuts):
                continue  # "kill the troll": the wound is not what is meant
        elif not adds and len(cuts) == 1:
            atom, positive = cuts[0], False
        else:
            continue
        if len(parts) > len(adds) + len(cuts) or not atom.args:
            continue
        types = {p.name.lstrip("?"): p.types for p in action.parameters}
        wanted = {arg.lstrip("?") for arg in atom.args}
        if not wanted <= set(types) or any("{" + name + "}" not in gloss for name in wanted):
            continue
        template = _as_order(gloss, wanted)
        for name in types:
            if name not in wanted:
                for phrase in _DROPPED:
                    template = template.replace(phrase % name, "")
        extra = tuple(n for n in types if n not in wanted and "{" + n + "}" in template)
        found.append(Deed(template, atom, positive, types, extra))
    return found


def _as_order(gloss: str, wanted: set[str]) -> str:
    """ "{w} makes the bed in {r}" as "make the bed in {r}" or "have {w} make the bed in {r}"."""
    match = re.match(r"\{(\w+)\} (\w+s) ", gloss)
    if match is None:
        return gloss
    rest = f"{base(match[2])} {gloss[match.end() :]}"
    rest = re.sub(r"\band (\w+s) (?=\{|the |it |them )", lambda m: f"and {base(m[1])} ", rest)
    return rest if match[1] not in wanted else f"have {{{match[1]}}} {rest}"


def distinct(variables: Sequence[Parameter], parts: Sequence[Formula]) -> Formula:
    """There are things, different from each other, of which `parts` hold."""
    unequal: list[Formula] = [
        Not(Equals(a.name, b.name))
        for index, a in enumerate(variables)
        for b in variables[index + 1 :]
    ]
    return Exists(tuple(variables), conjunction([*unequal, *parts]))


def clash(parts: Sequence[Formula]) -> bool:
    """Whether the conjunction contradicts itself, or puts one thing in two places."""
    positive: dict[tuple[str, str], tuple[str, ...]] = {}
    atoms: dict[Atom, bool] = {}
    for part in parts:
        inner = part.part if isinstance(part, Not) else part
        if not isinstance(inner, Atom):
            continue
        sign = not isinstance(part, Not)
        if atoms.setdefault(inner, sign) != sign:
            return True
        if sign and len(inner.args) == 2:
            key = (inner.name, inner.args[0])
            if positive.setdefault(key, inner.args) != inner.args:
                return True
    return False


class Chooser:
    """Picks symbols and objects of one world for a wish."""

    def __init__(self, told: Told) -> None:
        self.told = told
        self.world = told.world
        self.domain = told.world.domain
        self.speech = Speech(told)
        domain = self.domain
        self.wanted = [  # what may be asked for
            name
            for name in domain.predicates
            if name in domain.changed and name in self.speech.clauses
        ]
        self.facts = [
            name
            for name, predicate in domain.predicates.items()
            if len(predicate.parameters) == 1 and name in self.speech.clauses
        ]
        self.deeds = [
            deed for deed in deeds(tuple(domain.actions.values()), "en") if len(deed.extra) <= 1
        ]

    @cached_property
    def by_type(self) -> Mapping[str, list[str]]:
        """The objects of each type, subtypes included."""
        found: dict[str, list[str]] = {OBJECT: list(self.world.objects)}
        for kind in self.domain.types:
            found[kind] = [
                o.name for o in self.world.objects.values() if self.domain.fits(o.types, (kind,))
            ]
        return found

    # ---------------------------------------------------------------- choosing

    def _predicate(
        self, rng: Random, fits: Callable[[Predicate], bool] | None = None
    ) -> tuple[Predicate, Clause] | None:
        names = [n for n in self.wanted if fits is None or fits(self.domain.predicates[n])]
        if not names:
            return None
        name = rng.choice(names)
        return self.domain.predicates[name], self.speech.clauses[name]

    def _objects(
        self, types: tuple[str, ...], objects: set[str], not_in: Sequence[str] = ()
    ) -> list[str]:
        return [
            name
            for kind in types
            for name in self.by_type.get(kind, ())
            if name in objects and name not in not_in
        ]

    def _arguments(
        self, parameters: Sequence[Parameter], objects: set[str], rng: Random
    ) -> list[str] | None:
        chosen: list[str] = []
        for parameter in parameters:
            options = self._objects(parameter.types, objects, chosen)
            if not options:
                return None
            chosen.append(rng.choice(options))
        return chosen

    def _kind(self, types: tuple[str, ...], rng: Random, least: int = 2) -> str | None:
        """A type below `types` that people have a noun for."""
        options = [
            kind
            for kind in self.speech.nouns
            if any(self.domain.is_subtype(kind, above) for above in types)
            and (len(self.by_type[kind]) >= least or not self.world.objects)
        ]
        return rng.choice(options) if options else None

    def _positive(self, rng: Random, rate: float = 0.75) -> bool:
        return rng.random() < rate
