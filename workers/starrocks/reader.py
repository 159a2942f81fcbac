"""Rows about what lies on the nodes (tablets, tables, jobs) and about settings, as parts of a cluster state."""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta

from policies.cluster import (
    AlterJob,
    ColocateGroup,
    OneReplicaTable,
    PendingTablet,
    ReplicationCount,
    RoutineLoad,
    RunningTransaction,
    Scheduler,
    TabletHealth,
)
from policies.releases.set_first import NAMES
from policies.views import View, Views
from workers.starrocks.errors import Unreadable
from workers.starrocks.rows import Row

EXAMPLES = 20
"""How many pending tablets are kept, and how many of one message at most."""
EXAMPLES_OF_ONE_KIND = 5

RECENTLY = timedelta(minutes=3)
"""Of the frontend's time: the checker brings back every 20 s what was given up, so what holds a drain was said since."""
HARMLESS = frozenset({"tablet is healthy"})
"""Given up because nothing ails it any more (fe: clone/TabletScheduler.java scheduleTablet)."""

ENDED_LOADS = frozenset({"STOPPED", "CANCELLED"})
FINISHED_JOBS = frozenset({"FINISHED", "CANCELLED"})

_KEPT_SETTINGS = re.compile(
    r"(tablet_|storage_|catalog_trash_|heartbeat_|drop_backend_|alter_scheduler_|schedule_slot_|balance_|bdbje_|disable_"
    r"|enable_strict_storage_|max_scheduling_|max_balancing_|min_clone_|max_clone_|recover_with_|default_replication_"
    r"|meta_delay_|max_bdbje_|run_mode|http_port|query_port|edit_log_port)"
)
_SECRET = re.compile(r"passw|pwd|secret|token|credential|access_key|private_key|shared_key", re.IGNORECASE)
"""Config also holds LDAP, TLS and object store secrets: only families that node work needs leave the worker."""


def settings(rows: Iterable[Row]) -> dict[str, str]:
    """Config by name, only what node operations need and never anything that looks like a secret."""
    named = ((row.text("Key"), row.text("Value")) for row in rows)
    return {key: value for key, value in named if _kept(key) and not _SECRET.search(key)}


def _kept(key: str) -> bool:
    return key in NAMES or _KEPT_SETTINGS.match(key) is not None


def variables(rows: Iterable[Row], names: frozenset[str]) -> dict[str, str]:
    """The global variables of these names; the others may hold what is nobody's business."""
    named = ((row.text("Variable_name").lower(), row.text("Value")) for row in rows)
    return {name: value for name, value in named if name in names}


def blacklisted(row: Row) -> int:
    """The id of a row of SHOW … BLACKLIST."""
    return int(row.text("BackendId") or row.text("ComputeNodeId"))


LONGEST_ERROR = 300
"""A refresh may fail with a stack trace; its cause comes first."""
ROLLUP = "ROLLUP"
"""REFRESH_TYPE of a synchronous view; its other columns are empty (docs: information_schema/materialized_views)."""


def views(rows: Iterable[Row], dependencies: Iterable[Row] | None, *, reasons_told: bool) -> Views:
    """Materialized views and which stand on which. IS_ACTIVE is text or a truth value, ids text or numbers (PR 60054)."""
    listed = list(rows)
    seen = tuple(_view(row) for row in listed if row.text("REFRESH_TYPE").upper() != ROLLUP)
    pairs = None if dependencies is None else _between(seen, dependencies)
    return Views(seen=seen, rollups=len(listed) - len(seen), stands_on=pairs, reasons_told=reasons_told)


def _view(row: Row) -> View:
    active = row.flag("IS_ACTIVE")
    return View(
        id=row.number("MATERIALIZED_VIEW_ID"),
        database=row.essential("TABLE_SCHEMA"),
        name=row.essential("TABLE_NAME"),
        refresh=row.text("REFRESH_TYPE").upper(),
        active=active,
        reason="" if active else row.text("INACTIVE_REASON"),
        last_state=row.text("LAST_REFRESH_STATE").upper(),
        last_started=row.text("LAST_REFRESH_START_TIME"),
        last_error=" ".join(row.text("LAST_REFRESH_ERROR_MESSAGE").split())[:LONGEST_ERROR],
    )


def _between(seen: tuple[View, ...], dependencies: Iterable[Row]) -> tuple[tuple[int, int], ...]:
    """Pairs of views. The id of what is below is the one of the view's creation; a name finds what took its place since."""
    by_id, by_name = {view.id: view for view in seen}, {(view.database, view.name): view for view in seen}
    pairs = set()
    for row in dependencies:
        dependent = by_id.get(row.number_or("OBJECT_ID", -1))
        name = (row.text("REF_OBJECT_DATABASE"), row.text("REF_OBJECT_NAME"))
        base = by_id.get(row.number_or("REF_OBJECT_ID", -1)) or by_name.get(name)
        if dependent is not None and base is not None and base is not dependent:
            pairs.add((dependent.id, base.id))
    return tuple(sorted(pairs))


def health(rows: Iterable[Row]) -> TabletHealth:
    """The row of SHOW PROC '/statistic' whose DbId is `Total`; its DbName is the number of databases."""
    total = next((row for row in rows if row.text("DbId") == "Total"), None)
    if total is None:
        raise Unreadable("SHOW PROC '/statistic' has no row of totals.")
    return TabletHealth(
        tables=total.number("TableNum"),
        partitions=total.number("PartitionNum"),
        tablets=total.number("TabletNum"),
        replicas=total.number("ReplicaNum"),
        unhealthy=total.number("UnhealthyTabletNum"),
        inconsistent=total.number("InconsistentTabletNum"),
        cloning=total.number_or("CloningTabletNum", 0),
        error_state=total.number_or("ErrorStateTabletNum", 0),
    )


def scheduler(rows: Iterable[Row]) -> Scheduler:
    """SHOW PROC '/cluster_balance': one line per sub-path, of which two count tablets."""
    counts = {row.text("Item"): row for row in rows}
    if not {"pending_tablets", "running_tablets"} <= counts.keys():
        raise Unreadable("SHOW PROC '/cluster_balance' does not count pending and running tablets.")
    return Scheduler(
        pending=counts["pending_tablets"].number("Number"), running=counts["running_tablets"].number("Number")
    )


def pending(rows: Iterable[Row]) -> tuple[PendingTablet, ...]:
    """Rows of SHOW PROC '/cluster_balance/pending_tablets'."""
    return tuple(_scheduled(row) for row in rows)


def given_up(rows: Iterable[Row], now: datetime | None) -> tuple[PendingTablet, ...]:
    """Rows of SHOW PROC '/cluster_balance/history_tablets' that say why a tablet cannot be moved now, the newest first.

    What cannot be served is UNRECOVERABLE to the scheduler: it leaves the pending list within a second and comes back
    with the checker's next round, so its reason mostly shows here only (fe: clone/TabletScheduler.java). `now` is the
    frontend's clock; without it nothing tells a reason of today from one of last week.
    """
    if now is None:
        return ()
    recent: list[tuple[datetime, Row]] = []
    for row in rows:
        ended = row.moment("Finished") or row.moment("LstVisit")
        if ended is not None and now - ended <= RECENTLY and _tells_why(row):
            recent.append((ended, row))
    recent.sort(key=lambda pair: pair[0], reverse=True)
    return tuple(_scheduled(row) for _, row in recent)


def _tells_why(row: Row) -> bool:
    """Not the ones that ended well, nor a balancing that was not worth it."""
    message = row.text("ErrMsg")
    return row.text("State") == "CANCELLED" and row.text("Type") != "BALANCE" and message not in ("", *HARMLESS)


def examples(tablets: Iterable[PendingTablet]) -> tuple[PendingTablet, ...]:
    """A few tablets of each kind of message, those with a message first: they carry the reason of a stall."""
    taken: dict[str, int] = {}
    kept: dict[int, PendingTablet] = {}
    for tablet in sorted(tablets, key=lambda each: not each.message):
        kind = re.sub(r"\d+", "#", tablet.message)
        if tablet.tablet_id in kept or taken.get(kind, 0) >= EXAMPLES_OF_ONE_KIND:
            continue
        taken[kind] = taken.get(kind, 0) + 1
        kept[tablet.tablet_id] = tablet
    return tuple(kept.values())[:EXAMPLES]


def _scheduled(row: Row) -> PendingTablet:
    source = row.number_or("SrcBe", -1)
    return PendingTablet(
        tablet_id=row.number("TabletId"),
        status=row.text("Status"),
        state=row.text("State"),
        message=row.text("ErrMsg"),
        from_backend=source if source > 0 else None,
    )


def colocate_group(row: Row) -> ColocateGroup:
    """A row of SHOW PROC '/colocation_group'."""
    return ColocateGroup(
        id=row.essential("GroupId"),
        name=row.text("GroupName"),
        stable=row.flag("IsStable"),
        replication=row.number_or("ReplicationNum", None),
    )


def replication(rows: Iterable[Row]) -> tuple[ReplicationCount, ...]:
    """Counts per replication number; the example is a table of the statistics database only where there is no other.

    StarRocks 3.2 counts that database when it accepts a decommission, later versions leave it out
    (fe: alter/SystemHandler.java), so a rule may want to know that nothing else has this number.
    """
    found: dict[int, ReplicationCount] = {}
    for row in sorted(rows, key=lambda each: (each.text("DB_NAME").startswith("_"), each.text("DB_NAME"))):
        number = row.number("REPLICATION_NUM")
        before = found.get(number) or ReplicationCount(
            replication=number, partitions=0, tablets=0, example=f"{row.text('DB_NAME')}.{row.text('EXAMPLE')}"
        )
        found[number] = before.with_(
            partitions=before.partitions + row.number("PARTITIONS"),
            tablets=before.tablets + row.number_or("TABLETS", 0),
        )
    return tuple(found[number] for number in sorted(found))


def replication_by_default(rows: Iterable[Row]) -> tuple[ReplicationCount, ...]:
    """The same from the tables' own default, each table counted as one partition (tables_config.PROPERTIES, JSON)."""
    found: dict[int, ReplicationCount] = {}
    for row in rows:
        match = re.search(r'"replication_num"\s*:\s*"?(\d+)', row.text("PROPERTIES"))
        if match is None:
            continue
        number = int(match.group(1))
        name = f"{row.text('TABLE_SCHEMA')}.{row.text('TABLE_NAME')}"
        before = found.get(number) or ReplicationCount(replication=number, partitions=0, tablets=0, example=name)
        found[number] = before.with_(partitions=before.partitions + 1)
    return tuple(found[number] for number in sorted(found))


def one_replica_table(row: Row) -> OneReplicaTable:
    return OneReplicaTable(
        backend_id=row.number("BE_ID"),
        name=f"{row.text('DB_NAME')}.{row.text('TABLE_NAME')}",
        partitions=row.number("PARTITIONS"),
        tablets=row.number("TABLETS"),
        data_bytes=row.number_or("DATA_BYTES", None),
    )


def transaction(row: Row, database: str) -> RunningTransaction:
    """A row of SHOW PROC '/transactions/<db>/running'."""
    return RunningTransaction(
        database=database,
        id=row.number("TransactionId"),
        label=row.text("Label"),
        prepared=row.moment("PrepareTime"),
    )


def alter_job(row: Row, database: str, kind: str) -> AlterJob:
    """A row of SHOW ALTER TABLE."""
    return AlterJob(
        database=database,
        table=row.text("TableName"),
        kind=kind,
        state=row.text("State"),
        created=row.moment("CreateTime"),
    )


def routine_load(row: Row) -> RoutineLoad:
    """A row of SHOW PROC '/routine_loads/<name>'; its properties may hold secrets and are left alone."""
    return RoutineLoad(
        database=row.text("DbName").removeprefix("default_cluster:"),
        name=row.essential("Name"),
        state=row.essential("State").upper(),
        paused_at=row.moment("PauseTime"),
        reason=row.text("ReasonOfStateChanged")[:LONGEST_ERROR],
    )
