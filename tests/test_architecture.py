"""The rooms of the house: who may import whom, and what start-up must not load."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import planscript.lang
import planscript.runtime
import planscript.stdlib

ROOTS = {
    "planscript.lang": Path(planscript.lang.__file__).parent,
    "planscript.runtime": Path(planscript.runtime.__file__).parent,
    "planscript.stdlib": Path(planscript.stdlib.__file__).parent,
}

# A room may import itself and the rooms after the arrow, nothing else of Planscript.
LANG = "planscript.lang"
PDDL = "planscript.runtime.pddl"
PLANNER = "planscript.runtime.planner"
GOALS = "planscript.runtime.goals"
ALLOWED = {
    LANG: {LANG},
    PDDL: {PDDL, LANG},
    PLANNER: {PLANNER, PDDL, LANG},
    GOALS: {GOALS, PLANNER, PDDL, LANG},
}
HEAVY = {"torch", "transformers", "tokenizers", "safetensors", "prompt_toolkit"}


def modules() -> list[tuple[str, Path]]:
    found = []
    for package, root in ROOTS.items():
        for path in sorted(root.rglob("*.py")):
            inside = path.relative_to(root).with_suffix("").parts
            found.append((".".join([package, *inside]).removesuffix(".__init__"), path))
    return found


def imported(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


@pytest.mark.parametrize("room", ALLOWED)
def test_a_room_imports_only_rooms_below_it(room: str) -> None:
    for name, path in modules():
        if name == room or name.startswith(room + "."):
            for one in imported(path):
                if one.startswith("planscript."):
                    assert any(one == r or one.startswith(r + ".") for r in ALLOWED[room]), (
                        f"{name} imports {one}"
                    )


def test_nothing_below_the_shell_imports_the_shell() -> None:
    for name, path in modules():
        if not name.startswith("planscript.runtime.shell") and not name.endswith("__main__"):
            for one in imported(path):
                assert not one.startswith("planscript.runtime.shell"), f"{name} imports {one}"


@pytest.mark.parametrize("room", [LANG, PDDL, PLANNER])
def test_the_language_and_the_planner_know_no_torch_and_no_terminal(room: str) -> None:
    for name, path in modules():
        if name.startswith(room):
            roots = {one.split(".")[0] for one in imported(path)}
            assert not roots & HEAVY, f"{name} imports {roots & HEAVY}"


@pytest.mark.parametrize(
    "command",
    [["--help"], ["check", "SCRIPT"], ["run", "SCRIPT"], ["repl", "--help"]],
    ids=" ".join,
)
def test_commands_without_new_goals_do_not_load_torch(command: list[str], tmp_path: Path) -> None:
    script = tmp_path / "plain.plan"
    script.write_text('print("plain")\n', encoding="utf-8")
    words = [str(script) if word == "SCRIPT" else word for word in command]
    code = (
        "import sys\n"
        "from planscript.runtime.shell.cli import main\n"
        "try:\n    main(sys.argv[1:])\nexcept SystemExit:\n    pass\n"
        "print([m for m in ('torch', 'transformers') if m in sys.modules], file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *words], capture_output=True, text=True, check=False
    )
    assert done.stderr.strip().endswith("[]"), done.stderr
