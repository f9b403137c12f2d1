"""Modules that reach outside: nothing without a grant, and only what is granted."""

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planscript.runtime.errors import RunError
from planscript.runtime.grants import Grants
from planscript.runtime.session import Session
from planscript.stdlib import csv, time


def functions(module: str, grants: Grants = Grants()) -> dict[str, object]:
    return Session(grants=grants).run_text(f"import {module} as it\n")["it"].members  # type: ignore[no-any-return]


def test_a_script_works_with_the_files_that_are_granted(tmp_path: Path) -> None:
    script = f"""
import files
let folder = {str(tmp_path)!r}
files.make_folder("{{folder}}/out")
files.write("{{folder}}/out/a.txt", "one\\n")
files.append("{{folder}}/out/a.txt", "水\\n")
print(files.lines("{{folder}}/out/a.txt"), files.names(folder), files.exists("{{folder}}/no"))
files.remove("{{folder}}/out/a.txt")
print(files.names("{{folder}}/out"))
try:
    files.read("{{folder}}/out/a.txt")
catch IOError as e:
    print(e.kind)
"""
    stream = io.StringIO()
    grants = Grants(read=(tmp_path,), write=(tmp_path,))
    Session(stdout=stream, grants=grants).run_text(script)
    assert stream.getvalue() == '["one", "水"] ["out/"] false\n[]\nIOError\n'


def test_reading_does_not_allow_writing(tmp_path: Path) -> None:
    found = functions("files", Grants(read=(tmp_path,)))
    with pytest.raises(RunError, match="may not write"):
        found["write"](str(tmp_path / "a"), "text")  # type: ignore[operator]


def test_the_environment_when_granted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLAN_TEST", "yes")
    found = functions("env", Grants(env=True))
    assert found["get"]("PLAN_TEST") == "yes"  # type: ignore[operator]
    assert found["get"]("PLAN_TEST_NOT", 3) == 3  # type: ignore[operator]
    assert "PLAN_TEST" in found["names"]()  # type: ignore[operator]


CELL = st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=6)


@given(st.lists(st.lists(CELL, min_size=2, max_size=3), max_size=5), st.sampled_from(",;\t|"))
def test_rows_come_back_from_their_text(rows: list[list[str]], separator: str) -> None:
    assert csv.rows(csv.write(rows, separator), separator) == rows


@given(st.integers(-60_000_000_000, 250_000_000_000))
def test_moments_come_back_from_their_text(moment: int) -> None:
    assert time.parse(time.format(moment)) == moment
    parts = time.parts(moment)
    assert time.moment(*(parts[p] for p in ("year", "month", "day", "hour", "minute"))) == (
        moment - parts["second"]
    )


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: time.parse("yesterday"), "`yesterday` is no date or time"),
        (lambda: time.moment(2023, 2, 29), "there is no such date"),
        (lambda: time.format(1e30), "outside the years 1 to 9999"),
        (lambda: time.format(0, "{epoch}"), "a moment has no part `epoch`"),
        (lambda: time.duration("soon"), "`soon` is no duration"),
        (lambda: time.duration("5 parsecs"), "is no duration"),
        (lambda: csv.parse("a,b\n1\n"), "row 2 of the table has 1 values for 2 columns"),
        (lambda: csv.parse("a,a\n1,2\n"), "names a column twice"),
        (lambda: csv.rows('"open\n'), "line 1: the closing quote is missing"),
        (lambda: csv.rows('"a"b\n'), "line 1: text goes on after a closing quote"),
        (lambda: csv.write([{"a": 1}, 5]), "a row is a number, not a map"),
    ],
)
def test_bad_input_is_said_in_words(call, message: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(RunError) as caught:
        call()
    assert message in caught.value.diagnostics[0].title
