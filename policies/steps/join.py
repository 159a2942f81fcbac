"""A node comes: listed, started by a job or by a person if it does not run yet, up with exactly the cluster's version.

Order for a frontend: ADD first, then the first start with --helper; started first it waits to be added
(fe: server/NodeMgr.java getClusterIdAndRole). The helper's port is its edit_log_port (9010), not the rpc_port that
mission 001 names. For a backend either order works; asking the person only after a grace keeps the thread quiet when the
process runs already.

An abort drops it first and stops its process then, and that only if a job has started it: while it is listed it may have
got tablets or a vote.
"""

from policies.acts import AddNode, AskPerson, DropNode, Ground, StartProcess, StopProcess
from policies.address import Address
from policies.awaited import NodeListed, NodeStopped, NodeUnlisted, NodeUp, TabletsArriving
from policies.cluster import ClusterState, NodeKind
from policies.pacing import Pacing
from policies.plan import Step
from policies.releases.graceful import stops_gracefully
from policies.steps.process import COME_BACK, PATIENCE

START_DEADLINE = 4 * 3600.0
"""Cluster seconds that a person may take to start a process before the operation stops and asks what to do."""
GRACE = {NodeKind.BACKEND: 45.0, NodeKind.COMPUTE_NODE: 45.0, NodeKind.FOLLOWER: 30.0, NodeKind.OBSERVER: 30.0}
"""Cluster seconds within which a process that runs already is seen: heartbeats go out every 5 s, disks report within 60 s."""
SCRIPTS = {NodeKind.BACKEND: "start_be.sh", NodeKind.COMPUTE_NODE: "start_cn.sh"}


def join(
    role: NodeKind, address: Address, state: ClusterState, *, pacing: Pacing, by_ssh: bool, more_than: int = 0, phase: str = ""
) -> tuple[Step, ...]:
    """Add one node and see it up; until it is up, undo drops it again. `phase` tells two joins of one host apart."""
    group = f"{phase}add {address}"
    who = {"role": role, "address": address}
    drop = DropNode(**who, ground=Ground.JUST_ADDED if role is NodeKind.BACKEND else Ground.HOLDS_NO_DATA)
    add = Step(
        id=f"add-{address}",
        group=group,
        title=f"Add {role.short} {address}",
        act=AddNode(**who),
        until=NodeListed(**who),
        undo=drop,
        undo_until=NodeUnlisted(**who),
    )
    up = Step(
        id=f"up-{address}",
        group=group,
        title=f"See {role.short} {address} alive with version {state.version}" + _bigger(more_than),
        act=AskPerson(
            address=address,
            task=f"Please start the {role.short} process on {address.host}. It goes on by itself when the node is up.",
            commands=start_commands(role, state),
            grace=GRACE[role],
        ),
        until=NodeUp(**who, version=state.version, more_than=more_than),
        point_of_no_return=True,
        deadline=START_DEADLINE,
        advice=f"Retry waits again; Abort takes {address} out again.",
    )
    if by_ssh:
        up = _by_job(up, role, address, state, pacing, more_than)
    return (add, up, _balancing(address, group)) if role is NodeKind.BACKEND else (add, up)


def _by_job(up: Step, role: NodeKind, address: Address, state: ClusterState, pacing: Pacing, more_than: int) -> Step:
    """The same, started by a job on the host."""
    helper = state.leader.address if role.frontend and state.leader is not None else None
    stop = StopProcess(
        role=role, address=address, graceful=stops_gracefully(role, state.version), patience_s=pacing.wall(PATIENCE),
        left=True, ours=True,
    )  # fmt: skip
    start = StartProcess(role=role, address=address, helper=helper, cluster_id=state.cluster_id if helper is not None else 0)
    return up.with_(
        title=f"Start {role.short} {address} and see it alive with version {state.version}" + _bigger(more_than),
        act=start,
        undo=stop,
        undo_until=NodeStopped(role=role, address=address),
        deadline=COME_BACK,
        advice=f"Look at its log. Retry waits for it, and starts it anew if the job failed; Abort takes {address} out again.",
    )


def start_commands(role: NodeKind, state: ClusterState) -> tuple[str, ...]:
    """What to type on the host, in the directory of the installation."""
    if not role.frontend:
        return (f"bin/{SCRIPTS[role]} --daemon",)
    helper = f"{state.leader.address}" if state.leader else "LEADER_HOST:EDIT_LOG_PORT"
    return (f"bin/start_fe.sh --helper {helper} --daemon    # --helper only at this first start",)


def _bigger(more_than: int) -> str:
    return " and more disk than before" if more_than else ""


def _balancing(address: Address, group: str) -> Step:
    return Step(
        id=f"fill-{address}",
        group=group,
        title=f"See the balancer move tablets to {address}",
        act=None,
        until=TabletsArriving(address=address),
        skippable=True,
    )
