"""Values as SHOW prints them, read exactly: sizes, percentages, booleans, times.

Sizes are `%.3f UNIT`, 1024-based, up to TB (fe: common/util/DebugUtil.java); a hand-edited `458 GB` reads as well.
"""

import re
from datetime import UTC, datetime
from decimal import Decimal

_UNITS = {"": 1, "B": 1, "K": 1024, "KB": 1024, "M": 1024**2, "MB": 1024**2, "G": 1024**3, "GB": 1024**3,
          "T": 1024**4, "TB": 1024**4, "P": 1024**5, "PB": 1024**5}
_SIZE = re.compile(r"\s*(-?[0-9]*\.?[0-9]+)\s*([KMGTP]?B?)\s*\Z", re.IGNORECASE)
NEVER = frozenset({"", "NULL", "\\N", "N/A", "null", "None"})


def size(text: str | None) -> int:
    """`419.858 GB`, `458 GB`, `12.345GB`, `1.000 B` in bytes; raises ValueError on anything else."""
    match = _SIZE.match(text or "")
    if not match:
        raise ValueError(f"not a size: {text!r}")
    return int(Decimal(match[1]) * _UNITS[match[2].upper()])


def share(text: str | None) -> float:
    """`91.67 %` as 0.9167; `.00 %` as 0."""
    stripped = (text or "").replace("%", "").strip()
    if stripped in NEVER:
        return 0.0
    return float(Decimal(stripped) / 100)


def truth(text: str | None) -> bool:
    """`true`, `True`, `1` -> True."""
    return (text or "").strip().lower() in {"true", "1", "yes"}


def number(text: str | None, default: int = 0) -> int:
    """An integer, or `default` when StarRocks has none to show."""
    stripped = (text or "").strip()
    return default if stripped in NEVER else int(Decimal(stripped))


def moment(text: str | None) -> datetime | None:
    """`2025-06-19 12:50:29` as UTC (the session's time_zone is set to +00:00); None for never."""
    stripped = (text or "").strip()
    if stripped in NEVER:
        return None
    try:
        return datetime.fromisoformat(stripped).replace(tzinfo=UTC)
    except ValueError:
        return None
