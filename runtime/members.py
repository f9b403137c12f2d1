"""What `value.name` gives: a white list for each kind of value, never Python's own attributes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from planscript.lang import methods
from planscript.lang.diagnostics import did_you_mean, nearest
from planscript.runtime import values
from planscript.runtime.errors import ErrorKind, ErrorValue, kind_in_words, run_error
from planscript.runtime.operators import check_text, items_of

# Methods that are Python's own (`lang/methods.py`), by type.
NATIVE: Mapping[type, frozenset[str]] = {
    kind: methods.NATIVE[kind.__name__] for kind in (list, tuple, set, dict, str, range, int, float)
}


def _extend(items: list[Any]) -> Callable[[Any], None]:
    def extend(more: Any) -> None:
        items.extend(items_of(more))

    return extend


def _with_items(name: str) -> Callable[[set[Any]], Callable[..., Any]]:
    def of(members: set[Any]) -> Callable[..., Any]:
        method = getattr(members, name)

        def run(*others: Any) -> Any:
            return method(*map(items_of, others))

        run.__name__ = run.__qualname__ = name
        return run

    return of


def _map_part(name: str) -> Callable[[dict[Any, Any]], Callable[[], list[Any]]]:
    def of(m: dict[Any, Any]) -> Callable[[], list[Any]]:
        method = getattr(m, name)

        def part() -> list[Any]:
            return list(method())

        part.__name__ = part.__qualname__ = name
        return part

    return of


def _pad(name: str) -> Callable[[str], Callable[..., str]]:
    def of(text: str) -> Callable[..., str]:
        method = getattr(text, name)

        def pad(width: int, fill: str = " ") -> str:
            if type(width) is not int:
                raise run_error(
                    "TypeError", f"the width of {name}() is a number, not {kind_in_words(width)}"
                )
            if type(fill) is not str or len(fill) != 1:
                raise run_error("ValueError", f"{name}() fills with one character")
            check_text(width)
            return str(method(width) if name == "zfill" else method(width, fill))

        pad.__name__ = pad.__qualname__ = name
        return pad

    return of


def _in_range(name: str) -> Callable[[range], Callable[[Any], int]]:
    def of(numbers: range) -> Callable[[Any], int]:
        method = getattr(numbers, name)

        def look(item: Any) -> int:
            if type(item) is not int:
                items_of(numbers)  # Python goes through all of it
            return int(method(item))

        look.__name__ = look.__qualname__ = name
        return look

    return of


def _replace(text: str) -> Callable[..., str]:
    def replace(old: str, new: str, count: int = -1) -> str:
        if isinstance(old, str) and isinstance(new, str) and isinstance(count, int):
            found = text.count(old)
            times = found if count < 0 else min(count, found)
            check_text(len(text) + times * (len(new) - len(old)))
        return text.replace(old, new, count)

    return replace


def _join(text: str) -> Callable[[Any], str]:
    def join(items: Any) -> str:
        parts = list(items_of(items))
        for i, part in enumerate(parts):
            if type(part) is not str:
                raise run_error(
                    "TypeError",
                    f"join() puts texts together, but item {i} is {kind_in_words(part)}",
                    hint='", ".join([str(x) for x in items])',
                )
        check_text(sum(map(len, parts)) + len(text) * len(parts))
        return text.join(parts)

    return join


# Methods that need a bound or a plain list as their result.
_GUARDED: Mapping[type, Mapping[str, Callable[[Any], Any]]] = {
    list: {"extend": _extend},
    dict: {name: _map_part(name) for name in ("keys", "values", "items")},
    set: {
        **{
            name: _with_items(name)
            for name in (
                "union intersection difference symmetric_difference update intersection_update "
                "difference_update symmetric_difference_update issubset issuperset isdisjoint"
            ).split()
        },
    },
    range: {"index": _in_range("index"), "count": _in_range("count")},
    str: {
        "join": _join,
        "replace": _replace,
        **{name: _pad(name) for name in ("center", "ljust", "rjust", "zfill")},
    },
}

_FIELDS: Mapping[type, tuple[str, ...]] = {
    values.Obj: ("name", "type"),
    values.TypeValue: ("name",),
    values.PredicateValue: ("name",),
    values.ActionValue: ("name",),
    values.DomainValue: ("name",),
    values.Step: ("name", "args", "action"),
    values.PlanValue: ("steps", "cost", "length", "goal", "stats", "optimal"),
    values.GoalValue: ("text", "pddl", "words", "confidence"),
    values.WorldValue: ("name", "facts", "objects", "goal", "unknown"),
}

# What people write out of habit from other languages.
_HABITS = {
    "length": "len(x) gives the length",
    "size": "len(x) gives the length",
    "push": "lists have `append`",
    "add": "lists have `append`, sets have `add`",
    "format": 'values go into text in braces: "{x:.2f}"',
    "map": "[f(x) for x in items], or map(f, items)",
    "filter": "[x for x in items if f(x)], or filter(f, items)",
    "contains": "`x in items` says whether it is there",
    "has_key": "`k in m` says whether it is there",
    "toString": "str(x) gives the text",
}


def member(value: Any, name: str, describe: Callable[[Any, str], Any]) -> Any:
    """The member `name` of a value; NameError of the language where there is none.

    `describe(value, name)` gives those members of goals and worlds that the session must work out.
    """
    kind = type(value)
    if name in NATIVE.get(kind, ()):
        return getattr(value, name)
    guarded = _GUARDED.get(kind)
    if guarded is not None and name in guarded:
        return guarded[name](value)
    if kind is values.Module:
        if name in value.members:
            return value.members[name]
        raise run_error(
            "NameError",
            f"the module `{value.name}` has no `{name}`",
            hint=did_you_mean(name, value.members),
        )
    if kind is ErrorValue:
        try:
            return value.attribute(name)
        except KeyError:
            pass
    elif kind is ErrorKind and name == "name":
        return value.name
    elif name in _FIELDS.get(kind, ()):
        return _world_member(value, name, describe)
    raise _no_member(value, name)


def _no_member(value: Any, name: str) -> Exception:
    near = nearest(name, [*member_names(value), *_HABITS])
    hint = _HABITS.get(near or "", f"did you mean `{near}`?" if near else "")
    if type(value) is dict and name in value:
        hint = f'the items of a map are taken with m["{name}"]'
    if value is None:
        hint = "a function without `return` gives none"
    return run_error("NameError", f"{kind_in_words(value)} has no `{name}`", hint=hint)


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
    if kind is ErrorValue:
        return sorted({"kind", "message", "reason", "hint", "line", "place", *value.fields})
    found: Iterable[str] = {*NATIVE.get(kind, ()), *_GUARDED.get(kind, ()), *_FIELDS.get(kind, ())}
    return sorted(found)
