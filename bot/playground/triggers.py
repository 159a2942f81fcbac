"""Things that Slack hands out with a gesture and that run out: trigger ids and response URLs."""

import secrets
from dataclasses import dataclass, field

from bot.playground.messages import Message
from bot.playground.wire import SlackError
from bot.playground.workspace import Clock

TRIGGER_SECONDS = 3.0  # docs: "trigger_ids expire in 3 seconds"
RESPONSE_URL_SECONDS = 30 * 60  # docs: "up to 5 times within 30 minutes"
RESPONSE_URL_USES = 5


@dataclass
class Trigger:
    """The right to open one modal for one person. `view_id` is set if the gesture was made inside a modal."""

    user: str
    until: float
    view_id: str | None = None
    used: bool = False


class Triggers:
    """Trigger ids given out so far."""

    def __init__(self, clock: Clock):
        self._clock = clock
        self._given: dict[str, Trigger] = {}

    def give(self, user: str, view_id: str | None = None, *, expired: bool = False) -> str:
        seconds = -1.0 if expired else TRIGGER_SECONDS
        now = self._clock()
        id = f"{int(now * 1000)}.{len(self._given) + 1}.{secrets.token_hex(16)}"
        self._given[id] = Trigger(user, now + seconds, view_id)
        return id

    def use(self, id: str) -> Trigger:
        """Spend a trigger: once, and in time. SlackError with Slack's own codes."""
        trigger = self._given.get(id)
        if trigger is None:
            raise SlackError("invalid_trigger_id")
        if trigger.used:
            raise SlackError("exchanged_trigger_id")
        if self._clock() > trigger.until:
            raise SlackError("expired_trigger_id")
        trigger.used = True
        return trigger

    def clear(self) -> None:
        self._given.clear()


@dataclass
class ResponseUrl:
    """Where the app may answer one gesture. `origin` is the message that was clicked, if any."""

    user: str
    channel: str
    until: float
    origin: Message | None = None
    last: Message | None = field(default=None, repr=False)
    uses: int = 0


class ResponseUrls:
    """Response URLs given out so far, by their unguessable last part."""

    def __init__(self, clock: Clock):
        self._clock = clock
        self.origin = ""
        self._given: dict[str, ResponseUrl] = {}

    def give(self, kind: str, user: str, channel: str, origin: Message | None = None) -> str:
        """`kind` is commands or actions, as in Slack's own paths."""
        key = secrets.token_urlsafe(24)
        self._given[key] = ResponseUrl(user, channel, self._clock() + RESPONSE_URL_SECONDS, origin)
        return f"{self.origin}/{kind}/T0HOME/{key}"

    def use(self, key: str) -> ResponseUrl:
        """Spend one use. SlackError 404 expired_url or used_url when there is nothing left."""
        given = self._given.get(key)
        if given is None or self._clock() > given.until:
            raise SlackError("expired_url", status=404)
        if given.uses >= RESPONSE_URL_USES:
            raise SlackError("used_url", status=404)
        given.uses += 1
        return given

    def clear(self) -> None:
        self._given.clear()
