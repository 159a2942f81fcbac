"""Every preflight rule for a decommission, as a table: what is seen, what is found."""

from importlib import import_module

import pytest

from policies import checks
from policies.cluster import ClusterState, ComputeNode, ReplicationCount, Role, RunMode
from policies.plan import Verdict
from policies.units import GIB
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


ALL_FIVE = tuple(str(backend.address) for backend in FINE.backends)


def empty(state: ClusterState) -> ClusterState:
    """No table at all, and StarRocks says so too."""
    return health(state.with_(replication=()), partitions=0, tables=0, tablets=0)


def statistics_only(state: ClusterState, version: str = "3.3.3-312ed45") -> ClusterState:
    """Only StarRocks' own statistics have three replicas."""
    own = ReplicationCount(replication=3, partitions=5, tablets=50, example="_statistics_.column_statistics")
    users = ReplicationCount(replication=2, partitions=70, tablets=700, example="shop.orders")
    return state.with_(version=version, replication=(users, own))


def by_table(state: ClusterState, tables: int) -> ClusterState:
    """As on a version without partitions_meta: each table counted as one partition."""
    counts = (ReplicationCount(replication=3, partitions=tables, tablets=0, example="shop.orders"),)
    return state.with_(replication=counts, unread={"replication by partition": "no partitions_meta"})


def voters_down(state: ClusterState, count: int) -> ClusterState:
    down = state.frontends[len(state.frontends) - count :]
    return state.with_(frontends=tuple(f.with_(alive=f not in down) for f in state.frontends))


def cn(text: str) -> ComputeNode:
    return ComputeNode(id=1, address=address(text), alive=True)


def strict(state: ClusterState) -> ClusterState:
    return with_settings(state, enable_strict_storage_medium_check="true")


def ssd(state: ClusterState) -> ClusterState:
    """Only the node that drains has an SSD."""
    (disk,) = state.backends[1].disks or ()
    return changed(state, "10.84.0.18", disks=(disk.with_(medium="SSD"),))


def roomy(state: ClusterState, gib: float) -> ClusterState:
    """So much room below the soft limit, all of it on one node."""
    for host in ("10.84.0.19", "10.84.91.18"):
        state = free(state, host, 1)
    new = next(b for b in state.backends if b.address.host == "10.84.91.16")
    # avail - (used + avail) / 10 = room; the reserve of 200 GB is the larger one here.
    return free(state, "10.84.91.16", (gib + new.data_used / GIB / 10) / 0.9)


def full_everywhere(state: ClusterState) -> ClusterState:
    """140 GB free on each: enough by StarRocks' own sum, too little below the soft limit of 90 %."""
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
    ("no node named", FINE, (), "target", B, "No node is named"),
    ("a compute node", FINE.with_(compute_nodes=(cn("10.84.0.30:9050"),)), ("10.84.0.30:9050",), "target", B, "is a compute node"),
    ("a follower is down", voters_down(FINE, 1), DRAINED, "leader", W, "3 of 4 voting frontends"),
    ("no majority", voters_down(FINE, 2), DRAINED, "leader", B, "Only 2 of 4 voting"),
    ("nothing visible, nothing counted", hidden(FINE).with_(health=None), DRAINED, "privileges", B, "No table is visible"),
    ("counted by table", by_table(FINE, 9), DRAINED, "privileges", OK, "allow node statements"),
    ("hidden, counted by table", by_table(FINE, 5), DRAINED, "privileges", B, "sees 5 of 9 tables"),
    ("where the data lives", FINE, DRAINED, "run mode", OK, "the drain copies it"),
    ("no leader", leaderless(FINE), DRAINED, "leader", B, "No frontend leads"),
    ("right missing", missing_right(FINE), DRAINED, "privileges", B, "lacks: role cluster_admin"),
    ("tables hidden from us", hidden(FINE), DRAINED, "privileges", B, "sees 0 of 75 partitions"),
    ("another is down", changed(FINE, "10.84.91.16", alive=False), DRAINED, "others healthy", B, "not alive: 10.84.91.16"),
    ("another leaves", changed(FINE, "10.84.91.16", decommissioned=True), DRAINED, "others healthy", B, "leaving: 10.84.91.16"),
    ("another stops", changed(FINE, "10.84.91.16", status_code="SHUTDOWN"), DRAINED, "others healthy", B, "shutting down"),
    ("three old BEs at once", FINE, OLD_THREE, "backend count", B, "2 of 5 backends"),
    ("before the new hosts", before_join(), DRAINED, "backend count", B, "2 of 3 backends"),
    ("a dead one does not count", changed(FINE, "10.84.91.16", alive=False), OLD_THREE[1:], "backend count", B, "2 of 5 backends"),
    ("too few hosts", shared_host(FINE), DRAINED, "backend count", B, "on 2 hosts"),
    ("the third is too much", FINE, OLD_THREE, "backend count", B, "10.84.0.19:9050 is the first that is too much"),
    ("one alone is too much", before_join(), OLD_THREE[:2], "backend count", B, "10.84.0.12:9050 alone is too much"),
    ("statistics alone, old", statistics_only(FINE), OLD_THREE, "backend count", B, "lower the replication number of the tables in"),
    ("statistics alone, new", statistics_only(FINE, "3.5.1-abc"), OLD_THREE, "backend count", OK, "replication number is 2 (e.g. shop.orders)"),
    ("statistics alone, version unknown", statistics_only(FINE, ""), OLD_THREE, "backend count", B, "_statistics_"),
    ("an empty cluster", empty(FINE), DRAINED, "backend count", OK, "no table is counted"),
    ("the last one of an empty cluster", empty(FINE), ALL_FIVE, "backend count", B, "0 of 5 backends would stay"),
    ("enough backends", FINE, DRAINED, "backend count", OK, "4 of 5 backends on 4 hosts"),
    ("0.12 takes nothing", FINE, DRAINED, "room", OK, "10.84.0.12:9050 (91.7 % used) takes nothing"),
    ("enough hosts with room", FINE, DRAINED, "destinations", OK, "3 of the 4 staying hosts have room"),
    ("a full host is no host", FINE, ("10.84.0.18:9050", "10.84.0.19:9050"), "destinations", W, "needs a copy on 10.84.0.12:9050 (91.7 % used)"),
    ("SSD has no room", strict(ssd(FINE)), DRAINED, "room", B, "375.9 GB lie on SSD"),
    ("SSD may go to HDD", ssd(FINE), DRAINED, "room", OK, "375.9 GB must move"),
    ("little slack", roomy(FINE, 450), DRAINED, "room", W, "of that room would stay free"),
    ("refused with the second", roomy(FINE, 500), OLD_THREE[1:], "room", B, "10.84.0.19:9050 is the first that is too much"),
    ("too full with the second", roomy(FINE, 750), OLD_THREE[1:], "room", B, "take 750.0 GB. 10.84.0.12:9050 (91.7 % used) and 10.84"),
    ("accepted, but never ends", full_everywhere(FINE), DRAINED, "room", B, "below the soft limit of 90 %"),
    ("FE refuses", free(full_everywhere(FINE), "10.84.91.16", 20), DRAINED, "room", B, "StarRocks will refuse"),
    ("frozen scheduler", with_settings(FINE, tablet_sched_max_scheduling_tablets="0"), DRAINED, "scheduler", B, "frozen"),
    ("frozen by its old name", with_settings(FINE.with_(settings={}), max_scheduling_tablets="0"), DRAINED, "scheduler", B, "frozen"),
    ("colocate off", with_settings(FINE, disable_colocate_balance="true"), DRAINED, "scheduler", B, "colocate"),
    ("few slots", with_settings(FINE, tablet_sched_slot_num_per_path="2"), DRAINED, "scheduler", W, "Only 2 clones"),
    ("few tablets", with_settings(FINE, tablet_sched_max_scheduling_tablets="10"), DRAINED, "scheduler", W, "takes on 10 tablets"),
    ("one replica", one_replica(FINE), DRAINED, "one_replica", W, "207 tablets of 1 table is there: ops.audit_raw"),
    ("one replica elsewhere", one_replica(FINE), ("10.84.0.19:9050",), "one_replica", OK, "No table"),
    ("unhealthy before", health(FINE, unhealthy=12), DRAINED, "tablet health", W, "12 of 98,938"),
    ("in error", health(FINE, error_state=3), DRAINED, "tablet health", B, "3 tablets are in an error"),
    ("inconsistent", health(FINE, inconsistent=1), DRAINED, "tablet health", B, "1 tablet is in an error"),
    ("colocate unstable", unstable(FINE), DRAINED, "colocate", W, "orders_by_user"),
    ("ALTER running", FINE.with_(alter_jobs=(alter_job(),)), DRAINED, "alter jobs and loads", W, "shop.orders (RUNNING)"),
    ("old load", FINE.with_(transactions=(old_load(3),)), DRAINED, "alter jobs and loads", W, "runs for 3 h"),
    ("the oldest load is named", FINE.with_(transactions=(old_load(3), old_load(5), old_load(4))), DRAINED, "alter jobs and loads", W, "3 load transactions are older than 1 h; nightly of shop runs for 5 h"),
    ("young load", FINE.with_(transactions=(old_load(0.5),)), DRAINED, "alter jobs and loads", OK, "No ALTER job"),
    ("recycle bin", recycled(FINE), DRAINED, "recycle bin", W, "1,200 tablets"),
    ("recycle bin of another", recycled(FINE), ("10.84.0.19:9050",), "recycle bin", OK, "holds nothing on the node"),
    ("removed by itself", FINE, DRAINED, "ending", OK, "by itself"),
    ("left listed", with_settings(FINE, drop_backend_after_decommission="false"), DRAINED, "ending", OK, "two looks"),
    ("essential unread", FINE.with_(unread={"settings": "denied"}), DRAINED, "unread", B, "settings could not be read"),
    ("disks unread", FINE.with_(unread={"disks": "denied"}), DRAINED, "unread", B, "disks could not be read"),
    ("never read", FINE.with_(replication=None), DRAINED, "unread", B, "Unknown: replication was not read"),
    ("no settings at all", FINE.with_(settings={}), DRAINED, "unread", B, "Unknown: settings was not read"),
    ("less important, never read", FINE.with_(health=None, recycle_bin=None), DRAINED, "unread", W, "health and recycle bin were not read"),
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


def shared_data(state: ClusterState) -> ClusterState:
    """As a look finds it: nothing about replicas, disks, groups and jobs was read."""
    nothing = dict.fromkeys(("replication", "one_replica", "colocate_groups", "alter_jobs", "transactions", "recycle_bin"))
    return health(state, error_state=3).with_(run_mode=RunMode.SHARED_DATA, **nothing)


def test_shared_data_needs_no_data_checks() -> None:
    found = checks.run(checks.DECOMMISSION_BACKEND, tuple(map(address, OLD_THREE)), shared_data(FINE))
    assert {finding.verdict for finding in found} == {OK}
    said = {finding.check: finding.sentence for finding in found}
    assert set(said) == {"target", "leader", "privileges", "run mode", "others healthy", "backend count", "ending"}
    assert "object storage" in said["run mode"] and "are not needed" in said["run mode"]


def test_shared_data_keeps_somebody_to_serve() -> None:
    found = checks.run(checks.DECOMMISSION_BACKEND, tuple(map(address, ALL_FIVE)), shared_data(FINE))
    assert [finding.check for finding in found if finding.verdict is B] == ["backend count"]
    compute = shared_data(FINE).with_(compute_nodes=(cn("10.84.0.30:9050"),))
    assert not [f for f in checks.run(checks.DECOMMISSION_BACKEND, tuple(map(address, ALL_FIVE)), compute) if f.verdict is B]


def test_each_check_has_a_source_and_a_name_of_its_own() -> None:
    modules = [import_module(check.__module__) for check in checks.DECOMMISSION_BACKEND]
    assert len({module.NAME for module in modules}) == len(modules)
    for module in modules:
        assert module.__doc__, module.__name__
    cited = [module for module in modules if ".java" in (module.__doc__ or "")]
    assert {module.NAME for module in modules} - {module.NAME for module in cited} == {"unread"}


def test_unknown_settings_are_never_called_fine() -> None:
    found = checks.run(checks.DECOMMISSION_BACKEND, (address(DRAINED[0]),), FINE.with_(settings={}))
    assert not {"scheduler", "ending"} & {finding.check for finding in found}
