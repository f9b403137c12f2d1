"""Which reading fits the text best, by evidence that the decoder does not weigh as it writes.

The decoder believes a goal symbol by symbol. Here a finished goal is looked at as a whole: whether every
content word is accounted for, whether a symbol stands in it that no word asked for, whether it is
true already, whether its connectives have their words. A small network, trained on the decoder's own
lists of readings, turns that into one score for each.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from planscript.runtime.goals.grammar import (
    AND,
    COUNTS,
    EXISTS,
    FORALL,
    IMPLY,
    ITEM,
    NOT,
    OR,
)
from planscript.runtime.goals.linking import F_SHARE, F_WHOLE, STOP_WORDS
from planscript.runtime.goals.notation import conjuncts
from planscript.runtime.goals.schema import ACTION, THING, TYPE, Schema
from planscript.runtime.pddl.model import (
    And,
    Atom,
    Equals,
    Exists,
    ForAll,
    Formula,
    Imply,
    Not,
    Or,
)

Floats = NDArray[np.float64]
FILE = "ranking.safetensors"  # in a model's folder

# Words and characters that speak for a connective, and the symbols that it is said with.
_NEVER = "not no never without nobody nothing none neither nor off out un 不 没 无 别 未"
_CUES: tuple[tuple[frozenset[str], frozenset[int]], ...] = (
    (frozenset(_NEVER.split()), frozenset((NOT,))),
    (frozenset("or either whichever 或 或者".split()), frozenset((OR,))),
    (frozenset("if when whenever unless once 如果 若 要是 当 如".split()), frozenset((IMPLY,))),
    (
        frozenset("every all each any everything everyone everybody no both 所 每 都 全".split()),
        frozenset((FORALL,)),
    ),
    (
        frozenset("some a an one any something someone somewhere 有 某 一 任".split()),
        frozenset((EXISTS,)),
    ),
    (
        frozenset("two three four five six 2 3 4 5 6 两 二 三 四 五 六".split()),
        frozenset(COUNTS.values()),
    ),
    (frozenset("and also both , ; 和 并 且 与 ， 、 以".split()), frozenset((AND,))),
)

NAMES = (
    "rank",  # as the search has it
    "behind",  # the rank of the best less this one's
    "score",
    "use",
    "least",
    "length",
    "mean",  # log-probability of a symbol
    "lost",  # how much weaker content words link to the goal than to anything: sum, most, mean
    "most lost",
    "mean lost",
    "weakest word",  # links of content words to the goal
    "mean word",
    "loose words",
    "weakest item",  # links of the goal's items to the text
    "mean item",
    "least used",  # log-odds that the text speaks of an item of the goal, and of one not in it
    "most missed",
    "names missed",  # objects that the text names whole and the goal leaves out
    "names invented",  # objects of the goal that the text does not name at all
    "mean named",
    "true",  # all parts hold already
    "true parts",
    "facts known",
    "swapped",  # pairs of arguments in the order of the text's words, and in the other
    "in order",
    "parts",
    "static",  # predicates that no action changes
    "objects",
    "least for sign",  # actions that bring a literal about link better than those that undo it
    "mean for sign",
    "first",
    *(f"{what} {cue}" for cue in range(len(_CUES)) for what in ("said", "unsaid", "unheard")),
)


class Ranker(nn.Module):
    """Scores readings: a linear part and one hidden layer over normalised evidence."""

    def __init__(self, features: int = len(NAMES), hidden: int = 48) -> None:
        super().__init__()
        self.mean = nn.Parameter(torch.zeros(features), requires_grad=False)
        self.spread = nn.Parameter(torch.ones(features), requires_grad=False)
        self.line = nn.Linear(features, 1)
        self.hidden = nn.Linear(features, hidden)
        self.drop = nn.Dropout(0.2)
        self.out = nn.Linear(hidden, 1)

    def forward(self, evidence: Tensor) -> Tensor:
        """Evidence (K, F) of readings -> scores (K,); within one text the greatest is the best."""
        x = ((evidence - self.mean) / self.spread).clamp(-5, 5)
        more: Tensor = self.out(self.drop(torch.nn.functional.gelu(self.hidden(x))))
        return (self.line(x) + more).squeeze(1)

    def save(self, folder: Path) -> None:
        """Writes the weights into a model's folder."""
        save_file(self.state_dict(), str(folder / FILE))

    @classmethod
    def load(cls, folder: Path) -> Ranker | None:
        """The ranker of a model's folder, None where it has none.

        Raises: RuntimeError, SafetensorError where the file is broken or of another shape.
        """
        if not (folder / FILE).exists():
            return None
        ranker = cls()
        ranker.load_state_dict(load_file(str(folder / FILE)))
        return ranker.requires_grad_(False).eval()


class Evidence:
    """What the readings of one text are held against."""

    def __init__(
        self,
        schema: Schema,
        words: Sequence[str],
        owner: Sequence[int],
        links: Tensor,
        used: Tensor,
        features: Tensor,
        init: AbstractSet[Atom] | None,
    ) -> None:
        """`owner` (T) gives for each word piece the position of its word, or -1.

        `links` (T, N), `used` (N) and the spelling `features` (T, N, F) are the network's, see `Memory`.
        """
        self.schema = schema
        self.used: Floats = used.double().numpy()
        self.init = init
        link, spelt = links.double().numpy(), features.numpy()
        count = max(len(words), max(owner, default=0) + 1)
        self.links = np.full((count, len(schema)), -20.0)  # of words
        named = np.zeros((count, len(schema)))
        whole = np.zeros(len(schema))
        for piece, word in enumerate(owner):
            if word >= 0:
                self.links[word] = np.maximum(self.links[word], link[piece])
                share = spelt[piece, :, F_SHARE] + spelt[piece, :, F_WHOLE]
                named[word] = np.maximum(named[word], share)
                whole = np.maximum(whole, spelt[piece, :, F_WHOLE])
        self.share = np.minimum(named, 1.0).max(0, initial=0.0)
        # Where an item is spoken of; -1 where it is not named.
        self.where = np.where(named.max(0, initial=0.0) > 0, named.argmax(0), -1)
        kinds = schema.kinds
        self.named = {int(i) for i in np.nonzero((whole > 0) & (kinds == THING))[0]}
        content = [
            i for i, w in enumerate(words) if w not in STOP_WORDS and any(c.isalnum() for c in w)
        ]
        self.content = self.links[content]  # (C, N)
        self.heard = [any(w in cue for w in words) for cue, _ in _CUES]

    def of(self, goal: Formula, symbols: Sequence[int], said: tuple[float, ...]) -> list[float]:
        """The evidence for one reading, in the order of `NAMES`.

        `said` is what the search knows: rank, how far behind the best, score, use, least.
        """
        items = sorted({s - ITEM for s in symbols if s >= ITEM})
        out = [*said, float(len(symbols)), said[2] / max(1, len(symbols))]
        out += self._coverage(items)
        out += self._items(items)
        out += self._truth(goal)
        out += self._order(goal)
        parts = conjuncts(goal)
        domain = self.schema.domain
        names = {atom.name for _, atom in _literals(goal)}
        out += [
            float(len(parts)),
            float(sum(name not in domain.changed for name in names)),
            float(sum(self.schema.items[i].kind == THING for i in items)),
        ]
        out += self._signs(goal)
        out.append(float(said[1] == 0))
        have = set(symbols)
        for heard, (_, spoken) in zip(self.heard, _CUES, strict=True):
            there = bool(have & spoken)
            out += [float(heard and there), float(heard and not there), float(there and not heard)]
        return out

    def _coverage(self, items: Sequence[int]) -> list[float]:
        """How well the goal accounts for the content words; its actions and types count as said."""
        schema = self.schema
        wide = set(items)
        for i in items:
            item = schema.items[i]
            for action in (*schema.added.get(item.name, ()), *schema.deleted.get(item.name, ())):
                wide.add(schema.place[ACTION, action])
            if item.kind == THING:
                types = schema.objects[item.name].types
                wide |= {schema.place[TYPE, t] for t in types if (TYPE, t) in schema.place}
        if not len(self.content) or not wide:
            return [0.0, 0.0, 0.0, 2.0, 0.0, 0.0]
        covered = self.content[:, sorted(wide)].max(1)
        lost = self.content.max(1) - covered
        return [
            float(lost.sum()),
            float(lost.max()),
            float(lost.mean()),
            min(2.0, float(covered.min())),
            float(_sigmoid(covered).mean()),
            float((covered < 0).sum()),
        ]

    def _items(self, items: Sequence[int]) -> list[float]:
        """How well the goal's items are spoken of, and what is spoken of that it lacks."""
        schema = self.schema
        link = self.links[:, list(items)].max(0) if items else np.zeros(0)
        mine = set(items)
        others = [
            i for i in range(len(self.used)) if i not in mine and schema.items[i].kind != ACTION
        ]
        things = [i for i in items if schema.items[i].kind == THING]
        return [
            min(3.0, float(link.min(initial=3.0))),
            float(_sigmoid(link).mean()) if items else 0.0,
            float(self.used[list(items)].min()) if items else 0.0,
            float(self.used[others].max()) if others else -9.0,
            float(len(self.named - mine)),
            float(sum(self.share[i] == 0 for i in things)),
            float(np.mean([self.share[i] for i in things])) if things else 0.5,
        ]

    def _truth(self, goal: Formula) -> list[float]:
        """Whether the goal, or a share of its parts, holds in the world as far as it is known."""
        if self.init is None:
            return [0.0, 0.0, 0.0]
        held = [_holds(part, self.init) for part in conjuncts(goal)]
        return [float(all(held)), sum(held) / max(1, len(held)), 1.0]

    def _order(self, goal: Formula) -> list[float]:
        """Neighbouring arguments whose names the text has in the other order, and in this one."""
        swapped = kept = 0
        for _, atom in _literals(goal):
            at = [int(self.where[self.schema.place[THING, a]]) for a in atom.args if a[0] != "?"]
            at = [place for place in at if place >= 0]
            for left, right in zip(at, at[1:], strict=False):
                kept += left < right
                swapped += left > right
        return [float(swapped), float(kept)]

    def _signs(self, goal: Formula) -> list[float]:
        """Whether the words speak rather of actions that bring literals about than of those that undo."""
        schema = self.schema
        best = self.links.max(0)
        found = []
        for sign, atom in _literals(goal):
            up = [best[schema.place[ACTION, a]] for a in schema.added.get(atom.name, ())]
            down = [best[schema.place[ACTION, a]] for a in schema.deleted.get(atom.name, ())]
            if up and down:
                found.append(float(max(up) - max(down)) * (1 if sign else -1))
        return [min(found), sum(found) / len(found)] if found else [0.0, 0.0]


def _sigmoid(x: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(x, -30, 30))), dtype=np.float64)


def _literals(goal: Formula, sign: bool = True) -> Iterator[tuple[bool, Atom]]:
    """The atoms of a goal with whether it wants them true; conditions of implications count as true."""
    match goal:
        case Atom():
            yield sign, goal
        case Not(part):
            yield from _literals(part, not sign)
        case And(parts) | Or(parts):
            for part in parts:
                yield from _literals(part, sign)
        case Imply(left, right):
            yield from _literals(left)
            yield from _literals(right, sign)
        case ForAll(_, body) | Exists(_, body):
            yield from _literals(body, sign)


def _holds(goal: Formula, init: AbstractSet[Atom]) -> bool:
    """Truth in the facts; what has variables counts as false."""
    match goal:
        case Atom():
            return goal in init
        case Not(Atom() as atom):
            return atom not in init and not any(a[0] == "?" for a in atom.args)
        case And(parts):
            return all(_holds(part, init) for part in parts)
        case Or(parts):
            return any(_holds(part, init) for part in parts)
        case Equals(left, right):
            return left == right
    return False
