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
        runner = web.AppRunner(_Pages(self._host, fe).app(), access_log=None)
        await runner.setup()
        await web.TCPSite(runner, LOOPBACK, 0).start()
        self._runners.append(runner)
        self.ports[fe] = runner.addresses[0][1]

    async def stop(self) -> None:
        for runner in self._runners:
            await runner.cleanup()


class _Pages:
    """What one frontend answers."""

    def __init__(self, host: TwinHost, fe: str) -> None:
        self._host = host
        self._fe = fe

    def app(self) -> web.Application:
        app = web.Application()
        pages = {"health": self._health, "bootstrap": self._bootstrap, "show_meta_info": self._meta}
        app.add_routes([web.get(f"/api/{name}", page) for name, page in pages.items()])
        return app

    def _running(self, request: web.Request) -> Frontend:
        """The frontend, or a connection that breaks where no process runs."""
        self._host.catch_up()
        frontend = self._host.twin.cluster.frontend_named(self._fe)
        if frontend is None or not frontend.process_up:
            if request.transport is not None:
                request.transport.abort()
            raise web.HTTPServiceUnavailable
        return frontend

    async def _health(self, request: web.Request) -> web.Response:
        if self._running(request).handing_over:
            raise web.HTTPInternalServerError
        return web.json_response({"status": "OK"})

    async def _bootstrap(self, request: web.Request) -> web.Response:
        frontend = self._running(request)
        return web.json_response(bootstrap(self._host.twin, frontend, asked="token" in request.query))

    async def _meta(self, request: web.Request) -> web.Response:
        """Other actions tell sizes of databases, which nobody here asks for."""
        frontend = self._running(request)
        if request.query.get("action", "").upper() != "SHOW_HA":
            return web.Response(status=400, text="Invalid parameter")
        return web.json_response(show_ha(self._host.twin, frontend))
