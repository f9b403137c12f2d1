"""What Python says of wrong types and values, put in the words of the language.

A table from Python's messages to ours, and how it is read; `translate.py` uses it. Messages of
later Pythons that are not in the table are answered in general words.
"""

from __future__ import annotations

import re

from planscript.runtime.errors import type_word

# Pattern of Python's message, what to say, and a hint. In a pattern `{t}` stands for a type
# (`{w}`: where a whole number is wanted), `{f}` for a function, `{n}` for a name; in the words,
# {0}, {1} ... are these and the groups, in order.
Messages = tuple[tuple[str, str, str], ...]

TYPE_MESSAGES: Messages = (
    (r"unsupported operand type\(s\) for \+=?: {t} and {t}", "cannot add {0} and {1}", "text"),
    (r"can only concatenate {t} \(not {t}\) to \w+", "cannot add {0} and {1}", "text"),
    (r"unsupported operand type\(s\) for -=?: {t} and {t}", "cannot subtract {1} from {0}", ""),
    (r"unsupported operand type\(s\) for \*=?: {t} and {t}", "cannot multiply {0} by {1}", ""),
    (r"unsupported operand type\(s\) for (?:/|//)=?: {t} and {t}", "cannot divide {0} by {1}", ""),
    (
        r"unsupported operand type\(s\) for %=?: {t} and {t}",
        "cannot take the remainder of {0} and {1}",
        "",
    ),
    (
        r"unsupported operand type\(s\) for \*\* or pow\(\): {t} and {t}",
        "cannot raise {0} to the power of {1}",
        "",
    ),
    (r"unsupported operand type\(s\) for (\S+?)=?: {t} and {t}",
     "cannot use `{0}` on {1} and {2}", ""),
    (
        r"can't multiply sequence by non-int of type {t}",
        "text and lists can be repeated a whole number of times, not by {0}",
        "",
    ),
    (r"'(<=?|>=?)' not supported between instances of {t} and {t}",
     "cannot compare {1} with {2}", ""),
    (r"{t} object is not callable", "{0} cannot be called: it is not a function", ""),
    (r"{t} object is not subscriptable", "{0} has no items to take with [ ]", ""),
    (r"{t} object is not iterable", "cannot go through the items of {0}", ""),
    (r"cannot unpack non-iterable {t} object", "cannot take {0} apart into several names", ""),
    (r"argument of type {t} is not iterable", "`in` cannot look into {0}", ""),
    (r"'in <string>' requires string as left operand, not {t}",
     "`in` looks for text in text, not for {0}", ""),
    (r"{t} object does not support item assignment", "the items of {0} cannot be changed", ""),
    (r"{t} object doesn't support item deletion", "the items of {0} cannot be removed", ""),
    (r"unhashable type: 'slice'", "only lists and text can be sliced with [a:b]", ""),
    (
        r"unhashable type: {t}",
        "{0} cannot be a key of a map or an item of a set, because it can change",
        "use a tuple: (a, b)",
    ),
    (r"bad operand type for unary \+: {t}", "cannot take the remainder of {0}", ""),
    (r"bad operand type for unary -: {t}", "cannot negate {0}", ""),
    (r"bad operand type for unary (\S+): {t}", "`{0}` cannot stand before {1}", ""),
    (r"bad operand type for abs\(\): {t}", "abs() takes a number, not {0}", ""),
    (r"(?:list|tuple|range|range object) indices must be integers or slices, not {w}",
     "an index is a whole number, not {0}", ""),
    (r"string indices must be integers(?: or slices)?, not {w}",
     "an index is a whole number, not {0}", ""),
    (r"slice indices must be integers.*", "the bounds of a slice are whole numbers", ""),
    (r"object of type {t} has no len\(\)", "{0} has no length", ""),
    (r"{w} object cannot be interpreted as an integer",
     "a whole number is wanted here, not {0}", ""),
    (r"must be real number, not {t}", "a number is wanted here, not {0}", ""),
    (r"can only assign an iterable", "only a list can take the place of a slice", ""),
    (r"sequence item (\d+): expected str instance, {t} found",
     "join() puts texts together, but item {0} is {1}", '", ".join([str(x) for x in items])'),
    (r"(?:.*\.)?(\w+)\(\) argument (\d+) must be (?:str|a str or None), not {t}",
     "{0}() takes text as argument {1}, not {2}", ""),
    (r"{f}\(\) argument must be str, not {t}", "{0}() takes text, not {1}", ""),
    (r"tuple for (\w+) must only contain str, not {t}", "{0}() takes texts, not {1}", ""),
    (r"(\w+) first arg must be str or a tuple of str, not {t}", "{0}() takes text, not {1}", ""),
    (r"(\w+) arg must be None or str", "{0}() takes text", ""),
    (r"must be (?:str|str or None), not {t}", "text is wanted here, not {0}", ""),
    (r".*argument after \* must be an iterable, not {t}", "`*` spreads a list, not {0}", ""),
    (r"Value after \* must be an iterable, not {t}", "`*` spreads a list, not {0}", ""),
    (r".*argument after \*\* must be a mapping, not {t}", "`**` spreads a map, not {0}", ""),
    (r"{t} object is not a mapping", "`**` spreads a map, not {0}", ""),
    (r"keywords must be strings", "`**` in a call spreads a map whose keys are names", ""),
    (r"cannot convert dictionary update sequence element #(\d+) to a sequence",
     "a map is made of pairs (key, value), but item {0} is no pair", ""),
    # wrong calls
    (r"{f}\(\) takes from 0 to (\d+) positional arguments? but (\d+) (?:was|were) given",
     "{0}() takes at most {1} arguments, {2} given", ""),
    (r"{f}\(\) takes from (\d+) to (\d+) positional arguments but (\d+) (?:was|were) given",
     "{0}() takes {1} to {2} arguments, {3} given", ""),
    (r"{f}\(\) takes 0 positional arguments but (\d+) (?:was|were) given",
     "{0}() takes no arguments, {1} given", ""),
    (r"{f}\(\) takes 1 positional argument but (\d+) (?:was|were) given",
     "{0}() takes 1 argument, {1} given", ""),
    (r"{f}\(\) takes (\d+) positional arguments? but (\d+) (?:was|were) given",
     "{0}() takes {1} arguments, {2} given", ""),
    (r"{f}\(\) takes (?:from \d+ to )?(\d+) positional arguments? but (\d+) positional arg.*",
     "{0}() takes {1} arguments without names, {2} given", ""),
    (r"{f}\(\) missing 1 required (?:positional|keyword-only) argument: {n}",
     "{0}() is missing the argument `{1}`", ""),
    (r"{f}\(\) missing \d+ required (?:positional|keyword-only) arguments: (.+)",
     "{0}() is missing the arguments {1}", ""),
    (r"{f}\(\) got an unexpected keyword argument {n}", "{0}() has no parameter `{1}`", ""),
    (r"{n} is an invalid keyword argument for {f}\(\)", "{1}() has no parameter `{0}`", ""),
    (r"{f}\(\) got multiple values for (?:keyword )?argument {n}",
     "{0}() is given `{1}` twice", ""),
    (r"{f}\(\) got some positional-only arguments passed as keyword arguments: {n}",
     "{0}() takes `{1}` by its place, not by name", ""),
    (r"{f}\(\) takes no keyword arguments", "{0}() takes no arguments by name", ""),
    (r"{f}\(\) takes no positional arguments", "{0}() takes its arguments by name", ""),
    (r"{f}\(\) takes no arguments \((\d+) given\)", "{0}() takes no arguments, {1} given", ""),
    (r"{f}\(\) takes exactly one argument \((\d+) given\)",
     "{0}() takes 1 argument, {1} given", ""),
    (r"{f}\(\) takes exactly (\d+) arguments \((\d+) given\)",
     "{0}() takes {1} arguments, {2} given", ""),
    (r"{f}\(\) takes at (most|least) (\d+)(?: keyword| positional)? arguments? \((\d+) given\)",
     "{0}() takes at {1} {2} arguments, {3} given", ""),
    (r"{f} expected at (most|least) (\d+) arguments?, got (\d+)",
     "{0}() takes at {1} {2} arguments, {3} given", ""),
    (r"{f} expected (\d+) arguments?, got (\d+)", "{0}() takes {1} arguments, {2} given", ""),
    (r".*", "this cannot be done with values of these kinds", ""),
)  # fmt: skip

VALUE_MESSAGES: Messages = (
    (r"too many values to unpack \(expected (\d+)\)",
     "there are more than {0} items to take apart", ""),
    (r"not enough values to unpack \(expected (at least \d+|\d+), got (\d+)\)",
     "{0} items are needed here, there are {1}", ""),
    (r"dictionary update sequence element #(\d+) has length (\d+); 2 is required",
     "a map is made of pairs (key, value), but item {0} has {1} parts", ""),
    (r"sequence\.index\(x\): x not in sequence", "the range does not contain this", ""),
    (r".*is not in (list|tuple|range).*", "the {0} does not contain this", ""),
    (r"(list|tuple)\.(?:remove|index)\(x\): x not in .*", "the {0} does not contain this", ""),
    (r"substring not found", "the text does not contain this", ""),
    (r"subsection not found", "the text does not contain this", ""),
    (r"empty separator", "the separator is empty", ""),
    (r"negative shift count", "cannot shift by a negative number", ""),
    (r"slice step cannot be zero", "the step of a slice cannot be 0", ""),
    (r"attempt to assign sequence of size (\d+) to extended slice of size (\d+)",
     "{0} items cannot take the place of {1}", ""),
    (r"list modified during sort", "the list was changed while it was being sorted", ""),
    (r"cannot convert float NaN to integer", "nan is no whole number", ""),
    (r"cannot convert float infinity to integer", "infinity is no whole number", ""),
    (r"Exceeds the limit .* for integer string conversion.*", "the number has too many digits", ""),
    (r"math domain error", "the function has no value for this number", ""),
    (r".*(?:must be|not) in range.*", "the number is outside the range that is allowed here", ""),
    (r".*", "this value cannot be used here", ""),
)  # fmt: skip


def in_words(messages: Messages, text: str) -> tuple[str, str]:
    """What to say for Python's message, and a hint."""
    for pattern, words, hint in messages:
        found = re.fullmatch(_expanded(pattern), text, re.DOTALL)
        if found is None:
            continue
        names = {number: name for name, number in found.re.groupindex.items()}
        parts = [_said(part, names.get(i, "")) for i, part in enumerate(found.groups(), 1)]
        if hint == "text":
            hint = _adding_hint(parts)
        if not hint and "none" in parts:
            hint = "a function without `return` gives none"
        return re.sub(r"\b1 arguments\b", "1 argument", words.format(*parts)), hint
    return "this cannot be done", ""


def _expanded(pattern: str) -> str:
    """The pattern with its `{t}` (type), `{f}` (function) and `{n}` (name) as named groups."""
    forms = {
        "{t}": r"['\"]?(?:\w+\.)*(?P<t%d>\w+)['\"]?",
        "{w}": r"['\"]?(?:\w+\.)*(?P<w%d>\w+)['\"]?",
        "{f}": r"(?:[\w.<>]+\.)?(?P<f%d>\w+|<lambda>)",
        "{n}": r"'(?P<n%d>\w+)'",
    }
    pieces = re.split(r"(\{[twfn]\})", pattern)
    return "".join(forms[p] % i if p in forms else p for i, p in enumerate(pieces))


def _said(part: str, group: str) -> str:
    match group[:1]:
        case "t":
            return type_word(part)
        case "w":
            return "a number with a fraction" if part == "float" else type_word(part)
        case "f":
            return "fn" if part == "<lambda>" else script_name(part)
        case "n":
            return script_name(part)
    return re.sub(r"'(\w+)'", lambda m: f"`{script_name(m[1])}`", part)


def _adding_hint(parts: list[str]) -> str:
    if "text" in parts and "none" not in parts:
        return 'put the value into the text: "... {x} ...", or use str(x)'
    return ""


def script_name(name: str) -> str:
    """The name that a script uses for a Python name of its code."""
    return name.rsplit(".", 1)[-1]
