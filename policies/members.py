"""The members of a cluster as they were last seen: what a cluster that is down is started from, since nobody can be asked then."""

from datetime import datetime

from policies.cluster import Backend, ClusterState, ComputeNode, Frontend, RunMode, TabletHealth
from policies.record import Record


class Members(Record):
    """Every node with its role, address, id, version and ports; the frontend that led has the role LEADER.

    `health` is of the last look that read it while everybody was alive. `stopped_by` is the operation that stopped the cluster
    as a whole since; empty when none did.
    """

    seen_at: datetime
    version: str
    run_mode: RunMode
    frontends: tuple[Frontend, ...]
    backends: tuple[Backend, ...]
    compute_nodes: tuple[ComputeNode, ...]
    health: TabletHealth | None = None
    stopped_by: str = ""
    stopped_at: datetime | None = None

    @property
    def count(self) -> int:
        return len(self.frontends) + len(self.backends) + len(self.compute_nodes)


def members_of(state: ClusterState, before: Members | None) -> Members | None:
    """What to keep of a look; None where it saw no leader, or not every list: then what was kept before says more."""
    workers = state.backends or state.compute_nodes
    if state.remembered_at is not None or state.leader is None or not workers or not state.compute_nodes_read:
        return None
    calm = state.health is not None and all(node.alive for node in state.nodes)
    return Members(
        seen_at=state.taken_at,
        version=state.version,
        run_mode=state.run_mode,
        frontends=state.frontends,
        backends=tuple(backend.with_(disks=None) for backend in state.backends),
        compute_nodes=state.compute_nodes,
        health=state.health if calm else before.health if before is not None else None,
    )


def as_last_seen(members: Members, cluster: str, now: datetime) -> ClusterState:
    """The state of a cluster of which nobody answers: every node as it was listed, and none of them alive."""
    return ClusterState(
        cluster=cluster,
        taken_at=now,
        version=members.version,
        run_mode=members.run_mode,
        frontends=tuple(frontend.with_(alive=False) for frontend in members.frontends),
        backends=tuple(backend.with_(alive=False) for backend in members.backends),
        compute_nodes=tuple(node.with_(alive=False) for node in members.compute_nodes),
        compute_nodes_read=True,
        health=members.health,
        remembered_at=members.seen_at,
    )
