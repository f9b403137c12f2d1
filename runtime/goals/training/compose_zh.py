"""Made-up Chinese wishes: the shapes of `compose_en.py`, said from Chinese glosses.

A gloss such as "{0}在{1}里" gives statements, demands ("要"), denials ("别让", "没有"), universal
wishes ("所有…都要") and lists; names stand as they are or in Chinese where the lexicon knows them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from random import Random

from planscript.runtime.goals.training import words
from planscript.runtime.goals.training.corpus import Row
from planscript.runtime.goals.training.mentions import tokens
from planscript.runtime.goals.training.told import Told
from planscript.runtime.goals.training.wishes import (
    Chooser,
    Deed,
    Said,
    clash,
    conjunction,
    deeds,
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
    Predicate,
)

DIGITS = "零一二三四五六七八九十"


@dataclass(frozen=True, slots=True)
class Clause:
    """A gloss over `{0}`, `{1}`; `rest` is what follows the subject, "" where {0} is not first."""

    text: str
    rest: str

    def wanted(self) -> str:
        """The clause without the mark of what is done already."""
        return _not_yet(self.text)

    def denied(self) -> str | None:
        """The clause denied; None where the gloss shows no place for it."""
        for old, new in (
            ("已经", "没有"), ("已", "没有"), ("是", "不是"), ("有", "没有"), ("}在", "}不在"),
            ("} 在", "} 不在"),
        ):  # fmt: skip
            if old in self.text:
                return re.sub("了$", "", self.text.replace(old, new, 1))
        return None


def _not_yet(text: str) -> str:
    return re.sub(r"已经|已(?!\w?是)|了(?=$|\{)", "", text)


def parse_gloss(predicate: Predicate) -> Clause | None:
    """The clause of the predicate's Chinese gloss; None where it has none."""
    gloss = predicate.gloss.get("zh", "")
    for index, parameter in enumerate(predicate.parameters):
        gloss = gloss.replace("{" + parameter.name.lstrip("?") + "}", "{" + str(index) + "}")
    gloss = re.sub(r"\s*(\{\d\})\s*", r"\1", gloss)
    if not gloss or any(f"{{{i}}}" not in gloss for i in range(len(predicate.parameters))):
        return None
    if re.search("未|尚|没|不", gloss):
        return None  # a denied gloss cannot be denied again
    rest = gloss[3:] if gloss.startswith("{0}") else ""
    return Clause(gloss, "" if rest.startswith("的") else rest)


@lru_cache(maxsize=8192)
def chinese(name: str) -> str | None:
    """A name word for word in Chinese ("oven2": 2号烤箱); None where a word is not known."""
    parts = [part.lower() for part in tokens(name)]
    number = parts.pop() if len(parts) > 1 and parts[-1].isdigit() else ""
    known = words.chinese()
    said = [known[part][0] for part in parts if part in known]
    if not parts or len(said) < len(parts):
        return None
    return (f"{number}号" if number else "") + "".join(said)


def one(noun: str, number: str = "一") -> str:
    """ "一张票": the noun with a number (or "每") and its measure word."""
    for end, measure in words.measures():
        if noun.endswith(end):
            return f"{number}{measure}{noun}"
    return f"{number}个{noun}"


class Composer(Chooser):
    """Makes Chinese wishes in one world."""

    def __init__(self, told: Told) -> None:
        super().__init__(told)
        domain = self.domain
        parsed = {name: parse_gloss(p) for name, p in domain.predicates.items()}
        self.clauses = {name: clause for name, clause in parsed.items() if clause is not None}
        self.wanted = [n for n in self.clauses if n in domain.changed]
        found = deeds(tuple(domain.actions.values()), "zh")
        self.deeds = [deed for deed in found if len(deed.extra) <= 1]
        self.nouns = {}
        for kind in domain.types:
            noun = chinese(self.world.spelling.get(kind, kind))
            if noun is not None:
                self.nouns[kind] = noun

    def row(self, objects: set[str], rng: Random) -> Row | None:
        """A made-up row over these objects; None where the dice found nothing to say."""
        if not self.wanted:
            return None
        makers: list[tuple[float, Callable[[set[str], Random], Said | None]]] = [
            (3.0, self._single), (3.0, self._deed), (2.0, self._deeds), (2.0, self._shared),
            (2.0, self._mapping), (1.5, self._list), (2.5, self._all), (1.2, self._none),
            (1.5, self._some), (1.2, self._count), (1.2, self._either), (0.6, self._if),
            (0.8, self._each_some), (0.5, self._only), (1.0, self._properties),
        ]  # fmt: skip
        maker = rng.choices([m for _, m in makers], [weight for weight, _ in makers])[0]
        said = maker(objects, rng)
        if said is None:
            return None
        text, goal = said
        return Row("zh", self._around(text, rng), goal)

    # ---------------------------------------------------------------- words

    def _thing(self, name: str, rng: Random) -> str:
        written = self.world.spelling.get(name, name)
        said = chinese(written)
        if said is not None and rng.random() < 0.5:
            return said
        return written if rng.random() < 0.8 else " ".join(tokens(written))

    def _things(self, names: Sequence[str], rng: Random, last: str = "和") -> str:
        said = [self._thing(name, rng) for name in names]
        if len(said) == 1:
            return said[0]
        if len(said) > 2 and rng.random() < 0.4 and last == "和":
            return "、".join(said)
        return "、".join(said[:-1]) + last + said[-1]

    def _noun(self, types: tuple[str, ...], rng: Random, least: int = 2) -> tuple[str, str] | None:
        options = [
            (kind, noun)
            for kind, noun in self.nouns.items()
            if any(self.domain.is_subtype(kind, above) for above in types)
            and (len(self.by_type[kind]) >= least or not self.world.objects)
        ]
        return rng.choice(options) if options else None

    def _clause(
        self, rng: Random, fits: Callable[[Predicate], bool] | None = None
    ) -> tuple[Predicate, Clause] | None:
        found = [name for name in self.wanted if fits is None or fits(self.domain.predicates[name])]
        if not found:
            return None
        name = rng.choice(found)
        return self.domain.predicates[name], self.clauses[name]

    def _about(self, rng: Random) -> tuple[Predicate, Clause] | None:
        """A clause that begins with its subject."""
        return self._clause(
            rng, lambda p: len(p.parameters) > 0 and bool(self.clauses[p.name].rest)
        )

    def _framed(self, kind: str, text: str, rng: Random) -> str:
        return rng.choice(words.frames()["zh", kind]).replace("{}", text)

    def _around(self, text: str, rng: Random) -> str:
        frames = words.frames()
        dice = rng.random()
        if dice < 0.08:
            text = rng.choice(frames["zh", "before"]) + text
        elif dice < 0.15:
            text = text.rstrip("。？！") + rng.choice(frames["zh", "after"])
        if rng.random() < 0.4 and text[-1] not in "。？！":
            text += "。"
        return text

    def question(self, objects: set[str], rng: Random) -> str | None:
        """Something that is asked about this world and wants nothing done."""
        found = self._clause(rng)
        if found is None:
            return None
        predicate, clause = found
        args = self._arguments(predicate.parameters, objects, rng)
        if args is None:
            return None
        said = [self._thing(name, rng) for name in args]
        fact = clause.text.format(*said)
        options = [
            f"{fact}吗？",
            f"{fact}吗",
            f"为什么{fact}？",
            f"你知道{fact}吗？",
            f"是谁说{fact}的？",
        ]
        if args:
            options += [f"{said[0]}在哪儿？", f"{said[0]}怎么样了？"]
        noun = self._noun(predicate.parameters[0].types, rng) if args else None
        if noun is not None and clause.rest:
            rest = clause.rest.format(*said)
            options += [f"哪些{noun[1]}{rest}？", f"有多少{noun[1]}{rest}？"]
        return rng.choice(options)

    # ---------------------------------------------------------------- shapes

    def _single(self, objects: set[str], rng: Random) -> Said | None:
        found = self._clause(rng)
        if found is None:
            return None
        predicate, clause = found
        args = self._arguments(predicate.parameters, objects, rng)
        if args is None:
            return None
        said = [self._thing(name, rng) for name in args]
        if rng.random() < 0.75:
            return self._demand(clause, said, rng), literal(predicate.name, args, True)
        return self._forbid(clause, said, rng), literal(predicate.name, args, False)

    def _demand(self, clause: Clause, said: Sequence[str], rng: Random) -> str:
        dice = rng.random()
        if dice < 0.3 and clause.rest:
            text = said[0] + rng.choice(("要", "必须", "应该", "得")) + _not_yet(clause.rest)
            return text.format(*said)
        if dice < 0.5:
            return rng.choice(("让{}", "请让{}", "{}")).format(clause.wanted().format(*said))
        return self._framed("that", clause.text.format(*said), rng)

    def _forbid(self, clause: Clause, said: Sequence[str], rng: Random) -> str:
        denied = clause.denied()
        if denied is not None and rng.random() < 0.5:
            return self._framed("that", denied.format(*said), rng)
        if clause.rest and rng.random() < 0.5:
            ban = rng.choice(("不要", "不能", "别", "不许", "不应该"))
            return (said[0] + ban + _not_yet(clause.rest)).format(*said)
        head = rng.choice(("别让", "不要让", "不能让", "千万别让"))
        return head + clause.wanted().format(*said)

    def _do(self, deed: Deed, objects: set[str], rng: Random) -> tuple[str, list[str]] | None:
        chosen: dict[str, str] = {}
        for name in (*(arg.lstrip("?") for arg in deed.atom.args), *deed.extra):
            options = self._objects(deed.types[name], objects, tuple(chosen.values()))
            if not options:
                return None
            chosen[name] = rng.choice(options)
        said = {name: self._thing(thing, rng) for name, thing in chosen.items()}
        return deed.template.format(**said), [chosen[a.lstrip("?")] for a in deed.atom.args]

    def _deed(self, objects: set[str], rng: Random) -> Said | None:
        if not self.deeds:
            return None
        deed = rng.choice(self.deeds)
        done = self._do(deed, objects, rng)
        if done is None:
            return None
        return self._framed("imp", done[0], rng), literal(deed.atom.name, done[1], deed.positive)

    def _deeds(self, objects: set[str], rng: Random) -> Said | None:
        if len(self.deeds) < 2:
            return None
        texts, parts = [], []
        for deed in rng.sample(self.deeds, min(len(self.deeds), rng.choice((2, 2, 3)))):
            done = self._do(deed, objects, rng)
            if done is None:
                return None
            texts.append(done[0])
            parts.append(literal(deed.atom.name, done[1], deed.positive))
        if clash(parts):
            return None
        if len(texts) == 2:
            text = rng.choice(
                ("先{0}，再{1}", "{0}，然后{1}", "{0}，{1}", "{0}，并且{1}", "{0}，顺便{1}")
            )
            text = text.format(*texts)
        else:
            text = rng.choice(
                ("先{0}，再{1}，最后{2}", "{0}，{1}，{2}", "{0}，{1}，还要{2}")
            ).format(*texts)
        return text, conjunction(parts)

    def _shared(self, objects: set[str], rng: Random) -> Said | None:
        found = self._about(rng)
        if found is None:
            return None
        predicate, clause = found
        rest = self._arguments(predicate.parameters[1:], objects, rng)
        if rest is None:
            return None
        options = self._objects(predicate.parameters[0].types, objects, rest)
        if len(options) < 2:
            return None
        subjects = rng.sample(options, min(len(options), rng.choice((2, 2, 3, 4))))
        positive = rng.random() < 0.85
        named = self._things(subjects, rng)
        verb = ("都要", "都", "都得", "都必须") if positive else ("都不要", "都别", "都不能")
        said = ["", *(self._thing(name, rng) for name in rest)]
        text = named + rng.choice(verb) + _not_yet(clause.rest).format(*said)
        parts = [literal(predicate.name, [name, *rest], positive) for name in subjects]
        return text, conjunction(parts)

    def _mapping(self, objects: set[str], rng: Random) -> Said | None:
        found = self._clause(
            rng, lambda p: len(p.parameters) == 2 and bool(self.clauses[p.name].rest)
        )
        if found is None:
            return None
        predicate, clause = found
        left = self._objects(predicate.parameters[0].types, objects)
        count = min(len(left), rng.choice((2, 2, 3, 3, 4, 5, 6)))
        if count < 2:
            return None
        subjects = rng.sample(left, count)
        right = self._objects(predicate.parameters[1].types, objects, subjects)
        if not right:
            return None
        targets = (
            rng.sample(right, count)
            if len(right) >= count and rng.random() < 0.6
            else [rng.choice(right) for _ in subjects]
        )
        pairs = list(zip(subjects, targets, strict=True))
        parts = tuple(literal(predicate.name, pair, True) for pair in pairs)
        if len(set(targets)) == count and rng.random() < 0.3:
            rest = _not_yet(clause.rest).format("", "、".join(self._thing(t, rng) for t in targets))
            return "、".join(self._thing(s, rng) for s in subjects) + "分别" + rest, And(parts)
        said = [clause.wanted().format(self._thing(a, rng), self._thing(b, rng)) for a, b in pairs]
        text = rng.choice(("，", "，", "；")).join(said)
        return rng.choice(("", "", "我的目标：", "要求：", "请确保")) + text, And(parts)

    def _list(self, objects: set[str], rng: Random) -> Said | None:
        parts: list[Formula] = []
        said: list[str] = []
        for _ in range(rng.randint(3, 7)):
            found = self._clause(rng, lambda p: len(p.parameters) > 0)
            if found is None:
                return None
            predicate, clause = found
            args = self._arguments(predicate.parameters, objects, rng)
            if args is None:
                continue
            denied = clause.denied()
            positive = denied is None or rng.random() < 0.75
            part = literal(predicate.name, args, positive)
            if part in parts or clash([*parts, part]):
                continue
            text = clause.wanted() if positive or denied is None else denied
            said.append(text.format(*(self._thing(name, rng) for name in args)))
            parts.append(part)
        if len(parts) < 2:
            return None
        lead = rng.choice(("", "", "我的目标：", "目标是：", "需要做到：", "请确保", "要求："))
        return lead + rng.choice(("，", "，", "；")).join(said), conjunction(parts)

    def _properties(self, objects: set[str], rng: Random) -> Said | None:
        """Several properties of one or two things."""
        first = self._about(rng)
        if first is None:
            return None
        kind = first[0].parameters[0].types
        options = self._objects(kind, objects)
        if not options:
            return None
        subjects = rng.sample(options, min(len(options), rng.choice((1, 2, 2))))
        phrases: list[str] = []
        parts: list[Formula] = []
        for name in rng.sample(self.wanted, len(self.wanted)):
            predicate, clause = self.domain.predicates[name], self.clauses[name]
            if not predicate.parameters or not clause.rest or len(phrases) > 2:
                continue
            if not self.domain.fits(kind, predicate.parameters[0].types):
                continue
            rest = self._arguments(predicate.parameters[1:], objects - set(subjects), rng)
            if rest is None:
                return None
            said = ["", *(self._thing(one, rng) for one in rest)]
            phrases.append(_not_yet(clause.rest).format(*said))
            parts += [literal(name, [subject, *rest], True) for subject in subjects]
        if len(phrases) < 2:
            return None
        named = self._things(subjects, rng)
        both = "都" if len(subjects) > 1 else ""
        text = f"{named}{both}要{phrases[0]}"
        text += "".join(f"，{rng.choice(('还要', '并且要', '要'))}{p}" for p in phrases[1:])
        return text, conjunction(parts)

    def _all(self, objects: set[str], rng: Random) -> Said | None:
        found = self._about(rng)
        if found is None:
            return None
        predicate, clause = found
        noun = self._noun(predicate.parameters[0].types, rng)
        rest = self._arguments(predicate.parameters[1:], objects, rng)
        if noun is None or rest is None:
            return None
        said = ["", *(self._thing(name, rng) for name in rest)]
        tail = rng.choice(("都要", "都", "都得", "都必须")) + _not_yet(clause.rest).format(*said)
        wish = literal(predicate.name, ["?x", *rest], True)
        variable = (Parameter("?x", (noun[0],)),)
        options = self._objects((noun[0],), objects, rest)
        if len(options) > 2 and rng.random() < 0.35:
            spared = rng.choice(options)
            named = self._thing(spared, rng)
            head = rng.choice(
                (
                    f"除了{named}，其他{noun[1]}",
                    f"除{named}外，所有{noun[1]}",
                    f"除了{named}以外的{noun[1]}",
                )
            )
            return head + tail, ForAll(variable, Imply(Not(Equals("?x", spared)), wish))
        head = rng.choice(
            (f"所有{noun[1]}", f"所有的{noun[1]}", one(noun[1], "每"), f"全部{noun[1]}")
        )
        return head + tail, ForAll(variable, wish)

    def _none(self, objects: set[str], rng: Random) -> Said | None:
        found = self._about(rng)
        if found is None:
            return None
        predicate, clause = found
        noun = self._noun(predicate.parameters[0].types, rng)
        rest = self._arguments(predicate.parameters[1:], objects, rng)
        if noun is None or rest is None:
            return None
        said = ["", *(self._thing(name, rng) for name in rest)]
        tail = _not_yet(clause.rest).format(*said)
        text = rng.choice(
            (
                f"任何{noun[1]}都不能{tail}",
                f"所有{noun[1]}都不要{tail}",
                f"不能有{noun[1]}{tail}",
                f"别让任何{noun[1]}{tail}",
            )
        )
        wish = literal(predicate.name, ["?x", *rest], False)
        return text, ForAll((Parameter("?x", (noun[0],)),), wish)

    def _some(self, objects: set[str], rng: Random) -> Said | None:
        found = self._about(rng)
        if found is None:
            return None
        predicate, clause = found
        noun = self._noun(predicate.parameters[0].types, rng)
        rest = self._arguments(predicate.parameters[1:], objects, rng)
        if noun is None or rest is None:
            return None
        said = ["", *(self._thing(name, rng) for name in rest)]
        tail = _not_yet(clause.rest).format(*said)
        a = one(noun[1])
        text = rng.choice(
            (f"至少有{a}{tail}", f"要有{a}{tail}", f"至少{a}要{tail}", f"让{a}{tail}",
             f"随便哪个{noun[1]}{tail}都行")
        )  # fmt: skip
        wish = literal(predicate.name, ["?x", *rest], True)
        return text, Exists((Parameter("?x", (noun[0],)),), wish)

    def _count(self, objects: set[str], rng: Random) -> Said | None:
        found = self._about(rng)
        if found is None:
            return None
        predicate, clause = found
        noun = self._noun(predicate.parameters[0].types, rng, 3)
        rest = self._arguments(predicate.parameters[1:], objects, rng)
        if noun is None or rest is None:
            return None
        number = rng.choice((2, 2, 3))
        digits = rng.choice(("两" if number == 2 else DIGITS[number], str(number)))
        several = one(noun[1], digits)
        said = ["", *(self._thing(name, rng) for name in rest)]
        tail = _not_yet(clause.rest).format(*said)
        text = rng.choice((f"让{several}{tail}", f"至少{several}要{tail}", f"要有{several}{tail}"))
        variables = [Parameter(f"?{letter}", (noun[0],)) for letter in "xyz"[:number]]
        parts = [literal(predicate.name, [v.name, *rest], True) for v in variables]
        return text, distinct(variables, parts)

    def _either(self, objects: set[str], rng: Random) -> Said | None:
        found = self._clause(rng, lambda p: len(p.parameters) > 0)
        if found is None:
            return None
        predicate, clause = found
        args = self._arguments(predicate.parameters, objects, rng)
        if args is None:
            return None
        at = rng.randrange(len(args))
        options = self._objects(predicate.parameters[at].types, objects, args)
        if not options:
            return None
        pair = [args[at], rng.choice(options)]
        said = [self._thing(name, rng) for name in args]
        said[at] = self._things(pair, rng, rng.choice(("或者", "或")))
        text = clause.wanted().format(*said)
        text = rng.choice(("{}", "{}都可以", "{}，都行", "让{}", "{}，随便哪个")).format(text)
        replaced = [[*args[:at], name, *args[at + 1 :]] for name in pair]
        return text, Or(tuple(literal(predicate.name, one, True) for one in replaced))

    def _if(self, objects: set[str], rng: Random) -> Said | None:
        given, other = self._clause(rng), self._clause(rng)
        if given is None or other is None or given[0].name == other[0].name:
            return None
        first = self._arguments(given[0].parameters, objects, rng)
        second = self._arguments(other[0].parameters, objects, rng)
        if first is None or second is None:
            return None
        condition = given[1].text.format(*(self._thing(n, rng) for n in first))
        demand = other[1].wanted().format(*(self._thing(n, rng) for n in second))
        text = rng.choice(
            ("如果{0}，就让{1}", "要是{0}，那么{1}", "假如{0}，就要{1}", "若{0}，则{1}")
        )
        wish = Imply(literal(given[0].name, first, True), literal(other[0].name, second, True))
        return text.format(condition, demand), wish

    def _only(self, objects: set[str], rng: Random) -> Said | None:
        found = self._about(rng)
        if found is None:
            return None
        predicate, clause = found
        noun = self._noun(predicate.parameters[0].types, rng, 3)
        rest = self._arguments(predicate.parameters[1:], objects, rng)
        if noun is None or rest is None:
            return None
        options = self._objects((noun[0],), objects, rest)
        if not options:
            return None
        chosen = rng.choice(options)
        said = ["", *(self._thing(name, rng) for name in rest)]
        tail = _not_yet(clause.rest).format(*said)
        text = f"只让{self._thing(chosen, rng)}{tail}，其他{noun[1]}都不要{tail}"
        others = Imply(Not(Equals("?x", chosen)), literal(predicate.name, ["?x", *rest], False))
        return text, And(
            (
                literal(predicate.name, [chosen, *rest], True),
                ForAll((Parameter("?x", (noun[0],)),), others),
            )
        )

    def _each_some(self, objects: set[str], rng: Random) -> Said | None:
        found = self._clause(
            rng,
            lambda p: (
                len(p.parameters) == 2
                and re.fullmatch(r"[^{}]{0,3}在\{1\}[里上中]?", self.clauses[p.name].rest)
                is not None
            ),
        )
        if found is None:
            return None
        predicate, clause = found
        part = self._noun(predicate.parameters[0].types, rng)
        each = self._noun(predicate.parameters[1].types, rng)
        if part is None or each is None or part[0] == each[0]:
            return None
        place, thing = one(each[1], "每"), one(part[1])
        side = clause.rest[clause.rest.index("}") + 1 :]
        text = rng.choice(
            (f"{place}{side}都要有{thing}", f"{place}{side}至少要有{thing}")
        )  # fmt: skip
        wish = Exists((Parameter("?y", (part[0],)),), Atom(predicate.name, ("?y", "?x")))
        return text, ForAll((Parameter("?x", (each[0],)),), wish)
