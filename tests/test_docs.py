"""Every script on a page of the documentation runs and prints, or fails, as the page says.

A script in a ```plan block is followed by an ```output block (what it prints), an ```error block (the
code and the title of each message, a line each) or a ```report block (what `planscript test` reports).
"""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest

from planscript.lang.diagnostics import PlanscriptError
from planscript.lang.grammar_page import renewed
from planscript.runtime.errors import CODES, KINDS
from planscript.runtime.session import Session

DOCS = Path(__file__).parent.parent / "docs"
_BLOCK = re.compile(r"```plan\n(.*?)```\n+```(output|error|report)\n(.*?)```", re.DOTALL)
WRITTEN = ["errors.md", "repl.md"]  # which have tests of their own


def pages() -> list[Path]:
    return [page for page in sorted(DOCS.glob("*.md")) if page.name not in WRITTEN]


def examples() -> list[tuple[str, str, str, str]]:
    found = []
    for page in pages():
        text = page.read_text(encoding="utf-8")
        for block in _BLOCK.finditer(text):
            line = text[: block.start()].count("\n") + 1
            found.append((f"{page.name}:{line}", *block.groups()))
    return found


@pytest.mark.parametrize(
    ("script", "kind", "said"), [e[1:] for e in examples()], ids=[e[0] for e in examples()]
)
def test_the_page_is_true(script: str, kind: str, said: str, tmp_path: Path) -> None:
    out = io.StringIO()
    session = Session(stdout=out)
    if kind == "report":
        path = tmp_path / "page.plan"
        path.write_text(script, encoding="utf-8")
        assert [error for _, error in session.run_tests(str(path)) if error is not None] == []
        assert [line for one in session.reports for line in one.lines()] == said.splitlines()
    elif kind == "output":
        session.run_text(script)
        assert out.getvalue() == said
    else:
        with pytest.raises(PlanscriptError) as caught:
            session.run_text(script)
        shown = [f"{one.code} {one.title}\n" for one in caught.value.diagnostics]
        assert out.getvalue() + "".join(shown) == said


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)
def test_every_script_on_a_page_is_run(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert text.count("```plan\n") == len(_BLOCK.findall(text))


# ---------------------------------------------------------------- the specification

SPEC = DOCS / "spec.md"


def test_the_grammar_of_the_specification_is_the_parsers() -> None:
    page = SPEC.read_text(encoding="utf-8")
    assert renewed(page) == page, (
        "write it anew: python -m planscript.lang.grammar_page docs/spec.md"
    )


def test_the_specification_names_every_kind_of_error() -> None:
    rows = re.findall(
        r"^\| `(\w+)` \| (?:`(\w+)`|-) \| (E\d{4}) \|", SPEC.read_text("utf-8"), re.MULTILINE
    )
    told = {name: (above or None, code) for name, above, code in rows}
    assert told == {
        name: (kind.parent.name if kind.parent else None, CODES[name])
        for name, kind in KINDS.items()
    }
