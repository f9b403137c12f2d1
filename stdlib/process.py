"""Programs of this computer, for scripts that may start them (`--allow-run=NAME`).

A program is started by its name with a list of arguments, which reach it as they are: there is no
shell that would take a text apart. Text goes in and comes out in UTF-8.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from typing import Any

from planscript.runtime.errors import run_error
from planscript.runtime.library import Exports, want_items, want_number, want_text
from planscript.runtime.values import Builtin

_SLICE = 0.05  # seconds between looks for Ctrl-C and budgets while a program runs


def for_session(session: Any) -> list[Builtin]:
    """The functions of the module, under the grants of the session."""
    exports = Exports()

    @exports("run(program, arguments=[], input='', timeout=none)", needs="run")
    def run(
        program: str, arguments: Any = (), input: str = "", timeout: float | None = None
    ) -> dict[str, Any]:
        """Starts a program and waits until it ends: a map with its exit `code`, what it wrote to
        standard output (`output`) and to standard error (`errors`).

        `run("git", ["log", "-1"])` needs `--allow-run=git`. A program that takes longer than
        `timeout` seconds is stopped, with all that it started, and IOError is raised.
        """
        return _run(session, "run", program, arguments, input, timeout)

    @exports("output(program, arguments=[], input='', timeout=none)", needs="run")
    def output(
        program: str, arguments: Any = (), input: str = "", timeout: float | None = None
    ) -> str:
        """As `run`, for programs that have to succeed: what the program wrote to standard output.

        IOError is raised where its exit code is not 0; the error says what the program said last.
        """
        done = _run(session, "output", program, arguments, input, timeout)
        if done["code"] != 0:
            said = (done["errors"] or done["output"]).strip().split("\n")[-1]
            raise run_error(
                "IOError",
                f"{program} ended with exit code {done['code']}" + (f": {said}" if said else ""),
            )
        return str(done["output"])

    return exports


def _run(
    session: Any, name: str, program: Any, arguments: Any, text: Any, timeout: Any
) -> dict[str, Any]:
    path = session.grants.program(want_text(program, name, "the name of a program as text"))
    if type(arguments) is str:
        raise run_error(
            "TypeError",
            f"{name}() takes a list of arguments, not text",
            hint=f"for example {name}({program!r}, {arguments.split()})".replace("'", '"'),
        )
    words = [want_text(one, name, "arguments that are text") for one in want_items(arguments, name)]
    if any("\0" in word for word in words):
        raise run_error("ValueError", f"an argument of {name}() has a character of code 0 in it")
    data = want_text(text, name, "text as input").encode("utf-8", "replace")
    if timeout is not None and not want_number(timeout, name) > 0:
        raise run_error("ValueError", f"the timeout of {name}() is not above 0")
    session.flush()  # what the script wrote stands before what the program writes
    try:
        process = subprocess.Popen(
            [program, *words],
            executable=path,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,  # a group of its own, which can be stopped as a whole
        )
    except OSError as error:
        raise run_error("IOError", f"cannot start {program}: {error.strerror or error}") from None
    end = None if timeout is None else time.monotonic() + timeout
    out, errors = _finish(process, data, program, timeout, end)
    return {
        "code": process.returncode,
        "output": out.decode("utf-8", "replace"),
        "errors": errors.decode("utf-8", "replace"),
    }


def _finish(
    process: subprocess.Popen[bytes],
    data: bytes | None,
    program: str,
    timeout: Any,
    end: float | None,
) -> tuple[bytes, bytes]:
    """What the program wrote, once it has ended; it does not outlive this call."""
    try:
        while True:
            try:
                return process.communicate(data, timeout=_SLICE)
            except subprocess.TimeoutExpired:
                data = None  # it is on its way, and may be given only once
                if end is not None and time.monotonic() >= end:
                    raise run_error(
                        "IOError", f"{program} took more than {timeout:g} seconds and was stopped"
                    ) from None
    finally:
        if process.returncode is None:
            _stop(process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Ends a program and what it started."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (OSError, AttributeError):  # it has just ended; or a system without groups
        process.kill()
    process.wait()
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream is not None:
            stream.close()
