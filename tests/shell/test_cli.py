"""Commands as a user gives them: what they print, where, and their exit codes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest


def planscript(
    *words: str, cwd: Path | None = None, typed: str = ""
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "planscript.runtime", *words],
        input=typed,
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
        timeout=120,
    )


def script(folder: Path, text: str, name: str = "s.plan") -> str:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_help_names_every_command() -> None:
    done = planscript("--help")
    assert done.returncode == 0
    for name in ("run", "check", "compile", "goals", "solve", "validate", "doctor", "repl"):
        assert name in done.stdout


def test_a_script_runs_and_prints_on_standard_output(tmp_path: Path) -> None:
    done = planscript("run", script(tmp_path, 'print("hello")\n'))
    assert (done.returncode, done.stdout, done.stderr) == (0, "hello\n", "")


def test_the_word_run_may_be_left_out(tmp_path: Path) -> None:
    done = planscript(script(tmp_path, "print(arguments)\n"), "a", "b")
    assert (done.returncode, done.stdout, done.stderr) == (0, '["a", "b"]\n', "")
    assert "no file" in planscript(str(tmp_path / "none.plan")).stderr


def test_a_script_is_taken_from_standard_input(tmp_path: Path) -> None:
    for words in (["run", "-", "a"], ["run", "-"], []):
        done = planscript(*words, typed="print(len(arguments))\nprint(input())\n")
        assert (done.returncode, done.stdout) == (1, f"{max(0, len(words) - 2)}\n")
        assert "<stdin>:2:7" in done.stderr and "print(input())" in done.stderr
    assert planscript("run", "-", typed="let = 1\n").returncode == 2
    done = planscript("run", "--journal", str(tmp_path / "run.db"), "-", typed="print(1)\n")
    assert (done.returncode, done.stdout) == (2, "") and "in a file" in done.stderr


def test_a_word_that_is_no_command_is_answered_with_the_nearest() -> None:
    done = planscript("chek", "a.plan")
    assert done.returncode == 2
    assert done.stderr == "planscript: no command `chek`; did you mean `check`?\n"
    assert "--help" in planscript("nonsense").stderr


def test_a_conversation_through_a_pipe_is_its_answers_alone(tmp_path: Path) -> None:
    typed = "1 + 1\nfn f(x):\n    return x\n\nf(\n3)\n> \n:save s.plan\n:save s.plan\nn\nf("
    done = planscript("repl", typed=typed, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[:2] == ["2", "3"] and lines[2].startswith("say what you want")
    assert lines[3:6] == [
        "3 inputs written to s.plan",
        "s.plan exists; write over it? [y/N] n",
        "not written",
    ]
    assert "error[E0103]" in lines[6]


@pytest.mark.parametrize(
    ("text", "said", "code"),
    [
        ("achive 3\n", "achieve", 2),
        ("print(nobody)\n", "nobody", 2),
        ("let x = [1\n", "[", 2),
        ("print(1 / 0)\n", "division by zero", 1),
        ('print("a" + 1)\n', "text", 1),
        ('domain "missing.pddl"\n', "missing.pddl", 2),
    ],
)
def test_what_is_wrong_is_said_with_its_place(
    tmp_path: Path, text: str, said: str, code: int
) -> None:
    path = script(tmp_path, text)
    done = planscript("run", path)
    assert done.returncode == code
    assert said in done.stderr
    assert f"{path}:1:" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", ["run", "check", "compile"])
def test_a_missing_file(command: str, tmp_path: Path) -> None:
    done = planscript(command, str(tmp_path / "none.plan"))
    assert done.returncode == 2
    assert "no file" in done.stderr and "Traceback" not in done.stderr


def test_check_reports_several_mistakes_and_runs_nothing(tmp_path: Path) -> None:
    path = script(tmp_path, 'print("ran")\nprint(nobody)\nprint(noone)\n')
    done = planscript("check", path)
    assert done.returncode == 2
    assert "2 errors" in done.stdout and "ran" not in done.stdout


def test_a_trace_is_a_line_of_json_for_each_event(tmp_path: Path) -> None:
    import json

    path = script(
        tmp_path,
        "domain d:\n    predicate done()\n    action finish():\n        effect: done()\n"
        "world w of d:\n    init: pass\n".replace("    init: pass\n", "    pass\n")
        + "achieve done()\n",
    )
    trace = tmp_path / "t.jsonl"
    done = planscript("run", "--quiet", "--trace", str(trace), path)
    assert done.returncode == 0, done.stderr
    events = [json.loads(line)["event"] for line in trace.read_text().splitlines()]
    assert events == ["plan", "step", "done", "achieved"]


def test_a_planners_plan_is_not_taken_for_a_script(tmp_path: Path) -> None:
    path = script(tmp_path, "(pick a b)\n(put a c)\n; cost = 2 (unit cost)\n")
    for words in (["run"], ["check"], ["compile"], []):
        done = planscript(*words, path)
        assert done.returncode == 2
        assert "planscript validate" in done.stderr


def test_test_blocks_are_run_and_counted(tmp_path: Path) -> None:
    path = script(
        tmp_path, 'test "adds":\n    expect 1 + 1 == 2\ntest "wrong":\n    expect 1 == 2\n'
    )
    done = planscript("test", path)
    assert done.returncode == 1
    assert "1 passed, 1 failed" in done.stdout


def test_frozen_refuses_what_is_not_locked(tmp_path: Path) -> None:
    path = script(
        tmp_path,
        "domain d:\n    predicate done()\n    action finish():\n        effect: done()\n"
        'world w of d:\n    pass\nachieve "finish the work"\n',
    )
    done = planscript("run", "--frozen", path)
    assert done.returncode == 1
    assert "not locked" in done.stderr and "planscript compile" in done.stderr


def test_check_warns_of_goals_and_says_nothing_of_them_on_request(tmp_path: Path) -> None:
    domain = "domain d:\n    predicate done()\n    action undo():\n        effect: not done()\n"
    path = script(
        tmp_path, domain + "world w of d:\n    pass\nachieve not done()\nachieve done()\n"
    )
    done = planscript("check", path)
    assert done.returncode == 0
    assert "1 file checked: 0 errors, 2 warnings" in done.stdout
    assert f"{path}:7:9" in done.stderr and f"{path}:8:9" in done.stderr
    done = planscript("check", "--no-goals", path)
    assert "0 warnings" in done.stdout and done.stderr == ""
