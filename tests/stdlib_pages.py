"""Writes `docs/stdlib/*.md` from the documentation of the modules, which `help` shows as well.

python tests/stdlib_pages.py            renews the pages
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent

from planscript.runtime.modules import stdlib_names
from planscript.runtime.session import Session
from planscript.runtime.session_builtins import describe
from planscript.runtime.values import Module

FOLDER = Path(__file__).parent.parent / "docs" / "stdlib"
INDEX = "README.md"
_NOTE = "<!-- Written by `python tests/stdlib_pages.py`; do not edit. -->"
_START = f"""# The standard library

{_NOTE}

A script imports a module by its name, `import text`, and calls its functions, `text.pad_left("7", 3)`. `help(text)` and
`help(text.pad_left)` show what is written here. `planscript test stdlib` and `tests/stdlib` hold the modules to their
examples. Functions that reach outside the script need a grant, which whoever runs it gives:
`planscript run --allow-read=data report.plan`.

| module | for | needs |
|---|---|---|
"""


def pages() -> Mapping[str, str]:
    """The text of each page, by the name of its file."""
    session = Session()
    made: dict[str, str] = {}
    rows: list[str] = []
    for name in stdlib_names():
        module: Module = session.run_text(f"import {name} as it\n")["it"]
        made[f"{name}.md"] = _page(session, module)
        needs = sorted({f"`--allow-{need}`" for need in _needs(session, module) if need})
        about = _about(module)[0].replace("|", "\\|")
        rows.append(f"| [{name}]({name}.md) | {about} | {', '.join(needs)} |\n")
    return {INDEX: _START + "".join(rows), **made}


def _needs(session: Session, module: Module) -> list[str]:
    found = [session.builtin_of(value) for value in module.members.values()]
    return [one.needs for one in found if one is not None]


def _about(module: Module) -> list[str]:
    """The paragraphs in which a module says what it is for."""
    text = module.doc.strip().removeprefix(f"{module.name}: ")
    first, *rest = text.split("\n\n")
    return [first[:1].upper() + " ".join(first.split("\n"))[1:], *rest]


def _page(session: Session, module: Module) -> str:
    out = [f"# {module.name}\n\n{_NOTE}\n", *(f"\n{part}\n" for part in _about(module))]
    for value in module.members.values():
        if callable(value):
            out.append(_function(describe(session, value)))
    constants = [
        f"| `{name}` | `{session.literal(value)}` |\n"
        for name, value in module.members.items()
        if not callable(value) and not isinstance(value, Module)
    ]
    if constants:
        out += ["\n## Values\n\n| name | value |\n|---|---|\n", *constants]
    return "".join(out)


def _function(told: str) -> str:
    """What `help` tells of a function, in Markdown: examples, and output that follows, as blocks."""
    title, _, below = told.partition("\n")
    out = [f"\n## `{title}`\n"]
    for part in dedent(below).split("\n\n"):
        out.append(f"\n```text\n{part}\n```\n" if part.startswith(">>> ") else f"\n{part}\n")
    return "".join(out)


def main() -> None:
    """Writes the pages, and takes away those of modules that are no more."""
    FOLDER.mkdir(exist_ok=True)
    written = pages()
    for path in FOLDER.glob("*.md"):
        if path.name not in written:
            path.unlink()
    for name, text in written.items():
        (FOLDER / name).write_text(text, encoding="utf-8")
    print(f"{len(written)} pages written to {FOLDER}")


if __name__ == "__main__":
    main()
