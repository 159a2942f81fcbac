"""What differs between StarRocks versions, as data: columns, codes, texts. A new version is a new row here.

Sources: fe: common/proc/BackendsProcDir.java, FrontendsProcNode.java, ComputeNodeProcDir.java at 2023-12 (the "3.2"
rows) and 2025-06 (the "4.0" rows); the SHOW outputs of a real 3.3.3 cluster (mission 000); documentation for 2.5.
"""

from dataclasses import dataclass, replace

from workers.twin.answers import columns

_BACKENDS = columns(
    "BackendId IP HeartbeatPort BePort HttpPort BrpcPort LastStartTime LastHeartbeat Alive SystemDecommissioned "
    "ClusterDecommissioned TabletNum DataUsedCapacity AvailCapacity TotalCapacity UsedPct MaxDiskUsedPct ErrMsg "
    "Version Status DataTotalCapacity DataUsedPct CpuCores"
)
_FRONTENDS = columns(
    "Name IP EditLogPort HttpPort QueryPort RpcPort Role ClusterId Join Alive ReplayedJournalId LastHeartbeat "
    "IsHelper ErrMsg StartTime Version"
)
_COMPUTE_NODES = columns(
    "ComputeNodeId IP HeartbeatPort BePort HttpPort BrpcPort LastStartTime LastHeartbeat Alive "
    "SystemDecommissioned ClusterDecommissioned ErrMsg Version"
)
_LOAD = ["NumRunningQueries", "MemUsedPct", "CpuUsedPct"]


@dataclass(frozen=True)
class Version:
    """`access_denied` is ERR_ACCESS_DENIED's number, which was renumbered between the snapshots."""

    name: str
    release: str
    server_version: str
    backends: tuple[str, ...]
    frontends: tuple[str, ...]
    compute_nodes: tuple[str, ...]
    access_denied: int
    unknown_table: int
    unknown_database: int
    backends_shared_data: tuple[str, ...] = ("StarletPort", "WorkerId")
    status_codes: bool = False
    """SHUTDOWN is known as a heartbeat status, so a graceful stop shows at once (3.4 and later)."""
    partitions_meta: bool = True
    recycle_bin_table: bool = False
    """information_schema.recyclebin_catalogs (StarRocks#51007, documented for 4.0)."""
    colocate_stable_wait: bool = False
    bin_is_relocated: bool = True
    """Tablets in the recycle bin are moved by a decommission; later code skips dropped partitions."""
    drop_checks_all_first: bool = True
    """DROP BACKEND looks for every address of its list before it drops the first."""
    blacklist: bool = True
    cn_blacklist: bool = False
    view_reasons: bool = True
    """INACTIVE_REASON of materialized_views, from 3.1 on."""
    view_runs_by_job: bool = True
    """LAST_REFRESH_… tells of all runs of a refresh: RUNNING while it waits, and without a start until it left the queue."""
    view_details: bool = False
    """EXTRA_MESSAGE, QUERY_REWRITE_STATUS and CREATOR of materialized_views, from 3.3 on."""
    view_numbers: bool = False
    """materialized_views types its numbers and times (StarRocks#60054, 4.0); before, all is text."""
    object_dependencies: bool = True
    """sys.object_dependencies, from 3.2 on."""
    activation_refreshes_everything: bool = True
    """ALTER MATERIALIZED VIEW … ACTIVE forces a refresh of all partitions (StarRocks#57371 ended it in 3.4.3 and 4.0)."""
    warehouses: bool = False
    """INTO/FROM WAREHOUSE and SHOW WAREHOUSES."""


_LATE = Version(
    name="4.0",
    release="4.0.1-4b5d3b2",
    server_version="8.0.33",
    backends=(*_BACKENDS, "MemLimit", *_LOAD, "DataCacheMetrics", "Location", "StatusCode"),
    frontends=("Id", *_FRONTENDS),
    compute_nodes=(
        *_COMPUTE_NODES,
        *("CpuCores", "MemLimit", *_LOAD, "DataCacheMetrics", "HasStoragePath", "StatusCode"),
    ),
    backends_shared_data=("StarletPort", "WorkerId", "WarehouseName"),
    access_denied=5203,
    unknown_table=5502,
    unknown_database=5501,
    status_codes=True,
    recycle_bin_table=True,
    colocate_stable_wait=True,
    bin_is_relocated=False,
    drop_checks_all_first=False,
    cn_blacklist=True,
    view_details=True,
    view_numbers=True,
    activation_refreshes_everything=False,
    warehouses=True,
)
"""What main at 2025-06 has: 3.5 and 4.0."""

_OLDER = Version(
    name="3.2",
    release="3.2.6-2585333",
    server_version="5.1.0",
    backends=(*_BACKENDS, *_LOAD),
    frontends=tuple(_FRONTENDS),
    compute_nodes=(*_COMPUTE_NODES, "CpuCores", *_LOAD, "HasStoragePath"),
    access_denied=1252,
    unknown_table=1051,
    unknown_database=1049,
    blacklist=False,
)
"""What main at 2023-12 has: 3.1 and 3.2."""

VERSIONS: dict[str, Version] = {
    version.name: version
    for version in (
        Version(
            name="2.5",
            release="2.5.13-b4e8b7c",
            server_version="5.1.0",
            backends=tuple(_BACKENDS),
            frontends=tuple(_FRONTENDS),
            compute_nodes=tuple(_COMPUTE_NODES),
            access_denied=1252,
            unknown_table=1051,
            unknown_database=1049,
            partitions_meta=False,
            blacklist=False,
            view_reasons=False,
            view_runs_by_job=False,
            object_dependencies=False,
        ),
        # Early patches of 3.1 have no partitions_meta (PR 39265 and 41101 brought it to late ones).
        replace(_OLDER, name="3.1", release="3.1.7-0a6a9ad", partitions_meta=False, object_dependencies=False),
        _OLDER,
        Version(
            name="3.3.3",
            release="3.3.3-312ed45",
            server_version="5.1.0",
            backends=(*_BACKENDS, *_LOAD, "DataCacheMetrics", "Location"),
            frontends=tuple(_FRONTENDS),
            compute_nodes=(*_COMPUTE_NODES, "CpuCores", *_LOAD, "DataCacheMetrics", "HasStoragePath"),
            access_denied=1252,
            unknown_table=1051,
            unknown_database=1049,
            bin_is_relocated=False,
            view_details=True,
        ),
        replace(
            _LATE, name="3.5", release="3.5.2-a3e5d4c", cn_blacklist=False, recycle_bin_table=False, view_numbers=False,
            activation_refreshes_everything=True,
        ),
        _LATE,
    )
}

PARTITIONS_META = columns(
    "DB_NAME TABLE_NAME PARTITION_NAME PARTITION_ID COMPACT_VERSION VISIBLE_VERSION VISIBLE_VERSION_TIME "
    "NEXT_VERSION PARTITION_KEY PARTITION_VALUE DISTRIBUTION_KEY BUCKETS REPLICATION_NUM STORAGE_MEDIUM "
    "COOLDOWN_TIME LAST_CONSISTENCY_CHECK_TIME IS_IN_MEMORY IS_TEMP DATA_SIZE ROW_COUNT ENABLE_DATACACHE "
    "AVG_CS P50_CS MAX_CS STORAGE_PATH"
)
TABLES_CONFIG = columns(
    "TABLE_SCHEMA TABLE_NAME TABLE_ENGINE TABLE_MODEL PRIMARY_KEY PARTITION_KEY DISTRIBUTE_KEY DISTRIBUTE_TYPE "
    "DISTRIBUTE_BUCKET SORT_KEY PROPERTIES TABLE_ID"
)
BE_TABLETS = columns(
    "BE_ID TABLE_ID PARTITION_ID TABLET_ID NUM_VERSION MAX_VERSION MIN_VERSION NUM_ROWSET NUM_ROW DATA_SIZE "
    "INDEX_MEM CREATE_TIME STATE TYPE DATA_DIR SHARD_ID SCHEMA_HASH INDEX_DISK MEDIUM_TYPE NUM_SEGMENT"
)
FE_TABLET_SCHEDULES = columns(
    "TABLE_ID PARTITION_ID TABLET_ID TYPE PRIORITY STATE TABLET_STATUS CREATE_TIME SCHEDULE_TIME FINISH_TIME "
    "CLONE_SRC CLONE_DEST CLONE_BYTES CLONE_DURATION MSG"
)
TABLES = columns(
    "TABLE_CATALOG TABLE_SCHEMA TABLE_NAME TABLE_TYPE ENGINE VERSION ROW_FORMAT TABLE_ROWS AVG_ROW_LENGTH "
    "DATA_LENGTH MAX_DATA_LENGTH INDEX_LENGTH DATA_FREE AUTO_INCREMENT CREATE_TIME UPDATE_TIME CHECK_TIME "
    "TABLE_COLLATION CHECKSUM CREATE_OPTIONS TABLE_COMMENT"
)
SCHEMATA = columns("CATALOG_NAME SCHEMA_NAME DEFAULT_CHARACTER_SET_NAME DEFAULT_COLLATION_NAME SQL_PATH")
RECYCLEBIN_CATALOGS = columns("TYPE NAME DB_ID TABLE_ID PARTITION_ID DROP_TIME")
_VIEWS_BEFORE_REASONS = "MATERIALIZED_VIEW_ID TABLE_SCHEMA TABLE_NAME REFRESH_TYPE IS_ACTIVE"
_VIEWS_AFTER_REASONS = (
    "PARTITION_TYPE TASK_ID TASK_NAME LAST_REFRESH_START_TIME LAST_REFRESH_FINISHED_TIME LAST_REFRESH_DURATION "
    "LAST_REFRESH_STATE LAST_REFRESH_FORCE_REFRESH LAST_REFRESH_START_PARTITION LAST_REFRESH_END_PARTITION "
    "LAST_REFRESH_BASE_REFRESH_PARTITIONS LAST_REFRESH_MV_REFRESH_PARTITIONS LAST_REFRESH_ERROR_CODE "
    "LAST_REFRESH_ERROR_MESSAGE TABLE_ROWS MATERIALIZED_VIEW_DEFINITION"
)
OBJECT_DEPENDENCIES = columns(
    "OBJECT_ID OBJECT_NAME OBJECT_DATABASE OBJECT_CATALOG OBJECT_TYPE "
    "REF_OBJECT_ID REF_OBJECT_NAME REF_OBJECT_DATABASE REF_OBJECT_CATALOG REF_OBJECT_TYPE"
)


def materialized_views(version: Version) -> tuple[str, ...]:
    """docs: information_schema/materialized_views, by version."""
    details = "EXTRA_MESSAGE QUERY_REWRITE_STATUS CREATOR" if version.view_details else ""
    reason = "INACTIVE_REASON" if version.view_reasons else ""
    return columns(f"{_VIEWS_BEFORE_REASONS} {reason} {_VIEWS_AFTER_REASONS} {details}")


TABLET_SCHEDULER = columns(
    "TabletId Type Medium Status State OrigPrio DynmPrio SrcBe SrcPath DestBe DestPath Timeout Create LstSched "
    "LstVisit Finished Rate FailedSched FailedRunning LstAdjPrio VisibleVer VisibleVerHash CmtVer CmtVerHash ErrMsg"
)
