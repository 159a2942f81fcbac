"""Result rows, read by column name: case-insensitive, missing columns tolerated, never by position.

Columns differ by version (`location` or `Location`, `Id` first in SHOW FRONTENDS from 4.0, MemLimit, StatusCode).
"""

from collections.abc import Sequence


class Row:
    """One row; every value is text, or None for SQL NULL."""

    def __init__(self, columns: Sequence[str], values: Sequence[object]) -> None:
        texts = (None if value is None else str(value) for value in values)
        self._values = dict(zip((column.lower() for column in columns), texts, strict=False))

    def get(self, *names: str) -> str | None:
        """The first of these columns that the row has; None when it has none of them."""
        return next((self._values[name.lower()] for name in names if name.lower() in self._values), None)

    def has(self, name: str) -> bool:
        return name.lower() in self._values

    def text(self, *names: str) -> str:
        return self.get(*names) or ""

    def __repr__(self) -> str:
        return f"Row({self._values})"
