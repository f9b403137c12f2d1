"""What the REPL says, folded to the width of a terminal."""

from __future__ import annotations

import io
import os
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planscript.lang.diagnostics import display_width
from planscript.runtime.shell.repl.folding import Folding, fold

TEXTS = st.text(st.sampled_from("ab ,(苹果。é"), max_size=60)
WIDTHS = st.integers(20, 60)


def test_a_line_is_broken_between_words_and_the_rest_stands_deeper() -> None:
    line = "  2. The milk and the cheese are inside the fridge, and the lamp is not on."
    assert fold(line, 40) == [
        "  2. The milk and the cheese are inside",
        "    the fridge, and the lamp is not on.",
    ]


def test_the_last_cell_of_a_row_is_folded_below_itself() -> None:
    assert fold("  :undo [N]  restore the world as it was N inputs ago", 30) == [
        "  :undo [N]  restore the world",
        "             as it was N",
        "             inputs ago",
    ]


def test_chinese_is_broken_between_characters_and_no_line_begins_with_a_stop() -> None:
    assert fold("苹果在桌子上，梨在架子上。", 22) == ["苹果在桌子上，梨在架子", "  上。"]
    assert fold("苹果在桌子上，梨在架子。", 22)[0] == "苹果在桌子上，梨在架子。"


def test_a_line_of_a_source_stays_whole() -> None:
    line = ' 12 | achieve "the milk and the cheese are in the fridge"'
    assert fold(line, 30) == [line]


def test_colours_take_no_room() -> None:
    assert fold("\x1b[1;31merror\x1b[0m: \x1b[1mwhat is wrong\x1b[0m", 20) == [
        "\x1b[1;31merror\x1b[0m: \x1b[1mwhat is wrong\x1b[0m"
    ]


@given(TEXTS, WIDTHS)
def test_nothing_is_lost_and_no_line_is_too_wide(text: str, width: int) -> None:
    lines = fold(text, width)
    assert re.sub(r"\s", "", "".join(lines)) == re.sub(r"\s", "", text)
    assert all(display_width(line.rstrip("。 ")) <= width for line in lines)


@given(TEXTS)
def test_what_fits_is_left_as_it_is(text: str) -> None:
    assert fold(text, max(20, display_width(text))) == [text]


def test_only_a_terminal_is_folded(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

        def fileno(self) -> int:
            return 1

    monkeypatch.setattr(os, "get_terminal_size", lambda _: os.terminal_size((24, 10)))
    for out, shown in (
        (Terminal(), "one two three four five\n  six\n"),
        (io.StringIO(), "one two three four five six\n"),
    ):
        print("one two three four five six", file=Folding(out))
        assert out.getvalue() == shown
