"""Goals as formulas <-> goals as symbol sequences (see `grammar.py` for the notation)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

from planscript.runtime.goals.grammar import (
    ALSO,
    AND,
    COUNT_OF,
    COUNTS,
    END,
    EQUAL,
    EXISTS,
    FORALL,
    IMPLY,
    ITEM,
    MAX_VARIABLES,
    NOT,
    OR,
    VARIABLE,
    Grammar,
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


def to_formula(grammar: Grammar, symbols: Sequence[int]) -> Formula:
    """The goal that a finished sequence says, with short forms written out."""
    return _conjunction(_Reader(grammar, symbols).parts(()))


def to_symbols(grammar: Grammar, goal: Formula) -> list[int] | None:
    """One sequence that says `goal`, or None where the grammar cannot say it."""
    try:
        symbols = [*_Writer(grammar).parts(conjuncts(goal), {}), END]
    except _Unsayable:
        return None
    return symbols if grammar.accepts(symbols) else None


class _Unsayable(Exception):
    """The formula uses a name or a construct that the grammar lacks."""


class _Writer:
    """Writes formulas as symbols; `names` numbers the variables in scope."""

    def __init__(self, grammar: Grammar) -> None:
        self.grammar = grammar

    def parts(self, parts: Sequence[Formula], names: Mapping[str, int]) -> list[int]:
        """A conjunction's parts in order, atoms that differ in one argument folded with ALSO."""
        out: list[int] = []
        done: set[int] = set()
        for position, part in enumerate(parts):
            if position in done:
                continue
            folded = self.fold(parts, position, names)
            if folded is None:
                out += self.formula(part, names)
            else:
                symbols, members = folded
                done |= members
                out += symbols
        return out

    def fold(
        self, parts: Sequence[Formula], position: int, names: Mapping[str, int]
    ) -> tuple[list[int], set[int]] | None:
        sign, atom = _literal(parts[position])
        if atom is None or not atom.args:
            return None
        best: tuple[int, list[int]] = (0, [position])
        for slot in range(len(atom.args)):
            members = [position]
            values = {atom.args[slot]}
            for other in range(position + 1, len(parts)):
                other_sign, same = _literal(parts[other])
                if (
                    same is not None
                    and other_sign == sign
                    and same.name == atom.name
                    and len(same.args) == len(atom.args)
                    and all(
                        a == b
                        for i, (a, b) in enumerate(zip(atom.args, same.args, strict=True))
                        if i != slot
                    )
                    and same.args[slot] not in values
                ):
                    members.append(other)
                    values.add(same.args[slot])
            if len(members) > len(best[1]):
                best = (slot, members)
        slot, members = best
        if len(members) < 2:
            return None
        out = [] if sign else [NOT]
        out.append(_symbol(self.grammar.predicate_symbol, atom.name))
        for i, arg in enumerate(atom.args):
            out.append(self.term(arg, names))
            if i == slot:
                for other in members[1:]:
                    _, same = _literal(parts[other])
                    assert same is not None
                    out += [ALSO, self.term(same.args[slot], names)]
        return out, set(members)

    def formula(self, part: Formula, names: Mapping[str, int]) -> list[int]:
        match part:
            case Atom(name, args):
                symbol = _symbol(self.grammar.predicate_symbol, name)
                return [symbol, *(self.term(a, names) for a in args)]
            case Equals(left, right):
                if left not in names:
                    left, right = right, left
                return [EQUAL, self.term(left, names), self.term(right, names)]
            case Not(inner):
                return [NOT, *self.formula(inner, names)]
            case Imply(left, right):
                return [IMPLY, *self.formula(left, names), *self.formula(right, names)]
            case And():
                parts = conjuncts(part)
                if len(parts) == 1:
                    return self.formula(parts[0], names)
                return [AND, *(s for p in parts for s in self.formula(p, names)), END]
            case Or(parts):
                if len(parts) == 1:
                    return self.formula(parts[0], names)
                flat: list[Formula] = []
                for p in parts:
                    flat += p.parts if isinstance(p, Or) else [p]
                return [OR, *(s for p in flat for s in self.formula(p, names)), END]
            case Exists(parameters, body):
                while isinstance(body, Exists):
                    parameters, body = (*parameters, *body.parameters), body.body
                return self.exists(parameters, list(conjuncts(body)), names)
            case ForAll(parameters, body):
                while isinstance(body, ForAll):
                    parameters, body = (*parameters, *body.parameters), body.body
                bound, types = self.bind(parameters, names)
                return [FORALL, *types, *self.parts(conjuncts(body), bound), END]
        raise _Unsayable

    def exists(
        self,
        parameters: tuple[Parameter, ...],
        parts: list[Formula],
        names: Mapping[str, int],
    ) -> list[int]:
        """`exists`; a group of different variables that share every condition becomes COUNT."""
        for group in _different_groups(parameters, parts):
            counted = _counted_body(group, parts)
            if counted is None or len(group) not in COUNTS:
                continue
            body, rest = counted
            others = tuple(p for p in parameters if p.name not in group)
            variable = next(p for p in parameters if p.name == group[0])
            mentioned = {v for f in body for v in _variables(f)}
            if others and not any(
                o.name in {v for f in rest for v in _variables(f)} | mentioned for o in others
            ):
                raise _Unsayable
            if not others:
                outer, types = self.bind((variable,), names)
                head = [COUNTS[len(group)], *types, *self.parts(body, outer), END]
                return head + self.parts(rest, names)
            outer, types = self.bind(others, names)
            deeper, more = self.bind((variable,), outer)
            count = [COUNTS[len(group)], *more, *self.parts(body, deeper), END]
            return [EXISTS, *types, *self.parts(rest, outer), *count, END]
        inner_names, types = self.bind(parameters, names)
        return [EXISTS, *types, *self.parts(parts, inner_names), END]

    def bind(
        self, parameters: Sequence[Parameter], names: Mapping[str, int]
    ) -> tuple[dict[str, int], list[int]]:
        bound = dict(names)
        types = []
        for parameter in parameters:
            if len(parameter.types) != 1 or parameter.name in bound or len(bound) >= MAX_VARIABLES:
                raise _Unsayable
            bound[parameter.name] = len(bound)
            types.append(_symbol(self.grammar.type_symbol, parameter.types[0]))
        return bound, types

    def term(self, term: str, names: Mapping[str, int]) -> int:
        if term.startswith("?"):
            if term not in names:
                raise _Unsayable
            return VARIABLE + names[term]
        return _symbol(self.grammar.object_symbol, term)


class _Reader:
    """Reads a finished sequence into a formula."""

    def __init__(self, grammar: Grammar, symbols: Sequence[int]) -> None:
        self.grammar = grammar
        self.symbols = symbols
        self.position = 0
        self.fresh = 0

    def take(self) -> int:
        symbol = self.symbols[self.position]
        self.position += 1
        return symbol

    def parts(self, scope: tuple[str, ...]) -> list[Formula]:
        found: list[Formula] = []
        while self.symbols[self.position] != END:
            found += self.formulas(scope)
        self.position += 1
        return list(dict.fromkeys(found))

    def one(self, scope: tuple[str, ...]) -> Formula:
        return _conjunction(self.formulas(scope))

    def formulas(self, scope: tuple[str, ...]) -> list[Formula]:
        """One formula; more than one where a short form says a conjunction."""
        symbol = self.take()
        if symbol >= ITEM:
            return list(self.atoms(symbol, scope))
        if symbol == EQUAL:
            return [Equals(self.term(scope), self.term(scope))]
        if symbol == NOT:
            if self.symbols[self.position] >= ITEM:  # NOT p a ALSO b denies both
                return [Not(p) for p in self.formulas(scope)]
            return [Not(self.one(scope))]
        if symbol == IMPLY:
            return [Imply(self.one(scope), self.one(scope))]
        if symbol == AND:
            return self.parts(scope)
        if symbol == OR:
            found: list[Formula] = []
            while self.symbols[self.position] != END:
                found.append(self.one(scope))
            self.position += 1
            found = list(dict.fromkeys(found))
            return [Or(tuple(found))] if len(found) > 1 else found
        declared: list[Parameter] = []
        while self.symbols[self.position] in self.grammar.type_range:
            self.fresh += 1
            name = self.grammar.name(self.take())
            declared.append(Parameter(f"?v{self.fresh}", (name,)))
        body = self.parts((*scope, *(p.name for p in declared)))
        if symbol == FORALL:
            return [ForAll(tuple(declared), _conjunction(body))]
        if symbol == EXISTS:
            return [Exists(tuple(declared), _conjunction(body))]
        return [self.counted(COUNT_OF[symbol], declared[0], body)]

    def counted(self, number: int, variable: Parameter, body: list[Formula]) -> Formula:
        names = [variable.name]
        for _ in range(number - 1):
            self.fresh += 1
            names.append(f"?v{self.fresh}")
        parts: list[Formula] = [Not(Equals(a, b)) for a, b in combinations(names, 2)]
        for part in body:
            if variable.name in _variables(part):
                parts += [self.renamed(part, {variable.name: name}) for name in names]
            else:
                parts.append(part)
        declared = tuple(Parameter(name, variable.types) for name in names)
        return Exists(declared, _conjunction(parts))

    def renamed(self, part: Formula, names: Mapping[str, str]) -> Formula:
        """`part` with variables renamed; inner quantifiers get fresh variables."""
        match part:
            case Atom(name, args):
                return Atom(name, tuple(names.get(a, a) for a in args))
            case Equals(left, right):
                return Equals(names.get(left, left), names.get(right, right))
            case Not(inner):
                return Not(self.renamed(inner, names))
            case And(parts):
                return And(tuple(self.renamed(p, names) for p in parts))
            case Or(parts):
                return Or(tuple(self.renamed(p, names) for p in parts))
            case Imply(left, right):
                return Imply(self.renamed(left, names), self.renamed(right, names))
            case Exists(parameters, body) | ForAll(parameters, body):
                bound = dict(names)
                declared = []
                for parameter in parameters:
                    self.fresh += 1
                    bound[parameter.name] = f"?v{self.fresh}"
                    declared.append(Parameter(bound[parameter.name], parameter.types))
                return type(part)(tuple(declared), self.renamed(body, bound))

    def atoms(self, predicate: int, scope: tuple[str, ...]) -> Iterator[Atom]:
        arity = len(self.grammar.slots[predicate])
        args: list[list[str]] = []
        for _ in range(arity):
            args.append([self.term(scope)])
            while self.symbols[self.position] == ALSO:
                self.position += 1
                args[-1].append(self.term(scope))
        name = self.grammar.name(predicate)
        combos: list[tuple[str, ...]] = [()]
        for choices in args:
            combos = [(*done, one) for done in combos for one in choices]
        return (Atom(name, combo) for combo in combos)

    def term(self, scope: tuple[str, ...]) -> str:
        symbol = self.take()
        return scope[symbol - VARIABLE] if symbol < ITEM else self.grammar.name(symbol)


# ---------------------------------------------------------------- formulas


def _conjunction(parts: Sequence[Formula]) -> Formula:
    return parts[0] if len(parts) == 1 else And(tuple(parts))


def conjuncts(goal: Formula) -> tuple[Formula, ...]:
    """The parts of a goal, those of conjunctions within conjunctions too."""
    if not isinstance(goal, And):
        return (goal,)
    return tuple(inner for part in goal.parts for inner in conjuncts(part))


def _literal(part: Formula) -> tuple[bool, Atom | None]:
    match part:
        case Atom():
            return True, part
        case Not(Atom() as atom):
            return False, atom
    return True, None


def _variables(part: Formula) -> set[str]:
    """Free variables."""
    match part:
        case Atom(_, args):
            return {a for a in args if a.startswith("?")}
        case Equals(left, right):
            return {a for a in (left, right) if a.startswith("?")}
        case Not(inner):
            return _variables(inner)
        case And(parts) | Or(parts):
            return {v for p in parts for v in _variables(p)}
        case Imply(left, right):
            return _variables(left) | _variables(right)
        case Exists(parameters, body) | ForAll(parameters, body):
            return _variables(body) - {p.name for p in parameters}


def _different_groups(
    parameters: Sequence[Parameter], parts: Sequence[Formula]
) -> Iterator[tuple[str, ...]]:
    """Sets of variables of one type that the parts declare pairwise different."""
    apart = set()
    for part in parts:
        match part:
            case Not(Equals(left, right)):
                apart.add(frozenset((left, right)))
    for parameter in parameters:
        group = [parameter.name]
        for other in parameters:
            if other.types == parameter.types and all(
                frozenset((other.name, one)) in apart for one in group
            ):
                group.append(other.name)
        if len(group) > 1 and group[0] == parameter.name:
            yield tuple(group)


def _counted_body(
    group: tuple[str, ...], parts: Sequence[Formula]
) -> tuple[list[Formula], list[Formula]] | None:
    """The condition that each variable of the group satisfies, and the other parts; None if unequal."""
    rest: list[Formula] = []
    bodies: dict[str, list[Formula]] = {name: [] for name in group}
    renamer = _Reader.__new__(_Reader)
    renamer.fresh = 0
    for part in parts:
        mentioned = _variables(part) & set(group)
        match part:
            case Not(Equals()) if len(mentioned) == 2:
                continue
        if not mentioned:
            rest.append(part)
        elif len(mentioned) == 1:
            bodies[mentioned.pop()].append(part)
        else:
            return None
    first = bodies[group[0]]
    if not first or any(isinstance(p, Exists | ForAll) for p in first):
        return None
    for name in group[1:]:
        same = {renamer.renamed(p, {name: group[0]}) for p in bodies[name]}
        if same != set(first):
            return None
    return first, rest


def _symbol(table: Mapping[str, int], name: str) -> int:
    if name not in table:
        raise _Unsayable
    return table[name]
