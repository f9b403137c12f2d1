"""Every message that the language can give, as the user sees it.

Each `tests/diagnostics/NAME.plan` has a `NAME.golden` with its messages. After a change that is
meant, write them anew and read the difference:

    UPDATE_GOLDEN=1 pytest tests/lang/test_diagnostics.py && git diff tests/diagnostics
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from script_host import NAMES

from planscript.lang.compile import compile_script
from planscript.lang.diagnostics import Diagnostic, SourceError, Span, display_width, draw

FOLDER = Path(__file__).parent.parent / "diagnostics"
SCRIPTS = sorted(FOLDER.glob("*.plan"))


def messages(path: Path) -> str:
    text = path.read_text(encoding="utf-8")
    try:
        found = compile_script(text, path.name, builtins=NAMES).warnings
    except SourceError as error:
        found = error.diagnostics
    return "\n\n".join(draw(one, text) for one in found) + "\n"


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_messages_are_as_written_down(path: Path) -> None:
    golden = path.with_suffix(".golden")
    shown = messages(path)
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(shown, encoding="utf-8")
    assert golden.read_text(encoding="utf-8") == shown
    assert path.stem.split("_")[0] in shown, "the message that the file is named after"


def test_every_code_of_the_language_has_a_golden_file() -> None:
    source = Path(compile_script.__code__.co_filename).parent
    used = set()
    for module in source.glob("*.py"):
        used |= set(re.findall(r'"([EW]0\d\d\d)"', module.read_text(encoding="utf-8")))
    shown = set()
    for golden in FOLDER.glob("*.golden"):
        shown |= set(re.findall(r"\[([EW]0\d\d\d)\]", golden.read_text(encoding="utf-8")))
    assert used <= shown


def test_marks_stand_below_wide_characters() -> None:
    text = 'print("变量", 名字)'
    start = text.index("名字") + 1
    place = Span("a.plan", 1, start, 1, start + 2)
    row, marks = draw(Diagnostic("E0201", "no name", place), text).splitlines()[3:5]
    assert display_width(row[: row.index("名字")]) == display_width(marks[: marks.index("^")])
    assert marks.count("^") == 4


def test_a_message_without_its_text_still_names_the_place() -> None:
    place = Span("a.plan", 3, 7, 3, 8)
    assert "a.plan:3:7" in draw(Diagnostic("E0201", "no name", place, "here"), None)
    assert "a.plan:3:7" in draw(Diagnostic("E0201", "no name", place, "here"), "short")


def test_colour_changes_nothing_but_colour() -> None:
    place = Span("a.plan", 1, 1, 1, 2)
    one = Diagnostic("E0201", "no name", place, "here", "did you mean `y`?")
    plain, coloured = draw(one, "x"), draw(one, "x", colour=True)
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == plain != coloured


def test_control_characters_of_a_script_do_not_reach_the_terminal() -> None:
    text = "x = \x1b[31m 1\x07"
    with pytest.raises(SourceError) as caught:
        compile_script(text, "a.plan", builtins=NAMES)
    for one in caught.value.diagnostics:
        assert "\x1b" not in draw(one, text) and "\x07" not in draw(one, text)
