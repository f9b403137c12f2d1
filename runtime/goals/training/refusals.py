"""Texts that a goal compiler must refuse, made so that only a careful reader refuses them.

A wish whose symbol is missing, a thing that this world lacks, a sentence of another world, small
talk, questions. Each maker gives None where it cannot be sure that the text is to be refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from random import Random

from planscript.runtime.goals.training import words
from planscript.runtime.goals.training.corpus import Row, World
from planscript.runtime.goals.training.mentions import tokens
from planscript.runtime.goals.training.rename import atoms, quantified, terms
from planscript.runtime.goals.training.reword import (
    NounSwap,
    noun_swap_from,
    vocabulary_of,
)
from planscript.runtime.goals.training.synonyms import spelled
from planscript.runtime.goals.training.told import Told
from planscript.runtime.pddl.model import Domain


def content(text: str) -> frozenset[str]:
    """The words of a text that carry meaning, lower case, a plural `s` cut off."""
    found = re.findall(r"[a-z]+", text.lower())
    stop = words.listed("stop")
    return frozenset(word.rstrip("s") for word in found if word not in stop and len(word) > 1)


# ---------------------------------------------------------------- a predicate that is gone


def speechless(domain: Domain, name: str) -> bool:
    """Whether nothing else in the domain could say what the predicate `name` says."""
    lost = domain.predicates[name]
    said = _said(domain, name)
    turned = _opposites(said)
    for other_name, other in domain.predicates.items():
        if other_name == name:
            continue
        said_otherwise = _said(domain, other_name)
        if said & said_otherwise or turned & said_otherwise:
            return False
        if len(lost.parameters) > 1 and len(other.parameters) > 1:
            pairs = zip(lost.parameters[:2], other.parameters[:2], strict=True)
            if all(domain.compatible(a.types, b.types) for a, b in pairs):
                return False
    return True


@lru_cache(maxsize=4096)
def _known(word: str) -> frozenset[str]:
    entry = words.states().get(word)
    return frozenset() if entry is None else frozenset(entry.same) | frozenset(entry.other)


def _said(domain: Domain, name: str) -> frozenset[str]:
    return content(" ".join(tokens(name)) + " " + domain.predicates[name].gloss.get("en", ""))


def _opposites(said: frozenset[str]) -> frozenset[str]:
    return frozenset(word for known in said for word in _known(known))


# ---------------------------------------------------------------- a thing that is not there


def stranger(told: Told, row: Row, names: Sequence[str], rng: Random) -> str | None:
    """The row's text about something that does not exist here. `names`: names of other worlds."""
    if row.goal is None:
        return None
    named = sorted(terms(row.goal) & told.named(row.text))
    if named:
        name = rng.choice(named)
        other = _absent_name(told, name, names, rng)
        if other is None:
            return None
        return told.mentions.replaced(row.text, {name: other}, frozenset((other,)))[0]
    return _absent_noun(told.world, row, rng)


def _absent_name(told: Told, name: str, names: Sequence[str], rng: Random) -> str | None:
    world = told.world
    written = spelled(name, world.spelling)
    match = re.fullmatch(r"(.*?)(\d+)", written)
    if match is not None:
        there = {n.lower() for n in world.objects}
        number = int(match[2])
        for _ in range(8):
            other = number + rng.choice((1, 2, 3, 4, 5, 7, 10, 11, 20, 100))
            if rng.random() < 0.3:
                other = int(str(number) + str(rng.randrange(10)))
            wanted = match[1] + str(other).zfill(len(match[2]) if match[2][0] == "0" else 0)
            pattern = rf"(?<!\d){other}(?!\d)"
            if wanted.lower() not in there and not any(re.search(pattern, n) for n in there):
                return wanted
        return None
    vocabulary = vocabulary_of(world)
    kind = tokens(world.objects[name].types[0])[-1]
    for _ in range(8):
        if _looks_like_person(world, name, kind):
            people = words.people()
            new = rng.choice(people["first"]).capitalize()
            first = written.split("-")[0]
            if first.lower() in people["title"]:
                new = f"{first}-{rng.choice(people['last']).capitalize()}"
        else:
            new = rng.choice(names)
        parts = {part.lower() for part in tokens(new)}
        if not any(part in vocabulary for part in parts if part not in ("mr", "mrs", "dr", "ms")):
            return new
    return None


def _looks_like_person(world: World, name: str, kind: str) -> bool:
    entry = words.nouns().get(kind)
    people = words.people()
    return (
        (entry is not None and entry.kind == "person")
        or name in people["first"]
        or name.split("-")[0] in people["title"]
    )


def _absent_noun(world: World, row: Row, rng: Random) -> str | None:
    if row.goal is None:
        return None
    heads = [
        tokens(spelled(kind, world.spelling))[-1].lower() for kind in sorted(quantified(row.goal))
    ]
    known, generic = words.nouns(), words.listed("generic")
    heads = [head for head in heads if head in known and head not in generic]
    if not heads:
        return None
    swap = noun_swap_from(rng.choice(heads), vocabulary_of(world), rng)
    if swap is None or swap.new in generic:
        return None
    text, there = swap.text(row.text, row.lang)
    return text if there and _only_once(swap, row) else None


def _only_once(swap: NounSwap, row: Row) -> bool:
    return row.lang == "zh" or len(re.findall(rf"\b{swap.old}", row.text, re.IGNORECASE)) == 1


# ---------------------------------------------------------------- other worlds, other talk


def foreign(world: World, other: World, named: Mapping[int, set[str]], rng: Random) -> Row | None:
    """A wish of another world, which names a thing that nothing here is called.

    `named` gives for row indices of `other` the goal objects that the text names in full.
    """
    vocabulary = vocabulary_of(world)
    indices = [index for index, found in named.items() if found]
    for index in rng.sample(indices, min(4, len(indices))):
        row = other.rows[index]
        strange = [
            all(part.lower() not in vocabulary for part in tokens(name) if part.isalpha())
            and any(len(part) > 2 and part.isalpha() for part in tokens(name))
            for name in named[index]
        ]
        if strange and all(strange):
            return row
    return None


def chat(world: World, lang: str, rng: Random) -> str | None:
    """Small talk, a question or an order that has nothing to do with this world."""
    lines = words.chat().get(lang, ())
    if not lines:
        return None
    kind, text = rng.choice(lines)
    if kind == "order":
        symbols = (*world.domain.predicates, *world.domain.actions, *world.domain.types)
        known = content(" ".join(" ".join(tokens(name)) for name in symbols))
        if content(text) & known:
            return None
    return text


def predicates_in(rows: Sequence[Row]) -> dict[str, int]:
    """How many of the rows need each predicate."""
    counts: dict[str, int] = {}
    for row in rows:
        if row.goal is not None:
            for name in dict.fromkeys(atom.name for atom in atoms(row.goal)):
                counts[name] = counts.get(name, 0) + 1
    return counts
