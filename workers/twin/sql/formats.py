"""How a frontend writes sizes, shares and times."""

import re
from datetime import datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_UNITS = ((1024**4, "TB"), (1024**3, "GB"), (1024**2, "MB"), (1024, "KB"))
_OFFSET = re.compile(r"([+-])(\d{1,2}):(\d{2})")


def size(count: float) -> str:
    """`%.3f` and a 1024-based unit, TB at most (fe: common/util/DebugUtil.java getByteUint)."""
    for unit, name in _UNITS:
        if count >= unit:
            return f"{count / unit:.3f} {name}"
    return f"{count:.3f} B"


def percent(part: float, whole: float) -> str:
    return f"{part / whole * 100:.2f} %" if whole else "0.00 %"


def boolean(value: bool) -> str:
    return "true" if value else "false"


def zone(name: str) -> tzinfo:
    """A session time_zone; CST means +08:00 (fe: common/util/TimeUtils.java). ValueError on an unknown one."""
    offset = _OFFSET.fullmatch(name)
    if offset:
        span = timedelta(hours=int(offset[2]), minutes=int(offset[3]))
        return timezone(-span if offset[1] == "-" else span)
    try:
        return ZoneInfo("Asia/Shanghai" if name.upper() in ("CST", "PRC") else name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"unknown time zone {name}") from error


def moment(epoch_seconds: float | None, where: tzinfo) -> str | None:
    """`yyyy-MM-dd HH:mm:ss`; never is SQL NULL."""
    if epoch_seconds is None:
        return None
    return datetime.fromtimestamp(epoch_seconds, where).strftime("%Y-%m-%d %H:%M:%S")
