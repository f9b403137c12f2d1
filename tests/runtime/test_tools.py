"""Python's debugger, profiler and coverage.py work on the lines of scripts."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from planscript.lang.compile import compile_script
from planscript.lang.diagnostics import SourceError
from planscript.runtime.coverage_plugin import statement_lines
from planscript.runtime.session import Session

MAIN = """import "lib/shop.plan" as shop

fn checkout(basket):
    let total = 0
    for item in basket:
        total += shop.price(item)
    return total

print(checkout(["tea"]))
print(checkout(["ghost"]))
"""
SHOP = """let prices = {"tea": 3}

fn price(item):
    "What an item costs."
    return look_up(item)

fn look_up(item):
    if item == "gift":
        return 0
    return prices[item]
"""
RUN = ["-m", "planscript.runtime", "run", "main.plan"]


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    (tmp_path / "lib").mkdir()
    (tmp_path / "main.plan").write_text(MAIN)
    (tmp_path / "lib" / "shop.plan").write_text(SHOP)
    return tmp_path


def python(folder: Path, *words: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *words],
        cwd=folder,
        input=typed,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_an_error_names_the_calls_that_led_to_it_in_every_module(shop: Path) -> None:
    done = python(shop, *RUN)
    assert done.returncode == 1 and done.stdout == "3\n"
    said = done.stderr.splitlines()
    assert said[0] == 'error[E0505]: no key "ghost" in this map'
    assert said[1].strip() == "--> lib/shop.plan:10:12"
    assert [line.strip() for line in said if "called at" in line] == [
        "look_up() was called at: lib/shop.plan:5:12",
        "price() was called at: main.plan:6:18",
        "checkout() was called at: main.plan:10:7",
    ]


def test_debug_shows_pythons_traceback_before_the_error(shop: Path) -> None:
    done = python(shop, *RUN, "--debug")
    assert done.returncode == 1
    traceback, _, said = done.stderr.partition("error[E0505]")
    assert traceback.startswith("Traceback (most recent call last)")
    assert '"main.plan", line 6, in checkout\n    total += shop.price(item)' in traceback
    assert '"lib/shop.plan", line 10, in look_up\n    return prices[item]' in traceback
    assert "lib/shop.plan:10:12" in said


def test_pdb_stops_at_lines_of_scripts_and_shows_their_names(shop: Path) -> None:
    typed = "b main.plan:6\nc\np item\nb lib/shop.plan:10\nc\np prices\nup\nup\np basket\nq\n"
    done = python(shop, "-m", "pdb", *RUN, typed=typed)
    assert "main.plan(6)checkout()" in done.stdout
    assert "shop.plan(10)look_up()" in done.stdout
    for shown in ("'tea'", "{'tea': 3}", "['tea']"):
        assert f"(Pdb) {shown}\n" in done.stdout
    assert "internal error" not in done.stdout + done.stderr


def test_cprofile_counts_the_calls_of_functions_of_scripts(shop: Path) -> None:
    done = python(shop, "-m", "cProfile", *RUN)
    rows = [line.split() for line in done.stdout.splitlines() if ".plan:" in line]
    counts = {row[-1]: row[0] for row in rows}
    assert counts["main.plan:3(checkout)"] == "2"
    assert counts["shop.plan:7(look_up)"] == "2"


def test_coverage_tells_which_lines_of_scripts_ran(shop: Path) -> None:
    (shop / ".coveragerc").write_text("[run]\nplugins = planscript.runtime.coverage_plugin\n")
    python(shop, "-m", "coverage", "run", "--source=.", *RUN)
    report = python(shop, "-m", "coverage", "report", "-m").stdout
    rows = {line.split()[0]: line.split()[1:] for line in report.splitlines() if ".plan" in line}
    assert rows == {
        "lib/shop.plan": ["7", "1", "86%", "9"],
        "main.plan": ["8", "0", "100%"],
    }


SPEC = Path(__file__).parent.parent / "spec"


def test_every_line_that_coverage_counts_can_run() -> None:
    builtins = Session()._builtins
    for path in SPEC.rglob("*.plan"):
        text = path.read_text(encoding="utf-8")
        try:
            todo = [compile_script(text, str(path), builtins=builtins).code]
        except SourceError:
            continue
        lines: set[int] = set()
        while todo:
            code = todo.pop()
            lines |= {line for _, _, line in code.co_lines() if line is not None}
            todo += [one for one in code.co_consts if hasattr(one, "co_lines")]
        unreachable = statement_lines(text) - lines
        assert not unreachable, f"{path}: lines {unreachable}"
