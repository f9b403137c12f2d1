"""The methods of built-in values that scripts call as Python's own, by kind of value.

Each means in Python what it means in Planscript, does work in proportion to what it is given and
gives, and gives only values of the language. `runtime/members.py` lets scripts reach them by name;
generated code calls them without asking the host where it sees what kind of value it has.
"""

from __future__ import annotations

from collections.abc import Mapping

NATIVE: Mapping[str, frozenset[str]] = {
    "list": frozenset("append insert pop remove index count sort reverse copy clear".split()),
    "tuple": frozenset("index count".split()),
    "set": frozenset("add discard remove pop clear copy".split()),
    "dict": frozenset("get pop setdefault update copy clear popitem".split()),
    "str": frozenset(
        "upper lower title capitalize casefold swapcase strip lstrip rstrip split rsplit "
        "splitlines find rfind index rindex count startswith endswith removeprefix removesuffix "
        "partition rpartition isalpha isdigit isdecimal isnumeric isalnum isspace isupper islower "
        "istitle isidentifier isprintable isascii".split()
    ),
    "range": frozenset(),
    "int": frozenset("bit_length bit_count".split()),
    "float": frozenset("is_integer".split()),
}

# The kind of value that a method is most often called on, where the text does not tell.
LIKELY: Mapping[str, str] = {
    name: kind
    for kind, names in (
        ("list", "append insert pop reverse sort"),
        ("dict", "get setdefault"),
        ("set", "add discard remove"),
        (
            "str",
            "endswith find isalnum isalpha isdigit isspace isupper islower lower lstrip rstrip "
            "split splitlines startswith strip upper",
        ),
    )
    for name in names.split()
}

# What methods of text give.
GIVES_TEXT = frozenset(
    "upper lower title capitalize casefold swapcase strip lstrip rstrip removeprefix removesuffix "
    "replace join center ljust rjust zfill".split()
)
GIVES_LIST = frozenset("split rsplit splitlines".split())
GIVES_SMALL = frozenset("find rfind index rindex count".split())

# Methods whose work grows with what they are called on: where steps are counted they are left to
# the host, which counts their work. (Work on text is so fast that only what makes many parts is.)
LONG: Mapping[str, frozenset[str]] = {
    "list": frozenset("insert remove index count reverse copy clear extend sort".split()),
    "tuple": NATIVE["tuple"],
    "dict": frozenset("update copy clear keys values items".split()),
    "set": frozenset(
        "clear copy union intersection difference symmetric_difference update intersection_update "
        "difference_update symmetric_difference_update issubset issuperset isdisjoint".split()
    ),
    "str": frozenset("join replace center ljust rjust zfill split rsplit splitlines".split()),
}
