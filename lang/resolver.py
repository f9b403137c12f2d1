"""What is wrong with a syntax tree before it runs: names, arities, types, places.

Finds as many mistakes as it can in one run, each with its place and, where something is near, what
was probably meant. The scopes of variables come from `scopes.py`, the names of domains and worlds
from `vocabulary.py`; the checks are in `checks.py` (script code) and `worldcheck.py` (domains,
worlds, formulas).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from planscript.lang import syntax as s
from planscript.lang.checks import Checks
from planscript.lang.diagnostics import Diagnostic, SourceError, Span
from planscript.lang.records import dataclass, field
from planscript.lang.scopes import Scopes, find_scopes
from planscript.lang.signature import DomainSignature
from planscript.lang.vocabulary import Vocabulary, domain_signature, world_signature
from planscript.lang.worldcheck import Report, WorldCheck

LoadSignature = Callable[[str, Span], DomainSignature | None]


@dataclass(frozen=True, slots=True)
class Known:
    """What a module knows before its text: in a conversation, what earlier inputs declared.

    `kinds` maps names to kinds (see `scopes.Variable`; "known" where the kind is not known), `firm`
    are the names that functions assign to without reading them first.
    """

    kinds: Mapping[str, str] = field(default_factory=dict)
    firm: frozenset[str] = frozenset()
    signatures: tuple[DomainSignature, ...] = ()


@dataclass(slots=True)
class Resolution:
    """A tree that can be compiled: its scopes, and the goals that are calls of named goals."""

    scopes: Scopes
    value_goals: set[s.GoalFormula]
    warnings: list[Diagnostic]
    known: Known


def resolve(
    tree: s.Module,
    *,
    builtins: Iterable[str],
    known: Known = Known(),
    load_signature: LoadSignature | None = None,
    load_objects: LoadSignature | None = None,
    interactive: bool = False,
) -> Resolution:
    """Checks a tree.

    `builtins` are the names that every script has. `load_signature(path, span)` gives the names of
    a PDDL domain file, `load_objects(path, span)` the objects of a problem file; without them, or
    where they give None, names that such files may declare are taken on trust. `interactive`: the
    values of top-level expressions are shown.

    Raises SourceError with everything that is wrong.
    """
    return _Resolver(
        tree, frozenset(builtins), known, load_signature, load_objects, interactive
    ).run()


class _Resolver:
    def __init__(
        self,
        tree: s.Module,
        builtins: frozenset[str],
        known: Known,
        load_signature: LoadSignature | None,
        load_objects: LoadSignature | None,
        interactive: bool,
    ) -> None:
        self.interactive = interactive
        self.tree = tree
        self.builtins = builtins
        self.known = known
        self.load_signature = load_signature
        self.load_objects = load_objects
        self.report = Report()
        self.vocabulary = Vocabulary()
        self.signatures: dict[Any, DomainSignature] = {}  # by declaration
        for signature in known.signatures:
            self.vocabulary.add(signature)

    def run(self) -> Resolution:
        for node in s.walk_statements(self.tree.body):
            self._gather(node)
        scopes = find_scopes(self.tree, self._declared, self.known.kinds, self.known.firm)
        world = WorldCheck(self.report, self.vocabulary, scopes, self.builtins)
        checks = Checks(
            self.report, scopes, self.builtins, world, self.vocabulary, self.interactive
        )
        checks.names()
        checks.module(self.tree)
        checks.unused()
        checks.hidden()
        found = sorted(
            self.report.diagnostics,
            key=lambda d: (d.span.line, d.span.column) if d.span else (0, 0),
        )
        errors = [one for one in found if one.severity == "error"]
        if errors:
            raise SourceError(*errors)
        return Resolution(scopes, checks.value_goals, found, self._known_after(scopes))

    def _known_after(self, scopes: Scopes) -> Known:
        variables = scopes.module.variables
        kinds = {name: variable.kind for name, variable in variables.items()}
        firm = frozenset(name for name, variable in variables.items() if variable.firm)
        return Known(kinds, firm, (*self.known.signatures, *self.signatures.values()))

    # ------------------------------------------------ what domains and worlds declare

    def _gather(self, node: Any) -> None:
        signature: DomainSignature | None
        match node:
            case s.DomainDef():
                signature = domain_signature(node)
            case s.WorldDef():
                signature = world_signature(node)
            case s.DomainFile():
                signature = self._load(self.load_signature, node)
            case s.WorldFile():
                signature = self._load(self.load_objects, node)
            case _:
                return
        if signature is None:
            self.vocabulary.is_open = True
        else:
            self.vocabulary.add(signature)
            self.signatures[node] = signature

    def _load(
        self, load: LoadSignature | None, node: s.DomainFile | s.WorldFile
    ) -> DomainSignature | None:
        if load is None:
            return None
        try:
            return load(node.path, node.path_span)
        except SourceError as error:
            self.report.diagnostics += error.diagnostics
            return None

    def _declared(self, node: Any) -> Iterable[tuple[str, str, Span]]:
        """The names that a declaration binds in the module."""
        match node:
            case s.DomainDef():
                yield node.name, "domain", node.span
                for one in node.types:
                    yield one.name, "type", one.span
                    for parent in one.parents:
                        yield parent.id, "type", parent.span
                for predicate in node.predicates:
                    yield predicate.name, "predicate", predicate.name_span
                for rule in node.derived:
                    yield rule.name, "predicate", rule.name_span
                for function in node.functions:
                    yield function.name, "numeric", function.name_span
                for action in node.actions:
                    yield action.name, "action", action.name_span
                for constant in node.constants:
                    yield constant.name, "constant", constant.span
            case s.WorldDef():
                yield node.name, "world", node.span
                for item in node.objects:
                    yield item.name, "object", item.span
            case s.DomainFile() | s.WorldFile():
                is_domain = isinstance(node, s.DomainFile)
                if node.name is not None:
                    yield node.name, "domain" if is_domain else "world", node.span
                signature = self.signatures.get(node)
                if signature is not None:
                    if node.name is None:
                        yield signature.name, "domain" if is_domain else "world", node.span
                    yield from _signature_names(signature, node.span)


def _signature_names(signature: DomainSignature, span: Span) -> Iterable[tuple[str, str, Span]]:
    for names, kind in (
        (signature.types, "type"),
        (signature.predicates, "predicate"),
        (signature.functions, "numeric"),
        (signature.actions, "action"),
        (signature.constants, "constant"),
        (signature.objects, "object"),
    ):
        for name in names:
            yield name, kind, span
