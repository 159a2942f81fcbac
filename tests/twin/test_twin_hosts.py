"""Hosts before they are nodes: what an ADD finds there, and what keeps a process out of the cluster."""

from typing import Any

import pytest

from workers.twin import ConnectionCut, SqlError

BE = "10.84.9.9"
FE = "10.84.9.10"
ADD_BE = f'ALTER SYSTEM ADD BACKEND "{BE}:9050"'
ADD_CN = f'ALTER SYSTEM ADD COMPUTE NODE "{BE}:9050"'
ADD_FE = f'ALTER SYSTEM ADD FOLLOWER "{FE}:9010"'
DROP_FE = f'ALTER SYSTEM DROP FOLLOWER "{FE}:9010"'


def frontend(t: Any, host: str = FE) -> dict[str, Any]:
    return next(row for row in t.rows("SHOW FRONTENDS") if row["IP"] == host)


def node(t: Any, host: str = BE) -> dict[str, Any]:
    return next(row for row in t.rows("SHOW COMPUTE NODES") if row["IP"] == host)


@pytest.mark.parametrize("columns", ["2.5", "3.2", "3.3.3", "4.0"])
def test_a_prepared_host_comes_up_with_its_own_build_and_disk(talk: Any, columns: str) -> None:
    t = talk(columns=columns)
    t.twin.inject("host", host=BE, version="3.3.9-0123abc", disk_gb=2048, other_gb=48, path="/data2/starrocks/be", cpu=48)
    t.do(ADD_BE)
    t.twin.advance(10)
    row = t.backend(BE)
    assert (row["Alive"], row["Version"], row["CpuCores"], row["ErrMsg"]) == ("true", "3.3.9-0123abc", "48", "")
    assert (row["TotalCapacity"], row["DataTotalCapacity"]) == ("2.000 TB", "1.953 TB")
    assert t.rows(f"SHOW PROC '/backends/{row['BackendId']}'")[0]["RootPath"] == "/data2/starrocks/be"


@pytest.mark.parametrize(
    ("state", "text"),
    [
        ({"trouble": "cluster_id"}, "Unmatched cluster id"),
        ({"trouble": "token"}, "Unmatched token"),
        ({"trouble": "address"}, "FE saved address not match backend address"),
        ({"trouble": "ip"}, "Unmatched backend ip"),
        ({"process": "cn"}, "expect to be BE but actually CN,Unmatched node type!"),
        ({"port": 9051}, "java.net.ConnectException: Connection refused (Connection refused)"),
        ({"running": False}, "java.net.ConnectException: Connection refused (Connection refused)"),
    ],
)
def test_what_keeps_a_backend_out(talk: Any, state: dict[str, Any], text: str) -> None:
    t = talk()
    t.twin.inject("host", host=BE, **state)
    t.do(ADD_BE)
    t.twin.advance(60)
    row = t.backend(BE)
    assert (row["Alive"], row["ErrMsg"], row["LastHeartbeat"], row["LastStartTime"]) == ("false", text, None, None)
    assert (row["Version"], row["AvailCapacity"]) == ("", "1.000 B")
    t.twin.inject("host", host=BE, process="be", running=True, trouble="", port=0)
    t.twin.advance(10)
    assert (t.backend(BE)["Alive"], t.backend(BE)["ErrMsg"]) == ("true", "")


def test_a_stopped_host_is_not_alive(talk: Any) -> None:
    t = talk()
    t.twin.inject("host", host="10.84.0.18", running=False)
    t.twin.advance(30)
    assert t.backend("10.84.0.18")["Alive"] == "false"
    t.do('ALTER SYSTEM DROP BACKEND "10.84.0.18:9050" FORCE')
    t.do('ALTER SYSTEM ADD BACKEND "10.84.0.18:9050"')
    t.twin.advance(30)
    assert t.backend("10.84.0.18")["Alive"] == "false", "nobody started it"
    t.twin.inject("host", host="10.84.0.18", running=True)
    t.twin.advance(6)
    assert t.backend("10.84.0.18")["Alive"] == "true"


# --- frontends


@pytest.mark.parametrize("kind", ["FOLLOWER", "OBSERVER"])
def test_a_frontend_joins_when_it_is_started(talk: Any, kind: str) -> None:
    t = talk()
    t.twin.inject("host", host=FE, process="fe", running=False)
    t.do(f'ALTER SYSTEM ADD {kind} "{FE}:9010"')
    t.twin.advance(120)
    assert (frontend(t)["Join"], frontend(t)["Alive"], frontend(t)["ReplayedJournalId"]) == ("false", "false", "0")
    t.twin.inject("host", host=FE, process="fe", running=True, helper="10.84.0.12:9010")
    t.twin.advance(6)
    assert (frontend(t)["Join"], frontend(t)["Alive"], frontend(t)["ErrMsg"]) == ("true", "false", "not ready")
    assert not t.twin.reachable(t.twin.cluster.frontend_named(FE)), "the MySQL port opens when it is ready"
    t.twin.advance(30)
    row = frontend(t)
    assert (row["Role"], row["Alive"], row["Version"]) == (kind, "true", "3.3.3-312ed45")
    lag = [int(frontend(t, "10.84.0.12")["ReplayedJournalId"]) - int(frontend(t)["ReplayedJournalId"])]
    for _ in range(3):
        t.twin.advance(15)
        lag.append(int(frontend(t, "10.84.0.12")["ReplayedJournalId"]) - int(frontend(t)["ReplayedJournalId"]))
    assert lag == sorted(lag, reverse=True)
    assert lag[0] > 1000 and lag[-1] < 100


@pytest.mark.parametrize(
    ("state", "text"),
    [
        ({"helper": "10.84.0.12:9020"}, "Connection refused"),
        ({"version": "3.2.6-2585333"}, "Connection refused"),
        ({"trouble": "clock"}, "Connection refused"),
        ({"trouble": "cluster_id"}, "invalid cluster id: 510224456"),
    ],
)
def test_what_keeps_a_frontend_out(talk: Any, state: dict[str, Any], text: str) -> None:
    t = talk()
    t.twin.inject("host", host=FE, process="fe", **state)
    t.do(ADD_FE)
    t.twin.advance(120)
    assert frontend(t)["Alive"] == "false"
    assert text in frontend(t)["ErrMsg"]


def test_a_frontend_of_another_patch_release_says_so(talk: Any) -> None:
    t = talk()
    t.twin.inject("host", host=FE, process="fe", version="3.3.9-0123abc")
    t.do(ADD_FE)
    t.twin.advance(60)
    assert (frontend(t)["Alive"], frontend(t)["Version"]) == ("true", "3.3.9-0123abc")


def test_a_dropped_frontend_comes_back_with_an_empty_directory_only(talk: Any) -> None:
    t = talk()
    t.do(ADD_FE)
    t.twin.advance(90)
    t.do(DROP_FE)
    ghost = t.twin.cluster.frontend_named(FE)
    assert t.twin.reachable(ghost), "it lives on until somebody stops it"
    t.do(ADD_FE)
    t.twin.advance(60)
    assert (frontend(t)["Alive"], frontend(t)["ErrMsg"]) == ("false", "invalid cluster id: 510224456")
    t.do(DROP_FE)
    t.twin.inject("host", host=FE, process="fe", running=False)
    assert not t.twin.reachable(ghost)
    t.do(ADD_FE)
    t.twin.inject("host", host=FE, process="fe", running=True)
    t.twin.advance(60)
    assert frontend(t)["ErrMsg"] == "invalid cluster id: 510224456"
    t.twin.inject("host", host=FE, process="fe", running=True, empty_meta=True)
    t.twin.advance(60)
    assert frontend(t)["Alive"] == "true"


def test_the_lead_moves_by_a_restart_and_the_former_leader_can_go(talk: Any) -> None:
    t = talk()
    other = t.other("10.84.0.19")
    t.twin.inject("fe_restart", fe="10.84.0.12", down_s=20)
    t.twin.advance(60)
    assert frontend(other, "10.84.0.12")["Role"] == "FOLLOWER"
    other.do('ALTER SYSTEM DROP FOLLOWER "10.84.0.12:9010"')


@pytest.mark.parametrize(("columns", "vacant"), [("3.3.3", True), ("4.0", False)])
def test_a_graceful_stop_hands_the_lead_over_where_the_version_can(talk: Any, columns: str, vacant: bool) -> None:
    t = talk(columns=columns)
    other = t.other("10.84.91.16")
    t.twin.inject("fe_stop_gracefully", fe="10.84.0.12")
    t.twin.advance(5)
    assert (t.twin.cluster.leader is None) is vacant
    assert t.twin.cluster.frontend_named("10.84.0.12").process_up is not vacant
    t.twin.advance(40)
    assert frontend(other, "10.84.0.12")["Alive"] == "false"


def test_dropping_the_living_beside_the_dead_ends_the_lead(talk: Any) -> None:
    t = talk()
    t.twin.inject("fe_down", fe="10.84.0.19")
    t.do('ALTER SYSTEM DROP FOLLOWER "10.84.91.16:9010"')
    assert t.twin.cluster.leader is not None, "two of three"
    with pytest.raises(ConnectionCut):
        t.do('ALTER SYSTEM DROP FOLLOWER "10.84.91.18:9010"')
    assert t.twin.cluster.leader is None, "one of two: the frontend guards nothing"


# --- compute nodes


@pytest.mark.parametrize("columns", ["3.3.3", "4.0"])
@pytest.mark.parametrize("scenario", ["small", "shared-data"])
def test_a_compute_node_comes_and_goes(talk: Any, scenario: str, columns: str) -> None:
    t = talk(scenario, columns=columns)
    t.twin.inject("host", host=BE, process="cn", running=False)
    t.do(ADD_CN)
    t.twin.advance(30)
    assert (node(t)["Alive"], node(t)["BePort"]) == ("false", "-1")
    assert "refused" in node(t)["ErrMsg"]
    t.twin.inject("host", host=BE, process="cn", running=True)
    t.twin.advance(6)
    assert (node(t)["Alive"], node(t)["BePort"], node(t)["Version"]) == ("true", "9060", t.twin.cluster.version.release)
    t.twin.inject("running_queries", at=BE, queries=3)
    assert node(t)["NumRunningQueries"] == "3"
    with pytest.raises(SqlError, match=r"Compute node already exists with same host 10\.84\.9\.9 and port 9050"):
        t.do(ADD_CN)
    t.do(f'ALTER SYSTEM DROP COMPUTE NODE "{BE}:9050"')
    assert "3 running queries" in t.twin.effects[-1].effects[0]
    with pytest.raises(SqlError, match=r"compute node does not exists\[10.84.9.9:9050\]"):
        t.do(f'ALTER SYSTEM DROP COMPUTE NODE "{BE}:9050"')


def test_a_backend_process_is_no_compute_node(talk: Any) -> None:
    t = talk()
    t.twin.inject("host", host=BE, process="be")
    t.do(ADD_CN)
    t.twin.advance(6)
    assert node(t)["ErrMsg"] == "expect to be CN but actually BE,Unmatched node type!"


def test_warehouses_by_version(talk: Any) -> None:
    older, newer = talk("shared-data"), talk("shared-data", columns="4.0")
    into = f"{ADD_CN} INTO WAREHOUSE default_warehouse"
    with pytest.raises(SqlError, match="INTO"):
        older.do(into)
    newer.do(into)
    newer.twin.advance(6)
    assert node(newer)["WarehouseName"] == "default_warehouse"
    with pytest.raises(SqlError, match="Warehouse name: etl not exist") as caught:
        newer.do('ALTER SYSTEM ADD COMPUTE NODE "10.84.9.8:9050" INTO WAREHOUSE etl')
    assert caught.value.code == 5901
    warehouse = newer.rows("SHOW WAREHOUSES")[0]
    assert (warehouse["Name"], warehouse["State"], warehouse["NodeCount"]) == ("default_warehouse", "AVAILABLE", "5")
    hosts = {row["IP"] for row in newer.rows("SHOW NODES FROM WAREHOUSE default_warehouse")}
    assert BE in hosts and "10.87.0.1" in hosts
    with pytest.raises(SqlError):
        older.do("SHOW WAREHOUSES")


# --- versions


BLACK_BE = "ADD BACKEND BLACKLIST {}"
BLACK_CN = "ADD COMPUTE NODE BLACKLIST {}"


@pytest.mark.parametrize(
    ("columns", "backends", "compute_nodes"),
    [("2.5", False, False), ("3.1", False, False), ("3.2", False, False), ("3.3.3", True, False), ("3.5", True, False),
     ("4.0", True, True)],
)  # fmt: skip
def test_blacklists_are_each_frontends_own_memory(talk: Any, columns: str, backends: bool, compute_nodes: bool) -> None:
    t = talk("shared-data", columns=columns)
    for sql, show, ident, there in (
        (BLACK_BE, "SHOW BACKEND BLACKLIST", 13_002, backends),
        (BLACK_CN, "SHOW COMPUTE NODE BLACKLIST", 13_102, compute_nodes),
    ):
        if not there:
            with pytest.raises(SqlError, match="syntax error") as caught:
                t.do(sql.format(ident))
            assert not caught.value.unknown
            continue
        t.do(sql.format(ident))
        (row,) = t.rows(show)
        assert (next(iter(row.values())), row["AddBlackListType"]) == (str(ident), "MANUAL")
        with pytest.raises(SqlError, match=r"Not found .*: 5"):
            t.do(sql.format(5))
        others = [f.host for f in t.twin.cluster.frontends if f is not t.twin.cluster.leader]
        assert t.other(others[0]).rows(show) == [], "a follower has a list of its own"
        t.do(sql.replace("ADD", "DELETE").format(f"{ident}, {ident}"))
        assert t.rows(show) == []


def test_a_blacklist_is_lost_at_a_restart(talk: Any) -> None:
    t = talk()
    follower = t.other("10.84.0.19")
    ident = t.backend("10.84.0.18")["BackendId"]
    follower.do(BLACK_BE.format(ident))
    t.twin.inject("fe_restart", fe="10.84.0.19", down_s=5)
    t.twin.advance(30)
    assert t.other("10.84.0.19").rows("SHOW BACKEND BLACKLIST") == []


@pytest.mark.parametrize("columns", ["2.5", "3.1", "3.2", "3.3.3", "3.5", "4.0"])
@pytest.mark.parametrize("scenario", ["small", "shared-data"])
def test_every_version_shows_its_nodes(talk: Any, scenario: str, columns: str) -> None:
    t = talk(scenario, columns=columns)
    late = columns in ("3.5", "4.0")
    row = t.rows("SHOW BACKENDS")[0]
    assert ("StatusCode" in row, "MemLimit" in row, "Id" in t.rows("SHOW FRONTENDS")[0]) == (late, late, late)
    assert ("NumRunningQueries" in row) is (columns != "2.5")
    assert ("DataCacheMetrics" in row) is (columns in ("3.3.3", "3.5", "4.0"))
    assert ("WorkerId" in row) is (scenario == "shared-data")
    if scenario == "shared-data":
        assert ("WarehouseName" in t.rows("SHOW COMPUTE NODES")[0]) is late
