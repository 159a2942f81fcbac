"""Speaking to StarRocks: the only package that does."""

from policies.plan import Act
from policies.statements import statement_of
from workers.starrocks.client import Cluster, Connection, Endpoint, connect
from workers.starrocks.errors import AccessDenied, ClusterError, OutcomeUnknown, Refused, Unreachable
from workers.starrocks.look import Depth, look
from workers.starrocks.observer import look_live, observe


def perform(cluster: Cluster, act: Act) -> None:
    """Send an act's statement once. Raises Refused, OutcomeUnknown, or another ClusterError before anything was sent."""
    with connect(cluster) as connection:
        connection.send(statement_of(act))


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
    "connect",
    "look",
    "look_live",
    "observe",
    "perform",
]
