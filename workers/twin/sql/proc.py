"""SHOW PROC: a tree of listings. Some paths the leader answers, most the frontend one is connected to."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from workers.twin.answers import ResultSet, columns, refused, text_rows
from workers.twin.sql import load_rows, node_rows, scheduler_rows
from workers.twin.sql.asking import Asking
from workers.twin.sql.formats import percent, size
from workers.twin.sql.shapes import Values
from workers.twin.sql.statistic_rows import statistic, statistic_of

Listing = Callable[..., ResultSet]

_DISKS = columns(
    "RootPath DataUsedCapacity OtherUsedCapacity AvailCapacity TotalCapacity TotalUsedPct State PathHash "
    "StorageMedium TabletNum DataTotalCapacity DataUsedPct"
)
_RUNNING = columns(
    "TransactionId Label Coordinator TransactionStatus LoadJobSourceType PrepareTime CommitTime PublishTime "
    "FinishTime Reason ErrorReplicasCount ListenerId TimeoutMs ErrMsg"
)


def _backends(asking: Asking) -> ResultSet:
    """A follower's own memory lacks disk reports: its capacities are old."""
    local = not asking.on_leader and asking.session.variables["forward_to_leader"] != "true"
    return node_rows.backends(asking, stale=local)


def _disks(asking: Asking, ident: str) -> ResultSet:
    backend = asking.cluster.backends.get(int(ident)) if ident.isdigit() else None
    if backend is None:
        raise refused(f"Backend[{ident}] does not exist.")
    usage, disk = backend.reported, backend.disk
    if usage is None:
        return ResultSet(tuple(_DISKS))
    row: dict[str, object] = {
        "RootPath": disk.path,
        "DataUsedCapacity": size(usage.data_used),
        "OtherUsedCapacity": size(usage.other_used),
        "AvailCapacity": size(usage.avail),
        "TotalCapacity": size(usage.total),
        "TotalUsedPct": percent(usage.total - usage.avail, usage.total),
        "State": disk.state,
        "PathHash": str(disk.path_hash),
        "StorageMedium": disk.medium,
        "TabletNum": str(backend.tablets),
        "DataTotalCapacity": size(usage.data_total),
        "DataUsedPct": percent(usage.data_used, usage.data_total),
    }
    return text_rows(_DISKS, [row])


def _cluster_balance(asking: Asking) -> ResultSet:
    clones = asking.course.clones
    known = len(clones.running) + scheduler_rows.pending_count(asking)
    rows: list[tuple[object, ...]] = [
        ("cluster_load_stat", str(len({b.disk.medium for b in asking.cluster.backends.values()}))),
        ("working_slots", str(len(asking.cluster.backends))),
        ("sched_stat", "2"),
        ("priority_repair", "0"),
        ("pending_tablets", str(scheduler_rows.pending_count(asking))),
        ("running_tablets", str(len(clones.running))),
        ("history_tablets", str(len(clones.history))),
        ("all_tablets", str(known)),
    ]
    return ResultSet(("Item", "Number"), rows)


def _working_slots(asking: Asking) -> ResultSet:
    slots = asking.course.clones.slots()
    rows: list[tuple[object, ...]] = [
        (str(b.id), str(b.disk.path_hash), str(slots - b.slots_taken), str(slots), "0.0")
        for b in asking.cluster.backends.values()
        if b.alive
    ]
    return ResultSet(("BeId", "PathHash", "AvailSlots", "TotalSlots", "AvgRate"), rows)


def _sched_stat(asking: Asking) -> ResultSet:
    clones = asking.course.clones
    rows: list[tuple[object, ...]] = [
        ("num of clone task succeeded", str(clones.finished)),
        ("num of clone task failed", str(clones.failed)),
    ]
    return ResultSet(("Item", "Value"), rows)


def _groups(asking: Asking) -> ResultSet:
    names = columns("GroupId GroupName TableIds TableNames BucketsNum ReplicationNum DistCols IsStable")
    rows: list[dict[str, object]] = [
        {
            "GroupId": group.id,
            "GroupName": group.name,
            "TableIds": ", ".join(str(table.id) for table in group.tables),
            "TableNames": ", ".join(table.name for table in group.tables),
            "BucketsNum": str(group.buckets),
            "ReplicationNum": str(group.replication),
            "DistCols": "bigint(20)",
            "IsStable": "true" if group.stable else "false",
        }
        for group in asking.cluster.catalog.groups.values()
    ]
    return text_rows(names, rows)


def _group(asking: Asking, ident: str) -> ResultSet:
    group = asking.cluster.catalog.groups.get(ident)
    if group is None:
        raise refused(f"GroupId does not exist: {ident}")
    rows: list[tuple[object, ...]] = [
        (str(bucket), ", ".join(str(b) for b in sorted(backends))) for bucket, backends in enumerate(group.sequence)
    ]
    return ResultSet(("BucketIndex", "BackendIds"), rows)


def _dbs(asking: Asking) -> ResultSet:
    names = columns("DbId DbName TableNum Quota LastConsistencyCheckTime ReplicaQuota")
    rows: list[tuple[object, ...]] = [
        (str(db.id), db.name, str(len(db.tables)), "8388608.000 TB", None, "9223372036854775807")
        for db in asking.cluster.catalog.databases.values()
    ]
    return ResultSet(names, rows)


def _transactions(asking: Asking) -> ResultSet:
    rows: list[tuple[object, ...]] = [(str(d.id), d.name) for d in asking.cluster.catalog.databases.values()]
    return ResultSet(("DbId", "DbName"), rows)


def _transaction_states(asking: Asking, ident: str) -> ResultSet:
    running = len(_running(asking, ident).rows)
    return ResultSet(("State", "Number"), [("running", str(running)), ("finished", "0")])


def _running(asking: Asking, ident: str) -> ResultSet:
    database = asking.cluster.catalog.database_by_id(ident)
    if database is None:
        raise refused(f"Db {ident} does not exist")
    rows: list[dict[str, object]] = [
        {
            "TransactionId": str(t.id),
            "Label": t.label,
            "Coordinator": "BE: 10.84.0.19",
            "TransactionStatus": "PREPARE",
            "LoadJobSourceType": "BACKEND_STREAMING",
            "PrepareTime": asking.time(t.prepared),
            "Reason": "",
            "ErrorReplicasCount": "0",
            "ListenerId": "-1",
            "TimeoutMs": "86400000",
            "ErrMsg": "",
        }
        for t in asking.cluster.transactions.values()
        if t.database is database
    ]
    return text_rows(_RUNNING, rows)


_ROUTINE_LOADS = columns("Name Id DbName Statistic TaskStatistic")
_ROUTINE_LOAD = columns(
    "Id Name CreateTime PauseTime EndTime DbName TableName State DataSourceType CurrentTaskNum JobProperties DataSourceProperties "
    "CustomProperties Statistic Progress ReasonOfStateChanged ErrorLogUrls OtherMsg"
)
"""fe: sql/ast/ShowRoutineLoadStmt.java; later versions append columns."""


def _routine_loads(asking: Asking) -> ResultSet:
    rows: list[dict[str, object]] = [
        {"Name": load.name, "Id": str(load.id), "DbName": load.database.name, "Statistic": "{}", "TaskStatistic": "{}"}
        for load in asking.cluster.routine_loads
    ]
    return text_rows(_ROUTINE_LOADS, rows)


def _routine_load(asking: Asking, name: str) -> ResultSet:
    rows: list[dict[str, object]] = [
        {
            "Id": str(load.id),
            "Name": load.name,
            "CreateTime": asking.time(load.created),
            "PauseTime": asking.time(load.paused),
            "DbName": load.database.name,
            "TableName": "events",
            "State": load.state,
            "DataSourceType": "KAFKA",
            "CurrentTaskNum": "1" if load.state == "RUNNING" else "0",
            "ReasonOfStateChanged": load.reason,
        }
        for load in asking.cluster.routine_loads
        if load.name == name
    ]
    return text_rows(_ROUTINE_LOAD, rows)


@dataclass(frozen=True)
class Path:
    """A PROC path; `(...)` in the pattern are handed to the listing. `forwarded`: only the leader can know."""

    pattern: str
    listing: Listing
    forwarded: bool = False


PATHS = (
    Path("/backends", _backends),
    Path("/backends/([^/]+)", _disks),
    Path("/frontends", node_rows.frontends),
    Path("/compute_nodes", node_rows.compute_nodes),
    Path("/statistic", statistic),
    Path("/statistic/([^/]+)", statistic_of),
    Path("/colocation_group", _groups),
    Path("/colocation_group/([^/]+)", _group),
    Path("/dbs", _dbs),
    Path("/cluster_balance", _cluster_balance, forwarded=True),
    Path("/cluster_balance/cluster_load_stat", load_rows.media, forwarded=True),
    Path("/cluster_balance/cluster_load_stat/([A-Z]+)", load_rows.loads, forwarded=True),
    Path("/cluster_balance/working_slots", _working_slots, forwarded=True),
    Path("/cluster_balance/sched_stat", _sched_stat, forwarded=True),
    Path(
        "/cluster_balance/pending_tablets",
        lambda asking: scheduler_rows.listing(asking, scheduler_rows.pending(asking)),
        forwarded=True,
    ),
    Path(
        "/cluster_balance/running_tablets",
        lambda asking: scheduler_rows.listing(asking, scheduler_rows.running(asking)),
        forwarded=True,
    ),
    Path(
        "/cluster_balance/history_tablets",
        lambda asking: scheduler_rows.listing(asking, scheduler_rows.history(asking)),
        forwarded=True,
    ),
    Path("/routine_loads", _routine_loads, forwarded=True),
    Path("/routine_loads/([^/]+)", _routine_load, forwarded=True),
    Path("/transactions", _transactions, forwarded=True),
    Path("/transactions/([^/]+)", _transaction_states, forwarded=True),
    Path("/transactions/([^/]+)/running", _running, forwarded=True),
)


def show_proc(asking: Asking, values: Values) -> ResultSet:
    text = values["string"][0]
    if not text.startswith("/"):
        raise refused(f"Path({text}) does not start with '/'")
    for path in PATHS:
        match = re.fullmatch(path.pattern, text.rstrip("/") or "/")
        if match:
            if path.forwarded or asking.session.variables["forward_to_leader"] == "true":
                asking.require_leader()
            return path.listing(asking, *match.groups())
    error = refused(f"Proc path '{text}' doesn't exist")
    error.unknown = True  # a real FE has more paths than the twin
    raise error
