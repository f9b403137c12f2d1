"""Checks domains, worlds, formulas and goals against the vocabulary in scope.

Called by the resolver; knows nothing of statements and functions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from planscript.lang import syntax as s
from planscript.lang.diagnostics import Diagnostic, Span, did_you_mean
from planscript.lang.options import wrong_value
from planscript.lang.records import dataclass, field
from planscript.lang.scopes import WORLD_KINDS, Scope, Scopes
from planscript.lang.signature import Slot
from planscript.lang.vocabulary import OBJECT, Vocabulary, domain_signature, type_names

# The options of `with` after `achieve` and `plan`, after `perform`, after `test`.
OPTIONS = frozenset(
    (
        "search", "heuristic", "weight", "timeout", "max_memory", "validate",
        "retries", "backoff", "replans", "max_actions", "step_timeout", "confirm",
    )
)  # fmt: skip
PERFORM_OPTIONS = frozenset(("retries", "backoff", "step_timeout"))
TEST_OPTIONS = frozenset(("seed", "runs", "at_least"))

Types = tuple[str, ...]


@dataclass(slots=True)
class Report:
    """Collects diagnostics."""

    diagnostics: list[Diagnostic] = field(default_factory=list)

    def error(
        self,
        code: str,
        title: str,
        span: Span,
        label: str = "",
        hint: str = "",
        related: tuple[tuple[str, Span], ...] = (),
    ) -> None:
        self.diagnostics.append(Diagnostic(code, title, span, label, hint, "error", related))

    def warn(self, code: str, title: str, span: Span, label: str = "", hint: str = "") -> None:
        self.diagnostics.append(Diagnostic(code, title, span, label, hint, "warning"))


class WorldCheck:
    """The checks; `scope` of a formula is None in a domain or a world, where no variables are."""

    def __init__(
        self, report: Report, vocabulary: Vocabulary, scopes: Scopes, builtins: frozenset[str]
    ) -> None:
        self.report = report
        self.vocabulary = vocabulary  # inside a domain: of this domain alone
        self.everything = vocabulary
        self.scopes = scopes
        self.builtins = builtins

    # ------------------------------------------------ declarations

    def declaration(self, node: Any) -> None:
        """A domain, world or description."""
        match node:
            case s.DomainDef():
                self._domain(node)
            case s.WorldDef():
                self._world(node)
            case s.Describe():
                self._describe(node)

    def _domain(self, node: s.DomainDef) -> None:
        local = Vocabulary()
        local.add(domain_signature(node))
        outer, self.vocabulary = self.vocabulary, local
        self.once("type", ((one.name, one.span) for one in node.types))
        self.once("constant", ((one.name, one.span) for one in node.constants))
        self.once("predicate", ((one.name, one.name_span) for one in node.predicates))
        self.once("action", ((one.name, one.name_span) for one in node.actions))
        self.once("function", ((one.name, one.name_span) for one in node.functions))
        self._type_circles(node)
        self.parameters(node.constants)
        for predicate in node.predicates:
            self._head(predicate)
        for function in node.functions:
            self._head(function)
        derived = {one.name for one in node.derived}
        for rule in node.derived:
            self.parameters(rule.parameters)
            self.once("parameter", ((one.name, one.span) for one in rule.parameters))
            self.formula(rule.body, None, _bound(rule.parameters))
        for action in node.actions:
            self._action(action, derived)
        self.vocabulary = outer

    def _head(self, node: s.PredicateDef | s.NumericDef | s.ActionDef) -> None:
        """Parameters and glosses."""
        self.parameters(node.parameters)
        self.once("parameter", ((one.name, one.span) for one in node.parameters))
        self._glosses(node.glosses, {one.name for one in node.parameters})

    def _glosses(self, glosses: Iterable[s.Gloss], names: set[str]) -> None:
        for gloss in glosses:
            for part in gloss.text.parts:
                if isinstance(part, str):
                    continue
                value = part.value
                if not isinstance(value, s.Name) or part.spec is not None:
                    self.report.error(
                        "E0213",
                        "a gloss has only parameters in braces",
                        part.span,
                        hint='such as "{x} is on {y}"',
                    )
                elif value.id not in names:
                    self.report.error(
                        "E0213",
                        f"no parameter `{value.id}` to speak of",
                        value.span,
                        hint=did_you_mean(value.id, names)
                        or ("the parameters are " + ", ".join(sorted(names)) if names else ""),
                    )

    def _action(self, node: s.ActionDef, derived: set[str]) -> None:
        self._head(node)
        bound = _bound(node.parameters)
        if node.precondition is not None:
            self.formula(node.precondition, None, bound)
        if node.observe is not None:
            self.formula(node.observe, None, bound)
            for part in s.walk(node.observe):
                if not isinstance(part, s.Atom | s.And | s.Name):
                    self.report.error(
                        "E0215",
                        "`observe` takes facts joined by `and`",
                        part.span,
                        hint="each fact is a predicate; the handler tells by `now` whether it holds",
                    )
                    break
        if isinstance(node.cost, s.Atom):
            self._numeric(node.cost, bound)
        empty = node.effect is None or _is_empty(node.effect)
        if empty and node.observe is not None:
            pass  # it finds something out
        elif empty:
            self.report.warn(
                "W0304",
                f"the action `{node.name}` has no effect",
                node.name_span,
                hint="add `effect:` with what becomes true and, after `not`, what becomes false",
            )
        else:
            self._effect(node.effect, bound, derived)

    def _effect(self, effect: Any, bound: Mapping[str, Types], derived: set[str]) -> None:
        match effect:
            case s.EffectLiteral():
                self.formula(effect.atom, None, bound)
                if effect.atom.name in derived:
                    self.report.error(
                        "E0216",
                        f"`{effect.atom.name}` is derived: no action changes it",
                        effect.span,
                        hint="change the predicates that it follows from",
                    )
            case s.EffectAnd():
                for part in effect.parts:
                    self._effect(part, bound, derived)
            case s.EffectForAll():
                self.parameters(effect.parameters)
                inner = {**bound, **_bound(effect.parameters)}
                self._effect(effect.effect, inner, derived)
            case s.EffectWhen():
                self.formula(effect.condition, None, bound)
                self._effect(effect.effect, bound, derived)

    def _numeric(self, atom: s.Atom, bound: Mapping[str, Types]) -> None:
        found = self.vocabulary.functions.get(atom.name)
        if found is None:
            self.report.error(
                "E0202",
                f"no function `{atom.name}`",
                atom.name_span,
                hint=did_you_mean(atom.name, self.vocabulary.functions)
                or f"declare it: function {atom.name}(...)",
            )
            return
        self.arguments("function", atom.name, found, atom.args, atom.span, None, bound)

    def _world(self, node: s.WorldDef) -> None:
        variable = self.scopes.module.lookup(node.domain.id)
        if variable is None and not self.vocabulary.is_open:
            domains = [n for n, v in self.scopes.module.variables.items() if v.kind == "domain"]
            self.report.error(
                "E0208",
                f"no domain `{node.domain.id}`",
                node.domain.span,
                hint=did_you_mean(node.domain.id, domains),
            )
        elif variable is not None and variable.kind not in ("domain", "known", "imported"):
            self.report.error(
                "E0208", f"`{node.domain.id}` is a {variable.kind}, not a domain", node.domain.span
            )
        self.once("object", ((one.name, one.span) for one in node.objects))
        self.parameters(node.objects)
        for fact in (*node.init, *node.unknown):
            self.formula(fact, None, {})
        for value in node.values:
            self._numeric(value.function, {})
        if isinstance(node.goal, s.GoalFormula):
            self.formula(node.goal.formula, None, {})

    def _describe(self, node: s.Describe) -> None:
        names = [one.id for one in node.parameters]
        self.once("parameter", ((one.id, one.span) for one in node.parameters))
        self._glosses(node.glosses, set(names))
        kinds = {**self.vocabulary.predicates, **self.vocabulary.actions}
        if node.name in kinds:
            kind = "predicate" if node.name in self.vocabulary.predicates else "action"
            self.count(kind, node.name, kinds[node.name], len(names), node.name_span)
        elif node.name in self.vocabulary.objects or node.name in self.vocabulary.types:
            if node.parameters:
                self.report.error(
                    "E0204", f"`{node.name}` takes no arguments", node.parameters[0].span
                )
        elif not self.vocabulary.is_open and not self._is_trusted(node.name, None):
            known = {*kinds, *self.vocabulary.objects, *self.vocabulary.types}
            self.report.error(
                "E0202",
                f"no predicate, action, object or type `{node.name}`",
                node.name_span,
                hint=did_you_mean(node.name, known),
            )

    def perform(self, node: s.Perform) -> None:
        """A handler must be for an action, and take its arguments."""
        found = self.vocabulary.actions.get(node.action)
        if found is None:
            if not self.vocabulary.is_open and not self._is_trusted(node.action, None):
                self.report.error(
                    "E0205",
                    f"no action `{node.action}` to perform",
                    node.name_span,
                    hint=did_you_mean(node.action, self.vocabulary.actions),
                )
            return
        plain = [one for one in node.parameters if one.kind == "plain"]
        least = sum(one.default is None for one in plain)
        most = len(plain) if len(plain) == len(node.parameters) else None
        if not any(least <= len(slots) and (most is None or len(slots) <= most) for slots in found):
            self.report.error(
                "E0206",
                f"`{node.action}` has {_parameters(found[0])}, this handler takes {least}",
                node.name_span,
                hint=f"write perform {node.action}({', '.join(_slot_names(found[0]))}):",
            )

    def performed(self, name: str, span: Span) -> tuple[tuple[Slot, ...], ...]:
        """There must be an action of this name; the parameters that it is declared with."""
        found = self.vocabulary.actions.get(name, ())
        if not found and not self.vocabulary.is_open and not self._is_trusted(name, None):
            hint = did_you_mean(name, self.vocabulary.actions)
            self.report.error("E0205", f"no action `{name}`", span, hint=hint)
        return tuple(found)

    def avoided(self, node: s.Avoided) -> None:
        """`avoiding` takes actions, with as many arguments as they have."""
        found = self.performed(node.action, node.name_span)
        if found and node.args is not None:
            if not any(len(slots) == len(node.args) for slots in found):
                self.report.error(
                    "E0206",
                    f"`{node.action}` has {_parameters(found[0])}, {len(node.args)} given",
                    node.span,
                    hint="`_` stands for any object",
                )

    def parameters(self, typed: Iterable[s.Typed]) -> None:
        """The types of parameters or objects must exist."""
        for one in typed:
            for name in one.types:
                self._type(name)

    def _type(self, name: s.Name) -> None:
        known = self.vocabulary.types
        if name.id == OBJECT or name.id in known or self.vocabulary.is_open:
            return
        if self._is_trusted(name.id, None):
            return
        hint = did_you_mean(name.id, known) or "declare it under `types:` in the domain"
        self.report.error("E0203", f"no type `{name.id}`", name.span, hint=hint)

    def _is_trusted(self, name: str, scope: Scope | None) -> bool:
        """Whether a name comes from a place that cannot be looked into."""
        variable = (scope or self.scopes.module).lookup(name)
        return variable is not None and variable.kind in ("known", "imported")

    def _type_circles(self, node: s.DomainDef) -> None:
        for one in node.types:
            todo, seen = [p.id for p in one.parents], set[str]()
            while todo:
                name = todo.pop()
                if name == one.name:
                    self.report.error("E0211", f"the type `{one.name}` is above itself", one.span)
                    break
                if name not in seen:
                    seen.add(name)
                    todo += self.vocabulary.types.get(name, ())

    def once(self, what: str, names: Iterable[tuple[str, Span]]) -> None:
        """Reports names that stand twice."""
        seen: dict[str, Span] = {}
        for name, span in names:
            if name in seen:
                self.report.error(
                    "E0209",
                    f"the {what} `{name}` is declared twice",
                    span,
                    related=(("first here", seen[name]),),
                )
            seen.setdefault(name, span)

    # ------------------------------------------------ formulas

    def formula(self, formula: Any, scope: Scope | None, bound: Mapping[str, Types]) -> None:
        """Predicates, numbers of arguments, terms and their types."""
        match formula:
            case s.Atom():
                self._atom(formula, scope, bound)
            case s.Equals():
                for term in (formula.left, formula.right):
                    self._term_types(term, scope, bound)
            case s.Not():
                self.formula(formula.part, scope, bound)
            case s.And() | s.Or():
                for part in formula.parts:
                    self.formula(part, scope, bound)
            case s.Implies():
                self.formula(formula.left, scope, bound)
                self.formula(formula.right, scope, bound)
            case s.ForAll() | s.Exists():
                self.parameters(formula.parameters)
                self.formula(formula.body, scope, {**bound, **_bound(formula.parameters)})

    def _atom(self, atom: s.Atom, scope: Scope | None, bound: Mapping[str, Types]) -> None:
        variable = scope.lookup(atom.name) if scope is not None else None
        if variable is not None and variable.kind in WORLD_KINDS - {"predicate", "numeric"}:
            what = kind_words(variable.kind)
            self.report.error("E0202", f"`{atom.name}` is {what}, not a predicate", atom.name_span)
            return
        if variable is not None and variable.kind not in ("predicate", "numeric"):
            return  # a named goal, or a value that comes from elsewhere
        found = self.vocabulary.predicates.get(atom.name)
        if found is None:
            if scope is None:
                self.unknown_predicate(atom, scope)
            return  # in script code the check of names has said so
        if found[0] and not atom.args and atom.span == atom.name_span and len(found) == 1:
            self.report.error(
                "E0206",
                f"`{atom.name}` takes {_parameters(found[0])}",
                atom.span,
                hint=f"write {atom.name}({', '.join(_slot_names(found[0]))})",
            )
            return
        self.arguments("predicate", atom.name, found, atom.args, atom.span, scope, bound)

    def unknown_predicate(self, atom: s.Atom, scope: Scope | None) -> None:
        """Reports a predicate that does not exist."""
        if self.vocabulary.is_open:
            return
        known = self.vocabulary.predicates
        hint = did_you_mean(atom.name, known)
        if not hint and atom.name in self.vocabulary.objects:
            hint = f"`{atom.name}` is an object; a condition is made of predicates"
        if not hint and atom.name in self.vocabulary.functions:
            hint = f"`{atom.name}` is a function; it is no condition"
        if not hint and not known:
            hint = "no domain is declared in this script"
        if not hint and scope is None:
            hint = f"declare it in the domain: predicate {atom.name}(...)"
        self.report.error("E0202", f"no predicate `{atom.name}`", atom.name_span, hint=hint)

    def arguments(
        self,
        kind: str,
        name: str,
        found: Sequence[tuple[Slot, ...]],
        args: Sequence[Any],
        span: Span,
        scope: Scope | None,
        bound: Mapping[str, Types],
    ) -> None:
        """Checks the arguments of a predicate, function or action."""
        if not found or not self.count(kind, name, found, len(args), span):
            return
        terms = [self._term_types(arg, scope, bound) for arg in args]
        fitting = [slots for slots in found if len(slots) == len(args)]
        if any(
            self.vocabulary.accepts(slot.types, types, exact)
            for slots in fitting[1:]
            for slot, (types, exact) in zip(slots, terms, strict=True)
        ):
            return
        for slot, arg, (types, exact) in zip(fitting[0], args, terms, strict=True):
            if not self.vocabulary.accepts(slot.types, types, exact):
                shown = arg.id if isinstance(arg, s.Name) else "this"
                self.report.error(
                    "E0207",
                    f"`{shown}` is a {' or '.join(types)}; "
                    f"`{name}` wants a {' or '.join(slot.types)} here",
                    arg.span,
                    hint=self._right_order(slot, fitting[0], terms, args),
                )

    def _right_order(
        self,
        slot: Slot,
        slots: Sequence[Slot],
        terms: Sequence[tuple[Types, bool]],
        args: Sequence[Any],
    ) -> str:
        """A hint, where the arguments fit in the opposite order."""
        turned = list(reversed(terms))
        if len(slots) == 2 and all(
            self.vocabulary.accepts(one.types, types, exact)
            for one, (types, exact) in zip(slots, turned, strict=True)
        ):
            return "are the two arguments in the wrong order?"
        return ""

    def count(
        self, kind: str, name: str, found: Sequence[tuple[Slot, ...]], given: int, span: Span
    ) -> bool:
        """Checks the number of arguments; whether it is right."""
        if not found or any(len(slots) == given for slots in found):
            return True
        written = f"{name}({', '.join(_slot_names(found[0]))})"
        self.report.error(
            "E0206",
            f"the {kind} `{name}` takes {_parameters(found[0])}, not {given}",
            span,
            hint=f"it is {written}",
        )
        return False

    def _term_types(
        self, term: Any, scope: Scope | None, bound: Mapping[str, Types]
    ) -> tuple[Types, bool]:
        """The types of a term, and whether they are those of one known object."""
        if not isinstance(term, s.Name):
            if scope is None:
                self.report.error(
                    "E0204",
                    "a term in a domain or world is a name",
                    term.span,
                    hint="a parameter, a constant or an object",
                )
            elif isinstance(term, s.Constant | s.Text):
                self.report.error(
                    "E0204",
                    "this is no object of the world",
                    term.span,
                    hint="write the name of an object, without quotes",
                )
            return (), False
        if term.id in bound:
            return bound[term.id], False
        objects = self.vocabulary.objects
        if scope is None:
            if term.id not in objects and not self.vocabulary.is_open:
                hint = did_you_mean(term.id, {*objects, *bound})
                if term.id in self.everything.objects:
                    hint = "a domain knows its own constants, not the objects of a world"
                title = f"no object or parameter `{term.id}`"
                self.report.error("E0204", title, term.span, hint=hint)
            return objects.get(term.id, ()), True
        variable = scope.lookup(term.id)
        if variable is None:
            return (), False
        if variable.kind in ("object", "constant"):
            return objects.get(term.id, ()), True
        if variable.kind == "parameter" and isinstance(variable.node, s.Typed):
            return type_names(variable.node.types), False
        if variable.kind in ("type", "predicate", "action", "domain", "world", "function"):
            self.report.error(
                "E0204", f"`{term.id}` is {kind_words(variable.kind)}, not an object", term.span
            )
        return (), False

    def literals(self, formula: Any) -> None:
        """`now` takes a conjunction of literals."""
        todo = [formula]
        while todo:
            one = todo.pop()
            if isinstance(one, s.And):
                todo += one.parts
            elif not isinstance(one, s.Atom) and not (
                isinstance(one, s.Not) and isinstance(one.part, s.Atom)
            ):
                self.report.error(
                    "E0215",
                    "`now` takes facts joined by `and`",
                    one.span,
                    hint="each fact is a predicate, with `not` where it is false",
                )

    def options(self, options: Iterable[s.Argument], known: frozenset[str]) -> None:
        """The options of `with` must be among the known ones."""
        for option in options:
            if option.name not in known:
                hint = did_you_mean(option.name or "", known)
                self.report.error(
                    "E0214",
                    f"no option `{option.name}`",
                    option.span,
                    hint=hint or "the options are " + ", ".join(sorted(known)),
                )
            elif (wrong := wrong_value(option)) is not None:
                title, hint = wrong
                self.report.error("E0214", title, option.value.span, hint=hint)

    def allowed(self, name: s.Name, scope: Scope) -> None:
        """`allowing` takes predicates."""
        variable = scope.lookup(name.id)
        if variable is None and not self.vocabulary.is_open:
            return  # the check of names has said so
        if variable is not None and variable.kind not in ("predicate", "known", "imported"):
            self.report.error(
                "E0202",
                f"`{name.id}` is {kind_words(variable.kind)}, not a predicate",
                name.span,
                hint=did_you_mean(name.id, self.vocabulary.predicates),
            )


_WORDS = {"numeric": "function", "caught": "error", "pattern": "variable", "loop": "variable"}


def kind_words(kind: str) -> str:
    """A kind of name with its article."""
    word = _WORDS.get(kind, kind)
    return ("an " if word[0] in "aeiou" else "a ") + word


def _bound(parameters: Iterable[s.Typed]) -> dict[str, Types]:
    return {one.name: type_names(one.types) for one in parameters}


def _is_empty(effect: Any) -> bool:
    return isinstance(effect, s.EffectAnd) and not effect.parts


def _slot_names(slots: tuple[Slot, ...]) -> list[str]:
    return [slot.name or "_" for slot in slots]


def _parameters(slots: tuple[Slot, ...]) -> str:
    if not slots:
        return "no parameters"
    return f"{len(slots)} parameter" + ("" if len(slots) == 1 else "s")
