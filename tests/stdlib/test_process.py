"""`process`: programs with a list of arguments, never a shell; stopped in time; only those granted."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from planscript.runtime.errors import RunError
from planscript.runtime.grants import Grants
from planscript.runtime.session import Session

PYTHON = sys.executable


def process(*programs: str) -> dict[str, Any]:
    session = Session(grants=Grants(run=programs))
    return session.run_text("import process\n")["process"].members  # type: ignore[no-any-return]


def python(code: str, **options: Any) -> dict[str, Any]:
    return process(PYTHON)["run"](PYTHON, ["-c", code], **options)  # type: ignore[no-any-return]


def test_a_program_gives_its_output_its_errors_and_its_code() -> None:
    code = "import sys; print('水'); print('bad', file=sys.stderr); sys.exit(3)"
    assert python(code) == {"code": 3, "output": "水\n", "errors": "bad\n"}


def test_input_reaches_the_program() -> None:
    code = "import sys; print(sys.stdin.read().upper(), end='')"
    assert python(code, input="two\nlines é")["output"] == "TWO\nLINES É"
    assert python("print(1)", input="nobody reads this" * 100_000)["output"] == "1\n"


def test_more_output_than_a_pipe_holds_comes_through() -> None:
    assert len(python("print('x' * 3_000_000)")["output"]) == 3_000_001


@pytest.mark.parametrize("word", ["a b", "$HOME", "; echo no", "`id`", '"', "*", "--", "", "a\nb"])
def test_arguments_reach_the_program_as_they_are(word: str) -> None:
    found = process(PYTHON)["output"](PYTHON, ["-c", "import sys; print(ascii(sys.argv[1]))", word])
    assert found == ascii(word) + "\n"


def test_a_program_that_takes_too_long_is_stopped_with_what_it_started(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    code = (
        "import os, subprocess, sys, time\n"
        f"pipe = os.open({str(pipe)!r}, os.O_WRONLY)\n"
        "command = [sys.executable, '-c', 'import time; time.sleep(600)']\n"
        "subprocess.Popen(command, pass_fds=[pipe])\n"
        "os.write(pipe, b'started')\n"
        "time.sleep(600)\n"
    )
    with pytest.raises(RunError, match="took more than 3 seconds and was stopped"):
        python(code, timeout=3)
    os.set_blocking(reader, True)
    with open(reader, "rb") as file:
        assert file.read() == b"started", "the end of the pipe comes when both programs are gone"


def test_output_raises_where_the_program_fails() -> None:
    output = process(PYTHON)["output"]
    assert output(PYTHON, ["-c", "print(5)"]) == "5\n"
    with pytest.raises(RunError, match="exit code 2: no such thing"):
        output(PYTHON, ["-c", "import sys; print('no such thing', file=sys.stderr); sys.exit(2)"])
    with pytest.raises(RunError, match="exit code -9"):
        output(PYTHON, ["-c", "import os; os.kill(os.getpid(), 9)"])


def test_only_the_programs_that_are_granted() -> None:
    with pytest.raises(RunError, match="may not start the program sh") as caught:
        process(PYTHON)["run"]("sh", ["-c", "true"])
    assert "--allow-run=sh" in caught.value.diagnostics[0].hint
    with pytest.raises(RunError, match="may not start"):
        process()["run"](PYTHON)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ((3,), "run() takes the name of a program as text, not a number"),
        ((PYTHON, "-c pass"), "run() takes a list of arguments, not text"),
        ((PYTHON, [1]), "run() takes arguments that are text, not a number"),
        ((PYTHON, ["a\0b"]), "an argument of run() has a character of code 0 in it"),
        ((PYTHON, [], 5), "run() takes text as input, not a number"),
        ((PYTHON, [], "", 0), "the timeout of run() is not above 0"),
        ((PYTHON, [], "", "1"), "run() takes a number, not text"),
    ],
)
def test_bad_input_is_said_in_words(given: tuple[Any, ...], message: str) -> None:
    with pytest.raises(RunError) as caught:
        process(PYTHON)["run"](*given)
    assert message == caught.value.diagnostics[0].title


def test_a_file_that_is_no_program(tmp_path: Path) -> None:
    odd = tmp_path / "odd"
    odd.write_bytes(b"\x00\x01")
    os.chmod(odd, 0o755)
    with pytest.raises(RunError, match="cannot start"):
        process("*")["run"](str(odd))


def test_a_script_runs_a_program() -> None:
    out = io.StringIO()
    script = 'import process\nprint(process.output("echo", ["{1 + 1}", "$HOME"]), end="")\n'
    Session(stdout=out, grants=Grants(run=("echo",))).run_text(script)
    assert out.getvalue() == "2 $HOME\n"
