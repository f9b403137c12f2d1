"""Relaxed reachability: which facts can become true, and which instances of each rule can hold.

Deletes are ignored, so this is the least model of a Datalog program, found by semi-naive evaluation
(Helmert, AIJ 173, 2009, section 6) with the joins of `joins.py`. Negated facts that may change
count as possible.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain
from typing import NamedTuple

from planscript.runtime.pddl.model import Atom, Formula, Problem
from planscript.runtime.planner.deadline import Deadline
from planscript.runtime.planner.expansion import FALSE, Expander, Expansion
from planscript.runtime.planner.facts import FactKeys
from planscript.runtime.planner.formulas import free_variables
from planscript.runtime.planner.joins import (
    Join,
    JoinFunction,
    Pattern,
    Relation,
    Tuple,
    compile_join,
    digits,
)
from planscript.runtime.planner.normalise import AxiomRule, Rule, Schema

GOAL = Atom("=goal")  # stands for a goal that is no conjunction; nothing makes it reachable here
TICKS_PER_CHECK = 2  # a tick comes every 1024 steps of all loops but the innermost


class Source:
    """A rule as reachability sees it: its instances make its `heads` reachable.

    `also` are conditions that only reachability needs. `found` holds the instances' values, those
    of one instance in a row of `width`.
    """

    def __init__(self, rule: Rule, heads: tuple[Atom, ...], also: tuple[Atom, ...] = ()) -> None:
        self.rule = rule
        self.heads = heads
        self.also = also
        self.found: list[int] = []

    @property
    def width(self) -> int:
        """Numbers per instance; an instance without variables takes one, a 0."""
        return max(1, len(self.rule.variables))

    def __len__(self) -> int:
        return len(self.found) // self.width

    def columns(self) -> list[list[int]]:
        """The instances' values, one list per variable."""
        width = self.width
        return [self.found[i::width] for i in range(len(self.rule.variables))]

    def instances(self) -> Iterator[Tuple]:
        """The instances' values, one tuple each."""
        if not self.rule.variables:
            return iter([()] * len(self.found))
        return zip(*[iter(self.found)] * self.width, strict=True)


class Reached(NamedTuple):
    """What relaxed reachability found.

    `tuples[name]` are the facts of a predicate that changes, by object numbers; `known` has the
    keys of these facts and of those that never change, `static` those of the latter, `init` those
    of the initial facts. `schemas`, `effects`
    and `axioms` hold the sources of the schemas, of each schema's effects, and of the axiom rules.
    """

    keys: FactKeys
    tuples: Mapping[str, list[Tuple]]
    init: set[int]
    known: set[int]
    static: frozenset[int]
    schemas: list[Source]
    effects: list[list[Source]]
    axioms: list[Source]


def reach(
    problem: Problem,
    schemas: list[Schema],
    axioms: list[AxiomRule],
    deadline: Deadline,
    also_true: Iterable[Atom] = (),
) -> Reached:
    """Runs the reachability analysis.

    `also_true` are facts that are taken as possible besides the initial ones.

    Raises:
        DeadlineExpired, MemoryError: as the deadline says.
    """
    sources: list[Source] = []
    effects: list[list[Source]] = []
    arities = {name: len(p.parameters) for name, p in problem.domain.predicates.items()}
    for axiom in problem.domain.axioms:
        arities.setdefault(axiom.head.name, len(axiom.head.parameters))
    arities[GOAL.name] = 0
    for number, schema in enumerate(schemas):
        # An effect's rule need not repeat the precondition: this fact stands for it.
        applied = Atom(f"=applied {number}", schema.rule.variables)
        heads = schema.adds
        if schema.effects:
            arities[applied.name] = len(applied.args)
            heads = (*heads, applied)
        sources.append(Source(schema.rule, heads))
        effects.append(
            [
                Source(one.rule, (one.atom,), (applied,))
                if one.adds
                else Source(one.rule, (), (applied, one.atom))
                for one in schema.effects
            ]
        )
    derived = [Source(axiom.rule, (axiom.head,)) for axiom in axioms]
    keys = FactKeys(arities, tuple(problem.objects))
    run = _Run(problem, keys, [*sources, *chain(*effects), *derived], deadline)
    run.start(problem.init, also_true)
    run.finish()
    changing = {name: run.relations[name].tuples for name in arities if name in run.changing}
    return Reached(
        keys, changing, run.init, run.known, frozenset(run.static), sources, effects, derived
    )


class _Run:
    """One run of the analysis."""

    def __init__(
        self, problem: Problem, keys: FactKeys, sources: list[Source], deadline: Deadline
    ) -> None:
        self.keys = keys
        self.deadline = deadline
        self.sources = sources
        changed = problem.domain.changed
        self.changing = frozenset(n for n in keys.arity if n in changed or n[0] == "=")
        self.relations = {
            name: Relation(keys.base[name], arity, keys.radix) for name, arity in keys.arity.items()
        }
        self.pending: dict[str, list[Tuple]] = {name: [] for name in self.changing}
        self.init: set[int] = set()
        self.known: set[int] = set()
        self.static: set[int] = set()
        self.expander = Expander(problem, keys, self.known, self.static)
        self.triggers: dict[str, list[JoinFunction]] = {}
        # Instances that wait until their residual formulas become possible.
        self.held: list[tuple[Source, list[Expansion], list[Tuple]]] = []
        self._ticks = 0

    def start(self, init: Iterable[Atom], also_true: Iterable[Atom]) -> None:
        """Takes the initial facts, compiles the joins and runs those that no changing fact can."""
        number = self.keys.numbers.__getitem__
        given: dict[str, list[Tuple]] = {name: [] for name in self.relations}
        for atom in init:
            given[atom.name].append(tuple(map(number, atom.args)))
        for name, rows in given.items():
            rows.sort()  # the order of a set of atoms differs from run to run
            self.init.update(self.keys.keys_of(name, rows))
            if name not in self.changing:
                self.relations[name].insert(rows)
                self.static.update(self.keys.keys_of(name, rows))
        self.known |= self.init
        for atom in also_true:
            key = self.keys.key(atom)
            if key not in self.known:
                self.known.add(key)
                given[atom.name].append(tuple(map(number, atom.args)))
        for name, relation in self.relations.items():
            for position, column in enumerate(relation.columns):
                column.update([row[position] for row in given[name]])
            if name in self.changing:
                self.pending[name] = given[name]
        for source in self.sources:
            self._widen_columns(source)
        first: list[JoinFunction] = []
        for source in self.sources:
            first += self._compile(source)
        for join in first:
            join([])

    def finish(self) -> None:
        """Runs to the fixpoint."""
        while True:
            while any(self.pending.values()):
                for name in self.relations:
                    new = self.pending.get(name)
                    if new:
                        taken = new[:]
                        new.clear()
                        self.relations[name].insert(taken)
                        for join in self.triggers.get(name, ()):
                            join(taken)
                        self.deadline.check()
            if not self._release():
                return

    def tick(self) -> None:
        """Called every thousand or so steps inside joins."""
        self._ticks += 1
        if self._ticks % TICKS_PER_CHECK == 0:
            self.deadline.check()

    def _widen_columns(self, source: Source) -> None:
        """Adds what the heads of a source can bring to the objects at each position."""
        domains = dict(zip(source.rule.variables, source.rule.domains, strict=True))
        for head in source.heads:
            for column, arg in zip(self.relations[head.name].columns, head.args, strict=True):
                column.update(domains[arg] if arg in domains else (self.keys.numbers[arg],))

    def _compile(self, source: Source) -> list[JoinFunction]:
        """Compiles the joins of a source; returns those to run at the start."""
        rule = source.rule
        slots = {name: slot for slot, name in enumerate(rule.variables)}

        def pattern(atom: Atom) -> Pattern:
            numbers = self.keys.numbers
            return Pattern(
                atom.name, tuple([slots[a] if a in slots else ~numbers[a] for a in atom.args])
            )

        def term(name: str) -> int:
            return slots[name] if name in slots else ~self.keys.numbers[name]

        atoms = [pattern(atom) for atom in dict.fromkeys((*rule.atoms, *source.also))]
        triggers = [i for i, atom in enumerate(atoms) if atom.predicate in self.changing]
        repeated = len({atoms[i].predicate for i in triggers}) < len(triggers)
        checks = [self._check(formula, slots) for formula in rule.checks]
        finish, bindings = self._finish(source, pattern, repeated)
        join = Join(
            [frozenset(domain) for domain in rule.domains],
            atoms,
            [pattern(atom) for atom in rule.negated if atom.name not in self.changing],
            [(term(one), term(other)) for one, other in rule.unequal],
            checks,
            finish,
            bindings,
        )
        compiled = [
            compile_join(join, trigger, self.relations, self.changing, self.keys.radix, self.tick)
            for trigger in triggers or (None,)
        ]
        if not triggers:
            return compiled
        for trigger, function in zip(triggers, compiled, strict=True):
            self.triggers.setdefault(atoms[trigger].predicate, []).append(function)
        return []

    def _check(
        self, formula: Formula, slots: Mapping[str, int]
    ) -> tuple[Callable[..., bool], Tuple]:
        """A test of a formula without changing predicates, with the variables that it takes."""
        names = sorted(free_variables(formula))
        binding = self.expander.binding
        expand = self.expander.compiled(formula)

        def check(*values: int) -> bool:
            binding.update(zip(names, values, strict=True))
            return expand() is not FALSE

        return check, tuple([slots[name] for name in names])

    def _finish(
        self, source: Source, pattern: Callable[[Atom], Pattern], repeated: bool
    ) -> tuple[list[str], dict[str, object]]:
        """The code that takes one instance of a source.

        Where a changing predicate is `repeated` in the rule, two new facts of a batch can find the
        same instance.
        """
        row = "".join(f"x{slot}, " for slot in range(len(source.rule.variables)))
        bindings: dict[str, object] = {}
        lines = []
        if repeated:
            seen: set[Tuple] = set()
            bindings.update(seen=seen, mark=seen.add)
            lines += [f"t = ({row})", "if t in seen: continue", "mark(t)"]
        if source.rule.residual:
            held: list[Tuple] = []
            residual = [self.expander.compiled(part) for part in source.rule.residual]
            self.held.append((source, residual, held))
            bindings["hold"] = held.append
            return [*lines, f"hold(({row}))"], bindings
        bindings.update(found=source.found.extend, known=self.known, know=self.known.add)
        lines.append(f"found(({row or '0,'}))")
        for number, head in enumerate(source.heads):
            parts = []
            for position, term in enumerate(pattern(head).terms):
                parts.append(f"x{term}" if term >= 0 else f"h{number}_{position}")
                if term < 0:
                    bindings[parts[-1]] = ~term
            bindings[f"b{number}"] = self.keys.base[head.name]
            bindings[f"p{number}"] = self.pending[head.name].append
            values = "".join(f"{part}, " for part in parts)
            lines += [
                f"k = b{number} + {digits(parts)}",
                f"if k not in known: know(k); p{number}(({values}))",
            ]
        return lines, bindings

    def _release(self) -> bool:
        """Lets those held instances through whose residual has become possible."""
        released = False
        self.expander.forget()
        binding = self.expander.binding
        for source, residual, held in self.held:
            waiting = []
            names = source.rule.variables
            for count, values in enumerate(held):
                if count & 255 == 255:
                    self.deadline.check()
                binding.update(zip(names, values, strict=True))
                if any(part() is FALSE for part in residual):
                    waiting.append(values)
                    continue
                released = True
                source.found += values or (0,)
                for head in source.heads:
                    made = tuple([binding[arg] for arg in head.args])
                    key = self.keys.key_of(head.name, made)
                    if key not in self.known:
                        self.known.add(key)
                        self.pending[head.name].append(made)
            held[:] = waiting
        return released
