"""Why there is no plan: which part of the goal is out of reach, and what stands in the way.

Works on the delete relaxation (`lifted_relaxation.py`): from an unreachable goal literal down
through every action that would achieve it to the precondition that never holds. Where nothing is
out of reach by itself, it names parts of the goal that hinder each other (`conflicts.py`).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from math import inf
from typing import Literal

from planscript.runtime.pddl.model import (
    TRUE,
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
    Problem,
)
from planscript.runtime.planner.conflicts import conflict
from planscript.runtime.planner.deadline import Deadline
from planscript.runtime.planner.lifted_relaxation import (
    LiftedRelaxation,
    Rule,
    conjuncts,
    variables_of,
)
from planscript.runtime.planner.semantics import ground_atom, substitute

_Key = Hashable  # a formula up to the names of its free variables
Scope = Mapping[str, tuple[str, ...]]  # the types of the variables that stand for any object

Why = Literal[
    "no achiever",  # no action makes it so, and it is not so at the start
    "blocked",  # each action that would make it so has a precondition that never holds
    "circular",  # it is needed in order to achieve itself
    "seen",  # explained elsewhere in the same diagnosis
    "equality",  # two objects are, or are not, the same
    "parts",  # `or`, `exists`, ...: its parts say why
    "no object",  # there is no object of the type
    "cut",  # further than MAX_NODES or MAX_DEPTH
]

MAX_NODES = 200  # formulas that are looked into
MAX_DEPTH = 50  # of the chain of needs
MAX_INSTANCES = 3  # of one condition under different choices of objects


@dataclass(frozen=True, slots=True)
class Unreachable:
    """A formula that can never hold, and why.

    `formula` is a literal, or a larger formula where no literal alone is to blame; a variable in
    it stands for any object. `blocked` lists everything that would achieve it, `parts` what is
    wrong with the parts of a larger formula; both begin with what is nearest to a root cause.
    """

    formula: Formula
    why: Why
    blocked: tuple[Blocked, ...] = ()
    parts: tuple[Unreachable, ...] = ()


@dataclass(frozen=True, slots=True)
class Blocked:
    """An achiever that can never act: `by` (an action, or a rule for a derived predicate) needs
    `needs.formula`, which never holds. `given` lists conditions of the same achiever that allow no
    other choice of objects; it is empty where the formula never holds for any choice.
    """

    by: Atom
    is_axiom: bool
    needs: Unreachable
    given: tuple[Formula, ...] = ()


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Why there is no plan for `goal`.

    `causes` holds the parts of the goal that are out of reach even if nothing were ever undone. It
    is empty where no part is: then `rivals` are parts that no reachable state has together (one
    alone: it is not even reached by itself), and where these are empty too, nothing was proved.
    `contradiction` is a literal that the goal demands both true and false.
    """

    goal: Formula
    causes: tuple[Unreachable, ...]
    contradiction: Atom | None = None
    rivals: tuple[Formula, ...] = ()


def diagnose(problem: Problem, deadline: Deadline | None = None) -> Diagnosis:
    """Why `problem` has no plan.

    Raises DeadlineExpired where `deadline` passes before the causes are known. Without one, a little
    time is spent on the rivals.
    """
    relaxation = LiftedRelaxation(problem, deadline)
    wanted = list(conjuncts(problem.goal))
    negated = {part.part for part in wanted if isinstance(part, Not)}
    clash = next((part for part in wanted if isinstance(part, Atom) and part in negated), None)
    causes = tuple(dict.fromkeys(_impossible(problem.goal, relaxation)))
    trees = _Needs(relaxation, causes).trees()
    if trees or clash is not None:
        return Diagnosis(problem.goal, trees, clash)
    return Diagnosis(problem.goal, (), rivals=conflict(problem, deadline))


def _impossible(formula: Formula, relaxation: LiftedRelaxation) -> Iterator[Formula]:
    """The smallest parts of a goal that are out of reach."""
    for part in conjuncts(formula):
        if relaxation.possible(part, {}):
            continue
        if isinstance(part, ForAll):
            instances = relaxation.interpreter.bindings(part.parameters, (), relaxation, {})
            failing = (b for b in instances if not relaxation.possible(part.body, b))
            for binding in islice(failing, MAX_INSTANCES):
                yield from _impossible(substitute(part.body, binding), relaxation)
        else:
            yield part


@dataclass(slots=True)
class _Node:
    """A formula that never holds, what would achieve it, and how far it is from a root cause."""

    formula: Formula
    why: Why
    achievers: list[tuple[Atom, bool, _Key, tuple[Formula, ...]]]
    parts: list[_Key]
    distance: float


class _Needs:
    """The graph of formulas that never hold; an edge leads to what an achiever lacks."""

    def __init__(self, relaxation: LiftedRelaxation, causes: Sequence[Formula]) -> None:
        self.relaxation = relaxation
        self.problem = relaxation.problem
        self.nodes: dict[_Key, _Node] = {}
        self.todo: deque[tuple[_Key, Formula, Scope]] = deque()
        self.shown: set[_Key] = set()
        self.roots = [self._refer(formula, {}) for formula in causes]
        while self.todo:
            key, formula, scope = self.todo.popleft()
            if key not in self.nodes:
                self.nodes[key] = self._node(formula, scope)
        self._measure()

    def trees(self) -> tuple[Unreachable, ...]:
        """The reasons for each of the causes."""
        return tuple(self._tree(key, ()) for key in self.roots)

    def _tree(self, key: _Key, path: tuple[_Key, ...]) -> Unreachable:
        node = self.nodes[key]
        if key in path:
            return Unreachable(node.formula, "circular")
        if key in self.shown:
            return Unreachable(node.formula, "seen")
        if len(path) >= MAX_DEPTH:
            return Unreachable(node.formula, "cut")
        if node.achievers or node.parts:
            self.shown.add(key)
        path = (*path, key)
        # Nearest first: then the way to the root cause is told in full, and once.
        parts = sorted(node.parts, key=lambda k: self.nodes[k].distance)
        achievers = sorted(node.achievers, key=lambda a: self.nodes[a[2]].distance)
        return Unreachable(
            node.formula,
            node.why,
            tuple(
                Blocked(by, is_axiom, self._tree(needs, path), given)
                for by, is_axiom, needs, given in achievers
            ),
            tuple([self._tree(part, path) for part in parts]),
        )

    def _measure(self) -> None:
        """Set each node's number of steps to a root cause."""
        changed = True
        while changed:
            changed = False
            for node in self.nodes.values():
                below = [key for _, _, key, _ in node.achievers] + node.parts
                nearest = min((self.nodes[key].distance for key in below), default=inf) + 1
                if nearest < node.distance:
                    node.distance = nearest
                    changed = True

    def _refer(self, formula: Formula, scope: Scope) -> _Key:
        """The key of a formula, whose free variables in `scope` stand for any object."""
        scope = {v: scope[v] for v in scope if v in variables_of((formula,))}
        key = _key(formula, scope)
        self.todo.append((key, formula, scope))
        return key

    def _node(self, formula: Formula, scope: Scope) -> _Node:
        node = _Node(formula, "parts", [], [], inf)
        if len(self.nodes) >= MAX_NODES:
            node.why = "cut"
            return node
        match formula:
            case Equals() | Not(Equals()):
                node.why, node.distance = "equality", 0
            case Exists(_, And(())):
                node.why, node.distance = "no object", 0
            case Atom():
                self._add_achievers(node, formula, True, scope)
            case Not(Atom() as atom):
                self._add_achievers(node, atom, False, scope)
            case Or(parts):
                self._add_parts(node, parts, scope)
            case Not(And(parts)):
                self._add_parts(node, [Not(part) for part in parts], scope)
            case Imply(left, right):
                self._add_parts(node, [Not(left), right], scope)
            case Exists(parameters, body):
                self._add_witness(node, parameters, body, scope)
            case Not(ForAll(parameters, body)):
                self._add_witness(node, parameters, Not(body), scope)
            case ForAll(parameters, body):
                self._add_instance(node, parameters, body, scope)
            case Not(Exists(parameters, body)):
                self._add_instance(node, parameters, Not(body), scope)
            case _:
                self._add_parts(node, list(conjuncts(formula)), scope)
        return node

    def _add_parts(self, node: _Node, parts: Sequence[Formula], scope: Scope) -> None:
        """Of each part, the first conjunct that is impossible alone."""
        for part in parts:
            alone = (one for one in conjuncts(part) if not self._possible((one,), scope))
            one = next(alone, part)
            if one != node.formula:
                node.parts.append(self._refer(one, scope))

    def _add_witness(
        self, node: _Node, parameters: tuple[Parameter, ...], body: Formula, scope: Scope
    ) -> None:
        inner = {**scope, **{p.name: p.types for p in parameters}}
        for needs, left, _, _ in self._blockers(tuple(conjuncts(body)), inner):
            node.parts.append(self._refer(needs, left))

    def _add_instance(
        self, node: _Node, parameters: tuple[Parameter, ...], body: Formula, scope: Scope
    ) -> None:
        """The first instance of a universal formula that is impossible."""
        inner = {v: t for v, t in scope.items() if v not in {p.name for p in parameters}}
        for binding in self.relaxation.interpreter.bindings(parameters, (), self.relaxation, {}):
            instance = substitute(body, binding)
            if not self._possible((instance,), inner):
                self._add_parts(node, [instance], inner)
                return

    # ------------------------------------------------------------ achievers

    def _add_achievers(self, node: _Node, atom: Atom, wanted: bool, scope: Scope) -> None:
        for rule in self.relaxation.rules:
            for effect in rule.added if wanted else rule.deleted:
                unified = self._unify(rule, effect, atom, scope)
                if unified is None:
                    continue
                binding, free = unified
                conditions = tuple(substitute(one, binding) for one in rule.conditions)
                by = ground_atom(rule.source, binding)
                for needs, left, given, choice in self._blockers(conditions, free):
                    chosen = ground_atom(by, choice)
                    achiever = (chosen, rule.is_axiom, self._refer(needs, left), given)
                    if achiever not in node.achievers:
                        node.achievers.append(achiever)
        node.why = "blocked" if node.achievers else "no achiever"
        if not node.achievers:
            node.distance = 0

    def _unify(
        self, rule: Rule, effect: Atom, atom: Atom, scope: Scope
    ) -> tuple[dict[str, str], dict[str, tuple[str, ...]]] | None:
        """The objects that an effect must be applied to in order to be `atom`; what stays free."""
        if effect.name != atom.name:
            return None
        types = {p.name: p.types for p in rule.parameters}
        binding: dict[str, str] = {}
        for term, wanted in zip(effect.args, atom.args, strict=True):
            if wanted in scope:  # any object will do, if the types meet
                if term in types:
                    if not self.problem.domain.compatible(types[term], scope[wanted]):
                        return None
                    if self.problem.domain.fits(scope[wanted], types[term]):
                        types[term] = scope[wanted]
                elif term not in self.relaxation.interpreter.allowed(scope[wanted]):
                    return None
            elif term not in types:
                if term != wanted:
                    return None
            elif binding.setdefault(
                term, wanted
            ) != wanted or wanted not in self.relaxation.interpreter.allowed(types[term]):
                return None
        return binding, {name: kind for name, kind in types.items() if name not in binding}

    def _blockers(
        self, conditions: tuple[Formula, ...], scope: Scope
    ) -> Iterator[tuple[Formula, Scope, tuple[Formula, ...], Mapping[str, str]]]:
        """The conditions that never hold, under each choice of objects that the others allow.

        Yields the condition, the variables left open in it, the conditions that narrowed the
        choice, and the choice.
        """
        for name, types in scope.items():
            if not self.relaxation.interpreter.allowed(types):
                yield Exists((Parameter(name, types),), TRUE), {}, (), {}
                return
        alone = [one for one in conditions if not self._possible((one,), scope)]
        if alone:
            needs = min(alone, key=self._hopeless)
            yield needs, {v: scope[v] for v in variables_of((needs,)) if v in scope}, (), {}
            return
        changed = self.problem.domain.changed
        ordered = sorted(conditions, key=lambda one: isinstance(one, Atom) and one.name in changed)
        prefix: list[Formula] = []
        for needs in ordered:
            if self._possible((*prefix, needs), scope):
                prefix.append(needs)
                continue
            shared = variables_of((needs,)) & variables_of(prefix) & scope.keys()
            given = tuple(one for one in prefix if not shared.isdisjoint(variables_of((one,))))
            for choice in self._choices(prefix, scope, shared):
                left = {v: scope[v] for v in variables_of((needs,)) - shared if v in scope}
                yield (
                    substitute(needs, choice),
                    left,
                    tuple(substitute(one, choice) for one in given),
                    choice,
                )
            return

    def _choices(
        self, conditions: Sequence[Formula], scope: Scope, shared: frozenset[str]
    ) -> list[dict[str, str]]:
        """The first few ways to choose `shared` under which `conditions` are possible."""
        order = sorted(shared)
        found: dict[tuple[str, ...], None] = {}
        for binding in self.relaxation.solutions(conditions, self._open(conditions, scope)):
            found[tuple(binding[v] for v in order)] = None
            if len(found) == MAX_INSTANCES:
                break
        return [dict(zip(order, values, strict=True)) for values in found]

    def _possible(self, conditions: Sequence[Formula], scope: Scope) -> bool:
        """Whether some choice of objects makes all conditions possible."""
        solutions = self.relaxation.solutions(conditions, self._open(conditions, scope))
        return next(solutions, None) is not None

    def _open(self, conditions: Sequence[Formula], scope: Scope) -> list[Parameter]:
        used = variables_of(conditions)
        return [Parameter(name, types) for name, types in scope.items() if name in used]

    def _hopeless(self, condition: Formula) -> int:
        """Ranks conditions: what nothing could change is the plainest reason."""
        match condition:
            case Equals() | Not(Equals()):
                return 0
            case Atom(name, _) | Not(Atom(name, _)):
                return 2 if name in self.problem.domain.changed else 1
        return 3


def _key(formula: Formula, scope: Scope) -> _Key:
    """The same for literals that differ only in the names of free variables."""
    match formula:
        case Atom(name, args) | Not(Atom(name, args)):
            order: dict[str, int] = {}
            shape = tuple(
                (order.setdefault(term, len(order)), scope[term]) if term in scope else term
                for term in args
            )
            return (isinstance(formula, Not), name, shape)
    return (formula, tuple(sorted(scope.items())))


# ---------------------------------------------------------------- in words

MAX_OTHERS = 3  # achievers that are told beside the one nearest to the root cause
MAX_CAUSES = 3


def describe(diagnosis: Diagnosis) -> str:
    """The diagnosis in plain English, a reason a line, indented below what it explains.

    Of several achievers only the one nearest to a root cause is followed further.
    """
    if diagnosis.contradiction is not None:
        return f"the goal wants {plain(diagnosis.contradiction)} to be both true and false"
    if not diagnosis.causes:
        return _rivals([_nested(part) for part in diagnosis.rivals])
    lines: list[str] = []
    for cause in diagnosis.causes[:MAX_CAUSES]:
        lines += _lines(cause, "")
    more = len(diagnosis.causes) - MAX_CAUSES
    if more > 0:
        lines.append(f"{more} more parts of the goal are out of reach")
    return "\n".join(lines)


def _rivals(parts: Sequence[str]) -> str:
    match parts:
        case []:
            return (
                "no part of the goal is out of reach by itself; "
                "the parts, or the steps towards them, hinder each other"
            )
        case [one]:
            return f"{one} can never hold, though nothing it needs is out of reach by itself"
        case [*others, last]:
            return f"{', '.join(others)} and {last} can never hold together"
    raise AssertionError


def reason(diagnosis: Diagnosis) -> str:
    """The diagnosis in one sentence: the first cause, and the root that it comes down to."""
    if diagnosis.contradiction is not None or not diagnosis.causes:
        return describe(diagnosis)
    cause = diagnosis.causes[0]
    if not cause.blocked and not cause.parts:
        return _root(cause)
    first = last = cause
    needs: list[str] = []
    while last.blocked or last.parts:
        last = last.blocked[0].needs if last.blocked else last.parts[0]
        needs.append(plain(last.formula))
    # Of a long chain only the ends are told: where it starts, and what it comes down to.
    told = needs if len(needs) <= 3 else [needs[0], "...", needs[-1]]
    return (
        f"{plain(first.formula)} can never hold, because it needs "
        f"{', which needs '.join(told)}, and {_root(last)}"
    )


def _lines(cause: Unreachable, indent: str) -> list[str]:
    what = plain(cause.formula)
    if not cause.blocked and not cause.parts:
        return [f"{indent}{_root(cause)}"]
    lines = [f"{indent}{what} can never hold:"]
    indent += "  "
    for part in cause.parts:
        lines += _lines(part, indent)
    if cause.blocked:
        first, others = cause.blocked[0], cause.blocked[1:]
        lines.append(f"{indent}{_blocked(first)}")
        lines += _lines(first.needs, indent + "  ")
        lines += [f"{indent}{_blocked(one)}" for one in others[:MAX_OTHERS]]
        if len(others) > MAX_OTHERS:
            lines.append(f"{indent}and {len(others) - MAX_OTHERS} more ways are blocked")
    return lines


def _root(cause: Unreachable) -> str:
    what = plain(cause.formula)
    match cause.why:
        case "no achiever" if isinstance(cause.formula, Not):
            inner = plain(cause.formula.part)
            return f"no action ever makes {inner} false, and it is true at the start"
        case "no achiever":
            return f"no action ever makes {what} true, and it is false at the start"
        case "no object":
            return f"there is no {what}"
        case "circular":
            return f"a circle: {what} would have to hold before itself"
        case "seen":
            return f"{what} can never hold, for the reasons given"
    return f"{what} can never hold"


def _blocked(one: Blocked) -> str:
    by = f"the rule for {plain(one.by)}" if one.is_axiom else plain(one.by)
    given = f", given {' and '.join(map(plain, one.given))}" if one.given else ""
    return f"{by} would make it so, but needs {plain(one.needs.formula)}{given}"


def plain(formula: Formula) -> str:
    """A formula with atoms as in `on(pear, shelf)`."""
    match formula:
        case Atom(name, args):
            return f"{name}({', '.join(args)})"
        case Equals(left, right):
            return f"{left} = {right}"
        case Not(part):
            return f"not {_nested(part)}"
        case And(parts):
            return " and ".join(map(_nested, parts)) or "true"
        case Or(parts):
            return " or ".join(map(_nested, parts)) or "false"
        case Imply(left_part, right_part):
            return f"{_nested(left_part)} implies {_nested(right_part)}"
        case ForAll(parameters, body):
            return f"for all {_typed(parameters)}: {_nested(body)}"
        case Exists(parameters, And(())):
            return f"object {_typed(parameters)}"
        case Exists(parameters, body):
            return f"for some {_typed(parameters)}: {_nested(body)}"


def _nested(formula: Formula) -> str:
    text = plain(formula)
    return text if isinstance(formula, Atom | Not) else f"({text})"


def _typed(parameters: tuple[Parameter, ...]) -> str:
    return ", ".join(f"{p.name} of type {' or '.join(p.types)}" for p in parameters)
