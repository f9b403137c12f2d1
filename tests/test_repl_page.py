"""`docs/repl.md`: each conversation on it, held again. After a change that is meant:

UPDATE_GOLDEN=1 pytest tests/test_repl_page.py && git diff docs/repl.md
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from planscript.runtime.goals.predict import Prediction
from planscript.runtime.pddl.reader import read_formula
from planscript.runtime.pddl.writer import write_formula
from planscript.runtime.session import Session
from planscript.runtime.shell.repl.commands import COMMANDS
from planscript.runtime.shell.repl.conversation import Conversation
from planscript.runtime.shell.repl.keys import is_whole

PAGE = Path(__file__).parent.parent / "docs" / "repl.md"
_TALK = re.compile(r"(?<=```text\n)» .*?(?=```)", re.DOTALL)
# What the goals of the page mean, likeliest first: the page does not change with the weights.
READINGS = {
    "put the apple on the table": [("(on apple table)", 0.97)],
    "all the fruit is washed": [("(forall (?f - fruit) (washed ?f))", 0.98)],
    "the pear is washed and on the table": [("(and (washed pear) (on pear table))", 0.98)],
    "梨在桌子上": [("(on pear table)", 0.95)],
    "get the plum ready": [("(washed plum)", 0.81), ("(not (washed plum))", 0.19)],
}


@pytest.fixture
def conversation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Conversation]:
    """A conversation that has the script of the page before it."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)
    script = re.search(r"```plan\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert script is not None
    Path("fruit.plan").write_text(script[1], encoding="utf-8")
    with create_pipe_input() as pipe:
        made = Conversation(lambda emit: Session(interactive=True, emit=emit), pipe, DummyOutput())
        made.load("fruit.plan")
        yield made
        made.close()


def predict(text: str, scope: Any, allowing: tuple[str, ...] = ()) -> Prediction:
    read = [(read_formula(p, scope.domain, scope.objects), sure) for p, sure in READINGS[text]]
    unlinked = ("ready",) if "ready" in text else ()
    return Prediction(read[0][0], read[0][1], read, refused=bool(unlinked), unlinked=unlinked)


def held_again(talk: str, conversation: Conversation) -> str:
    """The conversation with the same inputs and answers, and what is said to them now."""
    lines = talk.splitlines()
    shown: list[str] = []
    while lines:
        line = lines.pop(0)
        if not line.startswith("» "):
            continue  # what was said
        text = line[2:]
        shown.append(line)
        while not is_whole(text):
            shown.append(lines.pop(0))
            text += "\n" + shown[-1][2:]
        out = StringIO()

        def ask(question: str, out: StringIO = out) -> str:
            while not lines[0].startswith(question.rstrip()):
                lines.pop(0)
            out.write(lines[0] + "\n")
            return lines.pop(0)[len(question.rstrip()) :].strip()

        conversation._narrator = None  # the one before writes elsewhere
        conversation.ask = ask  # type: ignore[method-assign, assignment]
        with redirect_stdout(out):
            conversation.handle(text)
        shown += out.getvalue().splitlines()
    return "\n".join(shown) + "\n"


def plain(talk: str) -> str:
    """Without what differs from run to run."""
    return re.sub(r"\d+\.\d{3} s", "N s", talk)


def test_every_conversation_on_the_page_goes_as_it_is_shown(conversation: Conversation) -> None:
    compiler = conversation.session.compiler
    compiler.predict = predict  # type: ignore[method-assign]
    compiler._model = SimpleNamespace(threshold=0.75, identity="")  # type: ignore[assignment]
    page = PAGE.read_text(encoding="utf-8")
    talks = _TALK.findall(page)
    assert len(talks) > 8
    for talk in talks:
        now = held_again(talk, conversation)
        if os.environ.get("UPDATE_GOLDEN"):
            page = page.replace(talk, now if plain(now) != plain(talk) else talk)
        else:
            assert plain(now) == plain(talk)
    if os.environ.get("UPDATE_GOLDEN"):
        PAGE.write_text(page, encoding="utf-8")


def test_the_model_that_ships_understands_the_goals_of_the_page(conversation: Conversation) -> None:
    session = conversation.session
    for text, readings in READINGS.items():
        if readings[0][1] > 0.9:
            goal = session.acting.goal_value(text)
            formula = session.bounded(lambda goal=goal: session.acting.formula_of(goal))
            assert re.sub(r"\?\w+", "?f", write_formula(formula)) == readings[0][0]


def test_the_page_names_every_command_and_no_other() -> None:
    listed = re.findall(r"^\| `:(\w+)([^`]*)` \| (.*?) \|$", PAGE.read_text(encoding="utf-8"), re.M)
    usages = {name: (f" {one.usage}".rstrip(), one.about) for name, one in COMMANDS.items()}
    assert {name: (rest, about) for name, rest, about in listed} == {
        name: (usage.replace("|", "\\|"), about.replace("|", "\\|"))
        for name, (usage, about) in usages.items()
    }
