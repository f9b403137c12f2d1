"""The `:commands` of the REPL. Each is a function of the conversation and the rest of the line."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from planscript.lang.diagnostics import nearest
from planscript.runtime.journal import call

if TYPE_CHECKING:
    from planscript.runtime.shell.repl import Repl


def run_command(repl: Repl, line: str) -> None:
    """Runs `:name rest`; an unknown name is answered with the nearest one."""
    name, _, rest = line[1:].partition(" ")
    found = COMMANDS.get(name)
    if found is None:
        near = nearest(name, COMMANDS)
        print(f"no command :{name}" + (f"; did you mean :{near}?" if near else "; see :help"))
        return
    found[0](repl, rest.strip())


def _help(repl: Repl, rest: str) -> None:
    print("A line of Planscript is run. A line that begins with > is a goal to achieve.")
    print("A block ends with a blank line. Tab completes, Ctrl-R searches the history.")
    for name, (_, about) in COMMANDS.items():
        print(f"  :{name:<10} {about}")
    print("  NAME?       what a name is")


def _load(repl: Repl, rest: str) -> None:
    if not rest:
        print("usage: :load FILE")
    else:
        repl.load(rest)


def _domain(repl: Repl, rest: str) -> None:
    acting = repl.session.acting
    if acting.domain is None:
        print("no domain is in scope")
        return
    domain, names = acting.domain, acting.names
    print(f"domain {names.show(domain.name)}")

    def typed(parameters: object) -> str:
        return ", ".join(
            f"{p.name[1:]}: {' or '.join(map(names.to_script, p.types))}"
            for p in parameters  # type: ignore[attr-defined]
        )

    for kind, declared in (("predicate", domain.predicates), ("action", domain.actions)):
        for one in declared.values():
            gloss = one.gloss.get(acting.language, "")
            signature = f"{names.to_script(one.name)}({typed(one.parameters)})"
            print(f"  {kind} {signature}" + (f': "{gloss}"' if gloss else ""))


def _objects(repl: Repl, rest: str) -> None:
    acting = repl.session.acting
    if acting.world is None:
        print("no world is in scope")
        return
    kinds: dict[str, list[str]] = {}
    for key, declared in acting.world.objects.items():
        kind = " or ".join(map(acting.names.to_script, declared.types))
        kinds.setdefault(kind, []).append(acting.names.to_script(key))
    for kind, names in kinds.items():
        print(f"  {kind}: {', '.join(names[:40])}" + (" …" if len(names) > 40 else ""))


def _state(repl: Repl, rest: str) -> None:
    acting = repl.session.acting
    if acting.world is None:
        print("no world is in scope")
        return
    rows: dict[str, list[str]] = {}
    for fact in sorted(acting.world.state, key=lambda a: (a.name, a.args)):
        rows.setdefault(fact.name, []).append(", ".join(map(acting.names.to_script, fact.args)))
    width = max(map(len, rows), default=0)
    for name, facts in rows.items():
        shown = "; ".join(facts[:12]) + (f"; … {len(facts) - 12} more" if len(facts) > 12 else "")
        print(f"  {acting.names.to_script(name):<{width}}  {shown or 'true'}")


def _plan(repl: Repl, rest: str) -> None:
    if not rest:
        print("usage: :plan GOAL (in words)")
        return
    plan = repl.session.plan_text(rest)
    for number, step in enumerate(plan.steps, 1):
        words = repl.session.acting.speaker().step(step.atom)
        print(f"  {number}. {call(step.atom)}   {words}")
    print(f"  cost {plan.cost}")


def _undo(repl: Repl, rest: str) -> None:
    world = repl.session.acting.world
    if world is None or not world.log:
        print("nothing to undo")
        return
    change = world.log.pop()
    world.state = (world.state - change.added) | change.deleted
    for fact in sorted(map(world.say_fact, change.added)):
        print(f"  - {fact}")
    for fact in sorted(map(world.say_fact, change.deleted)):
        print(f"  + {fact}")


def _lock(repl: Repl, rest: str) -> None:
    text = repl.session.lock_text()
    if rest:
        repl.session.save_lock(rest)
        print(f"written to {rest}")
    else:
        print(text, end="")


def _quit(repl: Repl, rest: str) -> None:
    repl.leaving = True


COMMANDS: dict[str, tuple[Callable[[Repl, str], None], str]] = {
    "help": (_help, "this page"),
    "load": (_load, "run a script; its names stay"),
    "domain": (_domain, "the domain in scope: predicates and actions"),
    "objects": (_objects, "the objects of the world, by type"),
    "state": (_state, "the facts that hold now"),
    "plan": (_plan, "a plan for a goal in words, not carried out"),
    "undo": (_undo, "take back the last change of the world"),
    "lock": (_lock, "the goals compiled so far; with FILE, write them there"),
    "quit": (_quit, "leave (also Ctrl-D)"),
}
