"""How values are written out: as `print` shows them and as literals."""

import json
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planscript.runtime import display
from planscript.runtime.display import digits, literal, quoted, read_digits, show
from planscript.runtime.errors import KINDS, RunError
from planscript.runtime.format_spec import formatted
from planscript.runtime.values import Obj, PlanValue, Step

APPLE = Obj("apple", "fruit", "apple")
TABLE = Obj("table", "surface", "table")


def test_values_are_written_in_the_words_of_the_language() -> None:
    values = [none := None, True, 1, 1.0, 'a\n"b"', [], (), (1,), {}, set(), {"k": [none]}]
    assert literal(values) == (
        '[none, true, 1, 1.0, "a\\n\\"b\\"", [], (), (1,), {}, set(), {"k": [none]}]'
    )


def test_text_is_quoted_inside_containers_only() -> None:
    assert show("a") == "a"
    assert show(["a"]) == '["a"]'


def test_things_of_the_world_are_shown_by_name() -> None:
    step = Step("put", (APPLE, TABLE), None)  # type: ignore[arg-type]
    assert show([APPLE, step]) == "[apple, put(apple, table)]"
    plan = PlanValue((step,), 1, None, {}, True)  # type: ignore[arg-type]
    assert show(plan) == "plan [put(apple, table)]"
    assert literal(KINDS["KeyError"]("no")) == "KeyError: no"


def test_values_inside_themselves_are_cut_short() -> None:
    ring: list[object] = [1]
    ring.append(ring)
    table: dict[str, object] = {"ring": ring}
    table["self"] = table
    assert show(ring) == "[1, [...]]"
    assert show(table) == '{"ring": [1, [...]], "self": {...}}'


def test_a_value_that_is_shared_is_no_cycle() -> None:
    part = [1]
    assert show([part, part]) == "[[1], [1]]"


def test_nesting_of_any_depth_is_written() -> None:
    deep: list[object] = []
    for _ in range(100_000):
        deep = [deep]
    assert len(show(deep)) == 2 * 100_001


def test_values_that_share_too_much_are_refused_or_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(display, "MAX_SHOWN", 100_000)
    value: list[object] = ["x"]
    for _ in range(60):
        value = [value, value]
    with pytest.raises(RunError, match="too large to be written out"):
        show(value)
    assert len(literal(value, 500)) <= 501


def test_sets_are_shown_in_the_same_order_always() -> None:
    assert show({3, 1, 2}) == "{1, 2, 3}"
    assert show({"b", 1, "a", (2, "x")}) == '{1, "a", "b", (2, "x")}'


@given(st.integers())
def test_digits_are_pythons(n: int) -> None:
    assert digits(n) == str(n)


@given(st.integers(4_000, 30_000), st.integers(0, 9), st.booleans())
def test_long_numbers_are_written_and_read_exactly(length: int, seed: int, negative: bool) -> None:
    text = "7" + "".join(str((seed * i * i + i) % 10) for i in range(length))
    number = read_digits(text)
    assert digits(-number if negative else number) == ("-" if negative else "") + text
    assert number % 997 == sum(int(c) * pow(10, i, 997) for i, c in enumerate(reversed(text))) % 997


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=12,
)


@given(JSON)
def test_literals_of_plain_data_are_json_but_for_none(value: object) -> None:
    text = literal(value)
    if "none" not in text and "\\U" not in text:
        assert json.loads(text) == value


@given(st.text())
def test_quoted_text_is_printable_on_one_line(text: str) -> None:
    assert quoted(text).isprintable()


SPECS = st.tuples(
    st.sampled_from(["", "*<", ">", "^", "=", "x>"]),
    st.sampled_from(["", "+", "-", " "]),
    st.sampled_from(["", "#"]),
    st.sampled_from(["", "0"]),
    st.sampled_from(["", "1", "12"]),
    st.sampled_from(["", ",", "_"]),
    st.sampled_from(["", ".0", ".3"]),
    st.sampled_from(["", "d", "b", "x", "X", "o", "f", "e", "g", "%", "s", "c", "n", "q"]),
).map("".join)


@given(st.integers() | st.floats(allow_nan=False) | st.text(max_size=5), SPECS)
def test_specs_of_numbers_and_text_are_pythons(value: int | float | str, spec: str) -> None:
    try:
        expected = format(value, spec)
    except (ValueError, OverflowError):
        expected = None
    try:
        found = formatted(value, spec)
    except RunError:
        found = None
    if "n" in spec or (isinstance(value, int | float) and spec.endswith("s")):
        return  # not of the language; numbers may be formatted as text
    assert found == expected


@given(st.integers(13_000, 14_000), SPECS)
def test_specs_of_very_long_numbers_are_those_of_short_ones(bits: int, spec: str) -> None:
    number = 3**bits
    assert number.bit_length() > 12_000
    if spec.endswith(("d", ",", "_", "0", "<", ">", "^", "=", "2")) and "#" not in spec:
        old = sys.get_int_max_str_digits()
        sys.set_int_max_str_digits(0)
        try:
            expected = format(number, spec)
        except ValueError:
            return
        finally:
            sys.set_int_max_str_digits(old)
        assert formatted(number, spec) == expected


@pytest.mark.parametrize("spec", ["{0.__class__}", ".2x", "abc", ">>>", "10000000", "d!", "!r"])
def test_wrong_specs_are_refused(spec: str) -> None:
    with pytest.raises(RunError):
        formatted(1.5, spec)


def test_a_spec_aligns_what_is_no_number_as_text() -> None:
    assert formatted(True, ">6") == "  true"
    assert formatted([1], "<5") == "[1]  "
    assert formatted(APPLE, "^7") == " apple "
