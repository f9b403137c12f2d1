"""What the resolver knows of a domain, a world or a module that is not in the text it checks.

Plain data, given by the session (which reads the files); the resolver makes the same from the
`domain` and `world` blocks of a script. Names are as scripts write them (underscores).
"""

from __future__ import annotations

from collections.abc import Mapping

from planscript.lang.records import dataclass, field


@dataclass(frozen=True, slots=True)
class Slot:
    """A parameter: its name (may be empty) and the types it accepts (none: any object)."""

    name: str
    types: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DomainSignature:
    """The names of a domain, and of a world of it where `objects` is filled.

    `types` maps each type but `object` to its parents; `constants` and `objects` map to types.
    """

    name: str
    types: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    predicates: Mapping[str, tuple[Slot, ...]] = field(default_factory=dict)
    functions: Mapping[str, tuple[Slot, ...]] = field(default_factory=dict)
    actions: Mapping[str, tuple[Slot, ...]] = field(default_factory=dict)
    constants: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    objects: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
