"""A world told in other words: its objects renumbered or renamed, its nouns exchanged for others.

Names change together with every sentence that speaks of them. A row whose text cannot be followed
safely is left out of the new world.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from random import Random

from planscript.runtime.goals.training import words
from planscript.runtime.goals.training.corpus import Row, World
from planscript.runtime.goals.training.mentions import Mentions, tokens
from planscript.runtime.goals.training.rename import Change, Renaming, quantified, terms
from planscript.runtime.goals.training.synonyms import spelled
from planscript.runtime.pddl.model import Atom

_GROUPS = (
    ("fruit", "vegetable", "food", "drink"),
    ("kitchenware", "tool", "toy", "clothing", "electronics", "stationery", "instrument", "sport"),
    ("container",),
    ("furniture", "fitting", "appliance"),
    ("vehicle",),
    ("animal",),
    ("person",),
    ("place",),
    ("plant",),
    ("goods", "digital", "material", "treasure", "weapon", "medical", "hygiene"),
)


# ---------------------------------------------------------------- nouns


@lru_cache(maxsize=8192)
def plural(noun: str) -> str:
    """The plural of an English noun, by rule and a few exceptions."""
    if noun in _IRREGULAR:
        return _IRREGULAR[noun]
    if noun.endswith(("s", "x", "z", "ch", "sh")):
        return noun + "es"
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return noun[:-1] + "ies"
    if noun.endswith(("shelf", "knife", "loaf", "wolf", "scarf", "leaf")):
        return re.sub("fe?$", "ves", noun)
    return noun + "s"


_IRREGULAR = {
    "man": "men", "woman": "women", "child": "children", "mouse": "mice", "goose": "geese",
    "sheep": "sheep", "deer": "deer", "fish": "fish", "aircraft": "aircraft", "tomato": "tomatoes",
    "potato": "potatoes", "hero": "heroes", "dice": "dice", "trousers": "trousers",
    "pants": "pants", "jeans": "jeans", "shorts": "shorts", "glasses": "glasses",
    "scissors": "scissors", "stairs": "stairs", "headphones": "headphones", "crisps": "crisps",
    "luggage": "luggage", "equipment": "equipment", "chopsticks": "chopsticks",
    "policeman": "policemen", "fireman": "firemen", "postman": "postmen", "knife": "knives",
    "pliers": "pliers", "person": "people", "foot": "feet", "tooth": "teeth",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class NounSwap:
    """`old` becomes `new` everywhere (lower-case singulars of one word)."""

    old: str
    new: str

    def name(self, name: str) -> str:
        """A symbol's name with the noun exchanged."""
        return re.sub(
            rf"(?<![a-z]){self.old}(s?)(?![a-z])",
            lambda m: plural(self.new) if m[1] else self.new,
            name,
            flags=re.IGNORECASE,
        )

    def text(self, text: str, lang: str) -> tuple[str, bool]:
        """The sentence with the noun exchanged, and whether it was there."""
        count = 0

        def exchange(match: re.Match[str]) -> str:
            nonlocal count
            count += 1
            article, word, tail = match[1] or "", match[2], match[3] or ""
            new = plural(self.new) if word.lower() == plural(self.old) != self.old else self.new
            if word[:1].isupper():
                new = new[:1].upper() + new[1:]
            if article.strip().lower() in ("a", "an"):
                an = "an" if new[:1].lower() in "aeiou" else "a"
                article = (an.capitalize() if article[0].isupper() else an) + " "
            return article + new + tail

        many = plural(self.old)
        text = re.sub(
            rf"\b([Aa]n? )?\b({many}|{self.old})([0-9_]\w*)?\b",
            exchange,
            text,
            flags=re.IGNORECASE | re.ASCII,
        )
        if lang == "zh" and not count:
            known = words.nouns()
            new_words = known[self.new].chinese
            for chinese in sorted(known[self.old].chinese, key=len, reverse=True):
                if len(chinese) > 1 and chinese in text and new_words:
                    return text.replace(chinese, new_words[0]), True
        return text, count > 0


def _noun_swap(world: World, vocabulary: frozenset[str], rng: Random) -> NounSwap | None:
    known = words.nouns()
    candidates = []
    for name in world.domain.types:
        head = tokens(spelled(name, world.spelling))[-1].lower()
        if (
            head in known
            and head in vocabulary
            and head not in words.listed("also-verb")
            and len(head) > 2
        ):
            candidates.append(head)
    if not candidates:
        return None
    return noun_swap_from(rng.choice(candidates), vocabulary, rng)


def noun_swap_from(old: str, vocabulary: frozenset[str], rng: Random) -> NounSwap | None:
    """Another noun of the same sort in place of `old`, one that no word in `vocabulary` is like."""
    known = words.nouns()
    kind = known[old].kind
    kinds = next((group for group in _GROUPS if kind in group), (kind,))
    by_kind = words.nouns_by_kind()
    pool = [noun for k in kinds for noun in by_kind.get(k, ())]
    pool = [
        noun
        for noun in pool
        if "-" not in noun
        and noun not in vocabulary
        and plural(noun) not in vocabulary
        and not vocabulary.intersection(known[noun].same)
    ]
    return NounSwap(old, rng.choice(pool)) if pool else None


# ---------------------------------------------------------------- names of objects

_PREFIXES = ("obj", "item", "unit", "x", "n", "k", "q", "id", "p", "no", "e", "z", "m", "u")


def _renumbered(names: list[str], noun: str, rng: Random) -> dict[str, str] | None:
    """New names for objects that are a word and a number or letter ("b3", "oven2", "tank-a")."""
    split = []
    for name in names:
        match = re.fullmatch(r"([a-z]+)([-_]?)(\d+(?:[-_]\d+)?|[a-z])", name)
        if match is None or (match[3].isalpha() and not match[2]):
            return None
        split.append(match)
    stem = rng.choice((noun, noun[:1], noun[:3], noun[:2], rng.choice(_PREFIXES)))
    if stem in words.listed("stop") or stem in ("a", "i"):
        stem = noun
    separator = rng.choice(("", "", "-", "_"))
    if stem[-1:].isdigit():
        separator = "-"
    style = rng.randrange(3)
    start = rng.choice((0, 1, 1, 1, 5, 10, 20, 100))
    step = rng.choice((1, 1, 1, 2, 3))
    found = {}
    for index, match in enumerate(split):
        if style == 0 and not re.search("[-_]", match[3]):  # the old numbers under another word
            number = match[3]
        elif style == 1 and len(split) <= 26:
            number = chr(ord("a") + index)
        else:
            number = str(start + step * index)
        join = separator if number.isdigit() else separator or "-"
        found[match[0]] = f"{stem}{join}{number}"
    return found


def _renamed_people(names: list[str], rng: Random) -> dict[str, str] | None:
    people = words.people()
    for name in names:
        parts = name.split("-")
        if len(parts) > 2 or not all(part.isalpha() for part in parts):
            return None
    first = rng.sample(people["first"], min(len(people["first"]), len(names)))
    last = rng.sample(people["last"], min(len(people["last"]), len(names)))
    found = {}
    for index, name in enumerate(names[: len(last)]):
        parts = name.split("-")
        if len(parts) == 2:
            head = parts[0] if parts[0] in people["title"] else first[index]
            found[name] = f"{head}-{last[index]}"
        else:
            found[name] = first[index]
    return found


def is_people(names: list[str], kind: str) -> bool:
    people = words.people()
    entry = words.nouns().get(kind)
    known = sum(name in people["first"] or name.split("-")[0] in people["title"] for name in names)
    return known * 2 >= len(names) or (entry is not None and entry.kind == "person")


def _new_objects(world: World, vocabulary: frozenset[str], rng: Random) -> dict[str, str]:
    by_type: dict[str, list[str]] = {}
    for thing in world.objects.values():
        by_type.setdefault(thing.types[0], []).append(thing.name)
    taken = set(world.objects) | set(world.domain.types)
    found: dict[str, str] = {}
    for kind, names in by_type.items():
        if rng.random() < 0.3:
            continue
        noun = tokens(spelled(kind, world.spelling))[-1].lower()
        new = _renumbered(names, noun, rng) if len(names) > 1 else None
        if new is None and is_people(names, noun):
            new = _renamed_people(names, rng)
        if new and len(set(new.values())) == len(new) and not taken.intersection(new.values()):
            if any(set(tokens(n)) & vocabulary - {noun} for n in new.values() if n.isalpha()):
                continue
            found.update(new)
            taken.update(new.values())
    return found


# ---------------------------------------------------------------- worlds


def reworded(world: World, mentions: Mentions, rng: Random) -> World:
    """The world under other nouns or with other object names; itself where nothing can be done."""
    vocabulary = vocabulary_of(world)
    if rng.random() < 0.5:
        swap = _noun_swap(world, vocabulary, rng)
        if swap is not None:
            return _with_noun(world, swap)
    objects = _new_objects(world, vocabulary, rng)
    return _with_objects(world, objects, mentions) if objects else world


@lru_cache(maxsize=1024)
def _vocabulary(texts: tuple[str, ...]) -> frozenset[str]:
    found: set[str] = set()
    for text in texts:
        found.update(re.findall(r"[a-z]+", text.lower()))
    return frozenset(found)


def vocabulary_of(world: World) -> frozenset[str]:
    """All words of the world's names, glosses and sentences."""
    names = (*world.domain.types, *world.objects, *world.domain.predicates, *world.domain.actions)
    split = [" ".join(tokens(spelled(name, world.spelling))) for name in names]
    glosses = [g for p in world.domain.predicates.values() for g in p.gloss.values()]
    return _vocabulary((*split, *glosses, *(row.text for row in world.rows)))


def _with_noun(world: World, swap: NounSwap) -> World:
    domain = world.domain

    def new(name: str) -> str:
        return swap.name(spelled(name, world.spelling)).lower()

    def gloss(old: Mapping[str, str]) -> dict[str, str]:
        return {lang: swap.text(text, lang)[0] for lang, text in old.items()}

    renaming = Renaming(
        {n: Change(new(n), gloss=gloss(p.gloss)) for n, p in domain.predicates.items()},
        {n: new(n) for n in domain.types},
        {n: new(n) for n in world.objects},
        {n: new(n) for n in domain.actions},
    )
    for table in (renaming.types, renaming.objects, renaming.actions):
        if len(set(table.values())) < len(table):
            return world
    if len({change.name for change in renaming.predicates.values()}) < len(domain.predicates):
        return world
    if set(renaming.types.values()) & set(renaming.objects.values()):
        return world
    rows = []
    for row in world.rows:
        text, there = swap.text(row.text, row.lang)
        if row.goal is None:
            rows.append(row if not there else replace(row, text=text))
            continue
        touched = any(renaming.objects[name] != name.lower() for name in terms(row.goal))
        touched |= any(renaming.types.get(name, name) != name for name in quantified(row.goal))
        if there or not touched:
            rows.append(Row(row.lang, text, renaming.formula(row.goal), row.line))
    new_domain = renaming.domain(domain)
    actions = {n: replace(a, gloss=gloss(a.gloss)) for n, a in new_domain.actions.items()}
    spelling = {new(low): swap.name(written) for low, written in world.spelling.items()}
    return replace(
        world,
        domain=replace(new_domain, actions=actions),
        objects=renaming.world(world.objects),
        init=_facts(world, renaming),
        rows=tuple(rows),
        spelling=spelling,
        source=world.source + "~noun",
    )


def _facts(world: World, renaming: Renaming) -> frozenset[Atom] | None:
    if world.init is None:
        return None
    return renaming.facts(world.init, world.domain, world.objects)


def _with_objects(world: World, objects: Mapping[str, str], mentions: Mentions) -> World:
    renaming = Renaming({}, {}, objects, {})
    people = frozenset(new for new in objects.values() if new.replace("-", "").isalpha())
    rows = []
    for row in world.rows:
        text, found = mentions.replaced(row.text, objects, people)
        if row.goal is None:
            # A stranger's name must not come to life under the new names.
            if not set(re.findall(r"[a-z0-9]+", row.text.lower())) & set(objects.values()):
                rows.append(replace(row, text=text))
            continue
        if (terms(row.goal) & set(objects)) <= found:
            rows.append(Row(row.lang, text, renaming.formula(row.goal), row.line))
    return replace(
        world,
        domain=renaming.domain(world.domain),
        objects=renaming.world(world.objects),
        init=_facts(world, renaming),
        rows=tuple(rows),
        spelling={low: w for low, w in world.spelling.items() if low not in objects},
        source=world.source + "~names",
    )
