"""How long a drain is said to take."""

import pytest

from policies.cluster import ClusterState, RunMode
from policies.estimate import DrainRecord
from tests.policies.clusters import changed, free, mission000, with_settings
from tests.policies.plans import plan_of

TARGET = "10.84.0.18:9050"


BYTES = mission000().backends[1].data_used
PLATEAU = 120.0


def record(hours: float, tablets: int = 88_969, data_bytes: int = BYTES) -> DrainRecord:
    """A drain whose tablets took so many hours to move, after the plateau."""
    return DrainRecord(tablets=tablets, data_bytes=data_bytes, seconds=hours * 3_600 + PLATEAU)


def range_of(*targets: str, state: ClusterState | None = None, history: tuple[DrainRecord, ...] = (), speed: float = 1.0) -> tuple[float, float]:
    estimate = plan_of(*(targets or (TARGET,)), state=state, history=history, speed=speed).estimate
    assert estimate.low_s is not None and estimate.high_s is not None, estimate.reason
    return estimate.low_s, estimate.high_s


def test_unmeasured_it_comes_from_the_limits_of_the_scheduler() -> None:
    low, high = range_of()
    assert 3600 < low < high < 24 * 3600
    assert "no drain was measured here yet" in plan_of(TARGET).estimate.reason


def test_large_tablets_are_bound_by_the_floor_of_a_clone() -> None:
    """5 MB/s for each of 8 slots, and no disk of the target has more (fe: clone/TabletSchedCtx.java)."""
    few = changed(mission000(), "10.84.0.18", tablets=100)
    assert abs(range_of(state=few)[1] - (240 + 375.891 * 1024 / 5 / 8)) < 2


def test_slots_count_at_both_ends_and_within_starrocks_own_bounds() -> None:
    low, high = range_of()
    assert range_of(state=with_settings(mission000(), tablet_sched_slot_num_per_path="16"))[1] < high
    two = range_of(state=with_settings(mission000(), tablet_sched_slot_num_per_path="2"))
    assert range_of(state=with_settings(mission000(), tablet_sched_slot_num_per_path="0")) == two
    assert two[0] > low
    (disk,) = mission000().backends[1].disks or ()
    four = changed(mission000(), "10.84.0.18", disks=tuple(disk.with_(path=f"/d{n}") for n in range(4)))
    assert range_of(state=four)[0] < low
    narrow = free(free(four, "10.84.0.19", 0), "10.84.91.18", 0)
    assert range_of(state=narrow) == (low, high)


def test_nodes_leave_one_after_the_other() -> None:
    both = range_of(TARGET, "10.84.0.19:9050")
    single = [range_of(TARGET), range_of("10.84.0.19:9050")]
    assert both == pytest.approx((single[0][0] + single[1][0], single[0][1] + single[1][1]))


def test_a_faster_twin_takes_less_wall_time() -> None:
    assert range_of(speed=100.0) == pytest.approx(tuple(seconds / 100 for seconds in range_of()))


def hours(*history: DrainRecord, targets: tuple[str, ...] = (TARGET,)) -> tuple[float, float]:
    """p50 and p90 of moving, without the plateaus."""
    low, high = range_of(*targets, history=history)
    return (low - len(targets) * PLATEAU) / 3_600, (high - len(targets) * PLATEAU) / 3_600


CASES = [
    ("one drain: as long, and no telling how far others would lie apart", (record(2),), 2.0, (1.4, 1.7), "1 earlier drain of"),
    ("two", (record(2), record(4)), 3.0, (1.4, 1.9), "2 earlier drains"),
    ("many alike", (*[record(2)] * 12,), 2.0, (1.1, 1.25), "12 earlier drains"),
    ("a freak among many", (*[record(2)] * 10, record(0.02), record(200)), 2.0, (1.3, 1.7), "12 earlier drains"),
    ("small drains say nothing", (record(2), record(5, tablets=5)), 2.0, (1.4, 1.7), "1 earlier drain of"),
    ("half the node", (record(2, 88_969 // 2, BYTES // 2),), 4.0, (1.4, 1.7), "1 earlier drain of"),
    ("as many tablets, a quarter of the bytes", (record(2, 88_969, BYTES // 4),), 4.0, (1.4, 1.7), "1 earlier drain of"),
    ("bytes unknown", (record(2, 88_969 // 2, 0),), 4.0, (1.4, 1.7), "1 earlier drain of"),
]


@pytest.mark.parametrize(("history", "middle", "widths", "words"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_it_learns_from_measured_drains(
    history: tuple[DrainRecord, ...], middle: float, widths: tuple[float, float], words: str
) -> None:
    p50, p90 = hours(*history)
    assert p50 == pytest.approx(middle, rel=0.001)
    assert widths[0] < p90 / p50 < widths[1]
    assert words in plan_of(TARGET, history=history).estimate.reason


def test_the_more_drains_the_narrower_and_the_farther_apart_the_wider() -> None:
    widths = [high / low for low, high in (hours(record(2)), hours(*[record(2)] * 4), hours(*[record(2)] * 15))]
    assert widths[0] > widths[1] > widths[2]
    assert hours(record(1), record(2), record(4))[1] > hours(record(1.9), record(2), record(2.1))[1]


def test_two_nodes_wait_for_two_plateaus() -> None:
    both = hours(record(2), targets=(TARGET, "10.84.0.19:9050"))
    assert 4.0 < both[0] < 4.4


def test_an_empty_node_is_gone_at_once() -> None:
    low, high = range_of(state=changed(mission000(), "10.84.0.18", tablets=0))
    assert (low, high) == (10.0, 120.0)


def full(state: ClusterState) -> ClusterState:
    for host in ("10.84.0.19", "10.84.91.16", "10.84.91.18"):
        state = free(state, host, 0)
    return state


@pytest.mark.parametrize(
    ("state", "why"),
    [(mission000().with_(run_mode=RunMode.SHARED_DATA), "not copied"), (full(mission000()), "no staying disk"), ],
)  # fmt: skip
def test_what_cannot_be_said_is_unknown(state: ClusterState, why: str) -> None:
    estimate = plan_of(TARGET, state=state).estimate
    assert (estimate.low_s, estimate.high_s) == (None, None) and why in estimate.reason


def test_a_node_that_is_not_there_takes_no_time() -> None:
    assert plan_of("10.84.0.81:9050").estimate.reason == "there is nothing to do"
