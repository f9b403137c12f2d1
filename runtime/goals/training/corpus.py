"""Hand-written goal corpora on disk: worlds with glosses and rows of text and goal.

A corpus folder holds a folder a domain: `domain.pddl`, `problem.pddl`, `glosses.tsv` (symbol,
English, Chinese; `{0}` is the first argument) and `goals.tsv` (language, text, goal or `null`).
Nothing is changed or multiplied here.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal, TypeVar

from planscript.lang.diagnostics import Diagnostic, SourceError, Span
from planscript.runtime.pddl.model import Action, Atom, Domain, Formula, Parameter, Predicate
from planscript.runtime.pddl.reader import read_domain_file, read_formula, read_problem_file

Language = Literal["en", "zh"]
Symbol = TypeVar("Symbol", Predicate, Action)

OWN = Path(__file__).parent / "corpus"  # the domains that belong to this project
UNSEEN = 15  # how many whole domains of a corpus are kept for development


@dataclass(frozen=True, slots=True)
class Example:
    """One thing to learn: in this domain and world, `text` means `goal` (None: to be refused).

    `init` is None where the world's state is not known. `weight` scales the loss.
    """

    text: str
    lang: Language
    domain: Domain
    objects: Mapping[str, Parameter]
    init: frozenset[Atom] | None
    goal: Formula | None
    source: str
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Row:
    """A line of `goals.tsv`; `line` counts from 1."""

    lang: Language
    text: str
    goal: Formula | None
    line: int = 0


@dataclass(frozen=True, slots=True)
class World:
    """A domain with glosses, one problem of it, and what people ask for there.

    `init` is None where no state is known.
    `spelling` gives the written form of names whose case the model drops ("islit" -> "isLit").
    """

    name: str
    domain: Domain
    objects: Mapping[str, Parameter]
    init: frozenset[Atom] | None
    rows: tuple[Row, ...]
    spelling: Mapping[str, str] = field(default_factory=dict)
    source: str = ""

    def examples(self, weight: float = 1.0) -> Iterator[Example]:
        """Every row as it stands."""
        for row in self.rows:
            yield Example(
                row.text,
                row.lang,
                self.domain,
                self.objects,
                self.init,
                row.goal,
                self.source,
                weight,
            )


def world_folders(root: Path) -> list[Path]:
    """The domain folders of a corpus, by name."""
    return sorted(path.parent for path in root.glob("*/goals.tsv"))


def unseen_names(root: Path) -> frozenset[str]:
    """The domains of the corpus at `root` that are never trained on.

    These are the fifteen with the smallest SHA-256 of the folder name, so that nobody chose them.
    """
    names = [path.name for path in world_folders(root)]
    names.sort(key=lambda name: hashlib.sha256(name.encode()).hexdigest())
    return frozenset(names[:UNSEEN])


def read_worlds(root: Path, *, unseen: bool = False) -> list[World]:
    """The training worlds of the authored corpus at `root`, or its unseen ones, ordered by name."""
    held = unseen_names(root)
    return [read_world(path) for path in world_folders(root) if (path.name in held) == unseen]


def read_own_worlds(root: Path = OWN) -> list[World]:
    """All worlds of the corpus that is part of this project: every one of them is for training."""
    return [read_world(path) for path in world_folders(root)]


def read_world(folder: Path) -> World:
    """The world in `folder`.

    Raises: SourceError where a file is missing, malformed, or a goal does not fit the domain.
    """
    domain = read_domain_file(str(folder / "domain.pddl"))
    glosses = read_glosses(folder / "glosses.tsv")
    domain = replace(
        domain,
        predicates={n: _glossed(p, glosses) for n, p in domain.predicates.items()},
        actions={n: _glossed(a, glosses) for n, a in domain.actions.items()},
    )
    problem = read_problem_file(str(folder / "problem.pddl"), domain)
    rows = []
    for number, columns in tsv(folder / "goals.tsv", 3):
        lang, text, goal = columns
        if lang not in ("en", "zh"):
            raise broken(folder / "goals.tsv", number, f"unknown language {lang!r}")
        formula = None
        if goal != "null":
            place = f"{folder / 'goals.tsv'}:{number}"
            formula = read_formula(goal, domain, problem.objects, place)
        rows.append(Row("zh" if lang == "zh" else "en", text, formula, number))
    return World(
        folder.name,
        domain,
        problem.objects,
        problem.init,
        tuple(rows),
        _spelling(folder / "domain.pddl", folder / "problem.pddl"),
        f"authored/{folder.name}",
    )


def read_glosses(path: Path) -> dict[str, dict[str, str]]:
    """Symbol (lower case) -> language -> template with `{0}`, `{1}` ..."""
    return {columns[0].lower(): {"en": columns[1], "zh": columns[2]} for _, columns in tsv(path, 3)}


def tsv(path: Path, width: int) -> Iterator[tuple[int, list[str]]]:
    """The rows of a tab-separated file with their line numbers; blank and `#` lines are skipped.

    Raises: SourceError where a row has not `width` columns (0: any number).
    """
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        columns = line.split("\t")
        if width and len(columns) != width:
            raise broken(path, number, f"want {width} columns, found {len(columns)}")
        yield number, columns


def broken(path: Path, line: int, title: str) -> SourceError:
    """The error for a line of a corpus or lexicon file."""
    return SourceError(Diagnostic("E0490", title, Span(str(path), line, 1, line, 1)))


def _glossed(symbol: Symbol, glosses: Mapping[str, Mapping[str, str]]) -> Symbol:
    """The symbol with its glosses, `{0}` turned into the name of the first parameter."""
    names = [parameter.name.lstrip("?") for parameter in symbol.parameters]

    def by_name(match: re.Match[str]) -> str:
        index = int(match[1])
        return "{" + names[index] + "}" if index < len(names) else match[0]

    gloss = {
        lang: re.sub(r"\{(\d+)\}", by_name, text)
        for lang, text in glosses.get(symbol.name, {}).items()
        if text
    }
    return replace(symbol, gloss=gloss)


def _spelling(*paths: Path) -> dict[str, str]:
    words: dict[str, str] = {}
    for path in paths:
        for word in re.findall(r"[^\s()?:;]+", path.read_text(encoding="utf-8")):
            if word != word.lower():
                words.setdefault(word.lower(), word)
    return words
