"""JDKs: which one a version needs, which line of the conf file its start script reads, which flags keep a JVM from starting.

fe: bin/start_fe.sh and be: bin/start_backend.sh, read at the tags 2.5 to 3.5 (#47495, #48388 for the surprises).
"""

import re
from collections.abc import Collection

from policies.cluster import NodeKind
from policies.releases.rule import Span, below, between, starting
from policies.versions import build

PLAIN, NINE, ELEVEN = "JAVA_OPTS", "JAVA_OPTS_FOR_JDK_9", "JAVA_OPTS_FOR_JDK_11"
NINE_AND_LATER = "JAVA_OPTS_FOR_JDK_9_AND_LATER"
VARIABLES = (PLAIN, NINE, ELEVEN, NINE_AND_LATER)

_LEAST: tuple[tuple[Span, int], ...] = ((starting(3, 5, 0), 17), (starting(3, 3, 0), 11), (below(3, 3, 0), 8))
_MAJOR = re.compile(r'(?:version "|^|[^\d.])(?:1\.)?(\d{1,2})(?=[._"+\-\s]|$)')

GONE_SINCE: dict[str, int] = {
    **dict.fromkeys(
        (
            "PrintGCDateStamps", "PrintGCTimeStamps", "PrintGCApplicationStoppedTime", "PrintHeapAtGC",
            "PrintTenuringDistribution", "UseGCLogFileRotation", "NumberOfGCLogFiles", "GCLogFileSize",
        ),
        9,
    ),
    "UseParNewGC": 10,
    **dict.fromkeys(("UseMembar", "AggressiveOpts"), 13),
    **dict.fromkeys(
        (
            "UseConcMarkSweepGC", "CMSClassUnloadingEnabled", "CMSParallelRemarkEnabled", "CMSParallelInitialMarkEnabled",
            "CMSInitiatingOccupancyFraction", "UseCMSInitiatingOccupancyOnly",
        ),
        15,
    ),
    **dict.fromkeys(("PermSize", "MaxPermSize"), 17),
    "UseBiasedLocking": 19,
}  # fmt: skip
"""-XX option -> the JDK from which on it is an "Unrecognized VM option", so that the JVM does not start.

Tried on JDK 17 and 25; the JDKs between are from the JDK's own release notes, the earliest possible where they are vague.
"""

WRITE_JAVA_HOME = "write `JAVA_HOME = /its/path` into fe.conf"
"""The start script exports it from there over whatever the process had (bin/common.sh export_env_from_conf); a login profile is
read by no shell that starts a node from here."""

_FLAG = re.compile(r"-XX:[+-]?([A-Za-z]\w*)")
_HEAP = re.compile(r"(?<![^\s\"'])-Xmx(\d+[kKmMgGtT]?)(?![^\s\"'])")
_SIZE = re.compile(r"[1-9]\d{0,6}[mMgG]")
_FIRST = re.compile(r"(?<![^\s\"'])-Xms(\d+[kKmMgGtT]?)(?![^\s\"'])")
_UNITS = {"": 1, "k": 1024, "m": 1024**2, "g": 1024**3, "t": 1024**4}


def needed_jdk(version: str) -> int | None:
    """The oldest JDK with which a frontend of this version starts; None when the version cannot be read."""
    one = build(version)
    return next((jdk for span, jdk in _LEAST if span.holds(one.number)), None) if one else None


def jdk(text: str) -> int | None:
    """`openjdk version "17.0.15" 2025-04-15` -> 17, `1.8.0_392` -> 8, `11` -> 11; None when there is no number."""
    found = _MAJOR.search(text.strip())
    return int(found[1]) if found else None


def winning_variable(kind: NodeKind, version: str, running_jdk: int, present: Collection[str]) -> str | None:
    """The variable of the conf file that the start script takes the JVM's options from.

    `present` are those that the file sets. None: the script takes none of them (it refuses, or has options of its own), or
    the version cannot be read.
    """
    one = build(version)
    if one is None:
        return None
    order = _frontend_order(one.number, running_jdk) if kind.frontend else _worker_order(one.number, running_jdk)
    return next((name for name in order if name in present), None)


def _frontend_order(number: tuple[int, int, int], running_jdk: int) -> tuple[str, ...]:
    if number >= (3, 5, 0):
        return (ELEVEN, PLAIN)  # The script says that it does not support it, and uses it all the same.
    if number < (3, 1, 0):
        return (PLAIN,) if running_jdk <= 8 else (NINE,)
    if number < (3, 1, 14) or between((3, 2, 0), (3, 2, 9)).holds(number):
        return (PLAIN,) if running_jdk <= 8 else (ELEVEN, NINE)
    if running_jdk == 11:
        return (ELEVEN, NINE, PLAIN)
    if running_jdk == 9 and number >= (3, 3, 0):
        return (NINE, PLAIN)
    return (PLAIN,)


def _worker_order(number: tuple[int, int, int], running_jdk: int) -> tuple[str, ...]:
    if number >= (3, 5, 0):
        return (ELEVEN, PLAIN)
    if number >= (3, 1, 0) and running_jdk > 8:
        return (NINE_AND_LATER, PLAIN)
    return (PLAIN,)


def forbidden_flags(value: str, running_jdk: int) -> tuple[str, ...]:
    """The options in a JAVA_OPTS value with which this JDK does not start, as they are written, each once."""
    words = value.replace('"', " ").replace("'", " ").split()
    gone = [word for word in words if (found := _FLAG.match(word)) and GONE_SINCE.get(found[1], 1000) <= running_jdk]
    return tuple(dict.fromkeys(gone))


def heap(value: str) -> str | None:
    """The size that -Xmx gives, as written; the last one counts. None without one."""
    found = _HEAP.findall(value)
    return str(found[-1]) if found else None


def heap_bytes(size: str) -> int:
    """`8192m` in bytes."""
    number, unit = (size[:-1], size[-1].lower()) if size[-1:].isalpha() else (size, "")
    return int(number) * _UNITS[unit]


def with_heap(value: str, size: str) -> str:
    """The value with every -Xmx set to `size`, such as 16g; one is added where there is none. ValueError on another size.

    An -Xms that is larger comes down with it: a JVM whose first heap is larger than its largest does not start.
    The start script gives the value to a shell (bin/common.sh), so nothing but digits and a unit may come in.
    """
    if not (size.isascii() and _SIZE.fullmatch(size)):
        raise ValueError(f"{size!r} is no heap size such as 8192m or 16g")
    value = _FIRST.sub(lambda found: found[0] if heap_bytes(found[1]) <= heap_bytes(size) else f"-Xms{size}", value)
    if _HEAP.search(value):
        return _HEAP.sub(f"-Xmx{size}", value)
    closing = value[-1:] if value[-1:] in ('"', "'") and value[:1] == value[-1:] and len(value) > 1 else ""
    body = value[: len(value) - len(closing)]
    return f"{body} -Xmx{size}{closing}" if body.strip("\"' ") else f"{body}-Xmx{size}{closing}"
