"""Trains the goal network: worlds -> batches -> weights, with progress and curves; can be resumed.

A step takes a few worlds; of each a batch of texts that share one encoded schema, so that gradients
reach the schema's encoder cheaply. The weights saved are an exponential moving average.
"""

from __future__ import annotations

import copy
import json
import math
import random
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file
from torch import Tensor

from planscript.runtime.goals.model import Config, GoalNetwork, bert_names
from planscript.runtime.goals.schema import Schema
from planscript.runtime.goals.tokens import Vocabulary
from planscript.runtime.goals.training.batches import (
    GoalTensors,
    choose_objects,
    goal_tensors,
    names_in,
    schema_tensors,
    text_tensors,
)
from planscript.runtime.goals.training.vocabulary import minilm_folder
from planscript.runtime.pddl.model import Atom, Domain, Formula, Parameter


@dataclass(frozen=True, slots=True)
class Options:
    """How to train. `minutes` is the whole time, over which the learning rate falls."""

    minutes: float = 60.0
    texts: int = 16  # of one world in a batch
    worlds: int = 2  # batches in a step
    rate: float = 5e-4
    fusion_rate: float = 2e-4
    encoder_rate: float = 6e-5
    warmup: int = 100
    average: float = 0.998
    gloss: float = 0.3  # share of batches that see glosses
    objects: int = 36
    strangers: float = 0.08  # share of texts taken from another world, to be refused
    hidden: float = 0.06  # share of texts whose goal lost a symbol, to be refused
    seed: int = 0
    save_minutes: float = 6.0
    bfloat16: bool = True


@dataclass(slots=True)
class Sample:
    """A text and its goal (None: to be refused)."""

    text: str
    goal: Formula | None
    weight: float = 1.0


@dataclass(slots=True)
class Pool:
    """Texts of one world; `share` is how often it is drawn against the others."""

    name: str
    domain: Domain
    objects: Mapping[str, Parameter]
    init: frozenset[Atom] | None
    samples: Sequence[Sample]
    spelling: Mapping[str, str] = field(default_factory=dict)
    share: float = 1.0


def batch_loss(
    network: GoalNetwork,
    pool: Pool,
    others: Sequence[Pool],
    vocabulary: Vocabulary,
    options: Options,
    random_: random.Random,
) -> tuple[Tensor, dict[str, float]]:
    """The loss of one batch drawn from `pool`, and figures for the log."""
    count = min(options.texts, len(pool.samples))
    samples = random_.sample(list(pool.samples), count)
    needed: set[str] = set()
    for sample in samples:
        if sample.goal is not None:
            needed |= names_in(sample.goal)[1]
    objects = choose_objects(pool.domain, pool.objects, needed, options.objects, random_)
    gloss: tuple[str, ...] = ()
    if random_.random() < options.gloss:
        gloss = random_.choice((("en",), ("en", "zh"), ("zh",)))
    init = pool.init if random_.random() < 0.5 else None
    schema = Schema(pool.domain, objects, init, spelling=pool.spelling, gloss=gloss)
    position = {(item.kind, item.name): i for i, item in enumerate(schema.items)}
    visible = torch.ones(count, len(schema), dtype=torch.bool)
    texts: list[str] = []
    goals: list[list[int] | None] = []
    for row, sample in enumerate(samples):
        text, goal = sample.text, sample.goal
        chance = random_.random()
        if chance < options.strangers and others:
            stranger = random_.choice(others)
            if stranger.domain.name != pool.domain.name:
                text, goal = random_.choice(stranger.samples).text, None
        elif chance < options.strangers + options.hidden and goal is not None:
            predicates, things, _ = names_in(goal)
            if things and random_.random() < 0.5:
                visible[row, position[2, random_.choice(sorted(things))]] = False
            else:
                for name in predicates:
                    visible[row, position[0, name]] = False
            goal = None
        texts.append(text)
        goals.append(None if goal is None else schema.grammar.to_symbols(goal))
    weights = [
        0.0 if goals[i] is None and s.goal is not None and visible[i].all() and texts[i] == s.text
        else s.weight
        for i, s in enumerate(samples)
    ]
    tensors = schema_tensors(schema, vocabulary)
    text = text_tensors(texts, schema, vocabulary)
    gold = goal_tensors(goals, schema, weights)
    with torch.autocast("cpu", torch.bfloat16, enabled=options.bfloat16):
        items = torch.zeros(len(schema), network.config.width)
        for index, ids, mask, marked in tensors.groups:
            items = items.index_copy(0, index, network.items(ids, mask, marked).float())
        memory, refusal = network.fuse(
            text.ids, text.mask, items, tensors.kinds, tensors.relations, text.features, visible
        )
        scores, _ = network.decode(memory, gold.symbols, gold.types)
    return losses(scores, refusal.float(), gold)


def losses(scores: Tensor, refusal: Tensor, gold: GoalTensors) -> tuple[Tensor, dict[str, float]]:
    """Cross-entropy of the symbols among those allowed, plus that of refusing."""
    scores = scores.masked_fill(~gold.allowed, -1e9)
    each = F.cross_entropy(
        scores.flatten(0, 1), gold.target.flatten(), ignore_index=-100, reduction="none"
    ).view(gold.target.shape)
    said = (gold.target >= 0).float() * gold.weight[:, None]
    goal_loss = (each * said).sum() / said.sum().clamp(min=1)
    refuse_each = F.binary_cross_entropy_with_logits(refusal, gold.refused, reduction="none")
    refuse_loss = (refuse_each * gold.weight).sum() / gold.weight.sum().clamp(min=1)
    with torch.no_grad():
        hit = (scores.argmax(-1) == gold.target) | (gold.target < 0)
        told = gold.refused < 0.5
        right = hit.all(1)[told].float()
        figures = {
            "loss": float(goal_loss),
            "refuse_loss": float(refuse_loss),
            "right": float(right.mean()) if len(right) else 0.0,
            "texts": float(len(refusal)),
        }
    return goal_loss + 0.5 * refuse_loss, figures


def start_network(start: Path, config: Config | None = None) -> tuple[GoalNetwork, Vocabulary]:
    """A fresh network with MiniLM's encoder; fusion begins as copies of the encoder's last layers."""
    vocabulary = Vocabulary.load(start / "vocab.txt")
    config = config or Config(pieces=len(vocabulary))
    network = GoalNetwork(config)
    theirs = load_file(str(minilm_folder() / "model.safetensors"))
    prefix = "bert." if any(n.startswith("bert.") for n in theirs) else ""
    state = network.state_dict()
    with torch.no_grad():
        state["piece.weight"].copy_(load_file(str(start / "pieces.safetensors"))["piece.weight"])
        for ours, name in bert_names(config).items():
            state[ours].copy_(theirs[prefix + name][: state[ours].shape[0]])
        for number in range(config.fusion_layers):
            source = config.encoder_layers - config.fusion_layers + number
            network.fusion[number].load_state_dict(network.encoder[source].state_dict())
        nn_init_small(network)
    network.piece.weight.requires_grad_(False)
    return network, vocabulary


def nn_init_small(network: GoalNetwork) -> None:
    """Biases and feature maps start near nothing, so that MiniLM's attention starts undisturbed."""
    for module in (network.relation_bias, network.kind_bias, network.word_bias, network.item_bias):
        module.weight.mul_(0.1)
    network.spelling.weight.mul_(0.1)


def parameter_groups(network: GoalNetwork, options: Options) -> list[dict[str, object]]:
    """Slow for what MiniLM knew, quicker for the rest."""
    groups: dict[float, list[Tensor]] = {}
    for name, parameter in network.named_parameters():
        if not parameter.requires_grad:
            continue
        old = ("encoder.", "position.", "segment.", "embedding_norm.")
        rate = options.rate
        if name.startswith(old):
            rate = options.encoder_rate
        elif name.startswith("fusion."):
            rate = options.fusion_rate
        groups.setdefault(rate, []).append(parameter)
    return [{"params": found, "lr": rate, "base": rate} for rate, found in groups.items()]


def draw(pools: Sequence[Pool], random_: random.Random) -> Iterator[Pool]:
    """Pools for ever: each about as often as its share says, spread evenly over time."""
    while True:
        deck = []
        for pool in pools:
            copies = int(pool.share) + (random_.random() < pool.share % 1)
            deck += [pool] * copies
        random_.shuffle(deck)
        yield from deck


def train(
    pools: Sequence[Pool],
    start: Path,
    out: Path,
    options: Options,
    *,
    initial: Path | None = None,
) -> None:
    """Trains for `options.minutes` and leaves `model.safetensors` and `curve.jsonl` in `out`.

    Picks up where an earlier call with the same `out` stopped. `initial` gives weights to begin with.
    """
    torch.manual_seed(options.seed)
    random_ = random.Random(options.seed)
    network, vocabulary = start_network(start)
    if initial is not None:
        network.load_state_dict(load_file(str(initial)))
    out.mkdir(parents=True, exist_ok=True)
    optimiser = torch.optim.AdamW(
        parameter_groups(network, options), weight_decay=0.01, betas=(0.9, 0.98)
    )
    average = copy.deepcopy(network).eval()
    spent, step, seen = 0.0, 0, 0
    resume = out / "resume.pt"
    if resume.exists():
        saved = torch.load(resume, weights_only=True)
        network.load_state_dict(saved["network"])
        average.load_state_dict(saved["average"])
        optimiser.load_state_dict(saved["optimiser"])
        spent, step, seen = saved["spent"], saved["step"], saved["seen"]
        random_.seed(options.seed + step)
    (out / "config.json").write_text(json.dumps(asdict(network.config), indent=1))
    (out / "options.json").write_text(json.dumps(asdict(options), indent=1))
    network.train()
    drawn = draw(pools, random_)
    budget = options.minutes * 60
    begin = last_save = last_log = time.monotonic()
    sums: dict[str, float] = {}
    while spent + time.monotonic() - begin < budget:
        done = (spent + time.monotonic() - begin) / budget
        factor = min(1.0, (step + 1) / options.warmup) * (
            0.03 + 0.97 * 0.5 * (1 + math.cos(math.pi * min(1.0, done)))
        )
        for group in optimiser.param_groups:
            group["lr"] = group["base"] * factor
        optimiser.zero_grad(set_to_none=True)
        for _ in range(options.worlds):
            loss, figures = batch_loss(network, next(drawn), pools, vocabulary, options, random_)
            (loss / options.worlds).backward()  # type: ignore[no-untyped-call]
            for name, value in figures.items():
                sums[name] = sums.get(name, 0.0) + value
            sums["batches"] = sums.get("batches", 0.0) + 1
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        step += 1
        _follow(average, network, min(options.average, (1 + step) / (10 + step)))
        now = time.monotonic()
        if step % 20 == 0:
            batches = sums.pop("batches")
            texts = sums.pop("texts")
            seen += int(texts)
            line = {
                "step": step,
                "minutes": round((spent + now - begin) / 60, 2),
                "seen": seen,
                "per_second": round(texts / (now - last_log), 1),
                "left_minutes": round((budget - spent - now + begin) / 60, 1),
                **{name: round(value / batches, 4) for name, value in sums.items()},
            }
            sums, last_log = {}, now
            with (out / "curve.jsonl").open("a") as curve:
                curve.write(json.dumps(line) + "\n")
            print(json.dumps(line), flush=True)
        if now - last_save > options.save_minutes * 60:
            last_save = now
            _save(out, network, average, optimiser, spent + now - begin, step, seen)
    _save(out, network, average, optimiser, spent + time.monotonic() - begin, step, seen)


@torch.no_grad()
def _follow(average: GoalNetwork, network: GoalNetwork, keep: float) -> None:
    for mine, theirs in zip(average.parameters(), network.parameters(), strict=True):
        if theirs.requires_grad:
            mine.lerp_(theirs, 1 - keep)


def _save(
    out: Path,
    network: GoalNetwork,
    average: GoalNetwork,
    optimiser: torch.optim.Optimizer,
    spent: float,
    step: int,
    seen: int,
) -> None:
    save_file(average.state_dict(), str(out / "model.new"))
    (out / "model.new").replace(out / "model.safetensors")
    state = {
        "network": network.state_dict(),
        "average": average.state_dict(),
        "optimiser": optimiser.state_dict(),
        "spent": spent,
        "step": step,
        "seen": seen,
    }
    torch.save(state, out / "resume.new")
    (out / "resume.new").replace(out / "resume.pt")
