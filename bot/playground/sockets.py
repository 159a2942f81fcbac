"""Socket Mode: the app's open connections. Each envelope goes to one of them, in turn.

Source: docs.slack.dev, "Using Socket Mode": up to ten connections, `hello`, `disconnect` with a reason.
"""

import asyncio
import json
import secrets
from collections.abc import Callable

from aiohttp import WSMsgType, web

from bot.playground.faults import ANY_METHOD, Fault, Faults
from bot.playground.journal import Journal
from bot.playground.people import APP_ID
from bot.playground.wire import Json

CONNECTIONS_MOST = 10
PING_SECONDS = 15.0
GOODBYE_SECONDS = 0.5  # how long an app has to answer a closing handshake


class Connection:
    """One open WebSocket."""

    def __init__(self, number: int, socket: web.WebSocketResponse, transport: asyncio.Transport | None):
        self.number = number
        self.socket = socket
        self._transport = transport

    async def send(self, body: Json) -> bool:
        """Send, and say whether it could be sent."""
        try:
            await self.socket.send_json(body)
        except (ConnectionError, RuntimeError):
            return False
        return True

    def cut(self) -> None:
        """End without a closing handshake, as a broken network does."""
        if self._transport is not None:
            self._transport.abort()


class Sockets:
    """Tickets, connections, and whose turn it is."""

    def __init__(self, faults: Faults, journal: Journal):
        self._faults = faults
        self._journal = journal
        self._tickets: set[str] = set()
        self._open: list[Connection] = []
        self._opened = 0
        self.on_answer: Callable[[str, Json | None], None] = lambda envelope_id, payload: None

    def ticket(self) -> str:
        """The right to connect once (`apps.connections.open`)."""
        ticket = secrets.token_urlsafe(24)
        self._tickets.add(ticket)
        return ticket

    @property
    def numbers(self) -> list[int]:
        """Which connections are open, by the order in which they came."""
        return [connection.number for connection in self._open]

    def next(self) -> Connection | None:
        """The connection whose turn it is; it goes to the end of the line."""
        if not self._open:
            return None
        connection = self._open.pop(0)
        self._open.append(connection)
        return connection

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """GET /link?ticket=…: hello, then envelopes out and acknowledgements in, until either side ends it."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            raise web.HTTPForbidden(text="unknown or used ticket")
        self._tickets.discard(ticket)
        socket = web.WebSocketResponse(heartbeat=PING_SECONDS, timeout=GOODBYE_SECONDS)
        await socket.prepare(request)
        self._opened += 1
        connection = Connection(self._opened, socket, request.transport)
        if len(self._open) >= CONNECTIONS_MOST:
            await connection.send(_disconnect("too_many_websockets"))
            await socket.close()
            return socket
        await self._welcome(connection)
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    self._heard(message.data)
        finally:
            self._forget(connection)
        return socket

    async def order(self, fault: Fault) -> None:
        """Carry out a socket fault on the connections open now; what is left of it waits for later ones."""
        everything_once = fault.remaining is None and fault.ends is None
        for connection in list(self._open):
            if self._faults.strikes(fault.kind, fault.method) is None:
                break
            await self._strike(connection, fault.kind)
        if everything_once:
            self._faults.withdraw(fault)

    async def close(self) -> None:
        """The server stops: say goodbye on every connection."""
        await asyncio.gather(*(connection.socket.close() for connection in self._open))

    async def _welcome(self, connection: Connection) -> None:
        hello = {
            "type": "hello",
            "num_connections": len(self._open) + 1,
            "connection_info": {"app_id": APP_ID},
            "debug_info": {"host": "playground", "approximate_connection_time": 18060},
        }
        if await connection.send(hello):
            self._open.append(connection)
            self._journal.write("socket", connection=connection.number, event="open", open=len(self._open))
        for kind in ("drop_socket", "refresh_socket"):
            if self._faults.strikes(kind, ANY_METHOD):
                await self._strike(connection, kind)

    async def _strike(self, connection: Connection, kind: str) -> None:
        self._journal.write("fault", fault=kind, connection=connection.number)
        if kind == "drop_socket":
            # It is gone from this moment: nothing more may be sent into a connection that is being cut.
            self._forget(connection)
            connection.cut()
        else:
            await connection.send(_disconnect("refresh_requested"))

    def _heard(self, text: str) -> None:
        try:
            answer = json.loads(text)
        except ValueError:
            answer = None
        if not isinstance(answer, dict) or not isinstance(answer.get("envelope_id"), str):
            self._journal.write("socket", event="not an acknowledgement", text=text[:200])
            return
        payload = answer.get("payload")
        self.on_answer(answer["envelope_id"], payload if isinstance(payload, dict) else None)

    def _forget(self, connection: Connection) -> None:
        if connection in self._open:
            self._open.remove(connection)
            self._journal.write("socket", connection=connection.number, event="closed", open=len(self._open))


def _disconnect(reason: str) -> Json:
    return {"type": "disconnect", "reason": reason, "debug_info": {"host": "playground"}}
