"""Runs command lines that are written down with the files they need, and gives what they complain of.

    a.plan:
        print(1)

    $ planscript run --journal run.db a.plan

A line that ends in `:` names a file; the lines below it that are indented are its text. A line that
begins with `$` is a command, run in the folder of the files. What stands in between is in order: a
file may be written anew between two commands. `$ cut RUN.db` makes a journal as if the run had been
cut off during its last call of something outside.
"""

from __future__ import annotations

import contextlib
import io
import os
import shlex
import sqlite3
import tempfile
from pathlib import Path
from unittest import mock

from planscript.runtime.shell import cli


def complaints(example: str) -> str:
    """What the commands of an example write to standard error, one after the other."""
    errors = io.StringIO()
    with tempfile.TemporaryDirectory() as name, contextlib.chdir(name):
        Path("home").mkdir()
        environment = {"XDG_CACHE_HOME": f"{name}/home", "COLUMNS": "100", "NO_COLOR": "1"}
        with (
            mock.patch.dict(os.environ, environment),
            mock.patch("sys.stdin", io.StringIO()),
            contextlib.redirect_stdout(io.StringIO()),
            contextlib.redirect_stderr(errors),
        ):
            _follow(example)
        return errors.getvalue().replace(name, "/here").rstrip("\n")


def _follow(example: str) -> None:
    lines = example.split("\n")
    at = 0
    while at < len(lines):
        line = lines[at]
        at += 1
        if line.startswith("$ planscript "):
            cli.main(shlex.split(line)[2:])
        elif line.startswith("$ cut "):
            _cut(line.split()[2])
        elif line.endswith(":"):
            start = at
            while at < len(lines) and (lines[at].startswith("    ") or not lines[at]):
                at += 1
            text = "\n".join(one[4:] for one in lines[start:at]).rstrip("\n") + "\n"
            Path(line[:-1]).write_bytes(text.encode("utf-8", "surrogateescape"))
        elif line:
            raise ValueError(f"no file and no command: {line}")


def _cut(journal: str) -> None:
    with contextlib.closing(sqlite3.connect(journal, isolation_level=None)) as records:
        (last,) = records.execute("SELECT max(number) FROM record WHERE kind = 'call'").fetchone()
        records.execute("DELETE FROM record WHERE number > ?", (last,))
        records.execute("UPDATE record SET answer = NULL WHERE number = ?", (last,))
