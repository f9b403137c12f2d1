"""`import`: where modules are found, each loaded once, cycles reported with their chain."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planscript.lang.diagnostics import nearest
from planscript.runtime.errors import run_error
from planscript.runtime.values import Builtin, Module

if TYPE_CHECKING:
    from planscript.runtime.session import Session

_NAME = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")


def stdlib_folder() -> Path:
    """The folder of the standard library."""
    import planscript.stdlib

    return Path(next(iter(planscript.stdlib.__path__)))


def stdlib_names() -> list[str]:
    """The modules of the standard library."""
    found = {p.stem for p in stdlib_folder().iterdir() if p.suffix in (".py", ".plan")}
    return sorted(name for name in found if not name.startswith("_"))


class Modules:
    """The modules of one session.

    A name is looked for in the script's own folder, on the search path, then in the standard library; a
    path (`import "lib/robots.plan" as robots`) is taken from the script's own folder.
    """

    def __init__(self, session: Session, search_path: tuple[Path, ...] = ()) -> None:
        self.session = session
        self.search_path = search_path
        self._loaded: dict[Path, Module] = {}
        self._loading: list[Path] = []

    def load(self, name: str, is_path: bool, folder: str) -> Module:
        """The module; raises an error of the language where there is none, or where it imports itself."""
        path = self._find_path(name, folder) if is_path else self._find_name(name, folder)
        path = path.resolve()
        if path in self._loaded:
            return self._loaded[path]
        if path in self._loading:
            chain = [*self._loading[self._loading.index(path) :], path]
            raise run_error(
                "NameError",
                "modules import each other in a circle: " + " -> ".join(p.name for p in chain),
            )
        self._loading.append(path)
        try:
            module = self._run(path) if path.suffix == ".plan" else _python_module(path.stem)
        finally:
            self._loading.pop()
        self._loaded[path] = module
        return module

    def _run(self, path: Path) -> Module:
        exported = self.session.run_module(path)
        return Module(path.stem, exported)

    def _find_path(self, name: str, folder: str) -> Path:
        path = Path(folder) / name
        if not path.is_file():
            raise run_error(
                "NameError",
                f"no file `{name}` to import",
                hint="the path is taken from the script's own folder",
            )
        return path

    def _find_name(self, name: str, folder: str) -> Path:
        if _NAME.fullmatch(name):
            relative = Path(*name.split("."))
            for root in (Path(folder), *self.search_path):
                found = root / relative.with_suffix(".plan")
                if found.is_file():
                    return found
            for suffix in (".plan", ".py"):
                found = stdlib_folder() / f"{name}{suffix}"
                if found.is_file() and not name.startswith("_"):
                    return found
        near = nearest(name, stdlib_names())
        raise run_error(
            "NameError",
            f"no module `{name}`",
            hint=f"did you mean `{near}`?" if near else "modules of the standard library: "
            + ", ".join(stdlib_names()),
        )


def _python_module(name: str) -> Module:
    """A module of the standard library that is written in Python: what its EXPORTS lists."""
    found: Any = import_module(f"planscript.stdlib.{name}")
    members: dict[str, Any] = {}
    for one in found.EXPORTS:
        members[one.name] = one
    members |= getattr(found, "CONSTANTS", {})
    return Module(name, members, found.__doc__ or "")


def function(name: str, run: Any, signature: str, doc: str, needs: str = "", cost: str = "1") -> Builtin:
    """An export of a Python module of the standard library."""
    return Builtin(name, run, signature, doc, needs, cost)
