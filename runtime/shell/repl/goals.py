"""What follows `>`: goals in natural language. Where the model is not sure, the REPL shows the
readings and asks; the answer is kept in the session's lock, and on disk for later conversations.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planscript.lang.diagnostics import PlanscriptError
from planscript.runtime.errors import RunError
from planscript.runtime.shell.repl.folding import Folding, tell
from planscript.runtime.shell.report import report

if TYPE_CHECKING:
    from planscript.runtime.session import Session
    from planscript.runtime.shell.repl.conversation import Conversation

MOST_READINGS = 5
LEAST_CONFIDENCE = 0.02  # of a reading that is worth asking about
LEAST_OF_BEST = 0.1  # of the best one; below that the model is guessing
CHOSEN = "chosen by a person"  # the model of an entry that `GoalCompiler.settle` makes
_ONE_GOAL = re.compile(r"\s*(achieve|plan|holds|goal|let\s+\w+\s*=\s*(plan|holds|goal))\b[^\n]*\s*")


def pursue(conversation: Conversation, text: str) -> None:
    """Achieves a goal typed after `>`."""
    if not text:
        tell("say what you want after the >, as in: > the apple is on the table")
        return
    asking(conversation, f'achieve "{text}"', lambda: conversation.session.achieve_text(text), text)


def asking(
    conversation: Conversation, source: str, work: Callable[[], None], whole: str | None = None
) -> None:
    """Does `work`; where it fails for a text that is not understood, asks and does it once more.

    Only where `source` is one statement about a goal: its text is compiled before anything is done.
    `whole` is the text of the goal, where it is known.
    """
    try:
        work()
    except RunError as error:
        fields = error.value.fields
        readings: Sequence[Mapping[str, Any]] = fields.get("readings") or ()
        text = whole if whole is not None else str(fields.get("text", ""))
        if not readings or not _ONE_GOAL.fullmatch(source) or "{" in text:
            raise
        offered = _worth_asking(readings)
        if not offered:
            raise
        conversation.progress.stop()
        tell(f"· {error.diagnostics[0].title}")
        chosen = _choose(conversation, offered)
        if chosen is None:
            conversation.session.remember_error(error)
            conversation.error = error
            return
        conversation.session.settle(text, chosen["pddl"])
        _keep(conversation.session)
        work()


def _worth_asking(readings: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    """The readings that may be meant, the likeliest first; those that say the same are one."""
    distinct: dict[str, dict[str, Any]] = {}
    for reading in readings:
        one = distinct.setdefault(_unordered(reading["pddl"]), {**reading, "confidence": 0.0})
        one["confidence"] += reading["confidence"]
    hopeful = [one for one in distinct.values() if one["confidence"] >= LEAST_CONFIDENCE]
    if all(one["confidence"] < LEAST_OF_BEST for one in hopeful):
        return []
    return sorted(hopeful, key=lambda one: -one["confidence"])[:MOST_READINGS]


def _unordered(pddl: str) -> str:
    """The formula with the parts of each `and` and `or` in alphabetical order."""
    from planscript.runtime.pddl.sexpr import Text

    text = Text(pddl, "<goal>")

    def written(node: Any) -> str:
        if isinstance(node, int):
            return text.words[node]
        parts = [word for word in map(written, node) if word not in ("(", ")")]
        if parts and parts[0] in ("and", "or"):
            parts[1:] = sorted(parts[1:])
        return f"({' '.join(parts)})"

    return " ".join(map(written, text.forms))


def _choose(
    conversation: Conversation, readings: Sequence[Mapping[str, Any]]
) -> Mapping[str, Any] | None:
    """The reading that the user takes; None where it is none of them.

    A goal or a command instead of an answer is the next input.
    """
    tell("Is it one of these?")
    for number, reading in enumerate(readings, 1):
        tell(f"  {number}. {reading['words']}  ({reading['confidence']:.0%})")
        tell(f"     {reading['pddl']}")
    while answer := conversation.ask("number, or Enter for none: "):
        if answer.isdecimal() and 1 <= int(answer) <= len(readings):
            return readings[int(answer) - 1]
        if answer.startswith((">", ":")):
            conversation.next_input = answer
            tell("nothing is done")
            return None
        tell(f"type a number from 1 to {len(readings)}, or Enter for none of them")
    tell("nothing is done; say it in other words")
    return None


# ------------------------------------------------ answers kept on disk


def recall(session: Session) -> None:
    """Adds the meanings chosen in earlier conversations to the session's lock.

    They are found again only in the same domain: its signature is part of the key. A file that
    cannot be read is told of, and left.
    """
    from planscript.runtime.goals.lock import read_lock

    try:
        for entry in read_lock(_file()):
            session.compiler.lock.add(entry)
    except PlanscriptError as error:
        report(error, stream=Folding(sys.stdout))


def _keep(session: Session) -> None:
    from planscript.runtime.goals.lock import read_lock

    path = _file()
    try:
        kept = read_lock(path)
        for entry in session.compiler.lock:
            if entry.model == CHOSEN:
                kept.add(entry)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(kept.write(), encoding="utf-8")
        tell("remembered for this domain; `:lock FILE` writes it where a script finds it")
    except (OSError, PlanscriptError):
        tell("remembered for this session")


def _file() -> Path:
    from planscript.runtime.shell.repl.reading import state_folder

    return state_folder() / "repl.lock"
