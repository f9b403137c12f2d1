"""Builds and rewrites formulas in negation normal form: no implication, `not` only before atoms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from planscript.runtime.pddl.model import (
    FALSE,
    TRUE,
    And,
    Atom,
    Equals,
    Exists,
    ForAll,
    Formula,
    Not,
    Or,
)


def conjunction(parts: Iterable[Formula]) -> Formula:
    """All of the parts: nested conjunctions are flattened, trivial parts removed."""
    flat: dict[Formula, None] = {}
    for part in parts:
        if part == FALSE:
            return FALSE
        flat.update(dict.fromkeys(part.parts if isinstance(part, And) else (part,)))
    return next(iter(flat)) if len(flat) == 1 else And(tuple(flat))


def disjunction(parts: Iterable[Formula]) -> Formula:
    """Any of the parts: nested disjunctions are flattened, trivial parts removed."""
    flat: dict[Formula, None] = {}
    for part in parts:
        if part == TRUE:
            return TRUE
        flat.update(dict.fromkeys(part.parts if isinstance(part, Or) else (part,)))
    return next(iter(flat)) if len(flat) == 1 else Or(tuple(flat))


def substitute(formula: Formula, terms: Mapping[str, str]) -> Formula:
    """The formula with its terms renamed; bound names are unique, so nothing is captured."""
    match formula:
        case Atom():
            return substitute_atom(formula, terms)
        case Equals(left, right):
            return Equals(terms.get(left, left), terms.get(right, right))
        case Not(part):
            return Not(substitute(part, terms))
        case And(parts):
            return And(tuple(substitute(part, terms) for part in parts))
        case Or(parts):
            return Or(tuple(substitute(part, terms) for part in parts))
        case ForAll(parameters, body):
            return ForAll(parameters, substitute(body, terms))
        case Exists(parameters, body):
            return Exists(parameters, substitute(body, terms))
    raise TypeError(f"not in negation normal form: {formula!r}")


def free_variables(formula: Formula) -> set[str]:
    """The variables that the formula does not bind itself."""
    match formula:
        case Atom(_, args):
            return {arg for arg in args if arg[0] == "?"}
        case Equals(left, right):
            return {arg for arg in (left, right) if arg[0] == "?"}
        case Not(part):
            return free_variables(part)
        case ForAll(parameters, body) | Exists(parameters, body):
            return free_variables(body) - {p.name for p in parameters}
        case And(parts) | Or(parts):
            return set().union(*(free_variables(part) for part in parts))
    raise TypeError(f"not in negation normal form: {formula!r}")


def predicates(formula: Formula) -> set[str]:
    """The predicates that the formula mentions."""
    match formula:
        case Atom(name, _):
            return {name}
        case Not(part) | ForAll(_, part) | Exists(_, part):
            return predicates(part)
        case And(parts) | Or(parts):
            return set().union(*map(predicates, parts))
    return set()


def substitute_atom(atom: Atom, terms: Mapping[str, str]) -> Atom:
    """The atom with its terms renamed."""
    return Atom(atom.name, tuple([terms.get(arg, arg) for arg in atom.args]))


def is_literals(formula: Formula) -> bool:
    """Whether the formula is a literal or a conjunction of literals."""
    parts = formula.parts if isinstance(formula, And) else (formula,)
    return all(isinstance(part, Atom | Not) for part in parts)
