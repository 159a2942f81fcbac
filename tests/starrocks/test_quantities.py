"""Sizes, shares, flags and times exactly as StarRocks prints them."""

from datetime import UTC, datetime

import pytest

from workers.starrocks import quantities
from workers.starrocks.quantities import QuantityError

KIB, MIB, GIB, TIB = 1024, 1024**2, 1024**3, 1024**4


def thousandths(count: int, unit: int) -> int:
    """`count` thousandths of a unit in bytes, in whole numbers only."""
    return (count * unit + 500) // 1000


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("419.858 GB", thousandths(419_858, GIB)),
        ("458 GB", 458 * GIB),
        ("458.000 GB", 458 * GIB),
        ("1006.168 GB", thousandths(1_006_168, GIB)),
        ("1.475 TB", thousandths(1_475, TIB)),
        ("0.000 ", 0),
        ("0.000", 0),
        ("1.000 B", 1),
        ("512.000 KB", 512 * KIB),
        ("1.500 MB", 3 * MIB // 2),
        ("12.345GB", thousandths(12_345, GIB)),
        ("980GB", 980 * GIB),
        ("0B", 0),
        ("1.2 tb", thousandths(1_200, TIB)),
        (".5 KB", 512),
        ("1023.999 TB", thousandths(1_023_999, TIB)),
    ],
)
def test_size(text: str, size: int) -> None:
    assert quantities.size(text) == size


@pytest.mark.parametrize("text", ["", "GB", "12 XB", "1.2.3 GB", "12 GB 3", "NaN GB", "1e3 GB", "1,024 GB", "unknown"])
def test_not_a_size(text: str) -> None:
    with pytest.raises(QuantityError):
        quantities.size(text)


@pytest.mark.parametrize(
    ("text", "share"),
    [("91.67 %", 0.9167), (".00 %", 0.0), ("0.00 %", 0.0), ("100.00 %", 1.0), ("31.2 %", 0.312), ("NaN %", 0.0), ("7%", 0.07)],
)
def test_share(text: str, share: float) -> None:
    assert quantities.share(text) == share


@pytest.mark.parametrize("text", ["", "%", "high", "12 % 3"])
def test_not_a_share(text: str) -> None:
    with pytest.raises(QuantityError):
        quantities.share(text)


@pytest.mark.parametrize("text", [None, "", "  ", "NULL", "null", "\\N", "N/A"])
def test_what_stands_for_not_known(text: str | None) -> None:
    assert quantities.known(text) is None


def test_known_text_keeps_its_inside() -> None:
    assert quantities.known(" Status: Normal, DiskUsage: 0B/980GB ") == "Status: Normal, DiskUsage: 0B/980GB"


@pytest.mark.parametrize(("text", "flag"), [("true", True), ("TRUE", True), ("1", True), ("false", False), ("0", False)])
def test_flag(text: str, flag: bool) -> None:
    assert quantities.flag(text) is flag


def test_a_flag_is_never_guessed() -> None:
    with pytest.raises(QuantityError):
        quantities.flag("maybe")


@pytest.mark.parametrize(("text", "number"), [("88969", 88969), ("-1", -1), ("288414.0", 288414), (" 7 ", 7)])
def test_whole(text: str, number: int) -> None:
    assert quantities.whole(text) == number


@pytest.mark.parametrize("text", ["", "7.5", "NaN", "Infinity", "many"])
def test_not_whole(text: str) -> None:
    with pytest.raises(QuantityError):
        quantities.whole(text)


def test_moment_is_utc() -> None:
    assert quantities.moment("2025-06-19 12:50:09") == datetime(2025, 6, 19, 12, 50, 9, tzinfo=UTC)


def test_a_moment_with_a_zone_is_converted() -> None:
    assert quantities.moment("2025-06-19T20:50:09+08:00") == datetime(2025, 6, 19, 12, 50, 9, tzinfo=UTC)
