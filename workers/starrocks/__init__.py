"""Reading and changing a StarRocks cluster: the only package that speaks its protocol."""

from policies.acts import Act, AskPerson, HostAct, SetBlacklist
from policies.packages import StagePackages
from policies.statements import statement_of
from workers.starrocks import nodes, queries
from workers.starrocks.client import SEND_TIMEOUT_S, Connection, connect
from workers.starrocks.endpoints import Cluster, Endpoint
from workers.starrocks.errors import (
    AccessDenied,
    ClusterError,
    OutcomeUnknown,
    Refused,
    Unreachable,
    Unreadable,
)
from workers.starrocks.look import Depth, look
from workers.starrocks.observer import look_and_share, look_live, observe, unasked
from workers.starrocks.probe import knock, silent


def perform(cluster: Cluster, act: Act, timeout_s: float = SEND_TIMEOUT_S) -> None:
    """Send an act's statement once.

    Raises Refused (nothing was changed), OutcomeUnknown (look before anything else), Unreachable or AccessDenied
    (nothing was sent).
    """
    if isinstance(act, AskPerson | HostAct | StagePackages):
        raise TypeError("a person is asked in the thread, and a host over SSH, not in SQL")
    with connect(cluster, budget_s=timeout_s + 10.0) as connection:
        if isinstance(act, SetBlacklist):
            _everywhere_meant(connection, act, timeout_s)
        else:
            connection.send(statement_of(act), timeout_s)


def _everywhere_meant(connection: Connection, act: SetBlacklist, timeout_s: float) -> None:
    """Each frontend has a list of its own; one that is not alive has lost it anyway."""
    hosts = [act.frontend]
    if not act.frontend:
        rows = connection.rows(queries.FRONTENDS)
        hosts = [found.address.host for found in map(nodes.frontend, rows) if found.alive]
    ports = {endpoint.host: endpoint.port for endpoint in connection.cluster.endpoints}
    for host in hosts:
        with connection.at(host, ports.get(host, 0)) as there:
            if there is None:
                raise Unreachable(f"frontend {host} cannot be reached, or is not among the configured ones")
            there.send(statement_of(act), timeout_s)


__all__ = [
    "AccessDenied",
    "Cluster",
    "ClusterError",
    "Connection",
    "Depth",
    "Endpoint",
    "OutcomeUnknown",
    "Refused",
    "Unreachable",
    "Unreadable",
    "connect",
    "knock",
    "look",
    "look_and_share",
    "look_live",
    "observe",
    "perform",
    "silent",
    "unasked",
]
