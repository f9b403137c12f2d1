"""The `:commands` of the REPL."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from planscript.lang.diagnostics import display_width
from planscript.runtime.shell.repl.commands import COMMANDS
from planscript.runtime.shell.repl.conversation import Conversation
from planscript.runtime.shell.repl.files import keep_unsaved

Talk = Callable[[str], str]


def test_help_names_every_command(talk: Talk) -> None:
    shown = talk(":help\n")
    assert all(f"  :{name} " in shown for name in COMMANDS)
    assert talk(":help undo\n").startswith(":undo [N]\n")


def test_a_beginning_that_one_command_has_is_enough(talk: Talk) -> None:
    assert "--allow-read" in talk(":gr\n")
    assert talk(":re\n").startswith("nothing has been loaded")  # :reload; :r is :run as well
    assert talk(":s\n") == "no command :s; it may be :save, :state, :step\n"
    assert talk(":q\n1 + 1\n") == ""


def test_an_unknown_command_is_answered_with_the_nearest(talk: Talk) -> None:
    assert talk(":obects\n") == "no command :obects; did you mean :objects?\n"
    assert talk(":nonsense\n") == "no command :nonsense; see :help\n"


@pytest.mark.parametrize("name", [name for name in COMMANDS if name != "quit"])
def test_every_command_works_on_nothing_and_on_anything(name: str, talk: Talk) -> None:
    shown = talk(f":{name}\n:{name} §$% (\n\n1 + 1\n")
    assert "internal error" not in shown and "Traceback" not in shown
    assert shown.endswith("2\n")


def test_quit(talk: Talk) -> None:
    assert talk(":quit\n1 + 1\n") == ""


# ------------------------------------------------ files


def test_load_and_reload_run_the_file_as_it_is(talk: Talk, tmp_path: Path) -> None:
    script = tmp_path / "a.plan"
    script.write_text("let a = 1\n", encoding="utf-8")
    assert talk(f":load {script}\na\n") == "1\n"
    script.write_text("let a = 2\n", encoding="utf-8")
    assert talk(":reload\na\n") == f"loaded {script} again\n2\n"


def test_a_world_can_be_loaded_again(talk: Talk, fruit: str) -> None:
    shown = talk(f":load {fruit}\nachieve on(apple, table)\n:reload\non(apple, shelf)\n")
    assert "error" not in shown and shown.endswith("true\n")


def test_what_is_wrong_with_a_file_is_reported(talk: Talk, tmp_path: Path) -> None:
    (tmp_path / "bad.plan").write_text("let = 1\n", encoding="utf-8")
    shown = talk(f":load {tmp_path / 'bad.plan'}\n:load {tmp_path / 'none.plan'}\n:load\n")
    assert shown.count("error[") == 2 and shown.endswith("usage: :load FILE\n")


def test_save_writes_a_script_that_does_the_same(
    talk_fruit: Talk, fruit: str, tmp_path: Path
) -> None:
    path = tmp_path / "saved.plan"
    typed = "fn f(x):\nreturn x + 1\n\nlet a = f(1)\nnobody\n> the apple is on the table\n"
    assert f"3 inputs written to {path}" in talk_fruit(f"{typed}:save {path}\n")
    assert path.read_text(encoding="utf-8") == (
        'fn f(x):\n    return x + 1\nlet a = f(1)\nachieve "the apple is on the table"\n'
    )
    assert "not written" in talk_fruit(f":save {path}\nn\n")


def test_what_was_declared_and_not_saved_is_kept(
    talk: Talk, conversation: Conversation, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = tmp_path / "state" / "planscript" / "unsaved.plan"
    talk("let a = 1\n")
    keep_unsaved(conversation)
    assert capsys.readouterr().out == "" and not kept.exists()
    talk("fn f(x):\nreturn x + a\n\n")
    keep_unsaved(conversation)
    assert capsys.readouterr().out == f"what you declared is kept until the next time in {kept}\n"
    assert kept.read_text(encoding="utf-8") == "let a = 1\nfn f(x):\n    return x + a\n"
    talk(f":save {tmp_path / 'mine.plan'}\nf(1)\n")
    keep_unsaved(conversation)
    assert capsys.readouterr().out == ""


def test_the_lock_is_shown_and_written(talk_fruit: Talk, tmp_path: Path) -> None:
    assert 'goal "the apple is on the table"\n  pddl (on apple table)' in talk_fruit(":lock\n")
    talk_fruit(f":lock {tmp_path / 'x.lock'}\n")
    assert "the apple is on the table" in (tmp_path / "x.lock").read_text(encoding="utf-8")


# ------------------------------------------------ the world


def test_the_domain_and_the_objects(talk_fruit: Talk) -> None:
    shown = talk_fruit(":domain\n:objects\n:objects surface\n:objects car\n")
    assert 'predicate on(f: fruit, s: surface): "{f} is on {s}"' in shown
    assert "action move(f: fruit, a: surface, b: surface)" in shown
    assert "  fruit    apple, pear\n  surface  table, shelf\n  surface  table, shelf\n" in shown
    assert "no type `car`; the types are fruit, surface" in shown


def test_the_state_is_a_table_of_predicates(talk_fruit: Talk) -> None:
    assert talk_fruit(":state\n") == "  on  apple  shelf\n      pear   table\n"
    assert talk_fruit(":state pear\n") == "  on  pear  table\n"
    assert talk_fruit(":state plum\n") == "  no fact holds of `plum`\n"


def test_a_large_world_is_shown_in_part(talk: Talk, fruit: str, tmp_path: Path) -> None:
    many = ", ".join(f"f{n}" for n in range(300))
    facts = ", ".join(f"on(f{n}, table)" for n in range(300))
    text = Path(fruit).read_text(encoding="utf-8").replace("apple, pear", f"apple, pear, {many}")
    large = tmp_path / "large.plan"
    large.write_text(text.replace("init: ", f"init: {facts}, "), encoding="utf-8")
    shown = talk(f":load {large}\n:state\n:objects\n")
    assert "… 290 more" in shown and "… 262 more" in shown
    assert len(shown.splitlines()) < 20


def test_undo_restores_the_world_input_by_input(talk_fruit: Talk) -> None:
    typed = "achieve on(apple, table)\nachieve on(pear, shelf)\n:undo\n:undo\n:undo\n:state\n"
    shown = talk_fruit(typed)
    assert "  - on(pear, shelf)\n  + on(pear, table)\n" in shown
    assert shown.endswith("nothing to undo\n  on  apple  shelf\n      pear   table\n")


def test_undo_takes_several_inputs_back_at_once(talk_fruit: Talk) -> None:
    talk_fruit("achieve on(apple, table)\nachieve on(pear, shelf)\n")
    assert "+ on(apple, shelf)" in talk_fruit(":undo 2\n")


def test_undo_restores_what_is_known(talk: Talk, tmp_path: Path, fruit: str) -> None:
    text = Path(fruit).read_text(encoding="utf-8")
    path = tmp_path / "unsure.plan"
    path.write_text(text + "    unknown: on(apple, table)\n", encoding="utf-8")
    shown = talk(f":load {path}\nnow on(apple, table)\n:undo\n:state apple\n")
    assert shown.endswith("  on  apple  shelf\n      apple  table  ?\n")


def test_undo_gives_a_step_of_the_plan_back(talk_fruit: Talk, conversation: Conversation) -> None:
    talk_fruit(":plan on(apple, table) and on(pear, shelf)\n:step\n:step\n:undo\n")
    assert conversation.walked == 1
    assert "2. Move" in talk_fruit(":step\n")
    talk_fruit(":undo 2\n")
    assert conversation.walked == 0


def test_tables_are_aligned_by_what_a_terminal_shows(talk: Talk, tmp_path: Path) -> None:
    script = tmp_path / "wide.plan"
    script.write_text(
        "domain d:\n    types:\n        水果, place\n    predicate 在(f: 水果, p: place)\n"
        "    predicate wet(p: place)\n"
        "    action 移动(f: 水果, p: place):\n        effect: 在(f, p)\n"
        "    action dry(p: place):\n        effect: not wet(p)\n"
        "world w of d:\n    objects:\n        苹果, fig: 水果\n        桌子, t: place\n"
        "    init: 在(苹果, t), 在(fig, 桌子), wet(t)\n",
        encoding="utf-8",
    )
    shown = talk(f":load {script}\n:state\n:objects\n:plan 在(苹果, 桌子) and not wet(t)\n")
    assert shown.startswith(
        "  wet  t\n  在   fig   桌子\n       苹果  t\n  水果   苹果, fig\n  place  桌子, t\n"
    )
    words = [line[: line.index("  ", 8)] + "|" for line in shown.splitlines() if ". " in line]
    assert len(words) == 2
    starts = [display_width(line[: line.rindex("  ")]) for line in shown.splitlines()[5:7]]
    assert starts[0] == starts[1]


# ------------------------------------------------ plans


def test_plan_makes_a_plan_and_does_nothing(talk_fruit: Talk) -> None:
    shown = talk_fruit(":plan the apple is on the table\n:plan\non(apple, table)\n")
    assert shown.count(" 1. move(apple, shelf, table)") == 2
    assert shown.endswith("false\n")


def test_plan_takes_a_formula(talk_fruit: Talk) -> None:
    assert "1 step, cost 1" in talk_fruit(":plan on(apple, table) and not on(apple, shelf)\n")
    assert "1 step, cost 1" in talk_fruit(":plan forall f: fruit (on(f, table))\n")


def test_plan_says_why_there_is_none(talk_fruit: Talk) -> None:
    shown = talk_fruit(":plan on(apple, table) and on(apple, shelf)\n")
    assert "the goal cannot be reached" in shown


def test_step_walks_the_plan_and_run_does_the_rest(talk_fruit: Talk) -> None:
    shown = talk_fruit(":plan on(apple, table) and on(pear, shelf)\n:step\n:plan\n:run\n:step\n")
    assert "1. Move the" in shown and " ✓ 1. move(" in shown
    assert shown.count("  + on(") == 2
    assert shown.endswith("the plan is done; :plan GOAL makes another\n")


def test_the_last_step_says_whether_the_goal_holds(talk_fruit: Talk) -> None:
    assert talk_fruit(":plan on(apple, table)\n:step\n").endswith(
        "the plan is done; its goal holds\n"
    )


def test_a_step_that_cannot_be_taken_stays_the_next_one(
    talk_fruit: Talk, conversation: Conversation
) -> None:
    shown = talk_fruit(
        ":plan on(apple, table)\nnow on(apple, table) and not on(apple, shelf)\n:step\n"
    )
    assert "the precondition of move(apple, shelf, table) does not hold" in shown
    assert conversation.walked == 0


def test_a_plan_that_was_achieved_has_been_walked(talk_fruit: Talk) -> None:
    assert talk_fruit("achieve on(apple, table)\n:step\n").endswith(
        "the plan is done; :plan GOAL makes another\n"
    )


def test_abort_drops_the_plan(talk_fruit: Talk) -> None:
    shown = talk_fruit(":plan on(apple, table)\n:abort\n:step\n")
    assert "dropped the plan; 1 of its steps were not taken" in shown
    assert shown.endswith("no plan yet; :plan GOAL makes one\n")


def test_goal_shows_what_a_text_means(talk_fruit: Talk) -> None:
    shown = talk_fruit(":goal all fruit is on the table\n")
    assert "is taken to mean: Every fruit is on the table. [locked]" in shown
    assert shown.endswith("  (forall (?f - fruit) (on ?f table))\n  does not hold now\n")
    assert shown.count("Every fruit") == 1 == talk_fruit(":goal\n").count("Every fruit")
    assert "(on apple table)" in talk_fruit("achieve on(apple, table)\n:goal\n")


def test_why_explains_steps_plans_failures_and_goals(talk_fruit: Talk) -> None:
    before = talk_fruit(":plan on(apple, table)\n:why\n")
    assert "It has not been carried out." in before
    assert "It was done." in talk_fruit(":step\n:why\n:why 1\n")
    assert "It holds already" in talk_fruit(":why on(apple, table)\n")
    failed = talk_fruit("achieve on(apple, table) and on(apple, shelf)\n:why\n")
    assert "the goal cannot be reached" in failed
    assert "the plan has no step 7" in talk_fruit(":why 7\n")


# ------------------------------------------------ the conversation


def test_time_tells_how_long_an_input_takes(talk: Talk) -> None:
    assert re.fullmatch(r"2\n  \d+\.\d{3} s\n", talk(":time 1 + 1\n"))
    assert re.fullmatch(r"2\n  \d+\.\d{3} s\n2\n", talk(":time on\n1 + 1\n:time off\n1 + 1\n"))


def test_trace_shows_what_happened(talk_fruit: Talk) -> None:
    shown = talk_fruit("achieve on(apple, table)\n:trace\n")
    assert 'step       {"step": "move(apple, shelf, table)"}' in shown
    told = talk_fruit(":trace on\nachieve on(pear, shelf)\n")
    assert "· step move(pear, table, shelf)" in told and "· achieved" in told


def test_grants_are_shown_with_what_would_give_them(talk: Talk) -> None:
    assert "no (--allow-read[=PATH])" in talk(":grants\n")


def test_the_bottom_line_shows_domain_world_and_model(
    talk_fruit: Talk, conversation: Conversation
) -> None:
    from planscript.runtime.shell.repl.status import status_line

    assert status_line(conversation) == (
        " domain fruit_table · world kitchen (2 facts) · goal model not loaded"
    )
    talk_fruit(":plan on(apple, table) and on(pear, shelf)\n:step\n")
    assert status_line(conversation).endswith("step 1 of 2")
    assert status_line(conversation, 40) == " kitchen · no model · step 1/2"
    talk_fruit("now not on(pear, table)\n")
    assert "(1 fact)" in status_line(conversation)
