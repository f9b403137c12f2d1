"""The interactive session: read, run, show, and never die of what the user types.

Reading (prompt, keys, history) is here; completion is in `completer.py`, the `:commands` are in
`repl_commands.py`. Torch and the grammar are loaded by the first input that needs them.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planscript.lang.diagnostics import LimitError, PlanscriptError
from planscript.runtime.errors import RunError
from planscript.runtime.shell.report import report
from planscript.runtime.shell.session_arguments import add_session_arguments, make_session

if TYPE_CHECKING:
    from prompt_toolkit import PromptSession
    from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent

    from planscript.runtime.session import Session

WELCOME = "Planscript {version}. A line that begins with > is a goal; :help tells more."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the REPL."""
    parser.add_argument("files", nargs="*", metavar="FILE", help="scripts to run first")
    add_session_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Talks until the user leaves (Ctrl-D or `:quit`)."""
    from planscript.runtime.shell.trace import narrator

    session = make_session(args, emit=narrator(sys.stdout), interactive=True)
    repl = Repl(session)
    try:
        for path in args.files:
            repl.load(path)
        repl.loop()
    finally:
        session.close()
    return 0


def history_path() -> Path:
    """Where typed lines are kept between sessions."""
    base = os.environ.get("XDG_STATE_HOME") or os.path.expanduser("~/.local/state")
    return Path(base) / "planscript" / "history"


class Repl:
    """One conversation with a session. `input` and `output` replace the terminal in tests."""

    def __init__(self, session: Session, input: Any = None, output: Any = None) -> None:
        self.session = session
        self.input = input
        self.output = output
        self.leaving = False

    # ------------------------------------------------ the loop

    def loop(self) -> None:
        """Reads and runs until the user leaves. No error of the user's input ends it."""
        prompt = self._prompt_session()
        from importlib.metadata import version

        print(WELCOME.format(version=version("planscript")))
        while not self.leaving:
            try:
                text = prompt.prompt("» ")
            except KeyboardInterrupt:
                continue
            except EOFError:
                break
            self.handle(text)

    def handle(self, text: str) -> None:
        """Runs one input and shows what it gives; reports every error and returns."""
        if not text.strip():
            return
        try:
            if text.lstrip().startswith(":"):
                from planscript.runtime.shell.repl_commands import run_command

                run_command(self, text.strip())
            elif text.lstrip().startswith(">"):
                self.pursue(text.strip()[1:].strip())
            elif text.rstrip().endswith("?") and text.strip("? \n").isidentifier():
                self.session.help(text.strip("? \n"))
            else:
                self.show(self.session.evaluate(text))
        except KeyboardInterrupt:
            print("interrupted")
        except LimitError as error:
            report(error, self.session.texts, sys.stdout)
        except PlanscriptError as error:
            self.session.remember_error(error)
            report(error, self.session.texts, sys.stdout)
        except SystemExit:
            self.leaving = True
        except Exception as error:  # a bug of ours must not take the user's session with it
            print(f"internal error: {type(error).__name__}: {error}")
            print("  this is a bug in Planscript; your session goes on")

    def show(self, value: Any) -> None:
        """Prints a value as a literal, bounded; nothing for none."""
        if value is not None:
            print(self.session.literal(value, limit=4000))

    def load(self, path: str) -> None:
        """Runs a script in this session; its names stay."""
        try:
            self.session.load_file(path)
        except PlanscriptError as error:
            report(error, self.session.texts, sys.stdout)
        except KeyboardInterrupt:
            print("interrupted")

    # ------------------------------------------------ goals

    def pursue(self, text: str) -> None:
        """Achieves a goal typed after `>`; asks where the model is not sure."""
        if not text:
            print("say what you want after the >, as in: > the apple is on the table")
            return
        try:
            self.session.achieve_text(text)
        except RunError as error:
            readings = error.value.fields.get("readings")
            if not readings:
                raise
            report(error, self.session.texts, sys.stdout)
            chosen = self._choose(readings[:5])
            if chosen is not None:
                self.session.settle(text, chosen["pddl"])
                self.session.achieve_text(text)

    def _choose(self, readings: list[dict[str, Any]]) -> dict[str, Any] | None:
        print("Is it one of these?")
        for number, reading in enumerate(readings, 1):
            print(f"  {number}. {reading['words']}")
            print(f"     {reading['pddl']}  ({reading['confidence']:.0%})")
        answer = self.ask("number, or Enter for none: ")
        if answer.isdecimal() and 1 <= int(answer) <= len(readings):
            return readings[int(answer) - 1]
        return None

    def ask(self, question: str) -> str:
        """One line from the user; empty where the user leaves it."""
        try:
            return str(self._prompt_session(plain=True).prompt(question)).strip()
        except (EOFError, KeyboardInterrupt):
            return ""

    # ------------------------------------------------ reading

    def _prompt_session(self, plain: bool = False) -> PromptSession[str]:
        from prompt_toolkit import PromptSession
        from prompt_toolkit.history import FileHistory, InMemoryHistory

        if plain:
            return PromptSession(input=self.input, output=self.output)
        from prompt_toolkit.lexers import PygmentsLexer

        from planscript.lang.highlight import PlanscriptLexer
        from planscript.runtime.shell.completer import ScopeCompleter

        history: FileHistory | InMemoryHistory = InMemoryHistory()
        path = history_path()
        if self.input is None:
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                history = FileHistory(str(path))
            except OSError:
                pass  # a home that cannot be written: the lines are kept for this session
        return PromptSession(
            history=history,
            multiline=True,
            lexer=PygmentsLexer(PlanscriptLexer),
            completer=ScopeCompleter(self.session),
            complete_while_typing=False,
            key_bindings=self._keys(),
            prompt_continuation="· ",
            bottom_toolbar=self._status,
            enable_history_search=True,
            input=self.input,
            output=self.output,
        )

    def _status(self) -> str:
        acting = self.session.acting
        domain = acting.domain.name if acting.domain else "none"
        world = acting.world.name if acting.world else "none"
        model = "loaded" if self.session.model_loaded else "not loaded"
        return f" domain {domain} · world {world} · goal model {model}"

    def _keys(self) -> KeyBindings:
        from prompt_toolkit.filters import completion_is_selected, has_focus
        from prompt_toolkit.key_binding import KeyBindings

        keys = KeyBindings()

        @keys.add("enter", filter=has_focus("DEFAULT_BUFFER") & ~completion_is_selected)
        def enter(event: KeyPressEvent) -> None:
            buffer = event.current_buffer
            text = buffer.text
            special = text.lstrip().startswith((":", ">")) and "\n" not in text
            from planscript.lang.parser import is_unfinished

            # An empty line (blanks of the automatic indentation aside) ends a block.
            written = text.rstrip(" ") + ("\n" if buffer.document.current_line.strip() else "\n\n")
            if special or not is_unfinished(written):
                buffer.validate_and_handle()
                return
            line = buffer.document.current_line_before_cursor
            indent = line[: len(line) - len(line.lstrip())]
            if line.rstrip().endswith(":"):
                indent += "    "
            buffer.insert_text("\n" + indent)

        return keys
