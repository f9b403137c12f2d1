"""A deterministic stream of training examples, grouped by schema, from the worlds of a corpus.

Every pair must be honest: the text says the goal, all of it and nothing else. What cannot be
adapted safely is left as it was written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from random import Random

from planscript.runtime.goals.training import refusals
from planscript.runtime.goals.training.compose_en import Composer
from planscript.runtime.goals.training.compose_zh import Composer as ChineseComposer
from planscript.runtime.goals.training.corpus import Example, Row, World
from planscript.runtime.goals.training.join import framed, joined
from planscript.runtime.goals.training.kinds import as_kinds
from planscript.runtime.goals.training.noise import disturb
from planscript.runtime.goals.training.rename import atoms, terms
from planscript.runtime.goals.training.reword import reworded
from planscript.runtime.goals.training.told import Told, predicates_of
from planscript.runtime.goals.training.variants import Rates, Variant, make_variant
from planscript.runtime.pddl.model import Parameter


@dataclass(frozen=True, slots=True)
class Mix:
    """What the stream is made of: relative weights first, then probabilities."""

    chinese: float = 1.5  # how much oftener a Chinese row is drawn than an English one
    refused: float = 1.0  # the same for rows written to be refused
    external: float = 0.09  # batches from public sets
    reworded: float = 0.35  # batches from a world under other nouns and object names
    fewer_objects: float = 0.6  # batches in a smaller world
    missing_predicate: float = 0.07  # batches whose schema lacks a predicate that some rows need
    missing_object: float = 0.07  # batches whose world lacks an object that some rows name
    exchanged: float = 0.35  # a row about other objects of the same types
    stranger: float = 0.05  # a row about something that this world lacks
    foreign: float = 0.03  # a row of another world
    chat: float = 0.02  # small talk
    question: float = 0.03  # a question about this world
    joined: float = 0.12  # two written wishes in one text
    framed: float = 0.12  # a written wish made polite, indirect or chatty
    composed: float = 0.25  # made-up wishes in place of rows
    kinds: float = 0.25  # batches whose objects have become types
    noise: float = 0.2  # typing errors and the like
    rates: Rates = field(default_factory=Rates)


@dataclass(frozen=True, slots=True)
class Stage:
    """What a batch plays on: a world, the part of its objects that is there, and some rows."""

    told: Told
    objects: Mapping[str, Parameter]
    rows: Sequence[Row]
    gone: frozenset[str] = frozenset()  # predicates that the schema lacks


class Multiplier:
    """The stream. Two of the same worlds, external worlds, mix and seed yield the same examples."""

    def __init__(
        self,
        worlds: Sequence[World],
        seed: int = 0,
        mix: Mix | None = None,
        external: Sequence[World] = (),
    ) -> None:
        self.worlds = [Told(world) for world in worlds if world.rows]
        self.external = [Told(world) for world in external if world.rows]
        self.shares = [len(told.world.rows) ** 0.5 for told in self.external]
        self.rng = Random(seed)
        self.mix = mix or Mix()
        self.names = sorted({name for world in worlds for name in world.objects if "-" in name})
        self._kept: dict[str, list[Told]] = {}
        self._composers: dict[int, tuple[Composer, ChineseComposer]] = {}
        self._foreign: dict[str, dict[int, set[str]]] = {}

    def batches(self, size: int) -> Iterator[list[Example]]:
        """Batches without end; a batch shares one domain, objects and init."""
        while True:
            if self.external and self.rng.random() < self.mix.external:
                told = self.rng.choices(self.external, self.shares)[0]
            else:
                told = self.rng.choice(self.worlds)
            yield self._batch(told, size)

    def _batch(self, told: Told, size: int) -> list[Example]:
        rng, mix = self.rng, self.mix
        if rng.random() < mix.reworded:
            told = self._reworded(told, size)
        stage = self._stage(told, size)
        chosen = _sample(stage.rows, [self._weight(row) for row in stage.rows], size, rng)
        chosen = [self._varied(row, stage) for row in chosen]
        other = rng.choice(self.worlds)
        refusing = any(row.goal is None for row in chosen)
        variant = make_variant(
            told.world,
            stage.objects,
            predicates_of(chosen),
            [] if refusing or other.world.name == told.world.name else [other.world],
            mix.rates,
            rng,
            stage.gone,
        )
        examples = [self._example(row, variant) for row in chosen]
        if rng.random() < mix.kinds:
            new = variant.renaming.objects
            return as_kinds(examples, {new.get(name, name) for name in told.bare}, rng)
        return examples

    def _reworded(self, told: Told, size: int) -> Told:
        """A telling of the world in other words; a few are kept, for they take a while to make."""
        rng = self.rng
        kept = self._kept.setdefault(told.world.name, [])
        if len(kept) < 3 or rng.random() < 0.2:
            world = reworded(told.world, told.mentions, rng)
            new = told if world is told.world or len(world.rows) < size else Told(world)
            if len(kept) == 3:
                self._composers.pop(id(kept.pop(0)), None)
            kept.append(new)
            return new
        return rng.choice(kept)

    def _composers_of(self, told: Told) -> tuple[Composer, ChineseComposer]:
        known = self._composers.get(id(told))
        if known is None:
            known = self._composers[id(told)] = (Composer(told), ChineseComposer(told))
        return known

    def _made(self, stage: Stage, lang: str) -> Row | None:
        """A made-up wish; to be refused where the schema lacks one of its predicates."""
        composer = self._composers_of(stage.told)[lang == "zh"]
        row = composer.row(set(stage.objects), self.rng)
        if row is not None and row.goal is not None:
            if any(atom.name in stage.gone for atom in atoms(row.goal)):
                return replace(row, goal=None)
        return row

    def _weight(self, row: Row) -> float:
        mix = self.mix
        return (mix.chinese if row.lang == "zh" else 1.0) * (
            mix.refused if row.goal is None else 1.0
        )

    # ---------------------------------------------------------------- what there is

    def _stage(self, told: Told, size: int) -> Stage:
        rng, mix, world = self.rng, self.mix, told.world
        dice = rng.random()
        if dice < mix.missing_predicate:
            return self._without_predicate(told)
        if dice < mix.missing_predicate + mix.missing_object:
            return self._without_object(told)
        if world.objects and rng.random() < mix.fewer_objects:
            return self._smaller(told, size)
        return Stage(told, world.objects, world.rows)

    def _smaller(self, told: Told, size: int) -> Stage:
        """Some objects of the world, and rows that need no other ones."""
        rng, world = self.rng, told.world
        rate = rng.uniform(0.3, 1.0)
        kept = {name for name in world.objects if rng.random() < rate}
        rows = [row for row, names in zip(world.rows, told.used, strict=True) if names <= kept]
        pairs = list(zip(world.rows, told.used, strict=True))
        for row, names in rng.sample(pairs, min(len(pairs), 4 * size)):
            if len(rows) >= size:
                break
            if not names <= kept:
                kept |= names
                rows.append(row)
        order = [name for name in world.objects if name in kept]
        if rng.random() < 0.5:
            rng.shuffle(order)
        return Stage(told, {name: world.objects[name] for name in order}, rows)

    def _without_predicate(self, told: Told) -> Stage:
        """The world less a predicate; rows that need it are to be refused."""
        rng, world = self.rng, told.world
        counts = refusals.predicates_in(world.rows)
        names = [n for n in counts if refusals.speechless(world.domain, n)]
        if not names:
            return Stage(told, world.objects, world.rows)
        gone = rng.choice(names)
        needing: list[Row] = []
        others: list[Row] = []
        for row in world.rows:
            needs = row.goal is not None and any(a.name == gone for a in atoms(row.goal))
            (needing if needs else others).append(row)
        lost = [replace(row, goal=None) for row in needing]
        kept = rng.sample(others, min(len(others), 2 * len(lost)))
        return Stage(told, world.objects, lost + kept, frozenset((gone,)))

    def _without_object(self, told: Told) -> Stage:
        """The world less an object; rows that name it in full are to be refused."""
        rng, world = self.rng, told.world
        whole = Stage(told, world.objects, world.rows)
        if not world.objects:
            return whole
        gone = rng.choice(list(world.objects))
        if gone in world.domain.constants:
            return whole
        lost, kept = [], []
        for row, names in zip(world.rows, told.used, strict=True):
            if gone not in names:
                kept.append(row)
            elif row.goal is not None and gone in terms(row.goal) and gone in told.named(row.text):
                lost.append(replace(row, goal=None))
        if not lost:
            return whole
        objects = {name: one for name, one in world.objects.items() if name != gone}
        return Stage(told, objects, lost + rng.sample(kept, min(len(kept), 3 * len(lost) + 6)))

    # ---------------------------------------------------------------- what is said

    def _varied(self, row: Row, stage: Stage) -> Row:
        """The row about other things of this world, or a row to be refused in its place."""
        rng, mix = self.rng, self.mix
        dice = rng.random()
        text: str | None = None
        if dice < mix.stranger:
            text = refusals.stranger(stage.told, row, self.names, rng)
        elif dice < mix.stranger + mix.foreign:
            strange = self._foreign_row(stage)
            if strange is not None:
                return replace(strange, goal=None, line=0)
        elif dice < mix.stranger + mix.foreign + mix.chat:
            text = refusals.chat(stage.told.world, row.lang, rng)
        elif dice < mix.stranger + mix.foreign + mix.chat + mix.question:
            composer = self._composers_of(stage.told)[row.lang == "zh"]
            text = composer.question(set(stage.objects), rng)
        if text is not None:
            return Row(row.lang, text, None, row.line)
        if rng.random() < mix.composed:
            made = self._made(stage, row.lang)
            if made is not None:
                return made
        if rng.random() < mix.exchanged:
            row = stage.told.exchanged(row, set(stage.objects), rng)
        if rng.random() < mix.joined:
            row = joined(row, rng.choice(stage.rows), rng) or row
        if rng.random() < mix.framed:
            row = framed(row, rng)
        return row

    def _foreign_row(self, stage: Stage) -> Row | None:
        other = self.rng.choice(self.worlds)
        name = other.world.name
        if name == stage.told.world.name:
            return None
        if name not in self._foreign:
            self._foreign[name] = {
                index: terms(row.goal) & other.named(row.text)
                for index, row in enumerate(other.world.rows)
                if row.goal is not None
            }
        return refusals.foreign(stage.told.world, other.world, self._foreign[name], self.rng)

    def _example(self, row: Row, variant: Variant) -> Example:
        rng, world = self.rng, variant.world
        goal = None if row.goal is None else variant.renaming.formula(row.goal)
        text = row.text
        if rng.random() < self.mix.noise:
            text = disturb(text, rng, world.objects, row.lang)
        source = f"{world.source}:{row.line}"
        return Example(text, row.lang, variant.domain, variant.objects, variant.init, goal, source)


def _sample(rows: Sequence[Row], weights: Sequence[float], size: int, rng: Random) -> list[Row]:
    """Up to `size` different rows (Efraimidis and Spirakis 2006: largest random^(1/weight))."""
    if len(rows) > 40 * size:
        return rng.sample(rows, size)
    keys = [rng.random() ** (1.0 / weight) if weight > 0 else -1.0 for weight in weights]
    order = sorted(range(len(rows)), key=keys.__getitem__, reverse=True)
    return [rows[index] for index in order[:size]]
