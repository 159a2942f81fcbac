"""The tablet scheduler was switched off, usually by an upgrade runbook that was not finished."""

from policies import settings
from policies.cluster import Backend, ClusterState
from policies.operation import Stall, StepMemory
from policies.units import in_count

CAUSE = "scheduler_frozen"
SETTING = settings.MAX_SCHEDULING


def scheduler_frozen(backend: Backend, memory: StepMemory, state: ClusterState) -> Stall | None:
    """With a limit of 0 about one tablet at a time gets through (fe: clone/TabletScheduler.java, the test is `>`)."""
    if settings.number(state, SETTING) > 0:
        return None
    return Stall(
        cause=CAUSE,
        sentence=f"{SETTING.name} is 0: the scheduler lets one through now and then, "
        f"{in_count(backend.tablets)} tablets are left.",
        advice=(
            f'`ADMIN SET FRONTEND CONFIG ("{SETTING.name}" = "{SETTING.default}")` sets StarRocks\' default. '
            "It costs the repair and balance traffic that somebody switched off: ask who, an upgrade may be going on."
        ),
    )
