"""Every node of a cluster goes down, or comes up: one process after the other, none of them waited for until it serves.

All steps are one group, so that an abort is about all of them. Where people have the hosts in hand, they are asked once for
each stage and not once for each node.
"""

from collections.abc import Sequence
from itertools import pairwise

from policies.acts import Act, AskPerson, StartProcess, StopProcess
from policies.address import Address
from policies.awaited import ClusterSettled, FrontendAnswers
from policies.awaited_whole import AllAlive, LeaderThere, ProcessesGone, ProcessesRun
from policies.cluster import ClusterState, Frontend, NodeKind, Role
from policies.pacing import Pacing
from policies.plan import Step
from policies.releases.graceful import stops_gracefully
from policies.steps.process import AT_REST, COME_BACK, GO_DOWN, PATIENCE, Node, commands

GROUP = "the whole cluster"
PEOPLE = 24 * 3600.0
"""Cluster seconds that people may take for a stage."""

Stage = tuple[NodeKind, tuple[Node, ...]]


def frontend_stages(nodes: Sequence[Node]) -> list[Stage]:
    """The frontend that leads, or led last; those that follow; observers. Empty ones are left out."""
    frontends = [node for node in nodes if isinstance(node, Frontend)]
    ranks = (
        (NodeKind.FOLLOWER, {Role.LEADER}),
        (NodeKind.FOLLOWER, {Role.FOLLOWER, Role.UNKNOWN}),
        (NodeKind.OBSERVER, {Role.OBSERVER}),
    )
    found = [(kind, tuple(f for f in frontends if f.role in roles)) for kind, roles in ranks]
    return [(kind, there) for kind, there in found if there]


def worker_stages(nodes: Sequence[Node], state: ClusterState) -> list[Stage]:
    """Backends, then compute nodes."""
    wanted = {node.address for node in nodes}
    stages: list[Stage] = [
        (NodeKind.BACKEND, tuple(node for node in state.backends if node.address in wanted)),
        (NodeKind.COMPUTE_NODE, tuple(node for node in state.compute_nodes if node.address in wanted)),
    ]
    return [(kind, there) for kind, there in stages if there]


def stop_steps(nodes: Sequence[Node], state: ClusterState, pacing: Pacing) -> tuple[Step, ...]:
    """Frontends first, the leader last of them; then compute nodes and backends, which nobody orders about any more."""
    stages = [*reversed(frontend_stages(nodes)), *reversed(worker_stages(nodes, state))]
    return tuple(_stop(kind, there, state, pacing) for kind, there in _split(stages, state))


def start_steps(nodes: Sequence[Node], known: Sequence[Node], state: ClusterState) -> tuple[Step, ...]:
    """The frontend that led last, the other followers at once, a leader seen; then observers, backends and compute nodes.

    `nodes` are started, `known` are those and the ones that run already: all of them must be alive in the end.
    """
    first, rest = _voters_apart(frontend_stages(nodes))
    addresses = tuple(node.address for node in known)
    everybody = len(known) == len(state.nodes)
    return (
        *(_start(kind, there, state) for kind, there in _split(first, state)),
        leader_step(known, state),
        *(_start(kind, there, state) for kind, there in _split([*rest, *worker_stages(nodes, state)], state)),
        alive_step(addresses),
        *(_ask(node) for node in known if isinstance(node, Frontend)),
        *((_settle(known, state),) if everybody else ()),
    )


def alive_step(addresses: tuple[Address, ...], *, before_a_stop: bool = False) -> Step:
    """What a start ends with; before a stop it holds at once, and an abort of the stop ends with it."""
    seen = AllAlive(addresses=addresses)
    return Step(
        id="all-alive",
        group=GROUP,
        title=f"See {len(addresses)} nodes alive",
        act=None,
        until=seen,
        undo_until=seen if before_a_stop else None,
        deadline=COME_BACK,
        advice="Look at the logs of those that are missing. Retry waits on; Skip goes on without them.",
        skippable=True,
    )


def leader_step(known: Sequence[Node], state: ClusterState) -> Step:
    led = state.leader.address if state.leader is not None else known[0].address
    return Step(
        id="leader",
        group=GROUP,
        title="See a frontend lead and answer",
        act=None,
        until=LeaderThere(address=led),
        deadline=COME_BACK,
        advice="Look at fe.log of each frontend: more than half of the followers must run to elect one. Retry waits on.",
    )


def _voters_apart(stages: list[Stage]) -> tuple[list[Stage], list[Stage]]:
    return [s for s in stages if s[0] is NodeKind.FOLLOWER], [s for s in stages if s[0] is not NodeKind.FOLLOWER]


def _split(stages: list[Stage], state: ClusterState) -> list[Stage]:
    """A step for each node where a job does it, for each stage where people do."""
    if state.hosts is None:
        return stages
    return [(kind, (node,)) for kind, there in stages for node in there]


def _stop(kind: NodeKind, nodes: tuple[Node, ...], state: ClusterState, pacing: Pacing) -> Step:
    addresses = tuple(node.address for node in nodes)
    stops = [
        StopProcess(
            role=kind, address=node.address, graceful=stops_gracefully(kind, node.version), patience_s=pacing.wall(PATIENCE)
        )
        for node in nodes
    ]
    starts = [StartProcess(role=kind, address=address) for address in addresses]
    return Step(
        id=f"stop-{addresses[0]}",
        group=GROUP,
        title=f"Stop {_names(kind, nodes)}",
        act=_act(stops, state),
        until=ProcessesGone(role=kind, addresses=addresses),
        undo=_act(starts, state),
        undo_until=ProcessesRun(role=kind, addresses=addresses),
        deadline=PEOPLE if state.hosts is None else GO_DOWN,
        advice="Retry tries again; Skip goes on while it runs; Abort starts again what was stopped.",
        skippable=True,
    )


def _start(kind: NodeKind, nodes: tuple[Node, ...], state: ClusterState) -> Step:
    addresses = tuple(node.address for node in nodes)
    return Step(
        id=f"start-{addresses[0]}",
        group=GROUP,
        title=f"Start {_names(kind, nodes)}",
        act=_act([StartProcess(role=kind, address=address) for address in addresses], state),
        until=ProcessesRun(role=kind, addresses=addresses),
        deadline=PEOPLE if state.hosts is None else GO_DOWN,
        advice="Look at its log. Retry tries again; Skip goes on without it.",
        skippable=True,
    )


def _ask(node: Frontend) -> Step:
    return Step(
        id=f"ask-{node.address}",
        group=GROUP,
        title=f"See frontend {node.address} answer a query",
        act=None,
        until=FrontendAnswers(address=node.address),
        deadline=COME_BACK,
        advice="Look at its fe.log; Retry asks again, Skip goes on without.",
        skippable=True,
    )


def _settle(known: Sequence[Node], state: ClusterState) -> Step:
    return Step(
        id="settle",
        group=GROUP,
        title="See the cluster at rest",
        act=None,
        until=ClusterSettled(address=known[-1].address, unhealthy=state.health.unhealthy if state.health else 0),
        deadline=AT_REST,
        advice="Retry waits on; Skip ends with the cluster as it is.",
        skippable=True,
    )


def _names(kind: NodeKind, nodes: tuple[Node, ...]) -> str:
    if len(nodes) > 1:
        return f"{len(nodes)} {kind.process}s"
    leads = isinstance(nodes[0], Frontend) and nodes[0].role is Role.LEADER
    return f"{kind.process} {nodes[0].address}" + (f", which {'leads' if nodes[0].alive else 'led last'}" if leads else "")


def _act(acts: Sequence[StopProcess | StartProcess], state: ClusterState) -> Act:
    """A job on the host; or one question to people, with what to type on which host."""
    if state.hosts is not None:
        return acts[0]
    verb = "start" if isinstance(acts[0], StartProcess) else "stop"
    one = len(acts) == 1
    where = f"on {acts[0].address.host}" if one else f"on {len(acts)} hosts"
    together = verb == "start" and acts[0].role.frontend and not one
    haste = " All at once: none of them serves before the others run." if together else ""
    task = f"Please {verb} the {acts[0].role.process} process {where}.{haste} It goes on by itself when that is seen."
    if one:
        return AskPerson(address=acts[0].address, task=task, commands=commands(acts[0]))
    lines = [line for act in acts for line in (f"# {act.address.host}", *commands(act))]
    return AskPerson(address=acts[0].address, task=task, commands=_folded(lines, acts))


def _folded(lines: list[str], acts: Sequence[StopProcess | StartProcess]) -> tuple[str, ...]:
    """The line once where it is the same everywhere."""
    if all(commands(one) == commands(other) for one, other in pairwise(acts)):
        return (f"# on {', '.join(act.address.host for act in acts)}", *commands(acts[0]))
    return tuple(lines)
