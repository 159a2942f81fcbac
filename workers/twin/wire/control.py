"""The control API: look at the twin and move it while it runs. JSON, bearer token, loopback.

GET  /state                      time, speed, nodes, what moves, the hosts' ports and processes
GET  /log?since=ID               statements after that id
GET  /effects                    the statements that changed something, and what
GET  /events                     what happened by itself or by a fault
GET  /faults                     the catalogue
POST /advance {"seconds": 60}    let simulated time pass at once
POST /speed {"factor": 100}      0 pauses
POST /fault {"name": ..., ...}   make something go wrong
POST /sql {"sql", "user", "fe"}  a statement of somebody else
POST /reset {"scenario": ...}    start over
GET  /fe/HOST/api/health, /fe/HOST/api/bootstrap   a frontend's own HTTP answers; no token, as in StarRocks
"""

import hmac
import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any

from aiohttp import web

from workers.twin.answers import ConnectionCut, ResultSet, SqlError
from workers.twin.faults.catalogue import catalogue
from workers.twin.model.nodes import Frontend
from workers.twin.wire.host import TwinHost
from workers.twin.wire.state import bootstrap, state

LOG_PAGE = 5_000

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class RequestError(Exception):
    """The caller's mistake, said in a sentence."""


class Control:
    """The handlers. Each brings the model to now before it looks."""

    def __init__(
        self, host: TwinHost, token: str, ports: Callable[[], dict[str, int]], hosts: Callable[[], dict[str, Any]] = dict
    ) -> None:
        self._host = host
        self._token = token
        self._ports = ports
        self._hosts = hosts

    def app(self) -> web.Application:
        app = web.Application(middlewares=[self._guard])
        app.add_routes(
            [
                web.get("/state", self._state),
                web.get("/log", self._log),
                web.get("/effects", self._effects),
                web.get("/events", self._events),
                web.get("/faults", self._faults),
                web.post("/advance", self._advance),
                web.post("/speed", self._speed),
                web.post("/fault", self._fault),
                web.post("/sql", self._sql),
                web.post("/reset", self._reset),
                web.get("/fe/{host}/api/health", self._health),
                web.get("/fe/{host}/api/bootstrap", self._bootstrap),
            ]
        )
        return app

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        name = request.host.rsplit(":", 1)[0]
        if name not in ("127.0.0.1", "localhost"):
            # A page of another site that resolves its name to 127.0.0.1 still sends its own Host.
            return _error(403, "only 127.0.0.1 and localhost are served")
        given = request.headers.get("Authorization", "")
        if not request.path.startswith("/fe/") and not hmac.compare_digest(given, f"Bearer {self._token}"):
            return _error(401, "the header Authorization: Bearer TOKEN is missing or wrong")
        self._host.catch_up()
        try:
            return await handler(request)
        except (RequestError, ValueError, LookupError) as error:
            return _error(400, str(error))

    async def _state(self, request: web.Request) -> web.Response:
        return web.json_response({**state(self._host, self._ports()), "hosts": self._hosts()})

    async def _log(self, request: web.Request) -> web.Response:
        since = request.query.get("since", "0")
        if not since.isdigit():
            raise RequestError("since must be a statement id")
        # Ids count from 1 without a gap, so the id is the place in the list.
        entries = self._host.twin.log[int(since) : int(since) + LOG_PAGE]
        return web.json_response({"statements": [asdict(entry) for entry in entries]})

    async def _effects(self, request: web.Request) -> web.Response:
        return web.json_response({"statements": [asdict(entry) for entry in self._host.twin.effects]})

    async def _events(self, request: web.Request) -> web.Response:
        events = [{"at": round(at, 3), "what": what} for at, what in self._host.twin.course.happened]
        return web.json_response({"events": events})

    async def _faults(self, request: web.Request) -> web.Response:
        return web.json_response({"faults": catalogue()})

    async def _advance(self, request: web.Request) -> web.Response:
        body = await _body(request)
        self._host.advance(_number(body, "seconds"))
        await self._host.membership_may_have_changed()
        return web.json_response({"now": round(self._host.twin.now, 3)})

    async def _speed(self, request: web.Request) -> web.Response:
        self._host.pace.set_factor(_number(await _body(request), "factor"))
        return web.json_response({"speed": self._host.pace.factor})

    async def _fault(self, request: web.Request) -> web.Response:
        body = await _body(request)
        name = _text(body, "name")
        self._host.twin.inject(name, **{key: value for key, value in body.items() if key != "name"})
        await self._host.membership_may_have_changed()
        return web.json_response({"ok": True, "fault": name, "now": round(self._host.twin.now, 3)})

    async def _sql(self, request: web.Request) -> web.Response:
        body = await _body(request)
        twin = self._host.twin
        fe = body.get("fe")
        try:
            result = twin.as_somebody(_text(body, "sql"), user=str(body.get("user", "root")), fe=fe and str(fe))
        except SqlError as error:
            return web.json_response({"ok": False, "code": error.code, "error": error.text}, status=422)
        except ConnectionCut as error:
            return web.json_response({"ok": False, "code": 2013, "error": str(error)}, status=422)
        await self._host.membership_may_have_changed()
        if isinstance(result, ResultSet):
            return web.json_response({"ok": True, "columns": result.columns, "rows": result.rows})
        return web.json_response({"ok": True, "columns": [], "rows": []})

    async def _reset(self, request: web.Request) -> web.Response:
        body = await _body(request)
        self._host.reset(_text(body, "scenario") if "scenario" in body else self._host.twin.scenario)
        await self._host.membership_may_have_changed()
        return web.json_response({"ok": True, "scenario": self._host.twin.scenario, "ports": self._ports()})

    async def _health(self, request: web.Request) -> web.Response:
        """Not a readiness check: a frontend without leader still says OK."""
        if self._answering(request).handing_over:
            raise web.HTTPInternalServerError  # a graceful exit says so to load balancers, from 3.4 on
        backends = self._host.twin.cluster.backends.values()
        alive = sum(backend.alive for backend in backends)
        return web.json_response({"total_backend_num": len(backends), "online_backend_num": alive, "status": "OK"})

    async def _bootstrap(self, request: web.Request) -> web.Response:
        """HTTP 200 both ways; only `status` tells (fe: http/rest/BootstrapFinishAction.java)."""
        return web.json_response(bootstrap(self._host.twin, self._answering(request), asked="token" in request.query))

    def _answering(self, request: web.Request) -> Frontend:
        twin = self._host.twin
        frontend = twin.cluster.frontend_named(request.match_info["host"])
        if frontend is None:
            raise RequestError("no such frontend")
        if not frontend.process_up:
            # The nearest to a refused connection that a shared port can do.
            if request.transport is not None:
                request.transport.abort()
            raise web.HTTPServiceUnavailable
        return frontend


def _error(status: int, text: str) -> web.Response:
    return web.json_response({"ok": False, "error": text}, status=status)


async def _body(request: web.Request) -> dict[str, Any]:
    try:
        body = await request.json()
    except json.JSONDecodeError as error:
        raise RequestError(f"the body is not JSON: {error}") from error
    if not isinstance(body, dict):
        raise RequestError("the body must be a JSON object")
    return body


def _text(body: dict[str, Any], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value:
        raise RequestError(f"{name} must be a text")
    return value


def _number(body: dict[str, Any], name: str) -> float:
    value = body.get(name)
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise RequestError(f"{name} must be a number")
    return float(value)
