"""A recorded run: killed at any moment it goes on; replayed it does nothing; traced it is told."""

from __future__ import annotations

import io
import json
import sqlite3
from contextlib import closing
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


TRIP = """
import events
import files
import random
domain walk:
    types: place
    predicate at(p: place)
    predicate road(a: place, b: place)
    predicate ticket()
    action go(a: place, b: place):
        precondition: at(a) and road(a, b)
        effect: at(b) and not at(a)
    action pay():
        irreversible
        effect: ticket()
world town of walk:
    objects: home, bridge, lane, farm: place
    init: at(home), road(home, bridge), road(bridge, farm), road(bridge, lane), road(lane, farm)

perform go(a, b):
    if random.chance(0.4): fail "it rains"
    files.append("log", "{a} {b}\\n")
    print("{a} -> {b}")
    if b == bridge: events.post("not road(bridge, farm)")
perform pay():
    files.append("log", "paid\\n")
on doubt:
    if files.exists("log") and "paid" in files.lines("log"): now ticket()

random.seed(4)
print("from", input())
achieve ticket() and at(farm) with retries=100, confirm=fn(step): true
print("end", files.lines("log"))
"""


@pytest.mark.parametrize("answer", ["again", "done"])
def test_a_run_that_is_cut_after_any_record_ends_as_if_it_had_not_been(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], answer: str
) -> None:
    """A journal is cut after each of its records; the last call may have been made or not."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.stdin", io.StringIO("home\n"))
    (tmp_path / "trip.plan").write_text(TRIP, encoding="utf-8")
    grants = ["--allow-read=.", "--allow-write=."]
    assert cli.main(["run", "--quiet", "--journal", "whole.db", *grants, "trip.plan"]) == 0
    printed, log = capsys.readouterr().out, (tmp_path / "log").read_text("utf-8")
    calls = [(number, data) for number, kind, data in rows("whole.db") if kind == "call"]
    for number, kind, data in rows("whole.db")[:-1]:  # the last says that the run has ended
        copy(Path("whole.db"), Path("cut.db"), number, asks=kind == "call" and "append" in data)
        made = [said for at, said in calls if at <= number and "append" in said]
        if kind == "call" and "append" in data and answer == "again":
            made.pop()  # the deed itself was not done
        lines = [json.loads(json.loads(said).split(", ", 1)[1][:-1]) for said in made]
        Path("log").write_text("".join(lines), encoding="utf-8")
        monkeypatch.setattr("sys.stdin", io.StringIO("home\n"))
        assert cli.main(["resume", "--quiet", f"--in-doubt={answer}", "cut.db"]) == 0, (kind, data)
        assert (capsys.readouterr().out, Path("log").read_text("utf-8")) == (printed, log)
        told = [row[1:] for row in rows("cut.db") if row[1] in ("print", "plan")]
        assert told == [row[1:] for row in rows("whole.db") if row[1] in ("print", "plan")]


def rows(path: str) -> list[tuple[int, str, str]]:
    with closing(sqlite3.connect(path)) as connection:
        return list(connection.execute("SELECT number, kind, data FROM record ORDER BY number"))


def copy(whole: Path, cut: Path, number: int, asks: bool) -> None:
    """The journal as it was when this record had just been written, a call not answered yet."""
    for old in cut.parent.glob(f"{cut.name}*"):
        old.unlink()
    with closing(sqlite3.connect(whole)) as connection, closing(sqlite3.connect(cut)) as new:
        connection.backup(new)
        new.execute("DELETE FROM record WHERE number > ?", (number,))
        if asks:
            new.execute("UPDATE record SET answer = NULL WHERE number = ?", (number,))
        new.commit()
    cut.chmod(0o600)


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
