"""A decommission from the statement to the row that vanishes."""

import time
from typing import Any

import pytest

LEAVING = "10.84.0.18"
DECOMMISSION = f'ALTER SYSTEM DECOMMISSION BACKEND "{LEAVING}:9050"'


def gone(t: Any) -> bool:
    return t.twin.cluster.backend_at(f"{LEAVING}:9050") is None


def test_a_small_drain_takes_four_to_six_minutes(talk: Any, replicas: Any) -> None:
    t = talk()
    before = replicas(t.twin)
    t.do(DECOMMISSION)
    assert t.backend(LEAVING)["SystemDecommissioned"] == "true"
    assert t.twin.run_until(lambda: gone(t), 600)
    assert 240 <= t.twin.now <= 360
    after = replicas(t.twin)
    assert after.keys() == before.keys(), "no tablet is lost or made"
    assert {k: len(v) for k, v in after.items()} == {k: len(v) for k, v in before.items()}
    assert t.total()["UnhealthyTabletNum"] == "0"
    assert t.twin.course.happened[-1][1].startswith(f"drained backend {LEAVING}:9050")


def test_invariants_hold_all_along(talk: Any, replicas: Any) -> None:
    t = talk()
    wanted = {tablet: len(backends) for tablet, backends in replicas(t.twin).items()}
    t.do(DECOMMISSION)
    seen: list[int] = []
    while not gone(t) and t.twin.now < 600:
        t.twin.advance(7)
        for tablet, backends in replicas(t.twin).items():
            assert wanted[tablet] <= len(backends) <= wanted[tablet] + 1, "copy first, remove last"
        for backend in t.twin.cluster.backends.values():
            placed = replicas(t.twin).values()
            assert backend.tablets == sum(backend.id in backends for backends in placed)
            assert 0 <= backend.slots_taken <= 8
        seen.append(t.tablets(LEAVING))
    counts = seen[: seen.index(-1)]
    assert counts == sorted(counts, reverse=True), "TabletNum of a leaving backend only falls"


def test_the_first_two_minutes_show_nothing(talk: Any) -> None:
    t = talk()
    start = t.tablets(LEAVING)
    t.do(DECOMMISSION)
    t.twin.advance(119)
    assert t.tablets(LEAVING) == start
    assert t.rows("SHOW PROC '/cluster_balance'")[5] == {"Item": "running_tablets", "Number": "0"}
    # Tablets of one and two replicas are NORMAL: twice the delay. With three they are LOW: three times.
    t.twin.advance(30)
    running = t.rows("SHOW PROC '/cluster_balance/running_tablets'")
    assert {row["OrigPrio"] for row in running} == {"NORMAL"}
    assert {row["Status"] for row in running} <= {"REPLICA_RELOCATING", "COLOCATE_MISMATCH"}
    t.twin.advance(60)
    later = t.rows("SHOW PROC '/cluster_balance/history_tablets'") + t.rows("SHOW PROC '/cluster_balance/running_tablets'")
    assert "LOW" in {row["OrigPrio"] for row in later}


def test_the_delay_setting_shortens_the_wait(talk: Any) -> None:
    t = talk()
    t.do('ADMIN SET FRONTEND CONFIG ("tablet_sched_repair_delay_factor_second" = "1")')
    t.do(DECOMMISSION)
    t.twin.advance(60)
    assert t.rows("SHOW PROC '/cluster_balance'")[6]["Number"] != "0", "copies have finished already"


def test_unhealthy_rises_to_what_is_left(talk: Any) -> None:
    t = talk()
    t.do(DECOMMISSION)
    assert t.total()["UnhealthyTabletNum"] == str(t.tablets(LEAVING))
    t.twin.run_until(lambda: t.twin.course.clones.finished > 400, 600)
    left = t.tablets(LEAVING)
    # Copied but not yet removed is redundant, and redundant is not unhealthy.
    assert 0 < int(t.total()["UnhealthyTabletNum"]) < left


def test_data_used_lags_a_report_behind(talk: Any) -> None:
    t = talk()
    t.do(DECOMMISSION)
    assert t.twin.run_until(lambda: t.tablets(LEAVING) < 300, 600)
    backend = t.twin.cluster.backend_at(f"{LEAVING}:9050")
    assert backend.reported.data_used > backend.disk.usage.data_used
    t.twin.advance(0.1)
    shown = backend.reported.data_used
    assert t.twin.run_until(lambda: gone(t) or backend.reported.data_used < shown, 61)


def test_without_automatic_drop_the_row_stays_at_zero(talk: Any) -> None:
    t = talk()
    t.do('ADMIN SET FRONTEND CONFIG ("drop_backend_after_decommission" = "false")')
    t.do(DECOMMISSION)
    assert t.twin.run_until(lambda: t.tablets(LEAVING) == 0, 600)
    t.twin.advance(3600)
    row = t.backend(LEAVING)
    assert (row["TabletNum"], row["SystemDecommissioned"]) == ("0", "true")
    t.do(f'ALTER SYSTEM DROP BACKEND "{LEAVING}:9050"')
    assert gone(t)


def test_cancel_keeps_what_moved_and_stops_the_rest(talk: Any, replicas: Any) -> None:
    t = talk()
    t.do(DECOMMISSION)
    assert t.twin.run_until(lambda: t.tablets(LEAVING) < 400, 600)
    t.do(f'CANCEL DECOMMISSION BACKEND "{LEAVING}:9050"')
    left = t.tablets(LEAVING)
    t.twin.advance(3600)
    assert t.backend(LEAVING)["SystemDecommissioned"] == "false"
    assert 0 < t.tablets(LEAVING) <= left + 16
    assert t.total()["UnhealthyTabletNum"] == "0"
    assert {len(backends) for backends in replicas(t.twin).values()} == {1, 2, 3}


def test_repeating_either_statement_is_harmless(talk: Any) -> None:
    t = talk()
    for _ in range(2):
        t.do(DECOMMISSION)
    for _ in range(2):
        t.do(f'CANCEL DECOMMISSION BACKEND "{LEAVING}:9050"')
    assert [entry.sql for entry in t.twin.effects] == [DECOMMISSION, f'CANCEL DECOMMISSION BACKEND "{LEAVING}:9050"']


def test_colocate_buckets_move_together_and_settle(talk: Any, replicas: Any) -> None:
    t = talk()
    t.do(DECOMMISSION)
    assert t.twin.run_until(lambda: t.rows("SHOW PROC '/colocation_group'")[0]["IsStable"] == "false", 60)
    assert t.twin.run_until(lambda: gone(t), 600)
    group = t.rows("SHOW PROC '/colocation_group'")[0]
    assert group["IsStable"] == "true"
    buckets = t.rows(f"SHOW PROC '/colocation_group/{group['GroupId']}'")
    placed = replicas(t.twin)
    catalog = t.twin.cluster.catalog
    for name in ("trade.orders", "trade.order_lines"):
        first = catalog.table(name).partitions[0].first_tablet
        for row in buckets:
            expected = {int(ident) for ident in row["BackendIds"].split(", ")}
            assert placed[first + int(row["BucketIndex"])] == expected


def test_the_mission_drain(talk: Any) -> None:
    """89,000 tablets: one and a half to three and a half simulated hours, little CPU."""
    t = talk("mission000")
    t.do(DECOMMISSION)
    began = time.process_time()
    assert t.twin.run_until(lambda: gone(t), 4 * 3600)
    cpu = time.process_time() - began
    assert 1.5 * 3600 <= t.twin.now <= 3.5 * 3600
    assert cpu < 6, "budget is 2 s on an idle core; the rest is for a busy machine"
    assert t.backend("10.84.0.12")["UsedPct"] == "91.67 %", "the full backend took nothing"
    assert sum(int(row["TabletNum"]) for row in t.rows("SHOW BACKENDS")) == 288_414


def test_slots_set_the_speed(talk: Any) -> None:
    took = {}
    for slots in ("2", "8"):
        t = talk("mission000")
        t.do(f'ADMIN SET FRONTEND CONFIG ("tablet_sched_slot_num_per_path" = "{slots}")')
        t.do(DECOMMISSION)
        t.twin.run_until(lambda t=t: t.twin.course.clones.finished > 0, 600)
        began = t.twin.now
        t.twin.run_until(lambda t=t: t.twin.course.clones.finished > 2000, 3600)
        took[slots] = t.twin.now - began
        assert max(backend.slots_taken for backend in t.twin.cluster.backends.values()) <= int(slots)
    assert took["2"] == pytest.approx(4 * took["8"], rel=0.3)


def test_a_clone_history_can_be_measured(talk: Any) -> None:
    t = talk()
    t.do(DECOMMISSION)
    t.twin.run_until(lambda: gone(t), 600)
    rows = t.rows("SELECT CLONE_BYTES, CLONE_DURATION, CLONE_SRC, CLONE_DEST FROM information_schema.fe_tablet_schedules")
    assert len(rows) > 500
    assert all(row["CLONE_DURATION"] > 0 and row["CLONE_SRC"] != row["CLONE_DEST"] for row in rows)
