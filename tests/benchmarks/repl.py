"""How long a person waits for the REPL: the first prompt, the first goal, later goals.

    python tests/benchmarks/repl.py [--rounds N]

Each round starts `planscript` in a pseudo-terminal, with empty state, and types into it. Wall time is
what a person waits; CPU time is what the process used for it, which other work on the computer leaves
alone (Linux only). The best rounds are shown: the files are in the system's cache by then.
"""

from __future__ import annotations

import argparse
import os
import pty
import re
import select
import signal
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

SCRIPT = """domain fruit_table:
    types:
        fruit, place
    predicate on(f: fruit, p: place):  "{f} is on {p}"
    predicate washed(f: fruit):        "{f} is washed"
    action move(f: fruit, a: place, b: place): "move {f} from {a} to {b}"
        precondition: on(f, a) and a != b
        effect: on(f, b) and not on(f, a)
    action wash(f: fruit): "wash {f}"
        effect: washed(f)
world kitchen of fruit_table:
    objects:
        apple, pear, plum: fruit
        table, shelf: place
    init: on(apple, shelf), on(pear, shelf), on(plum, table)
"""
FIRST = "put the apple on the table"
LATER = ["put the pear on the table", "wash the plum", "the apple is on the shelf", "wash the pear"]
TARGETS = {
    "first prompt": 0.35,
    "first prompt, with a script": None,  # depends on the script
    "first goal": 4.0,
    "later goals": 0.1,
}
PATIENCE = 120.0


@dataclass
class Terminal:
    """A `planscript` that is typed to."""

    words: list[str]
    state: str
    shown: bytes = b""
    pid: int = field(init=False)
    _file: int = field(init=False)

    def __post_init__(self) -> None:
        os.environ["XDG_STATE_HOME"] = self.state
        program = str(Path(sys.executable).with_name("planscript"))
        self.pid, self._file = pty.fork()
        if self.pid == 0:
            os.execv(program, [program, *self.words])

    def type(self, text: str) -> None:
        """Types a line."""
        os.write(self._file, text.encode() + b"\r")

    def wait_for(self, pattern: bytes) -> None:
        """Reads until what has been shown since the last wait ends in the pattern."""
        until = time.monotonic() + PATIENCE
        seen = b""
        while not re.search(pattern, seen, re.DOTALL):
            if not select.select([self._file], [], [], max(0.0, until - time.monotonic()))[0]:
                raise SystemExit(f"nothing came: {seen.decode(errors='replace')[-500:]}")
            new = os.read(self._file, 65536)
            if b"\x1b[6n" in new:  # the terminal is asked where the cursor is
                os.write(self._file, b"\x1b[1;1R")
            seen += new

    def cpu(self) -> float:
        """CPU seconds of the process so far."""
        try:
            after = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return float("nan")
        return (int(after[11]) + int(after[12])) / os.sysconf("SC_CLK_TCK")

    def close(self) -> None:
        """Ends it."""
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self._file)


def one_round() -> dict[str, tuple[float, float]]:
    """Wall and CPU seconds of each wait."""
    found: dict[str, tuple[float, float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "fruit.plan"
        script.write_text(SCRIPT, encoding="utf-8")
        for name, words in (
            ("first prompt", []),
            ("first prompt, with a script", ["repl", str(script)]),
        ):
            start = time.monotonic()
            terminal = Terminal(words, folder)
            terminal.wait_for("».*not loaded".encode())
            found[name] = time.monotonic() - start, terminal.cpu()
            if not words:
                terminal.close()
        waits = []
        for goal in (FIRST, *LATER):
            start, before = time.monotonic(), terminal.cpu()
            terminal.type(f"> {goal}")
            terminal.wait_for(r"cost \d.*».*goal model loaded".encode())
            waits.append((time.monotonic() - start, terminal.cpu() - before))
        terminal.close()
        found["first goal"] = waits[0]
        found["later goals"] = sorted(waits[1:])[len(waits[1:]) // 2]
    return found


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rounds", type=int, default=5)
    rounds = [one_round() for _ in range(parser.parse_args().rounds)]
    print(f"{'':28} {'wall':>8} {'CPU':>8} {'target':>8}")
    for name, target in TARGETS.items():
        wall = min(one[name][0] for one in rounds)
        cpu = min(one[name][1] for one in rounds)
        wanted = "" if target is None else f"{target:6.2f} s"
        print(f"{name:28} {wall:6.2f} s {cpu:6.2f} s {wanted}".rstrip())


if __name__ == "__main__":
    main()
