"""Runs a `test` block many times, each with faults and events of its own, and reports.

Each run begins with the world as it was before the test; variables of the script are not put back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from planscript.lang import syntax
from planscript.lang.diagnostics import LimitError, PlanscriptError
from planscript.runtime.events import ScriptEvents
from planscript.runtime.faults import Faults, Report, Trial, conditions_of

if TYPE_CHECKING:
    from planscript.runtime.session import Session


def run_trials(
    session: Session,
    node: syntax.Test,
    body: Callable[[], Any],
    events: Sequence[Any],
    options: Mapping[str, Any],
) -> Report:
    """Runs the test as often as its options say.

    `events` are the goals of the test's events, literals joined by `and`. Raises errors of the
    language for wrong options, LimitError where a budget of the run is used up.
    """
    acting = session.acting
    asked = conditions_of(options, bool(node.faults or node.events))
    shares = {acting.names.to_model(fault.action): fault.share for fault in node.faults}
    due = []
    for event, goal in zip(node.events, events, strict=True):
        literals = acting.current_world().literals(acting.formula_of(goal))
        due.append((event.after, tuple(literals)))
    report = Report(node.name, asked.seed, asked.at_least)
    around = acting.around
    outer = around.faults, around.events
    try:
        for number in range(1, asked.runs + 1):
            trial = Trial(number)
            report.trials.append(trial)
            around.faults = Faults(shares, due, asked.seed, number)
            around.events = ScriptEvents(outer[1].sources)
            with acting.heard_by(trial.hear), acting.world_kept():
                trial.failure = _failure(session, body)
    finally:
        around.faults, around.events = outer
    return report


def _failure(session: Session, body: Callable[[], Any]) -> str:
    try:
        session.guarded(body)
    except LimitError:
        raise
    except PlanscriptError as error:
        return error.diagnostics[0].title
    return ""
