"""A connection to a cluster: finds a frontend that answers, prefers the leader, and names every failure.

One statement is sent on connecting (see queries.SESSION); the driver's own SET NAMES and SET autocommit are left out, since
StarRocks speaks UTF-8 only and every statement of ours is its own transaction.
"""

import logging
import socket
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import pymysql
from pymysql.constants import CR
from pymysql.cursors import Cursor

from workers.starrocks import queries
from workers.starrocks.endpoints import Cluster, Endpoint
from workers.starrocks.errors import AccessDenied, ClusterError, OutcomeUnknown, Refused, Unreachable
from workers.starrocks.queries import Query
from workers.starrocks.rows import Row, table

if TYPE_CHECKING:
    # The driver's class takes a type parameter in its stubs only.
    _DriverConnection = pymysql.connections.Connection[Cursor]
else:
    _DriverConnection = pymysql.connections.Connection

CONNECT_TIMEOUT_S = 3.0
READ_TIMEOUT_S = 15.0
SEND_TIMEOUT_S = 20.0

_LOGIN_REFUSED = 1045
_FIRST_SERVER_CODE = 1000

log = logging.getLogger(__name__)

_preferred: dict[str, Endpoint] = {}
"""Per cluster, the endpoint to try first: the leader when it is known, else the one that answered last."""


class _Wire(_DriverConnection):
    """The driver's connection, sending nothing by itself and giving up when a statement's time is over.

    The driver's own timeout starts anew with every packet, so a frontend that trickles would hold a worker for ever.
    """

    deadline = float("inf")

    def set_character_set(self, charset: str, collation: str | None = None) -> None:
        """The handshake has already said UTF-8."""

    def allow(self, seconds: float) -> None:
        """Give the next statement so many seconds, all packets together."""
        self.deadline = time.monotonic() + seconds
        self._read_timeout = self._write_timeout = seconds

    def _read_packet(self, *args: Any, **kwargs: Any) -> Any:
        if time.monotonic() > self.deadline:
            self._force_close()  # type: ignore[attr-defined]
            raise pymysql.err.OperationalError(CR.CR_SERVER_LOST, "the statement's time is over")
        return super()._read_packet(*args, **kwargs)  # type: ignore[no-untyped-call]


class Connection:
    """A login to one frontend of a cluster. Not for several threads at once."""

    def __init__(self, cluster: Cluster, endpoint: Endpoint, wire: _Wire, ends_at: float) -> None:
        self.cluster = cluster
        self.endpoint = endpoint
        self._wire = wire
        self._ends_at = ends_at

    def __repr__(self) -> str:
        return f"Connection({self.cluster.name} at {self.endpoint})"

    @property
    def time_left_s(self) -> float:
        """What is left of the budget that the connection was opened with."""
        return self._ends_at - time.monotonic()

    def rows(self, query: Query, timeout_s: float = READ_TIMEOUT_S) -> list[Row]:
        """Read. Raises Refused (StarRocks' answer) or Unreachable (the link broke, or it took too long)."""
        seconds = min(timeout_s, self.time_left_s)
        if seconds <= 0:
            raise Unreachable(f"Reading cluster {self.cluster.name} took too long; {self.endpoint} answered so far.")
        try:
            return self._ask(query.sql, seconds)
        except pymysql.err.MySQLError as error:
            refused = _refusal(error)
            if refused is not None:
                raise refused from None
            raise Unreachable(f"{self.endpoint} stopped answering while it was read ({_cause(error)}).") from None
        except (OSError, ValueError, IndexError, AssertionError) as error:
            self.close()
            raise Unreachable(f"{self.endpoint} answered with something else than MySQL ({type(error).__name__}).") from None

    def send(self, statement: str, timeout_s: float = SEND_TIMEOUT_S) -> None:
        """Send a statement that changes the cluster; it returns when StarRocks answered OK.

        Raises Refused (nothing was changed), OutcomeUnknown (the answer never came, or tells of a broken way to the
        leader) or Unreachable (nothing was sent).
        """
        seconds = min(timeout_s, self.time_left_s)
        if seconds <= 0 or not self._wire.open:
            raise Unreachable(f"The connection to {self.endpoint} ended before anything was sent.")
        try:
            self._ask(statement, seconds)
        except pymysql.err.MySQLError as error:
            refused = _refusal(error)
            if refused is None:
                raise OutcomeUnknown(
                    f"{self.endpoint} took the statement, but its answer never came ({_cause(error)})."
                ) from None
            if refused.undecided:
                raise OutcomeUnknown(
                    f"{self.endpoint} could not say whether the leader did it (error {refused.code}): {refused.text[:200]}"
                ) from None
            raise refused from None
        except (OSError, ValueError, IndexError, AssertionError) as error:
            self.close()
            raise OutcomeUnknown(
                f"{self.endpoint} took the statement, but its answer was not readable ({type(error).__name__})."
            ) from None

    def move_to(self, host: str, query_port: int) -> bool:
        """Go on at another frontend (the leader, mostly) if it is an endpoint that we know; True when it answers."""
        if (self.endpoint.host, self.endpoint.port) == (host, query_port):
            _preferred[self.cluster.name] = self.endpoint
            return True
        known = (e for e in self.cluster.endpoints if (e.host, e.port) == (host, query_port))
        other = next(known, None)
        if other is None:
            return False
        try:
            wire = _log_in(self.cluster, other, self.time_left_s)
        except (Unreachable, Refused):
            return False
        self.close()
        self.endpoint, self._wire = other, wire
        _preferred[self.cluster.name] = other
        return True

    @contextmanager
    def at(self, host: str, query_port: int) -> Iterator["Connection | None"]:
        """Another frontend for a question or an act that is about that very one's memory; None when it does not answer.

        This connection stays where it is. Nothing is said at that login: what is answered from memory knows no zone and is
        passed on to nobody, and a statement for each login of each look adds up.
        """
        if (self.endpoint.host, self.endpoint.port) == (host, query_port):
            yield self
            return
        other = next((e for e in self.cluster.endpoints if (e.host, e.port) == (host, query_port)), None)
        there = None
        if other is not None:
            with suppress(Unreachable, Refused):
                there = Connection(self.cluster, other, _log_in(self.cluster, other, self.time_left_s, None), self._ends_at)
        try:
            yield there
        finally:
            if there is not None:
                there.close()

    @property
    def closed(self) -> bool:
        return not self._wire.open

    def reopen(self) -> None:
        """After a lost link: log in again at whichever frontend answers, if there is time; else stay closed."""
        if self.closed:
            with suppress(ClusterError):
                self.endpoint, self._wire = _first_that_answers(self.cluster, self._ends_at)

    def close(self) -> None:
        with suppress(pymysql.err.MySQLError, OSError):
            self._wire.close()

    def _ask(self, sql: str, seconds: float) -> list[Row]:
        self._wire.allow(seconds)
        with self._wire.cursor() as cursor:
            cursor.execute(sql)
            columns = [column[0] for column in cursor.description or ()]
            return table(columns, cursor.fetchall())


@contextmanager
def connect(
    cluster: Cluster, budget_s: float = 60.0, avoid: Collection[Endpoint] = ()
) -> Iterator[Connection]:
    """Log in to the frontend that answered last, else to the others in their order, but to none of `avoid`.

    `budget_s` bounds everything that is done with the connection together. Raises AccessDenied, or Unreachable with
    what each frontend said.
    """
    ends_at = time.monotonic() + budget_s
    endpoint, wire = _first_that_answers(cluster, ends_at, avoid)
    connection = Connection(cluster, endpoint, wire, ends_at)
    try:
        yield connection
    finally:
        connection.close()


def forget_preferences() -> None:
    """Start as a new process would: the first endpoint first."""
    _preferred.clear()


def _first_that_answers(
    cluster: Cluster, ends_at: float, avoid: Collection[Endpoint] = ()
) -> tuple[Endpoint, _Wire]:
    trouble: list[str] = []
    for endpoint in _in_order(cluster):
        if endpoint in avoid:
            continue
        try:
            wire = _log_in(cluster, endpoint, ends_at - time.monotonic())
        except (Unreachable, Refused) as error:
            log.info("cluster %s: %s", cluster.name, error)
            trouble.append(str(error))
            continue
        _preferred[cluster.name] = endpoint
        return endpoint, wire
    words = " ".join(trouble) or "No frontend is configured."
    raise Unreachable(f"No frontend of cluster {cluster.name} can be reached. {words}")


def _in_order(cluster: Cluster) -> list[Endpoint]:
    first = _preferred.get(cluster.name)
    rest = [endpoint for endpoint in cluster.endpoints if endpoint != first]
    return [first, *rest] if first is not None and first in cluster.endpoints else rest


def _log_in(cluster: Cluster, endpoint: Endpoint, seconds: float, first: str | None = queries.SESSION) -> _Wire:
    if seconds <= 0:
        raise Unreachable(f"There was no time left to try {endpoint}.")
    # Without an explicit choice the driver builds a TLS context for each connection, which takes 40 ms.
    context = cluster.tls_context()
    encryption: dict[str, Any] = {"ssl": context} if context else {"ssl_disabled": True}
    host, port = endpoint.where
    try:
        wire = _Wire(
            host=host,
            port=port,
            user=cluster.user,
            password=cluster.password.get_secret_value(),
            connect_timeout=min(CONNECT_TIMEOUT_S, max(seconds, 0.1)),
            # The login itself must be as quick as the connect: a hung frontend accepts and then says nothing.
            read_timeout=min(CONNECT_TIMEOUT_S, max(seconds, 0.1)),
            write_timeout=min(CONNECT_TIMEOUT_S, max(seconds, 0.1)),
            autocommit=None,
            init_command=first,
            # Every value stays the text that StarRocks printed; quantities reads them all in one place.
            conv={},
            **encryption,
        )
    except pymysql.err.MySQLError as error:
        raise _login_error(cluster, endpoint, error) from None
    except (OSError, ValueError, IndexError, AssertionError) as error:
        raise Unreachable(f"{endpoint} does not speak MySQL as StarRocks does ({type(error).__name__}).") from None
    return wire


def _login_error(cluster: Cluster, endpoint: Endpoint, error: pymysql.err.MySQLError) -> ClusterError:
    refused = _refusal(error)
    if refused is None:
        return Unreachable(f"{endpoint} does not answer ({_cause(error)}).")
    if refused.code == _LOGIN_REFUSED:
        return AccessDenied(
            f"Cluster {cluster.name} refused the login of account {cluster.user} at {endpoint}: "
            "its name or password is wrong, or it may not log in from this machine."
        )
    return Unreachable(f"{endpoint} refused the connection (error {refused.code}): {refused.text[:200]}")


def _refusal(error: pymysql.err.MySQLError) -> Refused | None:
    """StarRocks' own answer, or None when the driver speaks (its codes are 2000 to 2999)."""
    code, text = (*error.args, 0, "")[:2]
    if not isinstance(code, int) or not isinstance(text, str):
        return None
    if code < _FIRST_SERVER_CODE or CR.CR_ERROR_FIRST <= code <= 2999:
        return None
    return Refused(code, text)


def _cause(error: pymysql.err.MySQLError) -> str:
    """Why the driver lost the link, without its own wording (which repeats hosts and may quote packets)."""
    original = getattr(error, "original_exception", None) or error.__context__
    if isinstance(original, TimeoutError):
        return "it took too long"
    if isinstance(original, ConnectionRefusedError):
        return "connection refused"
    if isinstance(original, socket.gaierror):
        return "the host name is not known"
    if isinstance(original, OSError) and original.strerror:
        return original.strerror.lower()
    code = error.args[0] if error.args else type(error).__name__
    return "the connection was cut" if code in (CR.CR_SERVER_LOST, CR.CR_SERVER_GONE_ERROR) else f"error {code}"
