"""The page of a plan: one file of HTML with the timeline and the world at each step.

There is no script in it: the steps are radio buttons, and the style shows the world after the one
that is chosen. A policy in its head forbids whatever would come from elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from planscript.runtime import problems
from planscript.runtime.goals.say import Speaker
from planscript.runtime.operators import check_text
from planscript.runtime.pddl.model import Atom, Problem
from planscript.runtime.values import number
from planscript.runtime.world import World

DRAWN = 20  # objects of a world that is drawn

_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "goal": "Goal", "steps": "steps", "cost": "cost", "start": "At the start", "now": "How it stands",
        "same": "What stays so", "timeline": "Timeline", "picture": "Picture", "none": "Nothing.",
        "stages": "stages",
    },
    "zh": {
        "goal": "目标", "steps": "步", "cost": "代价", "start": "开始时", "now": "当前状态",
        "same": "始终不变", "timeline": "时间线", "picture": "图", "none": "没有。", "stages": "个阶段",
    },
}  # fmt: skip
_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem; color: #222; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; margin: 1.2rem 0 .4rem; }
input { position: absolute; opacity: 0; }
.scroll { overflow-x: auto; }
ol { padding: 0; list-style: none; } li label { display: block; padding: .2rem .6rem; border-radius: 6px; cursor: pointer; }
li label:hover { background: #f2f2f2; }
.columns { display: grid; grid-template-columns: minmax(14rem, 1fr) 2fr; gap: 2rem; }
.world { display: none; }
ul { padding-left: 1.2rem; margin: .2rem 0; } ins { background: #d7f5dd; text-decoration: none; } del { background: #fbdcdc; }
@media (max-width: 44rem) { .columns { grid-template-columns: 1fr; } }
@media print { .world { display: block; } }
"""


def page(world: World, wanted: Problem, steps: Sequence[Atom], speaker: Speaker, title: str) -> str:
    """The page as text; `title` empty: the name of the world."""
    from planscript.runtime.planner.validate import validate
    from planscript.stdlib._drawing import draw_stages

    words = _WORDS[speaker.language]
    states = problems.states_of(wanted, steps)
    stages = problems.stages(wanted, steps)
    always = frozenset.intersection(*states)
    heading = escape(title or world.names.show(world.name))
    told = [words["start"], *(_sentence(speaker, speaker.step(step)) for step in steps)]
    chosen = "\n".join(
        f"#s{i}:checked ~ .columns .w{i} {{ display: block; }} "
        f"#s{i}:checked ~ .columns label[for=s{i}] {{ background: #e8f0fe; font-weight: 600; }} "
        f"#s{i}:focus-visible ~ .columns label[for=s{i}] {{ outline: 2px solid #06c; }}"
        for i in range(len(told))
    )
    cost = number(validate(wanted, steps).cost)
    figures = (
        f"{len(steps)} {words['steps']}, {max(stages, default=-1) + 1} {words['stages']}, "
        f"{words['cost']} {cost:g}"
    )
    parts = [
        f'<!doctype html>\n<html lang="{speaker.language}">\n<head>\n<meta charset="utf-8">',
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        "style-src 'unsafe-inline'\">",
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{heading}</title>\n<style>{_STYLE}{chosen}\n</style>\n</head>\n<body>",
        f"<h1>{heading}</h1>",
        f"<p>{words['goal']}: {escape(speaker.goal(wanted.goal))}<br>{figures}</p>",
        f"<h2>{words['timeline']}</h2>",
        f'<div class="scroll">{draw_stages([world.say_fact(s) for s in steps], stages)}</div>',
    ]
    for i, one in enumerate(told):
        checked = " checked" if i == len(told) - 1 else ""
        parts.append(
            f'<input type="radio" name="step" id="s{i}" aria-label="{escape(one)}"{checked}>'
        )
    parts.append('<div class="columns"><ol>')
    for i, one in enumerate(told):
        count = f"{i}. " if i else ""
        parts.append(f'<li><label for="s{i}">{count}{escape(one)}</label></li>')
    parts.append("</ol><div>")
    for i, state in enumerate(states):
        before = states[i - 1] if i else state
        parts.append(
            f'<section class="world w{i}">{_world(world, speaker, before, state, always)}</section>'
        )
    parts.append(
        f"<h2>{words['same']}</h2>{_list(speaker, [(fact, '') for fact in sorted(always)])}"
    )
    parts.append("</div></div>\n</body>\n</html>\n")
    check_text(sum(map(len, parts)))
    return "\n".join(parts)


def _world(
    world: World,
    speaker: Speaker,
    before: frozenset[Atom],
    state: frozenset[Atom],
    always: frozenset[Atom],
) -> str:
    from planscript.stdlib._drawing import draw_graph
    from planscript.stdlib.viz import state_graph

    words = _WORDS[speaker.language]
    rows = [(fact, "ins" if fact not in before else "") for fact in sorted(state - always)]
    rows += [(fact, "del") for fact in sorted(before - state)]
    text = f"<h2>{words['now']}</h2>{_list(speaker, rows)}"
    if len(world.objects) > DRAWN:
        return text
    picture = draw_graph(state_graph(world, state))
    return f'{text}<h2>{words["picture"]}</h2><div class="scroll">{picture}</div>'


def _list(speaker: Speaker, rows: Sequence[tuple[Atom, str]]) -> str:
    if not rows:
        return f"<p>{_WORDS[speaker.language]['none']}</p>"
    told = []
    for fact, mark in rows:
        text = escape(_sentence(speaker, speaker.fact(fact)))
        told.append(f"<li>{f'<{mark}>{text}</{mark}>' if mark else text}</li>")
    return f"<ul>{''.join(told)}</ul>"


def _sentence(speaker: Speaker, words: str) -> str:
    return str(speaker.rules.sentence(words)).rstrip(".。")
