"""The options of `with` that the check knows are those that planning and acting take."""

from planscript.lang import options
from planscript.lang.worldcheck import OPTIONS
from planscript.runtime import acting
from planscript.runtime.planner.heuristics import HEURISTICS
from planscript.runtime.planner.search import SEARCHES
from planscript.runtime.planner.solve import CONFIGURATIONS


def test_the_names_of_searches_and_heuristics_are_the_planners() -> None:
    assert options.SEARCHES == {*SEARCHES, *CONFIGURATIONS, "auto"}
    assert options.HEURISTICS == {*HEURISTICS, "auto"}


def test_the_kinds_of_values_are_those_that_acting_takes() -> None:
    taken = dict(acting.OPTIONS)
    taken |= {name: kinds for name, (kinds, _) in acting.ACTING_OPTIONS.items()}
    assert {name: takes.kinds for name, takes in options.VALUES.items()} == taken
    assert set(taken) <= OPTIONS
