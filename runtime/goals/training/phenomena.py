"""What makes a goal hard: the phenomena of language and logic that a row shows.

For tables of accuracy by phenomenon. They are read off the gold goal and the text; a row may show
several, or none but its number of atoms.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from planscript.runtime.pddl.model import (
    And,
    Atom,
    Equals,
    Exists,
    ForAll,
    Formula,
    Imply,
    Not,
    Or,
    Parameter,
)

ORDER = (
    "1 atom",
    "2 atoms",
    "3 atoms",
    "4 atoms and more",
    "negation",
    "disjunction",
    "implication",
    "for all",
    "exists",
    "counting",
    "by property",
    "not by name",
    "other script",
)


def phenomena(goal: Formula, text: str, objects: Mapping[str, Parameter]) -> list[str]:
    """The phenomena of a row, in the order of `ORDER`.

    "counting" is a quantifier over things that have to be distinct ("two mugs"); "by property" is one
    that is narrowed by more than a type ("the dirty plates"); "not by name" is an object of the goal
    none of whose name's words stand in the text ("the other one", a synonym).
    """
    parts = list(_parts(goal))
    atoms = sum(isinstance(part, Atom) for part in parts)
    found = {f"{atoms} atom{'s' if atoms > 1 else ''}" if atoms < 4 else "4 atoms and more"}
    for part in parts:
        match part:
            case Not(Atom()) | Not(Or()) | Not(And()) | Not(Exists()) | Not(ForAll()):
                found.add("negation")
            case Or():
                found.add("disjunction")
            case ForAll(_, body):
                found.add("for all")
                if isinstance(body, Imply):
                    found.add("by property")
            case Exists(_, body):
                found.add("exists")
                inner = body.parts if isinstance(body, And) else (body,)
                if any(isinstance(one, Not) and isinstance(one.part, Equals) for one in inner):
                    found.add("counting")
                elif sum(isinstance(one, Atom) for one in inner) > 1:
                    found.add("by property")
            case Imply():
                found.add("implication")
    low = text.lower()
    if low.isascii():
        named = {a for part in parts if isinstance(part, Atom) for a in part.args if a in objects}
        if any(not _is_named(name, low) for name in named):
            found.add("not by name")
    else:
        found.add("other script")
    return [one for one in ORDER if one in found]


def _parts(goal: Formula) -> Iterator[Formula]:
    """The formula and all formulas in it."""
    todo = [goal]
    while todo:
        part = todo.pop()
        yield part
        match part:
            case Not(inner):
                todo.append(inner)
            case And(parts) | Or(parts):
                todo.extend(parts)
            case Imply(left, right):
                todo += [left, right]
            case Exists(_, body) | ForAll(_, body):
                todo.append(body)


def _is_named(name: str, text: str) -> bool:
    words = re.findall(r"[^\W\d_]+|\d+", name)
    return any(word in text for word in words)
