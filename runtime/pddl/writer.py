"""Writes the planning model as PDDL text, such that reading it gives an equal model.

Glosses have no place in PDDL and are not written.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

from planscript.runtime.pddl.model import (
    OBJECT,
    TRUE,
    Action,
    Add,
    And,
    Atom,
    Delete,
    Domain,
    Effect,
    Effects,
    Equals,
    Exists,
    ForAll,
    ForAllEffect,
    Formula,
    Imply,
    Increase,
    Not,
    Or,
    Parameter,
    Predicate,
    Problem,
    When,
)


def write_domain(domain: Domain) -> str:
    """The domain as PDDL text, ending in a line break.

    Raises ValueError where a cost is no finite decimal fraction.
    """
    lines = [f"(define (domain {domain.name})"]
    if domain.requirements:
        lines.append(f"  (:requirements {' '.join(sorted(domain.requirements))})")
    if domain.types:
        entries = [f"{name} - {_either(above)}" for name, above in domain.types.items()]
        lines += _section(":types", entries)
    if domain.constants:
        lines += _section(":constants", _objects(domain.constants.values()))
    if domain.predicates:
        lines += _section(":predicates", map(_declaration, domain.predicates.values()))
    if domain.functions:
        entries = [f"{_declaration(one)} - number" for one in domain.functions.values()]
        lines += _section(":functions", entries)
    for axiom in domain.axioms:
        head = _declaration(axiom.head, all_types=True)
        lines.append(f"  (:derived {head}\n    {write_formula(axiom.body)})")
    lines += map(_action, domain.actions.values())
    return "\n".join(lines) + ")\n"


def write_problem(problem: Problem) -> str:
    """The problem as PDDL text, ending in a line break; facts are sorted.

    Raises ValueError where a number is no finite decimal fraction.
    """
    domain = problem.domain
    own = [one for one in problem.objects.values() if one.name not in domain.constants]
    lines = [f"(define (problem {problem.name})", f"  (:domain {domain.name})"]
    if own:
        lines += _section(":objects", _objects(own))
    facts = sorted(problem.init, key=lambda fact: (fact.name, fact.args))
    init = [_applied(fact.name, fact.args) for fact in facts]
    if "total-cost" in domain.functions:
        init.append("(= (total-cost) 0)")
    init += [
        f"(= {_applied(one.name, one.args)} {write_number(value)})"
        for one, value in problem.values.items()
    ]
    lines += _section(":init", init)
    lines.append(f"  (:goal {write_formula(problem.goal)})")
    if problem.minimise_cost:
        lines.append("  (:metric minimize (total-cost))")
    return "\n".join(lines) + ")\n"


def write_formula(formula: Formula) -> str:
    """The formula as PDDL text on one line."""
    match formula:
        case Atom(name, args):
            return _applied(name, args)
        case Equals(left, right):
            return f"(= {left} {right})"
        case Not(part):
            return f"(not {write_formula(part)})"
        case And(parts):
            return _joined("and", [write_formula(part) for part in parts])
        case Or(parts):
            return _joined("or", [write_formula(part) for part in parts])
        case Imply(left, right):
            return f"(imply {write_formula(left)} {write_formula(right)})"
        case ForAll(parameters, body):
            return f"(forall ({_variables(parameters)}) {write_formula(body)})"
        case Exists(parameters, body):
            return f"(exists ({_variables(parameters)}) {write_formula(body)})"


def write_effect(effect: Effect) -> str:
    """The effect as PDDL text on one line.

    Raises ValueError where a cost is no finite decimal fraction.
    """
    match effect:
        case Add(atom):
            return _applied(atom.name, atom.args)
        case Delete(atom):
            return f"(not {_applied(atom.name, atom.args)})"
        case Increase(amount):
            text = (
                _applied(amount.name, amount.args)
                if isinstance(amount, Atom)
                else write_number(amount)
            )
            return f"(increase (total-cost) {text})"
        case When(condition, inner):
            return f"(when {write_formula(condition)} {write_effect(inner)})"
        case ForAllEffect(parameters, inner):
            return f"(forall ({_variables(parameters)}) {write_effect(inner)})"
        case Effects(parts):
            return _joined("and", [write_effect(part) for part in parts])


def write_plan(plan: Iterable[Atom], cost: Fraction | int, *, general: bool) -> str:
    """The plan in the form of the IPC, ending in a line break.

    One `(action object ...)` a line, then `; cost = N (unit cost)`, or `(general cost)` where
    `general` says that actions have costs of their own. A cost that is no finite decimal fraction
    is written as `numerator/denominator`.
    """
    value = Fraction(cost)
    number = write_number(value) if _is_decimal(value) else str(value)
    lines = [_applied(step.name, step.args) for step in plan]
    lines.append(f"; cost = {number} ({'general' if general else 'unit'} cost)")
    return "\n".join(lines) + "\n"


def write_number(value: Fraction) -> str:
    """The number in decimal, exactly. Raises ValueError where its expansion does not end."""
    if not _is_decimal(value):
        raise ValueError(f"{value} has no finite decimal expansion")
    whole, places = value, 0
    while whole.denominator != 1:
        whole, places = whole * 10, places + 1
    if not places:
        return str(whole)
    digits = str(abs(whole)).rjust(places + 1, "0")
    return f"{'-' if value < 0 else ''}{digits[:-places]}.{digits[-places:]}"


def _is_decimal(value: Fraction) -> bool:
    rest = value.denominator
    for factor in (2, 5):
        while rest % factor == 0:
            rest //= factor
    return rest == 1


# ---------------------------------------------------------------- parts


def _action(action: Action) -> str:
    lines = [f"  (:action {action.name}", f"    :parameters ({_variables(action.parameters)})"]
    if action.precondition != TRUE:
        lines.append(f"    :precondition {write_formula(action.precondition)}")
    return "\n".join([*lines, f"    :effect {write_effect(action.effect)})"])


def _section(name: str, entries: Iterable[str]) -> list[str]:
    lines = [f"  ({name}", *(f"    {entry}" for entry in entries)]
    lines[-1] += ")"
    return lines


def _declaration(predicate: Predicate, *, all_types: bool = False) -> str:
    listed = _variables(predicate.parameters, all_types=all_types)
    return f"({predicate.name}{' ' if listed else ''}{listed})"


def _applied(name: str, args: Sequence[str]) -> str:
    return f"({' '.join((name, *args))})"


def _joined(name: str, parts: Sequence[str]) -> str:
    return f"({' '.join((name, *parts))})"


def _either(types: tuple[str, ...]) -> str:
    return types[0] if len(types) == 1 else f"(either {' '.join(types)})"


def _variables(parameters: Sequence[Parameter], *, all_types: bool = False) -> str:
    """A typed list on one line; the root type is left out where nothing follows that has a type."""
    if not all_types and all(p.types == (OBJECT,) for p in parameters):
        return " ".join(p.name for p in parameters)
    return " ".join(f"{p.name} - {_either(p.types)}" for p in parameters)


def _objects(objects: Iterable[Parameter]) -> list[str]:
    """Typed objects, one line for each run of the same type."""
    lines: list[str] = []
    names: list[str] = []
    before: tuple[str, ...] | None = None
    for one in objects:
        if before is not None and one.types != before:
            lines.append(f"{' '.join(names)} - {_either(before)}")
            names = []
        names.append(one.name)
        before = one.types
    if before is not None:
        lines.append(f"{' '.join(names)} - {_either(before)}")
    return lines
