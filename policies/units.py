"""Quantities in words: bytes as StarRocks writes them, durations, shares, counts.

StarRocks prints 1024-based sizes with the units B, KB, MB, GB, TB and never larger ones
(fe: common/util/DebugUtil.java getByteUint).
"""

from datetime import timedelta

KIB = 1024
GIB = 1024**3
TIB = 1024**4
_BYTE_UNITS = ((TIB, "TB"), (GIB, "GB"), (1024**2, "MB"), (KIB, "KB"))


def in_bytes(count: float) -> str:
    """`403_604_914_176` -> `375.9 GB`."""
    for size, unit in _BYTE_UNITS:
        if abs(count) >= size:
            return f"{count / size:.1f} {unit}"
    return f"{count:.0f} B"


def in_count(count: float) -> str:
    """`88969` -> `88,969`."""
    return f"{count:,.0f}"


def in_percent(share: float) -> str:
    """`0.9167` -> `91.7 %`."""
    return f"{share * 100:.1f} %"


def in_time(span: timedelta | float) -> str:
    """A duration with at most two units: `48 s`, `3 min 20 s`, `2 h 5 min`, `1 d 3 h`. Numbers are seconds."""
    seconds = round(span.total_seconds() if isinstance(span, timedelta) else span)
    if seconds < 0:
        return f"-{in_time(-seconds)}"
    for size, unit, smaller_size, smaller_unit in (
        (86_400, "d", 3_600, "h"),
        (3_600, "h", 60, "min"),
        (60, "min", 1, "s"),
    ):
        if seconds >= size:
            whole, rest = divmod(seconds, size)
            smaller = rest // smaller_size
            return f"{whole} {unit} {smaller} {smaller_unit}" if smaller else f"{whole} {unit}"
    return f"{seconds} s"


def in_odds(p50_s: float, p90_s: float, after: str = "") -> str:
    """`about 2 h 10 min; 9 in 10 end within 2 h 50 min`; `after` follows the first time. Rounded to what can be known."""
    half, most = _rounded(p50_s), _rounded(p90_s)
    said = f"about {in_time(half)}{after}" if half else f"a few seconds{after}"
    return f"{said}; 9 in 10 end within {in_time(most)}" if most > half else said


def _rounded(seconds: float) -> float:
    """To about a twentieth, in steps that people use."""
    steps = ((120.0, 10.0), (3_600.0, 60.0), (14_400.0, 300.0), (86_400.0, 1_800.0), (float("inf"), 7_200.0))
    step = next(step for limit, step in steps if seconds < limit)
    return round(seconds / step) * step


def in_list(items: "list[str] | tuple[str, ...]", limit: int = 5) -> str:
    """`a, b and c`; from `limit` on `a, b, … and 7 more`."""
    shown = list(items[:limit])
    hidden = len(items) - len(shown)
    if hidden:
        return f"{', '.join(shown)} and {hidden:,} more"
    if len(shown) < 2:
        return "".join(shown)
    return f"{', '.join(shown[:-1])} and {shown[-1]}"
