"""Messages of runs and of PDDL files are as written down, and `docs/errors.md` shows them all."""

from __future__ import annotations

import os
import re
from pathlib import Path

import errors_page
import pytest

import planscript.lang
import planscript.runtime
import planscript.stdlib

FILES = [path for path in errors_page.golden_files() if path.parent.name in errors_page.FOLDERS]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_messages_are_as_written_down(path: Path) -> None:
    golden = path.with_suffix(".golden")
    shown = errors_page.messages(path)
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(shown, encoding="utf-8")
    assert golden.read_text(encoding="utf-8") == shown
    assert path.stem.split("_")[0] in shown, "the message that the file is named after"


def test_the_page_is_current() -> None:
    assert errors_page.PAGE.read_text(encoding="utf-8") == errors_page.page(), (
        "write it anew: python tests/errors_page.py"
    )


def test_every_code_is_on_the_page_and_no_other() -> None:
    used = set()
    for package in (planscript.lang, planscript.runtime, planscript.stdlib):
        for module in Path(next(iter(package.__path__))).rglob("*.py"):
            used |= set(re.findall(r"\b([EW]0\d\d\d)\b", module.read_text(encoding="utf-8")))
    assert used == set(errors_page.MEANING), "say what a code means in tests/errors_page.py"


# Who may give the codes of a group: a code that two parts of the program give has two meanings
# sooner or later. The longest prefix counts.
OWNERS = {
    "E01": ("lang/",),
    "E02": ("lang/",),
    "W03": ("lang/",),
    "E04": ("runtime/goals/training/",),
    "E05": ("runtime/errors.py", "runtime/translate.py", "runtime/limits.py", "runtime/host.py"),
    "E06": ("runtime/acting.py", "runtime/declarations.py", "runtime/lowering.py")
    + ("runtime/signatures.py", "runtime/world.py", "runtime/performing.py"),
    "E07": ("runtime/pddl/",),
    "W07": ("runtime/pddl/",),
    "E072": ("runtime/planner/",),
    "E073": ("runtime/planner/", "runtime/declarations.py"),
    "E0735": ("runtime/shell/solve_command.py",),
    "E08": ("runtime/goals/", "runtime/goal_checks.py"),
    "W08": ("runtime/goal_checks.py",),
    "E0812": ("runtime/goals/training/", "runtime/shell/train_command.py"),
    "E0901": ("runtime/shell/trace.py",),
    "E0902": ("runtime/sources.py",),
    "E0903": ("runtime/sources.py", "runtime/journal.py", "runtime/shell/"),
    "E0904": ("runtime/sources.py",),
    "E0905": ("runtime/session.py",),
    "E0906": ("runtime/journal.py", "runtime/shell/resume_command.py"),
    "E0907": ("runtime/journal.py",),
    "W0908": ("runtime/journal.py",),
    "E0909": ("runtime/shell/resume_command.py",),
}  # fmt: skip


def test_no_code_has_two_meanings() -> None:
    root = Path(next(iter(planscript.lang.__path__))).parent
    strangers = set()
    for folder in ("lang", "runtime", "stdlib"):
        for module in (root / folder).rglob("*.py"):
            path = module.relative_to(root).as_posix()
            for code in re.findall(r'"([EW]0\d\d\d)"', module.read_text(encoding="utf-8")):
                owners = OWNERS.get(max((p for p in OWNERS if code.startswith(p)), key=len), ())
                if not path.startswith(owners):
                    strangers.add((code, path))
    assert strangers == set(), "give it a code of its own, or name the part among OWNERS"
