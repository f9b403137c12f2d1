"""Two written wishes as one, and a written wish in another frame or amid chatter.

Only whole sentences are put side by side, so that each still says what it said.
"""

from __future__ import annotations

import re
from functools import cache
from random import Random

from planscript.runtime.goals.training import words
from planscript.runtime.goals.training.corpus import Row
from planscript.runtime.goals.training.rename import atoms, terms
from planscript.runtime.goals.training.wishes import clash, conjunction
from planscript.runtime.pddl.model import And, Atom, Formula, Not

MOST_ATOMS = 9


def joined(one: Row, other: Row, rng: Random) -> Row | None:
    """Both wishes in one text; None where they might contradict or refer to each other."""
    if one.goal is None or other.goal is None or one.lang != other.lang:
        return None
    parts = [*_parts(one.goal), *_parts(other.goal)]
    if len(parts) > MOST_ATOMS or clash(parts) or _quarrel(one.goal, other.goal):
        return None
    if len(one.text) + len(other.text) > 260 or _unclear(other.text):
        return None
    goal = conjunction((one.goal, other.goal))
    text = _together(one.text, other.text, one.lang, rng)
    return Row(one.lang, text, goal, one.line)


def _parts(goal: Formula) -> tuple[Formula, ...]:
    return goal.parts if isinstance(goal, And) else (goal,)


def _quarrel(one: Formula, other: Formula) -> bool:
    """Whether one wish generalises over what the other names: they may exclude each other."""
    simple = all(
        isinstance(part, Atom) or (isinstance(part, Not) and isinstance(part.part, Atom))
        for goal in (one, other)
        for part in _parts(goal)
    )
    return not simple and bool(_names(one) & _names(other))


def _names(goal: Formula) -> set[str]:
    return {atom.name for atom in atoms(goal)} | terms(goal)


_BACKWARD = re.compile(
    r"^(?:it|its|they|them|then|there|also|and|but|or|the other|the rest|instead|otherwise|both"
    r"|同时|然后|再|还|也|它)\b",
    re.IGNORECASE,
)


def _unclear(text: str) -> bool:
    """Whether a sentence would point back at the one before."""
    return _BACKWARD.match(text) is not None


def _together(one: str, other: str, lang: str, rng: Random) -> str:
    if lang == "zh":
        first = one.rstrip("。！")
        joint = rng.choice(("，", "。", "；", "，另外", "，还有，", "。另外，", "，同时"))
        return first + joint + other
    first = one.rstrip()
    ended = first.endswith(("?", "!", "."))
    imperative = starts_with_verb(other) and starts_with_verb(first)
    dice = rng.random()
    if dice < 0.35 and imperative and not first.endswith(("?", "!")):
        joint = rng.choice((" and ", ", and ", ", then ", " and then ", "; ", ", also "))
        return first.rstrip(".") + joint + _lower_first(other)
    if dice < 0.45 and not first.endswith(("?", "!")):
        return first.rstrip(".") + rng.choice(("; ", " - ", "; also, ")) + other
    head = first if ended else first + "."
    lead = rng.choice(("", "", "", "Also: ", "And ", "Oh, and ", "Second: ", "Next: ", "Besides, "))
    tail = _lower_first(other) if lead.endswith(("And ", "and ", ", ")) else _upper_first(other)
    return f"{head} {lead}{tail}"


@cache
def _verbs() -> frozenset[str]:
    found = {row[0].split("-")[0] for row in words.rows("zh") if row[2] == "verb"}
    return frozenset(found) - words.listed("not-order")


def starts_with_verb(text: str) -> bool:
    """Whether the English sentence is an order such as "bake the bread"."""
    match = re.match(r"[A-Za-z]+", text)
    return match is not None and match[0].lower() in _verbs()


def _lower_first(text: str) -> str:
    word = re.match(r"[A-Z][a-z]*\b", text)
    if word is None or not (starts_with_verb(text) or word[0].lower() in words.listed("stop")):
        return text
    return text if word[0] == "I" else text[0].lower() + text[1:]


def _upper_first(text: str) -> str:
    return text[:1].upper() + text[1:]


def framed(row: Row, rng: Random) -> Row:
    """An order made polite or indirect, or any wish with chatter around it."""
    if row.goal is None:
        return row
    text, frames = row.text, words.frames()
    if row.lang == "zh":
        if rng.random() < 0.5:
            return Row("zh", rng.choice(frames["zh", "before"]) + text, row.goal, row.line)
        after = rng.choice(frames["zh", "after"])
        return Row("zh", text.rstrip("。！？") + after, row.goal, row.line)
    plain = len(text) < 90 and not re.search(
        r"[.?!:;]\s*\S|\b(please|pls|thanks|thx)\b", text.lower()
    )
    if plain and starts_with_verb(text) and rng.random() < 0.75:
        body = _lower_first(text).rstrip(".!? ")
        frame = rng.choice(frames["en", "imp"])
        text = frame.replace("{}", body)
        if rng.random() < 0.5:
            text = _upper_first(text)
        return Row("en", text, row.goal, row.line)
    if rng.random() < 0.5:
        before = rng.choice(frames["en", "before"])
        text = (
            f"{before} {_upper_first(text) if before.endswith(('.', '!')) else _lower_first(text)}"
        )
    else:
        text = text.rstrip()
        text = (text if text.endswith(("?", "!", ".")) else text + ".") + " "
        text += rng.choice(frames["en", "after"])
    return Row("en", text, row.goal, row.line)
