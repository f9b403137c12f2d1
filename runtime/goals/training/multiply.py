"""A deterministic stream of training examples, grouped by schema, from the worlds of a corpus.

Every pair must be honest: the text says the goal, all of it and nothing else. What cannot be
adapted safely is left as it was written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from planscript.runtime.goals.training.corpus import Example, Row, World
from planscript.runtime.goals.training.mentions import Mentions
from planscript.runtime.goals.training.noise import disturb
from planscript.runtime.goals.training.rename import atoms, terms
from planscript.runtime.goals.training.variants import Rates, Variant, make_variant
from planscript.runtime.pddl.model import Parameter


@dataclass(frozen=True, slots=True)
class Mix:
    """What the stream is made of. Shares are relative; the rest are probabilities."""

    authored: float = 0.6  # sentences as people wrote them, adapted to a variant
    external: float = 0.1  # batches from the public sets
    chinese: float = 1.5  # how much oftener a Chinese row is drawn than an English one
    refused: float = 1.0  # the same for rows to be refused
    noise: float = 0.3
    fewer_objects: float = 0.6
    rates: Rates = field(default_factory=Rates)


class Multiplier:
    """The stream. Two of the same worlds, external worlds, mix and seed yield the same examples."""

    def __init__(
        self,
        worlds: Sequence[World],
        seed: int = 0,
        mix: Mix | None = None,
        external: Sequence[World] = (),
    ) -> None:
        self.worlds = [world for world in worlds if world.rows]
        self.external = [world for world in external if world.rows]
        self.rng = Random(seed)
        self.mix = mix or Mix()
        every = self.worlds + self.external
        self.mentions = {world.name: Mentions(world.objects, world.spelling) for world in every}
        self.used = {world.name: [self._named(world, row) for row in world.rows] for world in every}
        self.shares = [len(world.rows) ** 0.5 for world in self.external]

    def _named(self, world: World, row: Row) -> set[str]:
        """The objects that the row needs: those of its goal and those its text speaks of."""
        names = set() if row.goal is None else terms(row.goal)
        return names | {mention.name for mention in self.mentions[world.name].find(row.text)}

    def batches(self, size: int) -> Iterator[list[Example]]:
        """Batches without end; a batch shares one domain, objects and init."""
        while True:
            if self.external and self.rng.random() < self.mix.external:
                yield self._batch(self.rng.choices(self.external, self.shares)[0], size)
            else:
                yield self._batch(self.rng.choice(self.worlds), size)

    def _batch(self, world: World, size: int) -> list[Example]:
        rng, mix = self.rng, self.mix
        rows = world.rows
        objects: Mapping[str, Parameter] = world.objects
        if rng.random() < mix.fewer_objects and objects:
            rows, objects = self._smaller(world, size)
        weights = [
            (mix.chinese if row.lang == "zh" else 1.0) * (mix.refused if row.goal is None else 1.0)
            for row in rows
        ]
        chosen = _sample(rows, weights, size, rng)
        needed = frozenset(
            atom.name for row in chosen if row.goal is not None for atom in atoms(row.goal)
        )
        refusing = any(row.goal is None for row in chosen)
        other = rng.choice(self.worlds)
        others = [] if refusing or other is world else [other]
        variant = make_variant(world, objects, needed, others, mix.rates, rng)
        return [self._example(row, variant) for row in chosen]

    def _smaller(self, world: World, size: int) -> tuple[Sequence[Row], Mapping[str, Parameter]]:
        """Some objects of the world, and rows that need no other ones."""
        rng = self.rng
        rate = rng.uniform(0.3, 1.0)
        kept = {name for name in world.objects if rng.random() < rate}
        used = self.used[world.name]
        rows = [row for row, names in zip(world.rows, used, strict=True) if names <= kept]
        for row, names in rng.sample(list(zip(world.rows, used, strict=True)), len(used)):
            if len(rows) >= size:
                break
            if not names <= kept:
                kept |= names
                rows.append(row)
        order = [name for name in world.objects if name in kept]
        if rng.random() < 0.5:
            rng.shuffle(order)
        return rows, {name: world.objects[name] for name in order}

    def _example(self, row: Row, variant: Variant) -> Example:
        rng = self.rng
        world = variant.world
        goal = None if row.goal is None else variant.renaming.formula(row.goal)
        text = row.text
        if rng.random() < self.mix.noise:
            text = disturb(text, rng, world.objects, row.lang)
        source = f"{world.source}:{row.line}"
        return Example(text, row.lang, variant.domain, variant.objects, variant.init, goal, source)


def _sample(rows: Sequence[Row], weights: Sequence[float], size: int, rng: Random) -> list[Row]:
    """Up to `size` different rows (Efraimidis and Spirakis 2006: largest random ** (1 / weight))."""
    keys = [rng.random() ** (1.0 / weight) if weight > 0 else -1.0 for weight in weights]
    order = sorted(range(len(rows)), key=keys.__getitem__, reverse=True)
    return [rows[index] for index in order[:size]]
