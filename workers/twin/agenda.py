"""The twin's time: a heap of (time, sequence, action). Nobody waits; time jumps from event to event."""

import heapq
from collections.abc import Callable

Action = Callable[[], None]


class Agenda:
    """Simulated seconds since the start, and what happens when. Equal times run in the order they were put in."""

    def __init__(self) -> None:
        self.now = 0.0
        self._heap: list[tuple[float, int, Action]] = []
        self._sequence = 0

    def at(self, time: float, action: Action) -> None:
        """Run `action` at `time`; a time already past means now."""
        self._sequence += 1
        heapq.heappush(self._heap, (max(time, self.now), self._sequence, action))

    def after(self, delay: float, action: Action) -> None:
        self.at(self.now + delay, action)

    def every(self, interval: float, action: Action, *, first: float | None = None) -> None:
        """Repeat `action` for ever, `first` seconds from now or one interval from now."""

        def again() -> None:
            action()
            self.after(interval, again)

        self.after(interval if first is None else first, again)

    @property
    def next_time(self) -> float | None:
        return self._heap[0][0] if self._heap else None

    def run_to(self, time: float) -> None:
        """Run everything due up to `time` and stand there."""
        while self._heap and self._heap[0][0] <= time:
            self.now, _, action = heapq.heappop(self._heap)
            action()
        self.now = max(self.now, time)

    def run_until(self, predicate: Callable[[], bool], limit: float) -> bool:
        """Run event by event until `predicate` holds or `limit` seconds have passed; says whether it held."""
        end = self.now + limit
        while not predicate():
            upcoming = self.next_time
            if upcoming is None or upcoming > end:
                self.run_to(end)
                return predicate()
            self.run_to(upcoming)
        return True
