"""From the `domain` and `world` blocks of a script to the planning model, and formulas likewise.

The resolver has checked names and arities before; what it cannot see (objects that values bring in
at run time) is checked here. Knows nothing of states, planning or acting.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from planscript.lang import syntax
from planscript.lang.diagnostics import Diagnostic, PlanscriptError, SourceError, Span, did_you_mean
from planscript.runtime.pddl import model

TOTAL_COST = "total-cost"
MOST_OBSERVED = 3  # facts of one action: planning doubles its variants for each


@dataclass(frozen=True)
class Names:
    """How a script writes the names of a domain and a world, and how they are shown.

    `model` maps a script's name to the model's (lower case, hyphens as the PDDL file has them);
    `shown` maps a model name to the form in which the user wrote it.
    """

    model: Mapping[str, str]
    shown: Mapping[str, str]

    def to_model(self, name: str) -> str:
        """The model's name for a script's; an unknown name is only made lower case."""
        return self.model.get(name, name.lower())

    def show(self, name: str) -> str:
        """The name as the user wrote it."""
        return self.shown.get(name, name)

    def to_script(self, name: str) -> str:
        """The name as a script writes it: hyphens as underscores."""
        return self.shown.get(name, name).replace("-", "_")

    def extended(self, written: Iterable[str]) -> Names:
        """With further names, as a script or a PDDL file writes them."""
        model_names, shown = dict(self.model), dict(self.shown)
        for name in written:
            lower = name.lower()
            model_names[name.replace("-", "_")] = lower
            model_names.setdefault(name, lower)
            shown[lower] = name
        return Names(model_names, shown)


NO_NAMES = Names({}, {})


def _error(code: str, title: str, span: Span, hint: str = "") -> SourceError:
    return SourceError(Diagnostic(code, title, span, hint=hint))


def _once(kind: str, names: Iterable[tuple[str, Span]]) -> None:
    """Refuses two names that PDDL, which ignores case, cannot tell apart."""
    seen: dict[str, str] = {}
    for name, span in names:
        lower = name.lower()
        if lower in seen:
            raise _error(
                "E0601",
                f"{kind} `{name}` is declared twice"
                + (f" (`{seen[lower]}` differs only in case)" if seen[lower] != name else ""),
                span,
                "give one of them another name",
            )
        seen[lower] = name


def lower_domain(node: syntax.DomainDef) -> tuple[model.Domain, Names]:
    """The planning domain of a `domain` block, and its names.

    Raises SourceError for names that are declared twice, unknown types, predicates or terms.
    """
    _once("type", ((t.name, t.span) for t in node.types))
    predicated: list[syntax.PredicateDef | syntax.DerivedDef] = [*node.predicates, *node.derived]
    _once("predicate", ((p.name, p.name_span) for p in predicated))
    _once("action", ((a.name, a.name_span) for a in node.actions))
    _once("constant", ((c.name, c.span) for c in node.constants))
    types: dict[str, tuple[str, ...]] = {}
    for declared in node.types:
        types[declared.name.lower()] = tuple(p.id.lower() for p in declared.parents) or (
            model.OBJECT,
        )
    for declared in node.types:
        for parent in declared.parents:
            if parent.id.lower() not in types and parent.id.lower() != model.OBJECT:
                types[parent.id.lower()] = (model.OBJECT,)
    _no_cycle(types, node)
    lowering = _Lowering(types)
    constants = lowering.objects(node.constants)
    lowering.constants = constants
    predicates = {
        p.name.lower(): model.Predicate(
            p.name.lower(), lowering.parameters(p.parameters), _glosses(p.glosses), p.name_span
        )
        for p in node.predicates
    }
    for rule in node.derived:
        predicates.setdefault(
            rule.name.lower(),
            model.Predicate(
                rule.name.lower(), lowering.parameters(rule.parameters), {}, rule.name_span
            ),
        )
    lowering.predicates = predicates
    functions = {
        f.name.lower(): model.Predicate(
            f.name.lower(), lowering.parameters(f.parameters), _glosses(f.glosses), f.name_span
        )
        for f in node.functions
    }
    costs = any(a.cost is not None for a in node.actions)
    if costs:
        functions[TOTAL_COST] = model.Predicate(TOTAL_COST)
    actions = {a.name.lower(): lowering.action(a, costs) for a in node.actions}
    axioms = tuple(lowering.axiom(rule, predicates) for rule in node.derived)
    requirements = {":typing", ":adl"} | ({":action-costs"} if costs else set())
    if axioms:
        requirements.add(":derived-predicates")
    domain = model.Domain(
        node.name.lower(),
        frozenset(requirements),
        types,
        constants,
        predicates,
        functions,
        actions,
        axioms,
    )
    names = NO_NAMES.extended(
        [node.name]
        + [t.name for t in node.types]
        + [c.name for c in node.constants]
        + [p.name for p in predicated]
        + [f.name for f in node.functions]
        + [a.name for a in node.actions]
    )
    return domain, names


def observed_facts(
    node: syntax.DomainDef, domain: model.Domain
) -> dict[str, tuple[model.Atom, ...]]:
    """The facts that each action of a `domain` block observes, over its parameters.

    Raises SourceError for more than three of one action, and for derived predicates.
    """
    found: dict[str, tuple[model.Atom, ...]] = {}
    for action in node.actions:
        if action.observe is None:
            continue
        atoms = [part for part in syntax.walk(action.observe) if isinstance(part, syntax.Atom)]
        if len(atoms) > MOST_OBSERVED:
            raise _error(
                "E0615",
                f"`{action.name}` observes more than {MOST_OBSERVED} facts",
                action.observe.span,
                "make it several actions",
            )
        scope = {p.name.lower(): "?" + p.name.lower() for p in action.parameters}
        lowering = _Lowering(domain.types)
        lowering.constants, lowering.predicates = domain.constants, domain.predicates
        for atom in atoms:
            if atom.name.lower() in domain.derived:
                raise _error(
                    "E0615",
                    f"`{atom.name}` is derived and cannot be observed",
                    atom.span,
                    "observe the facts that it follows from",
                )
        found[action.name.lower()] = tuple(
            model.Atom(lowering.atom_name(atom), tuple(map(lowering.term(scope), atom.args)))
            for atom in atoms
        )
    return found


def _no_cycle(types: Mapping[str, tuple[str, ...]], node: syntax.DomainDef) -> None:
    domain = model.Domain("", types=types)
    for declared in node.types:
        if any(declared.name.lower() in domain.ancestors[p.id.lower()] for p in declared.parents):
            raise _error("E0602", f"type `{declared.name}` is below itself", declared.span)


def _glosses(glosses: tuple[syntax.Gloss, ...]) -> dict[str, str]:
    return {gloss.language: gloss.text.template for gloss in glosses}


class _Lowering:
    """Lowers the parts of one domain block."""

    def __init__(self, types: Mapping[str, tuple[str, ...]]) -> None:
        self.types = types
        self.constants: Mapping[str, model.Parameter] = {}
        self.predicates: Mapping[str, model.Predicate] = {}

    def type_names(self, names: tuple[syntax.Name, ...]) -> tuple[str, ...]:
        found = []
        for name in names:
            lower = name.id.lower()
            if lower not in self.types and lower != model.OBJECT:
                raise _error(
                    "E0603", f"no type `{name.id}`", name.span, did_you_mean(name.id, self.types)
                )
            found.append(lower)
        return tuple(found) or (model.OBJECT,)

    def parameters(self, typed: tuple[syntax.Typed, ...]) -> tuple[model.Parameter, ...]:
        _once("parameter", ((t.name, t.span) for t in typed))
        return tuple(model.Parameter("?" + t.name.lower(), self.type_names(t.types)) for t in typed)

    def objects(self, typed: tuple[syntax.Typed, ...]) -> dict[str, model.Parameter]:
        return {
            t.name.lower(): model.Parameter(t.name.lower(), self.type_names(t.types)) for t in typed
        }

    def term(self, scope: Mapping[str, str]) -> Callable[[syntax.Expression], str]:
        def lower(term: syntax.Expression) -> str:
            if not isinstance(term, syntax.Name):
                raise _error("E0604", "here only a parameter or a constant can stand", term.span)
            name = term.id.lower()
            if name in scope:
                return scope[name]
            if name in self.constants:
                return name
            raise _error(
                "E0605",
                f"no parameter or constant `{term.id}`",
                term.span,
                did_you_mean(term.id, [*scope, *self.constants]),
            )

        return lower

    def formula(self, node: syntax.Formula, scope: Mapping[str, str]) -> model.Formula:
        return lower_formula(
            node,
            self.term(scope),
            self.atom_name,
            self.type_names,
            lambda n, s: self.term(s),
            scope,
        )

    def atom_name(self, atom: syntax.Atom) -> str:
        declared = self.predicates.get(atom.name.lower())
        if declared is None:
            raise _error(
                "E0606",
                f"no predicate `{atom.name}`",
                atom.name_span,
                did_you_mean(atom.name, self.predicates),
            )
        if len(declared.parameters) != len(atom.args):
            raise _error(
                "E0607",
                f"`{atom.name}` takes {len(declared.parameters)} arguments, {len(atom.args)} given",
                atom.span,
            )
        return declared.name

    def effect(self, node: syntax.Effect, scope: Mapping[str, str]) -> model.Effect:
        match node:
            case syntax.EffectLiteral():
                name = self.atom_name(node.atom)
                atom = model.Atom(name, tuple(map(self.term(scope), node.atom.args)))
                return model.Add(atom) if node.positive else model.Delete(atom)
            case syntax.EffectAnd():
                return model.Effects(tuple(self.effect(part, scope) for part in node.parts))
            case syntax.EffectWhen():
                return model.When(
                    self.formula(node.condition, scope), self.effect(node.effect, scope)
                )
            case syntax.EffectForAll():
                parameters = self.parameters(node.parameters)
                inner = {**scope, **{p.name[1:]: p.name for p in parameters}}
                return model.ForAllEffect(parameters, self.effect(node.effect, inner))

    def action(self, node: syntax.ActionDef, costs: bool) -> model.Action:
        parameters = self.parameters(node.parameters)
        scope = {p.name[1:]: p.name for p in parameters}
        pre = model.TRUE if node.precondition is None else self.formula(node.precondition, scope)
        effects = [] if node.effect is None else [self.effect(node.effect, scope)]
        if isinstance(node.cost, syntax.Atom):
            args = tuple(map(self.term(scope), node.cost.args))
            effects.append(model.Increase(model.Atom(node.cost.name.lower(), args)))
        elif node.cost is not None or costs:
            value = 1 if node.cost is None else node.cost.value
            amount = Fraction(str(value))
            if amount < 0:
                raise _error("E0608", "a cost cannot be negative", node.span)
            effects.append(model.Increase(amount))
        effect = effects[0] if len(effects) == 1 else model.Effects(tuple(effects))
        return model.Action(
            node.name.lower(), parameters, pre, effect, _glosses(node.glosses), node.name_span
        )

    def axiom(
        self, node: syntax.DerivedDef, predicates: Mapping[str, model.Predicate]
    ) -> model.Axiom:
        parameters = self.parameters(node.parameters)
        scope = {p.name[1:]: p.name for p in parameters}
        head = model.Predicate(node.name.lower(), parameters, {}, node.name_span)
        return model.Axiom(head, self.formula(node.body, scope), node.span)


Term = Callable[[syntax.Expression], str]


def lower_formula(
    node: syntax.Formula,
    term: Term,
    atom_name: Callable[[syntax.Atom], str],
    type_names: Callable[[tuple[syntax.Name, ...]], tuple[str, ...]],
    term_in: Callable[[syntax.Formula, Mapping[str, str]], Term],
    scope: Mapping[str, str],
    named_goal: Callable[[syntax.Atom, Term], model.Formula | None] = lambda atom, term: None,
) -> model.Formula:
    """The model's formula of a syntax formula.

    `term` gives the model's term for an expression, `atom_name` checks an atom and gives its
    predicate, `type_names` likewise for types; `term_in(node, scope)` makes the term function for a
    larger scope (lower-case name -> variable), `named_goal` may give a formula in an atom's place.
    """

    def walk(node: syntax.Formula, term: Term, scope: Mapping[str, str]) -> model.Formula:
        match node:
            case syntax.Atom():
                inlined = named_goal(node, term)
                if inlined is not None:
                    return inlined
                return model.Atom(atom_name(node), tuple(map(term, node.args)))
            case syntax.Equals():
                return model.Equals(term(node.left), term(node.right))
            case syntax.Not():
                return model.Not(walk(node.part, term, scope))
            case syntax.And():
                return model.And(tuple(walk(part, term, scope) for part in node.parts))
            case syntax.Or():
                return model.Or(tuple(walk(part, term, scope) for part in node.parts))
            case syntax.Implies():
                return model.Imply(walk(node.left, term, scope), walk(node.right, term, scope))
            case syntax.ForAll() | syntax.Exists():
                parameters = tuple(
                    model.Parameter("?" + p.name.lower(), type_names(p.types))
                    for p in node.parameters
                )
                inner = {**scope, **{p.name[1:]: p.name for p in parameters}}
                body = walk(node.body, term_in(node, inner), inner)
                kind = model.ForAll if isinstance(node, syntax.ForAll) else model.Exists
                return kind(parameters, body)

    return walk(node, term, scope)


def lower_objects(
    typed: tuple[syntax.Typed, ...], domain: model.Domain
) -> dict[str, model.Parameter]:
    """The objects of a `world` block, with the domain's constants first."""
    _once("object", ((t.name, t.span) for t in typed))
    objects = dict(domain.constants)
    objects.update(_Lowering(domain.types).objects(typed))
    return objects


def lower_fact(
    node: syntax.Atom,
    domain: model.Domain,
    objects: Mapping[str, model.Parameter],
    declared: Mapping[str, model.Predicate] | None = None,
) -> model.Atom:
    """A ground atom of a `world` block's `init:` (or, with `declared` functions, `values:`).

    Raises SourceError for an unknown predicate or object and for an object of the wrong type.
    """
    known = domain.predicates if declared is None else declared
    what = "predicate" if declared is None else "function"
    found = known.get(node.name.lower())
    if found is None:
        raise _error(
            "E0606", f"no {what} `{node.name}`", node.name_span, did_you_mean(node.name, known)
        )
    if len(found.parameters) != len(node.args):
        raise _error(
            "E0607",
            f"`{node.name}` takes {len(found.parameters)} arguments, {len(node.args)} given",
            node.span,
        )
    args = []
    for arg, parameter in zip(node.args, found.parameters, strict=True):
        if not isinstance(arg, syntax.Name):
            raise _error("E0604", "here only an object can stand", arg.span)
        declared_object = objects.get(arg.id.lower())
        if declared_object is None:
            raise _error("E0609", f"no object `{arg.id}`", arg.span, did_you_mean(arg.id, objects))
        if not domain.fits(declared_object.types, parameter.types):
            raise _error(
                "E0610",
                f"`{arg.id}` is a {' or '.join(declared_object.types)}, "
                f"`{node.name}` wants a {' or '.join(parameter.types)} there",
                arg.span,
            )
        args.append(declared_object.name)
    return model.Atom(found.name, tuple(args))


def check_formula(
    formula: model.Formula,
    domain: model.Domain,
    objects: Mapping[str, model.Parameter],
    names: Names,
) -> None:
    """Raises PlanscriptError where an atom has the wrong number or types of arguments."""
    todo: list[tuple[model.Formula, dict[str, tuple[str, ...]]]] = [(formula, {})]
    while todo:
        node, scope = todo.pop()
        match node:
            case model.Atom():
                _check_atom(node, scope, domain, objects, names)
            case model.Not(part):
                todo.append((part, scope))
            case model.And(parts) | model.Or(parts):
                todo.extend((part, scope) for part in parts)
            case model.Imply(left, right):
                todo += [(left, scope), (right, scope)]
            case model.ForAll(parameters, body) | model.Exists(parameters, body):
                todo.append((body, {**scope, **{p.name: p.types for p in parameters}}))


def _check_atom(
    atom: model.Atom,
    scope: Mapping[str, tuple[str, ...]],
    domain: model.Domain,
    objects: Mapping[str, model.Parameter],
    names: Names,
) -> None:
    declared = domain.predicates[atom.name]
    said = names.to_script(atom.name)
    if len(declared.parameters) != len(atom.args):
        raise PlanscriptError(
            Diagnostic(
                "E0607",
                f"`{said}` takes {len(declared.parameters)} arguments, {len(atom.args)} given",
            )
        )
    for arg, parameter in zip(atom.args, declared.parameters, strict=True):
        # A variable that is bound outside (inside a named goal's formula) is checked there.
        types = scope.get(arg) or (objects[arg].types if arg in objects else parameter.types)
        if not domain.fits(types, parameter.types):
            raise PlanscriptError(
                Diagnostic(
                    "E0610",
                    f"{names.to_script(arg.lstrip('?'))} is a {' or '.join(types)}, "
                    f"`{said}` wants a {' or '.join(parameter.types)} there",
                )
            )
