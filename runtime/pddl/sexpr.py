"""PDDL text as words and nested lists, with the place of each.

Knows parentheses, comments and files, but nothing of what the words mean. A word is its index into
`Text.words`; a form is a list whose item 0 is the index of its opening parenthesis, followed by its
parts. Places are worked out only when somebody asks, so that large files read fast.
"""

from __future__ import annotations

import os
import re
import stat
from bisect import bisect_right
from codecs import BOM_UTF8
from functools import cached_property
from pathlib import Path
from typing import BinaryIO, NoReturn, TypeAlias

from planscript.lang.diagnostics import Diagnostic, SourceError, Span, nearest

Form: TypeAlias = "list[int | Form]"
Node: TypeAlias = "int | Form"

MAX_DEPTH = 200  # of parentheses; what reads and rewrites formulas recurses this deep
MAX_BYTES = 512 * 2**20
PART_BYTES = 2**20  # are read at once

# `?` begins a new word even without a space before it ("- aircraft?a").
_TOKEN = re.compile(r";[^\r\n]*|([()]|\??[^\s();?]+|\?)")
_GLUED = re.compile(r"[^\s();?]\?")


def read_text(path: str | os.PathLike[str]) -> str:
    """The contents of a UTF-8 text file.

    Raises SourceError where it is missing, no file, too large or no text.
    """
    name = os.fspath(path)
    try:
        mode = os.stat(path).st_mode
        if stat.S_ISDIR(mode):
            _refuse("E0701", f"`{name}` is a folder", "give the name of a PDDL file")
        if not (stat.S_ISREG(mode) or stat.S_ISFIFO(mode)):
            _refuse("E0701", f"`{name}` is not an ordinary file", "give the name of a PDDL file")
        with open(path, "rb") as stream:
            raw = _read(stream)
    except FileNotFoundError:
        _refuse("E0701", f"no file `{name}`", _similar_file(name))
    except (OSError, ValueError) as problem:
        reason = getattr(problem, "strerror", None) or str(problem)
        _refuse("E0701", f"cannot read `{name}`: {reason}", "check the name and the permissions")
    if len(raw) > MAX_BYTES:
        _refuse("E0701", f"`{name}` is larger than {MAX_BYTES >> 20} MB", "")
    raw = raw.removeprefix(BOM_UTF8)
    try:
        return raw.decode()
    except UnicodeDecodeError as problem:
        before = raw[: problem.start]
        line = before.count(b"\n") + 1
        column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1
        raise SourceError(
            Diagnostic(
                "E0702",
                f"`{name}` is not a UTF-8 text file",
                Span(name, line, column, line, column + 1),
                f"byte 0x{raw[problem.start]:02x}",
                "save the file as UTF-8",
            )
        ) from None


def _read(stream: BinaryIO) -> bytes:
    """The contents, up to a little more than MAX_BYTES, without room for that being reserved."""
    parts: list[bytes] = []
    size = 0
    while size <= MAX_BYTES:
        part = stream.read(PART_BYTES)
        if not part:
            break
        parts.append(part)
        size += len(part)
    return b"".join(parts)


def _refuse(code: str, title: str, hint: str) -> NoReturn:
    raise SourceError(Diagnostic(code, title, hint=hint)) from None


def _similar_file(name: str) -> str:
    path = Path(name)
    try:
        near = nearest(path.name, os.listdir(path.parent))
    except (OSError, ValueError):
        near = None
    return f"did you mean `{path.parent / near}`?" if near else "check the name"


class Text:
    """A PDDL text cut into words (lower case) and nested forms.

    `forms` holds the outermost forms and stray words. Raises SourceError where parentheses do not
    match, are nested deeper than MAX_DEPTH, or the text holds a NUL character.
    """

    def __init__(self, text: str, source: str) -> None:
        self.text = text
        self.source = source
        self.words: list[str] = _TOKEN.findall(text.lower())
        if ";" in text:
            self.words = [word for word in self.words if word]
        if "\0" in text:
            self._refuse_nul()
        self.forms: Form = self._nest()

    def _nest(self) -> Form:
        current: Form = []
        stack: list[Form] = []
        for index, word in enumerate(self.words):
            if word == "(":
                if len(stack) >= MAX_DEPTH:
                    self.fail(
                        "E0704",
                        f"parentheses nested deeper than {MAX_DEPTH}",
                        index,
                        "too deep from here",
                        "split the formula, or take out parentheses that do nothing",
                    )
                form: Form = [index]
                current.append(form)
                stack.append(current)
                current = form
            elif word == ")":
                if not stack:
                    self.fail(
                        "E0703",
                        "`)` without a `(` that it closes",
                        index,
                        "closes nothing",
                        "take it out, or look for a form above that was closed too early",
                    )
                current = stack.pop()
            else:
                current.append(index)
        if stack:
            self._refuse_unclosed([form[0] for form in [*stack[1:], current]])  # type: ignore[misc]
        return current

    def _refuse_unclosed(self, unclosed: list[int]) -> NoReturn:
        """Point at the parenthesis that was never closed.

        Where a section `(:...` begins inside another one, the fault lies in that other one,
        whatever parenthesis is left over at the end of the text.
        """
        opened: list[int] = []
        culprit, seen = unclosed[-1], None
        for index, word in enumerate(self.words):
            if word == "(":
                if len(opened) > 1 and "".join(self.words[index + 1 : index + 2])[:1] == ":":
                    culprit, seen = opened[-1], index
                    break
                opened.append(index)
            elif word == ")":
                opened.pop()
        count = len(unclosed)
        related: tuple[tuple[str, Span], ...] = ()
        if seen is not None:
            label = "opened here, not closed before the next section"
            related = ((f"`({self.words[seen + 1]}` begins inside it", self.span(seen)),)
        else:
            label = "opened here, never closed"
        missing = "one `)` is" if count == 1 else f"{count} `)` are"
        self.fail(
            "E0703",
            "the text ends inside a form: a parenthesis is not closed",
            culprit,
            label,
            f"{missing} missing by the end of the text; is the file complete?",
            related,
        )

    def _refuse_nul(self) -> NoReturn:
        line, column = self._place(self.text.index("\0"))
        raise SourceError(
            Diagnostic(
                "E0702",
                f"`{self.source}` holds a NUL character: it is not a text file",
                Span(self.source, line, column, line, column + 1),
                "NUL",
                "give a plain PDDL text file",
            )
        )

    # ------------------------------------------------------------ places

    @cached_property
    def _starts(self) -> list[int]:
        return [m.start(1) for m in _TOKEN.finditer(self.text) if m.group(1)]

    @cached_property
    def _lines(self) -> list[int]:
        starts = [0]
        for line in self.text.splitlines(keepends=True):
            starts.append(starts[-1] + len(line))
        return starts

    def _place(self, offset: int) -> tuple[int, int]:
        line = bisect_right(self._lines, offset, hi=max(1, len(self._lines) - 1))
        return line, offset - self._lines[line - 1] + 1

    def span(self, node: Node) -> Span:
        """The place of a word, or of a form from its opening to its closing parenthesis."""
        first = node if isinstance(node, int) else node[0]
        assert isinstance(first, int)
        last = first
        if not isinstance(node, int):
            depth = 0
            for last in range(first, len(self.words)):
                depth += (self.words[last] == "(") - (self.words[last] == ")")
                if depth == 0:
                    break
        line, column = self._place(self._starts[first])
        end_line, end_column = self._place(self._starts[last])
        return Span(self.source, line, column, end_line, end_column + len(self.words[last]))

    def glued(self) -> list[int]:
        """The words `?x` that stand right behind another word without a space between."""
        if not _GLUED.search(self.text):
            return []
        words, starts = self.words, self._starts
        return [
            i
            for i in range(1, len(words))
            if words[i][0] == "?"
            and words[i - 1] not in "()"
            and starts[i - 1] + len(words[i - 1]) == starts[i]
        ]

    # ------------------------------------------------------------ messages

    def fail(
        self,
        code: str,
        title: str,
        node: Node,
        label: str = "",
        hint: str = "",
        related: tuple[tuple[str, Span], ...] = (),
    ) -> NoReturn:
        """Raise SourceError about `node`."""
        raise SourceError(Diagnostic(code, title, self.span(node), label, hint, related=related))

    def fail_empty(self, wanted: str) -> NoReturn:
        """Raise SourceError: the text holds nothing, not even a word to point at."""
        title = f"`{self.source}` is empty: {wanted} was expected"
        raise SourceError(Diagnostic("E0705", title, Span(self.source, 1, 1, 1, 1)))

    def warning(
        self, code: str, title: str, node: Node, label: str = "", hint: str = ""
    ) -> Diagnostic:
        """A warning about `node`."""
        return Diagnostic(code, title, self.span(node), label, hint, "warning")

    def show(self, node: Node) -> str:
        """The node as it was written, on one line, shortened."""
        if isinstance(node, int):
            return self.words[node]
        out, depth = "", 0
        first = node[0]
        assert isinstance(first, int)
        for word in self.words[first : first + 40]:
            gap = "" if not out or out[-1] == "(" or word == ")" else " "
            out += gap + word
            depth += (word == "(") - (word == ")")
            if depth == 0 or len(out) > 60:
                break
        return out if depth == 0 else out + " ..."
