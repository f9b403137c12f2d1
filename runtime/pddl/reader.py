"""Reads PDDL: domains, problems, single formulas and plans, from text or from files.

PDDL 2.1 level 1 with ADL, derived predicates and action costs (Fox & Long 2003; Edelkamp & Hoffmann
2004; IPC 2008). Names are taken in lower case. Whatever is wrong, or belongs to a larger PDDL, is a
`SourceError` with its place; slips that do not change the meaning are warnings, appended to the
list passed as `warnings`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from planscript.runtime.pddl.definition import Warnings
from planscript.runtime.pddl.domains import DomainReader
from planscript.runtime.pddl.formulas import FormulaReader
from planscript.runtime.pddl.model import Atom, Domain, Formula, Parameter, Problem
from planscript.runtime.pddl.problems import ProblemReader
from planscript.runtime.pddl.sexpr import Text, read_text
from planscript.runtime.pddl.terms import NUMBER


def read_domain(text: str, source: str = "<input>", warnings: Warnings = None) -> Domain:
    """The domain in `text`; `source` names it in messages. Raises SourceError."""
    return DomainReader(Text(text, source), warnings).read()


def read_problem(text: str, source: str, domain: Domain, warnings: Warnings = None) -> Problem:
    """The problem of `domain` in `text`; `source` names it in messages. Raises SourceError."""
    return ProblemReader(Text(text, source), domain, warnings).read()


def read_domain_file(path: str | os.PathLike[str], warnings: Warnings = None) -> Domain:
    """The domain in a file. Raises SourceError, also where the file cannot be read."""
    return read_domain(read_text(path), os.fspath(path), warnings)


def read_problem_file(
    path: str | os.PathLike[str], domain: Domain, warnings: Warnings = None
) -> Problem:
    """The problem of `domain` in a file. Raises SourceError, also where the file cannot be read."""
    return read_problem(read_text(path), os.fspath(path), domain, warnings)


def read_formula(
    text: str,
    domain: Domain,
    objects: Mapping[str, Parameter],
    source: str = "<input>",
    warnings: Warnings = None,
) -> Formula:
    """One formula without free variables, such as `(and (on a b) (clear a))`.

    `objects` are the names that may stand as terms (a problem's, or a domain's constants). Raises
    SourceError.
    """
    cut = Text(text, source)
    if not cut.forms:
        cut.fail_empty("a formula")
    if len(cut.forms) > 1:
        cut.fail(
            "E0705",
            "more than one formula",
            cut.forms[1],
            "begins here",
            "join them: `(and first second)`",
        )
    return FormulaReader(cut, domain, objects, warnings).formula(cut.forms[0], {})


def read_plan(text: str, source: str = "<input>") -> tuple[Atom, ...]:
    """A plan in the form of the IPC: one `(action object ...)` a line, `;` begins a comment.

    Whether the names mean anything is for the validator to say. Raises SourceError.
    """
    cut = Text(text, source)
    steps = []
    for node in cut.forms:
        if isinstance(node, int):
            word = cut.words[node]
            hint = "a step is `(action object ...)`"
            if word.endswith(":") or (word == "[" or NUMBER.fullmatch(word)):
                cut.fail("E0713", "plans with times are not supported", node, "a time", hint)
            cut.fail("E0705", f"expected `(`, found `{word}`", node, "not a step", hint)
        if len(node) == 1:
            cut.fail("E0705", "a step without an action", node, "empty")
        words = []
        for part in node[1:]:
            if not isinstance(part, int):
                cut.fail("E0705", "a form inside a step", part, "a step holds only names")
            words.append(cut.words[part])
        steps.append(Atom(words[0], tuple(words[1:])))
    return tuple(steps)


def read_plan_file(path: str | os.PathLike[str]) -> tuple[Atom, ...]:
    """The plan in a file. Raises SourceError, also where the file cannot be read."""
    return read_plan(read_text(path), os.fspath(path))
