"""The time left as p50 and p90: from the drain's own pace, from earlier drains, from both, and when it is unknown."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.forecast import Expected, TimeLeft, expected, forecast, time_left
from policies.operation import StepMemory
from policies.pacing import Pacing
from policies.plan import Estimate
from policies.units import in_odds
from tests.policies.drains import FIRST, GB, PACING, SECOND, at, draining, plan_for
from tests.policies.test_progress import steady

ALL = 88_969


def known(left: TimeLeft) -> tuple[float, float]:
    assert left.p50_s is not None and left.p90_s is not None, left.reason
    return left.p50_s, left.p90_s


def earlier(low_s: float, high_s: float, tablets: int = ALL) -> Expected:
    """The plan of one node, after drains were measured."""
    estimate = Estimate(low_s=low_s, high_s=high_s, reason="", drains=3)
    return Expected.of(estimate, tablets, tablets * GB // 100)


@pytest.mark.parametrize("rate", [0.05, 1, 12, 40])
def test_a_steady_drain_ends_within_its_range(rate: float) -> None:
    memory = draining(steady(rate))
    left, (p50, p90) = memory.samples[-1].tablets / rate, known(time_left(memory, PACING, at(1_470)))
    assert 0.8 * left < p50 < 1.2 * left + 30 and 1.2 * p50 < p90 < 3 * p50


def bytes_at(memory: StepMemory, share: float) -> StepMemory:
    """The same tablets, of which those that leave hold `share` of the bytes they would hold if all were alike."""
    most = memory.samples[0].tablets
    return memory.with_(
        samples=tuple(s.with_(data_bytes=round((most - share * (most - s.tablets)) * GB / 100)) for s in memory.samples)
    )


def test_big_tablets_that_come_last_make_it_later_and_wider() -> None:
    even = draining(steady(40))
    small_first = bytes_at(even, 0.3)
    (p50, p90), (later, latest) = (known(time_left(memory, PACING, at(1_470))) for memory in (even, small_first))
    assert later > 1.3 * p50 and latest / later > 1.2 * p90 / p50


def test_time_is_the_wall_clock_s() -> None:
    fast = time_left(draining([(s / 100, n) for s, n in steady(12)]), Pacing(speed=100), at(14.7))
    slow = time_left(draining(steady(12)), PACING, at(1_470))
    assert known(fast) == pytest.approx([seconds / 100 for seconds in known(slow)])


# Earlier drains


def test_before_anything_moves_earlier_drains_speak() -> None:
    memory = draining([(0, ALL), (60, ALL)])
    assert "StarRocks waits" in time_left(memory, PACING, at(60)).reason
    p50, p90 = known(time_left(memory, PACING, at(60), earlier(7_200, 10_000)))
    assert 7_000 < p50 < 7_200 < p90


def test_limits_of_the_scheduler_are_no_earlier_drains() -> None:
    plan = plan_for(FIRST).with_(estimate=Estimate(low_s=7_200, high_s=10_000, reason="from limits"))
    memory = draining([(0, ALL), (60, ALL)])
    assert time_left(memory, PACING, at(60), expected(plan)).p50_s is None


def test_history_weighs_less_the_more_the_drain_has_shown() -> None:
    """Earlier drains took ten times as long; at first that still counts for much, later for little."""
    history = earlier(25_000, 35_000)
    pull = []
    for until in (330, 1_000, 1_900):
        memory = draining(steady(40, until=until))
        now = memory.samples[-1].at
        alone, both = known(time_left(memory, PACING, now))[0], known(time_left(memory, PACING, now, history))[0]
        pull.append(both / alone)
    assert pull[0] > pull[1] > pull[2] > 1


def test_agreement_narrows_and_contradiction_widens() -> None:
    memory = draining(steady(40, until=1_000))
    alone, agreed, contradicted = (
        known(time_left(memory, PACING, at(990), plan)) for plan in (None, earlier(2_400, 3_000), earlier(24_000, 30_000))
    )
    assert agreed[1] / agreed[0] < alone[1] / alone[0] < contradicted[1] / contradicted[0]


def test_of_several_nodes_each_has_its_share_of_the_plan() -> None:
    plan = plan_for(FIRST, SECOND).with_(estimate=Estimate(low_s=7_440, high_s=8_000, reason="", drains=2))
    memory = draining([(0, 3_000), (30, 3_000)])
    p50, _ = known(time_left(memory, PACING, at(30), expected(plan)))
    assert p50 == pytest.approx(3_600 + 90 + 20)


# What a person reads


@pytest.mark.parametrize(
    ("series", "now", "words"),
    [
        ([], 0, "time left unknown: the node has not been looked at yet"),
        ([(0, 9), (30, 9)], 30, "StarRocks waits 2 min to 3 min before it moves the first tablet"),
        ([(0, 9), (300, 9)], 300, "time left unknown: nothing has moved for 5 min"),
        ([(0, 9), (180, 9), (190, 8)], 190, "time left unknown: too little"),
        ([(0, 900), (180, 900), (240, 300), (540, 300)], 540, "time left unknown: no tablet left the node for 5 min"),
        ([(0, 9), (300, 0)], 300, "no tablet is left on the node"),
    ],
)
def test_unknown_says_why(series: list[tuple[float, int]], now: float, words: str) -> None:
    assert words in forecast(draining(series), PACING, at(now))


def test_a_drain_that_stands_still_is_unknown_whatever_earlier_ones_did() -> None:
    memory = draining([(0, 900), (180, 900), (240, 300), (540, 300)])
    assert time_left(memory, PACING, at(540), earlier(600, 700)).p50_s is None


def test_a_forecast_reads_well() -> None:
    memory = draining(steady(40, until=1_830))
    assert forecast(memory, PACING, at(1_800)) == "40 tablets/s, 409.6 MB/s, about 10 min left; 9 in 10 end within 18 min"
    two = expected(plan_for(FIRST, SECOND))
    assert "about 10 min left for this node; 9 in 10" in forecast(memory, PACING, at(1_800), two)


@pytest.mark.parametrize(
    ("p50", "p90", "words"),
    [
        (0, 0, "a few seconds"),
        (3, 12, "a few seconds; 9 in 10 end within 10 s"),
        (23, 41, "about 20 s; 9 in 10 end within 40 s"),
        (52, 118, "about 50 s; 9 in 10 end within 2 min"),
        (130, 260, "about 2 min; 9 in 10 end within 4 min"),
        (245, 250, "about 4 min"),
        (7_777, 10_100, "about 2 h 10 min; 9 in 10 end within 2 h 50 min"),
        (40_000, 86_000, "about 11 h; 9 in 10 end within 1 d"),
        (200_000, 400_000, "about 2 d 8 h; 9 in 10 end within 4 d 16 h"),
    ],
)
def test_odds(p50: float, p90: float, words: str) -> None:
    assert in_odds(p50, p90) == words


# Whatever comes


@st.composite
def memories(draw: st.DrawFn) -> tuple[StepMemory, float]:
    """Looks at any moments at a node that loses and sometimes gains tablets; the memory and the last second."""
    gaps = draw(st.lists(st.floats(1, 4_000), min_size=1, max_size=30))
    tablets, second, series = draw(st.integers(1, 100_000)), 0.0, []
    for gap in gaps:
        series.append((second, tablets))
        second += gap
        tablets = max(0, tablets - draw(st.integers(-50, max(1, tablets))))
    return draining(series), series[-1][0]


@settings(deadline=None, derandomize=True)
@given(memories(), st.one_of(st.none(), st.tuples(st.floats(1, 1e6), st.floats(1, 20))), st.sampled_from([1.0, 100.0]))
def test_the_range_is_ordered_and_never_negative(
    seen: tuple[StepMemory, float], history: tuple[float, float] | None, speed: float
) -> None:
    memory, now = seen
    plan = earlier(history[0], history[0] * history[1]) if history else None
    left = time_left(memory, Pacing(speed=speed), at(now), plan)
    if left.p50_s is None:
        assert left.p90_s is None and left.reason
    else:
        assert left.p90_s is not None and 0 <= left.p50_s <= left.p90_s < float("inf")
    assert forecast(memory, Pacing(speed=speed), at(now), plan)


@settings(deadline=None, derandomize=True)
@given(st.floats(2, 200), st.integers(20, 40))
def test_a_steady_drain_comes_closer_and_its_range_gets_shorter(rate: float, looks: int) -> None:
    tablets = round(rate * 30 * looks)
    ranges = []
    for share in (0.2, 0.4, 0.6, 0.8):
        memory = draining(steady(rate, left=tablets, until=150 + round(share * 30 * looks) + 30))
        ranges.append(known(time_left(memory, PACING, memory.samples[-1].at)))
    assert all(later[0] < sooner[0] for sooner, later in pairwise(ranges))
    assert all(later[1] - later[0] < sooner[1] - sooner[0] for sooner, later in pairwise(ranges))
