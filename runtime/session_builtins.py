"""The builtins that need the session: standard input and output, the world, help."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from textwrap import indent
from typing import TYPE_CHECKING, Any

from planscript.runtime import values
from planscript.runtime.display import literal, show
from planscript.runtime.errors import kind_in_words, run_error
from planscript.runtime.examples import doc_of
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
        if session.journal is None:
            return session.read_line()
        return str(session.journal.ask("input", None, session.read_line))

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

    def retry(after: float | None = None) -> None:
        if after is not None and (type(after) not in (int, float) or after < 0):
            raise run_error("ValueError", "retry() takes the seconds to wait, at least 0")
        settle("retry", after)

    def exclude() -> None:
        settle("exclude", None)

    def replan() -> None:
        settle("replan", None)

    def give_up(reason: Any = "") -> None:
        settle("give_up", show(reason))

    def settle(kind: Any, value: Any) -> None:
        performers = session.acting.around.performers
        if not performers:
            raise run_error("ValueError", f"{kind}() stands in an `on fail:` clause")
        performers[-1].settle(kind, value)

    def why(step: Any = None, language: str | None = None) -> str:
        return session.acting.why(step, language)

    def why_not(goal: Any, language: str | None = None) -> str:
        return session.acting.why_not(goal, language)

    table = (
        ("print", print_values, '(x, ..., sep=" ", end="\\n")', "Writes the values.", "n"),
        ("input", read_line, '(prompt="")', "One line of standard input, without its end.", "n"),
        ("objects", objects, "(type)", "The objects of a type, in the order of declaration.", "n"),
        ("say", say, "(x, language)", "A plan, step, goal, object or world in words.", "n"),
        ("execute", execute, "(plan)", "Carries out a plan as it stands.", "n"),
        ("why", why, "(step=none, language)", "Why a step (none: the last one) was taken.", "n"),
        ("why_not", why_not, "(goal, language)", "What stands in the way of a goal.", "n"),
        ("retry", retry, "(after=none)", "In `on fail`: the step is tried again.", "1"),
        ("exclude", exclude, "()", "In `on fail`: no further plan has this step.", "1"),
        ("replan", replan, "()", "In `on fail`: a new plan is made.", "1"),
        ("give_up", give_up, "(reason)", "In `on fail`: the goal is given up.", "1"),
        ("cost", cost, "(plan)", "What a plan costs.", "1"),
        ("help", help_on, "(x)", "Prints what x is: for a function its documentation.", "1"),
    )  # fmt: skip
    found: dict[str, Builtin] = {}
    for name, run, signature, doc, grows in table:
        run.__name__ = run.__qualname__ = name
        found[name] = Builtin(name, run, signature, doc, "", grows)
    return found


def line_of(session: Session) -> str:
    """A line of standard input with its end; empty at the end of the input."""
    stream = sys.stdin if session.stdin is None else session.stdin
    session.flush()
    try:
        return stream.readline()
    except UnicodeDecodeError:
        raise run_error("IOError", "standard input is not UTF-8 text") from None


def describe(session: Session, value: Any) -> str:
    """What a value is: for functions their signature, what they do and examples."""
    known = session.builtin_of(value)
    if known is not None:
        needs = f"needs --allow-{known.needs}" if known.needs else ""
        return _entry(known.name + known.signature, known.doc, needs)
    if isinstance(value, values.Module):
        own = sorted(value.members.items())
        functions = [name for name, member in own if callable(member)]
        constants = [n for n, m in own if not callable(m) and not isinstance(m, values.Module)]
        return _entry(
            f"module {value.name}",
            value.doc,
            f"functions: {', '.join(functions)}" if functions else "",
            f"values: {', '.join(constants)}" if constants else "",
        )
    if isinstance(value, values.Obj):
        return f"{value.name}: an object of the world, of type {value.type}"
    if _is_script_function(value):
        return _entry(_signature(value), doc_of(session, value))
    return f"{literal(value, 400)}: {kind_in_words(value)}"


def _entry(title: str, *paragraphs: str) -> str:
    """A title, and below it, indented, the paragraphs that are not empty."""
    below = "\n\n".join(p.strip("\n") for p in paragraphs if p.strip())
    return title + ("\n" + indent(below, "  ") if below else "")


def _signature(function: Any) -> str:
    """A function of a script as it is called: `area(w, h=1)`."""
    from inspect import Parameter, signature

    from planscript.runtime.python_messages import script_name

    signs: dict[object, str] = {Parameter.VAR_POSITIONAL: "*", Parameter.VAR_KEYWORD: "**"}
    parts = [
        signs.get(one.kind, "")
        + script_name(one.name)
        + ("" if one.default is Parameter.empty else f"={literal(one.default, 40)}")
        for one in signature(function).parameters.values()
    ]
    name = script_name(function.__name__)
    return f"{'fn' if name == '<lambda>' else name}({', '.join(parts)})"


def _is_script_function(value: Any) -> bool:
    return type(value).__name__ == "function"
