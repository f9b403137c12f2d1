"""What PDDL means, read off the page: formulas, actions and axioms on sets of ground atoms.

Shares no code with grounding or search, and grounds nothing in advance, so that it can check them.
After Fox & Long (JAIR 20, 2003), section 3; for derived predicates Thiebaux, Hoffmann & Nebel (AIJ
168, 2005). Plans are `validate.py`'s concern.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from fractions import Fraction
from functools import cached_property
from typing import Literal, Protocol

from planscript.lang.diagnostics import Diagnostic, PlanscriptError, did_you_mean
from planscript.lang.records import dataclass
from planscript.runtime.pddl.model import (
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
    Problem,
    When,
)
from planscript.runtime.pddl.writer import write_formula

State = AbstractSet[Atom]  # the facts that hold; derived facts are not among them
Binding = Mapping[str, str]  # variable -> object

Why = Literal[
    "unknown action",
    "wrong number of arguments",
    "unknown object",
    "wrong type",
    "precondition",
    "undefined cost",
    "goal",
]


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a step cannot be taken, or a goal is not met.

    `formula` is the smallest ground part of the precondition or goal that is false, if that is the
    reason. `message` says it in words, with PDDL atoms.
    """

    why: Why
    message: str
    formula: Formula | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """What an action did: the state after it, and its cost in the problem's units."""

    state: frozenset[Atom]
    cost: Fraction


class Facts(Protocol):
    """What formulas look at."""

    def has(self, atom: Atom) -> bool:
        """Whether a ground atom holds."""
        ...

    def rows(self, name: str) -> Table:
        """The argument tuples for which predicate `name` holds."""
        ...


class Table:
    """The argument tuples for which one predicate holds, with an index by place and object."""

    __slots__ = ("_index", "rows")

    def __init__(self) -> None:
        self.rows: dict[tuple[str, ...], None] = {}  # a set in the order in which rows came
        self._index: dict[int, dict[str, list[tuple[str, ...]]]] = {}

    def add(self, row: tuple[str, ...]) -> None:
        """Add a row that is not there yet."""
        self.rows[row] = None
        for place, found in self._index.items():
            found.setdefault(row[place], []).append(row)

    def where(self, place: int, name: str) -> Sequence[tuple[str, ...]]:
        """The rows whose argument at `place` is `name`."""
        index = self._index.get(place)
        if index is None:
            index = self._index[place] = {}
            for row in self.rows:
                index.setdefault(row[place], []).append(row)
        return index.get(name, ())


_EMPTY = Table()


class InapplicableAction(PlanscriptError):
    """An action was to be applied in a state where it cannot be; `failure` says why."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(Diagnostic("E0720", failure.message))
        self.failure = failure


# ---------------------------------------------------------------- the interpreter


class Interpreter:
    """The semantics of one problem's domain and objects. Holds no state: states are arguments.

    Make one and keep it where many questions are asked about one problem.
    """

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self._allowed: dict[tuple[str, ...], Mapping[str, None]] = {}

    def holds(self, formula: Formula, state: State) -> bool:
        """Whether a formula without free variables holds in `state`."""
        return self.true_in(formula, _View(self, state), {})

    def unmet(self, formula: Formula, state: State) -> Formula | None:
        """The smallest ground part of `formula` that makes it false in `state`; None: it holds."""
        return self._unmet(formula, _View(self, state), {})

    def derived(self, state: State) -> frozenset[Atom]:
        """The facts that the domain's axioms derive from `state`."""
        view = _View(self, state)
        return frozenset(
            Atom(name, row) for name in self.problem.domain.derived for row in view.rows(name).rows
        )

    def attempt(self, state: State, action: Atom) -> Step | Failure:
        """What `action` does in `state`, or why it cannot be taken there.

        Conditions of effects are evaluated before; a fact both deleted and added is true after. If
        the metric is the cost, an action whose cost is read from a function without a value cannot
        be taken.
        """
        wrong = self._ill_formed(action)
        if wrong is not None:
            return wrong
        schema = self.problem.domain.actions[action.name]
        names = [p.name for p in schema.parameters]
        binding = dict(zip(names, action.args, strict=True))
        view = _View(self, state)
        part = self._unmet(schema.precondition, view, binding)
        if part is not None:
            message = f"the precondition {write_formula(part)} does not hold"
            return Failure("precondition", message, part)
        added, deleted, amounts = self._changes(schema.effect, view, binding)
        cost = Fraction(0 if self.problem.minimise_cost else 1)
        if self.problem.minimise_cost:
            for amount in amounts:
                value = self.problem.values.get(amount) if isinstance(amount, Atom) else amount
                if value is None:
                    assert isinstance(amount, Atom)
                    text = write_formula(amount)
                    return Failure("undefined cost", f"the init gives no value to {text}")
                cost += value
        return Step(frozenset((state - deleted) | added), cost)

    def failure(self, state: State, action: Atom) -> Failure | None:
        """Why `action` cannot be taken in `state`; None: it can."""
        step = self.attempt(state, action)
        return step if isinstance(step, Failure) else None

    def successor(self, state: State, action: Atom) -> frozenset[Atom]:
        """The state after `action` in `state`. Raises InapplicableAction."""
        step = self.attempt(state, action)
        if isinstance(step, Failure):
            raise InapplicableAction(step)
        return step.state

    # ------------------------------------------------------------ actions

    def _ill_formed(self, action: Atom) -> Failure | None:
        actions, objects = self.problem.domain.actions, self.problem.objects
        schema = actions.get(action.name)
        if schema is None:
            hint = did_you_mean(action.name, actions)
            message = f"no action `{action.name}`" + (f"; {hint}" if hint else "")
            return Failure("unknown action", message)
        wanted, given = len(schema.parameters), len(action.args)
        if wanted != given:
            plural = "" if wanted == 1 else "s"
            message = f"`{action.name}` takes {wanted} argument{plural}, not {given}"
            return Failure("wrong number of arguments", message)
        for parameter, name in zip(schema.parameters, action.args, strict=True):
            if name not in objects:
                hint = did_you_mean(name, objects)
                return Failure(
                    "unknown object", f"no object `{name}`" + (f"; {hint}" if hint else "")
                )
            if name not in self.allowed(parameter.types):
                kinds = " or ".join(f"`{one}`" for one in objects[name].types)
                wanted_kinds = " or ".join(f"`{one}`" for one in parameter.types)
                message = (
                    f"`{name}` is a {kinds}, but `{action.name}` takes a {wanted_kinds}"
                    f" as `{parameter.name}`"
                )
                return Failure("wrong type", message)
        return None

    def _changes(
        self, effect: Effect, view: Facts, binding: Binding
    ) -> tuple[set[Atom], set[Atom], list[Fraction | Atom]]:
        """The facts that become true, the facts that become false, and the costs."""
        added: set[Atom] = set()
        deleted: set[Atom] = set()
        costs: list[Fraction | Atom] = []

        def collect(one: Effect, binding: Binding) -> None:
            match one:
                case Add(atom):
                    added.add(ground_atom(atom, binding))
                case Delete(atom):
                    deleted.add(ground_atom(atom, binding))
                case Increase(amount):
                    costs.append(
                        ground_atom(amount, binding) if isinstance(amount, Atom) else amount
                    )
                case Effects(parts):
                    for part in parts:
                        collect(part, binding)
                case When(condition, inner):
                    if self.true_in(condition, view, binding):
                        collect(inner, binding)
                case ForAllEffect(parameters, inner):
                    guards = guards_of(inner.condition, True) if isinstance(inner, When) else []
                    for extended in self.bindings(parameters, guards, view, binding):
                        collect(inner, extended)

        collect(effect, binding)
        return added, deleted, costs

    # ------------------------------------------------------------ formulas

    def true_in(self, formula: Formula, view: Facts, binding: Binding) -> bool:
        """Whether `formula` holds, its free variables read from `binding`."""
        match formula:
            case Atom():
                return view.has(ground_atom(formula, binding))
            case Equals(left, right):
                return binding.get(left, left) == binding.get(right, right)
            case Not(part):
                return not self.true_in(part, view, binding)
            case And(parts):
                return all(self.true_in(part, view, binding) for part in parts)
            case Or(parts):
                return any(self.true_in(part, view, binding) for part in parts)
            case Imply(left, right):
                return not self.true_in(left, view, binding) or self.true_in(right, view, binding)
            case ForAll(parameters, body):
                guards = guards_of(body, False)
                return all(
                    self.true_in(body, view, extended)
                    for extended in self.bindings(parameters, guards, view, binding)
                )
            case Exists(parameters, body):
                guards = guards_of(body, True)
                return any(
                    self.true_in(body, view, extended)
                    for extended in self.bindings(parameters, guards, view, binding)
                )

    def _unmet(self, formula: Formula, view: Facts, binding: Binding) -> Formula | None:
        match formula:
            case And(parts):
                found = (self._unmet(part, view, binding) for part in parts)
                return next((part for part in found if part is not None), None)
            case ForAll(parameters, body):
                guards = guards_of(body, False)
                for extended in self.bindings(parameters, guards, view, binding):
                    part = self._unmet(body, view, extended)
                    if part is not None:
                        return part
                return None
            case Not(Not(part)):
                return self._unmet(part, view, binding)
        return None if self.true_in(formula, view, binding) else substitute(formula, binding)

    def allowed(self, types: tuple[str, ...]) -> Mapping[str, None]:
        """The objects of any of these types, in order (a dict for its fast `in`)."""
        found = self._allowed.get(types)
        if found is None:
            found = self._allowed[types] = dict.fromkeys(self.problem.of_types(types))
        return found

    def bindings(
        self,
        parameters: Sequence[Parameter],
        guards: Sequence[Atom],
        view: Facts,
        binding: Binding,
    ) -> Iterator[Binding]:
        """The extensions of `binding` to `parameters` under which all `guards` hold.

        A nested-loop join with an index. The facts must not change while it runs.
        """
        extended = dict(binding)
        open_types = {p.name: p.types for p in parameters}
        for name in open_types:
            extended.pop(name, None)
        yield from self._extend(open_types, list(guards), view, extended)

    def _extend(
        self,
        open_types: Mapping[str, tuple[str, ...]],
        guards: Sequence[Atom],
        view: Facts,
        binding: dict[str, str],
    ) -> Iterator[Binding]:
        best: Collection[tuple[str, ...]] | None = None
        chosen: Atom | None = None
        open_guards: list[Atom] = []
        for guard in guards:
            table = view.rows(guard.name)
            if open_types.keys().isdisjoint(guard.args):
                if ground_atom(guard, binding).args not in table.rows:
                    return
                continue
            open_guards.append(guard)
            # The guard with the fewest matching facts first: the usual greedy order of a join.
            rows: Collection[tuple[str, ...]] = table.rows
            for place, term in enumerate(guard.args):
                if term not in open_types:
                    matching = table.where(place, binding.get(term, term))
                    if len(matching) < len(rows):
                        rows = matching
            if best is None or len(rows) < len(best):
                best, chosen = rows, guard
        if best is not None:
            assert chosen is not None
            rest = [guard for guard in open_guards if guard is not chosen]
            for row in best:
                extended = self.matched(chosen, row, open_types, binding)
                if extended is not None:
                    left = {v: t for v, t in open_types.items() if v not in extended}
                    yield from self._extend(left, rest, view, extended)
        elif not open_types:
            yield binding
        else:
            name = next(iter(open_types))
            left = {v: t for v, t in open_types.items() if v != name}
            for one in self.allowed(open_types[name]):
                yield from self._extend(left, (), view, {**binding, name: one})

    def matched(
        self,
        guard: Atom,
        row: tuple[str, ...],
        open_types: Mapping[str, tuple[str, ...]],
        binding: dict[str, str],
    ) -> dict[str, str] | None:
        """`binding` extended so that `guard` reads as `row`; None where it cannot."""
        extended = dict(binding)
        for term, name in zip(guard.args, row, strict=True):
            if term in open_types and term not in extended:
                if name not in self.allowed(open_types[term]):
                    return None
                extended[term] = name
            elif extended.get(term, term) != name:
                return None
        return extended

    # ------------------------------------------------------------ axioms

    @cached_property
    def strata(self) -> tuple[tuple[Axiom, ...], ...]:
        """The domain's axioms in layers: what a layer negates, lower layers have settled."""
        return stratify(self.problem.domain)


class _View:
    """A state as formulas see it: derived facts are worked out when first asked for."""

    __slots__ = ("_complete", "_interpreter", "_tables", "state")

    def __init__(self, interpreter: Interpreter, state: State) -> None:
        self.state = state
        self._interpreter = interpreter
        self._tables: dict[str, Table] | None = None
        self._complete = not interpreter.problem.domain.axioms

    def has(self, atom: Atom) -> bool:
        """Whether a ground atom holds."""
        if atom.name in self._interpreter.problem.domain.derived:
            return atom.args in self.rows(atom.name).rows
        return atom in self.state

    def rows(self, name: str) -> Table:
        """The argument tuples for which predicate `name` holds."""
        derived = self._interpreter.problem.domain.derived
        if self._tables is None:
            self._tables = {}
            for fact in self.state:
                if fact.name not in derived:
                    self._tables.setdefault(fact.name, Table()).add(fact.args)
        if not self._complete and name in derived:
            self._complete = True  # before the work: the rules below ask for what there is so far
            self._derive(self._tables)
        return self._tables.get(name, _EMPTY)

    def _derive(self, tables: dict[str, Table]) -> None:
        interpreter = self._interpreter
        for layer in interpreter.strata:
            grown = True
            while grown:
                grown = False
                for axiom in layer:
                    known = tables.setdefault(axiom.head.name, Table())
                    names = [p.name for p in axiom.head.parameters]
                    guards = guards_of(axiom.body, True)
                    found = [
                        tuple(binding[name] for name in names)
                        for binding in interpreter.bindings(axiom.head.parameters, guards, self, {})
                        if interpreter.true_in(axiom.body, self, binding)
                    ]
                    for row in found:
                        if row not in known.rows:
                            known.add(row)
                            grown = True


# ---------------------------------------------------------------- on formulas alone


def substitute(formula: Formula, binding: Binding) -> Formula:
    """`formula` with its free variables replaced."""
    match formula:
        case Atom():
            return ground_atom(formula, binding)
        case Equals(left, right):
            return Equals(binding.get(left, left), binding.get(right, right))
        case Not(part):
            return Not(substitute(part, binding))
        case And(parts):
            return And(tuple([substitute(part, binding) for part in parts]))
        case Or(parts):
            return Or(tuple([substitute(part, binding) for part in parts]))
        case Imply(left_part, right_part):
            return Imply(substitute(left_part, binding), substitute(right_part, binding))
        case ForAll(parameters, body) | Exists(parameters, body):
            own = {p.name for p in parameters}
            inner = {name: value for name, value in binding.items() if name not in own}
            return type(formula)(parameters, substitute(body, inner))


def ground_atom(atom: Atom, binding: Binding) -> Atom:
    """`atom` with its variables replaced."""
    return Atom(atom.name, tuple([binding.get(term, term) for term in atom.args]))


def guards_of(formula: Formula, wanted: bool) -> list[Atom]:
    """Atoms that hold wherever `formula` has the truth `wanted` (none from inside quantifiers)."""
    match formula:
        case Atom():
            return [formula] if wanted else []
        case Not(part):
            return guards_of(part, not wanted)
        case And(parts) if wanted:
            return [guard for part in parts for guard in guards_of(part, True)]
        case Or(parts) if not wanted:
            return [guard for part in parts for guard in guards_of(part, False)]
        case Imply(left, right) if not wanted:
            return guards_of(left, True) + guards_of(right, False)
    return []


def stratify(domain: Domain) -> tuple[tuple[Axiom, ...], ...]:
    """The axioms in layers such that each negated derived predicate belongs to a lower layer.

    Raises ValueError where there are no such layers (the reader refuses such domains).
    """
    level = dict.fromkeys(domain.derived, 0)
    changed = True
    while changed:
        changed = False
        for axiom in domain.axioms:
            head = axiom.head.name
            for name, positive in _polarities(axiom.body, True):
                if name in level and level[name] + (not positive) > level[head]:
                    level[head] = level[name] + (not positive)
                    changed = True
            if level[head] > len(level):
                raise ValueError(f"the axioms of `{head}` depend on their own negation")
    return tuple(
        tuple(axiom for axiom in domain.axioms if level[axiom.head.name] == layer)
        for layer in sorted(set(level.values()))
    )


def _polarities(formula: Formula, positive: bool) -> Iterator[tuple[str, bool]]:
    match formula:
        case Atom(name, _):
            yield name, positive
        case Not(part):
            yield from _polarities(part, not positive)
        case And(parts) | Or(parts):
            for part in parts:
                yield from _polarities(part, positive)
        case Imply(left, right):
            yield from _polarities(left, not positive)
            yield from _polarities(right, positive)
        case ForAll(_, body) | Exists(_, body):
            yield from _polarities(body, positive)
