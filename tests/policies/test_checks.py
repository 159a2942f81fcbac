"""Every preflight rule for a decommission, as a table: what is seen, what is found."""

import pytest

from policies import checks
from policies.cluster import ClusterState, Role, RunMode
from policies.plan import Verdict
from tests.policies.clusters import (
    address,
    alter_job,
    before_join,
    changed,
    free,
    mission000,
    old_load,
    one_replica,
    with_settings,
)

B, W, OK = Verdict.BLOCK, Verdict.WARN, Verdict.OK
FINE = mission000()
DRAINED = ("10.84.0.18:9050",)
OLD_THREE = ("10.84.0.12:9050", "10.84.0.18:9050", "10.84.0.19:9050")


def leaderless(state: ClusterState) -> ClusterState:
    return state.with_(frontends=tuple(f.with_(role=Role.FOLLOWER) for f in state.frontends))


def hidden(state: ClusterState) -> ClusterState:
    return state.with_(replication=())


def health(state: ClusterState, **changes: int) -> ClusterState:
    assert state.health is not None
    return state.with_(health=state.health.with_(**changes))


def recycled(state: ClusterState) -> ClusterState:
    assert state.recycle_bin is not None
    return state.with_(recycle_bin=state.recycle_bin.with_(on_backend={18320972: 1200}))


def unstable(state: ClusterState) -> ClusterState:
    return state.with_(colocate_groups=tuple(g.with_(stable=False) for g in state.colocate_groups or ()))


def missing_right(state: ClusterState) -> ClusterState:
    assert state.privileges is not None
    return state.with_(privileges=state.privileges.with_(missing=("role cluster_admin",)))


def shared_host(state: ClusterState) -> ClusterState:
    """Two of the four stayers on one host: only three hosts for three replicas, then two."""
    state = changed(state, "10.84.91.18", address=address("10.84.91.16:9051"))
    return changed(state, "10.84.0.19", address=address("10.84.91.16:9052"))


def full_everywhere(state: ClusterState) -> ClusterState:
    for host in ("10.84.0.19", "10.84.91.16", "10.84.91.18"):
        state = free(state, host, 140)
    return state


CASES = [
    ("all is well", FINE, DRAINED, "target", OK, "is backend 18320972"),
    ("typo in the host", FINE, ("10.84.0.81:9050",), "target", B, "There is no backend 10.84.0.81:9050"),
    ("the FE's port", FINE, ("10.84.0.12:9010",), "target", B, "is a frontend"),
    ("an FE query port", FINE, ("10.84.0.12:9030",), "target", B, "is a frontend"),
    ("the BE's other port", FINE, ("10.84.0.18:9060",), "target", B, "is not the heartbeat port"),
    ("dead", changed(FINE, "10.84.0.18", alive=False), DRAINED, "target", B, "is not alive"),
    ("leaving already", changed(FINE, "10.84.0.18", decommissioned=True), DRAINED, "target", B, "is leaving already"),
    ("shutting down", changed(FINE, "10.84.0.18", status_code="SHUTDOWN"), DRAINED, "target", B, "is shutting down"),
    ("named twice", FINE, (*DRAINED, *DRAINED), "target", B, "named twice"),
    ("no leader", leaderless(FINE), DRAINED, "leader", B, "No frontend leads"),
    ("right missing", missing_right(FINE), DRAINED, "privileges", B, "lacks: role cluster_admin"),
    ("tables hidden from us", hidden(FINE), DRAINED, "privileges", B, "sees 0 of 75 partitions"),
    ("another is down", changed(FINE, "10.84.91.16", alive=False), DRAINED, "others healthy", B, "not alive: 10.84.91.16"),
    ("another leaves", changed(FINE, "10.84.91.16", decommissioned=True), DRAINED, "others healthy", B, "leaving: 10.84.91.16"),
    ("another stops", changed(FINE, "10.84.91.16", status_code="SHUTDOWN"), DRAINED, "others healthy", B, "shutting down"),
    ("three old BEs at once", FINE, OLD_THREE, "backend count", B, "2 of 5 backends"),
    ("before the new hosts", before_join(), DRAINED, "backend count", B, "2 of 3 backends"),
    ("too few hosts", shared_host(FINE), DRAINED, "backend count", B, "on 2 hosts"),
    ("enough backends", FINE, DRAINED, "backend count", OK, "4 of 5 backends on 4 hosts"),
    ("0.12 takes nothing", FINE, DRAINED, "room", OK, "10.84.0.12:9050 (91.7 % used) takes nothing"),
    ("accepted, but never ends", full_everywhere(FINE), DRAINED, "room", B, "below the soft limit of 90 %"),
    ("FE refuses", free(full_everywhere(FINE), "10.84.91.16", 20), DRAINED, "room", B, "StarRocks will refuse"),
    ("frozen scheduler", with_settings(FINE, tablet_sched_max_scheduling_tablets="0"), DRAINED, "scheduler", B, "frozen"),
    ("frozen by its old name", with_settings(FINE.with_(settings={}), max_scheduling_tablets="0"), DRAINED, "scheduler", B, "frozen"),
    ("colocate off", with_settings(FINE, disable_colocate_balance="true"), DRAINED, "scheduler", B, "colocate"),
    ("few slots", with_settings(FINE, tablet_sched_slot_num_per_path="2"), DRAINED, "scheduler", W, "Only 2 clones"),
    ("one replica", one_replica(FINE), DRAINED, "one_replica", W, "207 tablets of 1 tables"),
    ("unhealthy before", health(FINE, unhealthy=12), DRAINED, "tablet health", W, "12 of 98,938"),
    ("in error", health(FINE, error_state=3), DRAINED, "tablet health", W, "3 tablets are in an error"),
    ("colocate unstable", unstable(FINE), DRAINED, "colocate", W, "orders_by_user"),
    ("ALTER running", FINE.with_(alter_jobs=(alter_job(),)), DRAINED, "alter jobs and loads", W, "shop.orders (RUNNING)"),
    ("old load", FINE.with_(transactions=(old_load(3),)), DRAINED, "alter jobs and loads", W, "runs for 3 h"),
    ("young load", FINE.with_(transactions=(old_load(0.5),)), DRAINED, "alter jobs and loads", OK, "No ALTER job"),
    ("recycle bin", recycled(FINE), DRAINED, "recycle bin", W, "1,200 tablets"),
    ("removed by itself", FINE, DRAINED, "ending", OK, "by itself"),
    ("left listed", with_settings(FINE, drop_backend_after_decommission="false"), DRAINED, "ending", OK, "two looks"),
    ("essential unread", FINE.with_(unread={"settings": "denied"}), DRAINED, "unread", B, "settings could not be read"),
    ("other part unread", FINE.with_(unread={"alter_jobs": "denied"}), DRAINED, "unread", W, "alter jobs could not"),
]


@pytest.mark.parametrize(("state", "targets", "check", "verdict", "words"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_finding(state: ClusterState, targets: tuple[str, ...], check: str, verdict: Verdict, words: str) -> None:
    found = checks.run(checks.DECOMMISSION_BACKEND, tuple(map(address, targets)), state)
    said = [f"{finding.sentence} {finding.advice}" for finding in found if (finding.check, finding.verdict) == (check, verdict)]
    assert any(words in sentence for sentence in said), [f"{f.check} {f.verdict}: {f.sentence}" for f in found]


def test_nothing_blocks_or_warns_about_the_drain_of_mission_000() -> None:
    found = checks.run(checks.DECOMMISSION_BACKEND, (address("10.84.0.18:9050"),), FINE)
    assert {finding.verdict for finding in found} == {OK}
    assert [finding.check for finding in found][:2] == ["target", "leader"]


def test_a_wrong_target_is_all_that_is_said() -> None:
    found = checks.run(checks.DECOMMISSION_BACKEND, (address("10.84.0.81:9050"),), leaderless(FINE))
    assert [finding.check for finding in found] == ["target"]


@pytest.mark.parametrize(
    ("typed", "meant"), [("10.84.0.81:9050", "10.84.0.18:9050"), ("10.84.0.18:9060", "10.84.0.18:9050"), ("10.84.0.12:9010", "10.84.0.12:9050")]
)
def test_did_you_mean(typed: str, meant: str) -> None:
    (finding,) = checks.run(checks.DECOMMISSION_BACKEND, (address(typed),), FINE)
    assert f"`{meant}`" in finding.advice


def test_shared_data_needs_no_data_checks() -> None:
    state = FINE.with_(run_mode=RunMode.SHARED_DATA, replication=None, one_replica=None, health=None)
    found = checks.run(checks.DECOMMISSION_BACKEND, tuple(map(address, OLD_THREE)), state)
    assert not [finding for finding in found if finding.verdict is B]
