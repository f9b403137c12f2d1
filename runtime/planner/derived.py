"""Ground axioms: their layers, their simplification, and new ones for large disjunctions.

Semantics of PDDL 2.2 (Thiebaux, Hoffmann & Nebel, "In defense of PDDL axioms", AIJ 168, 2005):
stratified, negation as failure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from planscript.lang.diagnostics import Diagnostic, SourceError
from planscript.runtime.pddl.model import And, Atom, Domain, Exists, ForAll, Formula, Not, Or
from planscript.runtime.planner.expansion import AnyOf, Expander, Ground, split_conjunction
from planscript.runtime.planner.facts import FactKeys
from planscript.runtime.planner.normalise import AxiomRule, Normaliser
from planscript.runtime.planner.reachability import Source

Body = frozenset[int]  # literals as in `expansion.py`
GroundRule = tuple[int, Body]  # the key of the head, and what must hold for it


def stratify(domain: Domain, normaliser: Normaliser) -> dict[str, int]:
    """The layer of each derived predicate: above all that its axioms negate, below none they use.

    Raises:
        SourceError: a predicate depends on its own negation.
    """
    uses = [
        (axiom, [use for use in _uses(normaliser.nnf(axiom.body)) if use[0] in domain.derived])
        for axiom in domain.axioms
    ]
    layers = dict.fromkeys(sorted(domain.derived), 0)
    changed = True
    while changed:
        changed = False
        for axiom, used in uses:
            head = axiom.head.name
            needed = max((layers[name] + negated for name, negated in used), default=0)
            if layers[head] >= needed:
                continue
            if needed >= len(layers):
                raise SourceError(
                    Diagnostic(
                        "E0732",
                        f"`{head}` is derived from its own negation",
                        axiom.span,
                        "this axiom closes the circle",
                        "an axiom may negate only predicates that do not depend on its head",
                    )
                )
            layers[head] = needed
            changed = True
    return layers


def _uses(formula: Formula) -> Iterator[tuple[str, int]]:
    """The predicates in a formula in negation normal form, each with 1 where it is negated."""
    match formula:
        case Atom(name, _):
            yield name, 0
        case Not(Atom(name, _)):
            yield name, 1
        case And(parts) | Or(parts):
            for part in parts:
                yield from _uses(part)
        case ForAll(_, body) | Exists(_, body):
            yield from _uses(body)


class GroundAxioms:
    """The ground rules of a task.

    `certain` and `impossible` are the derived facts that are so in every state; their rules are
    gone. New facts for disjunctions have keys from `facts.end` on.
    """

    def __init__(self, facts: FactKeys, layers: dict[str, int], most: int) -> None:
        self._facts = facts
        self._layers = layers
        self._most = most
        self.rules: list[GroundRule] = []
        self.certain: set[int] = set()
        self.impossible: set[int] = set()
        self._named: dict[AnyOf, int] = {}

    def add(
        self, axioms: Sequence[AxiomRule], sources: Sequence[Source], expander: Expander
    ) -> None:
        """Grounds the axioms on the instances that reachability found, and simplifies."""
        derived: set[int] = set()
        for axiom, source in zip(axioms, sources, strict=True):
            names = source.rule.variables
            condition = expander.compiled_rule(source.rule)
            for values in source.instances():
                expander.binding.update(zip(names, values, strict=True))
                head = self._facts.key_of(
                    axiom.head.name, [expander.binding[arg] for arg in axiom.head.args]
                )
                derived.add(head)
                for literals in self.alternatives(condition()):
                    self.rules.append((head, literals))
        self._simplify(derived | set(self._named.values()))

    def name(self, disjunction: AnyOf) -> int:
        """The key of a new derived fact that is true where the disjunction is."""
        known = self._named.get(disjunction)
        if known is not None:
            return known
        bodies: list[Body] = []
        for part in disjunction.parts:
            bodies += split_conjunction(part, self.name, self._most)
        key = self._facts.end + len(self._named)
        self._named[disjunction] = key
        self.rules += [(key, body) for body in bodies]
        return key

    def alternatives(self, ground: Ground) -> list[Body]:
        """Sets of literals of which one must hold entirely for the formula to be true."""
        return split_conjunction(ground, self.name, self._most)

    def layer_of(self) -> dict[int, int]:
        """The layer of each derived fact that has a rule."""
        found: dict[int, int] = {}
        for head, _ in self.rules:
            if head < self._facts.end:
                found[head] = self._layers[self._facts.name(head)]
        # A new fact's rules mention only facts of axioms and new facts named before it.
        bodies: dict[int, list[Body]] = {}
        for head, body in self.rules:
            if head >= self._facts.end:
                bodies.setdefault(head, []).append(body)
        for head in sorted(bodies):
            literals = [literal for body in bodies[head] for literal in body]
            found[head] = max(
                (
                    found[literal] if literal >= 0 else found[~literal] + 1
                    for literal in literals
                    if (literal if literal >= 0 else ~literal) in found
                ),
                default=0,
            )
        return dict(sorted(found.items()))

    def _simplify(self, derived: Iterable[int]) -> None:
        """Removes what is decided for derived facts, until nothing changes."""
        derived = set(derived)
        changed = True
        while changed:
            changed = False
            kept: list[GroundRule] = []
            heads: set[int] = set()
            for head, body in dict.fromkeys(self.rules):
                if head in self.certain:
                    continue
                left = []
                for literal in body:
                    key = literal if literal >= 0 else ~literal
                    if key in self.certain or key in self.impossible:
                        if (literal >= 0) != (key in self.certain):
                            break  # the body is false
                    else:
                        left.append(literal)
                else:
                    if not left:
                        self.certain.add(head)
                        changed = True
                        continue
                    heads.add(head)
                    kept.append((head, frozenset(left)))
            gone = derived - heads - self.certain - self.impossible
            if gone:
                self.impossible |= gone
                changed = True
            self.rules = [rule for rule in kept if rule[0] not in self.certain]
