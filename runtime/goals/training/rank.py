"""Trains a model's ranker: lists of readings of the training stream, and which of them are right.

    python -m planscript.runtime.goals.training.rank MODEL_DIR --data DIR [--minutes 15] [--seed 1]

Writes `ranking.safetensors` into the folder. Calibrate afterwards: the confidence looks at the ranker.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file
from torch import Tensor

from planscript.runtime.goals.inputs import text_tensors
from planscript.runtime.goals.notation import to_symbols
from planscript.runtime.goals.predict import GoalModel
from planscript.runtime.goals.ranking import Ranker
from planscript.runtime.goals.schema import Schema
from planscript.runtime.goals.training.batches import choose_objects, names_in
from planscript.runtime.goals.training.corpus import World, read_own_worlds, read_worlds
from planscript.runtime.goals.training.evaluate import same_goal
from planscript.runtime.goals.training.multiply import Mix, Multiplier

TEXTS = 8  # of one world
MOST_OBJECTS = 40

# Only texts that have a goal, and less noise than in training: lists of hopeless texts teach little.
MIX = Mix(
    refused=0,
    external=0,
    missing_predicate=0,
    missing_object=0,
    stranger=0,
    foreign=0,
    chat=0,
    question=0,
    composed=0.15,
    joined=0.1,
    noise=0.15,
)


@dataclass(frozen=True, slots=True)
class Lists:
    """Readings of many texts, one below the other."""

    evidence: Tensor  # (R, F)
    right: Tensor  # (R,) 1 or 0
    text: Tensor  # (R,) the number of the text

    def save(self, path: Path) -> None:
        """Writes them, so that fitting can be tried again without decoding again."""
        save_file({"evidence": self.evidence, "right": self.right, "text": self.text}, str(path))

    @classmethod
    def load(cls, path: Path) -> Lists:
        """Reads what `save` wrote."""
        return cls(**load_file(str(path)))


@torch.inference_mode()
def collect(model: GoalModel, worlds: Sequence[World], minutes: float, seed: int) -> Lists:
    """Decodes texts of the training stream for so many minutes of processor time."""
    random_ = random.Random(seed)
    rows: list[list[float]] = []
    right: list[float] = []
    texts: list[int] = []
    until = time.process_time() + minutes * 60
    for batch in Multiplier(worlds, seed, MIX).batches(TEXTS):
        first = batch[0]
        needed = {n for e in batch if e.goal is not None for n in names_in(e.goal)[1]}
        objects = choose_objects(first.domain, first.objects, needed, MOST_OBJECTS, random_)
        init = first.init if random_.random() < 0.7 else None
        schema = Schema(first.domain, objects, init)
        if not schema.grammar.possible:
            continue
        world = model.encode(schema)
        for example in batch:
            if example.goal is None or to_symbols(schema.grammar, example.goal) is None:
                continue
            inputs = text_tensors([example.text], schema, model.vocabulary)
            if inputs.ids.shape[1] <= 2:
                continue
            memory, _ = model.read(inputs, world)
            facts = None if init is None else frozenset(init)
            readings = model.readings(schema.grammar, world, memory)
            rows += model.weigh(readings, example.text, world, facts, inputs, memory)
            right += [
                float(same_goal(g, example.goal, schema.domain, objects)) for _, g in readings
            ]
            texts += [texts[-1] + 1 if texts else 0] * len(readings)
        if time.process_time() > until:
            break
    return Lists(torch.tensor(rows), torch.tensor(right), torch.tensor(texts))


def fit(lists: Lists, *, epochs: int = 30, rate: float = 2e-3, decay: float = 0.1) -> Ranker:
    """A ranker for these lists: right readings above the others, and their score a log-odds."""
    torch.manual_seed(0)
    ranker = Ranker()
    ranker.mean.copy_(lists.evidence.mean(0))
    ranker.spread.copy_(lists.evidence.std(0) + 1e-3)
    optimizer = torch.optim.AdamW(
        [p for p in ranker.parameters() if p.requires_grad], rate, weight_decay=decay
    )
    count = int(lists.text.max()) + 1
    ends = torch.cumsum(torch.bincount(lists.text, minlength=count), 0).tolist()
    spans = list(zip([0, *ends], ends, strict=False))
    steps = epochs * (len(spans) // 32)
    done = 0
    for _ in range(epochs):
        random.Random(done).shuffle(spans)
        for begin in range(0, len(spans) - 31, 32):
            for group in optimizer.param_groups:
                group["lr"] = rate * (1 - done / steps)
            chosen = spans[begin : begin + 32]
            rows = torch.cat([torch.arange(a, b) for a, b in chosen])
            owner = torch.cat([torch.full((b - a,), i) for i, (a, b) in enumerate(chosen)])
            loss = ranking_loss(ranker(lists.evidence[rows]), lists.right[rows], owner)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            done += 1
    return ranker.requires_grad_(False).eval()


def ranking_loss(scores: Tensor, right: Tensor, owner: Tensor) -> Tensor:
    """Cross-entropy of each reading being right, and of a right one being the first of its list."""
    each = F.binary_cross_entropy_with_logits(scores, right)
    count = int(owner.max()) + 1
    power = scores.clamp(-20, 20).exp()
    total = torch.zeros(count).index_add(0, owner, power)
    good = torch.zeros(count).index_add(0, owner, power * right)
    mixed = (good > 0) & (good < total)
    if not mixed.any():
        return each
    return each - (good[mixed] / total[mixed]).clamp(min=1e-9).log().mean()


def first_right(ranker: Ranker | None, lists: Lists) -> float:
    """The share of texts whose first reading is right, in the ranker's order or the search's."""
    scores = ranker(lists.evidence) if ranker else lists.evidence[:, 0]
    best: dict[int, tuple[float, float]] = {}
    for text, score, right in zip(
        lists.text.tolist(), scores.tolist(), lists.right.tolist(), strict=True
    ):
        best[text] = max(best.get(text, (float("-inf"), 0.0)), (score, right))
    return sum(right for _, right in best.values()) / max(1, len(best))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("--data", type=Path, action="append", default=[])
    parser.add_argument("--minutes", type=float, default=15)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--lists", type=Path, help="keep the lists in this file")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    model = GoalModel.load(arguments.model)
    model.ranker = None
    worlds = read_own_worlds()
    for folder in arguments.data:
        worlds = read_worlds(folder / "authored") + worlds
    lists = collect(model, worlds, arguments.minutes, arguments.seed)
    ranker = fit(lists)
    ranker.save(arguments.model)
    if arguments.lists:
        lists.save(arguments.lists)
    print(f"{int(lists.text.max()) + 1} texts, {len(lists.right)} readings")
    print(
        f"first reading right: {first_right(None, lists):.1%}, ranked {first_right(ranker, lists):.1%}"
    )


if __name__ == "__main__":
    main()
