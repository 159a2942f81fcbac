"""Reading and changing a StarRocks cluster: the only package that speaks its protocol."""

from policies.acts import Act, AskPerson, SetBlacklist
from policies.statements import statement_of
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
from workers.starrocks.observer import look_live, observe
from workers.starrocks.probe import silent


def perform(cluster: Cluster, act: Act, timeout_s: float = SEND_TIMEOUT_S) -> None:
    """Send an act's statement once.

    Raises Refused (nothing was changed), OutcomeUnknown (look before anything else), Unreachable or AccessDenied
    (nothing was sent).
    """
    if isinstance(act, AskPerson):
        raise TypeError("a person is asked in the thread, not in SQL")
    with connect(cluster, budget_s=timeout_s + 10.0) as connection:
        if isinstance(act, SetBlacklist):
            _go_to(connection, act.frontend)
        connection.send(statement_of(act), timeout_s)


def _go_to(connection: Connection, host: str) -> None:
    """A blacklist is changed on the frontend that it belongs to. Raises Unreachable."""
    there = next((endpoint for endpoint in connection.cluster.endpoints if endpoint.host == host), None)
    if there is None or not connection.move_to(there.host, there.port):
        raise Unreachable(f"frontend {host} cannot be reached, or is not among the configured ones")


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
    "look",
    "look_live",
    "observe",
    "perform",
    "silent",
]
