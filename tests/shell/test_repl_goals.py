"""Lines that begin with `>`, and what the REPL asks where the model is not sure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from planscript.runtime.goals.predict import Prediction
from planscript.runtime.pddl.reader import read_formula
from planscript.runtime.session import Session
from planscript.runtime.shell.repl.conversation import Conversation

Talk = Callable[[str], str]
DOUBTFUL = "the apple belongs on the table"
TWO_READINGS = {"(on apple table)": 0.6, "(on apple shelf)": 0.3}


def test_a_goal_is_achieved_and_its_effects_shown(talk_fruit: Talk) -> None:
    shown = talk_fruit("> the apple is on the table\non(apple, table)\n")
    assert "is taken to mean: The apple is on the table. [locked]" in shown
    assert " 1. move(apple, shelf, table)" in shown
    assert "  - on(apple, shelf)\n  + on(apple, table)\ntrue\n" in shown


def test_goals_in_chinese(talk_fruit: Talk) -> None:
    assert "+ on(apple, table)" in talk_fruit("> 桌子上有苹果\n")


def test_an_empty_goal_says_what_to_write(talk: Talk) -> None:
    assert "say what you want after the >" in talk(">\n")


def test_a_goal_without_a_world_is_an_error_with_a_remedy(talk: Talk) -> None:
    shown = talk("> the apple is on the table\n1\n")
    assert "error[" in shown and "Traceback" not in shown and shown.endswith("1\n")


@pytest.fixture
def doubting(fruit: str, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """A conversation whose model gives the same readings of any text and is sure of none."""

    def run(typed: str, read: Mapping[str, float] = TWO_READINGS) -> str:
        with create_pipe_input() as pipe:
            conversation = Conversation(
                lambda emit: Session(interactive=True, threshold=0.9, emit=emit),
                input=pipe,
                output=DummyOutput(),
            )
            session = conversation.session
            session.load_file(fruit)

            def predict(text, scope, allowing=()):  # type: ignore[no-untyped-def]
                found = [
                    (read_formula(pddl, scope.domain, scope.objects), sure)
                    for pddl, sure in read.items()
                ]
                return Prediction(
                    goal=found[0][0],
                    confidence=found[0][1],
                    alternatives=found,
                    refused=False,
                    unlinked=(),
                )

            session.compiler.predict = predict  # type: ignore[method-assign]
            pipe.send_text(typed + "\x04")
            conversation.loop()
            conversation.close()
        return capsys.readouterr().out

    return run


def test_in_doubt_the_readings_are_shown_and_the_answer_is_taken(
    doubting: Callable[[str], str],
) -> None:
    shown = doubting(f"> {DOUBTFUL}\n1\n:lock\n")
    assert "1. The apple is on the table.  (60%)" in shown
    assert "2. The apple is on the shelf.  (30%)" in shown
    assert "+ on(apple, table)" in shown
    assert f'goal "{DOUBTFUL}"\n  pddl (on apple table)' in shown


def test_an_answer_is_remembered_in_the_conversation_and_in_the_next(
    doubting: Callable[[str], str],
) -> None:
    assert doubting(f"> {DOUBTFUL}\n2\n> {DOUBTFUL}\n").count("Is it one of these?") == 1
    shown = doubting(f"> {DOUBTFUL}\n")
    assert "Is it one of these?" not in shown and "[locked]" in shown


def test_the_error_is_not_said_twice(doubting: Callable[[str], str]) -> None:
    shown = doubting(f"> {DOUBTFUL}\n\n")
    assert shown.count("The apple is on the table.") == 1 == shown.count("not understood")


def test_readings_that_say_the_same_are_one_and_hopeless_ones_are_left_out(
    doubting: Callable[..., str],
) -> None:
    read = {
        "(and (on apple table) (on pear table))": 0.4,
        "(on apple shelf)": 0.3,
        "(and (on pear table) (on apple table))": 0.2,
        "(on pear shelf)": 0.001,
    }
    shown = doubting(f"> {DOUBTFUL}\n\n", read)
    assert "1. The apple and the pear are on the table.  (60%)" in shown
    assert "2. The apple is on the shelf.  (30%)" in shown and "3. " not in shown


def test_where_every_reading_is_hopeless_nothing_is_asked(doubting: Callable[..., str]) -> None:
    shown = doubting(f"> {DOUBTFUL}\n", {"(on apple table)": 0.003})
    assert "error[E0533]" in shown and "Is it one of these?" not in shown


def test_readings_that_are_all_guesses_are_not_offered(doubting: Callable[..., str]) -> None:
    guesses = {"(on apple table)": 0.04, "(on pear table)": 0.03, "(on apple shelf)": 0.03}
    shown = doubting(f"> {DOUBTFUL}\n", guesses)
    assert "error[E0533]" in shown and "Is it one of these?" not in shown


def test_an_answer_that_is_no_number_is_asked_for_again(doubting: Callable[[str], str]) -> None:
    shown = doubting(f"> {DOUBTFUL}\n7\nyes\n1\n")
    assert "+ on(apple, table)" in shown
    assert shown.count("type a number from 1 to 2, or Enter for none of them\n") == 2


def test_instead_of_an_answer_another_goal_or_command_can_be_typed(
    doubting: Callable[[str], str],
) -> None:
    shown = doubting(f"> {DOUBTFUL}\n:state apple\n1 + 1\n")
    assert shown.endswith("nothing is done\n  on  apple  shelf\n2\n")


def test_no_answer_does_nothing(doubting: Callable[[str], str]) -> None:
    shown = doubting(f"> {DOUBTFUL}\n\n:state\n")
    assert "nothing is done" in shown and "apple  shelf" in shown


def test_an_achieve_statement_is_asked_about_as_well(doubting: Callable[[str], str]) -> None:
    shown = doubting(f'achieve "{DOUBTFUL}"\n1\non(apple, table)\n')
    assert "Is it one of these?" in shown and shown.endswith("true\n")


def test_a_program_with_more_than_the_goal_is_not_run_twice(
    doubting: Callable[[str], str],
) -> None:
    typed = f'fn go():\nprint("once")\nachieve "{DOUBTFUL}"\n\ngo()\n'
    shown = doubting(typed)
    assert shown.count("once") == 1 and "Is it one of these?" not in shown


def test_a_damaged_file_of_answers_is_told_of_and_left(
    doubting: Callable[[str], str], tmp_path: Path
) -> None:
    path = tmp_path / "state" / "planscript" / "repl.lock"
    path.parent.mkdir(parents=True)
    path.write_text("nonsense\n", encoding="utf-8")
    shown = doubting(f"1\n> {DOUBTFUL}\n1\n")
    assert "this is not a lock file" in shown and "+ on(apple, table)" in shown
    assert path.read_text(encoding="utf-8") == "nonsense\n"
