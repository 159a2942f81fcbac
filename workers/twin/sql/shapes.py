"""The shapes statements may have, written the way a manual writes them.

    ALTER SYSTEM DROP BACKEND :addresses [FORCE]

Capitals are keywords, `A|B` is a choice, `[...]` may be left out, `:name` takes a value: :string, :addresses
(strings with commas), :number, :numbers, :table (name or db.name), :name.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from workers.twin.sql.tokens import Token

Values = dict[str, list[str]]
_PIECE = re.compile(r"\[|\]|\S+?(?=[\[\]\s]|$)")


@dataclass(frozen=True)
class Miss:
    """Where the best attempt stopped and what it wanted there."""

    index: int
    expected: tuple[str, ...]


Outcome = tuple[int, Values] | Miss


def _keyword(options: list[str]) -> Callable[[list[Token], int], Outcome]:
    wanted = tuple(f"'{option}'" for option in options)

    def match(tokens: list[Token], at: int) -> Outcome:
        if at < len(tokens) and tokens[at].kind in ("word", "symbol") and tokens[at].text.upper() in options:
            return at + 1, {"keyword": [tokens[at].text.upper()]}
        return Miss(at, wanted)

    return match


def _one(name: str, kinds: tuple[str, ...], said: str) -> Callable[[list[Token], int], Outcome]:
    def match(tokens: list[Token], at: int) -> Outcome:
        if at < len(tokens) and tokens[at].kind in kinds:
            return at + 1, {name: [tokens[at].value]}
        return Miss(at, (said,))

    return match


def _several(name: str, kind: str, separator: str, said: str) -> Callable[[list[Token], int], Outcome]:
    def match(tokens: list[Token], at: int) -> Outcome:
        values: list[str] = []
        while True:
            if at >= len(tokens) or tokens[at].kind not in kind.split("|"):
                return Miss(at, (said,))
            values.append(tokens[at].value)
            at += 1
            if at >= len(tokens) or tokens[at].text != separator:
                return at, {name: values}
            at += 1

    return match


_PLACEHOLDERS: dict[str, Callable[[], Callable[[list[Token], int], Outcome]]] = {
    ":string": lambda: _one("string", ("string",), "SINGLE_QUOTED_TEXT"),
    ":value": lambda: _one("value", ("string", "number", "word"), "a legal value"),
    ":number": lambda: _one("number", ("number",), "INTEGER_VALUE"),
    ":name": lambda: _one("name", ("word", "quoted"), "a legal identifier"),
    ":addresses": lambda: _several("addresses", "string", ",", "SINGLE_QUOTED_TEXT"),
    ":numbers": lambda: _several("numbers", "number", ",", "INTEGER_VALUE"),
    ":table": lambda: _several("table", "word|quoted", ".", "a legal identifier"),
}


class Shape:
    """One statement form. `match` gives the values, or the place where the statement stopped fitting."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._parts = self._compile(_PIECE.findall(text))

    def _compile(self, pieces: list[str]) -> list[object]:
        parts: list[object] = []
        while pieces:
            piece = pieces.pop(0)
            if piece == "]":
                break
            if piece == "[":
                parts.append(self._compile(pieces))
            elif piece in _PLACEHOLDERS:
                parts.append(_PLACEHOLDERS[piece]())
            else:
                parts.append(_keyword(piece.split("|")))
        return parts

    def match(self, tokens: list[Token]) -> Values | Miss:
        outcome = self._run(self._parts, tokens, 0)
        if isinstance(outcome, Miss):
            return outcome
        at, values, hoped = outcome
        return values if at == len(tokens) else Miss(at, (*hoped, "<EOF>", "';'"))

    def _run(
        self, parts: list[object], tokens: list[Token], at: int
    ) -> tuple[int, Values, tuple[str, ...]] | Miss:
        values: Values = {}
        hoped: tuple[str, ...] = ()
        for part in parts:
            if isinstance(part, list):
                inner = self._run(part, tokens, at)
                if isinstance(inner, Miss):
                    if inner.index > at:
                        return inner
                    hoped = inner.expected
                    continue
                at, more = inner[0], inner[1]
            else:
                assert callable(part)
                outcome: Outcome = part(tokens, at)
                if isinstance(outcome, Miss):
                    return Miss(outcome.index, (*hoped, *outcome.expected) if outcome.index == at else outcome.expected)
                at, more = outcome
            hoped = ()
            for name, found in more.items():
                values.setdefault(name, []).extend(found)
        return at, values, hoped
