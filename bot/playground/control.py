"""The acting half of the control API: what a persona does, the faults, the reset. One API for page, tour and tests."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from bot.playground.faults import KINDS, SOCKET_KINDS
from bot.playground.gestures import Gestures
from bot.playground.sockets import Sockets
from bot.playground.state import State
from bot.playground.wire import Json, SlackError

Act = Callable[["Wish"], Awaitable[Json]]


class Wish:
    """The JSON body of one call, read strictly: a missing or wrong field is refused by name."""

    def __init__(self, values: Json):
        self.values = values

    def text(self, name: str) -> str:
        value = self.values.get(name)
        if not isinstance(value, str) or not value:
            raise SlackError("invalid_arguments", status=400, missing=name)
        return value

    def maybe_text(self, name: str) -> str | None:
        return None if self.values.get(name) is None else self.text(name)

    def mapping(self, name: str) -> Json:
        value = self.values.get(name, {})
        if not isinstance(value, dict) or not all(isinstance(item, dict) for item in value.values()):
            raise SlackError("invalid_arguments", status=400, wrong=name)
        return value

    def number(self, name: str) -> int | None:
        value = self.values.get(name)
        if value is not None and (not isinstance(value, int) or isinstance(value, bool)):
            raise SlackError("invalid_arguments", status=400, wrong=name)
        return value


class Control:
    """POST /control/…"""

    def __init__(self, state: State, gestures: Gestures, sockets: Sockets):
        self._state = state
        self._gestures = gestures
        self._sockets = sockets

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/control/command", _json(self.command)),
            web.post("/control/click", _json(self.click)),
            web.post("/control/submit", _json(self.submit)),
            web.post("/control/close", _json(self.close)),
            web.post("/control/message", _json(self.message)),
            web.get("/control/faults", self.list_faults),
            web.post("/control/faults", _json(self.order_fault)),
            web.delete("/control/faults", self.clear_faults),
            web.post("/control/reset", self.reset),
        ]

    async def command(self, wish: Wish) -> Json:
        """{"as", "channel", "text"}"""
        if wish.maybe_text("thread_ts"):
            # Slack has no slash commands in threads.
            raise SlackError("no_commands_in_threads")
        return await self._gestures.command(wish.text("as"), wish.text("channel"), wish.text("text"))

    async def click(self, wish: Wish) -> Json:
        """{"as", "channel", "ts", "action_id", …} for a message, {"as", "view_id", "action_id", …} for a modal."""
        user, action_id, value = wish.text("as"), wish.text("action_id"), wish.values.get("value")
        view_id = wish.maybe_text("view_id")
        if view_id:
            return await self._gestures.click_in_view(user, view_id, action_id, value)
        return await self._gestures.click(
            user,
            wish.text("channel"),
            wish.text("ts"),
            action_id,
            block_id=wish.maybe_text("block_id"),
            value=value,
            revision=wish.number("revision"),
            force=wish.values.get("force") is True,
        )

    async def submit(self, wish: Wish) -> Json:
        """{"as", "view_id", "values": {block_id: {action_id: value}}}"""
        return await self._gestures.submit(wish.text("as"), wish.text("view_id"), wish.mapping("values"))

    async def close(self, wish: Wish) -> Json:
        """{"as", "view_id"}"""
        return await self._gestures.close(wish.text("as"), wish.text("view_id"))

    async def message(self, wish: Wish) -> Json:
        """{"as", "channel", "text", "thread_ts"?}"""
        user, channel, text = wish.text("as"), wish.text("channel"), wish.text("text")
        return self._gestures.message(user, channel, text, wish.maybe_text("thread_ts"))

    async def list_faults(self, request: web.Request) -> web.Response:
        return web.json_response({"ok": True, "faults": self._state.faults.listed(), "kinds": KINDS})

    async def order_fault(self, wish: Wish) -> Json:
        fault = self._state.faults.order(wish.values)
        self._state.journal.write("fault", ordered=fault.listed())
        shown = fault.listed()
        if fault.kind in SOCKET_KINDS:
            await self._sockets.order(fault)
        return {"ok": True, "fault": shown}

    async def clear_faults(self, request: web.Request) -> web.Response:
        self._state.faults.clear()
        return web.json_response({"ok": True})

    async def reset(self, request: web.Request) -> web.Response:
        self._state.reset()
        return web.json_response({"ok": True})


def _json(act: Act) -> Callable[[web.Request], Awaitable[web.Response]]:
    """A handler that reads the body, lets `act` do it, and answers with what it returns."""

    async def handler(request: web.Request) -> web.Response:
        try:
            body: Any = json.loads(await request.text() or "{}")
        except ValueError:
            body = None
        if not isinstance(body, dict):
            raise SlackError("invalid_json", status=400)
        return web.json_response(await act(Wish(body)))

    return handler
