"""Made-up English wishes about all, none, some, two, only, either: shapes with quantifiers."""

from __future__ import annotations

import re
from random import Random

from planscript.runtime.goals.training import words
from planscript.runtime.goals.training.tell_en import (
    Teller,
    otherwise,
    plural_which,
)
from planscript.runtime.goals.training.wishes import (
    Said,
    distinct,
    literal,
)
from planscript.runtime.pddl.model import (
    And,
    Atom,
    Equals,
    Exists,
    ForAll,
    Formula,
    Imply,
    Not,
    Or,
    Parameter,
)


class Quantifying(Teller):
    """Shapes that quantify or choose."""

    def _restricted(
        self, kind: str, not_like: str, rng: Random
    ) -> tuple[str, str | None, Formula | None]:
        """A property to restrict the type by: (adjective, relative clause, formula)."""
        if rng.random() < 0.45:
            return "", None, None
        names = [
            name
            for name in self.facts
            if name != not_like
            and self.domain.compatible((kind,), self.domain.predicates[name].parameters[0].types)
            and self.domain.fits((kind,), self.domain.predicates[name].parameters[0].types)
        ]
        if not names:
            return "", None, None
        name = rng.choice(names)
        clause = self.speech.clauses[name]
        positive = rng.random() < 0.75
        fact = literal(name, ["?x"], positive)
        if clause.plain and positive and " " not in clause.rest and rng.random() < 0.6:
            return clause.rest + " ", None, fact
        which = clause.which(positive, False, rng)
        return ("", which, fact) if which is not None else ("", None, None)

    def _all(self, objects: set[str], rng: Random) -> Said | None:
        found = self._predicate(rng, lambda p: len(p.parameters) >= 1)
        if found is None:
            return None
        predicate, clause = found
        kind = self._kind(predicate.parameters[0].types, rng)
        rest = self._arguments(predicate.parameters[1:], objects, rng)
        if kind is None or rest is None or clause.subject != "{0}":
            return None
        adjective, which, fact = self._restricted(kind, predicate.name, rng)
        positive = self._positive(rng, 0.8)
        if fact is None:
            phrase, many = self.speech.every(kind, rng)
        elif rng.random() < 0.5:
            phrase = f"every {adjective}{self.speech.noun(kind, False)}"
            many = False
        else:
            phrase = f"all {adjective}{self.speech.noun(kind, True)}"
            many = True
        if which is not None:
            phrase += " " + (plural_which(which) if many else which)
        said = [phrase, *(self.speech.thing(name, rng) for name in rest)]
        if not positive:  # "not all" is another wish; a denied "every" must be an antonym
            turned, said_positive = otherwise(clause, False, rng, always=True)
            if not said_positive:
                return None
            text = turned.modal(True, many, rng).format(*said)
        else:
            text = self._demand(clause, said, True, many, rng)
        wish = literal(predicate.name, ["?x", *rest], positive)
        body = wish if fact is None else Imply(fact, wish)
        return text, ForAll((Parameter("?x", (kind,)),), body)

    def _all_but(self, objects: set[str], rng: Random) -> Said | None:
        found = self._predicate(rng, lambda p: len(p.parameters) >= 1)
        if found is None:
            return None
        predicate, clause = found
        kind = self._kind(predicate.parameters[0].types, rng, 3)
        rest = self._arguments(predicate.parameters[1:], objects, rng)
        if kind is None or rest is None or clause.subject != "{0}":
            return None
        options = self._objects((kind,), objects, rest)
        if len(options) < 3:
            return None
        spared = rng.sample(options, rng.choice((1, 1, 1, 2)))
        phrase, many = self.speech.every(kind, rng)
        but = rng.choice(("except", "but", "except for", "apart from", "other than", "bar"))
        named = self.speech.things(spared, rng)
        rests = [self.speech.thing(name, rng) for name in rest]
        if rng.random() < 0.6:
            text = self._demand(clause, [f"{phrase} {but} {named}", *rests], True, many, rng)
        else:
            text = self._demand(clause, [phrase, *rests], True, many, rng).rstrip("?!.")
            text += f"{rng.choice((',', ''))} {but} {named}"
        guards = [Not(Equals("?x", name)) for name in spared]
        guard: Formula = guards[0] if len(guards) == 1 else And(tuple(guards))
        wish = literal(predicate.name, ["?x", *rest], True)
        return text, ForAll((Parameter("?x", (kind,)),), Imply(guard, wish))

    def _none(self, objects: set[str], rng: Random) -> Said | None:
        found = self._predicate(rng, lambda p: len(p.parameters) >= 1)
        if found is None:
            return None
        predicate, clause = found
        kind = self._kind(predicate.parameters[0].types, rng)
        rest = self._arguments(predicate.parameters[1:], objects, rng)
        if kind is None or rest is None or clause.subject != "{0}":
            return None
        adjective, which, fact = self._restricted(kind, predicate.name, rng)
        if fact is None:
            phrase, _ = self.speech.none(kind, rng)
        else:
            phrase = f"no {adjective}{self.speech.noun(kind, False)}"
            phrase += f" {which}" if which else ""
        said = [phrase, *(self.speech.thing(name, rng) for name in rest)]
        if rng.random() < 0.5:
            text = clause.modal(True, False, rng, forbids=True).format(*said)
        else:
            frame = rng.choice(words.frames()["en", "that"])
            text = frame.format(clause.is_(True, False, rng)).format(*said)
        wish = literal(predicate.name, ["?x", *rest], False)
        body = wish if fact is None else Imply(fact, wish)
        return text, ForAll((Parameter("?x", (kind,)),), body)

    def _some(self, objects: set[str], rng: Random) -> Said | None:
        found = self._predicate(rng, lambda p: len(p.parameters) >= 1)
        if found is None:
            return None
        predicate, clause = found
        kind = self._kind(predicate.parameters[0].types, rng)
        rest = self._arguments(predicate.parameters[1:], objects, rng)
        if kind is None or rest is None or clause.subject != "{0}":
            return None
        adjective, which, fact = self._restricted(kind, predicate.name, rng)
        if fact is None:
            phrase = self.speech.some(kind, rng, plain=rng.random() < 0.3)
        else:
            noun = f"{adjective}{self.speech.noun(kind, False)}"
            article = rng.choice(("an" if noun[0] in "aeiou" else "a", "some", "at least one"))
            phrase = f"{article} {noun}" + (f" {which}" if which else "")
        said = [phrase, *(self.speech.thing(name, rng) for name in rest)]
        text = self._demand(clause, said, True, False, rng)
        wish = literal(predicate.name, ["?x", *rest], True)
        body = wish if fact is None else And((fact, wish))
        return text, Exists((Parameter("?x", (kind,)),), body)

    def _count(self, objects: set[str], rng: Random) -> Said | None:
        found = self._predicate(rng, lambda p: len(p.parameters) >= 1)
        if found is None:
            return None
        predicate, clause = found
        kind = self._kind(predicate.parameters[0].types, rng, 3)
        rest = self._arguments(predicate.parameters[1:], objects, rng)
        if kind is None or rest is None or clause.subject != "{0}" or kind in self.speech.people:
            return None
        number = rng.choice((2, 2, 2, 3))
        said = [self.speech.count(number, kind, rng), *(self.speech.thing(n, rng) for n in rest)]
        text = self._demand(clause, said, True, True, rng)
        variables = [Parameter(f"?{letter}", (kind,)) for letter in "xyz"[:number]]
        parts = [literal(predicate.name, [v.name, *rest], True) for v in variables]
        return text, distinct(variables, parts)

    def _either(self, objects: set[str], rng: Random) -> Said | None:
        found = self._predicate(rng, lambda p: len(p.parameters) >= 1)
        if found is None:
            return None
        predicate, clause = found
        args = self._arguments(predicate.parameters, objects, rng)
        if args is None:
            return None
        at = rng.randrange(len(args))
        options = self._objects(predicate.parameters[at].types, objects, args)
        if not options or (at == 0 and clause.subject != "{0}"):
            return None
        other = rng.choice(options)
        said = [self.speech.thing(name, rng) for name in args]
        pair = [args[at], other]
        either = self.speech.things(pair, rng, "or")
        said[at] = rng.choice(("either ", "")) + either
        text = self._demand(clause, said, True, False, rng)
        text += rng.choice(
            ("", "", "", ", I don't care which", ", doesn't matter which", ", your pick")
        )
        replaced = [[*args[:at], name, *args[at + 1 :]] for name in pair]
        return text, Or(tuple(literal(predicate.name, one, True) for one in replaced))

    def _neither(self, objects: set[str], rng: Random) -> Said | None:
        found = self._predicate(rng, lambda p: len(p.parameters) >= 1)
        if found is None:
            return None
        predicate, clause = found
        rest = self._arguments(predicate.parameters[1:], objects, rng)
        if rest is None or clause.subject != "{0}":
            return None
        options = self._objects(predicate.parameters[0].types, objects, rest)
        if len(options) < 2:
            return None
        pair = rng.sample(options, 2)
        one, other = (self.speech.thing(name, rng) for name in pair)
        said = [f"neither {one} nor {other}", *(self.speech.thing(name, rng) for name in rest)]
        text = clause.modal(True, False, rng, forbids=True).format(*said)
        return text, And(tuple(literal(predicate.name, [n, *rest], False) for n in pair))

    def _not_both(self, objects: set[str], rng: Random) -> Said | None:
        found = self._predicate(rng, lambda p: len(p.parameters) >= 1)
        if found is None:
            return None
        predicate, clause = found
        rest = self._arguments(predicate.parameters[1:], objects, rng)
        if rest is None or clause.subject != "{0}":
            return None
        options = self._objects(predicate.parameters[0].types, objects, rest)
        if len(options) < 2:
            return None
        pair = rng.sample(options, 2)
        named = self.speech.things(pair, rng)
        said = [named, *(self.speech.thing(name, rng) for name in rest)]
        verb, whole = "are", clause.is_(True, True, rng).format(*said)
        if clause.verb != "is":
            return None
        text = rng.choice(
            (
                f"not both {named} should be {clause.rest.format(*said)}",
                whole.replace(f" {verb} ", " must not both be ", 1),
                whole.replace(f" {verb} ", " can't both be ", 1),
                "don't let " + whole.replace(f" {verb} ", " both be ", 1),
            )
        )
        return text, Not(And(tuple(literal(predicate.name, [n, *rest], True) for n in pair)))

    def _only(self, objects: set[str], rng: Random) -> Said | None:
        found = self._predicate(rng, lambda p: len(p.parameters) >= 1)
        if found is None:
            return None
        predicate, clause = found
        kind = self._kind(predicate.parameters[0].types, rng, 3)
        rest = self._arguments(predicate.parameters[1:], objects, rng)
        if kind is None or rest is None or clause.subject != "{0}":
            return None
        options = self._objects((kind,), objects, rest)
        if not options:
            return None
        one = rng.choice(options)
        rests = [self.speech.thing(name, rng) for name in rest]
        named = self.speech.thing(one, rng)
        noun = self.speech.noun(kind, False)
        demand = clause.modal(True, False, rng).format(named, *rests)
        others = clause.modal(True, False, rng, forbids=True).format(f"no other {noun}", *rests)
        text = rng.choice((f"{demand}, and {others}", f"{demand} but {others}"))
        wish = [
            literal(predicate.name, [one, *rest], True),
            ForAll(
                (Parameter("?x", (kind,)),),
                Imply(Not(Equals("?x", one)), literal(predicate.name, ["?x", *rest], False)),
            ),
        ]
        return text, And(tuple(wish))

    def _if(self, objects: set[str], rng: Random) -> Said | None:
        one, other = self._predicate(rng), self._predicate(rng)
        if one is None or other is None or one[0].name == other[0].name:
            return None
        first = self._arguments(one[0].parameters, objects, rng)
        second = self._arguments(other[0].parameters, objects, rng)
        if first is None or second is None:
            return None
        signs = self._positive(rng), self._positive(rng)
        condition = self._statement(
            one[1], [self.speech.thing(n, rng) for n in first], signs[0], False, rng
        )
        clause, said_positive = otherwise(other[1], signs[1], rng)
        demand = clause.modal(said_positive, False, rng).format(
            *(self.speech.thing(n, rng) for n in second)
        )
        text = rng.choice(
            (f"if {condition}, {demand}", f"if {condition} then {demand}",
             f"{demand} if {condition}", f"in case {condition}, {demand}",
             f"should it be that {condition}, then {demand}")
        )  # fmt: skip
        return text, Imply(
            literal(one[0].name, first, signs[0]), literal(other[0].name, second, signs[1])
        )

    def _each_some(self, objects: set[str], rng: Random) -> Said | None:
        """ "every shelf needs a cup on it": one thing for each of several."""
        found = self._predicate(rng, lambda p: len(p.parameters) == 2)
        if found is None:
            return None
        predicate, clause = found
        if clause.subject != "{0}" or clause.verb != "is" or not clause.rest.endswith("{1}"):
            return None
        one = self._kind(predicate.parameters[0].types, rng, 2)
        each = self._kind(predicate.parameters[1].types, rng, 2)
        if one is None or each is None or one == each:
            return None
        there = clause.rest.replace("{1}", "").strip()
        if not re.fullmatch(
            r"(?:[a-z]+ )?(?:in|on|at|inside|on top of|in or on|under|next to)", there
        ):
            return None
        thing = self.speech.some(one, rng)
        place, _ = self.speech.every(each, rng)
        if place.startswith("all"):
            place = f"each {self.speech.noun(each, False)}"
        text = rng.choice(
            (
                f"{place} should have {thing} {there} it",
                f"{place} needs {thing} {there} it",
                f"{place} must have {thing} {there} it",
                f"there should be {thing} {there} {place}",
                f"{thing} {there} {place}, please",
            )
        )
        wish = Exists((Parameter("?y", (one,)),), Atom(predicate.name, ("?y", "?x")))
        return text, ForAll((Parameter("?x", (each,)),), wish)
