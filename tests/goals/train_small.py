"""Trains a small network for a moment; `test_train.py` runs it, also in several processes.

python train_small.py OUT MINUTES
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import torch
from small_model import ROOM, small_model

from planscript.runtime.goals.training.corpus import Example
from planscript.runtime.goals.training.processes import join_processes
from planscript.runtime.goals.training.train import Options, train
from planscript.runtime.pddl.model import Atom, Parameter
from planscript.runtime.pddl.reader import read_domain


def batches(seed: int) -> Iterator[list[Example]]:
    """One batch for ever: a lamp that is to be lit, and a wish to refuse."""
    domain = read_domain(ROOM)
    objects = {"lamp1": Parameter("lamp1", ("lamp",)), "hall": Parameter("hall", ("place",))}
    goal = Atom("lit", ("lamp1",))
    while True:
        yield [
            Example("light lamp1", "en", domain, objects, None, goal, f"seed {seed}"),
            Example("sing a song", "en", domain, objects, None, None, f"seed {seed}"),
        ]


def main(out: str, minutes: str) -> None:
    """Trains until this much processor time is spent."""
    torch.set_num_threads(1)
    model = small_model()
    model.network.requires_grad_(True)
    options = Options(minutes=float(minutes), log_steps=1, warmup=2)
    train(model.network, model.vocabulary, batches, Path(out), options, join_processes())


if __name__ == "__main__":
    main(*sys.argv[1:])
