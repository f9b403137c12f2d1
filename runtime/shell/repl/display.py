"""What the REPL shows, shaped and bounded: worlds as tables, changes as a diff, plans as a list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from planscript.lang.diagnostics import display_width
from planscript.runtime.journal import call

if TYPE_CHECKING:
    from planscript.runtime.acting import Acting
    from planscript.runtime.pddl.model import Atom, Parameter
    from planscript.runtime.world import World

MOST_ROWS = 12  # facts of one predicate
MOST_LINES = 60  # of one table
MOST_CHANGES = 20
MOST_STEPS = 30


def bounded(lines: Sequence[str], most: int = MOST_LINES) -> list[str]:
    """The first lines, and how many more there are."""
    if len(lines) <= most:
        return list(lines)
    return [*lines[:most], f"  … {len(lines) - most} more"]


def padded(text: str, width: int) -> str:
    """The text, filled with blanks to a number of columns of a terminal."""
    return text + " " * (width - display_width(text))


def state_table(world: World, about: str = "") -> list[str]:
    """The facts that hold, a table for each predicate; those of which `about` names a part.

    Facts that are not known have a question mark.
    """
    rows: dict[str, list[tuple[str, ...]]] = {}
    for facts, mark in ((world.state, ""), (world.unknown, "?")):
        for fact in sorted(facts, key=lambda a: (a.name, a.args)):
            written = [world.names.to_script(part) for part in (fact.name, *fact.args)]
            if not about or about in written:
                rows.setdefault(written[0], []).append((*written[1:], *([mark] if mark else [])))
    width = max(map(display_width, rows), default=0)
    lines: list[str] = []
    for name, table in sorted(rows.items()):
        lines += _table(padded(name, width), table)
    return bounded(lines) if lines else ["  no fact holds" + (f" of `{about}`" if about else "")]


def _table(name: str, rows: Sequence[tuple[str, ...]]) -> list[str]:
    shown = rows[:MOST_ROWS]
    columns = max(map(len, shown))
    widths = [max(display_width(r[i]) for r in shown if i < len(r)) for i in range(columns)]
    lines = []
    for number, row in enumerate(shown):
        cells = "  ".join(padded(cell, w) for cell, w in zip(row, widths, strict=False))
        head = name if number == 0 else " " * display_width(name)
        lines.append(f"  {head}  {cells or 'true'}".rstrip())
    if len(rows) > len(shown):
        lines.append(f"  {' ' * display_width(name)}  … {len(rows) - len(shown)} more")
    return lines


def difference(world: World, before: frozenset[Atom], after: frozenset[Atom]) -> list[str]:
    """What became true (+) and what became false (-)."""
    gone = [f"  - {world.say_fact(fact)}" for fact in before - after]
    new = [f"  + {world.say_fact(fact)}" for fact in after - before]
    return bounded([*sorted(gone), *sorted(new)], MOST_CHANGES)


def plan_lines(acting: Acting, steps: Iterable[Any], cost: Any = None, done: int = 0) -> list[str]:
    """The steps of a plan, numbered, as calls and in words; the first `done` are ticked off."""
    atoms: list[Atom] = [getattr(step, "atom", step) for step in steps]
    speaker, say = acting.speaker(), acting.current_world().say_fact
    shown = atoms[:MOST_STEPS]
    width = max((display_width(say(step)) for step in shown), default=0)
    lines = []
    for number, step in enumerate(shown, 1):
        mark = "✓" if number <= done else " "
        lines.append(f" {mark}{number:>2}. {padded(say(step), width)}  {speaker.step(step)}")
    if len(atoms) > len(shown):
        lines.append(f"  … {len(atoms) - len(shown)} more steps")
    if not atoms:
        return ["  nothing to do"]
    count = f"{len(atoms)} step{'s' if len(atoms) != 1 else ''}"
    return [*lines, f"  {count}" + ("" if cost is None else f", cost {_number(cost)}")]


def _number(cost: Any) -> str:
    return str(cost) if getattr(cost, "denominator", 1) == 1 else f"{float(cost):g}"


def signature(name: str, parameters: Iterable[Parameter], acting: Acting) -> str:
    """A predicate or an action with its parameters and their types."""
    inside = ", ".join(
        f"{p.name.removeprefix('?')}: {' or '.join(map(acting.names.to_script, p.types))}"
        for p in parameters
    )
    return f"{acting.names.to_script(name)}({inside})"


def event_line(kind: str, details: Mapping[str, Any]) -> str:
    """An event that is told only where the user wants to see all; empty for others."""
    match kind:
        case "step":
            return f"  · step {call(details['step'])}"
        case "done" | "failed":
            seen = _literals(details.get("observed", ()))
            return f"  · {kind} {call(details['step'])}" + (f", observed {seen}" if seen else "")
        case "now":
            return f"  · told {_literals(details['facts'])}"
        case "achieved":
            return "  · achieved"
    return ""


def _literals(literals: Iterable[tuple[Atom, bool]]) -> str:
    return ", ".join(("" if positive else "not ") + call(atom) for atom, positive in literals)
