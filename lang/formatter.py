"""Formats scripts: the same tokens and comments in the same order, with the white space of one style.

Four spaces for each level of blocks, one between words, none inside brackets; lines of at most 100
columns (`line_layout.py` breaks longer ones); at most two blank lines. Strings stay as they are,
and so does the column of a comment or a gloss behind code, where there is room: it may be aligned.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from planscript.lang.lexer import lex
from planscript.lang.line_layout import INDENT, Piece, lay_out_line
from planscript.lang.parser import parse
from planscript.lang.syntax import same
from planscript.lang.tokens import Token

_MOST_BLANK_LINES = 2
_MOST_PASSES = 4


def format_text(text: str, source: str = "<input>") -> str:
    """The text of a script in the one style, ending in one line end.

    Raises SourceError, as `parse` does, where the text is no script.
    """
    tree = parse(text, source)
    formatted = _Formatter(text, source).run()
    # A break made for want of room stands like the author's own from then on, and may call for one
    # more: go on until there is nothing left to break.
    for _ in range(_MOST_PASSES):
        again = _Formatter(formatted, source).run()
        if again == formatted:
            break
        formatted = again
    if not same(tree, parse(formatted, source)):
        raise AssertionError(f"formatting would change the meaning of {source}")
    return formatted


@dataclass
class _Item:
    """A logical line, or a comment that stands alone on its line."""

    level: int
    column: int
    first_line: int
    last_line: int
    pieces: list[Piece] = field(default_factory=list)
    opens_block: bool = False
    above: Piece | None = None  # of a comment: the one behind code that it goes on with

    @property
    def is_comment(self) -> bool:
        return self.pieces[0].kind == "COMMENT"


class _Formatter:
    def __init__(self, text: str, source: str) -> None:
        text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
        self.rows = text.split("\n")
        self.lexed = lex(text, source)

    def run(self) -> str:
        items = self._items()
        self._place_comments(items)
        out: list[str] = []
        line = ""
        last_line = 0
        for item in items:
            if out:
                out.append("\n" * min(item.first_line - last_line - 1, _MOST_BLANK_LINES))
            indent = item.level * INDENT
            if item.above is not None:
                indent = len(line.rpartition("\n")[2]) - len(item.above.text)
            line = lay_out_line(item.pieces, indent, item.opens_block)
            out.append(line + "\n")
            last_line = item.last_line
        return "".join(out)

    # ------------------------------------------------ tokens and comments to lines

    def _items(self) -> list[_Item]:
        comments = iter(self.lexed.comments)
        comment = next(comments, None)
        items: list[_Item] = []
        line: _Item | None = None
        level = 0
        at = 0
        tokens = self.lexed.tokens
        while at < len(tokens):
            token = tokens[at]
            at += 1
            if token.type in ("INDENT", "DEDENT"):
                level += 1 if token.type == "INDENT" else -1
                continue
            if token.type == "NEWLINE":
                assert line is not None
                if comment is not None and comment.line == line.last_line:
                    line.pieces.append(self._piece(comment, comment, line.last_line))
                    comment = next(comments, None)
                following = tokens[at].type if at < len(tokens) else ""
                line.opens_block = following == "INDENT"
                line = None
                continue
            while comment is not None and _begin(comment) < _begin(token):
                if line is None:
                    items.append(self._alone(comment))
                else:
                    line.pieces.append(self._piece(comment, comment, line.last_line))
                    line.last_line = comment.line
                comment = next(comments, None)
            last = token
            if token.type == "TEXT_START":
                at = _text_end(tokens, at)
                last = tokens[at - 1]
                while comment is not None and _begin(comment) < _begin(last):
                    comment = next(comments, None)  # in a slot: part of the string as written
            if line is None:
                line = _Item(level, token.column, token.line, token.line)
                items.append(line)
            line.pieces.append(self._piece(token, last, line.last_line))
            line.last_line = last.end_line
        while comment is not None:
            items.append(self._alone(comment))
            comment = next(comments, None)
        return items

    def _alone(self, comment: Token) -> _Item:
        piece = self._piece(comment, comment, comment.line)
        return _Item(0, comment.column, comment.line, comment.line, [piece])

    def _piece(self, first: Token, last: Token, line_before: int) -> Piece:
        kind = {"TEXT_START": "STRING", "OPTION_COMMA": ","}.get(first.type, first.type)
        if first.line == last.end_line:
            text = self.rows[first.line - 1][first.column - 1 : last.end_column - 1]
        else:
            text = "\n".join(
                [
                    self.rows[first.line - 1][first.column - 1 :],
                    *self.rows[first.line : last.end_line - 1],
                    self.rows[last.end_line - 1][: last.end_column - 1],
                ]
            )
        if kind == "COMMENT":
            text = text.rstrip()
        return Piece(kind, text, first.column, broken=first.line > line_before)

    # ------------------------------------------------ the level of comments between lines

    def _place_comments(self, items: list[_Item]) -> None:
        """A comment stands at the level of the line below, or of a block that ends before it.

        One right below a comment behind code, at the same column, goes on with it.
        """
        for above, item in zip(items, items[1:], strict=False):
            last = above.pieces[-1]
            if item.is_comment and item.column == last.column and last.kind == "COMMENT":
                if item.first_line == above.last_line + 1 and (above.above or not above.is_comment):
                    item.above = last
        columns: list[int] = []  # where the lines of each level that is open began
        waiting: list[_Item] = []
        level = 0
        for item in [*items, _Item(0, 1, 0, 0, [Piece("END", "", 1)])]:
            if item.is_comment:
                waiting.append(item)
                continue
            for comment in waiting:
                comment.level = item.level
                for deeper in range(item.level + 1, level + 1):
                    if columns[deeper] <= comment.column:
                        comment.level = deeper
            waiting.clear()
            level = item.level
            del columns[level:]
            columns.append(item.column)


def _begin(token: Token) -> tuple[int, int]:
    return token.line, token.column


def _text_end(tokens: list[Token], at: int) -> int:
    """The position behind the TEXT_END of the string whose TEXT_START is before `at`."""
    depth = 1
    while depth:
        depth += {"TEXT_START": 1, "TEXT_END": -1}.get(tokens[at].type, 0)
        at += 1
    return at
