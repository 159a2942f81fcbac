"""Faults at work on the app's calls: what was ordered for a method happens to its next answers."""

import asyncio
from collections.abc import Callable

from aiohttp import web

from bot.playground.faults import CALL_KINDS, Fault
from bot.playground.rates import ratelimited
from bot.playground.state import State
from bot.playground.wire import Json, SlackError, refused


class Weather:
    """Answers a call, unless a fault wants otherwise."""

    def __init__(self, state: State):
        self._state = state
        # A caller that a fault keeps waiting must not keep the server from stopping.
        self.stopping = asyncio.Event()

    async def answer(self, request: web.Request, name: str, act: Callable[[], Json], entry: Json) -> web.Response:
        """The answer to the call `name`; `act` does the work and returns the body, or raises SlackError."""
        fault = self._state.faults.take(name, CALL_KINDS)
        if fault is None:
            return _respond(act, entry)
        entry["fault"] = fault.kind
        self._state.feed.publish({"type": "fault", "kind": fault.kind, "method": name})
        if fault.kind in {"hang", "slow"}:
            await self._wait(fault.wait)
        if fault.kind in {"429", "500", "invalid_blocks"}:
            return _respond(lambda: _refuse(fault), entry)
        answer = _respond(act, entry) if fault.kind in {"slow", "reset_after"} else web.Response(status=500)
        if fault.kind != "slow":
            _cut(request)
        return answer

    async def _wait(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self.stopping.wait()
        except TimeoutError:
            return


def _respond(act: Callable[[], Json], entry: Json) -> web.Response:
    """Run a method; its answer or its refusal goes out as JSON, and into the log."""
    try:
        body, status, headers = {"ok": True, **act()}, 200, {}
    except SlackError as error:
        body, status, headers = error.body(), error.status, error.headers
    entry["answer"] = {key: value for key, value in body.items() if key not in {"url", "upload_url"}}
    entry["status"] = status
    if status >= 500:
        return web.Response(status=status, text="Internal Server Error")
    return web.json_response(body, status=status, headers=headers)


def _refuse(fault: Fault) -> Json:
    if fault.kind == "429":
        raise ratelimited(fault.retry_after)
    if fault.kind == "500":
        raise SlackError("internal_error", status=500)
    raise refused("invalid_blocks", ["refused on order [json-pointer:/blocks]"])


def _cut(request: web.Request) -> None:
    """End the connection without an answer, as a broken network does."""
    if request.transport is not None:
        request.transport.abort()
