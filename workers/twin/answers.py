"""What a statement comes back with: rows, OK, an error, or a connection that is gone."""

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class ResultSet:
    """Rows by column name; `None` is SQL NULL, everything SHOW prints is text."""

    columns: tuple[str, ...]
    rows: list[tuple[object, ...]] = field(default_factory=list)

    def dicts(self) -> list[dict[str, object]]:
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


@dataclass(frozen=True)
class Ok:
    """An OK packet. ALTER SYSTEM always reports 0 affected rows."""

    affected_rows: int = 0


class SqlError(Exception):
    """An ERR packet. `unknown` marks a statement the twin was never taught, as opposed to one a real FE refuses."""

    def __init__(self, code: int, sqlstate: str, text: str, *, unknown: bool = False) -> None:
        super().__init__(f"{code} ({sqlstate}): {text}")
        self.code = code
        self.sqlstate = sqlstate
        self.text = text
        self.unknown = unknown


class ConnectionCut(Exception):
    """What a client sees as error 2013: the connection is gone; whether the statement took effect is for the client to find out."""


def refused(text: str) -> SqlError:
    """A DdlException or SemanticException: always 1064/HY000 (fe: mysql/MysqlErrPacket.java)."""
    return SqlError(1064, "HY000", text)


def text_rows(columns: Sequence[str], rows: Sequence[dict[str, object]]) -> ResultSet:
    """Rows given as dicts, cut to `columns`; a column a row lacks is NULL."""
    return ResultSet(tuple(columns), [tuple(row.get(column) for column in columns) for row in rows])


def columns(names: str) -> tuple[str, ...]:
    """Column names as one writes them down: with blanks between."""
    return tuple(names.split())
