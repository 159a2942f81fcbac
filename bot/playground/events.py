"""What happened, told to whoever watches: a numbered backlog, and one queue per watching page."""

import asyncio
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from bot.playground.wire import Json

BACKLOG = 2000


@dataclass(frozen=True)
class Event:
    """One happening. `audience` holds the ids of those who may know it; None means everybody."""

    number: int
    body: Json
    audience: frozenset[str] | None

    def concerns(self, user: str) -> bool:
        return self.audience is None or user in self.audience


class Feed:
    """Events in order. A page that reconnects reads on from the last number it saw."""

    def __init__(self) -> None:
        self._backlog: deque[Event] = deque(maxlen=BACKLOG)
        self._queues: set[asyncio.Queue[Event | None]] = set()
        self._number = 0

    def publish(self, body: Json, audience: frozenset[str] | None = None) -> None:
        self._number += 1
        event = Event(self._number, body, audience)
        self._backlog.append(event)
        for queue in self._queues:
            queue.put_nowait(event)

    @property
    def last(self) -> int:
        return self._number

    def since(self, number: int) -> list[Event] | None:
        """Events after `number`, or None if some of them are forgotten (or the number was never given out)."""
        oldest = self._backlog[0].number if self._backlog else self._number + 1
        if number > self._number or number < oldest - 1:
            return None
        return [event for event in self._backlog if event.number > number]

    @contextmanager
    def watched(self) -> Iterator[asyncio.Queue[Event | None]]:
        """A queue that receives each event from now on, and None when the feed ends."""
        queue: asyncio.Queue[Event | None] = asyncio.Queue()
        self._queues.add(queue)
        try:
            yield queue
        finally:
            self._queues.discard(queue)

    def end(self) -> None:
        """Let every watcher go: the server is stopping."""
        for queue in self._queues:
            queue.put_nowait(None)
