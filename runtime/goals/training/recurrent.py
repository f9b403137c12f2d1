"""A recurrent encoder-decoder in the place of the Transformer, to compare with: RNN or LSTM.

    words, items -> bidirectional RNN/LSTM over the same word vectors -> text (B, T, d), items (N, d)
    decoder RNN/LSTM with attention over both (Luong et al. 2015)     -> scores of the next symbol

No fusion of text and schema, no spelling features, nothing pretrained but the word vectors. It fits
where `GoalNetwork` does: the same batches, losses, typed decoding and beam.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from planscript.runtime.goals.model import NEVER, Config, GoalNetwork, Memory
from planscript.runtime.goals.tokens import Vocabulary

Kind = Literal["rnn", "lstm"]
Past = list[tuple[Tensor, Tensor]]


class RecurrentNetwork(GoalNetwork):
    """What `GoalNetwork` does, by recurrence; shapes as there."""

    def __init__(self, config: Config, kind: Kind) -> None:
        nn.Module.__init__(self)  # none of the Transformer's parts
        self.config = config
        d = config.width
        layer = nn.LSTM if kind == "lstm" else nn.RNN
        self.encoder = nn.ModuleList()  # has no pretrained layers
        self.piece = nn.Embedding(config.pieces, d)
        self.kind = nn.Embedding(config.kinds, d)
        self.reader = layer(d, d // 2, batch_first=True, bidirectional=True)
        self.writer = layer(d, d, batch_first=True)
        self.bridge = nn.Linear(d, d)
        self.join = nn.Linear(2 * d, d)
        self.symbol = nn.Embedding(config.structure, d)
        self.symbol_key = nn.Embedding(config.structure, d)
        self.item_input = nn.Linear(d, d)
        self.item_key = nn.Linear(d, d)
        self.ask = nn.Linear(d, d)
        self.use = nn.Linear(2 * d, 1)
        self.refuse = nn.Sequential(nn.Linear(d, d), nn.GELU(), nn.Linear(d, 1))

    def encode(self, ids: Tensor, mask: Tensor, segment: int) -> Tensor:
        """Word pieces (B, T) -> (B, T, d); padding stands at the ends of rows."""
        lengths = mask.sum(1).clamp(min=1)
        packed = pack_padded_sequence(
            self.piece(ids), lengths, batch_first=True, enforce_sorted=False
        )
        read, _ = self.reader(packed)
        out, _ = pad_packed_sequence(read, batch_first=True, total_length=ids.shape[1])
        return out

    def fuse(
        self,
        ids: Tensor,
        mask: Tensor,
        items: Tensor,
        kinds: Tensor,
        relations: Tensor,
        features: Tensor,
        visible: Tensor,
    ) -> tuple[Memory, Tensor]:
        """The memory of these texts, and the logits of refusing; relations and features are unused."""
        batch = len(ids)
        text = self.encode(ids, mask, 0)
        item = (items + self.kind(kinds)).expand(batch, -1, -1)
        shown = torch.cat((mask, visible), 1)
        bias = torch.zeros(shown.shape).masked_fill_(~shown, NEVER)[:, None, None]
        summary = (text * mask[:, :, None]).sum(1) / mask.sum(1, keepdim=True).clamp(min=1)
        both = torch.cat((summary[:, None].expand(-1, item.shape[1], -1), item), 2)
        links = text @ item.transpose(1, 2) / self.config.width**0.5
        memory = Memory(
            torch.cat((text, item), 1),
            bias,
            links,
            self.use(both).squeeze(-1),
            mask,
            torch.cat((self.symbol_key.weight.expand(batch, -1, -1), self.item_key(item)), 1),
            torch.cat((self.symbol.weight.expand(batch, -1, -1), self.item_input(item)), 1),
            [],
            text,
        )
        return memory, self.refuse(summary).squeeze(1)

    def decode(
        self, memory: Memory, symbols: Tensor, types: Tensor, past: Past | None = None
    ) -> tuple[Tensor, Past]:
        """Scores of the symbol after each one read; the cache is the state of the recurrence."""
        rows = torch.arange(len(symbols))[:, None]
        read = memory.inputs[rows, symbols]
        read = read + memory.inputs[rows, types] * (types > 0)[:, :, None]
        if past is None:
            words = memory.words[:, :, None]
            summary = (memory.text * words).sum(1) / words.sum(1).clamp(min=1)
            first = torch.tanh(self.bridge(summary))
            hidden, cell = first, torch.zeros_like(first)
        else:
            hidden, cell = past[0]
        if isinstance(self.writer, nn.LSTM):
            x, (last, inner) = self.writer(read, (hidden[None].contiguous(), cell[None]))
        else:
            x, last = self.writer(read, hidden[None].contiguous())
            inner = last
        seen = x @ memory.vectors.transpose(1, 2) / self.config.width**0.5 + memory.bias[:, 0]
        context = seen.softmax(-1) @ memory.vectors
        x = torch.tanh(self.join(torch.cat((x, context), 2)))
        scores = self.ask(x) @ memory.keys.transpose(1, 2) / self.config.width**0.5
        used = F.pad(memory.used, (self.config.structure, 0))[:, None]
        return (scores + used).float(), [(last[0], inner[0])]


def start_recurrent(start: Path, kind: Kind) -> tuple[RecurrentNetwork, Vocabulary]:
    """A fresh network over the vocabulary and the word vectors that `start` holds."""
    vocabulary = Vocabulary.load(start / "vocab.txt")
    network = RecurrentNetwork(Config(pieces=len(vocabulary)), kind)
    stored = load_file(str(start / "pieces.safetensors"))
    with torch.no_grad():
        network.piece.weight.copy_(stored["piece.weight"])
    network.piece.weight.requires_grad_(False)
    return network, vocabulary
