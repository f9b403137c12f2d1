"""Steps that cannot be undone: whoever runs the script says whether they are done."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from planscript.runtime.shell import cli

SCRIPT = """
domain clear_out:
    types: item
    predicate gone(i: item)
    action burn(i: item): "burn {i}"
        irreversible
        effect: gone(i)
world attic of clear_out:
    objects: letters: item
achieve gone(letters)
else:
    print("kept")
print(gone(letters))
"""
QUESTION = "Burn the letters: this cannot be undone. Go on? [y/N] "


@pytest.fixture
def script(tmp_path: Path) -> str:
    path = tmp_path / "burn.plan"
    path.write_text(SCRIPT, encoding="utf-8")
    return str(path)


@pytest.mark.parametrize(("answer", "printed"), [("yes", "true\n"), ("no", "kept\nfalse\n")])
def test_the_command_line_may_answer_for_all(
    script: str, answer: str, printed: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["run", "--quiet", "--confirm", answer, script]) == 0
    assert capsys.readouterr().out == printed


@pytest.mark.parametrize(
    ("typed", "printed"), [("y\n", "true\n"), ("n\n", "kept\nfalse\n"), ("", "kept\nfalse\n")]
)
def test_an_answer_that_was_given_is_not_asked_for_in_a_replay(
    script: str,
    typed: str,
    printed: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    journal = str(Path(script).with_name("run.db"))
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    assert cli.main(["run", "--quiet", "--journal", journal, script]) == 0
    shown = capsys.readouterr()
    assert QUESTION in shown.out + shown.err and shown.out.endswith(printed)
    monkeypatch.setattr("sys.stdin", io.StringIO("this is not read"))
    assert cli.main(["replay", "--quiet", journal]) == 0
    assert capsys.readouterr().out == printed
