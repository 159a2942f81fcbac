"""A node to add is not there yet, and its address is one that StarRocks will still know tomorrow.

ADD checks only that host and port are not listed, for a frontend that the host has none, on whatever port
(fe: system/SystemInfoService.java addBackends, server/NodeMgr.java checkFrontendExist). In a cluster of IPs a host name is
resolved at ADD and stored as an IP, so that a later DROP of the name fails (fe: SystemInfoService.validateHostAndPort).
"""

import ipaddress
from collections import Counter
from collections.abc import Callable

from policies.address import Address
from policies.cluster import Backend, ClusterState, ComputeNode, Frontend, NodeKind
from policies.plan import Finding, Verdict
from policies.units import in_list

NAME = "target"
USUAL_PORT = {
    NodeKind.BACKEND: 9050,
    NodeKind.COMPUTE_NODE: 9050,
    NodeKind.FOLLOWER: 9010,
    NodeKind.OBSERVER: 9010,
}
"""be.conf/cn.conf: heartbeat_service_port; fe.conf: edit_log_port."""
PORT_NAME = {True: "edit_log_port", False: "heartbeat_service_port"}


def new_node(kind: NodeKind) -> Callable[[tuple[Address, ...], ClusterState], list[Finding]]:
    """The check for nodes of one kind."""

    def check(targets: tuple[Address, ...], state: ClusterState) -> list[Finding]:
        if not targets:
            return [_block("No node is named.", "Name one as host:port.")]
        findings = [finding for address in dict.fromkeys(targets) for finding in _one(kind, address, state)]
        if len(set(targets)) < len(targets):
            findings.append(_block("A node is named twice.", "Name each node once."))
        hosts = [address.host for address in dict.fromkeys(targets)]
        twice = [host for host, count in Counter(hosts).items() if count > 1]
        if twice:
            findings.append(_block(f"{in_list(twice)} is named with two ports.", "One node of a kind for each host."))
        return findings

    return check


def _one(kind: NodeKind, address: Address, state: ClusterState) -> list[Finding]:
    there = _listed_as(address, state)
    if there is kind:
        return [_block(f"{address} is in the cluster already, as {kind.short}: there is nothing to do.", "")]
    if there is not None:
        return [_block(f"{address} is in the cluster already, as {there.short}.", "Drop it first, if it is to change its role.")]
    wrong_port = _wrong_port(kind, address, state)
    if wrong_port is not None:
        return [wrong_port]
    neighbour = _neighbour(kind, address, state)
    if neighbour is not None and kind.frontend:
        words = f"Host {address.host} has a frontend already ({neighbour}): StarRocks takes one frontend for each host."
        return [_block(words, "Name another host, or drop that one first.")]
    name = _name_for_ip(address, state)
    if name is not None:
        return [name]
    if neighbour is not None:
        words = f"Host {address.host} has another node already ({neighbour}): replicas of a tablet may share its fate."
        return [Finding(check=NAME, verdict=Verdict.WARN, sentence=words, advice="Prefer a host of its own.")]
    return [Finding(check=NAME, verdict=Verdict.OK, sentence=f"{address} is not in the cluster yet.")]


def _listed_as(address: Address, state: ClusterState) -> NodeKind | None:
    return next((kind for kind in NodeKind if state.node(kind, address) is not None), None)


def usual_port(kind: NodeKind, state: ClusterState) -> int:
    """The port that names nodes of this kind here, or StarRocks' default."""
    if kind.frontend:
        ports = Counter(f.address.port for f in state.frontends)
    else:
        ports = Counter(node.address.port for node in state.workers)
    return ports.most_common(1)[0][0] if ports else USUAL_PORT[kind]


def _wrong_port(kind: NodeKind, address: Address, state: ClusterState) -> Finding | None:
    """A port that means something else in this cluster cannot be the one that names the node."""
    right = usual_port(kind, state)
    if address.port == right:
        return None
    others: dict[int, str] = {}
    for frontend in state.frontends:
        others |= {frontend.query_port: "query_port", frontend.http_port: "http_port", frontend.rpc_port: "rpc_port"}
        others |= {} if kind.frontend else {frontend.address.port: "edit_log_port"}
    for backend in state.backends:
        others |= {backend.be_port: "be_port", backend.http_port: "be_http_port", backend.brpc_port: "brpc_port"}
        others |= {backend.address.port: "heartbeat_service_port"} if kind.frontend else {}
    advice = f"Did you mean `{address.with_(port=right)}`?"
    if address.port in others:
        words = f"Port {address.port} is the {others[address.port]} of this cluster; a {kind.short} is named by its "
        return _block(f"{words}{PORT_NAME[kind.frontend]}.", advice)
    words = f"The other nodes use port {right} as {PORT_NAME[kind.frontend]}, this one {address.port}."
    return Finding(check=NAME, verdict=Verdict.WARN, sentence=words, advice=advice)


def _neighbour(kind: NodeKind, address: Address, state: ClusterState) -> Address | None:
    listed: tuple[Frontend | Backend | ComputeNode, ...] = state.frontends if kind.frontend else state.workers
    return next((node.address for node in listed if node.address.host == address.host), None)


def _name_for_ip(address: Address, state: ClusterState) -> Finding | None:
    listed = [f.address.host for f in state.frontends] or [b.address.host for b in state.backends]
    if not listed or is_ip(address.host) or not all(is_ip(host) for host in listed):
        return None
    words = f"This cluster lists its nodes by IP; `{address.host}` is a name, which StarRocks would resolve once and forget."
    return _block(words, "Name the node by its IP.")


def is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _block(sentence: str, advice: str) -> Finding:
    return Finding(check=NAME, verdict=Verdict.BLOCK, sentence=sentence, advice=advice)
