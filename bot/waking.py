"""Workers are woken a moment after a request was recorded: what is still to be acknowledged comes first."""

import asyncio
from collections.abc import Callable

QUIET_S = 0.05
"""So long nobody may have asked for anything more: fifty people at once are all acknowledged before the first wake-up, which
costs as much as an acknowledgement."""
MOST_S = 0.2
"""A plan is not kept waiting for longer than this by others who ask."""


class Waking:
    """Collects operations and wakes workers for them in a thread; what a crash loses is found by the clock."""

    def __init__(self, wake: Callable[[str], object]) -> None:
        self._wake = wake
        self._asked: list[str] = []
        self._task: asyncio.Task[None] | None = None

    def soon(self, operation: str) -> None:
        """Call from the event loop; returns at once."""
        self._asked.append(operation)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._flush())

    async def settled(self) -> None:
        """Returns when everything that was asked for so far has been woken."""
        if self._task is not None:
            await self._task

    async def _flush(self) -> None:
        while self._asked:
            await self._quiet()
            taken, self._asked = self._asked, []
            await asyncio.to_thread(self._all, taken)

    async def _quiet(self) -> None:
        for _ in range(int(MOST_S / QUIET_S)):
            before = len(self._asked)
            await asyncio.sleep(QUIET_S)
            if len(self._asked) == before:
                return

    def _all(self, operations: list[str]) -> None:
        for operation in operations:
            self._wake(operation)
