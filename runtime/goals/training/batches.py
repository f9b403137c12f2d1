"""Examples of one world -> padded tensors for the network, with the grammar's masks."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from planscript.runtime.goals.grammar import ITEM, START
from planscript.runtime.goals.inputs import ITEM_ROOM, type_symbol
from planscript.runtime.goals.schema import Schema
from planscript.runtime.goals.tokens import Vocabulary
from planscript.runtime.pddl.model import (
    And,
    Atom,
    Domain,
    Equals,
    Exists,
    ForAll,
    Formula,
    Imply,
    Not,
    Or,
    Parameter,
)


@dataclass(slots=True)
class SchemaTensors:
    """The items of one schema, ready for the encoder, in groups of similar length."""

    groups: list[tuple[Tensor, Tensor, Tensor, Tensor]]  # item indices, ids, mask, pool
    kinds: Tensor  # (N,)
    relations: Tensor  # (N, N)


@dataclass(slots=True)
class GoalTensors:
    """Gold goals: what the decoder reads and what it should say."""

    symbols: Tensor  # (B, S) begins with START
    types: Tensor  # (B, S)
    target: Tensor  # (B, S), -100 on padding
    allowed: Tensor  # (B, S, structure + N) bool
    used: Tensor  # (B, N) float: the items that the goal speaks of
    refused: Tensor  # (B,) float
    weight: Tensor  # (B,)


def schema_tensors(schema: Schema, vocabulary: Vocabulary) -> SchemaTensors:
    """The items' pieces; the name's pieces are marked for pooling."""
    rows = []
    for item in schema.items:
        ids, owner = vocabulary.encode((*item.words, *item.context), ITEM_ROOM)
        pool = [0 <= o < len(item.words) for o in owner]
        rows.append((ids, pool))
    order = sorted(range(len(rows)), key=lambda i: len(rows[i][0]))
    groups = []
    for begin in range(0, len(order), 40):
        chosen = order[begin : begin + 40]
        length = max(len(rows[i][0]) for i in chosen)
        ids_ = torch.zeros(len(chosen), length, dtype=torch.long)
        mask = torch.zeros(len(chosen), length, dtype=torch.bool)
        pool_ = torch.zeros(len(chosen), length)
        for row, i in enumerate(chosen):
            ids, marked = rows[i]
            ids_[row, : len(ids)] = torch.tensor(ids)
            mask[row, : len(ids)] = True
            pool_[row, : len(ids)] = torch.tensor(marked, dtype=torch.float32)
            if not any(marked):
                pool_[row, 0] = 1
        groups.append((torch.tensor(chosen), ids_, mask, pool_))
    return SchemaTensors(
        groups, torch.from_numpy(schema.kinds), torch.from_numpy(schema.relations).long()
    )


def goal_tensors(
    goals: Sequence[list[int] | None], schema: Schema, weights: Sequence[float]
) -> GoalTensors:
    """Gold symbol sequences (None: to be refused) with the mask of what was allowed at each step."""
    grammar = schema.grammar
    longest = max((len(g) for g in goals if g is not None), default=1)
    batch, size = len(goals), ITEM + len(schema)
    symbols = torch.full((batch, longest), START)
    types = torch.zeros(batch, longest, dtype=torch.long)
    target = torch.full((batch, longest), -100)
    allowed = torch.zeros(batch, longest, size, dtype=torch.bool)
    used = torch.zeros(batch, len(schema))
    for row, goal in enumerate(goals):
        if goal is None:
            continue
        state = grammar.start()
        for step, symbol in enumerate(goal):
            allowed[row, step, torch.tensor(grammar.allowed(state))] = True
            target[row, step] = symbol
            if symbol >= ITEM:
                used[row, symbol - ITEM] = 1
            if step + 1 < longest:
                symbols[row, step + 1] = symbol
                types[row, step + 1] = type_symbol(grammar, state.scope, symbol)
            state = grammar.advance(state, symbol)
    refused = torch.tensor([float(g is None) for g in goals])
    return GoalTensors(symbols, types, target, allowed, used, refused, torch.tensor(weights))


def names_in(formula: Formula) -> tuple[set[str], set[str], set[str]]:
    """The predicates, objects and types that a formula mentions."""
    predicates: set[str] = set()
    objects: set[str] = set()
    types: set[str] = set()
    todo = [formula]
    while todo:
        match todo.pop():
            case Atom(name, args):
                predicates.add(name)
                objects.update(a for a in args if not a.startswith("?"))
            case Equals(left, right):
                objects.update(a for a in (left, right) if not a.startswith("?"))
            case Not(part):
                todo.append(part)
            case And(parts) | Or(parts):
                todo.extend(parts)
            case Imply(left, right):
                todo += [left, right]
            case Exists(parameters, body) | ForAll(parameters, body):
                types.update(t for p in parameters for t in p.types)
                todo.append(body)
    return predicates, objects, types


def choose_objects(
    domain: Domain,
    objects: Mapping[str, Parameter],
    needed: set[str],
    most: int,
    random_: random.Random,
) -> dict[str, Parameter]:
    """At most `most` objects (more only if needed): the needed ones and a random choice of others."""
    if len(objects) <= most:
        return dict(objects)
    others = [name for name in objects if name not in needed]
    random_.shuffle(others)
    kept = needed | set(others[: max(0, most - len(needed))]) | set(domain.constants)
    return {name: parameter for name, parameter in objects.items() if name in kept}
