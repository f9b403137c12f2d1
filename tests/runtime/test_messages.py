"""What wrong expressions say: each line of `messages.txt` is an expression and its error.

After a change of wording, look at what `python tests/runtime/test_messages.py` writes to that file.
"""

import io
from pathlib import Path

import pytest

from planscript.lang.diagnostics import PlanscriptError
from planscript.runtime.session import Session

FILE = Path(__file__).with_name("messages.txt")
MARK = "  # "


def said(expression: str) -> str:
    """The code and the title of the error of an expression."""
    try:
        value = Session(stdout=io.StringIO()).evaluate(expression)
    except PlanscriptError as error:
        first = error.diagnostics[0]
        return f"{first.code} {first.title}"
    return f"no error, but {value!r}"


def cases() -> list[tuple[str, str]]:
    rows = FILE.read_text(encoding="utf-8").splitlines()
    return [(a.strip(), b) for a, _, b in (row.rpartition(MARK) for row in rows if row)]


@pytest.mark.parametrize(("expression", "message"), cases())
def test_message(expression: str, message: str) -> None:
    assert said(expression) == message


def test_messages_are_in_the_words_of_the_language() -> None:
    foreign = ("NoneType", "str ", "int ", "dict", "object is", "iterable", "positional", "Builtin")
    for expression, message in cases():
        assert not any(word in message for word in foreign), expression
        assert "these kinds" not in message and "no error" not in message, expression


if __name__ == "__main__":
    rows = [f"{expression:<34}{MARK}{said(expression)}" for expression, _ in cases()]
    FILE.write_text("\n".join(rows) + "\n", encoding="utf-8")
