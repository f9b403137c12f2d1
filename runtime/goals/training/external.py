"""Rows of public goal sets as worlds without glosses; rows of a world share domain and objects.

The sets stay outside the repository; only those that may train what ships are read, and those kept
for measuring (libero, partnr, alfred_dev, llmp) never are.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from planscript.runtime.goals.training.corpus import Row, World
from planscript.runtime.pddl.model import Domain, Parameter
from planscript.runtime.pddl.reader import read_domain_file, read_formula

TRAINING_SETS = ("alfred_train", "calvin", "planbench", "planetarium")


def read_external(folder: Path, sets: tuple[str, ...] = TRAINING_SETS) -> list[World]:
    """The training rows of the sets in `folder` as worlds, one for each set and domain.

    Of ALFRED only clean rows are taken, of planetarium only those that name every object. Rows are
    left out whose goal does not fit the domain. A set that is missing yields nothing.
    """
    domains: dict[str, Domain] = {}
    groups: dict[str, list[dict[str, Any]]] = {}
    for name in sets:
        if name not in TRAINING_SETS:
            raise ValueError(f"{name} is kept for measuring")
        for row in _rows(folder / f"{name}.jsonl"):
            if row.get("clean", True) and not row.get("abstract") and not row.get("needs_init"):
                groups.setdefault(f"{name}/{row['domain']}", []).append(row)
    found = []
    for key, rows in groups.items():
        domain_name = key.split("/")[1]
        if domain_name not in domains:
            path = folder / "domains" / f"{domain_name}.pddl"
            domains[domain_name] = read_domain_file(str(path))
        domain = domains[domain_name]
        objects = _shared(rows, domain)
        found.append(
            World(key, domain, objects, None, tuple(_fitting(rows, domain, objects)), {}, key)
        )
    return found


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    if path.exists():
        with path.open(encoding="utf-8") as stream:
            for line in stream:
                yield json.loads(line)


def _shared(rows: list[dict[str, Any]], domain: Domain) -> dict[str, Parameter]:
    """The objects of all rows together, each with the type that it has first."""
    objects = dict(domain.constants)
    for row in rows:
        for name, kind in row["objects"].items():
            objects.setdefault(name.lower(), Parameter(name.lower(), (kind.lower(),)))
    return objects


def _fitting(
    rows: list[dict[str, Any]], domain: Domain, objects: Mapping[str, Parameter]
) -> Iterator[Row]:
    for number, row in enumerate(rows, 1):
        own = {name.lower(): (kind.lower(),) for name, kind in row["objects"].items()}
        if all(objects[name].types == types for name, types in own.items()):
            goal = read_formula(row["goal"], domain, objects, row["id"])
            yield Row("zh" if row["lang"] == "zh" else "en", row["text"], goal, number)
