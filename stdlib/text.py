"""Working with text: parts, padding, wrapping, searching, and how alike two texts are.

What one text can do by itself is also a method (`name.upper()`); here are functions to hand on,
and what goes beyond methods. Nothing here takes regular expressions: patterns are globs.
"""

from __future__ import annotations

import unicodedata
from typing import Any

from planscript.lang.diagnostics import display_width
from planscript.runtime.display import show
from planscript.runtime.errors import run_error
from planscript.runtime.library import Exports, want_items, want_text, want_whole
from planscript.runtime.operators import check_text

EXPORTS = Exports()

# ---------------------------------------------------------------- parts


@EXPORTS("split(text, separator=none, limit=none)")
def split(text: str, separator: str | None = None, limit: int | None = None) -> list[str]:
    """The parts of a text between separators, at most `limit` cuts; without one, between blanks.

    >>> split("a,b,,c", ",")
    ["a", "b", "", "c"]
    >>> split("  two   words ")
    ["two", "words"]
    >>> split("key=a=b", "=", 1)
    ["key", "a=b"]
    """
    want_text(text, "split")
    if separator is not None and want_text(separator, "split", "text as separator") == "":
        raise run_error("ValueError", "the separator is empty", hint="list(text) gives characters")
    return text.split(separator, -1 if limit is None else want_whole(limit, "split", 0))


@EXPORTS("join(items, separator='')")
def join(items: Any, separator: str = "") -> str:
    """The items as one text, with the separator between them. Items that are not text are shown.

    >>> join(["a", "b", "c"], ", ")
    a, b, c
    >>> join([1, 2, 3], "+")
    1+2+3
    """
    want_text(separator, "join", "text as separator")
    parts = [show(item) for item in want_items(items, "join")]
    check_text(sum(map(len, parts)) + len(separator) * len(parts))
    return separator.join(parts)


@EXPORTS("lines(text)")
def lines(text: str) -> list[str]:
    r"""The lines of a text, without their ends.

    >>> lines("one\ntwo\n")
    ["one", "two"]
    """
    return want_text(text, "lines").splitlines()


@EXPORTS("words(text)")
def words(text: str) -> list[str]:
    """The words of a text in order: runs of letters, digits and apostrophes; a Chinese or Japanese
    character is a word of its own.

    >>> words("Don't panic, it's 42!")
    ["Don't", "panic", "it's", "42"]
    >>> words("苹果 and 橙子")
    ["苹", "果", "and", "橙", "子"]
    """
    found = (token.strip("'’") for token in tokens(text))
    return [word for word in found if word and _is_word(word[0])]


@EXPORTS("tokens(text)")
def tokens(text: str) -> list[str]:
    """The words and signs of a text in order, blanks left out.

    >>> tokens("Stop! (now)")
    ["Stop", "!", "(", "now", ")"]
    """
    found: list[str] = []
    word = ""
    for c in want_text(text, "tokens"):
        if (_is_word(c) and not _is_ideograph(c)) or (word and c in "'’"):
            word += c
            continue
        if word:
            found.append(word)
            word = ""
        if not c.isspace():
            found.append(c)
    return [*found, word] if word else found


def _is_word(c: str) -> bool:
    return c.isalnum() or c == "_" or unicodedata.category(c) == "Mn"


def _is_ideograph(c: str) -> bool:
    return "\u3040" <= c <= "\u30ff" or "\u3400" <= c <= "\u9fff" or c >= "\U00020000"


@EXPORTS("between(text, start, end)")
def between(text: str, start: str, end: str) -> str | None:
    """What stands between the first `start` and the next `end`, or none.

    >>> between("order [A-17] shipped", "[", "]")
    A-17
    >>> print(between("order", "[", "]"))
    none
    """
    _, found, rest = want_text(text, "between").partition(_some(start, "between"))
    inner, closed, _ = rest.partition(_some(end, "between"))
    return inner if found and closed else None


def _some(text: Any, name: str) -> str:
    if want_text(text, name) == "":
        raise run_error("ValueError", f"{name}() takes text that is not empty")
    return str(text)


# ---------------------------------------------------------------- changing


@EXPORTS("replace(text, old, new, count=none)")
def replace(text: str, old: str, new: str, count: int | None = None) -> str:
    """The text with `old` replaced by `new`, all or the first `count` times.

    >>> replace("banana", "an", "o")
    booa
    >>> replace("banana", "a", "o", 1)
    bonana
    """
    want_text(text, "replace")
    times = text.count(_some(old, "replace"))
    if count is not None:
        times = min(times, want_whole(count, "replace", 0))
    check_text(len(text) + times * (len(want_text(new, "replace")) - len(old)))
    return text.replace(old, new, times)


@EXPORTS("upper(text)")
def upper(text: str) -> str:
    """The text in capital letters.

    >>> upper("straße")
    STRASSE
    """
    return want_text(text, "upper").upper()


@EXPORTS("lower(text)")
def lower(text: str) -> str:
    """The text in small letters.

    >>> lower("ÀB")
    àb
    """
    return want_text(text, "lower").lower()


@EXPORTS("title(text)")
def title(text: str) -> str:
    """The text with a capital letter at the start of each word.

    >>> title("the king's gambit")
    The King's Gambit
    """
    done: list[str] = []
    inside = False
    for c in want_text(text, "title"):
        done.append(c if inside else c.title())
        inside = c.isalnum() or (inside and c in "'’")
    return "".join(done)


@EXPORTS("capitalize(text)")
def capitalize(text: str) -> str:
    """The text with a capital letter at its start; the rest stays as it is.

    >>> capitalize("hello Ada")
    Hello Ada
    """
    return want_text(text, "capitalize")[:1].title() + text[1:]


@EXPORTS("strip(text, characters=none)")
def strip(text: str, characters: str | None = None) -> str:
    """The text without blanks (or the given characters) at both ends.

    >>> strip("  so  ")
    so
    >>> strip("--so--", "-")
    so
    """
    return want_text(text, "strip").strip(
        None if characters is None else want_text(characters, "strip")
    )


@EXPORTS("reverse(text)")
def reverse(text: str) -> str:
    """The text backwards; letters keep their accents.

    >>> reverse("stressed")
    desserts
    """
    clusters: list[str] = []
    for c in want_text(text, "reverse"):
        if clusters and unicodedata.combining(c):
            clusters[-1] += c
        else:
            clusters.append(c)
    return "".join(reversed(clusters))


@EXPORTS("normalize(text)")
def normalize(text: str) -> str:
    """The text in Unicode's composed form (NFC), so that equal-looking texts are equal.

    >>> normalize("e\\u0301") == "\\u00e9"
    true
    """
    return unicodedata.normalize("NFC", want_text(text, "normalize"))


@EXPORTS("without_accents(text)")
def without_accents(text: str) -> str:
    """The text with letters in place of accented letters.

    >>> without_accents("Çà et là, naïve")
    Ca et la, naive
    """
    apart = unicodedata.normalize("NFD", want_text(text, "without_accents"))
    kept = "".join(c for c in apart if unicodedata.category(c) != "Mn")
    return unicodedata.normalize("NFC", kept)


@EXPORTS("slug(text)")
def slug(text: str) -> str:
    """The words of a text in small letters, joined by hyphens, without accents: for file names.

    >>> slug("Crème brûlée, for two!")
    creme-brulee-for-two
    """
    return "-".join(words(without_accents(text).lower().replace("'", "")))


# ---------------------------------------------------------------- layout


@EXPORTS("pad_left(text, width, fill=' ')")
def pad_left(text: Any, width: int, fill: str = " ") -> str:
    """The text filled up on the left to a width on the terminal (Chinese characters take two).

    >>> pad_left("7", 3, "0")
    007
    """
    return _padding(text, width, fill, "pad_left") + show(text)


@EXPORTS("pad_right(text, width, fill=' ')")
def pad_right(text: Any, width: int, fill: str = " ") -> str:
    """The text filled up on the right to a width on the terminal.

    >>> pad_right("ab", 4, ".")
    ab..
    """
    return show(text) + _padding(text, width, fill, "pad_right")


@EXPORTS("center(text, width, fill=' ')")
def center(text: Any, width: int, fill: str = " ") -> str:
    """The text filled up on both sides to a width on the terminal.

    >>> center("mid", 9, "*")
    ***mid***
    """
    filling = _padding(text, width, fill, "center")
    half = len(filling) // 2
    return filling[:half] + show(text) + filling[half:]


def _padding(text: Any, width: int, fill: str, name: str) -> str:
    check_text(want_whole(width, name))
    if len(want_text(fill, name, "one character to fill with")) != 1:
        raise run_error("ValueError", f"{name}() fills with one character, not {fill!r}")
    return fill * ((width - display_width(show(text))) // max(1, display_width(fill)))


@EXPORTS("truncate(text, width, end='…')")
def truncate(text: str, width: int, end: str = "…") -> str:
    """The text cut to a width on the terminal, with `end` where something was cut off.

    >>> truncate("a long sentence", 8)
    a long …
    >>> truncate("short", 8)
    short
    """
    want_text(text, "truncate")
    want_whole(width, "truncate", 0)
    if display_width(text) <= width:
        return text
    room = width - display_width(want_text(end, "truncate"))
    kept = ""
    for c in text:
        room -= display_width(c)
        if room < 0:
            break
        kept += c
    return kept + end


@EXPORTS("wrap(text, width=80)")
def wrap(text: str, width: int = 80) -> list[str]:
    """The text in lines of at most a width on the terminal, broken between words.

    >>> wrap("the quick brown fox", 10)
    ["the quick", "brown fox"]
    >>> wrap("桌子上有苹果和橙子", 8)
    ["桌子上有", "苹果和橙", "子"]
    """
    want_whole(width, "wrap", 2)
    done: list[str] = []
    line = ""
    for word in want_text(text, "wrap").split():
        for piece in _breakable(word, width):
            glue = " " if line and piece is word else ""
            if line and display_width(line + glue + piece) > width:
                done.append(line)
                line = piece
            else:
                line += glue + piece
    return [*done, line] if line else done


def _breakable(word: str, width: int) -> list[str]:
    """A word whole, or in characters where it is Chinese, Japanese, or too wide for a line."""
    if display_width(word) <= width and not any(map(_is_ideograph, word)):
        return [word]
    return list(word)


@EXPORTS("indent(text, by='    ')")
def indent(text: str, by: str = "    ") -> str:
    r"""The text with `by` before each line that is not empty.

    >>> indent("a\nb", "> ")
    > a
    > b
    """
    want_text(by, "indent")
    rows = want_text(text, "indent").split("\n")
    check_text(len(text) + len(by) * len(rows))
    return "\n".join(by + row if row.strip() else row for row in rows)


@EXPORTS("dedent(text)")
def dedent(text: str) -> str:
    r"""The text without the blanks that all its lines begin with.

    >>> dedent("    a\n      b")
    a
      b
    """
    rows = want_text(text, "dedent").split("\n")
    margin = min((len(r) - len(r.lstrip()) for r in rows if r.strip()), default=0)
    return "\n".join(row[margin:] if row.strip() else "" for row in rows)


# ---------------------------------------------------------------- searching


@EXPORTS("find(text, part, start=0)")
def find(text: str, part: str, start: int = 0) -> int | None:
    """Where the part first stands in the text, at `start` or after; none where it does not.

    >>> find("banana", "na")
    2
    >>> print(find("banana", "x"))
    none
    """
    found = want_text(text, "find").find(want_text(part, "find"), want_whole(start, "find"))
    return None if found < 0 else found


@EXPORTS("find_all(text, part)")
def find_all(text: str, part: str) -> list[int]:
    """All places where the part stands in the text, overlapping ones too.

    >>> find_all("banana", "ana")
    [1, 3]
    """
    found: list[int] = []
    at = want_text(text, "find_all").find(_some(part, "find_all"))
    while at >= 0:
        found.append(at)
        at = text.find(part, at + 1)
    return found


@EXPORTS("count(text, part)")
def count(text: str, part: str) -> int:
    """How often the part stands in the text, without overlaps.

    >>> count("banana", "an")
    2
    """
    return want_text(text, "count").count(_some(part, "count"))


@EXPORTS("starts_with(text, *parts)")
def starts_with(text: str, *parts: str) -> bool:
    """Whether the text begins with one of the parts.

    >>> starts_with("planscript", "lan", "plan")
    true
    """
    return want_text(text, "starts_with").startswith(
        tuple(want_text(part, "starts_with") for part in parts)
    )


@EXPORTS("ends_with(text, *parts)")
def ends_with(text: str, *parts: str) -> bool:
    """Whether the text ends with one of the parts.

    >>> ends_with("photo.png", ".jpg", ".png")
    true
    """
    return want_text(text, "ends_with").endswith(
        tuple(want_text(part, "ends_with") for part in parts)
    )


@EXPORTS("is_blank(text)")
def is_blank(text: str) -> bool:
    """Whether the text is empty or only blanks.

    >>> is_blank(" ")
    true
    """
    return not want_text(text, "is_blank").strip()


@EXPORTS("glob(text, pattern)", cost="n m")
def glob(text: str, pattern: str) -> bool:
    """Whether the whole text fits a pattern: `*` stands for anything, `?` for one character.

    >>> glob("report-2024.txt", "report-*.txt")
    true
    >>> glob("cat", "c?")
    false
    """
    want_text(text, "glob")
    want_text(pattern, "glob")
    # Greedy, going back to the last star only: no more than len(text) * len(pattern) steps.
    at = place = 0
    star = mark = -1
    while at < len(text):
        if place < len(pattern) and pattern[place] == "*":
            star, mark = place, at
            place += 1
        elif place < len(pattern) and pattern[place] in (text[at], "?"):
            at += 1
            place += 1
        elif star >= 0:
            mark += 1
            at, place = mark, star + 1
        else:
            return False
    return pattern[place:].strip("*") == ""


# ---------------------------------------------------------------- likeness


@EXPORTS("distance(a, b)", cost="n m")
def distance(a: str, b: str) -> int:
    """How many characters to insert, delete or change to get from one text to the other
    (Levenshtein's distance).

    >>> distance("kitten", "sitting")
    3
    """
    if len(want_text(a, "distance")) * len(want_text(b, "distance")) > 400_000_000:
        raise run_error("ValueError", "the texts are too long to compare")
    if not a or not b:
        return len(a) + len(b)
    # Bit-parallel: Myers (1999) in the form of Hyyrö (2001), one integer for a column of the table.
    where: dict[str, int] = {}
    for i, c in enumerate(a):
        where[c] = where.get(c, 0) | 1 << i
    every, last = (1 << len(a)) - 1, 1 << len(a) - 1
    rises, falls, found = every, 0, len(a)
    for c in b:
        same = where.get(c, 0)
        diagonal = ((same & rises) + rises ^ rises) | same | falls
        up = falls | ~(diagonal | rises) & every
        down = rises & diagonal
        if up & last:
            found += 1
        elif down & last:
            found -= 1
        up = up << 1 | 1
        rises = (down << 1 | ~(diagonal | up)) & every
        falls = diagonal & up & every
    return found


@EXPORTS("similarity(a, b)", cost="n m")
def similarity(a: str, b: str) -> float:
    """How alike two texts are, from 0.0 to 1.0: the share of characters that need no change.

    >>> similarity("night", "nacht")
    0.6
    >>> similarity("same", "same")
    1.0
    """
    longer = max(len(want_text(a, "similarity")), len(want_text(b, "similarity")))
    return 1.0 if longer == 0 else 1.0 - distance(a, b) / longer


@EXPORTS("nearest(text, choices, least=0.6)", cost="n m k")
def nearest(text: str, choices: Any, least: float = 0.6) -> str | None:
    """The choice that is most like the text, or none where none is at least `least` alike.

    >>> nearest("recieve", ["receive", "deceive", "recipe"])
    receive
    >>> print(nearest("xyz", ["apple", "pear"]))
    none
    """
    want_text(text, "nearest")
    best: str | None = None
    for choice in want_items(choices, "nearest"):
        alike = similarity(text, want_text(choice, "nearest", "choices that are text"))
        if alike >= least and (best is None or alike > similarity(text, best)):
            best = choice
    return best
