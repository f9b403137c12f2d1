"""The REPL as a user meets it: typed lines in, the screen out. No terminal, no model."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

from planscript.runtime.shell.repl.conversation import Conversation

Talk = Callable[[str], str]


def test_an_expression_shows_its_value(talk: Talk) -> None:
    assert talk("1 + 2\n") == "3\n"
    assert talk('["a", none]\n') == '["a", none]\n'


def test_names_stay_and_nothing_is_shown_for_none(talk: Talk) -> None:
    assert talk("let x = 20\nx + 1\n") == "21\n"


def test_a_large_value_is_cut(talk: Talk) -> None:
    shown = talk("[n for n in range(100000)]\n")
    assert len(shown) < 5000 and shown.endswith("…\n")


def test_the_last_value_and_the_last_error_are_kept(talk: Talk) -> None:
    assert talk("6 * 7\n_ + 1\n") == "42\n43\n"
    assert talk("1 / 0\n_error.message\n").endswith('"division by zero"\n')


def test_the_last_plan_and_its_goal_are_kept(talk_fruit: Talk) -> None:
    shown = talk_fruit("achieve on(apple, table)\n_plan.length\n_plan.cost\n_goal.pddl\n")
    assert shown.endswith('1\n1\n"(on apple table)"\n')


def test_before_any_plan_the_names_are_none(talk: Talk) -> None:
    assert talk("[_, _plan, _goal, _error]\n") == "[none, none, none, none]\n"


def test_a_plan_is_shown_numbered_with_cost_and_words(talk_fruit: Talk) -> None:
    shown = talk_fruit("plan on(apple, table) and on(pear, shelf)\n")
    assert " 1. move(" in shown and " 2. move(" in shown
    assert "move(apple, shelf, table)  move the apple from the shelf to the table" in shown
    assert shown.endswith("  2 steps, cost 2\n")


def test_what_an_input_changes_in_the_world_is_shown_as_a_diff(talk_fruit: Talk) -> None:
    shown = talk_fruit("now on(apple, table) and not on(apple, shelf)\n")
    assert shown == "  - on(apple, shelf)\n  + on(apple, table)\n"


def test_an_error_is_shown_and_the_conversation_goes_on(talk: Talk) -> None:
    shown = talk("1 / 0\nlet 5\nnobody\n3\n")
    assert "division by zero" in shown
    assert shown.count("error[") == 3
    assert shown.endswith("3\n")
    assert "Traceback" not in shown


def test_a_bug_of_planscript_does_not_end_the_conversation(
    conversation: Conversation, talk: Talk
) -> None:
    def broken(text: str) -> None:
        raise RuntimeError("boom")

    conversation.session.evaluate = broken  # type: ignore[method-assign]
    shown = talk("1\n:grants\n")
    assert "internal error: RuntimeError: boom" in shown and "your session goes on" in shown
    assert "--allow-read" in shown


def test_ctrl_c_stops_the_work_and_not_the_conversation(
    conversation: Conversation, talk: Talk
) -> None:
    evaluate = conversation.session.evaluate

    def interrupted(text: str) -> object:
        if text.startswith("while"):
            raise KeyboardInterrupt
        return evaluate(text)

    conversation.session.evaluate = interrupted  # type: ignore[method-assign]
    assert talk("while true: pass\n\n1 + 1\n") == "interrupted\n2\n"


def test_ctrl_c_drops_the_line_that_is_being_typed(talk: Talk) -> None:
    assert talk("1 + \x032 + 2\n") == "4\n"


def test_a_question_mark_tells_what_a_name_is(talk_fruit: Talk) -> None:
    shown = talk_fruit("on?\nmove?\napple?\nlen?\nnobody?\n")
    assert "predicate on(f: fruit, s: surface)\n  “{f} is on {s}”\n  holds now for: 2" in shown
    assert "action move(f: fruit, a: surface, b: surface)" in shown
    assert "apple: fruit\n  on  apple  shelf" in shown
    assert "len(x)" in shown
    assert "no name `nobody`" in shown


def test_two_question_marks_show_the_source(talk_fruit: Talk) -> None:
    shown = talk_fruit("fn double(x):\nreturn 2 * x\n\ndouble??\nmove??\nlen??\n")
    assert "from <input 1>:1:\n  fn double(x):\n      return 2 * x\n" in shown
    assert "fruit.plan:5:\n  action move(" in shown and "effect: on(f, b)" in shown
    assert "its source is not a script of this session" in shown


def test_the_prompt_comes_up_without_what_only_goals_and_inputs_need() -> None:
    code = """
import sys
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput
from planscript.runtime.session import Session
from planscript.runtime.shell.repl.conversation import Conversation
with create_pipe_input() as pipe:
    pipe.send_text("\\x04")
    Conversation(lambda emit: Session(emit=emit, interactive=True), pipe, DummyOutput()).loop()
late = "torch lark pygments planscript.runtime.acting planscript.lang.parser planscript.runtime.goals.compiler"
print([name for name in late.split() if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
