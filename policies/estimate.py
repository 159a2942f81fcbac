"""How long a drain will take, in wall-clock seconds.

After drains that were measured: when half of such drains have ended, and when nine in ten have. Before: a range, from what
the scheduler's limits allow.
"""

from math import exp, log, sqrt
from statistics import median

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
NINE_IN_TEN = 1.2816
"""So many standard deviations above the middle lie nine in ten (normal distribution)."""
SPREAD_OF_ONE, WORTH_OF_IT = 0.30, 3.0
"""How far drains of one cluster lie apart, in logarithms, before enough were measured; that counts like so many drains."""


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
    size = sum(backend.data_used for backend in leaving)
    measured = _from_history(tablets, size, len(leaving), pacing, history)
    return measured or _from_limits(leaving, targets, state, pacing)


def work(by_tablets: float, by_bytes: float | None) -> float:
    """One share from the shares of tablets and of bytes: a clone costs something in any case, and its bytes."""
    return sqrt(by_tablets * by_bytes) if by_bytes else by_tablets


def _from_history(tablets: int, data_bytes: int, nodes: int, pacing: Pacing, history: tuple[DrainRecord, ...]) -> Estimate | None:
    """Each earlier drain says how long this one would take at its pace; how far they lie apart is the range."""
    plateau = pacing.wall(PLATEAU_S[0])
    said = []
    for drain in history:
        if drain.seconds <= 0 or drain.tablets < LEAST_TABLETS:
            continue
        moving = max(drain.seconds - plateau, drain.seconds / 2)
        by_bytes = data_bytes / drain.data_bytes if drain.data_bytes else None
        said.append(moving * work(tablets / drain.tablets, by_bytes))
    if not said:
        return None
    middle = median(said)
    # One drain gone wrong must not widen every range after it: no distance counts for more than three usual ones.
    apart = [min(abs(log(seconds / middle)), 3 * SPREAD_OF_ONE) for seconds in said]
    variance = (WORTH_OF_IT * SPREAD_OF_ONE**2 + sum(each**2 for each in apart)) / (WORTH_OF_IT + len(said))
    spread = sqrt(variance * (1 + 1 / len(said)))
    drains = "1 earlier drain" if len(said) == 1 else f"{len(said)} earlier drains"
    return Estimate(
        low_s=middle + nodes * plateau,
        high_s=middle * exp(NINE_IN_TEN * spread) + nodes * plateau,
        reason=f"from {drains} of this cluster",
        drains=len(said),
    )


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
