"""All sockets of a twin: a MySQL listener per frontend and the control API."""

import logging
from typing import Any, Protocol

from aiohttp import web

from workers.twin.twin import Twin
from workers.twin.wire.control import Control
from workers.twin.wire.doors import Doors
from workers.twin.wire.frontend_http import FrontendHttp
from workers.twin.wire.host import TwinHost
from workers.twin.wire.mysql import FrontendServer

LOOPBACK = "127.0.0.1"


class NotStarted(Exception):
    """The hosts could not be set up; the text says why."""


class Hosts(Protocol):
    """The machines under the nodes, where there are some."""

    async def start(self) -> None: ...

    async def settle(self) -> None: ...

    async def stop(self) -> None: ...

    def ready(self) -> dict[str, Any]: ...

    def state(self) -> dict[str, Any]: ...


class TwinServer:
    """Listens on loopback only. The frontends' printed addresses stay what they are; `ports` says where they listen."""

    def __init__(self, host: TwinHost, *, password: str, token: str, hosts: Hosts | None = None) -> None:
        self.host = host
        self.hosts = hosts
        self.ports: dict[str, int] = {}
        self.control_port = 0
        self._password = password
        self._token = token
        self._listeners: dict[str, FrontendServer] = {}
        self._runner: web.AppRunner | None = None
        self._doors = Doors()
        self._http = FrontendHttp(host)
        # The library reports every refused login and vanished client as an error.
        logging.getLogger("mysql_mimic").setLevel(logging.CRITICAL)

    async def start(self, port: int = 0, control_port: int = 0) -> None:
        """`port` is the first frontend's, the next ones follow; 0 takes free ones."""
        for index, frontend in enumerate(self.host.twin.cluster.frontends):
            await self._listen(frontend.host, port + index if port else 0)
        await self._doors.open_new(self._twin_now)
        if self.hosts is not None:
            await self.hosts.start()
        control = Control(self.host, self._token, lambda: self.ports, self.hosts.state if self.hosts else dict)
        self._runner = web.AppRunner(control.app(), access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, LOOPBACK, control_port).start()
        self.control_port = self._runner.addresses[0][1]
        self.host.on_membership = self._open_new

    async def stop(self) -> None:
        self.host.on_membership = None
        for session in list(self.host.twin.sessions.values()):
            session.cut()
        for listener in self._listeners.values():
            listener.close()
        self._doors.close()
        await self._http.stop()
        if self._runner is not None:
            await self._runner.cleanup()
        if self.hosts is not None:
            await self.hosts.stop()

    def ready(self) -> dict[str, Any]:
        """What a client needs to find everything, secrets apart."""
        frontends = [
            {"host": f.host, "query_port": f.query_port, "port": self.ports[f.host], "name": f.name, "http_port": f.http_port,
             "http": self._http.ports[f.host]}
            for f in self.host.twin.cluster.frontends
        ]
        backends = [{"address": address, "port": port} for address, port in self._doors.ports.items()]
        control = f"http://{LOOPBACK}:{self.control_port}"
        ready = {"frontends": frontends, "backends": backends, "control": control, "user": "sr_bot"}
        return {**ready, "ssh": self.hosts.ready()} if self.hosts else ready

    def _twin_now(self) -> Twin:
        """Whoever knocks at a door moves the twin on: while no frontend answers nobody else does."""
        self.host.catch_up()
        return self.host.twin

    async def _open_new(self) -> None:
        if self.hosts is not None:
            await self.hosts.settle()
        for frontend in self.host.twin.cluster.frontends:
            if frontend.host not in self._listeners:
                await self._listen(frontend.host, 0)
        await self._doors.open_new(self._twin_now)

    async def _listen(self, fe: str, port: int) -> None:
        listener = FrontendServer(self.host, fe, self._password)
        self._listeners[fe] = listener
        await listener.start_server(host=LOOPBACK, port=port)
        self.ports[fe] = listener.sockets()[0].getsockname()[1]
        await self._http.listen(fe)
