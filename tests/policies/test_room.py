"""Room: StarRocks' own sum, the room below the soft limit, and the table of before and after."""

import pytest

from policies.address import Address
from policies.cluster import ClusterState, Disk
from policies.room import destinations, disks_of, full_nodes, measure, short_media, spread, usable_bytes
from policies.units import GIB
from tests.policies.clusters import address, changed, free, mission000, with_settings

STATE = mission000()
TARGET = (address("10.84.0.18:9050"),)


def disk(used: float, avail: float, **changes: object) -> Disk:
    """Sizes in GB."""
    made = Disk(path="/d", medium="HDD", state="ONLINE", data_used=int(used * GIB), avail=int(avail * GIB), total=int((used + avail) * GIB))
    return made.with_(**changes)


USABLE = [
    ("small disk: a tenth stays free", disk(0, 1000), STATE, 900),
    ("large disk: 200 GB stay free", disk(0, 4000), STATE, 3800),
    ("nine tenths full takes nothing", disk(900, 100), STATE, 0),
    ("fuller takes nothing, not less", disk(950, 50), STATE, 0),
    ("a looser limit", disk(900, 100), with_settings(STATE, storage_usage_soft_limit_percent="95"), 50),
    ("a smaller reserve", disk(900, 100), with_settings(STATE, storage_usage_soft_limit_reserve_bytes=str(30 * GIB)), 70),
    ("by the older names", disk(900, 100), with_settings(STATE, storage_high_watermark_usage_percent="95"), 50),
    ("what is no number is not believed", disk(0, 1000), with_settings(STATE, storage_usage_soft_limit_percent="90%"), 900),
]


@pytest.mark.parametrize(("one", "state", "gib"), [u[1:] for u in USABLE], ids=[u[0] for u in USABLE])
def test_usable(one: Disk, state: ClusterState, gib: int) -> None:
    assert abs(usable_bytes(one, state) - gib * GIB) <= 1


def test_the_full_leader_host_of_mission_000_is_no_destination() -> None:
    assert [str(b.address) for b in full_nodes(TARGET, STATE)] == ["10.84.0.12:9050"]
    room = measure(TARGET, STATE)
    assert room.fe_accepts and room.fits and room.slack > 0.8


def test_starrocks_own_sum() -> None:
    """Dead stayers count, what drains already is taken off, and nothing stays in reserve (fe: alter/SystemHandler.java)."""
    free_bytes = {b.address.host: b.avail for b in STATE.backends}
    stayers = sum(free_bytes.values()) - free_bytes["10.84.0.18"]
    assert measure(TARGET, STATE).fe_avail == stayers
    assert measure(TARGET, changed(STATE, "10.84.91.16", alive=False)).fe_avail == stayers
    draining = measure(TARGET, changed(STATE, "10.84.0.19", decommissioned=True))
    old = STATE.backends[2]
    assert draining.fe_avail == stayers - old.avail - old.data_used
    assert draining.need == STATE.backends[1].data_used + old.data_used
    assert draining.fe_need == STATE.backends[1].data_used


@pytest.mark.parametrize(("missing", "accepted"), [(0, True), (1, False)])
def test_starrocks_accepts_up_to_the_last_byte(missing: int, accepted: bool) -> None:
    state = STATE
    for host in ("10.84.0.12", "10.84.0.19", "10.84.91.18"):
        state = free(state, host, 0)
    state = changed(state, "10.84.91.16", avail=STATE.backends[1].data_used - missing)
    assert measure(TARGET, state).fe_accepts is accepted


def test_only_disks_in_use_of_living_nodes_take_anything() -> None:
    two = (disk(10, 500), disk(10, 500, path="/d2", state="OFFLINE"))
    state = changed(STATE, "10.84.91.16", disks=two)
    taken = [(b.address.host, d.path) for b, d in destinations(TARGET, state)]
    assert ("10.84.91.16", "/d") in taken and ("10.84.91.16", "/d2") not in taken
    dead = changed(state, "10.84.91.16", alive=False)
    assert "10.84.91.16" not in {b.address.host for b, _ in destinations(TARGET, dead)}


def test_without_disks_the_nodes_totals_stand_in() -> None:
    backend = STATE.backends[3].with_(disks=None)
    (whole,) = disks_of(backend)
    assert (whole.avail, whole.data_used) == (backend.avail, backend.data_used)


@pytest.mark.parametrize(("strict", "short"), [("false", []), ("true", ["SSD"])])
def test_a_strict_medium_keeps_to_its_own_disks(strict: str, short: list[str]) -> None:
    state = with_settings(STATE, enable_strict_storage_medium_check=strict)
    state = changed(state, "10.84.0.18", disks=(disk(300, 10, medium="SSD"), disk(75, 10, path="/d2")))
    assert list(short_media(TARGET, state)) == short
    roomy = changed(state, "10.84.91.16", disks=(disk(0, 900, medium="SSD"), disk(46, 500, path="/d2")))
    assert short_media(TARGET, roomy) == {}


def rooms(state: ClusterState, *targets: Address) -> dict[str, tuple[float | None, float | None]]:
    """Used afterwards in GB and the worst disk afterwards, by host."""
    return {
        row.address.host: (row.used_after and round(row.used_after / GIB), row.worst_disk_after and round(row.worst_disk_after, 3))
        for row in spread(targets, state)
    }


def test_mission_000_before_and_after() -> None:
    assert rooms(STATE, *TARGET) == {
        "10.84.0.12": (420, 0.917),
        "10.84.0.18": (None, None),
        "10.84.0.19": (407, 0.607),
        "10.84.91.16": (241, 0.211),
        "10.84.91.18": (241, 0.211),
    }


def test_the_emptier_disk_of_a_node_fills_first_and_the_worst_stays_the_worst() -> None:
    state = STATE
    for host in ("10.84.0.19", "10.84.91.18"):
        state = free(state, host, 0)
    state = changed(state, "10.84.91.16", disks=(disk(600, 400), disk(100, 900, path="/d2")), max_disk_used_share=0.6, data_used=700 * GIB)
    used, worst = rooms(state, *TARGET)["10.84.91.16"]
    assert (used, worst) == (1076, 0.6)


def test_what_drains_already_leaves_no_row_behind() -> None:
    assert rooms(changed(STATE, "10.84.0.19", decommissioned=True), *TARGET)["10.84.0.19"] == (None, None)


def test_slack_without_any_room() -> None:
    nothing = measure((), STATE)
    assert nothing.need == 0 and nothing.slack == 1.0
    assert nothing.with_(usable=0).slack == 1.0
    assert nothing.with_(usable=0, need=1).slack < 0
