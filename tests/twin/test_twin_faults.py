"""Every fault in the catalogue shows the evidence a real cluster shows."""

from collections.abc import Callable
from typing import Any

import pytest

from workers.twin import FAULTS, ConnectionCut, SqlError

LEAVING = "10.84.0.18"
AT = f"{LEAVING}:9050"
DECOMMISSION = f'ALTER SYSTEM DECOMMISSION BACKEND "{AT}"'

Check = Callable[[Any], None]
CHECKS: dict[str, Check] = {}


def check(name: str) -> Callable[[Check], Check]:
    def keep(function: Check) -> Check:
        CHECKS[name] = function
        return function

    return keep


def gone(t: Any) -> bool:
    return t.twin.cluster.backend_at(AT) is None


def stalls_at(t: Any, seconds: float = 1200) -> int:
    """Drain, wait until long after it should be over, and say how many tablets are left."""
    t.do(DECOMMISSION)
    t.twin.advance(seconds)
    assert not gone(t)
    before = t.tablets(LEAVING)
    t.twin.advance(300)
    assert t.tablets(LEAVING) == before, "it stands still"
    return before


@check("be_down")
def _(t: Any) -> None:
    t.twin.inject("be_down", at=AT)
    t.twin.advance(10)
    assert t.backend(LEAVING)["Alive"] == "true", "not noticed yet"
    t.twin.advance(15)
    row = t.backend(LEAVING)
    assert (row["Alive"], row["LastHeartbeat"]) == ("false", "2025-06-19 12:50:29")
    assert row["ErrMsg"]
    assert t.total()["UnhealthyTabletNum"] == "0", "tolerated for 900 s"
    t.twin.advance(900)
    assert int(t.total()["UnhealthyTabletNum"]) > 0


@check("be_up")
def _(t: Any) -> None:
    t.twin.inject("be_down", at=AT)
    t.twin.advance(30)
    t.twin.inject("be_up", at=AT)
    t.twin.advance(6)
    row = t.backend(LEAVING)
    assert (row["Alive"], row["LastStartTime"], row["ErrMsg"]) == ("true", "2025-06-19 12:50:59", "")


@check("be_restart")
def _(t: Any) -> None:
    t.twin.advance(1)
    t.twin.inject("be_restart", at=AT)
    seen = set()
    for _ in range(30):
        t.twin.advance(1)
        seen.add(t.backend(LEAVING)["Alive"])
    assert seen == {"true"}
    assert t.backend(LEAVING)["LastStartTime"] == "2025-06-19 12:50:38"


@check("be_shutdown")
def _(t: Any) -> None:
    t.twin.inject("be_shutdown", at=AT)
    t.twin.advance(6)
    assert t.backend(LEAVING)["Alive"] == "true", "3.3 does not know the answer SHUTDOWN"


@check("host_process")
def _(t: Any) -> None:
    t.twin.inject("host_process", host="10.84.9.9", running=False)
    t.do('ALTER SYSTEM ADD BACKEND "10.84.9.9:9050"')
    t.twin.advance(30)
    assert t.backend("10.84.9.9")["Alive"] == "false"


@check("host")
def _(t: Any) -> None:
    t.twin.inject("host", host="10.84.9.9", trouble="cluster_id")
    t.do('ALTER SYSTEM ADD BACKEND "10.84.9.9:9050"')
    t.twin.advance(6)
    assert t.backend("10.84.9.9")["ErrMsg"] == "Unmatched cluster id"


@check("fe_restart")
def _(t: Any) -> None:
    follower = t.other("10.84.0.19")
    t.twin.inject("fe_restart", fe="10.84.0.12")
    t.twin.advance(40)
    rows = {row["IP"]: row for row in follower.rows("SHOW FRONTENDS")}
    assert rows["10.84.0.19"]["Role"] == "LEADER"
    assert (rows["10.84.0.12"]["Role"], rows["10.84.0.12"]["Alive"]) == ("FOLLOWER", "true")


@check("fe_stop_gracefully")
def _(t: Any) -> None:
    follower = t.other("10.84.0.19")
    t.twin.inject("fe_stop_gracefully", fe="10.84.0.12", returns_after_s=60)
    t.twin.advance(13)
    assert any(row["Role"] == "LEADER" for row in follower.rows("SHOW FRONTENDS"))


@check("running_queries")
def _(t: Any) -> None:
    t.twin.inject("running_queries", at=AT, queries=7, seconds=30)
    assert t.backend(LEAVING)["NumRunningQueries"] == "7"
    t.twin.advance(31)
    assert t.backend(LEAVING)["NumRunningQueries"] == "0"


@check("balance_to")
def _(t: Any) -> None:
    t.do('ALTER SYSTEM DROP BACKEND "10.84.91.18:9050" FORCE')
    t.twin.advance(900)
    t.do('ALTER SYSTEM ADD BACKEND "10.84.91.18:9050"')
    t.twin.cluster.added.clear()
    t.twin.advance(300)
    assert t.tablets("10.84.91.18") == 0
    t.twin.inject("balance_to", at="10.84.91.18")
    t.twin.advance(120)
    assert t.tablets("10.84.91.18") > 0


@check("host_offers")
def _(t: Any) -> None:
    t.twin.inject("host_offers", host="10.84.9.9", disk_gb=2048, version="3.3.4-abcdef0")
    t.do('ALTER SYSTEM ADD BACKEND "10.84.9.9:9050"')
    t.twin.advance(90)
    row = t.backend("10.84.9.9")
    assert (row["TotalCapacity"], row["Version"]) == ("2.000 TB", "3.3.4-abcdef0")


@check("disk_full")
def _(t: Any) -> None:
    t.twin.inject("disk_full", at=AT)
    row = t.backend(LEAVING)
    assert (row["AvailCapacity"], row["UsedPct"]) == ("1.000 GB", "99.80 %")


@check("set_disk")
def _(t: Any) -> None:
    t.twin.inject("set_disk", at=AT, data_used_gb=40, avail_gb=60, state="OFFLINE")
    row = t.backend(LEAVING)
    assert (row["DataUsedCapacity"], row["AvailCapacity"]) == ("40.000 GB", "60.000 GB")
    assert t.rows(f"SHOW PROC '/backends/{row['BackendId']}'")[0]["State"] == "OFFLINE"


@check("no_room")
def _(t: Any) -> None:
    t.twin.inject("no_room", at=AT, leave_gb=0.5)
    t.twin.inject("set_disk", at=AT, avail_gb=400)
    left = stalls_at(t)
    assert left > 100, "the frontend accepted it, the disks did not"
    assert t.messages() == {"unable to find dest path for new replica"}
    assert int(t.rows("SHOW PROC '/cluster_balance'")[4]["Number"]) > 0


@check("leader_lost")
def _(t: Any) -> None:
    follower = t.other("10.84.0.19")
    t.twin.inject("leader_lost", returns_after_s=None)
    with pytest.raises(ConnectionCut):
        t.do("SELECT 1")
    t.twin.advance(13)
    assert [row["Role"] for row in follower.rows("SHOW FRONTENDS")][:2] == ["FOLLOWER", "LEADER"]
    t.twin.advance(600)
    assert follower.rows("SHOW FRONTENDS")[0]["Alive"] == "false"


@check("fe_down")
def _(t: Any) -> None:
    follower = t.other("10.84.0.19")
    t.twin.inject("fe_down", fe="10.84.0.19")
    with pytest.raises(ConnectionCut):
        follower.do("SELECT 1")
    assert not t.twin.reachable(follower.session.frontend)
    t.twin.advance(25)
    assert t.rows("SHOW FRONTENDS")[1]["Alive"] == "false"


@check("fe_up")
def _(t: Any) -> None:
    t.twin.inject("fe_down", fe="10.84.0.19")
    t.twin.advance(60)
    t.twin.inject("fe_up", fe="10.84.0.19")
    t.twin.advance(6)
    row = t.rows("SHOW FRONTENDS")[1]
    assert (row["Alive"], row["StartTime"]) == ("true", "2025-06-19 12:51:29")


@check("cut_connections")
def _(t: Any) -> None:
    other = t.other(user="root")
    t.twin.inject("cut_connections", user="sr_bot")
    with pytest.raises(ConnectionCut):
        t.do("SELECT 1")
    assert other.rows("SELECT 1")


@check("refuse_connections")
def _(t: Any) -> None:
    t.twin.inject("refuse_connections", seconds=30)
    assert not t.twin.reachable(t.session.frontend)
    assert t.rows("SELECT 1"), "open connections go on"
    t.twin.advance(30)
    assert t.twin.reachable(t.session.frontend)


@check("slow_statements")
def _(t: Any) -> None:
    t.twin.inject("slow_statements", ms=250, matching="show  BACKENDS")
    assert t.twin.interference.delay_s("SHOW BACKENDS") == 0.25
    assert t.twin.interference.delay_s("SHOW FRONTENDS") == 0
    t.twin.inject("slow_statements", ms=0)
    assert t.twin.interference.delay_s("SHOW BACKENDS") == 0


@check("statement_timeout")
def _(t: Any) -> None:
    t.twin.inject("statement_timeout", matching="decommission")
    with pytest.raises(ConnectionCut):
        t.do(DECOMMISSION)
    again = t.other()
    assert again.backend(LEAVING)["SystemDecommissioned"] == "true", "it took effect"
    entry = t.twin.effects[0]
    assert (entry.cut, entry.outcome) == (True, "ok")
    again.do(f'CANCEL DECOMMISSION BACKEND "{AT}"')


@check("cut_before")
def _(t: Any) -> None:
    t.twin.inject("cut_before", matching="DECOMMISSION", times=2)
    for _ in range(2):
        with pytest.raises(ConnectionCut):
            t.other().do(DECOMMISSION)
    assert t.twin.effects == []
    assert t.twin.log[-1].cut
    t.do(DECOMMISSION)


@check("frozen_scheduler")
def _(t: Any) -> None:
    t.twin.inject("frozen_scheduler")
    assert t.setting("tablet_sched_max_scheduling_tablets") == "0"
    start = t.tablets(LEAVING)
    t.do(DECOMMISSION)
    t.twin.advance(900)
    assert start - 60 < t.tablets(LEAVING) < start, "about one a round: it looks frozen"
    t.do('ADMIN SET FRONTEND CONFIG ("tablet_sched_max_scheduling_tablets" = "10000")')
    assert t.twin.run_until(lambda: gone(t), 600)


@check("setting")
def _(t: Any) -> None:
    t.twin.inject("setting", key="disable_balance", value="true")
    assert t.setting("tablet_sched_disable_balance") == "true"
    assert t.twin.effects[0].user == "root"


@check("recycle_bin")
def _(t: Any) -> None:
    start = t.tablets(LEAVING)
    t.twin.inject("recycle_bin", at=AT, tablets=12, seconds=2400)
    assert t.tablets(LEAVING) == start, "they still count"
    assert stalls_at(t) == 12
    assert t.rows("SHOW PROC '/cluster_balance'")[4] == {"Item": "pending_tablets", "Number": "0"}
    ident = t.backend(LEAVING)["BackendId"]
    orphans = t.rows(
        "SELECT COUNT(*) AS n FROM information_schema.be_tablets b LEFT JOIN information_schema.partitions_meta p "
        f"ON p.PARTITION_ID = b.PARTITION_ID WHERE b.BE_ID = {ident} AND p.PARTITION_ID IS NULL"
    )
    assert orphans == [{"n": 12}]
    assert t.twin.run_until(lambda: gone(t), 1200), "ends by itself when the bin is emptied"


@check("long_transaction")
def _(t: Any) -> None:
    t.twin.inject("long_transaction", database="ods", seconds=2400, age_s=5000)
    left = stalls_at(t)
    assert left == 300, "every replica of ods.events on the node has been copied and waits"
    assert all(message.startswith("wait txn before") for message in t.messages())
    ident = t.twin.cluster.catalog.databases["ods"].id
    running = t.rows(f"SHOW PROC '/transactions/{ident}/running'")
    assert [row["PrepareTime"] for row in running] == ["2025-06-19 11:27:09"]
    assert t.rows(f"SHOW PROC '/transactions/{ident}'")[0] == {"State": "running", "Number": "1"}
    assert t.twin.run_until(lambda: gone(t), 1200)


@check("end_transactions")
def _(t: Any) -> None:
    t.twin.inject("long_transaction", database="ods")
    stalls_at(t)
    t.twin.inject("end_transactions")
    assert t.twin.run_until(lambda: gone(t), 60)


@check("routine_load")
def _(t: Any) -> None:
    t.twin.inject("routine_load", job="orders", database="ods")
    t.twin.inject("routine_load", job="orders", state="PAUSED", reason="no backend")
    assert [row["Name"] for row in t.rows("SHOW PROC '/routine_loads'")] == ["orders"]
    [row] = t.rows("SHOW PROC '/routine_loads/orders'")
    assert (row["DbName"], row["State"], row["ReasonOfStateChanged"]) == ("ods", "PAUSED", "no backend") and row["PauseTime"]


@check("missed_loads")
def _(t: Any) -> None:
    def unhealthy() -> int:
        return int(t.rows("SHOW PROC '/statistic'")[-1]["UnhealthyTabletNum"])

    t.do('ADMIN SET FRONTEND CONFIG ("tablet_sched_max_scheduling_tablets" = "0")')
    t.twin.inject("missed_loads", at="10.84.0.18:9050", tablets=50)
    t.twin.advance(41)
    assert unhealthy() == 48, "one a round, as long as it is frozen"
    t.do('ADMIN SET FRONTEND CONFIG ("tablet_sched_max_scheduling_tablets" = "10000")')
    t.twin.advance(20)
    assert unhealthy() == 0


@check("create_table")
def _(t: Any) -> None:
    before = int(t.rows("SHOW PROC '/statistic'")[-1]["TableNum"])
    t.twin.inject("create_table", table="rpt.made_since")
    assert int(t.rows("SHOW PROC '/statistic'")[-1]["TableNum"]) == before + 1


@check("alter_job")
def _(t: Any) -> None:
    t.twin.inject("alter_job", table="rpt.cube", seconds=2400)
    assert [row["State"] for row in t.rows("SHOW ALTER TABLE COLUMN FROM `rpt`")] == ["RUNNING"]
    assert stalls_at(t) == 108
    assert t.messages() == {"table is in alter process, but tablet status is REPLICA_RELOCATING"}
    assert t.twin.run_until(lambda: gone(t), 1500)
    assert t.rows("SHOW ALTER TABLE COLUMN FROM `rpt`")[0]["State"] == "FINISHED"


@check("colocate_unstable")
def _(t: Any) -> None:
    t.twin.inject("colocate_unstable", seconds=2400)
    assert stalls_at(t) == 60
    assert t.rows("SHOW PROC '/colocation_group'")[0]["IsStable"] == "false"
    assert t.twin.run_until(lambda: gone(t), 1800)


@check("colocate_wait")
def _(t: Any) -> None:
    t.twin.inject("colocate_wait")
    t.do(DECOMMISSION)
    t.twin.advance(800)
    assert t.tablets(LEAVING) == 60
    assert t.messages() == set()
    assert t.twin.run_until(lambda: gone(t), 600)
    assert t.twin.now > 1000


@check("source_unhealthy")
def _(t: Any) -> None:
    t.twin.inject("source_unhealthy", at=AT, tablets=3)
    assert t.total()["UnhealthyTabletNum"] == "3"
    assert stalls_at(t) == 3
    assert t.messages() == {"unable to find source replica"}


@check("source_healthy")
def _(t: Any) -> None:
    t.twin.inject("source_unhealthy", at=AT, tablets=3)
    stalls_at(t)
    t.twin.inject("source_healthy")
    assert t.twin.run_until(lambda: gone(t), 300)


@check("location")
def _(t: Any) -> None:
    t.twin.inject("location", at=AT, label="rack:r1", tablets=5)
    assert t.backend(LEAVING)["Location"] == "rack:r1"
    assert stalls_at(t) == 5
    assert t.messages() == {"unable to find dest path for new replica"}
    t.twin.inject("location", at="10.84.0.19:9050", label="rack:r1")
    assert t.twin.run_until(lambda: gone(t), 300)


@check("strict_medium")
def _(t: Any) -> None:
    t.twin.inject("strict_medium", at=AT, tablets=5)
    assert t.setting("enable_strict_storage_medium_check") == "true"
    assert stalls_at(t) == 5
    assert t.messages() == {"unable to find dest path for new replica"}


@check("replicas_exceed")
def _(t: Any) -> None:
    t.do(DECOMMISSION)
    t.twin.inject("replicas_exceed", tablets=4)
    t.twin.advance(1200)
    assert t.tablets(LEAVING) == 4
    assert t.messages() == {"unable to find dest path for new replica"}
    assert t.rows("SELECT MAX(REPLICATION_NUM) AS n FROM information_schema.partitions_meta") == [{"n": 5}]


@check("replicas_lowered")
def _(t: Any) -> None:
    t.do(DECOMMISSION)
    t.twin.inject("replicas_exceed", tablets=4)
    t.twin.advance(1200)
    t.twin.inject("replicas_lowered", replication=4)
    assert t.rows("SELECT MAX(REPLICATION_NUM) AS n FROM information_schema.partitions_meta") == [{"n": 4}]
    assert t.twin.run_until(lambda: gone(t), 300)


@check("unhealthy_baseline")
def _(t: Any) -> None:
    t.twin.inject("unhealthy_baseline", tablets=7)
    assert t.total()["UnhealthyTabletNum"] == "7"
    t.do(DECOMMISSION)
    assert t.twin.run_until(lambda: gone(t), 600)
    assert t.total()["UnhealthyTabletNum"] == "7"


@check("slow_disk")
def _(t: Any) -> None:
    t.twin.inject("slow_disk", at="10.84.0.12", factor=8)
    t.do(DECOMMISSION)
    t.twin.advance(900)
    took = {True: [], False: []}
    for clone in t.twin.course.clones.history:
        took[10_002 in (clone.source, clone.dest)].append(clone.finish - clone.started)
    # A pass each second notices what has ended: 0.7 s and its bytes look like one or two, eight times as long like six or more.
    assert min(took[True]) >= 5 > 3 > max(took[False])
    t.twin.inject("slow_disk", at="10.84.0.12", factor=1)
    with pytest.raises(ValueError, match="at least 1"):
        t.twin.inject("slow_disk", at="10.84.0.12", factor=0.5)


@check("drain_rate")
def _(t: Any) -> None:
    t.twin.inject("drain_rate", factor=0.05)
    t.do(DECOMMISSION)
    t.twin.advance(360)
    assert t.tablets(LEAVING) > 300
    t.twin.inject("drain_rate", factor=1)
    assert t.twin.run_until(lambda: gone(t), 600)


@check("node_readded")
def _(t: Any) -> None:
    before = t.backend(LEAVING)["BackendId"]
    t.twin.inject("node_readded", at=AT)
    row = t.backend(LEAVING)
    assert row["BackendId"] != before
    assert (row["Alive"], row["TabletNum"]) == ("false", "0")
    t.twin.advance(6)
    assert t.backend(LEAVING)["Alive"] == "true"
    assert [entry.user for entry in t.twin.effects] == ["root", "root"]


@check("node_dropped")
def _(t: Any) -> None:
    t.twin.inject("node_dropped", at=AT)
    assert t.backend(LEAVING) is None


@check("foreign_decommission")
def _(t: Any) -> None:
    t.twin.inject("foreign_decommission", at="10.84.0.19:9050")
    assert t.backend("10.84.0.19")["SystemDecommissioned"] == "true"
    assert [(entry.user, entry.outcome) for entry in t.twin.effects] == [("root", "ok")]


@check("foreign_cancel")
def _(t: Any) -> None:
    t.do(DECOMMISSION)
    t.twin.advance(200)
    t.twin.inject("foreign_cancel", at=AT)
    assert t.backend(LEAVING)["SystemDecommissioned"] == "false"


@check("image_fails")
def _(t: Any) -> None:
    leader = t.twin.cluster.leader
    before = leader.image
    t.twin.inject("image_fails")
    t.do("ALTER SYSTEM CREATE IMAGE")
    t.twin.advance(60)
    assert leader.image == before
    t.twin.inject("image_fails", failing=False)
    t.do("ALTER SYSTEM CREATE IMAGE")
    t.twin.advance(60)
    assert {f.image > before for f in t.twin.cluster.frontends} == {True}


GMV = "SELECT IS_ACTIVE, LAST_REFRESH_STATE, LAST_REFRESH_ERROR_MESSAGE FROM information_schema.materialized_views WHERE TABLE_NAME = 'gmv'"


@check("view_broken")
def _(t: Any) -> None:
    t.twin.inject("view_broken", view="ads.gmv", error="Unknown table 'hive.ods.orders'")
    t.do("ALTER MATERIALIZED VIEW ads.gmv INACTIVE")
    with pytest.raises(SqlError, match=r"(?s)Can not active materialized view .gmv.*Unknown table 'hive.ods.orders'"):
        t.do("ALTER MATERIALIZED VIEW ads.gmv ACTIVE")
    t.twin.inject("view_broken", view="ads.gmv", error="")
    t.do("ALTER MATERIALIZED VIEW ads.gmv ACTIVE")
    assert t.rows(GMV)[0]["IS_ACTIVE"] == "true"


@check("view_fails")
def _(t: Any) -> None:
    t.twin.inject("view_fails", view="ads.gmv", error="Memory of process exceed limit")
    t.twin.inject("view_refresh", view="ads.gmv", seconds=10)
    t.twin.advance(12)
    assert list(t.rows(GMV)[0].values()) == ["true", "FAILED", "Memory of process exceed limit"]


@check("view_refresh")
def _(t: Any) -> None:
    t.twin.inject("view_refresh", view="ads.gmv", seconds=10)
    assert t.rows(GMV)[0]["LAST_REFRESH_STATE"] == "RUNNING", "it waits, which this version does not tell apart"
    t.twin.advance(2)
    assert t.twin.cluster.materialized_views[3].last.state == "RUNNING"
    t.twin.advance(10)
    assert t.rows(GMV)[0]["LAST_REFRESH_STATE"] == "SUCCESS"


@check("view_dropped")
def _(t: Any) -> None:
    t.twin.inject("view_dropped", view="ads.gmv")
    assert t.rows(GMV) == []


ON_MACHINES = "workers.twin.faults.machines"  # shown in test_machines_faults.py, where there are hosts


@pytest.mark.parametrize("name", [name for name, fault in FAULTS.items() if fault.effect.__module__ != ON_MACHINES])
def test_fault(talk: Any, name: str) -> None:
    assert name in CHECKS, f"no test shows what {name} does"
    t = talk("mission003") if name.startswith("view_") else talk()
    CHECKS[name](t)
    assert any(f"fault {name}(" in what for _, what in t.twin.course.happened)
    assert not [entry.sql for entry in t.twin.log if entry.unknown]


def test_graceful_stop_shows_at_once_in_4(talk: Any) -> None:
    t = talk(columns="4.0")
    t.twin.inject("be_shutdown", at=AT)
    t.twin.advance(6)
    row = t.backend(LEAVING)
    assert (row["Alive"], row["StatusCode"], row["ErrMsg"]) == ("false", "SHUTDOWN", "BE is shutting down")


def test_what_cannot_be_moved_is_in_the_history_not_in_the_queue(talk: Any) -> None:
    """UNRECOVERABLE is dropped from the pending list at once and found again by the checker, 20 s later."""
    t = talk()
    t.twin.inject("source_unhealthy", at=AT, tablets=3)
    stalls_at(t)
    waiting = 0
    for _ in range(60):
        t.twin.advance(1)
        waiting += len(t.rows("SHOW PROC '/cluster_balance/pending_tablets'"))
    past = t.rows("SHOW PROC '/cluster_balance/history_tablets'")
    assert waiting <= 3 * 6, "a second or two in each round"
    assert {row["ErrMsg"] for row in past if row["State"] == "CANCELLED"} == {"unable to find source replica"}
    assert t.messages() == {"unable to find source replica"}


def test_a_leaving_backend_that_dies(talk: Any) -> None:
    """What has other replicas is copied from them; what has not waits for the node."""
    t = talk()
    t.do(DECOMMISSION)
    t.twin.advance(100)
    t.twin.inject("be_down", at=AT)
    t.twin.advance(1500)
    assert t.tablets(LEAVING) == 12, "one-replica tablets"
    assert t.messages() == {"unable to find source replica"}
    t.twin.inject("be_up", at=AT)
    assert t.twin.run_until(lambda: gone(t), 300)


def test_the_recycle_bin_is_relocated_by_older_code(talk: Any) -> None:
    t = talk(columns="3.2")
    t.twin.inject("recycle_bin", at=AT, tablets=12, seconds=86_400)
    t.do(DECOMMISSION)
    assert t.twin.run_until(lambda: gone(t), 600)


def test_the_recycle_bin_can_be_listed_in_4(talk: Any) -> None:
    t = talk(columns="4.0")
    t.twin.inject("recycle_bin", at=AT, tablets=12, seconds=86_400)
    assert {row["TYPE"] for row in t.rows("SELECT * FROM information_schema.recyclebin_catalogs")} == {"Partition"}
    with pytest.raises(SqlError, match="Unknown table"):
        talk().do("SELECT * FROM information_schema.recyclebin_catalogs")


def test_colocate_balance_switched_off(talk: Any) -> None:
    t = talk()
    t.do('ADMIN SET FRONTEND CONFIG ("disable_colocate_balance" = "true")')
    assert stalls_at(t) == 60
    t.do('ADMIN SET FRONTEND CONFIG ("disable_colocate_balance" = "false")')
    assert t.twin.run_until(lambda: gone(t), 600)


@pytest.mark.parametrize(
    ("name", "arguments", "error"),
    [
        ("no_such_fault", {}, LookupError),
        ("be_down", {}, ValueError),
        ("be_down", {"at": "10.0.0.1:1"}, LookupError),
        ("be_down", {"at": AT, "why": "so"}, ValueError),
        ("drain_rate", {"factor": "fast"}, ValueError),
        ("drain_rate", {"factor": 0}, ValueError),
        ("recycle_bin", {"at": AT, "tablets": True}, ValueError),
    ],
)
def test_wrong_faults_are_refused(talk: Any, name: str, arguments: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        talk().twin.inject(name, **arguments)
