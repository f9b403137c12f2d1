"""One logical line of a script -> text: the space between words, and where a long line is broken.

A bracket stays open over several lines where it does not fit, where it holds a comment, or where
the line was broken behind it: the author's choice, and then the author's rows are kept too. Outside
brackets, a line is broken at commas, `and` and `or`, where the author did or where it is too long.
What is broken stays broken, so that formatting twice is formatting once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from planscript.lang import keywords

INDENT = 4
WIDTH = 100
_MOST_NESTED = 20  # brackets inside brackets deeper than this are not broken
_LITTLE = 8  # breaking a bracket that holds no more than this gains nothing

_ENDS_OPERAND = frozenset("NAME NUMBER STRING ) ] } true false none".split())
_CLOSER = {"(": ")", "[": "]", "{": "}"}
_TYPED_HEADS = frozenset("predicate function derived action goal describe".split())
_STARTERS = keywords.HARD_LINE - {"for", "if", "else", "fn"}
# Where the inside of a bracket is broken, the loosest first.
_BREAKS = (("for",), ("if", "else"), ("implies",), ("or",), ("and",), ("+", "-"), ("*", "/", "//"))
_BREAK_BEFORE = frozenset(sign for signs in _BREAKS for sign in signs)


@dataclass
class Piece:
    """A token, a whole string or a comment, as written; `column` and `broken` tell where it was."""

    kind: str
    text: str
    column: int
    broken: bool = False  # it stood on a later line than the piece before
    space: bool = False  # a space goes before it
    prefix: bool = False  # a sign before its operand
    partner: int = -1  # of an opening bracket: where it closes
    forced: bool = False  # of an opening bracket: what is inside stands on lines of its own
    comma: bool = False  # of an opening bracket: the last element may have a comma


def lay_out_line(pieces: list[Piece], indent: int, opens_block: bool) -> str:
    """The text of a logical line, without its line end; `opens_block` says a block follows."""
    pieces = _without_last_commas(_Spacing(pieces).run())
    _find_brackets(pieces)
    return _Line(pieces, indent, opens_block).run()


# ---------------------------------------------------------------- space between words


@dataclass
class _Bracket:
    """What is open around a piece."""

    at: int
    kind: str  # "line", "call", "index", "list", "map" or "group"
    lambdas: int = 0  # whose `:` is still to come
    quantified: bool = False  # after `forall` or `exists`, before the body
    options: bool = False  # after `with`
    clauses: bool = False  # holds a comprehension
    target: bool = False  # between `for` and `in`


class _Spacing:
    """Decides which pieces have a space before them, and which brackets may end in a comma."""

    def __init__(self, pieces: list[Piece]) -> None:
        self.pieces = pieces
        self.open = [_Bracket(-1, "line")]
        self.slice_colon = False

    def run(self) -> list[Piece]:
        before: Piece | None = None
        heads = self.pieces[0].kind in _TYPED_HEADS
        for at, piece in enumerate(self.pieces):
            if piece.kind == "COMMENT":
                continue
            ends = before is not None and before.kind in _ENDS_OPERAND
            piece.prefix = piece.kind in ("-", "+", "~", "*", "**") and not ends
            piece.space = before is not None and self._spaced(before, piece, ends)
            if before is not None and before.kind == "%" and piece.kind in (",", ":"):
                before.space = False  # `faults go: 5%`
            self._enter(at, piece, before.kind if before else "", ends)
            if piece.kind in (")", "]", "}"):
                closed = self.open.pop()
                opener = self.pieces[closed.at]
                opener.comma = closed.kind in ("call", "list", "map") and not closed.clauses
                if heads and len(self.open) == 1:
                    opener.comma = heads = False
            before = piece
        return self.pieces

    def _spaced(self, before: Piece, piece: Piece, ends: bool) -> bool:
        bracket = self.open[-1]
        kind, last = piece.kind, before.kind
        if kind in (")", "]", "}", ",", ":", ".") or last in ("(", "[", "{", ".") or before.prefix:
            return False
        if last == ":" and self.slice_colon:
            return False
        if kind == "=" or last == "=":
            return bracket.kind == "line" and not bracket.lambdas and not bracket.options
        if kind == "(":
            return bracket.quantified or not (ends or last == "fn")
        if kind == "[":
            return not ends
        return True

    def _enter(self, at: int, piece: Piece, before: str, ends: bool) -> None:
        bracket = self.open[-1]
        kind = piece.kind
        if kind == ":":
            self.slice_colon = bracket.kind == "index" and not bracket.lambdas
            bracket.lambdas = max(0, bracket.lambdas - 1)
        elif kind in ("fn", "lambda"):
            bracket.lambdas += 1
        elif kind in ("forall", "exists"):
            bracket.quantified = True
        elif kind == "with":
            bracket.options = True
        elif kind == "for":
            bracket.clauses = bracket.target = True
        elif kind == "in":
            bracket.target = False
        elif kind == "," and bracket.target:
            piece.kind = "TARGET_COMMA"  # parts no elements
        elif kind == "(":
            calls = not piece.space and (ends or before == "fn")
            self.open.append(_Bracket(at, "call" if calls else "group"))
            bracket.quantified = False
        elif kind == "[":
            self.open.append(_Bracket(at, "index" if ends else "list"))
        elif kind == "{":
            self.open.append(_Bracket(at, "map"))


def _without_last_commas(pieces: list[Piece]) -> list[Piece]:
    """The pieces less the commas that only lines of their own would have."""
    opened: list[Piece] = []
    dropped: set[int] = set()
    last = -1  # the last piece that is no comment
    for at, piece in enumerate(pieces):
        if piece.kind in _CLOSER:
            opened.append(piece)
        elif piece.kind in (")", "]", "}") and opened.pop().comma and pieces[last].kind == ",":
            dropped.add(last)
        if piece.kind != "COMMENT":
            last = at
    return [piece for at, piece in enumerate(pieces) if at not in dropped]


def _find_brackets(pieces: list[Piece]) -> None:
    """Matches brackets, and finds those that stay open over lines by the author's choice."""
    opened: list[int] = []
    for at, piece in enumerate(pieces):
        if piece.kind in _CLOSER:
            opened.append(at)
            inside = pieces[at + 1]
            piece.forced = inside.broken and inside.kind != _CLOSER[piece.kind]
        elif piece.kind in (")", "]", "}"):
            pieces[opened.pop()].partner = at
        elif piece.kind == "COMMENT" and opened:
            pieces[opened[-1]].forced = True


# ---------------------------------------------------------------- lines


class _Line:
    """Writes the pieces of one logical line."""

    def __init__(self, pieces: list[Piece], indent: int, opens_block: bool) -> None:
        self.pieces = pieces
        self.indent = indent
        self.further = indent + (2 * INDENT if opens_block else INDENT)
        self.out: list[str] = []
        self.column = 0
        self.after_comment = False

    def run(self) -> str:
        self._write(" " * self.indent)
        end = len(self.pieces)
        trailing = end > 1 and self.pieces[-1].kind == "COMMENT"
        if trailing:
            end -= 1
        base = self.indent
        starts = [0, *self._seams(end), end]
        for start, stop in zip(starts, starts[1:], strict=False):
            piece = self.pieces[start]
            if start:
                if self._breaks_at(start, stop):
                    if not self.after_comment and not self._goes_on(start):
                        self._write(" \\")
                    self._newline(self.further)
                    base = self.further
                elif piece.space:
                    self._write(" ")
            self._segment(start, stop, base, 0)
        if trailing:
            self._comment(self.pieces[-1])
        return "".join(self.out)

    # ------------------------------------------------ outside brackets

    def _seams(self, end: int) -> Iterator[int]:
        """Where the line may be broken outside brackets: where it was, and at commas, and, or."""
        for at in self._level(0, end):
            piece, before = self.pieces[at], self.pieces[at - 1]
            if at and piece.kind != "COMMENT":
                if piece.broken or piece.kind in ("and", "or"):
                    yield at
                elif before.kind == "," and piece.text not in _STARTERS:
                    yield at

    def _breaks_at(self, start: int, stop: int) -> bool:
        if self.after_comment or self.pieces[start].broken:
            return True
        column = self.column + self.pieces[start].space
        return not self._fits(start, stop, column, self.indent) and self._fits(
            start, stop, self.further, self.further
        )

    def _goes_on(self, at: int) -> bool:
        """Whether the lexer takes a line that begins at `at` as a part of the line before."""
        piece = self.pieces[at]
        if piece.kind in ("and", "or"):
            return True
        if piece.text == "implies" and at + 1 < len(self.pieces):
            following = self.pieces[at + 1]
            first = following.text[0]
            return following.space and (first == "(" or first == "_" or first.isalnum())
        last = self.pieces[at - 1].kind
        return last in (",", "and", "or", "not") and piece.text not in _STARTERS

    # ------------------------------------------------ between two breaks

    def _segment(self, start: int, stop: int, base: int, nested: int) -> None:
        """Writes pieces on from here; brackets that do not fit are broken."""
        flat_until = -1
        at = start
        while at < stop:
            piece = self.pieces[at]
            if piece.kind == "COMMENT":
                self._comment(piece)
                at += 1
                continue
            if self.after_comment:
                self._newline(base + (INDENT if nested == 0 else 0))
            elif at != start and piece.space:
                self._write(self._gap(at))
            if piece.kind in _CLOSER and nested < _MOST_NESTED:
                if piece.forced or (at > flat_until and self._does_not_fit(at, stop, base)):
                    self._explode(at, base, nested)
                    at = piece.partner + 1
                    continue
                flat_until = max(flat_until, piece.partner)
            self._write(piece.text)
            at += 1

    def _gap(self, at: int) -> str:
        """The space before a piece: more than one column where a gloss was aligned."""
        piece = self.pieces[at]
        head = self.pieces[0].kind in ("predicate", "function", "action", "describe")
        if head and piece.kind == "STRING" and self.pieces[at - 1].kind == ":":
            if not piece.broken:
                return " " * max(1, piece.column - 1 - self.column)
        return " "

    def _does_not_fit(self, at: int, stop: int, base: int) -> bool:
        """Whether the bracket at `at` has to be broken for the text up to `stop` to fit."""
        close = self.pieces[at].partner
        if self._fits(at, stop, self.column, base):
            return False
        if sum(len(one.text) + one.space for one in self.pieces[at + 1 : close]) <= _LITTLE:
            return False
        for other in self._level(close + 1, stop):
            one = self.pieces[other]
            if one.kind in _CLOSER and one.partner > other + 1:
                return not self._fits(at, other + 1, self.column, base)
        return True

    def _fits(self, start: int, stop: int, column: int, base: int, tail: int = 0) -> bool:
        """Whether pieces have room from `column` on, where only forced brackets are broken."""
        at = start
        while at < stop:
            piece = self.pieces[at]
            if piece.kind == "COMMENT":
                column = base
                at += 1
                continue
            first, *rest = piece.text.split("\n")
            column += len(first) + (piece.space and at != start)
            if column > WIDTH:
                return False
            if rest:
                column = len(rest[-1])
            if piece.forced:
                at = piece.partner
                column = base + 1
            at += 1
        return column + tail <= WIDTH

    # ------------------------------------------------ inside brackets

    def _explode(self, at: int, base: int, nested: int) -> None:
        """Writes a bracket and what is inside on lines of its own."""
        opener = self.pieces[at]
        close = opener.partner
        inner = base + INDENT
        self._write(opener.text)
        last = max(
            (p for p in range(at + 1, close) if self.pieces[p].kind != "COMMENT"), default=at
        )
        by_rows = opener.forced or self._is_plain(at + 1, close)
        fresh = True  # the next element begins a line
        p = at + 1
        while p < close:
            piece = self.pieces[p]
            if piece.kind == "COMMENT":
                if piece.broken or self.after_comment:
                    self._newline(inner)
                    self._write(piece.text)
                    self.after_comment = True
                else:
                    self._comment(piece)
                p += 1
                continue
            if piece.kind == ",":
                if self.after_comment:
                    self._newline(inner)
                self._write(",")
                p += 1
                continue
            stop = self._element_end(p, close)
            column = self.column + 1
            if (
                fresh
                or self.after_comment
                or not by_rows
                or (opener.forced and piece.broken)
                or not self._fits(p, stop, column, inner, 1)
            ):
                self._newline(inner)
                self._element(p, stop, inner, nested + 1)
            else:
                self._write(" ")
                self._segment(p, stop, inner, nested + 1)
            fresh = False
            if opener.comma and stop - 1 == last:
                self._write(",")
            p = stop
        self._newline(base)
        self._write(self.pieces[close].text)

    def _is_plain(self, start: int, stop: int) -> bool:
        """Whether all elements are single words, so that many may share a line."""
        return all(
            self.pieces[p].kind == "," or self.pieces[p + 1].kind in (",", ")", "]", "}")
            for p in range(start, stop)
        )

    def _element_end(self, start: int, close: int) -> int:
        """Where the element that begins at `start` ends: at a comma, a comment, or the bracket."""
        for at in self._level(start, close):
            if self.pieces[at].kind in (",", "COMMENT"):
                return at
        return close

    def _element(self, start: int, stop: int, inner: int, nested: int) -> None:
        cuts = [start, *self._cuts(start, stop, inner), stop]
        for first, end in zip(cuts, cuts[1:], strict=False):
            if first != start:
                self._newline(inner)
            self._segment(first, end, inner, nested)

    def _cuts(self, start: int, stop: int, column: int) -> list[int]:
        """Where an element is broken: where it was, and at its loosest words if it is too long."""
        points = [
            at
            for at in self._level(start, stop)
            if at > start and self.pieces[at].kind in _BREAK_BEFORE and not self.pieces[at].prefix
        ]
        cuts = [at for at in points if self.pieces[at].broken]
        for signs in _BREAKS:
            ends = [start, *cuts, stop]
            for first, end in zip(ends, ends[1:], strict=False):
                if not self._fits(first, end, column, column, 1):
                    cuts += [p for p in points if first < p < end and self.pieces[p].kind in signs]
            cuts.sort()
        return cuts

    def _level(self, start: int, stop: int) -> Iterator[int]:
        """The positions from `start` on that are in no further bracket; of brackets, the opening."""
        at = start
        while at < stop:
            yield at
            at = max(at, self.pieces[at].partner) + 1

    # ------------------------------------------------ writing

    def _write(self, text: str) -> None:
        self.out.append(text)
        *lines, last = text.split("\n")
        self.column = len(last) if lines else self.column + len(last)

    def _newline(self, indent: int) -> None:
        self.out.append("\n" + " " * indent)
        self.column = indent
        self.after_comment = False

    def _comment(self, piece: Piece) -> None:
        """A comment behind code keeps its column where there is room."""
        if self.after_comment or piece.broken:
            self._newline(self.further)
        elif self.column > self.indent:
            self._write(" " * max(2, piece.column - 1 - self.column))
        self._write(piece.text)
        self.after_comment = True
