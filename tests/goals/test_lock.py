"""The lock file: what a reviewer reads is what a run uses, and a damaged file says where."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planscript.lang.diagnostics import SourceError
from planscript.runtime.goals.lock import (
    Entry,
    Lock,
    lock_path,
    normal_text,
    parse_lock,
    read_lock,
)
from planscript.runtime.session import Session
from planscript.runtime.shell.cli import main

TEXTS = st.text(st.characters(exclude_categories=("Cs",)), min_size=1).map(normal_text)
NAMES = st.from_regex(r"[a-z][a-z0-9_-]{0,8}", fullmatch=True)
ENTRIES = st.builds(
    Entry,
    text=TEXTS,
    pddl=st.just("(on {a} table)"),
    says=st.just("{a} is on the table."),
    confidence=st.integers(0, 100).map(lambda n: n / 100),
    domain=NAMES,
    signature=st.from_regex(r"[0-9a-f]{16}", fullmatch=True),
    model=st.just("shipped abcdef"),
    slots=st.lists(st.tuples(NAMES, NAMES), max_size=2).map(tuple),
    allowing=st.lists(NAMES, max_size=2).map(tuple),
)

REFUSED = st.builds(
    replace,
    ENTRIES,
    pddl=st.just(""),
    says=st.just(""),
    refused=st.sampled_from(["NotAGoal", "Inexpressible", "UnknownObject", "Ambiguous"]),
    unlinked=st.lists(TEXTS, max_size=3).map(tuple),
    perhaps=st.lists(st.just((0.25, "(on {a} table)")), max_size=2).map(tuple),
)


@given(st.lists(ENTRIES | REFUSED, max_size=5))
def test_what_is_written_is_read_again(entries: list[Entry]) -> None:
    lock = Lock(entries)
    assert list(parse_lock(lock.write(), "x.lock")) == list(lock)


def entry(text: str = "the apple is on the table", signature: str = "a" * 16) -> Entry:
    return Entry(text, "(on apple table)", "Yes.", 0.9, "fruit", signature, "shipped")


def test_layout_of_the_text_does_not_matter() -> None:
    lock = Lock([entry()])
    assert lock.find("\n  the apple is\n  on the table ", "a" * 16, {}) == entry()


def test_another_version_of_the_domain_is_not_the_same_goal() -> None:
    lock = Lock([entry()])
    assert lock.find("the apple is on the table", "b" * 16, {}) is None
    assert lock.stale("the apple is on the table", "b" * 16) == entry()


def test_no_file_is_an_empty_lock(tmp_path: Path) -> None:
    assert len(read_lock(tmp_path / "none.lock")) == 0


@pytest.mark.parametrize(
    ("damage", "line"),
    [
        (("# planscript lock 1", "# something else"), 1),
        (("  pddl (on apple table)\n", ""), 3),
        (("  confidence 0.90", "  confidence high"), 3),
        (("  says Yes.", "  sings Yes."), 5),
        (("  pddl (on apple table)", "  refused Perhaps"), 3),
        (("  pddl (on apple table)", "  refused Ambiguous\n  words 3"), 3),
        (("  pddl (on apple table)", "  refused Ambiguous\n  perhaps so"), 3),
    ],
)
def test_a_damaged_lock_file_is_refused_with_its_line(damage: tuple[str, str], line: int) -> None:
    text = Lock([entry()]).write().replace(*damage)
    with pytest.raises(SourceError) as caught:
        parse_lock(text, "x.lock")
    span = caught.value.diagnostics[0].span
    assert span is not None and span.line == line
    assert "planscript compile" in caught.value.diagnostics[0].hint


@pytest.mark.parametrize("use", ["let wish = goal words", 'achieve ["the lamp is lit"][0]'])
def test_what_was_locked_for_text_that_comes_at_run_time_stays_locked(
    use: str, tmp_path: Path
) -> None:
    script = tmp_path / "later.plan"
    script.write_text(
        "domain lamps:\n    types: lamp\n    predicate lit(l: lamp)\n"
        "    action press(l: lamp):\n        effect: lit(l)\n"
        "world room of lamps:\n    objects: old: lamp\n"
        f'let words = "the lamp is lit"\n{use}\n',
        encoding="utf-8",
    )
    made = Session()
    made.run_text(script.read_text(encoding="utf-8").split("let words")[0])
    assert made.acting.domain is not None
    mark = made.compiler.signature(made.acting.domain)
    lock = Lock()
    lock.add(Entry("the lamp is lit", "(lit old)", "", 1.0, "lamps", mark, "chosen by a person"))
    lock_path(script).write_text(lock.write(), encoding="utf-8")
    assert main(["compile", str(script)]) == 0
    assert len(read_lock(lock_path(script))) == 1
    assert main(["compile", "--check", str(script)]) == 0
