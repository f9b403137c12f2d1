"""`planscript goals show|predict|eval`: natural-language goals of a script, or of rows in a file."""

from __future__ import annotations

import argparse
from pathlib import Path

from planscript.lang.diagnostics import Diagnostic, SourceError
from planscript.runtime.shell import goals_show


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the three commands."""
    kinds = parser.add_subparsers(dest="goals", required=True, metavar="WHAT")
    show = kinds.add_parser("show", help="what each goal of a script is taken to mean")
    goals_show.add_arguments(show)
    show.set_defaults(run_goals=goals_show.run)

    predict = kinds.add_parser("predict", help="compile the texts of a file of rows")
    predict.add_argument("rows", metavar="ROWS.jsonl", help="lines with id, domain, text, objects")
    predict.add_argument("--domains", required=True, metavar="DIR", help="where DOMAIN.pddl stand")
    predict.add_argument("--out", required=True, metavar="PRED.jsonl", help="file to write")
    _model_arguments(predict)
    predict.set_defaults(run_goals=run_predict)

    evaluate = kinds.add_parser("eval", help="compare what the model says with gold goals")
    evaluate.add_argument("rows", nargs="+", metavar="ROWS.jsonl", help="rows that have a goal")
    evaluate.add_argument("--domains", metavar="DIR", help="default: `domains` beside each file")
    evaluate.add_argument("--svg", metavar="FILE", help="draw risk against coverage there")
    _model_arguments(evaluate)
    evaluate.set_defaults(run_goals=run_eval)


def _model_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--model", metavar="DIR", help="another model: a folder, hf:NAME or hf-hub:NAME"
    )
    parser.add_argument("--beam", type=int, default=5, metavar="N", help="hypotheses kept (5)")
    parser.add_argument("--threads", type=int, metavar="N", help="threads of the network")


def run(args: argparse.Namespace) -> int:
    """Runs the chosen one."""
    return int(args.run_goals(args))


def run_predict(args: argparse.Namespace) -> int:
    """Writes one prediction a row."""
    from planscript.runtime.goals.rows import predict_file

    count = predict_file(
        args.rows, args.domains, args.out, args.model, beam=args.beam, threads=args.threads
    )
    print(f"{args.out}: {count} goals")
    return 0


def run_eval(args: argparse.Namespace) -> int:
    """Prints what is right by source and by phenomenon, refusals, risk against coverage."""
    from planscript.runtime.goals.training.chart import line_chart
    from planscript.runtime.goals.training.evaluate import evaluate_files, risk_coverage, table

    results = evaluate_files(
        args.rows, args.domains, args.model, beam=args.beam, threads=args.threads
    )
    print(table(results))
    if args.svg:
        curve = [(coverage, risk) for coverage, risk, _ in risk_coverage(results)]
        chart = line_chart("Risk against coverage", "share of rows acted on", {"wrong": curve})
        try:
            Path(args.svg).write_text(chart, encoding="utf-8")
        except OSError as error:
            raise SourceError(
                Diagnostic("E0903", f"cannot write {args.svg}: {error.strerror or error}")
            ) from None
    return 0
