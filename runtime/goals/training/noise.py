"""Small damage to a sentence that leaves its meaning: case, punctuation, typing errors, spelling.

Names that must survive are given; a typing error never turns one name of the world into another.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from random import Random

from planscript.runtime.goals.training.words import british_american

_NEIGHBOURS = {
    "q": "wa", "w": "qes", "e": "wrd", "r": "etf", "t": "ryg", "y": "tuh", "u": "yij", "i": "uok",
    "o": "ipl", "p": "ol", "a": "sqz", "s": "adwx", "d": "sfec", "f": "dgrv", "g": "fhtb",
    "h": "gjyn", "j": "hkum", "k": "jli", "l": "ko", "z": "xas", "x": "zcs", "c": "xvd",
    "v": "cbf", "b": "vng", "n": "bmh", "m": "nj",
}  # fmt: skip

_SHORT = (
    ("do not", "don't"), ("does not", "doesn't"), ("is not", "isn't"), ("are not", "aren't"),
    ("should not", "shouldn't"), ("must not", "mustn't"), ("I would", "I'd"), ("I am", "I'm"),
    ("cannot", "can't"), ("will not", "won't"), ("I will", "I'll"), ("let us", "let's"),
    ("it is", "it's"), ("that is", "that's"), ("we are", "we're"), ("you are", "you're"),
)  # fmt: skip

_CHAT = (
    ("please", "pls"), ("please", "plz"), ("thanks", "thx"), ("you", "u"), ("and", "&"),
    ("with", "w/"), ("for", "4"), ("because", "cause"), ("okay", "ok"),
)  # fmt: skip

_CLOSE = {"、": "，", "。": "", "，": " ", "；": "，", "：": "："}


def disturb(text: str, rng: Random, keep: Iterable[str] = (), lang: str = "en") -> str:
    """The text with one or two kinds of damage. `keep`: words (any case) that stay as they are."""
    if lang == "zh":
        return _disturb_chinese(text, rng)
    kept = {word.lower() for word in keep}
    kinds = rng.choices(
        (
            _lower,
            _no_period,
            _typo,
            _article,
            _contract,
            _spell,
            _shorthand,
            _comma,
            _capital,
            _space,
        ),
        (22, 22, 16, 8, 8, 10, 3, 8, 3, 2),
        k=rng.choice((1, 1, 2)),
    )
    for kind in kinds:
        text = kind(text, rng, kept)
    return text


def _lower(text: str, rng: Random, kept: set[str]) -> str:
    return text.lower()


def _capital(text: str, rng: Random, kept: set[str]) -> str:
    return text.upper() if len(text) < 50 else text[:1].upper() + text[1:]


def _no_period(text: str, rng: Random, kept: set[str]) -> str:
    if text.endswith(("?", "!", ".")):
        return (
            text[:-1] if rng.random() < 0.8 else text[:-1] + rng.choice((" !", "!!", "...", " ."))
        )
    return text + rng.choice((".", "!", ".", " .", "..."))


def _comma(text: str, rng: Random, kept: set[str]) -> str:
    if text.count(",") == 1 and rng.random() < 0.6:
        return text.replace(",", "")
    return text.replace(", ", rng.choice((",", " , ")))


def _space(text: str, rng: Random, kept: set[str]) -> str:
    words = text.split(" ")
    if len(words) < 3:
        return text
    at = rng.randrange(len(words) - 1)
    return " ".join(words[: at + 1]) + "  " + " ".join(words[at + 1 :])


def _typo(text: str, rng: Random, kept: set[str]) -> str:
    spots = [
        match
        for match in re.finditer(r"[A-Za-z]{5,}(?![A-Za-z]|[-_]?\d)", text)
        if match[0].lower() not in kept and text[match.end() : match.end() + 1] not in ("-", "_")
    ]
    if not spots:
        return text
    match = rng.choice(spots)
    word = match[0]
    at = rng.randrange(1, len(word) - 1)
    match rng.randrange(4):
        case 0:  # two letters change places
            new = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        case 1:  # a letter is missing
            new = word[:at] + word[at + 1 :]
        case 2:  # a letter is doubled
            new = word[:at] + word[at] + word[at:]
        case _:  # a neighbouring key
            near = _NEIGHBOURS.get(word[at].lower(), word[at])
            new = word[:at] + rng.choice(near) + word[at + 1 :]
    if new.lower() in kept:
        return text
    return text[: match.start()] + new + text[match.end() :]


def _article(text: str, rng: Random, kept: set[str]) -> str:
    spots = list(re.finditer(r"\bthe ", text))
    if not spots:
        return text
    if rng.random() < 0.4:
        return re.sub(r"\bthe ", "", text)
    match = rng.choice(spots)
    return text[: match.start()] + text[match.end() :]


def _contract(text: str, rng: Random, kept: set[str]) -> str:
    for long, short in rng.sample(_SHORT, len(_SHORT)):
        if long in text:
            return text.replace(long, short, 1)
        if short in text:
            new = long if rng.random() < 0.5 else short.replace("'", "")
            return text.replace(short, new, 1)
    return text


def _shorthand(text: str, rng: Random, kept: set[str]) -> str:
    for long, short in rng.sample(_CHAT, len(_CHAT)):
        if long not in kept and re.search(rf"\b{long}\b", text):
            return re.sub(rf"\b{long}\b", short, text, count=1)
    return text


def _spell(text: str, rng: Random, kept: set[str]) -> str:
    pairs = british_american()
    words = [match for match in re.finditer(r"[A-Za-z]+", text) if match[0].lower() in pairs]
    words = [match for match in words if match[0].lower() not in kept]
    if not words:
        return _lower(text, rng, kept) if rng.random() < 0.3 else text
    match = rng.choice(words)
    new = pairs[match[0].lower()]
    new = new[:1].upper() + new[1:] if match[0][:1].isupper() else new
    return text[: match.start()] + new + text[match.end() :]


def _disturb_chinese(text: str, rng: Random) -> str:
    match rng.randrange(4):
        case 0:
            return text.rstrip("。！")
        case 1:
            return text.rstrip("。！") + rng.choice("。！")
        case 2:
            return text.replace("，", " " if rng.random() < 0.5 else ",")
        case _:
            return re.sub(
                r"(?<=[\u4e00-\u9fff]) ?([A-Za-z0-9_-]+) ?", rng.choice((r" \1 ", r"\1")), text
            )
