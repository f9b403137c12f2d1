"""The keys of the prompt: what Enter, Tab, Backspace and `:` do beyond the usual.

Enter ends an input that is whole; an empty line ends a block. Inside a block it makes a new line
with the indentation that belongs there.
"""

from __future__ import annotations

import re

from prompt_toolkit.application import get_app
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.filters import Condition, completion_is_selected, has_focus
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent

INDENT = "    "
_LEAVES_BLOCK = re.compile(r"\s*(return|break|continue|pass|raise|fail)\b")
_GOES_ON = re.compile(r"(,|\b(and|or|not))\s*$")  # in the next line
_OPENS = re.compile(r"[\[({]\s*$")
_FOLLOWS_BLOCK = re.compile(r"(\s*)(else|elif\b.*|catch\b.*|finally|on fail)$")


def key_bindings() -> KeyBindings:
    """The key bindings of the prompt."""
    keys = KeyBindings()
    typing = has_focus("DEFAULT_BUFFER")

    @keys.add("enter", filter=typing & ~completion_is_selected)
    def enter(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        if is_whole(buffer.text) and buffer.document.on_last_line:
            buffer.validate_and_handle()
        else:
            buffer.insert_text("\n" + next_indent(buffer.document.text_before_cursor))

    @keys.add("enter", filter=typing & completion_is_selected)
    def take_completion(event: KeyPressEvent) -> None:
        event.current_buffer.complete_state = None

    @keys.add("escape", "enter", filter=typing)
    def new_line(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        buffer.insert_text("\n" + next_indent(buffer.document.text_before_cursor))

    @keys.add("tab", filter=typing & Condition(_in_indentation))
    def indent(event: KeyPressEvent) -> None:
        column = event.current_buffer.document.cursor_position_col
        event.current_buffer.insert_text(" " * (len(INDENT) - column % len(INDENT)))

    @keys.add("backspace", filter=typing & Condition(_behind_indentation))
    def dedent(event: KeyPressEvent) -> None:
        column = event.current_buffer.document.cursor_position_col
        event.current_buffer.delete_before_cursor((column - 1) % len(INDENT) + 1)

    @keys.add(":", filter=typing)
    def colon(event: KeyPressEvent) -> None:
        _dedent_clause(event.current_buffer)
        event.current_buffer.insert_text(":")

    return keys


def is_whole(text: str) -> bool:
    """Whether Enter runs the input: a command, a goal, or a text that no line need follow."""
    if text.lstrip().startswith((":", ">")) and "\n" not in text:
        return True
    from planscript.lang.parser import is_unfinished

    last = text.rsplit("\n", 1)[-1]
    # An empty line (blanks of the automatic indentation aside) ends a block.
    return not is_unfinished(text.rstrip(" ") + ("\n" if last.strip() else "\n\n"))


def next_indent(text: str) -> str:
    """The indentation of the line after `text`."""
    from planscript.lang.lexer import lex

    lines = text.split("\n")
    if lex(text, "<input>").unfinished:  # in brackets, or in a text
        return _indent(lines[-1]) + (INDENT if _OPENS.search(lines[-1]) else "")
    first = len(lines) - 1  # of the lines that go on with one another
    while first > 0 and _GOES_ON.search(lines[first - 1]):
        first -= 1
    indent = _indent(lines[first])
    if lines[-1].rstrip().endswith(":") or _GOES_ON.search(lines[-1]):
        return indent + INDENT
    return indent.removesuffix(INDENT) if _LEAVES_BLOCK.match(lines[first]) else indent


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]


def _in_indentation() -> bool:
    document = get_app().current_buffer.document
    return "\n" in document.text_before_cursor and not document.current_line_before_cursor.strip()


def _behind_indentation() -> bool:
    line = get_app().current_buffer.document.current_line_before_cursor
    return bool(line) and not line.strip(" ")


def _dedent_clause(buffer: Buffer) -> None:
    """Moves `else` and its like to the left, where they stand as deep as the line before."""
    document = buffer.document
    match = _FOLLOWS_BLOCK.match(document.current_line_before_cursor)
    if match is None or document.cursor_position_row == 0 or document.current_line_after_cursor:
        return
    before = document.lines[document.cursor_position_row - 1]
    if match[1] and len(match[1]) == len(before) - len(before.lstrip()):
        typed = match[0][len(match[1]) :]
        buffer.delete_before_cursor(len(match[0]))
        buffer.insert_text(match[1].removesuffix(INDENT) + typed)
