"""Files of rows (one JSON object a line: id, domain, text, objects, perhaps init) -> predictions.

Nothing of a row is read but those keys; a domain is read from `DIR/NAME.pddl`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import torch

from planscript.lang.diagnostics import Diagnostic, SourceError, Span
from planscript.runtime.goals.language_model import load_model
from planscript.runtime.goals.predict import Prediction, Prepared
from planscript.runtime.pddl.model import Atom, Domain, Parameter
from planscript.runtime.pddl.reader import read_domain_file
from planscript.runtime.pddl.writer import write_formula


class Predictor(Protocol):
    """What a model of goals has to offer; see `GoalModel`."""

    def prepare(
        self,
        domain: Domain,
        objects: Mapping[str, Parameter],
        init: Iterable[Atom] | None = None,
        spelling: Mapping[str, str] | None = None,
    ) -> Prepared: ...

    def predict(self, text: str, prepared: Prepared, beam: int = 5) -> Prediction: ...


@dataclass(frozen=True, slots=True)
class TextRow:
    """A text to be understood in a world; `data` is the whole line as read."""

    id: str
    domain: Domain
    text: str
    objects: dict[str, Parameter]
    init: frozenset[Atom] | None
    spelling: dict[str, str]
    data: dict[str, Any]


def read_rows(path: str | Path, domains: str | Path | None = None) -> Iterator[TextRow]:
    """The rows of a file; `domains` is the folder of domain files (default: beside the rows).

    Raises: SourceError for a line that is not such a row, a missing file, or a broken domain.
    """
    path = Path(path)
    folder = Path(domains) if domains is not None else path.parent / "domains"
    known: dict[str, tuple[Domain, dict[str, str]]] = {}
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(
            Diagnostic("E0811", f"cannot read {path}: {error}", hint="name a UTF-8 file of rows")
        ) from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        span = Span(str(path), number, 1, number, len(line) + 1)
        try:
            data = json.loads(line)
            name = str(data["domain"])
            text = str(data["text"])
            given = dict(data.get("objects") or {})
            facts = data.get("init")
            init = None if facts is None else frozenset(_fact(fact) for fact in facts)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise SourceError(
                Diagnostic(
                    "E0811",
                    "this line is not a row",
                    span,
                    f"{type(error).__name__}: {error}",
                    'want {"id", "domain", "text", "objects": {name: type}} and perhaps "init"',
                )
            ) from error
        if name not in known:
            known[name] = _domain(folder / f"{name}.pddl")
        domain, spelling = known[name]
        objects = {}
        cased = dict(spelling)
        for written, kind in given.items():
            types = tuple(str(kind).lower().split())
            if types[:1] == ("(either",):
                types = tuple(t.strip("()") for t in types[1:])
            unknown = [t for t in types if t != "object" and t not in domain.types]
            if unknown or not types:
                raise SourceError(
                    Diagnostic(
                        "E0811",
                        f"object `{written}` has type `{kind}`, which domain `{name}` lacks",
                        span,
                    )
                )
            low = written.lower()
            objects[low] = Parameter(low, types)
            if written != low:
                cased[low] = written
        objects = {**domain.constants, **objects}
        yield TextRow(str(data.get("id", number)), domain, text, objects, init, cased, data)


def _fact(text: str) -> Atom:
    name, *args = text.lower().strip("() \t").split()
    return Atom(name, tuple(args))


def _domain(path: Path) -> tuple[Domain, dict[str, str]]:
    """The domain, and the written form of names that have capitals (the model drops case)."""
    domain = read_domain_file(str(path))
    spelling: dict[str, str] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        for word in re.findall(r"[^\s()?:;]+", line.split(";")[0]):
            if word != word.lower():
                spelling.setdefault(word.lower(), word)
    return domain, spelling


def predict_rows(
    rows: Iterator[TextRow], model: Predictor, beam: int = 5
) -> Iterator[tuple[TextRow, Prediction]]:
    """Each row with what the model makes of it; rows of one world in turn share its encoding."""
    last: tuple[object, ...] = ()
    prepared: Prepared | None = None
    for row in rows:
        key = (row.domain.name, id(row.domain), tuple(row.objects.items()), row.init)
        if prepared is None or key != last:
            prepared = model.prepare(row.domain, row.objects, row.init, row.spelling)
            last = key
        yield row, model.predict(row.text, prepared, beam)


def predict_file(
    rows: str,
    domains: str,
    out: str,
    model: str | None = None,
    *,
    beam: int = 5,
    threads: int | None = None,
) -> int:
    """Predicts a file of rows into another; the number of rows. Raises SourceError on bad input."""
    if threads:
        torch.set_num_threads(threads)
    network = load_model(model)
    count = 0
    wanted = list(read_rows(rows, domains))
    try:
        with Path(out).open("w", encoding="utf-8") as stream:
            for row, found in predict_rows(iter(wanted), network, beam):
                stream.write(json.dumps(_line(row, found), ensure_ascii=False) + "\n")
                count += 1
    except OSError as error:
        raise SourceError(Diagnostic("E0811", f"cannot write {out}: {error}")) from error
    return count


def _line(row: TextRow, found: Prediction) -> dict[str, Any]:
    return {
        "id": row.data.get("id", row.id),
        "goal": None if found.goal is None else write_formula(found.goal),
        "confidence": round(found.confidence, 4),
        "alternatives": [
            {"goal": write_formula(goal), "confidence": round(share, 4)}
            for goal, share in found.alternatives
        ],
    }
