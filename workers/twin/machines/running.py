"""The processes of nodes that run on the hosts, each held by a pidfd: a reused pid is never taken for one of them."""

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto


class Phase(Enum):
    """STARTING: it runs but does not serve yet. SERVING: the model's node is up. LEAVING: it was asked to go and will.

    KILLED: whatever follows is known.
    """

    STARTING = auto()
    SERVING = auto()
    LEAVING = auto()
    KILLED = auto()


@dataclass(eq=False)
class Running:
    """One process. `process` is "be", "cn" or "fe"."""

    host: str
    process: str
    pid: int
    descriptor: int
    version: str
    phase: Phase

    def kill(self) -> None:
        if self.descriptor >= 0:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self.descriptor, signal.SIGKILL)


def hold(host: str, process: str, pid: int, version: str, phase: Phase) -> Running | None:
    """None if it has ended already."""
    try:
        descriptor = os.pidfd_open(pid)
    except OSError:
        return None
    return Running(host, process, pid, descriptor, version, phase)


def watch(running: Running, ended: Callable[[Running], None]) -> None:
    """Call `ended` once, when the process is gone and no zombie of ours."""
    loop = asyncio.get_running_loop()
    descriptor = running.descriptor

    def gone() -> None:
        loop.remove_reader(descriptor)
        with contextlib.suppress(ChildProcessError):
            os.waitid(os.P_PIDFD, descriptor, os.WEXITED)
        running.descriptor = -1
        os.close(descriptor)
        ended(running)

    loop.add_reader(descriptor, gone)
