"""Which variable each name of a script means, and which variables closures capture from loops.

It finds scopes and variables; whether a name exists, and whether it is used rightly, is for
`resolver.py`. Rules: `let`, parameters, loop targets, `fn`, `import`, `catch ... as` and patterns
declare a name in the function (or module, or comprehension) they stand in. A plain assignment is
to the variable of the same function if that declares it; else to the nearest one outside that was
declared by `let` or as a parameter; else, if the function reads the name first (`x += 1` reads),
to the nearest one outside; else it makes a new local variable.

A closure made in a loop keeps the variables of its turn: variables declared in the loop's body are
handed to it by value, or, where they change after that, in a box of one element.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias

from planscript.lang import syntax as s
from planscript.lang.diagnostics import Span
from planscript.lang.records import dataclass, field

# Where a value comes from: ("value", expression), ("each", iterable) or ("augment", statement).
Source: TypeAlias = "tuple[str, Any, Scope]"


@dataclass(slots=True, eq=False)
class Variable:
    """A variable of a scope.

    `kind` says what declared it first: variable, parameter, loop, function, module, imported,
    caught, pattern, goal, error, or a name of a domain or world (domain, world, type, predicate,
    numeric, action, constant, object). `firm`: by `let` or as a parameter, so that inner functions
    assign to it. `node` is the declaring node.
    """

    name: str
    kind: str
    span: Span | None
    node: Any
    scope: Scope
    firm: bool = False
    # the loops whose bodies declare it: how often, and where first among the events of the scope
    loops: dict[Any, tuple[int, int]] = field(default_factory=dict)
    sources: list[Source | None] = field(default_factory=list)  # of its values; None: unknown
    first: int = 0  # where it first gets a value, among the events of its scope
    declarations: int = 0
    hidden_by: Span | None = None  # a name of the world: where script code binds it anew
    changes: int = 0  # plain and augmented assignments, here or in closures
    reads: int = 0
    boxed: bool = False


@dataclass(slots=True, eq=False)
class Scope:
    """A module, function or comprehension; `outer` maps assigned names to variables outside."""

    node: Any
    kind: str  # module, function, comprehension
    parent: Scope | None
    loops: tuple[object, ...] = ()  # around the place where the closure is made
    order: int = 0  # of that place among the events of the parent
    variables: dict[str, Variable] = field(default_factory=dict)
    outer: dict[str, Variable] = field(default_factory=dict)
    captures: dict[str, Variable] = field(default_factory=dict)  # handed over where it is made

    def lookup(self, name: str) -> Variable | None:
        """The variable that `name` means here."""
        scope: Scope | None = self
        while scope is not None:
            found = scope.variables.get(name) or scope.outer.get(name)
            if found is not None:
                return found
            scope = scope.parent
        return None

    @property
    def function(self) -> Scope:
        """The function or module that this scope belongs to."""
        scope = self
        while scope.kind == "comprehension" and scope.parent is not None:
            scope = scope.parent
        return scope


@dataclass(frozen=True, slots=True)
class Read:
    """A place where a name is read; `order` among the events of its function."""

    node: Any
    name: str
    span: Span
    scope: Scope
    order: int
    in_loop: bool


WORLD_KINDS = frozenset(
    ("domain", "world", "type", "predicate", "numeric", "action", "constant", "object")
)


@dataclass(slots=True)
class Scopes:
    """The scopes of a module.

    `of` maps each node that makes a scope to it; `compared` holds the pattern names that stand for
    an object of the world.
    """

    module: Scope
    of: dict[Any, Scope] = field(default_factory=dict)
    reads: list[Read] = field(default_factory=list)
    compared: set[Any] = field(default_factory=set)


def find_scopes(
    module: s.Module,
    declared: Callable[[Any], Iterable[tuple[str, str, Span]]],
    known: Mapping[str, str],
    firm: frozenset[str] = frozenset(),
) -> Scopes:
    """The scopes of a module.

    `declared` gives the names that a domain or world declaration binds: (name, kind, place);
    `known` the kinds of the names that the module has already (earlier inputs of a conversation),
    `firm` those of them that are firm.
    """
    scope = Scope(module, "module", None)
    for name, kind in known.items():
        scope.variables[name] = Variable(name, kind, None, None, scope, name in firm)
    scopes = Scopes(scope, {module: scope})
    _Walk(scopes, scope, declared).run(module.body)
    _box(scopes)
    return scopes


def _box(scopes: Scopes) -> None:
    """Decides which captured variables change after the closure is made."""
    for closure in scopes.of.values():
        for variable in closure.captures.values():
            turns = [variable.loops[loop] for loop in closure.loops if loop in variable.loops]
            late = any(first > closure.order or count > 1 for count, first in turns)
            itself = closure.node is variable.node
            if variable.changes or (late and not itself):
                variable.boxed = True
    for closure in scopes.of.values():
        closure.captures = {
            name: variable
            for name, variable in closure.captures.items()
            if variable.boxed or closure.node is not variable.node
        }


_PARAMETRIC = (s.Function, s.Lambda, s.Perform, s.OnClause)


class _Walk:
    """Finds the variables of one function or module, then walks the closures in it."""

    def __init__(self, scopes: Scopes, scope: Scope, declared: Any) -> None:
        self.scopes = scopes
        self.scope = scope  # changes inside comprehensions
        self.declared = declared
        self.loops: tuple[object, ...] = ()
        self.order = 0
        self.events: list[tuple[Any, ...]] = []
        self.closures: list[tuple[Any, Scope]] = []

    def run(self, body: Iterable[Any]) -> None:
        for node in body:
            self.visit(node)
        self._settle()

    # ------------------------------------------------ events

    def _bind(
        self,
        name: str,
        kind: str,
        span: Span,
        node: Any,
        firm: bool = False,
        source: Source | None = None,
    ) -> None:
        """A declaration of `name` in this scope."""
        self.order += 1
        scope = self.scope
        variable = scope.variables.get(name)
        if variable is None:
            variable = scope.variables[name] = Variable(
                name, kind, span, node, scope, firm, first=self.order
            )
        else:
            variable.firm = variable.firm or firm
            if variable.kind in WORLD_KINDS and kind not in WORLD_KINDS:
                variable.hidden_by = variable.hidden_by or span
        variable.declarations += 1
        variable.sources.append(source)
        if self.loops:
            count, first = variable.loops.get(self.loops[-1], (0, self.order))
            variable.loops[self.loops[-1]] = (count + 1, first)

    def _assign(
        self, name: str, span: Span, node: Any, source: Source | None, reads: bool = False
    ) -> None:
        self.order += 1
        self.events.append(("assign", name, span, node, reads, self.order, source))

    def _read(self, node: Any, name: str, span: Span) -> None:
        self.order += 1
        in_loop = bool(self.loops)
        self.events.append(("read", name, span, node, self.scope, self.order, in_loop))

    def _closure(self, node: Any) -> None:
        """A function is made here."""
        self.order += 1
        inner = Scope(node, "function", self.scope, self.loops, self.order)
        self.scopes.of[node] = inner
        self.closures.append((node, inner))

    def _settle(self) -> None:
        """Decides plain assignments, then reads, then walks the closures."""
        scope = self.scope
        first_read: dict[str, int] = {}
        augmented: set[str] = set()
        for event in self.events:
            if event[0] == "assign":
                if event[4]:
                    augmented.add(event[1])
            elif not self._is_inside(event[4], event[1]):
                first_read.setdefault(event[1], event[5])
        for event in self.events:
            if event[0] != "assign":
                continue
            _, name, span, node, _, order, source = event
            variable = scope.variables.get(name) or scope.outer.get(name)
            if variable is None:
                outside = scope.parent.lookup(name) if scope.parent else None
                reads_first = name in augmented or first_read.get(name, order) < order
                if outside is not None and (outside.firm or reads_first):
                    scope.outer[name] = variable = outside
                else:
                    variable = Variable(name, "variable", span, node, scope, first=order)
                    scope.variables[name] = variable
            elif variable.kind in WORLD_KINDS:
                variable.hidden_by = variable.hidden_by or span
            variable.changes += 1
            variable.sources.append(source)
            if variable.scope is scope:
                variable.first = min(variable.first, order)
        for event in self.events:
            if event[0] == "read":
                _, name, span, node, place, order, in_loop = event
                self.scopes.reads.append(Read(node, name, span, place, order, in_loop))
                variable = place.lookup(name)
                if variable is not None:
                    variable.reads += 1
                    self._capture(variable, place)
        for variable in scope.outer.values():
            self._capture(variable, scope)
        for node, inner in self.closures:
            _Walk(self.scopes, inner, self.declared).enter(node)

    def _is_inside(self, place: Scope, name: str) -> bool:
        """Whether `name` is bound by a comprehension between `place` and this scope."""
        while place is not self.scope and place.parent is not None:
            if name in place.variables:
                return True
            place = place.parent
        return False

    def _capture(self, variable: Variable, place: Scope) -> None:
        """Hands a loop's variable to the closure that reaches for it from `place`."""
        if not variable.loops:
            return
        closure: Scope | None = None
        scope: Scope | None = place
        while scope is not None and scope is not variable.scope:
            if scope.kind == "function":
                closure = scope
            scope = scope.parent
        if closure is not None and any(loop in variable.loops for loop in closure.loops):
            closure.captures[variable.name] = variable

    # ------------------------------------------------ closures

    def enter(self, node: Any) -> None:
        """Walks the inside of a closure."""
        if isinstance(node, _PARAMETRIC):
            for parameter in node.parameters:
                self._bind(parameter.name, "parameter", parameter.span, parameter, firm=True)
            self.run(node.body if isinstance(node.body, tuple) else (node.body,))
        elif isinstance(node, s.GoalDef):
            for typed in node.parameters or ():
                self._bind(typed.name, "parameter", typed.span, typed, firm=True)
            self.run((node.goal,))
        else:
            assert isinstance(node, s.Test)
            self.run(node.body)

    # ------------------------------------------------ nodes, in the order of evaluation

    def visit(self, node: Any) -> None:
        method = _VISITORS.get(type(node))
        if method is not None:
            method(self, node)
        else:
            for child in s.children(node):
                self.visit(child)

    def _block(self, block: s.Block) -> None:
        for statement in block:
            self.visit(statement)

    def _name(self, node: s.Name) -> None:
        self._read(node, node.id, node.span)

    def _target(self, target: Any, kind: str | None, source: Source | None) -> None:
        """Binds the names of a target: as a declaration of `kind`, or (None) by assignment."""
        if isinstance(target, s.Name):
            if kind is None:
                self._assign(target.id, target.span, target, source)
            else:
                firm = kind == "variable"
                self._bind(target.id, kind, target.span, target, firm, source)
        elif isinstance(target, s.Sequence):
            values = self._paired(target, source)
            for item, value in zip(target.items, values, strict=True):
                self._target(item.value if isinstance(item, s.Spread) else item, kind, value)
        else:
            self.visit(target)

    def _paired(self, target: s.Sequence, source: Source | None) -> list[Source | None]:
        """The sources of the parts of a target, where the value is written in parts too."""
        if source is not None and source[0] == "value" and isinstance(source[1], s.Sequence):
            values = source[1].items
            parts = (*target.items, *values)
            if len(values) == len(target.items) and not any(isinstance(p, s.Spread) for p in parts):
                return [("value", value, source[2]) for value in values]
        return [None] * len(target.items)

    def _let(self, node: s.Let) -> None:
        self.visit(node.value)
        self._target(node.target, "variable", ("value", node.value, self.scope))

    def _assignment(self, node: s.Assign) -> None:
        self.visit(node.value)
        for target in node.targets:
            self._target(target, None, ("value", node.value, self.scope))

    def _augment(self, node: s.Augment) -> None:
        if isinstance(node.target, s.Name):
            self.visit(node.value)
            source = ("augment", node, self.scope)
            self._assign(node.target.id, node.target.span, node.target, source, reads=True)
        else:
            self.visit(node.target)
            self.visit(node.value)

    def _for(self, node: s.For) -> None:
        self.visit(node.iterable)
        outside = self.loops
        self.loops = (*outside, node)
        self._target(node.target, "loop", ("each", node.iterable, self.scope))
        self._block(node.body)
        self.loops = outside
        self._block(node.otherwise)

    def _while(self, node: s.While) -> None:
        outside = self.loops
        self.loops = (*outside, node)
        self.visit(node.condition)
        self._block(node.body)
        self.loops = outside
        self._block(node.otherwise)

    def _function(self, node: s.Function) -> None:
        self._defaults(node)
        self._bind(node.name, "function", node.name_span, node)
        self._closure(node)

    def _lambda(self, node: s.Lambda) -> None:
        self._defaults(node)
        self._closure(node)

    def _perform(self, node: s.Perform) -> None:
        self._defaults(node)
        for option in node.options:
            self.visit(option)
        self._closure(node)
        for clause in node.clauses:
            self._closure(clause)

    def _defaults(self, node: s.Function | s.Lambda | s.Perform) -> None:
        for parameter in node.parameters:
            if parameter.default is not None:
                self.visit(parameter.default)

    def _test(self, node: s.Test) -> None:
        for part in (*node.faults, *node.events, *node.options):
            self.visit(part)
        self._closure(node)

    def _goal_def(self, node: s.GoalDef) -> None:
        self._bind(node.name, "goal", node.name_span, node)
        self._closure(node)

    def _error_def(self, node: s.ErrorDef) -> None:
        for parameter in node.parameters:
            if parameter.default is not None:
                self.visit(parameter.default)
        self._bind(node.name, "error", node.name_span, node)

    def _import(self, node: s.Import) -> None:
        self._bind(node.alias, "module", node.span, node)

    def _from_import(self, node: s.FromImport) -> None:
        for one in node.names:
            self._bind(one.alias, "imported", one.span, one)

    def _try(self, node: s.Try) -> None:
        self._block(node.body)
        for one in node.catches:
            for kind in one.kinds:
                self.visit(kind)
            if one.name is not None:
                self._bind(one.name, "caught", one.span, one)
            self._block(one.body)
        self._block(node.final or ())

    def _case(self, node: s.Case) -> None:
        self._pattern(node.pattern)
        if node.guard is not None:
            self.visit(node.guard)
        self._block(node.body)

    def _pattern(self, pattern: Any) -> None:
        match pattern:
            case s.PatternName():
                if self._is_object(pattern.name):
                    self.scopes.compared.add(pattern)
                    self._read(pattern, pattern.name, pattern.span)
                else:
                    self._bind(pattern.name, "pattern", pattern.span, pattern)
            case s.PatternRest():
                if pattern.name is not None:
                    self._bind(pattern.name, "pattern", pattern.span, pattern)
            case s.PatternAs():
                self._pattern(pattern.pattern)
                self._bind(pattern.name, "pattern", pattern.span, pattern)
            case s.PatternStep():
                self._read(pattern, pattern.name, pattern.name_span)
                for one in pattern.args:
                    self._pattern(one)
            case s.PatternOr():
                for one in pattern.options:
                    self._pattern(one)
            case s.PatternList():
                for item in pattern.items:
                    self._pattern(item)
            case s.PatternMap():
                for key, inner in pattern.entries:
                    self.visit(key)
                    self._pattern(inner)
                if pattern.rest is not None:
                    self._pattern(pattern.rest)
            case s.PatternValue():
                self.visit(pattern.value)

    def _is_object(self, name: str) -> bool:
        """Whether a pattern's name stands for an object of the world, not for a new variable."""
        found = self.scope.lookup(name)
        return found is not None and found.kind in ("object", "constant")

    def _comprehension(self, node: s.Comprehension) -> None:
        self.visit(node.clauses[0].iterable)
        outer, loops = self.scope, self.loops
        self.scope = self.scopes.of[node] = Scope(node, "comprehension", outer, self.loops)
        for number, clause in enumerate(node.clauses):
            place = outer
            if number:
                place = self.scope
                self.visit(clause.iterable)
            self.loops = (*self.loops, clause)
            self._target(clause.target, "loop", ("each", clause.iterable, place))
            for condition in clause.conditions:
                self.visit(condition)
        if node.key is not None:
            self.visit(node.key)
        self.visit(node.element)
        self.scope, self.loops = outer, loops

    def _declaration(self, node: Any) -> None:
        for name, kind, span in self.declared(node):
            self._bind(name, kind, span, node)

    # ------------------------------------------------ formulas

    def _atom(self, node: s.Atom) -> None:
        self._read(node, node.name, node.name_span)
        for arg in node.args:
            self.visit(arg)

    def _quantifier(self, node: s.ForAll | s.Exists) -> None:
        """The variables of a quantifier are names of the formula: no reading of the script's."""
        bound = {typed.name for typed in node.parameters}
        before = len(self.events)
        self.visit(node.body)
        self.events[before:] = [
            event
            for event in self.events[before:]
            if not (event[0] == "read" and event[1] in bound and isinstance(event[3], s.Name))
        ]

    def _describe(self, node: s.Describe) -> None:
        """Its parameters are names of the gloss."""


_VISITORS: dict[type, Callable[[Any, Any], None]] = {
    s.Name: _Walk._name,
    s.Let: _Walk._let,
    s.Assign: _Walk._assignment,
    s.Augment: _Walk._augment,
    s.For: _Walk._for,
    s.While: _Walk._while,
    s.Function: _Walk._function,
    s.Lambda: _Walk._lambda,
    s.Perform: _Walk._perform,
    s.Test: _Walk._test,
    s.GoalDef: _Walk._goal_def,
    s.ErrorDef: _Walk._error_def,
    s.Import: _Walk._import,
    s.FromImport: _Walk._from_import,
    s.Try: _Walk._try,
    s.Case: _Walk._case,
    s.Comprehension: _Walk._comprehension,
    s.DomainDef: _Walk._declaration,
    s.DomainFile: _Walk._declaration,
    s.WorldDef: _Walk._declaration,
    s.WorldFile: _Walk._declaration,
    s.Atom: _Walk._atom,
    s.ForAll: _Walk._quantifier,
    s.Exists: _Walk._quantifier,
    s.Describe: _Walk._describe,
}
