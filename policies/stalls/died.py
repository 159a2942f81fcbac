"""The leaving node itself is dead."""

from policies.cluster import Backend, ClusterState
from policies.operation import Stall, StepMemory
from policies.units import in_count

CAUSE = "backend_died"


def backend_died(backend: Backend, memory: StepMemory, state: ClusterState) -> Stall | None:
    """Tablets whose only healthy replica is on a dead node cannot be copied (fe: clone/TabletSchedCtx.java)."""
    if backend.alive:
        return None
    return Stall(
        cause=CAUSE,
        sentence=f"{backend.address} is not alive and still holds {in_count(backend.tablets)} tablets.",
        advice="Start its BE process again; the drain then goes on by itself. Do not drop the node.",
    )
