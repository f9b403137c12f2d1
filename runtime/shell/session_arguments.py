"""The arguments that `run`, `test` and the REPL share, and the session they ask for."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from planscript.runtime.session import Session


# The names of what `add_session_arguments` adds, for those who write arguments down.
SESSION_ARGUMENTS = (
    "frozen model threshold language allow_read allow_write allow_env allow_run allow_python allow_parallel "
    "max_steps max_depth max_memory timeout cluster"
).split()


def add_session_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds grants, budgets and the choice of model."""
    goals = parser.add_argument_group("goals")
    goals.add_argument("--frozen", action="store_true", help="refuse goals that are not locked")
    goals.add_argument("--model", metavar="DIR", help="a goal model to use instead of ours")
    goals.add_argument(
        "--threshold",
        type=_probability,
        metavar="P",
        help="refuse goals that the model is less sure of (0 to 1; default: the model's own)",
    )
    goals.add_argument("--language", choices=("en", "zh"), default="en", help="of what `say` says")
    grants = parser.add_argument_group("grants (default: none)")
    for what, about in (("read", "read files"), ("write", "write files")):
        grants.add_argument(
            f"--allow-{what}",
            nargs="?",
            const="",
            action="append",
            metavar="PATH",
            help=f"the script may {about} (below PATH)",
        )
    grants.add_argument("--allow-env", action="store_true", help="read environment variables")
    grants.add_argument(
        "--allow-run",
        nargs="?",
        const="*",
        action="append",
        metavar="NAME",
        help="start programs (of this NAME)",
    )
    grants.add_argument("--allow-python", action="store_true", help="import Python modules")
    grants.add_argument(
        "--allow-parallel", action="store_true", help="run functions in several processes at once"
    )
    parser.add_argument(
        "--cluster", metavar="ADDRESS", help="the processes are of this dask.distributed cluster"
    )
    budgets = parser.add_argument_group("budgets (default: none)")
    budgets.add_argument("--max-steps", type=_positive, metavar="N", help="loop turns and calls")
    budgets.add_argument("--max-depth", type=_positive, metavar="N", help="calls within calls")
    budgets.add_argument("--max-memory", type=_positive, metavar="MB", help="memory")
    budgets.add_argument("--timeout", type=_seconds, metavar="SECONDS", help="wall time")


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return value


def _seconds(text: str) -> float:
    value = float(text)
    if not value > 0:
        raise argparse.ArgumentTypeError("must be above 0")
    return value


def _probability(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError("must be between 0 and 1")
    return value


def session_options(args: argparse.Namespace) -> Mapping[str, Any]:
    """The keyword arguments of `Session` that the parsed arguments ask for."""
    from planscript.runtime.grants import Grants
    from planscript.runtime.limits import Limits

    def paths(given: list[str] | None) -> tuple[Path, ...] | None:
        return None if given is None else tuple(Path(p or "/") for p in given)

    return {
        "grants": Grants(
            read=paths(args.allow_read),
            write=paths(args.allow_write),
            env=args.allow_env,
            run=None if args.allow_run is None else tuple(args.allow_run),
            python=args.allow_python,
            parallel=args.allow_parallel,
        ),
        "limits": Limits(
            steps=args.max_steps,
            depth=args.max_depth,
            memory_mb=args.max_memory,
            seconds=args.timeout,
        ),
        "model_dir": args.model,
        "threshold": args.threshold,
        "frozen": args.frozen,
        "language": args.language,
        "cluster": args.cluster,
    }


def make_session(args: argparse.Namespace, **more: Any) -> Session:
    """A session as the arguments ask for it."""
    from planscript.runtime.session import Session

    return Session(**session_options(args), **more)
