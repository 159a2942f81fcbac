"""A real playground in a thread of its own, with a small app on its socket that the test commands."""

import asyncio
import json
import secrets
import threading
import urllib.request
from collections.abc import Callable, Coroutine
from contextlib import suppress
from types import TracebackType
from typing import Any

import aiohttp

from bot.playground import Playground

Json = dict[str, Any]
ALICE, BOB, CAROL, MALLORY = "U0ALICE", "U0BOB", "U0CAROL", "U0MALLORY"
OPS, OTHER = "C0OPS", "C0OTHER"
SCOPES = ["commands", "chat:write", "files:write", "usergroups:read", "users:read", "channels:history", "channels:read", "im:write", "reactions:write"]
WAIT_S = 10.0
COMPLETIONS = [
    {"text": "/sr help", "description": "what can be typed"},
    {"text": "/sr status", "description": "the cluster in a few lines"},
    {"text": "/sr plan decommission be 10.84.0.18:9050", "description": "a dry run"},
    {"text": '/sr decommission be 10.84.0.18:9050 reason="no room"', "description": "drain a backend"},
]


class Stage:
    """`with Stage() as stage:` serves. `gestures` fills with the envelopes that the app received; `answer` says what the
    app acknowledges with, and `open_gate` holds acknowledgements back while it is closed."""

    def __init__(self, *, connected: bool = True, ack_seconds: float = 3.0):
        self.bot_token, self.app_token = f"xoxb-{secrets.token_hex(8)}", f"xapp-{secrets.token_hex(8)}"
        self.gestures: list[Json] = []
        self.answer: Callable[[Json], Json | None] = lambda envelope: None
        self.open_gate = threading.Event()
        self.open_gate.set()
        self._connected = connected
        self._ack_seconds = ack_seconds
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> "Stage":
        self._thread.start()
        self._run(self._start())
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.open_gate.set()
        self._run(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(WAIT_S)
        self._loop.close()

    @property
    def url(self) -> str:
        return self.playground.url

    def slack(self, method: str, **arguments: Any) -> Json:
        """A Web API call of the app; an `ok: false` is an AssertionError."""
        answer = self._post(f"{self.playground.api_url}{method}", arguments, self.bot_token)
        assert answer["ok"], answer
        return answer

    def post(self, text: str = "words", blocks: list[Json] | None = None, **more: Any) -> str:
        """A message of the app in #starrocks-ops; returns its ts."""
        said = {"channel": OPS, "text": text, **({"blocks": blocks} if blocks else {}), **more}
        return str(self.slack("chat.postMessage", **said)["ts"])

    def edit(self, ts: str, text: str = "words", blocks: list[Json] | None = None) -> None:
        self.slack("chat.update", channel=OPS, ts=ts, text=text, **({"blocks": blocks} if blocks else {}))

    def whisper(self, user: str, text: str) -> str:
        return str(self.slack("chat.postEphemeral", channel=OPS, user=user, text=text)["message_ts"])

    def upload(self, name: str, content: bytes, *, thread_ts: str | None = None) -> None:
        ticket = self.slack("files.getUploadURLExternal", filename=name, length=len(content))
        with urllib.request.urlopen(urllib.request.Request(ticket["upload_url"], content, method="POST")) as answer:
            assert answer.status == 200
        more = {"thread_ts": thread_ts} if thread_ts else {}
        self.slack("files.completeUploadExternal", files=[{"id": ticket["file_id"], "title": name}], channel_id=OPS, **more)

    def control(self, path: str, body: Json) -> Json:
        return self._post(f"{self.playground.control_url}/{path}", body, self.playground.token)

    def clicks(self) -> list[Json]:
        """The actions that reached the app, in order."""
        payloads = [envelope["payload"] for envelope in self.gestures if envelope["type"] == "interactive"]
        return [action for payload in payloads if payload["type"] == "block_actions" for action in payload["actions"]]

    def commands(self) -> list[str]:
        payloads = [envelope["payload"] for envelope in self.gestures if envelope["type"] == "slash_commands"]
        return [f"{payload['command']} {payload['text']}".strip() for payload in payloads]

    # -- inside

    def _post(self, url: str, body: Json, token: str) -> Json:
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
        request = urllib.request.Request(url, json.dumps(body).encode(), headers)
        with urllib.request.urlopen(request, timeout=WAIT_S) as answer:
            read: Json = json.loads(answer.read())
        return read

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(WAIT_S)

    async def _start(self) -> None:
        self.playground = Playground(
            bot_token=self.bot_token,
            app_token=self.app_token,
            token=secrets.token_hex(8),
            scopes=SCOPES,
            completions=COMPLETIONS,
            ack_seconds=self._ack_seconds,
        )
        await self.playground.start()
        self._session = aiohttp.ClientSession()
        self._listening = asyncio.ensure_future(self._listen() if self._connected else asyncio.sleep(0))
        while self._connected and not self.playground.sockets_open:
            await asyncio.sleep(0.005)

    async def _stop(self) -> None:
        self._listening.cancel()
        with suppress(asyncio.CancelledError):
            await self._listening
        await self._session.close()
        await self.playground.stop()

    async def _listen(self) -> None:
        opened = await self._session.post(
            f"{self.playground.api_url}apps.connections.open", headers={"Authorization": f"Bearer {self.app_token}"}
        )
        async with self._session.ws_connect((await opened.json())["url"]) as socket:
            async for message in socket:
                envelope = json.loads(message.data)
                if "envelope_id" not in envelope:
                    continue
                self.gestures.append(envelope)
                payload = await asyncio.get_running_loop().run_in_executor(None, self._reply, envelope)
                await socket.send_json({"envelope_id": envelope["envelope_id"], **({"payload": payload} if payload else {})})

    def _reply(self, envelope: Json) -> Json | None:
        """In another thread, so that the app may call the Web API before it acknowledges."""
        self.open_gate.wait(WAIT_S)
        return self.answer(envelope)
