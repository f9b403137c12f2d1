"""Random problems in which facts follow one another, so that most groups of them are exclusive.

Not a test. Unlike `random_domains`, nearly every action here takes one fact away and puts another
in its place, as in transport or stacking domains; some do not, and break the invariant.
"""

from __future__ import annotations

from hypothesis import strategies as st

from planscript.runtime.pddl.model import (
    Action,
    Add,
    And,
    Atom,
    Delete,
    Domain,
    Effect,
    Effects,
    Equals,
    ForAllEffect,
    Not,
    Parameter,
    Predicate,
    Problem,
    When,
)

SHAPES = {"at": 2, "in": 2, "held": 1, "free": 1, "idle": 0}


@st.composite
def moving_problems(draw: st.DrawFn) -> Problem:
    """Problems with at most 4 objects and 3 actions of at most 3 parameters."""
    predicates = {
        name: Predicate(name, tuple(Parameter(f"?p{i}") for i in range(arity)))
        for name, arity in SHAPES.items()
    }
    names = draw(st.sampled_from((("a", "b"), ("a", "b", "c"), ("a", "b", "c", "d"))))
    objects = {name: Parameter(name) for name in names}

    def atom(terms: tuple[str, ...]) -> Atom:
        name = draw(st.sampled_from(tuple(SHAPES)))
        return Atom(name, tuple(draw(st.sampled_from(terms)) for _ in range(SHAPES[name])))

    def action(name: str) -> Action:
        count = draw(st.integers(1, 3))
        terms = tuple(f"?x{i}" for i in range(count))
        before = [atom(terms) for _ in range(draw(st.integers(1, 2)))]
        parts: list[Effect] = []
        for one in before:
            match draw(st.sampled_from(("move", "move", "move", "keep", "lose", "when", "all"))):
                case "move":
                    parts += [Delete(one), Add(atom(terms))]
                case "lose":
                    parts.append(Delete(one))
                case "when":
                    two = atom(terms)
                    parts.append(When(two, Effects((Delete(two), Add(atom(terms))))))
                case "all":
                    inner = (*terms, "?q", "?q")
                    two = atom(inner)
                    moved = When(two, Effects((Delete(two), Add(atom(inner)))))
                    parts.append(ForAllEffect((Parameter("?q"),), moved))
        if draw(st.integers(0, 4)) == 0:
            parts.append(draw(st.sampled_from((Add, Delete)))(atom(terms)))
        condition = [*before]
        if count > 1 and draw(st.booleans()):
            condition.append(Not(Equals("?x0", "?x1")))
        if draw(st.integers(0, 3)) == 0:
            condition.append(Not(atom(terms)))
        parameters = tuple(Parameter(term) for term in terms)
        return Action(name, parameters, And(tuple(condition)), Effects(tuple(parts)))

    actions = {
        name: action(name) for name in ("first", "second", "third")[: draw(st.integers(1, 3))]
    }
    init = frozenset(atom(names) for _ in range(draw(st.integers(1, 4))))
    goal = And(tuple(atom(names) for _ in range(draw(st.integers(1, 2)))))
    domain = Domain("moving", predicates=predicates, actions=actions)
    return Problem("moving", domain, objects, init, goal)
