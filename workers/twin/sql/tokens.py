"""Statements cut into tokens with their places, and the syntax error a frontend makes of a wrong one."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from workers.twin.answers import SqlError

_TOKEN = re.compile(
    r"""(?P<space>\s+|--[^\n]*|\#[^\n]*|/\*.*?\*/)
      | (?P<string>'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*")
      | (?P<quoted>`(?:[^`]|``)*`)
      | (?P<number>\d+(?:\.\d+)?)
      | (?P<word>@{0,2}[^\W\d][\w$]*)
      | (?P<symbol>.)""",
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True)
class Token:
    kind: str
    text: str
    at: int

    @property
    def value(self) -> str:
        """Without quotes and escapes."""
        if self.kind == "string":
            body = self.text[1:-1].replace(self.text[0] * 2, self.text[0])
            return re.sub(r"\\(.)", r"\1", body)
        return self.text[1:-1].replace("``", "`") if self.kind == "quoted" else self.text


def tokenize(sql: str) -> list[Token]:
    """Tokens without blanks, comments and the closing semicolon."""
    found = []
    for match in _TOKEN.finditer(sql):
        kind = match.lastgroup or "symbol"
        if kind != "space":
            found.append(Token(kind, match.group(), match.start()))
    while found and found[-1].text == ";":
        found.pop()
    return found


def syntax_error(sql: str, at: int, unexpected: str, expected: Iterable[str], *, unknown: bool) -> SqlError:
    """fe: sql/parser/ErrorHandler; line from 1, column from 0, 1064 like nearly everything."""
    before = sql[:at]
    line = before.count("\n") + 1
    column = at - (before.rfind("\n") + 1)
    wanted = ", ".join(dict.fromkeys(expected)) or "<EOF>, ';'"
    text = (
        f"Getting syntax error at line {line}, column {column}. "
        f"Detail message: Unexpected input '{unexpected}', the most similar input is {{{wanted}}}."
    )
    return SqlError(1064, "HY000", text, unknown=unknown)
