"""`planscript validate DOMAIN PROBLEM PLAN`: whether a plan holds, and at which step it fails."""

from __future__ import annotations

import argparse

from planscript.lang.diagnostics import SourceError

BAD_INPUT = 31


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument("domain", metavar="DOMAIN", help="the PDDL domain file")
    parser.add_argument("problem", metavar="PROBLEM", help="the PDDL problem file")
    parser.add_argument("plan", metavar="PLAN", help="the plan, one `(action object ...)` a line")


def run(args: argparse.Namespace) -> int:
    """Prints the verdict; returns 0 where the plan is valid and 1 where it is not."""
    from planscript.runtime.pddl.reader import read_domain_file, read_plan_file, read_problem_file
    from planscript.runtime.planner.validate import validate
    from planscript.runtime.shell.report import report
    from planscript.runtime.shell.solve_command import amount

    try:
        problem = read_problem_file(args.problem, read_domain_file(args.domain))
        plan = read_plan_file(args.plan)
    except SourceError as error:
        report(error)
        return BAD_INPUT
    verdict = validate(problem, plan)
    if verdict.valid:
        print(f"valid, cost = {amount(verdict.cost)}")
        return 0
    reason = verdict.failure.message if verdict.failure is not None else ""
    if verdict.step is None:
        print(f"invalid: {reason}")
    else:
        step = plan[verdict.step]
        shown = f"({' '.join([step.name, *step.args])})"
        print(f"invalid at step {verdict.step + 1}, {shown}: {reason}")
    return 1
