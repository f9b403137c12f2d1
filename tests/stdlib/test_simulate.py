"""`simulate`: trials in a noisy world, the same for the same seed."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planscript.lang.diagnostics import PlanscriptError
from planscript.runtime.session import Session


def trial(arguments: str) -> Any:
    script = f"import planning\nimport simulate\nlet p = planning.sample()\nlet found = simulate.run({arguments})\n"
    return Session().run_text(script)["found"]


@given(st.integers(0, 10**6), st.sampled_from(["0", "0.3", "1"]), st.integers(1, 20))
def test_figures_fit_one_another_and_the_seed(seed: int, share: str, limit: int) -> None:
    given_ = f'p, none, {{"drive": {share}}}, 5, {limit}, {seed}'
    found = trial(given_)
    assert found == trial(given_)
    assert found["faults"] == found["replans"] <= found["steps"] <= limit
    assert 0 <= found["success_rate"] <= 1
    if share == "1" or limit < 6:
        assert found["success_rate"] == 0
    elif share == "0":
        assert (found["success_rate"], found["steps"]) == (1, 6)


def test_the_plan_that_is_given_is_the_one_that_is_tried() -> None:
    assert trial('p, planning.solve(p, "bfs")')["steps"] == 5


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("3", "takes a world"),
        ("p, []", "valid plan"),
        ('p, none, {"fly": 0.1}', "names actions"),
        ('p, none, {"drive": 2}', "from 0 to 1"),
        ("p, none, [1]", "takes a map"),
        ("p, none, {}, 0", "at least 1"),
        ('planning.sample("switches")', "no plan to try"),
    ],
)
def test_bad_input_is_told_in_words(arguments: str, words: str) -> None:
    with pytest.raises(PlanscriptError) as caught:
        trial(arguments)
    assert words in str(caught.value)
