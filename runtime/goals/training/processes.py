"""Training in several processes: each takes its own batches, the gradients are averaged.

    torchrun --nproc-per-node 2 -m planscript.runtime train --out DIR

Needs `accelerate` (`pip install planscript[train]`); one process does without.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from planscript.lang.diagnostics import Diagnostic, SourceError


@dataclass(frozen=True, slots=True)
class Processes:
    """The processes that train together; this one has number `rank`, of `count`."""

    rank: int = 0
    count: int = 1
    accelerator: Any = None

    @property
    def first(self) -> bool:
        """Whether this process is the one that writes files and reports."""
        return self.rank == 0

    def average_gradients(self, parameters: Iterable[Tensor], figure: float) -> float:
        """Replaces each gradient by its mean over all processes; the mean of `figure` likewise.

        A parameter that was not used in this process counts as a gradient of zero.
        """
        if self.count == 1:
            return figure
        used = [p for p in parameters if p.requires_grad]
        for parameter in used:
            if parameter.grad is None:
                parameter.grad = torch.zeros_like(parameter)
        gradients = [p.grad for p in used if p.grad is not None]
        flat = torch.cat([*(g.flatten() for g in gradients), torch.tensor([figure])])
        flat = self.accelerator.reduce(flat, reduction="mean")
        start = 0
        for gradient in gradients:
            gradient.copy_(flat[start : start + gradient.numel()].view_as(gradient))
            start += gradient.numel()
        return float(flat[-1])

    def wait(self) -> None:
        """Returns when every process has come here."""
        if self.accelerator is not None:
            self.accelerator.wait_for_everyone()

    def close(self) -> None:
        """Ends the connection between the processes."""
        if self.accelerator is not None:
            self.wait()
            self.accelerator.end_training()


def join_processes() -> Processes:
    """The processes that the launcher started (`torchrun` tells by environment), or this one alone.

    Raises: SourceError where there are several and `accelerate` is not installed.
    """
    if int(os.environ.get("WORLD_SIZE", "1")) < 2:
        return Processes()
    try:
        from accelerate import Accelerator  # type: ignore[import-untyped]
    except ImportError as error:
        raise SourceError(
            Diagnostic(
                "E0812",
                "training in several processes needs the package `accelerate`",
                hint="pip install planscript[train]",
            )
        ) from error
    accelerator = Accelerator(cpu=True)
    return Processes(accelerator.process_index, accelerator.num_processes, accelerator)
