"""`viz`: pictures of plans and worlds, well formed and free of anything that the text could smuggle in."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree

import pytest

from planscript.lang.diagnostics import PlanscriptError
from planscript.runtime import problems
from planscript.runtime.session import Session
from planscript.stdlib._samples import read_sample

EVIL = '</p><script>alert("x")</script> & \\" `'
VOID = {"meta", "input", "br"}


def library(name: str) -> dict[str, Any]:
    return Session().run_text(f"import {name} as it\n")["it"].members  # type: ignore[no-any-return]


def solved() -> tuple[Any, Any]:
    of = library("planning")
    return of["sample"](), of["solve"](of["sample"]())


def hostile() -> tuple[Any, Any]:
    """The sample with glosses and names that try to be markup."""
    read = read_sample("delivery")
    told = replace(
        read.domain,
        predicates={
            key: replace(one, gloss={"en": EVIL + one.gloss["en"]})
            for key, one in read.domain.predicates.items()
        },
    )
    world = problems.world_from(replace(read, domain=told))
    world.names = world.names.extended([]).__class__(
        world.names.model, {**world.names.shown, "book": EVIL}
    )
    value = problems.value_of(world)
    return value, library("planning")["solve"](value)


class Page(HTMLParser):
    """The elements of a page, refusing ends that do not match."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_has_the_world_at_each_step_and_nothing_from_elsewhere(language: str) -> None:
    problem, plan = solved()
    text = library("viz")["html"](problem, plan, "Round trip", language)
    page = Page(text)
    assert page.open == []
    assert page.tags.count("section") == page.tags.count("input") == len(plan) + 1
    assert not {"script", "link", "img", "iframe", "object"} & set(page.tags)
    names = {name for name, _ in page.attributes}
    assert not {"src", "href"} & names and not any(name.startswith("on") for name in names)
    assert "<title>Round trip</title>" in text
    addresses = set(re.findall(r"https?://[^\"' <]+", text))
    assert addresses <= {"http://www.w3.org/2000/svg"}


def test_each_step_marks_what_it_changed() -> None:
    problem, plan = solved()
    text = library("viz")["html"](problem, plan)
    first = text.split('<section class="world w1">')[1].split("</section>")[0]
    loaded = plan.steps[0].args[0].name
    assert f"<ins>The {loaded} is in the van</ins>" in first
    assert f"<del>The {loaded} is at the depot</del>" in first


def test_markup_in_names_and_glosses_stays_text() -> None:
    problem, plan = hostile()
    viz = library("viz")
    text = viz["html"](problem, plan, EVIL)
    page = Page(text)
    assert page.open == [] and "script" not in page.tags and "<script" not in text
    for picture in (viz["svg"](problem), viz["svg"](problem, plan)):
        root = ElementTree.fromstring(picture)
        assert "script" in "".join(root.itertext())
        assert not any(one.tag.endswith("script") for one in root.iter())


@pytest.mark.parametrize("with_plan", [False, True])
def test_mermaid_and_dot_are_quoted(with_plan: bool) -> None:
    problem, plan = hostile()
    given = (problem, plan) if with_plan else (problem,)
    viz = library("viz")
    for line in viz["mermaid"](*given).splitlines()[1:]:
        assert re.fullmatch(r'    n\d+(\["[^"<>`]*"\]| -->\|"[^"<>`]*"\| n\d+)', line), line
    for line in viz["dot"](*given).splitlines()[3:-1]:
        text = r'\[label="(?:[^"\\]|\\.)*"\]'
        assert re.fullmatch(rf"    n\d+( -> n\d+)? {text}", line), line


def test_the_graph_of_a_plan_has_its_steps_and_leads_to_the_goal() -> None:
    problem, plan = solved()
    lines = library("viz")["dot"](problem, plan).splitlines()
    nodes = [line for line in lines if "->" not in line and "[label" in line]
    assert len(nodes) == len(plan) + 2
    goal = f"n{len(plan) + 1}"
    assert sum(f"-> {goal} " in line for line in lines) == 2  # both parcels


def test_a_picture_of_stages_has_a_box_for_each_step() -> None:
    problem, plan = solved()
    root = ElementTree.fromstring(library("viz")["svg"](problem, plan))
    assert sum(one.tag.endswith("rect") for one in root.iter()) == len(plan)


def test_facts_of_any_number_of_objects_are_drawn() -> None:
    script = (
        "domain d:\n    types:\n        t\n    predicate rain()\n    predicate big(a: t)\n"
        "    predicate between(a: t, b: t, c: t)\n"
        "world w of d:\n    objects:\n        x, y, z: t\n"
        "    init: rain(), big(x), between(x, y, z)\n"
        "import viz\nlet shown = viz.dot(world)\n"
    )
    shown = Session().run_text(script)["shown"]
    for part in ('"x: big"', '"rain"', '"between (y)"'):
        assert part in shown


@pytest.mark.parametrize(
    ("call", "words"),
    [
        ('text("x")', "takes a world"),
        ("svg(p, [])", "valid plan"),
        ("html(p, p)", "takes a plan"),
        ('html(p, planning.solve(p), "", "fr")', "languages"),
        ("html(p, planning.solve(p), 3)", "takes text"),
    ],
)
def test_bad_input_is_told_in_words(call: str, words: str) -> None:
    script = f"import planning\nlet p = planning.sample()\nimport viz\nviz.{call}\n"
    with pytest.raises(PlanscriptError) as caught:
        Session().run_text(script)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    "told", ["viz.html(p, planning.solve(p))", "planning.explain(p, planning.solve(p))"]
)
def test_things_are_called_what_the_script_calls_them(told: str) -> None:
    script = """
import planning
import viz

domain lamps:
    types: lamp
    predicate lit(l: lamp): "{l} is on"
    action press(l: lamp): "press the button of {l}"
        effect: lit(l)
world room of lamps:
    objects: lamp1: lamp
describe lamp1: "the old lamp"
let p = planning.problem("(lit lamp1)")
let told = %s
"""
    assert "the old lamp" in Session().run_text(script % told)["told"]
