"""`log`: one line for each thing that is told, with its level and fields."""

import json
from pathlib import Path
from typing import Any

import pytest

from planscript.runtime.errors import RunError
from planscript.runtime.grants import Grants
from planscript.runtime.session import Session


def log(folder: Path) -> dict[str, Any]:
    session = Session(grants=Grants(write=(folder,)))
    return session.run_text("import log\n")["log"].members  # type: ignore[no-any-return]


def test_lines_have_time_level_message_and_fields(tmp_path: Path) -> None:
    it, file = log(tmp_path), tmp_path / "log.txt"
    it["to_file"](str(file))
    it["info"]("parcel delivered", parcel="p1", minutes=12, to="Chen's door", note="")
    it["error"]("two\nlines", text='a "b"\nc=d')
    first, second = file.read_text(encoding="utf-8").splitlines()
    assert first[19:] == (
        "Z info parcel delivered parcel=p1 minutes=12 to=\"Chen's door\" note=\"\""
    )  # fmt: skip
    assert second[19:] == 'Z error two\\nlines text="a \\"b\\"\\nc=d"'


def test_json_lines_can_be_read_back(tmp_path: Path) -> None:
    it, file = log(tmp_path), tmp_path / "log.json"
    it["to_file"](str(file), "json")
    it["warning"]("水\n", n=1.5, none=None, all=[1, "a"], big=float("inf"))
    read = json.loads(file.read_text(encoding="utf-8"))
    assert read.pop("time")
    assert read == {
        "level": "warning", "message": "水\n", "n": 1.5, "none": None, "all": '[1, "a"]',
        "big": "inf",
    }  # fmt: skip


def test_what_is_below_the_least_level_is_not_told(capsys: pytest.CaptureFixture[str]) -> None:
    it = log(Path("/nowhere"))
    it["debug"]("one")
    it["info"]("two")
    it["least"]("debug")
    it["debug"]("three")
    it["least"]("error")
    it["warning"]("four")
    out, errors = capsys.readouterr()
    assert out == "" and [line.split(" ", 1)[1] for line in errors.splitlines()] == [
        "info two",
        "debug three",
    ]


def test_bad_input_is_said_in_words(tmp_path: Path) -> None:
    it = log(tmp_path)
    with pytest.raises(RunError, match="cannot be called `level`"):
        it["info"]("x", level=3)
    with pytest.raises(RunError, match="no level loud"):
        it["least"]("loud")
    with pytest.raises(RunError, match="no form xml"):
        it["to_file"](str(tmp_path / "x"), "xml")
    it["to_file"](str(tmp_path))
    with pytest.raises(RunError, match="cannot write"):
        it["info"]("a folder is no file")
