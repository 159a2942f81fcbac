"""Quantities as StarRocks prints them, read exactly.

Sizes are 1024-based with the units B to TB, three decimals and a space (fe: common/util/DebugUtil.java getByteUint);
some columns leave the space out (`12.345GB`), zero has no unit (`0.000 `). Shares have two decimals and may lack the
digit before the point (`.00 %`). A value never known is SQL NULL, or the text `NULL`, `\\N`, `N/A`.
"""

import re
from datetime import UTC, datetime
from decimal import Decimal

_EXPONENT = {"": 0, "B": 0, "K": 1, "KB": 1, "M": 2, "MB": 2, "G": 3, "GB": 3, "T": 4, "TB": 4, "P": 5, "PB": 5}
_SIZE = re.compile(r"\s*(-?\d*\.?\d+)\s*([A-Za-z]*)\s*\Z")
_SHARE = re.compile(r"\s*(-?\d*\.?\d+)\s*%?\s*\Z")
_NOTHING = frozenset({"", "NULL", "\\N", "N/A"})
_TRUE = frozenset({"true", "1", "yes"})
_FALSE = frozenset({"false", "0", "no"})


class QuantityError(ValueError):
    """The text is not a quantity of this kind."""


def known(text: str | None) -> str | None:
    """The text, or None when it stands for "not known"."""
    if text is None:
        return None
    stripped = text.strip()
    return None if stripped.upper() in _NOTHING else stripped


def size(text: str) -> int:
    """`419.858 GB` -> bytes; precise to what was printed, about 0.5 GB at terabytes."""
    match = _SIZE.match(text)
    unit = match.group(2).upper() if match else "?"
    if match is None or unit not in _EXPONENT:
        raise QuantityError(f"not a size: {text!r}")
    return int((Decimal(match.group(1)) * Decimal(1024) ** _EXPONENT[unit]).to_integral_value())


def share(text: str) -> float:
    """`91.67 %` -> 0.9167. A node without disks prints NaN, which is 0 used of nothing."""
    if text.strip().rstrip("%").strip().lower() == "nan":
        return 0.0
    match = _SHARE.match(text)
    if match is None:
        raise QuantityError(f"not a percentage: {text!r}")
    return float(Decimal(match.group(1)) / 100)


def whole(text: str) -> int:
    """`88969`, or `88969.0` as some sums are printed."""
    try:
        number = Decimal(text.strip())
    except ArithmeticError:
        raise QuantityError(f"not a number: {text!r}") from None
    if not number.is_finite() or number != number.to_integral_value():
        raise QuantityError(f"not a whole number: {text!r}")
    return int(number)


def flag(text: str) -> bool:
    """`true` or `false`, in any case."""
    word = text.strip().lower()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise QuantityError(f"neither true nor false: {text!r}")


def moment(text: str) -> datetime:
    """`2025-06-19 12:50:09`, printed in the session's zone, which we set to UTC."""
    try:
        read = datetime.fromisoformat(text.strip())
    except ValueError:
        raise QuantityError(f"not a time: {text!r}") from None
    return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
