"""Random domains and worlds for properties, and a type checker that shares no code with the grammar."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import strategies as st

from planscript.runtime.pddl.model import (
    Action,
    Add,
    And,
    Atom,
    Domain,
    Effects,
    Equals,
    Exists,
    ForAll,
    Formula,
    Imply,
    Not,
    Or,
    Parameter,
    Predicate,
)

World = tuple[Domain, dict[str, Parameter]]


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """A domain with a type hierarchy, `either`, constants, nullary predicates; perhaps no objects."""
    names = [f"t{i}" for i in range(draw(st.integers(0, 5)))]
    types: dict[str, tuple[str, ...]] = {}
    for i, name in enumerate(names):
        types[name] = (draw(st.sampled_from(["object", *names[:i]])),)
    known = ["object", *names]
    some = st.lists(st.sampled_from(known), min_size=1, max_size=2, unique=True).map(tuple)
    predicates = {}
    for i in range(draw(st.integers(0, 5))):
        slots = draw(st.lists(some, max_size=4))
        parameters = tuple(Parameter(f"?x{n}", slot) for n, slot in enumerate(slots))
        predicates[f"p{i}"] = Predicate(f"p{i}", parameters)
    objects = {
        f"o{i}": Parameter(f"o{i}", (draw(st.sampled_from(known)),))
        for i in range(draw(st.integers(0, 6)))
    }
    actions = {
        f"make-{name}": Action(
            f"make-{name}",
            predicate.parameters,
            effect=Effects((Add(Atom(name, tuple(p.name for p in predicate.parameters))),)),
        )
        for name, predicate in predicates.items()
    }
    return Domain("random", types=types, predicates=predicates, actions=actions), objects


def complaints(goal: Formula, domain: Domain, objects: Mapping[str, Parameter]) -> list[str]:
    """What is wrong with a goal: names, arities, types, scopes, unused variables, repetition."""
    found: list[str] = []

    def below(name: str, above: str) -> bool:
        if above == "object" or name == above:
            return True
        return any(below(parent, above) for parent in domain.types.get(name, ()))

    def types_of(term: str, scope: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
        if term.startswith("?"):
            if term not in scope:
                found.append(f"{term} is not in scope")
                return ("object",)
            return scope[term]
        if term not in objects:
            found.append(f"no object {term}")
            return ("object",)
        return objects[term].types

    def used(part: Formula) -> set[str]:
        match part:
            case Atom(_, args):
                return set(args)
            case Equals(left, right):
                return {left, right}
            case Not(inner):
                return used(inner)
            case And(parts) | Or(parts):
                return set().union(*map(used, parts))
            case Imply(left, right):
                return used(left) | used(right)
            case Exists(_, body) | ForAll(_, body):
                return used(body)

    def walk(part: Formula, scope: Mapping[str, tuple[str, ...]]) -> None:
        match part:
            case Atom(name, args):
                if name not in domain.predicates:
                    found.append(f"no predicate {name}")
                    return
                slots = domain.predicates[name].parameters
                if len(slots) != len(args):
                    found.append(f"{part}: arity")
                    return
                if len(set(args)) < len(args):
                    found.append(f"{part}: repeated argument")
                for slot, arg in zip(slots, args, strict=True):
                    for own in types_of(arg, scope):
                        if not any(below(own, wanted) for wanted in slot.types):
                            found.append(f"{arg} in {part}: type")
            case Equals(left, right):
                types_of(left, scope)
                types_of(right, scope)
                if left == right:
                    found.append(f"{part} is trivial")
            case Not(inner):
                walk(inner, scope)
            case And(parts) | Or(parts):
                if len(parts) < 2:
                    found.append("a list of fewer than two")
                flat = [p for p in parts if isinstance(p, Atom | Not)]
                if len(set(flat)) < len(flat):
                    found.append("repeated part")
                for inner in parts:
                    walk(inner, scope)
            case Imply(left, right):
                walk(left, scope)
                walk(right, scope)
            case Exists(parameters, body) | ForAll(parameters, body):
                for parameter in parameters:
                    if parameter.name in scope:
                        found.append(f"{parameter.name} is hidden")
                    if parameter.name not in used(body):
                        found.append(f"{parameter.name} is not used")
                    for one in parameter.types:
                        if one != "object" and one not in domain.types:
                            found.append(f"no type {one}")
                walk(body, {**scope, **{p.name: p.types for p in parameters}})

    walk(goal, {})
    return found
