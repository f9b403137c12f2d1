"""Exceptions of Python's own, put into errors of the language with their place in the script.

Script code runs as Python bytecode, so `1 + "a"` raises Python's TypeError: its message is read
here and said in the words of the language. An exception that comes from the inside of the runtime,
where no mistake of a script can cause it, is a bug of Planscript and is not translated.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from itertools import islice
from types import CodeType, FrameType, TracebackType
from typing import Any

from planscript.lang.diagnostics import (
    Diagnostic,
    LimitError,
    PlanscriptError,
    Span,
    did_you_mean,
)
from planscript.runtime.errors import RunError, kind_in_words, run_error
from planscript.runtime.python_messages import TYPE_MESSAGES, VALUE_MESSAGES, in_words, script_name

SCRIPT_MARK = "_ps_host"  # a global of script code: the host of its module
MAX_CALLS = 8  # of the script's calls that a report shows

_HERE = os.path.dirname(__file__)
_LIBRARY = os.path.join(os.path.dirname(_HERE), "stdlib") + os.sep
# Files that work on the values of scripts: there, a TypeError is about such a value.
_VALUE_FILES = frozenset(
    os.path.join(_HERE, name + ".py")
    for name in "operators builtins members charges display format_spec host errors library".split()
)


def located(error: Exception) -> RunError:
    """The error in the words of the language, with its place and the calls that led to it.

    Raises `error` itself where it is a bug of Planscript.
    """
    found = list(_script_frames(error.__traceback__))
    if not isinstance(error, PlanscriptError) and _is_bug(error, found):
        raise error
    made = _translated(error, found[-1] if found else None)
    if found and made.diagnostics[0].span is None:
        _locate(made, found)
    return made


def locate_limit(error: LimitError) -> None:
    """Adds the place where a budget was used up, where it can be had and is not known yet."""
    cause = error.__cause__
    found = list(_script_frames(error.__traceback__ if cause is None else cause.__traceback__))
    old = error.diagnostics[0]
    if found and old.span is None:
        span = place(found[-1][0].f_code, found[-1][1])
        error.diagnostics = (
            Diagnostic(old.code, old.title, span, old.label, old.hint, old.severity),
        )


def _is_bug(error: Exception, found: list[tuple[FrameType, int]]) -> bool:
    deepest = error.__traceback__
    while deepest is not None and deepest.tb_next is not None:
        deepest = deepest.tb_next
    if deepest is None or not found or deepest.tb_frame is found[-1][0]:
        return False
    if isinstance(error, AttributeError | AssertionError | NameError | ImportError):
        return True
    file = deepest.tb_frame.f_code.co_filename
    if isinstance(error, RecursionError | MemoryError | OSError):
        return False
    return file not in _VALUE_FILES and not file.startswith(_LIBRARY)


# ---------------------------------------------------------------- places


def _script_frames(traceback: TracebackType | None) -> Iterator[tuple[FrameType, int]]:
    """The frames of scripts in a traceback, outermost first, each with its instruction."""
    while traceback is not None:
        if SCRIPT_MARK in traceback.tb_frame.f_globals:
            yield traceback.tb_frame, traceback.tb_lasti
        traceback = traceback.tb_next


def place(code: CodeType, instruction: int) -> Span | None:
    """The stretch of the script that an instruction was made from."""
    found: tuple[int, int, int, int] | None = None
    for line, end_line, column, end_column in islice(code.co_positions(), instruction // 2 + 1):
        if line is not None:  # else a jump that Python made: the place before it
            start = (column or 0) + 1
            end = start + 1 if end_column is None else end_column + 1
            found = line, start, end_line or line, end
    return None if found is None else Span(code.co_filename, *found)


def _locate(made: RunError, found: list[tuple[FrameType, int]]) -> None:
    """Marks the innermost place outside the standard library, and names the calls around it."""
    inner = len(found) - 1
    while inner > 0 and found[inner][0].f_code.co_filename.startswith(_LIBRARY):
        inner -= 1
    if found[inner][0].f_code.co_filename.startswith(_LIBRARY):
        inner = len(found) - 1
    span = place(found[inner][0].f_code, found[inner][1])
    if span is None:
        return
    related: list[tuple[str, Span]] = []
    for frame, instruction in found[inner + 1 :][:MAX_CALLS]:
        at = place(frame.f_code, instruction)
        if at is not None:
            related.append((f"inside {_function_name(frame.f_code)}", at))
    outer = found[max(0, inner - MAX_CALLS) : inner]
    callees = [frame for frame, _ in found[max(0, inner - MAX_CALLS) + 1 : inner + 1]]
    for (frame, instruction), callee in reversed(list(zip(outer, callees, strict=True))):
        at = place(frame.f_code, instruction)
        name = _function_name(callee.f_code)
        if at is not None:
            related.append((f"{name} was called at" if name.endswith("()") else "imported at", at))
    if inner > MAX_CALLS:
        last = place(found[0][0].f_code, found[0][1])
        if last is not None:
            related.append((f"and {inner - MAX_CALLS} calls further out, from", last))
    made.locate(span, tuple(related))


def _function_name(code: CodeType) -> str:
    if code.co_name == "<module>":
        return "the module"
    return "fn()" if code.co_name == "<lambda>" else f"{script_name(code.co_name)}()"


# ---------------------------------------------------------------- what happened


def _translated(error: Exception, at: tuple[FrameType, int] | None) -> RunError:
    text = str(error)
    match error:
        case RunError():
            return error
        case PlanscriptError():
            return _from_source_error(error)
        case ZeroDivisionError():
            return run_error("ZeroDivision", "division by zero")
        case IndexError():
            return _index_error(text, at)
        case KeyError():
            return _key_error(error, at)
        case RecursionError():
            return _recursion_error(text)
        case NameError():
            return _name_error(text)
        case OverflowError():
            return run_error("ValueError", _overflow_message(text))
        case UnicodeError():
            return run_error("ValueError", "this text holds characters that cannot be encoded")
        case ValueError():
            return run_error("ValueError", *in_words(VALUE_MESSAGES, text))
        case TypeError():
            return run_error("TypeError", *in_words(TYPE_MESSAGES, text))
        case RuntimeError() if "changed" in text:
            return run_error(
                "ValueError",
                "the map or set was changed while a loop goes through it",
                hint="go through a copy: `for k in list(m):`",
            )
        case OSError():
            return run_error("IOError", error.strerror or text)
    raise error


def _from_source_error(error: PlanscriptError) -> RunError:
    """A mistake in a text that was read while the script runs (a module, a PDDL file)."""
    first = error.diagnostics[0] if error.diagnostics else Diagnostic("E0500", "an error")
    made = run_error("LoadError", first.title, first.hint)
    made.value.place = first.span
    made.diagnostics = error.diagnostics
    return made


def _overflow_message(text: str) -> str:
    if "infinity" in text:
        return "infinity is no whole number"
    return "the number is too large for this"


def _recursion_error(text: str) -> RunError:
    if any(word in text for word in ("comparison", "encoding", "decoding", "hash")):
        return run_error(
            "RecursionLimit", "the values are nested too deeply, or contain themselves"
        )
    return run_error(
        "RecursionLimit",
        "calls are nested too deeply",
        hint="is there a case in which the function does not call itself?",
    )


def _name_error(text: str) -> RunError:
    found = re.search(r"'([^']+)'", text)
    name = script_name(found[1]) if found else "this name"
    if "local variable" in text or "free variable" in text:
        return run_error("NameError", f"`{name}` has no value yet")
    return run_error(
        "NameError", f"`{name}` has no value yet", "the line that gives it one has not run"
    )


def _key_error(error: KeyError, at: tuple[FrameType, int] | None) -> RunError:
    from planscript.runtime.display import literal

    key = error.args[0] if error.args else ""
    if key == "pop from an empty set":
        return run_error("KeyError", "the set is empty")
    if key == "popitem(): dictionary is empty":
        return run_error("KeyError", "the map is empty")
    container, _ = _subscript(at)
    if _failed_method(at) == "remove":
        return run_error(
            "KeyError",
            f"no {literal(key, 80)} in this set",
            "`discard` takes away what may not be there",
        )
    hint = ""
    if isinstance(container, dict) and isinstance(key, str):
        hint = did_you_mean(key, [k for k in islice(container, 1000) if isinstance(k, str)])
        hint = hint.replace("`", '"')
    if not hint and isinstance(container, dict):
        hint = "`m.get(key, default)` gives a default where there is no such key"
    what = "set" if isinstance(container, set) else "map"
    return run_error("KeyError", f"no key {literal(key, 80)} in this {what}", hint)


def _index_error(text: str, at: tuple[FrameType, int] | None) -> RunError:
    if "pop from empty" in text:
        return run_error("IndexError", "the list is empty")
    container, index = _subscript(at)
    if isinstance(index, int) and isinstance(container, list | tuple | str | range):
        what = kind_in_words(container).split()[-1]
        count = len(container)
        unit = "character" if what == "text" else "item"
        size = f"{count} {unit}{'' if count == 1 else 's'}" if count else f"no {unit}s"
        return run_error("IndexError", f"index {index} is out of range: the {what} has {size}")
    what = "text" if "string" in text else "tuple" if "tuple" in text else "list"
    return run_error("IndexError", f"the index is out of range: the {what} is shorter")


def _subscript(at: tuple[FrameType, int] | None) -> tuple[Any, Any]:
    """The two values of the failed `container[index]`, where both can be had without running code.

    The text at the place of the error is read again; names in it are looked up in the frame.
    """
    import ast

    tree = _failed_expression(at)
    if at is None or not isinstance(tree, ast.Subscript):
        return None, None
    names = {**at[0].f_globals, **at[0].f_locals}
    return _known(tree.value, names), _known(tree.slice, names)


def _failed_method(at: tuple[FrameType, int] | None) -> str | None:
    """The name of the method whose call failed."""
    import ast

    tree = _failed_expression(at)
    if isinstance(tree, ast.Call) and isinstance(tree.func, ast.Attribute):
        return tree.func.attr
    return None


def _failed_expression(at: tuple[FrameType, int] | None) -> Any:
    """The expression at the place of the error, as Python reads it; None where it cannot."""
    import ast

    if at is None:
        return None
    frame, instruction = at
    span = place(frame.f_code, instruction)
    session = getattr(frame.f_globals.get(SCRIPT_MARK), "session", None)
    text = getattr(session, "texts", {}).get(span.source, "") if span is not None else ""
    lines = text.splitlines()
    if span is None or span.line != span.end_line or not 0 < span.line <= len(lines):
        return None
    try:
        return ast.parse(
            lines[span.line - 1][span.column - 1 : span.end_column - 1], mode="eval"
        ).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _known(node: Any, names: dict[str, Any], depth: int = 0) -> Any:
    """The value of a simple expression: names, numbers, text, `-i`, `i + 1`, `rows[i]`; else
    None.
    """
    import ast

    if depth > 8:
        return None
    match node:
        case ast.Constant(value=int() | str() as value):
            return value
        case ast.Name(id=name):
            return names.get(name)
        case ast.List(elts=items) if not any(isinstance(i, ast.Starred) for i in items):
            return [_known(item, names, depth + 1) for item in items]
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            value = _known(operand, names, depth + 1)
            return -value if type(value) is int else None
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub() as sign, right=right):
            one, other = _known(left, names, depth + 1), _known(right, names, depth + 1)
            if type(one) is int and type(other) is int:
                return one + other if isinstance(sign, ast.Add) else one - other
        case ast.Subscript(value=value, slice=index):
            container, key = _known(value, names, depth + 1), _known(index, names, depth + 1)
            if type(container) in (list, dict, tuple) and type(key) in (int, str):
                try:
                    return container[key]
                except (LookupError, TypeError):
                    return None
    return None
