"""The command line: `planscript COMMAND ...`; `planscript FILE ...` runs a script; alone, the REPL.

Each command's work is in a file of its own, imported when the command is given, so that `--help`
and the prompt come up at once. Exit codes: 0 done, 1 the script failed or the answer is no, 2 wrong
usage or wrong source text; `solve` has Fast Downward's codes.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

# command -> (module under runtime/shell, what it does)
COMMANDS: dict[str, tuple[str, str]] = {
    "run": ("run_command", "run a script"),
    "resume": ("resume_command", "go on with a recorded run that was cut off"),
    "replay": ("replay_command", "replay a recorded run on its journal alone"),
    "trace": ("trace_command", "show what a recorded run did"),
    "check": ("check_command", "check scripts without running them"),
    "compile": ("compile_command", "compile a script's goals into its lock file"),
    "fmt": ("fmt_command", "format scripts"),
    "test": ("test_command", "run the test blocks of scripts"),
    "goals": ("goals_command", "show, predict and evaluate natural-language goals"),
    "solve": ("solve_command", "find a plan for a PDDL problem"),
    "validate": ("validate_command", "check a plan for a PDDL problem"),
    "explain": ("explain_command", "say why a PDDL problem has no plan, or what its plan does"),
    "train": ("train_command", "train the goal model"),
    "doctor": ("doctor_command", "tell what this installation can do"),
    "repl": ("repl", "talk to Planscript (also without any command)"),
}

# What these leave in memory is not worth freeing object by object; the system does it at once.
LEAVE_AT_ONCE = frozenset({"solve"})


def build_parser() -> argparse.ArgumentParser:
    """The parser of everything but the commands' own arguments."""
    parser = argparse.ArgumentParser(
        prog="planscript",
        description="Say what you want; Planscript works out how.",
        usage="planscript [-h] [--version] [COMMAND ... | FILE.plan ...]",
        epilog="`planscript FILE.plan` runs the script, as `planscript run FILE.plan` does. Without "
        "a command, an interactive session starts; where standard input is no terminal, the script "
        "that stands there is run.",
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="say which version this is")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    for name, (_, about) in COMMANDS.items():
        commands.add_parser(name, help=about)
    return parser


def build_command_parser(name: str, module: Any) -> argparse.ArgumentParser:
    """The parser of one command's own arguments; all parsers together take 10 ms to build."""
    about = COMMANDS[name][1]
    parser = argparse.ArgumentParser(
        prog=f"planscript {name}",
        description=about[0].upper() + about[1:],
        formatter_class=_formatter,
    )
    module.add_arguments(parser)
    return parser


def _formatter(prog: str) -> argparse.HelpFormatter:
    """The usual formatter, which would load `shutil` (4 ms) to learn the width by itself."""
    try:
        width = int(os.environ.get("COLUMNS", 0)) or os.get_terminal_size().columns
    except (OSError, ValueError):
        width = 80
    return argparse.HelpFormatter(prog, width=width - 2)


class _Version(argparse.Action):
    """Looks the version up when it is asked for: importing importlib.metadata takes 20 ms."""

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        from importlib.metadata import PackageNotFoundError, version

        try:
            print(f"planscript {version('planscript')}")
        except PackageNotFoundError:
            print("planscript (not installed)")
        parser.exit()


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command that `argv` (default: the process's arguments) asks for.

    Returns the exit code. Never raises: errors of the user are drawn on standard error, and an
    error of Planscript itself is said to be one.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    debug = "--debug" in words
    words = [word for word in words if word != "--debug"]
    if not words:
        words = ["repl"] if sys.stdin.isatty() else ["run", "-"]
    if words[0].endswith(".plan") and not words[0].startswith("-"):
        words.insert(0, "run")
    if words[0] not in COMMANDS and not words[0].startswith("-"):
        from planscript.lang.diagnostics import did_you_mean

        hint = did_you_mean(words[0], COMMANDS) or "see `planscript --help`"
        print(f"planscript: no command `{words[0]}`; {hint}", file=sys.stderr)
        return 2
    if words[0] not in COMMANDS:
        build_parser().parse_args(words)  # answers --help and --version; all else is wrong usage
        return 2
    module = import_module(f"planscript.runtime.shell.{COMMANDS[words[0]][0]}")
    args = build_command_parser(words[0], module).parse_args(words[1:])
    args.debug = debug
    run: Callable[[Any], int] = module.run
    try:
        code = run(args)
        if argv is None and words[0] in LEAVE_AT_ONCE:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
        return code
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # The reader of our output (such as `head`) has gone; silence the interpreter's own flush.
        sys.stdout = None
        return 141
    except Exception as error:
        if "bdb" in sys.modules and isinstance(error, sys.modules["bdb"].BdbQuit):
            raise  # the user leaves Python's debugger
        if debug:
            import traceback

            traceback.print_exception(error)
        return _report(error)


def _report(error: Exception) -> int:
    from planscript.lang.diagnostics import PlanscriptError, SourceError
    from planscript.runtime.shell.report import report

    if isinstance(error, PlanscriptError):
        report(error)
        return 2 if isinstance(error, SourceError) else 1
    print(
        f"internal error: {type(error).__name__}: {error}\n"
        "  this is a bug in Planscript, not in your script; `--debug` shows where it happened",
        file=sys.stderr,
    )
    return 70
