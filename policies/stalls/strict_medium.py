"""The scheduler looks for a disk of one medium only."""

from policies.cluster import Backend, ClusterState
from policies.operation import Stall, StepMemory
from policies.stalls.messages import NO_DESTINATION, examples_of
from policies.units import in_count

CAUSE = "strict_medium"
SETTING = "enable_strict_storage_medium_check"


def strict_medium(backend: Backend, memory: StepMemory, state: ClusterState) -> Stall | None:
    """With the strict check a tablet of SSD waits for room on an SSD (fe: clone/TabletScheduler.java)."""
    examples = examples_of(NO_DESTINATION, state)
    if not examples or state.setting(SETTING, "false").strip().lower() != "true":
        return None
    return Stall(
        cause=CAUSE,
        sentence=f"{in_count(backend.tablets)} tablets find no disk of their own medium: {SETTING} is true.",
        advice=(
            f'Add room on that medium, or `ADMIN SET FRONTEND CONFIG ("{SETTING}" = "false")`: '
            "tablets of SSD partitions may then land on HDD."
        ),
        examples=examples,
    )
