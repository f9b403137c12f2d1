"""`:explore`: walking through the search by hand."""

from __future__ import annotations

from collections.abc import Callable

Talk = Callable[[str], str]
GOAL = ":explore on(apple, table) and on(pear, shelf)\n"


def test_it_shows_where_one_is_and_what_could_be_done(talk_fruit: Talk) -> None:
    shown = talk_fruit(GOAL + "q\n")
    assert "depth 0, hff 2" in shown
    assert "move the apple from the shelf to the table  (hff 1)" in shown
    assert "move the pear from the table to the shelf  (hff 1)" in shown


def test_going_on_and_back_changes_the_view_and_not_the_world(talk_fruit: Talk) -> None:
    shown = talk_fruit(GOAL + "1\n1\nb\np\nq\n:state\n")
    assert "depth 1, hff 1" in shown and "depth 2: the goal holds here" in shown
    assert shown.endswith("  on  apple  shelf\n      pear   table\n")


def test_a_step_shows_its_changes_and_where_one_has_been(talk_fruit: Talk) -> None:
    shown = talk_fruit(":explore on(apple, table)\n1\nq\n")
    assert "  - on(apple, shelf)\n  + on(apple, table)\n" in shown
    assert "been there" in shown


def test_the_path_can_be_taken_as_the_plan(talk_fruit: Talk) -> None:
    shown = talk_fruit(GOAL + "1\n1\nt\n:run\n_plan.cost\n")
    assert "taken as the plan" in shown and shown.endswith("2\n")
    assert shown.count("  + on(") >= 2


def test_what_is_no_answer_is_answered_with_the_keys(talk_fruit: Talk) -> None:
    shown = talk_fruit(GOAL + "99\nb\nfoo\nq\n1\n")
    assert shown.count("number: go there") == 3 and "this is the start" in shown


def test_ctrl_c_leaves_the_walk_and_not_the_conversation(talk_fruit: Talk) -> None:
    assert talk_fruit(GOAL + "\x031 + 1\n").endswith("2\n")


def test_a_world_in_which_nothing_can_change(talk_fruit: Talk) -> None:
    frozen = "now not on(apple, shelf) and not on(pear, table)\n:explore on(apple, table)\ns\nq\n"
    shown = talk_fruit(frozen)
    assert "nothing can be done here" in shown and "no fact holds that an action changes" in shown


def test_a_dead_end_is_called_one(talk_fruit: Talk) -> None:
    shown = talk_fruit(":explore on(apple, table) and on(apple, shelf)\nq\n")
    assert "dead end" in shown


def test_without_a_goal_it_asks_for_one(talk_fruit: Talk) -> None:
    assert "no goal yet" in talk_fruit(":explore\n")
    assert "depth 0" in talk_fruit(":plan on(apple, table)\n:explore\nq\n")
