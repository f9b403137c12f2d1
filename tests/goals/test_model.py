"""The network's arithmetic on a small random network: padding, batching and caching change nothing."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
import torch
from small_model import ROOM, small_model, tiny_vocabulary

from planscript.lang.diagnostics import SourceError
from planscript.runtime.goals.inputs import text_tensors
from planscript.runtime.goals.model import Memory
from planscript.runtime.goals.predict import GoalModel
from planscript.runtime.goals.weights_file import load_weights, save_weights
from planscript.runtime.pddl.model import Parameter
from planscript.runtime.pddl.reader import read_domain

OBJECTS = {n: Parameter(n, ("lamp",)) for n in ("desk-lamp", "lamp2")}


def read(model: GoalModel, texts: list[str]) -> Memory:
    prepared = model.prepare(read_domain(ROOM), OBJECTS).encoded
    assert prepared is not None
    inputs = text_tensors(texts, prepared.schema, model.vocabulary)
    seen = torch.ones(len(texts), len(prepared.schema), dtype=torch.bool)
    memory, _ = model.network.fuse(
        inputs.ids,
        inputs.mask,
        prepared.items,
        prepared.kinds,
        prepared.relations,
        inputs.features,
        seen,
    )
    return memory


def test_a_text_means_the_same_alone_and_beside_a_longer_one() -> None:
    model = small_model()
    alone = read(model, ["lamp on"]).keys[0]
    beside = read(model, ["lamp on", "please put the desk lamp on now and the other one off"])
    assert torch.allclose(alone, beside.keys[0], atol=1e-4)


def test_decoding_step_by_step_scores_as_at_once() -> None:
    model = small_model()
    memory = read(model, ["the desk lamp on"])
    symbols = torch.tensor([[14, 1, 23, 26]])
    types = torch.zeros_like(symbols)
    at_once, _ = model.network.decode(memory, symbols, types)
    past = None
    for step in range(symbols.shape[1]):
        one, past = model.network.decode(memory, symbols[:, step : step + 1], types[:, :1], past)
        assert torch.allclose(one[:, 0], at_once[:, step], atol=1e-4)


def test_weights_survive_the_file_to_eight_bits(tmp_path: Path) -> None:
    model = small_model()
    save_weights(tmp_path, model.network, model.vocabulary, {"threshold": 0.4})
    network, vocabulary, settings, _ = load_weights(tmp_path)
    assert vocabulary.pieces == model.vocabulary.pieces and settings["threshold"] == 0.4
    assert dataclasses.asdict(network.config) == dataclasses.asdict(model.network.config)
    for name, value in model.network.state_dict().items():
        assert (network.state_dict()[name] - value).abs().max() <= value.abs().max() / 100 + 1e-3


@pytest.mark.parametrize("file", ["model.safetensors", "config.json", "vocab.txt"])
@pytest.mark.parametrize("damage", ["missing", "cut", "empty"])
def test_broken_weights_are_an_error_with_a_remedy(tmp_path: Path, file: str, damage: str) -> None:
    model = small_model()
    save_weights(tmp_path, model.network, tiny_vocabulary(), {})
    path = tmp_path / file
    content = path.read_bytes()
    if damage == "missing":
        path.unlink()
    else:
        path.write_bytes(b"" if damage == "empty" else content[: len(content) // 2])
    with pytest.raises(SourceError) as error:
        GoalModel.load(tmp_path)
    assert "--model" in error.value.diagnostics[0].hint
