"""Rows of SHOW statements as parts of a cluster state."""

from collections.abc import Iterable, Sequence

from policies.address import Address
from policies.cluster import (
    AlterJob,
    Backend,
    ColocateGroup,
    ComputeNode,
    Disk,
    Frontend,
    OneReplicaTable,
    PendingTablet,
    ReplicationCount,
    Role,
    RunningTransaction,
    Scheduler,
    TabletHealth,
)
from workers.starrocks.quantities import moment, number, share, size, truth
from workers.starrocks.rows import Row

EXAMPLES = 20


def backend(row: Row, disks: tuple[Disk, ...] | None = None) -> Backend:
    """A row of SHOW BACKENDS; before the first disk report capacities read `1.000 B` and `0.000 B`."""
    cpu_free = row.get("NumRunningQueries")
    return Backend(
        id=number(row.get("BackendId")),
        address=Address(host=row.text("IP", "Host"), port=number(row.get("HeartbeatPort"))),
        alive=truth(row.get("Alive")),
        # ClusterDecommissioned is a relic and always false; read it all the same.
        decommissioned=truth(row.get("SystemDecommissioned")) or truth(row.get("ClusterDecommissioned")),
        tablets=number(row.get("TabletNum")),
        data_used=size(row.get("DataUsedCapacity")),
        avail=size(row.get("AvailCapacity")),
        total=size(row.get("TotalCapacity")),
        used_share=share(row.get("UsedPct")),
        max_disk_used_share=share(row.get("MaxDiskUsedPct")),
        version=row.text("Version"),
        error=row.text("ErrMsg"),
        status_code=row.get("StatusCode"),
        location=row.text("Location"),
        be_port=number(row.get("BePort"), -1),
        http_port=number(row.get("HttpPort"), -1),
        brpc_port=number(row.get("BrpcPort"), -1),
        running_queries=number(cpu_free) if cpu_free is not None else None,
        last_start=moment(row.get("LastStartTime")),
        last_heartbeat=moment(row.get("LastHeartbeat")),
        disks=disks,
    )


def frontend(row: Row) -> Frontend:
    """A row of SHOW FRONTENDS; MASTER is an old name of LEADER."""
    role = row.text("Role").upper().replace("MASTER", "LEADER")
    return Frontend(
        name=row.text("Name"),
        address=Address(host=row.text("IP", "Host"), port=number(row.get("EditLogPort"))),
        role=Role(role) if role in Role.__members__ else Role.UNKNOWN,
        alive=truth(row.get("Alive")),
        joined=truth(row.get("Join")),
        query_port=number(row.get("QueryPort")),
        http_port=number(row.get("HttpPort")),
        rpc_port=number(row.get("RpcPort")),
        journal_id=number(row.get("ReplayedJournalId")),
        version="" if row.text("Version") == "NULL" else row.text("Version"),
        error=row.text("ErrMsg"),
        last_start=moment(row.get("StartTime")),
        last_heartbeat=moment(row.get("LastHeartbeat")),
    )


def compute_node(row: Row) -> ComputeNode:
    """A row of SHOW COMPUTE NODES."""
    queries = row.get("NumRunningQueries")
    return ComputeNode(
        id=number(row.get("ComputeNodeId")),
        address=Address(host=row.text("IP", "Host"), port=number(row.get("HeartbeatPort"))),
        alive=truth(row.get("Alive")),
        decommissioned=truth(row.get("SystemDecommissioned")),
        version=row.text("Version"),
        error=row.text("ErrMsg"),
        running_queries=number(queries) if queries is not None else None,
    )


def disk(row: Row) -> Disk:
    """A row of SHOW PROC '/backends/<id>'."""
    return Disk(
        path=row.text("RootPath"),
        medium=row.text("StorageMedium"),
        state=row.text("State"),
        data_used=size(row.get("DataUsedCapacity")),
        avail=size(row.get("AvailCapacity")),
        total=size(row.get("TotalCapacity")),
    )


def scheduler(rows: Iterable[Row]) -> Scheduler:
    """SHOW PROC '/cluster_balance': Item, Number."""
    counts = {row.text("Item"): row.get("Number") for row in rows}
    return Scheduler(pending=number(counts.get("pending_tablets")), running=number(counts.get("running_tablets")))


def pending(rows: Sequence[Row]) -> tuple[PendingTablet, ...]:
    """SHOW PROC '/cluster_balance/pending_tablets', a few of each message."""
    seen: dict[str, int] = {}
    examples = []
    for row in rows:
        message = row.text("ErrMsg")
        seen[message] = seen.get(message, 0) + 1
        if seen[message] <= 3 and len(examples) < EXAMPLES:
            source = number(row.get("SrcBe"), -1)
            examples.append(
                PendingTablet(
                    tablet_id=number(row.get("TabletId")),
                    status=row.text("Status"),
                    state=row.text("State"),
                    message=message,
                    from_backend=source if source > 0 else None,
                )
            )
    return tuple(examples)


def health(rows: Sequence[Row]) -> TabletHealth | None:
    """The Total row of SHOW PROC '/statistic'."""
    total = next((row for row in rows if row.text("DbId") == "Total"), None)
    if total is None:
        return None
    return TabletHealth(
        tables=number(total.get("TableNum")),
        partitions=number(total.get("PartitionNum")),
        tablets=number(total.get("TabletNum")),
        replicas=number(total.get("ReplicaNum")),
        unhealthy=number(total.get("UnhealthyTabletNum")),
        inconsistent=number(total.get("InconsistentTabletNum")),
        cloning=number(total.get("CloningTabletNum")),
        error_state=number(total.get("ErrorStateTabletNum")),
    )


def colocate_group(row: Row) -> ColocateGroup:
    """A row of SHOW PROC '/colocation_group'."""
    return ColocateGroup(
        id=row.text("GroupId"),
        name=row.text("GroupName"),
        stable=truth(row.get("IsStable")),
        replication=number(row.get("ReplicationNum")) or None,
    )


def replication_count(row: Row) -> ReplicationCount:
    return ReplicationCount(
        replication=number(row.get("replication")),
        partitions=number(row.get("parts")),
        tablets=number(row.get("tablets")),
        example=row.text("example"),
    )


def one_replica_table(row: Row, backend_id: int) -> OneReplicaTable:
    return OneReplicaTable(
        backend_id=backend_id,
        name=f"{row.text('db')}.{row.text('tbl')}",
        partitions=number(row.get("parts")),
        tablets=number(row.get("tablets")),
        data_bytes=number(row.get("bytes")),
    )


def transaction(row: Row, database: str) -> RunningTransaction:
    return RunningTransaction(
        database=database,
        id=number(row.get("TransactionId")),
        label=row.text("Label"),
        prepared=moment(row.get("PrepareTime")),
    )


def alter_job(row: Row, database: str, kind: str) -> AlterJob:
    return AlterJob(
        database=database,
        table=row.text("TableName"),
        kind=kind,
        state=row.text("State"),
        created=moment(row.get("CreateTime")),
    )
