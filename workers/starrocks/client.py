"""Connections to a cluster: whichever frontend answers, the leader when it can be found, errors by what happens next."""

import contextlib
import logging
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

import pymysql
from pydantic import SecretStr
from pymysql.constants import CR, ER

from workers.starrocks.errors import AccessDenied, OutcomeUnknown, Refused, Unreachable
from workers.starrocks.rows import Row

log = logging.getLogger(__name__)

CONNECT_TIMEOUT_S = 3
READ_TIMEOUT_S = 15
LINK_BROKE = frozenset({CR.CR_SERVER_GONE_ERROR, CR.CR_SERVER_LOST, CR.CR_CONN_HOST_ERROR, CR.CR_CONNECTION_ERROR, 0})
SESSION = "SET time_zone = '+00:00', forward_to_leader = true"
"""One statement: times in UTC, and PROC paths answered by the leader even when we sit on a follower."""


@dataclass(frozen=True)
class Endpoint:
    """A frontend's query address as SHOW FRONTENDS knows it, and where to really connect (a tunnel, a twin)."""

    host: str
    port: int
    via_host: str = ""
    via_port: int = 0

    @property
    def where(self) -> tuple[str, int]:
        return (self.via_host or self.host, self.via_port or self.port)

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


@dataclass
class Cluster:
    """How to reach one cluster. The password never shows in a repr, a log line or an error."""

    name: str
    endpoints: tuple[Endpoint, ...]
    user: str
    password: SecretStr
    tls: bool = False
    tls_ca: str = ""
    last_good: Endpoint | None = field(default=None, repr=False)

    def in_order(self) -> list[Endpoint]:
        """The endpoint that answered last comes first."""
        first = [self.last_good] if self.last_good in self.endpoints else []
        return [endpoint for endpoint in (*first, *(e for e in self.endpoints if e != self.last_good)) if endpoint]


@cache
def _tls(ca: str) -> ssl.SSLContext:
    """Building a context takes 40 ms: one for all connections."""
    return ssl.create_default_context(cafile=ca or None)


class Connection:
    """One session on one frontend."""

    def __init__(self, link: "pymysql.Connection[pymysql.cursors.Cursor]", endpoint: Endpoint) -> None:
        self._link = link
        self.endpoint = endpoint

    def rows(self, sql: str) -> list[Row]:
        """Run a statement that only reads. Raises Refused or Unreachable."""
        try:
            with self._link.cursor() as cursor:
                cursor.execute(sql)
                columns = [column[0] for column in cursor.description or ()]
                return [Row(columns, values) for values in cursor.fetchall()]
        except pymysql.MySQLError as error:
            code, text = _parts(error)
            if _link_broke(error, code):
                raise Unreachable(f"{self.endpoint} stopped answering ({text or type(error).__name__})") from None
            raise Refused(code, text) from None
        except OSError as error:
            raise Unreachable(f"{self.endpoint} stopped answering ({error})") from None

    def send(self, statement: str) -> None:
        """Run a statement that changes the cluster. Raises Refused, or OutcomeUnknown when the reply is missing."""
        try:
            with self._link.cursor() as cursor:
                cursor.execute(statement)
        except pymysql.MySQLError as error:
            code, text = _parts(error)
            if _link_broke(error, code):
                raise OutcomeUnknown(f"{self.endpoint}: {text or type(error).__name__}") from None
            raise Refused(code, text) from None
        except OSError as error:
            raise OutcomeUnknown(f"{self.endpoint}: {error}") from None

    def close(self) -> None:
        with contextlib.suppress(pymysql.MySQLError, OSError):
            self._link.close()


def _parts(error: pymysql.MySQLError) -> tuple[int, str]:
    code = error.args[0] if error.args and isinstance(error.args[0], int) else 0
    text = str(error.args[1]) if len(error.args) > 1 else str(error)
    return code, text


def _link_broke(error: pymysql.MySQLError, code: int) -> bool:
    return isinstance(error, pymysql.InterfaceError) or code in LINK_BROKE


@contextlib.contextmanager
def connect(cluster: Cluster) -> Iterator[Connection]:
    """A session on the first frontend that answers. Raises Unreachable or AccessDenied."""
    connection = _first_that_answers(cluster)
    try:
        yield connection
    finally:
        connection.close()


def _first_that_answers(cluster: Cluster) -> Connection:
    failures = []
    for endpoint in cluster.in_order():
        try:
            link = _open(cluster, endpoint)
        except pymysql.MySQLError as error:
            code, text = _parts(error)
            if code == ER.ACCESS_DENIED_ERROR:
                raise AccessDenied(
                    f"{endpoint} refused the account {cluster.user} of cluster {cluster.name}: check its password"
                ) from None
            failures.append(f"{endpoint} ({_short(text)})")
        except OSError as error:
            failures.append(f"{endpoint} ({_short(str(error))})")
        else:
            cluster.last_good = endpoint
            return Connection(link, endpoint)
    raise Unreachable(f"no frontend of {cluster.name} answers: {', '.join(failures)}")


def _short(text: str) -> str:
    return " ".join(text.split())[:120]


def _open(cluster: Cluster, endpoint: Endpoint) -> "pymysql.Connection[pymysql.cursors.Cursor]":
    host, port = endpoint.where
    return pymysql.connect(
        host=host,
        port=port,
        user=cluster.user,
        password=cluster.password.get_secret_value(),
        connect_timeout=CONNECT_TIMEOUT_S,
        read_timeout=READ_TIMEOUT_S,
        write_timeout=READ_TIMEOUT_S,
        autocommit=None,
        init_command=SESSION,
        ssl=_tls(cluster.tls_ca) if cluster.tls else None,
        ssl_disabled=not cluster.tls,
    )
