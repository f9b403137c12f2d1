"""Compiled scripts kept on disk: used while nothing has changed, never trusted when damaged."""

import io
from pathlib import Path

import pytest

from planscript.lang import tables
from planscript.runtime import code_cache
from planscript.runtime.code_cache import CodeCache, GrammarStore
from planscript.runtime.session import Session

SCRIPT = """
error Odd(n)
fn half(n):
    if n % 2 == 1:
        raise Odd(n)
    return n // 2
print(half(10), [x for x in range(3)])
test "halves":
    expect half(8) == 4
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "planscript" / "code"


def output_of(path: Path) -> str:
    stream = io.StringIO()
    session = Session(stdout=stream)
    assert all(error is None for _, error in session.run_tests(str(path)))
    return stream.getvalue()


def forbid_compiling(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **options: object) -> None:
        raise AssertionError("compiled again")

    monkeypatch.setattr(code_cache, "compile_afresh", refuse)


def test_the_second_run_does_not_compile(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "a.plan"
    script.write_text(SCRIPT)
    assert output_of(script) == "5 [0, 1, 2]\n"
    assert len(list(folder.iterdir())) == 1
    forbid_compiling(monkeypatch)
    assert output_of(script) == "5 [0, 1, 2]\n"


def test_a_changed_script_is_compiled_again(tmp_path: Path) -> None:
    script = tmp_path / "a.plan"
    script.write_text("print(1)")
    assert output_of(script) == "1\n"
    script.write_text("print(2)")
    assert output_of(script) == "2\n"


@pytest.mark.parametrize("damage", ["cut", "flip", "empty", "other"])
def test_a_damaged_entry_is_a_miss(tmp_path: Path, folder: Path, damage: str) -> None:
    script = tmp_path / "a.plan"
    script.write_text(SCRIPT)
    output_of(script)
    (entry,) = folder.iterdir()
    data = entry.read_bytes()
    if damage == "cut":
        data = data[: len(data) // 2]
    elif damage == "flip":
        data = data[:-10] + bytes([data[-10] ^ 1]) + data[-9:]
    elif damage == "empty":
        data = b""
    else:
        data = b"x" * 500
    entry.write_bytes(data)
    assert output_of(script) == "5 [0, 1, 2]\n"


def test_the_folder_is_for_the_user_alone(tmp_path: Path, folder: Path) -> None:
    script = tmp_path / "a.plan"
    script.write_text("print(1)")
    output_of(script)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert all(entry.stat().st_mode & 0o777 == 0o600 for entry in folder.iterdir())
    for entry in folder.iterdir():
        entry.unlink()
    folder.chmod(0o777)  # somebody else could have put code here
    output_of(script)
    assert list(folder.iterdir()) == []


def test_a_folder_that_cannot_be_written_costs_only_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    script = tmp_path / "a.plan"
    script.write_text("print(3)")
    assert output_of(script) == "3\n"


def test_old_entries_make_room(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(code_cache, "MAX_ENTRIES", 4)
    for i in range(12):
        script = tmp_path / f"{i}.plan"
        script.write_text(f"print({i})")
        output_of(script)
        assert len(list(folder.iterdir())) <= 4


def test_an_entry_depends_on_the_files_that_the_script_names(tmp_path: Path) -> None:
    contents = {"d.pddl": b"one"}
    asked: list[str] = []
    cache = CodeCache(contents.get, tmp_path / "code")

    def load(written: str, span: object) -> None:
        asked.append(written)

    def compile_it() -> None:
        cache.compiled(
            'domain "d.pddl"\nprint(1)\n',
            "s.plan",
            builtins=frozenset({"print"}),
            counting=False,
            load_signature=load,
            load_objects=load,
        )

    compile_it()
    compile_it()
    assert asked == ["d.pddl"]
    contents["d.pddl"] = b"two"
    compile_it()
    assert asked == ["d.pddl", "d.pddl"]


def test_the_grammar_is_built_once_and_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = GrammarStore(tmp_path / "grammar")
    built = tables.grammar_tables.__wrapped__
    monkeypatch.setattr(tables, "_stores", [store])
    first = built()
    monkeypatch.setattr(tables, "_built", None)
    assert built() == first
    assert store.load("grammar", "another grammar") is None
    (entry,) = (tmp_path / "grammar").iterdir()
    entry.write_bytes(entry.read_bytes()[:-1])
    assert store.load("grammar", "") is None
