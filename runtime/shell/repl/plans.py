"""Commands about goals and plans: `:goal :plan :step :run :abort :why`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from planscript.runtime import values
from planscript.runtime.shell.repl.display import plan_lines
from planscript.runtime.shell.repl.folding import tell
from planscript.runtime.shell.repl.goals import asking
from planscript.runtime.shell.repl.worlds import world_of

if TYPE_CHECKING:
    from planscript.runtime.acting import Acting
    from planscript.runtime.shell.repl.conversation import Conversation
    from planscript.runtime.values import GoalValue, PlanValue
    from planscript.runtime.why import MadePlan

_FORMULA = re.compile(r"(not\s+)?[^\W\d]\w*\s*\(|forall\b|exists\b|\(")


def plan_value(acting: Acting, made: MadePlan) -> PlanValue:
    """A plan of the session's history as a value of the language."""
    from planscript.runtime.planner.validate import validate

    goal = values.GoalValue(formula=made.goal, text=made.text or None)
    cost = values.number(validate(made.problem, made.planned).cost)
    return values.PlanValue(tuple(map(acting.step_value, made.steps)), cost, goal, {}, False)


def goal_of(conversation: Conversation, text: str) -> GoalValue:
    """The goal that the user wrote after a command: a formula, or natural language.

    Raises RunError where it is not understood, and the user chose none of its readings.
    """
    session = conversation.session
    if _FORMULA.match(text):
        found: GoalValue = session.evaluate(f"(goal {text})")
        return found
    goal: GoalValue = session.acting.goal_value(text)

    def compile_text() -> None:
        session.bounded(lambda: session.guarded(lambda: session.acting.formula_of(goal)))

    asking(conversation, f'goal "{text}"', compile_text, text)
    return goal


def goal_command(conversation: Conversation, rest: str) -> None:
    """Shows a goal: the words, the meaning, the formula, and whether it holds."""
    if world_of(conversation) is None:
        return
    if not rest and conversation.session.value_of("_goal") is None:
        tell("no goal yet; `> the apple is on the table` is one")
        return

    def work() -> None:
        goal = goal_of(conversation, rest) if rest else conversation.session.value_of("_goal")
        if goal.formula is not None:
            conversation.session.remember("_goal", goal)
            _show_goal(conversation, goal)

    conversation.acting(work)


def _show_goal(conversation: Conversation, goal: GoalValue) -> None:
    acting = conversation.session.acting
    formula = acting.formula_of(goal)
    if not any(kind == "goal" for kind, _ in conversation.events):  # else it has just been told
        if goal.text:
            tell(f"  “{' '.join(goal.text.split())}”")
        tell(f"  {acting.speaker(acting.language_of(goal.text or '')).goal(formula)}")
        tell(f"  {acting.member(goal, 'pddl')}")
    tell("  holds now" if acting.holds(goal) else "  does not hold now")


def plan_command(conversation: Conversation, rest: str) -> None:
    """Makes a plan for a goal, or shows the last one with the steps that were taken."""
    if world_of(conversation) is None:
        return
    if rest:

        def work() -> None:
            goal = goal_of(conversation, rest)
            if goal.formula is not None:
                conversation.show(_planned(conversation, goal))

        conversation.acting(work)
    elif conversation.plan is None:
        tell("no plan yet; :plan GOAL makes one")
    else:
        plan = conversation.plan
        lines = plan_lines(conversation.session.acting, plan.steps, plan.cost, conversation.walked)
        tell("\n".join(lines))


def _planned(conversation: Conversation, goal: GoalValue) -> PlanValue:
    session = conversation.session
    found: PlanValue = session.bounded(
        lambda: session.guarded(lambda: session.acting.plan(goal, None, None, (), {}))
    )
    return found


def step_command(conversation: Conversation, rest: str) -> None:
    """Carries out the next step of the plan and shows what it changed."""
    plan = _rest_of_plan(conversation)
    if plan:
        at = conversation.walked
        speaker = conversation.session.acting.speaker()
        sentence = speaker.rules.sentence(speaker.step(plan[0].atom))
        tell(f"  {at + 1}. {sentence}")
        _carry_out(conversation, plan[:1])
        whole = conversation.plan
        if whole is not None and conversation.walked == len(whole.steps):
            reached = conversation.session.acting.holds(whole.goal)
            tell("  the plan is done" + ("; its goal holds" if reached else ""))


def run_command(conversation: Conversation, rest: str) -> None:
    """Carries out the steps that are left."""
    plan = _rest_of_plan(conversation)
    if plan:
        _carry_out(conversation, plan)


def abort_command(conversation: Conversation, rest: str) -> None:
    """Drops the plan; the world stays as it is."""
    if conversation.plan is None:
        tell("there is no plan to drop")
        return
    left = len(conversation.plan.steps) - conversation.walked
    conversation.plan, conversation.walked = None, 0
    tell(f"dropped the plan; {left} of its steps were not taken")


def _rest_of_plan(conversation: Conversation) -> list[Any]:
    plan = conversation.plan
    if plan is None:
        tell("no plan yet; :plan GOAL makes one")
        return []
    rest = list(plan.steps[conversation.walked :])
    if not rest:
        tell("the plan is done; :plan GOAL makes another")
    return rest


def _carry_out(conversation: Conversation, steps: list[Any]) -> None:
    """Performs steps one by one, so that it is known how far it got."""
    session = conversation.session

    def work() -> None:
        for step in steps:
            session.bounded(lambda: session.guarded(lambda: session.acting.execute([step])))  # noqa: B023
            conversation.walked += 1

    conversation.acting(work)


def why_command(conversation: Conversation, rest: str) -> None:
    """Explains the last step, a step of the plan by number, the last failure, or a goal."""
    if world_of(conversation) is None:
        return
    session = conversation.session
    acting, plan = session.acting, conversation.plan
    if rest.isdecimal():
        if plan is None or not 1 <= int(rest) <= len(plan.steps):
            tell(f"the plan has no step {rest}" if plan else "no plan yet; :plan GOAL makes one")
            return
        tell(acting.why(plan.steps[int(rest) - 1]))
    elif rest:
        _why_not(conversation, goal_of(conversation, rest))
    elif conversation.error is not None:
        _why_error(conversation)
    elif plan is not None and not (conversation.walked or acting.history.steps):
        for number, step in enumerate(plan.steps[:10], 1):
            tell(f"{number}. {acting.why(step)}")
    else:
        tell(acting.why(None))


def _why_not(conversation: Conversation, goal: GoalValue) -> None:
    session = conversation.session
    if goal.formula is not None:
        tell(session.bounded(lambda: session.guarded(lambda: session.acting.why_not(goal))))


def _why_error(conversation: Conversation) -> None:
    """Why the last input failed: the obstacles of its goal where it had one."""
    acting = conversation.session.acting
    goals = [details for kind, details in conversation.events if kind == "goal"]
    assert conversation.error is not None
    tell(f"  {conversation.error.diagnostics[0].title}")
    failed = [details for kind, details in conversation.events if kind in ("failed", "deviation")]
    if failed:
        tell(acting.why(acting.step_value(failed[-1]["step"])))
    elif goals:
        _why_not(conversation, acting.goal_value(goals[-1]["text"]))
