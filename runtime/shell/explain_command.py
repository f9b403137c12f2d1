"""`planscript explain DOMAIN PROBLEM`: why there is no plan, or in words what the plan does."""

from __future__ import annotations

import argparse
import contextlib

from planscript.runtime.planner.status import Status
from planscript.runtime.shell.solve_command import (
    BAD_INPUT,
    EXIT_CODES,
    amount,
    free_address_space,
    limit_address_space,
    limit_hit,
    positive,
    share_of_memory,
    whole,
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument("domain", metavar="DOMAIN", help="the PDDL domain file")
    parser.add_argument("problem", metavar="PROBLEM", help="the PDDL problem file")
    parser.add_argument(
        "--timeout", type=positive, default=30.0, metavar="SECONDS", help="time for planning (30)"
    )
    parser.add_argument(
        "--max-memory", metavar="MB", type=whole, help="stop when this much memory is in use"
    )


def run(args: argparse.Namespace) -> int:
    """Prints the explanation; 0 where there is a plan, 1 where there is none, 22 or 23 at a limit."""
    memory = args.max_memory or share_of_memory()
    with contextlib.suppress(MemoryError):
        return _explain(args, memory)
    # Said here, where what filled the memory is no longer held by the frames of the error.
    free_address_space()
    return _stopped(Status.OUT_OF_MEMORY, args, memory)


def _stopped(status: Status, args: argparse.Namespace, memory: int | None, note: str = "") -> int:
    limit = limit_hit(status, args.timeout, memory) or note
    print(f"No plan was found: {status.value}{f' ({limit})' if limit else ''}.")
    return EXIT_CODES[status]


def _explain(args: argparse.Namespace, memory: int | None) -> int:
    from planscript.lang.diagnostics import SourceError
    from planscript.runtime.goals.say import Speaker
    from planscript.runtime.pddl.reader import read_domain_file, read_problem_file
    from planscript.runtime.planner.causal_links import causal_links
    from planscript.runtime.planner.deadline import Deadline, DeadlineExpired
    from planscript.runtime.planner.explain import describe, diagnose
    from planscript.runtime.planner.solve import Options, solve
    from planscript.runtime.shell.report import report

    limit_address_space(memory)
    try:
        problem = read_problem_file(args.problem, read_domain_file(args.domain))
    except SourceError as error:
        report(error)
        return BAD_INPUT
    speaker = Speaker(problem.domain, problem.objects)
    print(f"Wanted: {speaker.goal(problem.goal)}")
    result = solve(problem, Options(search="auto", timeout=args.timeout, max_memory=memory))
    if result.plan is not None:
        steps = result.plan.steps
        links = causal_links(problem, steps)
        for number, step in enumerate(steps, 1):
            print(f"{number:>3}. {speaker.step(step)}")
            served: dict[int, list[str]] = {}
            for link in links:
                if link.producer == number - 1:
                    served.setdefault(link.consumer, []).append(speaker.goal(link.literal))
            for consumer, facts in served.items():
                where = f"for step {consumer + 1}" if consumer < len(steps) else "as wanted"
                print(f"       {where}: {'; '.join(facts)}")
        sure = ", and no plan costs less" if result.optimal else ""
        print(f"It costs {amount(result.plan.cost)}{sure}.")
        return 0
    if result.status not in (Status.UNSOLVABLE, Status.EXHAUSTED):
        return _stopped(result.status, args, memory, result.note)
    try:
        print(describe(diagnose(problem, Deadline(args.timeout, None, memory))))
    except (DeadlineExpired, MemoryError):
        print("There is no plan; finding out why takes more than the limits allow.")
    return 1
