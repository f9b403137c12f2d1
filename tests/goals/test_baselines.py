"""The models to compare with fit where the Transformer does."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest
import torch
from random_schemas import complaints
from small_model import ROOM, tiny_vocabulary
from train_small import batches

from planscript.runtime.goals.model import Config
from planscript.runtime.goals.predict import GoalModel
from planscript.runtime.goals.training.baselines import NearestNeighbour
from planscript.runtime.goals.training.recurrent import Kind, RecurrentNetwork
from planscript.runtime.goals.training.train import Options, train
from planscript.runtime.pddl.model import Atom, Parameter
from planscript.runtime.pddl.reader import read_domain

OBJECTS = {"lamp1": Parameter("lamp1", ("lamp",)), "hall": Parameter("hall", ("place",))}


def recurrent(kind: Kind) -> GoalModel:
    torch.manual_seed(0)
    vocabulary = tiny_vocabulary()
    network = RecurrentNetwork(Config(pieces=len(vocabulary), width=24), kind)
    return GoalModel(network, vocabulary, {"refuse_above": 2.0})


@pytest.mark.parametrize("kind", get_args(Kind))
def test_a_recurrent_network_learns_and_decodes_typed_goals(kind: Kind, tmp_path: Path) -> None:
    model = recurrent(kind)
    options = Options(minutes=0.03, log_steps=1, warmup=2, rate=5e-3)
    train(model.network, model.vocabulary, batches, tmp_path, options)
    model.network.eval()
    domain = read_domain(ROOM)
    found = model.predict("light lamp1", model.prepare(domain, OBJECTS))
    for goal, _ in found.alternatives:
        assert complaints(goal, domain, OBJECTS) == []
    assert found.goal == Atom("lit", ("lamp1",))


@pytest.mark.parametrize("kind", get_args(Kind))
def test_decoding_step_by_step_scores_as_at_once(kind: Kind) -> None:
    model = recurrent(kind)
    network = model.network.eval()
    ids = torch.tensor([[2, 7, 8, 3]])
    mask = torch.ones(1, 4, dtype=torch.bool)
    items = torch.randn(5, 24)
    kinds = torch.zeros(5, dtype=torch.long)
    shown = torch.ones(1, 5, dtype=torch.bool)
    memory, _ = network.fuse(ids, mask, items, kinds, kinds, items, shown)
    symbols = torch.tensor([[14, 1, 23, 26]])
    types = torch.zeros_like(symbols)
    at_once, _ = network.decode(memory, symbols, types)
    past = None
    for step in range(4):
        one, past = network.decode(memory, symbols[:, step : step + 1], types[:, :1], past)
        assert torch.allclose(one[:, 0], at_once[:, step], atol=1e-5)


def test_the_nearest_neighbour_copies_the_goal_of_the_most_similar_text() -> None:
    examples = next(batches(0))
    model = NearestNeighbour(examples, tiny_vocabulary())
    domain = read_domain(ROOM)
    world = model.prepare(domain, OBJECTS)
    assert model.predict("light the lamp1 now", world).goal == Atom("lit", ("lamp1",))
    assert model.predict("sing me a song", world).refused
    other = model.prepare(domain, {"lamp2": Parameter("lamp2", ("lamp",))})
    assert model.predict("light lamp1", other).refused  # there is no lamp1 here
