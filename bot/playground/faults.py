"""Bad weather on order: which call or delivery goes wrong, how, how often and how long."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count

from bot.playground.wire import Json, SlackError

# What each kind does to a Web API call (or a post to a response_url, under the method name "response_url").
CALL_KINDS = {
    "429": "refuse with ratelimited and Retry-After; nothing happened",
    "500": "answer 500 without JSON; nothing happened",
    "hang": "keep the caller waiting, then cut; nothing happened",
    "reset": "cut the connection; nothing happened",
    "reset_after": "do it, then cut the connection: the answer is lost",
    "slow": "wait, then do it",
    "invalid_blocks": "refuse the blocks; nothing happened",
}
# What each kind does to an envelope on its way to the app, or to its acknowledgement on the way back.
DELIVERY_KINDS = {
    "duplicate_delivery": "send it a second time, in an envelope of its own",
    "reorder": "hold it until the next one has overtaken it, or the time is over",
    "slow_ack": "hold the acknowledgement back",
    "expired_trigger": "its trigger_id is already too old when it arrives",
}
# What each kind does to Socket Mode connections: to those open now, and with a count or null also to later ones.
SOCKET_KINDS = {
    "drop_socket": "cut the connection without a word",
    "refresh_socket": "ask the app to reconnect (disconnect: refresh_requested), as Slack does every few hours",
}
KINDS = CALL_KINDS | DELIVERY_KINDS | SOCKET_KINDS
# Kinds that wait, and for how long unless told otherwise (seconds).
WAITS = {"hang": 60.0, "slow": 2.0, "slow_ack": 4.0, "reorder": 1.0}
LONGEST_WAIT = 3600.0
ANY_METHOD = "*"


@dataclass
class Fault:
    """One order. `remaining` uses are left (None: any number), until the time `ends` (None: until cleared)."""

    id: int
    method: str
    kind: str
    remaining: int | None
    retry_after: int
    wait: float
    ends: float | None

    def listed(self) -> Json:
        return {
            "id": self.id,
            "method": self.method,
            "kind": self.kind,
            "count": self.remaining,
            "retry_after": self.retry_after,
            "wait": self.wait,
            "ends": self.ends,
        }


class Faults:
    """The orders still standing, in the order they were given."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._standing: list[Fault] = []
        self._ids = count(1)

    def order(self, wish: Json) -> Fault:
        """Add a fault; without `count` it stays until cleared.

        `seconds` is the wait of a kind that waits, and how long the order stands for any other kind. A waiting kind
        that shall stand for a time gives its wait as `<kind>_s`. SlackError no_such_fault or invalid_arguments.
        """
        kind = str(wish.get("kind", ""))
        if kind not in KINDS:
            raise SlackError("no_such_fault", kinds=KINDS)
        try:
            seconds, wait = wish.get("seconds"), wish.get(f"{kind}_s")
            if kind in WAITS and wait is None:
                seconds, wait = None, seconds
            fault = Fault(
                id=next(self._ids),
                method=str(wish.get("method") or ANY_METHOD),
                kind=kind,
                remaining=None if wish.get("count") is None else max(1, int(wish["count"])),
                retry_after=max(1, int(wish.get("retry_after") or 1)),
                wait=min(LONGEST_WAIT, max(0.0, float(WAITS.get(kind, 0.0) if wait is None else wait))),
                ends=None if seconds is None else self._clock() + float(seconds),
            )
        except (TypeError, ValueError):
            raise SlackError("invalid_arguments") from None
        self._standing.append(fault)
        return fault

    def take(self, method: str, kinds: dict[str, str]) -> Fault | None:
        """The first standing fault for this method among these kinds, one use of it spent."""
        for fault in self._current():
            if fault.kind in kinds and fault.method in (method, ANY_METHOD):
                self._spend(fault)
                return fault
        return None

    def strikes(self, kind: str, method: str = ANY_METHOD) -> Fault | None:
        """The same for one kind."""
        return self.take(method, {kind: KINDS[kind]})

    def withdraw(self, fault: Fault) -> None:
        self._standing = [one for one in self._standing if one is not fault]

    def listed(self) -> list[Json]:
        return [fault.listed() for fault in self._current()]

    def clear(self) -> None:
        self._standing.clear()

    def _current(self) -> list[Fault]:
        now = self._clock()
        self._standing = [fault for fault in self._standing if fault.ends is None or now < fault.ends]
        return list(self._standing)

    def _spend(self, fault: Fault) -> None:
        if fault.remaining is None:
            return
        fault.remaining -= 1
        if fault.remaining <= 0:
            self._standing.remove(fault)
