"""Goals, plans and facts in words, with and without glosses, in English and Chinese."""

from __future__ import annotations

from planscript.runtime.goals.say import Speaker
from planscript.runtime.pddl.model import (
    Action,
    And,
    Atom,
    Domain,
    Equals,
    Exists,
    ForAll,
    Imply,
    Not,
    Or,
    Parameter,
    Predicate,
)

F, S = Parameter("?f", ("fruit",)), Parameter("?s", ("surface",))
DOMAIN = Domain(
    "fruit-table",
    types={"fruit": ("object",), "surface": ("object",)},
    predicates={
        "on": Predicate("on", (F, S), {"en": "{f} is on {s}", "zh": "{f}在{s}上"}),
        "ripe": Predicate("ripe", (F,)),
        "hand-empty": Predicate("hand-empty"),
    },
    actions={
        "pick": Action(
            "pick", (F, S), gloss={"en": "pick up {f} from {s}", "zh": "从{s}上拿起{f}"}
        ),
        "put": Action("put", (F, S), gloss={"en": "put {f} on {s}", "zh": "在{s}上放一个{f}"}),
        "wash-up": Action("wash-up", (F,)),
    },
)
OBJECTS = {n: Parameter(n, ("fruit",)) for n in ("apple", "orange")}
OBJECTS |= {n: Parameter(n, ("surface",)) for n in ("table", "shelf-2")}
EN = Speaker(DOMAIN, OBJECTS)
ZH = Speaker(
    DOMAIN, OBJECTS, described={"apple": "苹果", "orange": "橙子", "table": "桌子"}, language="zh"
)


def on(fruit: str, place: str = "table") -> Atom:
    return Atom("on", (fruit, place))


def test_facts_that_differ_in_one_thing_are_said_together() -> None:
    goal = And((on("apple"), on("orange")))
    assert EN.goal(goal) == "The apple and the orange are on the table."
    assert ZH.goal(goal) == "苹果和橙子都在桌子上。"


def test_a_denied_fact() -> None:
    assert EN.goal(Not(on("apple"))) == "The apple is not on the table."
    assert ZH.goal(Not(on("apple"))) == "苹果不在桌子上。"


def test_names_are_enough_where_there_are_no_glosses() -> None:
    assert EN.fact(Atom("ripe", ("apple",))) == "the apple is ripe"
    assert EN.fact(Atom("hand-empty")) == "the hand is empty"
    assert EN.step(Atom("wash-up", ("apple",))) == "wash up the apple"


def test_identifiers_have_no_article() -> None:
    assert EN.goal(on("apple", "shelf-2")) == "The apple is on shelf 2."


def test_quantifiers() -> None:
    x = Parameter("?x", ("fruit",))
    every = ForAll((x,), Atom("on", ("?x", "table")))
    assert EN.goal(every) == "Every fruit is on the table."
    assert EN.goal(ForAll((x,), Not(Atom("on", ("?x", "table"))))) == "No fruit is on the table."
    assert EN.goal(Exists((x,), Atom("ripe", ("?x",)))) == "A fruit is ripe."
    some = ForAll((x,), Imply(Atom("ripe", ("?x",)), Atom("on", ("?x", "table"))))
    assert EN.goal(some) == (
        "For every fruit: if that fruit is ripe, then that fruit is on the table."
    )
    assert ZH.goal(every) == "每个fruit在桌子上。"


def test_two_different_ones_are_said_to_be_different() -> None:
    a, b = Parameter("?a", ("fruit",)), Parameter("?b", ("fruit",))
    goal = Exists((a, b), And((Not(Equals("?a", "?b")), on("?a"), on("?b"))))
    assert "two different" in EN.goal(goal)


def test_alternatives() -> None:
    assert EN.goal(Or((on("apple"), on("orange")))) == (
        "Either the apple is on the table, or the orange is on the table."
    )


def test_a_plan_speaks_of_it_and_says_a_place_once() -> None:
    steps = [Atom("pick", ("apple", "shelf-2")), Atom("put", ("apple", "table"))]
    assert EN.plan(steps) == "Pick up the apple from shelf 2, then put it on the table."
    two = [Atom("put", ("apple", "table")), Atom("put", ("orange", "table"))]
    assert ZH.plan(two) == "在桌子上放一个苹果，然后放一个橙子。"
    assert EN.plan([]) == "Nothing needs to be done."


def test_a_state_is_said_in_the_order_of_declaration() -> None:
    state = {Atom("ripe", ("apple",)), on("orange"), on("apple")}
    assert EN.state(state) == "The apple and the orange are on the table. The apple is ripe."
