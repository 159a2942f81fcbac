"""Samples over time -> pace, and the time left as a range.

Tablets leave in steps and bytes follow up to a minute later (fe: backends report disks every 60 s), so one pair of looks
says little. The pace is measured over three windows (5 minutes, 15 minutes, since the first tablet moved); where they
disagree, the range is wide, and that is the truth. Times and rates are of the wall clock: what a person watching sees.
"""

from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

from policies.operation import Sample, StepMemory
from policies.pacing import Pacing
from policies.record import Record
from policies.units import in_bytes, in_count, in_time

SAMPLES_KEPT = 60
"""Above this the older samples are thinned to every second one: days of a drain fit, ever coarser towards the past."""
RECENT_KEPT = 20
"""The newest samples are never thinned."""
WINDOWS = (300.0, 900.0)
"""Cluster seconds over which the pace is measured, besides the whole time since the first tablet moved."""
SHORTEST_SPAN = 20.0
"""Cluster seconds; a pace over less than this is noise."""
OPTIMISM, PESSIMISM = 0.9, 1.25
"""The range around the fastest and the slowest pace. The tail is slow: big tablets and waits for transactions come last."""
FIRST_MOVE = (120.0, 180.0)
"""Cluster seconds until the first tablet moves: repair delay 60 s x2 (NORMAL) or x3 (LOW) (fe: clone/TabletSchedCtx.java)."""
CRAWL, CRAWL_OF = 20, 100
"""So few tablets in `pacing.stalled_after`, of at least so many that are left. With tablet_sched_max_scheduling_tablets = 0 one
gets through in each round of 20 s, 15 in that time (fe: clone/TabletChecker.java, TabletScheduler.java)."""
_SCALES = (
    (120.0, (1, "s", 0)),
    (5_400.0, (60, "min", 0)),
    (172_800.0, (3_600, "h", 1)),
    (float("inf"), (86_400, "d", 1)),
)


class Pace(Record):
    """How fast tablets leave (per wall second) and how long it will take; None where unknown, then `reason` says why."""

    tablets_per_s: float | None = None
    bytes_per_s: float | None = None
    low_s: float | None = None
    high_s: float | None = None
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
    """The pace and the time left, from what was seen since the step was entered."""
    samples = memory.samples
    if not samples:
        return Pace(reason="the node has not been looked at yet")
    if samples[-1].tablets == 0:
        return Pace(low_s=0.0, high_s=0.0)
    if last_moved(samples) is None:
        return Pace(reason=_not_moved_yet(memory, pacing, now))
    rates = _rates(samples, pacing)
    if not rates:
        return Pace(reason="too little has moved to measure a pace")
    tablets, by_bytes = median(rates), _bytes_rate(samples, pacing)
    if standing_still(memory, pacing, now):
        return Pace(reason=f"no tablet left the node for {in_time(now - quiet_since(memory, pacing))}")
    left = samples[-1]
    guesses = [left.tablets / rate for rate in rates]
    if by_bytes and left.data_bytes:
        guesses.append(left.data_bytes / by_bytes)
    low, high = OPTIMISM * min(guesses), PESSIMISM * max(guesses)
    return Pace(tablets_per_s=tablets, bytes_per_s=by_bytes, low_s=low, high_s=high)


def forecast(memory: StepMemory, pacing: Pacing, now: datetime) -> str:
    """`312 tablets/s, 1.3 GB/s, 2 to 4 min left`, or `time left unknown: …` with the reason."""
    pace = measure(memory, pacing, now)
    if pace.low_s is None or pace.high_s is None:
        return f"time left unknown: {pace.reason}"
    if pace.tablets_per_s is None:
        return "no tablet is left on the node"
    speeds = [_tablets_rate_words(pace.tablets_per_s)]
    if pace.bytes_per_s:
        speeds.append(f"{in_bytes(pace.bytes_per_s)}/s")
    return f"{', '.join(speeds)}, {in_span(pace.low_s, pace.high_s)} left"


def in_span(low_s: float, high_s: float) -> str:
    """A range of time in one unit: `40 to 80 s`, `2 to 4 min`, `1.5 to 3 h`."""
    size, unit, digits = next(scale for limit, scale in _SCALES if high_s < limit)
    low, high = (f"{seconds / size:.{digits}f}".removesuffix(".0") for seconds in (low_s, high_s))
    if low == "0":
        return f"up to {high if high != '0' else '1'} {unit}"
    return f"about {high} {unit}" if low == high else f"{low} to {high} {unit}"


def _not_moved_yet(memory: StepMemory, pacing: Pacing, now: datetime) -> str:
    if (now - memory.entered_at).total_seconds() < pacing.wall(pacing.plateau):
        span = in_span(*(pacing.wall(seconds) for seconds in FIRST_MOVE))
        return f"nothing has moved yet: StarRocks waits {span} before it moves the first tablet"
    return f"nothing has moved for {in_time(now - memory.entered_at)}"


def _rates(samples: tuple[Sample, ...], pacing: Pacing) -> list[float]:
    """Tablets per wall second over each window in which some left."""
    last, began = samples[-1], _began(samples)
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
    start = max(_began(samples), last.at - timedelta(seconds=pacing.wall(WINDOWS[-1])))
    span = (last.at - start).total_seconds()
    gone = _at(samples, start)[1] - last.data_bytes
    # Less than 1 % of what is there is within the lag of the reports.
    return gone / span if span >= pacing.wall(SHORTEST_SPAN) and gone > 0.01 * last.data_bytes else None


def _began(samples: tuple[Sample, ...]) -> datetime:
    """The last look before the first tablet was seen to have left."""
    return next(earlier.at for earlier, later in pairwise(samples) if later.tablets < earlier.tablets)


def _at(samples: tuple[Sample, ...], moment: datetime) -> tuple[float, float]:
    """Tablets and bytes at a moment between two looks, on the straight line between them."""
    for earlier, later in pairwise(samples):
        if earlier.at <= moment <= later.at:
            part = (moment - earlier.at) / (later.at - earlier.at)
            tablets = earlier.tablets + part * (later.tablets - earlier.tablets)
            return tablets, earlier.data_bytes + part * (later.data_bytes - earlier.data_bytes)
    return samples[0].tablets, samples[0].data_bytes


def _tablets_rate_words(per_s: float) -> str:
    if per_s >= 1:
        return f"{in_count(per_s)} tablets/s"
    return f"{in_count(per_s * 60)} tablets/min" if per_s * 60 >= 1 else f"{in_count(per_s * 3600)} tablets/h"
