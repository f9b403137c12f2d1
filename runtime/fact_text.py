"""Facts as text, `on(apple, table) and not free()`: from events, files and handlers in Python."""

from __future__ import annotations

import re
from typing import Any

from planscript.lang.diagnostics import PlanscriptError, did_you_mean
from planscript.runtime.errors import run_error
from planscript.runtime.lowering import check_formula
from planscript.runtime.pddl.model import Atom
from planscript.runtime.sensing import Literal
from planscript.runtime.world import World

_FACT = re.compile(r"\s*(?P<no>not\s+)?(?P<name>[^\W\d][\w-]*)\s*(?:\((?P<args>[^()]*)\))?\s*")
_JOIN = re.compile(r"and\b|,")


def literals_of(text: str, world: World) -> tuple[Literal, ...]:
    """The literals that a text of facts, joined by `and` or commas, names.

    Raises ValueError of the language for anything that is no fact of the world.
    """
    found: list[Literal] = []
    position = 0
    while True:
        match = _FACT.match(text, position)
        if match is None:
            raise run_error(
                "ValueError",
                f'"{text}" does not read as facts of the world',
                hint='such as "on(apple, table) and not hand_empty()"',
            )
        args = [arg.strip() for arg in (match["args"] or "").split(",")]
        atom = _checked(match["name"], [arg for arg in args if arg], world)
        found.append((atom, match["no"] is None))
        position = match.end()
        if position == len(text):
            return tuple(found)
        joined = _JOIN.match(text, position)
        position = joined.end() if joined else len(text) + 1


def observed_facts(result: Any, world: World) -> tuple[Literal, ...]:
    """The facts in what a handler returned: text, a list of texts, or a map from text to truth.

    Anything else (none, true, a number) tells nothing.
    """
    match result:
        case str():
            return literals_of(result, world)
        case dict():
            told: list[Literal] = []
            for text, holds in result.items():
                for atom, positive in literals_of(str(text), world):
                    told.append((atom, positive == bool(holds)))
            return tuple(told)
        case list() | tuple() | set():
            return tuple(one for text in result for one in literals_of(str(text), world))
    return ()


def _checked(name: str, args: list[str], world: World) -> Atom:
    key = world.names.to_model(name)
    if key not in world.domain.predicates or key in world.domain.derived:
        known = [n for n in world.domain.predicates if n not in world.domain.derived]
        raise run_error(
            "ValueError",
            f"no predicate `{name}` that could be told",
            hint=did_you_mean(name, map(world.names.to_script, known)),
        )
    atom = Atom(key, tuple(map(world.names.to_model, args)))
    for given, arg in zip(args, atom.args, strict=True):
        if arg not in world.objects:
            hint = did_you_mean(given, map(world.names.to_script, world.objects))
            raise run_error("ValueError", f"no object `{given}` in the world", hint=hint)
    try:
        check_formula(atom, world.domain, world.objects, world.names)
    except PlanscriptError as error:
        raise run_error("ValueError", error.diagnostics[0].title) from None
    return atom
