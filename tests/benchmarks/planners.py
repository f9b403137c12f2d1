"""Races `planscript solve` against other planners, in one run, and prints Markdown tables of ratios.

    python tests/benchmarks/planners.py                        # first plans, on tasks made by tasks.py
    python tests/benchmarks/planners.py --optimal              # plans of least cost
    python tests/benchmarks/planners.py --tasks tasks.tsv      # on PDDL files of your own

The peers take part where they are installed: Fast Downward (`pip install up-fast-downward`), Kairos (`pip
install kairos-planner`), pyperplan. Every plan is checked by `planscript validate`. A line of `tasks.tsv` is
`id <tab> domain file <tab> problem file`, with paths from its own folder. Time is from process start to exit, in
seconds of the clock that `--clock` names (cpu: of all the processes of a run, for a machine that does other
work too).
"""

from __future__ import annotations

import argparse
import importlib.util
import math
import os
import re
import resource
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from tasks import write_tasks  # noqa: E402

Command = Callable[[Path, Path, Path], list[str]]  # domain, problem, plan -> arguments


@dataclass(frozen=True, slots=True)
class Run:
    """One planner on one task: `cost` is None where it gave no valid plan in time."""

    seconds: float
    cost: float | None
    actions: int  # ground actions, where the planner says so


@dataclass(frozen=True, slots=True)
class Limits:
    """What each run may use: seconds of the clock, and MB of address space."""

    seconds: float
    memory: int
    clock: str

    @property
    def wall(self) -> float:
        """Seconds after which a run is killed."""
        return self.seconds * (10 if self.clock == "cpu" else 1)

    def set(self) -> None:
        """Sets them for this process; called in the child."""
        resource.setrlimit(resource.RLIMIT_AS, (self.memory * 2**20, self.memory * 2**20))
        if self.clock == "cpu":
            seconds = math.ceil(self.seconds)
            resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))


def fast_downward(*options: str, alias: bool = False) -> Command | None:
    """The driver that the package ships, called as its own script would."""
    found = importlib.util.find_spec("up_fast_downward")
    if found is None or not found.submodule_search_locations:
        return None
    driver = str(Path(found.submodule_search_locations[0]) / "downward")
    start = f"import sys; sys.path.insert(0, {driver!r}); from driver.main import main; main()"

    def command(domain: Path, problem: Path, plan: Path) -> list[str]:
        files = [str(domain), str(problem)]
        flags = ["--plan-file", str(plan)]
        where = [*options, *files] if alias else [*files, *options]
        return [sys.executable, "-c", start, *flags, *where]

    return command


def program(name: str, *arguments: str) -> Command | None:
    """A program beside this Python, or on the path; `{domain}`, `{problem}` and `{plan}` are filled in."""
    beside = Path(sys.executable).parent / name
    path = str(beside) if beside.exists() else shutil.which(name)
    if path is None:
        return None

    def command(domain: Path, problem: Path, plan: Path) -> list[str]:
        return [path, *(a.format(domain=domain, problem=problem, plan=plan) for a in arguments)]

    return command


def planners(optimal: bool) -> dict[str, Command | None]:
    """The contestants; None where one is not installed."""
    if optimal:
        return {
            "planscript": program(
                "planscript",
                "solve",
                "--optimal",
                "--stats",
                "{domain}",
                "{problem}",
                "-o",
                "{plan}",
            ),
            "fd lmcut": fast_downward("--search", "astar(lmcut())"),
            "kairos": program(
                *("kairos", "--threads", "1", "--output", "{plan}"), *("{domain}", "{problem}")
            ),
        }
    return {
        "planscript": program(
            "planscript", "solve", "--fast", "--stats", "{domain}", "{problem}", "-o", "{plan}"
        ),
        "fd lama-first": fast_downward("--alias", "lama-first", alias=True),
        "kairos": program(
            *("kairos", "--no-anytime", "--threads", "1", "--output", "{plan}"),
            *("{domain}", "{problem}"),
        ),
        "pyperplan": program("pyperplan", "-s", "gbf", "-H", "hff", "{domain}", "{problem}"),
    }


def race(command: Command, domain: Path, problem: Path, limits: Limits) -> Run:
    """Runs one planner on one task in an empty folder and validates what it wrote."""
    with tempfile.TemporaryDirectory() as folder:
        copies = [Path(folder) / "domain.pddl", Path(folder) / "problem.pddl"]
        for source, copy in zip((domain, problem), copies, strict=True):
            shutil.copyfile(source, copy)
        plan, log = Path(folder) / "plan", Path(folder) / "log.txt"
        with log.open("wb") as out:
            begin = time.perf_counter()
            process = subprocess.Popen(
                command(*copies, plan),
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                preexec_fn=limits.set,
                start_new_session=True,
            )
            timer = threading.Timer(limits.wall, os.killpg, (process.pid, signal.SIGKILL))
            timer.start()
            _, status, used = os.wait4(process.pid, 0)
            wall = time.perf_counter() - begin
            timer.cancel()
            process.returncode = os.waitstatus_to_exitcode(status)
        taken = used.ru_utime + used.ru_stime if limits.clock == "cpu" else wall
        ended = process.returncode == 0 and taken <= limits.seconds
        text = log.read_text(encoding="utf-8", errors="replace")
        if not plan.exists():  # Kairos numbers its plans, pyperplan puts them beside the problem
            found = sorted(Path(folder).glob("plan.*"), key=lambda p: int(p.suffix[1:]))
            found += Path(folder).glob("*.soln")
            plan = found[-1] if found else plan
        cost = validated(*copies, plan) if ended and plan.exists() else None
        actions = re.search(r"operators (\d+)", text)
        return Run(taken, cost, int(actions[1]) if actions else 0)


def validated(domain: Path, problem: Path, plan: Path) -> float | None:
    """The plan's cost by our validator; None where it is not valid."""
    command = program("planscript", "validate", "{domain}", "{problem}", "{plan}")
    if command is None:
        raise SystemExit("install Planscript beside this Python first")
    done = subprocess.run(command(domain, problem, plan), capture_output=True, text=True)
    found = re.search(r"^valid, cost = ([\d.]+)", done.stdout, re.MULTILINE)
    return float(found[1]) if found else None


def read_tasks(listing: Path, only: str) -> list[tuple[str, Path, Path]]:
    """The tasks of a list whose id the regular expression `only` finds."""
    found = []
    for line in listing.read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            name, domain, problem = line.split("\t")[:3]
            if re.search(only, name):
                found.append((name, listing.parent / domain, listing.parent / problem))
    return found


def mean(ratios: Iterable[float]) -> str:
    """The geometric mean, as text with the number of ratios."""
    logs = [math.log(r) for r in ratios]
    return f"{math.exp(sum(logs) / len(logs)):.2f} ({len(logs)})" if logs else "-"


def report(runs: dict[str, dict[str, Run]]) -> None:
    """Prints the table: each planner against ours, over the tasks that both solved."""
    ours = runs["planscript"]
    large = {task for task, run in ours.items() if run.actions > 1000}
    print(
        "| planner | solved | median s | ours / its time | the same, > 1,000 actions | ours / its cost |"
    )
    print("| --- | --- | --- | --- | --- | --- |")
    for name, results in runs.items():
        solved = {task: run for task, run in results.items() if run.cost is not None}
        both = [task for task in solved if ours[task].cost is not None]
        median = statistics.median([run.seconds for run in solved.values()] or [0])
        times = {task: ours[task].seconds / max(solved[task].seconds, 1e-3) for task in both}
        costs = [
            (ours[task].cost or 0) / (solved[task].cost or 1) for task in both if ours[task].cost
        ]
        print(
            f"| {name} | {len(solved)} of {len(results)} | {median:.3f} | {mean(times.values())}"
            f" | {mean(r for task, r in times.items() if task in large)} | {mean(costs)} |"
        )


def main() -> None:
    """Reads the arguments, races, prints."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--tasks", type=Path, help="a list of tasks (made ones if left out)")
    parser.add_argument("--only", default="", help="regular expression on task ids")
    parser.add_argument("--optimal", action="store_true", help="race for plans of least cost")
    parser.add_argument("--seconds", type=float, default=30.0, help="for each run (30)")
    parser.add_argument("--memory", type=int, default=8192, help="MB for each run (8192)")
    parser.add_argument("--clock", choices=("wall", "cpu"), default="wall")
    parser.add_argument("--without", action="append", default=[], help="leave a planner out")
    parser.add_argument("--per-task", action="store_true", help="print every run")
    arguments = parser.parse_args()
    limits = Limits(arguments.seconds, arguments.memory, arguments.clock)
    with tempfile.TemporaryDirectory() as made:
        tasks = read_tasks(arguments.tasks or write_tasks(Path(made)), arguments.only)
        runs: dict[str, dict[str, Run]] = {}
        commands = planners(arguments.optimal)
        for name, command in commands.items():
            if command is None:
                print(f"{name} is not installed and takes no part", file=sys.stderr)
            elif name not in arguments.without:
                runs[name] = {}
        for number, (task, domain, problem) in enumerate(tasks):
            order = list(runs)  # in turn, so that nobody always runs on a warm machine
            for name in order[number % len(order) :] + order[: number % len(order)]:
                command = commands[name]
                assert command is not None
                run = runs[name][task] = race(command, domain, problem, limits)
                if arguments.per_task:
                    print(f"{task:30} {name:14} {run.seconds:8.3f} {run.cost}", file=sys.stderr)
    report(runs)
    if arguments.optimal:
        differ = [
            task
            for task in runs["planscript"]
            if len({r[task].cost for n, r in runs.items() if r[task].cost and n != "kairos"}) > 1
        ]
        print(f"\nCosts differ from Fast Downward's on: {', '.join(differ) or 'none'}")


if __name__ == "__main__":
    main()
