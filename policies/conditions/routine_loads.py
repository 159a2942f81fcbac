"""The routine loads after nodes were restarted: who is paused stays so until a person resumes it."""

from policies.cluster import ClusterState, RoutineLoad
from policies.units import in_list

PART = "routine_loads"
MOST_TOLD = 10
LONGEST_REASON = 120


def seen(state: ClusterState) -> bool:
    """Whether they were looked at; that they could not be read is an answer too, and no reason to hold an operation."""
    return state.routine_loads is not None or PART in state.unread


def words(state: ClusterState) -> str:
    if state.routine_loads is None:
        return f"The routine loads could not be read: {state.unread.get(PART, 'they were not looked at').rstrip('.')}."
    paused = [load for load in state.routine_loads if load.paused]
    if not paused:
        return f"None of {len(state.routine_loads)} routine loads is paused."
    told = "; ".join(_one(load) for load in paused[:MOST_TOLD])
    more = f"; and {len(paused) - MOST_TOLD} more" if len(paused) > MOST_TOLD else ""
    of = f"{len(paused)} of {len(state.routine_loads)}"
    return f"{of} routine loads are PAUSED: {told}{more}. RESUME ROUTINE LOAD brings one back."


def names(loads: list[RoutineLoad]) -> str:
    return in_list([f"{load.database}.{load.name}" for load in loads], limit=MOST_TOLD)


def _one(load: RoutineLoad) -> str:
    since = f" since {load.paused_at:%Y-%m-%d %H:%M} UTC" if load.paused_at is not None else ""
    reason = " ".join(load.reason.split())[:LONGEST_REASON]
    return f"{load.database}.{load.name}{since}{f' ({reason})' if reason else ''}"
