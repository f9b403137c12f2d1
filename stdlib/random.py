"""Chance: numbers, choices and shuffles. With a seed the results are the same in every run."""

from __future__ import annotations

import random
from typing import Any

from planscript.runtime.errors import run_error
from planscript.runtime.library import Exports, want_items, want_number, want_text, want_whole
from planscript.runtime.values import Builtin, Module


def for_session(session: Any) -> list[Builtin]:
    """The functions of the module, with a generator of the session's own behind them."""
    source = random.Random()
    exports = _functions(source)

    @exports("seed(n)", cost="1")
    def seed(n: int) -> None:
        """Starts again from a seed: what follows is the same in every run.

        >>> seed(7)
        >>> integer(1, 100)
        42
        """
        source.seed(want_whole(n, "seed"))

    @exports("generator(seed)", cost="1")
    def generator(seed: int) -> Module:
        """A generator of its own, with the functions of this module as members.

        >>> generator(7).integer(1, 100)
        42
        """
        own = _functions(random.Random(want_whole(seed, "generator")))
        for one in own:
            session.know(one)
        return Module("generator", {one.name: one.run for one in own})

    return exports


def _functions(source: random.Random) -> Exports:
    exports = Exports()

    @exports("number(low=0.0, high=1.0)", cost="1")
    def number(low: float = 0.0, high: float = 1.0) -> float:
        """A number from low to below high, all alike.

        >>> number(5, 6) >= 5
        true
        """
        return source.uniform(want_number(low, "number"), want_number(high, "number"))

    @exports("integer(low, high)", cost="1")
    def integer(low: int, high: int) -> int:
        """A whole number from low to high, both included.

        >>> integer(3, 3)
        3
        """
        if want_whole(low, "integer") > want_whole(high, "integer"):
            raise run_error("ValueError", f"integer() has no number from {low} to {high}")
        return source.randint(low, high)

    @exports("normal(mean=0.0, deviation=1.0)", cost="1")
    def normal(mean: float = 0.0, deviation: float = 1.0) -> float:
        """A number of the normal distribution.

        >>> normal(5, 0)
        5.0
        """
        return source.gauss(want_number(mean, "normal"), want_number(deviation, "normal"))

    @exports("chance(share)", cost="1")
    def chance(share: float) -> bool:
        """True with a probability from 0 to 1.

        >>> chance(1)
        true
        """
        return source.random() < want_number(share, "chance")

    @exports("choice(items)")
    def choice(items: Any) -> Any:
        """One of the items, all alike.

        >>> choice(["only"])
        only
        """
        pool = want_items(items, "choice")
        if not pool:
            raise run_error("ValueError", "choice() of nothing")
        return source.choice(pool)

    @exports("weighted(weights)")
    def weighted(weights: Any) -> Any:
        """A key of a map from items to weights; an item of twice the weight comes twice as often.

        >>> weighted({"always": 1, "never": 0})
        always
        """
        if type(weights) is not dict:
            raise run_error("TypeError", "weighted() takes a map from items to weights")
        shares = [want_number(share, "weighted") for share in weights.values()]
        if not shares or min(shares) < 0 or sum(shares) <= 0:
            raise run_error("ValueError", "weighted() needs weights that are not negative")
        return source.choices(list(weights), shares)[0]

    @exports("sample(items, size)")
    def sample(items: Any, size: int) -> list[Any]:
        """So many different ones of the items, in any order.

        >>> sorted(sample([1, 2, 3], 3))
        [1, 2, 3]
        """
        pool = want_items(items, "sample")
        if want_whole(size, "sample", 0) > len(pool):
            raise run_error("ValueError", f"sample() cannot take {size} of {len(pool)} items")
        return source.sample(pool, size)

    @exports("shuffle(items)")
    def shuffle(items: Any) -> list[Any]:
        """The items in any order, in a new list.

        >>> sorted(shuffle("cab"))
        ["a", "b", "c"]
        """
        pool = list(want_items(items, "shuffle"))
        source.shuffle(pool)
        return pool

    @exports("word(length, letters='abcdefghijklmnopqrstuvwxyz')")
    def word(length: int, letters: str = "abcdefghijklmnopqrstuvwxyz") -> str:
        """A text of so many letters.

        >>> word(3, "z")
        zzz
        """
        if not want_text(letters, "word"):
            raise run_error("ValueError", "word() needs letters to choose from")
        return "".join(source.choices(letters, k=want_whole(length, "word", 0, 1_000_000)))

    return exports
