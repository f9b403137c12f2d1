"""Random planning problems for property tests: small enough for brute force, well formed by making.

Not a test. `problems()` is a hypothesis strategy over the whole supported PDDL: types with
`either`, constants, negation, disjunction, quantifiers, equality, conditional effects, derived
predicates and costs. Every problem can be written as PDDL and read back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from itertools import product

from hypothesis import strategies as st

from planscript.runtime.pddl.model import (
    OBJECT,
    Action,
    Add,
    And,
    Atom,
    Axiom,
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

Draw = Callable[[st.SearchStrategy], object]
Scope = Mapping[str, tuple[str, ...]]  # variables and constants with their types

# Some of these are words of a larger PDDL, which may still name things here.
PREDICATES = ("on", "at", "is-free", "always", "p_1")
COSTS = ("0", "1", "2", "0.5", "1.25", "10")


@st.composite
def problems(
    draw: Draw, *, axioms: bool = True, costs: bool = True, conditional_costs: bool = False
) -> Problem:
    """Problems with at most 4 objects, 16 facts or so, and 3 actions of at most 2 parameters.

    `conditional_costs` lets costs stand inside `when` and `forall`; without it an action's cost
    depends on its arguments alone.
    """
    maker = _Maker(draw, axioms, costs, conditional_costs)
    return maker.problem()


@st.composite
def formulas(draw: Draw, problem: Problem) -> Formula:
    """Formulas without free variables over the predicates and objects of `problem`."""
    maker = _Maker(draw, True, True, False)
    maker.domain = problem.domain
    scope = {name: one.types for name, one in problem.objects.items()}
    return maker.formula(scope, depth=3, usable=tuple(problem.domain.predicates))


@st.composite
def states(draw: Draw, problem: Problem) -> frozenset[Atom]:
    """Sets of well-typed facts of predicates that no axiom derives."""
    return frozenset(fact for fact in all_facts(problem) if draw(st.booleans()))


def all_facts(problem: Problem) -> list[Atom]:
    """Every well-typed ground atom of predicates that no axiom derives."""
    return [
        Atom(predicate.name, args)
        for predicate in problem.domain.predicates.values()
        if predicate.name not in problem.domain.derived
        for args in product(*(problem.of_types(p.types) for p in predicate.parameters))
    ]


def all_actions(problem: Problem) -> list[Atom]:
    """Every well-typed ground action."""
    return [
        Atom(action.name, args)
        for action in problem.domain.actions.values()
        for args in product(*(problem.of_types(p.types) for p in action.parameters))
    ]


class _Maker:
    """Draws the parts of one problem."""

    def __init__(self, draw: Draw, axioms: bool, costs: bool, conditional_costs: bool) -> None:
        self.draw = draw
        self.axioms = axioms
        self.costs = costs
        self.conditional_costs = conditional_costs
        self.domain = Domain("random-domain")

    def pick(self, *choices):
        return self.draw(st.sampled_from(choices))

    def number(self, least: int, most: int) -> int:
        return self.draw(st.integers(least, most))

    def chance(self) -> bool:
        return self.draw(st.booleans())

    # ------------------------------------------------------------ domain

    def problem(self) -> Problem:
        types = self.types()
        self.domain = Domain("random-domain", types=types)
        constants = self.objects(("c",)[: self.number(0, 1)])
        predicates = self.predicates()
        functions = {}
        if self.costs and self.chance():
            functions["total-cost"] = Predicate("total-cost")
            functions["price"] = Predicate("price", self.parameters(self.number(0, 1)))
        self.domain = Domain(
            "random-domain",
            requirements=frozenset(self.draw(st.sets(st.sampled_from((":adl", ":typing"))))),
            types=types,
            constants=constants,
            predicates=predicates,
            functions=functions,
        )
        rules = self.rules() if self.axioms else ()
        self.domain = self.with_(axioms=rules)
        count = self.number(1, 3)
        self.domain = self.with_(
            actions={name: self.action(name) for name in ("move", "pick-up", "do_it")[:count]}
        )
        objects = {**constants, **self.objects(("a", "b2", "x-3")[: self.number(1, 3)])}
        problem = Problem("random-problem", self.domain, objects, frozenset())
        scope = {name: one.types for name, one in objects.items()}
        values = {}
        if functions:
            for args in product(
                *(problem.of_types(p.types) for p in functions["price"].parameters)
            ):
                values[Atom("price", args)] = Fraction(self.pick(*COSTS))
        return Problem(
            "random-problem",
            self.domain,
            objects,
            self.draw(states(problem)),
            self.formula(scope, depth=2, usable=tuple(predicates)),
            values,
            minimise_cost=bool(functions) and self.chance(),
        )

    def with_(self, **parts) -> Domain:
        old = self.domain
        names = "requirements types constants predicates functions actions axioms".split()
        return Domain(old.name, **{name: parts.get(name, getattr(old, name)) for name in names})

    def types(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for name in ("thing", "box", "place")[: self.number(0, 3)]:
            above = [OBJECT, *found]
            if len(found) >= 2 and self.number(0, 5) == 0:
                found[name] = tuple(found)[:2]
            else:
                found[name] = (self.pick(*above),)
        return found

    def type_choice(self) -> tuple[str, ...]:
        names = (OBJECT, *self.domain.types)
        if len(names) > 2 and self.number(0, 4) == 0:
            return tuple(self.draw(st.permutations(names[1:])))[:2]
        return (self.pick(*names),)

    def objects(self, names: tuple[str, ...]) -> dict[str, Parameter]:
        return {name: Parameter(name, (self.pick(OBJECT, *self.domain.types),)) for name in names}

    def parameters(self, count: int, prefix: str = "x") -> tuple[Parameter, ...]:
        return tuple(Parameter(f"?{prefix}{i}", self.type_choice()) for i in range(count))

    def predicates(self) -> dict[str, Predicate]:
        names = PREDICATES[: self.number(2, len(PREDICATES))]
        arities = [self.number(0, 2)] + [self.number(0, 1) for _ in names[1:]]
        return {
            name: Predicate(name, self.parameters(arity))
            for name, arity in zip(names, arities, strict=True)
        }

    def rules(self) -> tuple[Axiom, ...]:
        """Axioms for the last predicates; each uses those before it, and itself unnegated."""
        names = list(self.domain.predicates)
        found = []
        for name in names[len(names) - self.number(0, min(2, len(names) - 1)) :]:
            head = self.domain.predicates[name]
            for _ in range(self.number(1, 2)):
                scope = self.scope(head.parameters)
                earlier = tuple(names[: names.index(name)])
                body = self.formula(scope, depth=2, usable=earlier)
                if self.chance():
                    again = self.atom(scope, (name,))
                    body = Or((body, again)) if again is not None else body
                found.append(Axiom(Predicate(name, head.parameters), body))
        return tuple(found)

    def action(self, name: str) -> Action:
        parameters = self.parameters(self.number(0, 2))
        scope = self.scope(parameters)
        condition = self.formula(scope, depth=2, usable=tuple(self.domain.predicates))
        parts = [self.effect(scope, depth=2) for _ in range(self.number(1, 3))]
        if "total-cost" in self.domain.functions and self.chance():
            parts.append(self.cost(scope))
        return Action(name, parameters, condition, Effects(tuple(parts)))

    def scope(self, parameters: tuple[Parameter, ...]) -> Scope:
        constants = {name: one.types for name, one in self.domain.constants.items()}
        return {**constants, **{p.name: p.types for p in parameters}}

    # ------------------------------------------------------------ formulas and effects

    def atom(self, scope: Scope, usable: tuple[str, ...]) -> Atom | None:
        """An atom over `scope` of one of the `usable` predicates; None: nothing fits."""
        possible = []
        for name in usable:
            wanted = [p.types for p in self.domain.predicates[name].parameters]
            fitting = [[t for t in scope if self.domain.fits(scope[t], w)] for w in wanted]
            if all(fitting):
                possible.append((name, fitting))
        if not possible:
            return None
        name, fitting = self.pick(*possible)
        return Atom(name, tuple(self.pick(*terms) for terms in fitting))

    def formula(self, scope: Scope, depth: int, usable: tuple[str, ...]) -> Formula:
        kinds = ["atom", "atom", "literal", "equals"]
        if depth > 0:
            kinds += ["and", "and", "or", "imply", "not", "forall", "exists", "forall", "exists"]
        match self.pick(*kinds):
            case "and":
                count = self.number(0, 3)
                return And(tuple(self.formula(scope, depth - 1, usable) for _ in range(count)))
            case "or":
                count = self.number(0, 3)
                return Or(tuple(self.formula(scope, depth - 1, usable) for _ in range(count)))
            case "imply":
                left = self.formula(scope, depth - 1, usable)
                return Imply(left, self.formula(scope, depth - 1, usable))
            case "not":
                return Not(self.formula(scope, depth - 1, usable))
            case "forall" | "exists" as kind:
                # The name may hide a parameter of the action: an inner variable wins.
                own = self.parameters(self.number(1, 2), self.pick("q", "q", "x"))
                inner = {**scope, **{p.name: p.types for p in own}}
                body = self.formula(inner, depth - 1, usable)
                return ForAll(own, body) if kind == "forall" else Exists(own, body)
            case "equals" if scope:
                return Equals(self.pick(*scope), self.pick(*scope))
            case kind:
                atom = self.atom(scope, usable)
                if atom is None:
                    return And(())
                return Not(atom) if kind == "literal" else atom

    def effect(self, scope: Scope, depth: int) -> Effect:
        kinds = ["add", "add", "delete"]
        if depth > 0:
            kinds += ["and", "when", "forall"]
            if self.conditional_costs and "total-cost" in self.domain.functions:
                kinds.append("cost")
        usable = tuple(n for n in self.domain.predicates if n not in self.domain.derived)
        match self.pick(*kinds):
            case "and":
                count = self.number(0, 2)
                return Effects(tuple(self.effect(scope, depth - 1) for _ in range(count)))
            case "when":
                condition = self.formula(scope, 1, tuple(self.domain.predicates))
                return When(condition, self.effect(scope, depth - 1))
            case "forall":
                own = self.parameters(1, self.pick("q", "q", "x"))
                inner = {**scope, **{p.name: p.types for p in own}}
                return ForAllEffect(own, self.effect(inner, depth - 1))
            case "cost":
                return self.cost(scope)
            case kind:
                atom = self.atom(scope, usable)
                if atom is None:
                    return Effects(())
                return Add(atom) if kind == "add" else Delete(atom)

    def cost(self, scope: Scope) -> Increase:
        wanted = [p.types for p in self.domain.functions["price"].parameters]
        fitting = [[t for t in scope if self.domain.fits(scope[t], w)] for w in wanted]
        if all(fitting) and self.chance():
            return Increase(Atom("price", tuple(self.pick(*terms) for terms in fitting)))
        return Increase(Fraction(self.pick(*COSTS)))
