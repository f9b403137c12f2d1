"""Lexical features: how a word of the text resembles the name of a symbol, by spelling alone.

Exact, stem, prefix, typing error, part of a compound, numbers in words, initials, whole names. What
words *mean* is the network's concern.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

EXACT, STEM, PREFIX, TYPO, PART = range(1, 6)  # classes of one word against one word, best first
FEATURES = 13
(
    F_EXACT,
    F_STEM,
    F_PREFIX,
    F_TYPO,
    F_PART,
    F_WHOLE,  # the word stands in a stretch that spells the whole name
    F_ALL,  # matches, and every word of the name occurs in the text
    F_SHARE,  # matches; the share of the name's words that occur
    F_INITIALS,
    F_BEST,  # matches, and no other item of this kind that the word matches is covered better
    F_HEAD,  # matches the name's last word that is not a number
    F_NUMBER,  # matches a number of the name
    F_ONLY,  # F_BEST and no other item of this kind is covered as well
) = range(FEATURES)

_NUMBERS = (
    {
        word: str(value)
        for value, words in enumerate(
            (
                "zero",
                "one first",
                "two second",
                "three third",
                "four fourth",
                "five fifth",
                "six sixth",
                "seven seventh",
                "eight eighth",
                "nine ninth",
                "ten tenth",
                "eleven eleventh",
                "twelve twelfth",
            )
        )
        for word in words.split()
    }
    | {c: str(n) for n, c in enumerate("零一二三四五六七八九十")}
    | {"两": "2"}
)
STOP_WORDS = frozenset(  # words of a text that need no symbol
    """a an the of to in on at is are be been am was were and or it its for with by as that this these
    those then please can could would should will may you i we me us my our your they them their he she
    his her there here do does did have has had get so but not no if from into all any some let lets want
    need make sure s t d ll re m ve""".split()
)
_STOP = frozenset("a an the of to in on at is are be and or it for with by".split())


def number_of(word: str) -> str:
    """Digits for a number word, the word itself otherwise."""
    if word.isdigit():
        return word.lstrip("0") or "0"
    return _NUMBERS.get(word, word)


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """A crude English stem: plural, -ed, -ing, -er, -ly cut off, doubled letter and last e dropped."""
    if len(word) > 3 and word.endswith("ies"):
        return word[:-3] + "i"
    if len(word) > 3 and word.endswith("es") and word[-3] in "sxzho":
        word = word[:-2]
    elif len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    for ending in ("ing", "edly", "ed", "ers", "er", "en", "ly"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word[: -len(ending)]
            if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "ls":
                word = word[:-1]
            break
    if word.endswith("y") and len(word) > 3:
        return word[:-1] + "i"
    return word[:-1] if word.endswith("e") and len(word) > 3 else word


@lru_cache(maxsize=50_000)
def likeness(word: str, other: str) -> int:
    """The class of a word of the text against a word of a name; 0: nothing alike."""
    if word == other or number_of(word) == number_of(other):
        return EXACT
    if len(word) < 2 or len(other) < 2 or word.isdigit() or other.isdigit():
        return 0
    if not (word.isascii() and other.isascii()):
        return PART if word in other or other in word else 0
    if stem(word) == stem(other):
        return STEM
    short = min(len(word), len(other))
    if short >= 3 and (word.startswith(other[:short]) or other.startswith(word[:short])):
        return PREFIX
    if short >= 5 and word[:5] == other[:5]:
        return PREFIX
    if short >= 4 and word not in _STOP and _near(word, other, 1 if short < 7 else 2):
        return TYPO
    if short >= 3 and (word in other or other in word):
        return PART
    return 0


def _near(word: str, other: str, most: int) -> bool:
    """Whether at most `most` letters are inserted, dropped, changed or swapped."""
    if abs(len(word) - len(other)) > most or word[0] != other[0]:
        return False
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, c in enumerate(word, 1):
        new = [i]
        for j, d in enumerate(other, 1):
            cost = min(row[j] + 1, new[-1] + 1, row[j - 1] + (c != d))
            if i > 1 and j > 1 and c == other[j - 2] and word[i - 2] == d:
                cost = min(cost, before[j - 2] + 1)
            new.append(cost)
        before, row = row, new
    return row[-1] <= most


class NameIndex:
    """The names of a schema's items, ready to be compared with texts.

    `names` are the items' words, `kinds` a small number for each item: items compete within a kind.
    """

    def __init__(self, names: Sequence[tuple[str, ...]], kinds: Sequence[int]) -> None:
        words = sorted({word for name in names for word in name})
        self.words = words
        column = {word: i for i, word in enumerate(words)}
        size = (len(names), len(words))
        self.has = np.zeros(size, dtype=np.float32)  # (N, U)
        self.head = np.zeros(size, dtype=np.float32)
        self.weight = np.zeros(size, dtype=np.float32)
        self.kinds = np.asarray(kinds)
        self.whole: dict[str, list[int]] = {}
        self.initials: dict[str, list[int]] = {}
        for i, name in enumerate(names):
            for word in name:
                self.has[i, column[word]] = 1
                self.weight[i, column[word]] = 0.5 if word in _STOP else 1
            letters = [w for w in name if not w.isdigit()]
            if letters:
                self.head[i, column[letters[-1]]] = 1
            if len(letters) > 1:
                self.initials.setdefault("".join(w[0] for w in name), []).append(i)
            self.whole.setdefault("".join(number_of(w) for w in name), []).append(i)
        self.number = self.has * np.array([w.isdigit() for w in words], dtype=np.float32)
        self.weight /= np.maximum(self.weight.sum(1, keepdims=True), 1e-6)

    def features(self, text: Sequence[str]) -> NDArray[np.float32]:
        """(words of the text, items, FEATURES) for a tokenised text."""
        count = len(text)
        out = np.zeros((count, len(self.kinds), FEATURES), dtype=np.float32)
        if not count or not self.words:
            return out
        alike = np.array([[likeness(t, w) for w in self.words] for t in text])  # (T, U)
        for kind in range(EXACT, PART + 1):
            out[:, :, kind - 1] = ((alike == kind).astype(np.float32) @ self.has.T) > 0
        good = ((alike > 0) & (alike != PART)).astype(np.float32)
        matches = (good @ self.has.T) > 0  # (T, N)
        share = self.weight @ good.max(0)  # (N,)
        out[:, :, F_SHARE] = matches * share
        out[:, :, F_ALL] = matches * (share > 0.999)
        out[:, :, F_HEAD] = (good @ self.head.T) > 0
        out[:, :, F_NUMBER] = (good @ self.number.T) > 0
        self._whole_names(text, out)
        score = matches * share + out[:, :, F_WHOLE]  # (T, N)
        for kind in np.unique(self.kinds):
            mine = self.kinds == kind
            best = score[:, mine].max(1, keepdims=True)
            top = (score[:, mine] >= best - 1e-6) & (best > 0)
            out[:, mine, F_BEST] = top
            out[:, mine, F_ONLY] = top & (top.sum(1, keepdims=True) == 1)
        for position, word in enumerate(text):
            for item in self.initials.get(word, ()):
                out[position, item, F_INITIALS] = 1
        return out

    def _whole_names(self, text: Sequence[str], out: NDArray[np.float32]) -> None:
        plain = [number_of(w) for w in text]
        singular = [w[:-1] if len(w) > 3 and w.endswith("s") else w for w in plain]
        for start in range(len(text)):
            for end in range(start + 1, min(len(text), start + 7) + 1):
                spellings = {
                    "".join(w for w in plain[start:end] if w not in "-_"),
                    "".join(
                        [*(w for w in plain[start : end - 1] if w not in "-_"), singular[end - 1]]
                    ),
                }
                if end - start == 2:
                    spellings.add(plain[start + 1] + plain[start])  # "second booth" for booth2
                for spelling in spellings:
                    for item in self.whole.get(spelling, ()):
                        out[start:end, item, F_WHOLE] = 1
