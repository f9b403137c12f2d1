"""Every script on a page of the documentation runs and prints what the page says."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest

from planscript.runtime.session import Session

DOCS = Path(__file__).parent.parent / "docs"
_BLOCK = re.compile(r"```plan\n(.*?)```\n+```output\n(.*?)```", re.DOTALL)


def examples() -> list[tuple[str, str, str]]:
    found = []
    for page in sorted(DOCS.glob("*.md")):
        text = page.read_text(encoding="utf-8")
        for block in _BLOCK.finditer(text):
            line = text[: block.start()].count("\n") + 1
            found.append((f"{page.name}:{line}", block[1], block[2]))
    return found


@pytest.mark.parametrize(
    ("script", "output"), [e[1:] for e in examples()], ids=[e[0] for e in examples()]
)
def test_the_page_is_true(script: str, output: str) -> None:
    out = io.StringIO()
    session = Session(stdout=out)
    session.run_text(script)
    assert out.getvalue() == output
