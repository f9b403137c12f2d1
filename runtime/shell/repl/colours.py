"""Colours of what is being typed: the language's own, or those of a command or a goal.

Pygments is imported by the first input that needs it: the first prompt comes sooner.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from prompt_toolkit.document import Document
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.lexers import Lexer, PygmentsLexer

GOAL = "class:pygments.literal.string"
COMMAND = "class:pygments.keyword"


class InputLexer(Lexer):
    """Colours one input of the conversation."""

    @cached_property
    def _language(self) -> Lexer:
        from planscript.lang.highlight import PlanscriptLexer

        return PygmentsLexer(PlanscriptLexer)

    def lex_document(self, document: Document) -> Callable[[int], StyleAndTextTuples]:
        """Gives the coloured text of each line."""
        first = document.text.lstrip()
        if not first:
            return lambda line: [("", document.lines[line])]
        if first.startswith(">"):
            return lambda line: [(GOAL, document.lines[line])]
        if first.startswith(":"):
            name, blank, rest = document.lines[0].partition(" ")
            return lambda line: (
                [(COMMAND, name), ("", blank + rest)] if line == 0 else [("", document.lines[line])]
            )
        return self._language.lex_document(document)
