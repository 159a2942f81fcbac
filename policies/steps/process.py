"""A node's process is restarted, stopped or started, and the cluster is at rest again before the next one's turn.

A restart is one job on the host, so that the node comes back even when nobody here is alive to start it. Where hosts are
in the hands of people, the same step asks them, and sees the same things.
"""

from policies.acts import Act, AskPerson, RestartProcess, SetBlacklist, StartProcess, StopProcess
from policies.awaited import ClusterSettled, FrontendAnswers, NodeRestarted, NodeStopped, NodeUp, OnBlacklist
from policies.cluster import Backend, ClusterState, ComputeNode, Frontend, NodeKind
from policies.pacing import Pacing
from policies.plan import Step
from policies.releases.graceful import stops_gracefully
from policies.versions import BLACKLIST_SINCE, known_since

COME_BACK = 1_800.0
"""Cluster seconds for a node to be alive again: a backend reads the metadata of its tablets first, minutes for 100,000 of
them; 20 minutes have been seen (StarRocks issue 3098)."""
AT_REST = 7_200.0
"""Cluster seconds for what a restart left unhealthy to be repaired."""
GO_DOWN = 900.0
PATIENCE = 300.0
"""Seconds for a process to end what it does; then a backend or compute node is killed, which a frontend never is. The graceful
stop of a backend waits for queries some 20 to 60 s (be: loop_count_wait_fragments_finish), a plain one kills at once."""
SCRIPTS = {NodeKind.BACKEND: "be", NodeKind.COMPUTE_NODE: "cn", NodeKind.FOLLOWER: "fe", NodeKind.OBSERVER: "fe"}

FROZEN = "While balancing is frozen for the roll, repairs only trickle; Abort puts this node back and ends the freeze. "
"""tablet_sched_max_scheduling_tablets at 0 lets about one tablet through at a time (fe: clone/TabletScheduler.java addTablet)."""

Node = Backend | ComputeNode | Frontend


def restart(role: NodeKind, node: Node, state: ClusterState, pacing: Pacing) -> tuple[Step, ...]:
    """Restart one node: off the queries' way where the version can, restarted, back, the cluster at rest."""
    group = f"restart {node.address}"
    act = RestartProcess(
        role=role, address=node.address, graceful=stops_gracefully(role, node.version), patience_s=pacing.wall(PATIENCE)
    )
    again = Step(
        id=f"restart-{node.address}",
        group=group,
        title=f"Restart {role.process} {node.address}",
        act=_by(act, state),
        until=NodeRestarted(role=role, address=node.address, version=node.version, before=node.last_start),
        undo=_by(StartProcess(role=role, address=node.address), state),
        undo_until=NodeUp(role=role, address=node.address, version=node.version),
        deadline=COME_BACK,
        advice="Look at its log. Retry waits for it, and restarts it again only if the job failed; Abort starts it if it is down.",
    )
    return (*quiet(role, node, state, group, listed=True), again, *after(role, node, state, group))


def after(
    role: NodeKind, node: Node, state: ClusterState, group: str, *, idle: bool = False, until: str = ""
) -> tuple[Step, ...]:
    """What follows once a node is back: queries may use it again, and the cluster comes to rest; with `idle` the tablet
    scheduler too, which it does only where balancing is frozen. `until` as for `quiet`.
    """
    at_rest = settled(node, state, group, idle=idle)
    return (*quiet(role, node, state, group, listed=False, until=until), *_asked(node, group), at_rest)


def settled(node: Node, state: ClusterState, group: str, *, idle: bool) -> Step:
    """The cluster at rest before the next node's turn."""
    return Step(
        id=f"settle-{node.address}",
        group=group,
        title=f"See the cluster at rest after {node.address}",
        act=None,
        until=ClusterSettled(address=node.address, unhealthy=state.health.bad if state.health else 0, idle=idle),
        deadline=AT_REST,
        advice=f"{FROZEN if idle else ''}Retry waits on; Skip goes on to the next node as the cluster is.",
        skippable=True,
    )


def _asked(node: Node, group: str) -> tuple[Step, ...]:
    """Mission document 002 asks for it: a query through each frontend that came back."""
    if not isinstance(node, Frontend):
        return ()
    return (
        Step(
            id=f"ask-{node.address}",
            group=group,
            title=f"See frontend {node.address} answer a query",
            act=None,
            until=FrontendAnswers(address=node.address),
            deadline=COME_BACK,
            advice="Look at its fe.log; Retry asks again, Skip goes on without.",
            skippable=True,
        ),
    )


def stop(role: NodeKind, node: Node, state: ClusterState, pacing: Pacing) -> tuple[Step, ...]:
    """Stop one node's process; abort starts it again."""
    act = StopProcess(
        role=role, address=node.address, graceful=stops_gracefully(role, node.version), patience_s=pacing.wall(PATIENCE)
    )
    return (
        Step(
            id=f"stop-{node.address}",
            group=f"stop {node.address}",
            title=f"Stop {role.process} {node.address}",
            act=_by(act, state),
            until=NodeStopped(role=role, address=node.address),
            undo=_by(StartProcess(role=role, address=node.address), state),
            undo_until=NodeUp(role=role, address=node.address, version=node.version),
            deadline=GO_DOWN,
            advice="Retry tries again; Abort starts it.",
        ),
    )


def start(role: NodeKind, node: Node, state: ClusterState, pacing: Pacing) -> tuple[Step, ...]:
    """Start one node's process and see it alive; with the cluster's version only where it ran that: a roll may be half done."""
    del pacing
    version = state.version if node.version in {"", state.version} else ""
    return (
        Step(
            id=f"start-{node.address}",
            group=f"start {node.address}",
            title=f"Start {role.process} {node.address}",
            act=_by(StartProcess(role=role, address=node.address), state),
            until=NodeUp(role=role, address=node.address, version=version),
            deadline=COME_BACK,
            advice="Look at its log; Retry tries again.",
        ),
    )


def quiet(role: NodeKind, node: Node, state: ClusterState, group: str, *, listed: bool, until: str = "") -> tuple[Step, ...]:
    """New queries are planned around a node while it restarts, on versions whose frontends have a blacklist.

    `until` is the version that frontends may run by then: on the way back they change before the nodes that are kept quiet.
    """
    since = BLACKLIST_SINCE.get(role)
    if isinstance(node, Frontend) or since is None or not state.blacklists:
        return ()
    if not known_since(state.version, since) or (until and not known_since(until, since)):
        return ()
    who = {"address": node.address, "node_id": node.id}
    words = "Keep new queries away from" if listed else "Let queries use"
    return (
        Step(
            id=f"{'quiet' if listed else 'admit'}-{node.address}",
            group=group,
            title=f"{words} {node.address}{'' if listed else ' again'}, on every frontend",
            act=SetBlacklist(role=role, listed=listed, **who),
            until=OnBlacklist(listed=listed, **who),
            undo=SetBlacklist(role=role, listed=False, **who) if listed else None,
            undo_until=OnBlacklist(listed=False, **who) if listed else None,
        ),
    )


def _by(act: RestartProcess | StopProcess | StartProcess, state: ClusterState) -> Act:
    """By a job on the host, or by a person where no driver reaches the hosts."""
    if state.hosts is not None:
        return act
    return AskPerson(address=act.address, task=_task(act), commands=commands(act))


def _task(act: RestartProcess | StopProcess | StartProcess) -> str:
    verb = {"restart_process": "restart", "stop_process": "stop", "start_process": "start"}[act.kind]
    on = " It goes on by itself when that is seen."
    return f"Please {verb} the {act.role.process} process on {act.address.host}.{on}"


def commands(act: RestartProcess | StopProcess | StartProcess) -> tuple[str, ...]:
    """What a person types for it, in the node's own directory."""
    name = SCRIPTS[act.role]
    begin = f"bin/start_{name}.sh --daemon"
    if isinstance(act, StartProcess):
        return (begin,)
    end = f"bin/stop_{name}.sh{' -g' if act.graceful else ''}"
    return (end,) if isinstance(act, StopProcess) else (end, begin)


