"""Texts that are not taken as goals: the kinds of doubt, and how each is told.

A doubt says what a script can catch (`GoalError` and its kinds) and carries the readings, the words
that found no symbol, and the names that an unknown object may have meant.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from planscript.lang.diagnostics import Diagnostic, PlanscriptError
from planscript.runtime.goals.lock import DoubtKind, Entry
from planscript.runtime.pddl.model import Atom, Domain, Formula, Parameter
from planscript.runtime.pddl.writer import write_formula


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to understand a text."""

    goal: Formula
    confidence: float


@dataclass(frozen=True, slots=True)
class Scope:
    """What a text is compiled against: a domain and the objects and facts of a world."""

    domain: Domain
    objects: Mapping[str, Parameter]
    init: frozenset[Atom]


class GoalDoubt(PlanscriptError):
    """A text that was not taken as a goal: it is none, or the model is not sure enough.

    `kind` names the GoalError that scripts catch; `readings` are the best candidates, best first;
    `unlinked` are the words of the text that found no symbol in the domain; `entry` is what a lock
    file records of it (None: nothing), and `locked` says that it was recorded there.
    """

    def __init__(
        self,
        kind: DoubtKind,
        diagnostic: Diagnostic,
        readings: Sequence[Reading] = (),
        unlinked: Sequence[str] = (),
        entry: Entry | None = None,
        locked: bool = False,
    ) -> None:
        super().__init__(diagnostic)
        self.kind = kind
        self.readings = tuple(readings)
        self.unlinked = tuple(unlinked)
        self.entry = entry
        self.locked = locked


def diagnose(
    kind: DoubtKind,
    text: str,
    readings: Sequence[Reading],
    unlinked: Sequence[str],
    scope: Scope,
    say: Callable[[Formula], str],
) -> Diagnostic:
    """What to tell of a doubt; `say` gives a goal in words."""
    label = text[:60]
    listed = ", ".join(f"“{word}”" for word in unlinked[:4])
    shown = "; ".join(
        f"{say(r.goal)} {write_formula(r.goal)} ({r.confidence:.2f})" for r in readings[:3]
    )
    match kind:
        case "Inexpressible":
            return Diagnostic(
                "E0804",
                f"nothing in the domain `{scope.domain.name}` says {listed}",
                label=label,
                hint="say it with the predicates and objects of the domain, or write a formula",
            )
        case "NotAGoal":
            return Diagnostic(
                "E0805",
                f"this text is no goal of the domain `{scope.domain.name}`",
                label=label,
                hint="say what is to be true in the end, or write a formula such as on(apple, table)",
            )
        case "UnknownObject":
            near = [name for said in unlinked for name in near_names(said, scope)]
            names = ", ".join(f"`{name}`" for name in dict.fromkeys(near))
            return Diagnostic(
                "E0807",
                f"the world has no {listed}",
                label=label,
                hint=f"there is {names}" if names else "name an object of the world",
            )
        case "Ambiguous":
            plainly = "say it more plainly, or write the formula"
            return Diagnostic(
                "E0806",
                "this text is not understood well enough to act on",
                label=label,
                hint=f"it might mean: {shown}; {plainly}" if shown else plainly,
            )


# ---------------------------------------------------------------- objects that are not there

_MOST_NEAR = 6
_ALIKE = 0.8  # share of letters (difflib's ratio) from which a word may be a name misspelt
# After these a word that nothing is called by is a thing; after others it may be a verb.
_BEFORE_THINGS = frozenset(
    """the a an my our your his her their this that these those both every each all any of in on into
    onto from at with near under behind beside inside""".split()
)


def unknown_objects(text: str, unlinked: Iterable[str], scope: Scope) -> list[str]:
    """The names in a text of objects that the world lacks, as they are written there.

    Two kinds are found: a number that is none of those by which the world tells such things apart
    ("parcel 9" where there are parcels 1 to 3), and a word that found no symbol, stands where a thing
    is named, and is almost an object's name ("the bannana").
    """
    return [*_wrong_numbers(text, scope), *_misspelt(text, unlinked, scope)]


def near_names(said: str, scope: Scope) -> list[str]:
    """The objects that `said` may have meant."""
    for stem, numbered in _numbered(scope).items():
        if re.fullmatch(_said_as(stem), said.lower()):
            wanted = int(re.findall(r"\d+", said)[-1])
            order = sorted(numbered, key=lambda number: (abs(number - wanted), number))
            return [numbered[number] for number in order[:_MOST_NEAR]]
    return [name for name in scope.objects if _alike(said, name)][:_MOST_NEAR]


def _wrong_numbers(text: str, scope: Scope) -> list[str]:
    low = text.lower()
    stems = _numbered(scope)
    whole = [_spread(name) for name in scope.objects]
    counted = [word for word in (*stems, *scope.domain.types) if len(word) > 2]
    found = []
    for stem, numbered in stems.items():
        for match in re.finditer(_said_as(stem), low):
            number = int(match["number"])
            said = f"{stem} {number}"
            if number in numbered or any((one + " ").startswith(said + " ") for one in whole):
                continue
            after = re.match(r"\s+([^\W\d_]+)", low[match.end() :])
            if after and any(after[1].startswith(other) for other in counted):
                continue  # "by truck 2 parcels": the number counts what follows
            found.append(text[match.start() : match.end()])
    return list(dict.fromkeys(found))


def _numbered(scope: Scope) -> dict[str, dict[int, str]]:
    """Words that stand before numbers -> the numbers and the objects that they tell apart.

    The words are what objects are called by ("parcel1": "parcel"), and names of types all of whose
    objects have numbers ("p1", "p2" of the type parcel: "parcel").
    """
    stems: dict[str, dict[int, str]] = {}
    of_type: dict[str, dict[int, str]] = {}
    mixed: set[str] = set()
    for name, parameter in scope.objects.items():
        match = re.fullmatch(r"([^\d]*[^\W\d_])[-_]?(\d+)", name)
        kind = _spread(parameter.types[0])
        if match is None or int(match[2]) in of_type.get(kind, {}):
            mixed.add(kind)
            continue
        stems.setdefault(_spread(match[1]), {})[int(match[2])] = name
        of_type.setdefault(kind, {})[int(match[2])] = name
    for kind, numbered in of_type.items():
        if kind not in mixed and kind != "object":
            stems.setdefault(kind, numbered)
    return stems


def _said_as(stem: str) -> str:
    """A pattern for the stem and a number after it; a stem of one or two letters touches its number."""
    words = r"[\s_-]+".join(map(re.escape, stem.split()))
    between = r"[\s_-]*(?:number |no\. ?|# ?)?" if len(stem) > 2 or not stem.isascii() else "[_-]?"
    return rf"(?<![a-z0-9_-]){words}{between}(?P<number>\d{{1,9}})(?![a-z0-9_%°个只件]|[.:/-]\d)"


def _misspelt(text: str, unlinked: Iterable[str], scope: Scope) -> list[str]:
    known = _vocabulary(scope)
    found = []
    for said in unlinked:
        low = said.lower()
        before = re.search(rf"([^\W\d_]+)\s+{re.escape(low)}\b", text.lower())
        if (
            len(low) >= 4
            and low.isalpha()
            and low.isascii()
            and before is not None
            and before[1] in _BEFORE_THINGS
            and low not in ("least", "most", "there")
            and not {low, low.removesuffix("s"), low.removesuffix("es")} & known
            and near_names(said, scope)
        ):
            found.append(said)
    return found


def _vocabulary(scope: Scope) -> set[str]:
    """Every word that stands in a name or a gloss of the domain, or in a name of the world."""
    domain = scope.domain
    said = [*domain.types, *scope.objects]
    for predicate in domain.predicates.values():
        said += [predicate.name, *predicate.gloss.values()]
    for action in domain.actions.values():
        said += [action.name, *action.gloss.values()]
    return {word for one in said for word in re.findall(r"[^\W\d_]+", one.lower())}


def _alike(said: str, name: str) -> bool:
    low = said.lower()
    whole = _spread(name)
    named = [one for one in (whole, *whole.split()) if one[:1] == low[:1]]
    return bool(get_close_matches(low, named, n=1, cutoff=_ALIKE))


def _spread(name: str) -> str:
    """A name as words: "fuel-tank2" -> "fuel tank 2"."""
    return " ".join(re.findall(r"[^\W\d_]+|\d+", name.lower()))
