"""The state of a training run on disk, to go on later: one safetensors file, no pickle."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from planscript.lang.diagnostics import Diagnostic, SourceError
from planscript.runtime.goals.model import GoalNetwork

FILE = "resume.safetensors"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run has come: seconds of processor time, steps, texts."""

    spent: float = 0.0
    step: int = 0
    seen: int = 0


def save_checkpoint(
    folder: Path,
    network: GoalNetwork,
    average: GoalNetwork,
    optimiser: torch.optim.Optimizer,
    progress: Progress,
) -> None:
    """Writes the weights, their average, and the optimiser's moments; replaces the file at once."""
    tensors: dict[str, Tensor] = {}
    for part, module in (("network", network), ("average", average)):
        tensors |= {f"{part}.{name}": value for name, value in module.state_dict().items()}
    for number, moments in optimiser.state_dict()["state"].items():
        for name, value in moments.items():
            tensors[f"optimiser.{number}.{name}"] = torch.as_tensor(value)
    # What shares storage (or is a view) has to be stored apart.
    apart = {name: value.detach().clone().contiguous() for name, value in tensors.items()}
    new = folder / (FILE + ".new")
    save_file(apart, str(new), metadata={"progress": json.dumps(asdict(progress))})
    new.replace(folder / FILE)


def load_checkpoint(
    folder: Path,
    network: GoalNetwork,
    average: GoalNetwork,
    optimiser: torch.optim.Optimizer,
) -> Progress:
    """Restores a run that `save_checkpoint` wrote in `folder`; a new run where there is none.

    Raises: SourceError where the file is damaged or belongs to a network of another shape.
    """
    path = folder / FILE
    if not path.exists():
        return Progress()
    try:
        with safe_open(str(path), "pt") as stored:
            progress = Progress(**json.loads(stored.metadata()["progress"]))
            parts: dict[str, dict[str, Tensor]] = {"network": {}, "average": {}, "optimiser": {}}
            for key in stored.keys():  # noqa: SIM118 (not a dict)
                part, _, name = key.partition(".")
                parts[part][name] = stored.get_tensor(key)
        network.load_state_dict(parts["network"])
        average.load_state_dict(parts["average"])
        moments: dict[int, dict[str, Tensor]] = {}
        for key, value in parts["optimiser"].items():
            number, _, name = key.partition(".")
            moments.setdefault(int(number), {})[name] = value
        optimiser.load_state_dict({**optimiser.state_dict(), "state": moments})
    except (OSError, ValueError, KeyError, TypeError, RuntimeError, SafetensorError) as error:
        detail = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        raise SourceError(
            Diagnostic(
                "E0812",
                f"cannot go on with the training in {folder}",
                hint=f"{detail}; give the options it began with, or name another folder",
            )
        ) from error
    return progress
