"""The REPL as a user meets it: typed lines in, the screen out. No terminal, no model."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from planscript.runtime.session import Session
from planscript.runtime.shell.completer import ScopeCompleter
from planscript.runtime.shell.repl import Repl

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
        apple: fruit
        table, shelf: surface
    init: on(apple, shelf)
"""


@pytest.fixture
def talk(capsys: pytest.CaptureFixture[str]) -> Talk:
    """Types the text, then Ctrl-D; gives what was printed after the welcome."""

    def run(typed: str) -> str:
        with create_pipe_input() as pipe:
            session = Session(interactive=True)
            repl = Repl(session, input=pipe, output=DummyOutput())
            pipe.send_text(typed + "\x04")
            repl.loop()
            session.close()
        return capsys.readouterr().out.split("\n", 1)[1]

    return run


@pytest.fixture
def fruit(tmp_path: Path) -> str:
    path = tmp_path / "fruit.plan"
    path.write_text(FRUIT, encoding="utf-8")
    return str(path)


def test_an_expression_shows_its_value(talk: Talk) -> None:
    assert talk("1 + 2\n") == "3\n"
    assert talk('["a", none]\n') == '["a", none]\n'


def test_names_stay_and_nothing_is_shown_for_none(talk: Talk) -> None:
    assert talk("let x = 20\nx + 1\n") == "21\n"


def test_a_block_ends_with_an_empty_line(talk: Talk) -> None:
    typed = "fn double(x):\nreturn 2 * x\n\ndouble(4)\n"  # the second line is indented for us
    assert talk(typed) == "8\n"


def test_the_last_value_is_kept(talk: Talk) -> None:
    assert talk("6 * 7\n_ + 1\n") == "42\n43\n"


def test_an_error_is_shown_and_the_conversation_goes_on(talk: Talk) -> None:
    shown = talk("1 / 0\nlet 5\nnobody\n3\n")
    assert "division by zero" in shown
    assert shown.count("error[") == 3
    assert shown.endswith("3\n")
    assert "Traceback" not in shown


def test_ctrl_c_drops_the_line_and_not_the_conversation(talk: Talk) -> None:
    assert talk("1 + \x032 + 2\n") == "4\n"


def test_commands(talk: Talk, fruit: str) -> None:
    shown = talk(f":load {fruit}\n:objects\n:state\n:domain\n:nonsense\n")
    assert "fruit: apple" in shown
    assert "on  apple, shelf" in shown
    assert 'predicate on(f: fruit, s: surface): "{f} is on {s}"' in shown
    assert "no command :nonsense" in shown


def test_undo_takes_back_the_last_change(talk: Talk, fruit: str) -> None:
    shown = talk(f":load {fruit}\nachieve on(apple, table)\n:undo\non(apple, shelf)\n")
    assert "+ on(apple, shelf)" in shown and "- on(apple, table)" in shown
    assert shown.endswith("true\n")


def test_quit(talk: Talk) -> None:
    assert talk(":quit\n1 + 1\n") == ""


def test_completion_offers_names_members_and_objects(fruit: str) -> None:
    from prompt_toolkit.completion import CompleteEvent
    from prompt_toolkit.document import Document

    session = Session(interactive=True)
    session.load_file(fruit)

    def offered(text: str) -> set[str]:
        found = ScopeCompleter(session).get_completions(Document(text), CompleteEvent())
        return {completion.text for completion in found}

    assert "achieve" in offered("achi")
    assert "apple" in offered("on(app")
    assert "apple" in offered("> put the app")
    assert "objects" in offered(":obj")
    session.evaluate("let text = [1]")
    assert "append" in offered("text.app")
