"""Inputs that come through a pipe: read line by line, without a prompt and its drawing."""

from __future__ import annotations

import sys

from planscript.runtime.shell.repl.keys import is_whole


class PipedInputs:
    """Stands in for the prompt where standard input is no terminal."""

    def prompt(self, message: str) -> str:
        """The next input. Raises EOFError where there is none."""
        text = _line()
        while not is_whole(text):
            try:
                text += "\n" + _line()
            except EOFError:
                break
        return text


def ask(question: str) -> str | None:
    """The answer to a question; None where there is no more input."""
    try:
        answer = _line().strip()
    except EOFError:
        return None
    print(question + answer)
    return answer


def _line() -> str:
    line = sys.stdin.readline()
    if not line:
        raise EOFError
    return line.removesuffix("\n")
