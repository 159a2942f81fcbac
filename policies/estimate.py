"""How long a drain will take, as an honest range in wall-clock seconds."""

from policies import settings
from policies.address import Address
from policies.cluster import ClusterState
from policies.pacing import Pacing
from policies.plan import Estimate
from policies.record import Record
from policies.room import disks_of

FLOOR_BYTES_PER_S = 5 * 1024 * 1024
"""What the scheduler assumes a clone does at least when it sets its timeout (fe: clone/TabletSchedCtx.java)."""
SECONDS_PER_SMALL_TABLET = (0.5, 2.0)
"""A small tablet costs scheduling, not bytes: a pass each second, and the clone's own latency. Unmeasured figures."""


class DrainRecord(Record):
    """A drain that was measured on this cluster."""

    tablets: int
    data_bytes: int
    seconds: float


def drain_time(
    targets: tuple[Address, ...], state: ClusterState, pacing: Pacing, history: tuple[DrainRecord, ...] = ()
) -> Estimate:
    """From earlier drains of this cluster if there are any, else from what the scheduler's limits allow."""
    leaving = [b for b in state.backends if b.address in targets]
    tablets, data = sum(b.tablets for b in leaving), sum(b.data_used for b in leaving)
    if not tablets:
        return Estimate(low_s=pacing.wall(10), high_s=pacing.wall(120), reason="the node holds no tablet")
    rates = sorted(record.tablets / record.seconds for record in history if record.seconds > 0 and record.tablets > 100)
    if rates:
        low, high = tablets / rates[-1], tablets / rates[0]
        return Estimate(low_s=0.8 * low, high_s=1.3 * high, reason=f"from {len(rates)} earlier drains of this cluster")
    slots = settings.number(state, settings.SLOTS_PER_PATH)
    lanes = slots * max(1, sum(len(disks_of(backend)) for backend in leaving))
    if slots < 1:
        return Estimate(low_s=None, high_s=None, reason="the scheduler has no slots")
    fast, slow = SECONDS_PER_SMALL_TABLET
    plateau = 120.0 * len(leaving)
    low = plateau + tablets * fast / lanes
    high = plateau * 2 + max(tablets * slow / lanes, data / FLOOR_BYTES_PER_S / lanes)
    words = "no drain was measured here yet: from the scheduler's slots and its floor of 5 MB/s for each clone"
    return Estimate(low_s=pacing.wall(low), high_s=pacing.wall(high), reason=words)
