"""Word lists for multiplying goals: what says the same, the opposite, or the same in Chinese.

Plain tab-separated files, written for this project; each opens with a line on its columns.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "lexicon"


def rows(name: str) -> list[list[str]]:
    """The rows of `name`.tsv without comments and blank lines, short rows filled with ""."""
    text = (FOLDER / f"{name}.tsv").read_text(encoding="utf-8")
    split = [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
    width = max((len(row) for row in split), default=0)
    return [row + [""] * (width - len(row)) for row in split]


@dataclass(frozen=True, slots=True)
class Twofold:
    """Words that say the same as a word, and words that say its opposite (or converse)."""

    same: tuple[str, ...] = ()
    other: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Noun:
    """A noun ("goods-train" stands for "goods train"), its kind, synonyms and Chinese words."""

    word: str
    kind: str
    same: tuple[str, ...] = ()
    chinese: tuple[str, ...] = ()


@cache
def british_american() -> Mapping[str, str]:
    """Each spelling -> the spelling of the other side of the ocean."""
    pairs: dict[str, str] = {}
    for british, american in rows("spelling"):
        pairs.setdefault(british, american)
        pairs.setdefault(american, british)
    return pairs


@cache
def states() -> Mapping[str, Twofold]:
    """A property word such as "clean" -> its synonyms and its antonyms."""
    return _twofold("states")


@cache
def relations() -> Mapping[str, Twofold]:
    """A relation word such as "on" -> its synonyms and its converses ("supports")."""
    return _twofold("relations")


def _twofold(name: str) -> dict[str, Twofold]:
    found: dict[str, Twofold] = {}
    for left, right in rows(name):
        one, other = tuple(left.split()), tuple(right.split())
        for words, opposite in ((one, other), (other, one)):
            for word in words:
                if word not in found or word == words[0]:
                    same = tuple(w for w in words if w != word)
                    known = found.get(word)
                    if known is None or not known.same:
                        found[word] = Twofold(same, opposite)
    return found


@cache
def nouns() -> Mapping[str, Noun]:
    """An English noun -> its kind, its synonyms, its Chinese words."""
    found: dict[str, Noun] = {}
    for kind, english, chinese in (row[:3] for row in rows("nouns")):
        group = tuple(english.split())
        for word in group:
            if word not in found or word == group[0]:
                same = tuple(w for w in group if w != word)
                found[word] = Noun(word, kind, same, tuple(chinese.split()))
    return found


@cache
def nouns_by_kind() -> Mapping[str, tuple[str, ...]]:
    """Kind -> the first noun of each group of that kind."""
    found: dict[str, list[str]] = {}
    for kind, english, _ in (row[:3] for row in rows("nouns")):
        found.setdefault(kind, []).append(english.split()[0])
    return {kind: tuple(group) for kind, group in found.items()}


@cache
def people() -> Mapping[str, tuple[str, ...]]:
    """ "first", "last", "title" -> names of people in lower case."""
    return {kind: tuple(names.split()) for kind, names in rows("people")}


@cache
def chat() -> Mapping[str, tuple[tuple[str, str], ...]]:
    """Language -> (kind, sentence) pairs that say no goal of any world."""
    found: dict[str, list[tuple[str, str]]] = {}
    for lang, kind, text in (row[:3] for row in rows("chat")):
        found.setdefault(lang, []).append((kind, text))
    return {lang: tuple(lines) for lang, lines in found.items()}


@cache
def listed(name: str) -> frozenset[str]:
    """The words of a list in lists.tsv: "stop", "generic" or "also-verb"."""
    return frozenset(word for one, group in rows("lists") if one == name for word in group.split())


@cache
def frames() -> Mapping[tuple[str, str], tuple[str, ...]]:
    """(language, what goes in) -> frames with `{}`."""
    found: dict[tuple[str, str], list[str]] = {}
    for lang, kind, frame in (row[:3] for row in rows("frames")):
        found.setdefault((lang, kind), []).append(frame)
    return {key: tuple(group) for key, group in found.items()}


@cache
def chinese() -> Mapping[str, tuple[str, ...]]:
    """An English word in lower case -> Chinese words for it: as a noun first, as a verb last."""
    found: dict[str, list[str]] = {noun.word: list(noun.chinese) for noun in nouns().values()}
    ranks = {"word": 0, "state": 1, "verb": 2}
    for english, said, _ in sorted((row[:3] for row in rows("zh")), key=lambda row: ranks[row[2]]):
        known = found.setdefault(english.lower(), [])
        known.extend(word for word in said.split() if word not in known)
    return {english: tuple(said) for english, said in found.items() if said}


@cache
def measures() -> tuple[tuple[str, str], ...]:
    """(ending of a Chinese noun, its measure word), longer endings first."""
    pairs = [(end, word) for word, ends in rows("measures") for end in ends.split()]
    return tuple(sorted(pairs, key=lambda pair: -len(pair[0])))
