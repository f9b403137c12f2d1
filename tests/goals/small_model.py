"""A random network that is small enough for tests; it knows nothing."""

from __future__ import annotations

import torch

from planscript.runtime.goals.model import Config, GoalNetwork
from planscript.runtime.goals.predict import GoalModel
from planscript.runtime.goals.tokens import Vocabulary

ROOM = """(define (domain room) (:types lamp place - object)
  (:predicates (lit ?l - lamp) (in ?l - lamp ?p - place))
  (:action light :parameters (?l - lamp) :effect (lit ?l)))"""


def tiny_vocabulary() -> Vocabulary:
    letters = "abcdefghijklmnopqrstuvwxyz0123456789"
    return Vocabulary(
        ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *letters, *(f"##{c}" for c in letters), "lamp", "the"]
    )


def small_model(seed: int = 0, sharpness: float = 1.0) -> GoalModel:
    """`sharpness` multiplies the scores' spread, so that beams differ."""
    torch.manual_seed(seed)
    vocabulary = tiny_vocabulary()
    network = GoalNetwork(
        Config(
            pieces=len(vocabulary),
            width=24,
            heads=2,
            hidden=32,
            encoder_layers=1,
            fusion_layers=1,
            decoder_layers=1,
            decoder_hidden=32,
        )
    )
    with torch.no_grad():
        network.ask.weight.mul_(sharpness)
        network.symbol_key.weight.mul_(20 * sharpness)
    network.requires_grad_(False)
    return GoalModel(network.eval(), vocabulary, {})
