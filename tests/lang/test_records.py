"""Quick dataclasses do what the standard ones do, also for the functions of `dataclasses`."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Mapping
from typing import Any

import pytest

from planscript.lang import records


def _classes(dataclass, field):  # type: ignore[no-untyped-def]
    @dataclass(frozen=True, slots=True)
    class Point:
        x: int
        y: int = 0
        notes: Mapping[str, int] = field(default_factory=dict)
        span: str | None = field(default=None, compare=False)

    return Point


QUICK = _classes(records.dataclass, records.field)
STANDARD = _classes(dataclasses.dataclass, dataclasses.field)


@pytest.mark.parametrize("args", [(1,), (1, 2), (1, 2, {"a": 1}), (1, 2, {}, "here")])
def test_the_same_values_and_text_as_a_standard_dataclass(args: tuple[object, ...]) -> None:
    quick, standard = QUICK(*args), STANDARD(*args)
    assert dataclasses.asdict(quick) == dataclasses.asdict(standard)
    assert repr(quick) == repr(standard).replace("_classes.<locals>.", "")
    assert [f.name for f in dataclasses.fields(quick)] == ["x", "y", "notes", "span"]
    assert copy.deepcopy(quick) == quick


def test_equality_leaves_out_what_is_not_compared_and_other_classes() -> None:
    assert QUICK(1, span="a") == QUICK(1, span="b")
    assert QUICK(1) != QUICK(2)
    assert QUICK(1) != STANDARD(1)


@pytest.mark.parametrize("replace", [dataclasses.replace, records.replace])
def test_replace_and_match(replace: Any) -> None:
    changed = replace(QUICK(1, 2), y=3)
    match changed:
        case QUICK(x, y):
            assert (x, y) == (1, 3)
        case _:
            raise AssertionError


def test_a_frozen_one_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        QUICK(1).x = 2
    with pytest.raises(dataclasses.FrozenInstanceError):
        del QUICK(1).x


@pytest.mark.parametrize("given", [{}, {"z": 1}, {"x": 1, "z": 1}])
def test_missing_and_unknown_arguments_are_refused(given: dict[str, int]) -> None:
    with pytest.raises(TypeError):
        QUICK(**given)
    with pytest.raises(TypeError):
        QUICK(1, x=1)
    with pytest.raises(TypeError):
        QUICK(1, 2, {}, "here", 5)


def test_one_that_is_not_frozen_can_be_changed_and_not_hashed() -> None:
    @records.dataclass(slots=True)
    class Counter:
        seen: int = 0

    counter = Counter()
    counter.seen += 1
    assert counter == Counter(1)
    with pytest.raises(TypeError):
        hash(counter)
