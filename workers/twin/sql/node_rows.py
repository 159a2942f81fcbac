"""Rows of SHOW BACKENDS, SHOW FRONTENDS, SHOW COMPUTE NODES and their PROC doubles, by column name."""

import json

from workers.twin.answers import ResultSet, text_rows
from workers.twin.life.heartbeats import last_heartbeat
from workers.twin.model.nodes import Backend, ComputeNode, Frontend
from workers.twin.sql.asking import Asking
from workers.twin.sql.formats import boolean, percent, size


def backends(asking: Asking, *, stale: bool = False) -> ResultSet:
    """Sorted by host, then port. `stale`: capacities as a follower's own memory has them."""
    version = asking.cluster.version
    columns = version.backends
    if asking.cluster.shared_data:
        columns += version.backends_shared_data
    nodes = sorted(asking.cluster.backends.values(), key=lambda b: (b.host, b.be_port))
    return text_rows(columns, [_backend(asking, node, stale=stale) for node in nodes])


def _backend(asking: Asking, node: Backend, *, stale: bool) -> dict[str, object]:
    usage = node.replayed if stale else node.reported
    row: dict[str, object] = {
        "BackendId": str(node.id),
        "IP": node.host,
        "HeartbeatPort": str(node.heartbeat_port),
        "BePort": str(node.be_port),
        "HttpPort": str(node.http_port),
        "BrpcPort": str(node.brpc_port),
        "LastStartTime": asking.time(node.last_start),
        "LastHeartbeat": asking.time(last_heartbeat(node, asking.cluster.now)),
        "Alive": boolean(node.alive),
        "SystemDecommissioned": boolean(node.decommissioned),
        "ClusterDecommissioned": "false",
        "TabletNum": str(node.tablets),
        "ErrMsg": node.error,
        "Version": node.version,
        "Status": json.dumps(
            {"lastSuccessReportTabletsTime": asking.time(node.last_report) or "N/A"}, separators=(",", ":")
        ),
        "CpuCores": str(node.cpu_cores),
        "MemLimit": f"{node.mem_limit / 1024**3:.3f}GB",
        "NumRunningQueries": str(node.running_queries),
        "MemUsedPct": f"{node.mem_pct:.2f} %",
        "CpuUsedPct": f"{node.cpu_pct:.1f} %",
        "DataCacheMetrics": node.cache,
        "Location": node.location,
        "StatusCode": _status_code(node),
        "StarletPort": str(node.starlet_port),
        "WorkerId": str(node.worker_id),
        "WarehouseName": "default_warehouse",
    }
    if usage is None:
        # Until the first disk report the available capacity counts as one byte (fe: system/Backend.java).
        row |= {
            "DataUsedCapacity": size(0),
            "AvailCapacity": size(1),
            "TotalCapacity": size(0),
            "UsedPct": "0.00 %",
            "MaxDiskUsedPct": "0.00 %",
            "DataTotalCapacity": size(0),
            "DataUsedPct": "0.00 %",
        }
        return row
    used = percent(usage.total - usage.avail, usage.total)
    return row | {
        "DataUsedCapacity": size(usage.data_used),
        "AvailCapacity": size(usage.avail),
        "TotalCapacity": size(usage.total),
        "UsedPct": used,
        "MaxDiskUsedPct": used,
        "DataTotalCapacity": size(usage.data_total),
        "DataUsedPct": percent(usage.data_used, usage.data_total),
    }


def _status_code(node: Backend | ComputeNode) -> str:
    if node.alive:
        return "OK"
    if node.shutting_down:
        return "SHUTDOWN"
    return "DISCONNECTED" if node.last_start is not None else "CONNECTING"


def frontends(asking: Asking) -> ResultSet:
    """The answering frontend always calls itself alive; without a leader nobody has the role."""
    rows = [_frontend(asking, node, number) for number, node in enumerate(asking.cluster.frontends, start=1)]
    return text_rows(asking.cluster.version.frontends, rows)


def _frontend(asking: Asking, node: Frontend, number: int) -> dict[str, object]:
    cluster = asking.cluster
    alive = node.alive or node is asking.frontend
    leads = node is cluster.leader
    heard = node.last_heartbeat is not None
    return {
        "Id": str(number),
        "Name": node.name,
        "IP": node.host,
        "EditLogPort": str(node.edit_log_port),
        # Every row shows the answering frontend's own http_port (fe: common/proc/FrontendsProcNode.java).
        "HttpPort": str(asking.frontend.http_port),
        "QueryPort": str(node.query_port if heard else 0),
        "RpcPort": str(node.rpc_port if heard else 0),
        "Role": "LEADER" if leads else node.kind,
        "ClusterId": str(cluster.cluster_id),
        "Join": boolean(node.joined),
        "Alive": boolean(alive),
        "ReplayedJournalId": str(max(0, cluster.journal() - (0 if leads else node.lag(cluster.now))) if heard else 0),
        "LastHeartbeat": asking.time(last_heartbeat(node, cluster.now)),
        "IsHelper": boolean(node.helper),
        "ErrMsg": "" if alive else node.error,
        # Not SQL NULL: the FE writes the word.
        "StartTime": (asking.time(node.last_start) if alive else None) or "NULL",
        "Version": node.version if alive else "NULL",
    }


def compute_nodes(asking: Asking) -> ResultSet:
    version = asking.cluster.version
    columns = version.compute_nodes
    if asking.cluster.shared_data:
        columns += (*version.backends_shared_data, "TabletNum")
    return text_rows(columns, [
        _compute_node(asking, node) for node in sorted(asking.cluster.compute_nodes.values(), key=lambda n: (n.host, n.be_port))
    ])


def _compute_node(asking: Asking, node: ComputeNode) -> dict[str, object]:
    now = asking.cluster.now
    return {
        "ComputeNodeId": str(node.id),
        "IP": node.host,
        "HeartbeatPort": str(node.heartbeat_port),
        "BePort": str(node.be_port),
        "HttpPort": str(node.http_port),
        "BrpcPort": str(node.brpc_port),
        "LastStartTime": asking.time(node.last_start),
        "LastHeartbeat": asking.time(last_heartbeat(node, now)),
        "Alive": boolean(node.alive),
        "SystemDecommissioned": "false",
        "ClusterDecommissioned": "false",
        "ErrMsg": node.error,
        "Version": node.version,
        "CpuCores": str(node.cpu_cores),
        "MemLimit": f"{node.mem_limit / 1024**3:.3f}GB",
        "NumRunningQueries": str(node.running_queries),
        "MemUsedPct": f"{node.mem_pct:.2f} %",
        "CpuUsedPct": f"{node.cpu_pct:.1f} %",
        "DataCacheMetrics": node.cache,
        "HasStoragePath": "true",
        "StatusCode": _status_code(node),
        "StarletPort": str(node.starlet_port),
        "WorkerId": str(node.worker_id),
        "WarehouseName": node.warehouse,
        "TabletNum": str(node.tablets),
    }
