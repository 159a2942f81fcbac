"""Who lives where: the model's nodes, seen from the hosts."""

from typing import Any

from workers.twin.model.cluster import Cluster
from workers.twin.model.hosts import Misconduct, Program

MOST = 200
"""A bigger cluster has no hosts to log in to: two processes each are more than a test machine should carry."""


def listed(cluster: Cluster) -> list[tuple[str, str]]:
    """Host and process of every node, and of hosts that were prepared for some."""
    if len(cluster.backends) > MOST:
        return []
    found = [(backend.host, "be") for backend in cluster.backends.values()]
    found += [(node.host, "cn") for node in cluster.compute_nodes.values()]
    found += [(frontend.host, "fe") for frontend in (*cluster.frontends, *cluster.zombies)]
    named = {host for host, _ in found}
    for host in cluster.hosts.values():
        if host.name not in named:
            found += [(host.name, host.storage.kind or "be"), (host.name, "fe")]
    return list(dict.fromkeys(found))


def nodes(cluster: Cluster, host: str, process: str) -> list[Any]:
    """The backends, compute nodes or frontends on a host; a dropped frontend too, which goes on."""
    every: dict[str, list[Any]] = {
        "be": list(cluster.backends.values()),
        "cn": list(cluster.compute_nodes.values()),
        "fe": [*cluster.frontends, *cluster.zombies],
    }
    return [node for node in every[process] if node.host == host]


def should_run(cluster: Cluster, host: str, process: str) -> bool:
    there = nodes(cluster, host, process)
    return any(node.process_up for node in there) if there else program(cluster, host, process).running


def installed(cluster: Cluster, host: str, process: str) -> str:
    """The version whose files lie there when the scenario begins."""
    versions = [node.version for node in nodes(cluster, host, process)]
    return program(cluster, host, process).version or next(filter(None, versions), cluster.version.release)


def program(cluster: Cluster, host: str, process: str) -> Program:
    known = cluster.host(host)
    return known.frontend if process == "fe" else known.storage


def conduct(cluster: Cluster, host: str) -> Misconduct:
    return cluster.host(host).misconduct
