"""Rows of SHOW BACKENDS, FRONTENDS and COMPUTE NODES of several versions, as parts of a cluster state."""

from datetime import UTC, datetime

import pytest

from policies.address import Address
from policies.cluster import Role, RunMode
from tests.starrocks.printed_rows import rows, rows_of
from workers.starrocks import nodes
from workers.starrocks.errors import Unreadable
from workers.starrocks.rows import Row, table

GIB = 1024**3

MISSION_000 = [
    # id, host, tablets, data used, available, total in GiB, used share
    (17766290, "10.84.0.12", 97362, 419.858, 38.142, 458.0, 0.9167),
    (18320972, "10.84.0.18", 88969, 375.891, 312.079, 783.426, 0.6016),
    (10004, "10.84.0.19", 96107, 406.845, 307.840, 783.426, 0.6071),
    (18810542, "10.84.91.16", 2761, 46.395, 1386.496, 1510.4, 0.0820),
    (18810543, "10.84.91.18", 3215, 60.314, 1373.184, 1510.4, 0.0911),
]


@pytest.mark.parametrize(("index", "printed"), list(enumerate(MISSION_000)))
def test_backends_of_mission_000(index: int, printed: tuple[int, str, int, float, float, float, float]) -> None:
    backend = nodes.backend(rows("backends")[index])
    number, host, tablets, used, avail, total, share = printed
    assert (backend.id, backend.address, backend.tablets) == (number, Address(host=host, port=9050), tablets)
    assert (backend.data_used, backend.avail, backend.total) == (
        pytest.approx(used * GIB, abs=1),
        pytest.approx(avail * GIB, abs=1),
        pytest.approx(total * GIB, abs=1),
    )
    assert backend.used_share == backend.max_disk_used_share == share
    assert (backend.alive, backend.decommissioned, backend.version) == (True, False, "3.3.3-312ed45")


def test_a_backend_in_every_column() -> None:
    backend = nodes.backend(rows("backends")[1])
    assert (backend.be_port, backend.http_port, backend.brpc_port) == (9060, 8040, 8060)
    assert backend.running_queries == 4
    assert backend.last_start == datetime(2025, 6, 18, 9, 47, 27, tzinfo=UTC)
    assert backend.last_heartbeat == datetime(2025, 6, 19, 12, 50, 29, tzinfo=UTC)
    assert (backend.error, backend.location, backend.status_code, backend.disks) == ("", "", None, None)


def test_a_leaving_backend() -> None:
    backend = nodes.backend(rows("backend_leaving")[0])
    assert backend.decommissioned
    assert backend.tablets == 23784


def test_a_backend_after_its_disk_grew() -> None:
    backend = nodes.backend(rows("backend_grown")[0])
    assert backend.avail == pytest.approx(1006.168 * GIB, abs=1)
    assert backend.data_total > backend.avail


NEW_40 = {
    "MemLimit": "12.345GB",
    "NumRunningQueries": "0",
    "MemUsedPct": "0.53 %",
    "CpuUsedPct": "0.5 %",
    "DataCacheMetrics": "N/A",
    "Location": "rack:a",
    "StatusCode": "SHUTDOWN",
}


def printed_with(changes: dict[str, str | None], drop: tuple[str, ...] = ()) -> Row:
    """The row of 10.84.0.18 with some columns changed, added or left out."""
    row = rows("backends")[1]
    values = {name: row.value(name) or "" for name in row.columns}
    merged: dict[str, str | None] = {name: value for name, value in values.items() if name not in {d.lower() for d in drop}}
    merged.update({name.lower(): value for name, value in changes.items()})
    return table(merged.keys(), [list(merged.values())])[0]


def test_columns_of_4_0() -> None:
    backend = nodes.backend(printed_with(dict(NEW_40)))
    assert (backend.status_code, backend.location, backend.shutting_down) == ("SHUTDOWN", "rack:a", True)


def test_columns_of_2_5() -> None:
    backend = nodes.backend(printed_with({}, drop=tuple(NEW_40)))
    assert (backend.running_queries, backend.location, backend.status_code) == (None, "", None)


def test_a_backend_that_was_just_added() -> None:
    """Capacities before the first disk report: 1 byte available, nothing in total (fe: system/Backend.java)."""
    row = printed_with(
        {
            "Alive": "false",
            "BePort": "-1",
            "LastStartTime": None,
            "LastHeartbeat": "NULL",
            "TabletNum": "0",
            "DataUsedCapacity": "0.000 ",
            "AvailCapacity": "1.000 B",
            "TotalCapacity": "0.000 B",
            "UsedPct": "0.00 %",
            "MaxDiskUsedPct": "0.00 %",
            "Version": "",
        }
    )
    backend = nodes.backend(row)
    assert (backend.alive, backend.be_port, backend.avail, backend.total) == (False, -1, 1, 0)
    assert (backend.last_start, backend.last_heartbeat, backend.version) == (None, None, "")


@pytest.mark.parametrize("column", ["BackendId", "HeartbeatPort", "Alive", "SystemDecommissioned", "TabletNum", "AvailCapacity"])
def test_an_essential_column_is_never_guessed(column: str) -> None:
    with pytest.raises(Unreadable, match=column):
        nodes.backend(printed_with({}, drop=(column,)))


def test_a_size_that_cannot_be_read_is_never_zero() -> None:
    with pytest.raises(Unreadable, match="DataUsedCapacity"):
        nodes.backend(printed_with({"DataUsedCapacity": "plenty"}))


def test_an_ipv6_address() -> None:
    assert str(nodes.backend(printed_with({"IP": "fd00::18"})).address) == "[fd00::18]:9050"


def test_frontends_of_mission_000() -> None:
    found = [nodes.frontend(row) for row in rows("frontends")]
    assert [str(frontend.address) for frontend in found] == [
        "10.84.0.12:9010",
        "10.84.0.19:9010",
        "10.84.91.16:9010",
        "10.84.91.18:9010",
    ]
    assert [frontend.role for frontend in found] == [Role.LEADER, *[Role.FOLLOWER] * 3]
    assert [found[0].journal_id, found[1].journal_id] == [197425419, 197425393]
    assert all(frontend.alive and frontend.joined and frontend.query_port == 9030 for frontend in found)


FRONTEND = "Id|Name|IP|EditLogPort|HttpPort|QueryPort|RpcPort|Role|ClusterId|Join|Alive|ReplayedJournalId|LastHeartbeat"
FRONTEND += "|IsHelper|ErrMsg|StartTime|Version"


def test_a_frontend_of_4_0_that_never_answered() -> None:
    """StartTime and Version are the text NULL there, not SQL NULL (fe: common/proc/FrontendsProcNode.java)."""
    line = "4|10.84.0.20_9010_1|10.84.0.20|9010|8030|0|0|FOLLOWER|5|false|false|0|NULL|true|not ready|NULL|NULL"
    frontend = nodes.frontend(rows_of(FRONTEND, line)[0])
    assert (frontend.version, frontend.last_start, frontend.last_heartbeat) == ("", None, None)
    assert (frontend.alive, frontend.error) == (False, "not ready")


@pytest.mark.parametrize(("text", "role"), [("MASTER", Role.LEADER), ("observer", Role.OBSERVER), ("INIT", Role.UNKNOWN)])
def test_roles(text: str, role: Role) -> None:
    line = f"1|n|h|9010|8030|9030|9020|{text}|5|true|true|7|2025-06-19 12:50:09|true||2025-06-12 14:42:57|3.1.0"
    assert nodes.frontend(rows_of(FRONTEND, line)[0]).role is role


def test_a_compute_node() -> None:
    header = "ComputeNodeId|IP|HeartbeatPort|Alive|SystemDecommissioned|ErrMsg|Version|NumRunningQueries"
    node = nodes.compute_node(rows_of(header, "10301|10.85.0.31|9050|true|false||3.3.3|2")[0])
    assert (node.id, str(node.address), node.alive, node.running_queries) == (10301, "10.85.0.31:9050", True, 2)


def test_a_disk() -> None:
    header = "RootPath|DataUsedCapacity|OtherUsedCapacity|AvailCapacity|TotalCapacity|TotalUsedPct|State|PathHash|StorageMedium"
    line = "/data/be|375.891 GB|95.456 GB|312.079 GB|783.426 GB|60.16 %|ONLINE|123|SSD"
    disk = nodes.disk(rows_of(header, line)[0])
    assert (disk.path, disk.state, disk.medium) == ("/data/be", "ONLINE", "SSD")
    assert disk.data_total == pytest.approx(687.970 * GIB, abs=2)


@pytest.mark.parametrize(
    ("columns", "settings", "mode"),
    [
        ("IP", {}, RunMode.SHARED_NOTHING),
        ("IP|StarletPort", {}, RunMode.SHARED_DATA),
        ("IP", {"run_mode": "shared_data"}, RunMode.SHARED_DATA),
        ("IP|StarletPort", {"run_mode": "shared_nothing"}, RunMode.SHARED_NOTHING),
    ],
)
def test_run_mode(columns: str, settings: dict[str, str], mode: RunMode) -> None:
    assert nodes.run_mode(rows_of(columns, "x|1"), settings) is mode
