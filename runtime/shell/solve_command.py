"""`planscript solve DOMAIN PROBLEM`: finds a plan for a PDDL problem, as planners of the IPC do.

The plan goes to a file or to standard output, everything else to standard error. Exit codes are
those of Fast Downward.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from typing import TYPE_CHECKING, NoReturn

from planscript.lang.diagnostics import Diagnostic, SourceError
from planscript.runtime.planner.deadline import Deadline, DeadlineExpired, peak_bytes
from planscript.runtime.planner.status import Status

if TYPE_CHECKING:
    from planscript.runtime.pddl.model import Problem
    from planscript.runtime.planner.solve import Options, Plan, Result

EXIT_CODES = {
    Status.SOLVED: 0,
    Status.UNSOLVABLE: 11,
    Status.EXHAUSTED: 12,
    Status.OUT_OF_MEMORY: 22,
    Status.TIMEOUT: 23,
    Status.UNSUPPORTED: 34,
}
BAD_INPUT = 31
BAD_OPTION = 33
SHARE_OF_MEMORY = 0.8  # of the machine's, where no limit is given
SLACK = 1.15  # times the limit is what can be allocated: mostly we stop before malloc fails


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument("domain", metavar="DOMAIN", nargs="?", help="the PDDL domain file")
    parser.add_argument("problem", metavar="PROBLEM", nargs="?", help="the PDDL problem file")
    parser.add_argument("-o", "--plan-file", metavar="FILE", help="write the plan here")
    kind = parser.add_mutually_exclusive_group()
    kind.add_argument("--fast", action="store_true", help="take the first plan found (default)")
    kind.add_argument("--optimal", action="store_true", help="find a plan of least cost")
    kind.add_argument(
        "--anytime", action="store_true", help="go on to cheaper plans till none is, or Ctrl-C"
    )
    kind.add_argument("--search", metavar="NAME", help="use this search")
    parser.add_argument("--heuristic", metavar="NAME", default="auto", help="use this heuristic")
    parser.add_argument(
        "--weight", metavar="W", type=_weight, default=1, help="of the heuristic, at least 1"
    )
    parser.add_argument("--seed", metavar="N", type=int, default=0, help="for random choices")
    parser.add_argument("--timeout", metavar="SECONDS", type=positive, help="stop after this time")
    parser.add_argument(
        "--max-memory", metavar="MB", type=whole, help="stop when this much memory is in use"
    )
    parser.add_argument("--stats", action="store_true", help="print what it took")
    parser.add_argument("--list", action="store_true", help="list searches and heuristics")


def run(args: argparse.Namespace) -> int:
    """Solves one problem and returns the exit code."""
    if args.list:
        from planscript.runtime.shell.planner_table import planner_table

        print(planner_table(), end="")
        return 0
    if args.problem is None:
        print("planscript solve: DOMAIN and PROBLEM are needed", file=sys.stderr)
        return 2
    memory = args.max_memory or share_of_memory()
    stopped: list[bool] = []
    deadline = Deadline(args.timeout, lambda: bool(stopped), memory)
    if args.timeout is not None:
        _set_alarm(args.timeout * 1.05 + 0.1)
    was_enabled = gc.isenabled()
    gc.disable()  # a short life, and millions of objects that form no cycles
    try:
        return _solve(args, memory, deadline, stopped)
    except DeadlineExpired:
        status = Status.TIMEOUT
    except MemoryError:
        status = Status.OUT_OF_MEMORY
    finally:
        if args.timeout is not None:
            _set_alarm(0)
        if was_enabled:
            gc.enable()
    # Said here, where what filled the memory is no longer held by the frames of the error.
    free_address_space()
    return _finish(status, limit_hit(status, args.timeout, memory))


def _solve(
    args: argparse.Namespace, memory: int | None, deadline: Deadline, stopped: list[bool]
) -> int:
    from planscript.runtime.planner.solve import Options, solve
    from planscript.runtime.shell.report import report

    search = "optimal" if args.optimal else "anytime" if args.anytime else args.search or "fast"
    options = Options(
        search=search,
        heuristic=args.heuristic,
        weight=args.weight,
        timeout=args.timeout,
        max_memory=memory,
        seed=args.seed,
    )
    unknown = _unknown_names(options)
    if unknown:
        print(f"planscript solve: {unknown}", file=sys.stderr)
        return BAD_OPTION
    try:
        limit_address_space(memory)
        problem = _read(args.domain, args.problem)
        if search == "anytime":
            with _first_interrupt_into(stopped):
                return _go_on(problem, options, deadline, args, stopped)
        result = solve(problem, options, deadline)
        if result.plan is not None:
            _write(plan_text(result.plan, problem), args.plan_file)
    except SourceError as error:
        report(error)
        return BAD_INPUT
    if args.stats:
        _print_statistics(result)
    return _finish(result.status, limit_hit(result.status, args.timeout, memory) or result.note)


def _go_on(
    problem: Problem,
    options: Options,
    deadline: Deadline,
    args: argparse.Namespace,
    stopped: list[bool],
) -> int:
    """Tells of each better plan, and keeps the best when time is up or Ctrl-C is pressed."""
    from planscript.runtime.planner.solve import solve

    best: list[Plan] = []

    def keep(plan: Plan) -> None:
        best[:] = [plan]
        print(f"cost {amount(plan.cost)} after {deadline.elapsed():.2f} s", file=sys.stderr)
        if args.plan_file is not None:
            _write(plan_text(plan, problem), args.plan_file)

    status, note, optimal = Status.TIMEOUT, "", False
    try:
        result = solve(problem, options, deadline, on_plan=keep)
        status, note, optimal = result.status, result.note, result.optimal
        if args.stats:
            _print_statistics(result)
    except DeadlineExpired:
        pass  # the alarm rang
    if not best:
        if not stopped:
            note = limit_hit(status, options.timeout, options.max_memory) or note
        return _finish(status, note)
    print("no plan costs less" if optimal else "a plan may cost less", file=sys.stderr)
    if args.plan_file is None:
        _write(plan_text(best[0], problem), None)
    return EXIT_CODES[Status.SOLVED]


@contextmanager
def _first_interrupt_into(stopped: list[bool]) -> Iterator[None]:
    """Notes the first Ctrl-C; a second one acts as ever."""

    def note(*_: object) -> None:
        stopped.append(True)
        signal.signal(signal.SIGINT, before)

    try:
        before = signal.signal(signal.SIGINT, note)
    except ValueError:  # not in the main thread
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _read(domain: str, problem: str) -> Problem:
    from planscript.runtime.pddl.reader import read_domain_file, read_problem_file
    from planscript.runtime.shell.report import report_one

    warnings: list[Diagnostic] = []
    try:
        return read_problem_file(problem, read_domain_file(domain, warnings), warnings)
    finally:
        for warning in warnings:
            report_one(warning)


def plan_text(plan: Plan, problem: Problem) -> str:
    """The plan in the form of the IPC."""
    lines = [f"({' '.join([step.name, *step.args])})" for step in plan.steps]
    kind = "general cost" if problem.minimise_cost else "unit cost"
    lines.append(f"; cost = {amount(plan.cost)} ({kind})")
    return "\n".join(lines) + "\n"


def amount(cost: Fraction) -> str:
    """A cost as people write it: a whole number, a decimal fraction, or else a fraction."""
    rest = cost.denominator
    for factor in (2, 5):
        while rest % factor == 0:
            rest //= factor
    if cost.denominator == 1 or rest != 1:
        return str(cost)
    places = 1
    while (cost * 10**places).denominator != 1:
        places += 1
    digits = str(abs(int(cost * 10**places))).rjust(places + 1, "0")
    return f"{'-' if cost < 0 else ''}{digits[:-places]}.{digits[-places:]}"


def _write(text: str, path: str | None) -> None:
    if path is None:
        sys.stdout.write(text)
        sys.stdout.flush()
        return
    try:
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        reason = error.strerror or str(error)
        raise SourceError(
            Diagnostic("E0735", f"the plan cannot be written to {path}: {reason}")
        ) from None


def _finish(status: Status, note: str = "") -> int:
    """Says how it ended, unless there is a plan, and returns the exit code."""
    if status is not Status.SOLVED:
        print(f"no plan: {status.value}{f' ({note})' if note else ''}", file=sys.stderr)
    return EXIT_CODES[status]


def limit_hit(status: Status, timeout: float | None, memory: int | None) -> str:
    """Which limit ended the planning, and the option that raises it; empty where none did."""
    if status is Status.TIMEOUT and timeout is not None:
        return f"after {timeout:g} s; raise --timeout"
    if status is Status.OUT_OF_MEMORY and memory is not None:
        return f"above {memory:,} MB; raise --max-memory"
    return ""


def _print_statistics(result: Result) -> None:
    statistics = result.statistics
    if result.plan is not None:
        proved = " (no plan costs less)" if result.optimal else ""
        print(f"cost {amount(result.plan.cost)}{proved}", file=sys.stderr)
        print(f"steps {len(result.plan.steps)}", file=sys.stderr)
    for name in ("ground", "search", "validate"):
        print(f"{name} {getattr(statistics, f'{name}_seconds'):.3f} s", file=sys.stderr)
    for name in ("variables", "facts", "operators", "axioms", "expanded", "evaluated", "generated"):
        print(f"{name} {getattr(statistics, name)}", file=sys.stderr)
    print(f"memory {peak_bytes() >> 20} MB", file=sys.stderr)


def _unknown_names(options: Options) -> str:
    """Which search or heuristic does not exist, in words; empty where all do."""
    from planscript.lang.diagnostics import did_you_mean
    from planscript.runtime.planner.heuristics import HEURISTICS
    from planscript.runtime.planner.search import SEARCHES
    from planscript.runtime.planner.solve import CONFIGURATIONS

    searches = [*SEARCHES, *CONFIGURATIONS, "auto"]
    if options.search not in searches:
        near = did_you_mean(options.search, searches)
        return f"no search is called `{options.search}` {near}".rstrip()
    for name in options.heuristic.split(","):
        if name != "auto" and name not in HEURISTICS:
            return f"no heuristic is called `{name}` {did_you_mean(name, HEURISTICS)}".rstrip()
    return ""


# ---------------------------------------------------------------- limits of the process


def share_of_memory() -> int | None:
    """Most of the machine's memory, in MB; None where the system does not tell."""
    try:
        total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):
        return None
    return int(total * SHARE_OF_MEMORY) >> 20


def limit_address_space(memory: int | None) -> None:
    """Lets allocation fail above the limit in MB, for code that does not ask the deadline."""
    if memory is None:
        return
    try:
        import resource

        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        wanted = int(memory * SLACK * 2**20) + _reserved_bytes()
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
    except (ImportError, OSError, ValueError):
        return  # the deadline still watches the memory


def free_address_space() -> None:
    """Takes the limit back, so that what happened can be told."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        resource.setrlimit(resource.RLIMIT_AS, (hard, hard))


def _reserved_bytes() -> int:
    """Address space in use that is not resident memory, as of libraries."""
    with open("/proc/self/statm", "rb", buffering=0) as statm:
        pages, resident = map(int, statm.read().split()[:2])
    return (pages - resident) * os.sysconf("SC_PAGE_SIZE")


def _set_alarm(seconds: float) -> None:
    """Ends code that does not ask the deadline, such as reading, after so long; 0: it may go on."""
    if not hasattr(signal, "setitimer"):
        return
    try:
        signal.signal(signal.SIGALRM, _ring)
        signal.setitimer(signal.ITIMER_REAL, seconds)
    except ValueError:
        return  # not in the main thread; the deadline still watches the time


def _ring(number: int, frame: object) -> NoReturn:
    raise DeadlineExpired


def positive(text: str) -> float:
    value = float(text)
    if not value > 0:
        raise argparse.ArgumentTypeError("must be above 0")
    return value


def whole(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return value


def _weight(text: str) -> Fraction:
    value = Fraction(text)
    if value < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return value
