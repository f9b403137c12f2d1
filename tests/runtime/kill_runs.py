"""Kills recorded runs with `kill -9` at random moments, resumes them, and checks what is left.

    python tests/runtime/kill_runs.py --kills 500

After each kill the journal still holds every record that it held before. At the end of each run the
log that its handler writes has every step once and in order, the journal says the same, and the
text printed is that of a run that nobody killed. `test_journal.py` does a short one.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

SCRIPT = """
import files
import random
domain boxes:
    types: box, room
    predicate at(b: box, r: room)
    action carry(b: box, r: room, q: room):
        precondition: at(b, r) and r != q
        effect: at(b, q) and not at(b, r)
world house of boxes:
    objects:
        b1, b2, b3, b4: box
        hall, attic, cellar: room
    init: at(b1, hall), at(b2, hall), at(b3, hall), at(b4, hall)

let log = arguments[0]
let count = 0

fn line(b, r, q):
    return "{count} {b} {r} {q}"

perform carry(b, r, q) with retries=100:
    if random.chance(0.2):
        fail "slipped"
    count += 1
    files.append(log, line(b, r, q) + "\\n")
    print(line(b, r, q))
on doubt:
    if files.exists(log) and line(b, r, q) in files.lines(log):
        now at(b, q) and not at(b, r)
        print(line(b, r, q))
    else:
        count -= 1

for r in [attic, cellar, hall, attic]:
    achieve forall b: box (at(b, r))
    print("all in {r}")
print("end", count)
"""

Rows = list[tuple[object, ...]]


@dataclass
class Tally:
    """How many runs were finished, how often they were killed, how many steps were in doubt."""

    runs: int = 0
    kills: int = 0
    doubts: int = 0
    steps: int = 0


def kill_runs(kills: int, folder: Path, seed: int = 0) -> Tally:
    """Runs and kills until so many kills have hit; raises AssertionError where something is lost."""
    chance = random.Random(seed)
    script = folder / "boxes.plan"
    script.write_text(SCRIPT, encoding="utf-8")
    took = _measure(folder, script)
    tally = Tally()
    while tally.kills < kills:
        _one_run(folder / f"{tally.runs}", script, took, chance, tally, kills)
        tally.runs += 1
    return tally


def _measure(folder: Path, script: Path) -> float:
    """How long a run takes that nobody kills, in seconds."""
    start = time.monotonic()
    (folder / "whole").mkdir()
    assert _wait(_start(folder / "whole", script, resume=False)) == 0
    return time.monotonic() - start


def _one_run(
    folder: Path, script: Path, took: float, chance: random.Random, tally: Tally, kills: int
) -> None:
    folder.mkdir()
    before: Rows = []
    resume = False
    while True:
        child = _start(folder, script, resume)
        if tally.kills < kills:
            time.sleep(chance.uniform(0, took))
            os.kill(child, signal.SIGKILL)
        code = _wait(child)
        now = _rows(folder / "run.db")
        kept = [(row[0], row[1]) for row in now[: len(before)]]
        assert kept == [(row[0], row[1]) for row in before], "a record was lost"
        assert all(a[2] in (None, b[2]) for a, b in zip(before, now, strict=False))
        before = now
        if code == 0:
            break
        assert code == -signal.SIGKILL, (folder / "errors").read_text(encoding="utf-8")
        tally.kills += 1
        resume = bool(now)
        if not now:  # killed before the journal was there
            for file in folder.glob("run.db*"):
                file.unlink()
    _check(folder, before, tally)


def _check(folder: Path, rows: Rows, tally: Tally) -> None:
    lines = (folder / "log").read_text(encoding="utf-8").splitlines()
    numbers = [int(line.split()[0]) for line in lines]
    assert numbers == list(range(1, len(lines) + 1)), f"a step was done twice or lost: {lines}"
    recorded = "".join(json.loads(str(row[1])) for row in rows if row[0] == "print")
    output = (folder / "output").read_text(encoding="utf-8")
    # Killed after its end, a run has nothing left to print when it is resumed.
    assert output in (recorded, ""), "the text printed is not what was recorded"
    printed = recorded.splitlines()
    assert printed[-1] == f"end {len(lines)}"
    assert [line for line in printed if line[0].isdigit()] == lines
    steps = [row for row in rows if row[0] == "done"]
    cleared = [row for row in rows if row[0] == "cleared_up" and '"done":true' in str(row[1])]
    assert len(steps) + len(cleared) == len(lines), "the journal does not say what happened"
    tally.steps += len(lines)
    tally.doubts += sum(row[0] == "cleared_up" for row in rows)


def _rows(path: Path) -> Rows:
    import sqlite3

    if not path.exists():
        return []
    connection = sqlite3.connect(path)
    try:
        header = "SELECT count(*) FROM header"
        if connection.execute(header).fetchone()[0] == 0:
            return []
        return connection.execute(
            "SELECT kind, data, answer FROM record ORDER BY number"
        ).fetchall()
    except sqlite3.Error:
        return []
    finally:
        connection.close()


def _start(folder: Path, script: Path, resume: bool) -> int:
    """Begins the run, or goes on with it, in a child process that has all code loaded already."""
    from planscript.runtime import acting, performing, trials  # noqa: F401
    from planscript.runtime.shell import cli, resume_command, run_command  # noqa: F401

    words = ["resume", str(folder / "run.db")]
    if not resume:
        words = ["run", f"--allow-read={folder}", f"--allow-write={folder}"]
        words += ["--journal", str(folder / "run.db"), str(script), str(folder / "log")]
    child = os.fork()
    if child:
        return child
    code = 70
    try:
        sys.stdout = (folder / "output").open("w", encoding="utf-8")
        sys.stderr = (folder / "errors").open("w", encoding="utf-8")
        code = cli.main([*words, "--quiet"] if resume else [words[0], "--quiet", *words[1:]])
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code)


def _wait(child: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        start = time.monotonic()
        tally = kill_runs(args.kills, Path(folder), args.seed)
    print(
        f"{tally.kills} kills in {tally.runs} runs of {tally.steps} steps: nothing lost, no step "
        f"done twice, {tally.doubts} steps in doubt cleared up ({time.monotonic() - start:.0f} s)"
    )


if __name__ == "__main__":
    main()
