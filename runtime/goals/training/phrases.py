"""English phrases for a schema: noun phrases for objects and types, clauses from glosses.

A gloss such as "{0} is on {1}" is taken apart into subject, verb and rest, so that it can be said
as a statement, a demand, a fragment or a relative clause, in singular and plural, and denied.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from random import Random

from planscript.runtime.goals.training import words
from planscript.runtime.goals.training.mentions import NUMBERS, forms, tokens
from planscript.runtime.goals.training.reword import is_people, plural
from planscript.runtime.goals.training.told import Told
from planscript.runtime.pddl.model import OBJECT, Predicate

_VERB = re.compile(
    r"(?<![{\w'])(is|are|has|have|was|contains|holds|belongs|stands|lies|sits|needs|knows|carries"
    r"|works|runs|lives|wears|hangs|rests|stays|shows|plays|owns|faces|covers|leads|waits|uses)\b"
)
_AFTER = re.compile(r"\} ([a-z]+s)\b")
_PARTICIPLE = re.compile(r"(?:been|[a-z]+ed|risen|left|gone|given|taken|done|had|met|won|lost)\b")
MODALS = ("should", "should", "must", "has to", "needs to", "ought to", "shall", "will")


@lru_cache(maxsize=4096)
def base(verb: str) -> str:
    """The infinitive of a third-person verb: is -> be, carries -> carry."""
    known = {"is": "be", "are": "be", "was": "be", "has": "have", "have": "have", "lies": "lie"}
    if verb in known:
        return known[verb]
    if verb.endswith("ies"):
        return verb[:-3] + "y"
    if verb.endswith(("ches", "shes", "sses", "xes", "oes")):
        return verb[:-2]
    return verb[:-1] if verb.endswith("s") else verb


@dataclass(frozen=True, slots=True)
class Clause:
    """`subject verb rest`, with `{0}`, `{1}` for the arguments in subject and rest."""

    subject: str
    verb: str
    rest: str
    many: bool = False  # the subject is plural: "the doors of {0}"

    @property
    def plain(self) -> bool:
        """Whether the clause is "{0} is <property>"."""
        return self.subject == "{0}" and self.verb == "is" and "{" not in self.rest

    def is_(self, positive: bool, many: bool, rng: Random) -> str:
        """A statement."""
        verb, rest = self.verb, self.rest
        many = many or self.many
        if verb == "is":
            verb = "are" if many else "is"
            short = f"{verb}n't"
            if positive:
                return f"{self.subject} {verb} {rest}"
            return f"{self.subject} {rng.choice((f'{verb} not', short, f'{verb} not'))} {rest}"
        if verb == "has" and _PARTICIPLE.match(rest):
            verb = "have" if many else "has"
            return f"{self.subject} {verb} {'' if positive else 'not '}{rest}"
        if positive:
            return f"{self.subject} {base(verb) if many else verb} {rest}"
        do = rng.choice(("do not", "don't") if many else ("does not", "doesn't"))
        return f"{self.subject} {do} {base(verb)} {rest}"

    def modal(self, positive: bool, many: bool, rng: Random, *, forbids: bool = False) -> str:
        """A demand: "{0} should be on {1}"; `forbids` where the subject is "no cup"."""
        modal = rng.choice(MODALS)
        if self.verb in ("needs", "has") or forbids:  # "no cup needs to be" forbids nothing
            modal = rng.choice(("should", "must", "should", "shall"))
        if forbids and rng.random() < 0.3:
            modal = rng.choice(("may", "can"))
        if not positive:
            modal = rng.choice(
                ("should not", "must not", "shouldn't", "mustn't", "may not", "can't")
            )
        elif many:
            modal = {"has to": "have to", "needs to": "need to"}.get(modal, modal)
        verb, rest = self._wanted()
        return f"{self.subject} {modal} {verb} {rest}"

    def to(self, positive: bool, rng: Random, *, short: bool = True) -> str:
        """After "I want": "{0} to be on {1}", or where `short` also "{0} on {1}"."""
        verb, rest = self._wanted()
        if short and positive and verb == "be" and rng.random() < 0.4:
            return f"{self.subject} {rest}"
        return f"{self.subject} {'' if positive else 'not '}to {verb} {rest}"

    def bare(self, positive: bool) -> str | None:
        """A fragment: "{0} on {1}"; None where the verb cannot be left out."""
        verb, rest = self._wanted()
        if verb == "be":
            return f"{self.subject} {'' if positive else 'not '}{rest}"
        if verb == "have" and _PARTICIPLE.match(rest):
            return f"{self.subject} {'' if positive else 'not '}{rest}"
        if verb == "have":
            return f"{self.subject} {'with' if positive else 'without'} {rest}"
        return None

    def asked(self, many: bool) -> str:
        """A question: "is {0} on {1}?", "does {0} hold {1}?"."""
        many = many or self.many
        if self.verb == "is":
            return f"{'are' if many else 'is'} {self.subject} {self.rest}?"
        if self.verb == "has" and _PARTICIPLE.match(self.rest):
            return f"{'have' if many else 'has'} {self.subject} {self.rest}?"
        return f"{'do' if many else 'does'} {self.subject} {base(self.verb)} {self.rest}?"

    def which(self, positive: bool, many: bool, rng: Random) -> str | None:
        """A relative clause: "that is on {1}"; None where the subject is not {0}."""
        if self.subject != "{0}":
            return None
        said = self.is_(positive, many, rng)[len("{0} ") :]
        return f"{rng.choice(('that', 'that', 'which'))} {said}"

    def _wanted(self) -> tuple[str, str]:
        """Verb and rest of the infinitive; "has been washed" is asked for as "be washed"."""
        if self.verb == "has" and self.rest.startswith("been "):
            return "be", self.rest[5:]
        return base(self.verb), self.rest


def parse_gloss(predicate: Predicate) -> Clause | None:
    """The clause of the predicate's English gloss; None where it has none that can be used."""
    gloss = predicate.gloss.get("en", "")
    for index, parameter in enumerate(predicate.parameters):
        gloss = gloss.replace("{" + parameter.name.lstrip("?") + "}", "{" + str(index) + "}")
    if any("{" + str(index) + "}" not in gloss for index in range(len(predicate.parameters))):
        return None
    match = _AFTER.search(gloss) or _VERB.search(gloss)
    known = _VERB.search(gloss)
    if known is not None and (match is None or known.start(1) <= match.start(1)):
        match = known
    if match is None or (predicate.parameters and "{" not in gloss[: match.start(1)]):
        return None
    verb = {"are": "is", "have": "has", "was": "is"}.get(match[1], match[1])
    many = match[1] in ("are", "have")
    clause = Clause(gloss[: match.start(1)].strip(), verb, gloss[match.end(1) :].strip(), many)
    if clause.rest.startswith(("not ", "no ", "never ")) or not clause.rest:
        return None  # a denied gloss cannot be denied again
    if verb in ("is", "has") and clause.rest.startswith("to "):
        return None
    return clause


class Speech:
    """Noun phrases of one world. `rng` decides between several ways to say the same."""

    def __init__(self, told: Told) -> None:
        self.told = told
        self.world = told.world

    @cached_property
    def clauses(self) -> dict[str, Clause]:
        """The clauses of the predicates that have one."""
        parsed = {name: parse_gloss(p) for name, p in self.world.domain.predicates.items()}
        return {name: clause for name, clause in parsed.items() if clause is not None}

    @cached_property
    def people(self) -> frozenset[str]:
        """The types whose objects are persons."""
        found = set()
        for kind in self.world.domain.types:
            names = [o.name for o in self.world.objects.values() if kind in o.types]
            noun = tokens(kind)[-1]
            if is_people(names, noun):
                found.add(kind)
        return frozenset(found)

    @cached_property
    def nouns(self) -> dict[str, str]:
        """Types that people here call by their name -> the noun."""
        text = " ".join(row.text.lower() for row in self.world.rows if row.lang == "en")
        said = set(re.findall(r"[a-z]+", text))
        found = {}
        for kind in self.world.domain.types:
            parts = [part.lower() for part in tokens(self.world.spelling.get(kind, kind))]
            last = parts[-1]
            if last.endswith("s") and not last.endswith("ss") and last not in words.nouns():
                continue  # "shears", "electronics"
            if (last in said or plural(last) in said or last in words.nouns()) and last.isalpha():
                found[kind] = " ".join(parts)
        found.pop(OBJECT, None)
        return found

    def thing(self, name: str, rng: Random, *, start: bool = False) -> str:
        """A noun phrase for an object: "the rye loaf", "oven 2", "Mrs Patel"."""
        written = self.world.spelling.get(name, name)
        known = forms(written)
        kind = self.world.objects[name].types[0]
        if kind in self.people or is_people([name], ""):
            return " ".join(w[:1].upper() + w[1:] for w in known["spaced"].split())
        dice = rng.random()
        if dice < 0.2 and (name[-1:].isdigit() or "-" not in written):
            return written
        if dice < 0.28 and "number" in known:
            return known["number"]
        if dice < 0.32 and "ordinal" in known:
            return "the " + known["ordinal"]
        spaced = known["spaced"]
        return spaced if name in self.told.bare or spaced.startswith("the ") else f"the {spaced}"

    def things(self, names: Sequence[str], rng: Random, last: str = "and") -> str:
        """ "a, b and c"."""
        said = [self.thing(name, rng) for name in names]
        if len(said) == 1:
            return said[0]
        comma = "," if len(said) > 2 and rng.random() < 0.4 else ""
        return ", ".join(said[:-1]) + f"{comma} {last} {said[-1]}"

    def noun(self, kind: str, many: bool) -> str:
        """The type's noun in singular or plural."""
        parts = self.nouns[kind].split()
        if many:
            parts[-1] = plural(parts[-1])
        return " ".join(parts)

    def every(self, kind: str, rng: Random) -> tuple[str, bool]:
        """ "every cup", "all the cups", and whether it is plural."""
        if kind in self.people and rng.random() < 0.3:
            return rng.choice(("everybody", "everyone")), False
        if rng.random() < 0.5:
            return (
                f"{rng.choice(('every', 'each', 'every single'))} {self.noun(kind, False)}",
                False,
            )
        return f"{rng.choice(('all', 'all the', 'all of the'))} {self.noun(kind, True)}", True

    def none(self, kind: str, rng: Random) -> tuple[str, bool]:
        """ "no cup", "none of the cups", and whether it is plural."""
        if kind in self.people and rng.random() < 0.3:
            return rng.choice(("nobody", "no one")), False
        return rng.choice(
            (
                (f"no {self.noun(kind, False)}", False),
                (f"none of the {self.noun(kind, True)}", False),
                (f"not a single {self.noun(kind, False)}", False),
            )
        )

    def some(self, kind: str, rng: Random, *, plain: bool = True) -> str:
        """ "at least one cup", "some cup"; where `plain` also "a cup"."""
        if kind in self.people and rng.random() < 0.3:
            return rng.choice(("somebody", "someone"))
        noun = self.noun(kind, False)
        plural_noun = self.noun(kind, True)
        article = "an" if noun[:1] in "aeiou" else "a"
        if plain and rng.random() < 0.5:
            return f"{article} {noun}"
        return rng.choice(
            (f"some {noun}", f"at least one {noun}", f"one {noun}", f"one of the {plural_noun}")
        )

    def count(self, number: int, kind: str, rng: Random) -> str:
        """ "two cups"."""
        digits = NUMBERS[number] if rng.random() < 0.75 else str(number)
        return rng.choice(
            (f"{digits} {{}}", f"at least {digits} {{}}", f"{digits} of the {{}}")
        ).format(self.noun(kind, True))
