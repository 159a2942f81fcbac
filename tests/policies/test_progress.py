"""Pace and standstill, on series as a real drain gives them: a plateau, steps, lagging bytes, a stop."""

import random

import pytest

from policies.operation import Sample
from policies.pacing import Pacing
from policies.progress import SAMPLES_KEPT, keep, last_moved, measure, quiet_since, standing_still
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


@pytest.mark.parametrize("rate", [0.05, 1, 12, 40])
def test_a_steady_drain_is_measured(rate: float) -> None:
    memory = draining(steady(rate))
    pace = measure(memory, PACING, at(1_470))
    assert pace.tablets_per_s == pytest.approx(rate, rel=0.1)
    assert pace.by_tablets_s == pytest.approx(memory.samples[-1].tablets / rate, rel=0.1)


@pytest.mark.parametrize("seed", range(5))
def test_steps_do_not_fool_it(seed: int) -> None:
    """Tablets leave by the hundred at random moments, 10 a second over time."""
    chance, tablets, series = random.Random(seed), 50_000, []
    for second in range(0, 1_800, 30):
        if second > 150:
            tablets -= 100 * sum(chance.random() < 0.3 for _ in range(10))
        series.append((float(second), tablets))
    assert measure(draining(series), PACING, at(1_770)).tablets_per_s == pytest.approx(10, rel=0.35)


def test_time_is_the_wall_clock_s() -> None:
    """On a twin at 100 times the speed, the same drain in a hundredth of the time reads the same number of seconds."""
    fast = measure(draining([(s / 100, n) for s, n in steady(12)]), Pacing(speed=100), at(14.7))
    slow = measure(draining(steady(12)), PACING, at(1_470))
    assert fast.tablets_per_s is not None and slow.tablets_per_s is not None
    assert fast.tablets_per_s == pytest.approx(slow.tablets_per_s * 100)


def test_the_clones_that_were_under_way_do_not_slow_the_pace() -> None:
    """Nothing had ended at 600 s, at 630 s the first ones had: the pace counts from then."""
    series = [(0.0, 2_000), (600.0, 2_000), (630.0, 1_990), (660.0, 1_690), (690.0, 1_390)]
    assert measure(draining(series), PACING, at(690)).tablets_per_s == pytest.approx(10)


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
    first = watched(DRAIN, draining([]), look_at(100).with_(taken_at=at(0)), PACING, at(9))
    second = watched(DRAIN, first, look_at(60).with_(taken_at=at(300)), PACING, at(300))
    assert [(s.at, s.tablets) for s in second.samples] == [(at(0), 100), (at(300), 60)], "a shared look is as old as it is"
    assert watched(DRAIN, second, look_at(60).with_(taken_at=at(300)), PACING, at(305)).samples == second.samples
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
        memory = watched(DRAIN, memory, look_at(50).with_(taken_at=at(second)), PACING, at(second))
    assert memory.stall is not None and memory.stall_since == at(600)
    memory = watched(DRAIN, memory, look_at(40).with_(taken_at=at(750)), PACING, at(750))
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
