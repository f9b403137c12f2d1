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
