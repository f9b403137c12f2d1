"""Chinese: how nouns, clauses and sentences are put together for `say.py`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

TRUE = "没有要求"
FALSE = "要求无法满足"
NOTHING_TO_DO = "什么都不用做。"
IT: str | None = None  # Chinese repeats the noun or drops it

_NEGATE = (
    (r"(?<!没)有", "没有"),
    ("已经?", "还没有"),
    ("正在|正", "没有"),
    ("是", "不是"),
    ("在", "不在"),
)
_PLACE = re.compile(r"^(在[^，。]{1,12}?[上下里中内外旁边])(.+)$")


def words(name: str) -> str:
    """A name as words: hyphens and underscores become spaces."""
    return re.sub(r"[-_]+", " ", name).strip()


def noun(name: str, types: Sequence[str], ancestors: Mapping[str, frozenset[str]]) -> str:
    return words(name)


def either(kinds: Sequence[str]) -> str:
    return "或".join(kinds)


def predicate(name: str, parameters: Sequence[str]) -> str:
    """A template for a predicate without a gloss: `on(a, b)` is said "a on b"."""
    holes = ["{" + p + "}" for p in parameters]
    if not holes:
        return f"“{words(name)}”成立"
    if len(holes) == 1:
        return f"{holes[0]}是{words(name)}"
    return f"{holes[0]} {words(name)} {'、'.join(holes[1:])}"


def action(name: str, parameters: Sequence[str]) -> str:
    return f"{words(name)} " + "、".join("{" + p + "}" for p in parameters)


def negate(template: str) -> str:
    """The clause denied: 不 or 没有 before the first verb outside the holes."""
    outside = re.split(r"(\{[^{}]*\})", template)
    for pattern, replacement in _NEGATE:
        for i, piece in enumerate(outside):
            if not piece.startswith("{") and re.search(pattern, piece):
                changed = re.sub(pattern, replacement, piece, count=1)
                return "".join([*outside[:i], changed, *outside[i + 1 :]])
    return "并非" + template


def plural(template: str) -> str:
    """The clause with several things as its subject: 都 before the verb."""
    return re.sub(r"^(\s*\{[^{}]*\})", r"\1都", template, count=1)


def enumerate_nouns(nouns: Sequence[str]) -> str:
    return listed(nouns, "和")


def listed(items: Sequence[str], word: str) -> str:
    if len(items) < 2:
        return "".join(items)
    return "、".join(items[:-1]) + word + items[-1]


def join_and(clauses: Sequence[str]) -> str:
    return "，并且".join(clauses) if len(clauses) < 3 else "，".join(clauses)


def join_or(clauses: Sequence[str]) -> str:
    return "，或者".join(clauses)


def if_then(left: str, right: str) -> str:
    return f"如果{left}，那么{right}"


def never(clause: str) -> str:
    return "并非" + clause


def same(left: str, right: str) -> str:
    return f"{left}就是{right}"


def different(left: str, right: str) -> str:
    return f"{left}不是{right}"


def every(kind: str) -> str:
    return f"每个{kind}"


def no(kind: str) -> str:
    return f"没有{kind}"


def some(kind: str) -> str:
    return f"某个{kind}"


def variable(kind: str, name: str, several: bool | int) -> str:
    return f"{kind}{name}" if several else f"这个{kind}"


def typed(kind: str, named: str, universal: bool) -> str:
    if named.startswith("这个"):
        return f"每个{kind}" if universal else f"某个{kind}"
    return named


def quantified(names: Sequence[str], said: str, universal: bool, distinct: bool) -> str:
    head = "对所有" if universal else "有"
    joined = listed([re.sub("^(每个|某个)", "", n) for n in names], "和")
    apart = "（各不相同）" if distinct else ""
    return f"{head}{joined}{apart}：{said}"


def sentence(clause: str) -> str:
    return clause + "。"


def sentences(clauses: Sequence[str]) -> str:
    return "".join(sentence(c) for c in clauses)


def sequence(clauses: Sequence[str]) -> str:
    """Steps: 在桌子上放一个苹果，然后放一个橙子。A place said twice in a row is said once."""
    said: list[str] = []
    place = ""
    for clause in clauses:
        found = _PLACE.match(clause)
        if found and found[1] == place:
            said.append(found[2])
        else:
            said.append(clause)
        place = found[1] if found else ""
    parts = ["，然后".join(said[i : i + 4]) for i in range(0, len(said), 4)]
    return "。接着".join(parts) + "。"
