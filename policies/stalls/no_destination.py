"""The scheduler finds no destination, although there is room."""

from policies.cluster import Backend, ClusterState
from policies.operation import Stall, StepMemory
from policies.stalls.messages import NO_DESTINATION, examples_of
from policies.units import in_count

CAUSE = NO_DESTINATION


def no_destination(backend: Backend, memory: StepMemory, state: ClusterState) -> Stall | None:
    """What is left of "unable to find dest path" once full disks, media and replication numbers known are ruled out."""
    examples = examples_of(NO_DESTINATION, state)
    if not examples:
        return None
    remaining = sum(1 for b in state.staying() if b.alive)
    return Stall(
        cause=CAUSE,
        sentence=(
            f"{in_count(backend.tablets)} tablets find no destination among the {remaining} nodes that stay, although these "
            "have room."
        ),
        advice=(
            f"Look for tables with more than {remaining} replicas (a node or host never takes two replicas of a tablet), for "
            "`labels.location` that no staying node fulfils, and for disks that are not ONLINE (SHOW PROC '/backends/<id>')."
        ),
        examples=examples,
    )
