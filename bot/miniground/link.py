"""Socket Mode: envelopes go to one open connection each, and wait three seconds for their acknowledgement."""

import asyncio
import json
import secrets
from itertools import count

from aiohttp import WSMsgType, web

from bot.miniground.journal import Journal
from bot.miniground.people import APP_ID
from bot.miniground.wire import Json, SlackError

ACK_S = 3.0


class Link:
    """The connections of the app."""

    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        self.tickets: set[str] = set()
        self.sockets: list[web.WebSocketResponse] = []
        self._turn = count()
        self._waiting: dict[str, asyncio.Future[Json]] = {}

    def open(self, origin: str) -> Json:
        """The answer to apps.connections.open: a place to connect to, once."""
        ticket = secrets.token_urlsafe(16)
        self.tickets.add(ticket)
        return {"ok": True, "url": f"{origin.replace('http', 'ws', 1)}/link?ticket={ticket}"}

    async def connect(self, request: web.Request) -> web.WebSocketResponse:
        """One connection, from hello to its end."""
        ticket = request.query.get("ticket", "")
        if ticket not in self.tickets:
            raise web.HTTPForbidden
        self.tickets.discard(ticket)
        socket = web.WebSocketResponse(heartbeat=30)
        await socket.prepare(request)
        hello = {"type": "hello", "num_connections": len(self.sockets) + 1, "connection_info": {"app_id": APP_ID}}
        await socket.send_json(hello)
        self.sockets.append(socket)
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    self._heard(message.data)
        finally:
            if socket in self.sockets:
                self.sockets.remove(socket)
        return socket

    def _heard(self, text: str) -> None:
        try:
            answer = json.loads(text)
        except ValueError:
            return
        waiting = self._waiting.get(str(answer.get("envelope_id", "")))
        if waiting is not None and not waiting.done():
            waiting.set_result(dict(answer.get("payload") or {}))

    async def send(self, kind: str, payload: Json, *, copies: int = 1) -> Json:
        """Deliver an envelope to one connection; returns the acknowledgement's payload. Raises SlackError."""
        open_ = [socket for socket in self.sockets if not socket.closed]
        if not open_:
            raise SlackError("dispatch_failed")
        answer: Json = {}
        for _ in range(copies):
            socket = open_[next(self._turn) % len(open_)]
            answer = await self._one(socket, kind, payload)
        return answer

    async def _one(self, socket: web.WebSocketResponse, kind: str, payload: Json) -> Json:
        envelope = secrets.token_hex(8)
        waiting: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        self._waiting[envelope] = waiting
        entry = self.journal.write("envelope", type=kind, payload=payload)
        began = asyncio.get_running_loop().time()
        try:
            body = {"envelope_id": envelope, "type": kind, "payload": payload, "accepts_response_payload": True}
            await socket.send_json(body)
            answer = await asyncio.wait_for(waiting, ACK_S)
        except TimeoutError:
            entry["ack_ms"] = None
            raise SlackError("operation_timeout") from None
        except (ConnectionError, RuntimeError):
            raise SlackError("dispatch_failed") from None
        finally:
            del self._waiting[envelope]
        entry["ack_ms"] = round((asyncio.get_running_loop().time() - began) * 1000, 1)
        return answer

    async def refresh(self) -> None:
        """Slack asks its apps to reconnect now and then."""
        for socket in list(self.sockets):
            await socket.send_json({"type": "disconnect", "reason": "refresh_requested"})
            await socket.close()

    async def drop(self) -> None:
        for socket in list(self.sockets):
            await socket.close()
