"""Brings a person's gesture to the app and waits three seconds for its acknowledgement, by socket or signed HTTP."""

import asyncio
import time
import uuid
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Literal, Protocol

from bot.playground.faults import Faults
from bot.playground.journal import Journal
from bot.playground.sockets import Sockets
from bot.playground.wire import Json

ACK_SECONDS = 3.0  # docs: an app must acknowledge within three seconds

Kind = Literal["slash_commands", "interactive"]


@dataclass(frozen=True)
class Ack:
    """What came back: the answer's payload, or Slack's word for why nothing did. `ms` is the time it took."""

    ms: float
    payload: Json | None = None
    error: str | None = None


class Carrier(Protocol):
    """A way to the app."""

    async def carry(self, kind: Kind, payload: Json, entry: Json) -> Json | None:
        """Deliver and return the acknowledgement's payload. Raises Undelivered."""


class Undelivered(Exception):
    """The app could not be reached or refused; the text is the error that Slack shows to the person."""


class SocketCarrier:
    """Envelopes over Socket Mode."""

    def __init__(self, sockets: Sockets):
        self._sockets = sockets
        self._waiting: dict[str, asyncio.Future[Json | None]] = {}
        self._sent: dict[str, tuple[float, Json]] = {}
        sockets.on_answer = self._answered

    async def carry(self, kind: Kind, payload: Json, entry: Json) -> Json | None:
        envelope_id = str(uuid.uuid4())
        body = {
            "envelope_id": envelope_id,
            "type": kind,
            "payload": payload,
            "accepts_response_payload": True,
        }
        answer: asyncio.Future[Json | None] = asyncio.get_running_loop().create_future()
        self._waiting[envelope_id] = answer
        self._sent[envelope_id] = (time.monotonic(), entry)
        try:
            entry["connection"] = await self._send(body)
            entry["envelope_id"] = envelope_id
            return await answer
        finally:
            del self._waiting[envelope_id]

    async def _send(self, body: Json) -> int:
        """The number of the connection that took it; a connection that proves dead is passed over."""
        for _ in self._sockets.numbers:
            connection = self._sockets.next()
            if connection is not None and await connection.send(body):
                return connection.number
        raise Undelivered("dispatch_failed")

    def _answered(self, envelope_id: str, payload: Json | None) -> None:
        began, entry = self._sent.pop(envelope_id, (0.0, {}))
        entry["answered_ms"] = round((time.monotonic() - began) * 1000, 1)
        answer = self._waiting.get(envelope_id)
        if answer is not None and not answer.done():
            answer.set_result(payload)


class Delivery:
    """Faults, the timer and the log, whichever way the gesture takes."""

    def __init__(self, carrier: Carrier, faults: Faults, journal: Journal, ack_seconds: float):
        self._carrier = carrier
        self._faults = faults
        self._journal = journal
        self._ack_seconds = ack_seconds
        self._overtaken = asyncio.Event()
        self._copies: set[asyncio.Task[None]] = set()

    async def deliver(self, kind: Kind, payload: Json) -> Ack:
        """Bring it to the app once (unless a fault says otherwise) and wait for the acknowledgement."""
        await self._maybe_hold(kind)
        entry = self._journal.write("envelope", type=kind, payload=payload)
        began = time.monotonic()
        carried = asyncio.ensure_future(self._carrier.carry(kind, payload, entry))
        self._overtaken.set()
        if self._faults.strikes("duplicate_delivery", kind):
            self._send_copy(kind, payload)
        ack = await self._awaited(kind, carried, began)
        entry.update({"ack_ms": ack.ms, "ack": ack.payload, "error": ack.error})
        return ack

    async def settle(self) -> None:
        """Stop what is still under way, for the end of the server."""
        for copy in list(self._copies):
            copy.cancel()
        await asyncio.gather(*self._copies, return_exceptions=True)

    async def _awaited(self, kind: Kind, carried: Awaitable[Json | None], began: float) -> Ack:
        def ms() -> float:
            return round((time.monotonic() - began) * 1000, 1)

        try:
            async with asyncio.timeout(self._ack_seconds):
                payload = await carried
                late = self._faults.strikes("slow_ack", kind)
                if late:
                    await asyncio.sleep(late.wait)
        except TimeoutError:
            return Ack(ms(), error="operation_timeout")
        except Undelivered as failure:
            return Ack(ms(), error=str(failure))
        return Ack(ms(), payload)

    async def _maybe_hold(self, kind: Kind) -> None:
        held = self._faults.strikes("reorder", kind)
        if held is None:
            return
        self._overtaken.clear()
        try:
            async with asyncio.timeout(held.wait):
                await self._overtaken.wait()
        except TimeoutError:
            return

    def _send_copy(self, kind: Kind, payload: Json) -> None:
        """The same again in a new envelope. Nobody waits for its answer, but the log shows it."""
        entry = self._journal.write("envelope", type=kind, payload=payload, copy=True)

        async def send() -> None:
            try:
                async with asyncio.timeout(self._ack_seconds):
                    entry["ack"] = await self._carrier.carry(kind, payload, entry)
            except (TimeoutError, Undelivered) as failure:
                entry["error"] = str(failure) or "operation_timeout"

        task = asyncio.ensure_future(send())
        self._copies.add(task)
        task.add_done_callback(self._copies.discard)
