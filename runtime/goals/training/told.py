"""A world prepared for multiplying: where its sentences name objects, and what its rows need."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from random import Random

from planscript.runtime.goals.training.corpus import Row, World
from planscript.runtime.goals.training.mentions import Mentions
from planscript.runtime.goals.training.rename import Renaming, atoms, terms


class Told:
    """A world with its mentions; `used[i]` are the objects that row i needs."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.mentions = Mentions(world.objects, world.spelling)

    @cached_property
    def used(self) -> Sequence[set[str]]:
        """For each row the objects of its goal and those that its text names."""
        return [self.needs(row) for row in self.world.rows]

    def needs(self, row: Row) -> set[str]:
        """The objects of the row's goal and those that its text names."""
        names = set() if row.goal is None else terms(row.goal)
        return names | self.named(row.text)

    def named(self, text: str) -> set[str]:
        """The objects that the text names in full."""
        return {mention.name for mention in self.mentions.find(text)}

    @cached_property
    def peers(self) -> dict[str, list[str]]:
        """For each object the others of the very same type."""
        by_type: dict[tuple[str, ...], list[str]] = {}
        for thing in self.world.objects.values():
            by_type.setdefault(thing.types, []).append(thing.name)
        return {
            name: [other for other in by_type[thing.types] if other != name]
            for name, thing in self.world.objects.items()
        }

    @cached_property
    def bare(self) -> frozenset[str]:
        """Names that stand without an article: identifiers, people, whatever the texts show so."""
        text = "\n".join(row.text.lower() for row in self.world.rows if row.lang == "en")
        found = set()
        for name in self.world.objects:
            spaced = " ".join(part.lower() for part in self._tokens(name))
            with_article = text.count(f"the {spaced}")
            if name[-1:].isdigit() or text.count(spaced) > 2 * with_article:
                found.add(name)
        return frozenset(found)

    def _tokens(self, name: str) -> tuple[str, ...]:
        from planscript.runtime.goals.training.mentions import tokens

        return tokens(self.world.spelling.get(name, name))

    def exchanged(self, row: Row, objects: set[str], rng: Random) -> Row:
        """The row about other objects of the same types, in text and goal; itself if unsafe.

        `objects` are those that may be named. An object only changes where the text names in full
        every object of its type that the goal has: else "102 to 105" would come out wrong.
        """
        if row.goal is None:
            return row
        goal = terms(row.goal)
        found = self.named(row.text)
        if not goal or not goal & found:
            return row
        types = self.world.objects
        unsafe = {types[name].types for name in goal - found}
        new: dict[str, str] = {}
        for name in sorted(goal & found):
            if types[name].types in unsafe or name in new or rng.random() < 0.4:
                continue
            others = [o for o in self.peers[name] if o in objects and o not in new]
            if others:
                other = rng.choice(others)
                new[name] = other
                new[other] = name
        if not new:
            return row
        written = {old: self.world.spelling.get(to, to) for old, to in new.items()}
        bare = frozenset(self.world.spelling.get(name, name) for name in self.bare)
        text, there = self.mentions.replaced(row.text, written, bare)
        if not (goal & set(new)) <= there:
            return row
        return Row(row.lang, text, Renaming(objects=new).formula(row.goal), row.line)


def predicates_of(rows: Sequence[Row]) -> frozenset[str]:
    """All predicates of the rows' goals."""
    return frozenset(atom.name for row in rows if row.goal is not None for atom in atoms(row.goal))
