"""How long a drain still takes: when half of such drains have ended (p50), and when nine in ten have (p90).

Two witnesses speak. The plan's estimate, where it rests on earlier drains of this cluster, and the drain itself, which shows
its own pace and weighs more the more of it is seen. Each comes with a spread in logarithms, for times are
wrong by factors. Where the two contradict each other, or tablets and bytes do, the range is wide, and that is the truth.
`python -m tests.bench forecasting` measures how often drains end within it; the constants were fitted with it, on other
clusters than those it reports. Times are wall-clock seconds.
"""

from datetime import datetime
from math import exp, log, sqrt
from typing import NamedTuple

from policies.awaited import BackendDrained
from policies.estimate import NINE_IN_TEN, PLATEAU_S, work
from policies.operation import StepMemory
from policies.pacing import Pacing
from policies.plan import Estimate, Plan
from policies.progress import Pace, last_moved, measure, rate_words, standing_still
from policies.units import in_bytes, in_odds

TAIL = 20.0
"""Cluster seconds: after the last tablet the row goes with the next round of every 10 s, and a look has to come."""
SPREAD, SPREAD_LATE = 0.30, 0.55
"""How far a drain's own pace is off, early and late: what comes last is rarely like what came first."""
UNSEEN = 0.3
"""Added while less than a tenth has left."""
APART = 0.45
"""How much of the distance between the guess by tablets and the one by bytes counts as spread."""
TABLETS_ALONE = 0.7
"""The spread of a guess by tablets alone: small and big ones are not told apart."""
FADING = 2.5
"""How much less sure the plan is of the last tablet than of the whole: the drain has shown its own pace by then."""
SUREST = 0.05
"""No plan is surer than this, however alike the earlier drains were."""
CONTRADICTION = 0.5
"""How much of the distance between the two witnesses counts as spread."""
SOONEST = 0.9
"""It may be over this much sooner than the fastest pace says."""


class Expected(NamedTuple):
    """What the plan said of all it moves: half of such drains end by `low_s`, nine in ten by `high_s`; `nodes` leave in a row.

    The times are None when no drain had been measured: the limits of the scheduler say little about a pace.
    """

    tablets: int
    data_bytes: int
    nodes: int = 1
    low_s: float | None = None
    high_s: float | None = None

    @classmethod
    def of(cls, estimate: Estimate, tablets: int, data_bytes: int, nodes: int = 1) -> "Expected":
        if not estimate.drains:
            return cls(tablets=tablets, data_bytes=data_bytes, nodes=nodes)
        return cls(tablets=tablets, data_bytes=data_bytes, nodes=nodes, low_s=estimate.low_s, high_s=estimate.high_s)


class TimeLeft(NamedTuple):
    """Wall seconds until the node is gone, or None and why not; `soonest_s` is when it is worth looking again."""

    p50_s: float | None = None
    p90_s: float | None = None
    soonest_s: float | None = None
    reason: str = ""


class Guess(NamedTuple):
    """The logarithm of the seconds left, and how far it may be off."""

    middle: float
    spread: float


def expected(plan: Plan) -> Expected:
    """What a running drain can be told by its plan."""
    nodes = sum(isinstance(step.until, BackendDrained) for step in plan.steps)
    return Expected.of(plan.estimate, plan.tablets_to_move, plan.bytes_to_move, nodes)


def time_left(memory: StepMemory, pacing: Pacing, now: datetime, plan: Expected | None = None) -> TimeLeft:
    """From what was seen since the step was entered, and from what the plan expected."""
    return _time_left(memory, pacing, now, plan, measure(memory, pacing, now))


def _time_left(memory: StepMemory, pacing: Pacing, now: datetime, plan: Expected | None, pace: Pace) -> TimeLeft:
    if memory.samples and memory.samples[-1].tablets == 0:
        return TimeLeft(p50_s=0.0, p90_s=pacing.wall(TAIL), soonest_s=0.0)
    if not memory.samples or standing_still(memory, pacing, now):
        return TimeLeft(reason=pace.reason)
    guess = _together(_by_pace(memory, pace), _by_plan(memory, pacing, now, plan))
    if guess is None:
        return TimeLeft(reason=pace.reason)
    tail = pacing.wall(TAIL)
    soonest = SOONEST * min(pace.guesses) if pace.guesses else None
    late = guess.middle + NINE_IN_TEN * guess.spread
    return TimeLeft(p50_s=exp(guess.middle) + tail, p90_s=exp(late) + tail, soonest_s=soonest)


def _by_pace(memory: StepMemory, pace: Pace) -> Guess | None:
    """The drain's own pace. What a tablet costs is partly its bytes, so the truth lies between the two guesses."""
    if pace.by_tablets_s is None:
        return None
    gone = 1 - _left(memory)
    spread = SPREAD + (SPREAD_LATE - SPREAD) * gone + UNSEEN * max(0.0, 1 - gone / 0.1)
    if pace.by_bytes_s is None:
        return Guess(middle=log(pace.by_tablets_s), spread=max(spread, TABLETS_ALONE))
    apart = abs(log(pace.by_tablets_s / pace.by_bytes_s))
    middle = (log(pace.by_tablets_s) + log(pace.by_bytes_s)) / 2
    return Guess(middle=middle, spread=sqrt(spread**2 + (APART * apart) ** 2))


def _by_plan(memory: StepMemory, pacing: Pacing, now: datetime, plan: Expected | None) -> Guess | None:
    """The plan's time for what is left; before the first tablet has moved, what is left of the plateau too."""
    if plan is None or not plan.low_s or not plan.high_s or not plan.tablets:
        return None
    left, plateau = memory.samples[-1], pacing.wall(PLATEAU_S[0])
    moving = max(plan.low_s - plan.nodes * plateau, plan.low_s / 2)
    share = work(left.tablets / plan.tablets, left.data_bytes / plan.data_bytes if plan.data_bytes else None)
    waited = (now - memory.entered_at).total_seconds()
    rest = max(0.0, plateau - waited) if last_moved(memory.samples) is None else 0.0
    spread = max(log(plan.high_s / plan.low_s) / NINE_IN_TEN, SUREST)
    return Guess(middle=log(moving * share + rest), spread=spread * (1 + FADING * (1 - _left(memory))))


def _left(memory: StepMemory) -> float:
    """The share of the tablets that are still there."""
    most = max(memory.peak.tablets if memory.peak else 0, memory.samples[-1].tablets)
    return memory.samples[-1].tablets / most


def _together(own: Guess | None, plan: Guess | None) -> Guess | None:
    """Each weighs by how sure it is; where they contradict each other, neither is as sure as it says."""
    if own is None or plan is None:
        return own or plan
    heavy, light = 1 / own.spread**2, 1 / plan.spread**2
    middle = (heavy * own.middle + light * plan.middle) / (heavy + light)
    apart = CONTRADICTION * abs(own.middle - plan.middle)
    return Guess(middle=middle, spread=sqrt(1 / (heavy + light) + apart**2))


def forecast(memory: StepMemory, pacing: Pacing, now: datetime, plan: Expected | None = None) -> str:
    """`312 tablets/s, 1.3 GB/s, about 2 h 10 min left; 9 in 10 end within 2 h 50 min`, or unknown with the reason."""
    pace = measure(memory, pacing, now)
    left = _time_left(memory, pacing, now, plan, pace)
    if memory.samples and memory.samples[-1].tablets == 0:
        return "no tablet is left on the node"
    speeds = [rate_words(pace.tablets_per_s)] if pace.tablets_per_s and left.p50_s is not None else []
    if speeds and pace.bytes_per_s:
        speeds.append(f"{in_bytes(pace.bytes_per_s)}/s")
    if left.p50_s is None or left.p90_s is None:
        return f"time left unknown: {left.reason}"
    after = " left for this node" if plan is not None and plan.nodes > 1 else " left"
    return ", ".join([*speeds, in_odds(left.p50_s, left.p90_s, after)])
