"""What voids an approval, what does not, and how it is said."""

import pytest

from policies.cluster import ClusterState
from policies.drift import compare
from policies.plan import Fact
from policies.room import measure
from policies.units import GIB
from tests.policies.clusters import address, changed, free, mission000, with_settings
from tests.policies.plans import plan_of

TARGET = "10.84.0.18:9050"
FINE = mission000()


def replicated(state: ClusterState, number: int) -> ClusterState:
    counts = tuple(count.with_(replication=min(number, count.replication)) for count in state.replication or ())
    return state.with_(replication=counts)


def sick(state: ClusterState, unhealthy: int) -> ClusterState:
    assert state.health is not None
    return state.with_(health=state.health.with_(unhealthy=unhealthy))


DRIFTS: list[tuple[str, ClusterState, tuple[str, ...], tuple[str, ...]]] = [
    ("nothing", FINE, (), ()),
    ("a little more data", changed(FINE, "10.84.0.18", data_used=int(380 * GIB)), (), ("Data to move: was 375.9 GB, now 380.0 GB.",)),
    ("a byte more data", changed(FINE, "10.84.0.18", data_used=FINE.backends[1].data_used + 1), (), ("was 403,609,887,965, now 403,609,887,966.",)),
    ("twice the data", changed(FINE, "10.84.0.18", data_used=int(750 * GIB)), ("Data to move: was 375.9 GB, now 750.0 GB.",), ()),
    ("some tablets more", changed(FINE, "10.84.0.18", tablets=89_500), (), ("Tablets to move: was 88,969, now 89,500.",)),
    ("many tablets more", changed(FINE, "10.84.0.18", tablets=120_000), ("Tablets to move",), ()),
    ("another is down", changed(FINE, "10.84.91.16", alive=False), ("BE 10.84.91.16:9050: was alive, now not alive.", "Room"), ()),
    ("another leaves", changed(FINE, "10.84.91.16", decommissioned=True), ("BE 10.84.91.16:9050: was staying, now leaving.", "Room"), ("Data",)),
    ("the node was added again", changed(FINE, "10.84.0.18", id=99), ("BE 10.84.0.18:9050: was id 18320972, now id 99.",), ()),
    ("somebody froze the scheduler", with_settings(FINE, tablet_sched_max_scheduling_tablets="0"), ("Scheduler frozen: was no, now yes.",), ()),
    ("less replication", replicated(FINE, 2), ("Largest replication number: was 3, now 2.",), ()),
    ("room went", free(FINE, "10.84.91.16", 300), ("Room on the staying disks: was 2.6 TB, now",), ()),
    ("a little room went", free(FINE, "10.84.91.16", 1300), (), ("Room on the staying disks",)),
    ("a few more unhealthy", sick(FINE, 40), (), ("Unhealthy tablets: was 0, now 40.",)),
    ("many more unhealthy", sick(FINE, 5000), ("Unhealthy tablets: was 0, now 5,000.",), ()),
    ("a new node", FINE.with_(backends=(*FINE.backends, FINE.backends[4].with_(id=7, address=address("10.84.91.20:9050")))),
     ("BE 10.84.91.20:9050: id 7, alive, staying, which was not there", "Room"), ()),
    ("only the leader moved", FINE.with_(frontends=FINE.frontends[::-1]), (), ()),
    ("health cannot be read now", FINE.with_(health=None), ("Unhealthy tablets: was 0, now it is gone.",), ()),
]  # fmt: skip


@pytest.mark.parametrize(("state", "material", "harmless"), [d[1:] for d in DRIFTS], ids=[d[0] for d in DRIFTS])
def test_drift(state: ClusterState, material: tuple[str, ...], harmless: tuple[str, ...]) -> None:
    drift = compare(plan_of(TARGET).facts, plan_of(TARGET, state=state).facts)
    for said, expected in ((drift.material, material), (drift.harmless, harmless)):
        assert len(said) == len(expected), drift
        for words in expected:
            assert any(words in sentence for sentence in said), drift


def test_a_fact_that_appears_or_goes_is_material() -> None:
    facts = plan_of(TARGET).facts
    assert compare(facts, facts[1:]).material == ("BE 10.84.0.12:9050: was id 17766290, alive, staying, now it is gone.",)
    assert "was not there when the plan was made" in compare(facts[1:], facts).material[0]


@pytest.mark.parametrize(("tolerance", "value", "material"), [(10, 110, False), (10, 90, False), (10, 111, True), (None, 101, True)])
def test_the_tolerance_is_that_of_the_approved_plan(tolerance: int | None, value: int, material: bool) -> None:
    approved = Fact(key="tablets", label="Tablets", value=100, tolerance=tolerance)
    fresh = Fact(key="tablets", label="Tablets", value=value, tolerance=1000)
    assert bool(compare((approved,), (fresh,)).material) is material


def test_facts_that_are_built_differently_are_told_in_full() -> None:
    old, new = Fact(key="k", label="K", value="a, b"), Fact(key="k", label="K", value="a")
    assert compare((old,), (new,)).material == ("K: was a, b, now a.",)


@pytest.mark.parametrize(
    ("gib", "share_that_may_go"),
    [(1400, 0.10), (527.5, 0.02), (480, 0.10), (424, 0.02)],
    ids=["much room: a tenth", "just with slack: a fiftieth", "without slack: a tenth", "it just fits: a fiftieth"],
)
def test_room_may_shrink_only_as_far_as_slack_is_kept(gib: float, share_that_may_go: float) -> None:
    state = FINE
    for host in ("10.84.0.19", "10.84.91.18"):
        state = free(state, host, 1)
    state = free(state, "10.84.91.16", gib)
    usable = measure((address(TARGET),), state).usable
    (fact,) = [fact for fact in plan_of(TARGET, state=state).facts if fact.key == "usable bytes"]
    assert fact.value == usable
    assert fact.tolerance is not None
    assert abs(fact.tolerance / usable - share_that_may_go) < 0.001
