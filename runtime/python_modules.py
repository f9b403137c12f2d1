"""`import python.NAME`: modules of Python, for scripts that may have them (`--allow-python`).

Scripts see the public names of the module: plain data as they are, functions behind a wrapper that
lets only values of the language in and out. No Python object reaches a script.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from itertools import islice
from typing import TYPE_CHECKING, Any

from planscript.runtime import values
from planscript.runtime.errors import kind_in_words, run_error
from planscript.runtime.handlers import call_bounded
from planscript.runtime.operators import MAX_ITEMS
from planscript.runtime.recording import call_text

if TYPE_CHECKING:
    from planscript.runtime.session import Session

_PLAIN = (int, float, str, bool, type(None))
_MAX_ITERATED = 1_000_000


def load_python(name: str, session: Session | None = None) -> values.Module:
    """The module `name` of Python. Raises LoadError where it cannot be imported.

    With a session, its journal answers for the module where it can, and a handler's time-out holds
    for what is called.
    """
    if session is None or session.journal is None:
        about = _about(name)
    else:
        about = session.outside(f"import python.{name}", name, lambda: _kept(_about(name)))
    members: dict[str, Any] = dict(about["values"])
    members |= {one: _wrapped(name, one, session) for one in about["functions"]}
    return values.Module(name, members, about["doc"])


def _imported(name: str) -> Any:
    from importlib import import_module

    try:
        return import_module(name)
    except Exception as error:  # whatever the module does when it is loaded
        raise run_error("LoadError", f"Python has no module `{name}`: {error}") from None


def _about(name: str) -> dict[str, Any]:
    """What a module of Python has: the names of its functions, and its plain values."""
    found = _imported(name)
    names = getattr(found, "__all__", None) or [n for n in dir(found) if not n.startswith("_")]
    functions: list[str] = []
    plain: dict[str, Any] = {}
    for one in names:
        value = getattr(found, one, None)
        if callable(value):
            functions.append(one)
        elif _is_plain(value):
            plain[one] = deepcopy(value)  # lest a script change what Python itself uses
    return {"functions": functions, "values": plain, "doc": getattr(found, "__doc__", None) or ""}


def _kept(about: dict[str, Any]) -> dict[str, Any]:
    """Of a module, what a journal can keep."""
    return {**about, "values": {n: v for n, v in about["values"].items() if _is_plain(v)}}


def _wrapped(module: str, one: str, session: Session | None) -> Callable[..., Any]:
    """A function of Python that takes and gives values of the language only.

    Objects of the world are handed on as their names; a coroutine is awaited.
    """
    name = f"{module}.{one}"

    def call(*args: Any, **named: Any) -> Any:
        args = tuple(_handed_on(arg) for arg in args)
        named = {key: _handed_on(value) for key, value in named.items()}
        for value in (*args, *named.values()):
            if not _is_plain(value):
                raise run_error(
                    "TypeError",
                    f"{name}() of Python takes numbers, text, lists and maps, "
                    f"not {kind_in_words(value)}",
                )
        if session is None:
            return _result(name, lambda: getattr(_imported(module), one)(*args, **named), None)

        def live() -> Any:
            function = getattr(_imported(module), one)
            return _result(name, lambda: function(*args, **named), session.patience)

        return session.outside(name, call_text(name, args, named), live, careful=True)

    call.__name__ = call.__qualname__ = one
    return call


def _handed_on(value: Any) -> Any:
    return value.name if isinstance(value, values.Obj) else value


def _result(name: str, work: Callable[[], Any], patience: float | None) -> Any:
    try:
        result = call_bounded(patience, work)
    except Exception as error:
        raise run_error("ValueError", f"{name}() of Python: {_said(error)}", python=name) from None
    return from_python(result, name)


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
