"""Tables that want more replicas than nodes remain, made after the decommission was accepted."""

from policies.cluster import Backend, ClusterState
from policies.operation import Stall, StepMemory
from policies.units import in_count, in_list

CAUSE = "too_many_replicas"


def too_many_replicas(backend: Backend, memory: StepMemory, state: ClusterState) -> Stall | None:
    """StarRocks checks this once, when it accepts the decommission (fe: alter/SystemHandler.java checkDecommission)."""
    remaining = sum(1 for b in state.staying() if b.alive)
    wanting = [count for count in state.replication or () if count.replication > remaining]
    if not wanting:
        return None
    most = max(count.replication for count in wanting)
    names = [count.example for count in wanting if count.example]
    partitions = sum(count.partitions for count in wanting)
    return Stall(
        cause=CAUSE,
        sentence=(
            f"{in_count(partitions)} partitions want up to {most} replicas, but only {remaining} nodes remain: "
            "their tablets have nowhere to go."
        ),
        advice=(
            f"Add a BE; or lower the number to {remaining} for these partitions "
            f'(`ALTER TABLE <table> MODIFY PARTITION (*) SET ("replication_num" = "{remaining}")`), which keeps fewer '
            "copies of the data; or abort."
        ),
        examples=(f"for example {in_list(names)}",) if names else (),
    )
