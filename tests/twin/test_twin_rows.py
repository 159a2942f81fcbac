"""Mission 000's printed rows, number by number, at second 0."""

from typing import Any

import pytest

GIB = 1024**3
TIB = 1024**4

# TotalCapacity and DataTotalCapacity of the first row were printed `458 GB`; a frontend's own pattern is 0.000.
BACKENDS: dict[str, tuple[str, ...]] = {
    "10.84.0.12": (
        *("17766290", "2025-06-17 09:25:12", "97362", "419.858 GB", "38.142 GB", "458.000 GB", "91.67 %"),
        *("458.000 GB", "91.67 %", "16", "2", "29.88 %", "31.2 %", "980GB", "2025-06-19 12:50:11"),
    ),
    "10.84.0.18": (
        *("18320972", "2025-06-18 09:47:27", "88969", "375.891 GB", "312.079 GB", "783.426 GB", "60.16 %"),
        *("687.970 GB", "54.64 %", "16", "4", "77.38 %", "32.1 %", "490GB", "2025-06-19 12:50:05"),
    ),
    "10.84.0.19": (
        *("10004", "2024-12-23 14:26:44", "96107", "406.845 GB", "307.840 GB", "783.426 GB", "60.71 %"),
        *("714.685 GB", "56.93 %", "16", "2", "77.29 %", "31.1 %", "500GB", "2025-06-19 12:49:28"),
    ),
    "10.84.91.16": (
        *("18810542", "2025-06-19 11:22:33", "2761", "46.395 GB", "1.354 TB", "1.475 TB", "8.20 %"),
        *("1.400 TB", "3.24 %", "32", "2", "0.68 %", "3.1 %", "980GB", "2025-06-19 12:49:39"),
    ),
    "10.84.91.18": (
        *("18810543", "2025-06-19 11:23:08", "3215", "60.314 GB", "1.341 TB", "1.475 TB", "9.11 %"),
        *("1.400 TB", "4.21 %", "32", "0", "0.53 %", "0.5 %", "980GB", "2025-06-19 12:50:18"),
    ),
}
FRONTENDS = (
    ("10.84.0.12_9010_1734934377134", "10.84.0.12", "LEADER", "197425419", "2025-06-12 14:42:57"),
    ("10.84.0.19_9010_1735030041133", "10.84.0.19", "FOLLOWER", "197425393", "2025-03-08 22:42:24"),
    ("10.84.91.16_9010_1750301169517", "10.84.91.16", "FOLLOWER", "197425393", "2025-06-19 10:48:51"),
    ("10.84.91.18_9010_1750300763724", "10.84.91.18", "FOLLOWER", "197425393", "2025-06-19 10:41:08"),
)


def expected_backend(host: str) -> dict[str, str]:
    (ident, started, tablets, used, avail, total, used_pct, data_total, data_pct, cores, queries, mem, cpu, cache,
     reported) = BACKENDS[host]  # fmt: skip
    return {
        "BackendId": ident,
        "IP": host,
        "HeartbeatPort": "9050",
        "BePort": "9060",
        "HttpPort": "8040",
        "BrpcPort": "8060",
        "LastStartTime": started,
        "LastHeartbeat": "2025-06-19 12:50:29",
        "Alive": "true",
        "SystemDecommissioned": "false",
        "ClusterDecommissioned": "false",
        "TabletNum": tablets,
        "DataUsedCapacity": used,
        "AvailCapacity": avail,
        "TotalCapacity": total,
        "UsedPct": used_pct,
        "MaxDiskUsedPct": used_pct,
        "ErrMsg": "",
        "Version": "3.3.3-312ed45",
        "Status": f'{{"lastSuccessReportTabletsTime":"{reported}"}}',
        "DataTotalCapacity": data_total,
        "DataUsedPct": data_pct,
        "CpuCores": cores,
        "NumRunningQueries": queries,
        "MemUsedPct": mem,
        "CpuUsedPct": cpu,
        "DataCacheMetrics": f"Status: Normal, DiskUsage: 0B/{cache}, MemUsage: 0B/0B",
        "Location": "",
    }


@pytest.mark.parametrize("statement", ["SHOW BACKENDS", "SHOW PROC '/backends'"])
def test_backends_print_as_in_the_mission(talk: Any, statement: str) -> None:
    rows = talk("mission000").rows(statement)
    assert [row["IP"] for row in rows] == list(BACKENDS)
    for row in rows:
        expected = expected_backend(row["IP"])
        assert list(row) == list(expected), "columns and their order"
        assert row == expected


def test_frontends_print_as_in_the_mission(talk: Any) -> None:
    rows = talk("mission000").rows("SHOW FRONTENDS")
    assert len(rows) == len(FRONTENDS)
    for row, (name, host, role, journal, started) in zip(rows, FRONTENDS, strict=True):
        assert row == {
            "Name": name,
            "IP": host,
            "EditLogPort": "9010",
            "HttpPort": "8030",
            "QueryPort": "9030",
            "RpcPort": "9020",
            "Role": role,
            "ClusterId": "510224456",
            "Join": "true",
            "Alive": "true",
            "ReplayedJournalId": journal,
            "LastHeartbeat": "2025-06-19 12:50:09",
            "IsHelper": "true",
            "ErrMsg": "",
            "StartTime": started,
            "Version": "3.3.3-312ed45",
        }


def test_disks_add_up_to_the_row(talk: Any) -> None:
    t = talk("mission000")
    for row in t.rows("SHOW BACKENDS"):
        disks = t.rows(f"SHOW PROC '/backends/{row['BackendId']}'")
        assert len(disks) == 1
        for column in ("DataUsedCapacity", "AvailCapacity", "TotalCapacity", "DataTotalCapacity", "DataUsedPct"):
            assert disks[0][column] == row[column]
        assert disks[0]["TotalUsedPct"] == row["UsedPct"]
        assert disks[0]["TabletNum"] == row["TabletNum"]
    other = t.rows("SHOW PROC '/backends/18320972'")[0]["OtherUsedCapacity"]
    assert other == "95.456 GB"  # 783.426 - 312.079 - 375.891


def test_tablets_lie_on_distinct_backends_and_sum_up(talk: Any, replicas: Any) -> None:
    t = talk("mission000")
    placed = replicas(t.twin)
    for backend in t.twin.cluster.backends.values():
        assert sum(backend.id in backends for backends in placed.values()) == backend.tablets
    total = t.total()
    assert total["TabletNum"] == str(len(placed))
    assert total["ReplicaNum"] == str(sum(len(backends) for backends in placed.values()))
    assert total["DbId"] == "Total"
    assert total["DbName"] == str(len(t.rows("SHOW PROC '/dbs'"))), "a number, not a name"


def test_one_replica_tablets_are_on_the_old_backends(talk: Any) -> None:
    rows = talk("mission000").rows(
        "SELECT b.BE_ID AS id, COUNT(*) AS tablets FROM information_schema.be_tablets b "
        "JOIN information_schema.partitions_meta p ON p.PARTITION_ID = b.PARTITION_ID "
        "WHERE p.REPLICATION_NUM < 2 GROUP BY b.BE_ID"
    )
    assert {row["id"]: row["tablets"] for row in rows} == {17766290: 96, 18320972: 64, 10004: 48}


def test_times_follow_the_session_zone(talk: Any) -> None:
    t = talk("mission000")
    t.do("SET time_zone = '+00:00', forward_to_leader = true")
    assert t.backend("10.84.0.18")["LastStartTime"] == "2025-06-18 01:47:27"
    t.do("SET time_zone = 'CST'")
    assert t.backend("10.84.0.18")["LastStartTime"] == "2025-06-18 09:47:27"


def test_heartbeats_and_reports_go_on(talk: Any) -> None:
    t = talk("mission000")
    t.twin.advance(62)
    row = t.backend("10.84.0.18")
    assert row["LastHeartbeat"] == "2025-06-19 12:51:29"
    assert row["Status"] == '{"lastSuccessReportTabletsTime":"2025-06-19 12:51:05"}'
    assert t.rows("SHOW FRONTENDS")[1]["LastHeartbeat"] == "2025-06-19 12:51:29"


@pytest.mark.parametrize("scenario", ["before-join", "small", "small-b", "three-be", "shared-data"])
def test_other_scenarios_stand(talk: Any, scenario: str) -> None:
    t = talk(scenario)
    assert all(row["Alive"] == "true" for row in t.rows("SHOW BACKENDS"))
    assert sum(row["Role"] == "LEADER" for row in t.rows("SHOW FRONTENDS")) == 1
    t.twin.advance(3600)
    assert t.total()["UnhealthyTabletNum"] == "0", "nothing happens by itself"
    for backend in t.twin.cluster.backends.values():
        assert backend.disk.usage.avail > 0


def test_small_is_small(talk: Any) -> None:
    assert all(500 <= int(row["TabletNum"]) <= 760 for row in talk("small").rows("SHOW BACKENDS"))
