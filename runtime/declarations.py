"""The domain and the world that a script has put in scope, and the values for what is in them.

`acting.py` adds goals and acting. One per session.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from planscript.lang import syntax
from planscript.lang.diagnostics import Diagnostic, SourceError, Span, did_you_mean
from planscript.runtime import values
from planscript.runtime.errors import kind_in_words, run_error
from planscript.runtime.handlers import Handler, checked_options
from planscript.runtime.lowering import (
    NO_NAMES,
    Names,
    check_formula,
    lower_domain,
    lower_fact,
    lower_objects,
    observed_facts,
)
from planscript.runtime.pddl.model import Atom, Domain
from planscript.runtime.signatures import script_name
from planscript.runtime.world import World

Bindings = MutableMapping[str, Any]


class Declarations:
    """What the blocks of a script have declared.

    `resolve_path(path)` gives the file that a script means.
    """

    def __init__(self, resolve_path: Callable[[str], Path]) -> None:
        self.domain: Domain | None = None
        self.names: Names = NO_NAMES
        self.world: World | None = None
        self.handlers: dict[str, Handler] = {}
        self.irreversible: frozenset[str] = frozenset()
        self.observes: dict[str, tuple[Atom, ...]] = {}
        self.described: dict[str, dict[str, str]] = {}
        self._resolve_path = resolve_path

    def declare_domain(
        self, node: syntax.DomainDef | syntax.DomainFile, bindings: Bindings
    ) -> None:
        """Puts a domain in scope and binds its names."""
        if isinstance(node, syntax.DomainDef):
            domain, names = lower_domain(node)
            _check_strata(domain, node.derived)
            name = node.name
            self.irreversible = frozenset(a.name.lower() for a in node.actions if a.irreversible)
            self.observes = observed_facts(node, domain)
        else:
            from planscript.runtime.pddl.reader import read_domain_file

            self.irreversible, self.observes = frozenset(), {}
            domain = read_domain_file(self._path(node.path, node.path_span))
            names = NO_NAMES.extended(
                [domain.name, *domain.types, *domain.constants, *domain.predicates]
                + [*domain.functions, *domain.actions]
            )
            name = node.name or script_name(domain.name)
        self.domain, self.names, self.world = domain, names, None
        self.handlers, self.described = {}, {}
        self._bind(bindings, values.DomainValue(domain.name), name)
        for type_name in (*domain.types, "object"):
            self._bind(bindings, values.TypeValue(self.names.to_script(type_name)), type_name)
        for action in domain.actions:
            self._bind(bindings, self._action_value(action), action)
        for predicate in domain.predicates:
            self._bind(bindings, self._predicate_value(predicate), predicate)
        for constant in domain.constants.values():
            self._bind(bindings, self.object_value(constant.name), constant.name)

    def _bind(self, bindings: Bindings, value: Any, model_name: str) -> None:
        bindings[script_name(self.names.show(model_name))] = value

    def _path(self, path: str, span: Span) -> Path:
        found = self._resolve_path(path)
        if not found.exists():
            raise SourceError(
                Diagnostic(
                    "E0611",
                    f"no file `{path}`",
                    span,
                    hint="the path is taken from the script's own folder",
                )
            )
        return found

    def _action_value(self, name: str) -> Any:
        assert self.domain is not None
        count = len(self.domain.actions[name].parameters)
        script = self.names.to_script(name)

        def make(*args: Any) -> Any:
            if len(args) != count:
                raise run_error("TypeError", f"{script}() takes {count} objects, {len(args)} given")
            return values.Step(name=script, args=tuple(args), atom=self._ground(name, args))

        return values.ActionValue(name=script, make=make)

    def _predicate_value(self, name: str) -> Any:
        assert self.domain is not None
        declared = self.domain.predicates[name]
        script = self.names.to_script(name)

        def ask(*args: Any) -> bool:
            if len(args) != len(declared.parameters):
                raise run_error(
                    "TypeError",
                    f"{script}() takes {len(declared.parameters)} objects, {len(args)} given",
                )
            world = self.current_world()
            atom = self._ground(name, args)
            check_formula(atom, world.domain, world.objects, self.names)
            return world.holds(atom)

        return values.PredicateValue(name=script, ask=ask)

    def _ground(self, name: str, args: Sequence[Any]) -> Atom:
        return Atom(name, tuple(self._term(arg, f"{self.names.to_script(name)}()") for arg in args))

    def _term(self, value: Any, where: str) -> str:
        if isinstance(value, values.Obj):
            return value.key
        raise run_error(
            "TypeError", f"{where} takes objects of the world, not {kind_in_words(value)}"
        )

    def object_value(self, key: str) -> Any:
        """The script's value for the object of this model name."""
        objects = self.world.objects if self.world is not None else {}
        declared = objects.get(key) or (self.domain.constants[key] if self.domain else None)
        assert declared is not None
        kind = self.names.to_script(declared.types[0])
        return values.Obj(name=self.names.show(key), type=kind, key=key)

    def declare_world(self, node: syntax.WorldDef | syntax.WorldFile, bindings: Bindings) -> None:
        """Puts a world in scope and binds its objects."""
        if isinstance(node, syntax.WorldDef):
            domain = self._domain_for(node)
            objects = lower_objects(node.objects, domain)
            names = self.names.extended([o.name for o in node.objects])
            init = [lower_fact(fact, domain, objects) for fact in node.init]
            amounts = {
                lower_fact(v.function, domain, objects, domain.functions): Fraction(str(v.value))
                for v in node.values
            }
            uses_cost = "total-cost" in domain.functions
            unknown = [lower_fact(fact, domain, objects) for fact in node.unknown]
            world = World(
                node.name,
                domain,
                names,
                objects,
                init,
                amounts,
                None,
                uses_cost,
                unknown,
                self.observes,
            )
            name = node.name
        else:
            from planscript.runtime.pddl.reader import read_problem_file

            if self.domain is None:
                raise SourceError(
                    Diagnostic(
                        "E0612",
                        "no domain is in scope",
                        node.span,
                        hint='write `domain "domain.pddl"` before it',
                    )
                )
            problem = read_problem_file(self._path(node.path, node.path_span), self.domain)
            names = self.names.extended(problem.objects)
            world = World(
                problem.name,
                self.domain,
                names,
                problem.objects,
                problem.init,
                problem.values,
                problem.goal,
                problem.minimise_cost,
            )
            name = node.name or script_name(problem.name)
        self.names, self.world = names, world
        for key in world.objects:
            self._bind(bindings, self.object_value(key), key)
        bindings[name] = values.WorldValue(world.name, world)
        if isinstance(node, syntax.WorldDef) and node.goal is not None:
            world.goal = self.world_goal(node.goal, bindings)

    def world_goal(self, node: syntax.Goal, bindings: Bindings) -> Any:
        """The value of a world's `goal:`."""
        raise NotImplementedError

    def _domain_for(self, node: syntax.WorldDef) -> Domain:
        if self.domain is not None and self.domain.name == self.names.to_model(node.domain.id):
            return self.domain
        known = [self.domain.name] if self.domain is not None else []
        raise SourceError(
            Diagnostic(
                "E0613",
                f"no domain `{node.domain.id}` is in scope here",
                node.domain.span,
                hint=did_you_mean(node.domain.id, known) or "declare the domain just before it",
            )
        )

    def describe(self, node: syntax.Describe) -> None:
        """Attaches glosses to a predicate or an action, or words to an object or a type."""
        key = self.names.to_model(node.name)
        domain = self.current_domain()
        for gloss in node.glosses:
            text = gloss.text.template
            declared = domain.predicates.get(key) or domain.actions.get(key)
            if declared is None:
                self.described.setdefault(gloss.language, {})[key] = text
                continue
            for given, parameter in zip(node.parameters, declared.parameters, strict=False):
                text = text.replace("{" + given.id + "}", "{" + parameter.name[1:] + "}")
            new = dataclasses.replace(declared, gloss={**declared.gloss, gloss.language: text})
            if key in domain.predicates:
                domain = dataclasses.replace(
                    domain,
                    predicates={**domain.predicates, key: new},  # type: ignore[dict-item]
                )
            else:
                domain = dataclasses.replace(
                    domain,
                    actions={**domain.actions, key: new},  # type: ignore[dict-item]
                )
        self.domain = domain
        if self.world is not None:
            self.world.domain = domain

    def perform(
        self,
        node: syntax.Perform | syntax.PerformBy,
        handler: Any,
        clauses: Mapping[str, Callable[..., Any]],
        options: Mapping[str, Any],
    ) -> None:
        """Registers the handler of an action."""
        domain = self.current_domain()
        key = self.names.to_model(node.action)
        if key not in domain.actions:
            raise SourceError(
                Diagnostic(
                    "E0614",
                    f"no action `{node.action}` in the domain `{domain.name}`",
                    node.name_span,
                    hint=did_you_mean(node.action, map(self.names.to_script, domain.actions)),
                )
            )
        if not callable(handler):
            raise run_error("TypeError", f"a handler is a function, not {kind_in_words(handler)}")
        self.handlers[key] = Handler(handler, clauses, checked_options(options))

    def current_domain(self) -> Domain:
        """The domain in scope. Raises an error of the script where there is none."""
        if self.domain is None:
            raise run_error("NameError", "no domain is in scope: declare one with `domain`")
        return self.domain

    def current_world(self) -> World:
        """The world in scope. Raises an error of the script where there is none."""
        if self.world is None:
            raise run_error("NameError", "no world is in scope: declare one with `world`")
        return self.world

    def objects(self, kind: Any) -> list[Any]:
        """The objects of a type, in order of declaration."""
        world = self.current_world()
        name = kind if isinstance(kind, str) else getattr(kind, "name", "")
        key = self.names.to_model(name)
        if key not in world.domain.types and key != "object":
            raise run_error(
                "NameError",
                f"no type `{name}`",
                hint=did_you_mean(name, map(self.names.to_script, world.domain.types)),
            )
        return [self.object_value(one) for one in world.objects_of(key)]


def _check_strata(domain: Domain, rules: Sequence[syntax.DerivedDef]) -> None:
    """Refuses derived predicates that depend on their own negation."""
    from planscript.runtime.planner.semantics import stratify

    for count, rule in enumerate(rules, 1):
        try:
            stratify(dataclasses.replace(domain, axioms=domain.axioms[:count]))
        except ValueError:
            raise SourceError(
                Diagnostic(
                    "E0732",
                    f"`{rule.name}` is derived from its own negation",
                    rule.name_span,
                    hint="a derived predicate may negate only those that do not depend on it",
                )
            ) from None
