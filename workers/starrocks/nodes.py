"""Rows that list nodes and their disks, as parts of a cluster state."""

from policies.address import Address
from policies.cluster import Backend, ComputeNode, Disk, Frontend, Role, RunMode
from workers.starrocks.rows import Row

_ROLES = {"MASTER": Role.LEADER}
"""What the leader was called before 2.4."""


def backend(row: Row) -> Backend:
    """A row of SHOW BACKENDS; the disks are read elsewhere. Before the first disk report `avail` is 1 byte."""
    return Backend(
        id=row.number("BackendId"),
        address=_address(row),
        alive=row.flag("Alive"),
        # ClusterDecommissioned is a relic and always false (fe: system/Backend.java); it costs nothing to heed it.
        decommissioned=row.flag("SystemDecommissioned") or row.flag_or("ClusterDecommissioned", False),
        tablets=row.number("TabletNum"),
        data_used=row.size("DataUsedCapacity"),
        avail=row.size("AvailCapacity"),
        total=row.size("TotalCapacity"),
        used_share=row.share_or("UsedPct", 0.0),
        max_disk_used_share=row.share_or("MaxDiskUsedPct", 0.0),
        version=row.text("Version"),
        error=row.text("ErrMsg"),
        status_code=row.value("StatusCode"),
        location=row.text("Location"),
        be_port=row.number_or("BePort", -1),
        http_port=row.number_or("HttpPort", -1),
        brpc_port=row.number_or("BrpcPort", -1),
        running_queries=row.number_or("NumRunningQueries", None),
        last_start=row.moment("LastStartTime"),
        last_heartbeat=row.moment("LastHeartbeat"),
        mem_limit=row.size_or("MemLimit", None),
        warehouse=row.text("WarehouseName"),
    )


def run_mode(rows: list[Row], settings: dict[str, str]) -> RunMode:
    """As the config says, else by the column that only shared_data prints (fe: common/proc/BackendsProcDir.java)."""
    if "run_mode" in settings:
        return RunMode.SHARED_DATA if settings["run_mode"].lower() == "shared_data" else RunMode.SHARED_NOTHING
    return RunMode.SHARED_DATA if any("StarletPort" in row for row in rows) else RunMode.SHARED_NOTHING


def frontend(row: Row) -> Frontend:
    """A row of SHOW FRONTENDS; `http_port` is the answering frontend's own (fe: common/proc/FrontendsProcNode.java)."""
    role = row.text("Role").upper()
    return Frontend(
        name=row.text("Name"),
        address=_address(row, "EditLogPort"),
        role=Role(role) if role in Role.__members__ else _ROLES.get(role, Role.UNKNOWN),
        alive=row.flag("Alive"),
        joined=row.flag_or("Join", False),
        query_port=row.number_or("QueryPort", 0),
        http_port=row.number_or("HttpPort", 0),
        rpc_port=row.number_or("RpcPort", 0),
        journal_id=row.number_or("ReplayedJournalId", 0),
        version=row.text("Version"),
        error=row.text("ErrMsg"),
        last_start=row.moment("StartTime"),
        last_heartbeat=row.moment("LastHeartbeat"),
        cluster_id=row.number_or("ClusterId", 0),
    )


def compute_node(row: Row) -> ComputeNode:
    """A row of SHOW COMPUTE NODES."""
    return ComputeNode(
        id=row.number("ComputeNodeId"),
        address=_address(row),
        alive=row.flag("Alive"),
        decommissioned=row.flag_or("SystemDecommissioned", False),
        http_port=row.number_or("HttpPort", -1),
        version=row.text("Version"),
        error=row.text("ErrMsg"),
        running_queries=row.number_or("NumRunningQueries", None),
        warehouse=row.text("WarehouseName"),
        last_start=row.moment("LastStartTime"),
        mem_limit=row.size_or("MemLimit", None),
    )


def disk(row: Row) -> Disk:
    """A row of SHOW PROC '/backends/<id>'."""
    return Disk(
        path=row.essential("RootPath"),
        medium=row.text("StorageMedium"),
        state=row.essential("State"),
        data_used=row.size("DataUsedCapacity"),
        avail=row.size("AvailCapacity"),
        total=row.size("TotalCapacity"),
    )


def _address(row: Row, port: str = "HeartbeatPort") -> Address:
    """As listed: the spelling that ALTER SYSTEM wants. The column was Host up to 2.x."""
    return Address(host=row.value("IP") or row.essential("Host"), port=row.number(port))
