"""Text and names -> words -> word pieces. Lower-cased; names are split at hyphens, case and digits.

Words are the unit of lexical matching (`linking.py`), pieces the unit of the encoder.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

CJK = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_WORD = re.compile(rf"[{CJK}]+|\d+|[^\W\d_{CJK}]+|[^\w\s]|_")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_SEPARATORS = frozenset("-_./")


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text, lower-cased, and where it stands: `text[start:end]`."""

    text: str
    start: int
    end: int


def split_text(text: str, vocabulary: Vocabulary) -> list[Word]:
    """The words of a sentence; runs of Chinese characters are cut into known words."""
    found = []
    for match in _WORD.finditer(text):
        run, start = match[0], match.start()
        if "\u3400" <= run[0] <= "\ufaff":
            for piece in vocabulary.cut(run):
                found.append(Word(piece, start, start + len(piece)))
                start += len(piece)
        else:
            found.append(Word(plain(run), start, match.end()))
    return found


def split_name(name: str) -> tuple[str, ...]:
    """The words of a symbol's name: `tile_4-1` -> tile 4 1, `isLit` -> is lit."""
    spaced = _CAMEL.sub(" ", name)
    return tuple(plain(m[0]) for m in _WORD.finditer(spaced) if m[0] not in _SEPARATORS)


def plain(word: str) -> str:
    """Lower case, full-width forms folded, accents dropped."""
    word = unicodedata.normalize("NFKD", word.lower())
    return "".join(c for c in word if not unicodedata.combining(c)) or word


class Vocabulary:
    """WordPiece: a word is cut greedily into its longest known pieces."""

    def __init__(self, pieces: Sequence[str]) -> None:
        self.pieces = tuple(pieces)
        self._id = {piece: number for number, piece in enumerate(pieces)}
        self.pad, self.unknown = self._id["[PAD]"], self._id["[UNK]"]
        self.first, self.last = self._id["[CLS]"], self._id["[SEP]"]
        self._longest = max(map(len, pieces))
        self._cache: dict[str, tuple[int, ...]] = {}

    @classmethod
    def load(cls, path: Path) -> Vocabulary:
        """From a file with one piece a line."""
        return cls(path.read_text(encoding="utf-8").rstrip("\n").split("\n"))

    def __len__(self) -> int:
        return len(self.pieces)

    def cut(self, run: str) -> list[str]:
        """A run of Chinese characters as the longest known words, from the left."""
        found, start = [], 0
        while start < len(run):
            end = min(len(run), start + 6)
            while end > start + 1 and run[start:end] not in self._id:
                end -= 1
            found.append(run[start:end])
            start = end
        return found

    def word(self, word: str) -> tuple[int, ...]:
        """The piece numbers of one word."""
        found = self._cache.get(word)
        if found is None:
            found = self._word(word)
            if len(self._cache) < 200_000:
                self._cache[word] = found
        return found

    def _word(self, word: str) -> tuple[int, ...]:
        out: list[int] = []
        start = 0
        while start < len(word):
            end = min(len(word), start + self._longest)
            prefix = "##" if start else ""
            while end > start and prefix + word[start:end] not in self._id:
                end -= 1
            if end == start:
                return (self.unknown,)
            out.append(self._id[prefix + word[start:end]])
            start = end
        return tuple(out)

    def encode(self, words: Iterable[str], room: int) -> tuple[list[int], list[int]]:
        """Pieces with the special first and last one, and for each its word's position (-1: none)."""
        ids, owner = [self.first], [-1]
        for position, word in enumerate(words):
            for piece in self.word(word):
                if len(ids) < room - 1:
                    ids.append(piece)
                    owner.append(position)
        return [*ids, self.last], [*owner, -1]
