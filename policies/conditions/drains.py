"""Drains: a backend that leaves, has left, or stays."""

from datetime import datetime

from policies.awaited import BackendDrained, BackendGone, BackendLeaving, BackendStaying, DrainCondition
from policies.cluster import Backend, ClusterState
from policies.operation import Reading, StepMemory
from policies.pacing import Pacing
from policies.units import in_bytes, in_count, in_time


def holds(condition: DrainCondition, state: ClusterState) -> bool:
    """Whether this look alone shows what the condition wants."""
    row = state.backend_by_id(condition.backend_id)
    match condition:
        case BackendLeaving():
            return row is not None and row.decommissioned
        case BackendStaying():
            return row is not None and not row.decommissioned
        case BackendDrained():
            return unlisted(condition, state) or (row is not None and row.tablets == 0)
        case BackendGone():
            return unlisted(condition, state)


def unlisted(condition: DrainCondition, state: ClusterState) -> bool:
    """No node with this id is in a list that does show nodes."""
    return bool(state.backends) and state.backend_by_id(condition.backend_id) is None


def read(condition: DrainCondition, state: ClusterState, memory: StepMemory, pacing: Pacing, now: datetime) -> Reading:
    """What the condition sees. `memory` must already hold this look (see policies.watching)."""
    row = state.backend_by_id(condition.backend_id)
    if isinstance(condition, BackendDrained):
        return _drained(condition, row, memory, pacing, now)
    if isinstance(condition, BackendLeaving) and row is None and memory.intended_at is not None:
        sentence = f"{condition.address} is no longer listed: the statement had been sent, and the drain is over already."
        return Reading(done=True, sentence=sentence)
    return Reading(done=holds(condition, state), sentence=_standing(condition, row))


def _drained(condition: BackendDrained, row: Backend | None, memory: StepMemory, pacing: Pacing, now: datetime) -> Reading:
    """Gone, or no tablet at two looks that lie `second_look_after` apart.

    The row normally vanishes without ever showing 0: fe: alter/SystemHandler.java drops an empty backend every 10 s while
    `drop_backend_after_decommission` is true. In shared_data the same rule holds; there TabletNum counts cached shards.
    """
    if row is None:
        return Reading(done=True, share=1.0, sentence=f"{condition.address} is no longer listed.")
    if row.tablets > 0:
        return _draining(row, memory)
    # Retry forgets when the first look was; then this look is the first one.
    since = memory.first_true_at or now
    waited = (now - since).total_seconds()
    needed = pacing.wall(pacing.second_look_after)
    if waited >= needed:
        sentence = f"{condition.address} has held no tablet for {in_time(waited)}; its row is still listed."
        return Reading(done=True, share=1.0, sentence=sentence)
    sentence = f"No tablet is left on {condition.address}; looking a second time in {in_time(needed - waited)}."
    return Reading(done=False, share=1.0, sentence=sentence)


def _draining(row: Backend, memory: StepMemory) -> Reading:
    peak = max(memory.peak.tablets if memory.peak else 0, row.tablets)
    sentence = f"{in_count(row.tablets)} of {in_count(peak)} tablets left, {in_bytes(row.data_used)}."
    return Reading(done=False, share=1 - row.tablets / peak, sentence=sentence)


def _standing(condition: DrainCondition, row: Backend | None) -> str:
    if row is None:
        return f"{condition.address} (id {condition.backend_id}) is not listed."
    holding = f"{in_count(row.tablets)} tablets, {in_bytes(row.data_used)}"
    flag = "is leaving" if row.decommissioned else "is not leaving"
    return f"{condition.address} {flag} ({holding})."
