"""The typed automaton of well-formed goals: which symbols may come next.

A goal is a flat sequence of symbols, a prefix notation with pointers into the schema. It is not PDDL
syntax: lists end with `END`, quantifiers name only types (variables are numbered by scope), and two
short forms keep sequences short. `on a ALSO b shelf` says `(on a shelf)` and `(on b shelf)`;
`COUNT2 mug F END` says that two different mugs each satisfy F. Nothing here knows of
the network; `notation.py` turns symbols into formulas and back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from planscript.runtime.pddl.model import OBJECT, Domain, Parameter

END, NOT, AND, OR, IMPLY, FORALL, EXISTS, EQUAL, ALSO = range(9)
COUNTS = {number: 7 + number for number in range(2, 7)}  # symbols 9 .. 13 say "2" .. "6 different"
START = 14  # fed to the decoder before the first symbol, never produced
VARIABLE = 15  # first of the variable symbols
MAX_VARIABLES = 8
ITEM = VARIABLE + MAX_VARIABLES  # first of the schema's own symbols
STRUCTURE_NAMES = (
    *("end not and or imply forall exists = also".split()),
    *(f"count{n}" for n in COUNTS),
    "start",
    *(f"v{n}" for n in range(MAX_VARIABLES)),
)

COUNT_OF = {symbol: number for number, symbol in COUNTS.items()}
_CONJUNCTIVE = frozenset((END, AND, FORALL, EXISTS, *COUNTS.values()))
MAX_DEPTH = 10

Literal = tuple[bool, int, tuple[int, ...]]  # sign, predicate (or EQUAL), terms


@dataclass(frozen=True, slots=True)
class Frame:
    """One open construct.

    `kind` is the symbol that opened it (END for the whole goal), or a predicate for an atom.
    """

    kind: int
    parts: int = 0  # finished parts of a list; parts still missing of NOT and IMPLY
    literals: frozenset[Literal] = frozenset()  # of a list: those said already
    first: int = 0  # of a quantifier: number of its first variable
    declaring: bool = False  # of a quantifier: its types are still being named
    terms: tuple[int, ...] = ()  # of an atom or equality
    slot: int = -1  # of an atom: the argument that ALSO repeats
    group: tuple[int, ...] = ()  # of an atom: all terms of that argument
    waiting: bool = False  # of an atom: ALSO was read, its term was not


@dataclass(frozen=True, slots=True)
class State:
    """Where the automaton stands; immutable, so beams can share it."""

    frames: tuple[Frame, ...]
    scope: tuple[str, ...] = ()  # types of the variables in scope
    used: frozenset[int] = frozenset()  # variables in scope that some atom mentions
    length: int = 0

    @property
    def finished(self) -> bool:
        return not self.frames


class Grammar:
    """All goals over `domain` and `objects` (which include the domain's constants).

    Symbols from `ITEM` on are, in order: predicates, types (`object` first), objects. `predicates`
    restricts which predicates may be used. Sequences have at most `limit` symbols (more only where
    predicates of many arguments need it).
    """

    def __init__(
        self,
        domain: Domain,
        objects: Mapping[str, Parameter],
        predicates: Iterable[str] | None = None,
        limit: int = 96,
    ) -> None:
        self.domain = domain
        self.predicates = tuple(domain.predicates)
        self.types = (OBJECT, *(name for name in domain.types if name != OBJECT))
        self.objects = tuple(objects)
        names = (*self.predicates, *self.types, *self.objects)
        first_type = ITEM + len(self.predicates)
        self.first_object = first_type + len(self.types)
        self.size = ITEM + len(names)
        self._names = dict(enumerate(names, ITEM))
        self.predicate_symbol = {n: ITEM + i for i, n in enumerate(self.predicates)}
        self.type_symbol = {n: first_type + i for i, n in enumerate(self.types)}
        self.object_symbol = {n: self.first_object + i for i, n in enumerate(self.objects)}
        self._object_types = {self.object_symbol[n]: p.types for n, p in objects.items()}

        chosen = set(self.predicates if predicates is None else predicates)
        self.slots: dict[int, list[tuple[str, ...]]] = {}
        self._fillers: dict[tuple[str, ...], tuple[int, ...]] = {}
        for name, symbol in self.predicate_symbol.items():
            if name in chosen:
                slots = [p.types for p in domain.predicates[name].parameters]
                self.slots[symbol] = slots
                for wanted in slots:
                    if wanted not in self._fillers:
                        self._fillers[wanted] = tuple(
                            s for s, t in self._object_types.items() if domain.fits(t, wanted)
                        )
        self._lacking: dict[tuple[tuple[str, ...], int], int] = {}
        self._fits: dict[tuple[str, tuple[str, ...]], bool] = {}
        arity = max((len(slots) for slots in self.slots.values()), default=0)
        self._arity = arity
        self._quantifiable = tuple(
            symbol
            for name, symbol in self.type_symbol.items()
            if any(self._fit(name, w) for slots in self.slots.values() for w in slots)
        )
        ground = any(self._completable(p, (), frozenset(), ()) for p in self.slots)
        self.possible = bool(self.slots) and (ground or bool(self._quantifiable))
        # Upper bounds on the symbols that one more formula, or one use of a variable, can need.
        self._cost_use = 1 + arity
        quantified = 2 + arity + max(1, arity) * (1 + arity)
        self._cost = 1 + arity if ground else quantified
        self._reserve = quantified + 2 * self._cost + 4  # no single symbol can need more than this
        self.limit = max(limit, self._reserve + 2)

    # ------------------------------------------------------------ walking

    def start(self) -> State:
        """The state before the first symbol."""
        return State((Frame(END),))

    def name(self, symbol: int) -> str:
        """A readable name of any symbol."""
        return STRUCTURE_NAMES[symbol] if symbol < ITEM else self._names[symbol]

    def allowed(self, state: State) -> list[int]:
        """The symbols that may come next; never empty for an unfinished state."""
        found = self._next(state)
        room = self.limit - state.length
        if room - self._need(state) > self._reserve:
            return found
        return [s for s in found if self._need(self.advance(state, s)) < room] or found

    def advance(self, state: State, symbol: int) -> State:
        """The state after `symbol`, which must be one of `allowed(state)`."""
        state = replace(state, length=state.length + 1)
        while True:
            top = state.frames[-1]
            if top.declaring and symbol in self.type_range:
                scope = (*state.scope, self._names[symbol])
                return replace(state, scope=scope)
            if top.declaring:
                state = self._declared(state)
            elif self._is_full(top) and symbol != ALSO:
                state = self._close(state)
            else:
                break
        rest = state.frames[:-1]
        if top.kind >= ITEM or top.kind == EQUAL:
            return self._advance_terms(state, top, symbol)
        if symbol == END:
            scope = state.scope[: top.first] if top.kind >= FORALL else state.scope
            used = frozenset(v for v in state.used if v < len(scope))
            state = replace(state, frames=rest, scope=scope, used=used)
            return self._complete(state, ()) if rest else state
        if symbol in (FORALL, EXISTS) or symbol in COUNT_OF:
            opened = Frame(symbol, first=len(state.scope), declaring=True)
        elif symbol in (NOT, IMPLY):
            opened = Frame(symbol, parts=1 if symbol == NOT else 2)
        else:
            opened = Frame(symbol)
        state = replace(state, frames=(*state.frames, opened))
        if symbol >= ITEM and not self.slots[symbol]:
            return self._close(state)
        return state

    @property
    def type_range(self) -> range:
        return range(ITEM + len(self.predicates), self.first_object)

    def _advance_terms(self, state: State, top: Frame, symbol: int) -> State:
        if symbol == ALSO:
            slot = len(top.terms) - 1
            group = top.group or (top.terms[-1],)
            top = replace(top, slot=slot, group=group, waiting=True)
        elif top.waiting:
            top = replace(top, group=(*top.group, symbol), waiting=False)
        else:
            top = replace(top, terms=(*top.terms, symbol))
        used = state.used
        if VARIABLE <= symbol < ITEM:
            used = used | {symbol - VARIABLE}
        state = replace(state, frames=(*state.frames[:-1], top), used=used)
        if self._is_full(top) and not self._may_repeat(state):
            return self._close(state)
        return state

    def _is_full(self, frame: Frame) -> bool:
        """Whether an atom has all its terms (it may still be repeated by ALSO)."""
        if frame.kind == EQUAL:
            return len(frame.terms) == 2
        return (
            frame.kind >= ITEM
            and len(frame.terms) == len(self.slots[frame.kind])
            and not frame.waiting
        )

    def _close(self, state: State) -> State:
        """The state after the atom on top is finished."""
        top = state.frames[-1]
        state = replace(state, frames=state.frames[:-1])
        terms = tuple(sorted(top.terms)) if top.kind == EQUAL else top.terms
        return self._complete(state, tuple(_literals(top.kind, terms, top.slot, top.group)))

    def _complete(self, state: State, literals: tuple[Literal, ...]) -> State:
        """The state after one formula (an atom with these literals, or anything else) is finished."""
        frames = list(state.frames)
        while frames:
            top = frames.pop()
            if top.kind not in (NOT, IMPLY):
                said = top.literals | set(literals)
                frames.append(replace(top, parts=top.parts + 1, literals=said))
                break
            if top.parts > 1:
                frames.append(replace(top, parts=top.parts - 1))
                break
            signed = tuple((not sign, p, t) for sign, p, t in literals)
            literals = signed if top.kind == NOT else ()
        return replace(state, frames=tuple(frames))

    def _declared(self, state: State) -> State:
        top = replace(state.frames[-1], declaring=False)
        return replace(state, frames=(*state.frames[:-1], top))

    # ------------------------------------------------------------ what may come next

    def _next(self, state: State) -> list[int]:
        top = state.frames[-1]
        if top.declaring:
            pending = self._pending(state)
            found = self._next_types(state, pending)
            if len(state.scope) > top.first and pending is None:
                found += self._formulas(self._declared(state))
            return found
        if self._is_full(top):
            again = [ALSO] if self._may_repeat(state) else []
            return again + self._next(self._close(state))
        if top.kind == EQUAL:
            return self._equal_terms(state, top)
        if top.kind >= ITEM:
            found = self._terms(state, top)
            if top.terms and not top.waiting and self._may_repeat(state):
                found.append(ALSO)
            return found
        found = self._formulas(state)
        if top.kind not in (NOT, IMPLY) and top.parts >= (
            2 if top.kind in (AND, OR) and any(s >= ITEM for s in found) else 1
        ):
            mine = range(top.first, len(state.scope)) if top.kind >= FORALL else ()
            if all(v in state.used for v in mine):
                found.append(END)
        return found

    def _next_types(self, state: State, pending: int | None) -> list[int]:
        """Types that a quantifier may name next; where a variable lacks a partner, only partners."""
        top = state.frames[-1]
        scope = state.scope
        if top.kind in COUNT_OF:
            return [] if len(scope) > top.first else self._countable(scope)
        if pending is not None:
            lacking = self._missing(scope, pending)
            return [
                t
                for t in self._quantifiable
                if self._missing((*scope, self._names[t]), pending) < lacking
            ]
        if len(scope) + max(1, self._arity) > MAX_VARIABLES:
            return []
        return list(self._quantifiable)

    def _pending(self, state: State) -> int | None:
        """The first variable being declared that no atom over what is in scope could mention."""
        for v in range(state.frames[-1].first, len(state.scope)):
            if self._missing(state.scope, v):
                return v
        return None

    def _missing(self, scope: tuple[str, ...], variable: int) -> int:
        """How many terms lack to some atom that mentions the variable (0: it can be used)."""
        key = (scope, variable)
        if key not in self._lacking:
            self._lacking[key] = min(
                self._lack(slots, (), scope, variable) for slots in self.slots.values()
            )
        return self._lacking[key]

    def _lack(
        self,
        slots: Sequence[tuple[str, ...]],
        terms: tuple[int, ...],
        scope: tuple[str, ...],
        variable: int,
    ) -> int:
        if not slots:
            return 0 if VARIABLE + variable in terms else MAX_VARIABLES + 1
        wanted, rest = slots[0], slots[1:]
        if VARIABLE + variable not in terms and self._fit(scope[variable], wanted):
            best = self._lack(rest, (*terms, VARIABLE + variable), scope, variable)
            if best == 0:
                return 0
        else:
            best = MAX_VARIABLES + 1
        free = (t for t in self._candidates(wanted, scope) if t not in terms)
        for term in islice((t for t in free if t != VARIABLE + variable), 5):
            best = min(best, self._lack(rest, (*terms, term), scope, variable))
            if best == 0:
                return 0
        return min(best, 1 + self._lack(rest, terms, scope, variable))

    def _countable(self, scope: tuple[str, ...]) -> list[int]:
        """Types of which one more variable can be used without declaring another one."""
        if len(scope) >= MAX_VARIABLES:
            return []
        return [
            t
            for t in self._quantifiable
            if self._missing((*scope, self._names[t]), len(scope)) == 0
        ]

    def _formulas(self, state: State) -> list[int]:
        """Symbols that begin a formula here."""
        said = self._said(state)
        found = [p for p in self.slots if self._completable(p, (), said, state.scope)]
        top = state.frames[-1].kind
        quantify = bool(self._quantifiable) and (
            len(state.scope) + max(1, self._arity) <= MAX_VARIABLES
        )
        deep = len(state.frames) >= MAX_DEPTH
        atoms = bool(found)
        if quantify and not (deep and atoms):
            found += [FORALL, EXISTS]
            # A count is written out by copying its body: counts inside counts would explode.
            counting = any(frame.kind in COUNT_OF for frame in state.frames)
            if not counting and self._countable(state.scope):
                found += COUNTS.values()
        if atoms and not deep:
            found += [] if top == NOT else [NOT]
            found += [IMPLY]
            found += [] if top == OR else [OR]
            found += [] if top in _CONJUNCTIVE else [AND]
        if self._equal_starts(state):
            found.append(EQUAL)
        return found

    def _said(self, state: State) -> frozenset[Literal]:
        """Literals of the list that a formula beginning here would be a part of."""
        frames = state.frames
        position = len(frames) - 1
        while position >= 0 and (frames[position].kind >= ITEM or frames[position].kind == EQUAL):
            position -= 1
        if position >= 0 and frames[position].kind == NOT:
            position -= 1
        top = frames[position]
        return frozenset() if top.kind in (NOT, IMPLY) else top.literals

    def _fit(self, type_name: str, wanted: tuple[str, ...]) -> bool:
        key = (type_name, wanted)
        if key not in self._fits:
            self._fits[key] = self.domain.fits((type_name,), wanted)
        return self._fits[key]

    def _candidates(self, wanted: tuple[str, ...], scope: Sequence[str]) -> Iterator[int]:
        for number in range(len(scope) - 1, -1, -1):
            if self._fit(scope[number], wanted):
                yield VARIABLE + number
        yield from self._fillers[wanted]

    def _completable(
        self,
        predicate: int,
        terms: tuple[int, ...],
        said: frozenset[Literal],
        scope: Sequence[str],
        slot: int = -1,
        group: tuple[int, ...] = (),
    ) -> bool:
        """Whether an atom begun with `terms` can be finished so that it says something new.

        Its terms are pairwise different.
        """
        slots = self.slots[predicate]
        if len(terms) == len(slots):
            for _, p, args in _literals(predicate, terms, slot, group):
                if len(set(args)) < len(args):
                    return False
                if (True, p, args) in said or (False, p, args) in said:
                    return False
            return True
        wanted = slots[len(terms)]
        return any(
            self._completable(predicate, (*terms, t), said, scope, slot, group)
            for t in self._candidates(wanted, scope)
            if t not in terms and t not in group
        )

    def _terms(self, state: State, top: Frame) -> list[int]:
        said = self._said(state)
        slots = self.slots[top.kind]
        if top.waiting:
            return [
                t
                for t in self._candidates(slots[top.slot], state.scope)
                if t not in top.group
                and t not in top.terms
                and self._completable(
                    top.kind, top.terms, said, state.scope, top.slot, (*top.group, t)
                )
            ]
        return [
            t
            for t in self._candidates(slots[len(top.terms)], state.scope)
            if t not in top.terms
            and t not in top.group
            and self._completable(top.kind, (*top.terms, t), said, state.scope, top.slot, top.group)
        ]

    def _may_repeat(self, state: State) -> bool:
        """Whether ALSO may come: another term for the argument just read, inside a conjunction."""
        top = state.frames[-1]
        if top.kind < ITEM or not top.terms or top.waiting:
            return False
        slot = len(top.terms) - 1
        if top.slot not in (-1, slot):
            return False
        parent = state.frames[-2].kind
        if parent == NOT:
            parent = state.frames[-3].kind
        if parent not in _CONJUNCTIVE:
            return False
        group = top.group or (top.terms[-1],)
        waiting = replace(top, slot=slot, group=group, waiting=True)
        said = self._said(state)
        return any(
            t not in group
            and t not in top.terms
            and self._completable(top.kind, top.terms, said, state.scope, waiting.slot, (*group, t))
            for t in self._candidates(self.slots[top.kind][slot], state.scope)
        )

    # ------------------------------------------------------------ equality

    def _term_types(self, state: State, term: int) -> tuple[str, ...]:
        if term < ITEM:
            return (state.scope[term - VARIABLE],)
        return self._object_types[term]

    def _equal_starts(self, state: State) -> list[int]:
        """Variables that can be compared with something."""
        return [
            VARIABLE + v
            for v in range(len(state.scope))
            if self._equal_partners(state, VARIABLE + v, self._said(state))
        ]

    def _equal_partners(self, state: State, left: int, said: frozenset[Literal]) -> list[int]:
        types = self._term_types(state, left)
        others = [VARIABLE + v for v in range(len(state.scope))] + list(self._object_types)
        return [
            right
            for right in others
            if right != left
            and self.domain.compatible(types, self._term_types(state, right))
            and not any(
                (sign, EQUAL, tuple(sorted((left, right)))) in said for sign in (True, False)
            )
        ]

    def _equal_terms(self, state: State, top: Frame) -> list[int]:
        if not top.terms:
            return self._equal_starts(state)
        return self._equal_partners(state, top.terms[0], self._said(state))

    # ------------------------------------------------------------ always able to finish

    def _need(self, state: State) -> int:
        """An upper bound on the symbols that are enough to finish from here."""
        total = 0
        upper = len(state.scope)
        inside = 0  # 1 below a construct that is still open: it counts as one part of its parent
        for frame in reversed(state.frames):
            if frame.kind >= ITEM:
                rest = self.slots[frame.kind][len(frame.terms) :]
                total += len(rest) + frame.waiting
                if any(
                    self._fit(name, wanted)
                    for v, name in enumerate(state.scope)
                    if v not in state.used
                    for wanted in rest
                ):
                    total -= self._cost_use  # this atom can be the use of a variable counted below
            elif frame.kind == EQUAL:
                total += 2 - len(frame.terms)
            elif frame.kind in (NOT, IMPLY):
                total += (frame.parts - inside) * self._cost
            else:
                least = 2 if frame.kind in (AND, OR) else 1
                unused = 0
                if frame.kind >= FORALL:
                    mine = range(frame.first, upper)
                    upper = frame.first
                    unused = sum(v not in state.used for v in mine)
                if frame.declaring:
                    more = max(1, self._arity)
                    if unused:
                        more = max(self._missing(state.scope, v) for v in mine)
                    total += more
                    unused += more
                missing = max(0, least - frame.parts - inside)
                total += missing * self._cost + unused * self._cost_use + 1
            inside = 1
        return total

    # ------------------------------------------------------------ checking

    def accepts(self, symbols: Sequence[int]) -> bool:
        """Whether the automaton produces this sequence."""
        state = self.start()
        for symbol in symbols:
            if state.finished or symbol not in self.allowed(state):
                return False
            state = self.advance(state, symbol)
        return state.finished


def _literals(
    predicate: int, terms: tuple[int, ...], slot: int, group: tuple[int, ...]
) -> Iterator[Literal]:
    if slot < 0:
        yield True, predicate, terms
        return
    for term in group:
        yield True, predicate, (*terms[:slot], term, *terms[slot + 1 :])
