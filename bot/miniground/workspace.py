"""The workspace's state: people, channels, messages, threads. Every change is told to the feed.

Time comes from the clock that is passed in (seconds since the epoch).
"""

from collections.abc import Callable, Iterator
from itertools import count

from bot.miniground import people
from bot.miniground.events import Feed
from bot.miniground.files import StoredFile
from bot.miniground.messages import Message, Revision, Thread, as_page
from bot.miniground.people import ACCOUNTS, BOT_USER_ID, GROUPS, PERSONAS, Channel, Group, Person
from bot.miniground.wire import Json

Clock = Callable[[], float]


class Workspace:
    """One team, in memory. The rules of who may do what belong to the methods, not here."""

    def __init__(self, clock: Clock, feed: Feed, token: str):
        self.clock = clock
        self.feed = feed
        self._token = token
        self._last_ts = 0
        self.clear()

    def clear(self) -> None:
        """Back to the first day: no message, no direct conversation."""
        self.people: dict[str, Person] = {person.id: person for person in (*PERSONAS, *ACCOUNTS)}
        self.groups: dict[str, Group] = {group.id: group for group in GROUPS}
        self.channels: dict[str, Channel] = {channel.id: channel for channel in people.channels()}
        self._messages: dict[str, dict[str, Message]] = {id: {} for id in self.channels}
        self._replies: dict[tuple[str, str], list[Message]] = {}
        self._block_ids = count(1)

    def next_ts(self) -> str:
        """A message's time and name in one: seconds and microseconds, never the same twice, never going back."""
        self._last_ts = max(int(self.clock() * 1_000_000), self._last_ts + 1)
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    # -- channels

    def direct(self, user: str) -> Channel:
        """The direct conversation between the app and a person, opened on first use."""
        id = f"D{user[1:]}"
        if id not in self.channels:
            name = self.people[user].name
            self.channels[id] = Channel(id, name, [user, BOT_USER_ID], im_user=user)
            self._messages[id] = {}
        return self.channels[id]

    def channels_of(self, user: str) -> list[Channel]:
        return [channel for channel in self.channels.values() if user in channel.members]

    # -- messages

    def post(
        self,
        channel: str,
        user: str,
        text: str,
        blocks: list[Json],
        *,
        thread_ts: str | None = None,
        metadata: Json | None = None,
        files: list[StoredFile] | None = None,
        ephemeral_for: str | None = None,
        broadcast: bool = False,
    ) -> Message:
        """Add a message and tell those who see it. `thread_ts` must be a parent's ts (the caller checked)."""
        message = Message(
            channel=channel,
            ts=self.next_ts(),
            user=user,
            username=self.people[user].name,
            revisions=[Revision(0, text, self._named(blocks))],
            thread_ts=thread_ts,
            metadata=metadata,
            files=files or [],
            ephemeral_for=ephemeral_for,
            broadcast=broadcast,
        )
        self._messages[channel][message.ts] = message
        self._told("message", message)
        if thread_ts and not ephemeral_for:
            self._replies.setdefault((channel, thread_ts), []).append(message)
            self._parent_changed(channel, thread_ts)
        return message

    def edit(self, message: Message, text: str, blocks: list[Json], metadata: Json | None = None) -> None:
        """Replace what a message says; the old words stay as a revision."""
        message.revise(text, self._named(blocks))
        message.edited_ts = self.next_ts()
        message.metadata = metadata if metadata is not None else message.metadata
        self._told("update", message)

    def delete(self, message: Message) -> None:
        del self._messages[message.channel][message.ts]
        body = {"type": "delete", "channel": message.channel, "ts": message.ts}
        self.feed.publish(body, self._audience(message))
        replies = self._replies.get((message.channel, message.thread_ts or ""), [])
        if message in replies:
            replies.remove(message)
            self._parent_changed(message.channel, message.thread_ts or "")

    def react(self, message: Message, name: str, user: str, *, add: bool) -> bool:
        """Add or take back a reaction; False if there is nothing to change."""
        users = message.reactions.get(name, [])
        if (user in users) == add:
            return False
        message.reactions[name] = [*users, user] if add else [one for one in users if one != user]
        if not message.reactions[name]:
            del message.reactions[name]
        self._told("update", message)
        return True

    def find(self, channel: str, ts: str) -> Message | None:
        return self._messages.get(channel, {}).get(ts)

    def public(self, channel: str) -> Iterator[Message]:
        """What the app can read back: everything but the ephemerals, oldest first."""
        return (message for message in self._messages[channel].values() if not message.ephemeral_for)

    def thread(self, message: Message) -> Thread:
        """The replies under a message that the app can read back, oldest first."""
        return Thread(self._replies.get((message.channel, message.ts), ()))

    def seen_by(self, user: str, channel: str) -> list[Json]:
        """Everything a person sees in a channel, top-level messages and replies flat, in order."""
        messages = self._messages.get(channel, {}).values()
        return [self.page_form(message) for message in messages if message.visible_to(user)]

    def page_form(self, message: Message) -> Json:
        return as_page(message, self.thread(message), self._token)

    # -- inside

    def _named(self, blocks: list[Json]) -> list[Json]:
        """Slack gives a block_id to each block that came without one."""
        return [{**block, "block_id": block.get("block_id") or f"b{next(self._block_ids)}"} for block in blocks]

    def _parent_changed(self, channel: str, thread_ts: str) -> None:
        parent = self.find(channel, thread_ts)
        if parent is not None:
            # Slack marks a message as the head of a thread with its own ts, from the first reply on.
            parent.thread_ts = parent.ts
            self._told("update", parent)

    def _told(self, kind: str, message: Message) -> None:
        self.feed.publish({"type": kind, **self.page_form(message)}, self._audience(message))

    def _audience(self, message: Message) -> frozenset[str]:
        if message.ephemeral_for:
            return frozenset({message.ephemeral_for})
        return frozenset(self.channels[message.channel].members)
