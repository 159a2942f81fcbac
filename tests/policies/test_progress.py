"""Pace and time left, on series as a real drain gives them: a plateau, steps, lagging bytes, a stop."""

import random

import pytest

from policies.operation import Sample, StepMemory
from policies.pacing import Pacing
from policies.progress import SAMPLES_KEPT, forecast, in_span, keep, last_moved, measure, quiet_since, standing_still
from policies.watching import next_look, watched
from tests.policies.drains import FIRST, GB, PACING, at, draining, look_at, steps_for

DRAIN = steps_for(FIRST)[1]


def kept(series: list[tuple[float, int]]) -> tuple[Sample, ...]:
    samples: tuple[Sample, ...] = ()
    for second, tablets in series:
        samples = keep(samples, Sample(at=at(second), tablets=tablets, data_bytes=tablets * GB))
    return samples


# Samples


def test_days_of_samples_fit_and_both_ends_stay() -> None:
    samples = kept([(30.0 * n, 100_000 - n) for n in range(10_000)])
    assert len(samples) <= SAMPLES_KEPT
    assert samples[0].at == at(0)
    assert [s.at for s in samples[-20:]] == [at(30.0 * n) for n in range(9_980, 10_000)]
    assert sorted(samples, key=lambda s: s.at) == list(samples)


def test_a_standstill_keeps_its_beginning_however_long_it_lasts() -> None:
    samples = kept([(0, 200), (30, 150), *((60.0 + 30 * n, 100) for n in range(5_000))])
    assert len(samples) == 4
    assert last_moved(samples) == at(60)


def test_a_repeated_look_and_a_clock_set_back_do_no_harm() -> None:
    assert [s.tablets for s in kept([(0, 9), (30, 8), (30, 7)])] == [9, 7]
    assert [s.tablets for s in kept([(0, 9), (30, 8), (60, 7), (10, 6)])] == [9, 6]


def test_tablets_that_are_added_are_no_movement() -> None:
    assert last_moved(kept([(0, 5), (30, 4), (60, 6), (90, 6)])) == at(30)
    assert last_moved(kept([(0, 5), (30, 6)])) is None


# Pace


def steady(rate: float, left: int = 88_969, plateau: int = 150, until: int = 1_500) -> list[tuple[float, int]]:
    return [(s, left - int(rate * max(0, s - plateau))) for s in range(0, until, 30)]


def numbers(memory: StepMemory, pacing: Pacing, now: float) -> tuple[float, float, float]:
    """Tablets a second, and the range of the time left, of a pace that is known."""
    pace = measure(memory, pacing, at(now))
    assert pace.tablets_per_s is not None and pace.low_s is not None and pace.high_s is not None
    return pace.tablets_per_s, pace.low_s, pace.high_s


@pytest.mark.parametrize("rate", [0.05, 1, 12, 40])
def test_a_steady_drain_is_measured_and_its_end_lies_in_the_range(rate: float) -> None:
    memory = draining(steady(rate))
    measured, low, high = numbers(memory, PACING, 1_470)
    assert measured == pytest.approx(rate, rel=0.1)
    assert low < memory.samples[-1].tablets / rate < high < 2 * low


@pytest.mark.parametrize("seed", range(5))
def test_steps_do_not_fool_it(seed: int) -> None:
    """Tablets leave by the hundred at random moments, 10 a second over time."""
    chance, tablets, series = random.Random(seed), 50_000, []
    for second in range(0, 1_800, 30):
        if second > 150:
            tablets -= 100 * sum(chance.random() < 0.3 for _ in range(10))
        series.append((float(second), tablets))
    memory = draining(series)
    measured, low, high = numbers(memory, PACING, 1_770)
    assert measured == pytest.approx(10, rel=0.35)
    assert low < tablets / 10 < high


def test_bytes_that_leave_more_slowly_widen_the_range() -> None:
    tablets = steady(20)
    even = draining(tablets)
    late = even.with_(samples=tuple(s.with_(data_bytes=(88_969 - (88_969 - s.tablets) // 3) * GB // 100) for s in even.samples))
    assert numbers(late, PACING, 1_470)[2] > 2 * numbers(even, PACING, 1_470)[2]


def test_time_is_the_wall_clock_s() -> None:
    """On a twin at 100 times the speed, the same drain in a hundredth of the time reads the same number of seconds."""
    fast = Pacing(speed=100)
    memory = draining([(s / 100, n) for s, n in steady(12)])
    slow_rate, _, slow_high = numbers(draining(steady(12)), PACING, 1_470)
    fast_rate, _, fast_high = numbers(memory, fast, 14.7)
    assert fast_rate == pytest.approx(slow_rate * 100)
    assert fast_high == pytest.approx(slow_high / 100)


@pytest.mark.parametrize(
    ("series", "now", "words"),
    [
        ([], 0, "time left unknown: the node has not been looked at yet"),
        ([(0, 9), (30, 9)], 30, "StarRocks waits 2 to 3 min before it moves the first tablet"),
        ([(0, 9), (300, 9)], 300, "time left unknown: nothing has moved for 5 min"),
        ([(0, 9), (180, 9), (190, 8)], 190, "time left unknown: too little"),
        ([(0, 900), (180, 900), (240, 300), (540, 300)], 540, "time left unknown: no tablet left the node for 5 min"),
        ([(0, 9), (300, 0)], 300, "no tablet is left on the node"),
    ],
)
def test_unknown_says_why(series: list[tuple[float, int]], now: float, words: str) -> None:
    assert words in forecast(draining(series), PACING, at(now))


def test_a_forecast_reads_well() -> None:
    words = forecast(draining(steady(40, until=1_830)), PACING, at(1_800))
    assert words == "40 tablets/s, 409.6 MB/s, 9 to 12 min left"


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (0, 0, "up to 1 s"),
        (40, 80, "40 to 80 s"),
        (20, 200, "up to 3 min"),
        (130, 260, "2 to 4 min"),
        (245, 250, "about 4 min"),
        (5_400, 10_800, "1.5 to 3 h"),
        (200_000, 400_000, "2.3 to 4.6 d"),
    ],
)
def test_spans(low: float, high: float, words: str) -> None:
    assert in_span(low, high) == words


# Standing still


@pytest.mark.parametrize(
    ("series", "entered", "still_at"),
    [
        ([(0, 9)], 0, 540),  # never moved: the plateau (240 s) and then 300 s
        ([(0, 9), (400, 8)], 0, 700),  # moved last at 400 s
        ([(0, 9), (100, 8)], 0, 540),  # moved within the plateau
        ([(0, 9), (400, 8)], 1_000, 1_540),  # a person retried at 1,000 s: patience starts anew
    ],
)
def test_when_a_drain_stands_still(series: list[tuple[float, int]], entered: float, still_at: float) -> None:
    memory = draining(series, entered=entered)
    assert not standing_still(memory, PACING, at(still_at - 1))
    assert standing_still(memory, PACING, at(still_at))
    assert quiet_since(memory, PACING) == at(still_at - 300)


def test_an_empty_node_does_not_stand_still() -> None:
    assert not standing_still(draining([(0, 9), (400, 0)]), PACING, at(5_000))


# What a look adds


def test_a_look_is_remembered() -> None:
    first = watched(DRAIN, draining([]), look_at(100), PACING, at(0))
    second = watched(DRAIN, first, look_at(60), PACING, at(300))
    assert [s.tablets for s in second.samples] == [100, 60]
    assert second.peak is not None and second.peak.tablets == 100
    assert second.reading is not None and second.reading.share == pytest.approx(0.4)
    assert (second.first_true_at, second.stall) == (None, None)


def test_no_tablet_is_remembered_since_when_and_forgotten_when_it_was_not_so() -> None:
    memory = watched(DRAIN, draining([]), look_at(0), PACING, at(10))
    memory = watched(DRAIN, memory, look_at(0), PACING, at(40))
    assert memory.first_true_at == at(10)
    assert watched(DRAIN, memory, look_at(1), PACING, at(50)).first_true_at is None


def test_a_stall_begins_once_and_ends() -> None:
    memory = draining([(0, 90), (300, 50)])
    for second in (600, 660, 720):
        memory = watched(DRAIN, memory, look_at(50), PACING, at(second))
    assert memory.stall is not None and memory.stall_since == at(600)
    memory = watched(DRAIN, memory, look_at(40), PACING, at(750))
    assert (memory.stall, memory.stall_since) == (None, None)


@pytest.mark.parametrize(
    ("series", "now", "low", "high"),
    [
        ([(0, 90_000)], 0, 30, 30),  # nothing can move yet
        ([(0, 90_000), (90, 90_000)], 90, 30, 42),
        ([(0, 90_000), (130, 90_000)], 130, 12, 12),  # may start at any moment, and be over soon when there is little
        (steady(12), 1_470, 30, 30),  # two hours left
        ([(0, 900), (180, 900), (240, 300)], 240, 20, 30),  # about 30 s left
        ([(0, 900), (180, 900), (240, 60)], 240, 12, 12),
    ],
)
def test_the_next_look_comes_when_it_is_worth_it(series: list[tuple[float, int]], now: float, low: float, high: float) -> None:
    assert low <= next_look(DRAIN, draining(series), PACING, at(now)) <= high


def test_a_stalled_drain_is_looked_at_more_seldom() -> None:
    memory = watched(DRAIN, draining([(0, 90)]), look_at(90), PACING, at(700))
    assert memory.stall is not None
    assert next_look(DRAIN, memory, PACING, at(700)) == 60
