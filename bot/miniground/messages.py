"""A message: what it says now, every revision it ever had, and its two renderings (for the app, for the page)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.miniground.files import StoredFile
from bot.miniground.people import APP_ID, BOT_ID, BOT_NAME, BOT_USER_ID, TEAM_ID
from bot.miniground.wire import Json


@dataclass(frozen=True)
class Revision:
    """What a message said after its n-th edit (0 = as posted). Old ones serve clicks on an outdated card."""

    number: int
    text: str
    blocks: list[Json]


@dataclass
class Message:
    """One message of one channel. `ephemeral_for` names the only person who sees it."""

    channel: str
    ts: str
    user: str
    username: str
    revisions: list[Revision]
    thread_ts: str | None = None
    metadata: Json | None = None
    files: list[StoredFile] = field(default_factory=list)
    reactions: dict[str, list[str]] = field(default_factory=dict)
    edited_ts: str | None = None
    ephemeral_for: str | None = None
    broadcast: bool = False

    @property
    def now(self) -> Revision:
        return self.revisions[-1]

    @property
    def is_reply(self) -> bool:
        return self.thread_ts is not None and self.thread_ts != self.ts

    @property
    def by_app(self) -> bool:
        return self.user == BOT_USER_ID

    def visible_to(self, user: str) -> bool:
        return self.ephemeral_for in (None, user)

    def revise(self, text: str, blocks: list[Json]) -> None:
        self.revisions.append(Revision(self.now.number + 1, text, blocks))

    def revision(self, number: int) -> Revision | None:
        return next((one for one in self.revisions if one.number == number), None)


@dataclass(frozen=True)
class Thread:
    """What a parent message knows about its replies."""

    replies: Sequence[Message]

    def summary(self) -> Json:
        if not self.replies:
            return {}
        users = list(dict.fromkeys(reply.user for reply in self.replies))
        return {
            "reply_count": len(self.replies),
            "reply_users": users,
            "reply_users_count": len(users),
            "latest_reply": self.replies[-1].ts,
        }


def as_slack(message: Message, *, metadata: bool, thread: Thread | None = None, at: Revision | None = None) -> Json:
    """The message as Slack sends it to the app; `at` picks an older revision."""
    said = at or message.now
    shape: Json = {"type": "message", "user": message.user, "ts": message.ts, "text": said.text, "team": TEAM_ID}
    if message.by_app:
        shape |= {"bot_id": BOT_ID, "app_id": APP_ID, "bot_profile": _bot_profile()}
    if said.blocks:
        shape["blocks"] = said.blocks
    if message.thread_ts:
        shape["thread_ts"] = message.thread_ts
    if message.is_reply and message.broadcast:
        shape["subtype"] = "thread_broadcast"
    if message.edited_ts:
        shape["edited"] = {"user": message.user, "ts": message.edited_ts}
    if message.reactions:
        shape["reactions"] = _reactions(message)
    if message.files:
        shape |= {"files": [one.info() for one in message.files], "upload": True}
    if metadata and message.metadata:
        shape["metadata"] = message.metadata
    return shape | (thread.summary() if thread else {})


def as_page(message: Message, thread: Thread, token: str) -> Json:
    """The message as the page and scripts read it. `token` lets the browser fetch the files."""
    summary = thread.summary()
    return {
        "ts": message.ts,
        "channel": message.channel,
        "thread_ts": message.thread_ts if message.is_reply else None,
        "user": message.user,
        "username": message.username,
        "text": message.now.text,
        "blocks": message.now.blocks,
        "revision": message.now.number,
        # Slack shows "(edited)" only under a message that has no blocks.
        "edited": bool(message.edited_ts) and not message.now.blocks,
        "ephemeral_for": message.ephemeral_for,
        "metadata": message.metadata,
        "files": [one.listed(token) for one in message.files],
        "reactions": _reactions(message),
        "reply_count": summary.get("reply_count", 0),
        "latest_reply": summary.get("latest_reply"),
        "reply_users": summary.get("reply_users", []),
        "broadcast": message.broadcast,
    }


def _reactions(message: Message) -> list[Json]:
    return [{"name": name, "users": users, "count": len(users)} for name, users in message.reactions.items()]


def _bot_profile() -> dict[str, Any]:
    return {"id": BOT_ID, "app_id": APP_ID, "name": BOT_NAME, "team_id": TEAM_ID, "deleted": False}
