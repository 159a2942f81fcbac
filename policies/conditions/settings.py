"""Settings that are lent: the value that is in force, and the end of the time.

The leader's memory decides, since the scheduler runs there. It tells every other frontend by RPC; one that cannot be reached
makes the SET an error although the rest took it, so theirs are told, not waited for (fe: server/NodeMgr.java setConfig).
"""

from datetime import datetime

from policies.awaited import LeaseOver, SettingCondition, SettingIs
from policies.cluster import ClusterState
from policies.operation import Reading, StepMemory
from policies.pacing import Pacing
from policies.units import in_list, in_time


def values(name: str, state: ClusterState) -> dict[str, str]:
    """Frontend -> value, of those that could be asked."""
    return {host: found[name] for host, found in (state.frontend_settings or {}).items() if name in found}


def in_force(name: str, value: str, state: ClusterState) -> bool:
    """Whether the leader has this value in memory."""
    return state.leader is not None and values(name, state).get(state.leader.address.host) == value


def holds(condition: SettingCondition, state: ClusterState) -> bool:
    """Whether this look alone shows what the condition wants; that a time is over is no matter of a look."""
    return isinstance(condition, SettingIs) and in_force(condition.name, condition.value, state)


def read(condition: SettingCondition, state: ClusterState, memory: StepMemory, pacing: Pacing, now: datetime) -> Reading:
    seen = _seen(condition, state)
    if isinstance(condition, SettingIs):
        return Reading(done=holds(condition, state), sentence=seen)
    passed, whole = (now - memory.entered_at).total_seconds(), pacing.wall(condition.seconds)
    left = f"{in_time(whole - passed)} left." if passed < whole else "The time is over."
    return Reading(done=passed >= whole, share=min(1.0, passed / whole), sentence=f"{seen} {left}")


def _seen(condition: SettingIs | LeaseOver, state: ClusterState) -> str:
    found = values(condition.name, state)
    if not found:
        return f"No frontend tells `{condition.name}` now."
    leader = state.leader.address.host if state.leader else ""
    if found.get(leader) != condition.value:
        return f"`{condition.name}` is {found.get(leader, 'unknown')} on the leader {leader}, not {condition.value}."
    other = [host for host, value in found.items() if value != condition.value]
    beside = f"; {in_list(other)}, which do not lead, have another value" if other else ""
    return f"`{condition.name}` is {condition.value} on the leader {leader}{beside}."
