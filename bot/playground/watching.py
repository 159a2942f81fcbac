"""The reading half of the control API: the workspace, what a persona sees, events as they happen, the log."""

import asyncio
import json

from aiohttp import web

from bot.playground.events import Event
from bot.playground.people import ACCOUNTS, COMMAND, COMMAND_DESCRIPTION, COMMAND_USAGE, PERSONAS, TEAM
from bot.playground.state import State
from bot.playground.wire import Json, SlackError

HEARTBEAT_SECONDS = 15.0


class Watching:
    """GET /control/…"""

    def __init__(self, state: State, completions: list[Json]):
        self._state = state
        self._completions = completions

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/control/workspace", self.workspace),
            web.get("/control/messages", self.messages),
            web.get("/control/channels", self.channels),
            web.get("/control/views", self.views),
            web.get("/control/events", self.events),
            web.get("/control/log", self.log),
        ]

    async def workspace(self, request: web.Request) -> web.Response:
        """Who and where. With `as`, that persona's direct conversation with the app is among the channels."""
        user = request.query.get("as")
        channels = [channel.listed() for channel in self._state.workspace.channels.values() if channel.im_user in (None, user)]
        command = {
            "command": COMMAND,
            "description": COMMAND_DESCRIPTION,
            "usage_hint": COMMAND_USAGE,
            "completions": self._completions,
        }
        return web.json_response(
            {
                "ok": True,
                "team": TEAM,
                "personas": [person.persona() for person in PERSONAS],
                "users": [person.persona() for person in (*PERSONAS, *ACCOUNTS)],
                "groups": [{"id": one.id, "handle": one.handle} for one in self._state.workspace.groups.values()],
                "channels": channels,
                "commands": [command],
            }
        )

    async def messages(self, request: web.Request) -> web.Response:
        user, channel_id = self._persona(request), request.query.get("channel", "")
        if channel_id not in {channel.id for channel in self._state.workspace.channels_of(user)}:
            raise SlackError("channel_not_found")
        return web.json_response({"ok": True, "messages": self._state.workspace.seen_by(user, channel_id)})

    async def channels(self, request: web.Request) -> web.Response:
        """Everything a persona sees, channel by channel."""
        user, workspace = self._persona(request), self._state.workspace
        found = {channel.id: workspace.seen_by(user, channel.id) for channel in workspace.channels_of(user)}
        return web.json_response({"ok": True, "channels": found})

    async def views(self, request: web.Request) -> web.Response:
        """The persona's open modals, the topmost last."""
        stack = self._state.views.stack(self._persona(request))
        return web.json_response({"ok": True, "views": [view.shape() for view in stack]})

    async def log(self, request: web.Request) -> web.Response:
        since = request.query.get("since", "0")
        if not since.isdigit():
            raise SlackError("invalid_arguments")
        journal = self._state.journal
        return web.json_response({"ok": True, "entries": journal.since(int(since)), "last": journal.last})

    async def events(self, request: web.Request) -> web.StreamResponse:
        """Server-Sent Events for one persona, from now on, or from where `Last-Event-ID` left off."""
        user = self._persona(request)
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "X-Accel-Buffering": "no"})
        with self._state.feed.watched() as queue:
            await response.prepare(request)
            try:
                await response.write(b"retry: 1000\n\n")
                for event in self._missed(request.headers.get("Last-Event-ID", "")):
                    await _send(response, event, user)
                await self._follow(response, queue, user)
            except ConnectionError:
                # The page went away in the middle of a sentence; there is nobody left to tell.
                pass
        return response

    async def _follow(self, response: web.StreamResponse, queue: asyncio.Queue[Event | None], user: str) -> None:
        while True:
            try:
                async with asyncio.timeout(HEARTBEAT_SECONDS):
                    event = await queue.get()
            except TimeoutError:
                await response.write(b": still here\n\n")
                continue
            if event is None:
                return
            await _send(response, event, user)

    def _missed(self, last: str) -> list[Event]:
        """What a returning page has not seen; if that is forgotten, the word to look at everything again."""
        if not last.isdigit():
            return []
        missed = self._state.feed.since(int(last))
        return [Event(self._state.feed.last, {"type": "reset"}, None)] if missed is None else missed

    def _persona(self, request: web.Request) -> str:
        return self._state.person(request.query.get("as", "")).id


async def _send(response: web.StreamResponse, event: Event, user: str) -> None:
    if event.concerns(user):
        await response.write(f"id: {event.number}\ndata: {json.dumps(event.body)}\n\n".encode())
