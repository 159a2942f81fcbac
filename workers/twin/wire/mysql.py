"""A frontend's MySQL port, on mysql-mimic. The protocol is the library's; every answer is the twin's."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from typing import Any

from mysql_mimic import IdentityProvider, MysqlServer, NativePasswordAuthPlugin, ResultColumn, User
from mysql_mimic import Session as MimicSession
from mysql_mimic.auth import Forbidden, Success
from mysql_mimic.control import Control
from mysql_mimic.errors import SQLSTATES, MysqlError
from mysql_mimic.types import Capabilities, ColumnType
from mysql_mimic.utils import nonce as random_nonce

from workers.twin.answers import ConnectionCut, ResultSet, SqlError
from workers.twin.sessions import ACCOUNTS, Session
from workers.twin.wire.host import TwinHost

CAPABILITIES = (
    Capabilities.CLIENT_LONG_PASSWORD
    | Capabilities.CLIENT_CONNECT_WITH_DB
    | Capabilities.CLIENT_PROTOCOL_41
    | Capabilities.CLIENT_SECURE_CONNECTION
    | Capabilities.CLIENT_PLUGIN_AUTH
    | Capabilities.CLIENT_CONNECT_ATTRS
    | Capabilities.CLIENT_PLUGIN_AUTH_LENENC_CLIENT_DATA
)
"""fe: mysql/MysqlCapability.java; no CLIENT_DEPRECATE_EOF, so result sets end with EOF packets."""

# The library picks SQLSTATE by code; StarRocks sends HY000 with nearly everything (fe: mysql/MysqlErrPacket.java).
SQLSTATES.update({1064: b"HY000", 1252: b"42000", 5203: b"42000", 1049: b"42000", 1051: b"42S02"})
SQLSTATES.update({5501: b"42000", 5502: b"42S02"})


class NativePassword(NativePasswordAuthPlugin):  # type: ignore[misc]
    """mysql_native_password with the refusal a frontend words."""

    async def auth(self, auth_info: Any = None) -> AsyncGenerator[Any, Any]:
        if auth_info and auth_info.handshake_plugin_name == self.name and auth_info.handshake_auth_data:
            challenge = auth_info.handshake_auth_data.rstrip(b"\x00")
        else:
            challenge = random_nonce(20)
            auth_info = yield challenge + b"\x00"
        if self.password_matches(user=auth_info.user, scramble=auth_info.data, nonce=challenge):
            yield Success(auth_info.user.name)
        else:
            using = "YES" if auth_info.data else "NO"
            yield Forbidden(f"Access denied for user '{auth_info.user.name}' (using password: {using})")


class Accounts(IdentityProvider):  # type: ignore[misc]
    """All accounts share one password; a name nobody has is refused like a wrong password."""

    def __init__(self, password: str) -> None:
        self._hash = NativePasswordAuthPlugin.create_auth_string(password)

    def get_plugins(self) -> list[NativePasswordAuthPlugin]:
        return [NativePassword()]

    async def get_user(self, username: str) -> User:
        # A hash no password has: 20 bytes of zeros.
        known = self._hash if username in ACCOUNTS else "00" * 20
        return User(name=username, auth_string=known, auth_plugin=NativePassword.name)


class ConnectionIds(Control):  # type: ignore[misc]
    """Connection ids are the twin's session ids, so that KILL and the log mean the same number."""

    def __init__(self, host: TwinHost) -> None:
        self._host = host

    async def add(self, connection: Any) -> int:
        return self._host.twin.new_session_id()

    async def remove(self, connection_id: int) -> None:
        """The session takes leave of the twin itself."""

    async def kill(self, connection_id: int, kind: Any = None) -> None:
        """KILL is a statement the twin answers."""


class FrontendSession(MimicSession):  # type: ignore[misc]
    """One client on one frontend."""

    def __init__(self, host: TwinHost, fe: str) -> None:
        super().__init__()
        self._host = host
        self._fe = fe
        self._twin_session: Session | None = None
        self.variables.set("version", host.twin.cluster.version.server_version, force=True)

    async def init(self, connection: Any) -> None:
        await super().init(connection)
        if self.username is None:
            # Without this the library goes on serving a client that ignores the refusal.
            connection.stream.writer.transport.abort()
            raise ConnectionResetError("login refused")
        twin = self._host.twin
        self._twin_session = twin.session(self._fe, self.username, ident=connection.connection_id)
        self._twin_session.on_cut = connection.stream.writer.transport.abort
        if self.database:
            await self.use(self.database)

    async def close(self) -> None:
        if self._twin_session is not None:
            self._host.twin.close(self._twin_session)
        await super().close()

    async def use(self, database: str) -> None:
        await self.handle_query(f"USE `{database}`", {})
        self.database = database

    async def handle_query(self, sql: str, attrs: dict[str, str]) -> Any:
        delay = self._host.twin.interference.delay_s(sql)
        if delay:
            await asyncio.sleep(delay)
        session = self._twin_session
        if session is None:
            raise ConnectionResetError("no session")
        self._host.catch_up()
        try:
            result = self._host.twin.execute(sql, session)
        except SqlError as error:
            raise MysqlError(error.text, error.code) from None
        except ConnectionCut:
            self.connection.stream.writer.transport.abort()
            raise ConnectionResetError("cut") from None
        await self._host.membership_may_have_changed()
        return _encoded(result) if isinstance(result, ResultSet) else ([], [])


def _encoded(result: ResultSet) -> tuple[list[tuple[object, ...]], list[ResultColumn]]:
    """SHOW answers are text; SELECT may have numbers, whose column type follows from the values."""
    columns = []
    for index, name in enumerate(result.columns):
        values = [row[index] for row in result.rows if row[index] is not None]
        kind = ColumnType.VARCHAR
        if values and all(isinstance(value, int) for value in values):
            kind = ColumnType.LONGLONG
        elif values and all(isinstance(value, int | float) for value in values):
            kind = ColumnType.DOUBLE
        columns.append(ResultColumn(name, kind))
    text = {i for i, column in enumerate(columns) if column.type == ColumnType.VARCHAR}
    rows = [
        tuple(str(value) if i in text and value is not None else value for i, value in enumerate(row))
        for row in result.rows
    ]
    return rows, columns


class FrontendServer(MysqlServer):  # type: ignore[misc]
    """The listener of one frontend. One that is down or refuses drops the connection at accept."""

    def __init__(self, host: TwinHost, fe: str, password: str) -> None:
        super().__init__(
            session_factory=lambda: FrontendSession(host, fe),
            capabilities=CAPABILITIES,
            control=ConnectionIds(host),
            identity_provider=Accounts(password),
        )
        self._host = host
        self._fe = fe

    async def _client_connected_cb(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._host.catch_up()
        frontend = self._host.twin.cluster.frontend_named(self._fe)
        if frontend is None or not self._host.twin.reachable(frontend):
            writer.transport.abort()
            return
        # A client that vanishes is everyday life; the library would log a traceback for each. So is one that is still
        # connected when the twin is stopped, whose task asyncio cancels and then reports.
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, MysqlError, asyncio.CancelledError):
            await super()._client_connected_cb(reader, writer)
