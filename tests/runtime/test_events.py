"""Events from outside: from another thread, and from a file that grows."""

from __future__ import annotations

import io
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from planscript.lang.diagnostics import PlanscriptError
from planscript.runtime.grants import Grants
from planscript.runtime.session import Session
from planscript.runtime.shell import cli

WALK = """
domain walk:
    types: place
    predicate at(p: place)
    predicate road(a: place, b: place)
    action go(a: place, b: place):
        precondition: at(a) and road(a, b)
        effect: at(b) and not at(a)
world town of walk:
    objects: home, bridge, lane, mill, farm: place
    init:
        at(home), road(home, bridge), road(bridge, farm), road(bridge, home)
        road(home, lane), road(lane, mill), road(mill, farm)
"""
HANDLER = """
perform go(a, b):
    print("{a} -> {b}")
"""
ROUND = ["home -> bridge", "bridge -> home", "home -> lane", "lane -> mill", "mill -> farm"]


class Listening:
    """A session that hears of its own events, and calls `at` when a step ends there."""

    def __init__(self, **options: Any) -> None:
        self.out = io.StringIO()
        self.heard: list[tuple[str, Mapping[str, Any]]] = []
        self.session = Session(stdout=self.out, emit=self._hear, **options)
        self.after_first_step: Any = lambda: None

    def _hear(self, kind: str, details: Mapping[str, Any]) -> None:
        self.heard.append((kind, details))
        if kind == "done" and [k for k, _ in self.heard].count("done") == 1:
            self.after_first_step()

    def run(self, text: str) -> list[str]:
        self.session.run_text(text)
        return self.out.getvalue().splitlines()


def test_another_thread_may_post() -> None:
    one = Listening()

    def post() -> None:
        thread = threading.Thread(
            target=one.session.inbox.post, args=("not road(bridge, farm)",), daemon=True
        )
        thread.start()
        thread.join()

    one.after_first_step = post
    assert one.run(WALK + HANDLER + "achieve at(farm)\n") == ROUND


def test_a_watched_file_tells_by_its_new_lines(tmp_path: Path) -> None:
    news = tmp_path / "news.txt"
    news.write_text("not at(home)\n", encoding="utf-8")  # there before: no news
    one = Listening(grants=Grants(read=(tmp_path,)))

    def write() -> None:
        with news.open("a", encoding="utf-8") as file:
            file.write("# a remark\n\nnot road(bridge, farm)\nroad(bridge, nowhere)\nroad(ho")

    one.after_first_step = write
    text = f'import events\nevents.watch("{news}")\n{WALK}{HANDLER}achieve at(farm)\n'
    assert one.run(text) == ROUND
    (ignored,) = [details for kind, details in one.heard if kind == "ignored"]
    assert ignored["text"] == "road(bridge, nowhere)" and "nowhere" in ignored["reason"]
    assert [kind for kind, _ in one.heard].count("event") == 1  # half a line is none


def test_a_line_with_an_exclamation_mark_interrupts(tmp_path: Path) -> None:
    news = tmp_path / "news.txt"
    one = Listening(grants=Grants(read=(tmp_path,)))
    one.after_first_step = lambda: news.write_text("!not road(home, bridge)\n", encoding="utf-8")
    text = f'import events\nevents.watch("{news}")\n{WALK}{HANDLER}achieve at(farm)\n'
    with pytest.raises(PlanscriptError, match="interrupted: not road\\(home, bridge\\)"):
        one.run(text)
    assert one.out.getvalue().splitlines() == ROUND[:1]


def test_a_file_is_watched_only_where_it_may_be_read(tmp_path: Path) -> None:
    with pytest.raises(PlanscriptError, match="may not read"):
        Session().run_text(f'import events\nevents.watch("{tmp_path}/news.txt")\n')


def test_the_command_line_names_a_file_of_events(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The script itself adds the line, so that it comes in at a known moment."""
    news = tmp_path / "news.txt"
    handler = (
        "import files\nperform go(a, b):\n    print('{a} -> {b}')\n"
        f"    if b == bridge: files.append('{news}', 'not road(bridge, farm)\\n')\n"
    )
    script = tmp_path / "walk.plan"
    script.write_text(WALK + handler + "achieve at(farm)\n", encoding="utf-8")
    words = ["run", "--quiet", f"--events={news}", f"--allow-write={tmp_path}", str(script)]
    assert cli.main(words) == 0
    assert capsys.readouterr().out.splitlines() == ROUND


def test_runs_of_a_test_do_not_share_their_events() -> None:
    text = (
        "import events\n"
        + WALK
        + "test 'posted' with seed=1, runs=3:\n"
        + "    expect road(bridge, farm)\n"
        + "    events.post('not road(bridge, farm)')\n"
    )
    path = "posted.plan"
    session = Session(stdout=io.StringIO())
    session.read_source = lambda name: text  # type: ignore[method-assign]
    assert [error for _, error in session.run_tests(path)] == [None]
    assert [report.rate for report in session.reports] == [1.0]
