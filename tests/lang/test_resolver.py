"""What is found wrong before a script runs; the wording is in `test_diagnostics.py`."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from planscript.lang.compile import CompiledModule
from planscript.lang.diagnostics import Diagnostic, SourceError, Span
from planscript.lang.resolver import Known
from planscript.lang.signature import DomainSignature, Slot

Errors = Callable[..., list[str]]

DOMAIN = """
domain d:
    types:
        van, truck: vehicle
        place
    constants: depot: place
    predicate at(v: vehicle, p: place)
    predicate loaded(t: truck)
    predicate either(x: van or place)
    function distance(a: place, b: place)
    action go(v: vehicle, a: place, b: place):
        precondition: at(v, a)
        effect: at(v, b) and not at(v, a)
        cost: distance(a, b)
world w of d:
    objects:
        v: van
        t: truck
        home: place
    init: at(v, depot), at(t, home)
    values: distance(depot, home) = 3
"""


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("achieve at(v, home)", []),
        ("achieve at(v, home) and loaded(t) implies v != t", []),
        ("achieve forall x: vehicle (at(x, home))", []),
        ("achieve exists x: van, y: place (at(x, y) and either(x) and either(y))", []),
        ("achieve at(home, v)", ["E0207", "E0207"]),
        ("achieve loaded(v)", ["E0207"]),
        ("achieve forall x: vehicle (loaded(x))", []),  # some vehicles are trucks
        ("achieve forall x: place (loaded(x))", ["E0207"]),
        ("achieve either(t)", ["E0207"]),
        ("achieve forall x: boat (at(x, home))", ["E0203"]),
        ("achieve at(v)", ["E0206"]),
        ("achieve att(v, home)", ["E0202"]),
        ("achieve at(vv, home)", ["E0201"]),
        ("achieve at(x, home) and exists x: van (at(x, home))", ["E0201"]),
        ("if at(v, home): print(1)", []),
        ("if at(v, v): print(1)", ["E0207"]),
        ("let x = go(v, depot, home)", []),
        ("let x = go(v, depot)", ["E0206"]),
        ("now at(v, home) and not at(v, depot)", []),
        ("now not (at(v, home) or at(v, depot))", ["E0215"]),
        ("goal g(x: truck): at(x, home) and loaded(x)", []),
        ("goal g(x: van): at(x, home) and loaded(x)", ["E0207"]),
        ("goal g(x: boat): at(x, home)", ["E0203"]),
        ('achieve "go home" allowing at, loaded', []),
        ('achieve "go home" allowing go', ["E0202"]),
        ('achieve "the {x} is home"', ["E0201"]),
        ('achieve at(v, home) with search="astar", timeout=5', []),
        ("achieve at(v, home) with timout=5", ["E0214"]),
        ("perform go(v, a, b): print(v, a, b)", []),
        ("perform go(v, *rest): print(v, rest)", []),
        ("perform go(v, a, b, c=1): print(v, a, b, c)", []),
        ("perform go(v): print(v)", ["E0206"]),
        ('describe at(x, y): "{x} is at {y}"', []),
        ('describe go(x, y, z): "go"', []),
        ('describe at(x): "{y}"', ["E0206", "E0213"]),
        ("for step in plan at(v, home):\n    match step:\n        case go(x, _, home): pass", []),
        ("match 1:\n    case go(x, y): pass", ["E0206"]),
        ("match 1:\n    case goo(x, y, z): pass", ["E0205"]),
    ],
)
def test_script_code_in_a_world(errors: Errors, statement: str, expected: list[str]) -> None:
    assert errors(DOMAIN + statement + "\n") == expected


def test_a_variable_may_stand_for_an_object(errors: Errors) -> None:
    assert errors(DOMAIN + "fn f(x, y):\n    achieve at(x, y) and at(v, y)\nf(v, home)\n") == []


def test_named_goals_are_values_in_goal_position(compiled: Callable[..., CompiledModule]) -> None:
    module = compiled(
        DOMAIN + "goal g(p: place): at(v, p)\nachieve g(home)\nachieve at(v, home) and g(home)\n"
    )
    assert {"goal_value", "goal_formula"} <= module.hooks


def test_domains_do_not_see_each_others_predicates(errors: Errors) -> None:
    assert errors(DOMAIN + "domain e:\n    derived far(): at(depot, depot)\n") == [
        "E0202",
    ]


def test_a_name_of_two_domains_may_have_two_signatures(errors: Errors) -> None:
    other = "domain e:\n    predicate at(x, y, z)\nworld q of e:\n    objects: k\n"
    assert errors(DOMAIN + other + "achieve at(v, home)\nachieve at(k, k, k)\n") == []
    assert errors(DOMAIN + other + "achieve at(v)\n") == ["E0206"]


# ---------------------------------------------------------------- PDDL files


SIGNATURE = DomainSignature(
    "blocks_world",
    {"block": ()},
    {"on_top": (Slot("x", ("block",)), Slot("y", ("block",)))},
    {},
    {"pick_up": (Slot("x", ("block",)),)},
)


def load(path: str, span: Span) -> DomainSignature | None:
    if path == "missing.pddl":
        raise SourceError(Diagnostic("E0903", "no file", span))
    return SIGNATURE if path == "domain.pddl" else None


def load_objects(path: str, span: Span) -> DomainSignature | None:
    return DomainSignature("p1", objects={"a": ("block",), "b": ("block",)})


def test_names_come_from_pddl_files(errors: Errors) -> None:
    text = 'domain "domain.pddl"\nworld "p.pddl" as p\n'
    loaders = {"load_signature": load, "load_objects": load_objects}
    assert errors(text + "achieve on_top(a, b)\nperform pick_up(x): print(x)", **loaders) == []
    assert errors(text + "achieve on_top(a, c)", **loaders) == ["E0201"]
    assert errors(text + "achieve on_topp(a, b)", **loaders) == ["E0202"]
    assert errors(text + "perform pick(x): print(x)", **loaders) == ["E0205"]
    assert errors(text + "print(blocks_world, p, block)", **loaders) == []


def test_what_cannot_be_looked_into_is_trusted(errors: Errors) -> None:
    text = 'domain "other.pddl"\nworld "p.pddl"\nachieve anything(at_all)\nperform x(): pass\n'
    assert errors(text, load_signature=load) == []
    assert errors(text) == []


def test_a_missing_file_is_reported_with_the_rest(errors: Errors) -> None:
    text = 'domain "missing.pddl"\nreturn 1\n'
    assert errors(text, load_signature=load) == ["E0903", "E0210"]


# ---------------------------------------------------------------- names and places


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("print(x)", ["E0201"]),
        ("x = 1\nprint(x)", []),
        ("print(x)\nx = 1", ["E0217"]),
        ("fn f(): return x\nx = 1\nf()", []),
        ("fn f():\n    print(y)\n    let y = 1\nf()", ["E0217"]),
        ("while true:\n    if false: print(z)\n    z = 1", []),
        ("[a for a in range(3) if a]", []),
        ("[a for a in range(3)]\nprint(a)", ["E0201"]),
        ("try: pass\ncatch AnyError as e: print(e)", []),
        ("for i in range(3): pass\nelse: break", ["E0210"]),
        ("fn f():\n    for i in range(3):\n        fn g(): break\n        g()\nf()", ["E0210"]),
        ("try: pass\nfinally:\n    for i in range(3): break", []),
        ("fn f():\n    try: pass\n    finally:\n        fn g(): return 1\n        g()\nf()", []),
        ("f = lambda x: x\nf(1, 2)", []),
        ("fn f(a): return a\nf = lambda: 1\nf()", []),
        ("fn f(a, *, b): return a", ["E0101"]),
        ("fn f(a, *rest, b): return [a, rest, b]\nf(1, b=2)\nf(1, 2)", ["E0206"]),
        ("fn f(**k): return k\nf(a=1)", []),
        ("fn f(a): return a\nf(*[1], **{})", []),
        ("error E(a)\nE(1)\nE()", ["E0206"]),
        ("match 1:\n    case x if y: pass", ["E0201"]),
    ],
)
def test_names_and_places(errors: Errors, text: str, expected: list[str]) -> None:
    assert errors(text) == expected


def test_one_run_reports_many_mistakes_once_each(errors: Errors) -> None:
    text = "print(a)\nprint(a)\nprint(b)\nachieve p(c)\nfn f(x, x): return d\n"
    assert errors(text) == ["E0201", "E0201", "E0202", "E0201", "E0119", "E0201"]


def test_warnings_do_not_stop_a_script(compiled: Callable[..., CompiledModule]) -> None:
    module = compiled("fn f():\n    let x = 1\n    return 2\n    print(3)\nf()\n")
    assert [one.code for one in module.warnings] == ["W0301", "W0302"]


def test_a_conversation_goes_on_with_what_was_declared(
    compiled: Callable[..., CompiledModule], errors: Errors
) -> None:
    known = compiled(DOMAIN).known
    assert errors("achieve at(v, home)", known=known) == []
    assert errors("achieve at(v, v)", known=known) == ["E0207"]
    assert errors("perform gone(x): pass", known=known) == ["E0205"]
    assert errors("print(whatever)", known=frozenset({"whatever"})) == []
    assert isinstance(known, Known) and known.kinds["home"] == "object"
