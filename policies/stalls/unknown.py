"""Nothing that was read explains the standstill."""

from datetime import timedelta

from policies.cluster import Backend, ClusterState
from policies.operation import Stall, StepMemory
from policies.units import in_count, in_list, in_time

CAUSE = "unknown"


def unknown(backend: Backend, memory: StepMemory, state: ClusterState, still_for: timedelta) -> Stall:
    """Says what is known, and where StarRocks itself writes what holds it (fe: alter/SystemHandler.java)."""
    scheduler = state.scheduler
    queue = (
        f" The scheduler has {in_count(scheduler.pending)} tablets pending and {in_count(scheduler.running)} being cloned."
        if scheduler
        else ""
    )
    unread = [f"{part} ({why})" for part, why in sorted(state.unread.items())]
    blind = f" Not readable: {in_list(unread)}." if unread else ""
    pending = scheduler.examples if scheduler else ()
    return Stall(
        cause=CAUSE,
        sentence=(
            f"No tablet left {backend.address} for {in_time(still_for)}, {in_count(backend.tablets)} are left; "
            f"the cause is unknown.{queue}{blind}"
        ),
        advice=(
            "On the leader, fe.log (INFO) names tablets in lines like `backend "
            f"{backend.id} lefts … replicas to decommission`; SHOW TABLET <id> tells whose they are, and "
            "SHOW PROC '/cluster_balance/pending_tablets' and '/cluster_balance/history_tablets' what the scheduler says."
        ),
        examples=tuple(f"tablet {t.tablet_id}: {t.message or t.status}" for t in pending[:5]),
    )
