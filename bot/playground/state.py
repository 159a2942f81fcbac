"""Everything a method or a gesture may touch, in one place."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.playground.events import Feed
from bot.playground.faults import Faults
from bot.playground.files import FileStore
from bot.playground.journal import Journal
from bot.playground.people import BOT_USER_ID, Channel, Person
from bot.playground.triggers import ResponseUrls, Triggers
from bot.playground.views import Views
from bot.playground.wire import SlackError
from bot.playground.workspace import Workspace


@dataclass
class State:
    """The parts of one playground. `origin` is its own address, without a slash at the end."""

    clock: Callable[[], float]
    token: str
    scopes: frozenset[str]
    origin: str
    feed: Feed
    workspace: Workspace
    views: Views
    files: FileStore
    triggers: Triggers
    response_urls: ResponseUrls
    faults: Faults
    journal: Journal

    @classmethod
    def fresh(cls, clock: Callable[[], float], token: str, scopes: frozenset[str]) -> "State":
        feed = Feed()
        return cls(
            clock=clock,
            token=token,
            scopes=scopes,
            origin="",
            feed=feed,
            workspace=Workspace(clock, feed, token),
            views=Views(feed),
            files=FileStore(),
            triggers=Triggers(clock),
            response_urls=ResponseUrls(clock),
            faults=Faults(clock),
            journal=Journal(),
        )

    def locate(self, origin: str) -> None:
        """The server listens: from now on, addresses can be given out."""
        self.origin = self.response_urls.origin = origin

    def reset(self) -> None:
        """Forget all that happened; connections stay open, and watching pages are told to look again."""
        for part in (self.workspace, self.views, self.files, self.triggers, self.response_urls, self.faults):
            part.clear()
        self.feed.publish({"type": "reset"})

    def person(self, id: str) -> Person:
        """A persona. SlackError no_such_person."""
        person = self.workspace.people.get(id)
        if person is None or person.is_bot:
            raise SlackError("no_such_person")
        return person

    def channel_for_app(self, id: str, *, member: bool = True) -> Channel:
        """A channel the app names, as it may also name a person to mean the direct conversation.

        SlackError channel_not_found, and not_in_channel where the app has to be `member`.
        """
        if id in self.workspace.people and id != BOT_USER_ID:
            return self.workspace.direct(id)
        channel = self.workspace.channels.get(id)
        if channel is None:
            raise SlackError("channel_not_found")
        if member and BOT_USER_ID not in channel.members:
            raise SlackError("not_in_channel")
        return channel
