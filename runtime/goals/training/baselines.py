"""What the Transformer is compared with, on the same data and budget of processor time.

    python -m planscript.runtime.goals.training.baselines lstm --out DIR --minutes 60 --rows ROWS.jsonl

`nearest` copies the goal of the training text that shares most (rare) words, `rnn` and `lstm` are
trained as `planscript train` trains. Prints the table that `planscript goals eval` prints.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path

import torch
from safetensors.torch import load_file

from planscript.lang.diagnostics import PlanscriptError, draw
from planscript.runtime.goals.predict import GoalModel, Prediction, Prepared
from planscript.runtime.goals.tokens import Vocabulary, split_text
from planscript.runtime.goals.training.corpus import Example, World, read_own_worlds, read_worlds
from planscript.runtime.goals.training.evaluate import evaluate_with, table
from planscript.runtime.goals.training.multiply import Multiplier
from planscript.runtime.goals.training.recurrent import Kind, start_recurrent
from planscript.runtime.goals.training.train import Options, train
from planscript.runtime.goals.training.vocabulary import build
from planscript.runtime.pddl.model import Atom, Domain, Parameter
from planscript.runtime.pddl.reader import read_formula
from planscript.runtime.pddl.writer import write_formula


class NearestNeighbour:
    """Copies the goal of the most similar training text, of the same domain where there is one.

    Similar is the cosine of word counts weighted by rarity (tf-idf). A goal whose names the world
    does not have is a refusal.
    """

    threshold = 0.0
    identity = "nearest neighbour"

    def __init__(self, examples: Sequence[Example], vocabulary: Vocabulary) -> None:
        self.examples = examples
        self.vocabulary = vocabulary
        counts = [self._words(e.text) for e in examples]
        found = Counter(word for one in counts for word in one)
        self._rarity = {word: math.log(len(examples) / n) + 1 for word, n in found.items()}
        self._domains = {example.domain.name for example in examples}
        # word -> the examples that have it, with its weight there
        self._index: dict[str, list[tuple[int, float]]] = {}
        for number, one in enumerate(counts):
            for word, value in self._weighted(one).items():
                self._index.setdefault(word, []).append((number, value))

    def prepare(
        self,
        domain: Domain,
        objects: Mapping[str, Parameter],
        init: Iterable[Atom] | None = None,
        spelling: Mapping[str, str] | None = None,
    ) -> Prepared:
        """A world, ready for texts."""
        return Prepared(domain, {**domain.constants, **objects}, None, spelling or {}, None)

    def predict(
        self,
        text: str,
        prepared: Prepared,
        beam: int = 1,
        allowed_predicates: AbstractSet[str] | None = None,
    ) -> Prediction:
        """The copied goal; the confidence is the similarity."""
        wanted = self._weighted(self._words(text))
        name = prepared.domain.name
        shares: dict[int, float] = {}
        for word, value in wanted.items():
            for number, other in self._index.get(word, ()):
                if name not in self._domains or self.examples[number].domain.name == name:
                    shares[number] = shares.get(number, 0.0) + value * other
        best, sure = None, 0.0
        if shares:
            nearest = max(shares, key=lambda number: shares[number])
            best, sure = self.examples[nearest], shares[nearest]
        if best is None or best.goal is None:
            return Prediction(None, sure, [], True)
        try:
            goal = read_formula(write_formula(best.goal), prepared.domain, prepared.objects)
        except PlanscriptError:
            return Prediction(None, sure, [], True)
        return Prediction(goal, min(sure, 1.0), [(goal, min(sure, 1.0))], False)

    def _words(self, text: str) -> Counter[str]:
        return Counter(word.text for word in split_text(text, self.vocabulary))

    def _weighted(self, counts: Counter[str]) -> dict[str, float]:
        vector = {word: n * self._rarity.get(word, 1.0) for word, n in counts.items()}
        length = math.sqrt(sum(value * value for value in vector.values())) or 1.0
        return {word: value / length for word, value in vector.items()}


def train_recurrent(
    kind: Kind, worlds: Sequence[World], start: Path, out: Path, options: Options
) -> GoalModel:
    """Trains (or goes on with) a recurrent network on what the Transformer is trained on."""
    torch.manual_seed(options.seed)
    network, vocabulary = start_recurrent(start, kind)
    train(
        network,
        vocabulary,
        lambda seed: Multiplier(list(worlds), seed).batches(options.texts),
        out,
        options,
    )
    network.load_state_dict(load_file(str(out / "model.safetensors")))
    network.requires_grad_(False)
    return GoalModel(network.eval(), vocabulary, {"name": kind})


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description="baselines of the goal compiler")
    parser.add_argument("kind", choices=("nearest", "rnn", "lstm"))
    parser.add_argument("--out", type=Path, required=True, help="folder of the run")
    parser.add_argument("--start", type=Path, help="vocabulary and word vectors (made if missing)")
    parser.add_argument("--data", type=Path, help="a folder with authored/ to train on too")
    parser.add_argument("--minutes", type=float, default=60.0, help="processor time (60)")
    parser.add_argument("--rate", type=float, default=1e-3, help="learning rate (1e-3)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--rows", nargs="*", default=[], metavar="ROWS.jsonl", help="to evaluate on"
    )
    parser.add_argument("--domains", help="default: `domains` beside each file of rows")
    args = parser.parse_args()
    torch.set_num_threads(1)
    start = args.start or args.out / "start"
    try:
        worlds = read_own_worlds()
        if args.data is not None:
            worlds = read_worlds(args.data / "authored") + worlds
        if not (start / "pieces.safetensors").exists():
            build(start, 9000)
        model: GoalModel | NearestNeighbour
        if args.kind == "nearest":
            examples = [example for world in worlds for example in world.examples()]
            model = NearestNeighbour(examples, Vocabulary.load(start / "vocab.txt"))
        else:
            options = Options(minutes=args.minutes, rate=args.rate, seed=args.seed)
            model = train_recurrent(args.kind, worlds, start, args.out, options)
        print(table(evaluate_with(model, args.rows, args.domains)))
    except PlanscriptError as error:
        print("\n".join(draw(one) for one in error.diagnostics), file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
