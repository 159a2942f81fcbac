"""What commands on the hosts leave behind becomes our child: so nothing stays a zombie, and nothing outlives us."""

import contextlib
import ctypes
import os
import signal
import time
from collections.abc import Collection
from pathlib import Path

PR_SET_CHILD_SUBREAPER = 36  # linux/prctl.h


def adopt() -> None:
    """From now on whoever loses its parent below us is ours, instead of process 1's, which may not care."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def children() -> list[int]:
    try:
        return [int(pid) for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text(encoding="ascii").split()]
    except FileNotFoundError:
        return []  # a kernel without CONFIG_PROC_CHILDREN


def reap(known: Collection[int]) -> None:
    """Take the exit status of children that ended; those in `known` have somebody else who waits for them."""
    for pid in children():
        if pid not in known:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)


def end_all(known: Collection[int], *, limit_s: float = 5.0) -> None:
    """Kill every child that is not in `known`, and theirs, until none is left."""
    deadline = time.monotonic() + limit_s
    while (rest := [pid for pid in children() if pid not in known]) and time.monotonic() < deadline:
        for pid in rest:
            with contextlib.suppress(ProcessLookupError, ChildProcessError):
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
