"""A frontend that answers by script over the real protocol: rows, errors, slowness, cut links.

It stands in for one StarRocks frontend only, so that the client's behaviour can be tested statement by statement.
"""

import asyncio
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from mysql_mimic import IdentityProvider, MysqlServer, NativePasswordAuthPlugin, Session, User
from mysql_mimic.connection import Connection
from mysql_mimic.errors import MysqlError

PASSWORD = "right-password"
USER = "sr_bot"


@dataclass(frozen=True)
class Rows:
    columns: Sequence[str]
    values: Sequence[Sequence[object]] = ()


@dataclass(frozen=True)
class Error:
    code: int
    text: str


@dataclass(frozen=True)
class Cut:
    """The link is cut without an answer."""


@dataclass(frozen=True)
class Slow:
    """An answer that comes `after_s` seconds later."""

    after_s: float
    answer: "Rows | None" = None


Answer = Rows | Error | Cut | Slow | None
"""None is OK without rows."""


@dataclass
class ScriptedFrontend:
    """Answers `script[sql]`, where a list is used up answer by answer; everything it was sent is in `heard`."""

    script: dict[str, Any] = field(default_factory=dict)
    heard: list[str] = field(default_factory=list)
    port: int = 0

    def __enter__(self) -> "ScriptedFrontend":
        ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve(ready.set)), daemon=True)
        self._thread.start()
        assert ready.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    def statements(self) -> list[str]:
        """What was heard, without what opens a session."""
        return [sql for sql in self.heard if not sql.startswith("SET ")]

    async def _serve(self, ready: Callable[[], None]) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        server = MysqlServer(session_factory=lambda: _Session(self), identity_provider=_Accounts())
        await server.start_server(host="127.0.0.1", port=0)
        self.port = server._server.sockets[0].getsockname()[1]
        ready()
        await self._stop.wait()
        server._server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    def answerer(self, user: str) -> "Callable[[str], Answer]":
        """What answers one new session of `user`."""
        return self.answer

    def answer(self, sql: str) -> Answer:
        self.heard.append(sql)
        if sql.startswith("SET "):
            return self.script.get(sql)
        answer = self.script.get(sql, Error(1064, f"Getting syntax error. Detail message: Unexpected input '{sql}'."))
        if isinstance(answer, list):
            answer = answer.pop(0) if len(answer) > 1 else answer[0]
        return answer  # type: ignore[no-any-return]


class _Session(Session):
    def __init__(self, frontend: ScriptedFrontend) -> None:
        super().__init__()
        self.frontend = frontend

    async def init(self, connection: Connection) -> None:
        # The library goes on serving after a refused login; a real frontend does not.
        if self.username is None:
            raise MysqlError("not logged in")
        await super().init(connection)
        self.answer = self.frontend.answerer(self.username)

    async def handle_query(self, sql: str, attrs: dict[str, str]) -> Any:
        answer = self.answer(sql)
        if isinstance(answer, Slow):
            await asyncio.sleep(answer.after_s)
            answer = answer.answer
        match answer:
            case Rows(columns=columns, values=values):
                return [tuple(line) for line in values], list(columns)
            case Error(code=code, text=text):
                raise MysqlError(text, code)
            case Cut():
                self.connection.stream.writer.transport.abort()
                await asyncio.sleep(0)
        return [], []


class _Accounts(IdentityProvider):
    def get_plugins(self) -> list[NativePasswordAuthPlugin]:
        return [NativePasswordAuthPlugin()]

    async def get_user(self, username: str) -> User | None:
        secret = NativePasswordAuthPlugin.create_auth_string(PASSWORD)
        return User(name=username, auth_string=secret, auth_plugin="mysql_native_password")
