"""Every statement we read with: one place, each with its source and its price.

Statements that change a cluster are in policies.statements.
"""

BACKENDS = "SHOW BACKENDS"
"""fe: common/proc/BackendsProcDir.java; forwarded to the leader. Cheap."""
FRONTENDS = "SHOW FRONTENDS"
"""fe: common/proc/FrontendsProcNode.java; forwarded to the leader. Cheap."""
COMPUTE_NODES = "SHOW COMPUTE NODES"
BALANCE = "SHOW PROC '/cluster_balance'"
"""fe: common/proc/ClusterBalanceProcDir.java; the scheduler lives on the leader, forwarded. Cheap."""
PENDING = "SHOW PROC '/cluster_balance/pending_tablets'"
"""At most 1,000 rows; ErrMsg is the reason a tablet is not moving."""
STATISTIC = "SHOW PROC '/statistic'"
"""fe: common/proc/StatisticProcDir.java; walks every tablet under a read lock per database: at most once a minute."""
COLOCATION = "SHOW PROC '/colocation_group'"
TRANSACTION_DATABASES = "SHOW PROC '/transactions'"
DATABASES = "SHOW PROC '/dbs'"
SETTINGS = "ADMIN SHOW FRONTEND CONFIG"
"""Answered by the FE we are on: ask the leader. Some 400 rows, cheap."""
GRANTS = "SHOW GRANTS"
VERSION = "SELECT current_version()"

REPLICATION = (
    "SELECT REPLICATION_NUM AS replication, COUNT(*) AS parts, SUM(BUCKETS) AS tablets, "
    "MIN(CONCAT(DB_NAME, '.', TABLE_NAME)) AS example "
    "FROM information_schema.partitions_meta GROUP BY REPLICATION_NUM"
)
"""partitions_meta: 3.1.x/3.2.x patches and later (StarRocks PR 39265). Rows of tables we have no right on are missing
without an error, so its totals are compared with /statistic."""

RECYCLED_ON = (
    "SELECT COUNT(*) AS replicas FROM information_schema.be_tablets t "
    "LEFT JOIN information_schema.partitions_meta p ON t.PARTITION_ID = p.PARTITION_ID "
    "WHERE t.BE_ID = {backend_id} AND p.PARTITION_ID IS NULL"
)
"""Replicas on a backend that belong to no partition the FE lists: dropped, but still in its recycle bin."""

ONE_REPLICA_ON = (
    "SELECT p.DB_NAME AS db, p.TABLE_NAME AS tbl, COUNT(DISTINCT p.PARTITION_ID) AS parts, COUNT(*) AS tablets, "
    "SUM(t.DATA_SIZE) AS bytes FROM information_schema.be_tablets t "
    "JOIN information_schema.partitions_meta p ON t.PARTITION_ID = p.PARTITION_ID "
    "WHERE t.BE_ID = {backend_id} AND p.REPLICATION_NUM = 1 GROUP BY p.DB_NAME, p.TABLE_NAME"
)
"""be_tablets scans one backend's tablets: seconds at 100,000 tablets."""


def disks_of(backend_id: int) -> str:
    """Per storage path: data used, available, total, state, medium (fe: common/proc/BackendProcNode.java)."""
    return f"SHOW PROC '/backends/{backend_id:d}'"


def transactions_of(database_id: int) -> str:
    return f"SHOW PROC '/transactions/{database_id:d}/running'"


def alter_jobs_of(database: str, kind: str) -> str:
    """Unfinished schema changes (COLUMN) or rollups (ROLLUP) of one database."""
    if kind not in {"COLUMN", "ROLLUP"}:
        raise ValueError(kind)
    name = database.replace("`", "``")
    return f"SHOW ALTER TABLE {kind} FROM `{name}` WHERE State != 'FINISHED'"


def one_replica_on(backend_id: int) -> str:
    return ONE_REPLICA_ON.format(backend_id=int(backend_id))


def recycled_on(backend_id: int) -> str:
    return RECYCLED_ON.format(backend_id=int(backend_id))
