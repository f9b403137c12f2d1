"""Acting in random worlds, with faults, wrong observations and events: whatever happens, no step
begins with a false precondition, every run ends, and the journal says what happened.

What happens is decided by a seed and written down here; worlds are folded from the journal without
the code that acted in them.
"""

from __future__ import annotations

import io
import random
import tempfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from planscript.runtime.errors import run_error
from planscript.runtime.handlers import Handler
from planscript.runtime.journal import Journal
from planscript.runtime.pddl.model import Atom
from planscript.runtime.session import Session

RETRIES, REPLANS, MOST_STEPS = 2, 6, 25
Literals = Mapping[str, bool]


@dataclass(frozen=True)
class Deed:
    """An action without parameters, or one that looks whether a fact holds."""

    before: Literals
    after: Literals
    sees: str | None = None


@dataclass(frozen=True)
class Setting:
    """A world, a goal, and how much goes wrong."""

    facts: tuple[str, ...]
    init: frozenset[str]
    unknown: frozenset[str]
    deeds: Mapping[str, Deed]
    goal: Literals
    keeping: Literals
    avoiding: str | None
    seed: int
    trouble: float


def said(literals: Literals) -> str:
    return " and ".join(f"{'' if holds else 'not '}{fact}()" for fact, holds in literals.items())


def setting_of(seed: int, trouble: float) -> Setting:
    """A random world in which every fact can be changed, and a goal that a random walk reached."""
    chance = random.Random(seed)
    facts = tuple(f"p{i}" for i in range(chance.randint(3, 6)))

    def literals(most: int) -> Literals:
        chosen = chance.sample(facts, chance.randint(0, most))
        return {fact: chance.random() < 0.5 for fact in chosen}

    deeds = {}
    for i, fact in enumerate(facts):
        deeds[f"a{i}"] = Deed(literals(2), {**literals(1), fact: True})
        deeds[f"b{i}"] = Deed(literals(2), {**literals(1), fact: False})
    unknown = frozenset(chance.sample(facts, chance.choice((0, 0, 1, 2))))
    deeds |= {f"look_{fact}": Deed(literals(1), {}, fact) for fact in sorted(unknown)}
    init = {fact for fact in facts if chance.random() < 0.5} - unknown
    now = {fact: fact in init for fact in facts}
    for _ in range(12):
        fit = [d for d in deeds.values() if all(now[f] == holds for f, holds in d.before.items())]
        now.update(chance.choice(fit).after if fit else {})
    differs = [fact for fact in facts if now[fact] != (fact in init)] or [facts[0]]
    goal = {fact: now[fact] for fact in chance.sample(differs, min(3, len(differs)))}
    kept = chance.choice(facts)
    keeping = {kept: kept in init} if kept not in goal and chance.random() < 0.2 else {}
    avoiding = chance.choice(sorted(deeds)) if chance.random() < 0.3 else None
    return Setting(facts, frozenset(init), unknown, deeds, goal, keeping, avoiding, seed, trouble)


def world_of(one: Setting) -> str:
    lines = ["domain d:"]
    lines += [f"    predicate {fact}()" for fact in one.facts]
    for name, deed in one.deeds.items():
        lines.append(f"    action {name}():")
        lines += [f"        precondition: {said(deed.before)}"] if deed.before else []
        lines += [f"        effect: {said(deed.after)}"] if deed.after else []
        lines += [f"        observe: {deed.sees}()"] if deed.sees else []
    lines.append("world w of d:")
    for what, facts in (("init", one.init), ("unknown", one.unknown)):
        if facts:
            lines.append(f"    {what}: " + ", ".join(f"{fact}()" for fact in sorted(facts)))
    if not one.init and not one.unknown:
        lines.append("    pass")
    return "\n".join(lines) + "\n"


def task_of(one: Setting) -> str:
    keeping = f" keeping {said(one.keeping)}" if one.keeping else ""
    avoiding = f" avoiding {one.avoiding}" if one.avoiding else ""
    options = f"retries={RETRIES}, replans={REPLANS}, max_actions={MOST_STEPS}"
    lines = [f"achieve {said(one.goal)}{keeping}{avoiding} with {options}"]
    lines += ["else:", '    print("gave up")', 'print("end")']
    return "\n".join(lines) + "\n"


@dataclass
class Town:
    """What really happens: handlers that fail, observe something else, or let events come in."""

    setting: Setting
    session: Session
    replayed: bool = False
    begun: list[str] = field(default_factory=list)
    failed: Counter[str] = field(default_factory=Counter)
    interrupted: bool = False

    def __post_init__(self) -> None:
        self.chance = random.Random(self.setting.seed)

    def hear(self, kind: str, details: Mapping[str, Any]) -> None:
        if kind == "failed":
            self.failed[details["step"].name] += 1

    def attend(self) -> None:
        """Handles each action of the domain, as soon as there is one."""
        for name in self.setting.deeds:
            self.session.acting.handlers[name] = Handler(lambda name=name: self.do(name))

    def known(self, literals: Literals) -> bool:
        world = self.session.acting.current_world()
        return all(
            Atom(fact) not in world.unknown and (Atom(fact) in world.state) == holds
            for fact, holds in literals.items()
        )

    def do(self, name: str) -> Any:
        deed = self.setting.deeds[name]
        assert self.known(deed.before), f"{name} began with a false precondition"
        assert self.known(self.setting.keeping), f"{name} began where `keeping` was broken"
        assert name != self.setting.avoiding
        assert not self.interrupted, f"{name} began after an interrupt"
        assert self.failed[name] <= RETRIES, f"{name} was tried too often"
        self.begun.append(name)
        for _ in range(3):
            if self.chance.random() < self.setting.trouble / 3:
                self.happen()
        told: dict[str, bool] = {}
        if deed.sees is not None and self.chance.random() > self.setting.trouble / 4:
            told[f"{deed.sees}()"] = self.chance.random() < 0.5
        if self.chance.random() < self.setting.trouble:
            told[f"{self.chance.choice(self.setting.facts)}()"] = self.chance.random() < 0.5
        if self.chance.random() < self.setting.trouble:
            raise run_error("ActionFailed", "a fault")
        return told

    def happen(self) -> None:
        """An event comes in from outside: facts, nonsense, now and then an order to stop."""
        fact, holds = self.chance.choice(self.setting.facts), self.chance.random() < 0.5
        stop = self.chance.random() < 0.05
        text = "nonsense(" if self.chance.random() < 0.1 else said({fact: holds})
        if not self.replayed:
            self.session.inbox.post(text, stop and text != "nonsense(")
        self.interrupted = self.interrupted or (stop and text != "nonsense(")


def run(one: Setting, journal: Journal) -> tuple[Town, str, frozenset[str], list[str]]:
    """One run of the script; what happened, what was printed, the world at the end, the events."""
    out, heard = io.StringIO(), []

    def emit(kind: str, details: Mapping[str, Any]) -> None:
        if kind not in ("planning", "planned"):  # these only tell of progress
            heard.append(kind)
        town.hear(kind, details)

    session = Session(stdout=out, journal=journal, emit=emit)
    town = Town(one, session, journal.mode == "replay")
    session.evaluate(world_of(one))
    town.attend()
    session.evaluate(task_of(one))
    state = frozenset(atom.name for atom in session.acting.current_world().state)
    return town, out.getvalue(), state, heard


def folded(one: Setting, journal: Journal) -> frozenset[str]:
    """The world at the end, from the records alone."""
    state = set(one.init)

    def tell(literals: list[str]) -> None:
        for literal in literals:
            name = literal.removeprefix("not ").removesuffix("()")
            (state.discard if literal.startswith("not ") else state.add)(name)

    for record in journal.records():
        match record.kind:
            case "done" | "failed":
                name = record.data["step"].removesuffix("()")
                worked = record.kind == "done" or record.data["reason"] != "a fault"
                after = one.deeds[name].after if worked else {}
                tell([f"{'' if holds else 'not '}{fact}()" for fact, holds in after.items()])
                tell(record.data["observed"])
            case "event":
                tell(record.data["facts"])
    return frozenset(state)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([0.0, 0.1, 0.3, 0.5]))
def test_whatever_happens_acting_keeps_its_promises(seed: int, trouble: float) -> None:
    one = setting_of(seed, trouble)
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "run.db")
        journal = Journal(path, "record")
        town, printed, state, heard = run(one, journal)
        records = list(journal.records())
        assert len(town.begun) <= MOST_STEPS and heard.count("plan") <= REPLANS + 1
        achieved = printed == "end\n"
        assert achieved or printed == "gave up\nend\n"
        if achieved:
            assert town.known(one.goal) and town.known(one.keeping)
        # The journal is what happened: the steps, how each ended, the text, the world at the end.
        steps = [r.data["step"].removesuffix("()") for r in records if r.kind == "step"]
        assert steps == town.begun
        ended = [r.data["step"] for r in records if r.kind in ("done", "failed")]
        assert ended == [f"{name}()" for name in steps]
        assert "".join(r.data for r in records if r.kind == "print") == printed
        assert folded(one, journal) == state
        journal.close()
        # A replay does the same, and nothing else.
        again = Journal(path, "replay")
        assert run(one, again)[1:] == (printed, state, heard)
        assert not again.replaying
        again.close()
