"""One playground: the parts wired together behind one port of 127.0.0.1."""

import time
from collections.abc import Callable, Iterable
from types import TracebackType

from aiohttp import web

from bot.playground.control import Control
from bot.playground.delivery import ACK_SECONDS, Carrier, Delivery, SocketCarrier
from bot.playground.files import LARGEST
from bot.playground.gestures import Gestures
from bot.playground.guard import Guard, Handler
from bot.playground.method_rules import MINIMAL_SCOPES
from bot.playground.rates import Rates
from bot.playground.response_hook import ResponseHook
from bot.playground.signed_http import HttpCarrier
from bot.playground.sockets import Sockets
from bot.playground.state import State
from bot.playground.static import page_file, stored_file, upload
from bot.playground.watching import Watching
from bot.playground.weather import Weather
from bot.playground.webapi import WebApi
from bot.playground.wire import Json

HOST = "127.0.0.1"
STOP_SECONDS = 1.0


class Playground:
    """`async with Playground(bot_token=…, app_token=…, token=…) as pg:` serves until the block ends.

    `token` opens the page and the control API; `bot_token` and `app_token` are the ones the app presents. With a
    `request_url` (on this machine) gestures go there as signed HTTP instead of Socket Mode. `clock` gives seconds since
    the epoch for timestamps, expiries and rate limits; the three seconds of an acknowledgement are real ones.
    """

    def __init__(
        self,
        *,
        bot_token: str,
        app_token: str,
        token: str,
        signing_secret: str = "",
        request_url: str = "",
        scopes: Iterable[str] = MINIMAL_SCOPES,
        rate_limits: bool = False,
        completions: Iterable[Json] = (),
        port: int = 0,
        clock: Callable[[], float] = time.time,
        ack_seconds: float = ACK_SECONDS,
    ):
        self._bot_token = bot_token
        self._app_token = app_token
        self.token = token
        self._signing_secret = signing_secret
        self._request_url = request_url
        self._completions = list(completions)
        self._wanted_port = port
        self._rate_limits = rate_limits
        self._ack_seconds = ack_seconds
        self.state = State.fresh(clock, token, frozenset(scopes))
        self._guard = Guard(token, bot_token)
        self._runner: web.AppRunner | None = None

    @property
    def origin(self) -> str:
        return self.state.origin

    @property
    def url(self) -> str:
        """For a browser."""
        return f"{self.origin}/?token={self.token}"

    @property
    def api_url(self) -> str:
        """For `base_url` of a Slack client."""
        return f"{self.origin}/api/"

    @property
    def control_url(self) -> str:
        return f"{self.origin}/control"

    @property
    def sockets_open(self) -> list[int]:
        """The app's connections, numbered in the order in which they came."""
        return self._sockets.numbers

    async def start(self) -> None:
        """Listen. OSError if the port is taken, ValueError for a request URL on another machine."""
        self._sockets = Sockets(self.state.faults, self.state.journal)
        self._weather = Weather(self.state)
        carrier: Carrier = SocketCarrier(self._sockets)
        if self._request_url:
            carrier = HttpCarrier(self._request_url, self._signing_secret)
        self._delivery = Delivery(carrier, self.state.faults, self.state.journal, self._ack_seconds)
        self._runner = web.AppRunner(self._application(), access_log=None, shutdown_timeout=STOP_SECONDS, handle_signals=False)
        await self._runner.setup()
        await web.TCPSite(self._runner, HOST, self._wanted_port).start()
        port = self._runner.addresses[0][1]
        self._guard.port = port
        self.state.locate(f"http://{HOST}:{port}")

    async def stop(self) -> None:
        """Let everybody go: watchers, callers that a fault keeps waiting, the app's connections."""
        if self._runner is None:
            return
        self.state.feed.end()
        self._weather.stopping.set()
        await self._delivery.settle()
        await self._sockets.close()
        await self._runner.cleanup()
        self._runner = None

    async def __aenter__(self) -> "Playground":
        await self.start()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.stop()

    def _application(self) -> web.Application:
        @web.middleware
        async def guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
            return await self._guard.check(request, handler)

        app = web.Application(middlewares=[guarded], client_max_size=LARGEST + 1024 * 1024)
        app.on_response_prepare.append(self._guard.harden)
        app.add_routes(self._routes())
        return app

    def _routes(self) -> list[web.RouteDef]:
        state = self.state
        api = WebApi(
            state,
            self._sockets,
            Rates(state.clock, enabled=self._rate_limits),
            self._weather,
            bot_token=self._bot_token,
            app_token=self._app_token,
        )
        hook = ResponseHook(state, self._weather)
        gestures = Gestures(state, self._delivery)

        async def index(request: web.Request) -> web.StreamResponse:
            return page_file("index.html")

        async def page(request: web.Request) -> web.StreamResponse:
            return page_file(request.match_info["name"])

        async def no_icon(request: web.Request) -> web.StreamResponse:
            return web.Response(status=204)

        async def file(request: web.Request) -> web.StreamResponse:
            return stored_file(state, request)

        async def receive(request: web.Request) -> web.StreamResponse:
            return await upload(state, request)

        return [
            web.get("/", index),
            web.get("/page/{name:.+}", page),
            web.get("/favicon.ico", no_icon),
            web.post("/api/{method}", api.serve),
            web.get("/api/{method}", api.serve),
            web.get("/link", self._sockets.serve),
            web.get("/link/", self._sockets.serve),
            web.post("/{kind:commands|actions}/{team}/{key}", hook.serve),
            web.post("/upload/v1/{ticket}", receive),
            web.put("/upload/v1/{ticket}", receive),
            web.get("/files/{id}/{name}", file),
            *Watching(state, self._completions).routes(),
            *Control(state, gestures, self._sockets).routes(),
        ]
