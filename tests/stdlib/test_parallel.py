"""`parallel`: functions of a script in several processes, whatever happens to the processes."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from planscript.lang.diagnostics import LimitError, PlanscriptError
from planscript.runtime.grants import Grants
from planscript.runtime.journal import Journal
from planscript.runtime.limits import Limits
from planscript.runtime.session import Session

ALLOWED = Grants(parallel=True)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs a script in a folder of its own, in which `tools.plan` is a module."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tools.plan").write_text(
        "let weights = {1: sum([2, 3])}\nlet doubled = fn(x): 2 * x\n"
        "fn heavy(x): return weights.get(x, doubled(x))\n",
        encoding="utf-8",
    )

    def run(text: str, grants: Grants = ALLOWED, **options: Any) -> dict[str, Any]:
        (tmp_path / "main.plan").write_text("import parallel\n" + text, encoding="utf-8")
        session = Session(stdout=io.StringIO(), stdin=io.StringIO(), grants=grants, **options)
        names = session.run_file("main.plan")
        assert isinstance(session.stdout, io.StringIO)
        return {**names, "printed": session.stdout.getvalue()}

    return run


def test_results_are_in_the_order_of_the_items_and_of_any_plain_kind(run: Any) -> None:
    items = '[[3, 2.5], "汉", {"a": none}, {1}, (true, 10 ** 30), []]'
    names = run(f"fn same(x): return [x, x]\nlet it = parallel.map(same, {items}, 3)\n")
    plain = [[3, 2.5], "汉", {"a": None}, {1}, (True, 10**30), []]
    assert names["it"] == [[x, x] for x in plain]
    assert run("fn same(x): return x\nlet it = parallel.map(same, [])\n")["it"] == []


def test_a_worker_has_what_the_script_declares_and_the_data_of_its_names(run: Any) -> None:
    names = run(
        "import math\nimport tools\nlet base = [10, tools.heavy(1)]\nprint('once')\n"
        "error Odd(n)\n"
        "fn half(n):\n    if n % 2: raise Odd(n)\n    return n // 2\n"
        "fn work(n): return math.sqrt(base[0] * half(n)) + base[1]\n"
        "let it = parallel.map(work, [20, 80])\n"
        "let odd = parallel.outcomes(work, [3])\n"
    )
    assert names["it"] == [15.0, 25.0]
    assert names["odd"][0]["error"] == "n=3"
    assert names["printed"] == "once\n"


def test_a_function_of_a_module_runs_with_all_of_its_module(run: Any) -> None:
    assert run("import tools\nlet it = parallel.map(tools.heavy, [1, 4])\n")["it"] == [5, 8]


def test_workers_act_in_the_world_of_the_script(run: Any) -> None:
    names = run(
        "domain d:\n    types: lamp\n    predicate lit(l: lamp)\n    action light(l: lamp):\n"
        "        effect: lit(l)\nworld w of d:\n    objects: one, two: lamp\n"
        "fn make(n):\n    achieve forall l: lamp (lit(l))\n    return [n, len(world.facts)]\n"
        "let it = parallel.map(make, [7, 8])\nlet here = len(world.facts)\n"
    )
    assert (names["it"], names["here"]) == ([[7, 2], [8, 2]], 0)


def test_what_a_worker_prints_is_shown(run: Any) -> None:
    text = "fn tell(n): print(n, 'told')\nlet it = parallel.map(tell, [1, 2], workers=1)\n"
    assert run(text)["printed"] == "1 told\n2 told\n"


FAILS = "fn inverse(n): return 1 // n\n"


def test_a_failure_is_raised_in_the_end_and_names_its_item(run: Any) -> None:
    with pytest.raises(PlanscriptError) as caught:
        run(FAILS + "parallel.map(inverse, [1, 0, 2])\n")
    title = caught.value.diagnostics[0].title
    assert title == "item 1: division by zero (at main.plan:2:23)"
    caught_there = "try: parallel.map(inverse, [0])\ncatch ZeroDivision as e: let it = e.item\n"
    assert run(FAILS + caught_there)["it"] == 0


def test_failures_can_be_taken_item_by_item(run: Any) -> None:
    found = run(FAILS + "let it = parallel.outcomes(inverse, [1, 0, 2])\n")["it"]
    assert [one["ok"] for one in found] == [True, False, True]
    assert (found[0]["value"], found[1]["kind"]) == (1, "ZeroDivision")


DIES = (
    "import files\nimport python.os as os\n"
    "fn work(n):\n"
    "    if n == 2 and ALWAYS or n % 4 == 1 and not files.exists('{n}.txt'):\n"
    "        files.write('{n}.txt', 'was here')\n"
    "        os.kill(os.getpid(), 9)\n"
    "    return n * n\n"
)


def deadly(folder: Path) -> Grants:
    return Grants(read=(folder,), write=(folder,), python=True, parallel=True)


def test_nothing_is_lost_when_workers_are_killed(run: Any, tmp_path: Path) -> None:
    text = DIES.replace("ALWAYS", "false") + "let it = parallel.map(work, range(12))\n"
    assert run(text, deadly(tmp_path))["it"] == [n * n for n in range(12)]
    assert {path.name for path in tmp_path.glob("*.txt")} == {"1.txt", "5.txt", "9.txt"}


def test_an_item_that_kills_every_worker_is_given_up(run: Any, tmp_path: Path) -> None:
    text = DIES.replace("ALWAYS", "true") + "let it = parallel.outcomes(work, range(5))\n"
    found = run(text, deadly(tmp_path))["it"]
    assert [one["ok"] for one in found] == [True, True, False, True, True]
    assert found[2]["error"] == "its worker ended 3 times"


def test_grants_are_handed_on_and_not_widened(run: Any, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text("a", encoding="utf-8")
    (tmp_path / "b.txt").write_text("b", encoding="utf-8")
    text = (
        "import files\nfn read(path): return files.read(path)\n"
        "let it = parallel.outcomes(read, ['in/a.txt', 'b.txt'])\n"
    )
    found = run(text, Grants(read=(tmp_path / "in",), parallel=True))["it"]
    assert (found[0]["value"], found[1]["kind"]) == ("a", "GrantError")
    again = "fn one(n): return n\nfn more(n): return parallel.map(one, [n])\n"
    found = run(again + "let it = parallel.outcomes(more, [1])\n")["it"]
    assert found[0]["kind"] == "GrantError"


def test_the_work_of_workers_is_taken_off_the_budget(run: Any) -> None:
    text = "fn spin(n):\n    for i in range(n): pass\nparallel.map(spin, [3000, 3000, 3000])\n"
    run(text, limits=Limits(steps=50_000))
    with pytest.raises(LimitError):
        run(text, limits=Limits(steps=7000))


def test_a_run_that_is_stopped_takes_its_workers_with_it(run: Any) -> None:
    text = "fn spin(n):\n    while true: pass\nparallel.map(spin, [1, 2])\n"
    with pytest.raises(LimitError, match="longer than"):
        run(text, limits=Limits(seconds=1.5))


def test_a_replay_starts_no_workers(run: Any, tmp_path: Path) -> None:
    text = "fn square(n): return n * n\nlet it = parallel.map(square, [1, 2, 3])\n"
    journal = Journal(str(tmp_path / "run.db"), "record")
    run(text, journal=journal)
    journal.close()
    again = Journal(str(tmp_path / "run.db"), "replay")
    monkey = pytest.MonkeyPatch()
    monkey.setattr("planscript.runtime.parallel._Worker", None)
    assert run(text, journal=again)["it"] == [1, 4, 9]
    monkey.undo()
    again.close()


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("parallel.map(3, [1])", "map() takes a function, not a number"),
        ("parallel.map(fn(x): x, [1])",
         "map() takes a function that stands at the top of a script or module"),
        ("parallel.map(len, [[]])",
         "map() takes a function that stands at the top of a script or module"),
        ("fn f(x): return x\nparallel.map(f, [f])", "map() cannot send an item to a worker"),
        ("fn f(x): return f\nparallel.map(f, [1])",
         "item 0: f() gives a value that a worker cannot send back"),
        ("fn f(x): return x\nparallel.map(f, [1], 0)",
         "map() takes a number of at least 1, not 0"),
        ("fn f(x): return x\nparallel.outcomes(f, 7)", "outcomes() takes a list, not a number"),
        ("let g = fn(x): x\nfn f(x): return g(x)\nparallel.map(f, [1])",
         "item 0: `g` has no value yet (at main.plan:3:17)"),
    ],
)  # fmt: skip
def test_what_cannot_be_sent_is_said(run: Any, text: str, title: str) -> None:
    with pytest.raises(PlanscriptError) as caught:
        run(text + "\n")
    assert caught.value.diagnostics[0].title == title


def test_a_function_of_a_conversation_is_in_no_file() -> None:
    session = Session(grants=ALLOWED)
    session.evaluate("import parallel")
    session.evaluate("fn f(x): return x")
    with pytest.raises(PlanscriptError, match="`f` is not in a file"):
        session.evaluate("parallel.map(f, [1])")


# ---------------------------------------------------------------- on a cluster


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    """The address of a real cluster of two workers."""
    distributed = pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None
    ) as found:
        yield found.scheduler_address


def test_the_same_call_runs_on_a_cluster(run: Any, cluster: str) -> None:
    text = (
        "import tools\nfn work(n):\n    print(n)\n    return tools.heavy(n) // (n - 2)\n"
        "let it = parallel.outcomes(work, range(4))\n"
    )
    here, there = run(text), run(text, cluster=cluster)
    assert here["it"] == there["it"]
    assert [one["ok"] for one in there["it"]] == [True, True, False, True]
    assert sorted(there["printed"].split()) == ["0", "1", "2", "3"]


def test_a_cluster_loses_nothing_when_a_worker_is_killed(
    run: Any, cluster: str, tmp_path: Path
) -> None:
    text = DIES.replace("ALWAYS", "false").replace("n % 4 == 1", "n == 1")
    names = run(text + "let it = parallel.map(work, range(6))\n", deadly(tmp_path), cluster=cluster)
    assert names["it"] == [n * n for n in range(6)]


def test_a_cluster_that_does_not_answer_is_said(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
    monkeypatch.setattr("planscript.runtime.cluster._PATIENCE", "1s")
    text = "fn f(x): return x\nlet it = parallel.map(f, [1])\n"
    with pytest.raises(PlanscriptError, match="no cluster answers at"):
        run(text, cluster="tcp://127.0.0.1:9")
