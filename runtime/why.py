"""Why a step: from the words of the goal through its meaning, the plan and the handler to what was
seen. And why not a goal: what stands in its way. In English and Chinese.

Listens to what happens; it neither plans nor acts.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from planscript.runtime.goals.say import Speaker
from planscript.runtime.pddl.model import Atom, Formula, Not, Problem
from planscript.runtime.planner.causal_links import START, causal_links
from planscript.runtime.planner.explain import Blocked, Diagnosis, Unreachable, plain

MOST_PLANS = 50  # that are remembered
Literal = tuple[Atom, bool]


@dataclass
class MadePlan:
    """A plan that was made: for which goal, in which problem, as which of its plans."""

    goal: Formula
    text: str  # the goal in the user's words; empty where it was a formula
    problem: Problem
    planned: tuple[Atom, ...]  # as the planner has it
    steps: tuple[Atom, ...]  # as they are carried out
    number: int


@dataclass
class DoneStep:
    """A step that was begun: its plan, how it was carried out, how it ended, what was seen."""

    step: Atom
    plan: MadePlan | None
    handler: str
    outcome: str = ""  # "done", "failed", or empty
    reason: str = ""
    observed: Sequence[Literal] = ()
    missing: frozenset[Atom] = frozenset()
    unexpected: frozenset[Atom] = frozenset()


@dataclass
class History:
    """The plans and steps of a session, the latest last."""

    plans: deque[MadePlan] = field(default_factory=lambda: deque(maxlen=MOST_PLANS))
    steps: deque[DoneStep] = field(default_factory=lambda: deque(maxlen=MOST_PLANS * 20))

    def hear(self, kind: str, details: Mapping[str, Any]) -> None:
        """Takes note of how a step ended."""
        step = details.get("step")
        last = next((one for one in reversed(self.steps) if one.step == step), None)
        if last is None:
            return
        if kind in ("done", "failed"):
            last.outcome, last.reason = kind, str(details.get("reason", ""))
            last.observed = tuple(details.get("observed", ()))
        elif kind == "deviation":
            last.missing = frozenset(details["missing"])
            last.unexpected = frozenset(details["unexpected"])

    def of_step(self, step: Atom) -> tuple[MadePlan | None, DoneStep | None]:
        """The latest plan with this step, and how it was carried out, if it was."""
        done = next((one for one in reversed(self.steps) if one.step == step), None)
        plan = next((one for one in reversed(self.plans) if step in one.steps), None)
        return (done.plan if done is not None and done.plan is not None else plan), done

    def earlier(self, done: DoneStep) -> Sequence[DoneStep]:
        """The times that the same step of the same plan was begun before."""
        same = [o for o in self.steps if o.step == done.step and o.plan is done.plan]
        return same[:-1]


_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "asked": "You asked: “{text}”",
        "meant": "That means: {words}",
        "plan": "Plan {number} for it has {count} steps; this is step {index}.",
        "for goal": "It makes it true that {fact}, which is wanted.",
        "for step": "It makes it true that {fact}, which step {index} ({step}) needs.",
        "useless": "Nothing later in the plan needs it.",
        "handler": "It was carried out by {handler}.",
        "simulated": "It has no handler: its effects were taken to happen.",
        "done": "It was done.",
        "failed": "It failed: {reason}.",
        "before": "Attempts that failed before: {times}; the last one: {reason}.",
        "observed": "Observed: {facts}.",
        "missing": "Expected, but not so: {facts}.",
        "unexpected": "Not expected: {facts}.",
        "not yet": "It has not been carried out.",
        "unknown": "No plan of this session has the step {step}.",
        "nothing": "No step has been carried out yet.",
        "holds": "It holds already: {words}",
        "reachable": "Nothing stands in the way; {count} steps lead there. {plan}",
        "limit": "No plan was found within the limits ({note}).",
        "clash": "{fact}: wanted both true and false.",
        "hinder": "No part of it is out of reach by itself; the parts, or the steps towards them, "
        "hinder each other.",
        "rivals": "These can never hold together: {facts}.",
        "rival": "It can never hold that {fact}, though nothing it needs is out of reach by itself.",
        "never": "It can never hold that {fact}.",
        "no achiever": "No action ever makes it true that {fact}.",
        "blocked": "“{step}” would make it so, but for that it must hold that {fact}.",
        "no object": "There is no {fact}.",
        "circular": "That would have to hold before itself.",
        "unsure": "Nobody knows whether {facts}.",
        "join": "; ",
        "space": "\n",
    },
    "zh": {
        "asked": "您的要求：“{text}”",
        "meant": "意思是：{words}",
        "plan": "为此制定的第{number}个计划共{count}步，这是第{index}步。",
        "for goal": "这一步使“{fact}”成立，而这正是目标所要求的。",
        "for step": "这一步使“{fact}”成立，第{index}步（{step}）需要它。",
        "useless": "计划后面的步骤都不需要它。",
        "handler": "由 {handler} 执行。",
        "simulated": "没有执行它的程序，按其效果已发生处理。",
        "done": "已完成。",
        "failed": "失败了：{reason}。",
        "before": "此前失败过{times}次，最后一次的原因：{reason}。",
        "observed": "观察到：{facts}。",
        "missing": "预期但没有发生：{facts}。",
        "unexpected": "意料之外：{facts}。",
        "not yet": "还没有执行。",
        "unknown": "本次会话的计划里没有 {step} 这一步。",
        "nothing": "还没有执行过任何步骤。",
        "holds": "已经成立：{words}",
        "reachable": "没有什么阻碍，{count}步就能达到。{plan}",
        "limit": "在限制之内没有找到计划（{note}）。",
        "clash": "“{fact}”既要成立又要不成立。",
        "hinder": "单独看每一部分都能达到，但这些部分或其步骤互相妨碍。",
        "rivals": "这些永远不会同时成立：{facts}。",
        "rival": "“{fact}”永远不会成立，尽管它需要的每一项单独看都能达到。",
        "never": "“{fact}”永远不会成立。",
        "no achiever": "没有任何动作能使“{fact}”成立。",
        "blocked": "“{step}”本可做到，但需要“{fact}”成立。",
        "no object": "不存在{fact}。",
        "circular": "那需要它自己先成立。",
        "unsure": "不知道是否：{facts}。",
        "join": "；",
        "space": "\n",
    },
}


@dataclass(frozen=True)
class Explainer:
    """Puts reasons into the words of one speaker."""

    speaker: Speaker

    def _line(self, key: str, **parts: Any) -> str:
        words = _WORDS.get(self.speaker.language, _WORDS["en"])
        return words[key].format(**parts)

    def _facts(self, literals: Sequence[Literal]) -> str:
        said = [self.speaker.fact(atom, positive) for atom, positive in literals]
        return self._line("join").join(said)

    def unsure(self, facts: Iterable[Atom]) -> str:
        """That these facts are not known; empty where there are none."""
        literals = [(atom, True) for atom in sorted(facts, key=plain)]
        return self._line("unsure", facts=self._facts(literals)) if literals else ""

    # ------------------------------------------------ why a step

    def why(self, step: Atom | None, history: History) -> str:
        """The chain from the goal's words to what was seen when the step was carried out."""
        if step is None:
            if not history.steps:
                return self._line("nothing")
            step = history.steps[-1].step
        plan, done = history.of_step(step)
        if plan is None and done is None:
            return self._line("unknown", step=plain(step))
        lines = [str(self.speaker.rules.sentence(self.speaker.step(step)))]
        if plan is not None:
            lines += self._why_planned(step, plan)
        if done is None:
            return "\n".join([*lines, self._line("not yet")])
        reasons = [before.reason for before in history.earlier(done) if before.outcome == "failed"]
        if reasons:
            lines.append(self._line("before", times=len(reasons), reason=reasons[-1].rstrip(".。")))
        lines += self._how_done(done)
        return "\n".join(lines)

    def _why_planned(self, step: Atom, plan: MadePlan) -> list[str]:
        lines = [self._line("asked", text=" ".join(plan.text.split()))] if plan.text else []
        lines.append(self._line("meant", words=self.speaker.goal(plan.goal)))
        index = plan.steps.index(step)
        lines.append(self._line("plan", number=plan.number, count=len(plan.steps), index=index + 1))
        purposes = []
        for link in causal_links(plan.problem, plan.planned):
            if link.producer != index or link.producer == START:
                continue
            literal = link.literal
            atom, positive = (literal.part, False) if isinstance(literal, Not) else (literal, True)
            if not isinstance(atom, Atom) or atom.name not in self.speaker.domain.predicates:
                continue
            fact = self.speaker.fact(atom, positive)
            if link.consumer >= len(plan.steps):
                purposes.append(self._line("for goal", fact=fact))
            else:
                said = self.speaker.step(plan.steps[link.consumer])
                purposes.append(
                    self._line("for step", fact=fact, index=link.consumer + 1, step=said)
                )
        return lines + (list(dict.fromkeys(purposes)) or [self._line("useless")])

    def _how_done(self, done: DoneStep) -> list[str]:
        lines = [
            self._line("handler", handler=done.handler) if done.handler else self._line("simulated")
        ]
        if done.outcome == "done":
            lines.append(self._line("done"))
        elif done.outcome == "failed":
            lines.append(self._line("failed", reason=done.reason.rstrip(".。")))
        if done.observed:
            lines.append(self._line("observed", facts=self._facts(done.observed)))
        for key, atoms in (("missing", done.missing), ("unexpected", done.unexpected)):
            known = [a for a in atoms if a.name in self.speaker.domain.predicates]
            if known:
                facts = self._facts([(a, True) for a in sorted(known, key=plain)])
                lines.append(self._line(key, facts=facts))
        return lines

    # ------------------------------------------------ why not a goal

    def holds(self, goal: Formula) -> str:
        """The goal holds already."""
        return self._line("holds", words=self.speaker.goal(goal))

    def reachable(self, steps: Sequence[Atom]) -> str:
        """There is a plan."""
        return self._line("reachable", count=len(steps), plan=self.speaker.plan(steps))

    def limit(self, note: str) -> str:
        """The planner gave up."""
        return self._line("limit", note=note)

    def unreachable(self, diagnosis: Diagnosis) -> str:
        """What stands in the way, each cause down to its root."""
        if diagnosis.contradiction is not None:
            return self._line("clash", fact=self.speaker.fact(diagnosis.contradiction))
        if not diagnosis.causes:
            return self._rivals(diagnosis.rivals)
        lines: list[str] = []
        for cause in diagnosis.causes:
            lines += self._cause(cause)
        return "\n".join(dict.fromkeys(lines))

    def _rivals(self, parts: Sequence[Formula]) -> str:
        facts = [self._formula(part) for part in parts]
        if len(facts) == 1:
            return self._line("rival", fact=facts[0])
        return (
            self._line("rivals", facts=self._line("join").join(facts))
            if facts
            else self._line("hinder")
        )

    def _cause(self, cause: Unreachable) -> list[str]:
        lines: list[str] = []
        node: Unreachable | None = cause
        while node is not None:
            below: Unreachable | None = None
            if node.blocked:
                first: Blocked = node.blocked[0]
                below = first.needs
                if node is cause:
                    lines.append(self._line("never", fact=self._formula(node.formula)))
                by = plain(first.by) if first.is_axiom else self._step(first.by)
                lines.append(self._line("blocked", step=by, fact=self._formula(below.formula)))
            elif node.parts:
                below = node.parts[0]
            elif node.why in ("no achiever", "no object", "circular"):
                lines.append(self._line(node.why, fact=self._formula(node.formula)))
            elif node is cause:
                lines.append(self._line("never", fact=self._formula(node.formula)))
            node = below
        return lines

    def _bound(self, formula: Formula) -> Mapping[str, str]:
        """Words for the variables, which stand for any object of their types."""
        atom = formula.part if isinstance(formula, Not) else formula
        if not isinstance(atom, Atom):
            return {}
        domain = self.speaker.domain
        declared = domain.actions.get(atom.name) or domain.predicates.get(atom.name)
        found: dict[str, str] = {}
        for term, parameter in zip(
            atom.args, declared.parameters if declared else (), strict=False
        ):
            if term.startswith("?"):
                found[term] = str(self.speaker.rules.some(self.speaker.kind(parameter.types)))
        return found

    def _formula(self, formula: Formula) -> str:
        return self.speaker.formula(formula, self._bound(formula))

    def _step(self, step: Atom) -> str:
        return self.speaker.step(step, self._bound(step))
