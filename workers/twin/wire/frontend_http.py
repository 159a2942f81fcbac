"""The HTTP port of each frontend: health, bootstrap, and what it tells of its metadata. Anonymous, as in StarRocks."""

from aiohttp import web

from workers.twin.model.nodes import Frontend
from workers.twin.wire.host import TwinHost
from workers.twin.wire.state import bootstrap, show_ha

LOOPBACK = "127.0.0.1"


class FrontendHttp:
    """A listener for each frontend's host."""

    def __init__(self, host: TwinHost) -> None:
        self._host = host
        self._runners: list[web.AppRunner] = []
        self.ports: dict[str, int] = {}

    async def listen(self, fe: str) -> None:
        app = web.Application()
        app.add_routes(
            [
                web.get("/api/health", lambda request: self._health(request, fe)),
                web.get("/api/bootstrap", lambda request: self._bootstrap(request, fe)),
                web.get("/api/show_meta_info", lambda request: self._meta(request, fe)),
            ]
        )
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, LOOPBACK, 0)
        await site.start()
        self._runners.append(runner)
        self.ports[fe] = runner.addresses[0][1]

    async def stop(self) -> None:
        for runner in self._runners:
            await runner.cleanup()

    def _running(self, request: web.Request, fe: str) -> Frontend:
        """The frontend, or a connection that breaks where no process runs."""
        self._host.catch_up()
        frontend = self._host.twin.cluster.frontend_named(fe)
        if frontend is None or not frontend.process_up:
            if request.transport is not None:
                request.transport.abort()
            raise web.HTTPServiceUnavailable
        return frontend

    async def _health(self, request: web.Request, fe: str) -> web.Response:
        if self._running(request, fe).handing_over:
            raise web.HTTPInternalServerError
        return web.json_response({"status": "OK"})

    async def _bootstrap(self, request: web.Request, fe: str) -> web.Response:
        frontend = self._running(request, fe)
        return web.json_response(bootstrap(self._host.twin, frontend, asked="token" in request.query))

    async def _meta(self, request: web.Request, fe: str) -> web.Response:
        """Other actions tell sizes of databases, which nobody here asks for."""
        frontend = self._running(request, fe)
        if request.query.get("action", "").upper() != "SHOW_HA":
            return web.Response(status=400, text="Invalid parameter")
        return web.json_response(show_ha(self._host.twin, frontend))
