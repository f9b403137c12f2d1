"""The items of `parallel.map` on a cluster of dask.distributed (`--cluster ADDRESS`).

Its workers need this version of Planscript, and the script at the same path. Items whose worker is
lost are given to others by the cluster's scheduler.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from planscript.runtime.errors import run_error
from planscript.runtime.parallel import lost
from planscript.runtime.worker import answer_alone

if TYPE_CHECKING:
    from planscript.runtime.worker import Answer

_PATIENCE = "10s"  # for the scheduler to answer


def run_on(address: str, setup: str, tasks: Sequence[str]) -> Iterator[tuple[int, Answer]]:
    """Answers as they arrive, each with the number of its item.

    Raises LoadError of the language without the package, IOError where nobody answers.
    """
    try:
        from distributed import Client, as_completed
    except ImportError:
        raise run_error(
            "LoadError",
            "a cluster needs the package `distributed`",
            hint="it comes with planscript[cluster]",
        ) from None
    try:
        client = Client(address, timeout=_PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:
        raise run_error("IOError", f"no cluster answers at {address}: {error}") from None
    try:
        futures = client.map(answer_alone, [setup] * len(tasks), tasks, pure=False)
        numbers = {future.key: number for number, future in enumerate(futures)}
        for future in as_completed(futures, loop=client.loop):
            failure = future.exception()
            number = numbers[future.key]
            if failure is None:
                yield number, json.loads(future.result())
            else:
                yield number, lost(f"the cluster lost it: {type(failure).__name__}")
    finally:
        client.close()
