"""Completion: names in scope, members, commands and what they take, and the words of goals.

Looks only at what is bound and declared; it never runs code of the user.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from prompt_toolkit.completion import CompleteEvent, Completer, Completion, PathCompleter
from prompt_toolkit.document import Document

from planscript.lang.keywords import HARD, PREFIX, SCRIPT_LINE
from planscript.runtime.session import CONVERSATION_NAMES

if TYPE_CHECKING:
    from planscript.runtime.session import Session

_WORD = re.compile(r"[^\W\d]\w*$")
_MEMBER = re.compile(r"([^\W\d]\w*)\.(\w*)$")
_COMMAND = re.compile(r":(\w+) +")
_SLOT = re.compile(r"\{[^{}]*\}")
_PHRASE_WORDS = 6  # before the cursor, that may be the beginning of a phrase


class ScopeCompleter(Completer):
    """Offers what could stand at the cursor."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def get_completions(
        self, document: Document, complete_event: CompleteEvent
    ) -> Iterable[Completion]:
        """The completions of the word before the cursor."""
        before = document.text_before_cursor
        line = before.lstrip()
        if line.startswith(":"):
            yield from self._of_command(line, complete_event)
        elif line.startswith(">"):
            yield from self._of_goal(line[1:].lstrip())
        elif (text := _open_text(before)) is not None:
            yield from self._of_goal(text)
        else:
            yield from self._of_code(before)

    # ------------------------------------------------ commands

    def _of_command(self, line: str, event: CompleteEvent) -> Iterator[Completion]:
        from planscript.runtime.shell.repl.commands import COMMANDS

        match = _COMMAND.match(line)
        if match is None:
            yield from _matching(line[1:], COMMANDS)
            return
        takes = COMMANDS[match[1]].takes if match[1] in COMMANDS else ""
        rest = line[match.end() :]
        if takes == "file":
            yield from PathCompleter(expanduser=True).get_completions(Document(rest), event)
        elif takes == "name":
            yield from _matching(rest, self._declared())
        elif takes == "goal":
            yield from self._of_goal(rest)
        elif takes == "input":
            yield from self.get_completions(Document(rest), event)
        elif takes == "on or off":
            yield from _matching(rest, ("on", "off"))

    # ------------------------------------------------ code

    def _of_code(self, before: str) -> Iterator[Completion]:
        member = _MEMBER.search(before)
        if member:
            yield from _matching(member[2], self.session.members(member[1]))
            return
        word = _WORD.search(before)
        stem = word[0] if word else ""
        names = {*self.session.names(), *CONVERSATION_NAMES} if stem else set(self.session.names())
        yield from _matching(stem, names | HARD | SCRIPT_LINE | PREFIX)

    def _declared(self) -> set[str]:
        """The predicates, types and objects in scope, as a script writes them."""
        acting = self.session.__dict__.get("acting")
        if acting is None or acting.domain is None:
            return set()
        known = {*acting.domain.predicates, *acting.domain.types}
        known |= set(acting.world.objects if acting.world is not None else ())
        return set(map(acting.names.to_script, known))

    # ------------------------------------------------ goals in words

    def _of_goal(self, text: str) -> Iterator[Completion]:
        """Phrases that begin as the text ends, the longest beginning first."""
        phrases = self._phrases()
        starts = [0] + [m.end() for m in re.finditer(r"\s+|(?<=[^\x00-\x7f])", text)]
        offered: set[str] = set()
        for start in starts[-_PHRASE_WORDS:]:
            begun = text[start:]
            if start and not begun and offered:
                break  # a word has been begun: only what begins like it
            for phrase in sorted(phrases):
                if phrase.lower().startswith(begun.lower()) and phrase not in offered:
                    if phrase != begun and (begun or start):
                        offered.add(phrase)
                        yield Completion(phrase, start_position=-len(begun))
        if not text:
            yield from _matching("", phrases)

    def _phrases(self) -> set[str]:
        """The objects, types and predicates in words, and the wording of their glosses."""
        acting = self.session.__dict__.get("acting")
        if acting is None or acting.domain is None:
            return set()
        domain, names = acting.domain, acting.names
        found = {names.show(one) for one in (*domain.types, *self._objects())}
        for words in acting.described.values():
            found |= {text for key, text in words.items() if key in self._objects()}
        for predicate in domain.predicates.values():
            for gloss in predicate.gloss.values():
                found |= {part.strip() for part in _SLOT.split(gloss) if part.strip()}
            if not predicate.gloss:
                found.add(names.show(predicate.name).replace("_", " ").replace("-", " "))
        return found

    def _objects(self) -> Iterable[str]:
        acting = self.session.__dict__.get("acting")
        return acting.world.objects if acting is not None and acting.world is not None else ()


def _open_text(before: str) -> str | None:
    """What stands in the text literal that the cursor is in; None outside, or in its `{slot}`."""
    quote, start, index = "", 0, 0
    while index < len(before):
        if quote and before[index] == "\\":
            index += 2
            continue
        if quote and before.startswith(quote, index):
            index, quote = index + len(quote), ""
            continue
        if quote and len(quote) == 1 and before[index] == "\n":
            quote = ""
        if not quote and before[index] == "#":
            end = before.find("\n", index)
            index = len(before) if end < 0 else end
            continue
        if not quote and before[index] in "\"'":
            quote = before[index] * (3 if before.startswith(before[index] * 3, index) else 1)
            index += len(quote)
            start = index
            continue
        index += 1
    text = before[start:]
    return text if quote and text.count("{") == text.count("}") else None


def _matching(stem: str, names: Iterable[str]) -> Iterator[Completion]:
    for name in sorted(names):
        if name.startswith(stem) and not name.startswith("_ps"):
            yield Completion(name, start_position=-len(stem))
