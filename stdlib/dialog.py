"""Questions to whoever sits at the terminal, asked again until the answer is one.

The answers come from standard input; `answer_with` gives them in advance, so that a dialogue can be
tested and shown.
"""

from __future__ import annotations

from collections import deque
from typing import Any

from planscript.runtime.display import show
from planscript.runtime.errors import kind_in_words, run_error
from planscript.runtime.library import Exports, want_function, want_items, want_map, want_text
from planscript.runtime.values import Builtin

_YES = ("y", "yes", "是", "好", "可以")
_NO = ("n", "no", "不", "不是", "否")
_SLOT = ("question", "options", "default", "check")


class _Terminal:
    """Asks on the session's output and reads from its input, or from answers given in advance."""

    def __init__(self, session: Any) -> None:
        self.session = session
        self.given: deque[str] = deque()

    def reply(self, prompt: str) -> str:
        """One line, without blanks at its ends. Raises EndOfInput of the language."""
        self.session.write(prompt + " ")
        if self.given:
            answer = self.given.popleft()
            self.session.write(answer + "\n")
            return answer.strip()
        journal = self.session.journal
        read = self.session.read_line
        return str(read() if journal is None else journal.ask("input", None, read)).strip()

    def say(self, text: str) -> None:
        self.session.write(text + "\n")

    def ask(self, question: str, default: Any, check: Any) -> Any:
        prompt = question if default is None else f"{question} [{show(default)}]"
        while True:
            answer = self.reply(prompt)
            if not answer and default is not None:
                return default
            if not answer:
                continue
            wrong = None if check is None else check(answer)
            if wrong is None or wrong is True:
                return answer
            self.say("That will not do." if wrong is False else show(wrong))

    def choose(self, question: str, options: list[Any], default: Any) -> Any:
        self.say(question)
        for number, option in enumerate(options, 1):
            self.say(f"  {number}. {show(option)}")
        while True:
            answer = self.reply(
                f"1-{len(options)}" + ("" if default is None else f" [{show(default)}]") + ":"
            )
            if not answer and default is not None:
                return default
            found = _chosen(answer, options)
            if len(found) == 1:
                return found[0]
            if answer:
                named = " or ".join(map(show, found)) if found else f"a number up to {len(options)}"
                self.say(f"Please say {named}.")


def _chosen(answer: str, options: list[Any]) -> list[Any]:
    """The options that an answer may mean: by number, by name, by a beginning of the name."""
    if answer.isascii() and answer.isdigit() and 1 <= int(answer[:9]) <= len(options):
        return [options[int(answer[:9]) - 1]]
    wanted = answer.casefold()
    whole = [option for option in options if show(option).casefold() == wanted]
    return whole[:1] or [o for o in options if wanted and show(o).casefold().startswith(wanted)]


def _options(value: Any, name: str) -> list[Any]:
    options = list(want_items(value, name))
    if not options:
        raise run_error("ValueError", f"{name}() has no options to choose from")
    return options


def for_session(session: Any) -> list[Builtin]:
    """The functions of the module, on the terminal of the session."""
    exports = Exports()
    terminal = _Terminal(session)

    @exports("answer_with(answers)")
    def answer_with(answers: Any) -> None:
        """The answers that the next questions get, in place of those from the terminal.

        >>> answer_with(["Ada"])
        >>> ask("Your name?")
        Your name? Ada
        Ada
        """
        given = want_items(answers, "answer_with")
        terminal.given.extend([want_text(a, "answer_with", "answers as text") for a in given])

    @exports("ask(question, default=none, check=none)")
    def ask(question: str, default: Any = None, check: Any = None) -> Any:
        """The answer to a question, as text; an empty answer is the default, where there is one.

        `check(answer)` gives true or none where the answer is right, else what to say of it.

        >>> answer_with(["soon", "12"])
        >>> ask("How old?", check=fn(a): a.isdigit() or "A number, please.")
        How old? soon
        A number, please.
        How old? 12
        12
        """
        if check is not None:
            want_function(check, "ask")
        return terminal.ask(want_text(question, "ask", "a question as text"), default, check)

    @exports("choose(question, options, default=none)")
    def choose(question: str, options: Any, default: Any = None) -> Any:
        """The option that is chosen, by its number, its name, or the beginning of its name.

        >>> answer_with(["co"])
        >>> choose("What to drink?", ["tea", "coffee"])
        What to drink?
          1. tea
          2. coffee
        1-2: co
        coffee
        """
        want_text(question, "choose", "a question as text")
        return terminal.choose(question, _options(options, "choose"), default)

    @exports("confirm(question, default=none)")
    def confirm(question: str, default: bool | None = None) -> bool:
        """Whether the answer to a question is yes. English and Chinese answers are understood.

        >>> answer_with(["perhaps", "yes"])
        >>> confirm("Send it?")
        Send it? [y/n] perhaps
        Please say yes or no.
        Send it? [y/n] yes
        true
        """
        want_text(question, "confirm", "a question as text")
        if default is not None and type(default) is not bool:
            what = kind_in_words(default)
            raise run_error("TypeError", f"the default of confirm() is true or false, not {what}")
        choice = {None: "y/n", True: "Y/n", False: "y/N"}[default]
        while True:
            answer = terminal.reply(f"{question} [{choice}]").lower()
            if not answer and default is not None:
                return default
            if answer in _YES or answer in _NO:
                return answer in _YES
            terminal.say("Please say yes or no.")

    @exports("fill(slots, known={})")
    def fill(slots: Any, known: Any = None) -> dict[str, Any]:
        """A map with a value for each slot: what is known, and for the rest the answers to questions.

        A slot is a question, or a map with `question` and any of `options`, `default`, `check`.

        >>> answer_with(["Rome"])
        >>> fill({"from": "From where?", "to": "Where to?"}, {"from": "Oslo"})
        Where to? Rome
        {"from": "Oslo", "to": "Rome"}
        """
        wanted = {name: _slot(name, slot) for name, slot in want_map(slots, "fill").items()}
        filled = dict(want_map({} if known is None else known, "fill"))
        for name, slot in wanted.items():
            if filled.get(name) is not None:
                continue
            question, default = slot["question"], slot.get("default")
            if "options" in slot:
                filled[name] = terminal.choose(question, slot["options"], default)
            else:
                filled[name] = terminal.ask(question, default, slot.get("check"))
        return filled

    return exports


def _slot(name: Any, slot: Any) -> dict[str, Any]:
    """A slot as a map, checked."""
    if type(slot) is str:
        return {"question": slot}
    found = dict(want_map(slot, "fill"))
    unknown = [key for key in found if key not in _SLOT]
    if unknown:
        raise run_error(
            "ValueError",
            f"the slot {show(name)} has a key {show(unknown[0])}",
            hint=f"a slot has {', '.join(_SLOT)}",
        )
    if "question" not in found:
        raise run_error("ValueError", f"the slot {show(name)} has no question")
    want_text(found["question"], "fill", "questions as text")
    if found.get("check") is not None:
        want_function(found["check"], "fill")
    if "options" in found:
        found["options"] = _options(found["options"], "fill")
    return found
