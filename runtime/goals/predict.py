"""Text -> ranked goals of a domain: beam search over the network's scores under the typed grammar.

`GoalModel` is the front door: load once, `prepare` a domain and its objects, `predict` any number of
texts. Thresholds of what to accept are the caller's concern; refusing is the model's own opinion.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from planscript.runtime.goals.grammar import FORALL, ITEM, START, Grammar, State
from planscript.runtime.goals.inputs import ITEM_ROOM, TextTensors, text_tensors, type_symbol
from planscript.runtime.goals.linking import F_SHARE, F_WHOLE, STOP_WORDS, NameIndex
from planscript.runtime.goals.model import GoalNetwork, Memory
from planscript.runtime.goals.notation import to_formula
from planscript.runtime.goals.ranking import Evidence, Ranker
from planscript.runtime.goals.schema import Item, Schema
from planscript.runtime.goals.tokens import Vocabulary, split_name, split_text
from planscript.runtime.goals.weights_file import SHIPPED, load_weights
from planscript.runtime.pddl.model import (
    And,
    Atom,
    Domain,
    Exists,
    ForAll,
    Formula,
    Imply,
    Not,
    Or,
    Parameter,
)

MOST_OBJECTS = 120  # worlds with more are cut down to what a text seems to speak of
HOPELESS = 6.0  # hypotheses this much less likely (log) than a finished one are dropped
LENGTH_POWER = 0.7  # hypotheses compare by belief / length ** LENGTH_POWER
USE_WEIGHT = 0.7  # of "the goal speaks of this item" beside the decoder's log-probability


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """A finished or unfinished sequence of symbols.

    It is believed by two experts: the decoder, symbol by symbol, and the network's opinion of which
    items the goal speaks of, each item once.
    """

    symbols: tuple[int, ...]
    state: State
    score: float  # the decoder's log-probability
    use: float  # log-probability of just these items being spoken of
    least: float = 0.0  # log-probability of the least likely symbol

    @property
    def belief(self) -> float:
        return self.score + USE_WEIGHT * self.use

    @property
    def rank(self) -> float:
        return self.belief / math.pow(max(1, len(self.symbols)), LENGTH_POWER)


@dataclass(frozen=True, slots=True)
class Prediction:
    """What the model makes of a text.

    `confidence` is the estimated probability that `goal` is right. `alternatives` are the best
    readings with their share of the belief, `goal` included, also where the text was refused (then
    `goal` is None). `unlinked` are words of the text that found no symbol.
    """

    goal: Formula | None
    confidence: float
    alternatives: list[tuple[Formula, float]]
    refused: bool
    unlinked: tuple[str, ...] = ()
    evidence: tuple[float, ...] = ()  # what the confidence is computed from


@dataclass(slots=True)
class Encoded:
    """A schema and its item vectors; good for any number of texts."""

    schema: Schema
    items: Tensor  # (N, d)
    kinds: Tensor  # (N,)
    relations: Tensor  # (N, N)
    grammars: dict[frozenset[str], Grammar] = field(default_factory=dict)


@dataclass(slots=True)
class Prepared:
    """A domain and its objects, ready for texts.

    `encoded` is None where there are very many objects: then each text encodes those that it seems
    to speak of, found by `names`.
    """

    domain: Domain
    objects: Mapping[str, Parameter]
    init: frozenset[Atom] | None
    spelling: Mapping[str, str]
    encoded: Encoded | None
    names: NameIndex | None = None


class GoalModel:
    """A loaded network and what belongs to it."""

    def __init__(
        self,
        network: GoalNetwork,
        vocabulary: Vocabulary,
        settings: Mapping[str, Any],
        ranker: Ranker | None = None,
    ) -> None:
        self.network = network
        self.ranker = ranker
        self.vocabulary = vocabulary
        self.identity: str = settings.get("name", "unnamed")  # stands in lock files
        self.refuse_above: float = settings.get("refuse_above", 0.5)
        self.threshold: float = settings.get("threshold", 0.5)
        self.calibration: tuple[float, ...] = tuple(settings.get("calibration", ()))
        self._vectors: dict[Item, Tensor] = {}

    @classmethod
    def load(cls, folder: str | Path | None = None) -> GoalModel:
        """The model in `folder`, or the one that ships with Planscript.

        Raises: SourceError where its files are missing or broken.
        """
        return cls(*load_weights(Path(folder) if folder is not None else SHIPPED))

    def prepare(
        self,
        domain: Domain,
        objects: Mapping[str, Parameter],
        init: Iterable[Atom] | None = None,
        spelling: Mapping[str, str] | None = None,
    ) -> Prepared:
        """Encodes a domain and a world's objects (constants are added).

        `init` are facts of the world, if known. `spelling` gives the written form of names whose case
        the planning model drops.
        """
        everything = {**domain.constants, **objects}
        facts = frozenset(init) if init is not None else None
        made = Prepared(domain, everything, facts, spelling or {}, None)
        if len(everything) <= MOST_OBJECTS:
            made.encoded = self._encoded(made, everything)
        else:
            words = [split_name(made.spelling.get(name, name)) for name in everything]
            made.names = NameIndex(words, [0] * len(words))
        return made

    @torch.inference_mode()
    def predict(
        self,
        text: str,
        prepared: Prepared,
        beam: int = 5,
        allowed_predicates: AbstractSet[str] | None = None,
    ) -> Prediction:
        """The goal that `text` asks for, or a refusal, with readings and confidence.

        `allowed_predicates` limits which predicates a goal may use.
        """
        world = prepared.encoded or self._narrowed(text, prepared)
        grammar = world.schema.grammar
        if allowed_predicates is not None:
            key = frozenset(allowed_predicates)
            if key not in world.grammars:
                world.grammars[key] = Grammar(world.schema.domain, world.schema.objects, key)
            grammar = world.grammars[key]
        inputs = text_tensors([text], world.schema, self.vocabulary, self.network.config.positions)
        memory, refusal = self.read(inputs, world)
        doubt = float(torch.sigmoid(refusal[0]))
        unlinked = self._unlinked(text, memory, inputs.owner[0])
        if not grammar.possible or inputs.ids.shape[1] <= 2:
            return Prediction(None, 0.0, [], True, unlinked)
        readings = self.readings(grammar, world, memory, beam)
        scores = [h.rank * 3 for h, _ in readings]
        if self.ranker is not None:
            seen = self.weigh(readings, text, world, prepared.init, inputs, memory)
            scores = self.ranker(torch.tensor(seen)).tolist()
            order = sorted(range(len(scores)), key=lambda i: -scores[i])
            readings, scores = [readings[i] for i in order], [scores[i] for i in order]
        shares = _softmax(scores)
        best = readings[0][0]
        evidence = (
            best.score,
            best.use,
            best.least,
            math.log(shares[0] / (1 - shares[0] + 1e-4) + 1e-9),
            float(refusal[0]),
            float(len(best.symbols)),
            *(scores[:1] if self.ranker is not None else ()),
        )
        confidence = self._confidence(evidence)
        # No reading is called likelier than the best, which takes the network's own order.
        alternatives = [
            (goal, min(confidence, (1 - confidence) * shares[i] / (1 - shares[0] + 1e-9)))
            if i
            else (goal, confidence)
            for i, (_, goal) in enumerate(readings)
        ]
        refused = doubt > self.refuse_above
        return Prediction(
            None if refused else readings[0][1],
            confidence,
            alternatives,
            refused,
            unlinked,
            evidence,
        )

    def read(self, inputs: TextTensors, world: Encoded) -> tuple[Memory, Tensor]:
        """Texts that are read together with a schema, and the logits (B,) of refusing them."""
        return self.network.fuse(
            inputs.ids,
            inputs.mask,
            world.items,
            world.kinds,
            world.relations,
            inputs.features,
            torch.ones(len(inputs.ids), len(world.schema), dtype=torch.bool),
        )

    def readings(
        self, grammar: Grammar, world: Encoded, memory: Memory, beam: int = 5
    ) -> list[tuple[Hypothesis, Formula]]:
        """What the search finds for one text, best first."""
        return _distinct(grammar, self._search(grammar, memory, beam, world.schema.empty))

    def weigh(
        self,
        readings: Sequence[tuple[Hypothesis, Formula]],
        text: str,
        world: Encoded,
        init: frozenset[Atom] | None,
        inputs: TextTensors,
        memory: Memory,
    ) -> list[list[float]]:
        """The evidence (K, F) for each of a text's readings, best first, that a ranker looks at."""
        seen = Evidence(
            world.schema,
            [w.text for w in split_text(text, self.vocabulary)],
            inputs.owner[0],
            memory.links[0],
            memory.used[0],
            inputs.features[0],
            init,
        )
        top = readings[0][0].rank
        return [
            seen.of(goal, one.symbols, (one.rank, top - one.rank, one.score, one.use, one.least))
            for one, goal in readings
        ]

    # ------------------------------------------------------------ encoding

    @torch.inference_mode()
    def _encode(self, items: Sequence[Item]) -> Tensor:
        """Item vectors (N, d); each different item is encoded once in the model's life."""
        if len(self._vectors) > 20_000:
            self._vectors.clear()
        new = sorted(
            {item for item in items if item not in self._vectors},
            key=lambda item: (len(item.words) + len(item.context), item.name, item.kind),
        )
        for begin in range(0, len(new), 32):
            chunk = new[begin : begin + 32]
            encoded = [self.vocabulary.encode((*i.words, *i.context), ITEM_ROOM) for i in chunk]
            length = max(len(ids) for ids, _ in encoded)
            ids_ = torch.zeros(len(chunk), length, dtype=torch.long)
            mask = torch.zeros(len(chunk), length, dtype=torch.bool)
            pool = torch.zeros(len(chunk), length)
            for row, (ids, owner) in enumerate(encoded):
                ids_[row, : len(ids)] = torch.tensor(ids)
                mask[row, : len(ids)] = True
                marked = [float(0 <= o < len(chunk[row].words)) for o in owner]
                pool[row, : len(ids)] = torch.tensor(marked)
                if not any(marked):
                    pool[row, 0] = 1
            for item, vector in zip(chunk, self.network.items(ids_, mask, pool), strict=True):
                self._vectors[item] = vector
        return torch.stack([self._vectors[item] for item in items])

    def _encoded(self, prepared: Prepared, objects: Mapping[str, Parameter]) -> Encoded:
        return self.encode(
            Schema(prepared.domain, objects, prepared.init, spelling=prepared.spelling)
        )

    def encode(self, schema: Schema) -> Encoded:
        """A schema with the vectors of its items."""
        return Encoded(
            schema,
            self._encode(schema.items),
            torch.from_numpy(schema.kinds),
            torch.from_numpy(schema.relations).long(),
        )

    def _narrowed(self, text: str, prepared: Prepared) -> Encoded:
        """The world with only the objects whose names are most like words of the text."""
        assert prepared.names is not None
        words = [w.text for w in split_text(text, self.vocabulary)]
        found = prepared.names.features(words)
        match = (found[:, :, F_SHARE] + found[:, :, F_WHOLE]).max(0, initial=0.0)
        names = list(prepared.objects)
        order = sorted(range(len(names)), key=lambda i: (-match[i], i))[:MOST_OBJECTS]
        return self._encoded(
            prepared, {names[i]: prepared.objects[names[i]] for i in sorted(order)}
        )

    # ------------------------------------------------------------ decoding

    def _search(
        self, grammar: Grammar, memory: Memory, beam: int, barred: AbstractSet[int] = frozenset()
    ) -> list[Hypothesis]:
        """Finished hypotheses, best first; never empty.

        Nothing is said to exist of the types `barred`. They keep their share of the belief, so that a
        text about them leaves little to what is found in their place.
        """
        odds = memory.used[0].float()
        nothing = float(torch.nn.functional.logsigmoid(-odds).sum())
        gain = odds.tolist()
        alive = [Hypothesis((), grammar.start(), 0.0, nothing)]
        finished: list[Hypothesis] = []
        past: list[tuple[Tensor, Tensor]] | None = None
        rows = torch.zeros(1, dtype=torch.long)
        last = torch.tensor([[START]])
        types = torch.tensor([[0]])
        while alive:
            if past is not None:
                past = [(k[rows], v[rows]) for k, v in past]
            scores, past = self.network.decode(memory.select(len(alive)), last, types, past)
            options: list[tuple[float, int, int, float, float]] = []
            for row, one in enumerate(alive):
                allowed = grammar.allowed(one.state)
                logs = scores[row, -1, torch.tensor(allowed)].log_softmax(0)
                top = logs.topk(min(2 * beam, len(allowed)))
                for value, index in zip(top.values.tolist(), top.indices.tolist(), strict=True):
                    symbol = allowed[index]
                    if symbol in barred and one.state.frames[-1].kind != FORALL:
                        continue
                    fresh = symbol >= ITEM and symbol not in one.symbols
                    use = one.use + (gain[symbol - ITEM] if fresh else 0.0)
                    belief = one.score + value + USE_WEIGHT * use
                    options.append((belief, row, symbol, value, use))
            options.sort(key=lambda option: -option[0])
            new: list[Hypothesis] = []
            parents: list[int] = []
            floor = max((h.belief for h in finished), default=-math.inf) - HOPELESS
            for belief, row, symbol, value, use in options[: 2 * beam]:
                if belief < floor:
                    break
                one = alive[row]
                state = grammar.advance(one.state, symbol)
                grown = Hypothesis(
                    (*one.symbols, symbol), state, one.score + value, use, min(one.least, value)
                )
                if state.finished:
                    finished.append(grown)
                elif len(new) < beam:
                    new.append(grown)
                    parents.append(row)
            finished.sort(key=lambda h: -h.rank)
            if len(finished) >= beam and new:
                # Even somewhat longer and no less believed the best one would have to win.
                hope = max(h.belief for h in new) / (len(new[0].symbols) + 6) ** LENGTH_POWER
                if hope < finished[beam - 1].rank:
                    break
            alive = new
            rows = torch.tensor(parents, dtype=torch.long)
            last = torch.tensor([[h.symbols[-1]] for h in alive], dtype=torch.long)
            types = torch.tensor(
                [[type_symbol(grammar, h.state.scope, h.symbols[-1])] for h in alive],
                dtype=torch.long,
            )
        if barred and not finished:
            return self._search(grammar, memory, beam)
        return finished[: max(beam, 1)]

    def _confidence(self, evidence: Sequence[float]) -> float:
        if len(self.calibration) != len(evidence) + 1:
            return math.exp(max(-50.0, min(0.0, evidence[0])))
        z = self.calibration[0] + sum(
            w * x for w, x in zip(self.calibration[1:], evidence, strict=True)
        )
        return 1 / (1 + math.exp(-max(-50.0, min(50.0, z))))

    def _unlinked(self, text: str, memory: Memory, owner: Sequence[int]) -> tuple[str, ...]:
        """Content words whose best link to any item is weak, weakest first."""
        words = split_text(text, self.vocabulary)
        best: dict[int, float] = {}
        for piece, word in enumerate(owner):
            if word >= 0:
                value = float(memory.links[0, piece].max())
                best[word] = max(best.get(word, -math.inf), value)
        content = {
            w: v
            for w, v in best.items()
            if words[w].text not in STOP_WORDS and any(c.isalnum() for c in words[w].text)
        }
        if not content:
            return ()
        usual = sorted(content.values())[len(content) // 2]
        weak = sorted((v, w) for w, v in content.items() if v < min(usual, 1.0))
        return tuple(text[words[w].start : words[w].end] for _, w in weak[:4])


def _distinct(grammar: Grammar, found: Sequence[Hypothesis]) -> list[tuple[Hypothesis, Formula]]:
    """The hypotheses as formulas, those that say the same literally only once.

    What is true or false whatever the world is nobody asks for: it is left out while anything else
    is found.
    """
    out: list[tuple[Hypothesis, Formula]] = []
    seen: set[Formula] = set()
    for one in found:
        goal = to_formula(grammar, one.symbols)
        if goal not in seen:
            seen.add(goal)
            out.append((one, goal))
    return [(one, goal) for one, goal in out if not is_trivial(goal)] or out


def is_trivial(goal: Formula) -> bool:
    """Whether a part of `goal` stands beside its own opposite, or implies itself or its opposite."""
    match goal:
        case And(parts) | Or(parts):
            said = set(parts)
            return any(Not(p) in said for p in parts) or any(is_trivial(p) for p in parts)
        case Imply(left, right):
            same = right in (left, Not(left)) or left == Not(right)
            return same or is_trivial(left) or is_trivial(right)
        case ForAll(_, body) | Exists(_, body) | Not(body):
            return is_trivial(body)
    return False


def _softmax(values: Sequence[float]) -> list[float]:
    top = max(values)
    powers = [math.exp(v - top) for v in values]
    return [p / sum(powers) for p in powers]
