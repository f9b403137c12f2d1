"""Texts as padded tensors: word pieces and spelling features against a schema."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from planscript.runtime.goals.grammar import ITEM, VARIABLE, Grammar
from planscript.runtime.goals.schema import Schema
from planscript.runtime.goals.tokens import Vocabulary, split_text

ITEM_ROOM = 28  # pieces of one item's text
TEXT_ROOM = 96  # pieces of one text in training


@dataclass(slots=True)
class TextTensors:
    """Texts over one schema."""

    ids: Tensor  # (B, T)
    mask: Tensor  # (B, T) bool
    features: Tensor  # (B, T, N, F)
    owner: list[list[int]]  # for each piece the position of its word, -1 for none


def text_tensors(
    texts: Sequence[str], schema: Schema, vocabulary: Vocabulary, room: int = TEXT_ROOM
) -> TextTensors:
    """Pieces of the texts and their spelling features against the schema."""
    rows = []
    for text in texts:
        words = [w.text for w in split_text(text, vocabulary)][:room]
        ids, owner = vocabulary.encode(words, room)
        rows.append((ids, owner, schema.names.features(words)))
    length = max(len(ids) for ids, _, _ in rows)
    batch = len(rows)
    ids_ = torch.zeros(batch, length, dtype=torch.long)
    mask = torch.zeros(batch, length, dtype=torch.bool)
    features = torch.zeros(batch, length, len(schema), rows[0][2].shape[2])
    for row, (ids, owner, found) in enumerate(rows):
        ids_[row, : len(ids)] = torch.tensor(ids)
        mask[row, : len(ids)] = True
        own = np.array(owner)
        where = np.nonzero(own >= 0)[0]
        if len(where):
            features[row, torch.from_numpy(where)] = torch.from_numpy(found[own[where]])
    return TextTensors(ids_, mask, features, [owner for _, owner, _ in rows])


def type_symbol(grammar: Grammar, scope: Sequence[str], symbol: int) -> int:
    """For a variable's symbol the symbol of its type, 0 for any other symbol."""
    if VARIABLE <= symbol < ITEM:
        return grammar.type_symbol[scope[symbol - VARIABLE]]
    return 0
