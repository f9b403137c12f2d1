"""Completion in the REPL: names in scope, predicates, objects, commands; never runs user code."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document

from planscript.lang.keywords import HARD, SCRIPT_LINE

if TYPE_CHECKING:
    from planscript.runtime.session import Session

_WORD = re.compile(r"[^\W\d]\w*$")
_MEMBER = re.compile(r"([^\W\d]\w*)\.(\w*)$")


class ScopeCompleter(Completer):
    """Offers what could stand at the cursor."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def get_completions(
        self, document: Document, complete_event: CompleteEvent
    ) -> Iterable[Completion]:
        """The completions of the word before the cursor."""
        before = document.text_before_cursor
        if before.startswith(":") and " " not in before:
            from planscript.runtime.shell.repl_commands import COMMANDS

            yield from _matching(before[1:], COMMANDS)
            return
        member = _MEMBER.search(before)
        if member:
            yield from _matching(member[2], self.session.members(member[1]))
            return
        word = _WORD.search(before)
        stem = word[0] if word else ""
        in_text = before.lstrip().startswith(">") or _inside_text(before)
        yield from _matching(stem, self._words() if in_text else self._names())

    def _names(self) -> set[str]:
        return set(self.session.names()) | HARD | SCRIPT_LINE

    def _words(self) -> set[str]:
        """For goals: objects, types and predicates as words."""
        acting = self.session.acting
        if acting.domain is None:
            return set()
        known = {*acting.domain.predicates, *acting.domain.types}
        if acting.world is not None:
            known |= set(acting.world.objects)
        return {acting.names.show(name) for name in known}


def _inside_text(before: str) -> bool:
    line = before.rsplit("\n", 1)[-1]
    return line.count('"') % 2 == 1


def _matching(stem: str, names: Iterable[str]) -> Iterator[Completion]:
    for name in sorted(names):
        if name.startswith(stem) and not name.startswith("_ps"):
            yield Completion(name, start_position=-len(stem))
