"""The language by example: runs each script below `tests/spec/` and checks what it says of itself.

How scripts say it stands in `runtime/expectations.py`; `planscript test tests/spec` does the same.
"""

from pathlib import Path

import pytest

from planscript.runtime.expectations import check_expectations, marks_of

FOLDER = Path(__file__).parent / "spec"
SCRIPTS = sorted(FOLDER.rglob("*.plan"))


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda p: str(p.relative_to(FOLDER).with_suffix("")))
def test_script(path: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    marks = marks_of(text)
    if "module" in marks:
        return  # run by the scripts that import it
    assert {"expect", "error"} & set(marks) or "test " in text, "the script expects nothing"
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    outcomes = check_expectations(str(path), marks)
    assert [(name, str(error)) for name, error in outcomes if error is not None] == []


@pytest.mark.parametrize(
    ("script", "wrong"),
    [
        ("print(1)  # expect: 2", "line 1 of the output is `1`, not `2`"),
        ("print(1)", "the output goes on with `1`"),
        ("pass  # expect: 2", "the output ends before `2`"),
        ("pass  # error: E0501 cannot", "the script does not end with E0501 cannot"),
        ("let f = fn(): 1 / 0\nf()\n", "the script ends with an error"),
        ("[][0]  # error: E0501", "the script does not end with E0501"),
        ("pass  # error: E0504\n[][0]\n", "the error E0504 is not in line 1"),
    ],
)
def test_expectations_that_are_not_met_are_told(tmp_path: Path, script: str, wrong: str) -> None:
    path = tmp_path / "a.plan"
    path.write_text(script + "\n")
    *_, (name, error) = check_expectations(str(path), marks_of(path.read_text()))
    assert name == "expectations" and wrong in str(error)
