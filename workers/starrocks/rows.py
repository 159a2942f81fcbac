"""Rows read by column name: any case, any order, columns that a version lacks tolerated where they are not essential.

Column sets differ between versions and never by position alone (fe: common/proc/BackendsProcDir.java: `location` was
spelled in lower case in 3.3 snapshots, 4.0 puts `Id` first in SHOW FRONTENDS).
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import TypeVar

from workers.starrocks import quantities
from workers.starrocks.errors import Unreadable

T = TypeVar("T")
P = TypeVar("P")


class Row:
    """One row. Reading an essential column that is missing or unreadable raises Unreadable."""

    __slots__ = ("_columns", "_values")

    def __init__(self, columns: dict[str, int], values: Sequence[str | None]) -> None:
        self._columns = columns
        self._values = values

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._columns

    @property
    def columns(self) -> tuple[str, ...]:
        """Names in lower case, in the order of the answer."""
        return tuple(self._columns)

    def __repr__(self) -> str:
        return f"Row({dict(zip(self._columns, self._values, strict=False))!r})"

    def value(self, name: str) -> str | None:
        """The text, or None when the column is missing or its value is not known (NULL, `NULL`, `N/A`, empty)."""
        index = self._columns.get(name.lower())
        # ADMIN SHOW REPLICA prints rows with fewer values than columns, so a column may be named and yet absent.
        return quantities.known(self._values[index]) if index is not None and index < len(self._values) else None

    def text(self, name: str) -> str:
        """The text, empty when not known."""
        return self.value(name) or ""

    def essential(self, name: str) -> str:
        """The text of a column that must be there."""
        value = self.value(name)
        if value is None:
            known = ", ".join(self._columns)
            raise Unreadable(f"The answer has no value in column {name}, which is needed (columns: {known}).")
        return value

    def number(self, name: str) -> int:
        return self._read(name, quantities.whole)

    def size(self, name: str) -> int:
        return self._read(name, quantities.size)

    def flag(self, name: str) -> bool:
        return self._read(name, quantities.flag)

    def number_or(self, name: str, default: T) -> int | T:
        return self._read_or(name, quantities.whole, default)

    def size_or(self, name: str, default: T) -> int | T:
        return self._read_or(name, quantities.size, default)

    def share_or(self, name: str, default: T) -> float | T:
        return self._read_or(name, quantities.share, default)

    def flag_or(self, name: str, default: T) -> bool | T:
        return self._read_or(name, quantities.flag, default)

    def moment(self, name: str) -> datetime | None:
        return self._read_or(name, quantities.moment, None)

    def _read(self, name: str, parse: Callable[[str], T]) -> T:
        text = self.essential(name)
        try:
            return parse(text)
        except quantities.QuantityError as error:
            raise Unreadable(f"Column {name} of the answer cannot be read: {error}.") from None

    def _read_or(self, name: str, parse: Callable[[str], P], default: T) -> P | T:
        """For columns that only inform: what cannot be read counts as not known."""
        text = self.value(name)
        if text is None:
            return default
        try:
            return parse(text)
        except quantities.QuantityError:
            return default


def table(columns: Iterable[str], lines: Iterable[Sequence[str | bytes | None]]) -> list[Row]:
    """Rows of one result; a name that comes twice means its first column."""
    places: dict[str, int] = {}
    for index, name in enumerate(columns):
        places.setdefault(name.lower(), index)
    return [Row(places, [_as_text(value) for value in line]) for line in lines]


def _as_text(value: str | bytes | None) -> str | None:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value
