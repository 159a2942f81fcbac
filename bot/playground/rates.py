"""Rate limits as token buckets: per method by tier, and for posts per channel."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from bot.playground.method_rules import BURST, METHODS, POST_BURST, POSTS_PER_SECOND, TIERS
from bot.playground.wire import SlackError


@dataclass
class Bucket:
    """`level` calls may be made now; `per_second` come back, up to `size`."""

    size: float
    per_second: float
    level: float
    at: float

    def take(self, now: float) -> float:
        """Spend one; returns 0, or how many seconds until one is there (and then spends nothing)."""
        self.level = min(self.size, self.level + (now - self.at) * self.per_second)
        self.at = now
        if self.level < 1:
            return (1 - self.level) / self.per_second
        self.level -= 1
        return 0.0


class Rates:
    """The buckets in use. Off, nothing is limited: tests that are not about limits should not wait."""

    def __init__(self, clock: Callable[[], float], *, enabled: bool):
        self._clock = clock
        self._buckets: dict[tuple[str, str], Bucket] = {}
        self.enabled = enabled

    def check(self, method: str, channel: str) -> None:
        """Count a call. SlackError ratelimited (HTTP 429) with whole seconds in Retry-After."""
        if not self.enabled:
            return
        wait = self._bucket(method, channel)
        if wait:
            raise ratelimited(math.ceil(wait))

    def _bucket(self, method: str, channel: str) -> float:
        tier = METHODS[method].tier
        now = self._clock()
        if method == "chat.postMessage":
            key, size, per_second = (method, channel), float(POST_BURST), POSTS_PER_SECOND
        elif tier is not None:
            key, size, per_second = (method, ""), float(min(BURST, TIERS[tier])), TIERS[tier] / 60
        else:
            return 0.0
        return self._buckets.setdefault(key, Bucket(size, per_second, size, now)).take(now)


def ratelimited(retry_after: int) -> SlackError:
    return SlackError("ratelimited", status=429, headers={"Retry-After": str(max(1, retry_after))})
