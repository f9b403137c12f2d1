"""A function called with many items in several processes at once (`--allow-parallel`).

The function stands at the top of a script or module: each process loads the file anew. Of the script
that is run it has the declarations, and the numbers, text, lists and maps that names at the top were
bound to; of a module everything. Items and results are numbers, text, true, false, none, lists, tuples,
maps and sets. A process has the grants of the script. When one dies, others take its items.

With `planscript run --cluster ADDRESS` the processes are those of a dask.distributed cluster.
"""

from __future__ import annotations

from typing import Any

from planscript.runtime.errors import KINDS, ErrorValue, RunError
from planscript.runtime.journal import decoded
from planscript.runtime.library import Exports, want_items, want_whole
from planscript.runtime.values import Builtin

MOST_WORKERS = 256


def for_session(session: Any) -> list[Builtin]:
    """The functions of the module, under the grants of the session."""
    exports = Exports()

    @exports("map(f, items, workers=2)", needs="parallel")
    def map(f: Any, items: Any, workers: int = 2) -> list[Any]:
        """What f gives for each item, in the order of the items, worked out by so many processes.

        All items are worked on, also where f fails for one; then the first failure is raised, and
        its message names the item by its index. `outcomes` gives the rest.

        `parallel.map(area, [[2, 3], [4, 5]])`, after `fn area(sides): return sides[0] * sides[1]`,
        gives `[6, 20]`.
        """
        found = _answers(session, "map", f, items, workers)
        for index, answer in enumerate(found):
            if "error" in answer:
                raise _error(index, answer["error"])
        return [decoded(answer["value"]) for answer in found]

    @exports("outcomes(f, items, workers=2)", needs="parallel")
    def outcomes(f: Any, items: Any, workers: int = 2) -> list[dict[str, Any]]:
        """As `map`, but failures do not raise: a map for each item.

        It has `ok` and, where that is true, `value`; else `error` (the message), `kind` and `place`.
        """
        return [
            {
                "ok": False,
                "error": answer["error"]["message"],
                "kind": answer["error"]["kind"],
                "place": answer["error"]["place"],
            }
            if "error" in answer
            else {"ok": True, "value": decoded(answer["value"])}
            for answer in _answers(session, "outcomes", f, items, workers)
        ]

    return exports


def _answers(session: Any, name: str, f: Any, items: Any, workers: Any) -> list[dict[str, Any]]:
    session.grants.need("parallel")
    from planscript.runtime.parallel import answers

    count = want_whole(workers, name, 1, MOST_WORKERS)
    return answers(session, name, f, want_items(items, name), count)


def _error(index: int, told: dict[str, str]) -> RunError:
    at = f" (at {told['place']})" if told["place"] else ""
    kind = KINDS.get(told["kind"], KINDS["Error"])
    message = f"item {index}: {told['message']}{at}"
    return RunError(ErrorValue(kind, message, {"item": index}, told["hint"]))
