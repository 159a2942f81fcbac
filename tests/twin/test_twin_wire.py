"""The same twin over sockets: MySQL protocol, control API, the process."""

import asyncio
import json
import os
import re
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pymysql
import pytest

from workers.twin.wire.host import TwinHost
from workers.twin.wire.server import TwinServer

PASSWORD, TOKEN = "p", "t"
DECOMMISSION = 'ALTER SYSTEM DECOMMISSION BACKEND "10.84.0.18:9050"'
LEADER = "10.84.0.12"


class Served:
    """A twin server in a thread with a loop of its own; speed 0, so only /advance moves time."""

    def __init__(self, scenario: str = "small", columns: str = "3.3.3", speed: float = 0) -> None:
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever)
        self.thread.start()
        self.host = TwinHost(scenario, speed=speed, columns=columns)
        self.server = TwinServer(self.host, password=PASSWORD, token=TOKEN)
        self.run(self.server.start())

    def run(self, coroutine: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(timeout=10)

    def stop(self) -> None:
        self.run(self.server.stop())
        self.run(self.settle())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(timeout=10)
        self.loop.close()

    async def settle(self) -> None:
        rest = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)

    def connect(self, fe: str = LEADER, user: str = "sr_bot", password: str = PASSWORD, **options: Any) -> Any:
        return pymysql.connect(
            host="127.0.0.1", port=self.server.ports[fe], user=user, password=password, ssl_disabled=True,
            connect_timeout=5, read_timeout=5, **options,
        )  # fmt: skip

    def ask(self, sql: str, **options: Any) -> list[dict[str, Any]]:
        with closing(self.connect(cursorclass=pymysql.cursors.DictCursor, **options)) as connection:
            cursor = connection.cursor()
            cursor.execute(sql)
            return list(cursor.fetchall())

    def call(self, path: str, body: dict[str, Any] | None = None, **headers: str) -> tuple[int, Any]:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.server.control_port}{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {TOKEN}", **headers},
        )
        try:
            with urllib.request.urlopen(request, timeout=5) as response:
                return response.status, json.load(response)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.loads(error.read() or b"null")


@pytest.fixture
def served() -> Iterator[Callable[..., Served]]:
    running: list[Served] = []

    def start(*args: Any, **options: Any) -> Served:
        running.append(Served(*args, **options))
        return running[-1]

    yield start
    for one in running:
        one.stop()


def test_rows_arrive_as_they_are(served: Any) -> None:
    s = served("mission000")
    rows = s.ask("SHOW BACKENDS")
    assert rows[1]["TabletNum"] == "88969"
    assert rows[1]["DataUsedCapacity"] == "375.891 GB"
    assert s.ask("SHOW COMPUTE NODES") == []
    assert s.ask("SELECT 1 AS one, NULL AS none, 'x' AS text, 1.5 AS half") == [
        {"one": 1, "none": None, "text": "x", "half": 1.5}
    ]
    t = s.host.twin
    assert [entry.user for entry in t.log if entry.sql.startswith("SHOW")] == ["sr_bot", "sr_bot"]


@pytest.mark.parametrize(("columns", "version"), [("3.3.3", "5.1.0"), ("4.0", "8.0.33")])
def test_the_handshake_tells_the_server_version(served: Any, columns: str, version: str) -> None:
    with closing(served(columns=columns).connect()) as connection:
        assert connection.get_server_info() == version
        assert connection.thread_id() > 1000
        connection.ping(reconnect=False)


def test_errors_keep_code_and_text(served: Any) -> None:
    s = served()
    with pytest.raises(pymysql.err.MySQLError) as caught:
        s.ask('ALTER SYSTEM DECOMMISSION BACKEND "10.84.0.99:9050"')
    assert caught.value.args == (1064, "Backend does not exist[10.84.0.99:9050]")
    with pytest.raises(pymysql.err.MySQLError) as caught:
        s.ask("SHOW PROC '/backends'", user="sr_limited")
    assert caught.value.args[0] == 1252


@pytest.mark.parametrize(("user", "password"), [("sr_bot", "wrong"), ("sr_bot", ""), ("nobody", PASSWORD)])
def test_wrong_logins_are_1045(served: Any, user: str, password: str) -> None:
    with pytest.raises(pymysql.err.OperationalError) as caught:
        served().connect(user=user, password=password)
    assert caught.value.args[0] == 1045
    assert f"Access denied for user '{user}'" in caught.value.args[1]


def _packet(stream: socket.socket) -> bytes:
    header = b""
    while len(header) < 4:
        chunk = stream.recv(4 - len(header))
        if not chunk:
            return b""
        header += chunk
    length = int.from_bytes(header[:3], "little")
    body = b""
    while len(body) < length:
        body += stream.recv(length - len(body))
    return body


def test_a_refused_login_is_not_served_afterwards(served: Any) -> None:
    """A client that ignores the refusal and sends a statement must get nothing."""
    s = served()
    with closing(socket.create_connection(("127.0.0.1", s.server.ports[LEADER]), timeout=5)) as stream:
        assert _packet(stream)[0] == 10, "protocol 10 greeting"
        capabilities = 0x1 | 0x200 | 0x8000 | 0x80000  # long password, protocol 41, secure connection, plugin auth
        login = struct.pack("<IIB23x", capabilities, 1 << 24, 33) + b"sr_bot\0" + b"\x14" + b"w" * 20
        login += b"mysql_native_password\0"
        stream.sendall(len(login).to_bytes(3, "little") + b"\x01" + login)
        refusal = _packet(stream)
        assert refusal[0] == 0xFF
        assert int.from_bytes(refusal[1:3], "little") == 1045
        statement = b"\x03SHOW FRONTENDS"
        try:
            stream.sendall(len(statement).to_bytes(3, "little") + b"\x00" + statement)
            answers = list(iter(lambda: _packet(stream), b""))
        except ConnectionError:
            answers = []
    assert not any(b"ReplayedJournalId" in packet for packet in answers)
    assert s.host.twin.log == []


def test_effect_then_cut(served: Any) -> None:
    s = served()
    s.call("/fault", {"name": "statement_timeout", "matching": "DECOMMISSION"})
    with pytest.raises(pymysql.err.OperationalError) as caught:
        s.ask(DECOMMISSION)
    assert caught.value.args[0] in (2006, 2013)
    assert s.ask("SHOW BACKENDS")[1]["SystemDecommissioned"] == "true"
    _, effects = s.call("/effects")
    assert [(e["sql"], e["cut"], e["outcome"]) for e in effects["statements"]] == [(DECOMMISSION, True, "ok")]


def test_cut_before_the_effect(served: Any) -> None:
    s = served()
    s.call("/fault", {"name": "cut_before", "matching": "DECOMMISSION"})
    with pytest.raises(pymysql.err.OperationalError):
        s.ask(DECOMMISSION)
    assert s.call("/effects")[1] == {"statements": []}


def test_losing_the_leader_breaks_its_connections_only(served: Any) -> None:
    s = served()
    with closing(s.connect()) as on_leader, closing(s.connect("10.84.0.19")) as on_follower:
        s.call("/fault", {"name": "leader_lost"})
        with pytest.raises(pymysql.err.OperationalError):
            on_leader.cursor().execute("SELECT 1")
        with pytest.raises(pymysql.err.OperationalError):
            s.connect()
        cursor = on_follower.cursor()
        with pytest.raises(pymysql.err.MySQLError, match="forward"):
            cursor.execute("SHOW FRONTENDS")
        s.call("/advance", {"seconds": 13})
        cursor.execute("SHOW FRONTENDS")
        assert "LEADER" in cursor.fetchall()[1]


def test_refused_and_killed_connections(served: Any) -> None:
    s = served()
    s.call("/fault", {"name": "refuse_connections", "seconds": 30})
    with pytest.raises(pymysql.err.OperationalError):
        s.connect()
    s.call("/advance", {"seconds": 31})
    with closing(s.connect()) as victim, closing(s.connect()) as killer:
        killer.cursor().execute(f"KILL {victim.thread_id()}")
        with pytest.raises(pymysql.err.OperationalError):
            victim.cursor().execute("SELECT 1")


def test_slow_statements_wait(served: Any) -> None:
    s = served()
    s.call("/fault", {"name": "slow_statements", "ms": 5000, "matching": "SHOW BACKENDS"})
    with closing(s.connect()) as connection:
        connection._read_timeout = 0.2
        with pytest.raises(pymysql.err.OperationalError) as caught:
            connection.cursor().execute("SHOW BACKENDS")
        assert caught.value.args[0] == 2013


def test_state_log_and_advance(served: Any) -> None:
    s = served()
    s.ask(DECOMMISSION)
    status, state = s.call("/state")
    assert status == 200
    assert (state["scenario"], state["now"], state["speed"]) == ("small", 0, 0)
    assert [fe["role"] for fe in state["frontends"]] == ["LEADER", "FOLLOWER", "FOLLOWER", "FOLLOWER"]
    assert next(b for b in state["backends"] if b["address"] == "10.84.0.18:9050")["decommissioned"]
    _, log = s.call("/log")
    last = log["statements"][-1]
    assert last["sql"] == DECOMMISSION
    assert set(last) == {"id", "connection", "fe", "user", "at", "wall", "sql", "outcome", "rows", "unknown", "cut", "effects"}
    assert s.call(f"/log?since={last['id']}")[1] == {"statements": []}
    assert s.call("/advance", {"seconds": 600}) == (200, {"now": 600.0})
    assert len(s.call("/state")[1]["backends"]) == 4
    assert "removed by the frontend" in s.call("/events")[1]["events"][-1]["what"]


def test_speed_scales_real_time(served: Any) -> None:
    s = served(speed=0)
    assert s.call("/speed", {"factor": 1000})[1] == {"speed": 1000}
    deadline = time.monotonic() + 5
    while s.call("/state")[1]["now"] < 20 and time.monotonic() < deadline:
        time.sleep(0.01)
    s.call("/speed", {"factor": 0})
    paused = s.call("/state")[1]["now"]
    assert paused >= 20
    assert s.call("/state")[1]["now"] == paused


def test_sql_as_somebody_else_and_reset(served: Any) -> None:
    s = served()
    status, answer = s.call("/sql", {"sql": "SHOW FRONTENDS", "user": "root", "fe": "10.84.0.19"})
    assert (status, len(answer["rows"])) == (200, 4)
    status, answer = s.call("/sql", {"sql": "NONSENSE"})
    assert (status, answer["code"]) == (422, 1064)
    with closing(s.connect()) as connection:
        assert s.call("/reset", {"scenario": "small-b"})[0] == 200
        with pytest.raises(pymysql.err.OperationalError):
            connection.cursor().execute("SELECT 1")
    assert s.ask("SHOW BACKENDS", fe="10.85.0.11")[0]["IP"] == "10.85.0.11"
    assert s.call("/log")[1]["statements"][-1]["sql"] == "SHOW BACKENDS"
    assert "10.84" not in json.dumps(s.call("/log")[1]), "a log of its own"


def test_a_new_frontend_gets_a_port(served: Any) -> None:
    s = served()
    s.ask('ALTER SYSTEM ADD FOLLOWER "10.84.5.1:9010"')
    s.call("/advance", {"seconds": 40})
    assert len(s.ask("SHOW FRONTENDS", fe="10.84.5.1")) == 5


@pytest.mark.parametrize(
    ("path", "body", "headers", "status"),
    [
        ("/state", None, {"Authorization": "Bearer wrong"}, 401),
        ("/state", None, {"Authorization": ""}, 401),
        ("/state", None, {"Host": "evil.example"}, 403),
        ("/fault", {"name": "no_such"}, {}, 400),
        ("/fault", {"name": "be_down"}, {}, 400),
        ("/fault", {}, {}, 400),
        ("/advance", {"seconds": -1}, {}, 400),
        ("/advance", {"seconds": "soon"}, {}, 400),
        ("/speed", {"factor": -1}, {}, 400),
        ("/reset", {"scenario": "no_such"}, {}, 400),
        ("/log?since=x", None, {}, 400),
    ],
)
def test_control_refusals(served: Any, path: str, body: Any, headers: dict[str, str], status: int) -> None:
    got, answer = served().call(path, body, **headers)
    assert got == status
    assert answer["ok"] is False
    assert answer["error"]


def test_the_fault_catalogue_is_readable(served: Any) -> None:
    faults = {fault["name"]: fault for fault in served().call("/faults")[1]["faults"]}
    assert faults["recycle_bin"]["args"]["at"] == {"type": "str", "required": True, "default": None}
    assert all(fault["summary"] for fault in faults.values())


def test_frontend_health_needs_no_token(served: Any) -> None:
    s = served()
    health = s.call(f"/fe/{LEADER}/api/health", Authorization="")
    assert health == (200, {"total_backend_num": 5, "online_backend_num": 5, "status": "OK"})
    assert s.call(f"/fe/{LEADER}/api/bootstrap", Authorization="")[1]["status"] == "OK"


def test_a_new_frontend_over_the_wire(served: Any) -> None:
    """Prepared, added, started and dropped by its HTTP answers, as a person and the bot see it."""
    s = served()
    fe, path = "10.84.9.10", "/fe/10.84.9.10/api/bootstrap"
    assert s.call("/fault", {"name": "host", "host": fe, "process": "fe", "running": False})[0] == 200
    assert s.call("/sql", {"sql": f'ALTER SYSTEM ADD FOLLOWER "{fe}:9010"'})[1]["ok"]
    s.call("/fault", {"name": "host", "host": fe, "process": "fe", "running": True})
    assert s.call(path, Authorization="")[1] == {"status": "FAILED", "msg": "not ready"}
    s.call("/advance", {"seconds": 60})
    assert s.call(path, Authorization="")[1] == {"status": "OK", "msg": "Success"}
    answer = s.call(f"{path}?cluster_id=510224456&token=x", Authorization="")[1]
    assert (answer["status"], answer["queryPort"], answer["feVersion"]) == ("OK", 9030, "3.3.3-312ed45")
    assert s.call("/sql", {"sql": f'ALTER SYSTEM DROP FOLLOWER "{fe}:9010"'})[1]["ok"]
    assert s.call(path, Authorization="")[1]["status"] == "OK", "it answers, though nobody lists it"
    state = s.call("/state")[1]
    assert [f["host"] for f in state["dropped_frontends"]] == [fe]


def test_the_process(tmp_path: Path) -> None:
    """python -m workers.twin: ready file for its owner only, made-up password, loopback, clean end on SIGTERM."""
    ready_file = tmp_path / "ready.json"
    environment = {k: v for k, v in os.environ.items() if not k.startswith("SR_TWIN_")}
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "workers.twin", "--scenario", "small-b", "--columns", "4.0", "--speed", "0"),
            *("--token", TOKEN, "--ready-file", str(ready_file)),
        ],
        env=environment,
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        deadline = time.monotonic() + 20
        while not ready_file.exists() and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.02)
        ready = json.loads(ready_file.read_text(encoding="utf-8"))
        assert ready_file.stat().st_mode & 0o777 == 0o600
        assert ready["pid"] == process.pid
        assert [fe["host"] for fe in ready["frontends"]] == ["10.85.0.11", "10.85.0.12", "10.85.0.13"]
        with closing(
            pymysql.connect(
                host="127.0.0.1", port=ready["frontends"][0]["port"], user=ready["user"], password=ready["password"]
            )
        ) as connection:
            cursor = connection.cursor()
            cursor.execute("SHOW BACKENDS")
            assert len(cursor.fetchall()) == 5
        process.send_signal(signal.SIGTERM)
        output, _ = process.communicate(timeout=10)
        assert process.returncode == 0
        assert re.search(r"^mysql -h127\.0\.0\.1 -P\d+ -usr_bot", output, re.MULTILINE)
        assert ready["password"] not in output
        assert "Traceback" not in output
    finally:
        process.kill()
        process.wait()
