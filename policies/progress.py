"""Samples over time -> pace, standstill.

Tablets leave in steps and bytes follow up to a minute later (fe: backends report disks every 60 s), so one pair of looks
says little. The pace is measured over three windows: 5 minutes, 15 minutes, since the first tablet moved. Times and rates
are of the wall clock: what a person watching sees. What follows for the time left is in policies.forecast.
"""

from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from policies.operation import Sample, StepMemory
from policies.pacing import Pacing
from policies.units import in_count, in_time

SAMPLES_KEPT = 60
"""Above this the older samples are thinned to every second one: days of a drain fit, ever coarser towards the past."""
RECENT_KEPT = 20
"""The newest samples are never thinned."""
WINDOWS = (300.0, 900.0)
"""Cluster seconds over which the pace is measured, besides the whole time since the first tablet moved."""
SHORTEST_SPAN = 20.0
"""Cluster seconds; a pace over less than this is noise."""
FIRST_MOVE = (120.0, 180.0)
"""Cluster seconds until the first tablet moves: repair delay 60 s x2 (NORMAL) or x3 (LOW) (fe: clone/TabletSchedCtx.java)."""
CRAWL, CRAWL_OF = 20, 100
"""So few tablets in `pacing.stalled_after`, of at least so many that are left. With tablet_sched_max_scheduling_tablets = 0 one
gets through in each round of 20 s, 15 in that time (fe: clone/TabletChecker.java, TabletScheduler.java)."""


class Pace(NamedTuple):
    """How fast tablets and bytes leave, per wall second, and how long what is left takes at that pace.

    None where unknown, then `reason` says why. `guesses` are those of each window; bytes are known later than tablets.
    """

    tablets_per_s: float | None = None
    bytes_per_s: float | None = None
    by_tablets_s: float | None = None
    by_bytes_s: float | None = None
    guesses: tuple[float, ...] = ()
    reason: str = ""


def keep(samples: tuple[Sample, ...], new: Sample) -> tuple[Sample, ...]:
    """The samples with one more, thinned.

    Of a stretch in which nothing moved only its two ends stay, so that the moment it began is never lost. A sample that
    is not older than the new one (a repeated look, a clock set back) is dropped.
    """
    past = tuple(sample for sample in samples if sample.at < new.at)
    if len(past) >= 2 and past[-2].tablets == past[-1].tablets == new.tablets:
        past = past[:-1]
    kept = (*past, new)
    if len(kept) <= SAMPLES_KEPT:
        return kept
    return (*kept[:-RECENT_KEPT:2], *kept[-RECENT_KEPT:])


def last_moved(samples: tuple[Sample, ...]) -> datetime | None:
    """When a tablet was last seen to have left, or None. Tablets may also be added meanwhile (schema changes)."""
    pairs = reversed(list(pairwise(samples)))
    return next((later.at for earlier, later in pairs if later.tablets < earlier.tablets), None)


def quiet_since(memory: StepMemory, pacing: Pacing) -> datetime:
    """Since when nothing moves that should: the plateau at the beginning does not count."""
    plateau_ends = memory.entered_at + timedelta(seconds=pacing.wall(pacing.plateau))
    return max(last_moved(memory.samples) or plateau_ends, plateau_ends)


def standing_still(memory: StepMemory, pacing: Pacing, now: datetime) -> bool:
    """No tablet left the node for `pacing.stalled_after` after the plateau, though there are tablets on it."""
    left = memory.samples[-1].tablets if memory.samples else 0
    return left > 0 and (now - quiet_since(memory, pacing)).total_seconds() >= pacing.wall(pacing.stalled_after)


def crawling(memory: StepMemory, pacing: Pacing) -> bool:
    """Tablets leave, but so few of so many that something holds them; large tablets can be as slow without any harm."""
    samples = memory.samples
    if len(samples) < 2 or samples[-1].tablets < CRAWL_OF:
        return False
    start = samples[-1].at - timedelta(seconds=pacing.wall(pacing.stalled_after))
    if start < memory.entered_at + timedelta(seconds=pacing.wall(pacing.plateau)) or start < samples[0].at:
        return False
    return _at(samples, start)[0] - samples[-1].tablets <= CRAWL


def measure(memory: StepMemory, pacing: Pacing, now: datetime) -> Pace:
    """The pace, from what was seen since the step was entered."""
    samples = memory.samples
    if not samples:
        return Pace(reason="the node has not been looked at yet")
    if samples[-1].tablets == 0:
        return Pace(reason="no tablet is left on the node")
    if last_moved(samples) is None:
        return Pace(reason=_not_moved_yet(memory, pacing, now))
    if standing_still(memory, pacing, now):
        return Pace(reason=f"no tablet left the node for {in_time(now - quiet_since(memory, pacing))}")
    rates = _rates(samples, pacing)
    if not rates:
        return Pace(reason="too little has moved to measure a pace")
    left, tablets, size = samples[-1], median(rates), _bytes_rate(samples, pacing)
    by_bytes = left.data_bytes / size if size and left.data_bytes else None
    guesses = (*(left.tablets / rate for rate in rates), *((by_bytes,) if by_bytes else ()))
    return Pace(
        tablets_per_s=tablets, bytes_per_s=size, by_tablets_s=left.tablets / tablets, by_bytes_s=by_bytes, guesses=guesses
    )


def _not_moved_yet(memory: StepMemory, pacing: Pacing, now: datetime) -> str:
    if (now - memory.entered_at).total_seconds() < pacing.wall(pacing.plateau):
        wait = in_time(pacing.wall(FIRST_MOVE[0])), in_time(pacing.wall(FIRST_MOVE[1]))
        return f"nothing has moved yet: StarRocks waits {wait[0]} to {wait[1]} before it moves the first tablet"
    return f"nothing has moved for {in_time(now - memory.entered_at)}"


def _rates(samples: tuple[Sample, ...], pacing: Pacing) -> list[float]:
    """Tablets per wall second over each window in which some left."""
    last, began = samples[-1], _began(samples, pacing)
    starts = [max(began, last.at - timedelta(seconds=pacing.wall(window))) for window in WINDOWS]
    rates = []
    for start in dict.fromkeys((*starts, began)):
        span = (last.at - start).total_seconds()
        if span >= pacing.wall(SHORTEST_SPAN):
            rates.append((_at(samples, start)[0] - last.tablets) / span)
    return [rate for rate in rates if rate > 0]


def _bytes_rate(samples: tuple[Sample, ...], pacing: Pacing) -> float | None:
    """Bytes per wall second over the longest window; None while the reports show no fall (they lag, trash counts)."""
    last = samples[-1]
    start = max(_began(samples, pacing), last.at - timedelta(seconds=pacing.wall(WINDOWS[-1])))
    span = (last.at - start).total_seconds()
    gone = _at(samples, start)[1] - last.data_bytes
    # Less than 1 % of what is there is within the lag of the reports.
    return gone / span if span >= pacing.wall(SHORTEST_SPAN) and gone > 0.01 * last.data_bytes else None


def _began(samples: tuple[Sample, ...], pacing: Pacing) -> datetime:
    """When tablets were first seen to have left; while that is only just now, the look before it.

    The first ones to leave took the time of a clone that had not ended before: they make every pace look slow.
    """
    before, after = next((e.at, n.at) for e, n in pairwise(samples) if n.tablets < e.tablets)
    return after if (samples[-1].at - after).total_seconds() >= pacing.wall(SHORTEST_SPAN) else before


def _at(samples: tuple[Sample, ...], moment: datetime) -> tuple[float, float]:
    """Tablets and bytes at a moment between two looks, on the straight line between them."""
    for earlier, later in pairwise(samples):
        if earlier.at <= moment <= later.at:
            part = (moment - earlier.at) / (later.at - earlier.at)
            tablets = earlier.tablets + part * (later.tablets - earlier.tablets)
            return tablets, earlier.data_bytes + part * (later.data_bytes - earlier.data_bytes)
    return samples[0].tablets, samples[0].data_bytes


def rate_words(per_s: float) -> str:
    """`312 tablets/s`, `12 tablets/min`: in the unit in which there is at least one."""
    if per_s >= 1:
        return f"{in_count(per_s)} tablets/s"
    return f"{in_count(per_s * 60)} tablets/min" if per_s * 60 >= 1 else f"{in_count(per_s * 3600)} tablets/h"
