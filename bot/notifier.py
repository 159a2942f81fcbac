"""Slack out: one worker on the `slack` queue empties the outboxes, in order, and keeps the cards true.

Speaking never fails the deed: whatever Slack answers, operations go on. A conversation is `op:<id>` (a card and its
thread) or `to:<...>` (private answers). Order is kept by sending only the head of a conversation's outbox; nothing is
sent twice, because before each post its number is written down, and a post whose outcome is unknown is looked for in
the channel (by metadata) before it is tried again.
"""

import json
import logging
import math
import secrets
import time
from functools import cache
from typing import Any, NamedTuple

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot import blocks, pictures
from bot.aliveness import mark, surely_dead
from bot.failpoints import failpoint
from bot.limits import fitted
from bot.message import Message
from bot.queue import Mailbox, lua
from bot.settings import Settings
from bot.slack_answers import NotNow, Rejected, classified
from policies.operation import Event, EventKind, Operation, OperationState, Snapshot

log = logging.getLogger(__name__)

EDIT_EVERY_S = 3.0  # chat.update is tier 3 for the whole app: edits of one card are coalesced
LEASE_PER_CALL = 1.5
"""A conversation is leased for this many timeouts of one Slack call, again before each call: where nobody can tell that a
notifier was killed, its conversations are silent for so long, and not longer."""
LONGEST_REST_S = 10.0  # Slack is back before anybody looks; a try every ten seconds hurts nobody
NO_CHANNEL_REST_S = 60.0  # a channel that cannot be posted to is tried again this rarely
TOO_RICH = frozenset({"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long"})
HOPELESS = frozenset({"channel_not_found", "not_in_channel", "is_archived", "user_not_in_channel", "user_not_found"})
CARD_LOST = frozenset({"message_not_found", "cant_update_message", "edit_window_closed"})
METADATA = "sr_event"
FOLLOW_UPS = "follow_ups_ts"


class Posted(NamedTuple):
    """A message that is in Slack; `now` is False when an earlier try had posted it, with the words of then."""

    ts: str
    now: bool


def deliver(conversation: str) -> str:
    """RQ job: say what there is to say in one conversation. Returns what was done, in words."""
    return _notifier().deliver(conversation)


@cache
def _notifier() -> "Notifier":
    settings = Settings.load()
    client = WebClient(
        token=settings.slack_bot_token.get_secret_value(),
        base_url=settings.slack_api_url,
        timeout=math.ceil(settings.slack_timeout_s),
        retry_handlers=[],
    )
    lease_s = settings.slack_timeout_s * LEASE_PER_CALL
    return Notifier(Mailbox(settings.redis_url, settings.key_prefix, timeout_s=5.0), client, lease_s)


class Notifier:
    """Delivers conversations; safe to kill at any moment."""

    def __init__(self, mailbox: Mailbox, client: WebClient, lease_s: float) -> None:
        self.mailbox = mailbox
        self.client = client
        self.lease_ms = int(lease_s * 1000)
        self.me = f"{secrets.token_hex(8)} {mark()}"
        self.lease = ""
        self.redis = mailbox.redis
        self.keys = mailbox.keys
        self._settle = self.redis.register_script(lua(__file__, "settle"))
        self._give_up = self.redis.register_script(lua(__file__, "give_up"))

    def deliver(self, conversation: str) -> str:
        """Send what is waiting; on trouble leave the rest for later, in order."""
        self.lease = f"{self.keys.told(conversation)}:lease"
        if not self._leased():
            return "another worker is on it"
        delay = 0.0
        try:
            delay = self._pass(conversation)
            self.redis.hdel(self.keys.told(conversation), "failures")
            return "said"
        except NotNow as later:
            delay = self._back_off(conversation, later)
            return f"later: {later}"
        finally:
            self._rest(conversation, delay)
            self._give_up(keys=[self.lease], args=[self.me])

    def _leased(self) -> bool:
        """The right to speak in a conversation, unless another process that may be alive has it."""
        if self.redis.set(self.lease, self.me, nx=True, px=self.lease_ms):
            return True
        holder = self.redis.get(self.lease) or ""
        if surely_dead(holder.partition(" ")[2]):
            self._give_up(keys=[self.lease], args=[holder])
        return bool(self.redis.set(self.lease, self.me, nx=True, px=self.lease_ms))

    def _back_off(self, conversation: str, later: NotNow) -> float:
        if not later.unknown:
            self.redis.hdel(self.keys.told(conversation), "sending")
        failures = int(self.redis.hincrby(self.keys.told(conversation), "failures", 1))
        delay = later.delay_s or min(LONGEST_REST_S, 2.0 ** min(failures - 1, 5))
        log.warning("%s: %s; again in %.0f s", conversation, later, delay)
        return delay

    def _rest(self, conversation: str, delay: float) -> None:
        card = conversation.startswith("op:")
        keys = [
            self.keys.outbox(conversation),
            self.keys.outbox_ready,
            self.keys.told(conversation),
            self.keys.operation(conversation.removeprefix("op:")),
        ]
        self._settle(keys=keys, args=[conversation, delay, "1" if card else ""])

    def _pass(self, conversation: str) -> float:
        """Everything in the outbox, then the card; returns seconds until the card may be edited again."""
        card = Card(self, conversation) if conversation.startswith("op:") else None
        while entries := self.redis.xrange(self.keys.outbox(conversation), count=20):
            for entry_id, fields in entries:
                self._say(conversation, card, entry_id, json.loads(fields["entry"]))
                self.redis.xdel(self.keys.outbox(conversation), str(entry_id))
                failpoint("after_said")
        return card.refresh() if card else 0.0

    def _say(self, conversation: str, card: "Card | None", entry_id: str, entry: dict[str, Any]) -> None:
        if entry["type"] == "event" and card is not None:
            card.reply(Event.model_validate(entry["event"]))
            return
        if entry["type"] == "picture" and card is not None:
            # The card's last words do not wait for a picture.
            card.refresh()
            pictures.show(self, card)
            return
        message = Message(text=entry["text"], blocks=tuple(entry.get("blocks") or ()))
        address = {"channel": entry["channel"]}
        if entry["type"] == "private":
            self._tolerant("chat.postEphemeral", {**address, "user": entry["user"]}, message)
        else:
            self.post_once(conversation, f"post-{entry_id}", address, message)

    def _tolerant(self, method: str, address: dict[str, Any], message: Message) -> None:
        """A private hint whose reader has left is dropped, with a line in the log."""
        try:
            self.send(method, address, message)
        except Rejected as error:
            log.warning("%s was dropped: %s", method, error)

    def post_once(self, conversation: str, mark: str, address: dict[str, Any], message: Message) -> "Posted":
        """Post unless it was posted before. `mark` names the post within its conversation."""
        told = self.keys.told(conversation)
        if self.redis.hget(told, "sending") == mark:
            found = self._find(conversation, mark, address)
            if found:
                self.redis.hdel(told, "sending")
                return Posted(found, now=False)
        self.redis.hset(told, "sending", mark)
        failpoint("before_post")
        metadata = {"event_type": METADATA, "event_payload": {"conversation": conversation, "mark": mark}}
        ts = str(self.send("chat.postMessage", {**address, "metadata": metadata}, message).get("ts", ""))
        failpoint("after_post")
        self.redis.hdel(told, "sending")
        return Posted(ts, now=True)

    def _find(self, conversation: str, mark: str, address: dict[str, Any]) -> str | None:
        """Look in the channel for a post that carries our mark."""
        thread = address.get("thread_ts")
        method = "conversations.replies" if thread else "conversations.history"
        arguments = {"channel": address["channel"], "include_all_metadata": True, "limit": 200}
        if thread:
            arguments["ts"] = thread
        for message in self.call(method, arguments).get("messages", ()):
            payload = (message.get("metadata") or {}).get("event_payload", {})
            if payload.get("conversation") == conversation and payload.get("mark") == mark:
                return str(message["ts"])
        return None

    def send(self, method: str, address: dict[str, Any], message: Message) -> dict[str, Any]:
        """Send a message that fits Slack's limits; one that Slack finds too rich goes out as plain text instead."""
        fit = fitted(message)
        manners = {"unfurl_links": False, "unfurl_media": False} if method == "chat.postMessage" else {}
        body = {**address, **manners, "text": fit.text, "blocks": list(fit.blocks)}
        try:
            return self.call(method, body)
        except Rejected as error:
            if error.error not in TOO_RICH:
                raise
            log.error("Slack refused the blocks of a message (%s); sending its text", error)
            return self.call(method, {**address, **manners, "text": fit.text, "blocks": []})

    def call(self, method: str, body: dict[str, Any], *, form: bool = False) -> dict[str, Any]:
        """One Web API call, as JSON or as a form. Raises NotNow or Rejected."""
        self.keep_lease()
        try:
            answer = self.client.api_call(method, data=body) if form else self.client.api_call(method, json=body)
        except SlackApiError as error:
            raise classified(error) from None
        except (OSError, ValueError) as error:
            raise NotNow(f"{method}: {type(error).__name__}", 0.0, unknown=True) from None
        return dict(answer.data) if isinstance(answer.data, dict) else {}

    def keep_lease(self) -> None:
        """The conversation stays ours for one more call."""
        self.redis.set(self.lease, self.me, xx=True, px=self.lease_ms)


class Card:
    """The parent message of one operation, and the thread below it."""

    def __init__(self, notifier: Notifier, conversation: str) -> None:
        self.notifier = notifier
        self.conversation = conversation
        self.operation = conversation.removeprefix("op:")
        self.told_key = notifier.keys.told(conversation)
        told: dict[str, str] = notifier.redis.hgetall(self.told_key)
        self.channel: str = told.get("channel", "")
        self.ts: str = told.get("ts", "")
        self.shown = int(told.get("shown", 0))
        self.offered = told.get("offered", "")
        self.edited_at = float(told.get("edited_at", 0))
        self.tried = False

    def reply(self, event: Event) -> None:
        """One event into the thread, once."""
        snapshot = self._snapshot()
        if snapshot is None or not self._ensure(snapshot):
            return
        self._offer(snapshot.operation)
        if event.kind is EventKind.FOLLOWED_UP:
            self._sign_off(snapshot)
            return
        message = blocks.reply(snapshot, event)
        if message is None:
            return
        address = {"channel": self.channel, "thread_ts": self.ts}
        try:
            posted = self.notifier.post_once(self.conversation, f"event-{event.n}", address, message)
        except Rejected as error:
            log.error("%s: event %d could not be told: %s", self.operation, event.n, error)
            return
        if event.kind is EventKind.FOLLOW_UPS:
            self.notifier.redis.hset(self.told_key, FOLLOW_UPS, posted.ts)

    def _sign_off(self, snapshot: Snapshot) -> None:
        """The reply with the follow-ups says who did them; it is the one reply that changes, and repeating that is harmless."""
        ts = self.notifier.redis.hget(self.told_key, FOLLOW_UPS)
        message = blocks.follow_ups_message(snapshot.operation)
        if not ts or message is None:
            return
        try:
            self.notifier.send("chat.update", {"channel": self.channel, "ts": ts}, message)
        except Rejected as error:
            log.warning("%s: the follow-ups are signed, but their reply could not be edited: %s", self.operation, error)

    def _offer(self, operation: Operation) -> None:
        """The card's buttons come before the words: who reads in the thread that it runs must find Abort on the card.

        Tried once in a pass: a card that cannot be edited now does not silence the thread, and is edited after it.
        """
        if self.tried or _offers(operation) == self.offered:
            return
        try:
            self.refresh()
        except NotNow as later:
            self.tried = True
            log.warning("%s: the card is late: %s", self.operation, later)

    def refresh(self) -> float:
        """Make the card show the truth now; returns seconds to wait when it was edited a moment ago."""
        seq, snapshot = self._seq(), self._snapshot()
        if snapshot is None or snapshot.operation.revision == 0:
            # Nothing was planned, so there is nothing to show: whoever asked was told in private.
            self._remember(shown=seq)
            return 0.0
        if not self._ensure(snapshot):
            return NO_CHANNEL_REST_S
        if seq <= self.shown:
            return 0.0
        offered = _offers(snapshot.operation)
        rest = EDIT_EVERY_S - (time.time() - self.edited_at)
        if offered == self.offered and rest > 0:
            return rest
        self._edit(snapshot)
        self._remember(shown=seq, offered=offered, edited_at=time.time())
        return 0.0 if self._seq() <= seq else EDIT_EVERY_S

    def _edit(self, snapshot: Snapshot) -> None:
        address = {"channel": self.channel, "ts": self.ts}
        try:
            self.notifier.send("chat.update", address, self._blocks(snapshot))
        except Rejected as error:
            if error.error in CARD_LOST:
                log.warning("%s: the card is gone (%s); posting it again", self.operation, error)
                self.notifier.redis.hdel(self.told_key, "ts")
                self.ts = ""
                self._ensure(snapshot)
            elif error.error not in HOPELESS:
                log.error("%s: the card could not be edited: %s", self.operation, error)

    def _blocks(self, snapshot: Snapshot) -> Message:
        """The card; one that waits for the cluster says who has it."""
        operation = snapshot.operation
        if operation.state is not OperationState.QUEUED:
            return blocks.card(snapshot, None)
        holders = (self.notifier.mailbox.holder(name) for name in operation.locks)
        return blocks.card(snapshot, next((found for found in holders if found and found.operation != operation.id), None))

    def _ensure(self, snapshot: Snapshot) -> bool:
        """Post the card if it is not there yet; False when its channel cannot be posted to."""
        if self.ts:
            return True
        self.channel = snapshot.operation.request.channel
        seq = self._seq()
        try:
            posted = self.notifier.post_once(
                self.conversation, "card", {"channel": self.channel}, self._blocks(snapshot)
            )
        except Rejected as error:
            log.error("%s: no card in %s: %s", self.operation, self.channel, error)
            return False
        shown, offered = (seq, _offers(snapshot.operation)) if posted.now else (0, "")
        self._remember(channel=self.channel, ts=posted.ts, shown=shown, offered=offered, edited_at=time.time())
        return True

    def _remember(self, **facts: object) -> None:
        for name, value in facts.items():
            setattr(self, name, value)
        self.notifier.redis.hset(self.told_key, mapping={name: str(value) for name, value in facts.items()})

    def _snapshot(self) -> Snapshot | None:
        return self.notifier.mailbox.snapshot(self.operation)

    def _seq(self) -> int:
        return int(self.notifier.redis.hget(self.notifier.keys.operation(self.operation), "seq") or 0)


def _offers(operation: Operation) -> str:
    """What the buttons of a card depend on, and the votes, which are clicks: a change is shown at once, anything else coalesced."""
    return f"{operation.state.value} {operation.revision} {len(operation.votes)}"
