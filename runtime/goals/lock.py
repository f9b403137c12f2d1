"""The lock file: what each natural-language goal of a script means, for review and reuse.

Line-oriented text beside the script (`fruit.plan` -> `fruit.plan.lock`). A run looks here first, so
a reviewed script means the same tomorrow and needs no model. Reading and writing only; compiling is
in `compiler.py`.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from planscript.lang.diagnostics import Diagnostic, SourceError, Span
from planscript.runtime.pddl.model import Domain, Parameter

DoubtKind = Literal["NotAGoal", "Inexpressible", "UnknownObject", "Ambiguous"]
HEADER = "# planscript lock 1. Made by `planscript compile`; review it as you review code."


@dataclass(frozen=True, slots=True)
class Entry:
    """One text and its meaning.

    `text` has `{name}` where a slot stood; `slots` gives each slot's type; `pddl` is the goal, with
    `{name}` in the place of the slot's object; `says` is the goal in words, for the reviewer.
    `allowing` lists the only predicates that the goal may use (empty: all).

    A text that is meant to be refused has neither `pddl` nor `says`: `refused` is the kind of
    GoalError, `unlinked` the words to blame, and `perhaps` the likeliest readings as confidence and
    PDDL.
    """

    text: str
    pddl: str
    says: str
    confidence: float
    domain: str
    signature: str
    model: str
    slots: tuple[tuple[str, str], ...] = ()
    allowing: tuple[str, ...] = ()
    refused: DoubtKind | None = None
    unlinked: tuple[str, ...] = ()
    perhaps: tuple[tuple[float, str], ...] = ()

    @property
    def key(self) -> tuple[str, str, tuple[tuple[str, str], ...], tuple[str, ...]]:
        """What an entry is looked up by."""
        return (self.text, self.signature, self.slots, self.allowing)


def normal_text(text: str) -> str:
    """The text with runs of white space as single spaces: layout does not change a meaning."""
    return " ".join(text.split())


def signature(domain: Domain) -> str:
    """A short hash of all in a domain that a goal's meaning depends on.

    Types, constants, predicates with their glosses, and actions with theirs; objects are not in it:
    a locked goal is checked against the world's objects when it is used.
    """

    def parameters(parameters: Iterable[Parameter]) -> list[list[str]]:
        return [[p.name, *p.types] for p in parameters]

    content = [
        domain.name,
        {name: list(parents) for name, parents in domain.types.items()},
        parameters(domain.constants.values()),
        [[p.name, parameters(p.parameters), dict(p.gloss)] for p in domain.predicates.values()],
        [
            [a.name, parameters(a.parameters), dict(a.gloss), repr(a.effect)]
            for a in domain.actions.values()
        ],
    ]
    text = json.dumps(content, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


class Lock:
    """The entries of one lock file, in the order in which they stand there."""

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self._entries = {entry.key: entry for entry in entries}

    def __iter__(self):  # type: ignore[no-untyped-def]
        return iter(self._entries.values())

    def __len__(self) -> int:
        return len(self._entries)

    def find(
        self,
        text: str,
        domain_signature: str,
        slots: Mapping[str, str],
        allowing: tuple[str, ...] = (),
    ) -> Entry | None:
        """The entry for this text, with these slots, in a domain of this signature."""
        return self._entries.get(
            (normal_text(text), domain_signature, tuple(slots.items()), allowing)
        )

    def stale(self, text: str, domain_signature: str) -> Entry | None:
        """An entry for the same text that was made for another version of the domain."""
        wanted = normal_text(text)
        for entry in self._entries.values():
            if entry.text == wanted and entry.signature != domain_signature:
                return entry
        return None

    def add(self, entry: Entry) -> None:
        """Adds or replaces the entry."""
        self._entries[entry.key] = entry

    def write(self) -> str:
        """The text of the lock file."""
        blocks = [HEADER]
        for entry in self._entries.values():
            lines = [f"goal {json.dumps(entry.text, ensure_ascii=False)}"]
            if entry.refused:
                lines.append(f"  refused {entry.refused}")
                if entry.unlinked:
                    lines.append("  words " + json.dumps(entry.unlinked, ensure_ascii=False))
                lines += [f"  perhaps {sure:.2f} {pddl}" for sure, pddl in entry.perhaps]
            else:
                lines.append(f"  pddl {entry.pddl}")
            if entry.slots:
                lines.append("  slots " + ", ".join(f"{n}: {t}" for n, t in entry.slots))
            if entry.allowing:
                lines.append("  allowing " + ", ".join(entry.allowing))
            if not entry.refused:
                lines.append(f"  says {entry.says}")
            lines += [
                f"  confidence {entry.confidence:.2f}",
                f"  domain {entry.domain} {entry.signature}",
                f"  model {entry.model}",
            ]
            blocks.append("\n".join(lines))
        return "\n\n".join(blocks) + "\n"


def lock_path(script: str | os.PathLike[str]) -> Path:
    """Where the lock of a script stands."""
    return Path(f"{os.fspath(script)}.lock")


def read_lock(path: Path) -> Lock:
    """The lock file at `path`, or an empty lock where there is none.

    Raises SourceError with the line for a file that is not a lock of this version.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Lock()
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(
            Diagnostic("E0801", f"cannot read the lock file {path}: {_reason(error)}")
        ) from None
    return parse_lock(text, str(path))


def _reason(error: OSError | UnicodeDecodeError) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "it is not UTF-8 text"
    return error.strerror or str(error)


_NEEDED = ("confidence", "domain", "model")
_OF_GOALS = ("pddl", "says")
_OTHER = ("slots", "allowing", "refused", "words", "perhaps")


def parse_lock(text: str, source: str) -> Lock:
    """The lock that `text` is; `source` names it in errors."""
    lines = text.splitlines()
    if not lines or not lines[0].startswith("# planscript lock 1"):
        raise _bad("this is not a lock file of this version", source, 1, lines)
    entries: list[Entry] = []
    fields: dict[str, str] = {}
    perhaps: list[str] = []
    start = 0

    def finish() -> None:
        if not fields:
            return
        refused = "refused" in fields
        needed = _NEEDED if refused else (*_OF_GOALS, *_NEEDED)
        missing = [name for name in needed if name not in fields]
        if missing:
            raise _bad(f"this entry has no `{missing[0]}` line", source, start, lines)
        try:
            name, _, mark = fields["domain"].rpartition(" ")
            pairs = [p.split(": ", 1) for p in fields.get("slots", "").split(", ") if p]
            allowing = tuple(a for a in fields.get("allowing", "").split(", ") if a)
            readings = [line.split(" ", 1) for line in perhaps]
            kinds: dict[str, DoubtKind] = {kind: kind for kind in get_args(DoubtKind)}
            if refused and fields["refused"] not in kinds:
                raise ValueError
            entries.append(
                Entry(
                    str(json.loads(fields["goal"])),
                    fields.get("pddl", ""),
                    fields.get("says", ""),
                    float(fields["confidence"]),
                    name,
                    mark,
                    fields["model"],
                    tuple((n, t) for n, t in pairs),
                    allowing,
                    kinds.get(fields.get("refused", "")),
                    tuple(str(word) for word in json.loads(fields.get("words", "[]"))),
                    tuple((float(sure), pddl) for sure, pddl in readings),
                )
            )
        except (ValueError, TypeError):
            raise _bad("this entry is damaged", source, start, lines) from None
        fields.clear()
        perhaps.clear()

    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        word, _, rest = line.strip().partition(" ")
        if not line.startswith(" "):
            finish()
            start = number
            if word != "goal":
                raise _bad("expected a line that begins with `goal`", source, number, lines)
        elif word == "perhaps" and fields:
            perhaps.append(rest)
            continue
        elif word not in (*_OF_GOALS, *_NEEDED, *_OTHER) or word in fields or not fields:
            raise _bad(f"unexpected `{word}` line", source, number, lines)
        fields[word] = rest
    finish()
    return Lock(entries)


def _bad(title: str, source: str, line: int, lines: list[str]) -> SourceError:
    width = len(lines[line - 1]) if 0 < line <= len(lines) else 0
    return SourceError(
        Diagnostic(
            "E0802",
            title,
            Span(source, line, 1, line, width + 1),
            hint="run `planscript compile` on the script to write the lock anew",
        )
    )
