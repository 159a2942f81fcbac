"""Whether the process that holds something is dead for certain, so that nobody waits for its time to run out.

A mark names a process for this boot of this machine and this process namespace. Whoever reads the mark elsewhere, or on a
system that does not tell, knows nothing and waits.
"""

import os
import socket
from functools import lru_cache
from pathlib import Path

_PROC = Path("/proc")


def mark() -> str:
    """This process, in one word; empty where the system does not tell."""
    return _mark(os.getpid())


def surely_dead(mark: str) -> bool:
    """Whether this process is gone. False as well when nobody can tell from here."""
    place, _, process = mark.rpartition("/")
    pid, _, begun = process.partition("@")
    if not place or place != _place() or not pid.isdigit():
        return False
    try:
        os.kill(int(pid), 0)  # Sees other users' processes too, which /proc may hide.
    except ProcessLookupError:
        return True
    except OSError:
        return False
    state, begun_there = _state(int(pid))
    return state in {"Z", "X"} or (begun_there != "" and begun_there != begun)


@lru_cache(maxsize=1)
def _mark(pid: int) -> str:
    place, (_, begun) = _place(), _state(pid)
    return f"{place}/{pid}@{begun}" if place and begun else ""


@lru_cache(maxsize=1)
def _place() -> str:
    """The host, its boot, and the namespace in which process ids count; empty where one is not told."""
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        namespace = (_PROC / "self/ns/pid").stat().st_ino
    except OSError:
        return ""
    return f"{socket.gethostname()}/{boot}/{namespace}"


def _state(pid: int) -> tuple[str, str]:
    """The state of a process and when it began, in ticks since the boot (man 5 proc: stat, fields 3 and 22); empty if not told."""
    try:
        text = (_PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return "", ""
    fields = text.rpartition(")")[2].split()  # The name may hold spaces and brackets.
    return fields[0], fields[19]
