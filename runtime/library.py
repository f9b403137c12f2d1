"""For modules of the standard library that are written in Python: declaring what they export.

A module makes `EXPORTS = Exports()` and puts `@EXPORTS("name(parameters)")` before each function
that scripts may call; nothing else of it is visible to them. The `want_...` functions check
arguments.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from textwrap import dedent
from typing import Any, TypeVar

from planscript.runtime.errors import KINDS, RunError, kind_in_words, not_whole, run_error
from planscript.runtime.operators import items_of
from planscript.runtime.values import Builtin

Function = TypeVar("Function", bound=Callable[..., Any])


class Exports(list[Builtin]):
    """The functions that a module exports, in the order of their declaration."""

    def __call__(
        self, signature: str, *, cost: str = "n", needs: str = ""
    ) -> Callable[[Function], Function]:
        """Exports the function below, under the name that the signature begins with.

        The function's docstring is what `help` shows: what it does, then examples, each a line
        that begins with `>>> ` and the lines that it prints.
        """
        name, bracket, parameters = signature.partition("(")

        def declare(function: Function) -> Function:
            function.__name__ = function.__qualname__ = name
            doc = without_margin(function.__doc__ or "")
            self.append(Builtin(name, function, bracket + parameters, doc, needs, cost))
            return function

        return declare


def without_margin(doc: str) -> str:
    """A docstring without the blanks that its lines have in the source (PEP 257)."""
    first, _, rest = doc.partition("\n")
    return f"{first.strip()}\n{dedent(rest)}".strip()


def want_text(value: Any, name: str, what: str = "text") -> str:
    """`value`, which has to be text; `what` names it in the error."""
    if type(value) is not str:
        raise run_error("TypeError", f"{name}() takes {what}, not {kind_in_words(value)}")
    return value


def want_whole(value: Any, name: str, least: int | None = None, most: int | None = None) -> int:
    """`value`, which has to be a whole number from `least` to `most`."""
    if type(value) is not int:
        raise run_error("TypeError", f"{name}() takes a whole number, not {not_whole(value)}")
    if least is not None and value < least:
        raise run_error("ValueError", f"{name}() takes a number of at least {least}, not {value}")
    if most is not None and value > most:
        raise run_error("ValueError", f"{name}() takes a number of at most {most:,}")
    return value


def want_number(value: Any, name: str) -> int | float:
    """`value`, which has to be a number."""
    if type(value) is not int and type(value) is not float:
        raise run_error("TypeError", f"{name}() takes a number, not {kind_in_words(value)}")
    return value


def want_items(value: Any, name: str) -> Sequence[Any]:
    """The items of `value` as a list; it has to be something to go through."""
    try:
        return value if type(value) is list else list(items_of(value))
    except RunError as error:
        if error.value.kind is not KINDS["TypeError"]:
            raise
        raise run_error("TypeError", f"{name}() takes a list, not {kind_in_words(value)}") from None


def want_map(value: Any, name: str) -> dict[Any, Any]:
    """`value`, which has to be a map."""
    if type(value) is not dict:
        raise run_error("TypeError", f"{name}() takes a map, not {kind_in_words(value)}")
    return value


def want_function(value: Any, name: str) -> Callable[..., Any]:
    """`value`, which has to be something to call."""
    if not callable(value):
        raise run_error("TypeError", f"{name}() takes a function, not {kind_in_words(value)}")
    return value  # type: ignore[no-any-return]
