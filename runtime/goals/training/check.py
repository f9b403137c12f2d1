"""Checks corpus folders: types, arity, objects, glosses, duplicates, and that goals can be reached.

    python -m planscript.runtime.goals.training.check DIR... [--plan] [--seconds 5]

DIR is a domain folder or a folder of them. Whether a text and its goal agree, nobody but a reader
can say.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from planscript.lang.diagnostics import PlanscriptError
from planscript.runtime.goals.training.corpus import World, read_world
from planscript.runtime.pddl.model import (
    Action,
    And,
    Atom,
    Equals,
    Exists,
    ForAll,
    Formula,
    Imply,
    Not,
    Or,
    Predicate,
    Problem,
)

WANTED = {"en": 35, "zh": 8, "refused": 5}  # a folder with fewer rows gets a warning


@dataclass
class Findings:
    """What is wrong with a folder; `counts` are its rows by language and kind."""

    name: str
    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)


def check_folder(folder: Path) -> tuple[Findings, World | None]:
    """Reads a domain folder and looks for what a reader of PDDL would not notice."""
    findings = Findings(folder.name)
    try:
        world = read_world(folder)
    except (PlanscriptError, OSError) as problem:
        findings.errors.append(_message(problem))
        return findings, None
    _check_rows(world, findings)
    _check_glosses(world, findings)
    domain = world.domain
    if set(domain.types) & set(world.objects):
        clash = ", ".join(sorted(set(domain.types) & set(world.objects)))
        findings.errors.append(f"objects named like types: {clash}")
    for name in domain.predicates:
        asked = any(name in _names(row.goal) for row in world.rows if row.goal is not None)
        if not asked:
            findings.warnings.append(f"no goal mentions `{name}`")
    for kind, wanted in WANTED.items():
        if findings.counts[kind] < wanted:
            findings.warnings.append(f"{findings.counts[kind]} rows of {kind}, want {wanted}")
    return findings, world


def _message(problem: Exception) -> str:
    if isinstance(problem, PlanscriptError) and problem.diagnostics:
        first = problem.diagnostics[0]
        place = f"{first.span.source}:{first.span.line}: " if first.span else ""
        return f"{place}{first.title} {first.hint}".strip()
    return str(problem)


def _check_rows(world: World, findings: Findings) -> None:
    seen: dict[str, int] = {}
    static = set(world.domain.predicates) - world.domain.changed
    for row in world.rows:
        place = f"goals.tsv:{row.line}"
        findings.counts["refused" if row.goal is None else row.lang] += 1
        key = re.sub(r"\W+", " ", row.text.lower()).strip() or row.text
        if key in seen:
            findings.errors.append(f"{place}: same text as line {seen[key]}")
        seen[key] = row.line
        if row.text != row.text.strip() or not row.text:
            findings.errors.append(f"{place}: empty text or spaces around it")
        if row.lang == "zh" and not re.search(r"[\u4e00-\u9fff]", row.text):
            findings.errors.append(f"{place}: no Chinese in a Chinese row")
        if row.goal is not None:
            findings.errors += [f"{place}: {fault}" for fault in _faults(row.goal)]
            if _names(row.goal) and _names(row.goal) <= static:
                findings.errors.append(f"{place}: no action changes anything in this goal")


def _check_glosses(world: World, findings: Findings) -> None:
    symbols: list[Predicate | Action] = [
        *world.domain.predicates.values(),
        *world.domain.actions.values(),
    ]
    for symbol in symbols:
        for lang in ("en", "zh"):
            gloss = symbol.gloss.get(lang)
            if gloss is None:
                findings.errors.append(f"`{symbol.name}` has no gloss in {lang}")
                continue
            known = {parameter.name.lstrip("?") for parameter in symbol.parameters}
            unknown = set(re.findall(r"\{(\w*)\}", gloss)) - known
            if unknown:
                findings.errors.append(f"gloss of `{symbol.name}` ({lang}): {sorted(unknown)}")
    for symbol in world.domain.predicates.values():
        for parameter in symbol.parameters:
            name = "{" + parameter.name.lstrip("?") + "}"
            for lang, gloss in symbol.gloss.items():
                if name not in gloss:
                    findings.errors.append(f"gloss of `{symbol.name}` ({lang}) lacks {name}")


def _faults(goal: Formula) -> Iterator[str]:
    """Unused variables, variables declared twice, and parts said twice."""
    todo: list[tuple[Formula, frozenset[str]]] = [(goal, frozenset())]
    while todo:
        formula, bound = todo.pop()
        match formula:
            case ForAll(parameters, body) | Exists(parameters, body):
                used = _terms(body)
                for parameter in parameters:
                    if parameter.name not in used:
                        yield f"variable {parameter.name} is not used"
                    if parameter.name in bound:
                        yield f"variable {parameter.name} is declared twice"
                todo.append((body, bound | {p.name for p in parameters}))
            case And(parts) | Or(parts):
                if len(set(parts)) < len(parts):
                    yield "a part is said twice"
                todo += [(part, bound) for part in parts]
            case Imply(left, right):
                todo += [(left, bound), (right, bound)]
            case Not(part):
                todo.append((part, bound))
            case _:
                pass


def _terms(goal: Formula) -> set[str]:
    found: set[str] = set()
    for part in _simple(goal):
        found.update((part.left, part.right) if isinstance(part, Equals) else part.args)
    return found


def _names(goal: Formula) -> set[str]:
    return {part.name for part in _simple(goal) if not isinstance(part, Equals)}


def _simple(goal: Formula) -> Iterator[Atom | Equals]:
    todo = [goal]
    while todo:
        formula = todo.pop()
        match formula:
            case ForAll(_, body) | Exists(_, body) | Not(body):
                todo.append(body)
            case And(parts) | Or(parts):
                todo.extend(parts)
            case Imply(left, right):
                todo += [left, right]
            case Atom() | Equals():
                yield formula


def unreachable(world: World, seconds: float) -> Iterator[tuple[int, str]]:
    """Rows whose goal our planner does not reach in `seconds`: (line, status)."""
    from planscript.runtime.planner.solve import Options, solve

    for row in world.rows:
        if row.goal is None or world.init is None:
            continue
        problem = Problem(world.name, world.domain, world.objects, world.init, row.goal)
        result = solve(problem, Options(search="fast", timeout=seconds))
        if result.plan is None:
            yield row.line, getattr(result.status, "value", str(result.status))


def main(arguments: Sequence[str] | None = None, say: Callable[[str], None] = print) -> int:
    """The command; returns 1 where an error was found."""
    parser = argparse.ArgumentParser(prog="check", description=__doc__.split("\n")[0])
    parser.add_argument("folders", nargs="+", type=Path, metavar="DIR")
    parser.add_argument("--plan", action="store_true", help="also plan for every goal (slow)")
    parser.add_argument("--seconds", type=float, default=5.0, help="time for each plan")
    options = parser.parse_args(arguments)
    folders: list[Path] = []
    for path in options.folders:
        inner = sorted(p.parent for p in path.glob("*/domain.pddl"))
        folders += [path] if (path / "domain.pddl").exists() else inner
    if not folders:
        say("no domain folder there")
        return 1
    bad = 0
    for folder in folders:
        findings, world = check_folder(folder)
        if options.plan and world is not None:
            for line, status in unreachable(world, options.seconds):
                findings.warnings.append(f"goals.tsv:{line}: no plan ({status})")
        counts = ", ".join(f"{number} {kind}" for kind, number in sorted(findings.counts.items()))
        say(f"{findings.name}: {counts or 'nothing read'}")
        for text in findings.errors:
            say(f"  error: {text}")
        for text in findings.warnings:
            say(f"  warning: {text}")
        bad += len(findings.errors)
    say(f"{len(folders)} folders, {bad} errors")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
