"""What is left belongs to dropped tables and partitions."""

from policies import settings
from policies.cluster import Backend, ClusterState
from policies.operation import Stall, StepMemory
from policies.units import in_count, in_time

CAUSE = "recycle_bin"
SETTING = settings.TRASH_EXPIRE


def recycle_bin(backend: Backend, memory: StepMemory, state: ClusterState) -> Stall | None:
    """Replicas in the frontend's recycle bin count as tablets until they are erased.

    Partitions dropped from a living table are not moved away at all (StarRocks pull request 62781), so they hold the
    node until they expire. Named only when the bin accounts for at least half of what is left.
    """
    held = state.recycle_bin.on_backend.get(backend.id, 0) if state.recycle_bin else 0
    if held * 2 < backend.tablets:
        return None
    seconds = settings.number(state, SETTING)
    which = "All" if held >= backend.tablets else f"{in_count(held)} of the"
    return Stall(
        cause=CAUSE,
        sentence=(
            f"{which} {in_count(backend.tablets)} tablets left on {backend.address} belong to dropped tables or "
            f"partitions in the recycle bin, where they stay for {in_time(seconds)} ({SETTING.name})."
        ),
        advice=(
            f'Wait, or erase them sooner: `ADMIN SET FRONTEND CONFIG ("{SETTING.name}" = "600")`. Its cost: whatever was '
            f'dropped more than 10 minutes ago can no longer be brought back with RECOVER. Set it back to "{seconds}" after.'
        ),
    )
