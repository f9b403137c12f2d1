"""Training: its files, going on with a run, and several processes that share the work."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
import torch
from safetensors.torch import load_file
from small_model import small_model
from train_small import batches, main

from planscript.lang.diagnostics import SourceError
from planscript.runtime.goals.predict import GoalModel
from planscript.runtime.goals.training.checkpoint import (
    FILE,
    Progress,
    load_checkpoint,
    save_checkpoint,
)
from planscript.runtime.goals.training.train import Options, train

SHORT = "0.02"


def curve(out: Path) -> list[dict[str, float]]:
    return [json.loads(line) for line in (out / "curve.jsonl").read_text().splitlines()]


def test_a_run_leaves_a_model_and_its_curves(tmp_path: Path) -> None:
    main(str(tmp_path), SHORT)
    lines = curve(tmp_path)
    assert lines[-1]["loss"] < lines[0]["loss"]
    assert lines[-1]["left_minutes"] <= lines[0]["left_minutes"]
    assert ElementTree.parse(tmp_path / "curve.svg").getroot().tag.endswith("svg")
    assert GoalModel.load(tmp_path / "model").identity == "trained, seed 0"


def test_a_run_that_is_over_goes_on_where_it_stopped(tmp_path: Path) -> None:
    main(str(tmp_path), SHORT)
    first = curve(tmp_path)[-1]["step"]
    main(str(tmp_path), "0.04")
    steps = [line["step"] for line in curve(tmp_path)]
    assert steps == sorted(set(steps)) and steps[-1] > first


def test_a_checkpoint_restores_weights_and_moments(tmp_path: Path) -> None:
    def state(seed: int):  # type: ignore[no-untyped-def]
        network, average = small_model(seed).network, small_model(seed + 1).network
        network.requires_grad_(True)
        return network, average, torch.optim.AdamW(network.parameters())

    network, average, optimiser = state(0)
    sum(p.square().sum() for p in network.parameters()).backward()  # type: ignore[union-attr]
    optimiser.step()
    save_checkpoint(tmp_path, network, average, optimiser, Progress(1.5, 7, 42))
    other = state(5)
    assert load_checkpoint(tmp_path, *other) == Progress(1.5, 7, 42)
    for mine, theirs in zip((network, average), other[:2], strict=True):
        for name, value in mine.state_dict().items():
            assert torch.equal(value, theirs.state_dict()[name])
    moments = optimiser.state_dict()["state"]
    assert moments
    for number, kept in other[2].state_dict()["state"].items():
        assert all(torch.equal(torch.as_tensor(v), moments[number][k]) for k, v in kept.items())


@pytest.mark.parametrize("content", [b"", b"not safetensors", b"\x08\0\0\0\0\0\0\0{}      "])
def test_a_damaged_checkpoint_is_an_error_with_a_remedy(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE).write_bytes(content)
    model = small_model()
    model.network.requires_grad_(True)
    with pytest.raises(SourceError) as caught:
        train(model.network, model.vocabulary, batches, tmp_path, Options(minutes=0))
    assert "another folder" in caught.value.diagnostics[0].hint


def test_two_processes_train_one_network(tmp_path: Path) -> None:
    pytest.importorskip("accelerate", reason="the extra `train` is not installed")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    script = str(Path(__file__).with_name("train_small.py"))
    running = []
    for rank in range(2):
        environment = {
            **os.environ,
            "RANK": str(rank),
            "LOCAL_RANK": str(rank),
            "WORLD_SIZE": "2",
            "MASTER_ADDR": "127.0.0.1",
            "MASTER_PORT": str(port),
        }
        command = [sys.executable, script, str(tmp_path / "both"), SHORT]
        running.append(subprocess.Popen(command, env=environment, stderr=subprocess.PIPE))
    for process in running:
        _, errors = process.communicate(timeout=200)
        assert process.returncode == 0, errors.decode()
    # 2 texts a step in each process, and one writer of the curve.
    lines = curve(tmp_path / "both")
    assert [line["seen"] for line in lines] == [4 * line["step"] for line in lines]
    assert load_file(str(tmp_path / "both" / "model.safetensors"))
