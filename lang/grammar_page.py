"""The grammar and the words of the language, as the specification prints them.

    python -m planscript.lang.grammar_page docs/spec.md

writes them anew between the marks `<!-- NAME -->` and `<!-- end NAME -->` of the page, so that the
page cannot drift from what the parser reads.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from importlib import resources
from pathlib import Path

from planscript.lang import keywords

_ALIAS = re.compile(r"\s+->\s+\w+\s*$")  # which method of the builder makes the node
_TOKENS = {"OPTION_COMMA": '","', "GOAL_LITERAL": '"goal"'}  # told apart by the lexer only


def grammar() -> str:
    """The rules of `grammar.lark` without what only the parser needs."""
    text = resources.files("planscript.lang").joinpath("grammar.lark").read_text("utf-8")
    rules = text[text.index("start:") :].split("\n", 1)[1]
    out: list[str] = []
    shift = 0  # how much shorter the name of the rule has become
    for line in rules.split("\n"):
        line = _ALIAS.sub("", line)
        if not line.startswith(" "):
            shift = len(line) - len(line.lstrip("?!_"))
        line = line[shift:]
        line = re.sub(r"(?<![\w\"])_(?=[a-z])", "", line)
        for token, shown in _TOKENS.items():
            line = re.sub(rf"\b{token}\b", shown, line)
        line = re.sub(r"^// -+ (.*)$", r"// \1", line)
        out.append(line.rstrip())
    return "```ebnf\n" + "\n".join(out).strip("\n") + "\n```"


def words() -> str:
    """The reserved words and the soft keywords, with where they are keywords."""
    rows = [
        ("reserved", keywords.HARD),
        ("at the beginning of a statement", keywords.SCRIPT_LINE),
        ("at the beginning of a line in a `match` block", keywords.MATCH_LINE),
        ("at the beginning of a line in a `domain` block", keywords.DOMAIN_LINE),
        ("at the beginning of a line in an `action` block", keywords.ACTION_LINE),
        ("at the beginning of a line in a `world` block", keywords.WORLD_LINE),
        ("before an operand", keywords.PREFIX),
        ("between two operands", keywords.INFIX),
    ]
    lines = ["| where | words |", "|---|---|"]
    lines += [f"| {where} | {' '.join(f'`{w}`' for w in sorted(found))} |" for where, found in rows]
    return "\n".join(lines)


PARTS: Mapping[str, Callable[[], str]] = {"grammar": grammar, "words": words}


def renewed(page: str) -> str:
    """The page with its parts written anew. Raises ValueError where a mark is missing."""
    for name, part in PARTS.items():
        start, end = f"<!-- {name} -->", f"<!-- end {name} -->"
        if page.count(start) != 1 or page.count(end) != 1:
            raise ValueError(f"the page needs one `{start}` and one `{end}`")
        before, _, rest = page.partition(start)
        page = f"{before}{start}\n{part()}\n{end}{rest.partition(end)[2]}"
    return page


if __name__ == "__main__":
    for name in sys.argv[1:]:
        path = Path(name)
        path.write_text(renewed(path.read_text(encoding="utf-8")), encoding="utf-8")
