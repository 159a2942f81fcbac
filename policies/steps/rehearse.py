"""A newer frontend is tried on a copy of the metadata, on a spare host, without any way to the cluster."""

from policies.acts import ForgetRehearsal, RehearseMetadata
from policies.address import Address
from policies.awaited import HostJobDone
from policies.cluster import ClusterState, Frontend, NodeKind
from policies.pacing import Pacing
from policies.plan import Step
from policies.steps.swap import STAGED_WITHIN

GROUP = "rehearsal"
READ_WITHIN = 1_800.0
"""Seconds for a frontend to read the metadata: minutes for an image of gigabytes and the journal behind it."""
COPIED_WITHIN = 7_200.0
"""Seconds for the metadata of a big cluster, some ten gigabytes, to pass through a worker."""


def rehearse(leader: Frontend, spare: Address, version: str, label: str, flag: str, state: ClusterState, pacing: Pacing) -> Step:
    """Copy, start, see it read everything and write an image, stop, delete; an abort ends it and deletes at once."""
    gone = ForgetRehearsal(role=NodeKind.FOLLOWER, address=spare, label=label)
    return Step(
        id="rehearse",
        group=GROUP,
        title=f"Start {version} from a copy of the metadata on {spare.host}, without any network, and delete it again",
        act=RehearseMetadata(
            role=NodeKind.FOLLOWER, address=spare, version=version, label=label, source=leader.address, flag=flag,
            forbidden=forbidden_addresses(state), patience_s=pacing.wall(READ_WITHIN),
        ),
        until=HostJobDone(address=spare, what=f"The rehearsal of {version}"),
        undo=gone,
        undo_until=HostJobDone(address=spare, what="The deletion of the copy"),
        deadline=COPIED_WITHIN + STAGED_WITHIN + READ_WITHIN,
        advice="Retry copies the metadata anew and tries again; Abort ends it. No node of the cluster was touched.",
    )  # fmt: skip


def forbidden_addresses(state: ClusterState) -> tuple[Address, ...]:
    """What must not answer from inside: where backends hear of their leader, and every door of the frontends."""
    doors = [
        Address(host=frontend.address.host, port=port)
        for frontend in state.frontends
        for port in (frontend.query_port, frontend.rpc_port, frontend.http_port)
        if port
    ]
    return tuple(dict.fromkeys([*(node.address for node in state.nodes), *doors]))
