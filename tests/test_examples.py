"""Every example runs from the folder of the repository and prints what stands beside it.

`X.plan` with `X.expected` is an example. A comment at its head, `# Run: planscript run ... X.plan`, is the command;
without one it needs no grants.
"""

from __future__ import annotations

import re
import shlex
import shutil
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


def command(script: Path, root: Path = ROOT) -> list[str]:
    """The arguments of `planscript` that run `script`."""
    told = _RUN.search(head(script))
    name = script.relative_to(root).as_posix()
    return shlex.split(told[1]) if told else ["run", name]


def printed(arguments: list[str], root: Path = ROOT) -> str:
    program = [
        str(Path(sys.executable).with_name("planscript")),
        arguments[0],
        "--quiet",
        *arguments[1:],
    ]
    ran = subprocess.run(program, cwd=root, capture_output=True, encoding="utf-8", check=False)
    assert ran.returncode == 0, ran.stderr + ran.stdout
    return ran.stdout


@pytest.mark.parametrize(
    "script", examples(), ids=lambda script: script.relative_to(ROOT / "examples").as_posix()
)
def test_an_example_prints_what_is_expected(script: Path) -> None:
    arguments = command(script)
    assert script.relative_to(ROOT).as_posix() in arguments
    assert printed(arguments) == script.with_suffix(".expected").read_text(encoding="utf-8")


def needing_files() -> list[Path]:
    return [s for s in examples() if any("--allow-read" in one for one in command(s))]


@pytest.mark.parametrize("script", needing_files(), ids=lambda script: script.stem)
def test_an_example_without_its_grants_says_which_one_it_needs(script: Path) -> None:
    name = script.relative_to(ROOT).as_posix()
    program = [str(Path(sys.executable).with_name("planscript")), "run", "--quiet", name]
    ran = subprocess.run(program, cwd=ROOT, capture_output=True, encoding="utf-8", check=False)
    assert ran.returncode == 1
    assert f"--allow-read={script.parent.relative_to(ROOT).as_posix()}/" in ran.stderr


def test_the_day_of_the_vans_is_drawn(tmp_path: Path) -> None:
    folder = tmp_path / "examples" / "logistics"
    shutil.copytree(ROOT / "examples" / "logistics", folder)
    printed(command(folder / "logistics.plan", tmp_path), tmp_path)
    picture = (folder / "day.html").read_text(encoding="utf-8")
    assert "The day of the vans" in picture
    assert "Okafor has the parcel at the door before ten" in picture


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)
def test_the_page_of_an_example_shows_its_command_and_its_output(page: Path) -> None:
    shown = _PAGE.findall(page.read_text(encoding="utf-8"))
    assert shown, "a page has a command in a ```sh block and its output in a ```text block"
    told = {tuple(command(script)): script for script in examples()}
    for run, output in shown:
        script = told[tuple(shlex.split(run))]
        assert output == script.with_suffix(".expected").read_text(encoding="utf-8")
