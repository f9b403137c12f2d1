"""Text -> tokens: strings with slots, numbers, brackets, logical lines; `layout.py` does the rest.

Never raises: what is wrong becomes a diagnostic, and scanning goes on. The type of a token is its
spelling for signs and keywords, otherwise one of NAME NUMBER STRING TEXT_START TEXT SLOT SPEC
SLOT_END TEXT_END OPTION_COMMA GOAL_LITERAL NEWLINE INDENT DEDENT.
"""

from __future__ import annotations

import re
import unicodedata

from planscript.lang import keywords
from planscript.lang.diagnostics import Diagnostic
from planscript.lang.layout import lay_out
from planscript.lang.records import dataclass, field
from planscript.lang.tokens import Line, Token


@dataclass
class Lexed:
    """The tokens of a text, its comments, what is wrong with it, whether it just stops early."""

    tokens: list[Token] = field(default_factory=list)
    comments: list[Token] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    unfinished: bool = False  # a bracket or a triple-quoted string is open at the end of the text


def lex(text: str, source: str) -> Lexed:
    """The tokens of `text`; `source` is the file name for spans."""
    scanner = _Scanner(text, source)
    lines = scanner.scan()
    tokens = lay_out(lines, source, scanner.diagnostics)
    return Lexed(tokens, scanner.comments, scanner.diagnostics, scanner.unfinished)


# ---------------------------------------------------------------- characters to logical lines


_BLANK = re.compile(r"[ \t\f]+|\\\n")
_CODE = re.compile(
    r"(?P<number>0[xX][0-9a-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+"
    r"|(?:\d[\d_]*)?\.\d[\d_]*(?:[eE][+-]?\d+)?|\d[\d_]*(?:[eE][+-]?\d+)?)"
    r"|(?P<plain>\"[^\"{}\\\n]+\"|'[^'{}\\\n]+')(?![\"'])"
    r"|(?P<quote>[rR]?(?:\"\"\"|'''|\"|'))"
    r"|(?P<name>[^\W\d]\w*)"
    r"|(?P<sign>" + "|".join(re.escape(sign) for sign in keywords.SIGNS) + ")"
)
_FOREIGN_SIGN = re.compile(
    "|".join(re.escape(sign) for sign in sorted(keywords.FOREIGN_SIGNS, key=lambda s: -len(s)))
)
_CONTINUES = re.compile(r"(?:[ \t\f]*(?:#[^\n]*)?\n)*[ \t\f]*(?:(?:and|or)\b|implies\s+[\w(])")
_NEXT_WORD = re.compile(r"(?:[ \t\f]*(?:#[^\n]*)?\n)*([ \t\f]*)(\w*)")
_INDENT = re.compile(r"[ \t\f]*")
_HEX = {"x": 2, "u": 4, "U": 8}
_ESCAPES = {
    "n": "\n", "t": "\t", "r": "\r", "0": "\0", "\\": "\\", '"': '"', "'": "'",
    "{": "{", "}": "}", "\n": "", "a": "\a", "b": "\b", "f": "\f", "v": "\v",
}  # fmt: skip
_TEXT_RUN = {quote: re.compile(rf"[^{quote[0]}{{}}\\\n]+") for quote in ('"', "'", '"""', "'''")}
_RAW_RUN = {quote: re.compile(rf"[^{quote[0]}\n]+") for quote in ('"', "'", '"""', "'''")}
_SPEC_RUN = re.compile(r"[^{}\"'\n]+")
_CLOSERS = {")": "(", "]": "[", "}": "{"}
# Words that never begin a line inside brackets: there, the bracket was forgotten.
_STARTERS = keywords.HARD_LINE - {"for", "if", "else", "fn"}
_MAX_DEPTH = 2000
_PYTHON_CONSTANTS = frozenset(("None", "True", "False"))


class _Scanner:
    """Cuts the text into logical lines of tokens.

    `open` holds what is open at this point, innermost last: bracket tokens, TEXT_START tokens of
    strings (their `value` is the quote) and SLOT tokens.
    """

    def __init__(self, text: str, source: str) -> None:
        self.text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
        self.source = source
        self.pos = 0
        self.line = 1
        self.line_start = 0
        self.lines: list[Line] = []
        self.tokens: list[Token] = []  # of the current logical line
        self.indent = 0
        self.open: list[Token] = []
        self.comments: list[Token] = []
        self.diagnostics: list[Diagnostic] = []
        self.unfinished = False
        self.tab_reported = False

    def scan(self) -> list[Line]:
        end = len(self.text)
        self._start_line()
        while self.pos < end:
            if self.open and self.open[-1].type in ("TEXT_START", "SPEC"):
                self._in_text()
            else:
                self._in_code()
        self._finish()
        return self.lines

    # ------------------------------------------------ code

    def _in_code(self) -> None:
        text, start = self.text, self.pos
        spaced = False
        while blank := _BLANK.match(text, self.pos):
            spaced = True
            self.pos = blank.end()
            if blank[0] == "\\\n":
                self._count_line()
        if self.pos >= len(text):
            return
        spaced = spaced or start == self.line_start
        start = self.pos
        char = text[start]
        if char == "\n":
            self.pos += 1
            self._newline()
        elif char == "#":
            stop = text.find("\n", start)
            self.pos = len(text) if stop < 0 else stop
            self.comments.append(self._token("COMMENT", start, spaced=spaced))
        elif found := _CODE.match(text, start):
            self.pos = found.end()
            kind = found.lastgroup
            if kind == "name":
                self._name(found[0], start, spaced)
            elif kind == "sign":
                self._sign(found[0], start, spaced)
            elif kind == "number":
                self._number(found[0], start, spaced)
            elif kind == "plain":
                token = self._token("STRING", start, value=found[0][1:-1], spaced=spaced)
                self.tokens.append(token)
            else:
                token = self._token("TEXT_START", start, value=found[0], spaced=spaced)
                self.tokens.append(token)
                self.open.append(token)
                if len(self.open) > _MAX_DEPTH:
                    self._too_deep(token)
        else:
            self._strange(start)

    def _name(self, spelled: str, start: int, spaced: bool) -> None:
        text = self.text
        while self.pos < len(text) and not text[self.pos].isascii():
            # combining marks, which `\w` leaves out
            if not ("a" + text[self.pos]).isidentifier():
                break
            self.pos += 1
            while self.pos < len(text) and ("a" + text[self.pos]).isidentifier():
                self.pos += 1
        spelled = text[start : self.pos]
        name = spelled if spelled.isascii() else unicodedata.normalize("NFKC", spelled)
        if not name.isidentifier():
            self.pos = start
            self._strange(start)
            return
        token = self._token(
            name if name in keywords.HARD else "NAME", start, value=name, spaced=spaced
        )
        token.text = name
        if name in _PYTHON_CONSTANTS:
            word = keywords.FOREIGN_NAMES[name]
            self._error("E0109", f"`{name}` is written `{word}`", token, hint=f"write `{word}`")
            token.type = token.text = word
        elif name.startswith(("_ps", "__")):
            self._error(
                "E0114",
                f"`{name}` is a reserved name",
                token,
                hint="names may not begin with `_ps` or with two underscores",
            )
            token.text = token.value = "_" + name.lstrip("_")[2:]
        self.tokens.append(token)

    def _sign(self, sign: str, start: int, spaced: bool) -> None:
        following = _FOREIGN_SIGN.match(self.text, start)
        if following and len(following[0]) > len(sign) and following[0] not in ("--", "++"):
            self._strange(start)
            return
        token = self._token(sign, start, spaced=spaced)
        if sign in "([{":
            self.open.append(token)
            if len(self.open) > _MAX_DEPTH:
                self._too_deep(token)
        elif sign in _CLOSERS:
            if not self._close(token):
                return
        elif sign == ":" and self.open and self.open[-1].type == "SLOT":
            token.type = "SPEC"
            self.open.append(token)
        self.tokens.append(token)

    def _close(self, token: Token) -> bool:
        """Matches a closing bracket; whether the token is to be kept."""
        wanted = _CLOSERS[token.text]
        for depth in range(len(self.open) - 1, -1, -1):
            opener = self.open[depth]
            if opener.type == wanted or (wanted == "{" and opener.type == "SLOT"):
                for inner in self.open[depth + 1 :]:
                    self._unclosed(inner)
                    self.tokens.append(self._closer(inner, token))
                del self.open[depth:]
                if opener.type == "SLOT":
                    token.type = "SLOT_END"
                return True
            if opener.type == "SLOT":
                break
        self._error("E0104", f"`{token.text}` closes nothing", token, "no bracket is open here")
        return False

    def _closer(self, opener: Token, at: Token) -> Token:
        """A token that closes `opener`, of no width, before `at`."""
        sign = {"(": ")", "[": "]", "{": "}", "SLOT": "SLOT_END"}[opener.type]
        return Token(sign, sign, at.line, at.column, at.line, at.column)

    def _number(self, spelled: str, start: int, spaced: bool) -> None:
        digits = spelled.replace("_", "")
        tail = re.compile(r"\w+").match(self.text, self.pos)
        if tail:
            self.pos = tail.end()
        token = self._token("NUMBER", start, value=0, spaced=spaced)
        self.tokens.append(token)
        if tail or spelled.endswith("_") or "__" in spelled:
            self._error("E0111", f"`{token.text}` is not a number", token)
        elif not digits.isascii():
            self._error("E0111", "numbers are written with the digits 0 to 9", token)
        elif len(digits) > 4000:
            self._error("E0111", "this number is too long", token, "more than 4,000 digits")
        elif digits[:1] == "0" and digits[1:2] in ("x", "X", "o", "O", "b", "B"):
            token.value = int(digits, 0)
        elif digits.isdigit():
            token.value = int(digits)
        else:
            token.value = float(digits)
            if token.value == float("inf"):
                self._error("E0111", "this number is too large", token)

    def _strange(self, start: int) -> None:
        found = _FOREIGN_SIGN.match(self.text, start)
        self.pos = found.end() if found else start + 1
        token = self._token("BAD", start)
        if token.text == "\\":
            hint = "a backslash outside a string joins two lines, and stands last on its line"
        else:
            instead = keywords.FOREIGN_SIGNS.get(token.text, "")
            hint = f"write `{instead}`" if instead else ""
            if instead == "\n":
                hint = "each statement stands on a line of its own"
        shown = token.text if token.text.isprintable() else f"U+{ord(token.text[0]):04X}"
        self._error("E0110", f"`{shown}` has no meaning here", token, hint=hint)
        instead = keywords.FOREIGN_SIGNS.get(token.text, "")
        if instead in keywords.SIGNS and instead not in "()[]{}" or instead in ("and", "or", "not"):
            token.type = token.text = instead
            self.tokens.append(token)

    # ------------------------------------------------ strings

    def _in_text(self) -> None:
        top = self.open[-1]
        if top.type == "SPEC":
            self._in_spec()
            return
        prefix = str(top.value)
        raw = prefix[0] in "rR"
        quote = prefix.lstrip("rR")
        runs = (_RAW_RUN if raw else _TEXT_RUN)[quote]
        text, end = self.text, len(self.text)
        start, start_line, start_base = self.pos, self.line, self.line_start
        pieces: list[str] = []

        def flush() -> None:
            if pieces:
                value = "".join(pieces)
                column = start - start_base + 1
                self.tokens.append(
                    Token(
                        "TEXT",
                        text[start : self.pos],
                        start_line,
                        column,
                        self.line,
                        self.pos - self.line_start + 1,
                        value,
                    )
                )

        while self.pos < end:
            if run := runs.match(text, self.pos):
                pieces.append(run[0])
                self.pos = run.end()
                continue
            char = text[self.pos]
            if char == quote[0]:
                if text.startswith(quote, self.pos):
                    flush()
                    at = self.pos
                    self.pos += len(quote)
                    self.open.pop()
                    self._end_text(top, self._token("TEXT_END", at))
                    return
                pieces.append(char)
                self.pos += 1
            elif char == "\n":
                if len(quote) == 1:
                    flush()
                    self._unclosed_line(top)
                    return
                pieces.append(char)
                self.pos += 1
                self._count_line()
            elif char == "\\":
                self._escape(pieces)
            elif text.startswith(char * 2, self.pos):  # {{ or }}
                pieces.append(char)
                self.pos += 2
            elif char == "{":
                flush()
                at = self.pos
                self.pos += 1
                token = self._token("SLOT", at)
                self.tokens.append(token)
                self.open.append(token)
                if sum(one.type == "SLOT" for one in self.open) > 50:
                    self._too_deep(token)
                return
            else:
                self.pos += 1
                token = self._token("}", self.pos - 1)
                self._error(
                    "E0113",
                    "this `}` closes no slot of the text",
                    token,
                    hint="write `}}` for a brace in text",
                )
                pieces.append(char)
        flush()

    def _escape(self, pieces: list[str]) -> None:
        text, start = self.text, self.pos
        char = text[start + 1 : start + 2]
        self.pos += 1 + len(char)
        if char in _HEX:
            digits = text[self.pos : self.pos + _HEX[char]]
            if re.fullmatch(rf"[0-9a-fA-F]{{{_HEX[char]}}}", digits):
                self.pos += len(digits)
                if (code := int(digits, 16)) <= 0x10FFFF and not 0xD800 <= code < 0xE000:
                    pieces.append(chr(code))
                    return
            token = self._token("ESCAPE", start)
            self._error(
                "E0112", f"`\\{char}` needs {_HEX[char]} hexadecimal digits of a character", token
            )
        elif char in _ESCAPES and char:
            pieces.append(_ESCAPES[char])
            if char == "\n":
                self._count_line()
        else:
            token = self._token("ESCAPE", start)
            self._error(
                "E0112",
                f"`{token.text}` means nothing in a string",
                token,
                hint='write `\\\\` for a backslash, or r"..." for a string without escapes',
            )
            pieces.append(char)

    def _in_spec(self) -> None:
        text, start = self.text, self.pos
        run = _SPEC_RUN.match(text, start)
        if run:
            self.pos = run.end()
            self.tokens.append(self._token("TEXT", start, value=run[0]))
        if self.pos >= len(text):
            return
        char = text[self.pos]
        if char == "}":
            self.pos += 1
            self.open.pop()  # the SPEC
            self.open.pop()  # its SLOT
            self.tokens.append(self._token("SLOT_END", self.pos - 1))
        elif char == "{":
            self.pos += 1
            token = self._token("SLOT", self.pos - 1)
            self.tokens.append(token)
            self.open.append(token)
            if len(self.open) > _MAX_DEPTH:
                self._too_deep(token)
        else:
            text_start = next(one for one in reversed(self.open) if one.type == "TEXT_START")
            self._unclosed_line(text_start)

    def _end_text(self, opener: Token, closer: Token) -> None:
        """Ends a string; one without slots becomes a single STRING token."""
        tokens = self.tokens
        pieces = 1 if tokens[-1] is opener else 2
        if tokens[-pieces] is opener:
            value = "" if pieces == 1 else tokens[-1].value
            del tokens[-pieces:]
            tokens.append(
                Token(
                    "STRING",
                    opener.text,
                    opener.line,
                    opener.column,
                    closer.end_line,
                    closer.end_column,
                    value,
                    opener.spaced,
                )
            )
        else:
            tokens.append(closer)

    def _unclosed_line(self, text_start: Token) -> None:
        """A string of one line is open at the end of the line, or a slot in it is."""
        at = self.open.index(text_start)
        outermost = at
        for depth in range(at, -1, -1):
            if self.open[depth].type == "TEXT_START" and len(self._quote(self.open[depth])) == 1:
                outermost = depth
        slot = next((one for one in self.open[outermost:] if one.type == "SLOT"), None)
        if slot is not None:
            self._unclosed_slot(slot)
        else:
            self._error(
                "E0102",
                "this string is not closed",
                text_start,
                "opened here, still open at the end of the line",
                f"close it with `{self._quote(text_start)}`, "
                'or open it with `"""` to go on over several lines',
            )
        self._drop_open(outermost)
        # the rest of the line is lost, and with it the brackets that it would have closed
        while self.open and self.open[-1].line == text_start.line:
            if self.open[-1].type in ("TEXT_START", "SPEC"):
                break  # a string around it goes on in the next line
            self.tokens.append(self._closer(self.open.pop(), self.tokens[-1]))
        stop = self.text.find("\n", self.pos)
        self.pos = len(self.text) if stop < 0 else stop

    def _drop_open(self, depth: int) -> None:
        """Makes the open string at `depth` of `open` an ordinary string token, and forgets it."""
        opener = self.open[depth]
        del self.open[depth:]
        try:
            at = self.tokens.index(opener)
        except ValueError:
            return
        del self.tokens[at:]
        opener.type, opener.value = "STRING", ""
        self.tokens.append(opener)

    def _unclosed_slot(self, slot: Token) -> None:
        self._error(
            "E0113",
            "this `{` opens a slot that is not closed",
            slot,
            "opened here",
            "close it with `}`, or write `{{` for a brace in text",
        )

    def _quote(self, text_start: Token) -> str:
        return str(text_start.value).lstrip("rR")

    # ------------------------------------------------ lines

    def _count_line(self) -> None:
        self.line += 1
        self.line_start = self.pos

    def _newline(self) -> None:
        self._count_line()
        if self.open:
            slot_text = next((one for one in reversed(self.open) if one.type == "TEXT_START"), None)
            if slot_text is not None:
                if len(self._quote(slot_text)) == 1:
                    self.line -= 1
                    self.pos -= 1
                    self._unclosed_line(slot_text)
                    self.line_start = self.text.rfind("\n", 0, self.pos) + 1
                return
            if not self._forgot_to_close():
                return
            for one in reversed(self.open):
                self.tokens.append(self._closer(one, self.tokens[-1]))
            self.open.clear()
        elif self.tokens and self._continues():
            return
        self._end_line()
        self._start_line()

    def _forgot_to_close(self) -> bool:
        """Whether the next line shows that the open brackets should have been closed."""
        found = _NEXT_WORD.match(self.text, self.pos)
        assert found is not None
        if found[2] in _STARTERS and len(found[1]) <= self.indent:
            self._unclosed(self.open[-1])
            return True
        return False

    def _continues(self) -> bool:
        """Whether the next line goes on with this one: `,`, `and`, `or`, `not` at the seam."""
        if _CONTINUES.match(self.text, self.pos):
            return True
        if self.tokens[-1].type in (",", "and", "or", "not"):
            found = _NEXT_WORD.match(self.text, self.pos)
            assert found is not None
            return found[2] not in _STARTERS and len(found[1]) > self.indent
        return False

    def _end_line(self) -> None:
        if self.tokens:
            last = self.tokens[-1]
            self.tokens.append(
                Token(
                    "NEWLINE",
                    "\n",
                    last.end_line,
                    last.end_column,
                    last.end_line,
                    last.end_column + 1,
                )
            )
            self.lines.append(Line(self.indent, self.tokens))
            self.tokens = []

    def _start_line(self) -> None:
        """Measures the indentation of the line at `pos`."""
        found = _INDENT.match(self.text, self.pos)
        assert found is not None
        white = found[0]
        after = self.text[found.end() : found.end() + 1]
        if "\t" in white and after not in ("", "\n", "#") and not self.tab_reported:
            self.tab_reported = True
            at = self.pos + white.index("\t")
            token = self._token("TAB", at)
            token.end_column = token.column + 1
            self._error(
                "E0106",
                "a tab in the indentation",
                token,
                hint="indent with spaces: four for each level",
            )
        self.indent = len(white.replace("\t", "    "))
        self.pos = found.end()

    def _finish(self) -> None:
        """The text is at its end: report what is still open."""
        texts = [one for one in self.open if one.type == "TEXT_START"]
        if texts and len(self._quote(texts[0])) == 1:
            self._unclosed_line(texts[-1])
        elif texts:
            self.unfinished = True
            slot = next((one for one in self.open if one.type == "SLOT"), None)
            if slot is not None:
                self._unclosed_slot(slot)
            else:
                self._error(
                    "E0102",
                    "this string is not closed",
                    texts[0],
                    "opened here, still open at the end of the text",
                    f"close it with `{self._quote(texts[0])}`",
                )
            self._drop_open(self.open.index(texts[0]))
        if self.open:
            self.unfinished = True
            self._unclosed(self.open[-1])
            for one in reversed(self.open):
                self.tokens.append(self._closer(one, self.tokens[-1]))
            self.open.clear()
        self._end_line()

    def _unclosed(self, opener: Token) -> None:
        sign = {"(": ")", "[": "]", "{": "}"}[opener.type]
        self._error(
            "E0103",
            f"this `{opener.type}` is not closed",
            opener,
            "opened here",
            f"close it with `{sign}`",
        )

    def _too_deep(self, token: Token) -> None:
        self._error("E0116", "nested too deeply", token, f"more than {_MAX_DEPTH} levels")
        self.tokens = [self.tokens[0]]
        self.open.clear()
        self.pos = len(self.text)

    # ------------------------------------------------ making tokens

    def _token(self, type: str, start: int, value: object = None, spaced: bool = False) -> Token:
        base = self.line_start
        line = self.line
        return Token(
            type,
            self.text[start : self.pos],
            line,
            start - base + 1,
            line,
            max(self.pos, start + 1) - base + 1,
            value,
            spaced,
        )

    def _error(self, code: str, title: str, token: Token, label: str = "", hint: str = "") -> None:
        self.diagnostics.append(Diagnostic(code, title, token.span(self.source), label, hint))
