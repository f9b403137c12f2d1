"""The REPL without a terminal: what is typed goes in by a pipe, what is shown comes out as text."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from planscript.runtime.session import Session
from planscript.runtime.shell.repl.conversation import Conversation

Talk = Callable[[str], str]

FRUIT = """domain fruit_table:
    types:
        fruit, surface
    predicate on(f: fruit, s: surface): "{f} is on {s}"
    action move(f: fruit, a: surface, b: surface): "move {f} from {a} to {b}"
        precondition: on(f, a) and a != b
        effect: on(f, b) and not on(f, a)

world kitchen of fruit_table:
    objects:
        apple, pear: fruit
        table, shelf: surface
    init: on(apple, shelf), on(pear, table)
"""
# What the goals of the tests mean, so that none of them needs a model.
ANSWERS = {
    "the apple is on the table": "(on apple table)",
    "the pear is on the shelf": "(on pear shelf)",
    "all fruit is on the table": "(forall (?f - fruit) (on ?f table))",
    "桌子上有苹果": "(on apple table)",
}


@pytest.fixture(autouse=True)
def own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """History and answers of the user who runs the tests are left alone."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@pytest.fixture
def fruit(tmp_path: Path) -> str:
    """A script with a domain and a world."""
    path = tmp_path / "fruit.plan"
    path.write_text(FRUIT, encoding="utf-8")
    return str(path)


def settled(session: Session, fruit: str) -> None:
    """Loads the script, and locks what `ANSWERS` says."""
    session.load_file(fruit)
    for text, pddl in ANSWERS.items():
        session.settle(text, pddl)


@pytest.fixture
def conversation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Conversation]:
    """A conversation that reads from a pipe, its `input`, in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    with create_pipe_input() as pipe:
        made = Conversation(
            lambda emit: Session(interactive=True, frozen=True, emit=emit),
            input=pipe,
            output=DummyOutput(),
        )
        yield made
        made.close()


@pytest.fixture
def talk(conversation: Conversation, capsys: pytest.CaptureFixture[str]) -> Talk:
    """Types the text, then Ctrl-D; gives what was printed after the welcome."""

    def run(typed: str) -> str:
        conversation.leaving = False
        conversation.input.send_text(typed + "\x04")
        conversation.loop()
        return capsys.readouterr().out.split("\n", 1)[1]

    return run


@pytest.fixture
def talk_fruit(conversation: Conversation, fruit: str, talk: Talk) -> Talk:
    """As `talk`, with the fruit world loaded and the meaning of its goals known."""
    settled(conversation.session, fruit)
    return talk
