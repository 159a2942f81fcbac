"""How long a drain will take, as an honest range in wall-clock seconds."""

from policies import settings
from policies.address import Address
from policies.cluster import Backend, ClusterState, RunMode
from policies.pacing import Pacing
from policies.plan import Estimate
from policies.record import Record
from policies.room import destinations, disks_of, usable_bytes

FLOOR_BYTES_PER_S = 5 * 1024 * 1024
"""What the scheduler assumes a clone does at least when it sets its timeout (fe: clone/TabletSchedCtx.java)."""
SECONDS_PER_SMALL_TABLET = (0.5, 2.0)
"""A small tablet costs scheduling, not bytes: a pass each second (fe: clone/TabletScheduler.java), and the clone's own
latency. No measured public figure was found; with 8 slots this is 240 to 960 tablets a minute and disk."""
PLATEAU_S = (120.0, 240.0)
"""Nothing moves at first: the repair delay of 60 s twice or three times, and a checker round (fe: clone/TabletChecker.java)."""
EMPTY_S = (10.0, 120.0)
"""An empty node is removed by the next round of every 10 s, or dropped after two looks (fe: alter/SystemHandler.java)."""
LEAST_TABLETS = 100
"""A smaller drain says nothing about speed: the plateau is most of it."""
ENOUGH_DRAINS = 5
"""With so many measured drains the slowest and the fastest tenth no longer set the range."""
SPREAD = (0.8, 1.3)
"""No drain is like the one before."""


class DrainRecord(Record):
    """A drain that was measured on this cluster, in wall-clock seconds."""

    tablets: int
    data_bytes: int
    seconds: float


def drain_time(
    targets: tuple[Address, ...], state: ClusterState, pacing: Pacing, history: tuple[DrainRecord, ...] = ()
) -> Estimate:
    """From earlier drains of this cluster if there are any, else from what the scheduler's limits allow."""
    leaving = [backend for backend in state.backends if backend.address in targets]
    tablets = sum(backend.tablets for backend in leaving)
    if not tablets:
        low, high = (pacing.wall(seconds) * max(1, len(leaving)) for seconds in EMPTY_S)
        return Estimate(low_s=low, high_s=high, reason="the node holds no tablet")
    if state.run_mode is RunMode.SHARED_DATA:
        words = "data in object storage is reassigned, not copied, and no measured time is known"
        return Estimate(low_s=None, high_s=None, reason=words)
    return _from_history(tablets, history) or _from_limits(leaving, targets, state, pacing)


def _from_history(tablets: int, history: tuple[DrainRecord, ...]) -> Estimate | None:
    """Tablets a second as they were; they hold the plateau and the tail of each drain already."""
    rates = sorted(r.tablets / r.seconds for r in history if r.seconds > 0 and r.tablets >= LEAST_TABLETS)
    if not rates:
        return None
    kept = rates if len(rates) < ENOUGH_DRAINS else rates[len(rates) // 10 : len(rates) - len(rates) // 10]
    low, high = tablets / kept[-1], tablets / kept[0]
    drains = "1 earlier drain" if len(rates) == 1 else f"{len(rates)} earlier drains"
    return Estimate(low_s=SPREAD[0] * low, high_s=SPREAD[1] * high, reason=f"from {drains} of this cluster")


def _from_limits(
    leaving: list[Backend], targets: tuple[Address, ...], state: ClusterState, pacing: Pacing
) -> Estimate:
    """Nodes leave one after the other, so their times add up; each clone takes a slot at both ends."""
    takers = sum(1 for _, disk in destinations(targets, state) if usable_bytes(disk, state))
    if not takers:
        return Estimate(low_s=None, high_s=None, reason="no staying disk takes anything")
    fast, slow = SECONDS_PER_SMALL_TABLET
    low = high = 0.0
    for backend in leaving:
        lanes = settings.clone_slots(state) * max(1, min(len(disks_of(backend)), takers))
        low += PLATEAU_S[0] + backend.tablets * fast / lanes
        high += PLATEAU_S[1] + max(backend.tablets * slow, backend.data_used / FLOOR_BYTES_PER_S) / lanes
    words = "no drain was measured here yet: from the scheduler's slots and its floor of 5 MB/s for each clone"
    return Estimate(low_s=pacing.wall(low), high_s=pacing.wall(high), reason=words)
