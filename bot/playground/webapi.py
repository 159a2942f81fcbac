"""POST /api/{method}: faults, token, scope, rate, then the method itself; everything is logged."""

import asyncio
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

from aiohttp import web

from bot.playground.chat_methods import CHAT_METHODS
from bot.playground.faults import CALL_KINDS, Fault
from bot.playground.form_methods import FORM_METHODS
from bot.playground.limits import TOTAL_TEXT_SAFE
from bot.playground.method_rules import METHODS
from bot.playground.rates import Rates, ratelimited
from bot.playground.reading_methods import READING_METHODS
from bot.playground.sockets import Sockets
from bot.playground.state import State
from bot.playground.validation import text_length
from bot.playground.wire import Args, Json, SlackError, refused

Method = Callable[[State, Args], Json]
HANDLERS: dict[str, Method] = {**CHAT_METHODS, **READING_METHODS, **FORM_METHODS}
# A caller that a fault keeps waiting must not keep the server from stopping.
_LOST_ANSWER = web.Response(status=500)


class WebApi:
    """The methods, behind their doorkeepers."""

    def __init__(self, state: State, sockets: Sockets, rates: Rates, bot_token: str, app_token: str):
        self._state = state
        self._sockets = sockets
        self._rates = rates
        self._bot_token = bot_token
        self._app_token = app_token
        self.stopping = asyncio.Event()

    async def serve(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        began = time.monotonic()
        values = await _values(request)
        token = _bearer(request) or str(values.pop("token", "") or "")
        entry = self._state.journal.write("api", method=method, arguments=values)
        answer, lost = await self._weathered(request, method, lambda: self._answer(method, token, Args(values)), entry)
        entry["ms"] = round((time.monotonic() - began) * 1000, 1)
        self._note_length(values, entry)
        if lost:
            _cut(request)
            return _LOST_ANSWER
        answer.headers["X-OAuth-Scopes"] = ",".join(sorted(self._state.scopes))
        return answer

    async def under_faults(
        self, request: web.Request, name: str, act: Callable[[], Json], entry: Json
    ) -> tuple[web.Response, bool]:
        """The same weather for a neighbour of the Web API, under a name of its own."""
        return await self._weathered(request, name, act, entry)

    async def _weathered(
        self, request: web.Request, name: str, act: Callable[[], Json], entry: Json
    ) -> tuple[web.Response, bool]:
        """The answer, and whether a fault makes it get lost on the way. What is lost was done all the same."""
        fault = self._state.faults.take(name, CALL_KINDS)
        if fault is None:
            return _respond(act, entry), False
        entry["fault"] = fault.kind
        self._state.feed.publish({"type": "fault", "kind": fault.kind, "method": name})
        if fault.kind in {"hang", "slow"}:
            await self._wait(fault)
        if fault.kind in {"hang", "reset"}:
            return _LOST_ANSWER, True
        if fault.kind == "500":
            entry["answer"] = "HTTP 500"
            return web.Response(status=500, text="Internal Server Error"), False
        if fault.kind in {"429", "invalid_blocks"}:
            return _respond(lambda: _refuse(fault), entry), False
        return _respond(act, entry), fault.kind == "reset_after"

    async def _wait(self, fault: Fault) -> None:
        try:
            async with asyncio.timeout(fault.wait):
                await self.stopping.wait()
        except TimeoutError:
            return

    def _answer(self, method: str, token: str, args: Args) -> Json:
        rule = METHODS.get(method)
        if rule is None:
            raise SlackError("unknown_method", req_method=method)
        self._check_token(token, app=rule.app_token)
        if rule.scope and rule.scope not in self._state.scopes:
            raise SlackError("missing_scope", needed=rule.scope, provided=",".join(sorted(self._state.scopes)))
        self._rates.check(method, args.get("channel"))
        if rule.app_token:
            return {"url": f"{self._state.origin.replace('http', 'ws', 1)}/link?ticket={self._sockets.ticket()}"}
        return HANDLERS[method](self._state, args)

    def _check_token(self, token: str, *, app: bool) -> None:
        if not token:
            raise SlackError("not_authed")
        wanted, other = (self._app_token, self._bot_token) if app else (self._bot_token, self._app_token)
        if _same(token, wanted):
            return
        raise SlackError("not_allowed_token_type" if _same(token, other) else "invalid_auth")

    def _note_length(self, values: Json, entry: Json) -> None:
        blocks = values.get("blocks")
        length = text_length(blocks) if isinstance(blocks, list) else 0
        if length > TOTAL_TEXT_SAFE:
            entry["note"] = f"{length} characters in blocks: over the {TOTAL_TEXT_SAFE} that are safe"


def _respond(act: Callable[[], Json], entry: Json) -> web.Response:
    """Run a method; its answer or its refusal as JSON, and in the log."""
    try:
        body, status, headers = {"ok": True, **act()}, 200, {}
    except SlackError as error:
        body, status, headers = error.body(), error.status, error.headers
    entry["answer"] = {key: value for key, value in body.items() if key not in {"url", "upload_url"}}
    return web.json_response(body, status=status, headers=headers)


def _refuse(fault: Fault) -> Json:
    if fault.kind == "429":
        raise ratelimited(fault.retry_after)
    raise refused("invalid_blocks", ["refused on order [json-pointer:/blocks]"])


async def _values(request: web.Request) -> Json:
    """Arguments from the query, a form or a JSON body; the body wins."""
    values: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        try:
            body = json.loads(await request.text() or "{}")
        except ValueError:
            raise web.HTTPBadRequest(text='{"ok":false,"error":"invalid_json"}') from None
        return values | (body if isinstance(body, dict) else {})
    form = await request.post()
    return values | {key: value for key, value in form.items() if isinstance(value, str)}


def _bearer(request: web.Request) -> str:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else ""


def _same(one: str, other: str) -> bool:
    return bool(other) and hmac.compare_digest(one.encode(), other.encode())


def _cut(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()
