"""English: how nouns, clauses and sentences are put together for `say.py`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

TRUE = "nothing is asked for"
FALSE = "something impossible is asked for"
NOTHING_TO_DO = "Nothing needs to be done."
IT: str | None = "it"

_PERSONS = {
    "person", "people", "human", "agent", "patient", "customer", "driver", "nurse", "doctor",
    "student", "teacher", "worker", "employee", "guest", "passenger", "user", "player", "child",
    "crew", "pilot", "staff", "member", "visitor", "client", "city", "town", "country",
}  # fmt: skip
_PREPOSITIONS = {
    "on", "in", "at", "under", "inside", "above", "below", "near", "behind", "beside", "next_to",
    "between", "outside", "over", "from", "with", "on_top_of", "left_of", "right_of", "in_front_of",
    "part_of", "member_of",
}  # fmt: skip
_VERB_S = re.compile(r"^(has|holds|contains|needs|wants|likes|knows|owns|carries|supports|uses)\b")
_BE = re.compile(r"(?<!\w)(is|are|was|were|can|must|will|has been|have been)(?!\w)")


def words(name: str) -> str:
    """A name as words: `alarm-clock` -> "alarm clock"."""
    return re.sub(r"[-_]+", " ", name).strip()


def noun(name: str, types: Sequence[str], ancestors: Mapping[str, frozenset[str]]) -> str:
    """An object: "the red mug"; identifiers and people's names stand without an article."""
    said = words(name)
    above = {a for t in types for a in ancestors.get(t, frozenset((t,)))}
    bare = any(c.isdigit() for c in name) or name[:1].isupper() or len(name) < 2
    if bare or above & _PERSONS or not name.isascii():
        return said
    return f"the {said}"


def either(kinds: Sequence[str]) -> str:
    return " or ".join(kinds)


def predicate(name: str, parameters: Sequence[str]) -> str:
    """A template for a predicate without a gloss."""
    holes = ["{" + p + "}" for p in parameters]
    key, said = name.lower().replace("-", "_"), words(name)
    if not holes:
        head, _, last = said.rpartition(" ")
        return f"the {head} is {last}" if head else f"it is {said}"
    if key.startswith(("is_", "has_", "can_")):
        verb = said
    elif key in _PREPOSITIONS or key.split("_")[0] in _PREPOSITIONS or len(holes) == 1:
        verb = f"is {said}"
    elif _VERB_S.match(said):
        verb = said
    elif key.endswith(("_at", "_in", "_on", "_to", "_by", "_for", "_from", "_of", "ed", "ing")):
        verb = f"is {said}"
    else:
        verb = said
    rest = " and ".join(holes[1:])
    return f"{holes[0]} {verb} {rest}".strip()


def action(name: str, parameters: Sequence[str]) -> str:
    """A template for an action without a gloss."""
    return " ".join([words(name), ", ".join("{" + p + "}" for p in parameters)]).strip()


def negate(template: str) -> str:
    """The clause denied."""
    found = _BE.search(template)
    if found:
        verb = "cannot" if found[1] == "can" else found[1].split(" ")[0] + " not"
        tail = template[found.start() + len(found[1].split(" ")[0]) :]
        return template[: found.start()] + verb + tail
    found = re.search(r"(?<!\w)has(?!\w)", template)
    if found:
        return template[: found.start()] + "does not have" + template[found.end() :]
    return "it is not so that " + template


def plural(template: str) -> str:
    """The clause with several things as its subject."""
    changed = re.sub(r"(\}\s+)is(?!\w)", r"\1are", template, count=1)
    return re.sub(r"(\}\s+)has(?!\w)", r"\1have", changed, count=1)


def enumerate_nouns(nouns: Sequence[str]) -> str:
    return listed(nouns, "and")


def listed(items: Sequence[str], word: str) -> str:
    """ "a, b and c"."""
    if len(items) < 2:
        return "".join(items)
    return ", ".join(items[:-1]) + f" {word} {items[-1]}"


def join_and(clauses: Sequence[str]) -> str:
    if len(clauses) < 3:
        return ", and ".join(clauses)
    return ", ".join(clauses[:-1]) + ", and " + clauses[-1]


def join_or(clauses: Sequence[str]) -> str:
    return "either " + ", or ".join(clauses) if len(clauses) > 1 else "".join(clauses)


def if_then(left: str, right: str) -> str:
    return f"if {left}, then {right}"


def never(clause: str) -> str:
    return f"it is not so that {clause}"


def same(left: str, right: str) -> str:
    return f"{left} is {right}"


def different(left: str, right: str) -> str:
    return f"{left} is not {right}"


def every(kind: str) -> str:
    return f"every {kind}"


def no(kind: str) -> str:
    return f"no {kind}"


def some(kind: str) -> str:
    return f"{article(kind)} {kind}"


def article(word: str) -> str:
    return "an" if word[:1].lower() in "aeiou" else "a"


def variable(kind: str, name: str, several: bool | int) -> str:
    return f"{kind} {name}" if several else f"that {kind}"


def typed(kind: str, named: str, universal: bool) -> str:
    if named.startswith("that "):
        return f"every {kind}" if universal else f"{article(kind)} {kind}"
    return named


def quantified(names: Sequence[str], said: str, universal: bool, distinct: bool) -> str:
    if universal:
        return (
            f"for {listed(names, 'and')}: {said}"
            if names[0].startswith("every")
            else (f"for all {listed(names, 'and')}: {said}")
        )
    different_words = " (all different)" if distinct and len(names) > 2 else ""
    if distinct and len(names) == 2:
        different_words = " (two different ones)"
    return f"for some {listed([_bare(n) for n in names], 'and')}{different_words}: {said}"


def _bare(name: str) -> str:
    return re.sub(r"^an? ", "", name)


def sentence(clause: str) -> str:
    return clause[:1].upper() + clause[1:] + "."


def sentences(clauses: Sequence[str]) -> str:
    return " ".join(sentence(c) for c in clauses)


def sequence(clauses: Sequence[str]) -> str:
    """Steps: "Pick up the apple from the shelf, then put it on the table." """
    parts = []
    for i in range(0, len(clauses), 4):
        chunk = ", then ".join(clauses[i : i + 4])
        parts.append(sentence(chunk if i == 0 else "then " + chunk))
    return " ".join(parts)
