"""The language by example: runs each script below `tests/spec/` and checks what it says of itself.

    print(1 + 1)   # expect: 2            a line of output, in order
    f(1, 2, 3)     # error: E0501 takes   the run ends here, with this code and words of the message
    let n = input()  # input: 7           a line of standard input, in order
    # module: lib.plan                    a file that other scripts here import; not run by itself

A comment that stands alone on its line belongs to the script as a whole. `test` blocks are run too.
"""

import io
import re
from pathlib import Path

import pytest

from planscript.lang.diagnostics import PlanscriptError, draw
from planscript.runtime.limits import Limits
from planscript.runtime.session import Session

FOLDER = Path(__file__).parent / "spec"
_MARK = re.compile(
    r"^(?P<code>.*?)# (?P<mark>expect|error|input|module|limits):(?: (?P<said>.*))?$"
)
SCRIPTS = sorted(FOLDER.rglob("*.plan"))


def marks(text: str) -> dict[str, list[tuple[int, str]]]:
    """What a script says of itself: kind of mark -> line (0: of the whole script) and words."""
    found: dict[str, list[tuple[int, str]]] = {}
    for number, line in enumerate(text.splitlines(), 1):
        match = _MARK.match(line)
        if match:
            at = number if match["code"].strip() else 0
            found.setdefault(match["mark"], []).append((at, match["said"] or ""))
    return found


def limits_of(said: list[tuple[int, str]]) -> Limits:
    """`# limits: steps=1000 depth=50` as budgets."""
    given = dict(part.split("=") for _, words in said for part in words.split())
    return Limits(**{name: int(value) for name, value in given.items()})


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda p: str(p.relative_to(FOLDER).with_suffix("")))
def test_script(path: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    said = marks(text)
    if "module" in said:
        pytest.skip("a module, run by the scripts that import it")
    assert {"expect", "error"} & set(said) or "test " in text, "the script expects nothing"
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    output = io.StringIO()
    session = Session(
        stdin=io.StringIO("".join(f"{words}\n" for _, words in said.get("input", []))),
        stdout=output,
        limits=limits_of(said.get("limits", [])),
    )
    failure: PlanscriptError | None = None
    try:
        outcomes = session.run_tests(str(path))
    except PlanscriptError as error:
        failure, outcomes = error, []
    drawn = "" if failure is None else draw(failure.diagnostics[0], text)
    assert output.getvalue().splitlines() == [w for _, w in said.get("expect", [])], drawn
    assert [(name, error) for name, error in outcomes if error is not None] == []
    wanted = said.get("error", [])
    assert (failure is not None) == bool(wanted), drawn
    if failure is not None:
        for line, words in wanted:
            code, _, message = words.partition(" ")
            fitting = [d for d in failure.diagnostics if d.code == code and message in d.title]
            assert fitting, f"expected {words}, found\n{drawn}"
            if line:
                assert line in [d.span.line for d in fitting if d.span is not None], drawn
