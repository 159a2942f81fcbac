"""The heartbeat ports of the hosts, and the edit log ports of frontends: open while the process runs there, slammed when not.

A closed port of a real host refuses; a listener that is shared with a simulation can only accept and hang up at once.
"""

import asyncio
from collections.abc import Callable

from workers.twin.twin import Twin

TwinOf = Callable[[], Twin]

MOST = 200
"""A bigger cluster has no doors: a listener for each of a thousand hosts is more than a process may open."""
LOOPBACK = "127.0.0.1"


class Doors:
    """One listener for each node that is, or was, listed."""

    def __init__(self) -> None:
        self.ports: dict[str, int] = {}
        self._servers: list[asyncio.Server] = []

    async def open_new(self, twin: TwinOf) -> None:
        """Open a door for every address that has none yet."""
        cluster = twin().cluster
        if len(cluster.backends) > MOST:
            return
        doors = [(backend.host, backend.address, False) for backend in cluster.backends.values()]
        doors += [(node.host, f"{node.host}:{node.heartbeat_port}", False) for node in cluster.compute_nodes.values()]
        doors += [(frontend.host, frontend.address, True) for frontend in cluster.frontends]
        for host, address, frontend in doors:
            if address not in self.ports:
                await self._open(host, address, twin, frontend=frontend)

    async def _open(self, host: str, address: str, twin: TwinOf, *, frontend: bool) -> None:
        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            if frontend_runs(twin(), host) if frontend else runs(twin(), host):
                await reader.read(1)
            writer.close()

        server = await asyncio.start_server(answer, LOOPBACK, 0)
        self._servers.append(server)
        self.ports[address] = server.sockets[0].getsockname()[1]

    def close(self) -> None:
        for server in self._servers:
            server.close()


def frontend_runs(twin: Twin, host: str) -> bool:
    """Whether a frontend process runs on a host, a dropped one too: its edit log port is open long before it serves."""
    return any(member.host == host and member.process_up for member in (*twin.cluster.frontends, *twin.cluster.zombies))


def runs(twin: Twin, host: str) -> bool:
    """Whether a backend process runs on a host: a dropped one goes on until somebody stops it."""
    listed = next((b for b in twin.cluster.backends.values() if b.host == host), None)
    if listed is not None:
        return listed.process_up
    if any(n.host == host and n.process_up for n in twin.cluster.compute_nodes.values()):
        return True
    return twin.cluster.host(host).storage.running
