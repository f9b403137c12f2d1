"""Compiled scripts kept between runs in the user's cache folder: a script that has not changed
starts without the grammar and the resolver.

An entry is keyed by the text, its name, the options and the versions of Planscript and Python. The
folder is the user's alone (0700) and trusted as Python trusts its `.pyc` files; an entry that is
damaged, of another version or not readable only costs time.
"""

from __future__ import annotations

import marshal
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import CodeType
from typing import TYPE_CHECKING, Any

from planscript.lang.diagnostics import Diagnostic, Span
from planscript.lang.records import dataclass

try:  # the module that hashlib takes it from; hashlib itself loads OpenSSL, which costs 10 ms
    from _blake2 import blake2b
except ImportError:
    from hashlib import blake2b

if TYPE_CHECKING:
    from planscript.lang.compile import CompiledModule

MAX_ENTRIES = 400
_DIGEST_BYTES = 64
# What generated code may need of Python (`CompiledModule.raw`), by name.
_RAW: Mapping[str, Any] = {
    one.__name__: one for one in (len, type, list, dict, set, str, range, tuple, int, float, bool)
}
Loader = Callable[[str, Any], Any]


@dataclass(frozen=True, slots=True)
class StoredModule:
    """What running a script needs of `lang.compile.CompiledModule`."""

    code: CodeType
    nodes: tuple[Any, ...]
    nodes_name: str
    hooks: frozenset[str]
    raw: Mapping[str, Any]
    warnings: tuple[Diagnostic, ...]

    def bind(self, host: Any) -> dict[str, Any]:
        """As `CompiledModule.bind`."""
        bound: dict[str, Any] = {"_ps_" + name: getattr(host, name) for name in self.hooks}
        bound |= self.raw
        bound[self.nodes_name] = bound["_ps_nodes"] = self.nodes
        return bound


class CodeCache:
    """Compiles scripts, and keeps them in `folder` (None: the user's cache folder).

    `read_file(path)` gives the bytes of a file that a script refers to (a PDDL file), or None: an
    entry is good only while these files are as they were.
    """

    def __init__(
        self, read_file: Callable[[str], bytes | None], folder: Path | None = None
    ) -> None:
        self.read_file = read_file
        self.folder = cache_folder() if folder is None else folder

    def compiled(
        self, text: str, source: str, *, builtins: frozenset[str], counting: bool, **loaders: Loader
    ) -> StoredModule | CompiledModule:
        """The compiled module of a script, from the folder where it is there.

        Raises SourceError for what is wrong with the text.
        """
        path = self.folder / _key(text, source, builtins, counting)
        stored = self._read(path)
        if stored is not None:
            return stored
        files: dict[str, str] = {}

        def noting(load: Loader) -> Loader:
            def noted(written: str, span: Any) -> Any:
                files[written] = _digest(self.read_file(written))
                return load(written, span)

            return noted

        made = compile_afresh(
            text,
            source,
            builtins=builtins,
            counting=counting,
            **{name: noting(load) for name, load in loaders.items()},
        )
        self._write(path, made, files)
        return made

    def _read(self, path: Path) -> StoredModule | None:
        try:
            files, code, nodes, nodes_name, hooks, raw, warnings = _loaded(path)
            if any(_digest(self.read_file(name)) != was for name, was in files.items()):
                return None
            return StoredModule(
                code,
                _unpacked(nodes),
                nodes_name,
                hooks,
                {name: _RAW[kind] for name, kind in raw.items()},
                _unpacked(warnings),
            )
        except (OSError, ValueError, EOFError, TypeError, KeyError, AttributeError):
            return None

    def _write(self, path: Path, made: CompiledModule, files: Mapping[str, str]) -> None:
        raw = {name: kind.__name__ for name, kind in made.raw.items()}
        if any(kind not in _RAW for kind in raw.values()):
            return
        try:
            _keep(
                path,
                (
                    dict(files),
                    made.code,
                    _packed(made.nodes),
                    made.nodes_name,
                    made.hooks,
                    raw,
                    _packed(made.warnings),
                ),
            )
        except (OSError, ValueError, TypeError, AttributeError, RecursionError):
            return  # not kept: the next run compiles again


class GrammarStore:
    """Keeps the tables of the grammar beside the compiled scripts (`lang/tables.py`)."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = cache_folder().with_name("grammar") if folder is None else folder

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}-{sys.implementation.cache_tag}"

    def load(self, name: str, key: str) -> Any:
        """What was saved; None where it is damaged, or saved with another key."""
        try:
            was, data = _loaded(self._path(name))
        except (OSError, ValueError, EOFError, TypeError):
            return None
        return data if was == self._full(key) else None

    def save(self, name: str, key: str, data: Any) -> None:
        """Keeps plain data, where the folder can be written to."""
        try:
            _keep(self._path(name), (self._full(key), data))
        except (OSError, ValueError):
            return

    def _full(self, key: str) -> str:
        return f"{_language_version()}\n{key}"


def _loaded(path: Path) -> Any:
    """What `_keep` has written. Raises ValueError and the like where the file is damaged."""
    data = path.read_bytes()
    if blake2b(data[_DIGEST_BYTES:]).digest() != data[:_DIGEST_BYTES]:
        raise ValueError("damaged")
    return marshal.loads(data[_DIGEST_BYTES:])


def _keep(path: Path, value: Any) -> None:
    """Writes plain data and code to a file that only the user may read, in one step."""
    payload = marshal.dumps(value)
    if not _prepare(path.parent):
        return
    temporary = path.with_suffix(f".{os.getpid()}.new")
    with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(blake2b(payload).digest() + payload)
    temporary.replace(path)


def compile_afresh(text: str, source: str, **options: Any) -> CompiledModule:
    """The compiled module of a text, without any cache. Raises SourceError."""
    from planscript.lang.compile import compile_script
    from planscript.lang.tables import keep_tables_in

    keep_tables_in(GrammarStore())
    return compile_script(text, source, **options)


def parsed(text: str, source: str) -> Any:
    """The syntax tree of a text. Raises SourceError."""
    from planscript.lang.parser import parse
    from planscript.lang.tables import keep_tables_in

    keep_tables_in(GrammarStore())
    return parse(text, source)


def cache_folder() -> Path:
    """Where compiled scripts are kept."""
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return Path(base) / "planscript" / "code"


def _prepare(folder: Path) -> bool:
    """Makes the folder; whether it is the user's alone. Drops the oldest entries of a full one."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    about = folder.stat()
    if hasattr(os, "getuid") and (about.st_uid != os.getuid() or about.st_mode & 0o022):
        return False
    entries = list(folder.iterdir())
    if len(entries) >= MAX_ENTRIES:
        entries.sort(key=lambda path: path.stat().st_mtime)
        for path in entries[: MAX_ENTRIES // 2]:
            path.unlink(missing_ok=True)
    return True


def _digest(data: bytes | None) -> str:
    return "" if data is None else blake2b(data).hexdigest()


def _key(text: str, source: str, builtins: frozenset[str], counting: bool) -> str:
    parts = (text, source, *sorted(builtins), str(counting), sys.version, _language_version())
    joined = "\0".join(f"{len(part)}:{part}" for part in parts)
    return blake2b(joined.encode("utf-8", "surrogatepass"), digest_size=32).hexdigest()


def _language_version() -> str:
    """Changes whenever the files of the language do."""
    here = os.path.dirname(os.path.dirname(__file__))
    found = []
    with os.scandir(os.path.join(here, "lang")) as entries:
        for entry in entries:
            if entry.name.endswith((".py", ".lark")):
                about = entry.stat()
                found.append(f"{entry.name} {about.st_size} {about.st_mtime_ns}")
    return "\n".join(sorted(found))


# ---------------------------------------------------------------- syntax nodes as plain tuples


def _packed(value: Any) -> Any:
    """Nodes, spans and diagnostics as tuples that `marshal` takes: (class name, field, ...)."""
    from dataclasses import fields, is_dataclass

    if isinstance(value, tuple):
        return ("()", *map(_packed, value))
    if is_dataclass(value):
        return (type(value).__name__, *(_packed(getattr(value, f.name)) for f in fields(value)))
    if value is None or isinstance(value, str | int | float | bool):
        return value
    raise TypeError(f"{type(value).__name__} is not kept")


def _unpacked(packed: Any) -> Any:
    if not isinstance(packed, tuple):
        return packed
    name, *parts = packed
    values = map(_unpacked, parts)
    if name == "()":
        return tuple(values)
    if name == "Span":
        return Span(*values)
    if name == "Diagnostic":
        return Diagnostic(*values)
    from planscript.lang import syntax

    return getattr(syntax, name)(*values)
