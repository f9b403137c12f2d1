"""Finding the names of objects in a sentence and putting others in their place.

Knows how names are written out ("oven2" as "oven 2", "oven two", "the second oven") and nothing of
goals. A mention that is found only in part is not touched.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

NUMBERS = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
    "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
    "twenty",
)  # fmt: skip
ORDINALS = (
    "zeroth", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth",
    "tenth", "eleventh", "twelfth",
)  # fmt: skip

_SEPARATORS = re.compile(r"[-_\s]+")
_HUMPS = re.compile(r"(?<=[a-z])(?=[A-Z])")
_TAIL = re.compile(r"^([^\W\d]{2,})(\d+)$")


@lru_cache(maxsize=65536)
def tokens(name: str) -> tuple[str, ...]:
    """The words of a name: "stone-oven2" -> stone, oven, 2; "cellA2" -> cell, A2; "b3" -> b3."""
    found: list[str] = []
    for part in _SEPARATORS.split(name):
        for word in _HUMPS.split(part):
            tail = _TAIL.match(word)
            found.extend(tail.groups() if tail else (word,))
    return tuple(word for word in found if word)


@lru_cache(maxsize=65536)
def forms(name: str) -> Mapping[str, str]:
    """Ways to write the name, by kind; the raw name is always among them."""
    words = tokens(name)
    found = {"raw": name}
    spaced = " ".join(words)
    found["spaced"] = spaced
    if len(words) > 1:
        found["joined"] = "".join(words)
        found["hyphen"] = "-".join(words)
        last = words[-1]
        if last.isdigit():
            number = int(last)
            head = " ".join(words[:-1])
            if number < len(NUMBERS):
                found["number"] = f"{head} {NUMBERS[number]}"
            if 0 < number < len(ORDINALS):
                found["ordinal"] = f"{ORDINALS[number]} {head}"
            found["hash"] = f"{head} number {number}"
    return found


@dataclass(frozen=True, slots=True)
class Mention:
    """`text[start:end]` names `name` written in the way `form` (a key of `forms`)."""

    start: int
    end: int
    name: str
    form: str


class Mentions:
    """Finds the names of one world's objects. `spelling` gives a name's written form."""

    def __init__(self, names: Iterable[str], spelling: Mapping[str, str]) -> None:
        self.spelling = spelling
        self._known: dict[str, tuple[str, str]] = {}
        ambiguous: set[str] = set()
        for name in names:
            for form, text in forms(spelling.get(name, name)).items():
                key = text.lower()
                if self._known.setdefault(key, (name, form))[0] != name:
                    ambiguous.add(key)
        for key in ambiguous:
            del self._known[key]
        longest = sorted(self._known, key=len, reverse=True)
        pattern = "|".join(re.escape(key) for key in longest)
        self._pattern = re.compile(
            rf"(?<![A-Za-z0-9_])(?:{pattern or '(?!)'})(?![A-Za-z0-9_]|-[A-Za-z0-9])", re.IGNORECASE
        )

    def find(self, text: str) -> list[Mention]:
        """The mentions in the text, left to right, longest first where they overlap."""
        found = []
        for match in self._pattern.finditer(text):
            name, form = self._known[match[0].lower()]
            found.append(Mention(match.start(), match.end(), name, form))
        return found

    def replaced(
        self, text: str, new: Mapping[str, str], bare: frozenset[str] = frozenset()
    ) -> tuple[str, set[str]]:
        """The text with mentions of the keys of `new` turned into their values, and the keys found.

        The new name is written in the way the old one was. Names in `bare` take no article.
        """
        pieces: list[str] = []
        found: set[str] = set()
        at = 0
        for mention in self.find(text):
            if mention.name not in new:
                continue
            found.add(mention.name)
            other = new[mention.name]
            pieces.append(text[at : mention.start])
            pieces.append(_like(text[mention.start : mention.end], other, mention.form))
            if other in bare:
                pieces[-2] = re.sub(r"\b[Tt]he $", "", pieces[-2])
            at = mention.end
        pieces.append(text[at:])
        return "".join(pieces), found


def _like(old: str, name: str, form: str) -> str:
    """`name` written in the given form, capitals as in the old text."""
    known = forms(name)
    new = known.get(form) or known["spaced"]
    if form == "raw" and "-" not in old and "_" not in old and " " not in old:
        new = known["spaced"] if len(tokens(name)) > 1 and not name[-1].isdigit() else name
    words = old.split()
    if len(words) > 1 and all(word[:1].isupper() for word in words if word[:1].isalpha()):
        return " ".join(word[:1].upper() + word[1:] for word in new.split(" "))
    if old[:1].isupper() and new[:1].islower():
        return new[:1].upper() + new[1:]
    return new
