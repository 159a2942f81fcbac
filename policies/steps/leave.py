"""A node without data leaves: a frontend, a compute node, or a backend that holds nothing."""

from policies.acts import AskPerson, DropNode, Ground, RestartProcess, StartProcess, StopProcess
from policies.awaited import LeaderElsewhere, NodeStopped, NodeUnlisted, NodeUp, ProcessSilent
from policies.cluster import Backend, ComputeNode, Frontend, NodeKind, Role
from policies.pacing import Pacing
from policies.plan import Step
from policies.releases.graceful import stops_gracefully
from policies.steps.process import GO_DOWN, PATIENCE

STOP_DEADLINE = 24 * 3600.0
"""Cluster seconds that a person may take to stop a dropped process before the operation asks again."""


def leave(role: NodeKind, node: Backend | ComputeNode, ground: Ground) -> tuple[Step, ...]:
    """Drop one backend or compute node under the id that is listed now."""
    who = {"role": role, "address": node.address}
    return (
        Step(
            id=f"drop-{node.address}",
            group=f"drop {node.address}",
            title=f"Drop {role.short} {node.address}",
            act=DropNode(**who, ground=ground, node_id=node.id),
            until=NodeUnlisted(**who),
            point_of_no_return=True,
        ),
    )


def stop_left(backend: Backend, pacing: Pacing) -> StopProcess:
    """Stop the process of a backend that has left, and of no other."""
    graceful = stops_gracefully(NodeKind.BACKEND, backend.version)
    who = {"role": NodeKind.BACKEND, "address": backend.address}
    return StopProcess(**who, graceful=graceful, patience_s=pacing.wall(PATIENCE), left=True)


def stop_drained(backend: Backend, pacing: Pacing) -> Step:
    """A drained backend goes on running; its process is stopped by a job, proven by pid and port. Its disks are not touched."""
    return Step(
        id=f"stop-{backend.address}",
        group=str(backend.address),
        title=f"Stop the BE process on {backend.address.host}, which has left the cluster; its disks stay as they are",
        act=stop_left(backend, pacing),
        until=ProcessSilent(address=backend.address, port=backend.address.port),
        deadline=GO_DOWN,
        advice="Retry tries again; Skip leaves the process running.",
        skippable=True,
    )


def leave_frontend(role: NodeKind, node: Frontend, *, others_elect: bool = True, by_ssh: bool = False) -> tuple[Step, ...]:
    """Drop one frontend and see its process stopped: a dropped frontend lives on with an old list of members and keeps
    answering clients (StarRocks issue 78195). A leader gives up its lead first; there is no statement for that. It is
    stopped for good where the others can elect one without it (`others_elect`), else restarted. `by_ssh`: a driver reaches its
    host and does what a person would be asked for.
    """
    group, who = f"drop {node.address}", {"role": role, "address": node.address}
    moved = (_move_leader(node, group, others_elect, by_ssh),) if node.role is Role.LEADER else ()
    return (
        *moved,
        Step(
            id=f"drop-{node.address}",
            group=group,
            title=f"Drop {role.short} {node.address}",
            act=DropNode(**who, ground=Ground.HOLDS_NO_DATA),
            until=NodeUnlisted(**who),
            point_of_no_return=True,
        ),
        Step(
            id=f"stop-{node.address}",
            group=group,
            title=f"See the frontend process on {node.address.host} stopped",
            act=_stop(role, node).with_(left=True) if by_ssh else _ask_to_stop(node),
            until=NodeStopped(**who) if by_ssh else ProcessSilent(address=node.address, port=node.query_port),
            deadline=STOP_DEADLINE,
            advice="Retry asks again.",
            skippable=True,
        ),
    )


def _stop(role: NodeKind, node: Frontend) -> StopProcess:
    return StopProcess(role=role, address=node.address, graceful=stops_gracefully(role, node.version))


def _ask_to_stop(node: Frontend) -> AskPerson:
    return AskPerson(
        address=node.address,
        task=(
            f"Please stop the frontend process on {node.address.host}: it was dropped, but it goes on answering clients "
            "with an old list of nodes. Take it out of load balancers too."
        ),
        commands=("bin/stop_fe.sh",),
    )


def _move_leader(node: Frontend, group: str, others_elect: bool, by_ssh: bool) -> Step:
    host, stop = node.address.host, "bin/stop_fe.sh    # from 3.4 on: bin/stop_fe.sh -g hands over first"
    why = "it leads, and a leader cannot be dropped. StarRocks has no statement that moves the leadership; the others elect one"
    task = f"Please stop the frontend on {host}, and leave it stopped: {why}."
    commands: tuple[str, ...] = (stop,)
    if not others_elect:
        task = f"Please restart the frontend on {host}: {why} once it is back, for two voters need both."
        commands = (stop, "bin/start_fe.sh --daemon")
    return Step(
        id=f"lead-{node.address}",
        group=group,
        title=f"Move the leadership away from {node.address.host}",
        act=_away(node, others_elect) if by_ssh else AskPerson(address=node.address, task=task, commands=commands),
        until=LeaderElsewhere(address=node.address),
        undo=StartProcess(role=NodeKind.FOLLOWER, address=node.address) if by_ssh else None,
        undo_until=NodeUp(role=NodeKind.FOLLOWER, address=node.address, version=node.version) if by_ssh else None,
        deadline=STOP_DEADLINE,
        advice="Retry asks again.",
    )


def _away(node: Frontend, others_elect: bool) -> StopProcess | RestartProcess:
    """Stopped for good, since it is dropped next; or restarted where two voters need both to elect."""
    stop = _stop(NodeKind.FOLLOWER, node)
    if others_elect:
        return stop
    return RestartProcess(role=NodeKind.FOLLOWER, address=node.address, graceful=stop.graceful)
