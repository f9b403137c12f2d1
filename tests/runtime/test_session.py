"""Sessions: running, conversations, checking, reports; made and dropped without a trace."""

import io
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from planscript.lang.diagnostics import LimitError, PlanscriptError, SourceError, draw
from planscript.runtime.errors import RunError
from planscript.runtime.grants import Grants
from planscript.runtime.limits import Limits
from planscript.runtime.session import Session


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def run(text: str, **options: object) -> str:
    stream = io.StringIO()
    Session(stdout=stream, **options).run_text(text)  # type: ignore[arg-type]
    return stream.getvalue()


def failure(text: str, **options: object) -> PlanscriptError:
    with pytest.raises(PlanscriptError) as caught:
        run(text, **options)
    return caught.value


def test_running_gives_the_names_of_the_script() -> None:
    assert Session().run_text("let x = 6 * 7")["x"] == 42


def test_a_report_shows_the_place_and_the_calls() -> None:
    error = failure("fn area(w):\n    return w * none\n\nfn main():\n    area(3)\n\nmain()\n")
    text = "fn area(w):\n    return w * none\n"
    assert draw(error.diagnostics[0], text).splitlines() == [
        "error[E0501]: cannot multiply a number by none",
        "  --> <input>:2:12",
        "   |",
        " 2 |     return w * none",
        "   |            ^^^^^^^^",
        "  area() was called at: <input>:5:5",
        "  main() was called at: <input>:7:1",
        "  help: a function without `return` gives none",
    ]


def test_an_error_inside_the_library_is_marked_where_it_was_called() -> None:
    error = failure('import lists\nprint(1)\nlists.group_by([1], "no function")\n')
    first = error.diagnostics[0]
    assert first.span is not None and first.span.line == 3
    assert "group_by()" in first.related[0][0] and "lists.plan" in first.related[0][1].source


def test_the_calls_of_a_deep_recursion_are_cut_short() -> None:
    error = failure("fn f(n):\n    return f(n + 1) if n < 500 else 1 / 0\nf(0)\n")
    related = error.diagnostics[0].related
    assert len(related) < 12
    assert "493 calls further out" in related[-1][0]


def test_all_mistakes_of_a_text_are_told_at_once() -> None:
    error = failure("print(conut)\nprint(lenn([]))\n")
    assert isinstance(error, SourceError)
    assert [d.span.line for d in error.diagnostics if d.span] == [1, 2]


# ---------------------------------------------------------------- conversations


def test_a_conversation_keeps_its_names() -> None:
    session = Session()
    assert session.evaluate("let x = 20") is None
    assert session.evaluate("x + 1") == 21
    assert session.evaluate("_ * 2") == 42
    session.evaluate("fn double(n):\n    return 2 * n\n")
    assert session.evaluate("double(x)") == 40


def test_a_mistake_does_not_end_a_conversation() -> None:
    session = Session()
    session.evaluate("let xs = [1]")
    for wrong in ("xs[3]", "let = ", "nothing_here", "xs.foo", '"unclosed'):
        with pytest.raises(PlanscriptError):
            session.evaluate(wrong)
    assert session.evaluate("xs") == [1]


def test_an_error_in_a_function_of_an_earlier_input_shows_that_input() -> None:
    session = Session()
    session.evaluate("fn f():\n    return 1 / 0")
    with pytest.raises(RunError) as caught:
        session.evaluate("f()")
    span = caught.value.diagnostics[0].span
    assert span is not None and session.texts[span.source].startswith("fn f()")


def test_what_a_conversation_offers_for_completion_and_help() -> None:
    stream = io.StringIO()
    session = Session(stdout=stream)
    session.evaluate("import text")
    session.evaluate("let mine = [1]")
    assert {"mine", "text", "print", "ValueError"} <= set(session.names())
    assert not any(name.startswith("_") for name in session.names())
    assert "wrap" in session.members("text") and "append" in session.members("mine")
    assert "len(x)" in session.describe("len")
    assert "module text" in session.describe("text")
    session.evaluate("help(text.pad_left)")
    assert ">>> pad_left" in stream.getvalue()


def test_loading_a_script_into_a_conversation(tmp_path: Path) -> None:
    (tmp_path / "tools.plan").write_text("fn half(n):\n    return n // 2\n")
    session = Session()
    session.load_file(str(tmp_path / "tools.plan"))
    assert session.evaluate("half(10)") == 5


# ---------------------------------------------------------------- files


@pytest.mark.parametrize(
    ("content", "message"),
    [(None, "no file"), (b"\xff\xfe\xff", "is not UTF-8 text (line 1)"), ("dir", "is a folder")],
)
def test_files_that_cannot_be_read(tmp_path: Path, content: object, message: str) -> None:
    path = tmp_path / "x.plan"
    if content == "dir":
        path.mkdir()
    elif isinstance(content, bytes):
        path.write_bytes(content)
    with pytest.raises(SourceError) as caught:
        Session().run_file(str(path))
    assert message in caught.value.diagnostics[0].title


def test_a_byte_order_mark_and_windows_lines_are_read(tmp_path: Path) -> None:
    (tmp_path / "w.plan").write_bytes(b"\xef\xbb\xbflet x = 1\r\nif x == 1:\r\n    x = 2\r\n")
    assert Session().run_file(str(tmp_path / "w.plan"))["x"] == 2


def test_modules_on_the_search_path(tmp_path: Path) -> None:
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "robots.plan").write_text('let name = "R2"\n')
    (tmp_path / "main.plan").write_text("import robots\nlet it = robots.name\n")
    session = Session(search_path=(tmp_path / "lib",))
    assert session.run_file(str(tmp_path / "main.plan"))["it"] == "R2"


def test_importing_from_outside_needs_a_grant(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "secret.plan").write_text("let key = 7\n")
    main = tmp_path / "in" / "main.plan"
    main.write_text('import "../secret.plan" as s\nlet key = s.key\n')
    with pytest.raises(RunError, match="may not read"):
        Session().run_file(str(main))
    (tmp_path / "in" / "link.plan").symlink_to(tmp_path / "secret.plan")
    main.write_text('import "link.plan" as s\n')
    with pytest.raises(RunError, match="may not read"):
        Session().run_file(str(main))
    main.write_text('import "../secret.plan" as s\nlet key = s.key\n')
    granted = Session(grants=Grants(read=(tmp_path,)))
    assert granted.run_file(str(main))["key"] == 7


def test_checking_runs_nothing() -> None:
    stream = io.StringIO()
    session = Session(stdout=stream)
    assert session.check("print(1)\n") == []
    assert [d.code for d in session.check("print(lenn)\n")] == ["E0201"]
    assert stream.getvalue() == ""


# ---------------------------------------------------------------- budgets and life


def test_a_budget_of_steps_counts_calls_and_loops() -> None:
    error = failure("fn f(n):\n    return f(n)\nf(1)\n", limits=Limits(steps=500))
    assert isinstance(error, LimitError)


def test_counting_does_not_change_results() -> None:
    text = "let n = 0\nfor i in range(100):\n    n += i\nprint(n)\n"
    assert run(text, limits=Limits(steps=10_000)) == run(text) == "4950\n"


def test_a_time_budget_ends_a_sort_with_a_slow_key() -> None:
    text = "fn slow(x):\n    let n = 0\n    while true:\n        n += 1\nsorted([3, 1], key=slow)\n"
    began = time.monotonic()
    assert isinstance(failure(text, limits=Limits(seconds=0.3)), LimitError)
    assert time.monotonic() - began < 10


def test_many_sessions_leave_nothing_behind() -> None:
    threads = threading.active_count()
    for i in range(300):
        session = Session(stdout=io.StringIO())
        assert session.evaluate(f"{i} + 1") == i + 1
        session.close()
    assert threading.active_count() == threads


def test_sessions_side_by_side_do_not_meet() -> None:
    results: dict[int, object] = {}

    def work(n: int) -> None:
        text = f"let n = {n}\nfn f(k):\n    return n if k == 0 else f(k - 1)\nlet r = f(2000)\n"
        results[n] = Session().run_text(text)["r"]

    threads = [threading.Thread(target=work, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == {n: n for n in range(6)}


def test_ctrl_c_ends_a_script_and_the_conversation_goes_on() -> None:
    session = Session()
    threading.Timer(0.3, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
    with pytest.raises(KeyboardInterrupt):
        session.evaluate("while true:\n    pass\n")
    assert session.evaluate("1 + 1") == 2


def test_a_script_without_goals_loads_neither_grammar_nor_torch(tmp_path: Path) -> None:
    script = tmp_path / "a.plan"
    script.write_text("import lists\nimport text\nprint(lists.chunk([1, 2, 3], 2))\n")
    program = (
        "import sys\nfrom planscript.runtime.session import Session\n"
        f"Session().run_file({str(script)!r})\n"
        "heavy = {'torch', 'transformers', 'lark', 'planscript.lang.parser', "
        "'planscript.runtime.acting'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    for expected in (None, "[[1, 2], [3]]\n[]\n"):
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        assert expected is None or done.stdout == expected
