"""ADD and DROP of compute nodes (fe: system/SystemInfoService.java). There is no drain: a drop is at once."""

from workers.twin.answers import refused
from workers.twin.life.heartbeats import Heartbeats
from workers.twin.model.cluster import Cluster
from workers.twin.model.hosts import REFUSED
from workers.twin.model.nodes import ComputeNode

DEFAULT_WAREHOUSE = "default_warehouse"


class ComputeNodeMembership:
    """The list of compute nodes."""

    def __init__(self, cluster: Cluster, heartbeats: Heartbeats) -> None:
        self._cluster = cluster
        self._heartbeats = heartbeats

    def add(self, addresses: list[str]) -> list[str]:
        """Listed at once as not alive. The whole list is looked at first; a backend's address is taken too."""
        for address in addresses:
            host, port = address.rsplit(":", 1)
            if self._cluster.compute_node_at(address):
                raise refused(f"Compute node already exists with same host {host} and port {port}")
            if self._cluster.backend_at(address):
                raise refused(f"Backend already exists with same host {host} and port {port}")
        return [self._add_one(address) for address in addresses]

    def _add_one(self, address: str) -> str:
        host, port = address.rsplit(":", 1)
        ident = self._cluster.new_node_id()
        known = self._cluster.host(host)
        node = ComputeNode(
            ident, host, "", heartbeat_port=int(port), be_port=-1, http_port=-1, brpc_port=-1, process_up=False,
            alive=False, worker_id=ident, cpu_cores=known.cpu_cores, cache="N/A",
        )  # fmt: skip
        self._cluster.compute_nodes[ident] = node
        if known.storage.running:
            node.cache = "Status: Normal, DiskUsage: 0B/980GB, MemUsage: 0B/0B"
            self._heartbeats.start_compute_node(node)
        else:
            node.error = REFUSED
        return f"compute node {address} added as {ident}"

    def drop(self, address: str) -> list[str]:
        """Running queries on it fail or start again elsewhere; the process goes on."""
        node = self._cluster.compute_node_at(address)
        if node is None:
            raise refused(f"compute node does not exists[{address}]")
        del self._cluster.compute_nodes[node.id]
        node.epoch += 1
        for frontend in self._cluster.frontends:
            frontend.cn_blacklist.pop(node.id, None)
        hurt = f", {node.running_queries} running queries cut" if node.running_queries else ""
        return [f"compute node {address} ({node.id}) dropped{hurt}"]
