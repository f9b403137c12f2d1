"""Session: everything one run (or one conversation) of Planscript holds. There is no global state.

The command line, the REPL and the tests make one, use it and drop it. Torch is loaded by the first goal
that is not locked, the grammar by the first text that is not in the code cache.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from planscript.lang.diagnostics import Diagnostic, PlanscriptError, SourceError
from planscript.runtime import builtins, values
from planscript.runtime.acting import Acting
from planscript.runtime.code_cache import CodeCache
from planscript.runtime.display import literal, show
from planscript.runtime.errors import RunError, located, run_error
from planscript.runtime.goals.compiler import GoalCompiler
from planscript.runtime.goals.lock import Lock, lock_path, read_lock
from planscript.runtime.grants import Grants
from planscript.runtime.host import ModuleHost
from planscript.runtime.limits import Limits, counter, run_bounded
from planscript.runtime.members import member_names
from planscript.runtime.modules import Modules

Emit = Callable[[str, Mapping[str, Any]], None]


def _silent(kind: str, details: Mapping[str, Any]) -> None:
    pass


class Session:
    """One run or conversation.

    `emit(kind, details)` is told what happens (goals, plans, steps); `lock` comes from the script's lock
    file when None; `arguments` is what the script sees under that name.
    """

    def __init__(
        self,
        *,
        stdin: IO[str] | None = None,
        stdout: IO[str] | None = None,
        grants: Grants = Grants(),
        limits: Limits = Limits(),
        search_path: Sequence[Path] = (),
        model_dir: str | None = None,
        threshold: float | None = None,
        frozen: bool = False,
        language: str = "en",
        emit: Emit = _silent,
        arguments: Sequence[str] = (),
        interactive: bool = False,
    ) -> None:
        self.stdin = stdin
        self.stdout = stdout
        self.grants = grants
        self.limits = limits
        self.interactive = interactive
        self.emit = emit
        self.texts: dict[str, str] = {}
        self.count_step = counter(limits)
        self._folder = "."
        self._compiler = GoalCompiler(
            Lock(),
            model_dir=model_dir,
            frozen=frozen,
            threshold=threshold,
            loading=lambda: emit("loading", {}),
        )
        self.acting = Acting(self._compiler, self._script_path, emit, language)
        self.modules = Modules(self, tuple(search_path))
        self._cache = CodeCache()
        self._builtins = builtins.plain_builtins() | builtins.session_builtins(self._functions())
        self._builtins["arguments"] = list(arguments)
        self._conversation: tuple[dict[str, Any], ModuleHost] | None = None
        self._inputs = 0

    def close(self) -> None:
        """Drops what the session holds. It cannot be used afterwards."""
        self._conversation = None
        self.texts.clear()

    # ------------------------------------------------ running

    def run_file(self, path: str) -> dict[str, Any]:
        """Runs a script file; returns its names.

        Raises SourceError for what is wrong with the text, RunError for what goes wrong while it
        runs, LimitError where a budget is used up.
        """
        text = self.read_source(path)
        self._take_lock(path)
        return self._bounded(lambda: self._run(text, path, str(Path(path).parent))[0])

    def run_text(self, text: str, source: str = "<input>") -> dict[str, Any]:
        """Runs a script given as text; its imports are taken from the working directory."""
        return self._bounded(lambda: self._run(text, source, ".")[0])

    def run_tests(self, path: str) -> list[tuple[str, PlanscriptError | None]]:
        """Runs a script and then each of its `test` blocks; the name and failure of each."""
        text = self.read_source(path)
        self._take_lock(path)

        def work() -> list[tuple[str, PlanscriptError | None]]:
            _, host = self._run(text, path, str(Path(path).parent))
            outcomes: list[tuple[str, PlanscriptError | None]] = []
            for name, body in host.tests:
                try:
                    self._guarded(body)
                except PlanscriptError as error:
                    outcomes.append((name, error))
                else:
                    outcomes.append((name, None))
            return outcomes

        outcomes: list[tuple[str, PlanscriptError | None]] = self._bounded(work)
        return outcomes

    def run_module(self, path: Path) -> dict[str, Any]:
        """Runs a module and returns the names that it exports (those without a leading `_`)."""
        source = str(path)
        bindings, _ = self._run(self.read_source(source), source, str(path.parent))
        return {
            name: value
            for name, value in bindings.items()
            if not name.startswith("_") and name not in self._builtins
        }

    def _bounded(self, work: Callable[[], Any]) -> Any:
        return run_bounded(work, self.limits)

    def _run(self, text: str, source: str, folder: str) -> tuple[dict[str, Any], ModuleHost]:
        outer, self._folder = self._folder, folder
        try:
            compiled = self._compile(text, source)
            bindings: dict[str, Any] = {}
            host = ModuleHost(self, folder, bindings)
            self._execute(compiled, bindings, host)
            return bindings, host
        finally:
            self._folder = outer

    def _execute(self, compiled: Any, bindings: dict[str, Any], host: ModuleHost) -> None:
        bindings["__builtins__"] = dict(self._builtins)
        bindings["__name__"] = "script"
        bindings |= compiled.bind(host)
        self._guarded(lambda: exec(compiled.code, bindings))

    def _guarded(self, work: Callable[[], Any]) -> Any:
        """Runs script code; whatever it raises leaves as an error of the language, with its place."""
        try:
            return work()
        except PlanscriptError as error:
            if isinstance(error, RunError) or not error.diagnostics[0].span:
                if not isinstance(error, SourceError):
                    raise _with_place(error) from None
            raise
        except (KeyboardInterrupt, SystemExit):
            raise
        except Exception as error:
            raise located(error) from error

    def _compile(self, text: str, source: str, interactive: bool = False) -> Any:
        self.texts[source] = text
        counting = self.limits.steps is not None
        known = frozenset()
        if interactive and self._conversation is not None:
            known = frozenset(self._conversation[0])
        return self._cache.compiled(
            text,
            source,
            builtins=frozenset(self._builtins),
            counting=counting,
            interactive=interactive,
            known=known,
            load_signature=self.signature_of,
        )

    def read_source(self, path: str) -> str:
        """The text of a script. Raises SourceError where it cannot be had."""
        try:
            data = Path(path).read_bytes()
        except FileNotFoundError:
            raise SourceError(Diagnostic("E0903", f"no file {path}")) from None
        except IsADirectoryError:
            raise SourceError(Diagnostic("E0903", f"{path} is a folder, not a script")) from None
        except OSError as error:
            reason = error.strerror or str(error)
            raise SourceError(Diagnostic("E0903", f"cannot read {path}: {reason}")) from None
        try:
            return data.decode("utf-8-sig").replace("\r\n", "\n")
        except UnicodeDecodeError as error:
            line = data[: error.start].count(b"\n") + 1
            raise SourceError(
                Diagnostic(
                    "E0904",
                    f"{path} is not UTF-8 text (line {line})",
                    hint="save it in the encoding UTF-8",
                )
            ) from None

    def _script_path(self, path: str) -> Path:
        return Path(self._folder) / path

    # ------------------------------------------------ checking

    def check_file(self, path: str) -> list[Diagnostic]:
        """All that is found wrong without running the script, warnings included."""
        text = self.read_source(path)
        self._folder = str(Path(path).parent)
        try:
            compiled = self._cache.fresh(
                text,
                path,
                builtins=frozenset(self._builtins),
                counting=False,
                interactive=False,
                known=frozenset(),
                load_signature=self.signature_of,
            )
        except SourceError as error:
            return list(error.diagnostics)
        return list(compiled.warnings)

    def signature_of(self, path: str, span: Any) -> Any:
        """What the resolver asks of a PDDL file: its names (`lang/signature.py`)."""
        from planscript.runtime.signatures import signature_of_file

        return signature_of_file(self._script_path(path), path, span)

    # ------------------------------------------------ the lock

    def _take_lock(self, path: str) -> None:
        for entry in read_lock(lock_path(path)):
            self._compiler.lock.add(entry)

    def lock_text(self) -> str:
        """The goals compiled or loaded so far, as the text of a lock file."""
        return self._compiler.lock.write()

    def write_lock(self, script: str) -> Path:
        """Writes the lock file of a script."""
        path = lock_path(script)
        self.save_lock(str(path))
        return path

    def save_lock(self, path: str) -> None:
        """Writes the goals so far to a file of this name."""
        try:
            Path(path).write_text(self.lock_text(), encoding="utf-8")
        except OSError as error:
            raise SourceError(
                Diagnostic("E0905", f"cannot write {path}: {error.strerror or error}")
            ) from None

    @property
    def compiler(self) -> GoalCompiler:
        """What compiles natural language in this session."""
        return self._compiler

    @property
    def model_loaded(self) -> bool:
        """Whether the goal model is in memory."""
        return self._compiler.is_loaded

    # ------------------------------------------------ conversation

    def evaluate(self, text: str) -> Any:
        """Runs one input of a conversation; its names stay. The value of a lone expression, or none."""
        bindings, host = self._talk()
        self._inputs += 1
        source = f"<input {self._inputs}>"
        self._echoed: Any = None

        def work() -> None:
            compiled = self._compile(text, source, interactive=True)
            self._execute(compiled, bindings, host)

        self._bounded(work)
        if self._echoed is not None:
            bindings["_"] = self._echoed
        return self._echoed

    def load_file(self, path: str) -> None:
        """Runs a script inside the conversation."""
        text = self.read_source(path)
        self._take_lock(path)
        bindings, host = self._talk()
        self._folder = host.folder = str(Path(path).parent)
        self._bounded(lambda: self._execute(self._compile(text, path), bindings, host))

    def echo(self, value: Any) -> None:
        """A top-level expression of the conversation gave this value."""
        self._echoed = value

    def _talk(self) -> tuple[dict[str, Any], ModuleHost]:
        if self._conversation is None:
            bindings: dict[str, Any] = {}
            self._conversation = (bindings, ModuleHost(self, ".", bindings))
        return self._conversation

    def names(self) -> list[str]:
        """The names in scope of the conversation."""
        bindings = self._conversation[0] if self._conversation else {}
        known = {*self._builtins, *bindings}
        return sorted(name for name in known if not name.startswith(("_ps", "__")))

    def members(self, name: str) -> list[str]:
        """The members of what a name of the conversation is bound to."""
        bindings = self._conversation[0] if self._conversation else {}
        value = bindings.get(name, self._builtins.get(name))
        return [] if value is None else member_names(value)

    def literal(self, value: Any, limit: int | None = None) -> str:
        """A value as it would be written in a script."""
        return literal(value, limit)

    def remember_error(self, error: PlanscriptError) -> None:
        """Binds `_error` in the conversation."""
        if isinstance(error, RunError):
            self._talk()[0]["_error"] = error.value

    def achieve_text(self, text: str) -> None:
        """Achieves a goal in natural language.

        Raises RunError, of kind GoalError with its readings where the text is not understood.
        """
        goal = self.acting.goal_value(text)
        self._bounded(
            lambda: self._guarded(lambda: self.acting.achieve(goal, None, None, {}, False))
        )

    def plan_text(self, text: str) -> values.PlanValue:
        """A plan for a goal in natural language, not carried out."""
        goal = self.acting.goal_value(text)
        found: values.PlanValue = self._bounded(
            lambda: self._guarded(lambda: self.acting.plan(goal, None, None, {}))
        )
        return found

    def settle(self, text: str, pddl: str) -> None:
        """Locks what a text means, chosen by the user."""
        self.acting.settle(text, pddl)

    def help(self, name: str | None = None) -> None:
        """Prints what a name is."""
        bindings = self._conversation[0] if self._conversation else {}
        value = bindings.get(name or "", self._builtins.get(name or ""))
        if value is None:
            self.write(f"no name `{name}`\n")
        elif isinstance(value, values.Builtin):
            self.write(f"{value.name}{value.signature}\n  {value.doc}\n")
        else:
            self.write(f"{literal(value, 400)}\n")

    # ------------------------------------------------ builtins that need the session

    def write(self, text: str) -> None:
        """To the script's standard output."""
        out = sys.stdout if self.stdout is None else self.stdout
        out.write(text)

    def _functions(self) -> dict[str, tuple[Callable[..., Any], str, str]]:
        def print_values(*given: Any, sep: str = " ", end: str = "\n") -> None:
            self.write(sep.join([show(value) for value in given]) + end)

        def read_line(prompt: str = "") -> str:
            self.write(show(prompt))
            out = sys.stdout if self.stdout is None else self.stdout
            out.flush()
            line = (sys.stdin if self.stdin is None else self.stdin).readline()
            if not line:
                raise run_error("IOError", "there is no more input")
            return line.rstrip("\n")

        def clock() -> float:
            return time.perf_counter()

        acting = self.acting

        def help_on(value: Any) -> None:
            if isinstance(value, values.Builtin):
                self.write(f"{value.name}{value.signature}\n  {value.doc}\n")
            else:
                self.write(f"{literal(value, 400)}\n")

        def cost_of(plan: Any) -> Any:
            if not isinstance(plan, values.PlanValue):
                raise run_error("TypeError", "cost() takes a plan")
            return plan.cost

        return {
            "print": (print_values, "(x, ..., sep, end)", "Writes the values and ends the line."),
            "input": (read_line, "(prompt)", "One line of standard input, without its end."),
            "objects": (acting.objects, "(type)", "The objects of a type, in declaration order."),
            "say": (acting.say, "(x, language)", "A plan, step, goal or world in words."),
            "execute": (acting.execute, "(plan)", "Carries out a plan as it stands."),
            "cost": (cost_of, "(plan)", "What a plan costs."),
            "help": (help_on, "(x)", "Prints what x is."),
            "clock": (clock, "()", "Seconds on a clock that only runs forward."),
        }


def _with_place(error: PlanscriptError) -> PlanscriptError:
    """The error with the place in the script where it was raised, where it has none yet."""
    return located(error) if error.diagnostics[0].span is None else error
