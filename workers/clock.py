"""The clock: turns what is due into ordinary RQ jobs. Any number of copies may run; none is ever needed for safety.

    python -m workers.clock
"""

import logging
import signal
import threading
import time
from types import FrameType
from typing import Any

from redis import RedisError, ResponseError

from bot.queue import Mailbox
from bot.redis_safety import require_safe
from bot.settings import SettingsError
from workers.audit import mirror
from workers.settings import WorkerSettings
from workers.store import Store

log = logging.getLogger(__name__)

TICK_S = 0.2
"""The longest rest: what nobody rang for is found so late at most."""
SHORTEST_REST_S = 0.01
MIRROR_EVERY_S = 1.0
REDIS_REST_S = 0.5


class Clock:
    """Dispatches due operations, ready conversations and the audit copy, until told to stop."""

    def __init__(self, settings: WorkerSettings) -> None:
        self.settings = settings
        self.mailbox = Mailbox(settings.redis_url, settings.key_prefix, timeout_s=5.0)
        self.store = Store(self.mailbox.redis, settings.key_prefix, visibility_s=settings.visibility_s)
        self.stopped = threading.Event()
        self._mirrored_at = 0.0
        self._bell: Any = self.mailbox.redis.pubsub(ignore_subscribe_messages=True)

    def tick(self) -> int:
        """One pass; returns how many jobs it enqueued."""
        freed = self.store.free_the_dead()
        if freed:
            log.warning("a worker died with %s in its hands", ", ".join(freed))
        operations = self.store.dispatch()
        for operation in operations:
            self.mailbox.wake(operation)
        conversations = self._ready()
        for conversation in conversations:
            self.mailbox.wake_notifier(conversation)
        if time.monotonic() - self._mirrored_at >= MIRROR_EVERY_S:
            mirror(self.mailbox.redis, self.mailbox.keys.audit, self.settings.audit_path)
            self._mirrored_at = time.monotonic()
        return len(operations) + len(conversations)

    def _ready(self) -> list[str]:
        """Conversations with something to say; pushed forward, so that a slow notifier is not flooded."""
        redis, ready = self.mailbox.redis, self.mailbox.keys.outbox_ready
        seconds, micros = redis.time()
        now = seconds + micros / 1e6
        found: list[str] = redis.zrangebyscore(ready, "-inf", now, start=0, num=200)
        for conversation in found:
            redis.zadd(ready, {conversation: now + self.settings.slack_timeout_s / 2}, xx=True)
        return found

    def _rest(self) -> None:
        """Until the next thing is due, the bell rings or the tick is over, whatever comes first."""
        wanted = self.store.next_wanted_in()
        left = TICK_S if wanted is None else max(SHORTEST_REST_S, min(TICK_S, wanted))
        if self._bell is None:
            self.stopped.wait(left)
            return
        try:
            if not self._bell.subscribed:
                self._bell.subscribe(self.mailbox.keys.bell)
            ends = time.monotonic() + left
            while self._bell.get_message(timeout=max(0.0, ends - time.monotonic())) is None and time.monotonic() < ends:
                continue  # What came was the answer to our subscription.
            while self._bell.get_message(timeout=0.0) is not None:
                continue  # One pass answers all that rang so far.
        except ResponseError as error:
            log.warning("no bell (%s): commits are found by looking", error)
            self._bell = None

    def run(self) -> None:
        """Tick until stopped; a Redis that is away is waited for."""
        while not self.stopped.is_set():
            try:
                self.tick()
                self._rest()
            except RedisError as error:
                log.warning("Redis is away (%s); waiting", error)
                self.stopped.wait(REDIS_REST_S)


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s clock %(message)s")
    try:
        settings = WorkerSettings.load()
        require_safe(settings)
    except SettingsError as error:
        raise SystemExit(str(error)) from None
    clock = Clock(settings)

    def stop(_signal: int, _frame: FrameType | None) -> None:
        clock.stopped.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    clock.run()


if __name__ == "__main__":
    main()
