"""The network: text, schema and spelling features -> scores of goal symbols, and of refusing.

    words  -> BERT (6 layers, started from all-MiniLM-L6-v2)  -> text vectors   (B, T, d)
    items  -> the same BERT, mean over the pieces of the name -> item vectors   (N, d), once a schema
    [text ; items] -> fusion: Transformer layers whose attention is biased by spelling features between
        words and items, and by relations between items         -> memory       (B, T + N, d)
    memory -> pointer decoder: a Transformer that reads the symbols so far and scores the next one

References: Devlin et al. 2019 (BERT); Wang et al. 2020 (RAT-SQL, relation-aware schema encoding);
Vinyals et al. 2015 (pointer networks). Shapes at line ends: B texts, T word pieces, N items, S symbols,
H heads, d width, F spelling features. Nothing here knows of PDDL.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

NEVER = -1e4  # a score that no softmax ever picks, and that bfloat16 can hold


@dataclass(frozen=True, slots=True)
class Config:
    """Sizes of the network."""

    pieces: int = 30522  # size of the vocabulary
    positions: int = 160  # longest text in pieces
    width: int = 384
    heads: int = 12
    hidden: int = 1536
    encoder_layers: int = 6
    fusion_layers: int = 3
    decoder_layers: int = 3
    decoder_hidden: int = 1024
    structure: int = 23  # symbols that are not items: grammar.ITEM
    variables: tuple[int, int] = (15, 23)  # the range of the variable symbols
    longest: int = 96  # longest goal in symbols
    kinds: int = 4
    relations: int = 32
    features: int = 15  # linking.FEATURES, and two of meaning: see GoalNetwork.fuse
    dropout: float = 0.1


class Attention(nn.Module):
    """Multi-head attention with an additive bias."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.query = nn.Linear(width, width)
        self.key = nn.Linear(width, width)
        self.value = nn.Linear(width, width)
        self.output = nn.Linear(width, width)

    def split(self, x: Tensor) -> Tensor:
        found: Tensor = x.view(*x.shape[:2], self.heads, -1).transpose(1, 2)
        return found  # (B, H, L, d/H)

    def keys(self, x: Tensor) -> tuple[Tensor, Tensor]:
        return self.split(self.key(x)), self.split(self.value(x))

    def forward(self, x: Tensor, memory: tuple[Tensor, Tensor], bias: Tensor | None) -> Tensor:
        query = self.split(self.query(x))
        if bias is not None:
            bias = bias.to(query.dtype)
        found = F.scaled_dot_product_attention(query, *memory, attn_mask=bias)
        out: Tensor = self.output(found.transpose(1, 2).flatten(2))
        return out  # (B, L, d)


class Layer(nn.Module):
    """A Transformer layer, normalised after each part as BERT's are; cross-attention if asked for."""

    def __init__(
        self, config: Config, hidden: int, cross: bool = False, dropout: float = 0.0
    ) -> None:
        super().__init__()
        d = config.width
        self.attention = Attention(d, config.heads)
        self.attention_norm = nn.LayerNorm(d, eps=1e-12)
        self.cross = Attention(d, config.heads) if cross else None
        self.cross_norm = nn.LayerNorm(d, eps=1e-12) if cross else None
        self.up = nn.Linear(d, hidden)
        self.down = nn.Linear(hidden, d)
        self.norm = nn.LayerNorm(d, eps=1e-12)
        self.drop = nn.Dropout(dropout)

    def forward(
        self,
        x: Tensor,
        bias: Tensor | None,
        past: tuple[Tensor, Tensor] | None = None,
        memory: tuple[Tensor, Tensor] | None = None,
        memory_bias: Tensor | None = None,
    ) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """The layer's output and its keys and values, which the next decoding step may reuse."""
        here = self.attention.keys(x)
        if past is not None:
            here = (torch.cat((past[0], here[0]), 2), torch.cat((past[1], here[1]), 2))
        x = self.attention_norm(x + self.drop(self.attention(x, here, bias)))
        if self.cross is not None and self.cross_norm is not None and memory is not None:
            x = self.cross_norm(x + self.drop(self.cross(x, memory, memory_bias)))
        x = self.norm(x + self.drop(self.down(F.gelu(self.up(x)))))
        return x, here


@dataclass(slots=True)
class Memory:
    """What the decoder reads, for B texts (or hypotheses)."""

    vectors: Tensor  # (B, T + N, d)
    bias: Tensor  # (B, 1, 1, T + N): NEVER on padding
    links: Tensor  # (B, T, N): how well word piece and item go together
    used: Tensor  # (B, N): log-odds that the goal speaks of the item
    words: Tensor  # (B, T) bool: a piece of the text, not padding
    keys: Tensor  # (B, structure + N, d): what a symbol looks like as an output
    inputs: Tensor  # (B, structure + N, d): what a symbol looks like as an input
    cross: list[tuple[Tensor, Tensor]]  # keys and values of each decoder layer
    text: Tensor  # (B, T, d)

    def select(self, count: int) -> Memory:
        """The memory of one text, seen by `count` hypotheses."""
        return Memory(
            self.vectors.expand(count, -1, -1),
            self.bias.expand(count, -1, -1, -1),
            self.links.expand(count, -1, -1),
            self.used.expand(count, -1),
            self.words.expand(count, -1),
            self.keys.expand(count, -1, -1),
            self.inputs.expand(count, -1, -1),
            [(k.expand(count, -1, -1, -1), v.expand(count, -1, -1, -1)) for k, v in self.cross],
            self.text.expand(count, -1, -1),
        )


class GoalNetwork(nn.Module):
    """The whole network."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        d = config.width
        self.piece = nn.Embedding(config.pieces, d)
        self.position = nn.Embedding(config.positions, d)
        self.segment = nn.Embedding(2, d)  # text, schema
        self.embedding_norm = nn.LayerNorm(d, eps=1e-12)
        self.drop = nn.Dropout(config.dropout)
        self.encoder = nn.ModuleList(
            Layer(config, config.hidden) for _ in range(config.encoder_layers)
        )
        self.kind = nn.Embedding(config.kinds, d)
        self.spelling = nn.Linear(config.features, d)  # an item's best match anywhere in the text
        self.fusion_norm = nn.LayerNorm(d)
        self.fusion = nn.ModuleList(
            Layer(config, config.hidden) for _ in range(config.fusion_layers)
        )
        sides = config.fusion_layers * config.heads
        self.relation_bias = nn.Embedding(config.relations, sides)
        self.kind_bias = nn.Embedding(config.kinds + 1, sides)  # text and kinds as looked at
        self.word_bias = nn.Linear(config.features, sides, bias=False)  # a word looks at an item
        self.item_bias = nn.Linear(config.features, sides, bias=False)  # an item looks at a word

        self.link_word = nn.Linear(d, 128)
        self.link_item = nn.Linear(d, 128)
        self.link_spelling = nn.Linear(config.features, 1)
        self.link_more = nn.Sequential(nn.Linear(config.features, 32), nn.GELU(), nn.Linear(32, 1))

        self.use = nn.Linear(d, 1)
        self.use_scale = nn.Parameter(torch.tensor(0.3))

        self.symbol = nn.Embedding(config.structure, d)
        self.symbol_key = nn.Embedding(config.structure, d)
        self.item_input = nn.Linear(d, d)
        self.item_key = nn.Linear(d, d)
        self.step = nn.Embedding(config.longest + 1, d)
        self.decoder_norm = nn.LayerNorm(d)
        self.decoder = nn.ModuleList(
            Layer(config, config.decoder_hidden, True, config.dropout)
            for _ in range(config.decoder_layers)
        )
        self.ask = nn.Linear(d, d)
        self.look = nn.Linear(d, d)  # which words the next symbol is about
        self.look_scale = nn.Parameter(torch.tensor(1.0))
        self.refuse = nn.Sequential(nn.Linear(2 * d + 2, d), nn.GELU(), nn.Linear(d, 1))
        self.apply(_initialise)

    # ------------------------------------------------------------ encoding

    def encode(self, ids: Tensor, mask: Tensor, segment: int) -> Tensor:
        """BERT over word pieces: (B, T) ids and bool mask -> (B, T, d)."""
        where = torch.arange(ids.shape[1], device=ids.device)
        x: Tensor = self.piece(ids) + self.position(where) + self.segment.weight[segment]
        x = self.drop(self.embedding_norm(x))
        bias = torch.zeros(mask.shape).masked_fill_(~mask, NEVER)[:, None, None]  # (B, 1, 1, T)
        for layer in self.encoder:
            x, _ = layer(x, bias)
        return x

    def items(self, ids: Tensor, mask: Tensor, pool: Tensor) -> Tensor:
        """Item texts -> item vectors (N, d), the mean over the pieces that `pool` (N, T) marks."""
        x = self.encode(ids, mask, 0)
        share = (pool / pool.sum(1, keepdim=True).clamp(min=1)).to(x.dtype)
        return torch.einsum("ntd,nt->nd", x, share)

    def fuse(
        self,
        ids: Tensor,  # (B, T)
        mask: Tensor,  # (B, T) bool
        items: Tensor,  # (N, d)
        kinds: Tensor,  # (N,)
        relations: Tensor,  # (N, N)
        features: Tensor,  # (B, T, N, F - 2)
        visible: Tensor,  # (B, N) bool: the items that this text's world has
    ) -> tuple[Memory, Tensor]:
        """The memory of these texts over one schema, and the logits (B,) of refusing."""
        config = self.config
        batch, length = ids.shape
        text = self.encode(ids, mask, 0)
        near = F.normalize(text.float(), dim=-1) @ F.normalize(items.float(), dim=-1).T * 4
        near = near * mask[:, :, None]
        rival = near.masked_fill(~visible[:, None], NEVER).amax(2, keepdim=True)
        features = torch.cat((features, near[..., None], (near - rival)[..., None]), 3)
        features = features.to(self.piece.weight.dtype)
        best = features.amax(1).clamp(min=0)  # (B, N, F); padding counts for nothing
        item = items + self.kind(kinds) + self.spelling(best)  # (B, N, d)
        x = self.drop(self.fusion_norm(torch.cat((text, item), 1)))

        shown = torch.cat((mask, visible), 1)
        base = torch.zeros(shown.shape).masked_fill_(~shown, NEVER)[:, None, None]
        looked_at = torch.cat((torch.full((length,), config.kinds), kinds))
        by_kind = self.kind_bias(looked_at)  # (T + N, layers * H)
        related = self.relation_bias(relations)  # (N, N, layers * H)
        to_item = self.word_bias(features)  # (B, T, N, layers * H)
        to_word = self.item_bias(features).transpose(1, 2)  # (B, N, T, layers * H)
        top = torch.cat((to_item.new_zeros(batch, length, length, by_kind.shape[-1]), to_item), 2)
        bottom = torch.cat((to_word, related.to(to_word.dtype).expand(batch, -1, -1, -1)), 2)
        biases = (torch.cat((top, bottom), 1) + by_kind).permute(0, 3, 1, 2)
        biases = biases.unflatten(1, (config.fusion_layers, config.heads))
        for number, layer in enumerate(self.fusion):
            x, _ = layer(x, biases[:, number] + base)
        memory = self._memory(x, base, length, features)
        seen = memory.links.masked_fill(~visible[:, None], NEVER).amax(2)  # (B, T)
        words = memory.words
        mean = (seen * words).sum(1) / words.sum(1).clamp(min=1)
        least = seen.masked_fill(~words, -NEVER).amin(1)
        average = (x[:, length:] * visible[:, :, None]).sum(1) / visible.sum(1, keepdim=True)
        pooled = torch.cat((x[:, 0], average, mean[:, None], least[:, None]), 1)
        pooled = pooled.to(self.piece.weight.dtype)
        return memory, self.refuse(pooled).squeeze(1)

    def _memory(self, x: Tensor, base: Tensor, length: int, features: Tensor) -> Memory:
        text, item = x[:, :length], x[:, length:]
        links = self.link_word(text) @ self.link_item(item).transpose(1, 2) / 128**0.5
        links = links + (self.link_spelling(features) + self.link_more(features)).squeeze(-1)
        batch = len(x)
        structure_in = self.symbol.weight.expand(batch, -1, -1)
        structure_out = self.symbol_key.weight.expand(batch, -1, -1)
        words = base[:, 0, 0, :length] > NEVER / 2
        return Memory(
            x,
            base,
            links,
            self.use(item).squeeze(-1),
            words,
            torch.cat((structure_out, self.item_key(item)), 1),
            torch.cat((structure_in, self.item_input(item)), 1),
            [layer.cross.keys(x) for layer in self.decoder],  # type: ignore[union-attr, operator]
            self.look(text),
        )

    # ------------------------------------------------------------ decoding

    def decode(
        self,
        memory: Memory,
        symbols: Tensor,  # (B, S): the symbols read
        types: Tensor,  # (B, S): for a variable, the symbol of its type; otherwise 0
        past: list[tuple[Tensor, Tensor]] | None = None,
    ) -> tuple[Tensor, list[tuple[Tensor, Tensor]]]:
        """Scores (B, S, structure + N) of the symbol after each one read, and the decoder's cache."""
        start = 0 if past is None else past[0][0].shape[2]
        count = symbols.shape[1]
        rows = torch.arange(len(symbols))[:, None]
        read = memory.inputs[rows, symbols]
        read = read + memory.inputs[rows, types] * (types > 0)[:, :, None]
        x = read + self.step(torch.arange(start, start + count).clamp(max=self.config.longest))
        x = self.drop(self.decoder_norm(x))
        bias = None
        if count > 1:
            bias = torch.full((count, start + count), NEVER).triu(start + 1)
        cache = []
        for number, layer in enumerate(self.decoder):
            earlier = None if past is None else past[number]
            x, here = layer(x, bias, earlier, memory.cross[number], memory.bias)
            cache.append(here)
        scores = self.ask(x) @ memory.keys.transpose(1, 2) / self.config.width**0.5
        about = x @ memory.text.transpose(1, 2) / self.config.width**0.5  # (B, S, T)
        about = about.masked_fill(~memory.words[:, None], NEVER).softmax(-1)
        pointed = about.to(memory.links.dtype) @ memory.links  # (B, S, N)
        pointed = pointed * self.look_scale + memory.used[:, None] * self.use_scale
        linked = F.pad(pointed, (self.config.structure, 0))
        return scores.float() + linked.float(), cache


def _initialise(module: nn.Module) -> None:
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        if module.bias is not None:
            nn.init.zeros_(module.bias)
    elif isinstance(module, nn.Embedding):
        nn.init.normal_(module.weight, std=0.02)


def bert_names(config: Config) -> dict[str, str]:
    """Our parameter name -> the name in a Hugging Face BERT checkpoint, for the encoder."""
    names = {
        "position.weight": "embeddings.position_embeddings.weight",
        "segment.weight": "embeddings.token_type_embeddings.weight",
        "embedding_norm.weight": "embeddings.LayerNorm.weight",
        "embedding_norm.bias": "embeddings.LayerNorm.bias",
    }
    parts = {
        "attention.query": "attention.self.query",
        "attention.key": "attention.self.key",
        "attention.value": "attention.self.value",
        "attention.output": "attention.output.dense",
        "attention_norm": "attention.output.LayerNorm",
        "up": "intermediate.dense",
        "down": "output.dense",
        "norm": "output.LayerNorm",
    }
    for number in range(config.encoder_layers):
        for ours, theirs in parts.items():
            for what in ("weight", "bias"):
                names[f"encoder.{number}.{ours}.{what}"] = f"encoder.layer.{number}.{theirs}.{what}"
    return names
