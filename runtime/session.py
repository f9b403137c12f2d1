"""Session: everything that one run (or one conversation) of Planscript holds. There is no global
state.

The command line, the REPL and the tests make one, use it and drop it. Each part is loaded by its
first use: the grammar by a text that is not in the code cache, acting by the first use of a world,
torch by the first goal that is not locked.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Literal

from planscript.lang.diagnostics import Diagnostic, LimitError, PlanscriptError, SourceError
from planscript.runtime import script_thread, values
from planscript.runtime.builtins import BUILTINS
from planscript.runtime.code_cache import CodeCache, compile_afresh
from planscript.runtime.display import literal
from planscript.runtime.errors import KINDS, RunError, run_error
from planscript.runtime.examples import run_examples
from planscript.runtime.grants import Grants
from planscript.runtime.host import ModuleHost
from planscript.runtime.limits import Limits, Steps, exceeded, too_deep
from planscript.runtime.members import member_names
from planscript.runtime.modules import Modules, exported, stdlib_folder
from planscript.runtime.session_builtins import describe, line_of, session_builtins
from planscript.runtime.sources import first_comment, read_source
from planscript.runtime.translate import SCRIPT_MARK, locate_limit, located

if TYPE_CHECKING:
    from planscript.lang import syntax
    from planscript.lang.diagnostics import Span
    from planscript.lang.signature import DomainSignature
    from planscript.runtime.acting import Acting
    from planscript.runtime.events import Inbox
    from planscript.runtime.faults import Report
    from planscript.runtime.goals.compiler import GoalCompiler
    from planscript.runtime.journal import Journal
    from planscript.runtime.pddl.model import Domain
    from planscript.runtime.performing import Services
    from planscript.runtime.values import Builtin, Module

Emit = Callable[[str, Mapping[str, Any]], None]
UNRECORDED = frozenset({"loading", "planning", "planned"})  # events that only tell of progress
# what a conversation binds by itself: the last value, error, plan and goal
CONVERSATION_NAMES = frozenset({"_", "_error", "_plan", "_goal"})


def _silent(kind: str, details: Mapping[str, Any]) -> None:
    pass


class Session:
    """One run or conversation.

    `stdin` and `stdout` are text streams (None: Python's own). `emit(kind, details)` is told what
    happens (goals, plans, steps); `arguments` is what the script sees under that name. `model_dir`,
    `threshold`, `frozen` and `language` are for goals (see `goals/compiler.py`). `journal` records
    the run or answers for it (`journal.py`). `confirm(question)` is asked before a step that cannot
    be undone (None: on standard input); `doubt(question)` about a call that may have been made
    before the run was cut off. `cluster` is the address of one for `parallel.map`.
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
        journal: Journal | None = None,
        confirm: Callable[[str], bool] | None = None,
        doubt: Callable[[str], Literal["done", "again"]] | None = None,
        cluster: str | None = None,
    ) -> None:
        self.stdin = stdin
        self.stdout = stdout
        self.grants = grants
        self.limits = limits
        self.interactive = interactive
        self.arguments = list(arguments)
        self.cluster = cluster
        self.journal = journal
        self._listener = emit
        self._confirm = confirm if confirm is not None else self._ask_to_go_on
        self._doubt = doubt
        self.tell_only_new = False  # leave out text that the journal has
        self.reports: list[Report] = []  # of the tests with faults
        self.texts: dict[str, str] = {}  # what has been run, by source name, for error reports
        self.steps = Steps(limits)
        self.modules = Modules(self, tuple(search_path))
        self.goal_options: dict[str, Any] = {
            "model_dir": model_dir,
            "threshold": threshold,
            "frozen": frozen,
        }
        self.language = language
        self._folder = "."  # of the module that is being run
        self.root = Path(".")  # the folder of the main script
        self._cache = CodeCache(self._bytes_of)
        self._known: dict[Any, Builtin] = {}
        self._builtins: dict[str, Any] = dict(KINDS)
        for one in self.metered((*BUILTINS.values(), *session_builtins(self).values())):
            self._builtins[one.name] = one.run
            self.know(one)
        self._builtins["arguments"] = list(self.arguments)
        self._builtins["world"] = values.WorldValue("world", None)  # the one in scope
        self._conversation: ModuleHost | None = None
        self._last_domain: Domain | None = None  # that the resolver asked for
        self._declared: Any = frozenset()  # by the conversation so far, for the resolver
        self._inputs = 0
        self._echoed: Any = None

    def close(self) -> None:
        """Drops what the session holds. It cannot be used afterwards."""
        self._conversation = None
        self.texts.clear()
        self.flush()

    def emit(self, kind: str, details: Mapping[str, Any]) -> None:
        """Tells an event to whoever listens, and to the journal."""
        if self.journal is not None and kind not in UNRECORDED:
            from planscript.runtime.journal import plain

            self.journal.note(kind, plain(details))
        self._listener(kind, details)

    # ------------------------------------------------ running

    def run_file(self, path: str) -> dict[str, Any]:
        """Runs a script file; returns its names.

        Raises SourceError for what is wrong with the text, RunError for what goes wrong while it
        runs, LimitError where a budget is used up.
        """
        text = self.read_source(path)
        self.enter_folder(path)
        self._take_lock(path)
        self.modules.start(Path(path))
        return self.bounded(lambda: self._run(text, path, self._folder).bindings)  # type: ignore[no-any-return]

    def run_text(self, text: str, source: str = "<input>") -> dict[str, Any]:
        """Runs a script given as text; its imports are taken from the working directory."""
        return self.bounded(lambda: self._run(text, source, ".").bindings)  # type: ignore[no-any-return]

    def run_tests(self, path: str) -> list[tuple[str, PlanscriptError | None]]:
        """Runs a script, then each of its `test` blocks and the examples of its functions.

        Gives the name and the failure of each.
        """
        text = self.read_source(path)
        self.enter_folder(path)
        self._take_lock(path)

        def work() -> list[tuple[str, PlanscriptError | None]]:
            host = self._run(text, path, self._folder)
            outcomes: list[tuple[str, PlanscriptError | None]] = []
            for test in host.tests:
                outcomes.append((test[0].name, self._outcome(*test)))
            return outcomes + run_examples(self, exported(host.bindings), path)

        return self.bounded(work)  # type: ignore[no-any-return]

    def _outcome(
        self,
        node: syntax.Test,
        body: Callable[[], Any],
        events: Sequence[Any],
        options: Mapping[str, Any],
    ) -> PlanscriptError | None:
        """What is wrong with a test; one with faults or options runs several times."""
        try:
            if node.faults or node.events or options:
                from planscript.runtime.trials import run_trials

                report = run_trials(self, node, body, events, options)
                self.reports.append(report)
                report.check()
            else:
                self.guarded(body)
        except PlanscriptError as error:
            return error
        return None

    def run_module(self, path: Path) -> Module:
        """Runs a script as a module."""
        source = _as_seen(path)
        host = self._run(self.read_source(source), source, str(path.parent))
        return values.Module(path.stem, exported(host.bindings), first_comment(self.texts[source]))

    def bindings_of(self, path: str, source: str) -> dict[str, Any]:
        """Runs a script, for another session's `parallel.map`: all its names.

        `source` is what the script is called in messages.
        """
        text, folder = self.read_source(path), str(Path(path).parent)
        return self.bounded(lambda: self._run(text, source, folder).bindings)  # type: ignore[no-any-return]

    def declarations_of(self, path: str, source: str, values: Mapping[str, Any]) -> dict[str, Any]:
        """As `bindings_of`, but runs only what declares something.

        Its other names have these values; those that are not given have none.
        """
        from planscript.runtime.sources import declarations

        text, names = declarations(self.read_source(path), source)
        own = {name: value for name, value in values.items() if name in names}
        host = ModuleHost(self, str(Path(path).parent), own)

        def work() -> None:
            self._folder = host.folder
            self._execute(self._compile_input(text, source, names, interactive=False), host)

        self.bounded(work)
        return host.bindings

    def bounded(self, work: Callable[[], Any]) -> Any:
        """Does `work` with room for deep recursion, within the budgets of the session."""
        try:
            return script_thread.run(work, self.limits)
        except LimitError as error:
            locate_limit(error)
            raise

    def guarded(self, work: Callable[[], Any]) -> Any:
        """Runs script code; what it raises leaves as an error of the language, with its place.

        Raises RunError, SourceError, LimitError; other exceptions are bugs of Planscript.
        """
        try:
            return work()
        except SourceError:
            raise
        except Exception as error:
            raise self.error_of(error) from error

    def error_of(self, error: Exception) -> RunError:
        """The exception as an error of the language, with its place.

        Raises LimitError for what no script may catch, and the exception itself where it is a bug
        of Planscript.
        """
        if isinstance(error, LimitError):
            raise error
        if isinstance(error, MemoryError):
            raise exceeded("the memory of this computer is used up") from None
        if isinstance(error, RecursionError) and self.limits.depth is not None:
            raise too_deep(self.limits) from None
        return located(error)

    def _run(self, text: str, source: str, folder: str) -> ModuleHost:
        outer, self._folder = self._folder, folder
        try:
            host = ModuleHost(self, folder, {})
            self._execute(self._compile(text, source), host)
            return host
        finally:
            self._folder = outer

    def _execute(self, compiled: Any, host: ModuleHost) -> None:
        bindings = host.bindings
        bindings["__builtins__"] = dict(self._builtins)
        bindings["__name__"] = "script"
        bindings[SCRIPT_MARK] = host
        bindings |= compiled.bind(host)
        self.guarded(lambda: exec(compiled.code, bindings))

    def _compile(self, text: str, source: str) -> Any:
        """A script, from the code cache where it has not changed."""
        self.texts[source] = text
        return self._cache.compiled(
            text,
            source,
            builtins=frozenset(self._builtins),
            counting=self.limits.steps is not None,
            load_signature=self.signature_of,
            load_objects=self.objects_of,
        )

    def _compile_input(self, text: str, source: str, known: Any, interactive: bool = True) -> Any:
        """An input of a conversation. `known` is what earlier inputs declared."""
        self.texts[source] = text
        return compile_afresh(
            text,
            source,
            builtins=frozenset(self._builtins) | CONVERSATION_NAMES,
            counting=self.limits.steps is not None,
            interactive=interactive,
            known=known,
            load_signature=self.signature_of,
            load_objects=self.objects_of,
        )

    # ------------------------------------------------ files

    def enter_folder(self, script: str) -> None:
        """The paths in scripts are taken from the folder of this script from now on."""
        self._folder = str(Path(script).parent)
        self.root = Path(self._folder).resolve()

    def read_source(self, path: str) -> str:
        """The text of a script. Raises SourceError where it cannot be had."""
        return read_source(path)

    def may_load(self, path: Path) -> None:
        """Whether the script may name this file to be loaded (a module, a PDDL file).

        Raises GrantError where it is outside the folder of the main script, the search path and the
        standard library, and reading it is not granted.
        """
        resolved = path.resolve()
        for root in (self.root, *self.modules.search_path, stdlib_folder()):
            if resolved.is_relative_to(root.resolve()):
                return
        self.grants.path(str(path), "read")

    def _bytes_of(self, path: str) -> bytes | None:
        try:
            return self._script_path(path).read_bytes()
        except (OSError, RunError):
            return None

    def _script_path(self, path: str) -> Path:
        found = Path(self._folder) / path
        if found.exists():
            self.may_load(found)
        return found

    # ------------------------------------------------ checking

    def check(self, text: str, source: str = "<input>") -> list[Diagnostic]:
        """All that is found wrong without running the script, warnings included."""
        self.texts[source] = text
        try:
            compiled = compile_afresh(
                text,
                source,
                builtins=frozenset(self._builtins),
                load_signature=self.signature_of,
                load_objects=self.objects_of,
            )
        except SourceError as error:
            return list(error.diagnostics)
        return list(compiled.warnings)

    def check_file(self, path: str) -> list[Diagnostic]:
        """As `check`, of a file."""
        text = self.read_source(path)
        self.enter_folder(path)
        return self.bounded(lambda: self.check(text, path))  # type: ignore[no-any-return]

    def check_goals(self, path: str) -> list[Diagnostic]:
        """Warnings about the goals of a script file; its lock is asked before the model is.

        Raises SourceError for a declaration or a lock file that is wrong.
        """
        if "world" not in self.read_source(path):
            return []  # without a world there are no goals that could be checked
        from planscript.runtime.goal_checks import check_goals

        self._take_lock(path)
        return self.bounded(lambda: list(check_goals(self, path)))  # type: ignore[no-any-return]

    def signature_of(self, path: str, span: Span) -> DomainSignature:
        """What the resolver asks of a PDDL domain file: its names (`lang/signature.py`)."""
        from planscript.runtime.signatures import domain_of_file, domain_signature

        self._last_domain = domain_of_file(self._script_path(path), path, span)
        return domain_signature(self._last_domain)

    def objects_of(self, path: str, span: Span) -> DomainSignature | None:
        """What the resolver asks of a PDDL problem file: its objects.

        None where the domain is not from a file: then they are known only when the script runs.
        """
        from planscript.runtime.signatures import objects_of_file

        if self._last_domain is None:
            return None
        return objects_of_file(self._script_path(path), self._last_domain, path, span)

    # ------------------------------------------------ goals

    @cached_property
    def compiler(self) -> GoalCompiler:
        """What compiles natural language in this session."""
        from planscript.runtime.goals.compiler import GoalCompiler
        from planscript.runtime.goals.lock import Lock

        return GoalCompiler(Lock(), loading=lambda: self.emit("loading", {}), **self.goal_options)

    @cached_property
    def acting(self) -> Acting:
        """The domain, the world and what is done in it."""
        from planscript.runtime.acting import Acting

        return Acting(self.compiler, self._script_path, self.emit, self.language, self._services())

    def _services(self) -> Services:
        from planscript.runtime.performing import Services

        made = Services(self.journal, self.inbox, self._confirm)
        if self._doubt is not None:
            made.doubt = self._doubt
        return made

    @cached_property
    def inbox(self) -> Inbox:
        """Where events from outside wait; `inbox.post(facts)` may be called from any thread."""
        from planscript.runtime.events import Inbox

        return Inbox()

    def outside(self, name: str, data: Any, live: Callable[[], Any], careful: bool = False) -> Any:
        """What a call that reaches outside the run gives: the journal's answer where there is one.

        `careful`: it changes something there.
        """
        return (
            live()
            if self.journal is None
            else self.acting.around.outside(name, data, live, careful)
        )

    @property
    def patience(self) -> float | None:
        """The seconds that a call of Python's may take now; None: no limit."""
        return self.acting.around.patience if "acting" in self.__dict__ else None

    def _ask_to_go_on(self, question: str) -> bool:
        self.show(f"{question} [y/N] ")  # the journal has the question with its answer
        try:
            answer = self.read_line()
        except RunError:  # nobody is there to answer
            self.show("\n")
            return False
        return answer.strip().lower() in ("y", "yes", "是", "好", "可以")

    def read_line(self) -> str:
        """A line of standard input, without its end. Raises EndOfInput of the language."""
        line = script_thread.in_waiting_thread(lambda: line_of(self))
        if not line:
            raise run_error("EndOfInput", "there is no more input")
        return str(line).removesuffix("\n")

    @property
    def model_loaded(self) -> bool:
        """Whether the goal model is in memory."""
        return "compiler" in self.__dict__ and self.compiler.is_loaded

    def _take_lock(self, path: str) -> None:
        if not Path(f"{path}.lock").exists():
            return
        from planscript.runtime.goals.lock import lock_path, read_lock

        for entry in read_lock(lock_path(path)):
            self.compiler.lock.add(entry)

    def lock_text(self) -> str:
        """The goals compiled or loaded so far, as the text of a lock file."""
        return self.compiler.lock.write()

    def write_lock(self, script: str) -> Path:
        """Writes the lock file of a script."""
        from planscript.runtime.goals.lock import lock_path

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

    def achieve_text(self, text: str) -> None:
        """Achieves a goal in natural language.

        Raises RunError, of kind GoalError with its readings where the text is not understood.
        """
        goal = self.acting.goal_value(text)
        self.bounded(
            lambda: self.guarded(lambda: self.acting.achieve(goal, None, None, (), {}, False))
        )

    def plan_text(self, text: str) -> values.PlanValue:
        """A plan for a goal in natural language, not carried out."""
        goal = self.acting.goal_value(text)
        found: values.PlanValue = self.bounded(
            lambda: self.guarded(lambda: self.acting.plan(goal, None, None, (), {}))
        )
        return found

    def settle(self, text: str, pddl: str) -> None:
        """Locks what a text means, chosen by the user."""
        self.acting.settle(text, pddl)

    # ------------------------------------------------ conversation

    def evaluate(self, text: str) -> Any:
        """Runs one input of a conversation; its names stay. The value of a lone expression, or
        none.

        The value is also bound to `_`.
        """
        host = self._talk()
        self._inputs += 1
        source = f"<input {self._inputs}>"
        self._echoed = None

        def work() -> None:
            compiled = self._compile_input(text, source, self._declared)
            self._declared = compiled.known
            self._execute(compiled, host)

        self.bounded(work)
        if self._echoed is not None:
            host.bindings["_"] = self._echoed
        return self._echoed

    def evaluate_in(self, bindings: dict[str, Any], text: str) -> Any:
        """The value of an expression in other bindings than those of the conversation."""
        host = ModuleHost(self, self._folder, bindings)
        self._echoed = None
        compiled = self._compile_input(text, f"<{text}>", frozenset(bindings))
        self.bounded(lambda: self._execute(compiled, host))
        return self._echoed

    def load_file(self, path: str) -> None:
        """Runs a script inside the conversation."""
        text = self.read_source(path)
        self._take_lock(path)
        host = self._talk()
        self.enter_folder(path)
        host.folder = self._folder

        def work() -> None:
            compiled = self._compile_input(text, path, self._declared, interactive=False)
            self._declared = compiled.known
            self._execute(compiled, host)

        self.bounded(work)

    def echo(self, value: Any) -> None:
        """A top-level expression of the conversation gave this value."""
        self._echoed = value

    def _talk(self) -> ModuleHost:
        if self._conversation is None:
            self._conversation = ModuleHost(self, ".", dict.fromkeys(CONVERSATION_NAMES))
        return self._conversation

    def _lookup(self, name: str) -> Any:
        bindings = self._conversation.bindings if self._conversation else {}
        return bindings.get(name, self._builtins.get(name))

    def names(self) -> list[str]:
        """The names in scope of the conversation."""
        bindings = self._conversation.bindings if self._conversation else {}
        known = {*self._builtins, *bindings}
        return sorted(name for name in known if not name.startswith("_"))

    def members(self, name: str) -> list[str]:
        """The members of what a name of the conversation is bound to."""
        value = self._lookup(name)
        return [] if value is None else member_names(value)

    def literal(self, value: Any, limit: int | None = None) -> str:
        """A value as it would be written in a script."""
        return literal(value, limit)

    def remember_error(self, error: PlanscriptError) -> None:
        """Binds `_error` in the conversation."""
        if isinstance(error, RunError):
            self.remember("_error", error.value)

    def remember(self, name: str, value: Any) -> None:
        """Binds one of `CONVERSATION_NAMES`."""
        self._talk().bindings[name] = value

    def value_of(self, name: str) -> Any:
        """What a name of the conversation is bound to; None where it is not."""
        return self._lookup(name)

    def describe(self, name: str) -> str:
        """What a name of the conversation is, in words."""
        value = self._lookup(name)
        return f"no name `{name}`" if value is None else describe(self, value)

    # ------------------------------------------------ functions and streams

    def know(self, one: Builtin) -> None:
        """Keeps what is declared of a function of Python, for `help`."""
        self._known[one.run] = one

    def metered(self, builtins: Iterable[Builtin]) -> Iterable[Builtin]:
        """The builtins, counting their work where the session has a budget of steps."""
        if self.limits.steps is None:
            return builtins
        from planscript.runtime.charges import metered

        return [metered(one, self.steps.charge) for one in builtins]

    def builtin_of(self, value: Any) -> Builtin | None:
        """What is declared of a function, if it is one of Python."""
        try:
            return self._known.get(value)
        except TypeError:
            return None  # not hashable: no function

    def write(self, text: str) -> None:
        """To the script's standard output."""
        if self.journal is not None:
            told_before = self.journal.replaying
            self.journal.note("print", text)
            if told_before and self.tell_only_new:
                return
        self.show(text)

    def show(self, text: str) -> None:
        """To standard output, and not to the journal."""
        out = sys.stdout if self.stdout is None else self.stdout
        try:
            out.write(text)
        except UnicodeEncodeError:
            encoding = getattr(out, "encoding", None) or "ascii"
            out.write(text.encode(encoding, "backslashreplace").decode(encoding))

    def flush(self) -> None:
        """Sends out what has been written."""
        out = sys.stdout if self.stdout is None else self.stdout
        try:
            out.flush()
        except (OSError, ValueError):
            pass  # nobody reads it any more


def _as_seen(path: Path) -> str:
    """The name of a module's file in messages: from the working directory, where it is below."""
    here = os.getcwd()
    if not path.is_relative_to(stdlib_folder()) and path.is_relative_to(here):
        return str(path.relative_to(here))
    return str(path)
