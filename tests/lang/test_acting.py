"""What generated code hands to the host for goals, formulas, handlers and declarations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from script_host import ScriptError, TestHost

from planscript.lang import syntax as s

Run = Callable[..., TestHost]

DOMAIN = """
domain d:
    types: fruit, place
    predicate on(f: fruit, p: place)
    predicate free()
    action pick(f: fruit, p: place): "pick {f}"
        effect: not on(f, p)
world w of d:
    objects:
        apple, pear: fruit
        table: place
    init: on(apple, table)
"""


def asked(host: TestHost, what: str) -> list[tuple[Any, ...]]:
    return [one[1:] for one in host.asked if one[0] == what]


def test_declarations_go_to_the_host_with_their_syntax(run: Run) -> None:
    host = run(DOMAIN + 'describe on(f, p): "{f} lies on {p}"\n')
    ((domain,), (world,), (description,)) = (
        asked(host, "domain")[0],
        asked(host, "world")[0],
        asked(host, "describe")[0],
    )
    assert isinstance(domain, s.DomainDef) and domain.name == "d"
    assert isinstance(world, s.WorldDef) and [one.name for one in world.init] == ["on"]
    assert description.glosses[0].text.template == "{f} lies on {p}"


def test_text_goals_have_typed_slots(run: Run) -> None:
    host = run(DOMAIN + 'for f in [apple, pear]:\n    achieve "the {f} is on {table}!"\n')
    goals = [one[0] for one in asked(host, "achieve")]
    assert goals == [
        ("text", ("the ", "<apple>", " is on ", "<table>", "!")),
        ("text", ("the ", "<pear>", " is on ", "<table>", "!")),
    ]


def test_formula_goals_have_a_name_for_each_term(run: Run) -> None:
    host = run(
        DOMAIN + "fn go(xs, p):\n"
        "    achieve on(xs[0], p) and not exists f: fruit (on(f, table)) and free()\n"
        "go([pear], table)\n"
    )
    (goal, keeping, allowing, options, has_else) = asked(host, "achieve")[0]
    kind, formula, env = goal
    assert kind == "formula" and (keeping, allowing, options, has_else) == (None, None, {}, False)
    assert isinstance(formula, s.And)
    names = {
        arg.id for atom in s.walk(formula) if isinstance(atom, s.Atom) for arg in atom.args
        if isinstance(arg, s.Name)
    }  # fmt: skip
    made_up = next(name for name in names if name.startswith("_ps"))
    assert env == {made_up: "<pear>", "p": "<table>", "table": "<table>"}
    assert names == {made_up, "p", "table", "f"}


def test_named_goals_inside_formulas_are_in_the_environment(run: Run) -> None:
    host = run(
        DOMAIN + "goal there(f: fruit): on(f, table)\n"
        "goal calm = free()\n"
        "achieve there(apple)\n"
        "achieve there(pear) and calm\n"
    )
    first, second = (one[0] for one in asked(host, "achieve"))
    assert (
        first[0] == "value"
        and first[1][0] == "formula"
        and first[1][2]
        == {
            "f": "<apple>",
            "table": "<table>",
        }
    )
    assert set(second[2]) == {"there", "pear", "calm"}
    assert second[2]["there"]("<pear>")[2]["f"] == "<pear>"


def test_options_keeping_allowing_and_else(run: Run) -> None:
    host = run(
        DOMAIN + "let text = 'put it there'\n"
        'achieve text keeping free() allowing on, free with search="bfs", weight=1 + 1\n'
        "else:\n"
        "    print('gave up')\n"
    )
    goal, keeping, allowing, options, has_else = asked(host, "achieve")[0]
    assert goal == ("value", "put it there")
    assert keeping[0] == "formula" and len(allowing) == 2
    assert options == {"search": "bfs", "weight": 2} and has_else is True
    assert host.printed == ["gave up"]


def test_plans_and_questions(run: Run) -> None:
    host = run(
        DOMAIN + 'let p = plan "go" with search="bfs"\n'
        "for step in p:\n"
        "    match step:\n"
        "        case pick(f, _): print(f)\n"
        "print(holds on(apple, table), holds 'it is free', on(apple, table))\n"
        "print(forall f: fruit (on(f, table)))\n"
        "let g = goal 'later'\n"
        "print(holds g)\n"
    )
    assert host.printed == ["apple", "true true true", "true", "true"]
    assert [one[0][0] for one in asked(host, "holds")] == ["formula", "text", "value"]
    assert asked(host, "query") == [(("<apple>", "<table>"),)]
    ((question, env),) = asked(host, "ask")
    assert isinstance(question, s.ForAll) and env == {"table": "<table>"}


def test_now_is_given_a_formula(run: Run) -> None:
    host = run(DOMAIN + "fn drop(x):\n    now on(x, table) and not free()\ndrop(apple)\n")
    ((goal,),) = asked(host, "now")
    assert goal[0] == "formula" and goal[2] == {"x": "<apple>", "table": "<table>"}


def test_handlers_are_functions_of_the_script(run: Run) -> None:
    host = run(
        DOMAIN + "let seen = []\n"
        "perform pick(f, p):\n"
        "    seen.append(f)\n"
        "    if p == table: fail '{f} slipped'\n"
    )
    with pytest.raises(ScriptError, match="<apple> slipped"):
        host.handlers["pick"]("<apple>", "<table>")
    host.handlers["pick"]("<pear>", "<shelf>")
    assert host.globals["seen"] == ["<apple>", "<pear>"]
    assert host.handlers["pick"].__qualname__ == "perform pick"


# ---------------------------------------------------------------- nothing of Python is in reach


@pytest.mark.parametrize(
    "text",
    [
        "print(print.x)",
        "[].append.x",
        "(fn(): 1).code",
        "'{0}'.format(1)",
        "'a'.mro",
        "print.call = 3",
        "{}.update",
    ],
)
def test_attributes_go_through_the_host(run: Run, text: str) -> None:
    with pytest.raises((ScriptError, TypeError)):
        run(text)


@pytest.mark.parametrize(
    "text",
    [
        "__builtins__",
        "_ps_attr",
        "x.__class__",
        "f(__x=1)",
        "fn f(_ps_1): pass",
        "import __main__",
        "from x import __y__",
        "for _ps_nodes in []: pass",
        "'{__import__}'",
        "catch_ = 1\ntry: pass\ncatch as __e: pass",
        "match 1:\n    case _ps_x: pass",
        "domain __d__:\n    predicate p()",
    ],
)
def test_names_of_the_machinery_cannot_be_written(
    errors: Callable[..., list[str]], text: str
) -> None:
    assert "E0114" in errors(text)


def test_generated_code_uses_no_python_attribute_but_methods_of_builtin_types() -> None:
    """Every attribute in the bytecode is a listed method, guarded by a test of the exact type."""
    from types import CodeType

    from script_host import compile_text

    from planscript.lang.methods import NATIVE

    text = (
        "xs = [1]\nxs.append(2)\nxs.clear()\nm = {}\nm.get(1)\nm.x.get(2)\n"
        "m.y = 3\nm.y += 1\nimport z\nz.f.g(1).h\nfor q in z.w: print(q.v)\n"
        "fn f(a): return a.b.pop()\nprint('{m.k:>3}')\nz[0].u = 1\n"
    )
    todo: list[Any] = [compile_text(text).code]
    while todo:
        code = todo.pop()
        attributes = {
            name for name in code.co_names
            if any(
                i.opname in ("LOAD_ATTR", "LOAD_METHOD", "STORE_ATTR", "DELETE_ATTR")
                and i.argval == name
                for i in __import__("dis").get_instructions(code)
            )
        }  # fmt: skip
        assert attributes <= set().union(*NATIVE.values())
        todo += [one for one in code.co_consts if isinstance(one, CodeType)]


# ---------------------------------------------------------------- trouble, safety, faults


def test_clauses_of_a_handler_take_its_objects_and_the_failure(run: Run) -> None:
    host = run(
        DOMAIN + "let seen = []\n"
        "perform pick(f, p) with retries=2, step_timeout=1.5:\n"
        "    fail 'slipped'\n"
        "on fail as problem:\n"
        "    seen.append([f, problem])\n"
        "on doubt: seen.append(p)\n"
    )
    host.handlers["on fail of pick"]("<apple>", "<table>", "slipped")
    host.handlers["on doubt of pick"]("<pear>", "<shelf>", None)
    assert host.globals["seen"] == [["<apple>", "slipped"], "<shelf>"]
    assert asked(host, "handling") == [("pick", {"retries": 2, "step_timeout": 1.5})]


def test_a_function_can_be_a_handler(run: Run) -> None:
    host = run(DOMAIN + "perform pick = fn(f, p): f with retries=0\n")
    assert host.handlers["pick"]("<apple>", "<table>") == "<apple>"


def test_on_stays_a_predicate_and_a_name(run: Run) -> None:
    host = run(DOMAIN + "let on_it = on(apple, table)\nprint(on_it)\n")
    assert host.printed == ["true"]


def test_avoided_steps_are_patterns(run: Run) -> None:
    host = run(
        DOMAIN + "achieve free() keeping not on(pear, table) "
        "avoiding pick(_, table), pick(apple, _), pick with retries=1\n"
    )
    ((avoided,),) = asked(host, "avoiding")
    assert avoided == (
        ("pick", (None, "<table>")),
        ("pick", ("<apple>", None)),
        ("pick", None),
    )


def test_tests_say_what_goes_wrong_in_them(run: Run) -> None:
    host = run(
        DOMAIN + "test 'hard' with faults pick: 20%, event not on(pear, table) and free() "
        "after 3 steps, seed=7, runs=5:\n"
        "    print(1)\n"
        "test 'easy': print(2)\n"
    )
    hard, easy = asked(host, "test")
    node, events, options = hard
    assert [(fault.action, fault.share) for fault in node.faults] == [("pick", 0.2)]
    assert [event.after for event in node.events] == [3] and events[0][0] == "formula"
    assert options == {"seed": 7, "runs": 5}
    assert (easy[0].faults, easy[1], easy[2]) == ((), (), {})
    host.tests["hard"]()
    assert host.printed == ["1"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("perform pick(f, p): pass\non fail: pass\non fail: pass\n", "E0119"),
        ("perform pick(f, p): pass\non trouble: pass\n", "E0101"),
        ("perform pick(f, p): pass\non fail as f: pass\n", "E0119"),
        ("perform pick(f, p) with speed=3: pass\n", "E0214"),
        ("perform pikc = print\n", "E0205"),
        ("print(1)\non fail: pass\n", "E0101"),
        ("achieve free() avoiding pikc(_, _)\n", "E0205"),
        ("achieve free() avoiding pick(_)\n", "E0206"),
        ("test 't' with faults pikc: 20%: pass\n", "E0205"),
        ("test 't' with faults pick: 120%: pass\n", "E0111"),
        ("test 't' with event on(apple, table) or free() after 3 steps: pass\n", "E0215"),
        ("test 't' with speed=2: pass\n", "E0214"),
    ],
)
def test_mistakes_in_them_are_told(errors: Callable[..., list[str]], text: str, code: str) -> None:
    assert code in errors(DOMAIN + text)
