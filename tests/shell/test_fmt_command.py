"""`planscript fmt`: what it writes, what it leaves alone, and its exit codes."""

from __future__ import annotations

import io
import subprocess
from pathlib import Path

import pytest

from planscript.runtime.shell.cli import main

UGLY = "let  x=[1 ,2]\n# why\nif x :\n  print( x )\n"
NEAT = "let x = [1, 2]\n# why\nif x:\n    print(x)\n"


@pytest.fixture
def ugly(tmp_path: Path) -> Path:
    path = tmp_path / "ugly.plan"
    path.write_text(UGLY)
    return path


def test_files_are_written_anew_in_place(ugly: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fmt", str(ugly)]) == 0
    assert ugly.read_text() == NEAT
    assert capsys.readouterr().out == f"{ugly} formatted\n1 file, 1 changed\n"
    assert main(["fmt", str(ugly)]) == 0
    assert capsys.readouterr().out == "1 file, 0 changed\n"


def test_check_writes_nothing(ugly: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fmt", "--check", str(ugly)]) == 1
    assert ugly.read_text() == UGLY
    assert capsys.readouterr().out == f"{ugly} would change\n1 file, 1 to change\n"
    ugly.write_text(NEAT)
    assert main(["fmt", "--check", str(ugly)]) == 0


def test_what_diff_shows_is_a_patch(ugly: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fmt", "--diff", str(ugly)]) == 1
    assert ugly.read_text() == UGLY
    patch = capsys.readouterr().out
    assert patch.startswith("--- ") and "-let  x=[1 ,2]\n+let x = [1, 2]\n" in patch
    subprocess.run(["patch", "-s", str(ugly)], input=patch, text=True, check=True)
    assert ugly.read_text() == NEAT


def test_what_is_no_script_is_left_alone(ugly: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wrong = ugly.with_name("wrong.plan")
    wrong.write_text("let  = 1\n")
    assert main(["fmt", str(wrong), str(ugly)]) == 2
    assert wrong.read_text() == "let  = 1\n"
    assert ugly.read_text() == NEAT  # the others are formatted all the same
    said = capsys.readouterr()
    assert f"{wrong}:1:6" in said.err and "1 not formatted" in said.out


def test_folders_stand_for_their_scripts(ugly: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fmt", str(ugly.parent)]) == 0
    assert ugly.read_text() == NEAT


def test_standard_input_goes_to_standard_output(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(UGLY))
    assert main(["fmt", "-"]) == 0
    assert capsys.readouterr().out == NEAT
    monkeypatch.setattr("sys.stdin", io.StringIO("let  = 1\n"))
    assert main(["fmt", "-"]) == 2
    said = capsys.readouterr()
    assert said.out == "" and "let  = 1" in said.err


@pytest.mark.parametrize(
    "plan",
    [
        "(pick a b)\n(put a c)\n; cost = 2 (unit cost)\n",
        "0: (PICK A B)\n1: (PUT A C)\n",
        "0.000: (pick a b)  [1.000]\n2.001: (put a c)  [0.5]\n",
        "; cost = 0\n",
        "( pick  a-1 b_2 )\n\n(reach-goal)\n",
    ],
)
@pytest.mark.parametrize("command", ["run", "check", "fmt", "compile", "test"])
def test_a_planners_own_output_is_told_from_a_script(
    command: str, plan: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "sas.plan"
    path.write_text(plan)
    assert main([command, str(path)]) == (1 if command == "test" else 2)
    said = capsys.readouterr().err
    assert "a plan that a planner wrote" in said and f"validate DOMAIN PROBLEM {path}" in said
    assert path.read_text() == plan


@pytest.mark.parametrize("text", ["", "\n\n", "(print(1))\n", "# (a b)\n", "(1, 2)\n", "[]\n"])
def test_scripts_are_not_taken_for_plans(text: str, tmp_path: Path) -> None:
    path = tmp_path / "short.plan"
    path.write_text(text)
    assert main(["run", str(path)]) == 0
