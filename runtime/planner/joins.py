"""Generates Python code that joins the conditions of a rule, one function per rule and trigger.

A function is triggered by new facts of one predicate and finds all variable bindings that use one
of them: nested loops over hash indexes, cheapest condition first, each test as soon as its
variables are bound. The code holds only numbers, never a name from the text, so equal domains give
equal code. After the semi-naive evaluation of Datalog (Ullman 1989, chapter 3).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from types import CodeType
from typing import Any, NamedTuple

Tuple = tuple[int, ...]
JoinFunction = Callable[[Sequence[Tuple]], None]
MOST_LOOPS = 16  # in one function; CPython allows 20 nested blocks
UNKNOWN_SHARE = 0.5  # the guess for how much of the conceivable a changing predicate comes to hold


class Pattern(NamedTuple):
    """A predicate applied to terms: a number n >= 0 is variable n, n < 0 is object ~n."""

    predicate: str
    terms: Tuple

    def variables(self) -> set[int]:
        return {term for term in self.terms if term >= 0}


class Relation:
    """The known facts of one predicate, with an index for each set of positions that joins ask for.

    `columns[i]` are the objects that can ever stand at position i.
    """

    def __init__(self, base: int, arity: int, radix: int) -> None:
        self.base = base
        self.arity = arity
        self.radix = radix
        self.columns: list[set[int]] = [set() for _ in range(arity)]
        self.tuples: list[Tuple] = []
        self._keys: set[int] | None = None
        self._indexes: dict[Tuple, dict[int, list[Any]]] = {}
        self._insert: JoinFunction | None = None
        self._fan_out: dict[Tuple, float] = {}

    def keys(self) -> set[int]:
        """The set of the facts' keys, kept up to date from now on."""
        if self._keys is None:
            self._keys = {self.base + self._digits(values) for values in self.tuples}
            self._insert = None
        return self._keys

    def index(self, bound: Tuple) -> dict[int, list[Any]]:
        """An index by the positions `bound`, kept up to date from now on.

        It maps the bound arguments, as digits of one number, to the list of what stands at the
        other positions: plain numbers where that is one position, else tuples.
        """
        if bound not in self._indexes:
            index: dict[int, list[Any]] = defaultdict(list)
            free = [i for i in range(self.arity) if i not in bound]
            for values in self.tuples:
                rest = values[free[0]] if len(free) == 1 else tuple([values[i] for i in free])
                index[self._digits([values[i] for i in bound])].append(rest)
            self._indexes[bound] = index
            self._insert = None
        return self._indexes[bound]

    def _digits(self, values: Sequence[int]) -> int:
        number = 0
        for value in values:
            number = number * self.radix + value
        return number

    def fan_out(self, bound: Tuple) -> float:
        """How many facts agree on the positions `bound`, on average; asked when all are known."""
        if bound not in self._fan_out:
            distinct = len({tuple([t[i] for i in bound]) for t in self.tuples})
            self._fan_out[bound] = len(self.tuples) / max(1, distinct)
        return self._fan_out[bound]

    def insert(self, new: Sequence[Tuple]) -> None:
        """Adds facts that are not yet in the relation."""
        self.tuples += new
        if self._insert is None:
            self._insert = self._compiled()
        self._insert(new)

    def _compiled(self) -> JoinFunction:
        lines = []
        bindings: dict[str, object] = {"R": self.radix, "K": self.base}
        if self._keys is not None:
            bindings["add"] = self._keys.add
            lines.append(f"add(K + {digits([f'a{i}' for i in range(self.arity)])})")
        for number, (bound, index) in enumerate(self._indexes.items()):
            bindings[f"i{number}"] = index
            free = [f"a{i}" for i in range(self.arity) if i not in bound]
            value = free[0] if len(free) == 1 else f"({', '.join(free)})"
            lines.append(f"i{number}[{digits([f'a{i}' for i in bound])}].append({value})")
        names = "".join(f"a{i}, " for i in range(self.arity))
        body = [f"for {names}in new:" if names else "for _ in new:"]
        body += [" " + line for line in lines or ["pass"]]
        insert: JoinFunction = build([("insert", ["new"], body)], bindings)["insert"]
        return insert


class Join(NamedTuple):
    """What one join has to satisfy and to do.

    `domains[v]` are the values of variable v. `absent` are facts of predicates that never change,
    which must not hold; `checks` are tests of variables with the variables they take. Each binding
    found is passed on by `finish`, code in which variable v is `x{v}`, with its `bindings`.
    """

    domains: Sequence[frozenset[int]]
    atoms: Sequence[Pattern]
    absent: Sequence[Pattern]
    unequal: Sequence[tuple[int, int]]
    checks: Sequence[tuple[Callable[..., bool], Tuple]]
    finish: Sequence[str]
    bindings: dict[str, object]


def compile_join(
    join: Join,
    trigger: int | None,
    relations: dict[str, Relation],
    changing: frozenset[str],
    radix: int,
    tick: Callable[[], None],
) -> JoinFunction:
    """The function that takes new facts of the trigger (None: no fact) and finds all bindings.

    `changing` names the predicates whose facts may become more; `tick` is called every thousand
    or so steps and may raise.
    """
    writer = _Writer(join, relations, changing, radix, tick)
    functions = writer.write(trigger)
    function: JoinFunction = build(functions, writer.bindings)["f0"]
    return function


Function = tuple[str, list[str], list[str]]  # name, parameters, body


def build(functions: Iterable[Function], bindings: dict[str, object]) -> dict[str, Any]:
    """Compiles functions that see `bindings` as closure variables; all of the code is our own."""
    names = sorted(bindings)
    text = [f"def make({', '.join(names)}):"]
    made = []
    for name, parameters, body in functions:
        text.append(f" def {name}({', '.join(parameters)}):")
        text += ["  " + line for line in body]
        made.append(name)
    text.append(f" return {{{', '.join(f'{name!r}: {name}' for name in made)}}}")
    namespace: dict[str, Any] = {"__builtins__": {}}
    exec(_code("\n".join(text)), namespace)
    found: dict[str, Any] = namespace["make"](*[bindings[name] for name in names])
    return found


@lru_cache(maxsize=1024)
def _code(text: str) -> CodeType:
    return compile(text, "<join>", "exec")


def digits(parts: Sequence[str]) -> str:
    """Code for the number with these digits in base `R`."""
    if not parts:
        return "0"
    code = parts[0]
    for part in parts[1:]:
        code = f"({code}) * R + {part}" if "+" in code else f"{code} * R + {part}"
    return code


class _Writer:
    """Writes the functions of one join."""

    def __init__(
        self,
        join: Join,
        relations: dict[str, Relation],
        changing: frozenset[str],
        radix: int,
        tick: Callable[[], None],
    ) -> None:
        self.join = join
        self.relations = relations
        self.changing = changing
        self.bindings: dict[str, object] = {**join.bindings, "R": radix, "tick": tick}
        self.bound: set[int] = set()
        self.tested: set[tuple[str, int]] = set()
        self.functions: list[Function] = []
        self.body: list[str] = []
        self.depth = 0  # of loops in the current function
        self.counter = 0  # where the innermost loop's counting stands in `body`

    def write(self, trigger: int | None) -> list[Function]:
        remaining = set(range(len(self.join.atoms)))
        self.body = ["n = 0"]
        name, parameters = "f0", ["new"]
        if trigger is not None:
            remaining.discard(trigger)
            pattern = self.join.atoms[trigger]
            self._scan(pattern, tuple(range(len(pattern.terms))), "new")
        self._test(remaining)
        while True:
            step = self._next(remaining)
            if step is None:
                break
            if self.depth == MOST_LOOPS:
                inner = f"f{len(self.functions) + 1}"
                given = [f"x{v}" for v in sorted(self.bound)]
                self._line(f"{inner}({', '.join(given)})")
                self.functions.append((name, parameters, self.body))
                name, parameters, self.body, self.depth = inner, given, ["n = 0", "tick()"], 0
            if isinstance(step, Pattern):
                self._look_up(step)
            else:
                values = tuple(sorted(self.join.domains[step]))
                self._loop(f"x{step}", self._bind_name("l", values))
                self.bound.add(step)
            self._test(remaining)
        if self.depth > 1:  # the loops around the innermost one count often enough
            del self.body[self.counter : self.counter + 2]
        for line in self.join.finish:
            self._line(line)
        self.functions.append((name, parameters, self.body))
        return self.functions

    # ------------------------------------------------ the order of conditions

    def _next(self, remaining: set[int]) -> Pattern | int | None:
        """The condition with the fewest expected matches, or else a variable to loop over."""
        best, cost = None, 0.0
        for number in sorted(remaining):
            estimate = self._estimate(self.join.atoms[number])
            if best is None or estimate < cost:
                best, cost = number, estimate
        if best is not None:
            remaining.discard(best)
            return self.join.atoms[best]
        free = [v for v in range(len(self.join.domains)) if v not in self.bound]
        return min(free, key=lambda v: len(self.join.domains[v])) if free else None

    def _estimate(self, pattern: Pattern) -> float:
        relation = self.relations[pattern.predicate]
        bound = self._bound_positions(pattern)
        if pattern.predicate not in self.changing:
            return relation.fan_out(bound)
        conceivable = 1.0
        for position, term in enumerate(pattern.terms):
            if position not in bound:
                conceivable *= len(relation.columns[position] & self.join.domains[term])
        joined = bool(bound) or not pattern.terms
        return conceivable * UNKNOWN_SHARE * (1.0 if joined else 1e6)

    def _bound_positions(self, pattern: Pattern) -> Tuple:
        return tuple(i for i, t in enumerate(pattern.terms) if t < 0 or t in self.bound)

    # ------------------------------------------------ code

    def _line(self, code: str) -> None:
        self.body.append(" " * self.depth + code)

    def _loop(self, target: str, source: str) -> None:
        self._line(f"for {target} in {source}:")
        self.depth += 1
        self.counter = len(self.body)
        self._line("n += 1")
        self._line("if not n & 1023: tick()")

    def _bind_name(self, kind: str, value: object) -> str:
        name = f"{kind}{len(self.bindings)}"
        self.bindings[name] = value
        return name

    def _term(self, term: int) -> str:
        return f"x{term}" if term >= 0 else self._bind_name("c", ~term)

    def _key(self, pattern: Pattern, base: int) -> str:
        return f"{self._bind_name('k', base)} + {digits([self._term(t) for t in pattern.terms])}"

    def _look_up(self, pattern: Pattern) -> None:
        relation = self.relations[pattern.predicate]
        bound = self._bound_positions(pattern)
        if not bound:
            self._scan(pattern, tuple(range(len(pattern.terms))), relation.tuples)
            return
        key = digits([self._term(pattern.terms[i]) for i in bound])
        index = self._bind_name("i", relation.index(bound).get)
        free = tuple(i for i in range(len(pattern.terms)) if i not in bound)
        self._scan(pattern, free, f"{index}({key}, ())")

    def _scan(self, pattern: Pattern, positions: Tuple, source: object) -> None:
        """A loop over the given positions of the pattern's facts; binds their variables."""
        if not isinstance(source, str):
            source = self._bind_name("t", source)
        whole = len(positions) == len(pattern.terms)
        targets, again = [], []
        new: list[tuple[int, int]] = []
        for position in positions:
            term = pattern.terms[position]
            if term >= 0 and term not in self.bound:
                self.bound.add(term)
                new.append((term, position))
                targets.append(f"x{term}")
            else:  # an object, or a variable that stands here twice
                targets.append(f"y{position}")
                again.append(f"y{position} != {self._term(term)}")
        if whole:
            target = "".join(f"{name}, " for name in targets) or "_"
        else:
            target = ", ".join(targets)
        self._loop(target.rstrip(), source)
        relation = self.relations[pattern.predicate]
        for variable, position in new:
            domain = self.join.domains[variable]
            if not relation.columns[position] <= domain:
                again.append(f"x{variable} not in {self._bind_name('d', domain)}")
        if again:
            self._line(f"if {' or '.join(again)}: continue")

    def _test(self, remaining: set[int]) -> None:
        """Tests each condition whose variables have all been bound by now."""
        tests = []
        for number, (one, other) in enumerate(self.join.unequal):
            if self._ready("unequal", number, {one, other}):
                tests.append(f"{self._term(one)} == {self._term(other)}")
        for number in sorted(remaining):
            pattern = self.join.atoms[number]
            if pattern.variables() <= self.bound:
                remaining.discard(number)
                relation = self.relations[pattern.predicate]
                known = self._bind_name("s", relation.keys())
                tests.append(f"{self._key(pattern, relation.base)} not in {known}")
        for number, pattern in enumerate(self.join.absent):
            if self._ready("absent", number, pattern.variables()):
                relation = self.relations[pattern.predicate]
                known = self._bind_name("s", relation.keys())
                tests.append(f"{self._key(pattern, relation.base)} in {known}")
        for number, (check, variables) in enumerate(self.join.checks):
            if self._ready("check", number, set(variables)):
                given = ", ".join(f"x{v}" for v in variables)
                tests.append(f"not {self._bind_name('q', check)}({given})")
        if tests:
            leave = "continue" if self.depth else "return"
            self._line(f"if {' or '.join(tests)}: {leave}")

    def _ready(self, kind: str, number: int, variables: set[int]) -> bool:
        """Whether a test can be made now and was not made before."""
        if (kind, number) in self.tested or any(v >= 0 and v not in self.bound for v in variables):
            return False
        self.tested.add((kind, number))
        return True
