"""Whether a process still answers: a TCP connection to its port, nothing is said."""

import contextlib
import socket

from policies.address import Address
from workers.starrocks.endpoints import Cluster

PROBE_TIMEOUT_S = 2.0


def silent(cluster: Cluster, address: Address) -> bool:
    """True when nothing accepts a connection there. An address that is reached through `via` is tried only there.

    A firewall that swallows packets looks like silence, so silence never allows an act that could lose data.
    """
    where = cluster.via.get(str(address))
    if where is None and cluster.via:
        return True
    there = Address.parse(where) if where else address
    with contextlib.suppress(OSError), socket.create_connection((there.host, there.port), timeout=PROBE_TIMEOUT_S):
        return False
    return True
