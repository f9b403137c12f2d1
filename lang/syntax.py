"""The syntax tree: frozen, slotted dataclasses, each with its span.

Plain data that the parser builds; it knows nothing of scopes, values or planning. Nodes compare and
hash by identity, so that later stages can keep what they find out in tables keyed by node; `same`
compares two trees by content.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias
from typing import Literal as Choice

from planscript.lang.diagnostics import Span
from planscript.lang.records import dataclass

# ---------------------------------------------------------------- expressions


@dataclass(frozen=True, slots=True, eq=False)
class Constant:
    """A number, `true`, `false` or `none`. Strings are `Text`."""

    value: int | float | bool | None
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Slot:
    """`{value}` or `{value:spec}` in a string."""

    value: Expression
    spec: Text | None
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Text:
    """A string: pieces of text (escapes resolved) and slots, in order."""

    parts: tuple[str | Slot, ...]
    span: Span

    @property
    def plain(self) -> str | None:
        """The text, where the string has no slot; else None."""
        if any(isinstance(part, Slot) for part in self.parts):
            return None
        return "".join(part for part in self.parts if isinstance(part, str))

    @property
    def template(self) -> str:
        """The text with each slot that is a name written as `{name}`, any other as `{}`."""
        return "".join(
            part
            if isinstance(part, str)
            else "{" + (part.value.id if isinstance(part.value, Name) else "") + "}"
            for part in self.parts
        )


@dataclass(frozen=True, slots=True, eq=False)
class Name:
    id: str
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """`*value` in a list, set, tuple or call; `**value` in a map or call (`keywords`)."""

    value: Expression
    keywords: bool
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Sequence:
    """`[a, b]`, `{a, b}` or `(a, b)` / `a, b`."""

    kind: Choice["list", "set", "tuple"]
    items: tuple[Expression | Spread, ...]
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    key: Expression
    value: Expression
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Map:
    entries: tuple[Entry | Spread, ...]
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Unary:
    """op: `-`, `+`, `~` or `not`."""

    op: str
    operand: Expression
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Binary:
    """op: `+ - * / // % ** & | ^ << >>` or `implies`."""

    op: str
    left: Expression
    right: Expression
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Logic:
    """`a and b and c` or `a or b or c`, of two parts or more."""

    op: Choice["and", "or"]
    parts: tuple[Expression, ...]
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """`first op1 x1 op2 x2 ...`; ops: `== != < <= > >= in`, `not in`."""

    first: Expression
    rest: tuple[tuple[str, Expression], ...]
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Conditional:
    """`then if condition else otherwise`."""

    condition: Expression
    then: Expression
    otherwise: Expression
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Argument:
    """`value`, or `name=value`."""

    name: str | None
    value: Expression
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Call:
    function: Expression
    arguments: tuple[Argument | Spread, ...]
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Attribute:
    """`value.name`; `name_span` is the place of the name alone."""

    value: Expression
    name: str
    name_span: Span
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Slice:
    """`start:stop:step` between square brackets."""

    start: Expression | None
    stop: Expression | None
    step: Expression | None
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Index:
    value: Expression
    index: Expression | Slice
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Parameter:
    """A parameter of a function: `name`, `name=default`, `*name` (rest) or `**name` (keywords)."""

    name: str
    default: Expression | None
    kind: Choice["plain", "rest", "keywords"]
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Lambda:
    """`fn(x): body` or `lambda x: body`."""

    parameters: tuple[Parameter, ...]
    body: Expression
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Clause:
    """`for target in iterable if condition ...` of a comprehension."""

    target: Target
    iterable: Expression
    conditions: tuple[Expression, ...]
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Comprehension:
    """`[element for ...]`, `{element for ...}`, `{key: element for ...}` (`key` only for maps)."""

    kind: Choice["list", "set", "map"]
    key: Expression | None
    element: Expression
    clauses: tuple[Clause, ...]
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Ask:
    """A quantified formula in an ordinary expression: a question about the current world."""

    formula: ForAll | Exists
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """`plan goal keeping ... allowing ... avoiding ... with ...`: a plan, not carried out.

    `allowing` is None where it was not written.
    """

    goal: Goal
    keeping: Goal | None
    allowing: tuple[Name, ...] | None
    avoiding: tuple[Avoided, ...]
    options: tuple[Argument, ...]
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Avoided:
    """`avoiding drive(van, _)`: None in `args` is `_`, any object; without brackets: all steps."""

    action: str
    args: tuple[Expression | None, ...] | None
    name_span: Span
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Holds:
    """`holds goal`: whether the goal is true in the current world."""

    goal: Goal
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class GoalLiteral:
    """`goal "..."` inside an expression: the compiled goal as a value."""

    goal: Goal
    span: Span


Expression: TypeAlias = (
    Constant
    | Text
    | Name
    | Sequence
    | Map
    | Unary
    | Binary
    | Logic
    | Comparison
    | Conditional
    | Call
    | Attribute
    | Index
    | Lambda
    | Comprehension
    | Ask
    | Plan
    | Holds
    | GoalLiteral
)

# What can stand on the left of `=` and after `for`: Name, Attribute, Index, or a Sequence of these
# in which one item may be a Spread of a Name.
Target: TypeAlias = Name | Attribute | Index | Sequence

# ---------------------------------------------------------------- formulas


@dataclass(frozen=True, slots=True, eq=False)
class Typed:
    """`name: type` or `name: one or other`; no types means any object."""

    name: str
    types: tuple[Name, ...]
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Atom:
    """`name(arg, ...)`: a predicate (or a numeric function) of terms.

    In domains and worlds each argument is a `Name`. In formulas of script code an argument may be
    any expression; what the host is given has only `Name`s (see `Host.goal_formula`).
    """

    name: str
    args: tuple[Expression, ...]
    name_span: Span
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Equals:
    """`left == right` of two terms; `!=` is a `Not` around it."""

    left: Expression
    right: Expression
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Not:
    part: Formula
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class And:
    """Of two parts or more, except that `true` is `And(())`."""

    parts: tuple[Formula, ...]
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Or:
    """Of two parts or more, except that `false` is `Or(())`."""

    parts: tuple[Formula, ...]
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Implies:
    left: Formula
    right: Formula
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class ForAll:
    parameters: tuple[Typed, ...]
    body: Formula
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Exists:
    parameters: tuple[Typed, ...]
    body: Formula
    span: Span


Formula: TypeAlias = Atom | Equals | Not | And | Or | Implies | ForAll | Exists

# ---------------------------------------------------------------- goals


@dataclass(frozen=True, slots=True, eq=False)
class GoalText:
    """Natural language."""

    text: Text
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class GoalFormula:
    """A formula.

    A lone `name(...)` parses to this; where `name` is no predicate of the domain in scope, the
    resolver says so (`Resolution.value_goals`) and it is a call that gives a goal.
    """

    formula: Formula
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class GoalValue:
    """Any other expression: it gives a goal, or text, when it runs."""

    value: Expression
    span: Span


Goal: TypeAlias = GoalText | GoalFormula | GoalValue

# ---------------------------------------------------------------- effects


@dataclass(frozen=True, slots=True, eq=False)
class EffectLiteral:
    """`atom` becomes true, or with `not` (positive is False) false."""

    atom: Atom
    positive: bool
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class EffectAnd:
    parts: tuple[Effect, ...]
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class EffectForAll:
    """`forall x: t (effect)`."""

    parameters: tuple[Typed, ...]
    effect: Effect
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class EffectWhen:
    """`when condition: effect`."""

    condition: Formula
    effect: Effect
    span: Span


Effect: TypeAlias = EffectLiteral | EffectAnd | EffectForAll | EffectWhen

# ---------------------------------------------------------------- domains and worlds


@dataclass(frozen=True, slots=True, eq=False)
class Gloss:
    """What a predicate or an action means in words; `text.template` has `{parameter}` slots."""

    language: str  # "en", "zh", ...
    text: Text
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class TypeDef:
    """One type; `van, truck: vehicle` gives two. No parents: directly below `object`."""

    name: str
    parents: tuple[Name, ...]
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class PredicateDef:
    """`predicate name(x: t): "gloss"`."""

    name: str
    parameters: tuple[Typed, ...]
    glosses: tuple[Gloss, ...]
    name_span: Span
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class NumericDef:
    """`function name(x: t): "gloss"`: a number that worlds give by `values:`."""

    name: str
    parameters: tuple[Typed, ...]
    glosses: tuple[Gloss, ...]
    name_span: Span
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class ActionDef:
    """`action name(x: t): "gloss"` with its block. A part that was not written is None.

    `cost` is a number or a numeric function of the parameters.
    """

    name: str
    parameters: tuple[Typed, ...]
    glosses: tuple[Gloss, ...]
    precondition: Formula | None
    effect: Effect | None
    cost: Constant | Atom | None
    observe: Formula | None
    irreversible: bool
    name_span: Span
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class DerivedDef:
    """`derived name(x: t): formula`: a predicate that follows from others."""

    name: str
    parameters: tuple[Typed, ...]
    body: Formula
    name_span: Span
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class DomainDef:
    """`domain name:` with its block. `span` is the head line."""

    name: str
    types: tuple[TypeDef, ...]
    constants: tuple[Typed, ...]
    predicates: tuple[PredicateDef, ...]
    functions: tuple[NumericDef, ...]
    actions: tuple[ActionDef, ...]
    derived: tuple[DerivedDef, ...]
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class DomainFile:
    """`domain "file.pddl"`, with `as name` where given."""

    path: str
    name: str | None
    path_span: Span
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class ValueDef:
    """`distance(x, y) = 3` in a world."""

    function: Atom
    value: int | float
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class WorldDef:
    """`world name of domain:` with its block. `span` is the head line."""

    name: str
    domain: Name
    objects: tuple[Typed, ...]
    init: tuple[Atom, ...]
    unknown: tuple[Atom, ...]
    values: tuple[ValueDef, ...]
    goal: Goal | None
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class WorldFile:
    """`world "problem.pddl"`, with `as name` where given."""

    path: str
    name: str | None
    path_span: Span
    span: Span


# ---------------------------------------------------------------- patterns


@dataclass(frozen=True, slots=True, eq=False)
class PatternValue:
    """A literal, or a dotted name: matches what equals it."""

    value: Expression
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class PatternName:
    """Binds the name; but the name of an object of the world matches that object."""

    name: str
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class PatternAny:
    """`_`."""

    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class PatternRest:
    """`*name` in a list pattern, `**name` in a map pattern; None for `*_`."""

    name: str | None
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class PatternList:
    """`[a, *rest, b]`: a list (or tuple) of that shape; at most one item is a PatternRest."""

    items: tuple[Pattern | PatternRest, ...]
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class PatternMap:
    """`{"k": p, **rest}`: a map that has these keys."""

    entries: tuple[tuple[Expression, Pattern], ...]
    rest: PatternRest | None
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class PatternStep:
    """`pick(f, s)`: a step of a plan; a value of a kind of error where `name` is one."""

    name: str
    args: tuple[Pattern, ...]
    name_span: Span
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class PatternOr:
    options: tuple[Pattern, ...]
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class PatternAs:
    """`pattern as name`."""

    pattern: Pattern
    name: str
    span: Span


Pattern: TypeAlias = (
    PatternValue
    | PatternName
    | PatternAny
    | PatternList
    | PatternMap
    | PatternStep
    | PatternOr
    | PatternAs
)

# ---------------------------------------------------------------- statements


@dataclass(frozen=True, slots=True, eq=False)
class Let:
    """`let target = value`; declares the names of the target."""

    target: Target
    value: Expression
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Assign:
    """`a = b = value`."""

    targets: tuple[Target, ...]
    value: Expression
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Augment:
    """`target op= value`; `op` without the `=`."""

    target: Name | Attribute | Index
    op: str
    value: Expression
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Evaluate:
    """An expression that stands as a statement."""

    value: Expression
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class If:
    """`elif` is an If of its own, alone in `otherwise`. `span` is the head line."""

    condition: Expression
    body: Block
    otherwise: Block
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class While:
    """`otherwise` (the `else:` block) runs when the loop ends without `break`."""

    condition: Expression
    body: Block
    otherwise: Block
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class For:
    target: Target
    iterable: Expression
    body: Block
    otherwise: Block
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Break:
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Continue:
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Pass:
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Return:
    value: Expression | None
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """`fn name(parameters):`. `span` is the head line."""

    name: str
    parameters: tuple[Parameter, ...]
    body: Block
    name_span: Span
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Catch:
    """`catch Kind, Other as name:`; no kinds: any error."""

    kinds: tuple[Expression, ...]
    name: str | None
    body: Block
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Try:
    """`final` (the `finally:` block) is None where it was not written."""

    body: Block
    catches: tuple[Catch, ...]
    final: Block | None
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Raise:
    """`raise error`, or a bare `raise` inside `catch`."""

    value: Expression | None
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Fail:
    """`fail "why"`."""

    value: Expression | None
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """`case pattern if guard:`."""

    pattern: Pattern
    guard: Expression | None
    body: Block
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Match:
    subject: Expression
    cases: tuple[Case, ...]
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Import:
    """`import name`, `import "path"`, with `as alias`; `alias` is the name that gets bound."""

    module: str
    is_path: bool
    alias: str
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class ImportedName:
    """`name as alias` of a `from` import; the alias is the name where none is written."""

    name: str
    alias: str
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class FromImport:
    module: str
    is_path: bool
    names: tuple[ImportedName, ...]
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Fault:
    """`faults pick: 20%`: the action fails in this share of its steps."""

    action: str
    share: float
    name_span: Span
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Event:
    """`event formula after 3 steps`: the formula becomes true then."""

    formula: Formula
    after: int
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Test:
    """`test "name" with faults pick: 20%, event not free() after 3 steps, seed=1:`."""

    name: str
    faults: tuple[Fault, ...]
    events: tuple[Event, ...]
    options: tuple[Argument, ...]
    body: Block
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Expect:
    value: Expression
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Achieve:
    """`achieve goal keeping ... allowing ... avoiding ... with ...`.

    `otherwise` is the block of `else:`, None where not written.
    """

    goal: Goal
    keeping: Goal | None
    allowing: tuple[Name, ...] | None
    avoiding: tuple[Avoided, ...]
    options: tuple[Argument, ...]
    otherwise: Block | None
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Now:
    """`now formula`: the formula is a conjunction of literals."""

    formula: Formula
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Perform:
    """`perform action(a, b) with ...:` handles an action; `span` is the head line."""

    action: str
    parameters: tuple[Parameter, ...]
    options: tuple[Argument, ...]
    body: Block
    clauses: tuple[OnClause, ...]
    name_span: Span
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class OnClause:
    """`on fail as name:` or `on doubt:` after a `perform` block.

    `parameters` are those of the handler, then the one that `as` names.
    """

    event: str
    parameters: tuple[Parameter, ...]
    body: Block
    event_span: Span
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class PerformBy:
    """`perform action = function with ...`."""

    action: str
    value: Expression
    options: tuple[Argument, ...]
    name_span: Span
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class GoalDef:
    """`goal name = goal`, or `goal name(x: t): goal`; `parameters` is None without parentheses."""

    name: str
    parameters: tuple[Typed, ...] | None
    goal: Goal
    name_span: Span
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Describe:
    """`describe on(f, s): "{f} is on {s}", zh: "..."`: glosses for a predicate or an action.

    `describe apple: "the apple", zh: "..."`: words for an object or a type.
    """

    name: str
    parameters: tuple[Name, ...]
    glosses: tuple[Gloss, ...]
    name_span: Span
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class ErrorDef:
    """`error OutOfStock(item)`: a kind of error with fields."""

    name: str
    parameters: tuple[Parameter, ...]
    name_span: Span
    span: Span


Statement: TypeAlias = (
    Let
    | Assign
    | Augment
    | Evaluate
    | If
    | While
    | For
    | Break
    | Continue
    | Pass
    | Return
    | Function
    | Try
    | Raise
    | Fail
    | Match
    | Import
    | FromImport
    | Test
    | Expect
    | Achieve
    | Now
    | Perform
    | PerformBy
    | GoalDef
    | Describe
    | ErrorDef
    | DomainDef
    | DomainFile
    | WorldDef
    | WorldFile
)
Block: TypeAlias = tuple[Statement, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Module:
    """A whole script."""

    body: Block
    source: str


# ---------------------------------------------------------------- walking


def children(node: Any) -> Iterator[object]:
    """The syntax nodes directly below a node, in the order of the text."""
    for name in _FIELDS[type(node)]:
        value = getattr(node, name)
        if type(value) is tuple:
            yield from _nodes(value)
        elif is_node(value):
            yield value


def is_node(value: object) -> bool:
    """Whether a value is a node of the tree."""
    return type(value) in _FIELDS


def _nodes(values: tuple[object, ...]) -> Iterator[object]:
    for value in values:
        if type(value) is tuple:
            yield from _nodes(value)
        elif is_node(value):
            yield value


def walk(node: Any) -> Iterator[Any]:
    """The node and all nodes below it, parents first; safe at any depth."""
    todo = [node]
    while todo:
        one = todo.pop()
        yield one
        todo.extend(reversed(list(children(one))))


def same(one: object, other: object) -> bool:
    """Whether two trees are equal in all but their spans; safe at any depth."""
    todo: list[tuple[Any, Any]] = [(one, other)]
    while todo:
        left, right = todo.pop()
        if isinstance(left, Span):
            continue
        if type(left) is not type(right):
            return False
        if isinstance(left, tuple) and isinstance(right, tuple):
            if len(left) != len(right):
                return False
            todo.extend(zip(left, right, strict=True))
        elif type(left) in _FIELDS:
            names = type(left).__match_args__
            todo.extend((getattr(left, name), getattr(right, name)) for name in names)
        elif left != right and not (left != left and right != right):
            return False
    return True


def walk_statements(block: Block) -> Iterator[Statement]:
    """All statements of a block and of the blocks inside it, in the order of the text."""
    todo: list[Any] = list(reversed(block))
    while todo:
        one = todo.pop()
        yield one
        inner: list[object] = []
        for name in _FIELDS[type(one)]:
            value = getattr(one, name)
            if type(value) is tuple:
                inner += [n for n in value if type(n) in _HAS_STATEMENTS]
        todo.extend(reversed(inner))


_HAS_STATEMENTS = frozenset(Statement.__args__) | {Catch, Case, OnClause}
# the fields of each kind of node that may hold nodes
_FIELDS: dict[type, tuple[str, ...]] = {
    kind: tuple(name for name in vars(kind).get("__match_args__", ()) if not name.endswith("span"))
    for kind in list(globals().values())
    if isinstance(kind, type) and kind.__module__ == __name__
}
