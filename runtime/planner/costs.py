"""Action costs while grounding: whole numbers on one scale, read from the problem where they depend
on the arguments."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from math import lcm

from planscript.lang.diagnostics import Diagnostic, SourceError
from planscript.runtime.pddl.model import Atom, Problem
from planscript.runtime.planner.normalise import Schema

MOST_COST = 1 << 53  # of one action, scaled; sums of many must fit into 63 bits


class Costs:
    """The costs of all instances of schemas; `scale` times the user's cost is a whole number."""

    def __init__(self, problem: Problem, schemas: Iterable[Schema]) -> None:
        self._problem = problem
        self._unit = not problem.minimise_cost
        self.scale = Fraction(1)
        self._values: Mapping[Atom, Fraction] = problem.values
        if self._unit:
            return
        names = set()
        denominators = [1]
        for schema in schemas:
            for cost in schema.costs:
                if isinstance(cost, Atom):
                    names.add(cost.name)
                else:
                    denominators.append(cost.denominator)
        denominators += [v.denominator for f, v in problem.values.items() if f.name in names]
        self.scale = Fraction(lcm(*set(denominators)))

    def of(
        self, schema: Schema, columns: Mapping[str, Sequence[int]], rows: int
    ) -> int | list[int]:
        """The cost of each instance, or the one cost of all; `columns` has the values by variable.

        Raises:
            SourceError: a cost has no value, is negative, or is too large.
        """
        if self._unit:
            return 1
        fixed = Fraction(0)
        varying: list[list[Fraction]] = []
        for cost in schema.costs:
            if isinstance(cost, Fraction):
                fixed += cost
            else:
                varying.append(self._looked_up(schema, cost, columns, rows))
        if not varying:
            return self._scaled(schema, fixed)
        sums = [sum(parts, fixed) for parts in zip(*varying, strict=True)]
        scaled = {value: self._scaled(schema, value) for value in set(sums)}
        return [scaled[value] for value in sums]

    def _looked_up(
        self, schema: Schema, cost: Atom, columns: Mapping[str, Sequence[int]], rows: int
    ) -> list[Fraction]:
        """The value of a function for each instance."""
        objects = tuple(self._problem.objects)
        numbers = {name: number for number, name in enumerate(objects)}
        table: dict[tuple[int, ...], Fraction] = {
            tuple([numbers[arg] for arg in atom.args]): value
            for atom, value in self._values.items()
            if atom.name == cost.name
        }
        arguments = [columns[a] if a in columns else [numbers[a]] * rows for a in cost.args]
        keys = list(zip(*arguments, strict=True)) if arguments else [()] * rows
        try:
            return [table[key] for key in keys]
        except KeyError as missing:
            names = [objects[number] for number in missing.args[0]]
            shown = f"({' '.join([cost.name, *names])})"
            raise SourceError(
                Diagnostic(
                    "E0733",
                    f"the cost of `{schema.action.name}` needs the value of `{shown}`",
                    schema.action.span,
                    "read here",
                    f"give it in the problem's init: `(= {shown} 1)`",
                )
            ) from None

    def _scaled(self, schema: Schema, cost: Fraction) -> int:
        scaled = int(cost * self.scale)
        if 0 <= scaled <= MOST_COST:
            return scaled
        wrong = "negative" if scaled < 0 else "too large"
        raise SourceError(
            Diagnostic(
                "E0734",
                f"an action `{schema.action.name}` has a {wrong} cost: {cost}",
                schema.action.span,
                hint="costs are at least 0" if scaled < 0 else "",
            )
        )
