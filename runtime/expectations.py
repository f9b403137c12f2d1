"""Scripts that say in comments what they print and how they end, checked against what they do.

    print(1 + 1)   # expect: 2            a line of output, in order
    f(1, 2, 3)     # error: E0501 takes   the run ends here, with this code and words of the message
    let n = input()  # input: 7           a line of standard input, in order
    # limits: steps=1000                  budgets of the run
    # module: lib.plan                    a file that other scripts import; not run by itself

A comment that stands alone on its line belongs to the script as a whole.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from planscript.lang.diagnostics import PlanscriptError, draw
from planscript.runtime.errors import run_error
from planscript.runtime.limits import Limits
from planscript.runtime.session import Session

Marks = Mapping[str, Sequence[tuple[int, str]]]
Outcome = tuple[str, PlanscriptError | None]

_MARK = re.compile(
    r"^(?P<code>.*?)# (?P<mark>expect|error|input|module|limits):(?: (?P<said>.*))?$"
)


def marks_of(text: str) -> Marks:
    """What a script says of itself: kind of mark -> line (0: of the whole script) and words."""
    found: dict[str, list[tuple[int, str]]] = {}
    for number, line in enumerate(text.splitlines(), 1):
        match = _MARK.match(line)
        if match:
            at = number if match["code"].strip() else 0
            found.setdefault(match["mark"], []).append((at, match["said"] or ""))
    return found


def check_expectations(
    path: str, marks: Marks, reports: list[str] | None = None, **options: Any
) -> list[Outcome]:
    """Runs a script with its tests; the outcome of each, and of the expectations as a whole.

    `options` are those of `Session`. Nothing is raised: a failure is an outcome. The reports of
    tests with faults are added to `reports`.
    """
    output = io.StringIO()
    budgets = dict(part.split("=") for _, said in marks.get("limits", ()) for part in said.split())
    if budgets:
        options["limits"] = Limits(**{name: int(value) for name, value in budgets.items()})
    session = Session(
        stdin=io.StringIO("".join(f"{said}\n" for _, said in marks.get("input", ()))),
        stdout=output,
        **options,
    )
    outcomes: list[Outcome] = []
    failure: PlanscriptError | None = None
    try:
        outcomes = session.run_tests(path)
    except PlanscriptError as error:
        failure = error
    if reports is not None:
        reports += [line for report in session.reports for line in report.lines()]
    wrong = _output_differs(output.getvalue().splitlines(), marks)
    wrong = wrong or _ends_differently(failure, marks.get("error", ()))
    if not wrong:
        return [*outcomes, ("expectations", None)]
    if failure is not None:
        text = Path(path).read_text(encoding="utf-8")
        wrong += "\n" + draw(failure.diagnostics[0], text)
    return [*outcomes, ("expectations", run_error("ExpectationFailed", wrong))]


def _output_differs(printed: Sequence[str], marks: Marks) -> str:
    expected = [said for _, said in marks.get("expect", ())]
    if list(printed) == expected:
        return ""
    for number, (one, other) in enumerate(zip(printed, expected, strict=False), 1):
        if one != other:
            return f"line {number} of the output is `{one}`, not `{other}`"
    if len(printed) > len(expected):
        return f"the output goes on with `{printed[len(expected)]}`"
    return f"the output ends before `{expected[len(printed)]}`"


def _ends_differently(failure: PlanscriptError | None, wanted: Sequence[tuple[int, str]]) -> str:
    if failure is None:
        return f"the script does not end with {wanted[0][1]}" if wanted else ""
    if not wanted:
        return "the script ends with an error"
    for line, said in wanted:
        code, _, words = said.partition(" ")
        fitting = [d for d in failure.diagnostics if d.code == code and words in d.title]
        if not fitting:
            return f"the script does not end with {said}"
        if line and line not in [d.span.line for d in fitting if d.span is not None]:
            return f"the error {said} is not in line {line}"
    return ""
