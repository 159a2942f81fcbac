"""Ports of the cluster that a new node must reach before it is added; tried from its host, and from others for comparison.

A backend or compute node reports to the leader's rpc_port (be: agent/task_worker_pool.cpp) and fetches tablets from the
be_http_port of the others, which serve its queries at brpc_port. A frontend asks its helper at http_port who it is, joins the
group at edit_log_port, sends statements on to rpc_port (fe: server/NodeMgr.java), and heartbeats and queries the backends.
"""

from collections.abc import Iterable, Sequence

from policies.address import Address
from policies.cluster import Backend, ClusterState, ComputeNode, Frontend, NodeKind
from policies.host_checks.endpoints import not_reached
from policies.host_checks.seen import Seen, block, warn
from policies.hosts import Reached
from policies.plan import Finding
from policies.record import Record
from policies.units import in_list

NAME = "cluster's ports"
ADVICE = "Mind firewalls and security groups."
MOST = 48
"""So many are tried from one host at once; each costs it a process for a moment."""


class Port(Record):
    """A port of a member; without a `vital` one the new node does not work."""

    at: Address
    what: str
    vital: bool


def ports_for(kinds: Iterable[NodeKind], nodes: Iterable[Address], state: ClusterState) -> tuple[Port, ...]:
    """What new nodes of these kinds must reach: every living frontend, and those living workers among `nodes`."""
    asked = set(nodes)
    found: dict[Address, Port] = {}
    for kind in kinds:
        for frontend in sorted(state.frontends, key=lambda each: each is not state.leader):
            _note(found, _of_frontend(kind, frontend) if frontend.alive else [])
        for worker in state.workers:
            _note(found, _of_worker(kind, worker) if worker.alive and worker.address in asked else [])
    return tuple(found.values())[:MOST]


def _note(found: dict[Address, Port], ports: list[Port]) -> None:
    for port in ports:
        if port.at.port > 0 and not (port.at in found and found[port.at].vital):
            found[port.at] = port


def _of_frontend(kind: NodeKind, frontend: Frontend) -> list[Port]:
    host, name = frontend.address.host, f"the {'leader' if frontend.role == 'LEADER' else 'frontend'} {frontend.address.host}"
    rpc = Port(at=Address(host=host, port=frontend.rpc_port), what=f"rpc_port of {name}", vital=True)
    http = Port(at=Address(host=host, port=frontend.http_port), what=f"http_port of {name}", vital=kind.frontend)
    return [rpc, http, *([Port(at=frontend.address, what=f"edit_log_port of {name}", vital=True)] if kind.frontend else [])]


def _of_worker(kind: NodeKind, worker: Backend | ComputeNode) -> list[Port]:
    host = worker.address.host
    heartbeat = Port(at=worker.address, what=f"heartbeat_service_port of {host}", vital=True)
    own = [heartbeat] if kind.frontend else []
    if isinstance(worker, ComputeNode):
        return own
    ports = ((worker.be_port, "be_port"), (worker.brpc_port, "brpc_port"), (worker.http_port, "be_http_port"))
    return [*own, *(Port(at=Address(host=host, port=port), what=f"{name} of {host}", vital=True) for port, name in ports)]


def dropped(new: Sequence[Seen], others: Sequence[Seen]) -> list[Finding]:
    """The way to a new node, on which heartbeats come. While nothing listens there yet, a free way ends in a refusal at once."""
    found = []
    for node in new:
        ways = {other.address.host: other.survey.members.get(str(node.address), Reached.OPEN) for other in others}
        lost = [host for host, how in ways.items() if how not in (Reached.OPEN, Reached.REFUSED) and host != node.address.host]
        if lost:
            words = f"{in_list(lost)} {'gets' if len(lost) == 1 else 'get'} no answer from {node.address}, not even a refusal."
            found.append(warn(NAME, words, f"{ADVICE} A node that cannot be called is never seen alive."))
    return found


def members(kind: NodeKind, new: Sequence[Seen], others: Sequence[Seen], state: ClusterState) -> list[Finding]:
    """Blocks where the new host alone is cut off; what nobody reaches may be the member's own matter."""
    found = []
    for port in ports_for([kind], [node.address for node in others], state):
        at = str(port.at)
        ways = {node.address.host: node.survey.members[at] for node in new if at in node.survey.members}
        tried = {node.address.host: node.survey.members[at] for node in others if at in node.survey.members}
        reaching = [host for host, how in tried.items() if how is Reached.OPEN]
        # A host that reaches itself says nothing of the way to it, but that something listens.
        words = not_reached(f"{at}, the {port.what},", ways, [host for host in reaching if host != port.at.host] or reaching)
        if words and port.vital and (reaching or not tried):
            found.append(block(NAME, words, "Open the way first: as it is, the new node would not work."))
        elif words:
            found.append(warn(NAME, words, ADVICE))
    return found
