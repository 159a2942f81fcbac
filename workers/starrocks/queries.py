"""Every statement we read a cluster with, in one place: its text, where it is defined, since when, what it costs.

Plain portable SQL: no function that only StarRocks has, one statement each, ids as validated integers. Nothing here
changes a cluster; acts are written in policies.statements.

`answered` says by whom: *forwarded* statements may be sent to any frontend, *local* ones are answered from the memory of
the frontend that was asked, so they want the leader (fe: qe/StmtExecutor.java, qe/RedirectStatus.java).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Query:
    """A read: `since` is the first version that knows it, `cost` what it does to the cluster."""

    sql: str
    source: str
    since: str
    cost: str
    answered: Literal["forwarded", "local"]


SESSION = "SET time_zone = '+00:00', forward_to_leader = true"
"""Sent once per connection, both in one statement: SHOW prints times in the session's zone, and a follower then passes
PROC paths on to the leader instead of answering from a stale memory (fe: qe/SessionVariable.java)."""

BACKENDS = Query(
    "SHOW BACKENDS", "fe: common/proc/BackendsProcDir.java", "2.0", "memory of the leader, a row per backend", "forwarded"
)
FRONTENDS = Query(
    "SHOW FRONTENDS", "fe: common/proc/FrontendsProcNode.java", "2.0", "memory of the leader, asks BDB JE", "forwarded"
)
COMPUTE_NODES = Query(
    "SHOW COMPUTE NODES", "fe: common/proc/ComputeNodeProcDir.java", "2.4", "memory, a row per node", "forwarded"
)
BACKEND_BLACKLIST = Query(
    "SHOW BACKEND BLACKLIST", "fe: qe/ShowExecutor.java", "3.3", "memory of that frontend, a row per entry", "local"
)
COMPUTE_NODE_BLACKLIST = Query(
    "SHOW COMPUTE NODE BLACKLIST", "fe: qe/ShowExecutor.java", "4.0", "memory of that frontend, a row per entry", "local"
)
SETTINGS = Query(
    "ADMIN SHOW FRONTEND CONFIG",
    "fe: common/ConfigBase.java getConfigInfo",
    "2.0",
    "memory, some 600 rows",
    "local",
)
VARIABLES = Query(
    "SHOW GLOBAL VARIABLES",
    "fe: qe/VariableMgr.java dump; docs: SHOW_VARIABLES (no privilege is needed)",
    "2.0",
    "memory, some 600 rows",
    "local",
)
STATISTIC = Query(
    "SHOW PROC '/statistic'",
    "fe: common/proc/StatisticProcDir.java",
    "2.0",
    "walks every tablet under a read lock per database: seconds at a million tablets; at most once a minute",
    "forwarded",
)
SCHEDULER = Query(
    "SHOW PROC '/cluster_balance'",
    "fe: common/proc/ClusterBalanceProcDir.java",
    "2.0",
    "counters of the leader's scheduler",
    "forwarded",
)
PENDING_TABLETS = Query(
    "SHOW PROC '/cluster_balance/pending_tablets'",
    "fe: common/proc/TabletSchedulerDetailProcDir.java",
    "2.0",
    "at most 1,000 rows",
    "forwarded",
)
HISTORY_TABLETS = Query(
    "SHOW PROC '/cluster_balance/history_tablets'",
    "fe: common/proc/TabletSchedulerDetailProcDir.java",
    "2.0",
    "the last 1,000 that left the scheduler",
    "forwarded",
)
COLOCATE_GROUPS = Query(
    "SHOW PROC '/colocation_group'", "fe: common/proc/ColocationGroupProcDir.java", "2.0", "a row per group", "forwarded"
)
TRANSACTION_DATABASES = Query(
    "SHOW PROC '/transactions'", "fe: common/proc/TransDbProcDir.java", "2.0", "a row per database", "forwarded"
)
ROUTINE_LOADS = Query(
    "SHOW PROC '/routine_loads'",
    "fe: common/proc/RoutineLoadsProcDir.java: every job whoever asks, where SHOW ROUTINE LOAD leaves out tables without INSERT",
    "2.0",
    "memory, a row per job, ended ones of the last days included; no state",
    "forwarded",
)
DEPENDENCIES = Query(
    "SELECT OBJECT_ID, REF_OBJECT_ID, REF_OBJECT_DATABASE, REF_OBJECT_NAME FROM sys.object_dependencies",
    "fe: catalog/system/sys/SysObjectDependencies.java",
    "3.2",
    "a row per view and table under it, of views that the account may see; a read lock per database",
    "local",
)
GRANTS = Query("SHOW GRANTS", "docs: account-management/SHOW_GRANTS", "3.0", "memory", "local")
CURRENT_ROLE = Query(
    "SELECT CURRENT_ROLE() AS CURRENT_ROLE", "docs: utility-functions/current_role", "3.0", "memory", "local"
)

SMOKE = Query(
    "SELECT TABLE_NAME FROM information_schema.tables LIMIT 1",
    "be: exec/schema_scanner/schema_tables_scanner.cpp: a backend or compute node runs it and asks the frontend for the rows",
    "2.0",
    "the names of the first database",
    "local",
)

_PARTITIONS_META = "fe: service/InformationSchemaDataSource.java; PR 39265 and 41101 (patches of 3.1 and 3.2)"
_PAGES = "a backend pulls it from the frontend in pages; seconds at a million partitions"

REPLICATION = Query(
    "SELECT REPLICATION_NUM, DB_NAME, COUNT(*) AS PARTITIONS, SUM(BUCKETS) AS TABLETS, MIN(TABLE_NAME) AS EXAMPLE "
    "FROM information_schema.partitions_meta GROUP BY REPLICATION_NUM, DB_NAME",
    _PARTITIONS_META,
    "3.1",
    _PAGES,
    "local",
)
TABLE_PROPERTIES = Query(
    "SELECT TABLE_SCHEMA, TABLE_NAME, PROPERTIES FROM information_schema.tables_config",
    "fe: service/InformationSchemaDataSource.java",
    "2.5",
    "a row per table; only where partitions_meta is missing",
    "local",
)


def materialized_views(*, with_reasons: bool) -> Query:
    """Every view that the account may see. Never the definition: it may be long, and names secrets of external tables."""
    reason = ", INACTIVE_REASON" if with_reasons else ""
    return Query(
        f"SELECT MATERIALIZED_VIEW_ID, TABLE_SCHEMA, TABLE_NAME, REFRESH_TYPE, IS_ACTIVE{reason}, LAST_REFRESH_START_TIME, "
        "LAST_REFRESH_STATE, LAST_REFRESH_ERROR_MESSAGE FROM information_schema.materialized_views",
        "docs: information_schema/materialized_views (INACTIVE_REASON from 3.1 on)",
        "2.5",
        "a row per view with its last refresh; the frontend looks through its task runs",
        "local",
    )


def disks(backend_id: int) -> Query:
    """One row per storage path of a backend."""
    return Query(
        f"SHOW PROC '/backends/{int(backend_id)}'",
        "fe: common/proc/BackendProcNode.java",
        "2.0",
        "memory, a row per disk",
        "forwarded",
    )


def one_replica_tables(backend_ids: Iterable[int]) -> Query:
    """Tables with one-replica partitions that have tablets on these backends (PARTITION_ID is the physical one in both)."""
    return Query(
        "SELECT b.BE_ID AS BE_ID, p.DB_NAME AS DB_NAME, p.TABLE_NAME AS TABLE_NAME, "
        "COUNT(DISTINCT b.PARTITION_ID) AS PARTITIONS, COUNT(*) AS TABLETS, SUM(b.DATA_SIZE) AS DATA_BYTES "
        "FROM information_schema.be_tablets b "
        "JOIN information_schema.partitions_meta p ON p.PARTITION_ID = b.PARTITION_ID "
        f"WHERE b.BE_ID IN ({_ids(backend_ids)}) AND p.REPLICATION_NUM < 2 "
        "GROUP BY b.BE_ID, p.DB_NAME, p.TABLE_NAME",
        "docs: information_schema/be_tablets, partitions_meta",
        "3.1",
        "the backends scan their own tablets; " + _PAGES,
        "local",
    )


def one_replica_tables_by_default(backend_ids: Iterable[int]) -> Query:
    """The same by the table's default, for versions without partitions_meta; the JSON has no space in 2.5 to 3.2."""
    return Query(
        "SELECT b.BE_ID AS BE_ID, t.TABLE_SCHEMA AS DB_NAME, t.TABLE_NAME AS TABLE_NAME, "
        "COUNT(DISTINCT b.PARTITION_ID) AS PARTITIONS, COUNT(*) AS TABLETS, SUM(b.DATA_SIZE) AS DATA_BYTES "
        "FROM information_schema.be_tablets b "
        "JOIN information_schema.tables_config t ON t.TABLE_ID = b.TABLE_ID "
        f"WHERE b.BE_ID IN ({_ids(backend_ids)}) AND "
        "(t.PROPERTIES LIKE '%\"replication_num\":\"1\"%' OR t.PROPERTIES LIKE '%\"replication_num\": \"1\"%') "
        "GROUP BY b.BE_ID, t.TABLE_SCHEMA, t.TABLE_NAME",
        "docs: information_schema/be_tablets, tables_config (TABLE_ID since PR 24061)",
        "2.5",
        "the backends scan their own tablets; a row per table",
        "local",
    )


def recycled_replicas(backend_ids: Iterable[int]) -> Query:
    """Replicas on these backends whose partition no live table has: what the frontend's recycle bin still holds.

    The bin's partitions are not in partitions_meta, and their tablets stay on the backends until the bin is erased
    (fe: catalog/CatalogRecycleBin.java). It is right only when the account sees every table.
    """
    return Query(
        "SELECT b.BE_ID AS BE_ID, COUNT(*) AS REPLICAS FROM information_schema.be_tablets b "
        "LEFT JOIN information_schema.partitions_meta p ON p.PARTITION_ID = b.PARTITION_ID "
        f"WHERE b.BE_ID IN ({_ids(backend_ids)}) AND p.PARTITION_ID IS NULL GROUP BY b.BE_ID",
        "docs: information_schema/be_tablets, partitions_meta",
        "3.1",
        "the backends scan their own tablets; " + _PAGES,
        "local",
    )


def running_transactions(database_id: int) -> Query:
    """The unfinished load transactions of one database."""
    return Query(
        f"SHOW PROC '/transactions/{int(database_id)}/running'",
        "fe: common/proc/TransProcDir.java",
        "2.0",
        "memory, a row per transaction",
        "forwarded",
    )


def routine_loads(name: str) -> Query:
    """The routine loads of this name in all databases, with their state."""
    if any(character in name for character in "'\\/"):
        raise ValueError(f"not a routine load's name: {name!r}")
    source = "fe: common/proc/RoutineLoadsNameProcDir.java"
    return Query(f"SHOW PROC '/routine_loads/{name}'", source, "2.0", "memory, a row per job", "forwarded")


def alter_jobs(database: str, kind: Literal["COLUMN", "ROLLUP"]) -> Query:
    """Schema changes or rollups of one database, finished ones of the last days included."""
    return Query(
        f"SHOW ALTER TABLE {kind} FROM {_identifier(database)}",
        "fe: common/proc/SchemaChangeProcDir.java, RollupProcDir.java",
        "2.0",
        "memory, a row per job",
        "local",
    )


def grants_of_role(role: str) -> Query:
    """What a role contains; only its holders and user_admin may ask."""
    if "'" in role or "\\" in role:
        raise ValueError(f"not a role name: {role!r}")
    return Query(f"SHOW GRANTS FOR ROLE '{role}'", "docs: account-management/SHOW_GRANTS", "3.0", "memory", "local")


def _ids(backend_ids: Iterable[int]) -> str:
    return ", ".join(str(int(backend_id)) for backend_id in sorted(set(backend_ids)))


def _identifier(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"
