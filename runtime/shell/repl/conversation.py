"""The conversation: takes an input, runs it, shows what it gives; never dies of what is typed.

Reading is in reading.py, shaping in display.py; what is loaded by its first use is imported there.
"""

from __future__ import annotations

import sys
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from textwrap import dedent
from typing import TYPE_CHECKING, Any

from planscript.lang.diagnostics import LimitError, PlanscriptError
from planscript.runtime.shell.repl.folding import Folding, tell
from planscript.runtime.shell.report import report

if TYPE_CHECKING:
    from prompt_toolkit import PromptSession

    from planscript.runtime.pddl.model import Atom
    from planscript.runtime.session import Emit, Session
    from planscript.runtime.shell.repl.piped import PipedInputs
    from planscript.runtime.shell.trace import Listener
    from planscript.runtime.values import PlanValue
    from planscript.runtime.world import World

WELCOME = "Planscript. A line that begins with > is a goal; :help tells more."
MOST_EVENTS = 500  # of one input, that `:trace` can show
MOST_SNAPSHOTS = 100  # that `:undo` can go back
VALUE_LIMIT = 4000  # characters of a value that are shown


@dataclass(frozen=True)
class Snapshot:
    """A world as it was before an input changed it."""

    world: World
    state: frozenset[Atom]
    unknown: frozenset[Atom]
    changes: int  # in the world's log
    plan: PlanValue | None  # that `:step` walks
    walked: int  # steps of it


class Conversation:
    """One conversation with a session.

    `make_session` makes the session that tells its events to the listener it is handed. `input`
    and `output` (of prompt-toolkit) replace the terminal in tests.
    """

    def __init__(
        self, make_session: Callable[[Emit], Session], input: Any = None, output: Any = None
    ) -> None:
        from planscript.runtime.shell.repl.progress import Progress

        self.input = input
        self.output = output
        self.is_piped = input is None and not sys.stdin.isatty()
        self.progress = Progress(sys.stdout)
        self.session = make_session(self._hear)
        self.leaving = False
        self.next_input = ""  # typed where an answer was asked for
        self.tracing = False  # whether every event is told as it happens
        self.timing = False  # whether the time of every input is told
        self.seconds = 0.0  # that the last input took
        self.script: str | None = None  # loaded last
        self.inputs: list[str] = []  # that went well, for `:save`
        self.saved = 0  # how many of them `:save` has written
        self.events: deque[tuple[str, Mapping[str, Any]]] = deque(maxlen=MOST_EVENTS)
        self.snapshots: deque[Snapshot] = deque(maxlen=MOST_SNAPSHOTS)
        self.plan: PlanValue | None = None  # made last
        self.walked = 0  # steps of it that `:step` has taken
        self.error: PlanscriptError | None = None  # of the last input that ran
        self._narrator: Listener | None = None
        self._prompt: PromptSession[str] | PipedInputs | None = None
        self._known_plan: object = None  # the newest in the session's history
        self._answers_recalled = False

    def close(self) -> None:
        """Ends the session."""
        self.progress.stop()
        self.session.close()

    # ------------------------------------------------ the loop

    def loop(self) -> None:
        """Reads and runs until the user leaves. No error of the user's input ends it."""
        if not self.is_piped:
            tell(WELCOME)
        while not self.leaving:
            self.turn()

    def turn(self) -> None:
        """Reads one input and runs it."""
        if self._prompt is None:
            if self.is_piped:
                from planscript.runtime.shell.repl.piped import PipedInputs

                self._prompt = PipedInputs()
            else:
                from planscript.runtime.shell.repl.reading import prompt_session

                self._prompt = prompt_session(self)
        if self.next_input:
            text, self.next_input = self.next_input, ""
            self.handle(text)
            return
        try:
            text = self._prompt.prompt("» ")
        except KeyboardInterrupt:
            return
        except EOFError:
            self.leaving = True
            return
        self.handle(text)

    def handle(self, text: str) -> None:
        """Runs one input and shows what it gives; reports every error and returns."""
        if not text.strip():
            return
        if text[0] == " ":  # a pasted piece of a script, with its indentation
            text = dedent(text)
        self.guarded(lambda: self._dispatch(text))

    def guarded(self, work: Callable[[], None]) -> bool:
        """Does `work`; reports what goes wrong in it. Whether it went well."""
        try:
            work()
            return True
        except KeyboardInterrupt:
            self.progress.stop()
            tell("\ninterrupted" if self.progress.shown else "interrupted")
        except SystemExit:
            self.leaving = True
        except PlanscriptError as error:
            self.progress.stop()
            if not isinstance(error, LimitError):
                self.session.remember_error(error)
            self.error = error
            report(error, self.session.texts, Folding(sys.stdout))
        except Exception as error:  # a bug of ours must not take the user's session with it
            self.progress.stop()
            tell(f"internal error: {type(error).__name__}: {error}")
            tell("  this is a bug in Planscript; your session goes on")
        return False

    def _dispatch(self, text: str) -> None:
        line = text.strip()
        if line.startswith(":"):
            from planscript.runtime.shell.repl.commands import run_command

            run_command(self, line)
        elif line.startswith(">"):
            from planscript.runtime.shell.repl.goals import pursue

            wish = line[1:].strip()
            self.acting(lambda: pursue(self, wish))
            if wish:
                self._keep(f'achieve "{_quoted(wish)}"')
        elif line.endswith("?") and line.rstrip("? ").isidentifier():
            from planscript.runtime.shell.repl.help import explain_name

            explain_name(self, line.rstrip("? "), source=line.endswith("??"))
        else:
            from planscript.runtime.shell.repl.goals import asking

            asking(self, text, lambda: self.evaluate(text))
            self._keep(text.rstrip())

    def evaluate(self, text: str) -> None:
        """Runs a text of the language and shows its value."""
        self.acting(lambda: self.show(self.session.evaluate(text)))

    def _keep(self, text: str) -> None:
        self.inputs.append(text)

    def load(self, path: str) -> bool:
        """Runs a script in this session; its names stay. Whether it ran to its end."""
        self.script = path
        return self.guarded(lambda: self.acting(lambda: self.session.load_file(path), "loaded"))

    # ------------------------------------------------ around what acts

    def acting(self, work: Callable[[], None], told: str = "changes") -> None:
        """Does `work`, which may change the world; notes what `:undo`, `:why` and `:time` need.

        Shows the changes of the world (`told`: "changes").
        """
        self.recall_answers()
        before = self.snapshot()
        self.events.clear()
        self.error = None
        start = time.perf_counter()
        try:
            work()
        finally:
            self.progress.stop()
            self.seconds = time.perf_counter() - start
            self._note_plan()
            self._note_change(before, show=told == "changes")
            if self.timing:
                tell(f"  {self.seconds:.3f} s")

    def snapshot(self) -> Snapshot | None:
        """The world in scope as it is, if there is one."""
        acting = self.session.__dict__.get("acting")
        world = None if acting is None else acting.world
        if world is None:
            return None
        return Snapshot(world, world.state, world.unknown, len(world.log), self.plan, self.walked)

    def _note_change(self, before: Snapshot | None, show: bool) -> None:
        after = self.snapshot()
        if before is None or after is None or after.world is not before.world:
            return
        if (before.state, before.unknown) == (after.state, after.unknown):
            return
        self.snapshots.append(before)
        if show:
            from planscript.runtime.shell.repl.display import difference

            tell("\n".join(difference(after.world, before.state, after.state)))

    def _note_plan(self) -> None:
        """Binds `_plan` and `_goal` where a plan was made."""
        acting = self.session.__dict__.get("acting")
        if acting is None or not acting.history.plans:
            return
        made = acting.history.plans[-1]
        if made is self._known_plan:
            return
        self._known_plan = made
        from planscript.runtime.shell.repl.plans import plan_value

        self.take_plan(plan_value(acting, made))
        self.walked = self._steps_done(made.steps)

    def _steps_done(self, plan: tuple[Atom, ...]) -> int:
        """How many steps of a plan the last input has carried out, or found not needed."""
        done = 0
        for kind, details in reversed(self.events):
            if kind == "plan":
                return done if tuple(details["steps"]) == plan else 0
            done += 1 if kind == "done" else len(details["steps"]) if kind == "skip" else 0
        return 0

    def take_plan(self, plan: PlanValue) -> None:
        """Makes a plan the one that `_plan`, `:plan`, `:step`, `:run` and `:why` are about."""
        self.plan, self.walked = plan, 0
        self.session.remember("_plan", plan)
        self.session.remember("_goal", plan.goal)

    def recall_answers(self) -> None:
        """Takes the meanings that were chosen in earlier conversations, once."""
        if not self._answers_recalled:
            self._answers_recalled = True
            from planscript.runtime.shell.repl.reading import state_folder

            if (state_folder() / "repl.lock").exists():
                from planscript.runtime.shell.repl.goals import recall

                recall(self.session)

    # ------------------------------------------------ showing

    def show(self, value: Any) -> None:
        """Prints a value: a plan as numbered steps, others as a literal; nothing for none."""
        from planscript.runtime.values import PlanValue

        if isinstance(value, PlanValue):
            from planscript.runtime.shell.repl.display import plan_lines

            tell("\n".join(plan_lines(self.session.acting, value.steps, value.cost)))
        elif value is not None:
            print(self.session.literal(value, limit=VALUE_LIMIT))

    def ask(self, question: str) -> str | None:
        """One line from the user; None where the user leaves it (Ctrl-C, Ctrl-D)."""
        if self.is_piped:
            from planscript.runtime.shell.repl import piped

            return piped.ask(question)
        from planscript.runtime.shell.repl.reading import ask

        return ask(self, question)

    def _hear(self, kind: str, details: Mapping[str, Any]) -> None:
        """Takes note of an event of the session and tells it, where it is worth it."""
        self.progress.hear(kind)
        if kind in ("planning", "planned"):
            return
        self.events.append((kind, details))
        if kind == "loading" and self.progress.shown:
            return
        if kind == "plan":
            from planscript.runtime.shell.repl.display import plan_lines

            word = "new plan" if details["replan"] else "plan"
            lines = plan_lines(self.session.acting, details["steps"], details["cost"])
            tell("\n".join([f"· {word}", *lines]))
            return
        if self._narrator is None:
            from planscript.runtime.shell.trace import narrator

            self._narrator = narrator(Folding(sys.stdout))
        self._narrator(kind, details)
        if self.tracing:
            from planscript.runtime.shell.repl.display import event_line

            line = event_line(kind, details)
            if line:
                tell(line)


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
