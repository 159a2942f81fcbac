"""Frontends: who answers, who leads, what is lost with a leader."""

from typing import Any

import pytest

from workers.twin import ConnectionCut, SqlError

FREEZE = 'ADMIN SET FRONTEND CONFIG ("max_scheduling_tablets" = "0")'


def leader_of(t: Any) -> str:
    return str(next(row["IP"] for row in t.rows("SHOW FRONTENDS") if row["Role"] == "LEADER"))


def test_leader_loss(talk: Any) -> None:
    t = talk()
    follower = t.other("10.84.0.19")
    t.do(FREEZE)
    t.twin.inject("leader_lost")
    with pytest.raises(ConnectionCut):
        t.do("SHOW BACKENDS")
    with pytest.raises(SqlError, match="forward") as caught:
        follower.do("SHOW BACKENDS")
    assert caught.value.code == 1064
    assert follower.rows("SELECT 1") == [{"1": 1}], "what is answered locally still is"
    assert {row["Role"] for row in follower.rows("SHOW PROC '/frontends'")} == {"FOLLOWER"}
    t.twin.advance(12)
    assert leader_of(follower) == "10.84.0.19"
    assert follower.setting("tablet_sched_max_scheduling_tablets") == "0", "the old leader had told it"
    rows = {row["IP"]: row for row in follower.rows("SHOW FRONTENDS")}
    assert rows["10.84.0.12"]["Role"] == "FOLLOWER"
    t.twin.advance(15)
    row = follower.rows("SHOW FRONTENDS")[0]
    assert (row["Alive"], row["StartTime"], row["Version"]) == ("false", "NULL", "NULL")
    t.twin.advance(60)
    assert follower.rows("SHOW FRONTENDS")[0]["Alive"] == "true"
    assert leader_of(follower) == "10.84.0.19"


def test_a_drain_survives_its_leader(talk: Any) -> None:
    t = talk()
    t.do('ALTER SYSTEM DECOMMISSION BACKEND "10.84.0.18:9050"')
    assert t.twin.run_until(lambda: t.twin.course.clones.finished > 100, 600)
    t.twin.inject("leader_lost")
    assert t.twin.course.clones.running == {}, "the queue was the old leader's memory"
    other = t.other("10.84.91.16")
    t.twin.advance(13)
    assert other.backend("10.84.0.18")["SystemDecommissioned"] == "true", "the flag is in the edit log"
    assert t.twin.run_until(lambda: t.twin.cluster.backend_at("10.84.0.18:9050") is None, 900)


def test_lost_majority_means_no_leader(talk: Any) -> None:
    t = talk()
    survivor = t.other("10.84.91.18")
    for host in ("10.84.0.19", "10.84.91.16"):
        t.twin.inject("fe_down", fe=host)
    assert t.twin.cluster.leader is None, "two of four do not carry it"
    t.twin.advance(600)
    with pytest.raises(SqlError, match="forward"):
        survivor.do('ALTER SYSTEM DECOMMISSION BACKEND "10.84.0.18:9050"')
    t.twin.inject("fe_up", fe="10.84.0.19")
    t.twin.advance(20)
    assert leader_of(survivor) in ("10.84.0.12", "10.84.0.19", "10.84.91.18")


def test_a_follower_answers_proc_from_its_own_memory(talk: Any) -> None:
    t = talk()
    follower = t.other("10.84.0.19")
    t.twin.inject("set_disk", at="10.84.0.18", avail_gb=100)

    def avail(who: Any, statement: str) -> str:
        return str(next(row["AvailCapacity"] for row in who.rows(statement) if row["IP"] == "10.84.0.18"))

    assert avail(follower, "SHOW BACKENDS") == "100.000 GB"
    assert avail(t, "SHOW PROC '/backends'") == "100.000 GB"
    assert avail(follower, "SHOW PROC '/backends'") != "100.000 GB", "disk reports are not replayed"
    follower.do("SET forward_to_leader = true")
    assert avail(follower, "SHOW PROC '/backends'") == "100.000 GB"


@pytest.mark.parametrize("columns", ["2.5", "3.3.3", "4.0"])
def test_a_frontend_that_cannot_be_told_makes_it_an_error_after_the_others_took_it(talk: Any, columns: str) -> None:
    t = talk(columns=columns)
    t.twin.inject("fe_restart", fe="10.84.0.19", down_s=600)
    t.twin.advance(5)
    with pytest.raises(SqlError, match=r"set config for fe\[10\.84\.0\.19\] failed: ") as caught:
        t.do(FREEZE)
    assert not caught.value.unknown
    assert t.setting("tablet_sched_max_scheduling_tablets") == "0"
    t.twin.advance(700)
    assert t.other("10.84.0.19").setting("max_scheduling_tablets") == "10000"


@pytest.mark.parametrize("columns", ["2.5", "3.2", "3.3.3", "4.0"])
def test_settings_reach_others_and_are_lost_where_a_frontend_restarts(talk: Any, columns: str) -> None:
    t = talk(columns=columns)
    t.do(FREEZE)
    assert t.other("10.84.0.19").setting("max_scheduling_tablets") == "0"
    t.twin.inject("fe_restart", fe="10.84.0.19", down_s=5)
    t.twin.advance(60)
    assert t.other("10.84.0.19").setting("max_scheduling_tablets") == "10000"
    assert t.setting("max_scheduling_tablets") == "0"
    t.twin.inject("fe_restart", fe="10.84.0.12", down_s=5)
    t.twin.advance(60)
    leader = t.other(t.twin.cluster.leader.host)
    assert leader.twin.cluster.leader.host != "10.84.0.12"
    kept = "10000" if leader.twin.cluster.leader.host == "10.84.0.19" else "0"
    assert leader.setting("max_scheduling_tablets") == kept, "what the new leader's own memory holds"


@pytest.mark.parametrize(
    "pair", ['"no_such_thing" = "1"', '"run_mode" = "shared_data"', '"disable_balance" = "perhaps"']
)
def test_settings_that_are_refused(talk: Any, pair: str) -> None:
    with pytest.raises(SqlError) as caught:
        talk().do(f"ADMIN SET FRONTEND CONFIG ({pair})")
    assert not caught.value.unknown


def test_followers_come_and_go_one_at_a_time(talk: Any) -> None:
    t = talk()
    with pytest.raises(SqlError, match="Unexpected input ','") as caught:
        t.do('ALTER SYSTEM ADD FOLLOWER "10.84.5.1:9010", "10.84.5.2:9010"')
    assert not caught.value.unknown
    t.do('ALTER SYSTEM ADD FOLLOWER "10.84.5.1:9010"')
    row = t.rows("SHOW FRONTENDS")[-1]
    assert (row["Alive"], row["Join"], row["QueryPort"], row["StartTime"], row["LastHeartbeat"]) == (
        *("false", "false", "0", "NULL", None),
    )
    t.twin.advance(40)
    row = t.rows("SHOW FRONTENDS")[-1]
    assert (row["Alive"], row["Join"], row["QueryPort"]) == ("true", "true", "9030")
    t.do('ALTER SYSTEM DROP FOLLOWER "10.84.5.1:9010"')
    assert len(t.rows("SHOW FRONTENDS")) == 4


@pytest.mark.parametrize(
    ("sql", "text"),
    [
        ('ALTER SYSTEM ADD FOLLOWER "10.84.0.19:9011"', "FE with the same host: 10.84.0.19 already exists"),
        ('ALTER SYSTEM DROP FOLLOWER "10.84.0.12:9010"', "can not drop current master node."),
        ('ALTER SYSTEM DROP FOLLOWER "10.84.0.77:9010"', "frontend does not exist[10.84.0.77:9010]"),
        ('ALTER SYSTEM DROP OBSERVER "10.84.0.19:9010"', "OBSERVER does not exist[10.84.0.19:9010]"),
    ],
)
def test_frontend_refusals(talk: Any, sql: str, text: str) -> None:
    with pytest.raises(SqlError) as caught:
        talk().do(sql)
    assert caught.value.text == text


def test_a_dropped_frontend_lives_on_as_a_ghost(talk: Any) -> None:
    t = talk()
    ghost = t.other("10.84.0.19")
    t.do('ALTER SYSTEM DROP FOLLOWER "10.84.0.19:9010"')
    assert ghost.rows("SELECT 1")
    with pytest.raises(SqlError, match="Internal error processing forward"):
        ghost.do("SHOW FRONTENDS")


def test_added_backend_comes_alive(talk: Any) -> None:
    t = talk()
    t.do('ALTER SYSTEM ADD BACKEND "10.84.7.7:9050"')
    row = t.backend("10.84.7.7")
    assert (row["Alive"], row["BePort"], row["AvailCapacity"], row["TotalCapacity"], row["LastHeartbeat"]) == (
        *("false", "-1", "1.000 B", "0.000 B", None),
    )
    t.twin.advance(5)
    row = t.backend("10.84.7.7")
    assert (row["Alive"], row["AvailCapacity"]) == ("true", "1.000 B"), "alive before its disks are known"
    t.twin.advance(60)
    assert t.backend("10.84.7.7")["TotalCapacity"] == "1.475 TB"


def test_a_host_without_process_stays_dead(talk: Any) -> None:
    t = talk()
    t.twin.inject("host_process", host="10.84.7.7", running=False)
    t.do('ALTER SYSTEM ADD BACKEND "10.84.7.7:9050"')
    t.twin.advance(60)
    row = t.backend("10.84.7.7")
    assert row["Alive"] == "false"
    assert "refused" in row["ErrMsg"]
    t.twin.inject("host_process", host="10.84.7.7", running=True)
    t.twin.advance(6)
    assert t.backend("10.84.7.7")["Alive"] == "true"


def test_an_unreachable_frontend_fails_the_setting_after_it_took_effect(talk: Any) -> None:
    t = talk(columns="4.0")
    t.twin.inject("fe_down", fe="10.84.0.19")
    with pytest.raises(SqlError, match=r"10\.84\.0\.19"):
        t.do(FREEZE)
    assert t.setting("tablet_sched_max_scheduling_tablets") == "0"
    assert t.twin.effects[-1].outcome.startswith("error 1064"), "an error, and an effect"


def test_of_a_group_that_was_down_who_led_last_leads_again(talk: Any) -> None:
    t = talk()
    hosts = ["10.84.0.19", "10.84.91.16", "10.84.91.18", "10.84.0.12"]
    for host in hosts:
        t.twin.inject("fe_down", fe=host)
    t.twin.advance(60)
    assert not any(t.twin.reachable(frontend) for frontend in t.twin.cluster.frontends), "nobody answers"
    for host in reversed(hosts[1:]):
        t.twin.inject("fe_up", fe=host)
    t.twin.advance(60)
    assert leader_of(t.other("10.84.91.16")) == "10.84.0.12", "its journal is the newest"
