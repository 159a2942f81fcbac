"""Rows as StarRocks printed them with `\\G`, kept as text files that a person can read and compare."""

from pathlib import Path

from workers.starrocks.rows import Row, table

FOLDER = Path(__file__).parent / "printed"

Columns = list[str]
Values = list[list[str | None]]


def vertical(name: str) -> tuple[Columns, Values]:
    """Columns and values of printed/<name>.txt; `NULL` stays text as in the print, an empty value is empty."""
    columns: Columns = []
    values: Values = []
    for line in (FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("***"):
            values.append([])
            continue
        column, _, value = line.partition(":")
        if len(values) == 1:
            columns.append(column.strip())
        values[-1].append(value.strip())
    return columns, values


def rows(name: str) -> list[Row]:
    return table(*vertical(name))


def rows_of(header: str, *lines: str) -> list[Row]:
    """Rows from a header and lines that are parted by `|`."""
    return table(header.split("|"), [line.split("|") for line in lines])
