"""The client against one frontend that behaves by script: what is sent, and what each failure is called."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from pydantic import SecretStr

from policies.acts import DecommissionBackend
from policies.address import Address
from tests.starrocks.scripted_frontend import PASSWORD, USER, Cut, Error, Rows, ScriptedFrontend, Slow
from workers import starrocks
from workers.starrocks import AccessDenied, Cluster, Endpoint, OutcomeUnknown, Refused, Unreachable, connect, queries
from workers.starrocks.client import forget_preferences
from workers.starrocks.queries import Query

PING = Query("SELECT 1 AS x", "", "2.0", "", "local")
ACT = "ALTER SYSTEM DECOMMISSION BACKEND \"10.84.0.18:9050\""
ONE = Rows(["x"], [["1"]])


@pytest.fixture
def frontend() -> Iterator[ScriptedFrontend]:
    forget_preferences()
    with ScriptedFrontend({PING.sql: ONE, ACT: None}) as running:
        yield running


def endpoint(port: int, host: str = "10.84.0.12") -> Endpoint:
    return Endpoint(host=host, port=9030, via_host="127.0.0.1", via_port=port)


def cluster(*ports: int, password: str = PASSWORD, **more: Any) -> Cluster:
    endpoints = tuple(endpoint(port, f"10.84.0.{12 + i}") for i, port in enumerate(ports))
    return Cluster(name="prod", endpoints=endpoints, user=USER, password=SecretStr(password), **more)


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port that nobody listens on: bound, so nobody else gets it either."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        yield holder.getsockname()[1]


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port that accepts and then says nothing, like a hung frontend."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        yield holder.getsockname()[1]


def test_a_session_costs_one_statement(frontend: ScriptedFrontend) -> None:
    with connect(cluster(frontend.port)) as connection:
        rows = connection.rows(PING)
    assert rows[0].number("X") == 1
    assert frontend.heard == [queries.SESSION, PING.sql]


def test_performing_sends_the_statement_of_the_act(frontend: ScriptedFrontend) -> None:
    starrocks.perform(cluster(frontend.port), DecommissionBackend(address=Address(host="10.84.0.18", port=9050), backend_id=1))
    assert frontend.statements() == [ACT]


def test_wrong_password_names_the_account_and_nothing_secret(frontend: ScriptedFrontend) -> None:
    wrong = cluster(frontend.port, password="secret-and-wrong")
    with pytest.raises(AccessDenied) as caught, connect(wrong):
        pass
    assert USER in str(caught.value)
    assert "10.84.0.12:9030" in str(caught.value)
    assert "secret-and-wrong" not in str(caught.value) + repr(caught.value) + repr(wrong)
    assert frontend.heard == []


def test_the_next_frontend_is_tried_and_remembered(frontend: ScriptedFrontend, closed_port: int) -> None:
    where = cluster(closed_port, frontend.port)
    for _ in range(2):
        with connect(where) as connection:
            assert connection.endpoint == where.endpoints[1]


def test_nobody_answers(closed_port: int) -> None:
    with pytest.raises(Unreachable) as caught, connect(cluster(closed_port, closed_port)):
        pass
    assert "prod" in str(caught.value)
    assert "10.84.0.12:9030" in str(caught.value)
    assert "10.84.0.13:9030" in str(caught.value)
    assert "connection refused" in str(caught.value)


def test_a_hung_frontend_costs_no_more_than_the_budget(silent_port: int) -> None:
    begun = time.monotonic()
    with pytest.raises(Unreachable, match=r"took too long|no time left"), connect(cluster(silent_port, silent_port), budget_s=0.3):
        pass
    assert time.monotonic() - begun < 3


def test_something_else_listens_there() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        def greet() -> None:
            link, _ = other.accept()
            with link:
                link.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        thread = threading.Thread(target=greet)
        thread.start()
        with pytest.raises(Unreachable), connect(cluster(other.getsockname()[1])):
            pass
        thread.join(5)


def test_a_refusal_keeps_starrocks_words(frontend: ScriptedFrontend) -> None:
    words = "It will cause insufficient disk space if these BEs are decommissioned."
    frontend.script[ACT] = Error(1064, words)
    with connect(cluster(frontend.port)) as connection, pytest.raises(Refused) as caught:
        connection.send(ACT)
    assert (caught.value.code, caught.value.text) == (1064, words)
    assert "syntax" not in str(caught.value)


@pytest.mark.parametrize("code", [1252, 5203, 1064])
def test_a_missing_privilege_is_recognised(frontend: ScriptedFrontend, code: int) -> None:
    words = "Access denied; you need (at least one of) the OPERATE privilege(s) on SYSTEM for this operation."
    frontend.script[PING.sql] = Error(code, words)
    with connect(cluster(frontend.port)) as connection, pytest.raises(Refused) as caught:
        connection.rows(PING)
    assert caught.value.lacks_privilege


def test_a_cut_after_sending_leaves_the_outcome_unknown(frontend: ScriptedFrontend) -> None:
    frontend.script[ACT] = Cut()
    with connect(cluster(frontend.port)) as connection, pytest.raises(OutcomeUnknown):
        connection.send(ACT)
    assert frontend.statements() == [ACT]


def test_a_slow_answer_leaves_the_outcome_unknown(frontend: ScriptedFrontend) -> None:
    frontend.script[ACT] = Slow(30)
    with connect(cluster(frontend.port)) as connection, pytest.raises(OutcomeUnknown, match="took too long"):
        connection.send(ACT, timeout_s=0.2)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (1064, "org.apache.thrift.transport.TTransportException: java.net.SocketTimeoutException: Read timed out"),
        (1064, "Internal error processing forward"),
        (1064, "Cannot open null host."),
        (5024, "Query reached its timeout of 300 seconds"),
    ],
)
def test_a_broken_way_to_the_leader_is_no_refusal(frontend: ScriptedFrontend, code: int, words: str) -> None:
    frontend.script[ACT] = Error(code, words)
    with connect(cluster(frontend.port)) as connection, pytest.raises(OutcomeUnknown):
        connection.send(ACT)


def test_nothing_is_sent_over_a_dead_link(frontend: ScriptedFrontend) -> None:
    frontend.script[PING.sql] = Cut()
    with connect(cluster(frontend.port)) as connection:
        with pytest.raises(Unreachable):
            connection.rows(PING)
        with pytest.raises(Unreachable, match="before anything was sent"):
            connection.send(ACT)
    assert ACT not in frontend.heard


def test_a_cut_while_reading_is_unreachable_and_can_be_reopened(frontend: ScriptedFrontend) -> None:
    frontend.script[PING.sql] = [Cut(), ONE]
    with connect(cluster(frontend.port)) as connection:
        with pytest.raises(Unreachable, match=r"10\.84\.0\.12:9030"):
            connection.rows(PING)
        assert connection.closed
        connection.reopen()
        assert connection.rows(PING)[0].number("x") == 1


def test_a_read_ends_in_time(frontend: ScriptedFrontend) -> None:
    frontend.script[PING.sql] = Slow(30, ONE)
    with connect(cluster(frontend.port)) as connection, pytest.raises(Unreachable, match="took too long"):
        connection.rows(PING, timeout_s=0.2)


@contextmanager
def trickling(frontend: ScriptedFrontend, chunk: int, every_s: float) -> Iterator[int]:
    """The port of a relay that lets the frontend's answers through a little at a time."""
    with socket.create_server(("127.0.0.1", 0)) as relay:

        def serve() -> None:
            client, _ = relay.accept()
            with client, socket.create_connection(("127.0.0.1", frontend.port)) as server:
                asking = threading.Thread(target=pump, args=(client, server, 65_536, 0.0))
                asking.start()
                pump(server, client, chunk, every_s)
                asking.join(10)

        thread = threading.Thread(target=serve)
        thread.start()
        yield relay.getsockname()[1]
        thread.join(10)


def pump(source: socket.socket, sink: socket.socket, chunk: int, every_s: float) -> None:
    """Pass bytes on until one side has gone, then let both sides know."""
    with suppress(OSError):
        while data := source.recv(chunk):
            sink.sendall(data)
            time.sleep(every_s)
    for side in (source, sink):
        with suppress(OSError):
            side.shutdown(socket.SHUT_RDWR)


def test_a_frontend_that_trickles_is_not_waited_for(frontend: ScriptedFrontend) -> None:
    """Every packet comes in time, all of them together would take 2.5 s."""
    frontend.script[PING.sql] = Rows(["x"], [["x" * 1000]] * 100)
    begun = time.monotonic()
    with trickling(frontend, chunk=2_000, every_s=0.05) as port, connect(cluster(port)) as connection:
        with pytest.raises(Unreachable):
            connection.rows(PING, timeout_s=0.4)
        assert time.monotonic() - begun < 2


def test_the_budget_bounds_all_statements_together(frontend: ScriptedFrontend) -> None:
    frontend.script[PING.sql] = Slow(30, ONE)
    begun = time.monotonic()
    with connect(cluster(frontend.port), budget_s=0.5) as connection:
        for _ in range(3):
            with pytest.raises(Unreachable):
                connection.rows(PING)
            connection.reopen()
    assert time.monotonic() - begun < 5


def test_too_many_connections_is_told(frontend: ScriptedFrontend) -> None:
    frontend.script[queries.SESSION] = Error(1203, "Reach cluster-wide connection limit, qe_max_connection=4096")
    with pytest.raises(Unreachable, match="1203"), connect(cluster(frontend.port)):
        pass


def test_text_is_utf8_and_null_is_none(frontend: ScriptedFrontend) -> None:
    frontend.script[PING.sql] = Rows(["name", "gone"], [["订单", None]])
    with connect(cluster(frontend.port)) as connection:
        row = connection.rows(PING)[0]
    assert (row.text("name"), row.value("gone")) == ("订单", None)


def test_plain_text_is_said_explicitly() -> None:
    assert cluster(1).tls_context() is None


def test_one_tls_context_for_all_connections() -> None:
    first, second = cluster(1, tls=True).tls_context(), cluster(2, tls=True).tls_context()
    assert first is second
    assert first is not None
    assert first.check_hostname
