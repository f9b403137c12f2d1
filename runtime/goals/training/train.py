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
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file
from torch import Tensor

from planscript.runtime.goals.inputs import text_tensors
from planscript.runtime.goals.model import Config, GoalNetwork, bert_names
from planscript.runtime.goals.notation import to_symbols
from planscript.runtime.goals.schema import Schema
from planscript.runtime.goals.tokens import Vocabulary
from planscript.runtime.goals.training.batches import (
    GoalTensors,
    choose_objects,
    goal_tensors,
    names_in,
    schema_tensors,
)
from planscript.runtime.goals.training.chart import line_chart
from planscript.runtime.goals.training.checkpoint import Progress, load_checkpoint, save_checkpoint
from planscript.runtime.goals.training.corpus import Example
from planscript.runtime.goals.training.processes import Processes
from planscript.runtime.goals.training.vocabulary import minilm_folder
from planscript.runtime.goals.weights_file import save_weights

# How much each feature speaks for a link at the start of training, in the order of `linking.py`;
# the last two are nearness of meaning.
SPELLING = (1.0, 0.8, 0.5, 0.5, 0.3, 1.5, 1.0, 0.5, 0.3, 0.5, 0.5, 0.0, 0.5, 1.0, 1.0)


@dataclass(frozen=True, slots=True)
class Options:
    """How to train.

    `minutes` is the whole processor time, over which the learning rate falls (pauses do not count).
    """

    minutes: float = 60.0
    texts: int = 20  # of one world in a batch
    worlds: int = 1  # batches in a step
    rate: float = 5e-4
    fusion_rate: float = 2e-4
    encoder_rate: float = 6e-5
    warmup: int = 40
    average: float = 0.99  # kept of the moving average, every fourth step
    objects: int = 28  # most objects of a batch, unless its goals need more
    init: float = 0.5  # share of batches that see the facts of the world
    seed: int = 0
    save_minutes: float = 6.0
    log_steps: int = 20  # between two lines of figures
    dropout: float = (
        0.0  # a short run sees no example twice: it underfits, and has nothing to forget
    )
    frozen: int = 0  # of the encoder's lowest layers: a third less work where three are
    bfloat16: bool = False  # half precision: faster only where the processor has it


def batch_loss(
    network: GoalNetwork,
    examples: Sequence[Example],
    vocabulary: Vocabulary,
    options: Options,
    random_: random.Random,
) -> tuple[Tensor, dict[str, float]]:
    """The loss of a batch whose examples share domain, objects and init; and figures for the log."""
    first = examples[0]
    needed = {name for e in examples if e.goal is not None for name in names_in(e.goal)[1]}
    objects = choose_objects(first.domain, first.objects, needed, options.objects, random_)
    init = first.init if random_.random() < options.init else None
    schema = Schema(first.domain, objects, init)
    goals = [None if e.goal is None else to_symbols(schema.grammar, e.goal) for e in examples]
    # A goal that the grammar cannot say teaches nothing, least of all to refuse.
    weights = [
        0.0 if goal is None and e.goal is not None else e.weight
        for goal, e in zip(goals, examples, strict=True)
    ]
    tensors = schema_tensors(schema, vocabulary)
    text = text_tensors([e.text for e in examples], schema, vocabulary)
    gold = goal_tensors(goals, schema, weights)
    visible = torch.ones(len(examples), len(schema), dtype=torch.bool)
    with torch.autocast("cpu", torch.bfloat16, enabled=options.bfloat16):
        items = torch.zeros(len(schema), network.config.width)
        for index, ids, mask, marked in tensors.groups:
            items = items.index_copy(0, index, network.items(ids, mask, marked).float())
        memory, refusal = network.fuse(
            text.ids, text.mask, items, tensors.kinds, tensors.relations, text.features, visible
        )
        scores, _ = network.decode(memory, gold.symbols, gold.types)
    return losses(scores, refusal.float(), memory.used.float(), gold)


def losses(
    scores: Tensor, refusal: Tensor, used: Tensor, gold: GoalTensors
) -> tuple[Tensor, dict[str, float]]:
    """Cross-entropy of the symbols among those allowed, of the items spoken of, and of refusing."""
    scores = scores.masked_fill(~gold.allowed, -1e9)
    each = F.cross_entropy(
        scores.flatten(0, 1), gold.target.flatten(), ignore_index=-100, reduction="none"
    ).view(gold.target.shape)
    said = (gold.target >= 0).float() * gold.weight[:, None]
    goal_loss = (each * said).sum() / said.sum().clamp(min=1)
    told = (1 - gold.refused) * gold.weight
    use_each = F.binary_cross_entropy_with_logits(used, gold.used, reduction="none").sum(1)
    use_loss = (use_each * told).sum() / told.sum().clamp(min=1)
    refuse_each = F.binary_cross_entropy_with_logits(refusal, gold.refused, reduction="none")
    refuse_loss = (refuse_each * gold.weight).sum() / gold.weight.sum().clamp(min=1)
    with torch.no_grad():
        hit = (scores.argmax(-1) == gold.target) | (gold.target < 0)
        right = hit.all(1)[told > 0].float()
        figures = {
            "loss": float(goal_loss),
            "use_loss": float(use_loss),
            "refuse_loss": float(refuse_loss),
            "right": float(right.mean()) if len(right) else 0.0,
            "texts": float(len(refusal)),
        }
    return goal_loss + 0.2 * use_loss + 0.5 * refuse_loss, figures


def start_network(
    start: Path, config: Config | None = None, initial: Path | None = None
) -> tuple[GoalNetwork, Vocabulary]:
    """A fresh network with MiniLM's encoder; fusion begins as copies of the encoder's last layers.

    `start` holds the vocabulary and its vectors; `initial` gives weights to begin with instead.
    """
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
    if initial is not None:
        network.load_state_dict(load_file(str(initial)), strict=False)
    return network, vocabulary


def nn_init_small(network: GoalNetwork) -> None:
    """Biases start near nothing, so that MiniLM's attention is undisturbed; spelling starts useful."""
    for module in (network.relation_bias, network.kind_bias, network.spelling):
        module.weight.mul_(0.1)
    network.link_spelling.weight.copy_(torch.tensor([SPELLING]))
    for module in (network.word_bias, network.item_bias):
        sides = module.weight.shape[0]
        module.weight.copy_(torch.tensor(SPELLING) * torch.rand(sides, 1) * 0.6)
    network.link_item.weight.copy_(network.link_word.weight)
    network.look_scale.fill_(2.0)


def half_is_faster() -> bool:
    """Whether this processor multiplies bfloat16 matrices faster than float32 ones (measured)."""
    times = {}
    for kind in (torch.float32, torch.bfloat16):
        left, right = torch.ones(256, 384, dtype=kind), torch.ones(384, 384, dtype=kind)
        _ = left @ right
        begin = time.perf_counter()
        for _ in range(5):
            _ = left @ right
        times[kind] = time.perf_counter() - begin
    return times[torch.bfloat16] < times[torch.float32]


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


def train(
    network: GoalNetwork,
    vocabulary: Vocabulary,
    batches: Callable[[int], Iterator[list[Example]]],
    out: Path,
    options: Options,
    processes: Processes = Processes(),
) -> None:
    """Trains for `options.minutes`; `out/model` is then a small model folder for `--model`.

    `batches(seed)` yields batches without end. Picks up where an earlier call with the same `out`
    stopped. `out` gets the curves as `curve.jsonl` and `curve.svg`. Raises SourceError where what
    stands in `out` is of another network.
    """
    torch.manual_seed(options.seed)
    out.mkdir(parents=True, exist_ok=True)
    for module in list(network.encoder)[: options.frozen]:
        module.requires_grad_(False)
    if options.frozen:
        for module in (network.position, network.segment, network.embedding_norm):
            module.requires_grad_(False)
    optimiser = torch.optim.AdamW(
        parameter_groups(network, options), weight_decay=0.01, betas=(0.9, 0.98)
    )
    average = copy.deepcopy(network).eval()
    progress = load_checkpoint(out, network, average, optimiser)
    processes.wait()
    if processes.first:
        (out / "config.json").write_text(json.dumps(asdict(network.config), indent=1))
        (out / "options.json").write_text(json.dumps(asdict(options), indent=1))
    network.train()
    for module in network.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = options.dropout
    seed = (options.seed + progress.step) * processes.count + processes.rank
    random_ = random.Random(seed)
    drawn = batches(seed)
    step, seen = progress.step, progress.seen
    budget = options.minutes * 60
    last_save = last_log = time.monotonic()
    before = progress.spent - time.process_time()
    spent = progress.spent
    sums: dict[str, float] = {}
    while spent < budget:
        factor = min(1.0, (step + 1) / options.warmup) * (
            0.03 + 0.97 * 0.5 * (1 + math.cos(math.pi * min(1.0, spent / budget)))
        )
        for group in optimiser.param_groups:
            group["lr"] = group["base"] * factor
        optimiser.zero_grad(set_to_none=True)
        for _ in range(options.worlds):
            loss, figures = batch_loss(network, next(drawn), vocabulary, options, random_)
            (loss / options.worlds).backward()  # type: ignore[no-untyped-call]
            for name, value in figures.items():
                sums[name] = sums.get(name, 0.0) + value
            sums["batches"] = sums.get("batches", 0.0) + 1
        # All processes have to agree on the time, to stop after the same step.
        spent = processes.average_gradients(network.parameters(), before + time.process_time())
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        step += 1
        if step % 4 == 0:
            _follow(average, network, min(options.average, (4 + step) / (40 + step)))
        now = time.monotonic()
        if step % options.log_steps == 0:
            drawn_batches = sums.pop("batches")
            texts = sums.pop("texts") * processes.count
            seen += int(texts)
            line = {
                "step": step,
                "minutes": round(spent / 60, 2),
                "seen": seen,
                "per_second": round(texts / (now - last_log), 1),
                "left_minutes": round((budget - spent) / 60, 1),
                **{name: round(value / drawn_batches, 4) for name, value in sums.items()},
            }
            sums, last_log = {}, now
            if processes.first:
                with (out / "curve.jsonl").open("a") as curve:
                    curve.write(json.dumps(line) + "\n")
                print(json.dumps(line), flush=True)
        if processes.first and now - last_save > options.save_minutes * 60:
            last_save = now
            _save(out, network, average, optimiser, Progress(spent, step, seen))
    if processes.first:
        _save(out, network, average, optimiser, Progress(spent, step, seen))
        save_weights(out / "model", average, vocabulary, {"name": f"trained, seed {options.seed}"})
    processes.close()


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
    progress: Progress,
) -> None:
    save_file(average.state_dict(), str(out / "model.new"))
    (out / "model.new").replace(out / "model.safetensors")
    save_checkpoint(out, network, average, optimiser, progress)
    draw_curve(out)


def draw_curve(out: Path) -> None:
    """Draws `curve.jsonl` as `curve.svg`: the losses and the share of goals that are right."""
    try:
        lines = [json.loads(line) for line in (out / "curve.jsonl").read_text().splitlines()]
    except FileNotFoundError:
        return
    names = ("loss", "use_loss", "refuse_loss", "right")
    series = {
        name: [(float(line["minutes"]), float(line[name])) for line in lines if name in line]
        for name in names
    }
    (out / "curve.svg").write_text(line_chart("Training", "minutes", series), encoding="utf-8")
