"""The table that `planscript solve --list` prints holds for the searches as they run."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from random_tasks import Row, lay_out

from planscript.runtime.pddl.model import Atom
from planscript.runtime.planner.heuristics import HEURISTICS
from planscript.runtime.planner.search import SEARCHES, search
from planscript.runtime.planner.status import Status
from planscript.runtime.planner.task import Task, Variable
from planscript.runtime.shell.planner_table import planner_table

LINES = planner_table().splitlines()
TABLE = LINES[LINES.index("search x heuristic") + 1 :]
COLUMNS = TABLE[0].split()


def row(title: str) -> dict[str, str]:
    """The cells of a row by the heuristic that they are about."""
    [line] = [line for line in TABLE[1:] if line.startswith(f"  {title} ")]
    cells = line.removeprefix(f"  {title} ").split()
    return dict(zip(COLUMNS, cells, strict=True))


def stairs() -> Task:
    """Three steps up for 1 each, or one of 7."""
    values = tuple(Atom("at", (str(x),)) for x in range(4))
    rows = [Row(((0, x),), (((), 0, x + 1),), 1) for x in range(3)]
    rows.append(Row(((0, 0),), (((), 0, 3),), 7))
    return Task(
        (Variable(values),), (0,), ((0, 3),), lay_out(rows), lay_out([]), lambda o: Atom(f"o{o}")
    )


def conditional(task: Task) -> Task:
    """The same with an effect that a condition guards."""
    rows = [Row((), ((((0, x),), 0, x + 1),), 1) for x in range(3)]
    return replace(task, operators=lay_out(rows), has_conditional_effects=True)


def with_axiom(task: Task) -> Task:
    """The same, where the goal is derived from standing at the top."""
    top = Variable((None, Atom("top")), 0)
    rule = Row(((0, 3),), (((), 1, 1),), 0)
    return replace(
        task,
        variables=(*task.variables, top),
        initial=(0, 0),
        goal=((1, 1),),
        axioms=lay_out([rule]),
    )


def test_all_searches_and_heuristics_are_there_once() -> None:
    assert COLUMNS == list(HEURISTICS)
    titles = [line[2:22].strip() for line in TABLE[1:]][4 : 4 + len(SEARCHES)]
    assert titles == list(SEARCHES)


@pytest.mark.parametrize("name", SEARCHES)
@pytest.mark.parametrize("column", COLUMNS)
def test_a_search_keeps_what_the_table_promises(name: str, column: str) -> None:
    found = search(stairs(), name, column, weight=Fraction(5))
    promised = row(name)[column]
    if promised == "-":
        assert found.status is Status.UNSUPPORTED
        assert found.note == f"the search {name} takes no heuristic"
        return
    assert found.status is Status.SOLVED
    assert found.operators is not None
    if promised == "best":
        assert found.optimal
        assert (found.cost, len(found.operators)) == (3, 3)
    elif promised == "few":
        assert (found.cost, len(found.operators)) == (7, 1)
    else:
        assert found.cost in (3, 7)
        assert not found.optimal or name == "anytime"


@pytest.mark.parametrize("name", HEURISTICS)
@pytest.mark.parametrize(
    ("title", "change", "word"),
    [
        ("conditional effects", conditional, "conditional effects"),
        ("derived predicates", with_axiom, "derived predicates"),
    ],
)
def test_a_heuristic_takes_the_tasks_that_the_table_says(name, title, change, word) -> None:  # type: ignore[no-untyped-def]
    found = search(change(stairs()), "astar", name)
    if row(title)[name] == "yes":
        assert (found.status, found.cost) == (Status.SOLVED, 3)
    else:
        assert found.status is Status.UNSUPPORTED
        assert found.note == f"the heuristic {name} does not take {word}"


@pytest.mark.parametrize("name", HEURISTICS)
def test_a_heuristic_heeds_costs_where_the_table_says(name: str) -> None:
    """A step that alone leads to the goal costs 1, or 7."""
    task = stairs()
    costs = []
    for cost in (1, 7):
        dear = replace(task, operators=lay_out([Row((), (((), 0, 3),), cost)]))
        costs.append(HEURISTICS[name].make(dear, "real").evaluate((0,)))
    assert costs == [1, 7] if row("costs")[name] == "yes" else costs[0] == costs[1]


@pytest.mark.parametrize("name", HEURISTICS)
def test_admissible_heuristics_are_called_so(name: str) -> None:
    """That they are is tested state by state elsewhere."""
    assert row("admissible")[name] == ("yes" if HEURISTICS[name].admissible else "no")
