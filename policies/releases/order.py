"""In which order the nodes of a cluster change their version.

Upgrade: backends and compute nodes first, since they understand older frontends and not the other way round; then followers
and observers, the leader last. Downgrade: the reverse (docs: deployment/upgrade, deployment/downgrade; both want one node of
each kind tried first).
"""

from enum import StrEnum

from policies.address import Address
from policies.cluster import Backend, ClusterState, NodeKind, Role
from policies.record import Record
from policies.units import in_list


class Stage(StrEnum):
    """A part of the roll; a person may be asked between two of them."""

    CANARY = "canary"
    BACKENDS = "backends"
    COMPUTE_NODES = "compute nodes"
    FOLLOWERS = "followers"
    OBSERVERS = "observers"
    LEADER = "leader"


class Turn(Record):
    """One node, when it is its turn."""

    stage: Stage
    kind: NodeKind
    address: Address
    version: str


def upgrade_order(state: ClusterState) -> tuple[Turn, ...]:
    """A canary, the other backends, compute nodes, followers, observers, the leader."""
    workers = _workers(state)
    canary = tuple(turn.with_(stage=Stage.CANARY) for turn in workers[:1])
    return (*canary, *workers[1:], *_followers(state), *_observers(state), *_leader(state))


def downgrade_order(state: ClusterState) -> tuple[Turn, ...]:
    """A follower as the canary, the other followers, observers, the leader, then backends and compute nodes."""
    frontends = (*_followers(state), *_observers(state))
    canary = tuple(turn.with_(stage=Stage.CANARY) for turn in frontends[:1])
    return (*canary, *frontends[1:], *_leader(state), *_workers(state))


def explained(order: tuple[Turn, ...]) -> str:
    """The order as one sentence for the plan."""
    stages = dict.fromkeys(turn.stage for turn in order)
    parts = [_part(stage, [turn for turn in order if turn.stage is stage]) for stage in stages]
    why = "backends and compute nodes must never be older than a frontend"
    return f"One at a time: {', then '.join(parts)}; {why}." if parts else "There is no node to change."


def _part(stage: Stage, turns: list[Turn]) -> str:
    names = in_list([str(turn.address) for turn in turns])
    match stage:
        case Stage.CANARY:
            return f"{turns[0].kind.short} {names} as the canary"
        case Stage.LEADER:
            return f"the leader {names}, which costs one election"
        case _:
            return f"{stage.value} {names}"


def _workers(state: ClusterState) -> tuple[Turn, ...]:
    """The backend with the fewest tablets comes first: the least is lost when the new version fails there."""
    backends = sorted(state.backends, key=lambda b: b.address)
    first = min(backends, key=_burden, default=None)
    ordered = [*([first] if first else []), *(b for b in backends if b is not first)]
    return (
        *(Turn(stage=Stage.BACKENDS, kind=NodeKind.BACKEND, address=b.address, version=b.version) for b in ordered),
        *(
            Turn(stage=Stage.COMPUTE_NODES, kind=NodeKind.COMPUTE_NODE, address=c.address, version=c.version)
            for c in sorted(state.compute_nodes, key=lambda node: node.address)
        ),
    )


def _burden(backend: Backend) -> tuple[int, int, Address]:
    return backend.tablets, backend.data_used, backend.address


def _followers(state: ClusterState) -> tuple[Turn, ...]:
    return _frontends(state, Stage.FOLLOWERS, NodeKind.FOLLOWER, {Role.FOLLOWER, Role.UNKNOWN})


def _observers(state: ClusterState) -> tuple[Turn, ...]:
    return _frontends(state, Stage.OBSERVERS, NodeKind.OBSERVER, {Role.OBSERVER})


def _leader(state: ClusterState) -> tuple[Turn, ...]:
    return _frontends(state, Stage.LEADER, NodeKind.FOLLOWER, {Role.LEADER})


def _frontends(state: ClusterState, stage: Stage, kind: NodeKind, roles: set[Role]) -> tuple[Turn, ...]:
    found = sorted((f for f in state.frontends if f.role in roles), key=lambda f: f.address)
    return tuple(Turn(stage=stage, kind=kind, address=f.address, version=f.version) for f in found)
