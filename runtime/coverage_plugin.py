"""Lets coverage.py measure scripts: `[run] plugins = planscript.runtime.coverage_plugin`.

Scripts run as Python bytecode with the lines of the script, so coverage.py sees what runs; this
tells it which files to look at and which of their lines can run.
"""

from __future__ import annotations

from typing import Any

from coverage import CoveragePlugin, FileReporter, FileTracer
from coverage.plugin_support import Plugins

from planscript.lang import syntax
from planscript.lang.diagnostics import SourceError
from planscript.lang.parser import parse
from planscript.runtime.sources import read_source


class ScriptPlugin(CoveragePlugin):
    """Says which files are scripts."""

    def file_tracer(self, filename: str) -> FileTracer | None:
        """What follows the lines of a file; None where it is no script."""
        return ScriptTracer(filename) if filename.endswith(".plan") else None

    def file_reporter(self, filename: str) -> ScriptReporter:
        """What tells the lines of a script."""
        return ScriptReporter(filename)

    def find_executable_files(self, src_dir: str) -> Any:
        """The scripts below a folder, so that those which never ran are reported too."""
        from pathlib import Path

        return map(str, Path(src_dir).rglob("*.plan"))


class ScriptTracer(FileTracer):
    """The script that lines of code belong to: the file itself."""

    def __init__(self, filename: str) -> None:
        self.filename = filename

    def source_filename(self) -> str:
        """The name of the file."""
        return self.filename


class ScriptReporter(FileReporter):
    """The text of a script and the lines in it that can run."""

    def source(self) -> str:
        """The text; empty where the file is no script."""
        try:
            return read_source(self.filename)
        except SourceError:
            return ""

    def lines(self) -> set[int]:
        """The lines where a statement begins that can run."""
        try:
            return statement_lines(self.source())
        except SourceError:
            return set()


def statement_lines(text: str) -> set[int]:
    """The lines of a script in which statements begin, except those that do nothing.

    A `catch` is no statement: one that catches everything has no code of its own.

    Raises SourceError where the text is no script.
    """
    return {
        one.span.line
        for one in syntax.walk_statements(parse(text).body)
        if not isinstance(one, syntax.Catch)
        and not (isinstance(one, syntax.Evaluate) and _does_nothing(one.value))
    }


def _does_nothing(value: syntax.Expression) -> bool:
    """Whether it is a constant: what a function says of itself, such as `"Adds two numbers."`."""
    if isinstance(value, syntax.Text):
        return value.plain is not None
    return isinstance(value, syntax.Constant)


def coverage_init(registry: Plugins, options: dict[str, str]) -> None:
    """What coverage.py calls to load the plugin."""
    registry.add_file_tracer(ScriptPlugin())
