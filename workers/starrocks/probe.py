"""Whether a process still answers: a TCP connection to its port, nothing is said."""

import contextlib
import socket
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from policies.address import Address
from workers.starrocks.endpoints import Cluster

CONNECT_TIMEOUT_S = 2.0
AT_ONCE = 64
"""Two hundred nodes behind a firewall that swallows packets are tried within a turn."""
LISTEN_S = 0.5
"""A process that is gone behind a tunnel or proxy shows as a connection that is closed at once."""


def silent(cluster: Cluster, address: Address) -> bool | None:
    """True when nothing holds a connection there; None when there is no way to try: `via` leads elsewhere only.

    A firewall that swallows packets looks like silence, so silence alone never allows an act that could lose data.
    """
    where = cluster.via.get(str(address))
    if where is None and cluster.via:
        return None
    there = Address.parse(where) if where else address
    with contextlib.suppress(OSError), socket.create_connection((there.host, there.port), CONNECT_TIMEOUT_S) as link:
        return _hangs_up(link)
    return True


def knock(cluster: Cluster, addresses: Sequence[Address]) -> dict[Address, bool | None]:
    """`silent` for many addresses, side by side."""
    with ThreadPoolExecutor(max_workers=max(1, min(AT_ONCE, len(addresses)))) as pool:
        return dict(zip(addresses, pool.map(partial(silent, cluster), addresses), strict=True))


def _hangs_up(link: socket.socket) -> bool:
    link.settimeout(LISTEN_S)
    try:
        return link.recv(1) == b""
    except TimeoutError:
        return False
