"""POST /api/{method}: token, scope, rate, then the method itself; everything is logged."""

import hmac
import json
import time
from collections.abc import Callable
from typing import Any

from aiohttp import web

from bot.playground.chat_methods import CHAT_METHODS
from bot.playground.form_methods import FORM_METHODS
from bot.playground.limits import TOTAL_TEXT_SAFE
from bot.playground.method_rules import METHODS
from bot.playground.rates import Rates
from bot.playground.reading_methods import READING_METHODS
from bot.playground.sockets import Sockets
from bot.playground.state import State
from bot.playground.validation import text_length
from bot.playground.weather import Weather
from bot.playground.wire import Args, Json, SlackError

HANDLERS: dict[str, Callable[[State, Args], Json]] = {**CHAT_METHODS, **READING_METHODS, **FORM_METHODS}


class WebApi:
    """The methods, behind their doorkeepers."""

    def __init__(self, state: State, sockets: Sockets, rates: Rates, weather: Weather, *, bot_token: str, app_token: str):
        self._state = state
        self._sockets = sockets
        self._rates = rates
        self._weather = weather
        self._bot_token = bot_token
        self._app_token = app_token

    async def serve(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        began = time.monotonic()
        values = await _values(request)
        token = _bearer(request) or str(values.pop("token", "") or "")
        entry = self._state.journal.write("api", method=method, arguments=values)
        answer = await self._weather.answer(request, method, lambda: self._answer(method, token, Args(values)), entry)
        entry["ms"] = round((time.monotonic() - began) * 1000, 1)
        _note_length(values, entry)
        answer.headers["X-OAuth-Scopes"] = ",".join(sorted(self._state.scopes))
        return answer

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


def _note_length(values: Json, entry: Json) -> None:
    blocks = values.get("blocks")
    length = text_length(blocks) if isinstance(blocks, list) else 0
    if length > TOTAL_TEXT_SAFE:
        entry["note"] = f"{length} characters in blocks: over the {TOTAL_TEXT_SAFE} that are safe"


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
