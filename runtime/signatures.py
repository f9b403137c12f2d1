"""The names of PDDL files, for the resolver (`lang/signature.py`)."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from planscript.lang.diagnostics import Diagnostic, SourceError
from planscript.lang.signature import DomainSignature, Slot
from planscript.runtime.pddl.model import Domain, Parameter, Problem


def script_name(name: str) -> str:
    """A PDDL name as scripts write it."""
    return name.replace("-", "_")


def domain_signature(domain: Domain, problem: Problem | None = None) -> DomainSignature:
    """The names of a domain, and of the objects of a problem of it."""

    def slots(parameters: Iterable[Parameter]) -> tuple[Slot, ...]:
        return tuple(
            Slot(script_name(p.name.lstrip("?")), tuple(map(script_name, p.types)))
            for p in parameters
        )

    def typed(objects: Iterable[Parameter]) -> dict[str, tuple[str, ...]]:
        return {script_name(o.name): tuple(map(script_name, o.types)) for o in objects}

    return DomainSignature(
        script_name(domain.name),
        {script_name(t): tuple(map(script_name, above)) for t, above in domain.types.items()},
        {script_name(p.name): slots(p.parameters) for p in domain.predicates.values()},
        {script_name(f.name): slots(f.parameters) for f in domain.functions.values()},
        {script_name(a.name): slots(a.parameters) for a in domain.actions.values()},
        typed(domain.constants.values()),
        typed(problem.objects.values()) if problem is not None else {},
    )


def domain_of_file(path: Path, written: str, span: Any) -> Domain:
    """The domain of a file that a script names. Raises SourceError where it cannot be read."""
    from planscript.runtime.pddl.reader import read_domain_file

    _want_file(path, written, span)
    return read_domain_file(path)


def objects_of_file(path: Path, domain: Domain, written: str, span: Any) -> DomainSignature:
    """The objects of a problem file of a domain. Raises SourceError where it cannot be read."""
    from planscript.runtime.pddl.reader import read_problem_file

    _want_file(path, written, span)
    return domain_signature(domain, read_problem_file(path, domain))


def _want_file(path: Path, written: str, span: Any) -> None:
    if not path.is_file():
        raise SourceError(
            Diagnostic(
                "E0611",
                f"no file `{written}`",
                span,
                hint="the path is taken from the script's own folder",
            )
        )
