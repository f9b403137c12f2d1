"""What `planscript solve --list` prints: which search goes with which heuristic, and what each can do."""

from __future__ import annotations

from collections.abc import Iterator

from planscript.runtime.planner.heuristics import HEURISTICS, HeuristicInfo
from planscript.runtime.planner.search import SEARCHES, SearchInfo
from planscript.runtime.planner.solve import CONFIGURATIONS

NAME = 20  # width of the first column
LEGEND = """\
best: no plan costs less    few: no plan has fewer steps    plan: a plan    -: it takes none
yes, no: what the heuristic takes and is; costs: whether it estimates costs, not only steps"""


def planner_table() -> str:
    """The lists of configurations, searches and heuristics, and the table of both."""
    parts = ("configurations", *_configurations(), "searches", *_searches(), "heuristics")
    return "\n".join((*parts, *_heuristics(), "search x heuristic", *_table(), LEGEND)) + "\n"


def promise(search: SearchInfo, heuristic: HeuristicInfo) -> str:
    """What a search finds with a heuristic: a word of the legend."""
    if search.heuristics == 0 and heuristic.name != "blind":
        return "-"
    if search.optimal == "fewest":
        return "few"
    return "best" if search.optimal and heuristic.admissible else "plan"


def _configurations() -> Iterator[str]:
    for name, pairs in CONFIGURATIONS.items():
        first, others = pairs[0], len(pairs) - 1
        yield f"  {name:15}{first[0]} with {first[1]}" + (", then others" if others else "")
    yield f"  {'auto':15}optimal for a while, then fast"


def _searches() -> Iterator[str]:
    for search in SEARCHES.values():
        traits = [] if search.complete else ["may miss plans"]
        traits += [] if search.adl else ["no conditional effects", "no derived predicates"]
        yield f"  {search.name:15}{search.description}" + f" [{', '.join(traits)}]" * bool(traits)


def _heuristics() -> Iterator[str]:
    for heuristic in HEURISTICS.values():
        yield f"  {heuristic.name:15}{heuristic.description}"


def _table() -> Iterator[str]:
    heuristics = list(HEURISTICS.values())
    yield _row("", list(HEURISTICS))
    for title, trait in (
        ("admissible", "admissible"),
        ("conditional effects", "conditional_effects"),
        ("derived predicates", "axioms"),
        ("costs", "costs"),
    ):
        yield _row(title, ["yes" if getattr(one, trait) else "no" for one in heuristics])
    for search in SEARCHES.values():
        yield _row(search.name, [promise(search, one) for one in heuristics])


def _row(title: str, cells: list[str]) -> str:
    widths = [max(4, len(name)) for name in HEURISTICS]
    shown = [f"{cell:{width}}" for cell, width in zip(cells, widths, strict=True)]
    return f"  {title:{NAME}}{' '.join(shown)}".rstrip()
