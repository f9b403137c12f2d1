"""The line that tells that work goes on."""

from __future__ import annotations

import io

from planscript.runtime.shell.repl.progress import CLEAR, Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_nothing_is_told_of_short_work() -> None:
    out = Terminal()
    progress = Progress(out)
    progress.hear("planning")
    progress.draw(0.1)
    progress.stop()
    assert out.getvalue() == ""


def test_long_work_is_told_of_and_its_line_taken_away_before_anything_else() -> None:
    out = Terminal()
    progress = Progress(out)
    progress.hear("loading")
    progress.draw(1.24)
    progress.hear("goal")
    assert out.getvalue() == f"{CLEAR}· loading the goal model … 1.2 s (Ctrl-C stops){CLEAR}"


def test_a_file_gets_no_progress() -> None:
    out = io.StringIO()
    progress = Progress(out)
    progress.hear("planning")
    progress.stop()
    assert out.getvalue() == "" and not progress.shown
