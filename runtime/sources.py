"""Reading the files of scripts."""

from __future__ import annotations

import re
from pathlib import Path

from planscript.lang.diagnostics import Diagnostic, SourceError


def read_source(path: str) -> str:
    """The text of a script file (see `text_of`). Raises SourceError where it cannot be had."""
    try:
        data = Path(path).read_bytes()
    except FileNotFoundError:
        raise SourceError(Diagnostic("E0903", f"no file {path}")) from None
    except IsADirectoryError:
        raise SourceError(Diagnostic("E0903", f"{path} is a folder, not a script")) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise SourceError(Diagnostic("E0903", f"cannot read {path}: {reason}")) from None
    return text_of(data, path)


def text_of(data: bytes, path: str) -> str:
    """The text of a script, with plain line ends; `path` names it in errors.

    Raises SourceError for what is not UTF-8, and for a planner's output, whose file name also ends
    in `.plan`.
    """
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise SourceError(
            Diagnostic(
                "E0904",
                f"{path} is not UTF-8 text (line {line})",
                hint="save it in the encoding UTF-8",
            )
        ) from None
    if is_planner_output(text):
        raise SourceError(
            Diagnostic(
                "E0902",
                f"{path} is a plan that a planner wrote, not a script",
                hint=f"check it with `planscript validate DOMAIN PROBLEM {path}`",
            )
        )
    return text


# `(pick a b)`, `12: (PICK A B)`, `0.001: (pick a b) [1.0]` (temporal), and `; cost = 5 (unit cost)`
_STEP = re.compile(
    r"(?:\d+(?:\.\d+)?\s*:\s*)?\(\s*[^\s()\"'.,]+(?:\s+[^\s()\"'.,]+)*\s*\)\s*(?:\[[\d.]+\])?"
)


def is_planner_output(text: str) -> bool:
    """Whether a text is a plan in the format of the International Planning Competition."""
    lines = [line for line in map(str.strip, text.split("\n")) if line]
    return bool(lines) and all(line[0] == ";" or _STEP.fullmatch(line) for line in lines)


def first_comment(text: str) -> str:
    """What a script says of itself: the comment that it opens with."""
    lines: list[str] = []
    for line in text.split("\n"):
        if not line.startswith("#"):
            break
        lines.append(line.lstrip("# "))
    return "\n".join(lines)


def declarations(text: str, source: str) -> tuple[str, frozenset[str]]:
    """The text of a script with all blank but what declares functions, modules, worlds and the like.

    What is left stands in its old place; with it, the names that the rest bound. Raises SourceError.
    """
    from planscript.lang import syntax
    from planscript.runtime.code_cache import parsed

    kept = (
        syntax.Function, syntax.Import, syntax.FromImport, syntax.ErrorDef, syntax.GoalDef,
        syntax.DomainDef, syntax.DomainFile, syntax.WorldDef, syntax.WorldFile, syntax.Describe,
        syntax.Perform, syntax.PerformBy,
    )  # fmt: skip
    body = parsed(text, source).body
    lines = text.split("\n")
    ends = [statement.span.line - 1 for statement in body[1:]] + [len(lines)]
    names: set[str] = set()
    for statement, end in zip(body, ends, strict=True):
        if not isinstance(statement, kept):
            start = statement.span.line - 1
            lines[start:end] = [""] * (end - start)
            for node in syntax.walk(statement):
                match node:
                    case syntax.Let(target=target) | syntax.For(target=target):
                        names |= _names_in(target)
                    case syntax.Assign(targets=targets):
                        names = names.union(*map(_names_in, targets))
                    case (
                        syntax.Catch(name=str(name))
                        | syntax.PatternName(name=name)
                        | syntax.PatternAs(name=name)
                    ):
                        names.add(name)
    return "\n".join(lines), frozenset(names)


def _names_in(target: object) -> set[str]:
    from planscript.lang import syntax

    return {node.id for node in syntax.walk(target) if isinstance(node, syntax.Name)}
