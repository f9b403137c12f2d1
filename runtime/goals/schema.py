"""What the model sees of a domain and a world: items (symbols), their texts and how they relate.

Built once for a domain and its objects, then used for any number of texts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planscript.runtime.goals.grammar import Grammar
from planscript.runtime.goals.linking import NameIndex
from planscript.runtime.goals.tokens import split_name
from planscript.runtime.pddl.model import (
    OBJECT,
    Add,
    And,
    Atom,
    Delete,
    Domain,
    Exists,
    ForAll,
    Formula,
    Imply,
    Not,
    Or,
    Parameter,
    leaves,
)

PREDICATE, TYPE, THING, ACTION = range(4)  # kinds of items

# How one item stands to another; each pair has one relation, the last that applies.
RELATIONS = (
    "none",
    *(f"predicate takes type {n}" for n in range(3)),
    *(f"type is taken {n} by predicate" for n in range(3)),
    *("type below", "type above", "predicate accepts 0", "accepted 0", "predicate accepts 1"),
    *("accepted 1", "thing of", "has thing", "thing below", "has thing below"),
    *("needs", "needed by", "adds", "added by", "deletes", "deleted by"),
    *("true of", "has property", "fact first", "first in fact", "fact second", "second in fact"),
    "static",
)
_R = {name: number for number, name in enumerate(RELATIONS)}


@dataclass(frozen=True, slots=True)
class Item:
    """One symbol: `words` of its name, and `context`, more words for the encoder."""

    kind: int
    name: str
    words: tuple[str, ...]
    context: tuple[str, ...] = ()


class Schema:
    """The items of a domain with these objects (constants included), in the order of the grammar.

    After the grammar's symbols (predicates, types, objects) come the actions, which are read but never
    said. `init` are the facts known of the world. `spelling` gives the written form of names. `gloss`
    is the language of the glosses to read, or None to leave them out.
    """

    def __init__(
        self,
        domain: Domain,
        objects: Mapping[str, Parameter],
        init: Iterable[Atom] | None = None,
        *,
        spelling: Mapping[str, str] | None = None,
        gloss: tuple[str, ...] = ("en", "zh"),
        grammar: Grammar | None = None,
    ) -> None:
        self.domain = domain
        self.objects = objects
        self.grammar = grammar or Grammar(domain, objects)
        self._spelling = spelling or {}
        self._gloss = gloss
        added, deleted = _changes(domain)
        self.added, self.deleted = added, deleted  # predicate -> actions that make it true, false
        self.items: list[Item] = []
        for name in self.grammar.predicates:
            self.items.append(self._predicate(name, added, deleted))
        for name in self.grammar.types:
            parents = [p for p in domain.types.get(name, ()) if p != OBJECT]
            self.items.append(self._item(TYPE, name, *(("of", *self._words(p)) for p in parents)))
        for name in self.grammar.objects:
            kinds = [self._words(t) for t in objects[name].types]
            self.items.append(self._item(THING, name, *(("a", *k) for k in kinds)))
        for name, action in domain.actions.items():
            kinds = [self._words(p.types[0]) for p in action.parameters[:4]]
            said = [split_name_text(action.gloss[g]) for g in gloss if g in action.gloss]
            self.items.append(self._item(ACTION, name, *((",", *k) for k in kinds), *said))
        self.place = {(item.kind, item.name): i for i, item in enumerate(self.items)}
        self.empty = self._empty_types()
        self.kinds = np.array([item.kind for item in self.items], dtype=np.int64)
        self.names = NameIndex([item.words for item in self.items], self.kinds.tolist())
        self.relations = self._relate(added, deleted, init)

    def __len__(self) -> int:
        return len(self.items)

    def _empty_types(self) -> frozenset[int]:
        """The symbols of the types that no object is of, where the world's objects are known."""
        if all(name in self.domain.constants for name in self.objects):
            return frozenset()
        inhabited = {
            above
            for declared in self.objects.values()
            for own in declared.types
            for above in (own, OBJECT, *self.domain.ancestors.get(own, ()))
        }
        symbols = self.grammar.type_symbol
        return frozenset(symbols[name] for name in symbols if name not in inhabited)

    def _words(self, name: str) -> tuple[str, ...]:
        return split_name(self._spelling.get(name, name)) or (name,)

    def _item(self, kind: int, name: str, *context: tuple[str, ...]) -> Item:
        return Item(kind, name, self._words(name), tuple(w for part in context for w in part)[:24])

    def _predicate(
        self, name: str, added: Mapping[str, list[str]], deleted: Mapping[str, list[str]]
    ) -> Item:
        predicate = self.domain.predicates[name]
        parts: list[tuple[str, ...]] = []
        for language in self._gloss:
            if language in predicate.gloss:
                parts.append((":", *split_name_text(predicate.gloss[language])))
        for parameter in predicate.parameters:
            parts.append((",", *self._words(parameter.types[0])))
        for action in added.get(name, [])[:3]:
            parts.append(("by", *self._words(action)))
        for action in [a for a in deleted.get(name, []) if a not in added.get(name, ())][:2]:
            parts.append(("not", *self._words(action)))
        return self._item(PREDICATE, name, *parts)

    def _relate(
        self,
        added: Mapping[str, list[str]],
        deleted: Mapping[str, list[str]],
        init: Iterable[Atom] | None,
    ) -> NDArray[np.uint8]:
        table = np.zeros((len(self.items), len(self.items)), dtype=np.uint8)
        index, domain = self.place, self.domain

        def put(one: tuple[int, str], other: tuple[int, str], there: str, back: str) -> None:
            if one in index and other in index:
                table[index[one], index[other]] = _R[there]
                table[index[other], index[one]] = _R[back]

        for name in self.grammar.types:
            for above in domain.ancestors.get(name, ()):
                if above not in (name, OBJECT):
                    put((TYPE, name), (TYPE, above), "type below", "type above")
        for name in self.grammar.objects:
            declared = self.objects[name].types
            for own in declared:
                for above in domain.ancestors.get(own, ()):
                    if above != OBJECT or own == OBJECT:
                        put((THING, name), (TYPE, above), "thing below", "has thing below")
                put((THING, name), (TYPE, own), "thing of", "has thing")
        for name in self.grammar.predicates:
            for slot, parameter in reversed(
                list(enumerate(domain.predicates[name].parameters[:3]))
            ):
                for wanted in parameter.types:
                    put(
                        (PREDICATE, name),
                        (TYPE, wanted),
                        f"predicate takes type {slot}",
                        f"type is taken {slot} by predicate",
                    )
                if slot < 2:
                    for thing, declared_as in self.objects.items():
                        if domain.fits(declared_as.types, parameter.types):
                            put(
                                (PREDICATE, name),
                                (THING, thing),
                                f"predicate accepts {slot}",
                                f"accepted {slot}",
                            )
        for action_name, action in domain.actions.items():
            for name in _mentioned(action.precondition):
                put((ACTION, action_name), (PREDICATE, name), "needs", "needed by")
        for name, actions in deleted.items():
            for action_name in actions:
                put((ACTION, action_name), (PREDICATE, name), "deletes", "deleted by")
        for name, actions in added.items():
            for action_name in actions:
                put((ACTION, action_name), (PREDICATE, name), "adds", "added by")
        for fact in init or ():
            key = (PREDICATE, fact.name)
            if len(fact.args) == 1:
                put(key, (THING, fact.args[0]), "true of", "has property")
            elif len(fact.args) == 2:
                put(key, (THING, fact.args[0]), "fact first", "first in fact")
                put(key, (THING, fact.args[1]), "fact second", "second in fact")
        for name in self.grammar.predicates:
            if name not in domain.changed:
                i = index[PREDICATE, name]
                table[i, i] = _R["static"]
        return table


def split_name_text(gloss: str) -> tuple[str, ...]:
    """The words of a gloss without its placeholders."""
    out, depth = [], 0
    for c in gloss:
        depth += (c == "{") - (c == "}")
        out.append(" " if depth or c in "{}" else c)
    return split_name("".join(out))


def _changes(domain: Domain) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """For each predicate the actions that make it true, and those that make it false."""
    added: dict[str, list[str]] = {}
    deleted: dict[str, list[str]] = {}
    for name, action in domain.actions.items():
        for leaf in leaves(action.effect):
            table = (
                added if isinstance(leaf, Add) else deleted if isinstance(leaf, Delete) else None
            )
            if table is not None and isinstance(leaf, Add | Delete):
                found = table.setdefault(leaf.atom.name, [])
                if name not in found:
                    found.append(name)
    return added, deleted


def _mentioned(formula: Formula) -> set[str]:
    match formula:
        case Atom(name):
            return {name}
        case Not(part):
            return _mentioned(part)
        case And(parts) | Or(parts):
            return {name for part in parts for name in _mentioned(part)}
        case Imply(left, right):
            return _mentioned(left) | _mentioned(right)
        case ForAll(_, body) | Exists(_, body):
            return _mentioned(body)
    return set()
