"""The goals of a domain as a context-free grammar of PDDL text, in the Lark-like notation of llguidance.

For language models that write text: whatever is written under this grammar is a type-correct goal
without unused variables, or `none`. The language is finite: formulas are at most `DEPTH` deep, lists
at most `LONGEST` long, so that every model comes to an end.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence

from planscript.runtime.pddl.model import OBJECT, Domain, Parameter

DEPTH = 2  # lists and quantifiers inside each other
LONGEST = 6  # parts of the outermost list; the inner ones have at most half
REFUSAL = "none"

Scope = tuple[str, ...]  # types of the variables ?v1, ?v2, ... in scope


class GoalGrammar:
    """Writes the rules; `text` is the grammar. `possible` is False where no goal can be said at all."""

    def __init__(
        self,
        domain: Domain,
        objects: Mapping[str, Parameter],
        predicates: Collection[str] | None = None,
    ) -> None:
        self.domain = domain
        self.objects = objects
        self.predicates = [
            p for p in domain.predicates.values() if predicates is None or p.name in predicates
        ]
        wanted = [slot.types for p in self.predicates for slot in p.parameters]
        self.types = [
            name
            for name in (OBJECT, *(t for t in domain.types if t != OBJECT))
            if any(domain.fits((name,), types) for types in wanted)
        ]
        self._rules: dict[str, str] = {}
        self._names: dict[tuple[object, ...], str] = {}
        top = self._formula((), DEPTH)
        self.possible = top is not None
        start = [_quoted(REFUSAL), *([top] if top else [])]
        lines = [f"start: {' | '.join(start)}"]
        lines += [f"{name}: {body}" for name, body in self._rules.items() if body]
        self.text = "\n".join(lines) + "\n"

    # Each method below returns the name of a rule, or None where nothing can be said.

    def _rule(self, key: tuple[object, ...], options: Sequence[str]) -> str | None:
        if not options:
            self._names[key] = ""
            return None
        name = f"r{len(self._rules)}"
        self._names[key] = name
        self._rules[name] = " | ".join(options)
        return name

    def _formula(self, scope: Scope, depth: int, using: bool = False) -> str | None:
        """A formula; with `using`, one that surely mentions the newest variable."""
        key = ("formula", scope, depth, using)
        if key in self._names:
            return self._names[key] or None
        options = []
        literal = self._literal(scope, using)
        if literal:
            options.append(literal)
        if depth:
            first = self._formula(scope, depth - 1, using)
            part = self._formula(scope, depth - 1)
            most = LONGEST if depth == DEPTH else LONGEST // 2
            if first and part:
                more = f'(" " {part}){{1,{most - 1}}}'
                options.append(f'"(and " {first} {more} ")"')
                options.append(f'"(or " {first} {more} ")"')
                options.append(f'"(imply " {first} " " {part} ")"')
            if not using and len(scope) < DEPTH:
                options += self._quantified(scope, depth)
        return self._rule(key, options)

    def _quantified(self, scope: Scope, depth: int) -> list[str]:
        options = []
        variable = f"?v{len(scope) + 1}"
        for kind in self.types:
            body = self._formula((*scope, kind), depth - 1, True)
            if body:
                for word in ("forall", "exists"):
                    head = _quoted(f"({word} ({variable} - {kind}) ")
                    options.append(f'{head} {body} ")"')
        return options

    def _literal(self, scope: Scope, using: bool) -> str | None:
        key = ("literal", scope, using)
        if key in self._names:
            return self._names[key] or None
        atoms = []
        for predicate in self.predicates:
            slots = [slot.types for slot in predicate.parameters]
            # Which argument is the newest variable, for certain: each in turn, or none in particular.
            for place in range(len(slots)) if using else (-1,):
                terms = [
                    self._newest(scope, types) if i == place else self._term(scope, types)
                    for i, types in enumerate(slots)
                ]
                if all(terms):
                    rest = "".join(f' " " {term}' for term in terms)
                    atoms.append(f'{_quoted("(" + predicate.name)}{rest} ")"')
        if scope[:-1] and using:
            pair = f"(= ?v{len(scope) - 1} ?v{len(scope)})"
            if self.domain.fits((scope[-1],), (scope[-2],)):
                atoms.append(_quoted(pair))
        atom = self._rule(("atom", scope, using), atoms)
        return self._rule(key, [atom, f'"(not " {atom} ")"'] if atom else [])

    def _newest(self, scope: Scope, types: tuple[str, ...]) -> str | None:
        return _quoted(f"?v{len(scope)}") if self.domain.fits((scope[-1],), types) else None

    def _term(self, scope: Scope, types: tuple[str, ...]) -> str | None:
        key = ("term", scope, types)
        if key in self._names:
            return self._names[key] or None
        fitting = [n for n, o in self.objects.items() if self.domain.fits(o.types, types)]
        fitting += [f"?v{i}" for i, kind in enumerate(scope, 1) if self.domain.fits((kind,), types)]
        return self._rule(key, [_quoted(name) for name in fitting])


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
