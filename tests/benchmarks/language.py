"""How fast scripts run beside the same programs in plain Python, in one run.

    python tests/benchmarks/language.py [--rounds N] [--peers] [NAME ...]

Each program of `language/` is there as `NAME.plan` and `NAME.py`; both define `run()`, which must
give the same. A round times each of them once, so that what else the computer does meets all alike;
the table shows the best rounds, as multiples of Python's. `counting` is with `--max-steps`. Peers
(`NAME.star` for starlark-pyo3, `NAME.hy` for Hy) are shown with `--peers`, where they are
installed.
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from planscript.runtime.limits import Limits
from planscript.runtime.session import Session

FOLDER = Path(__file__).parent / "language"
NAMES = sorted(path.stem for path in FOLDER.glob("*.plan"))


def python_program(path: Path) -> Callable[[], Any]:
    """`run` of a Python file."""
    bindings: dict[str, Any] = {}
    exec(compile(path.read_text(), str(path), "exec"), bindings)
    return bindings["run"]


def script_program(path: Path, limits: Limits = Limits()) -> Callable[[], Any]:
    """`run` of a script, timed inside the thread that scripts run in."""
    session = Session(limits=limits)
    run = session.run_file(str(path))["run"]
    return lambda: session.bounded(lambda: timed(run))


def timed(run: Callable[[], Any]) -> tuple[float, Any]:
    """How long a call takes, and what it gives."""
    start = time.thread_time()  # what else the computer does does not count
    found = run()
    return time.thread_time() - start, found


def starlark_program(path: Path) -> Callable[[], Any]:
    """`run` of a Starlark file, with the peer's own clock around it."""
    import starlark  # type: ignore[import-not-found]

    module = starlark.Module()
    dialect = starlark.Dialect.extended()
    everything = starlark.Globals.standard()
    starlark.eval(module, starlark.parse(str(path), path.read_text(), dialect), everything)
    frozen = module.freeze()
    return lambda: frozen.call("run")


def hy_program(path: Path) -> Callable[[], Any]:
    """`run` of a Hy file."""
    import hy  # type: ignore[import-not-found]

    bindings: dict[str, Any] = {"__name__": path.stem}
    hy.eval(hy.read_many(path.read_text()), bindings, module="builtins")
    return bindings["run"]


def measure(name: str, rounds: int, peers: bool) -> dict[str, float]:
    """The best time of each way to run a program."""
    plain = python_program(FOLDER / f"{name}.py")
    script = FOLDER / f"{name}.plan"
    ways: dict[str, Callable[[], tuple[float, Any]]] = {
        "python": lambda: timed(plain),
        "planscript": script_program(script),
        "counting": script_program(script, Limits(steps=10**15)),
    }
    if peers:
        for way, suffix, load in (
            ("starlark", ".star", starlark_program),
            ("hy", ".hy", hy_program),
        ):
            path = script.with_suffix(suffix)
            if not path.exists():
                continue
            try:
                run = load(path)
            except ImportError:
                continue
            ways[way] = lambda run=run: timed(run)
    wanted = plain()
    best = dict.fromkeys(ways, math.inf)
    for _ in range(rounds):
        for way, run in ways.items():
            seconds, found = run()
            if found != wanted:
                sys.exit(f"{name}: {way} gives {found!r}, Python {wanted!r}")
            best[way] = min(best[way], seconds)
    return best


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(NAMES))
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--peers", action="store_true")
    args = parser.parse_args()
    columns = ["planscript", "counting"] + (["starlark", "hy"] if args.peers else [])
    print(f"{'':12} {'python':>9}" + "".join(f"{one:>12}" for one in columns))
    ratios: dict[str, list[float]] = {}
    for name in args.names or NAMES:
        best = measure(name, args.rounds, args.peers)
        row = f"{name:12} {best['python'] * 1000:6.1f} ms"
        for column in columns:
            if column in best:
                ratio = best[column] / best["python"]
                ratios.setdefault(column, []).append(ratio)
                row += f"{ratio:11.2f}x"
            else:
                row += f"{'-':>12}"
        print(row, flush=True)
    for title, summary in (("mean", lambda r: math.prod(r) ** (1 / len(r))), ("most", max)):
        print(
            f"{title:22}"
            + "".join(
                f"{summary(ratios[c]):11.2f}x" if c in ratios else f"{'-':>12}" for c in columns
            )
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
