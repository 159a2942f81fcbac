"""The playground's web site: Slack's side for the app, the page and the control API for people. Loopback only."""

import asyncio
import hmac
import json
import logging
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from aiohttp import web

from bot.miniground.deeds import Deeds
from bot.miniground.events import Feed
from bot.miniground.files import FileStore
from bot.miniground.journal import Journal
from bot.miniground.link import Link
from bot.miniground.methods import Methods
from bot.miniground.people import COMMAND, COMMAND_DESCRIPTION, COMMAND_USAGE, PERSONAS, TEAM
from bot.miniground.views import Views
from bot.miniground.wire import Args, Json, SlackError
from bot.miniground.workspace import Workspace

log = logging.getLogger(__name__)

PAGE = Path(__file__).parent.parent / "playground" / "page"
DEFAULT_SCOPES = frozenset({
    "commands", "chat:write", "users:read", "usergroups:read", "channels:history", "channels:read", "files:write", "reactions:write",
})  # fmt: skip
POLICY = "default-src 'self'; img-src 'self' data:"
TYPES = {".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Faults:
    """Bad weather on order: which method, what kind, how often, how long."""

    KINDS = ("429", "500", "hang", "reset", "reset_after", "slow", "invalid_blocks", "drop_socket", "duplicate_delivery")

    def __init__(self) -> None:
        self.active: list[Json] = []

    def add(self, fault: Json) -> None:
        if fault.get("kind") not in self.KINDS:
            raise SlackError("no_such_fault")
        self.active.append({"method": "*", "count": None, "retry_after": 1, "seconds": None, **fault, "since": time.time()})

    def take(self, method: str) -> Json | None:
        """The fault that strikes this call, counted down."""
        now = time.time()
        self.active = [f for f in self.active if f["seconds"] is None or now < f["since"] + f["seconds"]]
        for fault in self.active:
            if fault["method"] in {"*", method}:
                if fault["count"] is not None:
                    fault["count"] -= 1
                    if fault["count"] <= 0:
                        self.active.remove(fault)
                return fault
        return None


class Site:
    """Everything behind one port."""

    def __init__(self, *, bot_token: str, app_token: str, token: str, completions: list[Json] | None = None,
                 scopes: frozenset[str] = DEFAULT_SCOPES) -> None:  # fmt: skip
        self.bot_token, self.app_token, self.token = bot_token, app_token, token
        self.completions = completions or []
        self.scopes = scopes
        self.feed, self.journal, self.files, self.faults = Feed(), Journal(), FileStore(), Faults()
        self.workspace = Workspace(time.time, self.feed, token)
        self.views = Views(time.time, self.feed)
        self.link = Link(self.journal)
        self.origin = ""

    async def start(self, port: int = 0) -> web.AppRunner:
        """Listen on 127.0.0.1; afterwards `origin` is known."""
        app = web.Application(middlewares=[self._guard], client_max_size=16 * 2**20)
        app.router.add_routes(self._routes())
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        self.origin = f"http://127.0.0.1:{runner.addresses[0][1]}"
        self.methods = Methods(self.workspace, self.files, self.views, self.scopes, self.origin)
        self.deeds = Deeds(self.workspace, self.link, self.views, self.origin)
        return runner

    @property
    def url(self) -> str:
        return f"{self.origin}/?token={self.token}"

    def _routes(self) -> list[web.RouteDef]:
        return [
            web.post("/api/{method}", self._api), web.get("/api/{method}", self._api), web.get("/link", self.link.connect),
            web.post("/hook/{name}", self._hook), web.post("/upload/v1/{ticket}", self._upload), web.put("/upload/v1/{ticket}", self._upload),
            web.get("/files/{id}/{name}", self._file), web.get("/", self._index), web.get("/page/{name}", self._page),
            web.get("/control/workspace", self._workspace), web.get("/control/messages", self._messages),
            web.get("/control/events", self._events), web.get("/control/views", self._open_views),
            web.get("/control/log", self._log), web.get("/control/channels", self._channels),
            web.post("/control/command", self._deed(lambda b: self.deeds.command(b["as"], b["channel"], b["text"]))),
            web.post("/control/click", self._deed(lambda b: self.deeds.click(
                b["as"], b["channel"], b["ts"], b["action_id"], value=b.get("value") if b.get("force") else None,
                revision=b.get("revision"), force=bool(b.get("force"))))),
            web.post("/control/submit", self._deed(lambda b: self.deeds.submit(b["as"], b["view_id"], b["values"]))),
            web.post("/control/close", self._deed(lambda b: self.deeds.close(b["as"], b["view_id"]))),
            web.post("/control/message", self._write), web.get("/control/faults", self._list_faults),
            web.post("/control/faults", self._add_fault), web.delete("/control/faults", self._clear_faults),
            web.post("/control/reset", self._reset),
        ]  # fmt: skip

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Only this machine's own pages: the Host must be ours (DNS rebinding), an Origin, if any, as well."""
        host = request.headers.get("Host", "").rpartition(":")[0]
        origin = request.headers.get("Origin")
        if host not in {"127.0.0.1", "localhost"} or (origin and origin != self.origin):
            raise web.HTTPForbidden
        if request.path.startswith(("/control", "/files")) or request.path == "/":
            given = request.query.get("token") or request.headers.get("Authorization", "").removeprefix("Bearer ")
            if not hmac.compare_digest(given.encode(), self.token.encode()):
                return web.json_response({"ok": False, "error": "token"}, status=401)
        try:
            response = await handler(request)
        except SlackError as error:
            response = web.json_response(error.body(), status=error.status, headers=error.headers)
        except (KeyError, ValueError) as error:
            response = web.json_response({"ok": False, "error": f"bad request: {error}"}, status=400)
        if not response.prepared:
            response.headers.update({"Content-Security-Policy": POLICY, "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"})
        return response

    # The app's side.

    async def _api(self, request: web.Request) -> web.StreamResponse:
        method, arguments, given = request.match_info["method"], await _arguments(request), _bearer(request)
        entry = self.journal.write("api", method=method, arguments=arguments.values)
        answer: Json
        try:
            fault = self.faults.take(method)
            if fault is not None and fault["kind"] != "reset_after":
                await self._strike(request, fault)
            if method == "apps.connections.open":
                answer = self._connections_open(given)
            elif given != self.bot_token:
                raise SlackError("not_authed" if not given else "invalid_auth")
            else:
                answer = self.methods.call(method, arguments)
            if fault is not None and fault["kind"] == "reset_after":
                _abort(request)
        except SlackError as error:
            entry["answer"] = error.body()
            return web.json_response(error.body(), status=error.status, headers=error.headers)
        entry["answer"] = {"ok": True}
        return web.json_response(answer)

    def _connections_open(self, given: str) -> Json:
        if given != self.app_token:
            raise SlackError("invalid_auth")
        return self.link.open(self.origin)

    async def _strike(self, request: web.Request, fault: Json) -> None:
        kind = fault["kind"]
        if kind == "429":
            raise SlackError("ratelimited", status=429, headers={"Retry-After": str(fault["retry_after"])})
        if kind == "500":
            raise SlackError("internal_error", status=500)
        if kind == "invalid_blocks":
            raise SlackError("invalid_blocks")
        if kind == "hang":
            await asyncio.sleep(float(fault.get("hang_s", 60)))
        if kind == "slow":
            await asyncio.sleep(float(fault.get("slow_s", 1)))
        if kind == "reset":
            _abort(request)

    async def _hook(self, request: web.Request) -> web.StreamResponse:
        self.deeds.answer_hook(request.match_info["name"], await request.json())
        return web.Response(text="ok")

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        content = await request.read()
        if request.content_type == "multipart/form-data":
            raise web.HTTPUnsupportedMediaType
        if self.files.receive(request.match_info["ticket"], content) is None:
            raise web.HTTPBadRequest
        return web.Response(text=f"OK - {len(content)}")

    # The person's side.

    async def _index(self, request: web.Request) -> web.StreamResponse:
        return _static("index.html")

    async def _page(self, request: web.Request) -> web.StreamResponse:
        return _static(request.match_info["name"])

    async def _file(self, request: web.Request) -> web.StreamResponse:
        file = self.files.find(request.match_info["id"])
        if file is None:
            raise web.HTTPNotFound
        return web.Response(body=file.content, content_type=file.served_type)

    async def _workspace(self, _: web.Request) -> web.StreamResponse:
        command = {"command": COMMAND, "description": COMMAND_DESCRIPTION, "usage_hint": COMMAND_USAGE, "completions": self.completions}
        channels = [channel.listed() for channel in self.workspace.channels.values() if not channel.im_user]
        return web.json_response({
            "team": TEAM, "personas": [person.persona() for person in PERSONAS], "channels": channels, "commands": [command],
            "users": [p.persona() for p in self.workspace.people.values()],
            "groups": [{"id": g.id, "handle": g.handle} for g in self.workspace.groups.values()],
        })  # fmt: skip

    async def _messages(self, request: web.Request) -> web.StreamResponse:
        messages = self.workspace.seen_by(request.query["as"], request.query["channel"])
        return web.json_response({"messages": messages})

    async def _channels(self, request: web.Request) -> web.StreamResponse:
        user = request.query["as"]
        seen = {c.id: self.workspace.seen_by(user, c.id) for c in self.workspace.channels_of(user)}
        return web.json_response({"channels": seen})

    async def _open_views(self, request: web.Request) -> web.StreamResponse:
        return web.json_response({"views": self.views.of(request.query["as"])})

    async def _log(self, request: web.Request) -> web.StreamResponse:
        return web.json_response({"entries": self.journal.since(int(request.query.get("since", 0)))})

    async def _events(self, request: web.Request) -> web.StreamResponse:
        """Server-sent events for one persona; a page that reconnects says the last number it saw."""
        user = request.query["as"]
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        with self.feed.watched() as queue:
            await response.prepare(request)
            last = request.headers.get("Last-Event-ID", "")
            for event in (self.feed.since(int(last)) or []) if last.isdigit() else []:
                if event.concerns(user):
                    await response.write(f"id: {event.number}\ndata: {json.dumps(event.body)}\n\n".encode())
            while True:
                try:
                    event_or_end = await asyncio.wait_for(queue.get(), 15)
                except TimeoutError:
                    await response.write(b": still here\n\n")
                    continue
                if event_or_end is None:
                    return response
                if event_or_end.concerns(user):
                    data = json.dumps(event_or_end.body)
                    await response.write(f"id: {event_or_end.number}\ndata: {data}\n\n".encode())

    def _deed(self, do: Callable[[Json], Awaitable[Json]]) -> Handler:
        async def handler(request: web.Request) -> web.StreamResponse:
            return web.json_response(await do(await request.json()))

        return handler

    async def _write(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        return web.json_response(self.deeds.message(body["as"], body["channel"], body["text"], body.get("thread_ts")))

    async def _list_faults(self, _: web.Request) -> web.StreamResponse:
        return web.json_response({"faults": self.faults.active, "kinds": list(Faults.KINDS)})

    async def _add_fault(self, request: web.Request) -> web.StreamResponse:
        fault = await request.json()
        if fault.get("kind") == "drop_socket":
            await self.link.drop()
        elif fault.get("kind") == "duplicate_delivery":
            self.deeds.copies = 2
        else:
            self.faults.add(fault)
        return web.json_response({"ok": True})

    async def _clear_faults(self, _: web.Request) -> web.StreamResponse:
        self.faults.active.clear()
        self.deeds.copies = 1
        return web.json_response({"ok": True})

    async def _reset(self, _: web.Request) -> web.StreamResponse:
        self.workspace.clear()
        self.views.clear()
        self.files.clear()
        return web.json_response({"ok": True})


def _static(name: str) -> web.Response:
    path = PAGE / name
    if path.parent != PAGE or not path.is_file() or path.suffix not in TYPES:
        raise web.HTTPNotFound
    return web.Response(body=path.read_bytes(), content_type=TYPES[path.suffix], charset="utf-8")


def _bearer(request: web.Request) -> str:
    return request.headers.get("Authorization", "").removeprefix("Bearer ").strip()


def _abort(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()
    raise ConnectionResetError


async def _arguments(request: web.Request) -> Args:
    if request.content_type == "application/json":
        text = await request.text()
        body: Any = json.loads(text) if text else {}
        return Args(body if isinstance(body, dict) else {})
    return Args({**request.query, **dict((await request.post()).items())})
