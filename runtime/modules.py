"""`import`: where modules are found, each loaded once in a session, cycles reported with their
chain.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planscript.lang.diagnostics import nearest
from planscript.runtime.errors import RunError, run_error
from planscript.runtime.values import Builtin, Module

if TYPE_CHECKING:
    from planscript.runtime.session import Session

_NAME = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")
_PYTHON = "python."  # `import python.statistics as stats`


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

    A name is looked for in the standard library, in the folder of the module that imports it, then
    on the search path; a path (`import "lib/robots.plan" as robots`) is taken from that folder.
    `import python.NAME` is a module of Python, where that is granted. What is outside the main
    script's folder and the search path needs the grant to read it.
    """

    def __init__(self, session: Session, search_path: tuple[Path, ...] = ()) -> None:
        self.session = session
        self.search_path = search_path
        self._loaded: dict[Path, Module] = {}
        self._loading: list[Path] = []
        self._python_modules: dict[str, Module] = {}

    def load(self, name: str, is_path: bool, folder: str) -> Module:
        """The module, run where this is its first import.

        Raises LoadError of the language where there is none, or where it imports itself.
        """
        if not is_path and name.startswith(_PYTHON):
            return self._from_python(name)
        path = self._find_path(name, folder) if is_path else self._find_name(name, folder)
        path = path.resolve()
        if path in self._loaded:
            return self._loaded[path]
        if path in self._loading:
            chain = [*self._loading[self._loading.index(path) :], path]
            raise run_error(
                "LoadError",
                "modules import each other in a circle: " + " -> ".join(p.name for p in chain),
                hint="move what they share into a module of its own",
            )
        self._loading.append(path)
        try:
            module = self._python(path) if path.suffix == ".py" else self.session.run_module(path)
        finally:
            self._loading.pop()
        self._loaded[path] = module
        return module

    def is_loaded(self, path: Path) -> bool:
        """Whether the file at this resolved path has been run as a module, to its end."""
        return path in self._loaded

    def start(self, script: Path) -> None:
        """Notes that the main script is being run, so that importing it is seen as a circle."""
        self._loading = [script.resolve()]

    def _from_python(self, name: str) -> Module:
        self.session.grants.need("python")
        if name not in self._python_modules:
            from planscript.runtime.python_modules import load_python

            self._python_modules[name] = load_python(name.removeprefix(_PYTHON), self.session)
        return self._python_modules[name]

    def _find_path(self, name: str, folder: str) -> Path:
        for root in (Path(folder), *self.search_path):
            path = root / name
            if path.is_file():
                self.session.may_load(path)
                return path
        raise run_error(
            "LoadError",
            f"no file `{name}` to import",
            hint="the path is taken from the folder of the script that imports it",
        )

    def _find_name(self, name: str, folder: str) -> Path:
        if _NAME.fullmatch(name) and not name.startswith("_"):
            for suffix in (".plan", ".py"):
                found = stdlib_folder() / f"{name}{suffix}"
                if found.is_file():
                    return found
            relative = Path(*name.split(".")).with_suffix(".plan")
            for root in (Path(folder), *self.search_path):
                found = root / relative
                if found.is_file():
                    self.session.may_load(found)
                    return found
        raise self._no_module(name, folder)

    def _no_module(self, name: str, folder: str) -> RunError:
        beside = [path.stem for path in Path(folder).glob("*.plan")]
        near = nearest(name, [*stdlib_names(), *beside])
        hint = f"did you mean `{near}`?" if near else "modules: " + ", ".join(stdlib_names())
        return run_error("LoadError", f"no module `{name}`", hint=hint)

    def _python(self, path: Path) -> Module:
        """A module of the standard library that is written in Python: what it exports, nothing
        else.

        EXPORTS lists its functions, CONSTANTS (a map, may be missing) its values; `for_session`
        (may be missing) makes the functions that need the session.
        """
        from importlib import import_module

        found: Any = import_module(f"planscript.stdlib.{path.stem}")
        members: dict[str, Any] = dict(getattr(found, "CONSTANTS", {}))
        exports: tuple[Builtin, ...] = tuple(getattr(found, "EXPORTS", ()))
        if hasattr(found, "for_session"):
            exports += tuple(found.for_session(self.session))
        if self.session.journal is not None:
            from planscript.runtime.recording import recorded

            exports = tuple(recorded(self.session, path.stem, exports))
        for one in self.session.metered(exports):
            members[one.name] = one.run
            self.session.know(one)
        return Module(path.stem, members, found.__doc__ or "")


def exported(bindings: Mapping[str, Any]) -> dict[str, Any]:
    """The names of a script that other scripts see: those without a leading underscore."""
    return {name: value for name, value in bindings.items() if not name.startswith("_")}
