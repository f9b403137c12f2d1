"""The builtins that need the session: standard input and output, the world, help."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from planscript.runtime import values
from planscript.runtime.display import literal, show
from planscript.runtime.errors import kind_in_words, run_error
from planscript.runtime.script_thread import in_waiting_thread
from planscript.runtime.values import Builtin

if TYPE_CHECKING:
    from planscript.runtime.session import Session


def session_builtins(session: Session) -> Mapping[str, Builtin]:
    """The builtins of this session, by name."""

    def print_values(*items: Any, sep: str = " ", end: str = "\n") -> None:
        if len(items) == 1:
            session.write(show(items[0]) + show(end))
        else:
            session.write(show(sep).join([show(item) for item in items]) + show(end))

    def read_line(prompt: Any = "") -> str:
        if prompt != "":
            session.write(show(prompt))
        line = in_waiting_thread(lambda: _line_of(session))
        if not line:
            raise run_error("EndOfInput", "there is no more input")
        return str(line).removesuffix("\n")

    def objects(type: Any) -> list[Any]:
        return session.acting.objects(type)

    def say(x: Any, language: str | None = None) -> str:
        if language not in (None, "en", "zh"):
            raise run_error("ValueError", 'the languages of say() are "en" and "zh"')
        return session.acting.say(x, language)

    def execute(plan: Any) -> None:
        session.acting.execute(plan)

    def cost(plan: Any) -> Any:
        if not isinstance(plan, values.PlanValue):
            raise run_error("TypeError", f"cost() takes a plan, not {kind_in_words(plan)}")
        return plan.cost

    def help_on(x: Any) -> None:
        session.write(describe(session, x) + "\n")

    table = (
        ("print", print_values, '(x, ..., sep=" ", end="\\n")', "Writes the values.", "n"),
        ("input", read_line, '(prompt="")', "One line of standard input, without its end.", "n"),
        ("objects", objects, "(type)", "The objects of a type, in the order of declaration.", "n"),
        ("say", say, "(x, language)", "A plan, step, goal, object or world in words.", "n"),
        ("execute", execute, "(plan)", "Carries out a plan as it stands.", "n"),
        ("cost", cost, "(plan)", "What a plan costs.", "1"),
        ("help", help_on, "(x)", "Prints what x is.", "1"),
    )  # fmt: skip
    found: dict[str, Builtin] = {}
    for name, run, signature, doc, grows in table:
        run.__name__ = run.__qualname__ = name
        found[name] = Builtin(name, run, signature, doc, "", grows)
    return found


def _line_of(session: Session) -> str:
    stream = sys.stdin if session.stdin is None else session.stdin
    session.flush()
    try:
        return stream.readline()
    except UnicodeDecodeError:
        raise run_error("IOError", "standard input is not UTF-8 text") from None


def describe(session: Session, value: Any) -> str:
    """What a value is: for functions their signature and what they do."""
    known = session.builtin_of(value)
    if known is not None:
        needs = f"\n  needs --allow-{known.needs}" if known.needs else ""
        return f"{known.name}{known.signature}\n  {known.doc}{needs}"
    if isinstance(value, values.Module):
        names = ", ".join(sorted(value.members))
        about = value.doc.strip().split("\n\n")[0]
        return (
            f"module {value.name}\n  {about}\n  {names}"
            if about
            else f"module {value.name}\n  {names}"
        )
    if isinstance(value, values.Obj):
        return f"{value.name}: an object of the world, of type {value.type}"
    written = getattr(value, "__doc__", None) if _is_script_function(value) else None
    if written:
        return f"{literal(value)}\n  {written.strip()}"
    return f"{literal(value, 400)}: {kind_in_words(value)}"


def _is_script_function(value: Any) -> bool:
    return type(value).__name__ == "function"
