"""Properties of the modules that are written in Planscript, against Python's own libraries."""

import itertools
import json as python_json
import statistics
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planscript.lang.diagnostics import PlanscriptError
from planscript.runtime.errors import RunError
from planscript.runtime.session import Session

SESSION = Session()
NAMES = "lists maps sets stats graphs search functional random json"
MODULES: dict[str, dict[str, Callable[..., Any]]] = {
    name: SESSION.run_text(f"import {name} as it\n")["it"].members for name in NAMES.split()
}
LISTS, MAPS, SETS, STATS, GRAPHS, SEARCH, FUNCTIONAL, RANDOM, JSON = MODULES.values()

INTS = st.lists(st.integers(-9, 9), max_size=12)
SMALL = st.lists(st.integers(0, 5), max_size=5)
NUMBERS = st.lists(st.integers(-1000, 1000), min_size=2, max_size=20)
LETTERS = "abcdef"
GRAPH = st.dictionaries(
    st.sampled_from(LETTERS),
    st.dictionaries(st.sampled_from(LETTERS), st.integers(0, 9), max_size=4),
    max_size=6,
)


@given(INTS, st.integers(1, 5))
def test_chunks_and_windows(items: list[int], size: int) -> None:
    chunks = LISTS["chunk"](items, size)
    assert LISTS["flatten"](chunks) == items
    assert all(len(chunk) == size for chunk in chunks[:-1])
    windows = LISTS["window"](items, size)
    assert windows == [items[i : i + size] for i in range(len(items) - size + 1)]


@given(INTS)
def test_groups(items: list[int]) -> None:
    groups = LISTS["group_by"](items, abs)
    assert sorted(LISTS["flatten"](groups.values())) == sorted(items)
    assert all(abs(item) == key for key, group in groups.items() for item in group)
    assert LISTS["unique"](items) == list(dict.fromkeys(items))
    assert LISTS["count_by"](items) == {x: items.count(x) for x in items}
    assert LISTS["runs"](items) == [(k, len(list(g))) for k, g in itertools.groupby(items)]
    yes, no = LISTS["partition"](items, lambda x: x > 0)
    assert yes == [x for x in items if x > 0] and no == [x for x in items if x <= 0]


@given(SMALL, st.integers(0, 4))
def test_arrangements_are_those_of_itertools(items: list[int], size: int) -> None:
    assert LISTS["combinations"](items, size) == list(itertools.combinations(items, size))
    assert LISTS["permutations"](items) == list(itertools.permutations(items))
    assert LISTS["product"](items, "ab") == list(itertools.product(items, "ab"))
    assert LISTS["scan"](items, lambda a, b: a + b, 0) == list(
        itertools.accumulate(items, initial=0)
    )
    assert len(LISTS["subsets"](items)) == 2 ** len(items)


@given(st.lists(st.lists(st.integers(), min_size=3, max_size=3), min_size=1, max_size=4))
def test_transposing_twice_changes_nothing(rows: list[list[int]]) -> None:
    assert LISTS["transpose"](LISTS["transpose"](rows)) == rows


@given(NUMBERS)
def test_statistics_are_pythons(numbers: list[int]) -> None:
    assert STATS["mean"](numbers) == pytest.approx(statistics.fmean(numbers))
    assert STATS["median"](numbers) == statistics.median(numbers)
    assert STATS["mode"](numbers) == statistics.mode(numbers)
    assert STATS["deviation"](numbers) == pytest.approx(statistics.stdev(numbers))
    assert STATS["variance"](numbers, sample=False) == pytest.approx(statistics.pvariance(numbers))
    quartiles = statistics.quantiles(numbers, n=4, method="inclusive")
    assert [STATS["quantile"](numbers, q / 4) for q in (1, 2, 3)] == pytest.approx(quartiles)
    assert sum(n for _, _, n in STATS["histogram"](numbers, 4)) == len(numbers)


def all_distances(graph: dict[str, dict[str, int]]) -> dict[tuple[str, str], int]:
    """Floyd and Warshall's algorithm."""
    far = {(a, b): w for a, around in graph.items() for b, w in around.items()}
    far |= {(a, a): 0 for a in LETTERS}
    for k, a, b in itertools.product(LETTERS, repeat=3):
        if (a, k) in far and (k, b) in far:
            far[a, b] = min(far.get((a, b), 10**9), far[a, k] + far[k, b])
    return far


@given(GRAPH)
def test_shortest_paths(graph: dict[str, dict[str, int]]) -> None:
    far = all_distances(graph)
    for start in graph:
        assert GRAPHS["distances"](graph, start) == {
            b: far[start, b] for b in LETTERS if (start, b) in far
        }
        for end in LETTERS:
            path = GRAPHS["shortest_path"](graph, start, end)
            if (start, end) not in far:
                assert path is None
                continue
            length = sum(graph[a][b] for a, b in itertools.pairwise(path))
            assert (path[0], path[-1], length) == (start, end, far[start, end])


@given(GRAPH)
def test_strong_components_are_mutual_reachability(graph: dict[str, dict[str, int]]) -> None:
    far = all_distances(graph)
    groups = GRAPHS["strong_components"](graph)
    assert sorted(LISTS["flatten"](groups)) == sorted(GRAPHS["nodes"](graph))
    of = {node: i for i, group in enumerate(groups) for node in group}
    for a, b in itertools.product(of, repeat=2):
        assert (of[a] == of[b]) == ((a, b) in far and (b, a) in far)


@given(GRAPH)
def test_topological_order_leads_forward(graph: dict[str, dict[str, int]]) -> None:
    try:
        order = GRAPHS["topological_order"](graph)
    except RunError:
        far = all_distances(graph)
        edges = GRAPHS["edges"](graph)
        assert any((b, a) in far for a, b in edges)
        return
    assert all(order.index(a) < order.index(b) for a, b in GRAPHS["edges"](graph))


@given(st.integers(1, 60), st.integers(1, 60))
def test_searches_find_shortest_paths(start: int, end: int) -> None:
    def steps(n: int) -> list[int]:
        return [m for m in (n + 1, n * 2, n - 3) if 0 < m < 200]

    path = SEARCH["bfs"](start, lambda n: n == end, steps)
    assert path[0] == start and path[-1] == end
    assert all(b in steps(a) for a, b in itertools.pairwise(path))
    found, cost = SEARCH["astar"](start, lambda n: n == end, lambda n: [(m, 1) for m in steps(n)])
    assert cost == len(found) - 1 == len(path) - 1
    deep = SEARCH["dfs"](start, lambda n: n == end, steps)
    assert deep[0] == start and deep[-1] == end
    if len(path) < 6:
        assert len(SEARCH["iddfs"](start, lambda n: n == end, steps)) == len(path)


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=15,
)  # fmt: skip


@given(PLAIN, st.none() | st.integers(0, 4))
def test_json_is_pythons(data: object, indent: int | None) -> None:
    text = JSON["write"](data, indent)
    assert python_json.loads(text) == data
    assert JSON["parse"](text) == data
    assert text == python_json.dumps(data, ensure_ascii=False, indent=indent)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: JSON["parse"]("{,}"), "at line 1, column 2"),
        (lambda: JSON["parse"]("[1,\n  NaN]"), "NaN is no number of JSON"),
        (lambda: JSON["write"]({1: 2}), "a key of JSON is text, not a number"),
        (lambda: JSON["write"](float("inf")), "JSON has no form for inf"),
        (lambda: JSON["write"]({1, 2}), "JSON has no form for a set"),
        (lambda: STATS["mean"]([]), "mean() of nothing"),
        (lambda: LISTS["chunk"]([1], 0), "chunk() takes a whole number of at least 1, not 0"),
        (lambda: MAPS["invert"]({"a": 1, "b": 1}), "invert() needs values that differ"),
        (lambda: GRAPHS["distances"]({"a": {"b": -1}}, "a"), "has a negative length"),
        (lambda: RANDOM["integer"](3, 1), "integer() has no number from 3 to 1"),
        (lambda: RANDOM["choice"]([]), "choice() of nothing"),
        (lambda: RANDOM["sample"]([1], 2), "sample() cannot take 2 of 1 items"),
        (lambda: SEARCH["bfs"](0, lambda n: False, lambda n: [n + 1], 50), "50 states"),
    ],
)
def test_bad_input_is_said_in_words(call: Callable[[], Any], message: str) -> None:
    with pytest.raises(PlanscriptError) as caught:
        call()
    assert message in caught.value.diagnostics[0].title


def test_data_that_contain_themselves_are_no_json() -> None:
    ring: list[object] = []
    ring.append(ring)
    with pytest.raises(RunError, match="contain themselves"):
        JSON["write"](ring)


def test_a_seed_makes_chance_repeat_itself() -> None:
    one, two = RANDOM["generator"](5).members, RANDOM["generator"](5).members
    assert [one["integer"](1, 6) for _ in range(20)] == [two["integer"](1, 6) for _ in range(20)]
    other = Session().run_text("import random\nrandom.seed(3)\nlet x = random.number()\n")["x"]
    again = Session().run_text("import random\nrandom.seed(3)\nlet x = random.number()\n")["x"]
    assert other == again


@given(st.dictionaries(st.text(max_size=2), st.integers()), st.sets(st.text(max_size=2)))
def test_maps(m: dict[str, int], wanted: set[str]) -> None:
    assert MAPS["merge"](MAPS["pick"](m, wanted), MAPS["omit"](m, wanted)) == m
    assert list(MAPS["sort_by"](m)) == sorted(m)
    nothing: dict[str, int] = {}
    assert MAPS["changes"](m, m) == {"added": {}, "removed": {}, "changed": {}}
    assert MAPS["changes"](nothing, m)["added"] == m
