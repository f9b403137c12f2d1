"""New names for the symbols of a domain: synonyms, opposites, converses, styles of spelling.

Only names change here, never a sentence: the point is that the same words must be linked to
whatever the symbol happens to be called.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from random import Random

from planscript.runtime.goals.training import words
from planscript.runtime.goals.training.mentions import tokens
from planscript.runtime.goals.training.rename import Change
from planscript.runtime.pddl.model import Domain, Parameter, Predicate

_LEGAL = re.compile(r"[a-z][a-z0-9_-]*")
_RESERVED = frozenset(
    ("and", "or", "not", "imply", "forall", "exists", "when", "object", "either", "increase")
)
_COPULA = re.compile(r"^\{(\w+)\} (?:is|are|has been|has|stands|lies|sits) (.*)$")
_AUXILIARY = frozenset(["is", "has", "been", "are", "was", "be"])
_SWITCHED = frozenset(
    ("turned", "switched", "powered", "light", "lights", "lamp", "music", "power", "heating")
)
_DULL = frozenset(("the", "a", "an", "its", "his", "her", "their", "now", "already"))


class Names:
    """Chooses names that collide with no other; `style` joins the words of a name."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.separator = rng.choice("--_")
        self.prefix_is = rng.random() < 0.15
        self.taken: set[str] = set(_RESERVED)

    def join(self, parts: list[str] | tuple[str, ...]) -> str:
        """The words as one lower-case name in this variant's style."""
        return self.separator.join(part.replace("-", self.separator) for part in parts).lower()

    def take(self, wanted: str, own: str) -> str:
        """`wanted` if it is legal and free, else the symbol's `own` name; it is taken from now on.

        All old names must be in `taken` from the start, so that nobody takes another's.
        """
        name = wanted if _LEGAL.fullmatch(wanted) and wanted not in self.taken else own
        self.taken.add(name)
        return name


def restyled(name: str, names: Names) -> str:
    """The name (as it was spelled) with its words joined in this variant's style."""
    parts = [part.lower() for part in tokens(name)]
    merged: list[str] = []
    for part in parts:  # "shelf2" stays one word
        if merged and part.isdigit() and names.separator not in merged[-1]:
            merged[-1] += part
        else:
            merged.append(part)
    return names.join(merged)


def new_predicate(
    predicate: Predicate, spelled: str, names: Names, *, may_turn: bool, strength: float
) -> Change:
    """A change of the predicate's name, now and then into its opposite or converse.

    `may_turn`: its opposite may take its place. `strength` in 0..1: how much is changed.
    """
    rng = names.rng
    parts = [part.lower() for part in tokens(spelled)]
    same = Change(names.join(parts))
    if rng.random() > strength:
        return _free(same, predicate, names)
    stem = [part for part in parts if part not in _AUXILIARY] or parts
    options: list[tuple[float, Callable[[], Change | None]]] = [
        (2.0, lambda: _state(stem, predicate, names, may_turn)),
        (2.0, lambda: _relation(stem, predicate, names)),
        (1.5, lambda: _from_gloss(predicate, names)),
        (0.4, lambda: _with_type(stem, predicate, names)),
        (0.4, lambda: _with_is(stem, names)),
        (0.4, lambda: Change(names.join(_short(stem)))),
    ]
    while options:
        weights = [weight for weight, _ in options]
        at = rng.choices(range(len(options)), weights)[0]
        change = options.pop(at)[1]()
        if change is not None:
            return _free(change, predicate, names)
    return _free(same, predicate, names)


def _free(change: Change, predicate: Predicate, names: Names) -> Change:
    name = names.take(change.name, predicate.name)
    return change if name == change.name else Change(name)


def _state(stem: list[str], predicate: Predicate, names: Names, may_turn: bool) -> Change | None:
    if len(predicate.parameters) > 1:
        return None
    rng = names.rng
    known = words.states()
    joined = "-".join(stem)
    for start in range(len(stem)):
        entry = known.get("-".join(stem[start:]))
        if entry is None:
            continue
        head = stem[:start]
        if head and stem[start] in ("on", "off") and head[-1] not in _SWITCHED:
            continue  # "locked-off" is not about a switch
        if may_turn and entry.other and rng.random() < 0.3:
            return Change(names.join([*head, rng.choice(entry.other)]), opposite=True)
        if entry.same:
            return Change(names.join([*head, rng.choice(entry.same)]))
        if start == 0 and joined in known:
            break
    if may_turn and len(stem) == 1 and rng.random() < 0.1:
        return Change(names.join(["not", *stem]), opposite=True)
    return None


def _relation(stem: list[str], predicate: Predicate, names: Names) -> Change | None:
    if len(predicate.parameters) != 2:
        return None
    rng = names.rng
    known = words.relations()
    for start in range(len(stem)):
        entry = known.get("-".join(stem[start:]))
        if entry is None:
            continue
        if start == 0 and entry.other and rng.random() < 0.35:
            return Change(names.join([rng.choice(entry.other)]), order=(1, 0))
        if entry.same:
            head = stem[:start] if rng.random() < 0.7 else []
            return Change(names.join([*head, rng.choice(entry.same)]))
    return None


def _from_gloss(predicate: Predicate, names: Names) -> Change | None:
    match = _COPULA.match(predicate.gloss.get("en", ""))
    if match is None or not predicate.parameters:
        return None
    order = re.findall(r"\{(\w+)\}", predicate.gloss["en"])
    if order != [parameter.name.lstrip("?") for parameter in predicate.parameters]:
        return None
    phrase = re.sub(r"\{\w+\}", " ", match[2])
    if match[0].split()[1] == "has" and not match[2].startswith("been"):
        phrase = "has " + phrase
    parts = [part for part in re.findall(r"[a-z]+", phrase.lower()) if part not in _DULL]
    if not 1 <= len(parts) <= 4 or words.listed("stop").issuperset(parts):
        return None
    return Change(names.join(parts))


def _with_type(stem: list[str], predicate: Predicate, names: Names) -> Change | None:
    """ "clean" of a plate -> "plate-clean"; "plate-clean" -> "clean"."""
    if not predicate.parameters:
        return None
    kind = [part.lower() for part in tokens(predicate.parameters[0].types[0])]
    if stem[: len(kind)] == kind and len(stem) > len(kind):
        return Change(names.join(stem[len(kind) :]))
    if kind == ["object"] or any(part in stem for part in kind):
        return None
    return Change(names.join([*kind, *stem]))


def _with_is(stem: list[str], names: Names) -> Change | None:
    """ "clean" -> "is-clean"; not where the name is a verb ("contains")."""
    return None if stem[0].endswith("s") else Change(names.join(["is", *stem]))


_ABBREVIATIONS = {
    "location": "loc", "package": "pkg", "position": "pos", "temperature": "temp", "number": "num",
    "connected": "conn", "maximum": "max", "information": "info", "department": "dept",
    "document": "doc", "machine": "mach", "vehicle": "veh", "container": "cont", "building": "bldg",
    "street": "st", "station": "stn", "warehouse": "wh", "object": "obj", "person": "pers",
    "authorised": "auth", "configured": "cfg", "inspected": "insp", "delivered": "deliv",
    "assigned": "asgn", "available": "avail", "received": "rcvd", "message": "msg",
    "administrator": "admin", "laboratory": "lab", "refrigerator": "fridge", "certificate": "cert",
    "photograph": "photo", "specimen": "spec", "medicine": "med", "quantity": "qty",
}  # fmt: skip


def _short(stem: list[str]) -> list[str]:
    return [_ABBREVIATIONS.get(part, part) for part in stem]


def new_noun(spelled: str, names: Names, strength: float) -> str:
    """A type's or object's name with its last noun turned into a synonym, or only restyled."""
    parts = [part.lower() for part in tokens(spelled)]
    rng = names.rng
    if rng.random() < strength:
        known = words.nouns()
        tail = [parts.pop()] if len(parts) > 1 and parts[-1].isdigit() else []
        for start in range(len(parts)):
            entry = known.get("-".join(parts[start:]))
            if entry and entry.same and (start == 0 or entry.kind != "place"):
                parts = [*parts[:start], rng.choice(entry.same)]
                break
        return restyled("-".join([*parts, *tail]), names)
    return restyled(spelled, names)


def spelled(name: str, spelling: Mapping[str, str]) -> str:
    """The name as its author wrote it."""
    return spelling.get(name, name)


def turnable(domain: Domain, objects: Mapping[str, Parameter]) -> frozenset[str]:
    """Predicates of at most one argument, whose opposite is a natural predicate too."""
    return frozenset(
        name
        for name, predicate in domain.predicates.items()
        if len(predicate.parameters) <= 1 and name not in domain.derived
    )
