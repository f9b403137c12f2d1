"""`import python.NAME`: modules of Python, for scripts that may have them (`--allow-python`).

Scripts see the public names of the module: plain data as they are, functions behind a wrapper that
lets only values of the language in and out. No Python object reaches a script.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from itertools import islice
from typing import Any

from planscript.runtime import values
from planscript.runtime.errors import kind_in_words, run_error
from planscript.runtime.operators import MAX_ITEMS

_PLAIN = (int, float, str, bool, type(None))
_MAX_ITERATED = 1_000_000


def load_python(name: str) -> values.Module:
    """The module `name` of Python. Raises LoadError where it cannot be imported."""
    from importlib import import_module

    try:
        found = import_module(name)
    except Exception as error:  # whatever the module does when it is loaded
        raise run_error("LoadError", f"Python has no module `{name}`: {error}") from None
    names = getattr(found, "__all__", None) or [n for n in dir(found) if not n.startswith("_")]
    members: dict[str, Any] = {}
    for one in names:
        value = getattr(found, one, None)
        if callable(value):
            members[one] = _wrapped(value, f"{name}.{one}")
        elif _is_plain(value):
            members[one] = deepcopy(value)  # lest a script change what Python itself uses
    return values.Module(name, members, getattr(found, "__doc__", None) or "")


def _wrapped(function: Callable[..., Any], name: str) -> Callable[..., Any]:
    """A function of Python that takes and gives values of the language only."""

    def call(*args: Any, **named: Any) -> Any:
        for value in (*args, *named.values()):
            if not _is_plain(value):
                raise run_error(
                    "TypeError",
                    f"{name}() of Python takes numbers, text, lists and maps, "
                    f"not {kind_in_words(value)}",
                )
        try:
            result = function(*args, **named)
        except Exception as error:
            raise run_error("ValueError", f"{name}() of Python: {_said(error)}") from None
        return from_python(result, name)

    call.__name__ = call.__qualname__ = name.rpartition(".")[2]
    return call


def _said(error: Exception) -> str:
    return str(error) or type(error).__name__


def from_python(value: Any, name: str) -> Any:
    """A result of Python as a value of the language. Raises TypeError of the language for others."""
    if _is_plain(value):
        return value
    if hasattr(value, "tolist") and type(value).__module__.split(".")[0] == "numpy":
        return value.tolist()
    if isinstance(value, Iterator | range) or type(value) in (frozenset, list, tuple, set):
        items = list(islice(value, _MAX_ITERATED))
        return [from_python(item, name) for item in items]
    if isinstance(value, dict):
        return {from_python(k, name): from_python(v, name) for k, v in value.items()}
    for kind in (bool, int, float, str):
        if isinstance(value, kind):
            return kind(value)
    raise run_error(
        "TypeError",
        f"{name}() of Python gives a `{type(value).__name__}`, which is no value of Planscript",
    )


def _is_plain(value: Any) -> bool:
    """Whether the value is plain data, at any depth."""
    todo = [value]
    seen: set[int] = set()
    while todo:
        one = todo.pop()
        if type(one) in _PLAIN:
            continue
        if type(one) not in (list, tuple, dict, set):
            return False
        if id(one) in seen:
            continue
        seen.add(id(one))
        if len(seen) > MAX_ITEMS:
            return False
        todo.extend(one)
        if type(one) is dict:
            todo.extend(one.values())
    return True
