"""Moods, frames and finishing touches of made-up English wishes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from random import Random

from planscript.runtime.goals.training import words
from planscript.runtime.goals.training.phrases import Clause, base
from planscript.runtime.goals.training.wishes import (
    Chooser,
    Deed,
)


class Teller(Chooser):
    """Says clauses of one world in English moods."""

    # ---------------------------------------------------------------- saying a clause

    def _demand(
        self, clause: Clause, said: Sequence[str], positive: bool, many: bool, rng: Random
    ) -> str:
        """The clause with these noun phrases as a wish in one of its moods."""
        mood = rng.randrange(8)
        clause, positive = otherwise(clause, positive, rng)
        frame = words.frames()
        if mood <= 1:
            text = clause.modal(positive, many, rng)
            framed = rng.choice(frame["en", "modal"])
        elif mood <= 4:
            text = clause.is_(positive, many, rng)
            framed = rng.choice(frame["en", "that"])
        elif mood <= 5:
            framed = rng.choice(frame["en", "to"])
            text = clause.to(positive, rng, short=" for " not in framed)
        else:
            bare = clause.bare(positive)
            if bare is None:
                return self._demand(clause, said, positive, many, rng)
            if rng.random() < 0.4 and bare.startswith("{0} "):
                bare = "{0}: " + bare[4:]
            text, framed = (
                bare,
                rng.choice(("{}", "{}", "{} please", "have {}", "get {}", "I want {}")),
            )
            if ":" in bare:
                framed = "{}"
        return framed.format(text).format(*said)

    def _statement(
        self, clause: Clause, said: Sequence[str], positive: bool, many: bool, rng: Random
    ) -> str:
        clause, positive = otherwise(clause, positive, rng)
        return clause.is_(positive, many, rng).format(*said)


# ---------------------------------------------------------------- wording


def otherwise(
    clause: Clause, positive: bool, rng: Random, *, always: bool = False
) -> tuple[Clause, bool]:
    """Now and then a synonym, or for a denial the antonym: "not open" is "shut"."""
    if not clause.plain:
        return clause, positive
    entry = words.states().get(clause.rest.replace(" ", "-"))
    if entry is None:
        return clause, positive
    if not positive and entry.other and (always or rng.random() < 0.6):
        word = rng.choice(entry.other[:3]).replace("-", " ")
        return Clause(clause.subject, clause.verb, word), True
    if positive and entry.same and rng.random() < 0.25:
        word = rng.choice(entry.same[:3]).replace("-", " ")
        return Clause(clause.subject, clause.verb, word), True
    return clause, positive


def plural_which(which: str) -> str:
    for one, many in ((" is ", " are "), (" has ", " have "), ("doesn't", "don't"),
                      ("does not", "do not"), (" isn't", " aren't")):  # fmt: skip
        if one in which:
            return which.replace(one, many, 1)
    return re.sub(r"^(\w+) (\w+s)\b", lambda m: f"{m[1]} {base(m[2])}", which)


def imperative(text: str, rng: Random) -> str:
    frame = rng.choice(words.frames()["en", "imp"])
    return frame.replace("{}", text)


def listed(pieces: Sequence[str], rng: Random) -> str:
    if len(pieces) == 1:
        return pieces[0]
    comma = rng.choice((" and ", ", and ", " and "))
    return ", ".join(pieces[:-1]) + comma + pieces[-1]


def around(text: str, rng: Random) -> str:
    """Now and then a sentence before or after the wish that adds nothing to it."""
    dice = rng.random()
    frames = words.frames()
    if dice < 0.08:
        before = rng.choice(frames["en", "before"])
        if before.endswith((".", "!")):
            return f"{before} {text[:1].upper() + text[1:]}"
        if text.split(" ", 1)[0] in ("Make", "Ensure", "Please", "My", "Your", "Could", "Would"):
            text = text[:1].lower() + text[1:]
        return f"{before} {text}"
    if dice < 0.16:
        after = rng.choice(frames["en", "after"])
        text = text.rstrip()
        return f"{text} {after}" if text.endswith(("?", "!", ".")) else f"{text}. {after}"
    return text


def finish(text: str, rng: Random) -> str:
    text = re.sub(r"  +", " ", text).strip()
    text = re.sub(r"\b([a-z]+) (the )?\1\b(?! \1)", r"\1", text)  # "valve valve 3", "the the"
    text = re.sub(r"\b(on|in|at|to|from|of) (?:on|in|at) (?=the |\w+\d)", r"\1 ", text)
    if rng.random() < 0.6:
        text = text[:1].upper() + text[1:]
    if rng.random() < 0.5 and not text.endswith(("?", "!", ".")):
        text += "."
    return text


def again(deed: Deed, names: Sequence[str], thing: str, place: str) -> str:
    return deed.template.format(**{names[0]: thing, names[1]: place})
