"""What `value.name` gives: a white list for each kind of value, never Python's own attributes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from planscript.lang.diagnostics import did_you_mean
from planscript.runtime import values
from planscript.runtime.errors import ErrorKind, ErrorValue, run_error, type_word

MAX_TEXT = 100_000_000  # characters that padding and replacing may make

_LIST = frozenset("append extend insert pop remove index count sort reverse copy clear".split())
_SET = frozenset(
    "add remove discard pop clear copy union intersection difference symmetric_difference update "
    "issubset issuperset isdisjoint intersection_update difference_update".split()
)
_MAP = frozenset("get keys values items pop setdefault update copy clear".split())
_TEXT = frozenset(
    "upper lower title capitalize casefold swapcase strip lstrip rstrip split rsplit splitlines "
    "join replace find rfind index rindex count startswith endswith removeprefix removesuffix "
    "partition rpartition isalpha isdigit isalnum isspace isupper islower isnumeric istitle "
    "isidentifier center ljust rjust zfill".split()
)


def _as_list(method: Callable[..., Any]) -> Callable[..., Any]:
    def run() -> list[Any]:
        return list(method())

    return run


def _map_member(value: dict[Any, Any], name: str) -> Any:
    method = getattr(value, name)
    if name in ("keys", "values", "items"):
        return _as_list(method)
    return method


def _text_member(value: str, name: str) -> Any:
    method = getattr(value, name)
    if name in ("center", "ljust", "rjust", "zfill"):

        def pad(width: int, *fill: str) -> Any:
            if isinstance(width, int) and width > MAX_TEXT:
                raise run_error("ValueError", "the text would be too long")
            return method(width, *fill)

        return pad
    if name == "replace":

        def replace(old: str, new: str, count: int = -1) -> str:
            if isinstance(old, str) and isinstance(new, str):
                times = value.count(old) if count < 0 else min(count, value.count(old))
                if len(value) + times * (len(new) - len(old)) > MAX_TEXT:
                    raise run_error("ValueError", "the text would be too long")
            return str(method(old, new, count))

        return replace
    if name == "join":

        def join(items: Any) -> str:
            parts = list(items)
            for part in parts:
                if type(part) is not str:
                    raise run_error(
                        "TypeError",
                        f"join() puts texts together, not {type_word(type(part).__name__)}",
                        hint='turn each item into text first: ", ".join([str(x) for x in items])',
                    )
            return str(method(parts))

        return join
    if name in ("partition", "rpartition"):
        return lambda separator: list(method(separator))
    return method


_WORLD_FIELDS: Mapping[type, tuple[str, ...]] = {
    values.Obj: ("name", "type"),
    values.TypeValue: ("name",),
    values.PredicateValue: ("name",),
    values.ActionValue: ("name",),
    values.DomainValue: ("name",),
    values.Step: ("name", "args", "action"),
    values.PlanValue: ("steps", "cost", "length", "goal", "stats", "optimal"),
    values.GoalValue: ("text", "pddl", "words", "confidence"),
    values.WorldValue: ("name", "facts", "objects"),
}


def member(value: Any, name: str, describe: Callable[[Any, str], Any]) -> Any:
    """The member `name` of a value; NameError of the language where there is none.

    `describe(value, name)` gives those members of goals and worlds that the session must work out.
    """
    kind = type(value)
    if kind is list and name in _LIST:
        return getattr(value, name)
    if kind is dict and name in _MAP:
        return _map_member(value, name)
    if kind is str and name in _TEXT:
        return _text_member(value, name)
    if kind is set and name in _SET:
        return getattr(value, name)
    if kind is tuple and name in ("index", "count"):
        return getattr(value, name)
    if kind is values.Module:
        if name in value.members:
            return value.members[name]
        raise run_error(
            "NameError",
            f"the module `{value.name}` has no `{name}`",
            hint=did_you_mean(name, value.members),
        )
    if isinstance(value, ErrorValue):
        try:
            return value.attribute(name)
        except KeyError:
            pass
    elif isinstance(value, ErrorKind) and name == "name":
        return value.name
    elif name in _WORLD_FIELDS.get(kind, ()):
        return _world_member(value, name, describe)
    word = type_word(kind.__name__)
    raise run_error(
        "NameError", f"{word} has no `{name}`", hint=did_you_mean(name, member_names(value))
    )


def _world_member(value: Any, name: str, describe: Callable[[Any, str], Any]) -> Any:
    match value, name:
        case values.Step(), "args":
            return list(value.args)
        case values.Step(), "action":
            return value.name
        case values.PlanValue(), "steps":
            return list(value.steps)
        case values.PlanValue(), "length":
            return len(value.steps)
        case values.PlanValue(), "stats":
            return dict(value.stats)
        case values.GoalValue() | values.WorldValue(), _ if name != "name":
            return describe(value, name)
    return getattr(value, name)


def member_names(value: Any) -> list[str]:
    """The names that `member` knows for a value, for hints and completion."""
    kind = type(value)
    if kind is values.Module:
        return sorted(value.members)
    if isinstance(value, ErrorValue):
        return sorted({"kind", "message", "reason", "hint", "line", *value.fields})
    table = {list: _LIST, dict: _MAP, str: _TEXT, set: _SET}
    if kind in table:
        return sorted(table[kind])
    return list(_WORLD_FIELDS.get(kind, ()))
