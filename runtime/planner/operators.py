"""From instances of schemas to ground operators.

Schemas whose instances differ only in their facts go column by column; those with conditional
effects, or with formulas that were left whole, instance by instance.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from itertools import repeat
from typing import NamedTuple

from planscript.runtime.pddl.model import Atom
from planscript.runtime.planner.assembly import Column, OperatorTable
from planscript.runtime.planner.costs import Costs
from planscript.runtime.planner.deadline import Deadline
from planscript.runtime.planner.derived import GroundAxioms
from planscript.runtime.planner.encoding import HOLDS, NEVER, Encoding
from planscript.runtime.planner.expansion import Expander
from planscript.runtime.planner.facts import FactKeys
from planscript.runtime.planner.joins import Tuple
from planscript.runtime.planner.normalise import Schema
from planscript.runtime.planner.reachability import Reached, Source

Literals = tuple[int, ...]


class RowOperator(NamedTuple):
    """A ground operator before its facts have variables; literals as in `expansion.py`."""

    row: int  # of the schema's instances
    precondition: Literals
    effects: list[tuple[int, bool, Literals]]  # fact, whether it is added, conditions


class Instances:
    """The instances of one schema."""

    def __init__(self, schema: Schema, source: Source, effects: Sequence[Source]) -> None:
        self.schema = schema
        self.source = source
        self.effects = effects
        self.by_row = bool(schema.effects) or bool(schema.rule.residual)
        self.rows: list[RowOperator] = []  # where `by_row`
        self._terms = {name: slot for slot, name in enumerate(schema.rule.variables)}

    def key_column(self, atom: Atom, columns: Sequence[list[int]], facts: FactKeys) -> list[int]:
        """The key of the atom in each instance."""
        base, radix = facts.base[atom.name], facts.radix
        keys: list[int] | None = None
        fixed = 0
        for arg in atom.args:
            slot = self._terms.get(arg)
            if slot is None:
                number = facts.numbers[arg]
                if keys is None:
                    fixed = fixed * radix + number
                else:
                    keys = [key * radix + number for key in keys]
            elif keys is None:
                fixed *= radix
                keys = [fixed + x for x in columns[slot]] if fixed else columns[slot]
            else:
                keys = [key * radix + x for key, x in zip(keys, columns[slot], strict=True)]
        if keys is None:
            return [base + fixed] * len(self.source)
        return [base + key for key in keys]

    def expand(
        self, facts: FactKeys, expander: Expander, axioms: GroundAxioms, deadline: Deadline
    ) -> None:
        """Makes `rows` for a schema that goes instance by instance."""
        names = self.schema.rule.variables
        binding = expander.binding
        conditional = self._conditional(facts, expander, axioms)
        condition = expander.compiled_rule(self.schema.rule)
        for row, values in enumerate(self.source.instances()):
            deadline.check()
            binding.update(zip(names, values, strict=True))
            effects: list[tuple[int, bool, Literals]] = []
            for atoms, adds in ((self.schema.deletes, False), (self.schema.adds, True)):
                for atom in atoms:
                    key = facts.key_of(atom.name, [binding[arg] for arg in atom.args])
                    effects.append((key, adds, ()))
            effects += conditional.get(values, ())
            for literals in axioms.alternatives(condition()):
                self.rows.append(RowOperator(row, tuple(sorted(literals)), effects))

    def _conditional(
        self, facts: FactKeys, expander: Expander, axioms: GroundAxioms
    ) -> dict[Tuple, list[tuple[int, bool, Literals]]]:
        """The conditional and quantified effects of each instance."""
        found: dict[Tuple, list[tuple[int, bool, Literals]]] = {}
        binding = expander.binding
        width = len(self.schema.rule.variables)
        for effect, source in zip(self.schema.effects, self.effects, strict=True):
            names = effect.rule.variables
            condition = expander.compiled_rule(effect.rule)
            for values in source.instances():
                binding.update(zip(names, values, strict=True))
                args = [binding[arg] for arg in effect.atom.args]
                key = facts.key_of(effect.atom.name, args)
                for literals in axioms.alternatives(condition()):
                    one = (key, effect.adds, tuple(sorted(literals)))
                    found.setdefault(values[:width], []).append(one)
        return found


class Blocks:
    """Which instance each operator comes from; operators from `end` on are artificial."""

    def __init__(self, objects: tuple[str, ...]) -> None:
        self.objects = objects
        self.end = 0
        self.starts: list[int] = []
        self.origins: list[tuple[Instances, range | list[int]]] = []

    def action_of(self, operator: int) -> Atom:
        """The action and arguments of an operator; an artificial one has the name ""."""
        if operator >= self.end:
            return Atom("")
        block = bisect_right(self.starts, operator) - 1
        instances, rows = self.origins[block]
        row = rows[operator - self.starts[block]]
        width = instances.source.width
        values = instances.source.found[row * width : (row + 1) * width]
        bound = dict(zip(instances.schema.rule.variables, values, strict=False))
        args = [
            self.objects[bound[arg]] if arg in bound else arg for arg in instances.schema.arguments
        ]
        return Atom(instances.schema.action.name, tuple(args))


class OperatorBuilder:
    """Builds the operators of all schemas for an encoding; can be used again for another one."""

    def __init__(
        self, reached: Reached, schemas: Sequence[Schema], costs: Costs, deadline: Deadline
    ) -> None:
        self.facts = reached.keys
        self.changing = frozenset(reached.tuples)
        self.costs = costs
        self.deadline = deadline
        self.instances = [
            Instances(*one) for one in zip(schemas, reached.schemas, reached.effects, strict=True)
        ]

    def expand(self, expander: Expander, axioms: GroundAxioms) -> None:
        """Prepares the schemas that go instance by instance."""
        for instances in self.instances:
            if instances.by_row:
                instances.expand(self.facts, expander, axioms, self.deadline)

    def deleted(self) -> set[int]:
        """Keys of facts that some instance deletes."""
        found: set[int] = set()
        for instances in self.instances:
            columns = instances.source.columns() if instances.schema.deletes else []
            for atom in instances.schema.deletes:
                if atom in instances.schema.adds:
                    continue  # the add wins
                found.update(instances.key_column(atom, columns, self.facts))
            for effect, source in zip(instances.schema.effects, instances.effects, strict=True):
                if not effect.adds:
                    terms = {name: slot for slot, name in enumerate(effect.rule.variables)}
                    for values in source.instances():
                        args = [
                            values[terms[arg]] if arg in terms else self.facts.numbers[arg]
                            for arg in effect.atom.args
                        ]
                        found.add(self.facts.key_of(effect.atom.name, args))
        return found

    def negated(self) -> set[int]:
        """Keys of facts that some operator requires to be false."""
        found: set[int] = set()
        for instances in self.instances:
            for one in instances.rows:
                literals = [*one.precondition, *(x for _, _, given in one.effects for x in given)]
                found.update([~literal for literal in literals if literal < 0])
            if not instances.by_row:
                columns = instances.source.columns()
                for atom in instances.schema.rule.negated:
                    if atom.name in self.changing:
                        found.update(instances.key_column(atom, columns, self.facts))
        return found

    def build(self, encoding: Encoding) -> tuple[OperatorTable, Blocks]:
        """All operators in an encoding, and where they come from."""
        table = OperatorTable(encoding)
        blocks = Blocks(self.facts.objects)
        for instances in self.instances:
            self.deadline.check()
            if len(instances.source) == 0:
                continue
            if instances.by_row:
                self._add_rows(instances, table, blocks)
                continue
            columns = instances.source.columns()
            start = len(table)
            literals = self._literals(instances, columns, encoding)
            named = dict(zip(instances.schema.rule.variables, columns, strict=True))
            costs = self.costs.of(instances.schema, named, len(instances.source))
            for rows in table.add_columns(*literals, costs, len(instances.source)):
                blocks.starts.append(start)
                blocks.origins.append((instances, rows))
                start += len(rows)
        blocks.end = len(table)
        return table, blocks

    def _literals(
        self, instances: Instances, columns: Sequence[list[int]], encoding: Encoding
    ) -> tuple[list[Column], list[Column], list[Column]]:
        """The columns of precondition, adds and deletes; literals of one atom share their list."""
        known: dict[tuple[Atom, bool], Column] = {}

        def column(atom: Atom, positive: bool) -> Column:
            if (atom, positive) not in known:
                table = encoding.true if positive else encoding.false
                keys = instances.key_column(atom, columns, self.facts)
                codes = list(map(table.get, keys, repeat(HOLDS)))
                known[atom, positive] = Column(atom.name, codes)
            return known[atom, positive]

        rule = instances.schema.rule
        precondition = [column(atom, True) for atom in rule.atoms if atom.name in self.changing]
        precondition += [column(a, False) for a in rule.negated if a.name in self.changing]
        adds = [column(atom, True) for atom in instances.schema.adds]
        deletes = [column(atom, True) for atom in instances.schema.deletes]
        return precondition, adds, deletes

    def _add_rows(self, instances: Instances, table: OperatorTable, blocks: Blocks) -> None:
        encoding = table.encoding
        columns = instances.source.columns()
        named: Mapping[str, list[int]] = dict(
            zip(instances.schema.rule.variables, columns, strict=True)
        )
        costs = self.costs.of(instances.schema, named, len(instances.source))
        start, rows = len(table), []
        for one in instances.rows:
            precondition = _codes(one.precondition, encoding)
            if precondition is None:
                continue
            effects = list(_coded_effects(one.effects, encoding))
            cost = costs if isinstance(costs, int) else costs[one.row]
            if table.add(precondition, effects, cost):
                rows.append(one.row)
        if rows:
            blocks.starts.append(start)
            blocks.origins.append((instances, rows))


def _coded_effects(
    effects: Sequence[tuple[int, bool, Literals]], encoding: Encoding
) -> Iterator[tuple[int, bool, list[int]]]:
    for key, adds, conditions in effects:
        code = encoding.true.get(key, HOLDS)
        given = _codes(conditions, encoding)
        if code >= 0 and given is not None:
            yield code, adds, given


def _codes(literals: Literals, encoding: Encoding) -> list[int] | None:
    """The codes of what is left to test of a conjunction; None where it is never true."""
    codes = [encoding.code(literal) for literal in literals]
    if NEVER in codes:
        return None
    return [code for code in codes if code >= 0]
