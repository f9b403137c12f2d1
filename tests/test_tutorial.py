"""The tutorial, acted out as a newcomer would: its scripts and its commands, in an empty folder."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

PAGE = Path(__file__).parent.parent / "docs" / "tutorial.md"
_STEP = re.compile(
    r"```plan\n(?P<script>.*?)```|```sh\nplanscript (?P<command>.*?)\n```\n+```text\n(?P<said>.*?)```"
    r"|^Change `(?P<old>.*?)` to `(?P<new>.*?)`",
    re.DOTALL | re.MULTILINE,
)


def planscript(arguments: list[str], folder: Path) -> str:
    program = str(Path(sys.executable).with_name("planscript"))
    ran = subprocess.run(
        [program, *arguments], cwd=folder, capture_output=True, encoding="utf-8", check=False
    )
    assert ran.returncode == 0, ran.stderr + ran.stdout
    return ran.stdout


def test_every_command_of_the_tutorial_prints_what_the_page_says(tmp_path: Path) -> None:
    script = tmp_path / "tea.plan"
    commands = 0
    for step in _STEP.finditer(PAGE.read_text(encoding="utf-8")):
        if step["script"]:
            script.write_text(step["script"], encoding="utf-8")
        elif step["command"]:
            commands += 1
            assert planscript(shlex.split(step["command"]), tmp_path) == step["said"]
        else:
            written = script.read_text(encoding="utf-8")
            assert step["old"] in written
            script.write_text(written.replace(step["old"], step["new"]), encoding="utf-8")
    assert commands == 4
    lock = (tmp_path / "tea.plan.lock").read_text(encoding="utf-8")
    assert "pddl (tea_ready)\n" in lock
