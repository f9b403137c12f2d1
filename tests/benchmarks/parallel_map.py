"""`parallel.map` over planning problems: the time that two processes take against one.

    python tests/benchmarks/parallel_map.py [--problems 200] [--workers 2]

Starting the processes is part of the time. It says how many times as fast the workers are, and is wrong
usage on a computer that has fewer processors to give.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).parent))
from tasks import DELIVERY, delivery  # noqa: E402

from planscript.runtime.grants import Grants  # noqa: E402
from planscript.runtime.session import Session  # noqa: E402

SIZE = 5  # parcels of each problem: with one more there are two vans, and a search takes minutes
SCRIPT = Path(__file__).with_suffix(".plan")


def measured(tasks: list[str], workers: int) -> tuple[list[int], float]:
    """The costs of the plans, and the seconds that it took."""
    session = Session(grants=Grants(parallel=True), arguments=[DELIVERY])
    costs = session.run_file(str(SCRIPT))["costs"]
    begin = time.perf_counter()
    found = session.bounded(lambda: costs(tasks, workers))
    return found, time.perf_counter() - begin


def main() -> int:
    """Measures, and prints one line for each number of processes."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--problems", type=int, default=200)
    parser.add_argument("--workers", type=int, default=2)
    args = parser.parse_args()
    if len(os.sched_getaffinity(0)) < args.workers:
        parser.error(f"there are fewer than {args.workers} processors to measure on")
    tasks = [delivery(SIZE, Random(seed)) for seed in range(args.problems)]
    alone, slow = measured(tasks, 1)
    shared, fast = measured(tasks, args.workers)
    if alone != shared:
        print("the results differ", file=sys.stderr)
        return 1
    print(f"1 process: {args.problems} problems in {slow:.2f} s")
    print(f"{args.workers} processes: {fast:.2f} s, {slow / fast:.2f} times as fast")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
