"""Properties of the module `text`, against plain definitions."""

import functools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planscript.lang.diagnostics import display_width
from planscript.runtime.errors import RunError
from planscript.stdlib import text

WORDS = st.text(alphabet="ab é苹'-. ", max_size=30)
SHORT = st.text(alphabet="abc", max_size=9)


def slow_distance(a: str, b: str) -> int:
    @functools.cache
    def cost(i: int, j: int) -> int:
        if not i or not j:
            return i + j
        changed = cost(i - 1, j - 1) + (a[i - 1] != b[j - 1])
        return min(changed, cost(i - 1, j) + 1, cost(i, j - 1) + 1)

    return cost(len(a), len(b))


@given(SHORT, SHORT)
def test_distance_is_that_of_the_recursive_definition(a: str, b: str) -> None:
    assert text.distance(a, b) == slow_distance(a, b)


def slow_glob(subject: str, pattern: str) -> bool:
    if not pattern:
        return not subject
    if pattern[0] == "*":
        return any(slow_glob(subject[i:], pattern[1:]) for i in range(len(subject) + 1))
    fits = bool(subject) and pattern[0] in ("?", subject[0])
    return fits and slow_glob(subject[1:], pattern[1:])


@given(SHORT, st.text(alphabet="abc*?", max_size=7))
def test_glob_is_that_of_the_recursive_definition(subject: str, pattern: str) -> None:
    assert text.glob(subject, pattern) == slow_glob(subject, pattern)


def test_glob_does_not_explode() -> None:
    assert not text.glob("a" * 2000, "*a" * 60 + "b")


@given(WORDS, st.integers(2, 12))
def test_wrapped_lines_are_narrow_and_keep_every_letter(given_text: str, width: int) -> None:
    rows = text.wrap(given_text, width)
    assert all(display_width(row) <= width for row in rows)
    assert "".join(rows).replace(" ", "") == "".join(given_text.split())


@given(WORDS, st.integers(0, 40))
def test_padding_reaches_the_width_on_both_sides_alike(given_text: str, width: int) -> None:
    wide = max(width, display_width(given_text))
    for pad in (text.pad_left, text.pad_right, text.center):
        assert display_width(pad(given_text, width)) == wide
        assert given_text in pad(given_text, width)


@given(WORDS)
def test_words_are_the_tokens_that_are_not_signs(given_text: str) -> None:
    assert set(text.words(given_text)) <= {t.strip("'") for t in text.tokens(given_text)}
    assert "".join(text.tokens(given_text)) == "".join(given_text.split())


@given(WORDS, st.integers(1, 20))
def test_truncated_text_fits(given_text: str, width: int) -> None:
    assert display_width(text.truncate(given_text, width)) <= max(width, 1)


@given(st.lists(SHORT, max_size=5))
def test_split_undoes_join(parts: list[str]) -> None:
    assert text.split(text.join(parts, ", "), ", ") == (parts or [""])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: text.split(3), "split() takes text, not a number"),
        (lambda: text.split("a", ""), "the separator is empty"),
        (lambda: text.join(7), "join() takes a list, not a number"),
        (lambda: text.pad_left("x", "3"), "pad_left() takes a whole number, not text"),
        (lambda: text.pad_left("x", 3, "ab"), "pad_left() fills with one character, not 'ab'"),
        (lambda: text.pad_left("x", 10**12), "a text of 1,000,000,000,000 characters is too long"),
        (lambda: text.replace("a" * 10**5, "a", "b" * 10**5), "is too long"),
        (lambda: text.wrap("x", 1), "wrap() takes a number of at least 2, not 1"),
        (lambda: text.between("x", "", "b"), "between() takes text that is not empty"),
        (lambda: text.nearest("x", [1]), "nearest() takes choices that are text, not a number"),
        (lambda: text.distance("a" * 10**5, "b" * 10**5), "the texts are too long to compare"),
    ],
)
def test_bad_input_is_said_in_words(call, message: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(RunError) as caught:
        call()
    assert message in caught.value.diagnostics[0].title
