"""The simulated cluster behind real sockets, one per frontend, in its own virtual time."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from pydantic import SecretStr

from tests.starrocks.scripted_frontend import PASSWORD, Answer, Cut, Error, Rows, ScriptedFrontend
from workers.starrocks import Cluster, Endpoint
from workers.twin import Twin
from workers.twin.answers import ConnectionCut, ResultSet, SqlError

_ONE_AT_A_TIME = threading.Lock()


class TwinFrontend(ScriptedFrontend):
    """One frontend of a twin; unlike a script it knows who is connected."""

    def __init__(self, twin: Twin, host: str) -> None:
        super().__init__()
        self.twin = twin
        self.host = host

    def answerer(self, user: str) -> Callable[[str], Answer]:
        session = self.twin.session(self.host, user)

        def ask(sql: str) -> Answer:
            with _ONE_AT_A_TIME:
                try:
                    result = self.twin.execute(sql, session)
                except SqlError as error:
                    return Error(error.code, error.text)
                except ConnectionCut:
                    return Cut()
            return Rows(result.columns, result.rows) if isinstance(result, ResultSet) else None

        return ask


@contextmanager
def listening(twin: Twin, *hosts: str, user: str = "sr_bot") -> Iterator[Cluster]:
    """A cluster to log in to, with the frontends on these hosts (default: all)."""
    wanted = hosts or tuple(frontend.host for frontend in twin.cluster.frontends)
    with ExitStack() as stack:
        running = [stack.enter_context(TwinFrontend(twin, host)) for host in wanted]
        endpoints = tuple(
            Endpoint(host=host, port=9030, via_host="127.0.0.1", via_port=frontend.port)
            for host, frontend in zip(wanted, running, strict=True)
        )
        yield Cluster(name="prod", endpoints=endpoints, user=user, password=SecretStr(PASSWORD))
