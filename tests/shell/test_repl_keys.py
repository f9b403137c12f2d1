"""Typing in the REPL: blocks and their indentation, history, colours. The keys are real ones."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from prompt_toolkit.document import Document

from planscript.runtime.shell.repl.colours import COMMAND, GOAL, InputLexer
from planscript.runtime.shell.repl.conversation import Conversation
from planscript.runtime.shell.repl.keys import is_whole, next_indent
from planscript.runtime.shell.repl.reading import prompt_session

Talk = Callable[[str], str]
UP, CTRL_R = "\x1b[A", "\x12"


def test_a_block_ends_with_an_empty_line(talk: Talk) -> None:
    typed = "fn double(x):\nreturn 2 * x\n\ndouble(4)\n"  # the second line is indented for us
    assert talk(typed) == "8\n"


def test_the_indentation_grows_after_a_colon_and_shrinks_after_return(talk: Talk) -> None:
    typed = "fn sign(x):\nif x < 0:\nreturn -1\nreturn 1\n\n[sign(-5), sign(5)]\n"
    assert talk(typed) == "[-1, 1]\n"


def test_else_moves_to_the_left_when_its_colon_is_typed(talk: Talk) -> None:
    typed = 'if 1 > 2:\nprint("a")\nelse:\nprint("b")\n\n'
    assert talk(typed) == "b\n"


def test_backspace_takes_a_level_of_indentation_away(talk: Talk) -> None:
    typed = "let n = 0\nfn f():\nfor i in range(3):\nlet k = i\n\x7freturn 5\n\nf()\n"
    assert talk(typed) == "5\n"


def test_tab_indents_at_the_start_of_a_line(talk: Talk) -> None:
    typed = "fn f():\nlet a = 1\n\x7f\treturn a\n\nf()\n"  # taken away, and put back
    assert talk(typed) == "1\n"


def test_an_open_bracket_or_text_goes_on_over_empty_lines(talk: Talk) -> None:
    assert talk("[1,\n\n2]\n") == "[1, 2]\n"
    assert talk('"""a\n\nb"""\n') == '"a\\n\\nb"\n'


def test_a_pasted_block_is_taken_as_it_is(talk: Talk) -> None:
    pasted = "fn f(x):\n    if x:\n        return 1\n\n    return 2\n"
    assert talk(f"\x1b[200~{pasted}\x1b[201~\n[f(true), f(false)]\n") == "[1, 2]\n"


@pytest.mark.parametrize(
    "text, whole",
    [
        ("1 + 1", True),
        ("", True),
        (":load x", True),
        ("> put it in: the box", True),
        ("fn f():", False),
        ("fn f():\n    pass", False),
        ("fn f():\n    pass\n", True),
        ("fn f():\n    pass\n    ", True),
        ("(1 +", False),
        ("1 +", True),  # an error, said at once
        ("let a = b and", False),
        ("let a = b and\n    c", True),
        ("(1 +\n", False),
        ('"""a', False),
    ],
)
def test_when_enter_runs_the_input(text: str, whole: bool) -> None:
    assert is_whole(text) == whole


@pytest.mark.parametrize(
    "text, indent",
    [
        ("x", 0),
        ("if x:", 4),
        ("    y", 4),
        ("    if y:", 8),
        ("        return 1", 4),
        ("pass", 0),
        ("    let a = b and", 8),
        ("    let a = b and\n        c and", 8),
        ("    let a = b and\n        c", 4),
        ("    return b and\n        c", 0),
        ("    init: on(a),", 8),
        ("let a = [", 4),
        ("let a = [\n    1,", 4),
    ],
)
def test_the_next_indentation(text: str, indent: int) -> None:
    assert next_indent(text) == " " * indent


def test_an_input_may_be_indented_as_a_whole(talk: Talk) -> None:
    assert talk("    1 + 1\n") == "2\n"
    pasted = "    if true:\n        print(1)\n"
    assert talk(f"\x1b[200~{pasted}\x1b[201~\n") == "1\n"


def typed_with_history(conversation: Conversation, inputs: list[str], keys: str) -> str:
    """What the prompt gives for the keys, once it has read the earlier inputs."""
    prompt = prompt_session(conversation)
    for text in inputs:
        prompt.history.append_string(text)

    async def run() -> str:
        reading = asyncio.ensure_future(prompt.prompt_async("» "))
        while len(prompt.default_buffer._working_lines) <= len(inputs):
            await asyncio.sleep(0)  # the history is read beside the prompt
        conversation.input.send_text(keys)
        return await reading

    return asyncio.run(run())


def test_the_arrow_brings_back_an_input_that_begins_like_the_line(
    conversation: Conversation,
) -> None:
    earlier = ["10 + 1", "2 + 2", "> the apple is here"]
    assert typed_with_history(conversation, earlier, f"10{UP}\n") == "10 + 1"
    assert typed_with_history(conversation, earlier, f"> {UP}\n") == "> the apple is here"
    assert typed_with_history(conversation, earlier, f"{UP}{UP}\n") == "2 + 2"


def test_ctrl_r_searches_the_history(conversation: Conversation) -> None:
    earlier = ["let apples = 100", "2 + 2"]
    assert typed_with_history(conversation, earlier, f"{CTRL_R}apples\n\n") == earlier[0]


def test_the_history_is_kept_between_conversations(
    conversation: Conversation,
) -> None:
    from planscript.runtime.shell.repl import reading

    conversation.input = None
    first = reading._history(conversation)
    first.append_string("let kept = 1")
    again = reading._history(conversation)
    assert list(again.load_history_strings()) == ["let kept = 1"]


def test_input_is_coloured_by_what_it_is() -> None:
    def styles(text: str) -> list[tuple[str, ...]]:
        return [part[:2] for part in InputLexer().lex_document(Document(text))(0)]

    assert (GOAL, "> the apple") in styles("> the apple")
    assert (COMMAND, ":plan") in styles(":plan x")
    assert any("keyword" in style and word == "let" for style, word in styles("let x = 1"))
    assert any("string" in style for style, _ in styles('achieve "x"'))
