"""The goals of a script, found without running it; those in natural language are compiled.

For `planscript compile`, `planscript goals show` and `planscript check`. The types of slots (`{p}`)
are worked out from what the script says: loops over `objects(type)`, parameters of named goals and
of handlers, names of objects, and the arguments that a function is called with.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from planscript.lang import syntax
from planscript.lang.diagnostics import Diagnostic, PlanscriptError, Span
from planscript.runtime.acting import Acting
from planscript.runtime.builtins import BUILTINS
from planscript.runtime.goals.compiler import CompiledGoal, GoalDoubt, Hole, Scope

if TYPE_CHECKING:
    from planscript.runtime.session import Session

Types = dict[str, str]  # script name -> name of a type, in a stretch of the script
_LEAVE_THE_WORLD = frozenset({*BUILTINS, "print", "objects", "say", "cost", "help", "why_not"})
_DEFINITIONS = (
    syntax.Function,
    syntax.Perform,
    syntax.PerformBy,
    syntax.GoalDef,
    syntax.Test,
)


@dataclass(frozen=True, slots=True)
class ScopedGoal:
    """A goal where it stands: the types of the names in scope there, and what it is for.

    `use` is "sought" by `achieve` or `plan`, "kept" by `keeping`, "asked" by `holds`, or "named".
    `allowing` are predicates by their model names. `is_first` says that it is sought in the world
    as the script declares it: nothing has changed that world before.
    """

    node: syntax.Goal
    types: Types
    use: Literal["sought", "kept", "asked", "named"]
    allowing: tuple[str, ...] = ()
    is_first: bool = False


@dataclass(frozen=True, slots=True)
class FoundGoal:
    """One text: where it stands, what it says, and what became of it.

    One of `compiled`, `doubt` and `skipped` is set; `skipped` says why it was not compiled.
    """

    span: Span
    text: str
    compiled: CompiledGoal | None = None
    doubt: GoalDoubt | None = None
    skipped: str = ""
    words: str = ""


def goals_of_file(session: Session, path: str) -> Iterator[FoundGoal]:
    """Each natural-language goal of a script file, compiled in the domain and world in scope there.

    The session has run nothing yet. Raises SourceError for a declaration that is wrong.
    """
    for goal in scoped_goals(parsed(session, path), session.acting):
        if isinstance(goal.node, syntax.GoalText):
            yield compile_text(goal.node.text, goal, session.acting)
        elif isinstance(goal.node, syntax.GoalValue):
            why = "what it says, if it is text, shows only when the script runs"
            yield FoundGoal(goal.node.span, "{...}", skipped=why)


def parsed(session: Session, path: str) -> syntax.Module:
    """The tree of a script file, whose folder the session enters."""
    from planscript.lang.parser import parse

    session.enter_folder(path)
    return parse(session.read_source(path), path)


def scoped_goals(module: syntax.Module, acting: Acting) -> Iterator[ScopedGoal]:
    """Each goal of a script, while the domain and the world in scope there are in scope.

    Declares the script's domains and worlds in `acting`; runs nothing else.
    Raises SourceError for a declaration that is wrong.
    """
    walker = _Walker(module, acting)
    for statement in module.body:
        match statement:
            case syntax.DomainDef() | syntax.DomainFile():
                acting.declare_domain(statement, walker.bindings)
                continue
            case syntax.WorldDef() | syntax.WorldFile():
                acting.declare_world(statement, walker.bindings)
                walker.infer_calls()
                walker.is_changed = False
            case syntax.Describe():
                acting.describe(statement)
                continue
        yield from walker.goals(statement)


def compile_text(text: syntax.Text, goal: ScopedGoal, acting: Acting) -> FoundGoal:
    """What becomes of the text of a goal."""
    said = " ".join(text.template.split())
    world = acting.world
    if world is None:
        return FoundGoal(text.span, said, skipped="no world is in scope here")
    pieces: list[str | Hole] = []
    taken: set[str] = set()
    for part in text.parts:
        if isinstance(part, str):
            pieces.append(part)
            continue
        name = part.value.id if isinstance(part.value, syntax.Name) else ""
        kind = goal.types.get(name)
        key = acting.names.to_model(name)
        if kind is None and key in world.objects:
            kind = acting.names.to_script(world.objects[key].types[0])
        if kind is None:
            slot = "{" + (name or "...") + "}"
            return FoundGoal(
                text.span, said, skipped=f"the type of {slot} shows only when the script runs"
            )
        model_type = acting.names.to_model(kind)
        of_type = [o for o, p in world.objects.items() if p.types[0] == model_type]
        of_type += [o for o in world.objects_of(model_type) if o not in of_type]
        fitting = [o for o in of_type if o not in taken] or of_type
        if not fitting:
            return FoundGoal(text.span, said, skipped=f"the world has no {kind}")
        taken.add(fitting[0])
        pieces.append(Hole(name, fitting[0]))
    scope = Scope(world.domain, world.objects, world.state)
    speaker = acting.speaker(language=acting.language_of(said))
    try:
        compiled = acting.compiler.compile(pieces, scope, speaker.goal, goal.allowing)
    except GoalDoubt as doubt:
        return FoundGoal(text.span, said, doubt=doubt)
    except PlanscriptError as error:
        return FoundGoal(text.span, said, skipped=error.diagnostics[0].title)
    return FoundGoal(text.span, said, compiled=compiled, words=compiled.entry.says)


@dataclass
class _Walker:
    """Finds goals with the types of the names that are in scope there."""

    module: syntax.Module
    acting: Acting
    bindings: dict[str, object] = field(default_factory=dict)
    is_changed: bool = False  # the world is perhaps not as it was declared
    functions: dict[str, Types] = field(default_factory=dict)

    def infer_calls(self) -> None:
        """The types of functions' parameters from the calls in the script (two rounds)."""
        declared = {
            node.name: [p.name for p in node.parameters]
            for node in syntax.walk(self.module)
            if isinstance(node, syntax.Function)
        }
        for _ in range(2):
            for statement in self.module.body:
                for call, types in self._calls(statement, {}):
                    assert isinstance(call.function, syntax.Name)
                    known = self.functions.setdefault(call.function.id, {})
                    for name, argument in zip(
                        declared.get(call.function.id, []), call.arguments, strict=False
                    ):
                        kind = isinstance(argument, syntax.Argument) and self._type_of(
                            argument.value, types
                        )
                        if kind:
                            known.setdefault(name, kind)

    def _calls(self, node: object, types: Types) -> Iterator[tuple[syntax.Call, Types]]:
        for one, scope in self._scoped(node, types):
            if isinstance(one, syntax.Call) and isinstance(one.function, syntax.Name):
                yield one, scope

    def goals(self, statement: syntax.Statement) -> Iterator[ScopedGoal]:
        """The goals in a statement, in the order of the text."""
        at_once = not isinstance(statement, _DEFINITIONS)
        known: dict[int, ScopedGoal] = {}  # goals of nodes above, by the identity of their nodes
        for node, types in self._scoped(statement, {}):
            match node:
                case syntax.GoalText() | syntax.GoalFormula():
                    yield known.get(id(node)) or ScopedGoal(node, types, "named")
                case syntax.GoalValue(value=syntax.Index()):
                    yield known.get(id(node)) or ScopedGoal(node, types, "named")
                case syntax.GoalLiteral(goal=syntax.GoalValue(value=value) as given):
                    if not isinstance(value, syntax.Index):
                        yield ScopedGoal(given, types, "named")
                case syntax.Holds(goal=goal):
                    known[id(goal)] = ScopedGoal(goal, types, "asked")
                case syntax.Achieve() | syntax.Plan():
                    allowing = self._allowed(node)
                    first = at_once and not self.is_changed
                    known[id(node.goal)] = ScopedGoal(node.goal, types, "sought", allowing, first)
                    if node.keeping is not None:
                        known[id(node.keeping)] = ScopedGoal(node.keeping, types, "kept", allowing)
                    self.is_changed |= at_once and isinstance(node, syntax.Achieve)
                case syntax.Now():
                    self.is_changed |= at_once
                case syntax.Call(function=function):
                    known_name = isinstance(function, syntax.Name) and function.id
                    self.is_changed |= at_once and known_name not in _LEAVE_THE_WORLD

    def _allowed(self, node: syntax.Achieve | syntax.Plan) -> tuple[str, ...]:
        return tuple(sorted(self.acting.names.to_model(name.id) for name in node.allowing or ()))

    def _scoped(self, root: object, types: Types) -> Iterator[tuple[object, Types]]:
        """Every node below `root` with the types in scope there; keeps a stack of its own."""
        todo: list[tuple[object, Types]] = [(root, types)]
        while todo:
            node, scope = todo.pop()
            yield node, scope
            inner = self._entered(node, scope)
            todo.extend((child, inner) for child in reversed(list(syntax.children(node))))

    def _entered(self, node: object, scope: Types) -> Types:
        match node:
            case syntax.For(target=syntax.Name(id=name), iterable=iterable):
                return self._with(scope, {name: self._element_type(iterable)})
            case syntax.Comprehension(clauses=clauses):
                found = {
                    c.target.id: self._element_type(c.iterable)
                    for c in clauses
                    if isinstance(c.target, syntax.Name)
                }
                return self._with(scope, found)
            case syntax.Function(name=name):
                return self._with(scope, dict(self.functions.get(name, {})))
            case syntax.GoalDef(parameters=parameters) if parameters:
                return self._with(scope, {p.name: p.types[0].id for p in parameters if p.types})
            case syntax.Perform(action=action, parameters=named):
                domain = self.acting.domain
                key = self.acting.names.to_model(action)
                if domain is None or key not in domain.actions:
                    return scope
                types = [p.types[0] for p in domain.actions[key].parameters]
                return self._with(
                    scope,
                    {
                        p.name: self.acting.names.to_script(t)
                        for p, t in zip(named, types, strict=False)
                    },
                )
        return scope

    def _with(self, scope: Types, more: Mapping[str, str | None]) -> Types:
        inner = {name: kind for name, kind in scope.items() if name not in more}
        inner.update({name: kind for name, kind in more.items() if kind})
        return inner

    def _element_type(self, iterable: syntax.Expression) -> str | None:
        match iterable:
            case syntax.Call(
                function=syntax.Name(id="objects"),
                arguments=(syntax.Argument(value=syntax.Name(id=name)),),
            ):
                return name
            case syntax.Sequence(items=(syntax.Name() as first, *_)):
                return self._type_of(first, {})
            case syntax.Call(
                function=syntax.Name(id=("sorted" | "list" | "reversed")),
                arguments=(syntax.Argument(value=inner), *_),
            ):
                return self._element_type(inner)
        return None

    def _type_of(self, value: syntax.Expression, types: Types) -> str | None:
        if not isinstance(value, syntax.Name):
            return None
        if value.id in types:
            return types[value.id]
        world = self.acting.world
        key = self.acting.names.to_model(value.id)
        if world is not None and key in world.objects:
            return self.acting.names.to_script(world.objects[key].types[0])
        return None


def as_diagnostic(found: FoundGoal) -> Diagnostic | None:
    """The doubt about a goal as a diagnostic with its place; None where it was understood."""
    if found.doubt is None:
        return None
    first = found.doubt.diagnostics[0]
    return Diagnostic(first.code, first.title, found.span, hint=first.hint)
