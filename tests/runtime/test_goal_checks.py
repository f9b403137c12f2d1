"""What is said of a script's goals before it runs. The goals are locked; one test asks the model."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from planscript.lang.diagnostics import Diagnostic
from planscript.runtime.goals.lock import Entry
from planscript.runtime.session import Session

FRUIT = """domain fruit_table:
    types:
        fruit, surface
    predicate on(f: fruit, s: surface): "{f} is on {s}"
    predicate ripe(f: fruit): "{f} is ripe"
    action move(f: fruit, a: surface, b: surface): "move {f} from {a} to {b}"
        precondition: on(f, a) and a != b
        effect: on(f, b) and not on(f, a)
world kitchen of fruit_table:
    objects:
        apple, pear: fruit
        table, shelf: surface
    init: on(apple, shelf), on(pear, table)
"""
SLOT = (("f", "fruit"),)
LOCKED = {
    "the apple is on the shelf": ("(on apple shelf)", ()),
    "the apple is on both": ("(and (on apple table) (on apple shelf))", ()),
    "no fruit is ripe": ("(forall (?f - fruit) (not (ripe ?f)))", ()),
    "{f} is on the table": ("(on {f} table)", SLOT),
    "{f} is ripe": ("(ripe {f})", SLOT),
    "{f} is on something": ("(exists (?s - surface) (on {f} ?s))", SLOT),
}
Check = Callable[[str], list[Diagnostic]]


@pytest.fixture
def check(tmp_path: Path) -> Check:
    """Checks the goals of the fruit world with more lines."""

    def run(text: str) -> list[Diagnostic]:
        script = tmp_path / "fruit.plan"
        script.write_text(FRUIT + text, encoding="utf-8")
        session = Session(frozen=True)
        made = Session()
        made.run_text(FRUIT)
        assert made.acting.domain is not None
        mark = session.compiler.signature(made.acting.domain)
        for said, (pddl, slots) in LOCKED.items():
            session.compiler.lock.add(Entry(said, pddl, "", 1.0, "fruit_table", mark, "", slots))
        return session.check_goals(str(script))

    return run


def codes(found: list[Diagnostic]) -> list[tuple[str, int]]:
    """Code and line, counted from the end of the fruit world."""
    places = [(one.code, one.span) for one in found]
    return [(code, span.line - FRUIT.count("\n")) for code, span in places if span is not None]


@pytest.mark.parametrize(
    "goal", ['"the apple is on the shelf"', "on(pear, table)", '"no fruit is ripe"']
)
def test_a_goal_that_is_true_already(check: Check, goal: str) -> None:
    [found] = check(f"achieve {goal}\n")
    assert (found.code, found.severity) == ("W0820", "warning")
    assert found.span is not None
    assert (found.span.column, found.span.end_column) == (9, 9 + len(goal))


def test_what_a_goal_means_is_said_beside_it(check: Check) -> None:
    [found] = check('achieve "the apple is on the shelf"\n')
    assert found.label == "The apple is on the shelf."


@pytest.mark.parametrize(
    "before",
    [
        "achieve on(apple, table)\n",
        "now on(apple, table) and not on(apple, shelf)\n",
        "fn change():\n    now on(apple, table)\nchange()\n",
        "execute(plan on(apple, table))\n",
        "import worlds\nworlds.state(world)\n",
        "if arguments:\n    achieve on(apple, table)\n",
    ],
)
def test_after_a_change_nothing_is_said_to_be_true_already(check: Check, before: str) -> None:
    assert check(before + 'achieve "the apple is on the shelf"\n') == []


@pytest.mark.parametrize(
    "text",
    [
        'fn tidy():\n    achieve "the apple is on the shelf"\n',
        'perform move(f, a, b):\n    achieve "the apple is on the shelf"\n',
        'test "later":\n    achieve "the apple is on the shelf"\n',
        'goal g = "the apple is on the shelf"\n',
        'print(holds "the apple is on the shelf")\n',
        'achieve on(pear, shelf) keeping "the apple is on the shelf"\n',
    ],
)
def test_goals_that_are_not_sought_at_once_may_be_true_already(check: Check, text: str) -> None:
    assert check(text) == []


def test_questions_change_nothing(check: Check) -> None:
    text = 'print(objects(fruit), say(world))\nachieve "the apple is on the shelf"\n'
    assert codes(check(text)) == [("W0820", 2)]


def test_a_new_world_is_looked_at_anew(check: Check) -> None:
    text = """achieve "the apple is on the shelf"
world again of fruit_table:
    objects:
        apple: fruit
        table, shelf: surface
    init: on(apple, table)
achieve "the apple is on the shelf"
achieve on(apple, shelf)
"""
    assert codes(check(text)) == [("W0820", 1)]


@pytest.mark.parametrize(
    ("goal", "said"),
    [
        ("on(apple, table) and not on(apple, table)", "both true and false"),
        ('"the apple is on both"', "exclude each other"),
        ("on(pear, table) and exists f: fruit (on(f, table) and on(f, shelf))", ""),
    ],
)
@pytest.mark.parametrize("use", ["achieve {}", "let p = plan {}", "goal g = {}"])
def test_a_goal_that_contradicts_itself(check: Check, use: str, goal: str, said: str) -> None:
    [found] = check(use.format(goal) + "\n")
    assert found.code == "W0821" and said in found.hint


def test_a_goal_out_of_reach_is_told_with_the_reason(check: Check) -> None:
    [found] = check("achieve on(apple, table) and ripe(apple)\n")
    assert found.code == "W0822"
    assert found.hint == "No action ever makes it true that the apple is ripe."


def test_a_goal_of_which_one_part_can_be_had_is_in_reach(check: Check) -> None:
    assert check("achieve on(apple, table) or ripe(apple)\n") == []


@pytest.mark.parametrize(
    "free",
    [
        "perform move(f, a, b):\n    now ripe(f)\n",
        "fn later(f):\n    now not on(apple, table) and ripe(pear)\n",
        "import events\n",
        'test "t" with event ripe(pear) after 1 steps:\n    pass\n',
    ],
)
def test_what_the_script_may_change_by_itself_is_never_out_of_reach(
    check: Check, free: str
) -> None:
    assert check(free + "achieve ripe(apple)\n") == []


def test_a_script_that_breaks_an_invariant_may_want_what_it_forbids(check: Check) -> None:
    assert check('fn two():\n    now on(apple, table)\nachieve "the apple is on both"\n') == []


def test_a_goal_with_slots_is_warned_of_where_it_is_so_for_all_objects(check: Check) -> None:
    text = """for f in objects(fruit):
    let _p = plan "{f} is on the table"
    let _q = plan "{f} is on something"
    let _r = plan "{f} is ripe"
    achieve ripe(f) or on(f, table)
"""
    assert codes(check(text)) == [("W0820", 3), ("W0822", 4)]


def test_a_goal_of_a_world_is_looked_at_too(check: Check) -> None:
    text = """world other of fruit_table:
    objects:
        apple: fruit
        shelf: surface
    init: on(apple, shelf)
    goal: ripe(apple)
"""
    assert codes(check(text)) == [("W0822", 6)]


def test_goals_that_show_only_in_a_run_are_left_alone(check: Check) -> None:
    text = """goal clean(s: surface): forall f: fruit (not on(f, s))
let wish = arguments[0]
let thing = apple
achieve wish
achieve clean(table)
achieve ripe(thing)
achieve "{thing} is ripe"
"""
    assert check(text) == []


def test_a_goal_that_is_not_locked(check: Check) -> None:
    [found] = check('achieve "the apple is on the table"\n')
    assert (found.code, found.severity) == ("W0803", "warning")
    assert found.span is not None and found.span.column == 9


def test_the_model_says_what_it_does_not_understand(tmp_path: Path) -> None:
    script = tmp_path / "fruit.plan"
    goals = ["the apple is on the table", "the moon is made of green cheese", "the pear is cheap"]
    script.write_text(FRUIT + "".join(f'achieve "{goal}"\n' for goal in goals), encoding="utf-8")
    found = Session(threshold=0.05).check_goals(str(script))
    assert found and all(one.code in ("W0804", "W0805", "W0806", "W0807") for one in found)
    assert {line for _, line in codes(found)} <= {2, 3}
    [unsure] = [
        one for one in Session(threshold=1.0).check_goals(str(script)) if codes([one])[0][1] == 1
    ]
    assert unsure.code == "W0806" and "The apple is on the table." in unsure.hint
