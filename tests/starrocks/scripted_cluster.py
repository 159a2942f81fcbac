"""The cluster of mission 000 as a script: every statement a look sends, with the printed rows or believable ones."""

from typing import Any

from pydantic import SecretStr

from tests.starrocks.printed_rows import vertical
from tests.starrocks.scripted_frontend import PASSWORD, USER, Rows, ScriptedFrontend
from workers.starrocks import Cluster, Endpoint, queries

LEADER, FOLLOWER = "10.84.0.12", "10.84.0.19"
LEAVING = 18320972
DATABASES = {11: "orders", 12: "events"}
REPLICAS = 288_414
"""The sum of TabletNum over the printed rows: an empty recycle bin."""

STATISTIC = [
    "DbId",
    "DbName",
    "TableNum",
    "PartitionNum",
    "IndexNum",
    "TabletNum",
    "ReplicaNum",
    "UnhealthyTabletNum",
    "InconsistentTabletNum",
    "CloningTabletNum",
    "ErrorStateTabletNum",
]
DISK = [
    "RootPath",
    "DataUsedCapacity",
    "OtherUsedCapacity",
    "AvailCapacity",
    "TotalCapacity",
    "TotalUsedPct",
    "State",
    "PathHash",
    "StorageMedium",
    "TabletNum",
    "DataTotalCapacity",
    "DataUsedPct",
]
TRANSACTION = ["TransactionId", "Label", "TransactionStatus", "PrepareTime"]
ALTER = ["JobId", "TableName", "CreateTime", "FinishTime", "State"]


def statistic(partitions: int = 900, replicas: int = REPLICAS) -> Rows:
    return Rows(
        STATISTIC, [["Total", "2", "60", str(partitions), "900", "96138", str(replicas), "0", "0", "0", "0"]]
    )


def disks_of(values: dict[str, str | None]) -> Rows:
    """One disk that agrees with the backend's row; other files use what total leaves over."""
    line = [
        "/data/starrocks/be",
        values["DataUsedCapacity"],
        "0.000 ",
        values["AvailCapacity"],
        values["TotalCapacity"],
        values["UsedPct"],
        "ONLINE",
        "7",
        "SSD",
        values["TabletNum"],
        values["DataTotalCapacity"],
        values["DataUsedPct"],
    ]
    return Rows(DISK, [line])


def mission000() -> dict[str, Any]:
    """The answers of the leader; change what a test is about."""
    columns, values = vertical("backends")
    script: dict[str, Any] = {
        queries.BACKENDS.sql: Rows(columns, values),
        queries.FRONTENDS.sql: Rows(*vertical("frontends")),
        queries.COMPUTE_NODES.sql: Rows(["ComputeNodeId", "IP", "HeartbeatPort", "Alive"]),
        queries.SETTINGS.sql: Rows(
            ["Key", "AliasNames", "Value"],
            [
                ["run_mode", "[]", "shared_nothing"],
                ["drop_backend_after_decommission", "[]", "true"],
                ["tablet_sched_max_scheduling_tablets", "[]", "10000"],
            ],
        ),
        queries.STATISTIC.sql: statistic(),
        queries.SCHEDULER.sql: Rows(["Item", "Number"], [["pending_tablets", "0"], ["running_tablets", "0"]]),
        queries.HISTORY_TABLETS.sql: Rows(["TabletId", "Type", "Status", "State", "Finished", "ErrMsg"], []),
        queries.COLOCATE_GROUPS.sql: Rows(
            ["GroupId", "GroupName", "ReplicationNum", "IsStable"], [["11.100", "11_by_user", "3", "true"]]
        ),
        queries.TRANSACTION_DATABASES.sql: Rows(
            ["DbId", "DbName"], [[str(i), name] for i, name in DATABASES.items()]
        ),
        queries.REPLICATION.sql: Rows(
            ["REPLICATION_NUM", "DB_NAME", "PARTITIONS", "TABLETS", "EXAMPLE"],
            [
                [3, "orders", 800, 90_000, "lines"],
                [3, "events", 97, 6_000, "clicks"],
                [1, "events", 3, 138, "raw"],
            ],
        ),
        queries.one_replica_tables([LEAVING]).sql: Rows(
            ["BE_ID", "DB_NAME", "TABLE_NAME", "PARTITIONS", "TABLETS", "DATA_BYTES"],
            [[LEAVING, "events", "raw", 2, 46, 1_000_000]],
        ),
        queries.GRANTS.sql: Rows(
            ["UserIdentity", "Catalog", "Grants"],
            [
                ["'sr_bot'@'%'", None, "GRANT 'cluster_admin' TO 'sr_bot'@'%'"],
                ["'sr_bot'@'%'", "default", "GRANT OPERATE ON SYSTEM TO USER 'sr_bot'@'%'"],
            ],
        ),
        queries.CURRENT_ROLE.sql: Rows(["CURRENT_ROLE"], [["cluster_admin"]]),
    }
    for line in values:
        row = dict(zip(columns, line, strict=True))
        script[queries.disks(int(row["BackendId"] or 0)).sql] = disks_of(row)
    for number, name in DATABASES.items():
        script[queries.running_transactions(number).sql] = Rows(TRANSACTION)
        script[queries.alter_jobs(name, "COLUMN").sql] = Rows(ALTER)
        script[queries.alter_jobs(name, "ROLLUP").sql] = Rows(ALTER)
    return script


def cluster(*frontends: tuple[str, ScriptedFrontend]) -> Cluster:
    """A cluster whose frontends listen on this machine."""
    endpoints = tuple(
        Endpoint(host=host, port=9030, via_host="127.0.0.1", via_port=frontend.port)
        for host, frontend in frontends
    )
    return Cluster(name="prod", endpoints=endpoints, user=USER, password=SecretStr(PASSWORD))
