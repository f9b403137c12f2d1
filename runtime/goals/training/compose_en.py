"""Made-up wishes: a random formula over a schema, said from its glosses in one of many ways.

The shapes are those that people use: lists with a shared place, cross products, respectively,
everything, all but, at least one, two different ones, either/or, neither, only, if, and procedures
of which the last state counts.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

from planscript.runtime.goals.training import words
from planscript.runtime.goals.training.corpus import Row
from planscript.runtime.goals.training.phrases import Clause
from planscript.runtime.goals.training.quantify_en import Quantifying
from planscript.runtime.goals.training.tell_en import (
    again,
    around,
    finish,
    imperative,
    listed,
    otherwise,
)
from planscript.runtime.goals.training.wishes import (
    Deed,
    Said,
    clash,
    conjunction,
    distinct,
    literal,
)
from planscript.runtime.pddl.model import (
    And,
    Atom,
    ForAll,
    Formula,
    Parameter,
    Predicate,
)


class Composer(Quantifying):
    """Makes wishes in one world."""

    # ---------------------------------------------------------------- one wish

    def row(self, objects: set[str], rng: Random) -> Row | None:
        """A made-up English row over these objects; None where the dice found nothing to say."""
        if not self.wanted:
            return None
        makers: list[tuple[float, Callable[[set[str], Random], Said | None]]] = [
            (2.0, self._single),
            (2.5, self._deed),
            (1.5, self._deeds),
            (2.0, self._shared),
            (2.0, self._cross),
            (2.0, self._mapping),
            (1.5, self._long_list),
            (2.0, self._all),
            (1.2, self._all_but),
            (1.2, self._none),
            (1.5, self._some),
            (1.2, self._count),
            (1.2, self._either),
            (0.6, self._neither),
            (0.6, self._only),
            (0.6, self._if),
            (0.4, self._not_both),
            (1.2, self._procedure),
            (1.2, self._each_some),
            (1.0, self._it),
        ]
        maker = rng.choices([m for _, m in makers], [weight for weight, _ in makers])[0]
        said = maker(objects, rng)
        if said is None:
            return None
        text, goal = said
        return Row("en", finish(around(text, rng), rng), goal)

    def question(self, objects: set[str], rng: Random) -> str | None:
        """Something that is asked about this world and wants nothing done."""
        found = self._predicate(rng)
        if found is None:
            return None
        predicate, clause = found
        args = self._arguments(predicate.parameters, objects, rng)
        if args is None:
            return None
        said = [self.speech.thing(name, rng) for name in args]
        fact = clause.is_(True, False, rng).format(*said)
        asked = clause.asked(False).format(*said)
        options = [
            asked, asked, f"do you know whether {fact}?", f"why {asked}", f"since when {asked}",
            f"can you tell me if {fact}", f"who says that {fact}?", f"I wonder if {fact}",
        ]  # fmt: skip
        if args:
            options += [f"where is {said[0]}?", f"tell me more about {said[0]}"]
        kind = self._kind(predicate.parameters[0].types, rng) if predicate.parameters else None
        if kind is not None and clause.subject == "{0}":
            nouns = self.speech.noun(kind, True)
            rest = clause.is_(True, True, rng)[len("{0} ") :].format(*said)
            options += [f"which {nouns} {rest}?", f"how many {nouns} {rest}?"]
        return finish(rng.choice(options), rng)

    # ---------------------------------------------------------------- shapes

    def _single(self, objects: set[str], rng: Random) -> Said | None:
        found = self._predicate(rng)
        if found is None:
            return None
        predicate, clause = found
        args = self._arguments(predicate.parameters, objects, rng)
        if args is None:
            return None
        positive = self._positive(rng)
        said = [self.speech.thing(name, rng) for name in args]
        text = self._demand(clause, said, positive, False, rng)
        return text, literal(predicate.name, args, positive)

    def _do(self, deed: Deed, objects: set[str], rng: Random) -> tuple[str, list[str]] | None:
        """The imperative, and the arguments of its goal."""
        chosen: dict[str, str] = {}
        for name in (*(arg.lstrip("?") for arg in deed.atom.args), *deed.extra):
            options = self._objects(deed.types[name], objects, tuple(chosen.values()))
            if not options:
                return None
            chosen[name] = rng.choice(options)
        said = {name: self.speech.thing(thing, rng) for name, thing in chosen.items()}
        return deed.template.format(**said), [chosen[a.lstrip("?")] for a in deed.atom.args]

    def _deed(self, objects: set[str], rng: Random) -> Said | None:
        if not self.deeds:
            return None
        deed = rng.choice(self.deeds)
        if rng.random() < 0.3:
            return self._deed_all(deed, objects, rng)
        done = self._do(deed, objects, rng)
        if done is None:
            return None
        text = imperative(done[0], rng)
        return text, literal(deed.atom.name, done[1], deed.positive)

    def _deed_all(self, deed: Deed, objects: set[str], rng: Random) -> Said | None:
        """ "glaze all the cakes", "bake two loaves", "wash a cup"."""
        if deed.extra:
            return None
        names = [arg.lstrip("?") for arg in deed.atom.args]
        at = 0
        kind = self._kind(deed.types[names[at]], rng, 3)
        if kind is None:
            return None
        said: dict[str, str] = {}
        chosen: dict[str, str] = {}
        for name in names[1:]:
            options = self._objects(deed.types[name], objects, tuple(chosen.values()))
            if not options:
                return None
            chosen[name] = rng.choice(options)
            said[name] = self.speech.thing(chosen[name], rng)
        variables = [Parameter("?x", (kind,))]
        dice = rng.random()
        number = 1
        if dice < 0.4:
            said[names[at]] = self.speech.every(kind, rng)[0]
        elif dice < 0.75:
            said[names[at]] = self.speech.some(kind, rng)
        else:
            number = rng.choice((2, 2, 3))
            said[names[at]] = self.speech.count(number, kind, rng)
            variables = [Parameter(f"?{letter}", (kind,)) for letter in "xyz"[:number]]
        parts = [
            literal(deed.atom.name, [v.name, *(chosen[n] for n in names[1:])], deed.positive)
            for v in variables
        ]
        template = deed.template.replace(
            self.speech.noun(kind, False) + " {" + names[at] + "}", "{" + names[at] + "}"
        )
        text = imperative(template.format(**said), rng)
        if dice < 0.4:
            return text, ForAll(tuple(variables), parts[0])
        return text, distinct(variables, parts)

    def _deeds(self, objects: set[str], rng: Random) -> Said | None:
        """Two or three different imperatives."""
        if len(self.deeds) < 2:
            return None
        chosen = rng.sample(self.deeds, min(len(self.deeds), rng.choice((2, 2, 2, 3))))
        texts, parts = [], []
        for deed in chosen:
            done = self._do(deed, objects, rng)
            if done is None:
                return None
            texts.append(done[0])
            parts.append(literal(deed.atom.name, done[1], deed.positive))
        if clash(parts):
            return None
        head = ", ".join(texts[:-1])
        text = rng.choice(
            (
                f"{head} and {texts[-1]}", f"{head}, then {texts[-1]}", f"{head}, and {texts[-1]}",
                "; ".join(texts), f"{head} and then {texts[-1]}", f"{head} and also {texts[-1]}",
                f"first {head}, then {texts[-1]}",
                ". ".join(t[:1].upper() + t[1:] for t in texts),
                f"after you {head}, {texts[-1]}" if len(texts) == 2 else f"{head}, {texts[-1]}",
            )
        )  # fmt: skip
        return imperative(text, rng), conjunction(parts)

    def _it(self, objects: set[str], rng: Random) -> Said | None:
        """An imperative and a demand on the same thing: "... and make sure it is locked"."""
        if not self.deeds:
            return None
        deed = rng.choice(self.deeds)
        done = self._do(deed, objects, rng)
        if done is None or deed.extra:
            return None
        first = done[1][0]
        kind = self.world.objects[first].types
        found = self._predicate(
            rng,
            lambda p: (
                len(p.parameters) > 0
                and p.name != deed.atom.name
                and self.domain.fits(kind, p.parameters[0].types)
            ),
        )
        if found is None or kind[0] in self.speech.people:
            return None
        predicate, clause = found
        rest = self._arguments(predicate.parameters[1:], objects - {first}, rng)
        if rest is None:
            return None
        positive = self._positive(rng)
        pronoun = rng.choice(("it", "it", "it", "that one"))
        said = [pronoun, *(self.speech.thing(name, rng) for name in rest)]
        clause, turned = otherwise(clause, positive, rng)
        second = clause.is_(turned, False, rng).format(*said)
        joint = rng.choice(
            (
                "{0} and make sure {1}", "{0}, and make sure that {1}", "{0}. {2}",
                "{0} so that {1}", "{0}; {1} in the end", "{0} and see to it that {1}",
            )
        )  # fmt: skip
        text = joint.format(done[0], second, second[:1].upper() + second[1:])
        parts = [
            literal(deed.atom.name, done[1], deed.positive),
            literal(predicate.name, [first, *rest], positive),
        ]
        return None if clash(parts) else (imperative(text, rng), conjunction(parts))

    def _shared(self, objects: set[str], rng: Random) -> Said | None:
        """ "a, b and c should be on d"."""
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
        subjects = rng.sample(options, min(len(options), rng.choice((2, 2, 3, 3, 4))))
        positive = self._positive(rng, 0.85)
        subject = self.speech.things(subjects, rng)
        if len(subjects) == 2 and rng.random() < 0.25:
            subject = "both " + subject
        said = [subject, *(self.speech.thing(name, rng) for name in rest)]
        text = self._demand(clause, said, positive, True, rng)
        parts = [literal(predicate.name, [name, *rest], positive) for name in subjects]
        return text, conjunction(parts)

    def _cross(self, objects: set[str], rng: Random) -> Said | None:
        """ "a and b: p, q and on c" - several properties of one or more things."""
        first = self._predicate(rng, lambda p: len(p.parameters) >= 1)
        if first is None:
            return None
        kind = first[0].parameters[0].types
        chosen: list[tuple[Predicate, Clause]] = []
        for name in rng.sample(self.wanted, len(self.wanted)):
            predicate = self.domain.predicates[name]
            clause = self.speech.clauses[name]
            if not predicate.parameters or clause.subject != "{0}" or clause.bare(True) is None:
                continue
            if self.domain.fits(kind, predicate.parameters[0].types):
                chosen.append((predicate, clause))
        chosen = chosen[: rng.choice((2, 2, 3))]
        options = self._objects(kind, objects)
        if len(chosen) < 2 or not options:
            return None
        subjects = rng.sample(options, min(len(options), rng.choice((1, 2, 2, 3))))
        many = len(subjects) > 1
        phrases, parts = [], []
        for predicate, clause in chosen:
            rest = self._arguments(predicate.parameters[1:], objects - set(subjects), rng)
            if rest is None:
                return None
            positive = self._positive(rng, 0.85)
            turned, said_positive = otherwise(clause, positive, rng)
            bare = turned.bare(said_positive)
            if bare is None:
                return None
            said = ["", *(self.speech.thing(name, rng) for name in rest)]
            phrases.append(bare.format(*said).strip())
            parts += [literal(predicate.name, [name, *rest], positive) for name in subjects]
        listed = ", ".join(phrases[:-1]) + " and " + phrases[-1]
        subject = self.speech.things(subjects, rng)
        be = "are" if many else "is"
        all_be = [turned for turned in phrases if not turned.startswith(("with", "without"))]
        if len(all_be) < len(phrases):
            frames: tuple[str, ...] = ("{0}: {2}", "{0} - {2}")
        else:
            frames = (
                "{0}: {2}", "{0} should be {1}", "make sure {0} {3} {1}", "I want {0} {1}",
                "{0} must be {1}", "have {0} {1}", "{0}: {1}", "get {0} {1}", "{0} to be {1}",
                "I need {0} to be {1}", "please see that {0} {3} {1}",
            )  # fmt: skip
        if many and rng.random() < 0.2:
            subject = rng.choice(("both ", "all of: ")) + subject if len(subjects) == 2 else subject
            subject = subject.replace("all of: ", "")
        text = rng.choice(frames).format(subject, listed, ", ".join(phrases), be)
        return (text, conjunction(parts)) if not clash(parts) else None

    def _mapping(self, objects: set[str], rng: Random, most: int = 4) -> Said | None:
        """ "a on x, b on y and c on z", also "... respectively"."""
        found = self._predicate(rng, lambda p: len(p.parameters) == 2)
        if found is None:
            return None
        predicate, clause = found
        if clause.subject != "{0}" or "{1}" not in clause.rest:
            return None
        left = self._objects(predicate.parameters[0].types, objects)
        right = self._objects(predicate.parameters[1].types, objects)
        count = min(len(left), rng.randint(2, most))
        if count < 2 or not right:
            return None
        subjects = rng.sample(left, count)
        places = [name for name in right if name not in subjects]
        if not places:
            return None
        if len(places) >= count and rng.random() < 0.7:
            targets = rng.sample(places, count)
        else:
            targets = [rng.choice(places) for _ in subjects]
        parts = [
            literal(predicate.name, pair, True) for pair in zip(subjects, targets, strict=True)
        ]
        bare = clause.bare(True)
        if bare is None:
            bare = clause.is_(True, False, rng)
        style = rng.randrange(5)
        things = [self.speech.thing(name, rng) for name in subjects]
        goals = [self.speech.thing(name, rng) for name in targets]
        if style == 0 and clause.verb == "is" and len(set(targets)) == count:
            said = [", ".join(things[:-1]) + " and " + things[-1]]
            there = ", ".join(goals[:-1]) + " and " + goals[-1]
            text = clause.modal(True, True, rng).format(said[0], there)
            return text + rng.choice((" respectively", ", respectively", ", in that order")), And(
                tuple(parts)
            )
        if style == 1:
            whole = clause.is_(True, False, rng)
            pieces = [whole.format(a, b) for a, b in zip(things, goals, strict=True)]
            text = rng.choice(words.frames()["en", "that"]).format(listed(pieces, rng))
            return text, And(tuple(parts))
        if style == 2:
            pieces = [f"{a}: {b}" for a, b in zip(things, goals, strict=True)]
            rest = clause.rest.replace("{1}", "").strip(" ,")
            head = f"{rest} - " if clause.verb == "is" and rng.random() < 0.2 else ""
            if not head and self._rivals(predicate) > 0:
                pieces = [bare.format(a, b) for a, b in zip(things, goals, strict=True)]
            return head + rng.choice(("; ", ", ", ", ")).join(pieces), And(tuple(parts))
        pieces = [bare.format(a, b) for a, b in zip(things, goals, strict=True)]
        joined = listed(pieces, rng)
        if bare is not None and clause.verb == "is" and rng.random() < 0.3:
            joined = rng.choice(("I want ", "have ", "get ", "put ")) + joined
            if joined.startswith("put ") and not re.match(r"(?:in|on|at|inside)\b", clause.rest):
                joined = "have " + joined[4:]
        return joined, And(tuple(parts))

    def _rivals(self, predicate: Predicate) -> int:
        """How many other predicates would take the same pair of arguments."""
        wanted = predicate.parameters
        return sum(
            len(other.parameters) == len(wanted)
            and all(
                self.domain.compatible(a.types, b.types)
                for a, b in zip(wanted, other.parameters, strict=True)
            )
            for name, other in self.domain.predicates.items()
            if name != predicate.name and name in self.wanted
        )

    def _long_list(self, objects: set[str], rng: Random) -> Said | None:
        """Six to twelve atoms, as one writes them in a table."""
        parts: list[Formula] = []
        pieces: list[str] = []
        if rng.random() < 0.4:
            said = self._mapping(objects, rng, 10)
            if said is not None and isinstance(said[1], And) and len(said[1].parts) >= 4:
                return said
        for _ in range(rng.randint(4, 9)):
            found = self._predicate(rng, lambda p: len(p.parameters) >= 1)
            if found is None:
                return None
            predicate, clause = found
            args = self._arguments(predicate.parameters, objects, rng)
            if args is None:
                continue
            positive = self._positive(rng, 0.8)
            part = literal(predicate.name, args, positive)
            if part in parts or clash([*parts, part]):
                continue
            turned, said_positive = otherwise(clause, positive, rng)
            things = [self.speech.thing(name, rng) for name in args]
            bare = turned.bare(said_positive) if rng.random() < 0.5 else None
            pieces.append((bare or turned.is_(said_positive, False, rng)).format(*things))
            parts.append(part)
        if len(parts) < 3:
            return None
        style = rng.randrange(5)
        if style == 0:
            text = "- " + " - ".join(pieces)
        elif style == 1:
            text = "; ".join(pieces)
        elif style == 2:
            text = ". ".join(piece[:1].upper() + piece[1:] for piece in pieces) + "."
        else:
            text = listed(pieces, rng)
        lead = rng.choice(
            ("", "", "My goal is to have that ", "Your goal is to have the following: ",
             "I need this: ", "By tonight: ", "Goal: ", "Please make sure that ", "Checklist: ")
        )  # fmt: skip
        return lead + text, conjunction(parts)

    def _procedure(self, objects: set[str], rng: Random) -> Said | None:
        """A thing is taken to several places in turn; only the last one counts."""
        moves = [d for d in self.deeds if len(d.atom.args) == 2 and d.positive and not d.extra]
        moves = [d for d in moves if d.template.rstrip().endswith("{" + d.atom.args[1][1:] + "}")]
        if not moves:
            return None
        deed = rng.choice(moves)
        done = self._do(deed, objects, rng)
        if done is None:
            return None
        thing, place = done[1]
        options = self._objects(deed.types[deed.atom.args[1][1:]], objects, (thing, place))
        if not options:
            return None
        stops = rng.sample(options, min(len(options), rng.choice((1, 1, 2))))
        names = [arg[1:] for arg in deed.atom.args]
        said = deed.template.format(
            **{names[0]: self.speech.thing(thing, rng), names[1]: self.speech.thing(stops[0], rng)}
        )
        end = again(deed, names, "it", self.speech.thing(place, rng))
        way = "".join(
            f", then {again(deed, names, 'it', self.speech.thing(stop, rng))}" for stop in stops[1:]
        )
        text = rng.choice(
            (
                f"{said} first{way}, and finally {end}",
                f"first {said}{way}, after that {end} and leave it there",
                f"{said}{way}, then {end}",
                f"{said}{way}, but in the end {end}",
            )
        )
        if self.world.objects[thing].types[0] in self.speech.people:
            return None
        return imperative(text, rng), Atom(deed.atom.name, (thing, place))
