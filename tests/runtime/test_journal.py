"""A recorded run: killed at any moment it goes on; replayed it does nothing; traced it is told."""

from __future__ import annotations

from pathlib import Path

import pytest
from kill_runs import kill_runs

from planscript.runtime.shell import cli

SCRIPT = """
domain lamps:
    types: lamp
    predicate lit(l: lamp)
    action press(l: lamp):
        effect: lit(l)
world room of lamps:
    objects: red, blue: lamp
perform press(l):
    print("pressing", l)
achieve lit(red) and lit(blue)
print("done")
"""


def test_nothing_is_lost_and_no_step_is_done_twice_however_often_a_run_is_killed(
    tmp_path: Path,
) -> None:
    tally = kill_runs(6, tmp_path, seed=1)
    assert tally.kills == 6 and tally.steps > 0


@pytest.fixture
def recorded(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    script = tmp_path / "lamps.plan"
    script.write_text(SCRIPT, encoding="utf-8")
    assert cli.main(["run", "--quiet", str(script), "--journal", str(tmp_path / "run.db")]) == 0
    capsys.readouterr()
    return tmp_path


def test_a_replay_prints_what_the_run_printed(
    recorded: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["replay", str(recorded / "run.db")]) == 0
    assert capsys.readouterr().out.splitlines() == ["pressing red", "pressing blue", "done"]


def test_a_replay_stops_where_the_script_has_changed(
    recorded: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script = recorded / "lamps.plan"
    changed = script.read_text(encoding="utf-8").replace('print("done")', 'print("finished")')
    script.write_text(changed, encoding="utf-8")
    assert cli.main(["replay", str(recorded / "run.db")]) == 1
    shown = capsys.readouterr()
    assert "finished" not in shown.out
    assert "done" in shown.err


def test_a_trace_tells_the_goal_the_plan_and_each_step(
    recorded: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["trace", str(recorded / "run.db")]) == 0
    told = capsys.readouterr().out
    for what in ("plan: press(red), press(blue)", "step press(red)", "achieved"):
        assert what in told


def test_a_run_that_has_ended_is_not_resumed(
    recorded: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["resume", str(recorded / "run.db")]) == 0
    assert "has ended" in capsys.readouterr().err


def test_a_file_that_is_no_journal_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "notes.db"
    path.write_text("no database", encoding="utf-8")
    assert cli.main(["resume", str(path)]) == 2
    assert "notes.db" in capsys.readouterr().err
