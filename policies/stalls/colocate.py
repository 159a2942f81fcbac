"""Colocated tables move by a mechanism of their own, which waits or is switched off."""

from policies import settings
from policies.cluster import Backend, ClusterState
from policies.operation import Stall, StepMemory
from policies.stalls.messages import nothing_named
from policies.units import in_count, in_list

CAUSE = "colocate_wait"
SETTING = settings.DISABLE_COLOCATE_BALANCE
WAIT_SETTING, WAIT_DEFAULT = "tablet_sched_colocate_balance_wait_system_stable_time_s", "900"


def colocate_wait(backend: Backend, memory: StepMemory, state: ClusterState) -> Stall | None:
    """Source: fe: clone/ColocateTableBalancer.java; from 3.5 on it waits until the living nodes stayed the same a while."""
    groups = state.colocate_groups or ()
    if not groups:
        return None
    if settings.is_on(state, SETTING):
        return Stall(
            cause=CAUSE,
            sentence=f"{SETTING.name} is true: the tablets of {in_count(len(groups))} colocate groups do not move.",
            advice=(
                f'`ADMIN SET FRONTEND CONFIG ("{SETTING.name}" = "false")`. Ask who switched it off: an upgrade may be going on.'
            ),
        )
    unstable = [group.name for group in groups if not group.stable]
    idle = state.scheduler is not None and state.scheduler.pending == 0 and state.scheduler.running == 0
    if not nothing_named(state) or not (unstable or idle):
        return None
    which = f"the colocate groups {in_list(unstable)} are being moved" if unstable else "only colocated tables can be left"
    wait = state.setting(WAIT_SETTING, WAIT_DEFAULT)
    return Stall(
        cause=CAUSE,
        sentence=f"{in_count(backend.tablets)} tablets left on {backend.address}: {which}, and these wait for a quiet cluster.",
        advice=(
            f"Wait: from StarRocks 3.5 on they move after the living nodes were the same for {wait} s ({WAIT_SETTING}); a "
            "node that comes or goes starts that time anew."
        ),
    )
