"""Every example runs from the folder of the repository and prints what stands beside it.

`X.plan` with `X.expected` is an example. A comment at its head, `# Run: planscript run ... X.plan`, is the command;
without one it needs no grants.
"""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGES = ROOT / "docs" / "examples"
_RUN = re.compile(r"^# Run: planscript (run .*)$", re.MULTILINE)
_PAGE = re.compile(r"```sh\nplanscript (run .*)\n```\n+```text\n(.*?)```", re.DOTALL)


def examples() -> list[Path]:
    return [path.with_suffix(".plan") for path in sorted((ROOT / "examples").rglob("*.expected"))]


def pages() -> list[Path]:
    return sorted(PAGES.glob("*.md"))


def head(script: Path) -> str:
    """The comment at the head of `script`."""
    lines = script.read_text(encoding="utf-8").splitlines()
    end = next((n for n, line in enumerate(lines) if not line.startswith("#")), len(lines))
    return "\n".join(lines[:end])


def command(script: Path) -> list[str]:
    """The arguments of `planscript` that run `script`."""
    told = _RUN.search(head(script))
    name = script.relative_to(ROOT).as_posix()
    return shlex.split(told[1]) if told else ["run", name]


def printed(arguments: list[str]) -> str:
    program = [
        str(Path(sys.executable).with_name("planscript")),
        arguments[0],
        "--quiet",
        *arguments[1:],
    ]
    ran = subprocess.run(program, cwd=ROOT, capture_output=True, encoding="utf-8", check=False)
    assert ran.returncode == 0, ran.stderr + ran.stdout
    return ran.stdout


@pytest.mark.parametrize(
    "script", examples(), ids=lambda script: script.relative_to(ROOT / "examples").as_posix()
)
def test_an_example_prints_what_is_expected(script: Path) -> None:
    arguments = command(script)
    assert script.relative_to(ROOT).as_posix() in arguments
    assert printed(arguments) == script.with_suffix(".expected").read_text(encoding="utf-8")


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)
def test_the_page_of_an_example_shows_its_command_and_its_output(page: Path) -> None:
    shown = _PAGE.findall(page.read_text(encoding="utf-8"))
    assert shown, "a page has a command in a ```sh block and its output in a ```text block"
    told = {tuple(command(script)): script for script in examples()}
    for run, output in shown:
        script = told[tuple(shlex.split(run))]
        assert output == script.with_suffix(".expected").read_text(encoding="utf-8")
