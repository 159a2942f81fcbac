"""The twin as a process: one MySQL listener per frontend, and a control API over HTTP; loopback only."""

import asyncio
import json
import time
from dataclasses import asdict
from typing import Any

from aiohttp import web
from mysql_mimic import IdentityProvider, MysqlServer, NativePasswordAuthPlugin, Session as MimicSession, User
from mysql_mimic.errors import MysqlError
from mysql_mimic.types import Capabilities

from workers.simtwin.cluster import Cluster, Logged
from workers.simtwin.faults import CATALOGUE, strike
from workers.simtwin.front import Front, Session, SqlError, UnknownStatement
from workers.simtwin.scenarios import SCENARIOS

ACCOUNTS = ("sr_bot", "sr_limited", "root")


class Twin:
    """A cluster in scaled time, with a statement log."""

    def __init__(self, scenario: str, speed: float) -> None:
        self.speed = speed
        self.begin(scenario)

    def begin(self, scenario: str) -> None:
        self.cluster = Cluster(SCENARIOS[scenario]())
        self.front = Front(self.cluster)
        self._wall = time.monotonic()

    def catch_up(self) -> None:
        """Bring the cluster to now; called before whatever looks at it."""
        wall = time.monotonic()
        passed, self._wall = (wall - self._wall) * self.speed, wall
        self.cluster.advance(passed)

    def run(self, sql: str, session: Session) -> tuple[Any, str]:
        """Execute and log; returns the rows and 'before' or 'after' when the link is to be cut. Raises SqlError."""
        self.catch_up()
        entry = Logged(
            id=len(self.cluster.log) + 1, at=self.cluster.now, wall=time.time(), connection=session.connection,
            fe=session.fe, user=session.user, sql=sql, outcome="ok",
        )  # fmt: skip
        self.cluster.log.append(entry)
        cut = next((c for c in self.cluster.cuts if c[1].lower() in sql.lower()), None)
        if cut is not None:
            self.cluster.cuts.remove(cut)
            entry.cut = cut[0]
            if cut[0] == "before":
                return None, "before"
        try:
            rows, entry.changed = self.front.execute(sql, session)
        except SqlError as error:
            entry.outcome = f"error {error.code}: {error.text}"
            entry.unknown = isinstance(error, UnknownStatement)
            raise
        return rows, cut[0] if cut else ""


class Accounts(IdentityProvider):
    """The accounts of the cluster, all with one password."""

    def __init__(self, password: str) -> None:
        self._auth = NativePasswordAuthPlugin.create_auth_string(password)

    async def get_user(self, username: str) -> User | None:
        if username not in ACCOUNTS:
            return None
        return User(name=username, auth_string=self._auth, auth_plugin="mysql_native_password")


class Wire(MimicSession):
    """One client connection to one frontend."""

    def __init__(self, twin: Twin, fe: str, links: "Links") -> None:
        super().__init__()
        self.twin, self.fe, self.links = twin, fe, links

    async def init(self, connection: Any) -> None:
        await super().init(connection)
        # Without this a client that ignores the refusal would go on being served.
        if self.username is None:
            raise MysqlError("Access denied", 1045)
        if not self.links.answers(self.fe):
            raise ConnectionResetError
        self.links.open.setdefault(self.fe, set()).add(connection)

    async def handle_query(self, sql: str, attrs: dict[str, str]) -> Any:
        session = Session(fe=self.fe, user=str(self.username), connection=self.connection.connection_id)
        if not self.links.answers(self.fe):
            self._hang_up()
        try:
            rows, cut = self.twin.run(sql, session)
        except SqlError as error:
            raise MysqlError(error.text, error.code) from None
        if cut:
            self._hang_up()
        columns, values = rows
        return (values, list(columns)) if columns else ((), ())

    def _hang_up(self) -> None:
        self.connection.stream.writer.transport.abort()
        raise ConnectionResetError


class Links:
    """Which frontends answer; links of a dead one are cut."""

    def __init__(self, twin: Twin) -> None:
        self.twin = twin
        self.open: dict[str, set[Any]] = {}

    def answers(self, fe: str) -> bool:
        self.twin.catch_up()
        cluster = self.twin.cluster
        frontend = next((f for f in cluster.model.frontends if f.host == fe), None)
        return frontend is not None and frontend.alive and cluster.now >= cluster.refuse_until


def mysql_server(twin: Twin, fe: str, links: Links, password: str) -> MysqlServer:
    capabilities = (
        Capabilities.CLIENT_LONG_PASSWORD | Capabilities.CLIENT_CONNECT_WITH_DB | Capabilities.CLIENT_PROTOCOL_41
        | Capabilities.CLIENT_SECURE_CONNECTION | Capabilities.CLIENT_PLUGIN_AUTH | Capabilities.CLIENT_CONNECT_ATTRS
        | Capabilities.CLIENT_PLUGIN_AUTH_LENENC_CLIENT_DATA
    )  # fmt: skip
    return MysqlServer(
        session_factory=lambda: Wire(twin, fe, links), identity_provider=Accounts(password), capabilities=capabilities
    )


def control_app(twin: Twin, token: str) -> web.Application:
    """The control API: read the state and the log, move time, let faults happen."""

    @web.middleware
    async def guard(request: web.Request, handler: Any) -> web.StreamResponse:
        if request.headers.get("Authorization") != f"Bearer {token}":
            return web.json_response({"ok": False, "error": "token"}, status=401)
        twin.catch_up()
        try:
            return web.json_response(await handler(request))
        except (KeyError, ValueError, TypeError, SqlError) as error:
            return web.json_response({"ok": False, "error": str(error)}, status=400)

    async def state(_: web.Request) -> Any:
        return {"speed": twin.speed, **twin.cluster.state()}

    async def log(request: web.Request) -> Any:
        since = int(request.query.get("since", 0))
        return {"statements": [asdict(entry) for entry in twin.cluster.log[since:]]}

    async def effects(_: web.Request) -> Any:
        return {"statements": [asdict(e) for e in twin.cluster.log if e.changed]}

    async def faults(_: web.Request) -> Any:
        return {"faults": [{"name": f.name, "arguments": f.arguments, "summary": f.summary} for f in CATALOGUE]}

    async def fault(request: web.Request) -> Any:
        body = await request.json()
        strike(twin.cluster, body.pop("name"), body)
        return {"ok": True}

    async def advance(request: web.Request) -> Any:
        twin.cluster.advance(float((await request.json())["seconds"]))
        return {"now": twin.cluster.now}

    async def speed(request: web.Request) -> Any:
        twin.speed = float((await request.json())["factor"])
        return {"speed": twin.speed}

    async def sql(request: web.Request) -> Any:
        body = await request.json()
        leader = twin.cluster.model.leader() or twin.cluster.model.frontends[0]
        rows, _ = twin.run(body["sql"], Session(fe=body.get("fe", leader.host), user=body.get("user", "root")))
        return {"columns": list(rows[0]), "rows": rows[1]}

    async def reset(request: web.Request) -> Any:
        twin.begin((await request.json())["scenario"])
        return {"ok": True}

    app = web.Application(middlewares=[guard])
    app.add_routes([
        web.get("/state", state), web.get("/log", log), web.get("/effects", effects), web.get("/faults", faults),
        web.post("/fault", fault), web.post("/advance", advance), web.post("/speed", speed), web.post("/sql", sql),
        web.post("/reset", reset),
    ])  # fmt: skip
    return app


async def serve(twin: Twin, port: int, control_port: int, token: str, password: str) -> dict[str, Any]:
    """Start every listener; returns what a client needs to know (the content of the ready file)."""
    links = Links(twin)
    frontends = []
    for index, frontend in enumerate(twin.cluster.model.frontends):
        server = mysql_server(twin, frontend.host, links, password)
        await server.start_server(host="127.0.0.1", port=port + index if port else 0)
        bound = server._server.sockets[0].getsockname()[1]
        frontends.append({"host": frontend.host, "query_port": frontend.query_port, "port": bound, "name": frontend.name})
        task = asyncio.create_task(server.serve_forever())
        _KEPT.add(task)
    runner = web.AppRunner(control_app(twin, token))
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", control_port)
    await site.start()
    control = runner.addresses[0][1]
    return {"frontends": frontends, "control": f"http://127.0.0.1:{control}", "token": token}


_KEPT: set[Any] = set()


def as_json(ready: dict[str, Any]) -> str:
    return json.dumps(ready, indent=1)
