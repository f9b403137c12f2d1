"""Weights on disk: a folder with `model.safetensors`, `config.json` and `vocab.txt`,
and `ranking.safetensors` where the readings are ranked anew.

Matrices may be stored as 8-bit integers with one scale a row (`NAME.scale`), the rest in half
precision; in memory everything is float32.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor
from torch.overrides import TorchFunctionMode

from planscript.lang.diagnostics import Diagnostic, SourceError
from planscript.runtime.goals.model import Config, GoalNetwork
from planscript.runtime.goals.ranking import Ranker
from planscript.runtime.goals.tokens import Vocabulary

SHIPPED = Path(__file__).parent / "weights"
_REMEDY = "reinstall Planscript, or name a good model folder with `--model DIR`"


def save_weights(
    folder: Path, network: GoalNetwork, vocabulary: Vocabulary, settings: Mapping[str, Any]
) -> None:
    """Writes the network small: 8-bit matrices, half-precision vectors. `settings` go to config.json."""
    state: dict[str, Tensor] = {}
    for name, value in network.state_dict().items():
        if value.ndim == 2 and value.numel() >= 4096:
            scale = value.abs().amax(1, keepdim=True).clamp(min=1e-8) / 127
            state[name] = (value / scale).round().clamp(-127, 127).to(torch.int8)
            state[name + ".scale"] = scale.squeeze(1).half()
        else:
            state[name] = value.half()
    folder.mkdir(parents=True, exist_ok=True)
    save_file(state, str(folder / "model.safetensors"))
    config = {"network": asdict(network.config), **settings}
    (folder / "config.json").write_text(json.dumps(config, indent=1) + "\n", encoding="utf-8")
    (folder / "vocab.txt").write_text("\n".join(vocabulary.pieces) + "\n", encoding="utf-8")


class _Uninitialised(TorchFunctionMode):
    """Leaves new parameters as they are: the stored ones take their place.

    On the device `meta`, initialising them would import torch's compiler, which takes two seconds.
    """

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Iterable[type],
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        if getattr(func, "__module__", None) == "torch.nn.init":
            return (kwargs or {}).get("tensor", args[0] if args else None)
        return func(*args, **(kwargs or {}))


def load_weights(
    folder: Path,
) -> tuple[GoalNetwork, Vocabulary, dict[str, Any], Ranker | None]:
    """The network (in evaluation mode), its vocabulary, the whole of config.json, the ranker if any.

    Raises: SourceError where a file is missing, truncated, or of another shape.
    """
    try:
        settings = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        known = {field.name for field in fields(Config)}
        sizes = {k: v for k, v in settings["network"].items() if k in known}
        sizes["variables"] = tuple(sizes["variables"])
        config = Config(**sizes)
        vocabulary = Vocabulary.load(folder / "vocab.txt")
        stored = load_file(str(folder / "model.safetensors"))
        with torch.device("meta"), _Uninitialised():
            network = GoalNetwork(config)
        state = {}
        for name, value in stored.items():
            if name.endswith(".scale"):
                continue
            full = value.float()
            if value.dtype == torch.int8:
                full *= stored[name + ".scale"].float()[:, None]
            state[name] = full
        network.load_state_dict(state, assign=True)
        if len(vocabulary) != config.pieces:
            raise ValueError("vocab.txt and config.json disagree")
        ranker = Ranker.load(folder)
    except (OSError, ValueError, KeyError, TypeError, RuntimeError, SafetensorError) as error:
        detail = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        raise SourceError(
            Diagnostic(
                "E0810",
                f"cannot load the goal model in {folder}",
                None,
                detail,
                f"{detail}; {_REMEDY}",
            )
        ) from error
    network.requires_grad_(False)
    return network.eval(), vocabulary, settings, ranker
