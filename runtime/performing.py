"""Carrying out the steps of one pursuit: handlers, their clauses, confirmation, outside events.

Stands between the executor, which knows ground actions, and the script, which has handlers.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from typing import Literal as OneOf

from planscript.lang.diagnostics import LimitError, PlanscriptError
from planscript.runtime import values
from planscript.runtime.errors import KINDS, ErrorValue, RunError, run_error
from planscript.runtime.events import Arrival, Event, Inbox, ScriptEvents
from planscript.runtime.executor import StepFailed
from planscript.runtime.fact_text import literals_of, observed_facts
from planscript.runtime.faults import Faults
from planscript.runtime.handlers import Handler, TooLong, within
from planscript.runtime.journal import Journal, TimedOutBefore, call
from planscript.runtime.pddl.model import Atom
from planscript.runtime.policies import Decision, Failure, Policy, pause_before
from planscript.runtime.sensing import Literal

if TYPE_CHECKING:
    from planscript.runtime.acting import Acting

_SLICE = 0.05  # seconds between looks for Ctrl-C while waiting


def _nobody_confirms(question: str) -> bool:
    return False


@dataclass
class Services:
    """What acting has from outside.

    `confirm(question)` asks whether to do what cannot be undone; `doubt(question)` asks about a call
    that may have been made before the process ended: "done", or "again" to make it (it may raise).
    """

    journal: Journal | None = None
    inbox: Inbox = field(default_factory=Inbox)
    confirm: Callable[[str], bool] = _nobody_confirms
    doubt: Callable[[str], OneOf["done", "again"]] = lambda question: "again"

    def ask(
        self, kind: str, data: Any, live: Callable[[], Any], doubt: Callable[[], Any] | None = None
    ) -> Any:
        """As `Journal.ask`; without a journal, the live answer."""
        if self.journal is None:
            return live()
        return self.journal.ask(kind, data, live, doubt)


class Surroundings:
    """What a session's pursuits share: services, events of the script, faults of a test."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.events = ScriptEvents()
        self.faults: Faults | None = None
        self.performers: list[Performer] = []  # the innermost last

    @property
    def patience(self) -> float | None:
        """The seconds that a call of Python's may take now; None: no limit."""
        ends = [p.deadline for p in self.performers if p.deadline is not None]
        return max(min(ends) - time.monotonic(), 0.001) if ends else None

    def outside(self, name: str, data: Any, live: Callable[[], Any], careful: bool) -> Any:
        """What a call that reaches outside gives; through the journal, where there is one.

        `careful`: it changes something there, so that it must not be made twice.
        """
        journal = self.services.journal
        if journal is None:
            return live()

        def in_doubt() -> Any:
            if self.performers and self.performers[-1].can_clear_up():
                journal.leave_in_doubt()
            if self.services.doubt(f"{name} was called when the run was cut off") == "again":
                return live()
            return None

        return journal.ask("call", data, live, in_doubt if careful else None)

    def arrivals(self) -> list[Arrival]:
        """What has come in from outside since it was asked last.

        From the journal as long as it has records, else from the inbox, into the journal.
        """
        services = self.services
        journal, found = services.journal, []
        while journal is not None and journal.next_is("arrival"):
            found.append(Arrival(*journal.ask("arrival", None, lambda: None)))
        if journal is not None and journal.replaying:
            return found
        for arrival in services.inbox.arrivals():
            given = [arrival.text, arrival.interrupt]
            services.ask("arrival", None, lambda given=given: given)  # type: ignore[misc]
            found.append(arrival)
        return found


def told_facts(value: Any, acting: Acting, source: str) -> tuple[Literal, ...]:
    """The literals in what a handler returned or a script posted: as `observed_facts`, or a goal.

    `source` says in an error where the value is from. Raises ValueError of the language where it is
    no such thing.
    """
    if value is None:
        return ()
    try:
        if isinstance(value, values.GoalValue):
            return tuple(acting.current_world().literals(acting.formula_of(value)))
        return observed_facts(value, acting.current_world())
    except LimitError:
        raise
    except PlanscriptError as error:
        first = error.diagnostics[0]
        title = "it is not facts joined by `and`" if first.code == "E0617" else first.title
        raise run_error("ValueError", f"{source}: {title}", hint=first.hint) from None


class Performer:
    """Carries out steps for one pursuit, under its policy."""

    def __init__(
        self, acting: Acting, around: Surroundings, policy: Policy, confirm: Any = None
    ) -> None:
        self.acting = acting
        self.around = around
        self.policy = policy
        self.confirm = confirm
        self.deadline: float | None = None
        self._step: Atom | None = None  # that is being carried out
        self._decision: Decision | None = None
        self._failure: Failure | None = None

    # ------------------------------------------------ a step

    def perform(self, step: Atom) -> bool:
        """Runs the handler of the step's action; False where there is none. Raises StepFailed."""
        faults = self.around.faults
        if faults is not None and faults.strikes(step):
            raise StepFailed("a fault was injected")
        handler = self.acting.handlers.get(step.name)
        if handler is None:
            return False
        outer, self._step = self._step, step
        seconds = self.policy_of(step, self.policy).step_timeout
        self.deadline = None if seconds is None else time.monotonic() + seconds
        try:
            result = self._run(handler, step, seconds)
        except RunError as error:
            reason = values.failure_reason(error)
            if reason is None and "python" in error.value.fields:
                reason = error.value.message
            if reason is None:
                raise
            raise StepFailed(reason) from None
        finally:
            self.deadline, self._step = None, outer
        name = self.acting.names.to_script(step.name)
        told = told_facts(result, self.acting, f"what `perform {name}` returned")
        if told:
            self.acting.tell(told)
        return True

    def _run(self, handler: Handler, step: Atom, seconds: float | None) -> Any:
        journal = self.around.services.journal
        try:
            return within(seconds, lambda: handler.run(*self._objects(step)))
        except (TooLong, TimedOutBefore):
            if journal is not None:
                journal.note("timeout", {"step": call(step)})
            limit = f"{seconds:g} seconds" if seconds is not None else "it may"
            raise StepFailed(f"it took longer than {limit}", timed_out=True) from None

    def _objects(self, step: Atom) -> Sequence[Any]:
        return [self.acting.object_value(arg) for arg in step.args]

    def policy_of(self, step: Atom, policy: Policy) -> Policy:
        """The policy for a step: the options of its handler outweigh those of the pursuit."""
        handler = self.acting.handlers.get(step.name)
        if handler is None or not handler.options:
            return policy
        from dataclasses import replace

        return replace(policy, **handler.options)

    # ------------------------------------------------ trouble

    def judge(self, failure: Failure) -> Decision | None:
        """What the `on fail` clause of the step's handler decides; None: it leaves it open."""
        clause = self._clause(failure.step, "fail")
        if clause is None:
            return None
        self._decision, self._failure = None, failure
        value = ErrorValue(
            KINDS["ActionFailed"],
            failure.reason,
            {
                "reason": failure.reason,
                "attempts": failure.attempts,
                "step": self.acting.step_value(failure.step),
                "timed_out": failure.timed_out,
            },
        )
        try:
            clause(*self._objects(failure.step), value)
        finally:
            self._failure = None
        return self._decision

    def settle(self, kind: OneOf["retry", "exclude", "replan", "give_up"], value: Any) -> None:
        """The clause that is running has decided. Raises an error of the language outside one."""
        if self._failure is None:
            raise run_error("ValueError", f"{kind}() stands in an `on fail:` clause")
        if kind == "retry":
            backoff = self.policy_of(self._failure.step, self.policy).backoff
            pause = pause_before(self._failure.attempts, backoff) if value is None else value
            self._decision = Decision("retry", float(pause))
        else:
            self._decision = Decision(kind, reason=value or "")

    def can_clear_up(self) -> bool:
        """Whether the handler that is running can find out whether its step was done."""
        return self._step is not None and self._clause(self._step, "doubt") is not None

    def clear_up(self, step: Atom) -> bool:
        """Runs the `on doubt` clause, which tells by `now` what it finds."""
        clause = self._clause(step, "doubt")
        if clause is not None:
            clause(*self._objects(step), None)
        return False

    def _clause(self, step: Atom, event: str) -> Callable[..., Any] | None:
        handler = self.acting.handlers.get(step.name)
        return None if handler is None else handler.clauses.get(event)

    # ------------------------------------------------ outside

    def approve(self, step: Atom) -> bool:
        """Whether a step that cannot be undone may be done."""
        if isinstance(self.confirm, bool):
            return self.confirm
        if self.confirm is not None:
            return bool(self.confirm(self.acting.step_value(step)))
        words = self.acting.say(self.acting.step_value(step)).rstrip(".。")
        question = f"{words}: this cannot be undone. Go on?"
        services = self.around.services
        return bool(services.ask("confirm", question, lambda: services.confirm(question)))

    def poll(self) -> list[Event]:
        """The events since it was asked last."""
        found = self.around.faults.due() if self.around.faults is not None else []
        for posted in self.around.events.take():
            told = told_facts(posted.facts, self.acting, "an event")
            found.append(Event(told, bool(posted.interrupt), posted.interrupt))
        for arrival in self.around.arrivals():
            try:
                literals = literals_of(arrival.text, self.acting.current_world())
            except PlanscriptError as error:
                reason = error.diagnostics[0].title
                self.acting.emit("ignored", {"text": arrival.text, "reason": reason})
            else:
                found.append(Event(literals, arrival.interrupt))
        return found

    def pause(self, seconds: float) -> None:
        """Waits; a run that is replayed does not."""
        journal = self.around.services.journal
        if journal is not None and journal.replaying:
            return
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            time.sleep(min(left, _SLICE))
