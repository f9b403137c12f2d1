"""Predictions against gold goals: share that is right, by phenomenon; risk against coverage.

Two goals count as equal when they agree in a normal form (connectives flattened and sorted, negations
at the atoms, variables renamed), or when they do after grounding over the row's objects.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations, product

import torch

from planscript.runtime.goals.language_model import load_model
from planscript.runtime.goals.rows import Predictor, predict_rows, read_rows
from planscript.runtime.goals.training.phenomena import ORDER, phenomena
from planscript.runtime.pddl.model import (
    And,
    Atom,
    Domain,
    Equals,
    Exists,
    ForAll,
    Formula,
    Imply,
    Not,
    Or,
    Parameter,
)
from planscript.runtime.pddl.reader import read_formula

Key = tuple[object, ...]
MOST_GROUND = 20_000  # formulas whose grounding is larger are compared unground


@dataclass(frozen=True, slots=True)
class Outcome:
    """One row: whether it was to be refused, was refused, is right, and how sure the model was."""

    source: str
    refusable: bool
    refused: bool
    right: bool
    listed: bool  # a right goal is among the alternatives
    confidence: float
    evidence: tuple[float, ...] = ()
    best_right: bool = False  # the best reading is right, refused or not
    phenomena: tuple[str, ...] = ()  # of the gold goal, see `phenomena.py`


def evaluate_files(
    paths: Sequence[str],
    domains: str | None,
    model: str | None = None,
    *,
    beam: int = 5,
    threads: int | None = None,
) -> list[Outcome]:
    """Predicts every row of the files and compares; rows without a `goal` key are skipped.

    Raises: SourceError for bad rows, domains or weights.
    """
    if threads:
        torch.set_num_threads(threads)
    return evaluate_with(load_model(model), paths, domains, beam=beam)


def evaluate_with(
    model: Predictor, paths: Sequence[str], domains: str | None, *, beam: int = 5
) -> list[Outcome]:
    """`evaluate_files` with a model that is loaded."""
    results = []
    for path in paths:
        rows = [row for row in read_rows(path, domains) if "goal" in row.data]
        for row, found in predict_rows(iter(rows), model, beam):
            gold = row.data["goal"]
            source = str(row.data.get("source", path))
            if gold is None:
                right = found.goal is None
                results.append(
                    Outcome(source, True, right, right, right, found.confidence, found.evidence)
                )
                continue
            wanted = [
                read_formula(text, row.domain, row.objects, row.id)
                for text in (gold, *row.data.get("alt", ()))
            ]
            fits = [
                any(same_goal(goal, one, row.domain, row.objects) for one in wanted)
                for goal, _ in found.alternatives
            ]
            refused = found.goal is None
            best = bool(fits) and fits[0]
            results.append(
                Outcome(
                    source,
                    False,
                    refused,
                    best and not refused,
                    any(fits),
                    found.confidence,
                    found.evidence,
                    best,
                    tuple(phenomena(wanted[0], row.text, row.objects)),
                )
            )
    return results


def table(results: Sequence[Outcome]) -> str:
    """The figures by source, and the risk at several coverages."""
    lines = [f"{'source':24} {'rows':>6} {'right':>7} {'n-best':>7} {'refused':>8} {'falsely':>8}"]
    for source in [*sorted({r.source for r in results}), "ALL"]:
        mine = [r for r in results if source in ("ALL", r.source)]
        told = [r for r in mine if not r.refusable]
        other = [r for r in mine if r.refusable]
        lines.append(
            f"{source[:24]:24} {len(mine):6} {_share(r.right for r in told)} "
            f"{_share(r.listed for r in told)} {_share(r.refused for r in other):>8} "
            f"{_share(r.refused for r in told):>8}"
        )
    lines += ["", f"{'phenomenon':24} {'rows':>6} {'right':>7} {'n-best':>7} {'':8} {'falsely':>8}"]
    for one in ORDER:
        mine = [r for r in results if one in r.phenomena]
        if mine:
            lines.append(
                f"{one:24} {len(mine):6} {_share(r.right for r in mine)} "
                f"{_share(r.listed for r in mine)} {'':8} {_share(r.refused for r in mine):>8}"
            )
    curve = risk_coverage(results)
    if curve:
        lines += ["", f"{'coverage':>8} {'right':>7} {'confidence from':>16}"]
    for percent in range(10, 101, 10):
        if curve:
            coverage, risk, least = curve[max(0, len(curve) * percent // 100 - 1)]
            lines.append(f"{coverage:8.1%} {1 - risk:7.1%} {least:16.2f}")
    if curve:
        area = sum(risk for _, risk, _ in curve) / len(curve)
        lines.append(f"area under risk against coverage: {area:.3f}")
    return "\n".join(lines)


def risk_coverage(results: Sequence[Outcome]) -> list[tuple[float, float, float]]:
    """Coverage (share of all rows acted on), risk (share of those that is wrong), least confidence.

    One triple for each accepted row, the surest first (El-Yaniv and Wiener, On the Foundations of
    Noise-free Selective Classification, JMLR 2010).
    """
    accepted = sorted((r for r in results if not r.refused), key=lambda r: -r.confidence)
    wrong = 0
    curve = []
    for number, one in enumerate(accepted, 1):
        wrong += not one.right
        curve.append((number / len(results), wrong / number, one.confidence))
    return curve


def _share(values: object) -> str:
    found = list(values)  # type: ignore[call-overload]
    return f"{100 * sum(found) / len(found):6.1f}%" if found else "      -"


# ---------------------------------------------------------------- when two goals are the same


def same_goal(
    one: Formula, other: Formula, domain: Domain, objects: Mapping[str, Parameter]
) -> bool:
    """Whether two goals ask for the same, as far as normal forms and grounding show."""
    if _normal(one, True, {}, domain) == _normal(other, True, {}, domain):
        return True
    try:
        return _ground(one, True, {}, domain, objects, [0]) == _ground(
            other, True, {}, domain, objects, [0]
        )
    except _TooLarge:
        return False


class _TooLarge(Exception):
    pass


def _normal(part: Formula, sign: bool, names: Mapping[str, str], domain: Domain) -> Key:
    match part:
        case Atom(name, args):
            return ("lit", sign, name, tuple(names.get(a, a) for a in args))
        case Equals(left, right):
            ends = sorted((names.get(left, left), names.get(right, right)))
            return ("lit", sign, "=", tuple(ends))
        case Not(inner):
            return _normal(inner, not sign, names, domain)
        case Imply(left, right):
            return _normal(Or((Not(left), right)), sign, names, domain)
        case And(parts) | Or(parts):
            kind = "and" if isinstance(part, And) == sign else "or"
            return _flat(kind, [_normal(p, sign, names, domain) for p in parts])
        case Exists(parameters, body) | ForAll(parameters, body):
            kind = "exists" if isinstance(part, Exists) == sign else "forall"
            while isinstance(body, type(part)):
                parameters, body = (*parameters, *body.parameters), body.body
            depth = len(names)
            best: Key | None = None
            orders = permutations(parameters) if len(parameters) <= 5 else iter((parameters,))
            for order in orders:
                bound = {p.name: f"?{depth + i}" for i, p in enumerate(order)}
                key = (
                    kind,
                    tuple(p.types for p in order),
                    _normal(body, sign, {**names, **bound}, domain),
                )
                if best is None or repr(key) < repr(best):
                    best = key
            assert best is not None
            return best


def _flat(kind: str, parts: Sequence[Key]) -> Key:
    flat: list[Key] = []
    for part in parts:
        flat += part[1] if part[0] == kind else [part]  # type: ignore[arg-type]
    unique = tuple(sorted(set(flat), key=repr))
    return unique[0] if len(unique) == 1 else (kind, unique)


def _ground(
    part: Formula,
    sign: bool,
    names: Mapping[str, str],
    domain: Domain,
    objects: Mapping[str, Parameter],
    count: list[int],
) -> Key:
    count[0] += 1
    if count[0] > MOST_GROUND:
        raise _TooLarge
    match part:
        case Equals(left, right):
            same = names.get(left, left) == names.get(right, right)
            return ("and", ()) if same == sign else ("or", ())
        case Not(inner):
            return _ground(inner, not sign, names, domain, objects, count)
        case Imply(left, right):
            return _ground(Or((Not(left), right)), sign, names, domain, objects, count)
        case And(parts) | Or(parts):
            kind = "and" if isinstance(part, And) == sign else "or"
            return _joined(kind, [_ground(p, sign, names, domain, objects, count) for p in parts])
        case Exists(parameters, body) | ForAll(parameters, body):
            kind = "or" if isinstance(part, Exists) == sign else "and"
            ranges = [
                [n for n, o in objects.items() if domain.fits(o.types, p.types)] for p in parameters
            ]
            if not all(ranges):
                raise _TooLarge
            return _joined(
                kind,
                [
                    _ground(
                        body,
                        sign,
                        {**names, **{p.name: v for p, v in zip(parameters, values, strict=True)}},
                        domain,
                        objects,
                        count,
                    )
                    for values in product(*ranges)
                ],
            )
    return _normal(part, sign, names, domain)


def _joined(kind: str, parts: Sequence[Key]) -> Key:
    zero: Key = ("or", ()) if kind == "and" else ("and", ())
    one: Key = ("and", ()) if kind == "and" else ("or", ())
    if zero in parts:
        return zero
    kept = [p for p in parts if p != one]
    return _flat(kind, kept) if kept else one
