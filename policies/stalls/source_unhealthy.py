"""Tablets without a healthy replica to copy from."""

from policies.cluster import Backend, ClusterState
from policies.operation import Stall, StepMemory
from policies.stalls.messages import SOURCE, examples_of
from policies.units import in_count

CAUSE = SOURCE


def source_unhealthy(backend: Backend, memory: StepMemory, state: ClusterState) -> Stall | None:
    """The scheduler clones from a healthy, complete replica only (fe: clone/TabletSchedCtx.java chooseSrcReplica)."""
    examples = examples_of(SOURCE, state)
    if not examples:
        return None
    errors = state.health.error_state if state.health else 0
    counted = f" The cluster counts {in_count(errors)} tablets in error state." if errors else ""
    return Stall(
        cause=CAUSE,
        sentence=f"{in_count(backend.tablets)} tablets left on {backend.address}; some have no healthy replica to copy.{counted}",
        advice=(
            "Find out which replica is bad: `SHOW TABLET <tablet id>` and the command in its DetailCmd column. A replica "
            "that is good after all is set right with ADMIN SET REPLICA STATUS; otherwise restore or drop the "
            "partition. Never set recover_with_empty_tablet: it replaces the data by nothing."
        ),
        examples=examples,
    )
